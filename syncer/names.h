/*
 * names: numbers for names, from 0 in the order in which they came.
 *
 * A table that lives while a document is compiled.  It borrows the bytes of
 * the names, except where told to copy them.
 */
#ifndef SYNCER_NAMES_H
#define SYNCER_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_NONE UINT32_MAX

struct names_entry {
	const char *bytes;
	uint32_t n;
	uint32_t tag; /* upper half of the hash */
};

/* Starts from zeroes. */
struct names {
	struct names_entry *entries;
	size_t n;
	size_t cap;
	uint32_t *slots; /* number + 1, 0 is free */
	size_t n_slots;
	struct names_copy *copies;
};

/* The number of this name, or NAMES_NONE. */
uint32_t names_find(const struct names *t, const void *bytes, size_t n);

/*
 * The same, after adding it if it is new, as a copy if told so.  NAMES_NONE
 * when there is no memory.
 */
uint32_t names_add(struct names *t, const void *bytes, size_t n, bool copy);

void names_free(struct names *t);

#endif /* SYNCER_NAMES_H */
