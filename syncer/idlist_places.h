/*
 * idlist_places: how far the files of the ID lists beside a generation were
 * read.
 *
 * The value of kind MANIFEST_ID_PLACES (FORMATS.md), which goes with the lists
 * in one generation: so it is true of them whatever happens between two
 * commits, and a syncer that starts goes on where it stands.
 */
#ifndef SYNCER_IDLIST_PLACES_H
#define SYNCER_IDLIST_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/idlist_lookup.h"

struct idlist_place {
	struct idlist_text name;
	struct idlist_file file;
	uint64_t position;   /* bytes of the file that the list holds */
	uint64_t changed_ms; /* when it became as it is, Unix time */
};

/* Makes the value; free *out.  FG_E_NOMEM. */
enum fg_status idlist_places_make(const struct idlist_place *const *places,
    size_t n, uint8_t **out, size_t *len);

/*
 * Reads the place at *at, which begins as 0, and moves on.  Names and IDs are
 * borrowed from the bytes, which are in memory that nobody writes, and not
 * NUL-terminated.  FG_END after the last, FG_E_CORRUPT, FG_E_VERSION.
 */
enum fg_status idlist_places_next(
    const uint8_t *bytes, size_t len, size_t *at, struct idlist_place *out);

#endif /* SYNCER_IDLIST_PLACES_H */
