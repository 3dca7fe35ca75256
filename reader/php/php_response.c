/* Client initialize responses. */
#include "php_client.h"

#include "zend_enum.h"

#include "php_user.h"
#include "php_value.h"

/* Names of a filter, kept in an array of their own. */
static bool
get_filter(HashTable *names, uint32_t arg_num, struct fg_name_filter *filter)
{
	const char **list;
	zval *name;
	size_t n = 0;

	if (names == NULL)
		return true;
	list =
	    safe_emalloc(zend_hash_num_elements(names) + 1, sizeof(*list), 0);
	filter->is_given = true;
	filter->names = list;
	ZEND_HASH_FOREACH_VAL(names, name)
	{
		ZVAL_DEREF(name);
		if (Z_TYPE_P(name) != IS_STRING) {
			zend_argument_type_error(arg_num,
			    "must be a list of strings, %s is in it",
			    zend_zval_type_name(name));
			return false;
		}
		list[n++] = Z_STRVAL_P(name);
	}
	ZEND_HASH_FOREACH_END();
	filter->n = n;
	return true;
}

static enum fg_hash
hash_of(zend_object *hash)
{
	const char *value =
	    hash != NULL ? Z_STRVAL_P(zend_enum_fetch_case_value(hash)) : "";

	if (strcmp(value, "sha256") == 0)
		return FG_HASH_SHA256;
	return strcmp(value, "none") == 0 ? FG_HASH_NONE : FG_HASH_DJB2;
}

static enum fg_response_format
format_of(zend_object *format)
{
	const char *value = format != NULL
	    ? Z_STRVAL_P(zend_enum_fetch_case_value(format))
	    : "";

	if (strcmp(value, "v2") == 0)
		return FG_RESPONSE_V2;
	return strcmp(value, "init-v2") == 0 ? FG_RESPONSE_INIT_V2
					     : FG_RESPONSE_V1;
}

static const char *
text_of(const zend_string *s)
{
	return s != NULL ? ZSTR_VAL(s) : NULL;
}

/* The text for a user; null where there is none. */
static void
respond(zend_execute_data *execute_data, zval *user,
    const struct fg_client_response_options *o, bool decode, zval *out)
{
	struct php_pool *pool = php_client_pool(Z_OBJ(EX(This)));
	struct fg_user *inside = pool ? php_user_of(user, 1) : NULL;
	struct php_session *s;
	const char *json = NULL;
	size_t n = 0;

	ZVAL_NULL(out);
	if (inside == NULL)
		return;
	s = php_pool_session(pool);
	if (s == NULL)
		return;
	s->n_results++;
	fg_client_response(s->ses, inside, o, &json, &n);
	if (json != NULL && decode)
		php_value_decode(json, n, out);
	else if (json != NULL)
		ZVAL_STRINGL(out, json, n);
}

static void
do_respond(INTERNAL_FUNCTION_PARAMETERS, bool decode)
{
	struct fg_client_response_options o = FG_CLIENT_RESPONSE_OPTIONS_INIT;
	struct fg_name_filter *const filters[5] = {
	    &o.gates, &o.configs, &o.experiments, &o.layers, &o.stores};
	zend_string *key = NULL, *app = NULL, *previous = NULL;
	zend_object *hash = NULL, *format = NULL;
	HashTable *names[5] = {NULL};
	bool fine = true;
	zval *user;

	ZEND_PARSE_PARAMETERS_START(1, 16)
	Z_PARAM_ZVAL(user)
	Z_PARAM_OPTIONAL
	Z_PARAM_PATH_STR_OR_NULL(key)
	Z_PARAM_PATH_STR_OR_NULL(app)
	Z_PARAM_OBJ_OF_CLASS(hash, php_forkgate_hash_ce)
	Z_PARAM_OBJ_OF_CLASS(format, php_forkgate_format_ce)
	Z_PARAM_BOOL(o.refuse_unknown_key)
	Z_PARAM_BOOL(o.remove_id_type)
	Z_PARAM_BOOL(o.remove_default_value_gates)
	Z_PARAM_BOOL(o.remove_experiments_in_layers)
	Z_PARAM_BOOL(o.include_local_overrides)
	Z_PARAM_PATH_STR_OR_NULL(previous)
	Z_PARAM_ARRAY_HT_OR_NULL(names[0])
	Z_PARAM_ARRAY_HT_OR_NULL(names[1])
	Z_PARAM_ARRAY_HT_OR_NULL(names[2])
	Z_PARAM_ARRAY_HT_OR_NULL(names[3])
	Z_PARAM_ARRAY_HT_OR_NULL(names[4])
	ZEND_PARSE_PARAMETERS_END();

	o.client_sdk_key = text_of(key);
	o.target_app_id = text_of(app);
	o.previous_response_hash = text_of(previous);
	o.hash = hash_of(hash);
	o.format = format_of(format);
	for (uint32_t i = 0; i < 5 && fine; i++)
		fine = get_filter(names[i], 12 + i, filters[i]);
	if (fine)
		respond(execute_data, user, &o, decode, return_value);
	for (int i = 0; i < 5; i++)
		if (filters[i]->names != NULL)
			efree((void *)filters[i]->names);
}

PHP_METHOD(Forkgate_Client, getClientInitializeResponse)
{
	do_respond(INTERNAL_FUNCTION_PARAM_PASSTHRU, false);
}

PHP_METHOD(Forkgate_Client, getClientInitializeResponseArray)
{
	do_respond(INTERNAL_FUNCTION_PARAM_PASSTHRU, true);
}
