#include "php_value.h"

#include "ext/date/php_date.h"
#include "ext/json/php_json.h"

#include "zend_arena.h"
#include "zend_enum.h"
#include "zend_exceptions.h"
#include "zend_interfaces.h"

#include <math.h>

#define ARENA_SIZE 1024

static bool get(struct php_value_room *room, zval *from, const char *what,
    int depth, struct fg_value *out);

/* ---- Memory. ---- */

void *
php_value_take(struct php_value_room *room, size_t n, size_t size)
{
	if (room->arena == NULL)
		room->arena = zend_arena_create(ARENA_SIZE);
	return zend_arena_calloc(&room->arena, n > 0 ? n : 1, size);
}

void
php_value_keep(struct php_value_room *room, zval *value)
{
	if (Z_TYPE(room->held) == IS_UNDEF)
		array_init(&room->held);
	add_next_index_zval(&room->held, value);
}

static void
keep_copy(struct php_value_room *room, zval *value)
{
	zval copy;

	ZVAL_COPY(&copy, value);
	php_value_keep(room, &copy);
}

void
php_value_room_free(struct php_value_room *room)
{
	if (room->arena != NULL)
		zend_arena_destroy(room->arena);
	zval_ptr_dtor(&room->held);
	memset(room, 0, sizeof(*room));
}

/* ---- From PHP. ---- */

static void
set_string(struct fg_value *out, const zend_string *s)
{
	out->type = FG_STRING;
	out->u.string.bytes = ZSTR_VAL(s);
	out->u.string.len = ZSTR_LEN(s);
}

static void
set_key(struct php_value_room *room, struct fg_member *m, zend_ulong i,
    zend_string *key)
{
	zval text;

	if (key == NULL) {
		key = zend_long_to_str((zend_long)i);
		ZVAL_STR(&text, key);
		php_value_keep(room, &text);
	}
	m->key = ZSTR_VAL(key);
	m->key_len = ZSTR_LEN(key);
}

static bool
get_members(struct php_value_room *room, HashTable *table, const char *what,
    int depth, const struct fg_member **members, size_t *n)
{
	struct fg_member *m =
	    php_value_take(room, zend_hash_num_elements(table), sizeof(*m));
	zend_string *key;
	zend_ulong i;
	zval *item;

	*members = m;
	*n = 0;
	ZEND_HASH_FOREACH_KEY_VAL_IND(table, i, key, item)
	{
		/* A property that is protected or private has a NUL in front. */
		if (key != NULL && ZSTR_LEN(key) > 0 && ZSTR_VAL(key)[0] == 0)
			continue;
		if (!get(room, item, what, depth, &m->value))
			return false;
		set_key(room, m++, i, key);
		++*n;
	}
	ZEND_HASH_FOREACH_END();
	return true;
}

static bool
get_object_of(struct php_value_room *room, HashTable *table, const char *what,
    int depth, struct fg_value *out)
{
	const struct fg_member *members;
	size_t n;

	if (!get_members(room, table, what, depth, &members, &n))
		return false;
	out->type = FG_OBJECT;
	out->u.object.members = members;
	out->u.object.n = n;
	return true;
}

static bool
get_array(struct php_value_room *room, zval *from, const char *what, int depth,
    struct fg_value *out)
{
	struct fg_value *items;
	zval *item;
	size_t n = 0;

	keep_copy(room, from);
	if (!zend_array_is_list(Z_ARRVAL_P(from)))
		return get_object_of(room, Z_ARRVAL_P(from), what, depth, out);
	items = php_value_take(
	    room, zend_hash_num_elements(Z_ARRVAL_P(from)), sizeof(*items));
	out->type = FG_ARRAY;
	out->u.array.items = items;
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(from), item)
	{
		if (!get(room, item, what, depth, &items[n++]))
			return false;
	}
	ZEND_HASH_FOREACH_END();
	out->u.array.n = n;
	return true;
}

/* Takes over what a method returned. */
static bool
get_returned(struct php_value_room *room, zval *result, const char *what,
    int depth, struct fg_value *out)
{
	if (EG(exception) != NULL || Z_TYPE_P(result) == IS_UNDEF) {
		zval_ptr_dtor(result);
		return false;
	}
	php_value_keep(room, result);
	return get(room, result, what, depth, out);
}

static bool
get_properties(struct php_value_room *room, zval *from, const char *what,
    int depth, struct fg_value *out)
{
	HashTable *table =
	    zend_get_properties_for(from, ZEND_PROP_PURPOSE_JSON);
	zval kept;

	/* Held twice, it is copied before anybody changes it. */
	ZVAL_ARR(&kept, table);
	php_value_keep(room, &kept);
	return get_object_of(room, table, what, depth, out);
}

static bool
get_object(struct php_value_room *room, zval *from, const char *what, int depth,
    struct fg_value *out)
{
	zend_object *obj = Z_OBJ_P(from);
	zval result, format;

	ZVAL_UNDEF(&result);
	room->can_change = true;
	keep_copy(room, from);
	if (instanceof_function(obj->ce, php_json_serializable_ce)) {
		zend_call_method_with_0_params(
		    obj, obj->ce, NULL, "jsonserialize", &result);
		return get_returned(room, &result, what, depth, out);
	}
	if (obj->ce->ce_flags & ZEND_ACC_ENUM &&
	    obj->ce->enum_backing_type != IS_UNDEF)
		return get(
		    room, zend_enum_fetch_case_value(obj), what, depth, out);
	if (instanceof_function(obj->ce, php_date_get_interface_ce())) {
		ZVAL_STRING(&format, "Y-m-d\\TH:i:s.vP");
		zend_call_method_with_1_params(
		    obj, obj->ce, NULL, "format", &result, &format);
		zval_ptr_dtor(&format);
		return get_returned(room, &result, what, depth, out);
	}
	if (instanceof_function(obj->ce, zend_ce_stringable)) {
		zend_call_method_with_0_params(
		    obj, obj->ce, NULL, "__tostring", &result);
		return get_returned(room, &result, what, depth, out);
	}
	if (obj->ce == zend_standard_class_def)
		return get_properties(room, from, what, depth, out);
	zend_type_error(
	    "%s: %s has no JSON shape", what, ZSTR_VAL(obj->ce->name));
	return false;
}

static bool
get_number(double x, const char *what, struct fg_value *out)
{
	if (!isfinite(x)) {
		zend_value_error("%s: a number must be finite", what);
		return false;
	}
	out->type = FG_DOUBLE;
	out->u.number = x;
	return true;
}

static bool
get(struct php_value_room *room, zval *from, const char *what, int depth,
    struct fg_value *out)
{
	if (Z_ISREF_P(from)) {
		from = Z_REFVAL_P(from);
		room->can_change = true;
		/* What it refers to may be replaced while we look. */
		keep_copy(room, from);
	}
	if (depth > PHP_VALUE_DEPTH) {
		zend_value_error("%s: nested over %d deep, or within itself",
		    what, PHP_VALUE_DEPTH);
		return false;
	}
	switch (Z_TYPE_P(from)) {
	case IS_UNDEF:
	case IS_NULL:
		out->type = FG_NULL;
		return true;
	case IS_FALSE:
	case IS_TRUE:
		out->type = FG_BOOL;
		out->u.boolean = Z_TYPE_P(from) == IS_TRUE;
		return true;
	case IS_LONG:
		out->type = FG_INT;
		out->u.integer = Z_LVAL_P(from);
		return true;
	case IS_DOUBLE:
		return get_number(Z_DVAL_P(from), what, out);
	case IS_STRING:
		set_string(out, Z_STR_P(from));
		return true;
	case IS_ARRAY:
		return get_array(room, from, what, depth + 1, out);
	case IS_OBJECT:
		return get_object(room, from, what, depth + 1, out);
	default:
		zend_type_error("%s: %s has no JSON shape", what,
		    zend_zval_type_name(from));
		return false;
	}
}

bool
php_value_get(struct php_value_room *room, zval *from, const char *what,
    struct fg_value *out)
{
	return get(room, from, what, 0, out);
}

bool
php_value_members(struct php_value_room *room, zval *from, const char *what,
    const struct fg_member **members, size_t *n)
{
	struct fg_value value;

	if (Z_TYPE_P(from) == IS_ARRAY) {
		keep_copy(room, from);
		return get_members(room, Z_ARRVAL_P(from), what, 1, members, n);
	}
	if (!get(room, from, what, 0, &value))
		return false;
	if (value.type != FG_OBJECT &&
	    !(value.type == FG_ARRAY && value.u.array.n == 0)) {
		zend_type_error("%s must be of type array, %s given", what,
		    zend_zval_type_name(from));
		return false;
	}
	*members = value.type == FG_OBJECT ? value.u.object.members : NULL;
	*n = value.type == FG_OBJECT ? value.u.object.n : 0;
	return true;
}

bool
php_value_text(zval *from, const char *what, zend_string **out)
{
	*out = NULL;
	ZVAL_DEREF(from);
	switch (Z_TYPE_P(from)) {
	case IS_NULL:
		return true;
	case IS_STRING:
	case IS_LONG:
	case IS_DOUBLE:
		*out = zval_get_string(from);
		return true;
	case IS_OBJECT:
		if (instanceof_function(Z_OBJCE_P(from), zend_ce_stringable)) {
			*out = zval_try_get_string(from);
			return *out != NULL;
		}
		break;
	default:
		break;
	}
	zend_type_error("%s must be of type ?string, %s given", what,
	    zend_zval_type_name(from));
	return false;
}

/* ---- From JSON. ---- */

bool
php_value_decode(const char *json, size_t n, zval *out)
{
	zend_string *text;
	bool done;

	ZVAL_NULL(out);
	/* The scanner wants a NUL behind it, which a part has not. */
	text = zend_string_init(json, n, 0);
	done =
	    php_json_decode_ex(out, ZSTR_VAL(text), n, PHP_JSON_OBJECT_AS_ARRAY,
		PHP_JSON_PARSER_DEFAULT_DEPTH) == SUCCESS;
	zend_string_release(text);
	if (!done)
		ZVAL_NULL(out);
	return done;
}

bool
php_value_param(const char *json, size_t n, enum fg_type type, zval *out)
{
	if (type == FG_BOOL) {
		ZVAL_BOOL(out, json[0] == 't');
		return true;
	}
	if (type == FG_STRING && memchr(json, '\\', n) == NULL) {
		ZVAL_STRINGL(out, json + 1, n - 2);
		return true;
	}
	return php_value_decode(json, n, out);
}

bool
php_value_fits(enum fg_type type, const zval *fallback)
{
	switch (Z_TYPE_P(fallback)) {
	case IS_NULL:
		return true;
	case IS_FALSE:
	case IS_TRUE:
		return type == FG_BOOL;
	case IS_LONG:
		return type == FG_INT;
	case IS_DOUBLE:
		return type == FG_INT || type == FG_UINT || type == FG_DOUBLE;
	case IS_STRING:
		return type == FG_STRING;
	case IS_ARRAY:
		return type == FG_ARRAY || type == FG_OBJECT;
	default:
		return false;
	}
}
