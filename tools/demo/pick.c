#include "tools/demo/pick.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syncer/compile.h"
#include "syncer/json.h"
#include "tools/cmd.h"

static bool
is_text(const struct json_tree *t, uint32_t node, const char *text)
{
	const struct json_node *at = &t->nodes[node];

	return at->kind == JSON_STRING && at->end - at->start == strlen(text) &&
	    memcmp(t->text + at->start, text, strlen(text)) == 0;
}

/* The value of a member of the object at a node, or 0. */
static uint32_t
member(const struct json_tree *t, uint32_t node, const char *key)
{
	uint32_t i = node + 1;

	if (t->nodes[node].kind != JSON_OBJECT)
		return 0;
	for (uint32_t k = 0; k < t->nodes[node].n_children; k++) {
		if (is_text(t, i, key))
			return i + 1;
		i = t->nodes[i + 1].next;
	}
	return 0;
}

/* A copy of the key at a node; NULL too for one with escapes or a NUL. */
static char *
name_at(const struct json_tree *t, uint32_t node)
{
	const struct json_node *at = &t->nodes[node];

	if (memchr(t->text + at->start, '\\', at->end - at->start) != NULL)
		return NULL;
	return strndup(t->text + at->start, at->end - at->start);
}

/* The first names of a map whose specs are of the entity. */
static size_t
first_names(const struct json_tree *t, uint32_t map, const char *entity,
    char **out, size_t max)
{
	uint32_t i = map + 1;
	size_t n = 0;

	if (map == 0 || t->nodes[map].kind != JSON_OBJECT)
		return 0;
	for (uint32_t k = 0; k < t->nodes[map].n_children && n < max; k++) {
		uint32_t is = member(t, i + 1, "entity");

		if (is != 0 && is_text(t, is, entity) &&
		    (out[n] = name_at(t, i)) != NULL)
			n++;
		i = t->nodes[i + 1].next;
	}
	return n;
}

static uint32_t
count(const struct json_tree *t, uint32_t map)
{
	return map != 0 ? t->nodes[map].n_children : 0;
}

static void
take_names(const struct json_tree *t, struct pick *out)
{
	uint32_t gates = member(t, 0, "feature_gates");
	uint32_t configs = member(t, 0, "dynamic_configs");
	uint32_t layers = member(t, 0, "layer_configs");

	out->n_gates =
	    first_names(t, gates, "feature_gate", out->gates, PICK_GATES);
	if (first_names(t, configs, "dynamic_config", &out->config, 1) == 0)
		first_names(t, configs, "experiment", &out->config, 1);
	first_names(t, layers, "layer", &out->layer, 1);
	out->all_gates = count(t, gates);
	out->all_configs = count(t, configs);
	out->all_layers = count(t, layers);
}

static bool
parse(const char *text, size_t n, struct json_tree *t)
{
	struct json_span span = json_span(text, n);

	return json_parse(t, &span) == FG_OK && t->nodes[0].kind == JSON_OBJECT;
}

/* What the syncer would refuse is better said at once. */
static bool
compiles(const char *path, const struct pick *p, char why[256])
{
	struct compile_notes notes = {0};
	struct compile_result result = {0};
	enum fg_status st = compile_document(p->text, p->n, &notes, &result);
	bool ok = st == FG_OK && result.has_updates;

	if (st == FG_OK)
		snprintf(why, 256, "%s: has_updates is false: no rules", path);
	else if (st != FG_E_INVALID || notes.n == 0)
		snprintf(why, 256, "%s: %s", path, fg_strerror(st));
	for (size_t i = 0; i < notes.n && st == FG_E_INVALID; i++) {
		const struct compile_note *note = &notes.notes[i];

		if (note->severity == COMPILE_REFUSED)
			snprintf(why, 256, "%s:%zu:%zu: %s%s%s", path,
			    note->line, note->column, note->path,
			    note->path[0] != '\0' ? ": " : "", note->message);
	}
	compile_notes_free(&notes);
	compile_result_free(&result);
	return ok;
}

bool
pick_read(const char *path, struct pick *out, char why[256])
{
	struct json_tree t = {0};
	bool ok = false;
	size_t end;

	*out = (struct pick){0};
	if (cmd_read_file(path, &out->text, &out->n) != FG_OK) {
		snprintf(why, 256, "%s: %s", path, strerror(errno));
		return false;
	}
	if (!compiles(path, out, why))
		return false;
	snprintf(why, 256, "%s: out of memory", path);
	if (json_check(out->text, out->n, &end) == FG_OK &&
	    parse(out->text, end, &t)) {
		out->n = end; /* what follows the object is nobody's */
		take_names(&t, out);
		ok = true;
	}
	json_tree_free(&t);
	return ok;
}

void
pick_free(struct pick *p)
{
	for (size_t i = 0; i < p->n_gates; i++)
		free(p->gates[i]);
	free(p->config);
	free(p->layer);
	free(p->text);
	*p = (struct pick){0};
}

/* ---------------------------------------------------------- the change */

/* Bytes of the text to be replaced by others; n 0 inserts. */
struct edit {
	size_t at, n;
	char by[512];
};

static void
edit_time(const struct json_tree *t, struct edit *e, size_t *n_edits)
{
	uint32_t node = member(t, 0, "time");
	uint64_t time = 0;

	if (node == 0 || t->nodes[node].kind != JSON_NUMBER)
		return;
	e = &e[(*n_edits)++];
	e->at = t->nodes[node].start;
	e->n = t->nodes[node].end - t->nodes[node].start;
	json_u64(t->text + e->at, e->n, &time);
	snprintf(e->by, sizeof(e->by), "%" PRIu64, time + 1000);
}

/* The same checksum would mean the same rules. */
static void
edit_checksum(const struct json_tree *t, struct edit *e, size_t *n_edits)
{
	uint32_t node = member(t, 0, "checksum");

	if (node == 0 || t->nodes[node].kind != JSON_STRING)
		return;
	e = &e[(*n_edits)++];
	e->at = t->nodes[node].start;
	e->n = t->nodes[node].end - t->nodes[node].start;
	snprintf(e->by, sizeof(e->by), "forkgate-demo-2");
}

static bool
edit_gate(const struct json_tree *t, const char *gate, bool value,
    struct edit *e, size_t *n_edits)
{
	uint32_t gates = member(t, 0, "feature_gates");
	uint32_t spec = gates != 0 ? member(t, gates, gate) : 0;
	uint32_t rules = spec != 0 ? member(t, spec, "rules") : 0;

	if (rules == 0 || t->nodes[rules].kind != JSON_ARRAY)
		return false;
	e = &e[(*n_edits)++];
	e->at = t->nodes[rules].start + 1;
	e->n = 0;
	snprintf(e->by, sizeof(e->by),
	    "{\"name\":\"demo\",\"id\":\"forkgate_demo\",\"salt\":\"\","
	    "\"idType\":\"userID\",\"passPercentage\":100,\"conditions\":[],"
	    "\"returnValue\":%s}%s",
	    value ? "true" : "false",
	    t->nodes[rules].n_children > 0 ? "," : "");
	return true;
}

static int
by_place(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static char *
apply(const struct pick *p, struct edit *edits, size_t n_edits, size_t *n)
{
	char *out = malloc(p->n + n_edits * sizeof(edits->by) + 1), *to = out;
	size_t from = 0;

	if (out == NULL)
		return NULL;
	qsort(edits, n_edits, sizeof(*edits), by_place);
	for (size_t i = 0; i < n_edits; i++) {
		memcpy(to, p->text + from, edits[i].at - from);
		to += edits[i].at - from;
		to = stpcpy(to, edits[i].by);
		from = edits[i].at + edits[i].n;
	}
	memcpy(to, p->text + from, p->n - from);
	*n = (size_t)(to - out) + p->n - from;
	return out;
}

char *
pick_change(const struct pick *p, const char *gate, bool value, size_t *n)
{
	struct json_tree t = {0};
	struct edit edits[3];
	size_t n_edits = 0;
	char *out = NULL;

	if (parse(p->text, p->n, &t)) {
		/* Offsets of the tree are from its first brace. */
		size_t skip = (size_t)(json_span(p->text, p->n).text - p->text);
		bool ok = true;

		edit_time(&t, edits, &n_edits);
		edit_checksum(&t, edits, &n_edits);
		if (gate != NULL)
			ok = edit_gate(&t, gate, value, edits, &n_edits);
		for (size_t i = 0; i < n_edits; i++)
			edits[i].at += skip;
		if (ok)
			out = apply(p, edits, n_edits, n);
	}
	json_tree_free(&t);
	return out;
}
