/* The user object of an event: events.md of the reference, section 3. */
#include <stdlib.h>

#include "reader/user.h"

static const struct {
	const char *name;
	enum image_atom atom;
} texts[] = {
    {"email", IMAGE_ATOM_EMAIL},
    {"ip", IMAGE_ATOM_IP},
    {"userAgent", IMAGE_ATOM_USER_AGENT},
    {"country", IMAGE_ATOM_COUNTRY},
    {"locale", IMAGE_ATOM_LOCALE},
    {"appVersion", IMAGE_ATOM_APP_VERSION},
};

static void
put_map(struct jsonw *w, const struct user_map *map)
{
	for (uint32_t i = 0; i < map->n; i++) {
		const struct user_entry *e = &map->entries[i];

		jsonw_key_n(w, e->key.text, e->key.len);
		dyn_json(&e->value, w);
	}
}

/* The client's global custom fields, hidden by the user's own. */
static void
put_custom(
    struct jsonw *w, const struct user_map *own, const struct user_map *global)
{
	if (!own->present && !global->present)
		return;
	jsonw_key(w, "custom");
	jsonw_begin_object(w);
	for (uint32_t i = 0; i < global->n; i++) {
		const struct user_entry *e = &global->entries[i];

		if (user_map_get(own, e->key.text, e->key.len, e->key.hash) !=
		    NULL)
			continue;
		jsonw_key_n(w, e->key.text, e->key.len);
		dyn_json(&e->value, w);
	}
	put_map(w, own);
	jsonw_end_object(w);
}

static void
put_environment(struct jsonw *w, const struct user_map *own,
    const struct dyn *option, const struct image_str *tier)
{
	if (!own->present && option->type == FG_NULL && tier->len == 0)
		return;
	jsonw_key(w, "statsigEnvironment");
	jsonw_begin_object(w);
	if (own->present) {
		put_map(w, own);
	} else {
		jsonw_key(w, "tier");
		if (option->type != FG_NULL)
			dyn_json(option, w);
		else
			jsonw_text_n(w, tier->bytes, tier->len);
	}
	jsonw_end_object(w);
}

/* Never the private attributes: this text goes to the disk. */
static void
put_user(struct jsonw *w, const struct fg_user *user,
    const struct user_defaults *defaults, const struct image_str *tier)
{
	jsonw_begin_object(w);
	if (user->atoms[IMAGE_ATOM_USER_ID].type != FG_NULL) {
		jsonw_key(w, "userID");
		dyn_json(&user->atoms[IMAGE_ATOM_USER_ID], w);
	}
	if (user->maps[FG_CUSTOM_IDS].present) {
		jsonw_key(w, "customIDs");
		jsonw_begin_object(w);
		put_map(w, &user->maps[FG_CUSTOM_IDS]);
		jsonw_end_object(w);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct dyn *v = &user->atoms[texts[i].atom];

		if (v->type == FG_NULL)
			continue;
		jsonw_key(w, texts[i].name);
		dyn_json(v, w);
	}
	put_custom(w, &user->maps[FG_CUSTOM], &defaults->custom);
	put_environment(w, &user->maps[FG_ENVIRONMENT], &defaults->tier, tier);
	jsonw_end_object(w);
}

struct queue_user *
user_wire(struct fg_user *user, const struct user_defaults *defaults,
    const struct image_str *tier)
{
	uint64_t made_for = defaults->id ^ tier->hash;
	struct jsonw w;

	if (user->has_json && user->json_for == made_for)
		return &user->wire;
	for (;;) {
		size_t cap;
		char *grown;

		jsonw_init(&w, user->json, user->json_cap);
		put_user(&w, user, defaults, tier);
		if (w.status == FG_OK)
			break;
		cap = user->json_cap * 2 + 1024;
		grown = realloc(user->json, cap);
		if (grown == NULL)
			return NULL;
		user->json = grown;
		user->json_cap = cap;
	}
	user->has_json = true;
	user->json_for = made_for;
	user->wire = (struct queue_user){user->json, w.len, 0, 0};
	return &user->wire;
}
