#include "common/hash.h"
#include "syncer/compile_int.h"

enum {
	TYPE,
	SALT,
	ENABLED,
	DEFAULT,
	RULES,
	ID_TYPE,
	ENTITY,
	EXPLICIT,
	SHARED,
	ACTIVE,
	VERSION,
	APP_IDS,
	FORWARD,
	FIELDS_USED,
	NEW_LAYER,
	CHECKSUM,
	N_FIELDS,
};

static const struct compile_field fields[N_FIELDS] = {
    [TYPE] = COMPILE_REQUIRED("type", COMPILE_TEXT),
    [SALT] = COMPILE_REQUIRED("salt", COMPILE_TEXT),
    [ENABLED] = COMPILE_REQUIRED("enabled", COMPILE_BOOL),
    [DEFAULT] = COMPILE_REQUIRED("defaultValue", COMPILE_RAW),
    [RULES] = COMPILE_REQUIRED("rules", COMPILE_ARRAY),
    [ID_TYPE] = COMPILE_REQUIRED("idType", COMPILE_TEXT),
    [ENTITY] = COMPILE_REQUIRED("entity", COMPILE_TEXT),
    [EXPLICIT] = COMPILE_OPTIONAL("explicitParameters", COMPILE_TEXTS),
    [SHARED] = COMPILE_OPTIONAL("hasSharedParams", COMPILE_BOOL),
    [ACTIVE] = COMPILE_OPTIONAL("isActive", COMPILE_BOOL),
    [VERSION] = COMPILE_OPTIONAL("version", COMPILE_U32),
    [APP_IDS] = COMPILE_OPTIONAL("targetAppIDs", COMPILE_TEXTS),
    [FORWARD] = COMPILE_OPTIONAL("forwardAllExposures", COMPILE_BOOL),
    [FIELDS_USED] = COMPILE_OPTIONAL("fieldsUsed", COMPILE_TEXTS),
    [NEW_LAYER] = COMPILE_OPTIONAL("useNewLayerEval", COMPILE_BOOL),
    [CHECKSUM] = COMPILE_OPTIONAL("checksum", COMPILE_TEXT),
};

enum {
	R_NAME,
	R_GROUP,
	R_PASS,
	R_CONDITIONS,
	R_RETURN,
	R_ID,
	R_SALT,
	R_ID_TYPE,
	R_DELEGATE,
	R_MEMBER,
	R_SAMPLING,
	N_RULE_FIELDS,
};

static const struct compile_field rule_fields[N_RULE_FIELDS] = {
    [R_NAME] = COMPILE_REQUIRED("name", COMPILE_TEXT),
    [R_GROUP] = COMPILE_OPTIONAL("groupName", COMPILE_TEXT),
    [R_PASS] = COMPILE_REQUIRED("passPercentage", COMPILE_F64),
    [R_CONDITIONS] = COMPILE_REQUIRED("conditions", COMPILE_TEXTS),
    [R_RETURN] = COMPILE_REQUIRED("returnValue", COMPILE_RAW),
    [R_ID] = COMPILE_REQUIRED("id", COMPILE_TEXT),
    [R_SALT] = COMPILE_OPTIONAL("salt", COMPILE_TEXT),
    [R_ID_TYPE] = COMPILE_REQUIRED("idType", COMPILE_TEXT),
    [R_DELEGATE] = COMPILE_OPTIONAL("configDelegate", COMPILE_TEXT),
    [R_MEMBER] = COMPILE_OPTIONAL("isExperimentGroup", COMPILE_BOOL),
    [R_SAMPLING] = COMPILE_OPTIONAL("samplingRate", COMPILE_U64),
};

static const struct {
	const char *text;
	enum image_entity entity;
} entities[] = {
    {"feature_gate", IMAGE_ENTITY_FEATURE_GATE},
    {"segment", IMAGE_ENTITY_SEGMENT},
    {"holdout", IMAGE_ENTITY_HOLDOUT},
    {"dynamic_config", IMAGE_ENTITY_DYNAMIC_CONFIG},
    {"experiment", IMAGE_ENTITY_EXPERIMENT},
    {"autotune", IMAGE_ENTITY_AUTOTUNE},
    {"layer", IMAGE_ENTITY_LAYER},
};

static enum image_entity
find_entity(const struct compile *c, uint32_t str)
{
	size_t n;
	const char *s = image_build_bytes(&c->b, str, &n);

	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
		if (n == strlen(entities[i].text) &&
		    memcmp(s, entities[i].text, n) == 0)
			return entities[i].entity;
	return IMAGE_ENTITY_OTHER;
}

/* Reads the fields of each rule into c->fields. */
static bool
read_rules(struct compile *c, const struct compile_tree *t, uint32_t rules)
{
	const struct json_node *nodes = t->json.nodes;
	struct compile_where name = {c->where, "rules", 5, 0};
	struct compile_where here = {.up = &name};
	bool ok = true;

	if (!compile_room(c, &c->fields, &c->fields_cap,
		(size_t)nodes[rules].n_children * N_RULE_FIELDS,
		sizeof(*c->fields)))
		return false;
	c->where = &here;
	for (uint32_t k = rules + 1; ok && k < nodes[rules].next;
	     k = nodes[k].next) {
		ok = compile_fields(c, t, k, rule_fields, N_RULE_FIELDS,
		    c->fields + here.index * N_RULE_FIELDS);
		here.index += ok;
	}
	c->where = name.up;
	return ok;
}

/* The state after spec.salt "." rule.salt "." and what is left of that. */
static void
put_prefix(struct compile *c, uint32_t rule, uint32_t spec_salt, uint32_t salt)
{
	struct image_build *b = &c->b;
	size_t n, m, done, len;
	const char *s = image_build_bytes(b, spec_salt, &n);
	const char *r = image_build_bytes(b, salt, &m);
	struct hash_state state;
	uint32_t rest;

	len = n + m + 2;
	if (!compile_room(c, &c->text.bytes, &c->text.cap, len, 1))
		return;
	memcpy(c->text.bytes, s, n);
	c->text.bytes[n] = '.';
	memcpy(c->text.bytes + n + 1, r, m);
	c->text.bytes[n + 1 + m] = '.';
	hash_prefix(c->text.bytes, len, &state, &done);
	rest = image_build_alloc(b, len - done);
	image_build_put_bytes(b, rest, c->text.bytes + done, len - done);
	image_build_put32(b, rule + IMAGE_RULE_REST, rest);
	image_build_put32(
	    b, rule + IMAGE_RULE_REST_LEN, (uint32_t)(len - done));
	for (uint32_t i = 0; i < 8; i++)
		image_build_put32(b, rule + IMAGE_RULE_SHA + 4 * i, state.h[i]);
	image_build_put64(b, rule + IMAGE_RULE_N_BLOCKS, state.n_blocks);
}

static uint32_t
id_flags(const struct compile *c, uint32_t id)
{
	size_t n;
	const char *s = image_build_bytes(&c->b, id, &n);

	if ((n == 13 && memcmp(s, "targetingGate", n) == 0) ||
	    (n == 20 && memcmp(s, "inlineTargetingRules", n) == 0))
		return IMAGE_RULE_TARGETING;
	if (n >= 8 && memcmp(s + n - 8, "override", 8) == 0)
		return IMAGE_RULE_OVERRIDE;
	return 0;
}

/* The conditions' records from at on, in a run. */
static bool
put_conditions(
    struct compile *c, const struct compile_tree *t, uint32_t node, uint32_t at)
{
	const struct json_node *nodes = t->json.nodes;

	for (uint32_t k = node + 1;
	     k < nodes[node].next && compile_status(c) == FG_OK;
	     k = nodes[k].next, at += IMAGE_COND) {
		size_t n;
		const char *s = compile_decode(c, t, k, &n);
		uint32_t number = s != NULL
		    ? names_find(&c->conditions.names, s, n)
		    : NAMES_NONE;

		if (number == NAMES_NONE) {
			image_build_put32(
			    &c->b, at + IMAGE_COND_FLAGS, IMAGE_COND_MISSING);
			compile_note(c, COMPILE_UNSUPPORTED, compile_at(t, k),
			    "no such condition in condition_map");
		} else if (!compile_condition_put(c, number, at)) {
			return false;
		}
	}
	return true;
}

static void
put_delegate(struct compile *c, const struct compile_tree *t, uint32_t node,
    uint32_t rule)
{
	size_t n;
	const char *s;
	uint32_t number;

	if (node == 0)
		return;
	image_build_put32(
	    &c->b, rule + IMAGE_RULE_DELEGATE, compile_text(c, t, node));
	s = compile_decode(c, t, node, &n);
	number = s != NULL ? names_find(&c->configs.names, s, n) : NAMES_NONE;
	if (number == NAMES_NONE)
		return;
	/* The number stands here until the specs have places. */
	image_build_put32(&c->b, rule + IMAGE_RULE_DELEGATE_SPEC, number);
	compile_fixup(c, &c->delegates, rule);
}

/*
 * Fills in a rule whose fields are at got, its conditions from conds on.  A
 * rule of a config mapping has no salt before its own: spec_salt is 0.
 */
static bool
put_rule(struct compile *c, const struct compile_tree *t, const uint32_t *got,
    uint32_t rule, uint32_t conds, uint32_t spec_salt)
{
	struct image_build *b = &c->b;
	double pass = compile_f64(t, got[R_PASS]);
	uint32_t id = compile_text(c, t, got[R_ID]), flags = id_flags(c, id);
	uint32_t unit = compile_text(c, t, got[R_ID_TYPE]);
	uint32_t low = compile_lower(c, unit);
	uint32_t salt = got[R_SALT] != 0 ? compile_text(c, t, got[R_SALT]) : id;

	if (compile_kind(t, got[R_RETURN]) == JSON_FALSE)
		flags |= IMAGE_RULE_RETURN_FALSE;
	if (compile_bool(t, got[R_MEMBER]))
		flags |= IMAGE_RULE_GROUP_MEMBER;
	if (got[R_SAMPLING] != 0)
		flags |= IMAGE_RULE_HAS_SAMPLING;
	if (compile_is_user_id(c, low))
		flags |= IMAGE_RULE_UNIT_USER;
	if (pass == 100)
		flags |= IMAGE_RULE_PASS_ALL;
	else if (pass == 0)
		flags |= IMAGE_RULE_PASS_NONE;
	else if (spec_salt != 0)
		flags |= IMAGE_RULE_HAS_PREFIX;
	image_build_put32(b, rule + IMAGE_RULE_ID, id);
	image_build_put32(
	    b, rule + IMAGE_RULE_GROUP, compile_text(c, t, got[R_GROUP]));
	image_build_put32(b, rule + IMAGE_RULE_VALUE,
	    compile_returnable(c, t, got[R_RETURN]));
	image_build_put32(b, rule + IMAGE_RULE_FLAGS, flags);
	image_build_put64(
	    b, rule + IMAGE_RULE_SAMPLING, compile_u64(t, got[R_SAMPLING]));
	image_build_put_f64(b, rule + IMAGE_RULE_PASS, pass * 100.0);
	image_build_put32(b, rule + IMAGE_RULE_UNIT, unit);
	image_build_put32(b, rule + IMAGE_RULE_UNIT_LOWER, low);
	image_build_put32(b, rule + IMAGE_RULE_N_CONDS,
	    t->json.nodes[got[R_CONDITIONS]].n_children);
	image_build_put32(b, rule + IMAGE_RULE_CONDS, conds);
	image_build_put32(b, rule + IMAGE_RULE_SALT, salt);
	if ((flags & IMAGE_RULE_HAS_PREFIX) != 0)
		put_prefix(c, rule, spec_salt, salt);
	put_delegate(c, t, got[R_DELEGATE], rule);
	return put_conditions(c, t, got[R_CONDITIONS], conds);
}

static uint32_t
spec_flags(const struct compile_tree *t, const uint32_t *got)
{
	static const struct {
		int field;
		uint32_t present, yes;
	} bools[] = {
	    {ENABLED, 0, IMAGE_SPEC_ENABLED},
	    {ACTIVE, IMAGE_SPEC_HAS_ACTIVE, IMAGE_SPEC_ACTIVE},
	    {SHARED, IMAGE_SPEC_HAS_SHARED, IMAGE_SPEC_SHARED},
	    {EXPLICIT, IMAGE_SPEC_HAS_EXPLICIT, 0},
	    {NEW_LAYER, 0, IMAGE_SPEC_NEW_LAYER},
	    {FORWARD, IMAGE_SPEC_HAS_FORWARD, IMAGE_SPEC_FORWARD_ALL},
	    {VERSION, IMAGE_SPEC_HAS_VERSION, 0},
	    {DEFAULT, 0, IMAGE_SPEC_DEFAULT_TRUE},
	    {APP_IDS, IMAGE_SPEC_HAS_APP_IDS, 0},
	};
	uint32_t flags = 0;

	for (size_t i = 0; i < sizeof(bools) / sizeof(*bools); i++) {
		uint32_t node = got[bools[i].field];

		if (node != 0)
			flags |= bools[i].present;
		if (compile_bool(t, node))
			flags |= bools[i].yes;
	}
	return flags;
}

static void
put_spec(struct compile *c, const struct compile_tree *t, const uint32_t *got,
    uint32_t spec, uint32_t name)
{
	struct image_build *b = &c->b;
	uint32_t entity = compile_text(c, t, got[ENTITY]);

	image_build_put32(b, spec + IMAGE_SPEC_NAME, name);
	image_build_put32(
	    b, spec + IMAGE_SPEC_SALT, compile_text(c, t, got[SALT]));
	image_build_put32(
	    b, spec + IMAGE_SPEC_ID_TYPE, compile_text(c, t, got[ID_TYPE]));
	image_build_put32(b, spec + IMAGE_SPEC_ENTITY, entity);
	image_build_put32(
	    b, spec + IMAGE_SPEC_ENTITY_NO, find_entity(c, entity));
	image_build_put32(b, spec + IMAGE_SPEC_DEFAULT,
	    compile_returnable(c, t, got[DEFAULT]));
	image_build_put32(b, spec + IMAGE_SPEC_FLAGS, spec_flags(t, got));
	image_build_put32(b, spec + IMAGE_SPEC_VERSION,
	    (uint32_t)compile_u64(t, got[VERSION]));
	image_build_put32(
	    b, spec + IMAGE_SPEC_EXPLICIT, compile_texts(c, t, got[EXPLICIT]));
	image_build_put32(
	    b, spec + IMAGE_SPEC_APP_IDS, compile_texts(c, t, got[APP_IDS]));
	image_build_put32(
	    b, spec + IMAGE_SPEC_FIELDS, compile_texts(c, t, got[FIELDS_USED]));
}

/*
 * Builds a spec that was read: its record, its rules' and their conditions' in
 * one run of memory, then what those refer to.  Returns its place, or 0.
 */
static uint32_t
build(struct compile *c, const struct compile_tree *t, const uint32_t *got,
    uint32_t name)
{
	const struct json_node *nodes = t->json.nodes;
	uint32_t n = nodes[got[RULES]].n_children, spec, rules, conds, salt;
	size_t n_conds = 0;

	for (uint32_t i = 0; i < n; i++)
		n_conds +=
		    nodes[c->fields[(size_t)i * N_RULE_FIELDS + R_CONDITIONS]]
			.n_children;
	spec = image_build_alloc(
	    &c->b, IMAGE_SPEC + (size_t)n * IMAGE_RULE + n_conds * IMAGE_COND);
	if (spec == 0)
		return 0;
	rules = spec + IMAGE_SPEC;
	conds = rules + n * IMAGE_RULE;
	put_spec(c, t, got, spec, name);
	image_build_put32(&c->b, spec + IMAGE_SPEC_N_RULES, n);
	image_build_put32(&c->b, spec + IMAGE_SPEC_RULES, rules);
	salt = image_build_get32(&c->b, spec + IMAGE_SPEC_SALT);
	for (uint32_t i = 0; i < n && compile_status(c) == FG_OK; i++) {
		const uint32_t *rule = c->fields + (size_t)i * N_RULE_FIELDS;

		if (!put_rule(c, t, rule, rules + i * IMAGE_RULE, conds, salt))
			return 0;
		conds += nodes[rule[R_CONDITIONS]].n_children * IMAGE_COND;
	}
	return spec;
}

/* One entry: false only when the document cannot be. */
static bool
compile_spec(struct compile *c, struct compile_map *map, uint32_t number)
{
	struct compile_tree *t = &c->tree;
	struct compile_where here;
	const struct compile_where *outer = c->where;
	uint32_t got[N_FIELDS], name, spec = 0;

	if (compile_entry_parse(c, map, number, t, &here) &&
	    compile_fields(c, t, 0, fields, N_FIELDS, got) &&
	    read_rules(c, t, got[RULES])) {
		name = image_build_str(&c->b, map->names.entries[number].bytes,
		    map->names.entries[number].n);
		spec = build(c, t, got, name);
	}
	c->where = outer;
	if (c->fatal || compile_status(c) != FG_OK)
		return false;
	if (c->failed) {
		compile_report(c, COMPILE_DROPPED);
		c->n_dropped++;
		return true;
	}
	if (map == &c->gates)
		image_build_put32(&c->b, spec + IMAGE_SPEC_GATE_NO, number);
	map->entries[number].record = spec;
	return true;
}

bool
compile_specs(struct compile *c, struct compile_map *map, const char *section)
{
	struct compile_where here = {
	    .up = c->where, .name = section, .n = strlen(section)};
	bool ok = true;

	c->where = &here;
	for (uint32_t i = 0; ok && i < map->names.n; i++)
		if (map->entries[i].text != NULL)
			ok = compile_spec(c, map, i);
	c->where = here.up;
	return ok;
}

uint32_t
compile_override_rule(
    struct compile *c, const struct compile_tree *t, uint32_t node)
{
	uint32_t got[N_RULE_FIELDS], rule;
	size_t n_conds;

	if (!compile_fields(c, t, node, rule_fields, N_RULE_FIELDS, got))
		return 0;
	n_conds = t->json.nodes[got[R_CONDITIONS]].n_children;
	rule = image_build_alloc(&c->b, IMAGE_RULE + n_conds * IMAGE_COND);
	if (rule == 0 || !put_rule(c, t, got, rule, rule + IMAGE_RULE, 0))
		return 0;
	return rule;
}
