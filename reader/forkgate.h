/*
 * forkgate: evaluates Statsig gates, dynamic configs, experiments and layers
 * from the rules that one forkgate-syncer keeps for all processes of a host.
 *
 * A process opens a client (struct fg); it may do so before it forks, and all
 * its threads may use the client at once.  A session (struct fg_session) fixes
 * one generation of the rules, so that the checks of one request agree with
 * each other, and owns the memory of their results; it stays with one thread.
 * A user (struct fg_user) belongs to one thread at a time.
 *
 * Evaluation takes no lock, makes no system call, opens no socket and does not
 * allocate.  The library never prints, exits, aborts or installs a signal
 * handler: it is a guest.  No function may be called from a signal handler.
 *
 * Fork: a client opened in a parent works in every child.  Sessions and users
 * may be inherited too, by the one thread that forked.
 *
 * Text is UTF-8.  Functions that take a char pointer alone take a text with a
 * NUL at its end.  Texts that are handed out have a NUL at their end.
 */
#ifndef FORKGATE_H
#define FORKGATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forkgate_status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FG_VERSION "0.1.0"

struct fg;         /* a client: one project's rules and this process's queue */
struct fg_session; /* one request: one generation, and the results' memory */
struct fg_user;    /* whom a check is for */

/* The version of the library that runs, as FG_VERSION is the header's. */
FG_API const char *fg_version(void);

/* ---------------------------------------------------------------- values */

enum fg_type {
	FG_NULL = 0,
	FG_BOOL = 1,
	FG_INT = 2,    /* an integer that fits 64 signed bits */
	FG_UINT = 3,   /* an integer above that, up to 64 bits */
	FG_DOUBLE = 4, /* a number with a fraction or an exponent */
	FG_STRING = 5,
	FG_ARRAY = 6,
	FG_OBJECT = 7,
};

/*
 * A JSON value of the caller's, such as a custom field of a user.  It borrows
 * all it points to, and is read only during the call it is given to.
 */
struct fg_value {
	enum fg_type type;
	union {
		bool boolean;
		int64_t integer;
		uint64_t uinteger;
		double number;
		struct {
			const char *bytes;
			size_t len;
		} string;
		struct {
			const struct fg_value *items;
			size_t n;
		} array;
		struct {
			const struct fg_member *members;
			size_t n;
		} object;
	} u;
};

struct fg_member {
	const char *key;
	size_t key_len;
	struct fg_value value;
};

/* ------------------------------------------------------ sticky assignment */

/*
 * Sticky assignment: an experiment or a layer stays for a user as it was first
 * decided, also when the rules change, for as long as it is active.  What it
 * was is kept in a storage of the caller's, as a record: bytes that only this
 * library reads (see FORMATS.md), of any version up to its own.
 *
 * A storage keeps records by a key, which is "unit ID:ID type" such as
 * "ada:userID", and by the name of an experiment or layer.  The functions are
 * called from within those of this library, in the thread and process that
 * called them, also in children of the one that opened the client; they must
 * not use the session.  What they return other than FG_OK and FG_ABSENT is
 * counted (fg_info.n_sticky_failed), and evaluation goes on without.
 *
 * forkgate_sticky.h has a storage that is ready to use.
 */
typedef bool (*fg_sticky_found)(
    void *to, const char *name, const void *record, size_t len);

struct fg_sticky_storage {
	void *arg; /* the first argument of each */
	/* Calls found(to, ...) for each record of that key, until it returns
	   false (out of memory).  What it is given need not stay. */
	enum fg_status (*load)(
	    void *arg, const char *key, fg_sticky_found found, void *to);
	/* Keeps it instead of what is there under that key and name. */
	enum fg_status (*save)(void *arg, const char *key, const char *name,
	    const void *record, size_t len);
	/* Called also, and most often, when there is none. */
	enum fg_status (*remove)(void *arg, const char *key, const char *name);
};

struct fg_sticky_value {
	const char *name; /* of an experiment or a layer */
	const void *record;
	size_t len;
};

/* What is known of a user: from fg_sticky_load(), or the caller's own. */
struct fg_sticky {
	const struct fg_sticky_value *values;
	size_t n;
	bool is_unknown; /* they could not be loaded: nothing is used, saved
	                    or removed, so that none is lost */
};

/* -------------------------------------------------------------- a client */

/*
 * What a client is to be.  Start from FG_OPTIONS_INIT: fields that later
 * versions add are then at their defaults.  Nothing is kept of the pointers.
 */
struct fg_options {
	size_t size;             /* sizeof(struct fg_options) */
	const char *state_dir;   /* the syncer's state directory; NULL is
	                            FORKGATE_STATE_DIR of the environment, then
	                            /var/lib/forkgate */
	const char *project;     /* NULL is "default" */
	const char *snapshot;    /* a .fgs file to evaluate from instead: its
	                            rules never change and nothing is logged */
	const char *environment; /* tier, e.g. "production"; NULL is the one of
	                            the rules (default_environment) */
	const struct fg_member *custom_fields; /* global custom fields, which
	                                          a user's own ones hide */
	size_t n_custom_fields;
	bool disable_logging;   /* no exposure, no event */
	uint32_t dedupe_max;    /* exposures remembered to drop repeats; 0 is
	                           the default of 4,096; rounded up to a power
	                           of two, 8 bytes each */
	uint32_t dedupe_ttl_ms; /* for how long; 0 is what the rules say, else
	                           60,000 */
	const struct fg_sticky_storage *sticky; /* NULL: nothing is sticky */
	struct fg *base; /* a client whose rules and queue it shares instead of
	                    opening any: no path is looked at, so it works
	                    below another root and without permission;
	                    state_dir, project and snapshot say nothing then */
};
#ifdef __cplusplus
#define FG_OPTIONS_INIT                                                        \
	{                                                                      \
		sizeof(struct fg_options), nullptr, nullptr, nullptr, nullptr, \
		    nullptr, 0, false, 0, 0, nullptr, nullptr                  \
	}
#else
#define FG_OPTIONS_INIT                           \
	{                                         \
		.size = sizeof(struct fg_options) \
	}
#endif

/*
 * Opens a client.  Needs no rules to be there yet: see fg_wait_ready().  Read
 * permission on STATE/rules is enough to evaluate, write permission on
 * STATE/queue is needed to log.  FG_E_IO leaves the cause in errno (the state
 * directory is missing or not readable), FG_E_INVALID is an option that cannot
 * be, FG_E_UNSUPPORTED a file system that cannot be shared safely.
 */
FG_API enum fg_status fg_open(
    const struct fg_options *options, struct fg **out);

/*
 * Takes NULL.  Every session must have ended.  Events are on disk already;
 * closing waits for nothing.  What clients share goes with the last of them.
 */
FG_API void fg_close(struct fg *fg);

/*
 * Waits until there are rules, the SDKs' "initialize": FG_OK, or FG_E_TIMEOUT
 * after timeout_ms (0 asks without waiting), or FG_E_VERSION when the syncer
 * is newer than this library, FG_E_CORRUPT when the rules are damaged.
 */
FG_API enum fg_status fg_wait_ready(struct fg *fg, int timeout_ms);

/*
 * Seals this process's queue, so that the syncer need not wait for more.  With
 * timeout_ms > 0 it waits until all that this process has logged was accepted
 * by the server, the SDKs' "shutdown", and returns at once when it has logged
 * nothing: FG_E_TIMEOUT when that took longer; nothing is lost then, it stays
 * on disk.  `forkgate flush --wait` waits for all processes of a host.
 */
FG_API enum fg_status fg_flush(struct fg *fg, int timeout_ms);

/* How a client and its rules are. */
struct fg_info {
	size_t size;             /* set it to sizeof(struct fg_info) */
	uint64_t generation;     /* 0: no rules yet */
	uint64_t lcut;           /* time of the rules, unix ms */
	uint64_t received_at;    /* when the syncer accepted them, unix ms */
	uint64_t heartbeat;      /* the syncer's last sign, unix ms; 0: none */
	uint64_t n_evaluations;  /* of this process, since it opened */
	uint64_t n_exposures;    /* appended to the queue */
	uint64_t n_deduplicated; /* exposures dropped as repeats */
	uint64_t n_dropped;      /* events lost for want of room */
	uint32_t n_gates, n_configs, n_layers;
	uint64_t n_sticky_failed; /* loads, saves and removals, and records
	                             that do not hold together */
};
FG_API enum fg_status fg_get_info(struct fg *fg, struct fg_info *out);

/* ------------------------------------------------------------- a session */

/*
 * Fixes the newest generation.  Begin one for each request: it costs less than
 * a microsecond.  FG_E_NOMEM is the one failure; without rules, checks answer
 * their defaults with reason "NoValues".
 */
FG_API enum fg_status fg_session_begin(struct fg *fg, struct fg_session **out);

/*
 * Moves a session of a long-running process on to the newest generation and
 * gives back the memory of its results.  True when the generation changed.
 */
FG_API bool fg_session_refresh(struct fg_session *ses);

/* Takes NULL.  Gives back all that the session handed out. */
FG_API void fg_session_end(struct fg_session *ses);

/* ---------------------------------------------------------------- a user */

/* The parts of a Statsig user that are a single value. */
enum fg_field {
	FG_USER_ID = 0,
	FG_EMAIL = 1,
	FG_IP = 2,
	FG_COUNTRY = 3,
	FG_LOCALE = 4,
	FG_APP_VERSION = 5,
	FG_USER_AGENT = 6,
};

/* The parts that are a map from a name to a value. */
enum fg_map {
	FG_CUSTOM = 0,
	FG_PRIVATE = 1, /* used in evaluation, never logged or stored */
	FG_CUSTOM_IDS = 2,
	FG_ENVIRONMENT = 3, /* "tier" and the like; hides the client's own */
};

FG_API enum fg_status fg_user_new(struct fg_user **out);
FG_API void fg_user_free(struct fg_user *user); /* takes NULL */

/* Makes it an empty user again; its memory is used for the next one. */
FG_API void fg_user_reset(struct fg_user *user);

/*
 * Sets one field; a value of type FG_NULL takes it away.  Copies what it
 * keeps.  FG_E_INVALID for a value that cannot be: nested over 64 deep, or of
 * an unknown type.  A user that is set after it was used is another user to
 * the checks that follow.
 */
FG_API enum fg_status fg_user_set(
    struct fg_user *user, enum fg_field field, const struct fg_value *value);
FG_API enum fg_status fg_user_set_string(
    struct fg_user *user, enum fg_field field, const char *text);

/*
 * Sets one entry of a map.  An entry set to FG_NULL is there and null, as it
 * is in JSON.  Keys are kept as they are spelled.
 */
FG_API enum fg_status fg_user_put(struct fg_user *user, enum fg_map map,
    const char *key, size_t key_len, const struct fg_value *value);
FG_API enum fg_status fg_user_put_string(
    struct fg_user *user, enum fg_map map, const char *key, const char *text);
FG_API enum fg_status fg_user_put_number(
    struct fg_user *user, enum fg_map map, const char *key, double number);
FG_API enum fg_status fg_user_put_bool(
    struct fg_user *user, enum fg_map map, const char *key, bool boolean);

/* Says that a map is there although it is empty ("custom": {}). */
FG_API enum fg_status fg_user_put_empty(struct fg_user *user, enum fg_map map);

/* --------------------------------------------------------------- details */

/* Why a value is what it is.  Lives until the session ends or refreshes. */
struct fg_details {
	const char *reason;   /* e.g. "Network:Recognized" */
	uint64_t generation;  /* of the rules it came from; 0: none */
	uint64_t lcut;        /* time of those rules, unix ms; 0: none */
	uint64_t received_at; /* when the syncer accepted them; 0: none */
	uint32_t version;     /* of the spec, when has_version */
	bool has_version;
	bool moved; /* the session had to move to a newer generation, because
	               its own is no longer kept */
};

/* A nested gate that took part in an evaluation. */
struct fg_exposure {
	const char *gate;
	const char *rule_id;
	bool value;
};

/* Flags of a check.  One without an exposure is counted for the server. */
#define FG_NO_EXPOSURE (1U << 0)
/* Of the sticky ones: what a sticky value yields to. */
#define FG_ENFORCE_TARGETING (1U << 1) /* the user is targeted no longer */
#define FG_ENFORCE_OVERRIDES (1U << 2) /* the console overrides the user */

/* ----------------------------------------------------------------- gates */

/*
 * The value of a gate: false where it cannot be decided.  Logs an exposure.
 * Never allocates.  A NULL user is one without any field.
 */
FG_API bool fg_check_gate(
    struct fg_session *ses, struct fg_user *user, const char *name);

struct fg_gate {
	const char *name;
	const char *rule_id; /* "" when unknown */
	const char *id_type; /* "" when unknown */
	bool value;
	struct fg_details details;
	const struct fg_exposure *secondary; /* nested gates, in order */
	size_t n_secondary;
};

/* The same with its reasons.  *out is always filled in. */
FG_API enum fg_status fg_get_gate(struct fg_session *ses, struct fg_user *user,
    const char *name, unsigned flags, struct fg_gate *out);

/* Logs the exposure of a gate now, marked as manual. */
FG_API enum fg_status fg_expose_gate(
    struct fg_session *ses, struct fg_user *user, const char *name);

/* ------------------------------------- dynamic configs and experiments */

/* An object of named values.  Lives until the session ends or refreshes. */
struct fg_params;

struct fg_config {
	const struct fg_params *params; /* never NULL; {} when unknown */
	const char *name;
	const char *rule_id;    /* "" when unknown */
	const char *id_type;    /* "" when unknown */
	const char *group_name; /* NULL when there is none */
	bool passed;            /* the value is not the rule's false */
	bool is_experiment_active;
	bool is_user_in_experiment;
	struct fg_details details;
	const struct fg_exposure *secondary;
	size_t n_secondary;
	const char *const *explicit_params; /* NULL when there is no list */
	size_t n_explicit_params;
};

/* *out is always filled in.  An exposure is logged unless flags say no. */
FG_API enum fg_status fg_get_config(struct fg_session *ses,
    struct fg_user *user, const char *name, unsigned flags,
    struct fg_config *out);
FG_API enum fg_status fg_get_experiment(struct fg_session *ses,
    struct fg_user *user, const char *name, unsigned flags,
    struct fg_config *out);

/*
 * The same for an experiment that is to be sticky; see fg_sticky_load().  With
 * a storage, an experiment that is active:
 * - has a record in *sticky: that is the answer, with reason "Persisted" and
 *   the lcut and version of then, unless flags make it yield; an exposure of it
 *   is logged as of any answer;
 * - has none, and the user is in one of its groups: it is saved.
 * One that is not active has its record removed.  So has each that is asked
 * for with sticky NULL, which is what fg_get_experiment() does, and with it
 * parameter stores and conditions on an experiment's group; logging a manual
 * exposure does neither.  Without a storage, sticky is not looked at.
 */
FG_API enum fg_status fg_get_experiment_sticky(struct fg_session *ses,
    struct fg_user *user, const char *name, unsigned flags,
    const struct fg_sticky *sticky, struct fg_config *out);

/*
 * Asks the storage for what it has of a user by his ID of that type ("userID",
 * "stableID" ...): once in a request, for all its experiments of that ID type.
 * *out is always filled in and lives until the session ends or refreshes.
 * FG_ABSENT: the user has no such ID, or one with a NUL in it, or there is no
 * storage.  What load returned otherwise: *out is unknown.
 */
FG_API enum fg_status fg_sticky_load(struct fg_session *ses,
    struct fg_user *user, const char *id_type, struct fg_sticky *out);

/*
 * What a record says: for sticky values that were kept in another shape, such as
 * the JSON of Statsig's SDKs, or are to be.
 */
struct fg_sticky_content {
	bool value; /* "value": what was saved has it true */
	const char *rule_id;
	const char *group_name;          /* NULL: none */
	const char *delegate;            /* a layer's experiment; NULL: none */
	const struct fg_params *params;  /* "json_value"; NULL: the members */
	const struct fg_member *members; /* not looked at beside params */
	size_t n_members;
	const struct fg_exposure *secondary;
	size_t n_secondary;
	const struct fg_exposure *undelegated; /* NULL: no list */
	size_t n_undelegated;
	const char *const *explicit_params; /* NULL: no list */
	size_t n_explicit_params;
	uint64_t lcut; /* "time", unix ms; 0: none */
	uint32_t version;
	bool has_version;
};

/*
 * Makes a record, which lives until the session ends or refreshes.
 * FG_E_INVALID: a member cannot be, or is there twice, or the rule ID is NULL.
 * FG_E_SPACE: it would be over 1 MiB.  FG_E_NOMEM.
 */
FG_API enum fg_status fg_sticky_write(struct fg_session *ses,
    const struct fg_sticky_content *content, const void **record, size_t *len);

/*
 * Reads one, into memory of the session.  FG_E_CORRUPT: it does not hold
 * together.  FG_E_VERSION: a newer library wrote it.  FG_E_NOMEM.
 */
FG_API enum fg_status fg_sticky_read(struct fg_session *ses, const void *record,
    size_t len, struct fg_sticky_content *out);

/* Log the exposure now, marked as manual. */
FG_API enum fg_status fg_expose_config(
    struct fg_session *ses, struct fg_user *user, const char *name);
FG_API enum fg_status fg_expose_experiment(
    struct fg_session *ses, struct fg_user *user, const char *name);

/*
 * An experiment's group as it is set up, without a user: the first one with
 * that name, in exact case.  Logs nothing.  Reason "Unrecognized" when there is
 * no such experiment or group.
 */
FG_API enum fg_status fg_get_experiment_by_group(struct fg_session *ses,
    const char *name, const char *group, struct fg_config *out);

/* The same for the first one whose rule has that ID. */
FG_API enum fg_status fg_get_experiment_by_group_id(struct fg_session *ses,
    const char *name, const char *group_id, struct fg_config *out);

/* The groups of an experiment, as fg_get_experiment_by_group() gives them. */
struct fg_groups {
	const struct fg_config *groups; /* NULL when there are none */
	size_t n;
	bool is_active;  /* when has_active */
	bool has_active; /* false for what is no experiment */
	struct fg_details details;
};
FG_API enum fg_status fg_get_experiment_groups(
    struct fg_session *ses, const char *name, struct fg_groups *out);

/*
 * Typed getters: the parameter if it is there and of that type, else the
 * fallback.  An integer is only what is spelled as one (3, not 3.0); a double
 * is any number.  Texts live as long as the params, or are the fallback.
 */
FG_API bool fg_params_bool(
    const struct fg_params *params, const char *name, bool fallback);
FG_API int64_t fg_params_int(
    const struct fg_params *params, const char *name, int64_t fallback);
FG_API double fg_params_double(
    const struct fg_params *params, const char *name, double fallback);
FG_API const char *fg_params_string(
    const struct fg_params *params, const char *name, const char *fallback);

/*
 * The JSON text of a parameter of any type, or NULL when it is not there;
 * *len and *type (both may be NULL) tell its length and type.  The text goes
 * on behind len with the rest of its object: it is not ended by a NUL.
 */
FG_API const char *fg_params_json(const struct fg_params *params,
    const char *name, size_t *len, enum fg_type *type);

/* The whole object as JSON text, ended by a NUL. */
FG_API const char *fg_params_text(const struct fg_params *params, size_t *len);

/* The number of parameters; the i-th one's name, as fg_params_json() takes. */
FG_API size_t fg_params_count(const struct fg_params *params);
FG_API const char *fg_params_name(const struct fg_params *params, size_t i);

/* ---------------------------------------------------------------- layers */

/*
 * A layer for one user.  Reading one of its parameters with fg_layer_* logs
 * that parameter's exposure, when it is there and of the type asked for.
 */
struct fg_layer {
	struct fg_layer_state *state;   /* the library's own */
	const struct fg_params *params; /* reading these logs nothing */
	const char *name;
	const char *rule_id;
	const char *id_type;
	const char *group_name;           /* NULL when there is none */
	const char *allocated_experiment; /* NULL when there is none */
	bool is_experiment_active;
	bool is_user_in_experiment;
	struct fg_details details;
	const struct fg_exposure *secondary;
	size_t n_secondary;
	const struct fg_exposure *undelegated; /* NULL when there is no list */
	size_t n_undelegated;
	const char *const *explicit_params; /* NULL when there is no list */
	size_t n_explicit_params;
};

/* *out is always filled in; it lives until the session ends or refreshes. */
FG_API enum fg_status fg_get_layer(struct fg_session *ses, struct fg_user *user,
    const char *name, unsigned flags, struct fg_layer *out);

/*
 * The same for a sticky layer, as fg_get_experiment_sticky().  A layer is active
 * when its experiment is, that of the record where there is one.
 */
FG_API enum fg_status fg_get_layer_sticky(struct fg_session *ses,
    struct fg_user *user, const char *name, unsigned flags,
    const struct fg_sticky *sticky, struct fg_layer *out);

FG_API bool fg_layer_bool(
    struct fg_layer *layer, const char *param, bool fallback);
FG_API int64_t fg_layer_int(
    struct fg_layer *layer, const char *param, int64_t fallback);
FG_API double fg_layer_double(
    struct fg_layer *layer, const char *param, double fallback);
FG_API const char *fg_layer_string(
    struct fg_layer *layer, const char *param, const char *fallback);
FG_API const char *fg_layer_json(
    struct fg_layer *layer, const char *param, size_t *len, enum fg_type *type);

/* The rule that gave a parameter its value. */
FG_API const char *fg_layer_param_rule(
    const struct fg_layer *layer, const char *param);

/* Logs the exposure of a layer's parameter now, marked as manual. */
FG_API enum fg_status fg_expose_layer(struct fg_session *ses,
    struct fg_user *user, const char *layer, const char *param);

/* ------------------------------------------------------ parameter stores */

/*
 * A parameter store for one user.  Reading a parameter asks the gate, config,
 * experiment or layer that the store names for it, which logs an exposure
 * unless flags say no.  The user must stay as long as parameters are read.
 */
struct fg_store {
	const char *name;
	struct fg_details details;
	struct fg_session *session; /* what it was made for */
	struct fg_user *user;
	unsigned flags;
};

/* *out is always filled in; it lives until the session ends or refreshes. */
FG_API enum fg_status fg_get_store(struct fg_session *ses, struct fg_user *user,
    const char *name, unsigned flags, struct fg_store *out);

/* The parameter if it is there, not null and of that type, or the fallback. */
FG_API bool fg_store_bool(
    const struct fg_store *store, const char *param, bool fallback);
FG_API int64_t fg_store_int(
    const struct fg_store *store, const char *param, int64_t fallback);
FG_API double fg_store_double(
    const struct fg_store *store, const char *param, double fallback);
FG_API const char *fg_store_string(
    const struct fg_store *store, const char *param, const char *fallback);
FG_API const char *fg_store_json(const struct fg_store *store,
    const char *param, size_t *len, enum fg_type *type);

/* ------------------------------------------------- a client's response */

/* How names of gates, configs and so on appear in it. */
enum fg_hash {
	FG_HASH_DJB2 = 0,
	FG_HASH_SHA256 = 1,
	FG_HASH_NONE = 2,
};

enum fg_response_format {
	FG_RESPONSE_V1 = 0,
	FG_RESPONSE_V2 = 1,      /* secondary exposures by reference */
	FG_RESPONSE_INIT_V2 = 2, /* short names, values by reference too */
};

/* Names to keep, as they are in the rules. */
struct fg_name_filter {
	bool is_given; /* false keeps all; true and n 0 keeps nothing */
	const char *const *names;
	size_t n;
};

/*
 * What a response is to hold.  Start from FG_CLIENT_RESPONSE_OPTIONS_INIT.
 * With a target app, or the app that the rules know for a client SDK key, only
 * what is marked for that app is kept.
 */
struct fg_client_response_options {
	size_t size; /* sizeof(struct fg_client_response_options) */
	enum fg_hash hash;
	enum fg_response_format format;
	const char *client_sdk_key; /* NULL or "": none */
	const char *target_app_id;  /* wins over the key; NULL or "": none */
	bool refuse_unknown_key;    /* FG_ABSENT for a key without an app,
	                                which else is given everything */
	bool remove_id_type;
	bool remove_default_value_gates; /* false by default, nothing nested */
	bool remove_experiments_in_layers;
	bool include_local_overrides;
	const char *previous_response_hash; /* full_checksum of what the client
	                                       has: if it is the same still,
	                                       the answer says so; v1 only.
	                                       "" asks for the checksum */
	struct fg_name_filter gates, configs, experiments, layers, stores;
};
#ifdef __cplusplus
#define FG_CLIENT_RESPONSE_OPTIONS_INIT                                    \
	{                                                                  \
		sizeof(struct fg_client_response_options), FG_HASH_DJB2,   \
		    FG_RESPONSE_V1, nullptr, nullptr, false, false, false, \
		    false, false, nullptr, {false, nullptr, 0},            \
		    {false, nullptr, 0}, {false, nullptr, 0},              \
		    {false, nullptr, 0},                                   \
		{                                                          \
			false, nullptr, 0                                  \
		}                                                          \
	}
#else
#define FG_CLIENT_RESPONSE_OPTIONS_INIT                           \
	{                                                         \
		.size = sizeof(struct fg_client_response_options) \
	}
#endif

/*
 * The JSON text with which a Statsig SDK in a browser or a phone starts
 * without a request of its own: all values for one user.  opt may be NULL.
 * Logs nothing.  The same rules, user and options give the same text; it lives
 * until the session ends or refreshes.
 *
 * Without rules (FG_E_NOT_READY, FG_E_VERSION, FG_E_CORRUPT) the text is that
 * of a project with nothing in it.  All else that is not FG_OK comes without a
 * text, *json is NULL: FG_E_UNSUPPORTED, the rules are nested too deep;
 * FG_E_CORRUPT, they are damaged; FG_E_BUSY, they were replaced again and
 * again meanwhile; FG_E_INVALID, an option that cannot be; FG_E_NOMEM.
 */
FG_API enum fg_status fg_client_response(struct fg_session *ses,
    struct fg_user *user, const struct fg_client_response_options *opt,
    const char **json, size_t *len);

/* -------------------------------------------------------- local overrides */

enum fg_kind {
	FG_GATE = 0,
	FG_CONFIG = 1,
	FG_EXPERIMENT = 2,
	FG_LAYER = 3,
	FG_STORE = 4,
};

/*
 * Answers that this client gives whatever the rules say, also where a gate is
 * nested, an experiment is a layer's delegate, or a name is unknown.  For a
 * user with this userID or, failing that, this value of a custom ID; an id of
 * NULL is for everyone else.  Kinds are apart: a config's override is not an
 * experiment's.  The rule ID is then "override", the reason
 * "LocalOverride:Recognized".
 *
 * The host may have overrides of its own, forkgate-overrides(5), for all of its
 * processes.  They win over these, whatever the ID: an operator who switches
 * something off must be able to rely on it.  Those a session has are of its
 * generation, like the rules.
 *
 * From any thread, also while others evaluate; a session sees it at its next
 * check.  Each call keeps a little memory until fg_close(): for tests and for
 * operators, not for traffic.
 */
FG_API enum fg_status fg_override_gate(
    struct fg *fg, const char *name, const char *id, bool value);

/*
 * The whole object of anything but a gate, instead of what the rules say.  A
 * parameter store's members are values; an object that has all the fields of a
 * parameter of the rules is that parameter: ref_type and param_type, with
 * value; or gate_name, pass_value and fail_value; or config_name,
 * experiment_name or layer_name, and param_name.
 */
FG_API enum fg_status fg_override_value(struct fg *fg, enum fg_kind kind,
    const char *name, const char *id, const struct fg_member *members,
    size_t n);

/* The value of an experiment's group, empty when it has none of that name. */
FG_API enum fg_status fg_override_experiment_group(
    struct fg *fg, const char *name, const char *id, const char *group);

/* Without an id it removes all of that name, those for single IDs too. */
FG_API enum fg_status fg_remove_override(
    struct fg *fg, enum fg_kind kind, const char *name, const char *id);
FG_API void fg_clear_overrides(struct fg *fg);

/* ------------------------------------------------- what is in the rules */

/* Segments and holdouts are in none of these, layers are all in one. */
enum fg_list {
	FG_LIST_GATES = 0,
	FG_LIST_CONFIGS = 1, /* dynamic configs alone */
	FG_LIST_EXPERIMENTS = 2,
	FG_LIST_AUTOTUNES = 3,
	FG_LIST_LAYERS = 4,
	FG_LIST_STORES = 5,
};

/*
 * The names of all of them, sorted by their bytes; without rules there is none.
 * Texts and list live until the session ends or refreshes; *names is NULL when
 * *n is 0.  FG_E_NOMEM, FG_E_INVALID for another list, FG_E_BUSY when the rules
 * were replaced again and again meanwhile.
 */
FG_API enum fg_status fg_list_names(struct fg_session *ses, enum fg_list which,
    const char *const **names, size_t *n);

/*
 * The user's fields that a gate, config, experiment or layer looks at, as the
 * rules say it and in their order; none for an unknown name.  Otherwise as
 * above.
 */
FG_API enum fg_status fg_fields_needed(struct fg_session *ses,
    enum fg_kind kind, const char *name, const char *const **fields, size_t *n);

/* ---------------------------------------------------------------- events */

/*
 * Logs a custom event.  value is NULL, a string or a number; metadata are n
 * members of any type.  FG_E_SPACE: there is no room, the event is counted as
 * dropped.  FG_E_INVALID: over 60 KiB as a whole, or a number that JSON cannot
 * hold.
 */
FG_API enum fg_status fg_log_event(struct fg_session *ses, struct fg_user *user,
    const char *name, const struct fg_value *value,
    const struct fg_member *metadata, size_t n);

/* Logs that there is this user, with all that events say of him. */
FG_API enum fg_status fg_identify(struct fg_session *ses, struct fg_user *user);

#ifdef __cplusplus
}
#endif

#endif /* FORKGATE_H */
