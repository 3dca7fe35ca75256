/*
 * mod_forkgate: gates, configs, experiments and layers for Apache httpd.
 *
 * The parent opens a client when it has read its configuration; every child has
 * it by the fork.  What a request needs is made when it first asks: a session,
 * so that all its checks agree, and a user, from the expressions of
 * ForkgateUser.  Both hang on the first request of a chain of subrequests and
 * internal redirects, and end with its pool.  Nothing fails a request because
 * of rules: gates are off and values absent, and the error log says so, once a
 * minute and process at most.
 *
 * Private to the module; README.md beside this file tells how it is used.
 */
#ifndef MOD_FORKGATE_H
#define MOD_FORKGATE_H

#include <stdbool.h>

#include "ap_expr.h"
#include "http_config.h"
#include "http_log.h"
#include "httpd.h"

#include "reader/forkgate.h"

APLOG_USE_MODULE(forkgate);

/* ----------------------------------------------------- what is asked for */

enum lookup_kind {
	LOOKUP_GATE,
	LOOKUP_CONFIG,
	LOOKUP_EXPERIMENT,
	LOOKUP_LAYER,
	LOOKUP_STORE,
};

/* NAME, NAME/PARAMETER, NAME/@group or NAME/@rule. */
struct lookup {
	enum lookup_kind kind;
	const char *name;
	const char *param; /* NULL: the whole object */
};

/* Bytes of a value at most: it has to fit into an environment and a header. */
#define LOOKUP_MAX_TEXT 32768

/* The kind of a word such as "layer"; false if there is none. */
bool lookup_kind_of(const char *word, enum lookup_kind *out);

/* Takes NAME[/PARAMETER] apart.  NULL, or what is wrong with it. */
const char *lookup_parse(
    apr_pool_t *p, enum lookup_kind kind, const char *text, struct lookup *out);

/*
 * The value for this request, in r's pool: "true" or "false" of a gate, a text
 * as it is, anything else as JSON.  NULL when there is none.  Logs an exposure
 * unless ForkgateExposures is off there.
 */
const char *lookup_text(request_rec *r, const struct lookup *what);

/* ------------------------------------------------------- configuration */

/* One ForkgateUser: where the value goes, and what gives it. */
struct user_line {
	const char *target; /* as it is written, such as "custom.plan" */
	bool is_map;
	enum fg_field field;
	enum fg_map map;
	const char *key;   /* of the map */
	enum fg_type type; /* FG_STRING, FG_DOUBLE or FG_BOOL */
	int first;         /* the first line with this target */
	ap_expr_info_t *expr;
};

/* Of a server or virtual host. */
struct server_conf {
	const char *state_dir; /* NULL with a snapshot, or when not used */
	const char *snapshot;
	const char *project;      /* NULL: the library's default */
	const char *environment;  /* NULL: that of the rules */
	uint32_t dedupe_ms;       /* 0: the library's default */
	uint32_t dedupe_max;      /* 0: the library's default */
	apr_array_header_t *user; /* of struct user_line; NULL: none */
	struct fg *fg;            /* opened in post_config; NULL: not used */
	bool is_owner;            /* of fg; others have the same options */
};

/* One ForkgateEnv or ForkgateEnvEarly. */
struct env_line {
	const char *var;
	struct lookup what;
	const char *fallback; /* NULL: the variable is taken away */
	bool is_early;
};

/* ForkgateInit; strings NULL and numbers -1 when not said. */
struct init_conf {
	int hash;   /* enum fg_hash */
	int format; /* enum fg_response_format */
	const char *client_key, *target_app, *cache_control;
	int refuse_unknown_key;
	apr_int64_t max_bytes;
};

/* Of a directory, location, file or condition. */
struct dir_conf {
	int exposures;           /* -1 when not said */
	apr_array_header_t *env; /* of struct env_line; NULL: none */
	struct init_conf init;
};

FG_API extern module AP_MODULE_DECLARE_DATA forkgate_module;
extern const command_rec directive_table[];

void *directive_server_new(apr_pool_t *p, server_rec *s);
void *directive_server_merge(apr_pool_t *p, void *base, void *own);
void *directive_dir_new(apr_pool_t *p, char *dir);
void *directive_dir_merge(apr_pool_t *p, void *base, void *own);

/* ------------------------------------------------------------- requests */

/*
 * The session and the user of a request, made at its first question.  False
 * where forkgate is not set up, is out of memory, or the user is being made by
 * an expression that asks in turn; that is said in the log.
 */
bool request_begin(
    request_rec *r, struct fg_session **session, struct fg_user **user);

/* The flags of a check at this place of the configuration. */
unsigned request_flags(const request_rec *r);

/* Says in the log that an answer came without rules. */
void request_note(request_rec *r, const struct fg_details *details);

/* What the log is told of, each once a minute and process at most. */
enum trouble {
	TROUBLE_NOT_SET_UP,
	TROUBLE_MEMORY,
	TROUBLE_NO_RULES,
	TROUBLE_EXPRESSION,
	TROUBLE_LENGTH,
	TROUBLE_INIT,
	TROUBLE_INIT_LENGTH,
	N_TROUBLES
};

/* Whether it is time to speak of it again. */
bool trouble_is_due(enum trouble which);

#define trouble(which, r, ...)                                             \
	do {                                                               \
		if (trouble_is_due(which))                                 \
			ap_log_rerror(                                     \
			    APLOG_MARK, APLOG_WARNING, 0, r, __VA_ARGS__); \
	} while (0)

/* The functions of expressions, for ap_hook_expr_lookup(). */
int expr_lookup(ap_expr_lookup_parms *parms);

/* The handler forkgate-init. */
int init_handler(request_rec *r);

#endif /* MOD_FORKGATE_H */
