/*
 * idlist: a list of hashed IDs, searched in place.
 *
 * A member is the first six bytes of a unit's SHA-256, which list files spell
 * as eight characters of base64.  A list is a base, its members in order, and
 * maybe a delta that adds and removes some, so that news need not write a
 * large base again.  Both are values of one layout, told in FORMATS.md: an
 * index by a key's first bits leads to a handful of sorted words.  A base of
 * ten million members takes 4.4 bytes for each.
 *
 * idlist_open, idlist_is_of, idlist_find and idlist_has take any 8-aligned
 * bytes, also of a map that another process may be overwriting: each word is
 * read once, by a relaxed atomic load, and none beyond the value.  What they
 * answer then counts only if the generation turns out to have been alive.
 */
#ifndef COMMON_IDLIST_H
#define COMMON_IDLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

#define IDLIST_VERSION  1
#define IDLIST_KEY_BITS 48
#define IDLIST_KEY_LEN  8 /* characters of a key in base64 */
#define IDLIST_MAX_NAME 4096
#define IDLIST_MAX_IDS  1000000000

enum idlist_kind {
	IDLIST_BASE = 1,
	IDLIST_DELTA = 2,
};

/* Bytes that claim to be a list; borrowed. */
struct idlist {
	const uint8_t *name, *index, *words;
	size_t name_len;
	uint32_t n;    /* keys */
	uint32_t sum;  /* of a base: what tells it from others */
	uint32_t base; /* of a delta: the sum of the base it belongs to */
	unsigned index_bits;
	bool wide; /* words of 8 bytes */
	enum idlist_kind kind;
};

/* Looks at the header alone: FG_OK, FG_E_VERSION, FG_E_CORRUPT. */
enum fg_status idlist_open(const uint8_t *bytes, size_t len,
    enum idlist_kind kind, struct idlist *out);

/* Proves all of it, as the writer does before a list is given to readers. */
enum fg_status idlist_check(
    const uint8_t *bytes, size_t len, enum idlist_kind kind);

bool idlist_is_of(const struct idlist *list, const void *name, size_t n);

/* The tag by which a manifest knows the values of a list. */
uint64_t idlist_tag(const void *name, size_t n);

/* The key of a unit, and of its hash_sha256_64(). */
uint64_t idlist_key(const void *unit, size_t n);
static inline uint64_t
idlist_key_of_hash(uint64_t hash)
{
	return hash >> (64 - IDLIST_KEY_BITS);
}

/* The key that eight characters of base64 spell; false for others. */
bool idlist_key_of_text(const char text[IDLIST_KEY_LEN], uint64_t *key);

/* In a delta, added tells what became of the key; in a base it is true. */
bool idlist_find(const struct idlist *list, uint64_t key, bool *added);

/* Whether a key is a member; delta may be NULL. */
bool idlist_has(
    const struct idlist *base, const struct idlist *delta, uint64_t key);

/* A key and whether it is added, as it is sorted and kept in memory. */
static inline uint64_t
idlist_entry(uint64_t key, bool added)
{
	return key << 1 | added;
}

/*
 * Walks the keys from the lowest to the highest.  Set list, and the rest to 0.
 * False after the last one; a damaged list's walk ends as well.
 */
struct idlist_walk {
	const struct idlist *list;
	uint32_t i, bucket, bucket_end;
};
bool idlist_next(struct idlist_walk *walk, uint64_t *entry);

/*
 * Makes a value of n entries that rise by their keys, each key once; those of
 * a base are all added.  base is the sum of the base a delta belongs to, else
 * 0.  Free *out.  FG_E_INVALID, FG_E_NOMEM.
 */
enum fg_status idlist_make(enum idlist_kind kind, uint32_t base,
    const void *name, size_t name_len, const uint64_t *entries, size_t n,
    uint8_t **out, size_t *len);

#endif /* COMMON_IDLIST_H */
