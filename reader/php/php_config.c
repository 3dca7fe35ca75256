/* Forkgate\DynamicConfig: dynamic configs, experiments, their groups. */
#include "php_result.h"

#include "php_value.h"

zend_class_entry *php_result_config_ce;
static zend_object_handlers handlers;

struct config {
	struct php_session *session; /* keeps params; NULL: there are none */
	const struct fg_params *params;
	zval value; /* decoded, or undefined */
	zend_object std;
};

static struct config *
config_of(zend_object *obj)
{
	return (struct config *)((char *)obj - XtOffsetOf(struct config, std));
}

static zend_object *
create(zend_class_entry *ce)
{
	struct config *c = zend_object_alloc(sizeof(*c), ce);

	c->session = NULL;
	c->params = NULL;
	ZVAL_UNDEF(&c->value);
	zend_object_std_init(&c->std, ce);
	object_properties_init(&c->std, ce);
	c->std.handlers = &handlers;
	return &c->std;
}

static void
destroy(zend_object *obj)
{
	struct config *c = config_of(obj);

	zval_ptr_dtor(&c->value);
	php_pool_let_go(c->session);
	zend_object_std_dtor(obj);
}

void
php_result_startup(void)
{
	php_result_config_ce->create_object = create;
	handlers = *zend_get_std_object_handlers();
	handlers.offset = XtOffsetOf(struct config, std);
	handlers.free_obj = destroy;
	handlers.clone_obj = NULL;
}

/* In the order of the class's properties. */
void
php_result_config(
    zval *out, struct php_session *s, const struct fg_config *config)
{
	struct config *c;
	zend_object *obj;

	object_init_ex(out, php_result_config_ce);
	obj = Z_OBJ_P(out);
	c = config_of(obj);
	if (s != NULL) {
		c->session = php_pool_hold(s);
		c->params = config->params;
	}
	php_result_text(OBJ_PROP_NUM(obj, 0), config->name);
	php_result_text(OBJ_PROP_NUM(obj, 1), config->rule_id);
	php_result_text(OBJ_PROP_NUM(obj, 2), config->id_type);
	php_result_text(OBJ_PROP_NUM(obj, 3), config->group_name);
	ZVAL_BOOL(OBJ_PROP_NUM(obj, 4), config->is_experiment_active);
	ZVAL_BOOL(OBJ_PROP_NUM(obj, 5), config->is_user_in_experiment);
	php_result_details(OBJ_PROP_NUM(obj, 6), &config->details);
	php_result_secondary(
	    OBJ_PROP_NUM(obj, 7), config->secondary, config->n_secondary);
}

static const char *
read_param(zend_object *obj, const char *param, const zval *fallback, size_t *n,
    enum fg_type *type)
{
	const struct fg_params *params = config_of(obj)->params;

	(void)fallback;
	return params != NULL ? fg_params_json(params, param, n, type) : NULL;
}

/* The decoded value; the object keeps it. */
static zval *
value_of(struct config *c)
{
	const char *json = "{}";
	size_t n = 2;

	if (Z_TYPE(c->value) == IS_UNDEF) {
		if (c->params != NULL)
			json = fg_params_text(c->params, &n);
		php_value_decode(json, n, &c->value);
		if (Z_TYPE(c->value) != IS_ARRAY)
			ZVAL_EMPTY_ARRAY(&c->value);
	}
	return &c->value;
}

PHP_METHOD(Forkgate_DynamicConfig, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

PHP_METHOD(Forkgate_DynamicConfig, get)
{
	php_result_get(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_DynamicConfig, getString)
{
	php_result_get_string(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_DynamicConfig, getInt)
{
	php_result_get_int(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_DynamicConfig, getFloat)
{
	php_result_get_float(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_DynamicConfig, getBool)
{
	php_result_get_bool(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_DynamicConfig, getArray)
{
	php_result_get_array(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_DynamicConfig, has)
{
	const struct fg_params *params = config_of(Z_OBJ_P(ZEND_THIS))->params;
	zend_string *param;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_STR(param)
	ZEND_PARSE_PARAMETERS_END();

	RETURN_BOOL(params != NULL &&
	    strlen(ZSTR_VAL(param)) == ZSTR_LEN(param) &&
	    fg_params_json(params, ZSTR_VAL(param), NULL, NULL) != NULL);
}

PHP_METHOD(Forkgate_DynamicConfig, getValue)
{
	ZEND_PARSE_PARAMETERS_NONE();

	RETURN_COPY(value_of(config_of(Z_OBJ_P(ZEND_THIS))));
}

PHP_METHOD(Forkgate_DynamicConfig, getJson)
{
	const struct fg_params *params = config_of(Z_OBJ_P(ZEND_THIS))->params;
	const char *json;
	size_t n;

	ZEND_PARSE_PARAMETERS_NONE();

	if (params == NULL)
		RETURN_STRING("{}");
	json = fg_params_text(params, &n);
	RETURN_STRINGL(json, n);
}

PHP_METHOD(Forkgate_DynamicConfig, jsonSerialize)
{
	ZEND_PARSE_PARAMETERS_NONE();

	/* Only the outermost is sure to be an object. */
	ZVAL_COPY(return_value, value_of(config_of(Z_OBJ_P(ZEND_THIS))));
	convert_to_object(return_value);
}
