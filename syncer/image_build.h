/*
 * image_build: the memory in which the compiler makes a ruleset image.
 *
 * One run of bytes that grows; records are known by their offsets, because
 * growing moves it.  The first failure stays in status: from then on
 * allocating returns 0, writing does nothing, and a caller may build on and
 * look once.  FG_E_NOMEM, or FG_E_SPACE when the image would pass
 * IMAGE_MAX_SIZE.  What the records mean tells common/image.h.
 */
#ifndef SYNCER_IMAGE_BUILD_H
#define SYNCER_IMAGE_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "common/image.h"

struct image_build {
	uint8_t *base;
	size_t len;
	size_t cap;
	enum fg_status status;
	struct image_build_slot *strings; /* those that are interned */
	uint32_t n_strings;
	uint32_t n_slots;
};

/*
 * Starts with an empty header, and with room for an image of a document of
 * about that many bytes.
 */
void image_build_init(struct image_build *b, size_t expected);
void image_build_free(struct image_build *b);

/* n bytes of zeroes at a multiple of eight, or 0. */
uint32_t image_build_alloc(struct image_build *b, size_t n);

/* Writes into a record; off must lie within what was allocated. */
void image_build_put32(struct image_build *b, uint32_t off, uint32_t x);
void image_build_put64(struct image_build *b, uint32_t off, uint64_t x);
void image_build_put_f64(struct image_build *b, uint32_t off, double x);
void image_build_put_bytes(
    struct image_build *b, uint32_t off, const void *bytes, size_t n);

/* Reads back what was written; 0 after a failure. */
uint32_t image_build_get32(const struct image_build *b, uint32_t off);

/* The string record of these bytes: the same for the same bytes. */
uint32_t image_build_str(struct image_build *b, const void *bytes, size_t n);

/* Its bytes, until the next call that allocates; "" after a failure. */
const char *image_build_bytes(
    const struct image_build *b, uint32_t str, size_t *n);

/* A list of strings. */
uint32_t image_build_list(
    struct image_build *b, const uint32_t *strs, size_t n);

/*
 * A set of the n strings whose records stand every stride bytes from first
 * on: the offset of its slots, their number and how many strings are distinct.
 */
uint32_t image_build_set(struct image_build *b, const uint32_t *strs, size_t n,
    uint32_t *n_slots, uint32_t *n_distinct);

/* An index of n records by their names; written to header offset index. */
void image_build_index(
    struct image_build *b, uint32_t index, const uint32_t *records, size_t n);

#endif /* SYNCER_IMAGE_BUILD_H */
