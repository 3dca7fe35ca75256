/* Forkgate\StickyStorage and StickyValues, and the checks that use them. */
#include "php_sticky.h"

#include "php_check.h"
#include "php_layer.h"
#include "php_result.h"

#include "zend_exceptions.h"

zend_class_entry *php_sticky_storage_ce;
zend_class_entry *php_sticky_values_ce;

void
php_sticky_keep(zval *property, zend_object *storage)
{
	zval old;

	ZVAL_COPY_VALUE(&old, property);
	if (storage != NULL)
		ZVAL_OBJ_COPY(property, storage);
	else
		ZVAL_NULL(property);
	zval_ptr_dtor(&old);
}

/* ---- The storage. ---- */

/*
 * Whether a method of the storage runs that a check has called: the check that
 * asks now was made by the storage itself.
 */
static bool
is_running(const zend_object *storage)
{
	const zend_execute_data *ex = EG(current_execute_data);
	const zend_module_entry *own = ex->func->internal_function.module;

	for (; ex->prev_execute_data != NULL; ex = ex->prev_execute_data) {
		const zend_function *by = ex->prev_execute_data->func;

		if (Z_TYPE(ex->This) == IS_OBJECT &&
		    Z_OBJ(ex->This) == storage && by != NULL &&
		    by->type == ZEND_INTERNAL_FUNCTION &&
		    by->internal_function.module == own)
			return true;
	}
	return false;
}

static void
count_failure(struct php_session *s, const char *why, const char *text)
{
	char line[512];

	__atomic_fetch_add(&s->pool->n_sticky_failed, 1, __ATOMIC_RELAXED);
	if (s->told)
		return;
	s->told = true;
	snprintf(line, sizeof(line), "forkgate: sticky storage: %s%s%s", why,
	    text[0] != '\0' ? ": " : "", text);
	php_log_err(line);
}

/* An exception of the storage's ends here, but not what ends the program. */
static void
catch_exception(struct php_session *s)
{
	zend_object *e = EG(exception);
	zval *text, none;

	if (zend_is_unwind_exit(e) || zend_is_graceful_exit(e))
		return;
	GC_ADDREF(e);
	zend_clear_exception();
	text = zend_read_property(
	    zend_get_exception_base(e), e, ZEND_STRL("message"), true, &none);
	count_failure(s, ZSTR_VAL(e->ce->name),
	    Z_TYPE_P(text) == IS_STRING ? Z_STRVAL_P(text) : "");
	OBJ_RELEASE(e);
}

/* False when it threw. */
static bool
call(struct php_session *s, zend_object *storage, const char *method,
    uint32_t n, zval *args, zval *out)
{
	zend_function *f = zend_hash_str_find_ptr(
	    &storage->ce->function_table, method, strlen(method));

	ZVAL_UNDEF(out);
	zend_call_known_function(f, storage, storage->ce, out, n, args, NULL);
	if (EG(exception) == NULL)
		return true;
	catch_exception(s);
	return false;
}

static void
tell_one(
    struct php_session *s, zend_object *storage, const struct php_sticky_op *op)
{
	zval args[3], result;

	ZVAL_STR(&args[0], op->key);
	ZVAL_STR(&args[1], op->name);
	if (op->record != NULL) {
		ZVAL_STR(&args[2], op->record);
		call(s, storage, "save", 3, args, &result);
	} else {
		call(s, storage, "remove", 2, args, &result);
	}
	zval_ptr_dtor(&result);
}

void
php_sticky_tell(struct php_session *s, zend_object *storage)
{
	struct php_sticky_op *ops;
	size_t n;

	ops = php_sticky_take(&n);
	if (storage != NULL && s != NULL && EG(exception) == NULL &&
	    !is_running(storage)) {
		GC_ADDREF(storage);
		php_pool_hold(s);
		for (size_t i = 0; i < n && EG(exception) == NULL; i++)
			tell_one(s, storage, &ops[i]);
		php_pool_let_go(s);
		OBJ_RELEASE(storage);
	}
	php_sticky_free(ops, n);
}

void
php_sticky_tell_of(struct php_session *s, zend_execute_data *execute_data)
{
	bool is_method = Z_TYPE(EX(This)) == IS_OBJECT;

	php_sticky_tell(
	    s, is_method ? php_client_sticky(Z_OBJ(EX(This))) : NULL);
}

/* ---- What it has of a user. ---- */

static void
make_values(zval *out, zval *records, bool is_unknown)
{
	object_init_ex(out, php_sticky_values_ce);
	ZVAL_COPY_VALUE(OBJ_PROP_NUM(Z_OBJ_P(out), 0), records);
	ZVAL_BOOL(OBJ_PROP_NUM(Z_OBJ_P(out), 1), is_unknown);
}

/* A copy of what are records; all else is counted. */
static void
take_records(struct php_session *s, HashTable *found, zval *out)
{
	zend_string *name;
	zend_ulong number;
	zval *record;

	array_init_size(out, zend_hash_num_elements(found));
	ZEND_HASH_FOREACH_KEY_VAL(found, number, name, record)
	{
		ZVAL_DEREF(record);
		if (Z_TYPE_P(record) != IS_STRING) {
			count_failure(s, "a record is no string",
			    zend_zval_type_name(record));
			continue;
		}
		Z_TRY_ADDREF_P(record);
		if (name != NULL)
			zend_hash_update(Z_ARRVAL_P(out), name, record);
		else
			zend_hash_index_update(Z_ARRVAL_P(out), number, record);
	}
	ZEND_HASH_FOREACH_END();
}

PHP_METHOD(Forkgate_StickyValues, __construct)
{
	bool is_unknown = false;
	zval *records = NULL, *record;
	zend_object *obj = Z_OBJ_P(ZEND_THIS);

	ZEND_PARSE_PARAMETERS_START(0, 2)
	Z_PARAM_OPTIONAL
	Z_PARAM_ARRAY(records)
	Z_PARAM_BOOL(is_unknown)
	ZEND_PARSE_PARAMETERS_END();

	if (Z_TYPE_P(OBJ_PROP_NUM(obj, 0)) != IS_UNDEF) {
		zend_throw_error(NULL, "Cannot construct it again");
		RETURN_THROWS();
	}
	if (records != NULL) {
		ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(records), record)
		{
			ZVAL_DEREF(record);
			if (Z_TYPE_P(record) == IS_STRING)
				continue;
			zend_argument_type_error(1,
			    "must be an array of strings, %s is in it",
			    zend_zval_type_name(record));
			RETURN_THROWS();
		}
		ZEND_HASH_FOREACH_END();
		ZVAL_COPY(OBJ_PROP_NUM(obj, 0), records);
	} else {
		ZVAL_EMPTY_ARRAY(OBJ_PROP_NUM(obj, 0));
	}
	ZVAL_BOOL(OBJ_PROP_NUM(obj, 1), is_unknown);
}

/* Asks the storage.  What is unknown when it failed is in *is_unknown. */
static void
load(struct php_session *s, zend_object *storage, zend_string *key,
    zval *records, bool *is_unknown)
{
	zval arg, found;

	ZVAL_STR(&arg, key);
	php_pool_hold(s);
	GC_ADDREF(storage);
	*is_unknown = !call(s, storage, "load", 1, &arg, &found) ||
	    Z_TYPE(found) != IS_ARRAY;
	if (!*is_unknown)
		take_records(s, Z_ARRVAL(found), records);
	zval_ptr_dtor(&found);
	OBJ_RELEASE(storage);
	php_pool_let_go(s);
}

PHP_METHOD(Forkgate_Client, loadSticky)
{
	zend_string *id_type = NULL, *key = NULL;
	bool is_unknown = false;
	struct fg_sticky known;
	zend_object *storage;
	struct php_check c;
	zval *user, records;

	ZEND_PARSE_PARAMETERS_START(1, 2)
	Z_PARAM_ZVAL(user)
	Z_PARAM_OPTIONAL
	Z_PARAM_PATH_STR(id_type)
	ZEND_PARSE_PARAMETERS_END();

	if (!php_check_begin(&c, php_client_of(execute_data), user, false))
		RETURN_THROWS();
	ZVAL_EMPTY_ARRAY(&records);
	storage = php_client_sticky(Z_OBJ_P(ZEND_THIS));
	if (storage != NULL) {
		is_unknown = c.s == NULL || is_running(storage);
		if (!is_unknown) {
			fg_sticky_load(c.s->ses, c.user,
			    id_type ? ZSTR_VAL(id_type) : "userID", &known);
			is_unknown = known.is_unknown;
			key = php_sticky_take_key();
		}
	}
	if (key != NULL) {
		load(c.s, storage, key, &records, &is_unknown);
		zend_string_release(key);
	}
	make_values(return_value, &records, is_unknown);
}

/* ---- Sticky checks. ---- */

/* A check, and what it was given of a storage. */
struct sticky_check {
	struct php_check check;
	zend_string *name;
	struct fg_sticky_value value;
	struct fg_sticky values;
	const struct fg_sticky *given; /* &values, or NULL */
};

/* Of all records the one that will be looked at. */
static void
give(struct sticky_check *c, zend_object *values)
{
	zval *records = OBJ_PROP_NUM(values, 0), *record = NULL;

	if (Z_TYPE_P(records) == IS_ARRAY)
		record = zend_symtable_find(Z_ARRVAL_P(records), c->name);
	c->given = &c->values;
	c->values = (struct fg_sticky){.values = &c->value,
	    .is_unknown = Z_TYPE_P(OBJ_PROP_NUM(values, 1)) != IS_FALSE};
	if (record == NULL)
		return;
	ZVAL_DEREF(record);
	if (Z_TYPE_P(record) != IS_STRING)
		return;
	c->value = (struct fg_sticky_value){
	    ZSTR_VAL(c->name), Z_STRVAL_P(record), Z_STRLEN_P(record)};
	c->values.n = 1;
}

static zend_always_inline bool
begin(INTERNAL_FUNCTION_PARAMETERS, struct sticky_check *c)
{
	bool exposure = true, targeting = false, overrides = false;
	zend_object *values = NULL;
	zval *user;

	ZEND_PARSE_PARAMETERS_START(2, 6)
	Z_PARAM_ZVAL(user)
	Z_PARAM_PATH_STR(c->name)
	Z_PARAM_OPTIONAL
	Z_PARAM_BOOL(exposure)
	Z_PARAM_OBJ_OF_CLASS_OR_NULL(values, php_sticky_values_ce)
	Z_PARAM_BOOL(targeting)
	Z_PARAM_BOOL(overrides)
	ZEND_PARSE_PARAMETERS_END_EX(return false);

	(void)return_value;
	if (!php_check_begin(
		&c->check, php_client_of(execute_data), user, exposure))
		return false;
	c->given = NULL;
	if (values != NULL)
		give(c, values);
	c->check.flags |= (targeting ? FG_ENFORCE_TARGETING : 0) |
	    (overrides ? FG_ENFORCE_OVERRIDES : 0);
	return true;
}

PHP_METHOD(Forkgate_Client, getExperiment)
{
	struct fg_config config;
	struct sticky_check c;
	struct php_session *s;

	if (!begin(INTERNAL_FUNCTION_PARAM_PASSTHRU, &c))
		RETURN_THROWS();
	s = c.check.s;
	if (s != NULL)
		fg_get_experiment_sticky(s->ses, c.check.user, ZSTR_VAL(c.name),
		    c.check.flags, c.given, &config);
	else
		config = php_result_no_config(ZSTR_VAL(c.name));
	php_result_config(return_value, s, &config);
	php_check_end(&c.check, execute_data);
}

PHP_METHOD(Forkgate_Client, getLayer)
{
	struct fg_layer layer;
	struct sticky_check c;
	struct php_session *s;

	if (!begin(INTERNAL_FUNCTION_PARAM_PASSTHRU, &c))
		RETURN_THROWS();
	s = c.check.s;
	if (s != NULL)
		fg_get_layer_sticky(s->ses, c.check.user, ZSTR_VAL(c.name),
		    c.check.flags, c.given, &layer);
	else
		layer = php_result_no_layer(ZSTR_VAL(c.name));
	php_layer_object(return_value, s, &layer);
	php_check_end(&c.check, execute_data);
}
