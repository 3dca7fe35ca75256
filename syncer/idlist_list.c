#include "syncer/idlist_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syncer/log.h"
#include "syncer/loop.h"
#include "syncer/retry.h"

struct idlist_list *
idlist_list_new(
    const struct idlist_list_parts *parts, const struct idlist_text *name)
{
	struct idlist_list *l = calloc(1, sizeof(*l));

	if (l == NULL || idlist_held_new(&l->held, name) != FG_OK) {
		free(l);
		return NULL;
	}
	l->parts = parts;
	l->due_ms = IDLIST_NEVER;
	return l;
}

void
idlist_list_stop(struct idlist_list *l)
{
	idlist_fetch_cancel(l->fetch);
	l->fetch = NULL;
}

void
idlist_list_free(struct idlist_list *l)
{
	idlist_list_stop(l);
	idlist_held_free(&l->held, l->parts->store);
	free(l->listing.url.bytes);
	idlist_file_free(&l->listing.file);
	idlist_file_free(&l->file);
	free(l);
}

void
idlist_list_name(struct idlist_list *l, struct idlist_listing *listing)
{
	free(l->listing.url.bytes);
	idlist_file_free(&l->listing.file);
	l->listing = *listing;
	l->listing.name = (struct idlist_text){NULL, 0};
	listing->url.bytes = listing->file.id.bytes = NULL;
	l->listed = true;
	l->again = l->fetch != NULL;
	/* An attempt that is to come still counts as one of those before. */
	if (l->fetch == NULL && l->due_ms == IDLIST_NEVER) {
		l->attempt = 0;
		l->restart = false;
		l->due_ms = loop_clock_ms();
	}
}

/* ---- telling ---- */

static const char *
project_of(const struct idlist_list *l)
{
	return l->parts->fetch.config->name;
}

/* A failure that stays the same is told once. */
static void
fail(struct idlist_list *l, const char *why)
{
	const char *kept =
	    l->held.base != 0 ? "its members stay" : "nobody is its member";
	const char *name = l->held.place.name.bytes;

	if (strncmp(l->told, why, sizeof(l->told) - 1) == 0)
		log_debug("[project %s] ID list %.60s: %s; %s", project_of(l),
		    name, why, kept);
	else
		log_warn("[project %s] ID list %.60s: %s; %s", project_of(l),
		    name, why, kept);
	snprintf(l->told, sizeof(l->told), "%s", why);
	l->fails = true;
	l->due_ms = IDLIST_NEVER;
}

static void
succeed(struct idlist_list *l, bool anew, uint64_t bytes)
{
	log_info("[project %s] ID list %.60s: %llu members, from %llu bytes%s",
	    project_of(l), l->held.place.name.bytes,
	    (unsigned long long)l->held.members, (unsigned long long)bytes,
	    anew ? ", all of its file" : " more");
	l->told[0] = '\0';
	l->fails = l->restart = false;
	l->parts->changed(l->parts->arg);
}

/* ---- what came ---- */

/* From its begin then, but only once until it is listed again. */
static void
start_over(struct idlist_list *l, const char *why)
{
	if (l->restart)
		fail(l, why);
	else
		l->due_ms = loop_clock_ms();
	l->restart = true;
}

static void
take(struct idlist_list *l, struct idlist_lines *lines, bool anew,
    uint64_t position, uint64_t bytes)
{
	enum fg_status st;
	int keep;

	if (!anew && position == l->held.place.position)
		return; /* not one whole line */
	st = idlist_held_take(&l->held, l->parts->store, lines, anew,
	    anew ? &l->file : &l->held.place.file, position, loop_unix_ms());
	keep = errno;
	if (st == FG_OK)
		succeed(l, anew, bytes);
	else if (st == FG_ABSENT)
		start_over(l, "what is held of it is damaged");
	else
		fail(l, st == FG_E_IO ? strerror(keep) : fg_strerror(st));
}

static void
again_or_fail(struct idlist_list *l, const struct idlist_fetched *got)
{
	bool soon = retry_specs(got->status) == RETRY_SPECS_SOON &&
	    !got->final && got->retry_after_ms == 0;

	if (soon && l->attempt < RETRY_SPECS)
		l->due_ms =
		    loop_clock_ms() + retry_specs_pause_ms(++l->attempt);
	else
		fail(l, got->why);
}

static void
on_fetched(void *arg, const struct idlist_fetched *got)
{
	struct idlist_list *l = arg;

	l->fetch = NULL;
	switch (got->got) {
	case IDLIST_GOT_MORE:
	case IDLIST_GOT_ALL:
		take(l, got->lines, got->got == IDLIST_GOT_ALL, got->position,
		    got->bytes);
		break;
	case IDLIST_GOT_NO_PART:
		start_over(l, "no part of its file is to be had");
		break;
	case IDLIST_GOT_NOTHING:
		again_or_fail(l, got);
		break;
	}
	if (l->again && l->due_ms == IDLIST_NEVER) {
		l->attempt = 0;
		l->due_ms = loop_clock_ms();
	}
	l->again = false;
	l->parts->done(l->parts->arg);
}

/* ---- what is to be done ---- */

static enum idlist_step
step_of(const struct idlist_list *l)
{
	bool holds = l->held.base != 0 && !l->restart;

	return idlist_lookup_step(holds ? &l->held.place.file : NULL,
	    l->held.place.position, &l->listing);
}

static uint64_t
first_byte(const struct idlist_list *l, enum idlist_step step)
{
	return step == IDLIST_MORE ? l->held.place.position : 0;
}

uint64_t
idlist_list_need(const struct idlist_list *l)
{
	enum idlist_step step = step_of(l);

	return step == IDLIST_KEEP ? 0 : l->listing.size - first_byte(l, step);
}

static const char *
problem_of(const struct idlist_list *l)
{
	const struct config_project *config = l->parts->fetch.config;
	const char *lookup = config->id_lists_url;

	if (l->listing.size > config->max_id_list)
		return "it is longer than max_id_list";
	return idlist_fetch_problem(
	    l->listing.url.bytes, lookup != NULL ? lookup : "https://");
}

void
idlist_list_start(struct idlist_list *l)
{
	enum idlist_step step = step_of(l);
	struct idlist_fetch_parts parts = l->parts->fetch;
	struct idlist_lines none = {.n = 0};
	const char *problem = problem_of(l);
	uint64_t from = first_byte(l, step);

	parts.done = on_fetched;
	parts.arg = l;
	l->due_ms = IDLIST_NEVER;
	l->bytes = l->listing.size - from;
	l->file.created_ms = l->listing.file.created_ms;
	if (step == IDLIST_KEEP)
		return;
	if (problem != NULL)
		fail(l, problem);
	else if (idlist_text_copy(&l->file.id, &l->listing.file.id) != FG_OK)
		fail(l, fg_strerror(FG_E_NOMEM));
	else if (l->listing.size == 0)
		take(l, &none, true, 0, 0);
	else if (idlist_fetch_start(&parts, &l->listing, from, &l->fetch) !=
	    FG_OK)
		fail(l, fg_strerror(FG_E_NOMEM));
}
