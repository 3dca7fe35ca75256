/*
 * idlist_held: one ID list as the store has it.
 *
 * Its base and its delta are values that generations share, its place
 * (idlist_places.h) tells which bytes of which file they hold.  News become a
 * new delta, or a new base where they are many; what a generation names stays
 * for its readers.
 */
#ifndef SYNCER_IDLIST_HELD_H
#define SYNCER_IDLIST_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/idlist_lines.h"
#include "syncer/idlist_places.h"
#include "syncer/store.h"

struct idlist_held {
	struct idlist_place place;
	uint64_t tag;   /* of its name, in manifests */
	uint64_t base;  /* 0: nothing is held, and the place's file is none */
	uint64_t delta; /* 0: none */
	uint64_t members;
};

/* One of which nothing is held yet.  FG_E_NOMEM. */
enum fg_status idlist_held_new(
    struct idlist_held *held, const struct idlist_text *name);

/*
 * Takes up what a generation has, from the place as it tells it.  FG_ABSENT,
 * FG_E_CORRUPT: its values are not all there, and nothing is held.
 */
enum fg_status idlist_held_find(struct idlist_held *held, struct store *store,
    const struct idlist_place *place, const struct store_generation *g);

/*
 * Stores what lines make of it, of which nothing is left then: all of a file
 * (anew), or what follows the place.  FG_OK: the list is another, to be
 * committed.  In each other case it is what it was; FG_ABSENT: what is held
 * is lost, or damaged, and all of the file is needed.
 */
enum fg_status idlist_held_take(struct idlist_held *held, struct store *store,
    struct idlist_lines *lines, bool anew, const struct idlist_file *file,
    uint64_t position, uint64_t now_ms);

/* Are its values in the store? */
bool idlist_held_is_there(const struct idlist_held *held, struct store *store);

/* Lets go of its values, and of the name too. */
void idlist_held_drop(struct idlist_held *held, struct store *store);
void idlist_held_free(struct idlist_held *held, struct store *store);

#endif /* SYNCER_IDLIST_HELD_H */
