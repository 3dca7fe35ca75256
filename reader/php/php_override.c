/* Local overrides: answers of this process that end with the request. */
#include "php_client.h"

#include "zend_enum.h"
#include "zend_exceptions.h"

#include "php_value.h"

/* The client's handle to override; NULL with an exception thrown. */
static struct fg *
begin(zend_execute_data *execute_data)
{
	struct php_pool *pool = php_client_pool(Z_OBJ(EX(This)));
	struct fg *fg;

	if (pool == NULL)
		return NULL;
	if (!FORKGATE_G(allow_overrides)) {
		zend_throw_exception(php_forkgate_exception_ce,
		    "Overrides are for tests: set forkgate.allow_overrides", 0);
		return NULL;
	}
	fg = php_pool_open(pool);
	if (fg == NULL)
		zend_throw_exception_ex(php_forkgate_exception_ce, 0,
		    "The client cannot be opened: %s",
		    fg_strerror(php_pool_status(pool)));
	else
		php_pool_overridden(pool);
	return fg;
}

static void
end(enum fg_status st)
{
	if (st == FG_E_INVALID)
		zend_value_error("This cannot be an override");
	else if (st != FG_OK && st != FG_ABSENT && EG(exception) == NULL)
		zend_throw_exception(
		    php_forkgate_exception_ce, fg_strerror(st), 0);
}

/* An optional ID as text; to be released. */
struct id {
	zend_string *text;
	zend_long number;
	bool is_null;
};
#define ID_NONE               \
	{                     \
		NULL, 0, true \
	}

static const char *
id_take(struct id *id)
{
	if (id->text != NULL)
		zend_string_addref(id->text);
	else if (!id->is_null)
		id->text = zend_long_to_str(id->number);
	return id->text != NULL ? ZSTR_VAL(id->text) : NULL;
}

static void
id_release(struct id *id)
{
	if (id->text != NULL)
		zend_string_release(id->text);
}

PHP_METHOD(Forkgate_Client, overrideGate)
{
	struct id id = ID_NONE;
	zend_string *name;
	struct fg *fg;
	bool value;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_BOOL(value)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR_OR_LONG_OR_NULL(id.text, id.number, id.is_null)
	ZEND_PARSE_PARAMETERS_END();

	fg = begin(execute_data);
	if (fg == NULL)
		RETURN_THROWS();
	end(fg_override_gate(fg, ZSTR_VAL(name), id_take(&id), value));
	id_release(&id);
}

static void
override_value(INTERNAL_FUNCTION_PARAMETERS, enum fg_kind kind)
{
	struct php_value_room room = {0};
	const struct fg_member *members;
	struct id id = ID_NONE;
	zend_string *name;
	zval *value;
	struct fg *fg;
	size_t n;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_ARRAY(value)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR_OR_LONG_OR_NULL(id.text, id.number, id.is_null)
	ZEND_PARSE_PARAMETERS_END();

	fg = begin(execute_data);
	if (fg == NULL)
		RETURN_THROWS();
	if (php_value_members(&room, value, "The value", &members, &n)) {
		end(fg_override_value(
		    fg, kind, ZSTR_VAL(name), id_take(&id), members, n));
		id_release(&id);
	}
	php_value_room_free(&room);
}

PHP_METHOD(Forkgate_Client, overrideDynamicConfig)
{
	override_value(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_CONFIG);
}

PHP_METHOD(Forkgate_Client, overrideExperiment)
{
	override_value(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_EXPERIMENT);
}

PHP_METHOD(Forkgate_Client, overrideLayer)
{
	override_value(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_LAYER);
}

PHP_METHOD(Forkgate_Client, overrideParameterStore)
{
	override_value(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_STORE);
}

PHP_METHOD(Forkgate_Client, overrideExperimentByGroupName)
{
	zend_string *name, *group;
	struct id id = ID_NONE;
	struct fg *fg;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_PATH_STR(group)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR_OR_LONG_OR_NULL(id.text, id.number, id.is_null)
	ZEND_PARSE_PARAMETERS_END();

	fg = begin(execute_data);
	if (fg == NULL)
		RETURN_THROWS();
	end(fg_override_experiment_group(
	    fg, ZSTR_VAL(name), id_take(&id), ZSTR_VAL(group)));
	id_release(&id);
}

static enum fg_kind
kind_of(zend_object *kind)
{
	static const struct {
		const char *name;
		enum fg_kind kind;
	} kinds[] = {{"Gate", FG_GATE}, {"DynamicConfig", FG_CONFIG},
	    {"Experiment", FG_EXPERIMENT}, {"Layer", FG_LAYER}};
	const char *name = Z_STRVAL_P(zend_enum_fetch_case_name(kind));

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(name, kinds[i].name) == 0)
			return kinds[i].kind;
	return FG_STORE;
}

PHP_METHOD(Forkgate_Client, removeOverride)
{
	struct id id = ID_NONE;
	zend_object *kind;
	zend_string *name;
	struct fg *fg;

	ZEND_PARSE_PARAMETERS_START(2, 3)
	Z_PARAM_OBJ_OF_CLASS(kind, php_forkgate_kind_ce)
	Z_PARAM_PATH_STR(name)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR_OR_LONG_OR_NULL(id.text, id.number, id.is_null)
	ZEND_PARSE_PARAMETERS_END();

	fg = begin(execute_data);
	if (fg == NULL)
		RETURN_THROWS();
	end(fg_remove_override(
	    fg, kind_of(kind), ZSTR_VAL(name), id_take(&id)));
	id_release(&id);
}

PHP_METHOD(Forkgate_Client, removeAllOverrides)
{
	struct fg *fg;

	ZEND_PARSE_PARAMETERS_NONE();

	fg = begin(execute_data);
	if (fg != NULL)
		fg_clear_overrides(fg);
}
