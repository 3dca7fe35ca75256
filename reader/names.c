/* What is in the rules: the names there are, and the fields they look at. */
#include "reader/call.h"

#include <stdlib.h>

struct names {
	struct fg_session *ses;
	const char **at;
	size_t n;
	bool failed; /* out of memory */
};

/* Where a list's entities are, and which of those it has; 0: all. */
static const struct {
	uint32_t index, size, entity;
} lists[] = {
    [FG_LIST_GATES] = {IMAGE_H_GATES, IMAGE_SPEC, IMAGE_ENTITY_FEATURE_GATE},
    [FG_LIST_CONFIGS] = {IMAGE_H_CONFIGS, IMAGE_SPEC,
	IMAGE_ENTITY_DYNAMIC_CONFIG},
    [FG_LIST_EXPERIMENTS] = {IMAGE_H_CONFIGS, IMAGE_SPEC,
	IMAGE_ENTITY_EXPERIMENT},
    [FG_LIST_AUTOTUNES] = {IMAGE_H_CONFIGS, IMAGE_SPEC, IMAGE_ENTITY_AUTOTUNE},
    [FG_LIST_LAYERS] = {IMAGE_H_LAYERS, IMAGE_SPEC, 0},
    [FG_LIST_STORES] = {IMAGE_H_STORES, IMAGE_STORE, 0},
};

static bool
make_room(struct names *out, size_t n)
{
	out->n = 0;
	out->at = arena_get(&out->ses->arena, n * sizeof(*out->at) + 8);
	out->failed = out->at == NULL;
	return !out->failed;
}

static void
add(struct names *out, uint32_t text)
{
	struct image_str s;
	const char *copy;

	if (!image_str(&out->ses->im, text, &s))
		return;
	copy = arena_text(&out->ses->arena, s.bytes, s.len);
	if (copy != NULL)
		out->at[out->n++] = copy;
	else
		out->failed = true;
}

static void
walk_list(struct names *out, uint32_t which, const char *name)
{
	const struct image *im = &out->ses->im;
	uint32_t n = image_head32(im, lists[which].index + 4);
	const uint8_t *table =
	    image_table(im, image_head32(im, lists[which].index), n);

	(void)name;
	if (table == NULL || !make_room(out, n))
		return;
	for (uint32_t i = 0; i < n && !out->failed; i++) {
		const uint8_t *rec =
		    image_rec(im, le32load(table + (size_t)i * IMAGE_SLOT + 4),
			lists[which].size);

		if (rec != NULL &&
		    (lists[which].entity == 0 ||
			le32load(rec + IMAGE_SPEC_ENTITY_NO) ==
			    lists[which].entity))
			add(out, le32load(rec));
	}
}

static void
walk_fields(struct names *out, uint32_t index, const char *name)
{
	const struct image *im = &out->ses->im;
	size_t len = strlen(name);
	uint32_t at = image_find(im, index, name, len, hash64(name, len));
	const uint8_t *spec = image_rec(im, at, IMAGE_SPEC), *list;
	uint32_t n;

	if (spec == NULL)
		return;
	at = le32load(spec + IMAGE_SPEC_FIELDS);
	list = image_at(im, at, 4);
	n = list != NULL ? le32load(list) : 0;
	if (n > im->size / 4 || !make_room(out, n))
		return;
	for (uint32_t i = 0; i < n && !out->failed; i++) {
		const uint8_t *text = image_nth(im, at + 4, i, 4);

		if (text != NULL)
			add(out, le32load(text));
	}
}

/* Until what was read is of a living generation. */
static enum fg_status
look(struct names *out,
    void (*walk)(struct names *out, uint32_t what, const char *name),
    uint32_t what, const char *name)
{
	struct fg_session *ses = out->ses;

	for (int i = 0; i < CALL_ATTEMPTS; i++) {
		out->n = 0;
		if (ses->state != SESSION_RULES)
			return FG_OK;
		walk(out, what, name);
		if (session_holds(ses))
			return out->failed ? FG_E_NOMEM : FG_OK;
		session_move(ses);
	}
	return FG_E_BUSY;
}

static enum fg_status
give(const struct names *found, enum fg_status st, const char *const **names,
    size_t *n)
{
	*names = st == FG_OK && found->n > 0 ? found->at : NULL;
	*n = *names != NULL ? found->n : 0;
	return st;
}

static int
by_bytes(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

enum fg_status
fg_list_names(struct fg_session *ses, enum fg_list which,
    const char *const **names, size_t *n)
{
	struct names found = {.ses = ses};
	enum fg_status st = FG_E_INVALID;

	if ((size_t)which < sizeof(lists) / sizeof(lists[0]))
		st = look(&found, walk_list, which, NULL);
	if (st == FG_OK && found.n > 1)
		qsort(found.at, found.n, sizeof(*found.at), by_bytes);
	return give(&found, st, names, n);
}

enum fg_status
fg_fields_needed(struct fg_session *ses, enum fg_kind kind, const char *name,
    const char *const **fields, size_t *n)
{
	static const uint32_t indexes[] = {
	    [FG_GATE] = IMAGE_H_GATES,
	    [FG_CONFIG] = IMAGE_H_CONFIGS,
	    [FG_EXPERIMENT] = IMAGE_H_CONFIGS,
	    [FG_LAYER] = IMAGE_H_LAYERS,
	};
	struct names found = {.ses = ses};
	enum fg_status st = FG_E_INVALID;

	if ((size_t)kind < sizeof(indexes) / sizeof(indexes[0]))
		st = look(&found, walk_fields, indexes[kind], name);
	return give(&found, st, fields, n);
}
