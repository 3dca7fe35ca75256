/*
 * idlist_fetch: one download of an ID list's file, or of what was added to it.
 *
 * A part of a file is asked for as the reference asks: from the CDN by
 * "?range=N-", from anybody else by a Range header.  The body becomes entries
 * while it arrives and is never held as text; what lies beyond the size that
 * was listed is left for the next time.
 */
#ifndef SYNCER_IDLIST_FETCH_H
#define SYNCER_IDLIST_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/config.h"
#include "syncer/http.h"
#include "syncer/identity.h"
#include "syncer/idlist_lines.h"
#include "syncer/idlist_lookup.h"

/* ---- what is asked and what that is answered; no network in these ---- */

/* Is the range a part of the URL, as the CDN has it? */
bool idlist_fetch_by_query(const char *url);

/* The URL to ask for the bytes from this one on, or NULL: no memory. */
char *idlist_fetch_url(const char *url, uint64_t from);

/*
 * NULL, or why nothing is asked of this URL, which a server at `lookup` named:
 * it is none, or would give up https.
 */
const char *idlist_fetch_problem(const char *url, const char *lookup);

/* May the SDK key go there: to whom is configured, or to Statsig by https? */
bool idlist_fetch_is_trusted(const char *url, const char *const *trusted);

/* What a 2xx answer to "from this byte on" holds. */
enum idlist_part {
	IDLIST_PART_MORE,  /* what was asked for */
	IDLIST_PART_ALL,   /* the file from its begin */
	IDLIST_PART_WRONG, /* something else */
	IDLIST_PART_MAYBE, /* what was asked for, unless it is too long for it */
};
enum idlist_part idlist_fetch_part(
    uint64_t from, bool by_query, const struct http_response *head);

/* ---- a download ---- */

enum idlist_got {
	IDLIST_GOT_MORE,    /* lines that follow those that are held */
	IDLIST_GOT_ALL,     /* lines that replace them */
	IDLIST_GOT_NO_PART, /* nothing; only all of the file is to be had */
	IDLIST_GOT_NOTHING,
};

struct idlist_fetched {
	enum idlist_got got;
	struct idlist_lines *lines; /* may be taken */
	uint64_t position;          /* in the file, behind those lines */
	uint64_t bytes;             /* that came */
	const char *why;            /* of NOTHING, in a few words */
	int status;                 /* of the answer, 0: none */
	bool final;                 /* asking again at once brings nothing */
	uint64_t retry_after_ms;
};

typedef void idlist_fetch_fn(void *arg, const struct idlist_fetched *got);

/* What it works with; all outlive it. */
struct idlist_fetch_parts {
	struct http *http;
	const struct config_project *config;
	const char *session;
	const char *const *trusted; /* places for the SDK key, NULL ends */
	idlist_fetch_fn *done;
	void *arg;
};

struct idlist_fetch;

/*
 * Starts one of the bytes from this one up to the listed size.  done is called
 * once, from the loop, never from here, and the download is gone after it; all
 * in *got is borrowed.  The listing's URL must have no problem.
 */
enum fg_status idlist_fetch_start(const struct idlist_fetch_parts *parts,
    const struct idlist_listing *listing, uint64_t from,
    struct idlist_fetch **out);

/* NULL is nothing. */
void idlist_fetch_cancel(struct idlist_fetch *fetch);

#endif /* SYNCER_IDLIST_FETCH_H */
