/*
 * manifest: what belongs to a generation, and where it lies in data.mdb.
 *
 * A manifest is the last value that is stored of a generation: its number,
 * project, environment and times, and a table of sections, each a kind with
 * the place, length and CRC-32C of a value.  The image is one section; ID
 * lists, the country table and overrides are others, of kinds that a reader
 * which does not know them skips.  FORMATS.md tells the bytes.
 *
 * The same table stands in a snapshot file, where places count from the
 * file's begin.
 *
 * Functions that read take any 8-aligned bytes, also of a map that another
 * process may be overwriting: each word is read once, by a relaxed atomic
 * load, and none beyond n.
 */
#ifndef COMMON_MANIFEST_H
#define COMMON_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

#define MANIFEST_VERSION      1
#define MANIFEST_HEAD         144 /* bytes before the section table */
#define MANIFEST_ENTRY        40  /* bytes of a section in it */
#define MANIFEST_MAX_SECTIONS 65536
#define MANIFEST_PROJECT      64
#define MANIFEST_ID           16

enum manifest_kind {
	MANIFEST_IMAGE = 1,     /* the ruleset image; always there, once */
	MANIFEST_ID_LIST = 2,   /* a base of an ID list; tag tells which list */
	MANIFEST_ID_DELTA = 3,  /* its delta, same tag */
	MANIFEST_COUNTRIES = 4, /* IP to country */
	MANIFEST_OVERRIDES = 5,
	MANIFEST_ID_PLACES = 6, /* how far the lists' files were read */
};

/* A value: where it is and what its bytes sum to. */
struct manifest_section {
	uint32_t kind;
	uint32_t crc;   /* CRC-32C of its bytes */
	uint64_t place; /* from the begin of the file */
	uint64_t len;
	uint64_t id;  /* number of a value that generations share, or 0 */
	uint64_t tag; /* tells sections of one kind apart */
};

struct manifest {
	uint64_t generation;
	uint64_t lcut_ms; /* the source's time of these rules */
	uint64_t time_ms; /* when they were committed, Unix time */
	uint32_t n_sections;
	uint8_t identity[MANIFEST_ID];
	char project[MANIFEST_PROJECT];
};

/*
 * The length of a manifest of so many sections in an environment of this page
 * size: at least a page, so that LMDB gives it overflow pages of its own.
 */
size_t manifest_size(uint32_t n_sections, size_t page_size);

/* Writes len bytes, from manifest_size; FG_E_SPACE if they are too few. */
enum fg_status manifest_put(uint8_t *dst, size_t len, const struct manifest *m,
    const struct manifest_section *sections);

/*
 * Proves n bytes and reads the head: FG_OK, FG_E_VERSION, FG_E_CORRUPT.  Other
 * bytes than those it had checked may be there the next moment, if they lie in
 * a map: only the epoch page can tell.
 */
enum fg_status manifest_check(
    const uint8_t *bytes, size_t n, struct manifest *out);

/* Section number i; FG_END after the last, FG_E_CORRUPT when it is cut off. */
enum fg_status manifest_section(
    const uint8_t *bytes, size_t n, uint32_t i, struct manifest_section *out);

/* The first section of this kind and tag, or FG_ABSENT. */
enum fg_status manifest_find(const uint8_t *bytes, size_t n, uint32_t kind,
    uint64_t tag, struct manifest_section *out);

/* One entry of a table, MANIFEST_ENTRY bytes at an 8-aligned address. */
void manifest_entry_put(uint8_t *dst, const struct manifest_section *s);
void manifest_entry_get(const uint8_t *src, struct manifest_section *s);

#endif /* COMMON_MANIFEST_H */
