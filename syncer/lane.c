#include "syncer/lane.h"

#include <stdlib.h>
#include <string.h>

enum fg_status
lane_init(struct lane *l, const char *project)
{
	l->project = project;
	return events_counts_new(&l->counts);
}

void
lane_batch_free(struct lane_batch *b)
{
	if (b == NULL)
		return;
	jsonw_free(&b->json);
	free(b->ends);
	free(b);
}

void
lane_free(struct lane *l)
{
	struct lane_batch *next;

	for (struct lane_batch *b = l->first; b != NULL; b = next) {
		next = b->next;
		lane_batch_free(b);
	}
	events_counts_free(l->counts);
	memset(l, 0, sizeof(*l));
}

static struct lane_batch *
building(const struct lane *l)
{
	return l->last != NULL && l->last->state == LANE_BUILDING ? l->last
								  : NULL;
}

static bool
batch_empty(const struct lane_batch *b)
{
	return b->n_changes == 0 && b->n_events == 0;
}

struct lane_batch *
lane_batch_new(struct lane *l, size_t n)
{
	struct lane_batch *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->ends = malloc(n * sizeof(*b->ends));
	if (b->ends == NULL) {
		free(b);
		return NULL;
	}
	jsonw_new(&b->json);
	b->lane = l;
	return b;
}

enum fg_status
lane_build(struct lane *l, uint64_t now_ms)
{
	struct lane_batch *b = building(l);

	if (b == NULL) {
		if (l->n_batches >= l->max_batches)
			return FG_E_BUSY;
		b = lane_batch_new(l, l->max_events);
		if (b == NULL)
			return FG_E_NOMEM;
		if (l->last != NULL)
			l->last->next = b;
		else
			l->first = b;
		l->last = b;
	}
	/* Numbered when it begins to fill: it is then younger than all else. */
	if (batch_empty(b)) {
		b->born_ms = now_ms;
		b->serial = ++*l->serial;
	}
	return FG_OK;
}

static enum fg_status
put_event(struct jsonw *w, const struct walk_event *e)
{
	if (e->record.kind == RECORD_EXPOSURE)
		return events_exposure(
		    w, &e->record.u.exposure, e->user, e->user_len);
	return events_custom(w, &e->record.u.custom, e->user, e->user_len);
}

/* Has the event that was just written room?  Then it stays. */
static enum fg_status
keep_event(struct lane *l, struct lane_batch *b, const struct jsonw *before)
{
	if (b->json.len > l->max_bytes && b->n_events > 0) {
		b->json.len = before->len;
		b->json.comma = before->comma;
		return FG_E_SPACE;
	}
	b->ends[b->n_events++] = (uint32_t)b->json.len;
	return FG_OK;
}

static bool
has_place(const struct lane *l, const struct lane_batch *b)
{
	return b->n_events + !events_counts_empty(l->counts) < l->max_events;
}

enum fg_status
lane_add(struct lane *l, const struct walk_event *e)
{
	struct lane_batch *b = building(l);
	struct jsonw before = b->json;
	enum fg_status st;

	/* The event that the counts become needs a place, too. */
	if (e->record.kind == RECORD_COUNTS)
		return b->n_events < l->max_events
		    ? events_counts_add(l->counts, &e->record.u.counts)
		    : FG_E_SPACE;
	if (!has_place(l, b))
		return FG_E_SPACE;

	st = put_event(&b->json, e);
	if (st == FG_E_CORRUPT)
		return FG_E_INVALID;
	if (st != FG_OK) {
		b->json.status = FG_OK;
		return st;
	}
	return keep_event(l, b, &before);
}

enum fg_status
lane_add_whole(struct lane *l, const char *event, size_t len)
{
	struct lane_batch *b = building(l);
	struct jsonw before = b->json;

	if (!has_place(l, b))
		return FG_E_SPACE;
	jsonw_raw(&b->json, event, len);
	if (b->json.status != FG_OK) {
		b->json.len = before.len;
		b->json.comma = before.comma;
		b->json.status = FG_OK;
		return FG_E_NOMEM;
	}
	return keep_event(l, b, &before);
}

enum fg_status
lane_note(struct lane *l, struct lane_segment *s, uint64_t pos)
{
	struct lane_batch *b = building(l);

	if (s->batch == b && s->refs > 0) {
		b->changes[s->change].pos = pos;
		return FG_OK;
	}
	if (b->n_changes == LANE_CHANGES)
		return FG_E_SPACE;
	s->batch = b;
	s->change = (uint32_t)b->n_changes;
	s->refs++;
	b->changes[b->n_changes++] = (struct lane_change){s, pos};
	return FG_OK;
}

/* Positions alone need no server. */
static void
make_ready(struct lane_batch *b)
{
	b->state = b->n_events > 0 ? LANE_READY : LANE_DONE;
	b->pub.project = b->lane->project;
	b->pub.events = b->json.text;
	b->pub.events_len = b->json.len;
	b->pub.n_events = b->n_events;
	b->pub.ends = b->ends;
	b->lane->n_batches++;
}

enum fg_status
lane_close(struct lane *l)
{
	struct lane_batch *b = building(l);
	enum fg_status st;

	if (b == NULL || batch_empty(b))
		return FG_OK;
	if (!events_counts_empty(l->counts)) {
		st = events_counts_put(l->counts, &b->json);
		if (st != FG_OK)
			return st;
		b->ends[b->n_events++] = (uint32_t)b->json.len;
	}
	make_ready(b);
	return FG_OK;
}

bool
lane_has_place(const struct lane *l)
{
	return l->n_batches + (building(l) != NULL) < l->max_batches;
}

/* Before an empty one that is being built: that is numbered when it fills. */
enum fg_status
lane_put(struct lane *l, struct lane_batch *b)
{
	struct lane_batch **at = &l->first;
	enum fg_status st = lane_close(l);

	if (st != FG_OK)
		return st;
	while (*at != NULL && (*at)->state != LANE_BUILDING)
		at = &(*at)->next;
	b->next = *at;
	*at = b;
	if (b->next == NULL)
		l->last = b;
	b->serial = ++*l->serial;
	make_ready(b);
	return FG_OK;
}

bool
lane_is_due(const struct lane *l, uint64_t now_ms, uint64_t delay_ms)
{
	const struct lane_batch *b = building(l);

	return b != NULL && !batch_empty(b) &&
	    (now_ms < b->born_ms || now_ms - b->born_ms >= delay_ms);
}

bool
lane_is_ready(const struct lane *l)
{
	for (const struct lane_batch *b = l->first; b != NULL; b = b->next)
		if (b->state == LANE_READY)
			return true;
	return false;
}

bool
lane_is_full(const struct lane *l)
{
	return building(l) == NULL && l->n_batches >= l->max_batches;
}

bool
lane_is_past(const struct lane *l, uint64_t serial)
{
	return l->first == NULL || l->first->serial > serial ||
	    batch_empty(l->first);
}

struct lane_batch *
lane_give(struct lane *l)
{
	for (struct lane_batch *b = l->first; b != NULL; b = b->next)
		if (b->state == LANE_READY) {
			b->state = LANE_GIVEN;
			l->n_given++;
			return b;
		}
	return NULL;
}

void
lane_drop_first(struct lane *l)
{
	struct lane_batch *b = l->first;

	l->first = b->next;
	if (l->first == NULL)
		l->last = NULL;
	l->n_batches--;
	lane_batch_free(b);
}
