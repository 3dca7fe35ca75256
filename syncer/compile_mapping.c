#include "syncer/compile_int.h"

#define ENTRY 16
#define RULE  16

enum {
	NEW_NAME,
	RULES,
	N_FIELDS,
};

static const struct compile_field fields[N_FIELDS] = {
    [NEW_NAME] = COMPILE_REQUIRED("new_config_name", COMPILE_TEXT),
    [RULES] = COMPILE_REQUIRED("rules", COMPILE_ARRAY),
};

enum {
	RULE_NAME,
	START,
	N_RULE_FIELDS,
};

static const struct compile_field rule_fields[N_RULE_FIELDS] = {
    [RULE_NAME] = COMPILE_REQUIRED("rule_name", COMPILE_TEXT),
    [START] = COMPILE_OPTIONAL("start_time", COMPILE_I64),
};

/* override_rules: their records stand in c->rules. */
static bool
read_rules(struct compile *c)
{
	struct compile_where name = {c->where, "override_rules", 14, 0}, here;
	bool ok = true;

	c->where = &name;
	for (uint32_t i = 0; ok && i < c->rules.names.n; i++) {
		ok = compile_entry_parse(c, &c->rules, i, &c->tree, &here);
		if (ok)
			c->rules.entries[i].record =
			    compile_override_rule(c, &c->tree, 0);
		ok = ok && c->rules.entries[i].record != 0;
		c->where = &name;
	}
	c->where = name.up;
	return ok;
}

/* An element of "rules", into a record of the run at record. */
static bool
put_rule(struct compile *c, const struct compile_tree *t, uint32_t node,
    uint32_t record)
{
	uint32_t got[N_RULE_FIELDS], number;
	const char *s;
	size_t n;

	if (!compile_fields(c, t, node, rule_fields, N_RULE_FIELDS, got))
		return false;
	s = compile_decode(c, t, got[RULE_NAME], &n);
	number = s != NULL ? names_find(&c->rules.names, s, n) : NAMES_NONE;
	if (number != NAMES_NONE)
		image_build_put32(
		    &c->b, record, c->rules.entries[number].record);
	image_build_put64(
	    &c->b, record + 8, (uint64_t)compile_i64(t, got[START]));
	return true;
}

static bool
put_entry(struct compile *c, const struct compile_tree *t, uint32_t node,
    uint32_t record)
{
	const struct json_node *nodes = t->json.nodes;
	struct compile_where name = {c->where, "rules", 5, 0};
	struct compile_where here = {.up = &name};
	uint32_t got[N_FIELDS], n, run;
	bool ok = true;

	if (!compile_fields(c, t, node, fields, N_FIELDS, got))
		return false;
	n = nodes[got[RULES]].n_children;
	run = image_build_alloc(&c->b, (size_t)n * RULE);
	image_build_put32(&c->b, record, compile_text(c, t, got[NEW_NAME]));
	image_build_put32(&c->b, record + 4, n);
	image_build_put32(&c->b, record + 8, n > 0 ? run : 0);
	c->where = &here;
	for (uint32_t k = got[RULES] + 1; ok && k < nodes[got[RULES]].next;
	     k = nodes[k].next) {
		ok = put_rule(c, t, k, run + (uint32_t)here.index * RULE);
		here.index++;
	}
	c->where = name.up;
	return ok;
}

/* The mappings of one name: an array of entries. */
static bool
put_mapping(struct compile *c, const struct compile_tree *t, uint32_t name,
    uint32_t *record)
{
	const struct json_node *nodes = t->json.nodes;
	struct compile_where here = {.up = c->where};
	uint32_t n, run;
	bool ok = true;

	if (!compile_check(c, t, 0, COMPILE_ARRAY))
		return false;
	n = nodes[0].n_children;
	*record = image_build_alloc(&c->b, IMAGE_MAPPING);
	run = image_build_alloc(&c->b, (size_t)n * ENTRY);
	image_build_put32(&c->b, *record, name);
	image_build_put32(&c->b, *record + 4, n);
	image_build_put32(&c->b, *record + 8, n > 0 ? run : 0);
	c->where = &here;
	for (uint32_t k = 1; ok && k < nodes[0].next; k = nodes[k].next) {
		ok = put_entry(c, t, k, run + (uint32_t)here.index * ENTRY);
		here.index++;
	}
	c->where = here.up;
	return ok;
}

/* Every spec of that name, of whatever kind, leads to its mapping. */
static void
link_specs(struct compile *c, const struct names_entry *name, uint32_t mapping)
{
	const struct compile_map *const maps[] = {
	    &c->gates, &c->configs, &c->layers};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
		uint32_t number =
		    names_find(&maps[i]->names, name->bytes, name->n);

		if (number != NAMES_NONE &&
		    maps[i]->entries[number].record != 0)
			image_build_put32(&c->b,
			    maps[i]->entries[number].record +
				IMAGE_SPEC_MAPPING,
			    mapping);
	}
}

bool
compile_mappings(struct compile *c, bool have_rules)
{
	struct compile_where section = {c->where, "overrides", 9, 0}, here;
	struct compile_map *map = &c->mappings;
	bool ok = read_rules(c);

	c->where = &section;
	for (uint32_t i = 0; ok && i < map->names.n; i++) {
		const struct names_entry *name = &map->names.entries[i];

		ok = compile_entry_parse(c, map, i, &c->tree, &here) &&
		    put_mapping(c, &c->tree,
			image_build_str(&c->b, name->bytes, name->n),
			&map->entries[i].record);
		c->where = &section;
		if (ok && have_rules)
			link_specs(c, name, map->entries[i].record);
	}
	c->where = section.up;
	/* Without rules nothing is mapped: the index stays empty. */
	if (ok && have_rules)
		compile_index(c, map, IMAGE_H_MAPPINGS);
	return ok;
}
