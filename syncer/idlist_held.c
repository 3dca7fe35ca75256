#include "syncer/idlist_held.h"

#include <stdlib.h>
#include <string.h>

#include "common/idlist.h"
#include "common/manifest.h"
#include "syncer/idlist.h"

enum fg_status
idlist_held_new(struct idlist_held *held, const struct idlist_text *name)
{
	*held = (struct idlist_held){.tag = idlist_tag(name->bytes, name->n)};
	return idlist_text_copy(&held->place.name, name);
}

/* What is held, borrowed until the next write. */
static enum fg_status
values_of(const struct idlist_held *held, struct store *store,
    struct idlist_values *out)
{
	const uint8_t *base, *delta = NULL;
	enum fg_status st;

	*out = (struct idlist_values){.base = NULL};
	st = store_get_shared(store, held->base, &base, &out->base_len);
	if (st == FG_OK && held->delta != 0)
		st = store_get_shared(
		    store, held->delta, &delta, &out->delta_len);
	if (st != FG_OK)
		return st;
	out->base = (uint8_t *)(uintptr_t)base;
	out->delta = (uint8_t *)(uintptr_t)delta;
	return FG_OK;
}

bool
idlist_held_is_there(const struct idlist_held *held, struct store *store)
{
	struct idlist_values values;

	return values_of(held, store, &values) == FG_OK;
}

static uint64_t
section_id(const struct store_generation *g, uint32_t kind, uint64_t tag)
{
	struct manifest_section s;

	return manifest_find(g->manifest, g->manifest_len, kind, tag, &s) ==
		FG_OK
	    ? s.id
	    : 0;
}

enum fg_status
idlist_held_find(struct idlist_held *held, struct store *store,
    const struct idlist_place *place, const struct store_generation *g)
{
	struct idlist_values values;
	enum fg_status st;

	held->base = section_id(g, MANIFEST_ID_LIST, held->tag);
	held->delta = section_id(g, MANIFEST_ID_DELTA, held->tag);
	st = held->base != 0 ? values_of(held, store, &values) : FG_ABSENT;
	if (st == FG_OK)
		st = idlist_members(&values, &held->members);
	if (st == FG_OK)
		st = idlist_text_copy(&held->place.file.id, &place->file.id);
	if (st != FG_OK) {
		held->base = held->delta = held->members = 0;
		return st;
	}
	held->place.file.created_ms = place->file.created_ms;
	held->place.position = place->position;
	held->place.changed_ms = place->changed_ms;
	return FG_OK;
}

/* ---- news ---- */

static enum fg_status
make(const struct idlist_held *held, struct store *store,
    struct idlist_lines *lines, bool anew, struct idlist_values *out,
    uint64_t *members)
{
	const struct idlist_text *name = &held->place.name;
	struct idlist_values before, after;
	enum fg_status st;

	*out = (struct idlist_values){.base = NULL};
	if (anew) {
		st = idlist_build_lines(name->bytes, name->n, lines, out);
		return st == FG_OK ? idlist_members(out, members) : st;
	}
	st = values_of(held, store, &before);
	if (st == FG_OK)
		st = idlist_apply_lines(&before, lines, out);
	if (st == FG_E_CORRUPT)
		st = FG_ABSENT;
	if (st != FG_OK)
		return st;
	after = *out;
	if (after.base == NULL) {
		after.base = before.base;
		after.base_len = before.base_len;
	}
	return idlist_members(&after, members);
}

static enum fg_status
put(struct store *store, const uint8_t *bytes, size_t len, uint64_t *id)
{
	return bytes != NULL ? store_put_shared(store, bytes, len, id) : FG_OK;
}

static enum fg_status
put_both(struct store *store, const struct idlist_values *v,
    struct idlist_held *next)
{
	enum fg_status st = put(store, v->base, v->base_len, &next->base);
	uint64_t delta = 0;

	if (st == FG_OK)
		st = put(store, v->delta, v->delta_len, &delta);
	if (st != FG_OK && v->base != NULL)
		store_drop_shared(store, next->base);
	next->delta = delta;
	return st;
}

enum fg_status
idlist_held_take(struct idlist_held *held, struct store *store,
    struct idlist_lines *lines, bool anew, const struct idlist_file *file,
    uint64_t position, uint64_t now_ms)
{
	struct idlist_held next = *held;
	struct idlist_values values;
	enum fg_status st =
	    make(held, store, lines, anew, &values, &next.members);

	next.place.file = (struct idlist_file){.created_ms = file->created_ms};
	next.place.position = position;
	next.place.changed_ms = now_ms;
	if (st == FG_OK)
		st = idlist_text_copy(&next.place.file.id, &file->id);
	if (st == FG_OK)
		st = put_both(store, &values, &next);
	idlist_values_free(&values);
	if (st != FG_OK) {
		idlist_file_free(&next.place.file);
		return st;
	}
	if (next.base != held->base)
		store_drop_shared(store, held->base);
	if (next.delta != held->delta)
		store_drop_shared(store, held->delta);
	idlist_file_free(&held->place.file);
	*held = next;
	return FG_OK;
}

void
idlist_held_drop(struct idlist_held *held, struct store *store)
{
	store_drop_shared(store, held->base);
	store_drop_shared(store, held->delta);
	idlist_file_free(&held->place.file);
	held->base = held->delta = held->members = held->place.position = 0;
}

void
idlist_held_free(struct idlist_held *held, struct store *store)
{
	idlist_held_drop(held, store);
	free(held->place.name.bytes);
	*held = (struct idlist_held){.tag = 0};
}
