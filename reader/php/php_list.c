/* What is in the rules: names, and the fields that they look at. */
#include "php_client.h"

/* The session of the method's client; NULL also with an exception thrown. */
static struct php_session *
session_of(zend_execute_data *execute_data)
{
	struct php_pool *pool = php_client_of(execute_data);

	return pool != NULL ? php_pool_session(pool) : NULL;
}

static void
return_texts(zval *return_value, const char *const *texts, size_t n)
{
	array_init_size(return_value, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		add_next_index_string(return_value, texts[i]);
}

static void
do_list(INTERNAL_FUNCTION_PARAMETERS, enum fg_list which)
{
	const char *const *names = NULL;
	struct php_session *s;
	size_t n = 0;

	ZEND_PARSE_PARAMETERS_NONE();

	s = session_of(execute_data);
	if (s != NULL) {
		s->n_results++;
		fg_list_names(s->ses, which, &names, &n);
	}
	return_texts(return_value, names, names != NULL ? n : 0);
}

static void
do_fields(INTERNAL_FUNCTION_PARAMETERS, enum fg_kind kind)
{
	const char *const *fields = NULL;
	struct php_session *s;
	zend_string *name;
	size_t n = 0;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_PATH_STR(name)
	ZEND_PARSE_PARAMETERS_END();

	s = session_of(execute_data);
	if (s != NULL) {
		s->n_results++;
		fg_fields_needed(s->ses, kind, ZSTR_VAL(name), &fields, &n);
	}
	return_texts(return_value, fields, fields != NULL ? n : 0);
}

PHP_METHOD(Forkgate_Client, getFeatureGateList)
{
	do_list(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_LIST_GATES);
}

PHP_METHOD(Forkgate_Client, getDynamicConfigList)
{
	do_list(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_LIST_CONFIGS);
}

PHP_METHOD(Forkgate_Client, getExperimentList)
{
	do_list(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_LIST_EXPERIMENTS);
}

PHP_METHOD(Forkgate_Client, getAutotuneList)
{
	do_list(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_LIST_AUTOTUNES);
}

PHP_METHOD(Forkgate_Client, getLayerList)
{
	do_list(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_LIST_LAYERS);
}

PHP_METHOD(Forkgate_Client, getParameterStoreList)
{
	do_list(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_LIST_STORES);
}

PHP_METHOD(Forkgate_Client, getFieldsNeededForGate)
{
	do_fields(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_GATE);
}

PHP_METHOD(Forkgate_Client, getFieldsNeededForDynamicConfig)
{
	do_fields(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_CONFIG);
}

PHP_METHOD(Forkgate_Client, getFieldsNeededForExperiment)
{
	do_fields(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_EXPERIMENT);
}

PHP_METHOD(Forkgate_Client, getFieldsNeededForLayer)
{
	do_fields(INTERNAL_FUNCTION_PARAM_PASSTHRU, FG_LAYER);
}
