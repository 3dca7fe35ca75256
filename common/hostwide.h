/*
 * hostwide: a host's overrides, compiled, immutable, read in place.
 *
 * What an operator says about single gates, configs, experiments, layers and
 * parameter stores, for one ID or for everyone, goes beside a generation's
 * image as a value of kind MANIFEST_OVERRIDES.  It is built from the records of
 * an image (common/image.h: strings, values, indexes, parameter stores) under
 * a header of its own, and is read through the same accessors; FORMATS.md
 * tells the bytes.
 *
 * What holds for an image holds here: the bytes are not to be trusted, and what
 * was read counts only if the generation turns out to have been alive.
 */
#ifndef COMMON_HOSTWIDE_H
#define COMMON_HOSTWIDE_H

#include "common/image.h"

#define HOSTWIDE_MAGIC   "FGoverr\n" /* eight bytes */
#define HOSTWIDE_VERSION 1

/*
 * Header, IMAGE_HEADER bytes at offset 0.
 *
 *   off size
 *     0    8  magic
 *     8    4  version
 *    12    4  CRC-32C of the value, these four bytes as 0 (hostwide_seal)
 *    16    8  size of the value in bytes
 *    24    4  number of overrides
 *    28    4  offset of them, in the order of the file
 *    32   40  five indexes of names, in the order of enum hostwide_kind
 *    72    4  S why the file is refused as it is now, 0 if it is not
 *    76       0
 */
#define HOSTWIDE_H_SIZE    16
#define HOSTWIDE_H_N       24
#define HOSTWIDE_H_ALL     28
#define HOSTWIDE_H_INDEXES 32
#define HOSTWIDE_H_REFUSED 72

/* The kinds are apart: a config's override is not an experiment's. */
enum hostwide_kind {
	HOSTWIDE_GATE = 0,
	HOSTWIDE_CONFIG = 1,
	HOSTWIDE_EXPERIMENT = 2,
	HOSTWIDE_LAYER = 3,
	HOSTWIDE_STORE = 4,
};
#define HOSTWIDE_N_KINDS 5

/*
 * What an index of names leads to.
 *
 *     0    4  S name
 *     4    4  the override for everyone, 0 if there is none
 *     8    8  index of those for single IDs, by their IDs
 */
#define HOSTWIDE_NAME 16

/*
 * Override.
 *
 *     0    4  S id, 0 for everyone
 *     4    4  enum hostwide_what
 *     8    4  V, S group or the parameter store's record; 0 for a gate
 *    12    4  S name
 *    16    4  enum hostwide_kind
 *    20    4  0
 */
#define HOSTWIDE_OVERRIDE 24

enum hostwide_what {
	HOSTWIDE_NONE = 0,
	HOSTWIDE_FALSE = 1, /* a gate is off */
	HOSTWIDE_TRUE = 2,
	HOSTWIDE_VALUE = 3, /* an object */
	HOSTWIDE_GROUP = 4, /* the value of an experiment's group */
	HOSTWIDE_PARAMS = 5 /* a parameter store */
};

/* An override; its texts lie in the value. */
struct hostwide {
	enum hostwide_what what;
	enum hostwide_kind kind;
	uint32_t at; /* V, S or record */
	uint32_t id, name;
};

/*
 * Looks at the header alone: FG_OK, FG_E_VERSION, FG_E_CORRUPT.  bytes must
 * be a multiple of eight; *out borrows them.
 */
enum fg_status hostwide_open(const void *bytes, size_t len, struct image *out);

/* Sums all bytes: FG_E_CORRUPT when they are not those that were sealed. */
enum fg_status hostwide_check(const void *bytes, size_t len);

/* Completes a value that the compiler made, in the writer's own memory. */
void hostwide_seal(uint8_t *bytes, size_t len);

/* How a search ends. */
enum hostwide_end {
	HOSTWIDE_ABSENT,
	HOSTWIDE_FOUND,
	HOSTWIDE_DAMAGED,
};

/*
 * Finds what is said about a name: the place of its record.  hash must be
 * hash64() of the name.
 */
enum hostwide_end hostwide_name(const struct image *im, enum hostwide_kind kind,
    const void *name, size_t n, uint64_t hash, uint32_t *record);

/* Of such a record, the override for this ID, or (NULL) for everyone. */
enum hostwide_end hostwide_of(const struct image *im, uint32_t record,
    const void *id, size_t n, uint64_t hash, struct hostwide *out);

/* Override number i of the file; HOSTWIDE_ABSENT after the last. */
enum hostwide_end hostwide_nth(
    const struct image *im, uint32_t i, struct hostwide *out);

#endif /* COMMON_HOSTWIDE_H */
