/*
 * sticky_values: what a store has in its LMDB file.
 *
 * values: 16 bytes of SHA-256 of the key, 16 of the name ->
 *         when it was saved (Unix ms, 8 bytes), length of the key and of the
 *         name (4 bytes each), key, name, both with a NUL, record
 * ages:   when it was saved (8 bytes, big-endian), the 32 bytes above -> empty
 *
 * Everything returns codes of LMDB.
 */
#ifndef READER_STICKY_VALUES_H
#define READER_STICKY_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader/sticky/forkgate_sticky.h"
#include "reader/sticky/sticky_env.h"

struct sticky_limits {
	uint64_t max_bytes, max_age_ms; /* see forkgate_sticky.h */
};

struct sticky_change {
	const char *key, *name;
	const void *record; /* NULL: remove it */
	size_t len;
};

/* Calls found for all of a key; ENOMEM when it returns false. */
int sticky_values_find(const struct sticky_limits *limits, struct sticky_env *e,
    const char *key, fg_sticky_found found, void *to);

/*
 * Whether there is nothing to change: most removals are of what is not there,
 * many saves of what is.
 */
int sticky_values_is_done(const struct sticky_limits *limits,
    struct sticky_env *e, const struct sticky_change *c, bool *done);

/*
 * Changes it, under the lock of writers, and deletes what is too old or too
 * much.  MDB_NOTFOUND: there was nothing to remove.
 */
int sticky_values_change(const struct sticky_limits *limits,
    struct sticky_env *e, const struct sticky_change *c);

/* Fills in how much there is. */
int sticky_values_count(
    struct sticky_env *e, struct fg_sticky_store_info *info);

#endif /* READER_STICKY_VALUES_H */
