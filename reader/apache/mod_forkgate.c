/* The module: its clients, the environment of requests, mod_status. */
#include "mod_forkgate.h"

#include <unistd.h>

#include "ap_mpm.h"
#include "apr_optional_hooks.h"
#include "apr_strings.h"
#include "http_core.h"
#include "http_main.h"
#include "http_protocol.h"
#include "http_request.h"
#include "mod_status.h"

/* ------------------------------------------------------------- clients */

struct owner {
	struct fg *fg;
	pid_t pid;
};

static struct server_conf *
conf_of(server_rec *s)
{
	return ap_get_module_config(s->module_config, &forkgate_module);
}

/* A child leaves it open: its threads may be busy, and exiting closes all. */
static apr_status_t
close_client(void *arg)
{
	const struct owner *owner = arg;

	if (owner->pid == getpid())
		fg_close(owner->fg);
	return APR_SUCCESS;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Servers with the same options share one client, its queue and its memory. */
static struct fg *
client_of_equal(server_rec *first, server_rec *end)
{
	const struct server_conf *conf = conf_of(end);

	for (server_rec *s = first; s != end; s = s->next) {
		const struct server_conf *c = conf_of(s);

		if (c->fg != NULL && same_text(c->state_dir, conf->state_dir) &&
		    same_text(c->snapshot, conf->snapshot) &&
		    same_text(c->project, conf->project) &&
		    same_text(c->environment, conf->environment) &&
		    c->dedupe_ms == conf->dedupe_ms &&
		    c->dedupe_max == conf->dedupe_max)
			return c->fg;
	}
	return NULL;
}

static void
tell_rules(server_rec *s, const struct server_conf *conf)
{
	struct fg_info info = {.size = sizeof(info)};
	const char *from =
	    conf->snapshot != NULL ? conf->snapshot : conf->state_dir;
	enum fg_status st = fg_wait_ready(conf->fg, 0);

	if (st == FG_OK && fg_get_info(conf->fg, &info) == FG_OK)
		ap_log_error(APLOG_MARK, APLOG_INFO, 0, s,
		    "forkgate: generation %" APR_UINT64_T_FMT
		    " of the rules in %s, %u gates, %u configs, %u layers",
		    info.generation, from, info.n_gates, info.n_configs,
		    info.n_layers);
	else
		ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
		    "forkgate: %s has no rules for this project (%s): until "
		    "there are, gates are off and values absent; is "
		    "forkgate-syncer running?",
		    from, st == FG_E_TIMEOUT ? "none yet" : fg_strerror(st));
}

static void
open_client(apr_pool_t *p, server_rec *s, struct server_conf *conf)
{
	struct fg_options options = FG_OPTIONS_INIT;
	struct owner *owner = apr_palloc(p, sizeof(*owner));
	enum fg_status st;

	options.state_dir = conf->state_dir;
	options.snapshot = conf->snapshot;
	options.project = conf->project;
	options.environment = conf->environment;
	options.dedupe_ttl_ms = conf->dedupe_ms;
	options.dedupe_max = conf->dedupe_max;
	st = fg_open(&options, &conf->fg);
	if (st != FG_OK) {
		ap_log_error(APLOG_MARK, APLOG_ERR, st == FG_E_IO ? errno : 0,
		    s,
		    "forkgate: cannot open %s: %s: gates are off and values "
		    "absent",
		    conf->snapshot != NULL ? conf->snapshot : conf->state_dir,
		    st == FG_ABSENT ? "it is of another ForkgateProject"
				    : fg_strerror(st));
		conf->fg = NULL;
		return;
	}
	conf->is_owner = true;
	owner->fg = conf->fg;
	owner->pid = getpid();
	apr_pool_cleanup_register(
	    p, owner, close_client, apr_pool_cleanup_null);
	tell_rules(s, conf);
}

/* So that a request need not compare targets: see user_line.first. */
static void
link_user(apr_array_header_t *user)
{
	for (int i = 0; i < user->nelts; i++) {
		struct user_line *line =
		    &APR_ARRAY_IDX(user, i, struct user_line);
		int first = 0;

		while (
		    strcmp(line->target,
			APR_ARRAY_IDX(user, first, struct user_line).target) !=
		    0)
			first++;
		line->first = first;
	}
}

static int
post_config(
    apr_pool_t *p, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *main_server)
{
	(void)plog;
	(void)ptemp;
	/* At its start Apache reads the configuration twice. */
	if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG)
		return OK;
	for (server_rec *s = main_server; s != NULL; s = s->next) {
		struct server_conf *conf = conf_of(s);

		if (conf->user != NULL)
			link_user(conf->user);
		if (conf->state_dir == NULL && conf->snapshot == NULL)
			continue;
		conf->fg = client_of_equal(main_server, s);
		if (conf->fg == NULL)
			open_client(p, s, conf);
	}
	return OK;
}

/* --------------------------------------------------------- environment */

static void
set_env(request_rec *r, const struct env_line *line)
{
	const char *text = lookup_text(r, &line->what);

	if (line->what.kind == LOOKUP_GATE)
		text = strcmp(text, "true") == 0 ? "1" : NULL;
	if (text == NULL)
		text = line->fallback;
	if (text != NULL)
		apr_table_setn(r->subprocess_env, line->var, text);
	else
		apr_table_unset(r->subprocess_env, line->var);
}

static void
set_all(request_rec *r, bool early)
{
	const struct dir_conf *conf =
	    ap_get_module_config(r->per_dir_config, &forkgate_module);

	for (int i = 0; conf->env != NULL && i < conf->env->nelts; i++) {
		const struct env_line *line =
		    &APR_ARRAY_IDX(conf->env, i, struct env_line);

		if (line->is_early == early)
			set_env(r, line);
	}
}

static int
before_translation(request_rec *r)
{
	set_all(r, true);
	return DECLINED;
}

static int
fixups(request_rec *r)
{
	set_all(r, false);
	return DECLINED;
}

/* ---------------------------------------------------------- mod_status */

static apr_uint64_t
age_s(request_rec *r, uint64_t at_ms)
{
	uint64_t now = (uint64_t)apr_time_as_msec(r->request_time);

	return at_ms != 0 && now > at_ms ? (now - at_ms) / 1000 : 0;
}

static void
show(request_rec *r, const struct server_conf *conf, bool is_short)
{
	struct fg_info info = {.size = sizeof(info)};
	const char *project = conf->project != NULL ? conf->project : "default";

	if (fg_get_info(conf->fg, &info) != FG_OK)
		return;
	ap_rprintf(r,
	    is_short ? "ForkgateProject: %s\nForkgateGeneration: "
		       "%" APR_UINT64_T_FMT "\nForkgateRulesAge: "
		       "%" APR_UINT64_T_FMT "\nForkgateSyncerAge: "
		       "%" APR_UINT64_T_FMT "\n"
		     : "<tr><td>%s</td><td>%" APR_UINT64_T_FMT
		       "</td><td>%" APR_UINT64_T_FMT
		       " s</td><td>%" APR_UINT64_T_FMT " s</td></tr>\n",
	    is_short ? project : ap_escape_html(r->pool, project),
	    info.generation, age_s(r, info.received_at),
	    age_s(r, info.heartbeat));
}

static int
status(request_rec *r, int flags)
{
	bool is_short = (flags & AP_STATUS_SHORT) != 0;
	bool is_begun = false;

	for (server_rec *s = ap_server_conf; s != NULL; s = s->next) {
		const struct server_conf *conf = conf_of(s);

		if (!conf->is_owner)
			continue;
		if (!is_begun && !is_short)
			ap_rputs("<hr>\n<h2>forkgate</h2>\n<table border=\"0\">"
				 "<tr><th>project</th><th>generation</th>"
				 "<th>rules received</th>"
				 "<th>syncer's last sign</th></tr>\n",
			    r);
		is_begun = true;
		show(r, conf, is_short);
	}
	if (is_begun && !is_short)
		ap_rputs("</table>\n", r);
	return OK;
}

static void
register_hooks(apr_pool_t *p)
{
	/* Who reads the environment in the same phase comes after. */
	static const char *const after[] = {"mod_rewrite.c", "mod_env.c", NULL};

	ap_hook_post_config(post_config, NULL, NULL, APR_HOOK_MIDDLE);
	ap_hook_translate_name(
	    before_translation, NULL, after, APR_HOOK_REALLY_FIRST);
	ap_hook_fixups(fixups, NULL, after, APR_HOOK_REALLY_FIRST);
	ap_hook_handler(init_handler, NULL, NULL, APR_HOOK_MIDDLE);
	ap_hook_expr_lookup(expr_lookup, NULL, NULL, APR_HOOK_MIDDLE);
	APR_OPTIONAL_HOOK(ap, status_hook, status, NULL, NULL, APR_HOOK_MIDDLE);
	(void)p;
}

module AP_MODULE_DECLARE_DATA forkgate_module = {
    STANDARD20_MODULE_STUFF,
    directive_dir_new,
    directive_dir_merge,
    directive_server_new,
    directive_server_merge,
    directive_table,
    register_hooks,
    AP_MODULE_FLAG_NONE,
};
