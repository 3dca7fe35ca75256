#include "php_client.h"

#include <limits.h>
#include <string.h>

#include "zend_exceptions.h"

#include "php_sticky.h"

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
copy(zend_object *from)
{
	zend_object *obj = create(from->ce);

	client_of(obj)->pool = client_of(from)->pool;
	zend_objects_clone_members(obj, from);
	return obj;
}

void
php_client_startup(void)
{
	php_client_ce->create_object = create;
	handlers = *zend_get_std_object_handlers();
	handlers.offset = XtOffsetOf(struct client, std);
	handlers.clone_obj = copy;
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

zend_object *
php_client_sticky(zend_object *obj)
{
	zval *storage = OBJ_PROP_NUM(obj, 0);

	return Z_TYPE_P(storage) == IS_OBJECT ? Z_OBJ_P(storage) : NULL;
}

struct php_pool *
php_client_of(zend_execute_data *execute_data)
{
	struct php_pool *pool;

	if (Z_TYPE(EX(This)) == IS_OBJECT)
		return php_client_pool(Z_OBJ(EX(This)));
	pool = php_pool_default();
	if (pool == NULL)
		zend_throw_error(NULL, "Out of memory");
	return pool;
}

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
	zend_object *sticky = NULL;

	ZEND_PARSE_PARAMETERS_START(0, 5)
	Z_PARAM_OPTIONAL
	Z_PARAM_PATH_STR_OR_NULL(dir)
	Z_PARAM_PATH_STR_OR_NULL(project)
	Z_PARAM_PATH_STR_OR_NULL(tier)
	Z_PARAM_PATH_STR_OR_NULL(file)
	Z_PARAM_OBJ_OF_CLASS_OR_NULL(sticky, php_sticky_storage_ce)
	ZEND_PARSE_PARAMETERS_END();

	if (!path_is_fine(dir, 1) || !project_is_fine(project) ||
	    !path_is_fine(file, 4))
		RETURN_THROWS();
	key.state_dir = dir ? ZSTR_VAL(dir) : FORKGATE_G(state_dir);
	key.project = project ? ZSTR_VAL(project) : FORKGATE_G(project);
	key.environment = tier ? ZSTR_VAL(tier) : FORKGATE_G(environment);
	key.snapshot = file ? ZSTR_VAL(file) : NULL;
	key.sticky = sticky != NULL;
	c->pool = php_pool_get(&key);
	php_sticky_keep(OBJ_PROP_NUM(&c->std, 0), sticky);
}

PHP_METHOD(Forkgate_Client, default)
{
	struct php_pool *pool = php_pool_default();

	ZEND_PARSE_PARAMETERS_NONE();

	object_init_ex(return_value, php_client_ce);
	client_of(Z_OBJ_P(return_value))->pool = pool;
	php_sticky_keep(OBJ_PROP_NUM(Z_OBJ_P(return_value), 0), NULL);
}

static void
do_refresh(INTERNAL_FUNCTION_PARAMETERS)
{
	struct php_pool *pool = php_client_of(execute_data);

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
	struct php_pool *pool = php_client_of(execute_data);

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
