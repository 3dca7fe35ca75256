/*
 * idlist_sync: the ID lists of one project, kept as their server has them.
 *
 * Asks which lists there are, and downloads what is new of each, several at a
 * time and each on its own: one that is slow or broken holds up no other, and
 * keeps the members it had.  What has changed waits, already stored, for the
 * project to commit it beside its rules.
 */
#ifndef SYNCER_IDLIST_SYNC_H
#define SYNCER_IDLIST_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/config.h"
#include "syncer/http.h"
#include "syncer/loop.h"
#include "syncer/store.h"

struct idlist_sync;

/* What it works with; all outlive it. */
struct idlist_sync_parts {
	struct loop *loop;
	struct http *http;
	struct store *store;
	const struct config_project *config;
	const char *session;
	/* Lists are other ones than those of idlist_sync_commit_parts before. */
	void (*changed)(void *arg);
	/* A poll is over, with its downloads, well or not. */
	void (*settled)(void *arg);
	void *arg;
};

struct idlist_sync_status {
	uint64_t n_lists, members; /* that are held */
	bool settled; /* the first poll is over, or none was needed */
};

/* Takes up what the newest generation has.  FG_E_NOMEM. */
enum fg_status idlist_sync_new(
    const struct idlist_sync_parts *parts, struct idlist_sync **out);
void idlist_sync_free(struct idlist_sync *sync);

/*
 * Tells whether the rules name a list; without a call they do not.  It decides
 * with the configuration whether there are polls.
 */
void idlist_sync_need(struct idlist_sync *sync, bool needed);

/* Polls now, and then again and again. */
void idlist_sync_start(struct idlist_sync *sync);

/* Polls now, once. */
void idlist_sync_poll(struct idlist_sync *sync);

/* Polls no more and drops what is under way. */
void idlist_sync_stop(struct idlist_sync *sync);

/* Rises with each change of the lists. */
uint64_t idlist_sync_version(const struct idlist_sync *sync);

/*
 * The values that belong beside the rules now; free() *parts.  FG_E_NOMEM, and
 * what store_put_shared says.
 */
enum fg_status idlist_sync_commit_parts(
    struct idlist_sync *sync, struct store_part **parts, size_t *n);

/*
 * A commit has missed a value: lists of which one is lost are what the newest
 * generation has of them, and fetched again.
 */
void idlist_sync_lost(struct idlist_sync *sync);

void idlist_sync_status(
    const struct idlist_sync *sync, struct idlist_sync_status *out);

#endif /* SYNCER_IDLIST_SYNC_H */
