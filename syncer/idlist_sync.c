#include "syncer/idlist_sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/idlist.h"
#include "syncer/idlist_ask.h"
#include "syncer/idlist_list.h"
#include "syncer/idlist_set.h"
#include "syncer/log.h"
#include "syncer/retry.h"

#define FETCHES   4    /* at a time */
#define COMMIT_MS 1000 /* lists that change at about one time go together */

struct idlist_sync {
	struct idlist_sync_parts parts;
	const char *name; /* of the project */
	const char *trusted[4];
	struct idlist_ask *ask;
	struct idlist_list_parts list;
	struct idlist_set set;
	size_t left_out;   /* of the latest answer */
	uint64_t failures; /* polls in a row */
	struct loop_timer timer, pause, commit;
	bool needed, active, repeats, settled, dirty, answered;
	char told[200];
};

static void
changed(void *arg)
{
	struct idlist_sync *s = arg;

	s->set.version++;
	s->dirty = true;
}

/* ---- telling ---- */

static void
poll_fails(struct idlist_sync *s, const struct idlist_asked *asked)
{
	char text[sizeof(s->told)];

	snprintf(text, sizeof(text), "%s%s",
	    asked->denied ? "the SDK key is refused with " : "", asked->why);
	s->failures++;
	if (strcmp(text, s->told) == 0)
		log_debug("[project %s] ID lists: %s; those that are held stay",
		    s->name, text);
	else
		log_warn("[project %s] ID lists: %s; those that are held stay",
		    s->name, text);
	memcpy(s->told, text, sizeof(s->told));
}

static void
poll_succeeds(struct idlist_sync *s, const struct idlist_lookup *lookup)
{
	if (lookup->n_left_out > s->left_out)
		log_warn("[project %s] %zu ID lists are left out: their names "
			 "or URLs are too long",
		    s->name, lookup->n_left_out);
	s->left_out = lookup->n_left_out;
	if (s->failures > 0)
		log_info("[project %s] ID lists can be asked for again, after "
			 "%llu polls that failed",
		    s->name, (unsigned long long)s->failures);
	s->failures = 0;
	s->told[0] = '\0';
}

/* ---- all of them ---- */

/* Downloads that are under way, and the bytes that they are for. */
struct load {
	size_t n;
	uint64_t bytes;
};

static struct load
load_of(const struct idlist_sync *s)
{
	struct load load = {0, 0};

	for (size_t i = 0; i < s->set.n; i++) {
		if (s->set.at[i]->fetch == NULL)
			continue;
		load.n++;
		load.bytes += s->set.at[i]->bytes;
	}
	return load;
}

/* Memory is for two of the longest, or one and many others. */
static bool
has_room(const struct idlist_sync *s, const struct load *load, uint64_t need)
{
	return load->n == 0 ||
	    (load->n < FETCHES &&
		load->bytes + need <= 2 * s->parts.config->max_id_list);
}

/* Starts what is due, as far as there is room; those that fail come last. */
static void
start_due(struct idlist_sync *s, struct load *load, bool fails)
{
	uint64_t now = loop_clock_ms();

	for (size_t i = 0; i < s->set.n; i++) {
		struct idlist_list *l = s->set.at[i];

		if (l->fetch != NULL || l->due_ms > now || l->fails != fails ||
		    !has_room(s, load, idlist_list_need(l)))
			continue;
		idlist_list_start(l);
		if (l->fetch != NULL) {
			load->n++;
			load->bytes += l->bytes;
		}
	}
}

/* When the next one is due; IDLIST_NEVER: none waits. */
static uint64_t
next_due(const struct idlist_sync *s)
{
	uint64_t due = IDLIST_NEVER;

	for (size_t i = 0; i < s->set.n; i++)
		if (s->set.at[i]->fetch == NULL && s->set.at[i]->due_ms < due)
			due = s->set.at[i]->due_ms;
	return due;
}

static void
commit(void *arg)
{
	struct idlist_sync *s = arg;

	loop_timer_clear(s->parts.loop, &s->commit);
	s->dirty = false;
	s->parts.changed(s->parts.arg);
}

static void
run(void *arg)
{
	struct idlist_sync *s = arg;
	uint64_t due, now;
	struct load load = load_of(s);
	bool idle;

	start_due(s, &load, false);
	start_due(s, &load, true);
	now = loop_clock_ms();
	due = next_due(s);
	idle = load.n == 0 && due == IDLIST_NEVER;
	/* What is due now waits for room: the end of a download comes here. */
	if (due != IDLIST_NEVER && (due > now || load.n == 0))
		loop_timer_set(
		    s->parts.loop, &s->pause, due > now ? due - now : 0);
	if (s->dirty && idle)
		commit(s);
	else if (s->dirty && !s->commit.armed)
		loop_timer_set(s->parts.loop, &s->commit, COMMIT_MS);
	if (idle && s->answered) {
		s->answered = false;
		s->settled = true;
		s->parts.settled(s->parts.arg);
	}
}

/* ---- polling ---- */

static void
take_listing(struct idlist_sync *s, struct idlist_listing *listing)
{
	uint64_t tag = idlist_tag(listing->name.bytes, listing->name.n);
	struct idlist_list *l = idlist_set_find(&s->set, tag);

	if (l == NULL)
		l = idlist_set_add(&s->set, &listing->name);
	/* No memory, or of 2^64 tags the same: it is left out. */
	if (l == NULL || !idlist_text_same(&l->held.place.name, &listing->name))
		return;
	idlist_list_name(l, listing);
}

static void
drop_unlisted(struct idlist_sync *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->set.n; i++) {
		struct idlist_list *l = s->set.at[i];

		if (l->listed) {
			s->set.at[n++] = l;
			continue;
		}
		log_info("[project %s] ID list %.60s is no more", s->name,
		    l->held.place.name.bytes);
		if (l->held.base != 0)
			changed(s);
		idlist_list_free(l);
	}
	s->set.n = n;
}

static void
on_asked(void *arg, const struct idlist_asked *asked)
{
	struct idlist_sync *s = arg;
	uint64_t wait = retry_jitter_ms(
	    s->parts.config->id_lists_interval_ms, retry_random());

	s->answered = true;
	if (asked->lookup == NULL) {
		poll_fails(s, asked);
	} else {
		poll_succeeds(s, asked->lookup);
		for (size_t i = 0; i < s->set.n; i++)
			s->set.at[i]->listed = false;
		for (size_t i = 0; i < asked->lookup->n; i++)
			take_listing(s, &asked->lookup->at[i]);
		drop_unlisted(s);
	}
	if (s->repeats)
		loop_timer_set(s->parts.loop, &s->timer,
		    wait > asked->retry_after_ms ? wait
						 : asked->retry_after_ms);
	run(s);
}

static bool
is_wanted(const struct idlist_sync *s)
{
	uint64_t id_lists = s->parts.config->id_lists;

	return id_lists == CONFIG_ID_LISTS_YES ||
	    (id_lists == CONFIG_ID_LISTS_AUTO && s->needed);
}

static void
poll_now(struct idlist_sync *s)
{
	loop_timer_clear(s->parts.loop, &s->timer);
	if (is_wanted(s))
		idlist_ask_start(s->ask);
}

static void
on_timer(void *arg)
{
	poll_now(arg);
}

void
idlist_sync_poll(struct idlist_sync *s)
{
	s->active = true;
	poll_now(s);
}

void
idlist_sync_start(struct idlist_sync *s)
{
	s->repeats = true;
	idlist_sync_poll(s);
}

void
idlist_sync_need(struct idlist_sync *s, bool needed)
{
	bool was_wanted = is_wanted(s);

	s->needed = needed;
	if (s->active && !was_wanted)
		poll_now(s);
}

void
idlist_sync_stop(struct idlist_sync *s)
{
	s->active = s->repeats = false;
	loop_timer_clear(s->parts.loop, &s->timer);
	loop_timer_clear(s->parts.loop, &s->pause);
	loop_timer_clear(s->parts.loop, &s->commit);
	idlist_ask_cancel(s->ask);
	for (size_t i = 0; i < s->set.n; i++)
		idlist_list_stop(s->set.at[i]);
}

/* ---- beside the rules ---- */

uint64_t
idlist_sync_version(const struct idlist_sync *s)
{
	return s->set.version;
}

enum fg_status
idlist_sync_commit_parts(
    struct idlist_sync *s, struct store_part **parts, size_t *n)
{
	return idlist_set_parts(&s->set, parts, n);
}

void
idlist_sync_lost(struct idlist_sync *s)
{
	idlist_set_lost(&s->set);
	s->dirty = true;
	if (s->active)
		loop_timer_set(s->parts.loop, &s->pause, COMMIT_MS);
}

void
idlist_sync_status(const struct idlist_sync *s, struct idlist_sync_status *out)
{
	out->settled = s->settled || !is_wanted(s);
	idlist_set_count(&s->set, &out->n_lists, &out->members);
}

/* ---- birth and end ---- */

static enum fg_status
look_up(struct idlist_sync *s)
{
	enum fg_status st = idlist_set_take_up(&s->set);
	struct idlist_sync_status now;

	if (st != FG_OK || s->set.n == 0)
		return st;
	idlist_sync_status(s, &now);
	log_info("[project %s] starting from %llu ID lists with %llu members",
	    s->name, (unsigned long long)now.n_lists,
	    (unsigned long long)now.members);
	if (s->parts.config->id_lists == CONFIG_ID_LISTS_NO)
		idlist_set_clear(&s->set);
	return FG_OK;
}

enum fg_status
idlist_sync_new(const struct idlist_sync_parts *parts, struct idlist_sync **out)
{
	struct idlist_sync *s = calloc(1, sizeof(*s));
	const struct config_project *config = parts->config;
	size_t n = 0;
	enum fg_status st;

	*out = s;
	if (s == NULL)
		return FG_E_NOMEM;
	s->parts = *parts;
	s->name = config->name;
	if (config->id_lists_url != NULL)
		s->trusted[n++] = config->id_lists_url;
	s->trusted[n++] = config->specs_url;
	s->timer = (struct loop_timer){.fn = on_timer, .arg = s};
	s->pause = (struct loop_timer){.fn = run, .arg = s};
	s->commit = (struct loop_timer){.fn = commit, .arg = s};
	s->list = (struct idlist_list_parts){
	    .store = parts->store,
	    .fetch = {.http = parts->http,
		.config = config,
		.session = parts->session,
		.trusted = s->trusted},
	    .changed = changed,
	    .done = run,
	    .arg = s,
	};
	s->set.list = &s->list;
	s->set.project = config->name;
	st = idlist_ask_new(
	    &(struct idlist_ask_parts){
		.loop = parts->loop,
		.http = parts->http,
		.config = config,
		.session = parts->session,
		.trusted = s->trusted,
		.done = on_asked,
		.arg = s,
	    },
	    &s->ask);
	return st == FG_OK ? look_up(s) : st;
}

void
idlist_sync_free(struct idlist_sync *s)
{
	if (s == NULL)
		return;
	if (s->ask != NULL)
		idlist_sync_stop(s);
	idlist_set_clear(&s->set);
	free(s->set.at);
	idlist_ask_free(s->ask);
	free(s);
}
