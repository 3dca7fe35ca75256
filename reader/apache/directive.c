/* The directives: what they mean, and what is wrong with them. */
#include "mod_forkgate.h"

#include "apr_strings.h"
#include "http_core.h"

/* -------------------------------------------------------- of a server */

void *
directive_server_new(apr_pool_t *p, server_rec *s)
{
	(void)s;
	return apr_pcalloc(p, sizeof(struct server_conf));
}

/* A target that the virtual host names takes none of the main server's. */
static apr_array_header_t *
merge_user(apr_pool_t *p, apr_array_header_t *base, apr_array_header_t *own)
{
	apr_array_header_t *all;

	if (base == NULL || own == NULL)
		return own != NULL ? own : base;
	all = apr_array_make(
	    p, base->nelts + own->nelts, sizeof(struct user_line));
	for (int i = 0; i < base->nelts; i++) {
		struct user_line line =
		    APR_ARRAY_IDX(base, i, struct user_line);
		bool is_named = false;

		for (int k = 0; k < own->nelts && !is_named; k++)
			is_named = strcmp(line.target,
				       APR_ARRAY_IDX(own, k, struct user_line)
					   .target) == 0;
		if (!is_named)
			APR_ARRAY_PUSH(all, struct user_line) = line;
	}
	apr_array_cat(all, own);
	return all;
}

void *
directive_server_merge(apr_pool_t *p, void *base, void *own)
{
	const struct server_conf *a = base, *b = own;
	struct server_conf *c = apr_pmemdup(p, b, sizeof(*b));

	if (b->state_dir == NULL && b->snapshot == NULL) {
		c->state_dir = a->state_dir;
		c->snapshot = a->snapshot;
	}
	if (b->project == NULL)
		c->project = a->project;
	if (b->environment == NULL)
		c->environment = a->environment;
	if (b->dedupe_ms == 0) {
		c->dedupe_ms = a->dedupe_ms;
		c->dedupe_max = a->dedupe_max;
	}
	c->user = merge_user(p, a->user, b->user);
	return c;
}

static struct server_conf *
server_conf_of(cmd_parms *cmd)
{
	return ap_get_module_config(
	    cmd->server->module_config, &forkgate_module);
}

/* What is not there yet may come; what is something else will not. */
static const char *
check_path(cmd_parms *cmd, const char *arg, apr_filetype_e type,
    const char *what, const char **path)
{
	apr_finfo_t info;
	apr_status_t st;
	char why[120];

	*path = ap_server_root_relative(cmd->pool, arg);
	if (*path == NULL)
		return apr_psprintf(cmd->pool, "%s '%s': not a path; name %s",
		    cmd->cmd->name, arg, what);
	st = apr_stat(&info, *path, APR_FINFO_TYPE, cmd->temp_pool);
	if (st == APR_SUCCESS && info.filetype != type)
		return apr_psprintf(
		    cmd->pool, "%s '%s': name %s", cmd->cmd->name, *path, what);
	if (st != APR_SUCCESS && type == APR_REG)
		return apr_psprintf(cmd->pool, "%s '%s': %s; name %s",
		    cmd->cmd->name, *path, apr_strerror(st, why, sizeof(why)),
		    what);
	return NULL;
}

static const char *
one_source(cmd_parms *cmd, const struct server_conf *conf)
{
	if (conf->state_dir == NULL || conf->snapshot == NULL)
		return NULL;
	return apr_psprintf(cmd->pool,
	    "%s: rules come from ForkgateStateDir or from ForkgateSnapshot: "
	    "remove one of them",
	    cmd->cmd->name);
}

static const char *
set_state_dir(cmd_parms *cmd, void *mconfig, const char *arg)
{
	struct server_conf *conf = server_conf_of(cmd);
	const char *wrong = check_path(cmd, arg, APR_DIR,
	    "the folder that is state_dir of forkgate-syncer",
	    &conf->state_dir);

	(void)mconfig;
	return wrong != NULL ? wrong : one_source(cmd, conf);
}

static const char *
set_snapshot(cmd_parms *cmd, void *mconfig, const char *arg)
{
	struct server_conf *conf = server_conf_of(cmd);
	const char *wrong = check_path(cmd, arg, APR_REG,
	    "a file that 'forkgate compile' made", &conf->snapshot);

	(void)mconfig;
	return wrong != NULL ? wrong : one_source(cmd, conf);
}

static const char *
set_project(cmd_parms *cmd, void *mconfig, const char *arg)
{
	size_t len = strlen(arg);

	(void)mconfig;
	if (len < 1 || len > 63 ||
	    strspn(arg,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_.-") != len)
		return apr_psprintf(cmd->pool,
		    "ForkgateProject '%s': use the name of a [project NAME] of "
		    "forkgate-syncer.conf: 1 to 63 letters, digits, _ . -",
		    arg);
	server_conf_of(cmd)->project = arg;
	return NULL;
}

static const char *
set_environment(cmd_parms *cmd, void *mconfig, const char *arg)
{
	(void)mconfig;
	server_conf_of(cmd)->environment = arg;
	return NULL;
}

static const char *
set_dedupe(cmd_parms *cmd, void *mconfig, const char *arg, const char *max)
{
	struct server_conf *conf = server_conf_of(cmd);
	apr_interval_time_t t;
	char *rest;

	(void)mconfig;
	if (ap_timeout_parameter_parse(arg, &t, "s") != APR_SUCCESS ||
	    t < apr_time_from_msec(1) || t > apr_time_from_sec(24 * 3600))
		return apr_psprintf(cmd->pool,
		    "ForkgateDedupe '%s': use a time of 1ms to 24h, such as "
		    "60s or 5min",
		    arg);
	conf->dedupe_ms = (uint32_t)apr_time_as_msec(t);
	if (max != NULL) {
		apr_int64_t n = apr_strtoi64(max, &rest, 10);

		if (*max == '\0' || *rest != '\0' || n < 1 || n > 1 << 24)
			return apr_psprintf(cmd->pool,
			    "ForkgateDedupe %s '%s': use a number of exposures "
			    "of 1 to 16777216, such as 4096",
			    arg, max);
		conf->dedupe_max = (uint32_t)n;
	}
	return NULL;
}

/* ----------------------------------------------------------- the user */

static const struct {
	const char *name;
	enum fg_field field;
} fields[] = {
    {"userID", FG_USER_ID},
    {"email", FG_EMAIL},
    {"ip", FG_IP},
    {"country", FG_COUNTRY},
    {"locale", FG_LOCALE},
    {"appVersion", FG_APP_VERSION},
    {"userAgent", FG_USER_AGENT},
};

static const struct {
	const char *name;
	enum fg_map map;
} maps[] = {
    {"custom.", FG_CUSTOM},
    {"privateAttributes.", FG_PRIVATE},
    {"customIDs.", FG_CUSTOM_IDS},
    {"statsigEnvironment.", FG_ENVIRONMENT},
};

static bool
find_target(const char *target, struct user_line *line)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(target, fields[i].name) == 0) {
			line->field = fields[i].field;
			return true;
		}
	}
	line->is_map = true;
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		size_t len = strlen(maps[i].name);

		if (strncmp(target, maps[i].name, len) == 0 &&
		    target[len] != '\0') {
			line->map = maps[i].map;
			line->key = target + len;
			return true;
		}
	}
	return false;
}

static bool
find_type(const char *word, enum fg_type *type)
{
	*type = FG_STRING;
	if (word == NULL || strcasecmp(word, "string") == 0)
		return true;
	*type = FG_DOUBLE;
	if (strcasecmp(word, "number") == 0)
		return true;
	*type = FG_BOOL;
	return strcasecmp(word, "bool") == 0;
}

static const char *
add_user(cmd_parms *cmd, void *mconfig, const char *target, const char *expr,
    const char *type)
{
	struct server_conf *conf = server_conf_of(cmd);
	struct user_line line = {.target = target};
	const char *err = NULL;

	(void)mconfig;
	if (!find_target(target, &line))
		return apr_psprintf(cmd->pool,
		    "ForkgateUser '%s': no such field of a user; use userID, "
		    "email, ip, country, locale, appVersion, userAgent, "
		    "customIDs.NAME, custom.NAME, privateAttributes.NAME or "
		    "statsigEnvironment.NAME",
		    target);
	if (!find_type(type, &line.type))
		return apr_psprintf(cmd->pool,
		    "ForkgateUser %s '%s': no such type; use string, number "
		    "or bool, or quotes around an expression with blanks",
		    target, type);
	line.expr = ap_expr_parse_cmd(
	    cmd, expr, AP_EXPR_FLAG_STRING_RESULT, &err, NULL);
	if (err != NULL)
		return apr_psprintf(cmd->pool,
		    "ForkgateUser %s '%s': %s; use text with variables such as "
		    "%%{HTTP:X-User} or %%{forkgate_cookie:uid}",
		    target, expr, err);
	if (conf->user == NULL)
		conf->user =
		    apr_array_make(cmd->pool, 4, sizeof(struct user_line));
	APR_ARRAY_PUSH(conf->user, struct user_line) = line;
	return NULL;
}

/* ----------------------------------------------------- of a directory */

void *
directive_dir_new(apr_pool_t *p, char *dir)
{
	struct dir_conf *conf = apr_pcalloc(p, sizeof(*conf));

	(void)dir;
	conf->exposures = -1;
	conf->init.hash = conf->init.format = -1;
	conf->init.refuse_unknown_key = -1;
	conf->init.max_bytes = -1;
	return conf;
}

void *
directive_dir_merge(apr_pool_t *p, void *base, void *own)
{
	const struct dir_conf *a = base, *b = own;
	struct dir_conf *c = apr_pmemdup(p, b, sizeof(*b));

	if (b->exposures < 0)
		c->exposures = a->exposures;
	if (a->env != NULL)
		c->env = b->env != NULL ? apr_array_append(p, a->env, b->env)
					: a->env;
	if (b->init.hash < 0)
		c->init.hash = a->init.hash;
	if (b->init.format < 0)
		c->init.format = a->init.format;
	if (b->init.client_key == NULL)
		c->init.client_key = a->init.client_key;
	if (b->init.target_app == NULL)
		c->init.target_app = a->init.target_app;
	if (b->init.cache_control == NULL)
		c->init.cache_control = a->init.cache_control;
	if (b->init.refuse_unknown_key < 0)
		c->init.refuse_unknown_key = a->init.refuse_unknown_key;
	if (b->init.max_bytes < 0)
		c->init.max_bytes = a->init.max_bytes;
	return c;
}

static const char *
set_exposures(cmd_parms *cmd, void *mconfig, int flag)
{
	struct dir_conf *conf = mconfig;

	(void)cmd;
	conf->exposures = flag;
	return NULL;
}

static const char *
add_env(cmd_parms *cmd, void *mconfig, int argc, char *const argv[])
{
	struct dir_conf *conf = mconfig;
	struct env_line line = {.is_early = cmd->info != NULL};
	const char *name = cmd->cmd->name, *wrong;
	enum lookup_kind kind;

	if (argc < 3 || argc > 4)
		return apr_psprintf(cmd->pool,
		    "%s takes a variable, a kind (gate, config, experiment, "
		    "layer, store), NAME or NAME/PARAMETER, and a default if "
		    "you like: %s PHOTOS layer front_page/photo_size small",
		    name, name);
	if (line.is_early) {
		wrong = ap_check_cmd_context(
		    cmd, NOT_IN_DIRECTORY | NOT_IN_FILES | NOT_IN_HTACCESS);
		if (wrong != NULL)
			return wrong;
	}
	line.var = argv[0];
	if (line.var[0] == '\0' || strchr(line.var, '=') != NULL)
		return apr_psprintf(cmd->pool,
		    "%s '%s': use the name of an environment variable", name,
		    line.var);
	if (!lookup_kind_of(argv[1], &kind))
		return apr_psprintf(cmd->pool,
		    "%s %s '%s': no such kind; use gate, config, experiment, "
		    "layer or store",
		    name, line.var, argv[1]);
	wrong = lookup_parse(cmd->pool, kind, argv[2], &line.what);
	if (wrong != NULL)
		return apr_psprintf(
		    cmd->pool, "%s %s: %s", name, line.var, wrong);
	line.fallback = argc > 3 ? argv[3] : NULL;
	if (kind == LOOKUP_GATE && line.fallback != NULL)
		return apr_psprintf(cmd->pool,
		    "%s %s gate %s '%s': a gate has no default: the variable "
		    "is 1 or not there",
		    name, line.var, argv[2], line.fallback);
	if (conf->env == NULL)
		conf->env =
		    apr_array_make(cmd->pool, 4, sizeof(struct env_line));
	APR_ARRAY_PUSH(conf->env, struct env_line) = line;
	return NULL;
}

/* ------------------------------------------------ initialize response */

/* The place of a word in a list that ends with NULL, or -1. */
static int
place(const char *word, const char *const *list)
{
	for (int i = 0; list[i] != NULL; i++)
		if (strcasecmp(word, list[i]) == 0)
			return i;
	return -1;
}

static const char *
wrong_init(cmd_parms *cmd, const char *arg, const char *remedy)
{
	return apr_psprintf(
	    cmd->pool, "ForkgateInit '%s': use %s", arg, remedy);
}

/* In the order of enum fg_hash and enum fg_response_format. */
static const char *const hashes[] = {"djb2", "sha256", "none", NULL};
static const char *const formats[] = {"v1", "v2", "init-v2", NULL};
static const char *const switches[] = {"off", "on", NULL};

static const char *
set_init(cmd_parms *cmd, void *mconfig, const char *arg)
{
	struct init_conf *init = &((struct dir_conf *)mconfig)->init;
	const char *value = strchr(arg, '=');
	const char *key;
	apr_off_t bytes;
	char *rest;

	if (value == NULL || value[1] == '\0')
		return wrong_init(cmd, arg, "OPTION=VALUE, such as hash=djb2");
	key = apr_pstrmemdup(cmd->temp_pool, arg, (apr_size_t)(value - arg));
	value++;
	if (strcasecmp(key, "hash") == 0) {
		init->hash = place(value, hashes);
		return init->hash >= 0
		    ? NULL
		    : wrong_init(cmd, arg, "hash=djb2, sha256 or none");
	}
	if (strcasecmp(key, "format") == 0) {
		init->format = place(value, formats);
		return init->format >= 0
		    ? NULL
		    : wrong_init(cmd, arg, "format=v1, v2 or init-v2");
	}
	if (strcasecmp(key, "refuse-unknown-key") == 0) {
		init->refuse_unknown_key = place(value, switches);
		return init->refuse_unknown_key >= 0
		    ? NULL
		    : wrong_init(cmd, arg, "refuse-unknown-key=on or off");
	}
	if (strcasecmp(key, "max-bytes") == 0) {
		if (apr_strtoff(&bytes, value, &rest, 10) != APR_SUCCESS ||
		    *rest != '\0' || bytes < 1024 || bytes > 1 << 30)
			return wrong_init(
			    cmd, arg, "a number of bytes, 1024 to 1073741824");
		init->max_bytes = bytes;
		return NULL;
	}
	if (strcasecmp(key, "client-key") == 0)
		init->client_key = value;
	else if (strcasecmp(key, "target-app") == 0)
		init->target_app = value;
	else if (strcasecmp(key, "cache-control") == 0)
		init->cache_control = value;
	else
		return wrong_init(cmd, arg,
		    "hash, format, client-key, refuse-unknown-key, target-app, "
		    "max-bytes or cache-control before the =");
	return NULL;
}

static char early[] = "early";

const command_rec directive_table[] = {
    AP_INIT_TAKE1("ForkgateStateDir", set_state_dir, NULL, RSRC_CONF,
	"the state directory of forkgate-syncer"),
    AP_INIT_TAKE1("ForkgateSnapshot", set_snapshot, NULL, RSRC_CONF,
	"a snapshot file to evaluate from instead"),
    AP_INIT_TAKE1("ForkgateProject", set_project, NULL, RSRC_CONF,
	"the project, 'default' if it is not said"),
    AP_INIT_TAKE1("ForkgateEnvironment", set_environment, NULL, RSRC_CONF,
	"the tier, such as production"),
    AP_INIT_TAKE12("ForkgateDedupe", set_dedupe, NULL, RSRC_CONF,
	"for how long an exposure is not logged again, and how many are known"),
    AP_INIT_TAKE23("ForkgateUser", add_user, NULL, RSRC_CONF,
	"a field of the user, an expression for it, and its type"),
    AP_INIT_FLAG("ForkgateExposures", set_exposures, NULL, OR_FILEINFO,
	"whether checks log exposures"),
    AP_INIT_TAKE_ARGV("ForkgateEnv", add_env, NULL, OR_FILEINFO,
	"a variable, the kind and name of what it gets, and a default"),
    AP_INIT_TAKE_ARGV("ForkgateEnvEarly", add_env, early,
	RSRC_CONF | ACCESS_CONF, "the same before the URL is translated"),
    AP_INIT_ITERATE("ForkgateInit", set_init, NULL, RSRC_CONF | ACCESS_CONF,
	"options of the handler forkgate-init, as OPTION=VALUE"),
    {.name = NULL},
};
