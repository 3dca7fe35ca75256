#include "syncer/compile.h"

#include <stdlib.h>

#include "syncer/compile_top.h"

/* The document's fields: where each is; text is NULL if absent or null. */
struct top {
	struct json_span at[COMPILE_N_TOP];
	bool seen[COMPILE_N_TOP];
};

/* The field of that name, COMPILE_N_TOP if it is none. */
static size_t
find_field(const char *name, size_t n)
{
	size_t i = 0;

	while (i < COMPILE_N_TOP &&
	    (compile_top_fields[i].n != n ||
		memcmp(compile_top_fields[i].name, name, n) != 0))
		i++;
	return i;
}

static const struct json_span *
section(const struct top *top, enum compile_top field)
{
	return top->at[field].text != NULL ? &top->at[field] : NULL;
}

/* The fields that are entered as maps, entry by entry. */
static struct compile_map *
map_of(struct compile *c, enum compile_top field)
{
	switch ((int)field) {
	case COMPILE_GATES:
		return &c->gates;
	case COMPILE_CONFIGS:
		return &c->configs;
	case COMPILE_LAYERS:
		return &c->layers;
	case COMPILE_CONDITIONS:
		return &c->conditions;
	case COMPILE_STORES:
		return &c->stores;
	case COMPILE_CMABS:
		return &c->cmabs;
	case COMPILE_OVERRIDES:
		return &c->mappings;
	case COMPILE_OVERRIDE_RULES:
		return &c->rules;
	default:
		return NULL;
	}
}

/*
 * A field that the walk is at: maps are entered, of others it is kept where
 * they are.  An optional one may be null.
 */
static bool
read_value(struct compile *c, struct top *top, enum compile_top field,
    struct json_walk *walk)
{
	const struct compile_field *f = &compile_top_fields[field];
	struct compile_where here = {.name = f->name, .n = f->n};
	struct compile_map *map = map_of(c, field);
	struct json_span value;
	bool ok;

	if (map == NULL || (*walk->text == 'n' && !f->required)) {
		value = json_walk_value(walk);
		if (f->required || *value.text != 'n')
			top->at[field] = value;
		return true;
	}
	top->at[field].text = walk->text;
	c->where = &here;
	ok = compile_map_read(c, map, walk);
	c->where = NULL;
	return ok;
}

/* The next member of the document: its field, COMPILE_N_TOP if none. */
static bool
next_field(struct compile *c, struct json_walk *walk, struct top *top,
    size_t *field, bool *end)
{
	const char *raw, *name;
	size_t raw_n, n;
	enum fg_status st;

	*end = !json_walk_next(walk, &raw, &raw_n);
	if (*end)
		return true;
	st = json_string(raw, raw_n, &c->decoded, &name, &n);
	if (st == FG_E_NOMEM)
		c->status = st;
	if (st == FG_E_INVALID)
		return compile_fail(c, (size_t)(raw - c->doc), NULL, 0,
		    "half of a surrogate pair in a name");
	if (st != FG_OK)
		return false;
	*field = find_field(name, n);
	if (*field == COMPILE_N_TOP)
		return true;
	if (top->seen[*field])
		return compile_fail(
		    c, (size_t)(raw - c->doc), name, n, "occurs twice");
	top->seen[*field] = true;
	return true;
}

static bool
read_top(struct compile *c, const struct json_span *root, struct top *top)
{
	struct json_walk walk;
	bool end = false;
	size_t i;

	*top = (struct top){0};
	if (!json_walk_begin(&walk, root->text, root->n) || !walk.keyed)
		return compile_fail(c, (size_t)(root->text - c->doc), NULL, 0,
		    "the document is no object");
	for (;;) {
		if (!next_field(c, &walk, top, &i, &end))
			return false;
		if (end)
			break;
		if (i == COMPILE_N_TOP)
			json_walk_value(&walk);
		else if (!read_value(c, top, (enum compile_top)i, &walk))
			return false;
	}
	for (i = 0; i < COMPILE_N_TOP; i++)
		if (compile_top_fields[i].required && !top->seen[i])
			return compile_fail(c, (size_t)(root->text - c->doc),
			    compile_top_fields[i].name, compile_top_fields[i].n,
			    "is missing");
	return true;
}

/* Parses a field and checks it as its type asks. */
static bool
read_field(struct compile *c, const struct top *top, enum compile_top field)
{
	struct compile_where here = {.name = compile_top_fields[field].name,
	    .n = compile_top_fields[field].n};
	bool ok;

	c->where = &here;
	ok = compile_parse(c, &c->tree, &top->at[field], 1) &&
	    compile_top_check(c, &c->tree, field);
	if (ok)
		compile_top_put(c, &c->tree, field);
	c->where = NULL;
	return ok;
}

static bool
read_fields(struct compile *c, const struct top *top)
{
	bool ok = true;

	for (int i = 0; ok && i < COMPILE_N_TOP; i++) {
		enum compile_top field = (enum compile_top)i;

		if (section(top, field) != NULL && map_of(c, field) == NULL)
			ok = read_field(c, top, field);
	}
	return ok;
}

void
compile_constants(struct compile *c)
{
	c->true_value = compile_constant(c, IMAGE_TRUE, "true");
	c->false_value = compile_constant(c, IMAGE_FALSE, "false");
	c->null_value = compile_constant(c, IMAGE_NULL, "null");
	c->empty_object = compile_constant(c, IMAGE_OBJECT, "{}");
}

/* All the fields whose entries become records. */
static bool
build_records(struct compile *c, const struct top *top)
{
	compile_constants(c);
	if (!compile_specs(c, &c->gates, "feature_gates") ||
	    !compile_specs(c, &c->configs, "dynamic_configs") ||
	    !compile_specs(c, &c->layers, "layer_configs"))
		return false;
	for (uint32_t i = 0; i < c->conditions.names.n; i++)
		if (!compile_condition_check(c, i))
			return false;
	return compile_stores(c) && compile_cmabs(c) &&
	    compile_mappings(c, section(top, COMPILE_OVERRIDE_RULES) != NULL);
}

/* Now every spec has its place: numbers of specs become places. */
static void
link_specs(struct compile *c)
{
	struct image_build *b = &c->b;

	for (size_t i = 0; i < c->nested.n && b->status == FG_OK; i++) {
		uint32_t at = c->nested.records[i], number;

		number = image_build_get32(b, at + IMAGE_COND_GATE_NO);
		image_build_put32(
		    b, at + IMAGE_COND_GATE, c->gates.entries[number].record);
	}
	for (size_t i = 0; i < c->cmab_gates.n && b->status == FG_OK; i++) {
		uint32_t at = c->cmab_gates.records[i], number;

		number = image_build_get32(b, at + 36);
		image_build_put32(b, at + 32, c->gates.entries[number].record);
	}
	for (size_t i = 0; i < c->delegates.n && b->status == FG_OK; i++) {
		uint32_t at =
		    c->delegates.records[i] + IMAGE_RULE_DELEGATE_SPEC;

		image_build_put32(
		    b, at, c->configs.entries[image_build_get32(b, at)].record);
	}
}

static uint32_t
count_records(const struct compile_map *map)
{
	uint32_t n = 0;

	for (size_t i = 0; i < map->names.n; i++)
		n += map->entries[i].record != 0;
	return n;
}

static void
put_header(struct compile *c, struct compile_result *out)
{
	struct image_build *b = &c->b;

	out->n_gates = count_records(&c->gates);
	out->n_configs = count_records(&c->configs);
	out->n_layers = count_records(&c->layers);
	out->n_conditions = (uint32_t)c->conditions.names.n;
	out->n_dropped = c->n_dropped;
	compile_index(c, &c->gates, IMAGE_H_GATES);
	compile_index(c, &c->configs, IMAGE_H_CONFIGS);
	compile_index(c, &c->layers, IMAGE_H_LAYERS);
	image_build_put_bytes(b, 0, IMAGE_MAGIC, sizeof(IMAGE_MAGIC));
	image_build_put32(b, 8, IMAGE_MAJOR);
	image_build_put32(b, 12, IMAGE_MINOR);
	image_build_put64(b, IMAGE_H_LCUT, out->time);
	image_build_put32(
	    b, IMAGE_H_N_GATE_NUMBERS, (uint32_t)c->gates.names.n);
	image_build_put32(b, IMAGE_H_N_GATES, out->n_gates);
	image_build_put32(b, IMAGE_H_N_CONFIGS, out->n_configs);
	image_build_put32(b, IMAGE_H_N_LAYERS, out->n_layers);
	image_build_put32(b, IMAGE_H_N_DROPPED, out->n_dropped);
	if (image_build_get32(b, IMAGE_H_ID_LISTS) == IMAGE_ID_LISTS_UNKNOWN)
		image_build_put32(b, IMAGE_H_ID_LISTS, IMAGE_ID_LISTS_NONE);
	image_build_put64(b, IMAGE_H_SIZE, b->len);
}

/* Hands the image over, without the room it did not need. */
static void
take_image(struct compile *c, struct compile_result *out)
{
	uint8_t *less;

	if (compile_status(c) != FG_OK)
		return;
	less = realloc(c->b.base, c->b.len);
	out->image = less != NULL ? less : c->b.base;
	out->image_len = c->b.len;
	c->b.base = NULL;
}

/* The answers that the document has about itself. */
static bool
read_answers(struct compile *c, const struct top *top,
    struct compile_result *out, bool *done)
{
	const char *s;
	size_t n;

	if (!read_field(c, top, COMPILE_HAS_UPDATES))
		return false;
	out->has_updates = compile_kind(&c->tree, 0) == JSON_TRUE;
	*done = !out->has_updates;
	if (*done)
		return true;
	if (!read_field(c, top, COMPILE_TIME))
		return false;
	s = compile_raw(&c->tree, 0, &n);
	json_u64(s, n, &out->time);
	if (section(top, COMPILE_CHECKSUM) == NULL)
		return true;
	if (!read_field(c, top, COMPILE_CHECKSUM))
		return false;
	s = compile_decode(c, &c->tree, 0, &n);
	out->checksum = s != NULL ? strndup(s, n) : NULL;
	if (out->checksum == NULL)
		c->status = FG_E_NOMEM;
	return out->checksum != NULL;
}

static bool
document(
    struct compile *c, const struct json_span *root, struct compile_result *out)
{
	struct top top;
	bool done = false;

	if (!read_top(c, root, &top) || !read_answers(c, &top, out, &done))
		return false;
	if (done)
		return true;
	if (!read_fields(c, &top) || !build_records(c, &top))
		return false;
	link_specs(c);
	put_header(c, out);
	take_image(c, out);
	return compile_status(c) == FG_OK;
}

/*
 * A document that cannot be read may still say that there is nothing new: by
 * has_updates, once, whatever else there is.
 */
static bool
says_no_updates(struct compile *c, const struct json_span *root)
{
	struct top top = {0};
	struct json_walk walk;
	bool end = false, no = false;
	size_t i;

	c->failed = false;
	if (!json_walk_begin(&walk, root->text, root->n) || !walk.keyed)
		return false;
	for (;;) {
		if (!next_field(c, &walk, &top, &i, &end))
			return false;
		if (end)
			return no;
		if (i == COMPILE_HAS_UPDATES)
			no = *walk.text == 'f';
		else if (i < COMPILE_N_TOP)
			top.seen[i] = false; /* not a field to know here */
		json_walk_value(&walk);
	}
}

void
compile_free(struct compile *c)
{
	struct compile_map *maps[] = {&c->gates, &c->configs, &c->layers,
	    &c->conditions, &c->rules, &c->mappings, &c->cmabs, &c->stores};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		compile_map_free(maps[i]);
	image_build_free(&c->b);
	json_tree_free(&c->tree.json);
	json_tree_free(&c->condition.json);
	free(c->decoded.bytes);
	free(c->lowered.bytes);
	free(c->text.bytes);
	free(c->nested.records);
	free(c->delegates.records);
	free(c->cmab_gates.records);
	free(c->seen);
	free(c->fields);
	free(c->members);
	free(c->values);
	free(c->elems);
	free(c->list);
	free(c->marks);
}

/* What a document that failed comes to. */
static enum fg_status
refuse(
    struct compile *c, const struct json_span *root, struct compile_result *out)
{
	struct compile_error first = c->error;
	bool no_updates = false;

	compile_result_free(out);
	if (compile_status(c) == FG_OK)
		no_updates = says_no_updates(c, root);
	if (compile_status(c) != FG_OK)
		return compile_status(c);
	if (no_updates)
		return FG_OK;
	c->error = first;
	compile_report(c, COMPILE_REFUSED);
	return c->status != FG_OK ? c->status : FG_E_INVALID;
}

enum fg_status
compile_document(const char *json, size_t n, struct compile_notes *notes,
    struct compile_result *out)
{
	struct compile c = {.doc = json, .n = n, .notes = notes};
	struct json_span root;
	const char *why;
	enum fg_status st;
	size_t end;

	*out = (struct compile_result){0};
	st = json_check_why(json, n, &end, &why);
	if (st == FG_E_INVALID) {
		compile_fail(&c, end, NULL, 0, why);
		compile_report(&c, COMPILE_REFUSED);
	}
	if (st != FG_OK)
		return c.status != FG_OK ? c.status : st;
	root = (struct json_span){.text = json, .n = end};
	image_build_init(&c.b, n);
	if (!document(&c, &root, out))
		st = refuse(&c, &root, out);
	compile_free(&c);
	return st;
}

void
compile_result_free(struct compile_result *result)
{
	free(result->checksum);
	free(result->image);
	*result = (struct compile_result){0};
}

bool
compile_is_newer(const struct compile_result *result, uint64_t current_time,
    const char *current_checksum)
{
	if (!result->has_updates || current_time > result->time)
		return false;
	return current_checksum == NULL || *current_checksum == '\0' ||
	    result->checksum == NULL ||
	    strcmp(current_checksum, result->checksum) != 0;
}
