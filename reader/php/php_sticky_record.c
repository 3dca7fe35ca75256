/* Records of sticky values from and to the arrays that Statsig's SDKs keep. */
#include "php_client.h"

#include "php_result.h"
#include "php_value.h"

#include "zend_exceptions.h"

/* ---- To a record. ---- */

/* What is there and not null, or NULL. */
static zval *
find(HashTable *values, const char *name)
{
	zval *v = zend_hash_str_find(values, name, strlen(name));

	if (v != NULL)
		ZVAL_DEREF(v);
	return v != NULL && Z_TYPE_P(v) != IS_NULL ? v : NULL;
}

/* A text that can be one of C's, else false. */
static bool
text_of(const zval *v, const char **out)
{
	if (Z_TYPE_P(v) != IS_STRING || strlen(Z_STRVAL_P(v)) != Z_STRLEN_P(v))
		return false;
	*out = Z_STRVAL_P(v);
	return true;
}

static bool
get_text(HashTable *values, const char *name, const char **out)
{
	zval *v = find(values, name);

	return v == NULL || text_of(v, out);
}

static bool
get_exposure(zval *v, struct fg_exposure *out)
{
	const char *value = NULL;

	ZVAL_DEREF(v);
	if (Z_TYPE_P(v) != IS_ARRAY)
		return false;
	*out = (struct fg_exposure){0};
	if (!get_text(Z_ARRVAL_P(v), "gate", &out->gate) ||
	    !get_text(Z_ARRVAL_P(v), "ruleID", &out->rule_id) ||
	    !get_text(Z_ARRVAL_P(v), "gateValue", &value))
		return false;
	out->value = value != NULL && strcmp(value, "true") == 0;
	return out->gate != NULL && out->rule_id != NULL && value != NULL;
}

/* A list in the room, one longer so that it is there when it is empty. */
static void *
get_list(struct php_value_room *room, const zval *v, size_t size)
{
	return php_value_take(
	    room, (size_t)zend_hash_num_elements(Z_ARRVAL_P(v)) + 1, size);
}

static bool
get_exposures(struct php_value_room *room, HashTable *values, const char *name,
    const struct fg_exposure **out, size_t *n)
{
	zval *v = find(values, name), *one;
	struct fg_exposure *list;

	if (v == NULL)
		return true;
	if (Z_TYPE_P(v) != IS_ARRAY)
		return false;
	*out = list = get_list(room, v, sizeof(*list));
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(v), one)
	{
		if (!get_exposure(one, &list[(*n)++]))
			return false;
	}
	ZEND_HASH_FOREACH_END();
	return true;
}

static bool
get_texts(struct php_value_room *room, HashTable *values, const char *name,
    const char *const **out, size_t *n)
{
	zval *v = find(values, name), *one;
	const char **list;

	if (v == NULL)
		return true;
	if (Z_TYPE_P(v) != IS_ARRAY)
		return false;
	list = get_list(room, v, sizeof(*list));
	*out = list;
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(v), one)
	{
		ZVAL_DEREF(one);
		if (!text_of(one, &list[(*n)++]))
			return false;
	}
	ZEND_HASH_FOREACH_END();
	return true;
}

/* Of any number what is one of ms; else none, as the SDKs have it. */
static uint64_t
time_of(const zval *v)
{
	if (v != NULL && Z_TYPE_P(v) == IS_LONG)
		return (uint64_t)Z_LVAL_P(v);
	if (v != NULL && Z_TYPE_P(v) == IS_DOUBLE && Z_DVAL_P(v) >= 1 &&
	    Z_DVAL_P(v) < 0x1p64)
		return (uint64_t)Z_DVAL_P(v);
	return 0;
}

static bool
get_version(HashTable *values, struct fg_sticky_content *c)
{
	zval *v = find(values, "config_version");

	if (v == NULL)
		return true;
	if (Z_TYPE_P(v) != IS_LONG || Z_LVAL_P(v) < 0 ||
	    Z_LVAL_P(v) > UINT32_MAX)
		return false;
	c->has_version = true;
	c->version = (uint32_t)Z_LVAL_P(v);
	return true;
}

static bool
get_members(
    struct php_value_room *room, HashTable *values, struct fg_sticky_content *c)
{
	zval *v = find(values, "json_value"), own;

	if (v == NULL ||
	    (Z_TYPE_P(v) == IS_ARRAY ? zend_array_is_list(Z_ARRVAL_P(v))
				     : Z_TYPE_P(v) != IS_OBJECT))
		return true;
	ZVAL_COPY(&own, v);
	php_value_keep(room, &own);
	return php_value_members(
	    room, &own, "json_value", &c->members, &c->n_members);
}

/*
 * False also with an exception, of a value that has no JSON shape.  The members
 * come first: code that runs for them may change what is borrowed after them.
 */
static bool
get_content(
    struct php_value_room *room, HashTable *values, struct fg_sticky_content *c)
{
	zval *passed;

	*c = (struct fg_sticky_content){.rule_id = ""};
	if (!get_members(room, values, c))
		return false;
	passed = find(values, "value");
	if (passed == NULL ||
	    (Z_TYPE_P(passed) != IS_TRUE && Z_TYPE_P(passed) != IS_FALSE))
		return false;
	c->value = Z_TYPE_P(passed) == IS_TRUE;
	c->lcut = time_of(find(values, "time"));
	return zend_hash_str_exists(values, ZEND_STRL("time")) &&
	    find(values, "secondary_exposures") != NULL &&
	    get_text(values, "rule_id", &c->rule_id) &&
	    get_text(values, "group_name", &c->group_name) &&
	    get_text(values, "config_delegate", &c->delegate) &&
	    get_version(values, c) &&
	    get_exposures(room, values, "secondary_exposures", &c->secondary,
		&c->n_secondary) &&
	    get_exposures(room, values, "undelegated_secondary_exposures",
		&c->undelegated, &c->n_undelegated) &&
	    get_texts(room, values, "explicit_parameters", &c->explicit_params,
		&c->n_explicit_params);
}

PHP_METHOD(Forkgate_Client, encodeStickyRecord)
{
	struct php_pool *pool = php_client_of(execute_data);
	struct php_value_room room = {0};
	struct fg_sticky_content content;
	struct php_session *s;
	const void *record;
	HashTable *values;
	size_t n;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_ARRAY_HT(values)
	ZEND_PARSE_PARAMETERS_END();

	if (pool == NULL)
		RETURN_THROWS();
	/* The session last: code that runs for a value may refresh it. */
	if (get_content(&room, values, &content)) {
		s = php_pool_session(pool);
		if (s != NULL) {
			s->n_results++;
			if (fg_sticky_write(s->ses, &content, &record, &n) ==
			    FG_OK)
				RETVAL_STRINGL(record, n);
		}
	}
	php_value_room_free(&room);
}

/* ---- From a record. ---- */

static void
add_exposures(
    zval *out, const char *name, const struct fg_exposure *list, size_t n)
{
	zval v;

	if (list != NULL)
		php_result_secondary(&v, list, n);
	else
		ZVAL_NULL(&v);
	add_assoc_zval(out, name, &v);
}

static void
add_texts(zval *out, const char *name, const char *const *list, size_t n)
{
	zval v;

	ZVAL_NULL(&v);
	if (list != NULL)
		array_init_size(&v, (uint32_t)n);
	for (size_t i = 0; list != NULL && i < n; i++)
		add_next_index_string(&v, list[i]);
	add_assoc_zval(out, name, &v);
}

static void
add_text(zval *out, const char *name, const char *text)
{
	zval v;

	php_result_text(&v, text);
	add_assoc_zval(out, name, &v);
}

static void
add_number(zval *out, const char *name, bool is_there, uint64_t number)
{
	if (is_there)
		add_assoc_long(out, name, (zend_long)number);
	else
		add_assoc_null(out, name);
}

/* In the order of the SDKs. */
static void
make_array(zval *out, const struct fg_sticky_content *c)
{
	const char *json;
	zval value;
	size_t n;

	array_init_size(out, 10);
	add_assoc_bool(out, "value", c->value);
	json = fg_params_text(c->params, &n);
	if (!php_value_decode(json, n, &value))
		ZVAL_EMPTY_ARRAY(&value);
	add_assoc_zval(out, "json_value", &value);
	add_text(out, "rule_id", c->rule_id);
	add_text(out, "group_name", c->group_name);
	add_exposures(out, "secondary_exposures", c->secondary, c->n_secondary);
	add_exposures(out, "undelegated_secondary_exposures", c->undelegated,
	    c->n_undelegated);
	add_text(out, "config_delegate", c->delegate);
	add_texts(out, "explicit_parameters", c->explicit_params,
	    c->n_explicit_params);
	add_number(out, "time", c->lcut != 0, c->lcut);
	add_number(out, "config_version", c->has_version, c->version);
}

PHP_METHOD(Forkgate_Client, decodeStickyRecord)
{
	struct php_pool *pool = php_client_of(execute_data);
	struct fg_sticky_content content;
	struct php_session *s;
	zend_string *record;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_STR(record)
	ZEND_PARSE_PARAMETERS_END();

	if (pool == NULL)
		RETURN_THROWS();
	s = php_pool_session(pool);
	if (s == NULL)
		RETURN_NULL();
	s->n_results++;
	if (fg_sticky_read(
		s->ses, ZSTR_VAL(record), ZSTR_LEN(record), &content) == FG_OK)
		make_array(return_value, &content);
}
