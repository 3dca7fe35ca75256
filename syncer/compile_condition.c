#include "syncer/compile_int.h"

/*
 * The condition types and the operators that forkgate knows.  A new one is a
 * line here, a number in common/image.h and a case in the evaluator.
 */
static const struct {
	const char *text;
	enum image_cond type;
	bool names_field;
	bool compares; /* applies its operator to a target */
} types[] = {
    {"public", IMAGE_COND_PUBLIC, false, false},
    {"pass_gate", IMAGE_COND_PASS_GATE, false, false},
    {"fail_gate", IMAGE_COND_FAIL_GATE, false, false},
    {"user_field", IMAGE_COND_USER_FIELD, true, true},
    {"environment_field", IMAGE_COND_ENV_FIELD, true, true},
    {"unit_id", IMAGE_COND_UNIT_ID, false, true},
    {"current_time", IMAGE_COND_CURRENT_TIME, false, true},
    {"user_bucket", IMAGE_COND_USER_BUCKET, false, true},
    {"ua_based", IMAGE_COND_UA_BASED, true, true},
    {"ip_based", IMAGE_COND_IP_BASED, true, true},
    {"experiment_group", IMAGE_COND_EXPERIMENT_GROUP, true, true},
    {"target_app", IMAGE_COND_TARGET_APP, false, true},
};

static const struct {
	const char *text;
	enum image_op op;
	enum compile_set set;
} operators[] = {
    {"gt", IMAGE_OP_GT, COMPILE_SET_NONE},
    {"gte", IMAGE_OP_GTE, COMPILE_SET_NONE},
    {"lt", IMAGE_OP_LT, COMPILE_SET_NONE},
    {"lte", IMAGE_OP_LTE, COMPILE_SET_NONE},
    {"version_gt", IMAGE_OP_VERSION_GT, COMPILE_SET_VERSION},
    {"version_gte", IMAGE_OP_VERSION_GTE, COMPILE_SET_VERSION},
    {"version_lt", IMAGE_OP_VERSION_LT, COMPILE_SET_VERSION},
    {"version_lte", IMAGE_OP_VERSION_LTE, COMPILE_SET_VERSION},
    {"version_eq", IMAGE_OP_VERSION_EQ, COMPILE_SET_VERSION},
    {"version_neq", IMAGE_OP_VERSION_NEQ, COMPILE_SET_VERSION},
    {"any", IMAGE_OP_ANY, COMPILE_SET_KEYS},
    {"none", IMAGE_OP_NONE, COMPILE_SET_KEYS},
    {"any_case_sensitive", IMAGE_OP_ANY_CASE_SENSITIVE, COMPILE_SET_TEXTS},
    {"none_case_sensitive", IMAGE_OP_NONE_CASE_SENSITIVE, COMPILE_SET_TEXTS},
    {"str_starts_with_any", IMAGE_OP_STR_STARTS_WITH_ANY, COMPILE_SET_NONE},
    {"str_ends_with_any", IMAGE_OP_STR_ENDS_WITH_ANY, COMPILE_SET_NONE},
    {"str_contains_any", IMAGE_OP_STR_CONTAINS_ANY, COMPILE_SET_NONE},
    {"str_contains_none", IMAGE_OP_STR_CONTAINS_NONE, COMPILE_SET_NONE},
    {"str_matches", IMAGE_OP_STR_MATCHES, COMPILE_SET_NONE},
    {"before", IMAGE_OP_BEFORE, COMPILE_SET_NONE},
    {"after", IMAGE_OP_AFTER, COMPILE_SET_NONE},
    {"on", IMAGE_OP_ON, COMPILE_SET_NONE},
    {"eq", IMAGE_OP_EQ, COMPILE_SET_NONE},
    {"neq", IMAGE_OP_NEQ, COMPILE_SET_NONE},
    {"array_contains_any", IMAGE_OP_ARRAY_CONTAINS_ANY, COMPILE_SET_TEXTS},
    {"array_contains_none", IMAGE_OP_ARRAY_CONTAINS_NONE, COMPILE_SET_TEXTS},
    {"array_contains_all", IMAGE_OP_ARRAY_CONTAINS_ALL, COMPILE_SET_TEXTS},
    {"not_array_contains_all", IMAGE_OP_NOT_ARRAY_CONTAINS_ALL,
	COMPILE_SET_TEXTS},
    {"in_segment_list", IMAGE_OP_IN_SEGMENT_LIST, COMPILE_SET_NONE},
    {"not_in_segment_list", IMAGE_OP_NOT_IN_SEGMENT_LIST, COMPILE_SET_NONE},
};

/* Fields of the user that have a place of their own, in lower case. */
static const struct {
	const char *text;
	enum image_atom atom;
	bool last; /* looked up after everything else */
} atoms[] = {
    {"userid", IMAGE_ATOM_USER_ID, false},
    {"email", IMAGE_ATOM_EMAIL, false},
    {"ip", IMAGE_ATOM_IP, false},
    {"country", IMAGE_ATOM_COUNTRY, false},
    {"locale", IMAGE_ATOM_LOCALE, false},
    {"appversion", IMAGE_ATOM_APP_VERSION, false},
    {"useragent", IMAGE_ATOM_USER_AGENT, false},
    {"user_id", IMAGE_ATOM_USER_ID, true},
    {"app_version", IMAGE_ATOM_APP_VERSION, true},
    {"user_agent", IMAGE_ATOM_USER_AGENT, true},
};

enum {
	TYPE,
	TARGET,
	OPERATOR,
	FIELD,
	ADDITIONAL,
	ID_TYPE,
	CHECKSUM,
	N_FIELDS,
};

static const struct compile_field fields[N_FIELDS] = {
    [TYPE] = COMPILE_REQUIRED("type", COMPILE_TEXT),
    [TARGET] = COMPILE_OPTIONAL("targetValue", COMPILE_RAW),
    [OPERATOR] = COMPILE_OPTIONAL("operator", COMPILE_TEXT),
    [FIELD] = COMPILE_OPTIONAL("field", COMPILE_TEXT),
    [ADDITIONAL] = COMPILE_OPTIONAL("additionalValues", COMPILE_TEXT_MAP),
    [ID_TYPE] = COMPILE_REQUIRED("idType", COMPILE_TEXT),
    [CHECKSUM] = COMPILE_OPTIONAL("checksum", COMPILE_TEXT),
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool
is(const char *s, size_t n, const char *text)
{
	return s != NULL && n == strlen(text) && memcmp(s, text, n) == 0;
}

/* COUNT(types) if there is no such type. */
static size_t
find_type(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	size_t n, i = 0;
	const char *s = compile_decode(c, t, node, &n);

	while (i < COUNT(types) && !is(s, n, types[i].text))
		i++;
	return i;
}

static size_t
find_operator(struct compile *c, const struct compile_tree *t, uint32_t node)
{
	size_t n, i = 0;
	const char *s;

	if (node == 0)
		return COUNT(operators);
	s = compile_decode(c, t, node, &n);
	while (i < COUNT(operators) && !is(s, n, operators[i].text))
		i++;
	return i;
}

void
compile_field_put(struct compile *c, uint32_t at, uint32_t name)
{
	uint32_t low = compile_lower(c, name);
	size_t n;
	const char *s = image_build_bytes(&c->b, low, &n);

	image_build_put32(&c->b, at + IMAGE_F_NAME, name);
	image_build_put32(&c->b, at + IMAGE_F_LOWER, low);
	for (size_t i = 0; name != 0 && i < COUNT(atoms); i++)
		if (is(s, n, atoms[i].text))
			image_build_put32(&c->b,
			    at + (atoms[i].last ? IMAGE_F_ALIAS : IMAGE_F_ATOM),
			    atoms[i].atom);
}

/* additionalValues.salt and the dot that joins it to the unit. */
static uint32_t
bucket_salt(struct compile *c, const struct compile_tree *t, uint32_t map)
{
	const struct json_node *nodes = t->json.nodes;
	uint32_t salt = 0;
	size_t n = 0;
	const char *s;

	for (uint32_t k = map + 1; map != 0 && k < nodes[map].next;
	     k = nodes[k].next) {
		s = compile_decode(c, t, k, &n);
		if (is(s, n, "salt"))
			salt = k + 1; /* the last one counts */
	}
	s = salt != 0 ? compile_decode(c, t, salt, &n) : "";
	if (salt == 0)
		n = 0;
	if (s == NULL ||
	    !compile_room(c, &c->text.bytes, &c->text.cap, n + 1, 1))
		return 0;
	memcpy(c->text.bytes, s, n);
	c->text.bytes[n] = '.';
	return image_build_str(&c->b, c->text.bytes, n + 1);
}

static void
put_nested(struct compile *c, const struct compile_tree *t, uint32_t target,
    uint32_t record)
{
	bool text = target != 0 && compile_kind(t, target) == JSON_STRING;
	const char *s = "";
	size_t n = 0;
	uint32_t number, flags = 0;

	/* Half of a surrogate pair is no text either: the target is null. */
	if (text)
		s = compile_decode(c, t, target, &n);
	if (s == NULL) {
		s = "";
		n = 0;
	}
	if (n >= 8 && memcmp(s, "segment:", 8) == 0)
		flags = IMAGE_COND_SEGMENT;
	number = compile_map_ask(c, &c->gates, s, n);
	image_build_put32(
	    &c->b, record + IMAGE_COND_GATE_NAME, image_build_str(&c->b, s, n));
	image_build_put32(&c->b, record + IMAGE_COND_GATE_NO, number);
	image_build_put32(&c->b, record + IMAGE_COND_FLAGS, flags);
}

static void
put_unit(struct compile *c, uint32_t unit, uint32_t record)
{
	uint32_t low = compile_lower(c, unit);

	image_build_put32(&c->b, record + IMAGE_COND_UNIT, unit);
	image_build_put32(&c->b, record + IMAGE_COND_UNIT_LOWER, low);
	if (compile_is_user_id(c, low))
		image_build_put32(&c->b, record + IMAGE_COND_FLAGS,
		    image_build_get32(&c->b, record + IMAGE_COND_FLAGS) |
			IMAGE_COND_UNIT_USER);
}

/* What the commonest operators need of the target, in the condition too. */
static void
put_at_hand(
    struct compile *c, uint32_t record, uint32_t target, enum image_op op)
{
	struct image_build *b = &c->b;
	uint32_t kind = image_build_get32(b, target + IMAGE_TARGET_KIND);
	uint32_t flags = image_build_get32(b, record + IMAGE_COND_FLAGS);
	uint32_t from = IMAGE_TARGET_SET;

	if ((op == IMAGE_OP_ANY || op == IMAGE_OP_NONE) &&
	    (kind == IMAGE_TARGET_ARRAY || kind == IMAGE_TARGET_OBJECT)) {
		flags |= IMAGE_COND_SET;
	} else if (op >= IMAGE_OP_GT && op <= IMAGE_OP_LTE &&
	    (image_build_get32(b, target + IMAGE_TARGET_FLAGS) &
		IMAGE_TARGET_HAS_FLOAT) != 0) {
		flags |= IMAGE_COND_FLOAT;
		from = IMAGE_TARGET_FLOAT;
	} else {
		return;
	}
	image_build_put32(b, record + IMAGE_COND_FLAGS, flags);
	for (uint32_t i = 0; i < 8; i += 4)
		image_build_put32(b, record + IMAGE_COND_SET_AT + i,
		    image_build_get32(b, target + from + i));
}

static void
put(struct compile *c, const struct compile_tree *t, const uint32_t *got,
    uint32_t record)
{
	size_t type = find_type(c, t, got[TYPE]);
	size_t op = find_operator(c, t, got[OPERATOR]);
	uint32_t at;

	if (type == COUNT(types)) {
		compile_note(c, COMPILE_UNSUPPORTED, compile_at(t, got[TYPE]),
		    "unknown condition type");
		return;
	}
	image_build_put32(&c->b, record + IMAGE_COND_TYPE, types[type].type);
	if (op < COUNT(operators))
		image_build_put32(
		    &c->b, record + IMAGE_COND_OP, operators[op].op);
	else if (types[type].compares)
		compile_note(c, COMPILE_UNSUPPORTED,
		    compile_at(t, got[OPERATOR]),
		    got[OPERATOR] != 0 ? "unknown operator" : "no operator");
	if (types[type].type == IMAGE_COND_PASS_GATE ||
	    types[type].type == IMAGE_COND_FAIL_GATE)
		put_nested(c, t, got[TARGET], record);
	if (types[type].names_field)
		compile_field_put(c, record + IMAGE_COND_FIELD,
		    compile_text(c, t, got[FIELD]));
	put_unit(c, compile_text(c, t, got[ID_TYPE]), record);
	if (types[type].type == IMAGE_COND_USER_BUCKET) {
		at = bucket_salt(c, t, got[ADDITIONAL]);
		image_build_put32(&c->b, record + IMAGE_COND_SALT, at);
	}
	if (types[type].compares && op < COUNT(operators)) {
		if (operators[op].op == IMAGE_OP_IN_SEGMENT_LIST ||
		    operators[op].op == IMAGE_OP_NOT_IN_SEGMENT_LIST)
			image_build_put32(
			    &c->b, IMAGE_H_ID_LISTS, IMAGE_ID_LISTS_NAMED);
		at = compile_target(c, t, got[TARGET], operators[op].set);
		image_build_put32(&c->b, record + IMAGE_COND_TARGET, at);
		if (types[type].type == IMAGE_COND_USER_FIELD)
			put_at_hand(c, record, at, operators[op].op);
	}
}

/* Reads a condition, and builds its record if there is to be one. */
static bool
condition(struct compile *c, uint32_t number, uint32_t record)
{
	static const struct compile_where section = {
	    .name = "condition_map", .n = sizeof("condition_map") - 1};
	const struct compile_where *outer = c->where;
	struct compile_tree *t = &c->condition;
	struct compile_where here = {.up = &section};
	uint32_t got[N_FIELDS];
	bool ok;

	c->where = &section;
	ok = compile_entry_parse(c, &c->conditions, number, t, &here) &&
	    compile_fields(c, t, 0, fields, N_FIELDS, got);
	if (ok && record != 0)
		put(c, t, got, record);
	c->where = outer;
	if (!ok)
		c->fatal = true;
	return ok;
}

bool
compile_condition_put(struct compile *c, uint32_t number, uint32_t record)
{
	struct compile_entry *e = &c->conditions.entries[number];
	uint32_t type;

	if (e->record == 0) {
		if (!condition(c, number, record))
			return false;
		e->record = record;
	} else if (c->b.status == FG_OK) {
		memcpy(c->b.base + record, c->b.base + e->record, IMAGE_COND);
	}
	type = image_build_get32(&c->b, record + IMAGE_COND_TYPE);
	if (type == IMAGE_COND_PASS_GATE || type == IMAGE_COND_FAIL_GATE)
		compile_fixup(c, &c->nested, record);
	return true;
}

bool
compile_condition_check(struct compile *c, uint32_t number)
{
	return c->conditions.entries[number].record != 0 ||
	    condition(c, number, 0);
}
