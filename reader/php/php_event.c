/* Manual exposures, and events of the caller's own. */
#include "php_check.h"
#include "php_value.h"

typedef enum fg_status expose(
    struct fg_session *, struct fg_user *, const char *);

static void
do_expose(INTERNAL_FUNCTION_PARAMETERS, expose *call)
{
	zend_string *name;
	struct php_check c;
	zval *user;

	ZEND_PARSE_PARAMETERS_START(2, 2)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(name)
	ZEND_PARSE_PARAMETERS_END();

	if (!php_check_begin(&c, php_client_of(execute_data), user, true))
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
	struct php_check c;
	zval *user;

	ZEND_PARSE_PARAMETERS_START(3, 3)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(layer)
	Z_PARAM_PATH_STR(param)
	ZEND_PARSE_PARAMETERS_END();

	if (!php_check_begin(&c, php_client_of(execute_data), user, true) ||
	    c.s == NULL)
		RETURN_FALSE;
	c.s->n_results++;
	RETURN_BOOL(fg_expose_layer(c.s->ses, c.user, ZSTR_VAL(layer),
			ZSTR_VAL(param)) == FG_OK);
}

PHP_METHOD(Forkgate_Client, identify)
{
	struct php_check c;
	zval *user;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_ZVAL(user)
	ZEND_PARSE_PARAMETERS_END();

	if (!php_check_begin(&c, php_client_of(execute_data), user, true))
		RETURN_THROWS();
	RETURN_BOOL(c.s != NULL && fg_identify(c.s->ses, c.user) == FG_OK);
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
	struct php_check c;
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
	done = done &&
	    php_check_begin(&c, php_client_of(execute_data), user, true);
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
