#include <stdlib.h>

#include "syncer/compile_int.h"

/* Room for as many entries as there are names, the new ones empty. */
static bool
entry_room(struct compile *c, struct compile_map *map)
{
	size_t before = map->cap;

	if (!compile_room(c, &map->entries, &map->cap, map->names.n,
		sizeof(*map->entries)))
		return false;
	if (map->cap > before)
		memset(map->entries + before, 0,
		    (map->cap - before) * sizeof(*map->entries));
	return true;
}

/* The entry of a name as it is spelled; NULL after saying what is wrong. */
static struct compile_entry *
enter(struct compile *c, struct compile_map *map, const char *raw, size_t raw_n)
{
	const char *name;
	size_t n;
	enum fg_status st = json_string(raw, raw_n, &c->decoded, &name, &n);
	uint32_t number = NAMES_NONE;

	if (st == FG_E_INVALID) {
		compile_fail(c, (size_t)(raw - c->doc), NULL, 0,
		    "half of a surrogate pair in a name");
		return NULL;
	}
	if (st == FG_OK)
		number = names_add(&map->names, name, n, name != raw);
	if (number == NAMES_NONE || !entry_room(c, map)) {
		c->status = FG_E_NOMEM;
		return NULL;
	}
	return &map->entries[number];
}

bool
compile_map_read(
    struct compile *c, struct compile_map *map, struct json_walk *at)
{
	struct json_walk walk;
	const char *raw;
	size_t raw_n;

	if (!json_walk_enter(at, &walk) || !walk.keyed)
		return compile_fail(c, (size_t)(at->text - c->doc), NULL, 0,
		    "expected an object");
	while (json_walk_next(&walk, &raw, &raw_n)) {
		struct compile_entry *e = enter(c, map, raw, raw_n);
		struct json_span value;

		if (e == NULL)
			return false;
		value = json_walk_value(&walk);
		e->text = value.text;
		e->n = (uint32_t)value.n;
		e->n_tokens = (uint32_t)value.n_tokens;
		e->depth = (uint32_t)value.depth;
		e->escapes = value.escapes;
	}
	json_walk_leave(at, &walk);
	return true;
}

uint32_t
compile_map_ask(
    struct compile *c, struct compile_map *map, const char *name, size_t n)
{
	/* The name may be decoded text, which does not last. */
	uint32_t number = names_add(&map->names, name, n, true);

	if (number == NAMES_NONE || !entry_room(c, map)) {
		c->status = FG_E_NOMEM;
		return NAMES_NONE;
	}
	return number;
}

bool
compile_entry_parse(struct compile *c, const struct compile_map *map,
    uint32_t number, struct compile_tree *t, struct compile_where *where)
{
	const struct compile_entry *e = &map->entries[number];
	const struct json_span value = {.text = e->text,
	    .n = e->n,
	    .depth = e->depth,
	    .n_tokens = e->n_tokens,
	    .escapes = e->escapes};

	*where = (struct compile_where){.up = c->where,
	    .name = map->names.entries[number].bytes,
	    .n = map->names.entries[number].n};
	c->where = where;
	return compile_parse(c, t, &value, 2);
}

void
compile_map_free(struct compile_map *map)
{
	names_free(&map->names);
	free(map->entries);
	*map = (struct compile_map){0};
}

void
compile_index(struct compile *c, struct compile_map *map, uint32_t index)
{
	size_t n = 0;

	if (!compile_room(
		c, &c->list, &c->list_cap, map->names.n, sizeof(*c->list)))
		return;
	for (size_t i = 0; i < map->names.n; i++)
		if (map->entries[i].record != 0)
			c->list[n++] = map->entries[i].record;
	image_build_index(&c->b, index, c->list, n);
}

void
compile_fixup(struct compile *c, struct compile_fixups *f, uint32_t record)
{
	if (compile_room(
		c, &f->records, &f->cap, f->n + 1, sizeof(*f->records)))
		f->records[f->n++] = record;
}

bool
compile_members_read(struct compile *c, const struct compile_tree *t,
    uint32_t object, struct compile_members *m)
{
	const struct json_node *nodes = t->json.nodes;

	names_free(&m->names);
	if (!compile_room(c, &m->nodes, &m->cap, nodes[object].n_children,
		sizeof(*m->nodes)) ||
	    !compile_room(c, &m->used, &m->used_cap, nodes[object].n_children,
		sizeof(*m->used)))
		return false;
	for (uint32_t k = object + 1; k < nodes[object].next;
	     k = nodes[k].next) {
		size_t n, raw_n;
		const char *s, *raw = compile_raw(t, k, &raw_n);
		uint32_t number;

		if (!compile_check(c, t, k, COMPILE_TEXT))
			return false;
		s = compile_decode(c, t, k, &n);
		number = s != NULL ? names_add(&m->names, s, n, s != raw)
				   : NAMES_NONE;
		if (number == NAMES_NONE) {
			c->status = FG_E_NOMEM;
			return false;
		}
		m->nodes[number] = k + 1;
		m->used[number] = false;
	}
	return true;
}

void
compile_members_free(struct compile_members *m)
{
	names_free(&m->names);
	free(m->nodes);
	free(m->used);
	*m = (struct compile_members){0};
}
