#include "syncer/compile_int.h"

#define WEIGHT   24
#define CATEGORY 16

enum {
	SALT,
	DEFAULT,
	ID_TYPE,
	ENABLED,
	VERSION,
	SAMPLE_RATE,
	HIGHER,
	GROUPS,
	APP_IDS,
	GATE,
	CONFIG,
	N_FIELDS,
};

static const struct compile_field fields[N_FIELDS] = {
    [SALT] = COMPILE_REQUIRED("salt", COMPILE_TEXT),
    [DEFAULT] = COMPILE_REQUIRED("defaultValue", COMPILE_RAW),
    [ID_TYPE] = COMPILE_REQUIRED("idType", COMPILE_TEXT),
    [ENABLED] = COMPILE_REQUIRED("enabled", COMPILE_BOOL),
    [VERSION] = COMPILE_REQUIRED("version", COMPILE_U32),
    [SAMPLE_RATE] = COMPILE_REQUIRED("sampleRate", COMPILE_F64),
    [HIGHER] = COMPILE_REQUIRED("higherIsBetter", COMPILE_BOOL),
    [GROUPS] = COMPILE_REQUIRED("groups", COMPILE_ARRAY),
    [APP_IDS] = COMPILE_OPTIONAL("targetAppIDs", COMPILE_TEXTS),
    [GATE] = COMPILE_OPTIONAL("targetingGateName", COMPILE_TEXT),
    [CONFIG] = COMPILE_OPTIONAL("config", COMPILE_OBJECT),
};

enum {
	G_NAME,
	G_ID,
	G_VALUES,
	N_GROUP_FIELDS,
};

static const struct compile_field group_fields[N_GROUP_FIELDS] = {
    [G_NAME] = COMPILE_REQUIRED("name", COMPILE_TEXT),
    [G_ID] = COMPILE_REQUIRED("id", COMPILE_TEXT),
    [G_VALUES] = COMPILE_REQUIRED("parameterValues", COMPILE_RAW),
};

enum {
	C_ALPHA,
	C_INTERCEPT,
	C_RECORDS,
	C_NUMERICAL,
	C_CATEGORICAL,
	N_CONFIG_FIELDS,
};

static const struct compile_field config_fields[N_CONFIG_FIELDS] = {
    [C_ALPHA] = COMPILE_REQUIRED("alpha", COMPILE_F64),
    [C_INTERCEPT] = COMPILE_REQUIRED("intercept", COMPILE_F64),
    [C_RECORDS] = COMPILE_REQUIRED("records", COMPILE_U64),
    [C_NUMERICAL] = COMPILE_REQUIRED("weightsNumerical", COMPILE_F64_MAP),
    [C_CATEGORICAL] = COMPILE_REQUIRED("weightsCategorical", COMPILE_OBJECT),
};

/* A weight's field of the user, and n of them as F; the run's place. */
static uint32_t
put_numerical(struct compile *c, const struct compile_tree *t,
    const struct compile_members *m)
{
	uint32_t n = (uint32_t)m->names.n;
	uint32_t run = image_build_alloc(&c->b, (size_t)n * WEIGHT);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t name = image_build_str(
		    &c->b, m->names.entries[i].bytes, m->names.entries[i].n);

		compile_field_put(c, run + i * WEIGHT, name);
		image_build_put_f64(
		    &c->b, run + i * WEIGHT + 16, compile_f64(t, m->nodes[i]));
	}
	return n > 0 ? run : 0;
}

static uint32_t
put_categories(struct compile *c, const struct compile_tree *t,
    const struct compile_members *m)
{
	uint32_t n = (uint32_t)m->names.n;
	uint32_t run = image_build_alloc(&c->b, (size_t)n * CATEGORY);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t name = image_build_str(
		    &c->b, m->names.entries[i].bytes, m->names.entries[i].n);

		image_build_put32(&c->b, run + i * CATEGORY, name);
		image_build_put_f64(
		    &c->b, run + i * CATEGORY + 8, compile_f64(t, m->nodes[i]));
	}
	return n > 0 ? run : 0;
}

/* Each feature has a map of its categories to their weights. */
static bool
put_categorical(struct compile *c, const struct compile_tree *t,
    const struct compile_members *m, uint32_t run)
{
	struct compile_members categories = {0};
	bool ok = true;

	for (uint32_t i = 0; ok && i < m->names.n; i++) {
		uint32_t at = run + i * WEIGHT, pairs;
		uint32_t name = image_build_str(
		    &c->b, m->names.entries[i].bytes, m->names.entries[i].n);

		ok = compile_check(c, t, m->nodes[i], COMPILE_F64_MAP) &&
		    compile_members_read(c, t, m->nodes[i], &categories);
		if (!ok)
			break;
		pairs = put_categories(c, t, &categories);
		compile_field_put(c, at, name);
		image_build_put32(&c->b, at + 16, (uint32_t)categories.names.n);
		image_build_put32(&c->b, at + 20, pairs);
	}
	compile_members_free(&categories);
	return ok;
}

/* What "config" says of a group, into the group's record. */
static bool
put_config(struct compile *c, const struct compile_tree *t, uint32_t node,
    uint32_t group)
{
	struct compile_members m = {0};
	struct image_build *b = &c->b;
	uint32_t got[N_CONFIG_FIELDS], run, n;
	bool ok;

	if (!compile_fields(c, t, node, config_fields, N_CONFIG_FIELDS, got))
		return false;
	image_build_put32(b, group + 12, 1);
	image_build_put_f64(b, group + 16, compile_f64(t, got[C_ALPHA]));
	image_build_put_f64(b, group + 24, compile_f64(t, got[C_INTERCEPT]));
	image_build_put64(b, group + 32, compile_u64(t, got[C_RECORDS]));
	ok = compile_members_read(c, t, got[C_NUMERICAL], &m);
	if (ok) {
		run = put_numerical(c, t, &m);
		image_build_put32(b, group + 40, (uint32_t)m.names.n);
		image_build_put32(b, group + 44, run);
		ok = compile_members_read(c, t, got[C_CATEGORICAL], &m);
	}
	n = (uint32_t)m.names.n;
	if (ok && n > 0) {
		run = image_build_alloc(b, (size_t)n * WEIGHT);
		image_build_put32(b, group + 48, n);
		image_build_put32(b, group + 52, run);
		ok = put_categorical(c, t, &m, run);
	}
	compile_members_free(&m);
	return ok;
}

/* An entry of "config" that no group has is checked all the same. */
static bool
check_configs(struct compile *c, const struct compile_tree *t,
    const struct compile_members *configs)
{
	uint32_t scratch;
	bool ok = true;

	for (uint32_t i = 0; ok && i < configs->names.n; i++) {
		struct compile_where here = {c->where,
		    configs->names.entries[i].bytes,
		    configs->names.entries[i].n, 0};

		if (configs->used[i])
			continue;
		scratch = image_build_alloc(&c->b, IMAGE_CMAB_GROUP);
		c->where = &here;
		ok = put_config(c, t, configs->nodes[i], scratch);
		c->where = here.up;
	}
	return ok;
}

static bool
put_group(struct compile *c, const struct compile_tree *t, uint32_t node,
    struct compile_members *configs, uint32_t group)
{
	uint32_t got[N_GROUP_FIELDS], number;
	const char *s;
	size_t n;

	if (!compile_fields(c, t, node, group_fields, N_GROUP_FIELDS, got))
		return false;
	image_build_put32(&c->b, group, compile_text(c, t, got[G_ID]));
	image_build_put32(&c->b, group + 4, compile_text(c, t, got[G_NAME]));
	image_build_put32(
	    &c->b, group + 8, compile_returnable(c, t, got[G_VALUES]));
	s = compile_decode(c, t, got[G_ID], &n);
	number = s != NULL ? names_find(&configs->names, s, n) : NAMES_NONE;
	if (number == NAMES_NONE)
		return true;
	configs->used[number] = true;
	return put_config(c, t, configs->nodes[number], group);
}

static bool
put_groups(struct compile *c, const struct compile_tree *t, const uint32_t *got,
    uint32_t cmab)
{
	const struct json_node *nodes = t->json.nodes;
	struct compile_where name = {c->where, "groups", 6, 0};
	struct compile_where here = {.up = &name};
	struct compile_members configs = {0};
	uint32_t groups = got[GROUPS], n = nodes[groups].n_children;
	uint32_t run = image_build_alloc(&c->b, (size_t)n * IMAGE_CMAB_GROUP);
	bool ok = got[CONFIG] == 0 ||
	    compile_members_read(c, t, got[CONFIG], &configs);

	image_build_put32(&c->b, cmab + 48, n);
	image_build_put32(&c->b, cmab + 52, n > 0 ? run : 0);
	c->where = &here;
	for (uint32_t k = groups + 1; ok && k < nodes[groups].next;
	     k = nodes[k].next) {
		ok = put_group(c, t, k, &configs,
		    run + (uint32_t)here.index * IMAGE_CMAB_GROUP);
		here.index++;
	}
	name.name = "config";
	c->where = &name;
	ok = ok && check_configs(c, t, &configs);
	c->where = name.up;
	compile_members_free(&configs);
	return ok;
}

static void
put_gate(struct compile *c, const struct compile_tree *t, uint32_t node,
    uint32_t cmab)
{
	size_t n;
	const char *s;

	if (node == 0)
		return;
	image_build_put32(&c->b, cmab + 28, compile_text(c, t, node));
	s = compile_decode(c, t, node, &n);
	if (s == NULL)
		return;
	image_build_put32(
	    &c->b, cmab + 36, compile_map_ask(c, &c->gates, s, n));
	compile_fixup(c, &c->cmab_gates, cmab);
}

static bool
put_cmab(struct compile *c, const struct compile_tree *t, uint32_t name,
    uint32_t *record)
{
	struct image_build *b = &c->b;
	uint32_t got[N_FIELDS], flags = 0, cmab, unit, low;

	if (!compile_fields(c, t, 0, fields, N_FIELDS, got))
		return false;
	cmab = image_build_alloc(b, IMAGE_CMAB);
	*record = cmab;
	unit = compile_text(c, t, got[ID_TYPE]);
	low = compile_lower(c, unit);
	if (compile_bool(t, got[ENABLED]))
		flags |= IMAGE_CMAB_ENABLED;
	if (compile_bool(t, got[HIGHER]))
		flags |= IMAGE_CMAB_HIGHER;
	if (got[CONFIG] != 0)
		flags |= IMAGE_CMAB_HAS_CONFIG;
	if (got[APP_IDS] != 0)
		flags |= IMAGE_CMAB_HAS_APP_IDS;
	if (compile_is_user_id(c, low))
		flags |= IMAGE_CMAB_UNIT_USER;
	image_build_put32(b, cmab, name);
	image_build_put32(b, cmab + 4, compile_text(c, t, got[SALT]));
	image_build_put32(b, cmab + 8, compile_returnable(c, t, got[DEFAULT]));
	image_build_put32(b, cmab + 12, unit);
	image_build_put32(b, cmab + 16, low);
	image_build_put32(b, cmab + 20, flags);
	image_build_put32(b, cmab + 24, (uint32_t)compile_u64(t, got[VERSION]));
	image_build_put_f64(b, cmab + 40, compile_f64(t, got[SAMPLE_RATE]));
	image_build_put32(b, cmab + 56, compile_texts(c, t, got[APP_IDS]));
	put_gate(c, t, got[GATE], cmab);
	return put_groups(c, t, got, cmab);
}

bool
compile_cmabs(struct compile *c)
{
	struct compile_where name = {c->where, "cmab_configs", 12, 0}, here;
	struct compile_map *map = &c->cmabs;
	bool ok = true;

	c->where = &name;
	for (uint32_t i = 0; ok && i < map->names.n; i++) {
		const struct names_entry *e = &map->names.entries[i];

		ok = compile_entry_parse(c, map, i, &c->tree, &here) &&
		    put_cmab(c, &c->tree,
			image_build_str(&c->b, e->bytes, e->n),
			&map->entries[i].record);
		c->where = &name;
	}
	c->where = name.up;
	if (ok)
		compile_index(c, map, IMAGE_H_CMABS);
	return ok;
}
