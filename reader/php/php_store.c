/* Forkgate\ParameterStore. */
#include "php_layer.h"

#include <math.h>

#include "php_result.h"
#include "php_sticky.h"

zend_class_entry *php_layer_store_ce;
static zend_object_handlers handlers;

struct store {
	struct php_session *session; /* NULL: store is not filled in */
	struct fg_store store;
	zend_object std;
};

static struct store *
store_of(zend_object *obj)
{
	return (struct store *)((char *)obj - XtOffsetOf(struct store, std));
}

static zend_object *
create(zend_class_entry *ce)
{
	struct store *s = zend_object_alloc(sizeof(*s), ce);

	s->session = NULL;
	zend_object_std_init(&s->std, ce);
	object_properties_init(&s->std, ce);
	s->std.handlers = &handlers;
	return &s->std;
}

static void
destroy(zend_object *obj)
{
	php_pool_let_go(store_of(obj)->session);
	zend_object_std_dtor(obj);
}

void
php_layer_store_startup(void)
{
	php_layer_store_ce->create_object = create;
	handlers = *zend_get_std_object_handlers();
	handlers.offset = XtOffsetOf(struct store, std);
	handlers.free_obj = destroy;
	handlers.clone_obj = NULL;
}

/* In the order of the class's properties. */
void
php_layer_store_object(zval *out, struct php_session *s, zval *user,
    zend_object *sticky, const struct fg_store *store)
{
	struct store *own;
	zend_object *obj;

	object_init_ex(out, php_layer_store_ce);
	obj = Z_OBJ_P(out);
	own = store_of(obj);
	own->store = *store;
	if (s != NULL)
		own->session = php_pool_hold(s);
	php_result_text(OBJ_PROP_NUM(obj, 0), store->name);
	php_result_details(OBJ_PROP_NUM(obj, 1), &store->details);
	ZVAL_COPY(OBJ_PROP_NUM(obj, 2), user);
	php_sticky_keep(OBJ_PROP_NUM(obj, 3), sticky);
}

/*
 * Whether a parameter is of the type asked for: asked by type, so that a layer
 * behind it exposes nothing that is not used.
 */
static bool
has_type(const struct fg_store *s, const char *param, const zval *fallback)
{
	switch (Z_TYPE_P(fallback)) {
	case IS_STRING:
		return fg_store_string(s, param, NULL) != NULL;
	case IS_LONG:
		return fg_store_int(s, param, 0) != 0 ||
		    fg_store_int(s, param, 1) == 0;
	case IS_DOUBLE:
		return !isnan(fg_store_double(s, param, (double)NAN));
	case IS_FALSE:
	case IS_TRUE:
		return fg_store_bool(s, param, false) ||
		    !fg_store_bool(s, param, true);
	default:
		return true;
	}
}

/* What is behind a parameter keeps its memory, too. */
static const char *
read_param(zend_object *obj, const char *param, const zval *fallback, size_t *n,
    enum fg_type *type)
{
	struct store *s = store_of(obj);
	zval *sticky = OBJ_PROP_NUM(obj, 3);
	const char *json = NULL;

	if (s->session == NULL)
		return NULL;
	if (has_type(&s->store, param, fallback)) {
		s->session->n_results++;
		json = fg_store_json(&s->store, param, n, type);
	}
	if (UNEXPECTED(FORKGATE_G(sticky_n) != 0))
		php_sticky_tell(s->session,
		    Z_TYPE_P(sticky) == IS_OBJECT ? Z_OBJ_P(sticky) : NULL);
	return json;
}

PHP_METHOD(Forkgate_ParameterStore, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

PHP_METHOD(Forkgate_ParameterStore, get)
{
	php_result_get(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_ParameterStore, getString)
{
	php_result_get_string(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_ParameterStore, getInt)
{
	php_result_get_int(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_ParameterStore, getFloat)
{
	php_result_get_float(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_ParameterStore, getBool)
{
	php_result_get_bool(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}

PHP_METHOD(Forkgate_ParameterStore, getArray)
{
	php_result_get_array(INTERNAL_FUNCTION_PARAM_PASSTHRU, read_param);
}
