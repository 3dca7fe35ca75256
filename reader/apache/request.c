/* What a request is asked with: its session, its user; and what goes wrong. */
#include "mod_forkgate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "apr_atomic.h"
#include "apr_strings.h"

#define QUIET_S 60

struct state {
	struct fg_session *session; /* NULL: there is none to be had */
	struct fg_user *user;
	bool is_making; /* the user, by expressions that may ask in turn */
};

bool
trouble_is_due(enum trouble which)
{
	static apr_uint32_t said_s[N_TROUBLES];
	apr_uint32_t now = (apr_uint32_t)apr_time_sec(apr_time_now());
	apr_uint32_t before = apr_atomic_read32(&said_s[which]);

	if (before != 0 && now - before < QUIET_S)
		return false;
	return apr_atomic_cas32(&said_s[which], now, before) == before;
}

unsigned
request_flags(const request_rec *r)
{
	const struct dir_conf *conf =
	    ap_get_module_config(r->per_dir_config, &forkgate_module);

	return conf->exposures == 0 ? FG_NO_EXPOSURE : 0;
}

void
request_note(request_rec *r, const struct fg_details *details)
{
	if (details->generation == 0)
		trouble(TROUBLE_NO_RULES, r,
		    "forkgate: there are no rules (%s): gates are off and "
		    "values absent; 'forkgate status' tells more",
		    details->reason);
}

/* The one that subrequests and internal redirects came from. */
static request_rec *
first_of(request_rec *r)
{
	for (;;) {
		if (r->main != NULL)
			r = r->main;
		else if (r->prev != NULL)
			r = r->prev;
		else
			return r;
	}
}

static apr_status_t
end(void *arg)
{
	struct state *state = arg;

	fg_user_free(state->user);
	fg_session_end(state->session);
	return APR_SUCCESS;
}

/* A number as it is written, or a text where it is none. */
static void
number_of(const char *text, struct fg_value *value)
{
	char *rest;
	double number;

	errno = 0;
	value->u.integer = strtoll(text, &rest, 10);
	if (errno == 0 && *rest == '\0') {
		value->type = FG_INT;
		return;
	}
	number = strtod(text, &rest);
	if (*rest == '\0' && isfinite(number)) {
		value->type = FG_DOUBLE;
		value->u.number = number;
		return;
	}
	value->u.string.bytes = text;
	value->u.string.len = strlen(text);
}

static bool
is_yes(const char *text)
{
	return strcasecmp(text, "true") == 0 || strcasecmp(text, "on") == 0 ||
	    strcasecmp(text, "yes") == 0 || strcmp(text, "1") == 0;
}

static enum fg_status
set(struct fg_user *user, const struct user_line *line, const char *text)
{
	struct fg_value value = {.type = FG_STRING};

	value.u.string.bytes = text;
	value.u.string.len = strlen(text);
	if (line->type == FG_DOUBLE) {
		number_of(text, &value);
	} else if (line->type == FG_BOOL) {
		value.type = FG_BOOL;
		value.u.boolean = is_yes(text);
	}
	if (line->is_map)
		return fg_user_put(
		    user, line->map, line->key, strlen(line->key), &value);
	return fg_user_set(user, line->field, &value);
}

/* Of several lines for one target, the first counts that gives a text. */
static void
make_user(request_rec *r, const struct server_conf *conf, struct fg_user *user)
{
	int n = conf->user != NULL ? conf->user->nelts : 0;
	bool *is_set = apr_pcalloc(r->pool, (apr_size_t)n * sizeof(*is_set));

	for (int i = 0; i < n; i++) {
		const struct user_line *line =
		    &APR_ARRAY_IDX(conf->user, i, struct user_line);
		const char *err = NULL, *text;

		if (is_set[line->first])
			continue;
		text = ap_expr_str_exec(r, line->expr, &err);
		if (err != NULL)
			trouble(TROUBLE_EXPRESSION, r,
			    "forkgate: ForkgateUser %s, defined at %s:%u: %s; "
			    "the user goes without it",
			    line->target, line->expr->filename,
			    line->expr->line_number, err);
		if (err != NULL || text == NULL || text[0] == '\0')
			continue;
		is_set[line->first] = true;
		if (set(user, line, text) != FG_OK)
			trouble(TROUBLE_MEMORY, r,
			    "forkgate: out of memory for the user's %s",
			    line->target);
	}
}

static struct state *
begin(request_rec *r)
{
	const struct server_conf *conf =
	    ap_get_module_config(r->server->module_config, &forkgate_module);
	struct state *state = apr_pcalloc(r->pool, sizeof(*state));

	ap_set_module_config(r->request_config, &forkgate_module, state);
	if (conf->fg == NULL) {
		trouble(TROUBLE_NOT_SET_UP, r,
		    "forkgate: %s asks for a gate or a value, but this server "
		    "has no rules: ForkgateStateDir says where they are",
		    r->uri);
		return state;
	}
	apr_pool_cleanup_register(r->pool, state, end, apr_pool_cleanup_null);
	if (fg_session_begin(conf->fg, &state->session) != FG_OK ||
	    fg_user_new(&state->user) != FG_OK) {
		fg_session_end(state->session);
		state->session = NULL;
		trouble(TROUBLE_MEMORY, r,
		    "forkgate: out of memory: gates are off and values absent");
		return state;
	}
	state->is_making = true;
	make_user(r, conf, state->user);
	state->is_making = false;
	return state;
}

bool
request_begin(
    request_rec *r, struct fg_session **session, struct fg_user **user)
{
	request_rec *first = first_of(r);
	struct state *state =
	    ap_get_module_config(first->request_config, &forkgate_module);

	if (state == NULL)
		state = begin(first);
	if (state->is_making) {
		trouble(TROUBLE_EXPRESSION, r,
		    "forkgate: an expression of ForkgateUser asks for a gate "
		    "or a value, before there is a user");
		return false;
	}
	*session = state->session;
	*user = state->user;
	return state->session != NULL;
}
