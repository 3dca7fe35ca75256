#include "php_result.h"

#include <time.h>

#include "zend_enum.h"

#include "php_value.h"

zend_class_entry *php_result_gate_ce;
zend_class_entry *php_result_details_ce;
zend_class_entry *php_result_groups_ce;

const struct fg_details php_result_no_details = {.reason = "NoValues"};

struct fg_config
php_result_no_config(const char *name)
{
	return (struct fg_config){.name = name,
	    .rule_id = "",
	    .id_type = "",
	    .details = php_result_no_details};
}

struct fg_layer
php_result_no_layer(const char *name)
{
	return (struct fg_layer){.name = name,
	    .rule_id = "",
	    .id_type = "",
	    .details = php_result_no_details};
}

/* ---- Parts. ---- */

static const char *
outcome_of(const char *reason)
{
	const char *colon = strrchr(reason, ':');

	if (strcmp(reason, "NoValues") == 0)
		return "NoValues";
	if (strncmp(reason, "Error", 5) == 0)
		return "Error";
	if (colon != NULL && strcmp(colon, ":Unrecognized") == 0)
		return "Unrecognized";
	if (colon != NULL && strcmp(colon, ":Unsupported") == 0)
		return "Unsupported";
	return "Recognized";
}

static zend_long
age_of(uint64_t received_at)
{
	struct timespec ts;
	uint64_t now;

	if (received_at == 0)
		return 0;
	clock_gettime(CLOCK_REALTIME_COARSE, &ts);
	now = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	return now > received_at ? (zend_long)(now - received_at) : 0;
}

/* In the order of the class's properties. */
void
php_result_details(zval *out, const struct fg_details *d)
{
	zend_object *obj;

	object_init_ex(out, php_result_details_ce);
	obj = Z_OBJ_P(out);
	ZVAL_STRING(OBJ_PROP_NUM(obj, 0), d->reason);
	ZVAL_OBJ_COPY(OBJ_PROP_NUM(obj, 1),
	    zend_enum_get_case_cstr(
		php_forkgate_outcome_ce, outcome_of(d->reason)));
	ZVAL_LONG(OBJ_PROP_NUM(obj, 2), (zend_long)d->generation);
	ZVAL_LONG(OBJ_PROP_NUM(obj, 3), (zend_long)d->lcut);
	ZVAL_LONG(OBJ_PROP_NUM(obj, 4), (zend_long)d->received_at);
	ZVAL_LONG(OBJ_PROP_NUM(obj, 5), age_of(d->received_at));
	if (d->has_version)
		ZVAL_LONG(OBJ_PROP_NUM(obj, 6), d->version);
	else
		ZVAL_NULL(OBJ_PROP_NUM(obj, 6));
	ZVAL_BOOL(OBJ_PROP_NUM(obj, 7), d->moved);
}

void
php_result_text(zval *out, const char *text)
{
	if (text != NULL)
		ZVAL_STRING(out, text);
	else
		ZVAL_NULL(out);
}

void
php_result_secondary(zval *out, const struct fg_exposure *list, size_t n)
{
	if (n == 0) {
		ZVAL_EMPTY_ARRAY(out);
		return;
	}
	array_init_size(out, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		zval one;

		array_init_size(&one, 3);
		add_assoc_string(&one, "gate", list[i].gate);
		add_assoc_string(
		    &one, "gateValue", list[i].value ? "true" : "false");
		add_assoc_string(&one, "ruleID", list[i].rule_id);
		add_next_index_zval(out, &one);
	}
}

void
php_result_gate(zval *out, const struct fg_gate *gate)
{
	zend_object *obj;

	object_init_ex(out, php_result_gate_ce);
	obj = Z_OBJ_P(out);
	ZVAL_STRING(OBJ_PROP_NUM(obj, 0), gate->name);
	ZVAL_BOOL(OBJ_PROP_NUM(obj, 1), gate->value);
	ZVAL_STRING(OBJ_PROP_NUM(obj, 2), gate->rule_id);
	ZVAL_STRING(OBJ_PROP_NUM(obj, 3), gate->id_type);
	php_result_details(OBJ_PROP_NUM(obj, 4), &gate->details);
	php_result_secondary(
	    OBJ_PROP_NUM(obj, 5), gate->secondary, gate->n_secondary);
}

void
php_result_groups(
    zval *out, struct php_session *s, const struct fg_groups *groups)
{
	zend_object *obj;

	object_init_ex(out, php_result_groups_ce);
	obj = Z_OBJ_P(out);
	array_init(OBJ_PROP_NUM(obj, 0));
	for (size_t i = 0; i < groups->n; i++) {
		zval group;

		php_result_config(&group, s, &groups->groups[i]);
		add_next_index_zval(OBJ_PROP_NUM(obj, 0), &group);
	}
	if (groups->has_active)
		ZVAL_BOOL(OBJ_PROP_NUM(obj, 1), groups->is_active);
	else
		ZVAL_NULL(OBJ_PROP_NUM(obj, 1));
	php_result_details(OBJ_PROP_NUM(obj, 2), &groups->details);
}

/* ---- Reading parameters. ---- */

/*
 * Reads and decodes what fits; false when the default is the answer.  A name
 * with a NUL in it is nobody's.
 */
static bool
read_value(zend_object *obj, const zend_string *param, const zval *fallback,
    php_result_read *read, zval *out)
{
	enum fg_type type = FG_NULL;
	const char *json = NULL;
	size_t n = 0;

	if (strlen(ZSTR_VAL(param)) == ZSTR_LEN(param))
		json = read(obj, ZSTR_VAL(param), fallback, &n, &type);
	return json != NULL && php_value_fits(type, fallback) &&
	    php_value_param(json, n, type, out);
}

void
php_result_get(INTERNAL_FUNCTION_PARAMETERS, php_result_read *read)
{
	zval none, *fallback = &none;
	zend_string *param;

	ZVAL_NULL(&none);
	ZEND_PARSE_PARAMETERS_START(1, 2)
	Z_PARAM_STR(param)
	Z_PARAM_OPTIONAL
	Z_PARAM_ZVAL(fallback)
	ZEND_PARSE_PARAMETERS_END();

	if (!read_value(
		Z_OBJ_P(ZEND_THIS), param, fallback, read, return_value))
		RETURN_COPY_DEREF(fallback);
	if (Z_TYPE_P(fallback) == IS_DOUBLE)
		convert_to_double(return_value);
}

void
php_result_get_string(INTERNAL_FUNCTION_PARAMETERS, php_result_read *read)
{
	zend_string *param, *fallback = ZSTR_EMPTY_ALLOC();
	zval asked;

	ZEND_PARSE_PARAMETERS_START(1, 2)
	Z_PARAM_STR(param)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR(fallback)
	ZEND_PARSE_PARAMETERS_END();

	ZVAL_STR(&asked, fallback);
	if (!read_value(Z_OBJ_P(ZEND_THIS), param, &asked, read, return_value))
		RETURN_STR_COPY(fallback);
}

void
php_result_get_int(INTERNAL_FUNCTION_PARAMETERS, php_result_read *read)
{
	zend_string *param;
	zend_long fallback = 0;
	zval asked;

	ZEND_PARSE_PARAMETERS_START(1, 2)
	Z_PARAM_STR(param)
	Z_PARAM_OPTIONAL
	Z_PARAM_LONG(fallback)
	ZEND_PARSE_PARAMETERS_END();

	ZVAL_LONG(&asked, fallback);
	if (!read_value(Z_OBJ_P(ZEND_THIS), param, &asked, read, return_value))
		RETURN_LONG(fallback);
	convert_to_long(return_value); /* -0 is decoded as a float */
}

void
php_result_get_float(INTERNAL_FUNCTION_PARAMETERS, php_result_read *read)
{
	zend_string *param;
	double fallback = 0;
	zval asked;

	ZEND_PARSE_PARAMETERS_START(1, 2)
	Z_PARAM_STR(param)
	Z_PARAM_OPTIONAL
	Z_PARAM_DOUBLE(fallback)
	ZEND_PARSE_PARAMETERS_END();

	ZVAL_DOUBLE(&asked, fallback);
	if (!read_value(Z_OBJ_P(ZEND_THIS), param, &asked, read, return_value))
		RETURN_DOUBLE(fallback);
	convert_to_double(return_value);
}

void
php_result_get_bool(INTERNAL_FUNCTION_PARAMETERS, php_result_read *read)
{
	zend_string *param;
	bool fallback = false;
	zval asked;

	ZEND_PARSE_PARAMETERS_START(1, 2)
	Z_PARAM_STR(param)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(fallback)
	ZEND_PARSE_PARAMETERS_END();

	ZVAL_BOOL(&asked, fallback);
	if (!read_value(Z_OBJ_P(ZEND_THIS), param, &asked, read, return_value))
		RETURN_BOOL(fallback);
}

void
php_result_get_array(INTERNAL_FUNCTION_PARAMETERS, php_result_read *read)
{
	zval none, *fallback = &none;
	zend_string *param;

	ZVAL_EMPTY_ARRAY(&none);
	ZEND_PARSE_PARAMETERS_START(1, 2)
	Z_PARAM_STR(param)
	Z_PARAM_OPTIONAL
	Z_PARAM_ARRAY(fallback)
	ZEND_PARSE_PARAMETERS_END();

	if (!read_value(
		Z_OBJ_P(ZEND_THIS), param, fallback, read, return_value))
		RETURN_COPY(fallback);
}

PHP_METHOD(Forkgate_EvaluationDetails, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

PHP_METHOD(Forkgate_FeatureGate, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

PHP_METHOD(Forkgate_ExperimentGroups, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}
