/* Forkgate\Layer. */
#include "php_layer.h"

#include "php_result.h"
#include "php_value.h"

zend_class_entry *php_layer_ce;
static zend_object_handlers handlers;

struct layer {
	struct php_session *session; /* NULL: layer is not filled in */
	struct fg_layer layer;
	zend_object std;
};

static struct layer *
layer_of(zend_object *obj)
{
	return (struct layer *)((char *)obj - XtOffsetOf(struct layer, std));
}

static zend_object *
create(zend_class_entry *ce)
{
	struct layer *l = zend_object_alloc(sizeof(*l), ce);

	l->session = NULL;
	zend_object_std_init(&l->std, ce);
	object_properties_init(&l->std, ce);
	l->std.handlers = &handlers;
	return &l->std;
}

static void
destroy(zend_object *obj)
{
	php_pool_let_go(layer_of(obj)->session);
	zend_object_std_dtor(obj);
}

void
php_layer_startup(void)
{
	php_layer_ce->create_object = create;
	handlers = *zend_get_std_object_handlers();
	handlers.offset = XtOffsetOf(struct layer, std);
	handlers.free_obj = destroy;
	handlers.clone_obj = NULL;
}

/* In the order of the class's properties. */
void
php_layer_object(zval *out, struct php_session *s, const struct fg_layer *layer)
{
	struct layer *l;
	zend_object *obj;

	object_init_ex(out, php_layer_ce);
	obj = Z_OBJ_P(out);
	l = layer_of(obj);
	l->layer = *layer;
	if (s != NULL)
		l->session = php_pool_hold(s);
	php_result_text(OBJ_PROP_NUM(obj, 0), layer->name);
	php_result_text(OBJ_PROP_NUM(obj, 1), layer->rule_id);
	php_result_text(OBJ_PROP_NUM(obj, 2), layer->id_type);
	php_result_text(OBJ_PROP_NUM(obj, 3), layer->group_name);
	php_result_text(OBJ_PROP_NUM(obj, 4), layer->allocated_experiment);
	ZVAL_BOOL(OBJ_PROP_NUM(obj, 5), layer->is_experiment_active);
	ZVAL_BOOL(OBJ_PROP_NUM(obj, 6), layer->is_user_in_experiment);
	php_result_details(OBJ_PROP_NUM(obj, 7), &layer->details);
	php_result_secondary(
	    OBJ_PROP_NUM(obj, 8), layer->secondary, layer->n_secondary);
}

/* Looks before it reads: only what is used is exposed. */
static const char *
read_param(zend_object *obj, const char *param, const zval *fallback, size_t *n,
    enum fg_type *type)
{
	struct layer *l = layer_of(obj);

	if (l->session == NULL ||
	    fg_params_json(l->layer.params, param, n, type) == NULL ||
	    !php_value_fits(*type, fallback))
		return NULL;
	return fg_layer_json(&l->layer, param, n, type);
}

PHP_METHOD(Forkgate_Layer, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

PHP_METHOD(Forkgate_Layer, get)
{
	php_result_get(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_Layer, getString)
{
	php_result_get_string(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_Layer, getInt)
{
	php_result_get_int(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_Layer, getFloat)
{
	php_result_get_float(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_Layer, getBool)
{
	php_result_get_bool(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_Layer, getArray)
{
	php_result_get_array(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_Layer, has)
{
	struct layer *l = layer_of(Z_OBJ_P(ZEND_THIS));
	zend_string *param;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_STR(param)
	ZEND_PARSE_PARAMETERS_END();

	RETURN_BOOL(l->session != NULL &&
	    strlen(ZSTR_VAL(param)) == ZSTR_LEN(param) &&
	    fg_params_json(l->layer.params, ZSTR_VAL(param), NULL, NULL) !=
		NULL);
}

PHP_METHOD(Forkgate_Layer, getParameterRuleID)
{
	struct layer *l = layer_of(Z_OBJ_P(ZEND_THIS));
	zend_string *param;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_PATH_STR(param)
	ZEND_PARSE_PARAMETERS_END();

	if (l->session == NULL)
		RETURN_EMPTY_STRING();
	RETURN_STRING(fg_layer_param_rule(&l->layer, ZSTR_VAL(param)));
}

PHP_METHOD(Forkgate_Layer, peek)
{
	struct layer *l = layer_of(Z_OBJ_P(ZEND_THIS));
	const char *json;
	size_t n;

	ZEND_PARSE_PARAMETERS_NONE();

	if (l->session == NULL)
		RETURN_EMPTY_ARRAY();
	json = fg_params_text(l->layer.params, &n);
	if (!php_value_decode(json, n, return_value))
		RETURN_EMPTY_ARRAY();
}
