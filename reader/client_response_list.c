/* Which names a client gets to see: filters, target apps, order. */
#include <stdlib.h>

#include "common/djb2.h"
#include "common/number.h"
#include "reader/client_response.h"

#define CMAB_FLAGS   20
#define CMAB_APP_IDS 56
#define STORE_FLAGS  4
#define STORE_APPS   16

bool
response_filters(struct response *r)
{
	const struct fg_name_filter *given[RESPONSE_N_FILTERS] = {
	    [RESPONSE_GATES] = &r->opt->gates,
	    [RESPONSE_CONFIGS] = &r->opt->configs,
	    [RESPONSE_EXPERIMENTS] = &r->opt->experiments,
	    [RESPONSE_LAYERS] = &r->opt->layers,
	    [RESPONSE_STORES] = &r->opt->stores};

	for (int k = 0; k < RESPONSE_N_FILTERS; k++) {
		struct response_filter *f = &r->filters[k];

		*f = (struct response_filter){.names = given[k]};
		if (!given[k]->is_given)
			continue;
		if (given[k]->n > SIZE_MAX / 16)
			return eval_fail(&r->e, EVAL_NO_MEMORY);
		f->hashes = arena_get(r->arena, given[k]->n * sizeof(uint64_t));
		if (f->hashes == NULL)
			return eval_fail(&r->e, EVAL_NO_MEMORY);
		for (size_t i = 0; i < given[k]->n; i++)
			f->hashes[i] = hash64(
			    given[k]->names[i], strlen(given[k]->names[i]));
	}
	return true;
}

static bool
is_wanted(const struct response *r, enum response_filter_kind kind,
    const struct image_str *name)
{
	const struct response_filter *f = &r->filters[kind];

	if (!f->names->is_given)
		return true;
	for (size_t i = 0; i < f->names->n; i++)
		if (f->hashes[i] == name->hash &&
		    strlen(f->names->names[i]) == name->len &&
		    memcmp(f->names->names[i], name->bytes, name->len) == 0)
			return true;
	return false;
}

/*
 * EVALUATION.md 6.6: the maps replace the rules' own app, also by nothing,
 * and the hashed one has the last word.
 */
static uint32_t
app_of_key(const struct response *r, const char *key)
{
	const struct image *im = &r->in.im;
	uint32_t app = image_head32(im, IMAGE_H_APP_ID);
	uint32_t plain = image_head32(im, IMAGE_H_KEYS_TO_APPS);
	uint32_t hashed = image_head32(im, IMAGE_H_HASHED_KEYS_TO_APPS);
	size_t n = strlen(key);
	char digits[24];

	if (plain != 0)
		app = image_member(im, plain, key, n);
	if (hashed != 0)
		app = image_member(im, hashed, digits,
		    number_u64_text(djb2(0, key, n), digits, sizeof(digits)));
	return app;
}

static bool
has_text(const char *s)
{
	return s != NULL && s[0] != '\0';
}

bool
response_app(struct response *r)
{
	const char *id = r->opt->target_app_id, *key = r->opt->client_sdk_key;
	uint32_t app = image_head32(&r->in.im, IMAGE_H_APP_ID);
	enum fg_status st = FG_OK;

	dyn_null(&r->app);
	r->in.app = &r->app;
	if (has_text(id)) {
		st = dyn_set_text(&r->app, id, strlen(id), r->arena);
	} else {
		if (has_text(key))
			app = app_of_key(r, key);
		if (app != 0)
			st = dyn_set_image(&r->app, &r->in.im, app, r->arena);
	}
	if (st != FG_OK)
		return eval_fail(
		    &r->e, st == FG_E_NOMEM ? EVAL_NO_MEMORY : EVAL_DAMAGED);
	r->by_app = (has_text(id) || has_text(key)) && r->app.has_text;
	r->unknown_key = has_text(key) && !has_text(id) && !r->app.has_text;
	return true;
}

static bool
is_for_app(const struct response *r, bool has_ids, uint32_t ids)
{
	return !r->by_app ||
	    (has_ids &&
		image_list_has(&r->in.im, ids, r->app.text, r->app.len));
}

static bool
keeps_spec(
    const struct response *r, const uint8_t *spec, const struct image_str *name)
{
	uint32_t flags = le32load(spec + IMAGE_SPEC_FLAGS);

	if (!is_for_app(r, (flags & IMAGE_SPEC_HAS_APP_IDS) != 0,
		le32load(spec + IMAGE_SPEC_APP_IDS)))
		return false;
	switch ((enum image_entity)le32load(spec + IMAGE_SPEC_ENTITY_NO)) {
	case IMAGE_ENTITY_SEGMENT:
	case IMAGE_ENTITY_HOLDOUT:
		return false;
	case IMAGE_ENTITY_FEATURE_GATE:
		return is_wanted(r, RESPONSE_GATES, name);
	case IMAGE_ENTITY_DYNAMIC_CONFIG:
		return is_wanted(r, RESPONSE_CONFIGS, name);
	case IMAGE_ENTITY_EXPERIMENT:
		return is_wanted(r, RESPONSE_EXPERIMENTS, name);
	case IMAGE_ENTITY_LAYER:
		return is_wanted(r, RESPONSE_LAYERS, name);
	case IMAGE_ENTITY_AUTOTUNE:
	case IMAGE_ENTITY_OTHER:
		break;
	}
	return true;
}

static bool
keeps(const struct response *r, uint32_t index, const uint8_t *rec,
    const struct image_str *name)
{
	if (index == IMAGE_H_CMABS)
		return is_for_app(r,
			   (le32load(rec + CMAB_FLAGS) &
			       IMAGE_CMAB_HAS_APP_IDS) != 0,
			   le32load(rec + CMAB_APP_IDS)) &&
		    is_wanted(r, RESPONSE_EXPERIMENTS, name);
	if (index == IMAGE_H_STORES)
		return is_for_app(r,
			   (le32load(rec + STORE_FLAGS) &
			       IMAGE_STORE_HAS_APP_IDS) != 0,
			   le32load(rec + STORE_APPS)) &&
		    is_wanted(r, RESPONSE_STORES, name);
	return keeps_spec(r, rec, name);
}

static uint32_t
record_size(uint32_t index)
{
	if (index == IMAGE_H_CMABS)
		return IMAGE_CMAB;
	return index == IMAGE_H_STORES ? IMAGE_STORE : IMAGE_SPEC;
}

/* Keys are copied: what is sorted must not change meanwhile. */
static bool
add(struct response *r, uint32_t index, uint32_t rec,
    struct response_list *list)
{
	const uint8_t *p = image_rec(&r->in.im, rec, record_size(index));
	struct response_entry *entry = &list->at[list->n];
	struct response_key key;

	*entry = (struct response_entry){
	    .rec = rec, .is_cmab = index == IMAGE_H_CMABS};
	if (p == NULL || !image_str(&r->in.im, le32load(p), &entry->name))
		return eval_fail(&r->e, EVAL_DAMAGED);
	if (!keeps(r, index, p, &entry->name))
		return true;
	response_hash(r, entry->name.bytes, entry->name.len, &key);
	entry->key = arena_text(r->arena, key.text, key.len);
	entry->key_len = key.len;
	if (entry->key == NULL)
		return eval_fail(&r->e, EVAL_NO_MEMORY);
	list->n++;
	return true;
}

static bool
add_index(struct response *r, uint32_t index, const uint8_t *table,
    uint32_t n_slots, struct response_list *list)
{
	for (uint32_t i = 0; table != NULL && i < n_slots; i++) {
		uint32_t rec = le32load(table + (size_t)i * IMAGE_SLOT + 4);

		if (rec != 0 && !add(r, index, rec, list))
			return false;
	}
	return true;
}

/* Of two with one key, the CMAB comes first. */
static int
by_key(const void *a, const void *b)
{
	const struct response_entry *x = a, *y = b;
	int c = image_key_cmp(x->key, x->key_len, y->key, y->key_len);

	if (c == 0)
		c = (int)y->is_cmab - (int)x->is_cmab;
	return c != 0 ? c : (x->rec > y->rec) - (x->rec < y->rec);
}

static void
each_key_once(struct response_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct response_entry *last = &list->at[n - (n > 0)];

		if (n > 0 && last->key_len == list->at[i].key_len &&
		    memcmp(last->key, list->at[i].key, last->key_len) == 0)
			continue;
		list->at[n++] = list->at[i];
	}
	list->n = n;
}

bool
response_list(struct response *r, uint32_t index, struct response_list *out)
{
	const struct image *im = &r->in.im;
	uint32_t more = index == IMAGE_H_CONFIGS ? IMAGE_H_CMABS : 0;
	uint32_t n = image_head32(im, index + 4), n_more = 0;
	const uint8_t *table = image_table(im, image_head32(im, index), n);
	const uint8_t *table_more = NULL;

	*out = (struct response_list){0};
	if (more != 0) {
		n_more = image_head32(im, more + 4);
		table_more = image_table(im, image_head32(im, more), n_more);
	}
	if (table == NULL)
		n = 0;
	if (table_more == NULL)
		n_more = 0;
	out->at =
	    arena_get(r->arena, ((size_t)n + n_more) * sizeof(*out->at) + 8);
	if (out->at == NULL)
		return eval_fail(&r->e, EVAL_NO_MEMORY);
	if (!add_index(r, index, table, n, out) ||
	    !add_index(r, more, table_more, n_more, out))
		return false;
	qsort(out->at, out->n, sizeof(*out->at), by_key);
	each_key_once(out);
	return true;
}
