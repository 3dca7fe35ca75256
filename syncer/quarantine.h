/*
 * quarantine: the folder of what could not be delivered, kept for a human.
 *
 * It has a limit, because others decide what gets there: what would exceed it
 * is not kept, and the caller is told so.
 */
#ifndef SYNCER_QUARANTINE_H
#define SYNCER_QUARANTINE_H

#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

struct quarantine {
	int dirfd;
	uint64_t used; /* bytes of the files in it */
	uint64_t max;
};

/* Sums up what is there. */
enum fg_status quarantine_open(
    struct quarantine *q, const char *dir, uint64_t max_bytes);
void quarantine_close(struct quarantine *q);

/*
 * Moves a file of the folder from there, by rename or, to another file system,
 * by copying.  FG_E_SPACE: the limit is reached, the file is where it was.
 */
enum fg_status quarantine_move(
    struct quarantine *q, int from_dirfd, const char *name);

/* Writes a new file of head, body and tail, synced, mode 0600. */
enum fg_status quarantine_write(struct quarantine *q, const char *name,
    const char *head, const void *body, size_t n, const char *tail);

#endif /* SYNCER_QUARANTINE_H */
