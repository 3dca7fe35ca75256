#include "syncer/idlist_set.h"

#include <stdlib.h>

#include "common/idlist.h"
#include "common/manifest.h"
#include "syncer/loop.h"

struct idlist_list *
idlist_set_add(struct idlist_set *s, const struct idlist_text *name)
{
	struct idlist_list *l, **more;

	if (s->n == s->cap) {
		more = realloc(s->at, (s->cap * 2 + 16) * sizeof(*more));
		if (more == NULL)
			return NULL;
		s->at = more;
		s->cap = s->cap * 2 + 16;
	}
	l = idlist_list_new(s->list, name);
	if (l != NULL)
		s->at[s->n++] = l;
	return l;
}

struct idlist_list *
idlist_set_find(const struct idlist_set *s, uint64_t tag)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i]->held.tag == tag)
			return s->at[i];
	return NULL;
}

void
idlist_set_clear(struct idlist_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		idlist_list_free(s->at[i]);
	s->n = 0;
	s->version++;
}

/* ---- what a generation has ---- */

/* Of a list that is held already nothing is taken. */
static enum fg_status
take_up_one(struct idlist_set *s, const struct store_generation *g,
    const struct idlist_place *place, bool may_add)
{
	uint64_t tag = idlist_tag(place->name.bytes, place->name.n);
	struct idlist_list *l = idlist_set_find(s, tag);

	if (l == NULL && !may_add)
		return FG_OK;
	if (l == NULL)
		l = idlist_set_add(s, &place->name);
	if (l == NULL)
		return FG_E_NOMEM;
	if (l->held.base == 0 &&
	    idlist_held_find(&l->held, s->list->store, place, g) != FG_OK)
		s->version++; /* the list is gone: it is fetched again */
	return FG_OK;
}

static enum fg_status
take_up(struct idlist_set *s, const struct store_generation *g, bool may_add)
{
	struct manifest_section section;
	struct idlist_place place;
	const uint8_t *bytes;
	size_t len, at = 0;
	enum fg_status st = manifest_find(
	    g->manifest, g->manifest_len, MANIFEST_ID_PLACES, 0, &section);

	if (st == FG_OK)
		st = store_get_shared(s->list->store, section.id, &bytes, &len);
	if (st != FG_OK)
		return st;
	s->places = section.id;
	while ((st = idlist_places_next(bytes, len, &at, &place)) == FG_OK &&
	    (st = take_up_one(s, g, &place, may_add)) == FG_OK)
		;
	return st == FG_END ? FG_OK : st;
}

/* Lists of which nobody knows how far they were read: all of them is fetched. */
static enum fg_status
take_up_bare(struct idlist_set *s, const struct store_generation *g)
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
			s->list->store, section.id, &bytes, &len) != FG_OK ||
		    idlist_open(bytes, len, IDLIST_BASE, &list) != FG_OK)
			continue;
		place.name = (struct idlist_text){
		    (char *)(uintptr_t)list.name, list.name_len};
		st = take_up_one(s, g, &place, true);
	}
	return st == FG_END ? FG_OK : st;
}

enum fg_status
idlist_set_take_up(struct idlist_set *s)
{
	struct store_generation g;
	enum fg_status st;

	if (store_latest(s->list->store, s->project, &g) != FG_OK)
		return FG_OK;
	st = take_up(s, &g, true);
	if (st != FG_OK && st != FG_E_NOMEM)
		st = take_up_bare(s, &g);
	return st == FG_E_NOMEM ? st : FG_OK;
}

void
idlist_set_lost(struct idlist_set *s)
{
	struct store_generation g;

	for (size_t i = 0; i < s->n; i++) {
		struct idlist_list *l = s->at[i];

		if (l->held.base == 0 ||
		    idlist_held_is_there(&l->held, s->list->store))
			continue;
		idlist_held_drop(&l->held, s->list->store);
		if (l->listed && l->fetch == NULL)
			l->due_ms = loop_clock_ms();
	}
	s->places = 0;
	s->version++;
	/* What readers have of them goes on meanwhile. */
	if (store_latest(s->list->store, s->project, &g) == FG_OK)
		take_up(s, &g, false);
}

/* ---- what the next one is to have ---- */

static enum fg_status
put_places(struct idlist_set *s, size_t n)
{
	const struct idlist_place **places = calloc(n + 1, sizeof(*places));
	uint8_t *bytes = NULL;
	uint64_t id;
	size_t len, held = 0;
	enum fg_status st = FG_E_NOMEM;

	if (places != NULL) {
		for (size_t i = 0; i < s->n; i++)
			if (s->at[i]->held.base != 0)
				places[held++] = &s->at[i]->held.place;
		st = idlist_places_make(places, held, &bytes, &len);
	}
	if (st == FG_OK)
		st = store_put_shared(s->list->store, bytes, len, &id);
	if (st == FG_OK) {
		store_drop_shared(s->list->store, s->places);
		s->places = id;
		s->places_version = s->version;
	}
	free(bytes);
	free(places);
	return st;
}

enum fg_status
idlist_set_parts(struct idlist_set *s, struct store_part **parts, size_t *n)
{
	struct store_part *p = calloc(2 * s->n + 1, sizeof(*p));
	enum fg_status st = FG_OK;

	*parts = p;
	*n = 0;
	if (p == NULL)
		return FG_E_NOMEM;
	for (size_t i = 0; i < s->n; i++) {
		const struct idlist_held *h = &s->at[i]->held;

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
idlist_set_count(
    const struct idlist_set *s, uint64_t *n_lists, uint64_t *members)
{
	*n_lists = *members = 0;
	for (size_t i = 0; i < s->n; i++) {
		*n_lists += s->at[i]->held.base != 0;
		*members += s->at[i]->held.members;
	}
}
