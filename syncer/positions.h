/*
 * positions: how far segments were shipped, from the tail to the store.
 */
#ifndef SYNCER_POSITIONS_H
#define SYNCER_POSITIONS_H

#include "syncer/store.h"
#include "syncer/tail.h"

/* For tail_positions; arg is the store. */
enum fg_status positions_get(
    void *arg, const uint8_t id[SEGMENT_ID], uint64_t *pos);
enum fg_status positions_save(
    void *arg, const struct tail_change *changes, size_t n);

/*
 * Forgets the positions of segments that are not in the folder: a syncer that
 * dies between the deletion of a file and the next saving leaves them.  To be
 * called before the folder is read.
 */
enum fg_status positions_clear(struct store *store, const char *queue_dir);

#endif /* SYNCER_POSITIONS_H */
