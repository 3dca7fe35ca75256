/*
 * idlist_ask: asks a project's server which ID lists there are.
 *
 * Up to four attempts, as for rules.  The CDN is asked by GET, any other server
 * by an empty POST.
 */
#ifndef SYNCER_IDLIST_ASK_H
#define SYNCER_IDLIST_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/config.h"
#include "syncer/http.h"
#include "syncer/idlist_lookup.h"
#include "syncer/loop.h"

/* What came of it; all is borrowed. */
struct idlist_asked {
	struct idlist_lookup *lookup; /* NULL: nothing that can be used */
	const char *why;              /* then, in a few words */
	bool denied;                  /* the SDK key is refused */
	uint64_t retry_after_ms;
};

struct idlist_ask_parts {
	struct loop *loop;
	struct http *http;
	const struct config_project *config;
	const char *session;
	const char *const *trusted;
	void (*done)(void *arg, const struct idlist_asked *asked);
	void *arg;
};

struct idlist_ask;

/* The URL, with the SDK key if it is the CDN's own; NULL: no memory. */
char *idlist_ask_url(const struct config_project *config);

/* Whether it is asked by GET. */
bool idlist_ask_gets(const struct config_project *config);

enum fg_status idlist_ask_new(
    const struct idlist_ask_parts *parts, struct idlist_ask **out);
void idlist_ask_free(struct idlist_ask *ask);

/* Asks, unless that is under way; done is called once, from the loop. */
void idlist_ask_start(struct idlist_ask *ask);
void idlist_ask_cancel(struct idlist_ask *ask);

#endif /* SYNCER_IDLIST_ASK_H */
