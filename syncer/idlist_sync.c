#include "syncer/idlist_sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/idlist.h"
#include "common/manifest.h"
#include "syncer/idlist_ask.h"
#include "syncer/idlist_list.h"
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
	struct idlist_list **lists;
	size_t n, cap;
	size_t left_out;   /* of the latest answer */
	uint64_t failures; /* polls in a row */
	struct loop_timer timer, pause, commit;
	bool needed, active, repeats, settled, dirty, answered;
	uint64_t version, places_version, places;
	char told[200];
};

/* ---- lists ---- */

/* NULL: no memory. */
static struct idlist_list *
add(struct idlist_sync *s, const struct idlist_text *name)
{
	struct idlist_list *l, **more;

	if (s->n == s->cap) {
		more = realloc(s->lists, (s->cap * 2 + 16) * sizeof(*more));
		if (more == NULL)
			return NULL;
		s->lists = more;
		s->cap = s->cap * 2 + 16;
	}
	l = idlist_list_new(&s->list, name);
	if (l != NULL)
		s->lists[s->n++] = l;
	return l;
}

static struct idlist_list *
list_of_tag(const struct idlist_sync *s, uint64_t tag)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->lists[i]->held.tag == tag)
			return s->lists[i];
	return NULL;
}

static void
changed(void *arg)
{
	struct idlist_sync *s = arg;

	s->version++;
	s->dirty = true;
}

/* ---- what is held at the start ---- */

static enum fg_status
take_up_one(struct idlist_sync *s, const struct store_generation *g,
    const struct idlist_place *place)
{
	struct idlist_list *l = add(s, &place->name);

	if (l == NULL)
		return FG_E_NOMEM;
	if (idlist_held_find(&l->held, s->parts.store, place, g) != FG_OK)
		changed(s); /* the list is gone: it is fetched again */
	return FG_OK;
}

static enum fg_status
take_up(struct idlist_sync *s, const struct store_generation *g)
{
	struct manifest_section section;
	struct idlist_place place;
	const uint8_t *bytes;
	size_t len, at = 0;
	enum fg_status st = manifest_find(
	    g->manifest, g->manifest_len, MANIFEST_ID_PLACES, 0, &section);

	if (st == FG_OK)
		st = store_get_shared(s->parts.store, section.id, &bytes, &len);
	if (st != FG_OK)
		return st;
	s->places = section.id;
	while ((st = idlist_places_next(bytes, len, &at, &place)) == FG_OK &&
	    (st = take_up_one(s, g, &place)) == FG_OK)
		;
	return st == FG_END ? FG_OK : st;
}

/* Lists of which nobody knows how far they were read: all of them is fetched. */
static enum fg_status
take_up_bare(struct idlist_sync *s, const struct store_generation *g)
{
	struct idlist_place place = {.file = {.created_ms = INT64_MIN}};
	struct manifest_section section;
	struct idlist list;
	const uint8_t *bytes;
	size_t len;
	enum fg_status st = FG_OK;

	for (uint32_t i = 0; st == FG_OK; i++) {
		st =
		    manifest_section(g->manifest, g->manifest_len, i, &section);
		if (st != FG_OK || section.kind != MANIFEST_ID_LIST ||
		    store_get_shared(
			s->parts.store, section.id, &bytes, &len) != FG_OK ||
		    idlist_open(bytes, len, IDLIST_BASE, &list) != FG_OK ||
		    list_of_tag(s, section.tag) != NULL)
			continue;
		place.name = (struct idlist_text){
		    (char *)(uintptr_t)list.name, list.name_len};
		st = take_up_one(s, g, &place);
	}
	return st == FG_END ? FG_OK : st;
}

static void
drop_all(struct idlist_sync *s)
{
	for (size_t i = 0; i < s->n; i++)
		idlist_list_free(s->lists[i]);
	s->n = 0;
	changed(s);
}

static enum fg_status
look_up(struct idlist_sync *s)
{
	struct idlist_sync_status now;
	struct store_generation g;
	enum fg_status st;

	if (store_latest(s->parts.store, s->name, &g) != FG_OK)
		return FG_OK;
	st = take_up(s, &g);
	if (st != FG_OK && st != FG_E_NOMEM)
		st = take_up_bare(s, &g);
	if (st == FG_E_NOMEM || s->n == 0)
		return st == FG_E_NOMEM ? st : FG_OK;
	idlist_sync_status(s, &now);
	log_info("[project %s] starting from %llu ID lists with %llu members",
	    s->name, (unsigned long long)now.n_lists,
	    (unsigned long long)now.members);
	if (s->parts.config->id_lists == CONFIG_ID_LISTS_NO)
		drop_all(s);
	return FG_OK;
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

	for (size_t i = 0; i < s->n; i++) {
		if (s->lists[i]->fetch == NULL)
			continue;
		load.n++;
		load.bytes += s->lists[i]->bytes;
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

	for (size_t i = 0; i < s->n; i++) {
		struct idlist_list *l = s->lists[i];

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

	for (size_t i = 0; i < s->n; i++)
		if (s->lists[i]->fetch == NULL && s->lists[i]->due_ms < due)
			due = s->lists[i]->due_ms;
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
	struct idlist_list *l = list_of_tag(s, tag);

	if (l == NULL)
		l = add(s, &listing->name);
	/* No memory, or of 2^64 tags the same: it is left out. */
	if (l == NULL || !idlist_text_same(&l->held.place.name, &listing->name))
		return;
	idlist_list_name(l, listing);
}

static void
drop_unlisted(struct idlist_sync *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct idlist_list *l = s->lists[i];

		if (l->listed) {
			s->lists[n++] = l;
			continue;
		}
		log_info("[project %s] ID list %.60s is no more", s->name,
		    l->held.place.name.bytes);
		if (l->held.base != 0)
			changed(s);
		idlist_list_free(l);
	}
	s->n = n;
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
		for (size_t i = 0; i < s->n; i++)
			s->lists[i]->listed = false;
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
	for (size_t i = 0; i < s->n; i++)
		idlist_list_stop(s->lists[i]);
}

/* ---- beside the rules ---- */

uint64_t
idlist_sync_version(const struct idlist_sync *s)
{
	return s->version;
}

static enum fg_status
put_places(struct idlist_sync *s, size_t n)
{
	const struct idlist_place **places = calloc(n + 1, sizeof(*places));
	uint8_t *bytes = NULL;
	uint64_t id;
	size_t len, held = 0;
	enum fg_status st = FG_E_NOMEM;

	if (places != NULL) {
		for (size_t i = 0; i < s->n; i++)
			if (s->lists[i]->held.base != 0)
				places[held++] = &s->lists[i]->held.place;
		st = idlist_places_make(places, held, &bytes, &len);
	}
	if (st == FG_OK)
		st = store_put_shared(s->parts.store, bytes, len, &id);
	if (st == FG_OK) {
		store_drop_shared(s->parts.store, s->places);
		s->places = id;
		s->places_version = s->version;
	}
	free(bytes);
	free(places);
	return st;
}

enum fg_status
idlist_sync_commit_parts(
    struct idlist_sync *s, struct store_part **parts, size_t *n)
{
	struct store_part *p = calloc(2 * s->n + 1, sizeof(*p));
	enum fg_status st = FG_OK;

	*parts = p;
	*n = 0;
	if (p == NULL)
		return FG_E_NOMEM;
	for (size_t i = 0; i < s->n; i++) {
		const struct idlist_held *h = &s->lists[i]->held;

		if (h->base != 0)
			p[(*n)++] = (struct store_part){
			    MANIFEST_ID_LIST, h->tag, h->base};
		if (h->delta != 0)
			p[(*n)++] = (struct store_part){
			    MANIFEST_ID_DELTA, h->tag, h->delta};
	}
	if (*n == 0)
		return FG_OK;
	if (s->places == 0 || s->places_version != s->version)
		st = put_places(s, *n);
	p[(*n)++] = (struct store_part){MANIFEST_ID_PLACES, 0, s->places};
	return st;
}

void
idlist_sync_lost(struct idlist_sync *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct idlist_list *l = s->lists[i];

		if (l->held.base == 0 ||
		    idlist_held_is_there(&l->held, s->parts.store))
			continue;
		idlist_held_drop(&l->held, s->parts.store);
		if (l->listed)
			l->due_ms = loop_clock_ms();
	}
	s->places = 0;
	changed(s);
	if (s->active)
		loop_timer_set(s->parts.loop, &s->pause, 0);
}

void
idlist_sync_status(const struct idlist_sync *s, struct idlist_sync_status *out)
{
	*out =
	    (struct idlist_sync_status){.settled = s->settled || !is_wanted(s)};
	for (size_t i = 0; i < s->n; i++) {
		out->n_lists += s->lists[i]->held.base != 0;
		out->members += s->lists[i]->held.members;
	}
}

/* ---- birth and end ---- */

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
	for (size_t i = 0; i < s->n; i++)
		idlist_list_free(s->lists[i]);
	free(s->lists);
	idlist_ask_free(s->ask);
	free(s);
}
