/*
 * parity-calls STATE CALLS.jsonl: does what the file's lines say, for the
 * comparison of events.  calls.mjs writes such files and tells what they hold.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/number.h"
#include "reader/forkgate.h"
#include "syncer/json.h"
#include "tools/user_json.h"

#define MAX_MEMBERS 32

static struct fg *fg;
static struct fg_session *ses;
static struct json_tree tree;
static size_t line_no;

static void
die(const char *what)
{
	fprintf(stderr, "parity-calls: line %zu: %s\n", line_no, what);
	exit(1);
}

/* The value node of a member of an object, or 0. */
static uint32_t
member(uint32_t object, const char *key)
{
	const struct json_node *nodes = tree.nodes;
	uint32_t i = object + 1;

	for (uint32_t k = 0; k < nodes[object].n_children; k++) {
		if (nodes[i].end - nodes[i].start == strlen(key) &&
		    memcmp(tree.text + nodes[i].start, key, strlen(key)) == 0)
			return i + 1;
		i = nodes[i + 1].next;
	}
	return 0;
}

/* A string that ends with a NUL and stays; NULL for none and for null. */
static char *
text(uint32_t node)
{
	const struct json_node *at = &tree.nodes[node];
	struct json_buf buf = {0};
	const char *s;
	char *copy = NULL;
	size_t n;

	if (node == 0 || at->kind != JSON_STRING)
		return NULL;
	if (json_string(tree.text + at->start, at->end - at->start, &buf, &s,
		&n) != FG_OK ||
	    (copy = strndup(s, n)) == NULL)
		die("a text that cannot be read");
	free(buf.bytes);
	return copy;
}

static struct fg_value
value(uint32_t node)
{
	const struct json_node *at = &tree.nodes[node];
	const char *s = tree.text + at->start;
	struct fg_value v = {.type = FG_NULL};

	if (node == 0)
		return v;
	if (at->kind == JSON_TRUE || at->kind == JSON_FALSE) {
		v.type = FG_BOOL;
		v.u.boolean = at->kind == JSON_TRUE;
	} else if (at->kind == JSON_STRING) {
		v.type = FG_STRING;
		v.u.string.bytes = text(node);
		v.u.string.len = strlen(v.u.string.bytes);
	} else if (at->kind == JSON_NUMBER) {
		v.type = FG_INT;
		if (!json_i64(s, at->end - at->start, &v.u.integer)) {
			v.type = FG_DOUBLE;
			number_f64(s, at->end - at->start, &v.u.number);
		}
	} else if (at->kind != JSON_NULL) {
		die("a value that is neither text, number, truth nor null");
	}
	return v;
}

static size_t
members(uint32_t object, struct fg_member *out)
{
	uint32_t i = object + 1, n = tree.nodes[object].n_children;

	if (object == 0 || tree.nodes[object].kind != JSON_OBJECT)
		return 0;
	if (n > MAX_MEMBERS)
		die("too many members");
	for (uint32_t k = 0; k < n; k++) {
		out[k].key = text(i);
		out[k].key_len = strlen(out[k].key);
		out[k].value = value(i + 1);
		i = tree.nodes[i + 1].next;
	}
	return n;
}

static void
open_client(const char *state)
{
	struct fg_options o = FG_OPTIONS_INIT;
	struct fg_member custom[MAX_MEMBERS];

	o.state_dir = state;
	o.environment = text(member(0, "environment"));
	o.custom_fields = custom;
	o.n_custom_fields = members(member(0, "custom"), custom);
	o.dedupe_max = 100000;
	if (fg_open(&o, &fg) != FG_OK || fg_wait_ready(fg, 5000) != FG_OK ||
	    fg_session_begin(fg, &ses) != FG_OK)
		die("the client cannot be opened");
}

/* The reference's wrapper for JavaScript does not tell of what is null. */
static void
read_layer(struct fg_user *user, const char *name, unsigned flags, uint32_t at)
{
	struct fg_layer layer;
	uint32_t i = at + 1;
	enum fg_type type;

	fg_get_layer(ses, user, name, flags, &layer);
	for (uint32_t k = 0; k < tree.nodes[at].n_children; k++, i++) {
		const char *param = text(i);

		if (fg_params_json(layer.params, param, NULL, &type) != NULL &&
		    type != FG_NULL)
			fg_layer_json(&layer, param, NULL, NULL);
	}
}

static void
read_store(struct fg_user *user, const char *name, unsigned flags, uint32_t at)
{
	struct fg_store store;
	uint32_t i = at + 1;

	fg_get_store(ses, user, name, flags, &store);
	for (uint32_t k = 0; k < tree.nodes[at].n_children; k++, i++)
		fg_store_json(&store, text(i), NULL, NULL);
}

static void
log_event(struct fg_user *user, const char *name)
{
	struct fg_value v = value(member(0, "value"));
	struct fg_member metadata[MAX_MEMBERS];
	uint32_t at = member(0, "metadata");
	size_t n = members(at, metadata);

	if (fg_log_event(ses, user, name, &v,
		tree.nodes[at].kind == JSON_OBJECT ? metadata : NULL,
		n) != FG_OK)
		die("the event cannot be logged");
}

static bool
override(const char *call, const char *name)
{
	static const char *const kinds[] = {[FG_CONFIG] = "override_config",
	    [FG_EXPERIMENT] = "override_experiment",
	    [FG_LAYER] = "override_layer"};
	char *id = text(member(0, "id"));
	uint32_t at = member(0, "value");
	struct fg_member own[MAX_MEMBERS];

	if (strcmp(call, "override_gate") == 0) {
		fg_override_gate(
		    fg, name, id, tree.nodes[at].kind == JSON_TRUE);
		return true;
	}
	for (int kind = FG_CONFIG; kind <= FG_LAYER; kind++)
		if (strcmp(call, kinds[kind]) == 0) {
			fg_override_value(fg, (enum fg_kind)kind, name, id, own,
			    members(at, own));
			return true;
		}
	return false;
}

static void
ask(const char *call, struct fg_user *user, const char *name, unsigned flags)
{
	uint32_t params = member(0, "params");
	struct fg_config config;
	struct fg_gate gate;

	if (strcmp(call, "check_gate") == 0 && flags == 0)
		fg_check_gate(ses, user, name);
	else if (strcmp(call, "gate") == 0 || strcmp(call, "check_gate") == 0)
		fg_get_gate(ses, user, name, flags, &gate);
	else if (strcmp(call, "config") == 0)
		fg_get_config(ses, user, name, flags, &config);
	else if (strcmp(call, "experiment") == 0)
		fg_get_experiment(ses, user, name, flags, &config);
	else if (strcmp(call, "layer") == 0)
		read_layer(user, name, flags, params);
	else if (strcmp(call, "store") == 0)
		read_store(user, name, flags, params);
	else if (strcmp(call, "expose_gate") == 0)
		fg_expose_gate(ses, user, name);
	else if (strcmp(call, "expose_config") == 0)
		fg_expose_config(ses, user, name);
	else if (strcmp(call, "expose_experiment") == 0)
		fg_expose_experiment(ses, user, name);
	else if (strcmp(call, "expose_layer") == 0)
		fg_expose_layer(ses, user, name, text(params + 1));
	else if (strcmp(call, "event") == 0)
		log_event(user, name);
	else if (strcmp(call, "identify") == 0)
		fg_identify(ses, user);
	else
		die("unknown call");
}

static void
run(const char *state, const char *line, size_t n, struct fg_user *user)
{
	struct json_span span;
	struct user_json_error err;
	uint32_t silent, who;
	char *call, *name;
	size_t end;

	if (json_check(line, n, &end) != FG_OK)
		die("no JSON");
	span = json_span(line, n);
	if (json_parse(&tree, &span) != FG_OK)
		die("no memory");
	call = text(member(0, "call"));
	name = text(member(0, "name"));
	silent = member(0, "silent");
	who = member(0, "user");
	if (who != 0 && user_json_node(&tree, who, user, &err) != FG_OK)
		die(err.text);
	if (strcmp(call, "open") == 0) {
		open_client(state);
	} else if (!override(call, name)) {
		fg_session_refresh(ses);
		ask(call, user, name, silent != 0 ? FG_NO_EXPOSURE : 0);
	}
	/* What text() has made is few and goes with the process. */
}

/*
 * The syncer takes segments in any order.  So that there is but one at a time,
 * each is shipped before it can be full; the first ones are small.
 */
static void
ship_now_and_then(void)
{
	if ((line_no < 40 || line_no % 60 == 0) && line_no % 5 == 0 &&
	    fg_flush(fg, 10000) != FG_OK)
		die("the syncer does not ship");
}

int
main(int argc, char *argv[])
{
	FILE *f = argc == 3 ? fopen(argv[2], "r") : NULL;
	struct fg_user *user;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (f == NULL || fg_user_new(&user) != FG_OK) {
		fprintf(stderr, "usage: parity-calls STATE CALLS.jsonl\n");
		return 2;
	}
	while ((n = getline(&line, &cap, f)) > 0) {
		line_no++;
		run(argv[1], line, (size_t)n, user);
		ship_now_and_then();
	}
	if (fg_flush(fg, 10000) != FG_OK)
		die("the syncer does not ship");
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
	return 0;
}
