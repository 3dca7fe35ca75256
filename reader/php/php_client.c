#include "php_client.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "zend_exceptions.h"

#include "php_layer.h"
#include "php_result.h"
#include "php_user.h"
#include "php_value.h"

zend_class_entry *php_client_ce;
static zend_object_handlers handlers;

struct client {
	struct php_pool *pool; /* NULL until it was constructed */
	zend_object std;
};

static struct client *
client_of(zend_object *obj)
{
	return (struct client *)((char *)obj - XtOffsetOf(struct client, std));
}

static zend_object *
create(zend_class_entry *ce)
{
	struct client *c = zend_object_alloc(sizeof(*c), ce);

	c->pool = NULL;
	zend_object_std_init(&c->std, ce);
	object_properties_init(&c->std, ce);
	c->std.handlers = &handlers;
	return &c->std;
}

static zend_object *
clone(zend_object *from)
{
	zend_object *obj = create(from->ce);

	client_of(obj)->pool = client_of(from)->pool;
	return obj;
}

void
php_client_startup(void)
{
	php_client_ce->create_object = create;
	handlers = *zend_get_std_object_handlers();
	handlers.offset = XtOffsetOf(struct client, std);
	handlers.clone_obj = clone;
}

struct php_pool *
php_client_pool(zend_object *obj)
{
	struct php_pool *pool = client_of(obj)->pool;

	if (pool == NULL)
		zend_throw_error(
		    NULL, "A Forkgate\\Client was not constructed");
	return pool;
}

/* ---- What all checks do first. ---- */

/* A check: who asks, and what about. */
struct check {
	struct php_session *s; /* NULL: nothing can be decided */
	struct fg_user *user;
	unsigned flags;
};

/* The object's client, or that of php.ini for a function. */
static struct php_pool *
pool_of(zend_execute_data *execute_data)
{
	struct php_pool *pool;

	if (Z_TYPE(EX(This)) == IS_OBJECT)
		return php_client_pool(Z_OBJ(EX(This)));
	pool = php_pool_default();
	if (pool == NULL)
		zend_throw_error(NULL, "Out of memory");
	return pool;
}

/*
 * The user before the session: casts may run code that refreshes.  False with
 * an exception thrown.
 */
static zend_always_inline bool
check_begin(struct check *c, struct php_pool *pool, zval *user, bool exposure)
{
	if (pool == NULL)
		return false;
	c->user = php_user_of(user, 1);
	if (c->user == NULL)
		return false;
	c->s = php_pool_session(pool);
	c->flags = exposure && FORKGATE_G(exposures) ? 0 : FG_NO_EXPOSURE;
	return true;
}

static zend_always_inline bool
check_gate(const struct check *c, const char *name)
{
	struct fg_gate gate;

	if (c->s == NULL)
		return false;
	if (c->flags == 0)
		return fg_check_gate(c->s->ses, c->user, name);
	c->s->n_results++;
	fg_get_gate(c->s->ses, c->user, name, c->flags, &gate);
	return gate.value;
}

typedef enum fg_status get_config(struct fg_session *, struct fg_user *,
    const char *, unsigned, struct fg_config *);

static void
config_of(const struct check *c, const char *name, get_config *get,
    struct fg_config *config)
{
	if (c->s != NULL)
		get(c->s->ses, c->user, name, c->flags, config);
	else
		*config = (struct fg_config){.name = name,
		    .rule_id = "",
		    .id_type = "",
		    .details = php_result_no_details};
}

static void
layer_of(const struct check *c, const char *name, struct fg_layer *layer)
{
	if (c->s != NULL)
		fg_get_layer(c->s->ses, c->user, name, c->flags, layer);
	else
		*layer = (struct fg_layer){.name = name,
		    .rule_id = "",
		    .id_type = "",
		    .details = php_result_no_details};
}

/* ---- Gates. ---- */

static void
do_check_gate(INTERNAL_FUNCTION_PARAMETERS)
{
	bool exposure = true;
	zend_string *name;
	struct check c;
	zval *user;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(exposure)
	ZEND_PARSE_PARAMETERS_END();

	if (check_begin(&c, pool_of(execute_data), user, exposure))
		RETURN_BOOL(check_gate(&c, ZSTR_VAL(name)));
}

PHP_FUNCTION(Forkgate_check_gate)
{
	do_check_gate(INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

PHP_METHOD(Forkgate_Client, checkGate)
{
	do_check_gate(INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

/* One of a list of names; false with an exception thrown. */
static bool
is_name(const zval *name, uint32_t arg_num)
{
	if (Z_TYPE_P(name) != IS_STRING) {
		zend_argument_type_error(arg_num,
		    "must be a list of strings, %s is in it",
		    zend_zval_type_name(name));
		return false;
	}
	if (strlen(Z_STRVAL_P(name)) == Z_STRLEN_P(name))
		return true;
	zend_argument_value_error(arg_num, "must not contain any null bytes");
	return false;
}

PHP_METHOD(Forkgate_Client, checkGates)
{
	bool exposure = true;
	HashTable *names;
	zval *user, *name;
	struct check c;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_ZVAL(user)
	Z_PARAM_ARRAY_HT(names)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(exposure)
	ZEND_PARSE_PARAMETERS_END();

	ZEND_HASH_FOREACH_VAL(names, name)
	{
		ZVAL_DEREF(name);
		if (!is_name(name, 2))
			RETURN_THROWS();
	}
	ZEND_HASH_FOREACH_END();
	if (!check_begin(&c, pool_of(execute_data), user, exposure))
		RETURN_THROWS();
	array_init_size(return_value, zend_hash_num_elements(names));
	ZEND_HASH_FOREACH_VAL(names, name)
	{
		zval value;

		ZVAL_DEREF(name);
		/* What ran for the user may have changed a reference. */
		if (Z_TYPE_P(name) != IS_STRING)
			continue;
		ZVAL_BOOL(&value, check_gate(&c, Z_STRVAL_P(name)));
		zend_symtable_update(
		    Z_ARRVAL_P(return_value), Z_STR_P(name), &value);
	}
	ZEND_HASH_FOREACH_END();
}

PHP_METHOD(Forkgate_Client, getFeatureGate)
{
	struct fg_gate gate = {
	    .rule_id = "", .id_type = "", .details = php_result_no_details};
	bool exposure = true;
	zend_string *name;
	struct check c;
	zval *user;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(exposure)
	ZEND_PARSE_PARAMETERS_END();

	if (!check_begin(&c, pool_of(execute_data), user, exposure))
		RETURN_THROWS();
	gate.name = ZSTR_VAL(name);
	if (c.s != NULL) {
		c.s->n_results++;
		fg_get_gate(c.s->ses, c.user, gate.name, c.flags, &gate);
	}
	php_result_gate(return_value, &gate);
}

/* ---- Configs and experiments. ---- */

/* As an object, or as the array that its value is. */
static void
do_config(INTERNAL_FUNCTION_PARAMETERS, get_config *get, bool as_array)
{
	struct fg_config config;
	bool exposure = true;
	zend_string *name;
	struct check c;
	const char *json;
	zval *user;
	size_t n;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(exposure)
	ZEND_PARSE_PARAMETERS_END();

	if (!check_begin(&c, pool_of(execute_data), user, exposure))
		RETURN_THROWS();
	config_of(&c, ZSTR_VAL(name), get, &config);
	if (!as_array) {
		php_result_config(return_value, c.s, &config);
		return;
	}
	if (c.s == NULL)
		RETURN_EMPTY_ARRAY();
	c.s->n_results++;
	json = fg_params_text(config.params, &n);
	if (!php_value_decode(json, n, return_value))
		RETURN_EMPTY_ARRAY();
}

PHP_FUNCTION(Forkgate_get_config)
{
	do_config(INTERNAL_FUNCTION_PARAM_PASSTHRU, fg_get_config, true);
}

PHP_FUNCTION(Forkgate_get_experiment)
{
	do_config(INTERNAL_FUNCTION_PARAM_PASSTHRU, fg_get_experiment, true);
}

PHP_METHOD(Forkgate_Client, getDynamicConfig)
{
	do_config(INTERNAL_FUNCTION_PARAM_PASSTHRU, fg_get_config, false);
}

PHP_METHOD(Forkgate_Client, getExperiment)
{
	do_config(INTERNAL_FUNCTION_PARAM_PASSTHRU, fg_get_experiment, false);
}

PHP_METHOD(Forkgate_Client, getExperimentByGroupName)
{
	struct fg_config config = {
	    .rule_id = "", .id_type = "", .details = php_result_no_details};
	struct php_pool *pool = pool_of(execute_data);
	zend_string *name, *group;
	struct php_session *s;

	ZEND_PARSE_PARAMETERS_START(2, 2)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_PATH_STR(group)
	ZEND_PARSE_PARAMETERS_END();

	if (pool == NULL)
		RETURN_THROWS();
	s = php_pool_session(pool);
	config.name = ZSTR_VAL(name);
	if (s != NULL)
		fg_get_experiment_by_group(
		    s->ses, config.name, ZSTR_VAL(group), &config);
	php_result_config(return_value, s, &config);
}

PHP_METHOD(Forkgate_Client, getExperimentGroups)
{
	struct fg_groups groups = {.details = php_result_no_details};
	struct php_pool *pool = pool_of(execute_data);
	struct php_session *s;
	zend_string *name;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_PATH_STR(name)
	ZEND_PARSE_PARAMETERS_END();

	if (pool == NULL)
		RETURN_THROWS();
	s = php_pool_session(pool);
	if (s != NULL)
		fg_get_experiment_groups(s->ses, ZSTR_VAL(name), &groups);
	php_result_groups(return_value, s, &groups);
}

/* ---- Layers and parameter stores. ---- */

PHP_METHOD(Forkgate_Client, getLayer)
{
	bool exposure = true;
	struct fg_layer layer;
	zend_string *name;
	struct check c;
	zval *user;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(exposure)
	ZEND_PARSE_PARAMETERS_END();

	if (!check_begin(&c, pool_of(execute_data), user, exposure))
		RETURN_THROWS();
	layer_of(&c, ZSTR_VAL(name), &layer);
	php_layer_object(return_value, c.s, &layer);
}

PHP_FUNCTION(Forkgate_get_layer_param)
{
	zval none, *user, *fallback = &none;
	zend_string *name, *param;
	struct fg_layer layer;
	enum fg_type type;
	const char *json;
	struct check c;
	size_t n;

	ZVAL_NULL(&none);
	ZEND_PARSE_PARAMETERS_START(3, 4)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_PATH_STR(param)
	Z_PARAM_OPTIONAL
	Z_PARAM_ZVAL(fallback)
	ZEND_PARSE_PARAMETERS_END();

	if (!check_begin(&c, pool_of(execute_data), user, true))
		RETURN_THROWS();
	if (c.s == NULL)
		RETURN_COPY_DEREF(fallback);
	c.s->n_results++;
	layer_of(&c, ZSTR_VAL(name), &layer);
	json = fg_params_json(layer.params, ZSTR_VAL(param), &n, &type);
	if (json == NULL || !php_value_fits(type, fallback) ||
	    !php_value_param(json, n, type, return_value))
		RETURN_COPY_DEREF(fallback);
	fg_layer_json(&layer, ZSTR_VAL(param), NULL, NULL);
	if (Z_TYPE_P(fallback) == IS_DOUBLE)
		convert_to_double(return_value);
}

PHP_METHOD(Forkgate_Client, getParameterStore)
{
	struct fg_store store = {.details = php_result_no_details};
	struct php_pool *pool = pool_of(execute_data);
	struct php_session *s;
	bool exposure = true;
	zend_string *name;
	zval *user, own;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(exposure)
	ZEND_PARSE_PARAMETERS_END();

	ZVAL_UNDEF(&own);
	if (pool == NULL || !php_user_object_of(user, 1, &own)) {
		zval_ptr_dtor(&own);
		RETURN_THROWS();
	}
	store.name = ZSTR_VAL(name);
	s = php_pool_session(pool);
	if (s != NULL)
		fg_get_store(s->ses, php_user_inside(&own), ZSTR_VAL(name),
		    exposure && FORKGATE_G(exposures) ? 0 : FG_NO_EXPOSURE,
		    &store);
	php_layer_store_object(return_value, s, &own, &store);
	zval_ptr_dtor(&own);
}

/* ---- Events. ---- */

typedef enum fg_status expose(
    struct fg_session *, struct fg_user *, const char *);

static void
do_expose(INTERNAL_FUNCTION_PARAMETERS, expose *call)
{
	zend_string *name;
	struct check c;
	zval *user;

	ZEND_PARSE_PARAMETERS_START(2, 2)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	ZEND_PARSE_PARAMETERS_END();

	if (!check_begin(&c, pool_of(execute_data), user, true))
		RETURN_THROWS();
	RETURN_BOOL(
	    c.s != NULL && call(c.s->ses, c.user, ZSTR_VAL(name)) == FG_OK);
}

PHP_METHOD(Forkgate_Client, manuallyLogGateExposure)
{
	do_expose(INTERNAL_FUNCTION_PARAM_PASSTHRU, fg_expose_gate);
}

PHP_METHOD(Forkgate_Client, manuallyLogDynamicConfigExposure)
{
	do_expose(INTERNAL_FUNCTION_PARAM_PASSTHRU, fg_expose_config);
}

PHP_METHOD(Forkgate_Client, manuallyLogExperimentExposure)
{
	do_expose(INTERNAL_FUNCTION_PARAM_PASSTHRU, fg_expose_experiment);
}

PHP_METHOD(Forkgate_Client, manuallyLogLayerParameterExposure)
{
	zend_string *layer, *param;
	struct check c;
	zval *user;

	ZEND_PARSE_PARAMETERS_START(3, 3)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(layer)
	Z_PARAM_PATH_STR(param)
	ZEND_PARSE_PARAMETERS_END();

	if (!check_begin(&c, pool_of(execute_data), user, true) || c.s == NULL)
		RETURN_FALSE;
	c.s->n_results++;
	RETURN_BOOL(fg_expose_layer(c.s->ses, c.user, ZSTR_VAL(layer),
			ZSTR_VAL(param)) == FG_OK);
}

static void
do_log_event(INTERNAL_FUNCTION_PARAMETERS)
{
	struct php_value_room room = {0};
	const struct fg_member *members = NULL;
	zval *user, *value = NULL, *metadata = NULL;
	struct fg_value v = {.type = FG_NULL};
	enum fg_status st = FG_OK;
	zend_string *name;
	struct check c;
	bool done = true;
	size_t n = 0;

	ZEND_PARSE_PARAMETERS_START(2, 4)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_OPTIONAL
	Z_PARAM_ZVAL(value)
	Z_PARAM_ARRAY(metadata)
	ZEND_PARSE_PARAMETERS_END();

	if (value != NULL && Z_TYPE_P(value) > IS_STRING) {
		zend_argument_type_error(3,
		    "must be of type string|int|float|null, %s given",
		    zend_zval_type_name(value));
		RETURN_THROWS();
	}
	if (value != NULL)
		done = php_value_get(&room, value, "The event's value", &v);
	if (done && metadata != NULL)
		done = php_value_members(
		    &room, metadata, "metadata", &members, &n);
	done = done && check_begin(&c, pool_of(execute_data), user, true);
	if (done && c.s != NULL)
		st = fg_log_event(
		    c.s->ses, c.user, ZSTR_VAL(name), &v, members, n);
	if (st == FG_E_INVALID)
		zend_argument_value_error(
		    2, "with value and metadata must be at most 60 KiB");
	RETVAL_BOOL(done && c.s != NULL && st == FG_OK);
	php_value_room_free(&room);
}

PHP_FUNCTION(Forkgate_log_event)
{
	do_log_event(INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

PHP_METHOD(Forkgate_Client, logEvent)
{
	do_log_event(INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

/* ---- The client itself. ---- */

/* A folder or file of the caller's choice; false with an exception thrown. */
static bool
path_is_fine(const zend_string *path, uint32_t arg_num)
{
	if (path == NULL)
		return true;
	if (ZSTR_VAL(path)[0] != '/') {
		zend_argument_value_error(arg_num, "must be an absolute path");
		return false;
	}
	if (php_check_open_basedir_ex(ZSTR_VAL(path), 0) == 0)
		return true;
	zend_argument_value_error(arg_num, "must be within open_basedir");
	return false;
}

/* 1 to 63 of A-Z a-z 0-9 _ . - */
static bool
project_is_fine(const zend_string *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789_.-";

	if (name == NULL)
		return true;
	if (ZSTR_LEN(name) > 0 && ZSTR_LEN(name) < 64 &&
	    strspn(ZSTR_VAL(name), allowed) == ZSTR_LEN(name))
		return true;
	zend_argument_value_error(
	    2, "must be 1 to 63 of A-Z, a-z, 0-9, \"_\", \".\" and \"-\"");
	return false;
}

PHP_METHOD(Forkgate_Client, __construct)
{
	zend_string *dir = NULL, *project = NULL, *tier = NULL, *file = NULL;
	struct client *c = client_of(Z_OBJ_P(ZEND_THIS));
	struct php_pool_key key = {.logging = FORKGATE_G(logging)};

	ZEND_PARSE_PARAMETERS_START(0, 4)
	Z_PARAM_OPTIONAL
	Z_PARAM_PATH_STR_OR_NULL(dir)
	Z_PARAM_PATH_STR_OR_NULL(project)
	Z_PARAM_PATH_STR_OR_NULL(tier)
	Z_PARAM_PATH_STR_OR_NULL(file)
	ZEND_PARSE_PARAMETERS_END();

	if (!path_is_fine(dir, 1) || !project_is_fine(project) ||
	    !path_is_fine(file, 4))
		RETURN_THROWS();
	key.state_dir = dir ? ZSTR_VAL(dir) : FORKGATE_G(state_dir);
	key.project = project ? ZSTR_VAL(project) : FORKGATE_G(project);
	key.environment = tier ? ZSTR_VAL(tier) : FORKGATE_G(environment);
	key.snapshot = file ? ZSTR_VAL(file) : NULL;
	c->pool = php_pool_get(&key);
}

PHP_METHOD(Forkgate_Client, default)
{
	struct php_pool *pool = php_pool_default();

	ZEND_PARSE_PARAMETERS_NONE();

	object_init_ex(return_value, php_client_ce);
	client_of(Z_OBJ_P(return_value))->pool = pool;
}

static void
do_refresh(INTERNAL_FUNCTION_PARAMETERS)
{
	struct php_pool *pool = pool_of(execute_data);

	ZEND_PARSE_PARAMETERS_NONE();

	RETURN_BOOL(pool != NULL && php_pool_refresh(pool));
}

PHP_FUNCTION(Forkgate_refresh)
{
	do_refresh(INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

PHP_METHOD(Forkgate_Client, refresh)
{
	do_refresh(INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

/* The client's own handle; NULL when it cannot be opened or thrown. */
static struct fg *
open_of(zend_execute_data *execute_data)
{
	struct php_pool *pool = pool_of(execute_data);

	return pool != NULL && FORKGATE_G(enabled) ? php_pool_open(pool) : NULL;
}

PHP_METHOD(Forkgate_Client, waitReady)
{
	struct fg *fg = open_of(execute_data);
	zend_long timeout_ms = 0;

	ZEND_PARSE_PARAMETERS_START(0, 1)
	Z_PARAM_OPTIONAL
	Z_PARAM_LONG(timeout_ms)
	ZEND_PARSE_PARAMETERS_END();

	if (timeout_ms < 0 || timeout_ms > INT_MAX) {
		zend_argument_value_error(
		    1, "must be between 0 and %d", INT_MAX);
		RETURN_THROWS();
	}
	if (fg == NULL || fg_wait_ready(fg, (int)timeout_ms) != FG_OK)
		RETURN_FALSE;
	/* Who has waited wants to see what came. */
	php_pool_refresh(php_client_pool(Z_OBJ_P(ZEND_THIS)));
	RETURN_TRUE;
}

PHP_METHOD(Forkgate_Client, flush)
{
	struct fg *fg = open_of(execute_data);
	zend_long timeout_ms = 0;

	ZEND_PARSE_PARAMETERS_START(0, 1)
	Z_PARAM_OPTIONAL
	Z_PARAM_LONG(timeout_ms)
	ZEND_PARSE_PARAMETERS_END();

	if (timeout_ms < 0 || timeout_ms > INT_MAX) {
		zend_argument_value_error(
		    1, "must be between 0 and %d", INT_MAX);
		RETURN_THROWS();
	}
	RETURN_BOOL(fg != NULL && fg_flush(fg, (int)timeout_ms) == FG_OK);
}
