/* Gates, configs, experiments, layers and parameter stores. */
#include "php_check.h"

#include "php_layer.h"
#include "php_result.h"
#include "php_value.h"

static zend_always_inline bool
check_gate(const struct php_check *c, const char *name)
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
config_of(const struct php_check *c, const char *name, get_config *get,
    struct fg_config *config)
{
	if (c->s != NULL)
		get(c->s->ses, c->user, name, c->flags, config);
	else
		*config = php_result_no_config(name);
}

static void
layer_of(const struct php_check *c, const char *name, struct fg_layer *layer)
{
	if (c->s != NULL)
		fg_get_layer(c->s->ses, c->user, name, c->flags, layer);
	else
		*layer = php_result_no_layer(name);
}

/* ---- Gates. ---- */

static void
do_check_gate(INTERNAL_FUNCTION_PARAMETERS)
{
	bool exposure = true;
	zend_string *name;
	struct php_check c;
	zval *user;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(exposure)
	ZEND_PARSE_PARAMETERS_END();

	if (!php_check_begin(&c, php_client_of(execute_data), user, exposure))
		RETURN_THROWS();
	RETVAL_BOOL(check_gate(&c, ZSTR_VAL(name)));
	php_check_end(&c, execute_data);
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
	struct php_check c;

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
	if (!php_check_begin(&c, php_client_of(execute_data), user, exposure))
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
	php_check_end(&c, execute_data);
}

PHP_METHOD(Forkgate_Client, getFeatureGate)
{
	struct fg_gate gate = {
	    .rule_id = "", .id_type = "", .details = php_result_no_details};
	bool exposure = true;
	zend_string *name;
	struct php_check c;
	zval *user;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(exposure)
	ZEND_PARSE_PARAMETERS_END();

	if (!php_check_begin(&c, php_client_of(execute_data), user, exposure))
		RETURN_THROWS();
	gate.name = ZSTR_VAL(name);
	if (c.s != NULL) {
		c.s->n_results++;
		fg_get_gate(c.s->ses, c.user, gate.name, c.flags, &gate);
	}
	php_result_gate(return_value, &gate);
	php_check_end(&c, execute_data);
}

/* ---- Configs and experiments. ---- */

/* As an object, or as the array that its value is. */
static void
do_config(INTERNAL_FUNCTION_PARAMETERS, get_config *get, bool as_array)
{
	struct fg_config config;
	bool exposure = true;
	zend_string *name;
	struct php_check c;
	const char *json;
	zval *user;
	size_t n;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(exposure)
	ZEND_PARSE_PARAMETERS_END();

	if (!php_check_begin(&c, php_client_of(execute_data), user, exposure))
		RETURN_THROWS();
	config_of(&c, ZSTR_VAL(name), get, &config);
	if (!as_array) {
		php_result_config(return_value, c.s, &config);
		php_check_end(&c, execute_data);
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

typedef enum fg_status get_group(
    struct fg_session *, const char *, const char *, struct fg_config *);

static void
do_group(INTERNAL_FUNCTION_PARAMETERS, get_group *get)
{
	struct php_pool *pool = php_client_of(execute_data);
	zend_string *name, *group;
	struct fg_config config;
	struct php_session *s;

	ZEND_PARSE_PARAMETERS_START(2, 2)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_PATH_STR(group)
	ZEND_PARSE_PARAMETERS_END();

	if (pool == NULL)
		RETURN_THROWS();
	s = php_pool_session(pool);
	config = php_result_no_config(ZSTR_VAL(name));
	if (s != NULL)
		get(s->ses, ZSTR_VAL(name), ZSTR_VAL(group), &config);
	php_result_config(return_value, s, &config);
}

PHP_METHOD(Forkgate_Client, getExperimentByGroupName)
{
	do_group(INTERNAL_FUNCTION_PARAM_PASSTHRU, fg_get_experiment_by_group);
}

PHP_METHOD(Forkgate_Client, getExperimentByGroupID)
{
	do_group(
	    INTERNAL_FUNCTION_PARAM_PASSTHRU, fg_get_experiment_by_group_id);
}

PHP_METHOD(Forkgate_Client, getExperimentGroups)
{
	struct fg_groups groups = {.details = php_result_no_details};
	struct php_pool *pool = php_client_of(execute_data);
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

PHP_FUNCTION(Forkgate_get_layer_param)
{
	zval none, *user, *fallback = &none;
	zend_string *name, *param;
	struct fg_layer layer;
	enum fg_type type;
	const char *json;
	struct php_check c;
	size_t n;

	ZVAL_NULL(&none);
	ZEND_PARSE_PARAMETERS_START(3, 4)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_PATH_STR(param)
	Z_PARAM_OPTIONAL
	Z_PARAM_ZVAL(fallback)
	ZEND_PARSE_PARAMETERS_END();

	if (!php_check_begin(&c, php_client_of(execute_data), user, true))
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
	struct php_pool *pool = php_client_of(execute_data);
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
	php_layer_store_object(return_value, s, &own,
	    php_client_sticky(Z_OBJ_P(ZEND_THIS)), &store);
	zval_ptr_dtor(&own);
}
