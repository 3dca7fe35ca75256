/*
 * durable: brings appended events to the disk, off the loop.
 *
 * A worker's append ends in memory; after a power cut what the kernel had not
 * written yet is gone.  A thread calls syncfs() when asked, so that what is at
 * stake is no older than sync_interval and nobody waits for the disk.
 */
#ifndef SYNCER_DURABLE_H
#define SYNCER_DURABLE_H

#include "common/forkgate_status.h"

struct durable;

/* For the file system of this folder. */
enum fg_status durable_new(const char *path, struct durable **out);

/* Asks for one more sync; returns the errno of the latest, or 0. */
int durable_ask(struct durable *durable);

/* Waits for a sync that is under way. */
void durable_free(struct durable *durable);

#endif /* SYNCER_DURABLE_H */
