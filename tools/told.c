#include "tools/told.h"

#include <stdlib.h>
#include <string.h>

void
told_free(struct told *t)
{
	json_tree_free(&t->tree);
	free(t->text);
}

/* The session may give the text's memory back before the next case. */
static enum fg_status
keep(struct told *t, const char *json, size_t len)
{
	struct json_span span;
	char *more;

	if (len > t->cap) {
		more = realloc(t->text, len);
		if (more == NULL)
			return FG_E_NOMEM;
		t->text = more;
		t->cap = len;
	}
	memcpy(t->text, json, len);
	t->len = len;
	span = json_span(t->text, len);
	return json_parse(&t->tree, &span);
}

static enum fg_status
make(struct told *t, struct fg_session *ses, struct fg_user *user)
{
	struct fg_client_response_options o = FG_CLIENT_RESPONSE_OPTIONS_INIT;
	const char *json = NULL;
	size_t len;
	enum fg_status st;

	o.hash = FG_HASH_NONE;
	t->is_made = true;
	t->len = 0;
	st = fg_client_response(ses, user, &o, &json, &len);
	if (json == NULL)
		return st == FG_E_NOMEM ? st : FG_OK;
	return keep(t, json, len);
}

/* The value of an object's member, or 0. */
static uint32_t
member_of(const struct told *t, uint32_t object, const char *key)
{
	const struct json_node *nodes = t->tree.nodes;
	size_t key_len = strlen(key), n;
	struct json_buf buf = {0};
	uint32_t at = object + 1, found = 0;
	const char *s;

	for (uint32_t k = 0; found == 0 && k < nodes[object].n_children; k++) {
		if (json_string(t->text + nodes[at].start,
			nodes[at].end - nodes[at].start, &buf, &s,
			&n) == FG_OK &&
		    n == key_len && memcmp(s, key, n) == 0)
			found = at + 1;
		at = nodes[at + 1].next;
	}
	free(buf.bytes);
	return found;
}

enum fg_status
told_find(struct told *t, struct fg_session *ses, struct fg_user *user,
    const char *map, const char *name)
{
	enum fg_status st = t->is_made ? FG_OK : make(t, ses, user);
	uint32_t entities;

	t->entry = 0;
	if (st != FG_OK || t->len == 0)
		return st;
	entities = member_of(t, 0, map);
	if (entities != 0)
		t->entry = member_of(t, entities, name);
	return FG_OK;
}

bool
told_has(const struct told *t, const char *member)
{
	return t->entry != 0 && member_of(t, t->entry, member) != 0;
}

void
told_put(const struct told *t, const char *member, struct jsonw *w)
{
	uint32_t node = t->entry != 0 ? member_of(t, t->entry, member) : 0;
	const struct json_node *at = &t->tree.nodes[node];

	if (node == 0)
		jsonw_null(w);
	else if (at->kind == JSON_STRING)
		jsonw_raw(w, t->text + at->start - 1, at->end - at->start + 2);
	else
		jsonw_raw(w, t->text + at->start, at->end - at->start);
}
