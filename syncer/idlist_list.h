/*
 * idlist_list: one ID list and its downloads.
 *
 * Knows what the server says of the list, what is held of it, and what is to
 * be done next and when.  It fails by itself: what is held stays, and the
 * failure is told once.
 */
#ifndef SYNCER_IDLIST_LIST_H
#define SYNCER_IDLIST_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "syncer/idlist_fetch.h"
#include "syncer/idlist_held.h"
#include "syncer/store.h"

#define IDLIST_NEVER UINT64_MAX

/* What all lists of a project work with; outlives them. */
struct idlist_list_parts {
	struct store *store;
	struct idlist_fetch_parts fetch; /* done and arg are not used */
	/* Its members are other ones; its download is over, however. */
	void (*changed)(void *arg);
	void (*done)(void *arg);
	void *arg;
};

struct idlist_list {
	const struct idlist_list_parts *parts;
	struct idlist_held held;
	struct idlist_listing listing; /* the newest; without the name */
	bool listed;                   /* there is one */
	struct idlist_fetch *fetch;    /* under way */
	uint64_t bytes;                /* that it is for */
	uint64_t due_ms; /* IDLIST_NEVER: not before it is listed again */
	bool fails;
	struct idlist_file file; /* that is being fetched; private from here */
	unsigned attempt;
	bool restart; /* what is held cannot be added to */
	bool again;   /* it was listed while a download was under way */
	char told[120];
};

/* NULL: no memory. */
struct idlist_list *idlist_list_new(
    const struct idlist_list_parts *parts, const struct idlist_text *name);
void idlist_list_free(struct idlist_list *list);

/* The server names it: takes URL and file from the listing. */
void idlist_list_name(struct idlist_list *list, struct idlist_listing *listing);

/* How many bytes are to be had; 0: there is nothing to do, or no request. */
uint64_t idlist_list_need(const struct idlist_list *list);

/* Does what is due, which may begin a download. */
void idlist_list_start(struct idlist_list *list);

/* Drops the download that is under way. */
void idlist_list_stop(struct idlist_list *list);

#endif /* SYNCER_IDLIST_LIST_H */
