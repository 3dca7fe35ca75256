#include "reader/user.h"

#include <stdlib.h>
#include <string.h>

#include "common/expose_key.h"

/* Worst growth of a text in JSON: each byte as \u00XX. */
#define JSON_ESCAPE 6
/* Braces, names of the fields and the tier. */
#define JSON_FRAME 512
/* Of its memory, what a user that is reset keeps. */
#define JSON_KEPT 32768

/* Of memory that is zero or an older user. */
static void
clear(struct fg_user *user)
{
	for (int i = 0; i < IMAGE_N_ATOMS; i++)
		if (user->atoms[i].text == NULL ||
		    user->atoms[i].type != FG_NULL)
			dyn_null(&user->atoms[i]);
	memset(user->maps, 0, sizeof(user->maps));
	user->json_bound = JSON_FRAME;
}

struct fg_user *
user_nobody(void)
{
	struct fg_user *user = calloc(1, sizeof(*user));

	if (user != NULL)
		clear(user);
	return user;
}

enum fg_status
fg_user_new(struct fg_user **out)
{
	struct fg_user *user = user_nobody();

	*out = NULL;
	if (user == NULL || !arena_init(&user->arena, 4096)) {
		free(user);
		return FG_E_NOMEM;
	}
	*out = user;
	return FG_OK;
}

void
fg_user_free(struct fg_user *user)
{
	if (user == NULL)
		return;
	arena_free(&user->arena);
	arena_free(&user->agent_room);
	free(user->json);
	free(user);
}

/* Makes anew, at the next need, all that was derived from the fields. */
static void
user_changed(struct fg_user *user)
{
	user->unit_hash = 0;
	user->ends[0].of = user->ends[1].of = NULL;
	user->has_json = false;
	user->has_agent = false;
}

void
fg_user_reset(struct fg_user *user)
{
	arena_reset(&user->arena);
	clear(user);
	user_changed(user);
	/* Whoever keeps a user for the next one keeps no more than this. */
	if (user->json_cap > JSON_KEPT) {
		free(user->json);
		user->json = NULL;
		user->json_cap = 0;
	}
}

static enum image_atom
atom_of(enum fg_field field)
{
	switch (field) {
	case FG_USER_ID:
		return IMAGE_ATOM_USER_ID;
	case FG_EMAIL:
		return IMAGE_ATOM_EMAIL;
	case FG_IP:
		return IMAGE_ATOM_IP;
	case FG_COUNTRY:
		return IMAGE_ATOM_COUNTRY;
	case FG_LOCALE:
		return IMAGE_ATOM_LOCALE;
	case FG_APP_VERSION:
		return IMAGE_ATOM_APP_VERSION;
	case FG_USER_AGENT:
		return IMAGE_ATOM_USER_AGENT;
	}
	return IMAGE_ATOM_NONE;
}

/*
 * Makes room for the JSON of what was just set, so that logging the first
 * event of this user does not allocate.  Without memory it is tried again then.
 */
static void
reserve_json(struct fg_user *user, size_t key_len, const struct dyn *v)
{
	size_t cap;
	char *grown;

	user->json_bound += JSON_ESCAPE * (key_len + v->len) + 64;
	for (uint32_t i = 0; i < v->n; i++)
		user->json_bound += JSON_ESCAPE * v->items[i].len + 64;
	if (user->json_bound <= user->json_cap)
		return;
	cap = user->json_bound * 2;
	grown = realloc(user->json, cap);
	if (grown != NULL) {
		user->json = grown;
		user->json_cap = cap;
	}
}

/* The same for what this text tells of the user, if it is his agent. */
static void
reserve_answers(
    struct fg_user *user, const char *key, size_t key_len, const struct dyn *v)
{
	if (key_len == 9 &&
	    (memcmp(key, "userAgent", 9) == 0 ||
		memcmp(key, "useragent", 9) == 0))
		user_answer_reserve(user, v->len);
}

enum fg_status
fg_user_set(
    struct fg_user *user, enum fg_field field, const struct fg_value *value)
{
	enum image_atom atom = atom_of(field);
	struct dyn v;
	enum fg_status st;

	if (atom == IMAGE_ATOM_NONE)
		return FG_E_INVALID;
	st = dyn_set(&v, value, &user->arena);
	if (st != FG_OK)
		return st;
	user->atoms[atom] = v;
	reserve_json(user, 0, &v);
	if (field == FG_USER_AGENT)
		reserve_answers(user, "userAgent", 9, &v);
	user_changed(user);
	return FG_OK;
}

static struct fg_value
text_value(const char *text)
{
	struct fg_value v = {.type = FG_STRING};

	v.u.string.bytes = text;
	v.u.string.len = strlen(text);
	return v;
}

enum fg_status
fg_user_set_string(struct fg_user *user, enum fg_field field, const char *text)
{
	struct fg_value v = text_value(text);

	return fg_user_set(user, field, &v);
}

struct dyn *
user_map_get(
    const struct user_map *map, const void *key, size_t n, uint64_t hash)
{
	return user_map_find(map, key, n, hash);
}

static bool
map_grow(struct user_map *map, struct arena *a)
{
	uint32_t cap = map->cap != 0 ? map->cap * 2 : 4;
	struct user_entry *grown;

	if (map->cap > UINT32_MAX / 4)
		return false;
	grown = arena_get(a, cap * sizeof(*grown));
	if (grown == NULL)
		return false;
	if (map->n > 0)
		memcpy(grown, map->entries, map->n * sizeof(*grown));
	map->entries = grown;
	map->cap = cap;
	return true;
}

enum fg_status
user_map_put(struct user_map *map, struct arena *a, const char *key, size_t n,
    const struct fg_value *value)
{
	uint64_t hash = hash64(key, n);
	struct dyn *old = user_map_get(map, key, n, hash), v;
	enum fg_status st =
	    n < UINT32_MAX ? dyn_set(&v, value, a) : FG_E_INVALID;
	struct user_entry *e;

	if (st != FG_OK)
		return st;
	map->present = true;
	if (old != NULL) {
		*old = v;
		return FG_OK;
	}
	if (map->n == map->cap && !map_grow(map, a))
		return FG_E_NOMEM;
	e = &map->entries[map->n];
	e->key.text = arena_text(a, key, n);
	if (e->key.text == NULL)
		return FG_E_NOMEM;
	e->key.len = (uint32_t)n;
	e->key.hash = hash;
	e->value = v;
	map->n++;
	return FG_OK;
}

enum fg_status
fg_user_put(struct fg_user *user, enum fg_map map, const char *key,
    size_t key_len, const struct fg_value *value)
{
	struct user_map *m;
	const struct dyn *v;
	enum fg_status st;

	if ((unsigned)map >= USER_N_MAPS)
		return FG_E_INVALID;
	m = &user->maps[map];
	st = user_map_put(m, &user->arena, key, key_len, value);
	if (st != FG_OK)
		return st;
	v = user_map_get(m, key, key_len, hash64(key, key_len));
	if (map != FG_PRIVATE)
		reserve_json(user, key_len, v);
	reserve_answers(user, key, key_len, v);
	user_changed(user);
	return FG_OK;
}

enum fg_status
fg_user_put_string(
    struct fg_user *user, enum fg_map map, const char *key, const char *text)
{
	struct fg_value v = text_value(text);

	return fg_user_put(user, map, key, strlen(key), &v);
}

enum fg_status
fg_user_put_number(
    struct fg_user *user, enum fg_map map, const char *key, double number)
{
	struct fg_value v = {.type = FG_DOUBLE};

	v.u.number = number;
	return fg_user_put(user, map, key, strlen(key), &v);
}

enum fg_status
fg_user_put_bool(
    struct fg_user *user, enum fg_map map, const char *key, bool boolean)
{
	struct fg_value v = {.type = FG_BOOL};

	v.u.boolean = boolean;
	return fg_user_put(user, map, key, strlen(key), &v);
}

enum fg_status
fg_user_put_empty(struct fg_user *user, enum fg_map map)
{
	if ((unsigned)map >= USER_N_MAPS)
		return FG_E_INVALID;
	user->maps[map].present = true;
	user_changed(user);
	return FG_OK;
}

struct dyn *
user_unit(const struct fg_user *user, const struct image *im, bool is_user_id,
    uint32_t unit, uint32_t unit_lower)
{
	const struct user_map *ids = &user->maps[FG_CUSTOM_IDS];
	struct image_str name;
	struct dyn *v = NULL;

	if (is_user_id)
		v = (struct dyn *)(uintptr_t)&user->atoms[IMAGE_ATOM_USER_ID];
	else if (ids->n == 0)
		return NULL;
	else if (image_str(im, unit, &name))
		v = user_map_get(ids, name.bytes, name.len, name.hash);
	if (v == NULL && image_str(im, unit_lower, &name))
		v = user_map_get(ids, name.bytes, name.len, name.hash);
	return v;
}

const struct sha256_end *
user_end_make(struct fg_user *user, const struct dyn *unit)
{
	struct user_end *e =
	    &user->ends[unit != &user->atoms[IMAGE_ATOM_USER_ID]];

	e->of = NULL;
	if (!sha256_end_set(&e->end, unit->text, unit->len))
		return NULL;
	e->of = unit;
	return &e->end;
}

uint64_t
user_unit_hash(struct fg_user *user)
{
	const struct user_map *ids = &user->maps[FG_CUSTOM_IDS];
	const struct dyn *stable;
	uint64_t sum = 0;

	if (user->unit_hash != 0)
		return user->unit_hash;
	stable = user_map_get(ids, "stableID", 8, hash64("stableID", 8));
	for (uint32_t i = 0; i < ids->n; i++)
		sum += ids->entries[i].value.hash;
	user->unit_hash = expose_key_user(user->atoms[IMAGE_ATOM_USER_ID].hash,
	    stable != NULL ? stable->hash : 0, sum);
	return user->unit_hash;
}
