/*
 * origin_bytes: growing buffers and gzip for the local origin.
 *
 * Without memory a test server can do nothing sensible: it says so and exits.
 */
#ifndef TOOLS_ORIGIN_BYTES_H
#define TOOLS_ORIGIN_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#define BYTES_MAX      ((size_t)256 << 20) /* of one body, packed or not */
#define BYTES_MEGABYTE ((size_t)1 << 20)

/* All zero is an empty buffer. */
struct bytes {
	char *p;
	size_t n, cap;
};

/* Passes p through, or ends the program if it is NULL. */
void *bytes_must(void *p);

void bytes_add(struct bytes *b, const void *p, size_t n);
void bytes_printf(struct bytes *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds s as a JSON string. */
void bytes_quote(struct bytes *b, const char *s);

void bytes_free(struct bytes *b);

/* Replaces what *out holds by the n bytes at data as a gzip stream. */
void bytes_gzip(const void *data, size_t n, struct bytes *out);

/* False if the bytes are not one whole gzip stream within BYTES_MAX. */
bool bytes_gunzip(const struct bytes *in, struct bytes *out);

/* Adds a whole gzip stream of so many megabytes of blanks: small as it is. */
void bytes_bomb(size_t megabytes, struct bytes *out);

#endif /* TOOLS_ORIGIN_BYTES_H */
