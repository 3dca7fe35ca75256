#include "syncer/compile_hostwide.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/hostwide.h"
#include "syncer/compile_int.h"

enum {
	F_GATE,
	F_CONFIG,
	F_EXPERIMENT,
	F_LAYER,
	F_STORE,
	F_ID,
	F_VALUE,
	F_GROUP,
	F_COMMENT,
	N_FIELDS,
};
_Static_assert((int)F_STORE == (int)HOSTWIDE_STORE, "kinds first, in order");

static const struct compile_field fields[N_FIELDS] = {
    [F_GATE] = COMPILE_OPTIONAL("gate", COMPILE_TEXT),
    [F_CONFIG] = COMPILE_OPTIONAL("config", COMPILE_TEXT),
    [F_EXPERIMENT] = COMPILE_OPTIONAL("experiment", COMPILE_TEXT),
    [F_LAYER] = COMPILE_OPTIONAL("layer", COMPILE_TEXT),
    [F_STORE] = COMPILE_OPTIONAL("store", COMPILE_TEXT),
    [F_ID] = COMPILE_OPTIONAL("id", COMPILE_RAW),
    [F_VALUE] = COMPILE_OPTIONAL("value", COMPILE_JSON),
    [F_GROUP] = COMPILE_OPTIONAL("group", COMPILE_TEXT),
    [F_COMMENT] = COMPILE_OPTIONAL("comment", COMPILE_TEXT),
};

/* An override of which the record is filled in. */
struct said {
	uint32_t kind, name, id; /* S */
	uint32_t record;
	size_t nth, at; /* in the document */
};

struct build {
	struct compile c;
	struct said *said;
	size_t n, cap;
	uint32_t run; /* of their records */
};

/* --- one override ---------------------------------------------------------- */

static bool
fail_at(struct compile *c, uint32_t node, int field, const char *message)
{
	const struct compile_field *f =
	    field < N_FIELDS ? &fields[field] : NULL;

	return compile_fail(c, compile_at(&c->tree, node),
	    f != NULL ? f->name : NULL, f != NULL ? f->n : 0, message);
}

/* A misspelled field would be an override that is not what it seems. */
static bool
only_known(struct compile *c)
{
	const struct json_node *nodes = c->tree.json.nodes;

	for (uint32_t k = 1; k < nodes[0].next; k = nodes[k].next) {
		size_t n, i = 0;
		const char *key = compile_decode(c, &c->tree, k, &n);

		while (i < N_FIELDS &&
		    (fields[i].n != n || memcmp(fields[i].name, key, n) != 0))
			i++;
		if (i == N_FIELDS)
			return compile_fail(c, compile_at(&c->tree, k), key, n,
			    "is no field of an override; correct or remove "
			    "it");
	}
	return true;
}

static bool
which_kind(struct compile *c, const uint32_t *got, uint32_t *kind)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < HOSTWIDE_N_KINDS; i++) {
		if (got[i] == 0)
			continue;
		*kind = i;
		n++;
	}
	if (n == 0)
		return fail_at(c, 0, N_FIELDS,
		    "names nothing; add a gate, config, experiment, layer or "
		    "store");
	if (n > 1)
		return fail_at(c, got[*kind], (int)*kind,
		    "is a second name; write one override for each");
	return true;
}

static bool
take_id(struct compile *c, uint32_t node, uint32_t *id)
{
	size_t n = 0;

	*id = 0;
	if (node == 0)
		return true;
	if (compile_kind(&c->tree, node) != JSON_STRING)
		return fail_at(c, node, F_ID, "is no text; put it in quotes");
	if (compile_decode(c, &c->tree, node, &n) == NULL)
		return fail_at(c, node, F_ID, "half of a surrogate pair");
	if (n == 0)
		return fail_at(c, node, F_ID,
		    "is empty; without an id it is for everyone");
	*id = compile_string(c, &c->tree, node);
	return true;
}

/* What it is to be instead. */
static bool
take_value(struct compile *c, const uint32_t *got, uint32_t kind, uint32_t name,
    enum hostwide_what *what, uint32_t *at)
{
	uint32_t value = got[F_VALUE], group = got[F_GROUP];
	enum json_kind json;

	if (group != 0 && kind != HOSTWIDE_EXPERIMENT)
		return fail_at(c, group, F_GROUP,
		    "goes with an experiment alone; write a value");
	if (group != 0 && value != 0)
		return fail_at(c, group, F_GROUP,
		    "stands beside a value; remove one of the two");
	if (group != 0) {
		*what = HOSTWIDE_GROUP;
		*at = compile_string(c, &c->tree, group);
		return true;
	}
	if (value == 0)
		return fail_at(c, 0, F_VALUE,
		    "is missing or null; say what it is to be instead");
	json = compile_kind(&c->tree, value);
	if (kind == HOSTWIDE_GATE) {
		*what = json == JSON_TRUE ? HOSTWIDE_TRUE : HOSTWIDE_FALSE;
		*at = 0;
		return json == JSON_TRUE || json == JSON_FALSE ||
		    fail_at(c, value, F_VALUE,
			"is neither true nor false, all that a gate can be");
	}
	if (json != JSON_OBJECT)
		return fail_at(c, value, F_VALUE,
		    "is no object; write {\"parameter\": value, ...}");
	*what = kind == HOSTWIDE_STORE ? HOSTWIDE_PARAMS : HOSTWIDE_VALUE;
	if (kind == HOSTWIDE_STORE)
		return compile_store_override(c, &c->tree, value, name, at);
	*at = compile_value(c, &c->tree, value);
	return true;
}

static bool
put_override(struct build *b, struct said *s)
{
	struct compile *c = &b->c;
	uint32_t got[N_FIELDS], at = 0;
	enum hostwide_what what = HOSTWIDE_NONE;
	size_t n;

	if (!compile_fields(c, &c->tree, 0, fields, N_FIELDS, got) ||
	    !only_known(c) || !which_kind(c, got, &s->kind))
		return false;
	if (compile_decode(c, &c->tree, got[s->kind], &n) != NULL && n == 0)
		return fail_at(c, got[s->kind], (int)s->kind,
		    "is empty; write the name of what is meant");
	s->name = compile_string(c, &c->tree, got[s->kind]);
	if (!take_id(c, got[F_ID], &s->id) ||
	    !take_value(c, got, s->kind, s->name, &what, &at))
		return false;
	image_build_put32(&c->b, s->record, s->id);
	image_build_put32(&c->b, s->record + 4, (uint32_t)what);
	image_build_put32(&c->b, s->record + 8, at);
	image_build_put32(&c->b, s->record + 12, s->name);
	image_build_put32(&c->b, s->record + 16, s->kind);
	return true;
}

/* --- all of them ------------------------------------------------------------- */

static bool
read_array(struct build *b, const struct json_walk *top)
{
	struct compile *c = &b->c;
	struct compile_where list = {.name = "overrides", .n = 9};
	struct compile_where here = {.up = &list};
	struct json_walk walk;
	const char *key;
	size_t n;
	bool ok = true;

	for (json_walk_enter(top, &walk); json_walk_next(&walk, &key, &n);
	     json_walk_value(&walk))
		b->n++;
	c->where = &list;
	if (b->n > HOSTWIDE_MAX)
		return compile_fail(c, (size_t)(top->text - c->doc), NULL, 0,
		    "are more than 50000; that is a gate's business, in the "
		    "console");
	b->run = image_build_alloc(&c->b, b->n * HOSTWIDE_OVERRIDE);
	ok = compile_room(c, &b->said, &b->cap, b->n, sizeof(*b->said));
	json_walk_enter(top, &walk);
	for (size_t i = 0; ok && json_walk_next(&walk, &key, &n); i++) {
		struct said *s = &b->said[i];
		struct json_span span = json_walk_value(&walk);

		here.index = i;
		c->where = &here;
		*s = (struct said){
		    .record = b->run + (uint32_t)i * HOSTWIDE_OVERRIDE,
		    .nth = i,
		    .at = (size_t)(span.text - c->doc)};
		ok = compile_parse(c, &c->tree, &span, 2) && put_override(b, s);
	}
	c->where = NULL;
	return ok;
}

/* The document's own two fields. */
static bool
read_top(struct build *b, size_t end)
{
	struct compile *c = &b->c;
	struct json_walk walk, next;
	const char *key;
	size_t n;
	bool found = false;

	if (!json_walk_begin(&walk, c->doc, end) || !walk.keyed)
		return compile_fail(c, 0, NULL, 0,
		    "is no object; write {\"overrides\": [ ... ]}");
	while (json_walk_next(&walk, &key, &n)) {
		size_t at = (size_t)(walk.text - c->doc);

		if (n == 7 && memcmp(key, "comment", 7) == 0) {
			json_walk_value(&walk);
			continue;
		}
		if (n != 9 || memcmp(key, "overrides", 9) != 0)
			return compile_fail(c, at, key, n,
			    "is not known here; there are overrides and "
			    "comment");
		if (found)
			return compile_fail(
			    c, at, key, n, "occurs twice; join the two");
		found = true;
		if (!json_walk_enter(&walk, &next) || next.keyed)
			return compile_fail(c, at, key, n,
			    "is no list; put the overrides in [ ]");
		if (!read_array(b, &walk))
			return false;
		json_walk_value(&walk);
	}
	return found ||
	    compile_fail(c, 0, "overrides", 9,
		"is missing; an empty list lifts all overrides");
}

static int
by_name_and_id(const void *a, const void *b)
{
	const struct said *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->nth > y->nth) - (x->nth < y->nth);
}

/* Equal strings are one record, so places tell names and IDs apart. */
static bool
said_twice(struct build *b)
{
	struct compile_where list = {.name = "overrides", .n = 9};
	struct compile_where here = {.up = &list};

	for (size_t i = 1; i < b->n; i++) {
		const struct said *x = &b->said[i - 1], *y = &b->said[i];

		if (x->kind != y->kind || x->name != y->name || x->id != y->id)
			continue;
		here.index = y->nth;
		b->c.where = &here;
		compile_fail(&b->c, y->at, NULL, 0,
		    "is the second for that name and id; remove one of them");
		b->c.where = NULL;
		return true;
	}
	return false;
}

/* A record for each name, with its overrides; then the indexes of names. */
static void
put_indexes(struct build *b)
{
	struct image_build *im = &b->c.b;
	uint32_t *ids = calloc(b->n + 1, sizeof(*ids));
	uint32_t *names = calloc(b->n + 1, sizeof(*names));
	size_t i = 0;

	if (ids == NULL || names == NULL)
		b->c.status = FG_E_NOMEM;
	for (uint32_t kind = 0; kind < HOSTWIDE_N_KINDS && b->c.status == FG_OK;
	     kind++) {
		size_t n_names = 0;

		while (i < b->n && b->said[i].kind == kind) {
			uint32_t name = b->said[i].name, everyone = 0;
			uint32_t at = image_build_alloc(im, HOSTWIDE_NAME);
			size_t n = 0;

			for (; i < b->n && b->said[i].kind == kind &&
			     b->said[i].name == name;
			     i++) {
				if (b->said[i].id == 0)
					everyone = b->said[i].record;
				else
					ids[n++] = b->said[i].record;
			}
			image_build_put32(im, at, name);
			image_build_put32(im, at + 4, everyone);
			image_build_index(im, at + 8, ids, n);
			names[n_names++] = at;
		}
		image_build_index(
		    im, HOSTWIDE_H_INDEXES + 8 * kind, names, n_names);
	}
	free(ids);
	free(names);
	image_build_put32(im, HOSTWIDE_H_N, (uint32_t)b->n);
	image_build_put32(im, HOSTWIDE_H_ALL, b->n > 0 ? b->run : 0);
}

static bool
build(struct build *b, size_t end, size_t len)
{
	const char *rest = b->c.doc + end;

	while (end < len && memchr(" \t\r\n", *rest, 4) != NULL) {
		rest++;
		end++;
	}
	if (end < len)
		return compile_fail(&b->c, end, NULL, 0,
		    "something follows the end of the document; remove it");
	compile_constants(&b->c);
	if (!read_top(b, len))
		return false;
	if (b->n > 1)
		qsort(b->said, b->n, sizeof(*b->said), by_name_and_id);
	if (said_twice(b))
		return false;
	put_indexes(b);
	return true;
}

static enum fg_status
say(struct hostwide_error *err, const struct compile *c,
    const struct compile_notes *notes)
{
	const struct compile_note *note = notes->notes;

	if (c->status != FG_OK || notes->n == 0)
		return FG_E_NOMEM;
	snprintf(err->text, sizeof(err->text), "line %zu: %.500s%s%s",
	    note->line, note->path, note->path[0] != '\0' ? ": " : "",
	    note->message);
	return FG_E_INVALID;
}

static void
free_build(struct build *b)
{
	compile_free(&b->c);
	free(b->said);
}

enum fg_status
compile_hostwide(const char *text, size_t n, struct hostwide_text *out,
    struct hostwide_error *err)
{
	struct compile_notes notes = {0};
	struct build b = {.c = {.doc = text, .n = n, .notes = &notes}};
	enum fg_status st = FG_E_SPACE;
	const char *why;
	size_t end;

	*out = (struct hostwide_text){0};
	snprintf(err->text, sizeof(err->text), "out of memory");
	if (n > HOSTWIDE_MAX_FILE) {
		snprintf(err->text, sizeof(err->text),
		    "is longer than %zu bytes; make it shorter",
		    HOSTWIDE_MAX_FILE);
		return st;
	}
	st = json_check_why(text, n, &end, &why);
	image_build_init(&b.c.b, n);
	if (st == FG_E_INVALID)
		compile_fail(&b.c, end, NULL, 0, why);
	if (st == FG_OK && build(&b, end, n))
		st = compile_status(&b.c);
	else if (b.c.failed)
		st = FG_E_INVALID;
	else if (compile_status(&b.c) != FG_OK)
		st = compile_status(&b.c);
	if (st == FG_E_INVALID) {
		compile_report(&b.c, COMPILE_REFUSED);
		st = say(err, &b.c, &notes);
	} else if (st == FG_OK) {
		hostwide_seal(b.c.b.base, b.c.b.len);
		*out = (struct hostwide_text){
		    b.c.b.base, b.c.b.len, (uint32_t)b.n};
		b.c.b.base = NULL;
	}
	free_build(&b);
	compile_notes_free(&notes);
	return st;
}

enum fg_status
compile_hostwide_note(const uint8_t *held, size_t len, const char *refused,
    struct hostwide_text *out)
{
	struct image_build b;
	struct image im;
	size_t n = 0;

	*out = (struct hostwide_text){0};
	if (len > 0 && hostwide_open(held, len, &im) == FG_OK) {
		/* A note of before is the last of it. */
		n = image_head32(&im, HOSTWIDE_H_REFUSED);
		if (n < IMAGE_HEADER || n > im.size)
			n = im.size;
	}
	image_build_init(&b, n + strlen(refused));
	if (n > 0) {
		image_build_alloc(&b, n - IMAGE_HEADER);
		image_build_put_bytes(&b, 0, held, n);
	}
	image_build_put32(&b, HOSTWIDE_H_REFUSED,
	    image_build_str(&b, refused, strlen(refused)));
	if (b.status == FG_OK) {
		hostwide_seal(b.base, b.len);
		*out = (struct hostwide_text){
		    b.base, b.len, le32dec(b.base + HOSTWIDE_H_N)};
		b.base = NULL;
	}
	image_build_free(&b);
	return out->bytes != NULL ? FG_OK : FG_E_NOMEM;
}
