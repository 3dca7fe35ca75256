/*
 * idlist_set: the ID lists of a project, and how generations name them.
 *
 * A generation names each list's values and, in one more, how far their files
 * were read.  From these a set is taken up when the syncer starts.
 */
#ifndef SYNCER_IDLIST_SET_H
#define SYNCER_IDLIST_SET_H

#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/idlist_list.h"
#include "syncer/store.h"

/* All zero but list and project at first. */
struct idlist_set {
	const struct idlist_list_parts *list;
	const char *project;
	struct idlist_list **at;
	size_t n;
	uint64_t version; /* rises with each change */
	size_t cap;       /* private from here on */
	uint64_t places, places_version;
};

/*
 * Takes up what the newest generation has.  Where it does not tell how far
 * files were read, members stay and all of the files is needed.  FG_E_NOMEM.
 */
enum fg_status idlist_set_take_up(struct idlist_set *set);

/* A list of which nothing is held; NULL: no memory. */
struct idlist_list *idlist_set_add(
    struct idlist_set *set, const struct idlist_text *name);

/* The one with this tag (idlist_tag), or NULL. */
struct idlist_list *idlist_set_find(const struct idlist_set *set, uint64_t tag);

/* Drops all; free(set->at) at the end. */
void idlist_set_clear(struct idlist_set *set);

/*
 * The values that the next generation is to name; free() *parts.  FG_E_NOMEM,
 * and what store_put_shared says.
 */
enum fg_status idlist_set_parts(
    struct idlist_set *set, struct store_part **parts, size_t *n);

/*
 * The store has lost a value: lists of which one is gone are what the newest
 * generation has of them, and due.
 */
void idlist_set_lost(struct idlist_set *set);

/* Lists that are held, and all their members. */
void idlist_set_count(
    const struct idlist_set *set, uint64_t *n_lists, uint64_t *members);

#endif /* SYNCER_IDLIST_SET_H */
