/*
 * project: the rules of one project, polled from the origin and committed.
 *
 * Asks for what is newer than what is held, and what comes is compiled, sealed
 * and committed before anyone sees it.  Whatever goes wrong (network, answer,
 * document, disk), the generation that readers use stays; the next poll is
 * the next attempt.  What is held is known from the store, so a restart asks
 * for news only.
 */
#ifndef SYNCER_PROJECT_H
#define SYNCER_PROJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/config.h"
#include "syncer/countries.h"
#include "syncer/http.h"
#include "syncer/idlist_sync.h"
#include "syncer/loop.h"
#include "syncer/store.h"

struct project;

/* What it works with; all outlive it. */
struct project_parts {
	struct loop *loop;
	struct http *http;
	struct store *store;
	struct countries *countries;
	struct config_project *config;
	const char *session;
	/* A poll is over, well or not. */
	void (*settled)(void *arg);
	void *settled_arg;
	/* Takes an event about a poll; NULL: none is made. */
	void (*diagnose)(
	    void *arg, const char *project, const char *event, size_t len);
	void *diagnose_arg;
};

struct project_status {
	const char *name;
	uint64_t generation; /* 0: no rules yet */
	uint64_t lcut_ms;    /* of the document, Unix time */
	uint64_t success_ms; /* latest poll that went well; 0: none yet */
	uint64_t polls;      /* that are over */
	uint64_t commits;    /* by this process */
	uint64_t failures;   /* polls in a row */
	bool denied;         /* the SDK key is refused */
	const char *error;   /* of the latest poll; "" */
	struct idlist_sync_status lists;
};

/* Looks up what is held.  FG_E_NOMEM. */
enum fg_status project_new(
    const struct project_parts *parts, struct project **out);
void project_free(struct project *project);

/* Polls now, and then again and again. */
void project_start(struct project *project);

/* Polls now, once; for who waits, settled tells of rules and of ID lists. */
void project_poll(struct project *project);

/* Polls no more and drops what is under way. */
void project_stop(struct project *project);

void project_status(const struct project *project, struct project_status *out);

/*
 * Takes a document as if it had just arrived.  FG_OK: committed, or there is
 * nothing new in it.  Otherwise project_status tells the error.
 */
enum fg_status project_take(
    struct project *project, const char *text, size_t n);

/*
 * Commits the rules that are held once more if what goes beside them has
 * changed.  Each poll ends with it.
 */
void project_refresh(struct project *project);

/*
 * Is the document made for this key?  It says so by a hash, if at all; true
 * when it does not.  text is JSON that has been checked.
 */
bool project_key_fits(const char *text, size_t n, const char *key);

#endif /* SYNCER_PROJECT_H */
