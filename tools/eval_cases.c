#include "tools/eval_cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syncer/json.h"
#include "tools/told.h"
#include "tools/user_json.h"

int
eval_cases_params(const struct cmd *cmd, const struct eval_source *source,
    struct image_source *image, struct ask *ask)
{
	int rc = CMD_OK;

	ask->params = NULL;
	if (ask->kind != ASK_PARAM_STORE || ask->param != NULL)
		return CMD_OK;
	if (image->bytes == NULL)
		rc = image_source_get(cmd, source, image);
	if (rc != CMD_OK)
		return rc;
	ask->params = image_store_names(&image->image, ask->name);
	return ask->params != NULL ? CMD_OK
				   : cmd_fail(cmd, "memory", FG_E_NOMEM);
}

int
eval_cases_print(const struct cmd *cmd, const struct jsonw *w)
{
	if (w->status != FG_OK)
		return cmd_fail(cmd, "standard output", w->status);
	fwrite(w->text, 1, w->len, stdout);
	putchar('\n');
	return CMD_OK;
}

struct cases {
	const struct eval_cases *args;
	size_t line_no;
	struct json_tree tree;
	struct json_buf name;
	char *last_user; /* its text: users come in runs */
	size_t last_len, last_cap;
	bool is_new_user;
	struct told told; /* of the last user */
};

static int
bad_case(const struct cases *c, const char *what)
{
	cmd_say(c->args->cmd, "%s:%zu: %s", c->args->path, c->line_no, what);
	return CMD_USAGE;
}

/* The value node of a member of the root, or 0. */
static uint32_t
member(const struct json_tree *t, const char *key)
{
	const struct json_node *nodes = t->nodes;
	uint32_t i = 1, found = 0;

	for (uint32_t k = 0; k < nodes[0].n_children; k++) {
		if (nodes[i].end - nodes[i].start == strlen(key) &&
		    memcmp(t->text + nodes[i].start, key, strlen(key)) == 0)
			found = i + 1;
		i = nodes[i + 1].next;
	}
	return found;
}

static int
take_user(struct cases *c, uint32_t node, struct fg_user *user)
{
	const struct json_node *at = &c->tree.nodes[node];
	const char *text = c->tree.text + at->start;
	size_t n = at->end - at->start;
	struct user_json_error err;
	char *more;

	c->is_new_user = c->last_user == NULL || n != c->last_len ||
	    memcmp(text, c->last_user, n) != 0;
	if (!c->is_new_user)
		return CMD_OK;
	if (user_json_node(&c->tree, node, user, &err) != FG_OK)
		return bad_case(c, err.text);
	if (n > c->last_cap) {
		more = realloc(c->last_user, n);
		if (more == NULL)
			return cmd_fail(
			    c->args->cmd, c->args->path, FG_E_NOMEM);
		c->last_user = more;
		c->last_cap = n;
	}
	memcpy(c->last_user, text, n);
	c->last_len = n;
	return CMD_OK;
}

/* The name, with an end; a NUL within it would cut it. */
static int
take_name(struct cases *c, uint32_t node, char **name)
{
	const struct json_node *at = &c->tree.nodes[node];
	const char *s;
	size_t n;

	if (json_string(c->tree.text + at->start, at->end - at->start, &c->name,
		&s, &n) != FG_OK ||
	    memchr(s, '\0', n) != NULL)
		return bad_case(c, "\"name\" is no text that a name can be");
	*name = strndup(s, n);
	if (*name == NULL)
		return cmd_fail(c->args->cmd, c->args->path, FG_E_NOMEM);
	return CMD_OK;
}

/* What a client of that user starts with; nothing for the same one again. */
static int
respond(struct cases *c, struct fg_session *ses, struct fg_user *user,
    struct jsonw *w)
{
	const char *json;
	enum fg_status st;
	size_t len;

	if (!c->is_new_user)
		return CMD_OK;
	fg_session_refresh(ses);
	st = fg_client_response(ses, user, c->args->response, &json, &len);
	if (st != FG_OK && st != FG_E_UNSUPPORTED)
		return cmd_fail(c->args->cmd, c->args->path, st);
	jsonw_clear(w);
	jsonw_begin_object(w);
	jsonw_key(w, "user");
	jsonw_raw(w, c->last_user, c->last_len);
	jsonw_key(w, "gcir");
	if (json != NULL)
		jsonw_raw(w, json, len);
	else
		jsonw_null(w); /* the rules are nested too deep */
	jsonw_end_object(w);
	return eval_cases_print(c->args->cmd, w);
}

/* Gates and parameter stores need none of it. */
static enum fg_status
find_told(struct cases *c, struct ask *ask, struct fg_session *ses,
    struct fg_user *user)
{
	static const char *const maps[ASK_N_KINDS] = {
	    [ASK_CONFIG] = "dynamic_configs",
	    [ASK_EXPERIMENT] = "dynamic_configs",
	    [ASK_LAYER] = "layer_configs",
	};
	const char *map = maps[ask->kind];

	ask->told = &c->told;
	c->told.entry = 0;
	return map != NULL ? told_find(&c->told, ses, user, map, ask->name)
			   : FG_OK;
}

static int
answer(struct cases *c, struct ask *ask, struct fg_session *ses,
    struct fg_user *user, struct jsonw *w)
{
	const struct eval_cases *a = c->args;
	bool moved = fg_session_refresh(ses);
	enum fg_status st = FG_OK;
	int rc;

	if (c->is_new_user || moved)
		c->told.is_made = false;
	if (!a->live)
		st = find_told(c, ask, ses, user);
	if (st != FG_OK)
		return cmd_fail(a->cmd, a->path, st);
	rc = eval_cases_params(a->cmd, a->source, a->image, ask);
	if (rc != CMD_OK)
		return rc;
	jsonw_clear(w);
	ask_print(w, ses, user, ask);
	image_names_free(ask->params);
	return eval_cases_print(a->cmd, w);
}

static int
ask_case(struct cases *c, const char *line, size_t n, struct fg_session *ses,
    struct fg_user *user, struct jsonw *w)
{
	struct ask ask = {0};
	uint32_t user_at, kind_at, name_at;
	const char *why = "";
	struct json_span span;
	char *name;
	size_t end;
	int rc;

	if (json_check_why(line, n, &end, &why) != FG_OK)
		return bad_case(c, why);
	span = json_span(line, end);
	if (json_parse(&c->tree, &span) != FG_OK)
		return cmd_fail(c->args->cmd, c->args->path, FG_E_NOMEM);
	if (c->tree.nodes[0].kind != JSON_OBJECT)
		return bad_case(c, "a case is an object");
	user_at = member(&c->tree, "user");
	kind_at = member(&c->tree, "kind");
	name_at = member(&c->tree, "name");
	if (user_at == 0 || kind_at == 0 || name_at == 0 ||
	    c->tree.nodes[name_at].kind != JSON_STRING)
		return bad_case(c, "a case has \"user\", \"kind\", \"name\"");
	ask.kind = ask_kind_of(c->tree.text + c->tree.nodes[kind_at].start,
	    c->tree.nodes[kind_at].end - c->tree.nodes[kind_at].start);
	if (ask.kind == ASK_N_KINDS)
		return bad_case(c,
		    "\"kind\" is gate, config, experiment, "
		    "layer or param_store");
	rc = take_user(c, user_at, user);
	if (rc == CMD_OK && c->args->response != NULL)
		return respond(c, ses, user, w);
	if (rc == CMD_OK)
		rc = take_name(c, name_at, &name);
	if (rc != CMD_OK)
		return rc;
	ask.name = name;
	rc = answer(c, &ask, ses, user, w);
	free(name);
	return rc;
}

static int
ask_lines(
    struct cases *c, FILE *file, struct fg_session *ses, struct fg_user *user)
{
	char *line = NULL;
	size_t cap = 0;
	struct jsonw w;
	ssize_t n;
	int rc = CMD_OK;

	jsonw_new(&w);
	while (rc == CMD_OK && (n = getline(&line, &cap, file)) > 0) {
		c->line_no++;
		if (line[0] != '\n')
			rc = ask_case(c, line, (size_t)n, ses, user, &w);
	}
	if (rc == CMD_OK && ferror(file))
		rc = cmd_fail(c->args->cmd, c->args->path, FG_E_IO);
	jsonw_free(&w);
	free(line);
	return rc;
}

int
eval_cases_run(
    const struct eval_cases *args, struct fg_session *ses, struct fg_user *user)
{
	struct cases c = {.args = args};
	bool is_stdin = strcmp(args->path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(args->path, "re");
	int rc;

	if (file == NULL)
		return cmd_fail(args->cmd, args->path, FG_E_IO);
	rc = ask_lines(&c, file, ses, user);
	if (!is_stdin)
		fclose(file);
	json_tree_free(&c.tree);
	told_free(&c.told);
	free(c.name.bytes);
	free(c.last_user);
	return rc;
}
