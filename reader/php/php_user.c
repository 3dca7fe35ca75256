#include "php_user.h"

#include "ext/json/php_json.h"

#include "zend_exceptions.h"
#include "zend_interfaces.h"

#include "php_value.h"

zend_class_entry *php_user_ce;
static zend_object_handlers handlers;

struct user {
	struct fg_user *user; /* NULL until it was constructed */
	zend_object std;
};

/* In the order of the class's properties. */
enum {
	USER_ID,
	EMAIL,
	IP,
	USER_AGENT,
	COUNTRY,
	LOCALE,
	APP_VERSION,
	N_TEXTS,
	CUSTOM = N_TEXTS,
	CUSTOM_IDS,
	ENVIRONMENT,
	PRIVATE,
	N_FIELDS,
};

/* A field's names in arrays; the first is Statsig's and the one in messages. */
static const struct {
	const char *names[4];
	const char *what;
	int id; /* of enum fg_field, or of enum fg_map */
} fields[N_FIELDS] = {
    {{"userID", "userId", "user_id"}, "userID", FG_USER_ID},
    {{"email"}, "email", FG_EMAIL},
    {{"ip", "ipAddress", "ip_address"}, "ip", FG_IP},
    {{"userAgent", "user_agent"}, "userAgent", FG_USER_AGENT},
    {{"country"}, "country", FG_COUNTRY},
    {{"locale"}, "locale", FG_LOCALE},
    {{"appVersion", "app_version"}, "appVersion", FG_APP_VERSION},
    {{"custom"}, "custom", FG_CUSTOM},
    {{"customIDs", "customIds", "custom_ids"}, "customIDs", FG_CUSTOM_IDS},
    {{"statsigEnvironment", "statsig_environment", "environment"},
	"statsigEnvironment", FG_ENVIRONMENT},
    {{"privateAttributes", "private_attributes"}, "privateAttributes",
	FG_PRIVATE},
};

static struct user *
user_of(zend_object *obj)
{
	return (struct user *)((char *)obj - XtOffsetOf(struct user, std));
}

/* ---- To the library. ---- */

/* Says what the library refused; false. */
static bool
refused(const char *what, enum fg_status st)
{
	if (st == FG_E_INVALID)
		zend_value_error("%s cannot be a user's", what);
	else
		zend_throw_exception_ex(php_forkgate_exception_ce, 0, "%s: %s",
		    what, fg_strerror(st));
	return false;
}

static bool
set_text(struct fg_user *user, int field, zval *from)
{
	struct fg_value value = {.type = FG_STRING};
	zend_string *text;
	enum fg_status st;

	if (!php_value_text(from, fields[field].what, &text))
		return false;
	if (text == NULL)
		return true;
	value.u.string.bytes = ZSTR_VAL(text);
	value.u.string.len = ZSTR_LEN(text);
	st = fg_user_set(user, (enum fg_field)fields[field].id, &value);
	zend_string_release(text);
	return st == FG_OK || refused(fields[field].what, st);
}

static bool
put_map(struct fg_user *user, int field, zval *from, bool *can_change)
{
	struct php_value_room room = {0};
	const struct fg_member *m;
	enum fg_status st = FG_OK;
	bool done;
	size_t n;

	if (Z_TYPE_P(from) == IS_ARRAY &&
	    zend_hash_num_elements(Z_ARRVAL_P(from)) == 0)
		return true;
	done = php_value_members(&room, from, fields[field].what, &m, &n);
	for (size_t i = 0; done && st == FG_OK && i < n; i++)
		st = fg_user_put(user, (enum fg_map)fields[field].id, m[i].key,
		    m[i].key_len, &m[i].value);
	if (done && st != FG_OK)
		done = refused(fields[field].what, st);
	*can_change |= room.can_change;
	php_value_room_free(&room);
	return done;
}

/* Fills an empty user; fields that are NULL are not there. */
static bool
fill(struct fg_user *user, zval *from[N_FIELDS], bool *can_change)
{
	for (int i = 0; i < N_FIELDS; i++) {
		zval *one = from[i];

		if (one == NULL)
			continue;
		*can_change |= Z_ISREF_P(one);
		ZVAL_DEREF(one);
		if (Z_TYPE_P(one) == IS_NULL)
			continue;
		if (!(i < N_TEXTS ? set_text(user, i, one)
				  : put_map(user, i, one, can_change)))
			return false;
	}
	return true;
}

/* ---- Users that nobody needs at the moment. ---- */

/* The thread's spare one or a new one, empty; NULL with an exception thrown. */
static struct fg_user *
take_user(void)
{
	struct fg_user *user = FORKGATE_G(spare_user);

	FORKGATE_G(spare_user) = NULL;
	if (user == NULL && fg_user_new(&user) != FG_OK)
		refused("A user", FG_E_NOMEM);
	return user;
}

/* Keeps one, for the next request mostly; takes NULL. */
static void
give_back(struct fg_user *user)
{
	if (user == NULL)
		return;
	if (FORKGATE_G(spare_user) != NULL) {
		fg_user_free(user);
		return;
	}
	fg_user_reset(user);
	FORKGATE_G(spare_user) = user;
}

static void
look_up(HashTable *table, zval *out[N_FIELDS])
{
	for (int i = 0; i < N_FIELDS; i++) {
		out[i] = NULL;
		for (int k = 0; fields[i].names[k] != NULL && !out[i]; k++)
			out[i] = zend_hash_str_find_ind(table,
			    fields[i].names[k], strlen(fields[i].names[k]));
	}
}

/* ---- Objects. ---- */

static zend_object *
create(zend_class_entry *ce)
{
	struct user *u = zend_object_alloc(sizeof(*u), ce);

	u->user = NULL;
	zend_object_std_init(&u->std, ce);
	object_properties_init(&u->std, ce);
	u->std.handlers = &handlers;
	return &u->std;
}

static void
destroy(zend_object *obj)
{
	give_back(user_of(obj)->user);
	zend_object_std_dtor(obj);
}

/* Makes the library's user of the properties. */
static bool
build(zend_object *obj)
{
	struct user *u = user_of(obj);
	zval *from[N_FIELDS];
	bool can_change = false;

	for (int i = 0; i < N_FIELDS; i++)
		from[i] = OBJ_PROP_NUM(obj, i);
	u->user = take_user();
	if (u->user != NULL && fill(u->user, from, &can_change))
		return true;
	give_back(u->user);
	u->user = NULL;
	return false;
}

static zend_object *
copy(zend_object *from)
{
	zend_object *obj = create(from->ce);

	zend_objects_clone_members(obj, from);
	if (user_of(from)->user != NULL)
		build(obj);
	return obj;
}

void
php_user_startup(void)
{
	php_user_ce->create_object = create;
	handlers = *zend_get_std_object_handlers();
	handlers.offset = XtOffsetOf(struct user, std);
	handlers.free_obj = destroy;
	handlers.clone_obj = copy;
}

/* Takes a text as a property keeps it; null where there is none. */
static bool
set_text_property(zend_object *obj, int field, zval *from)
{
	zend_string *text = NULL;

	if (from != NULL && !php_value_text(from, fields[field].what, &text))
		return false;
	if (text != NULL)
		ZVAL_STR(OBJ_PROP_NUM(obj, field), text);
	else
		ZVAL_NULL(OBJ_PROP_NUM(obj, field));
	return true;
}

static bool
set_map_property(zend_object *obj, int field, zval *from)
{
	zval *at = OBJ_PROP_NUM(obj, field);

	if (from != NULL)
		ZVAL_DEREF(from);
	if (from == NULL || Z_TYPE_P(from) == IS_NULL) {
		ZVAL_EMPTY_ARRAY(at);
	} else if (Z_TYPE_P(from) == IS_ARRAY) {
		ZVAL_COPY(at, from);
	} else if (Z_TYPE_P(from) == IS_OBJECT &&
	    Z_OBJCE_P(from) == zend_standard_class_def) {
		HashTable *table =
		    zend_get_properties_for(from, ZEND_PROP_PURPOSE_JSON);

		ZVAL_ARR(at, zend_proptable_to_symtable(table, true));
		zend_release_properties(table);
	} else {
		zend_type_error("%s must be of type array, %s given",
		    fields[field].what, zend_zval_type_name(from));
		return false;
	}
	return true;
}

/* Sets the properties, each once, and makes the user of them. */
static bool
construct(zend_object *obj, zval *from[N_FIELDS])
{
	if (Z_TYPE_P(OBJ_PROP_NUM(obj, 0)) != IS_UNDEF) {
		zend_throw_error(NULL, "A Forkgate\\User cannot be changed");
		return false;
	}
	for (int i = 0; i < N_FIELDS; i++)
		if (!(i < N_TEXTS ? set_text_property(obj, i, from[i])
				  : set_map_property(obj, i, from[i])))
			return false;
	return build(obj);
}

static bool
make_from_array(HashTable *table, zval *out)
{
	zval *from[N_FIELDS];

	look_up(table, from);
	object_init_ex(out, php_user_ce);
	if (construct(Z_OBJ_P(out), from))
		return true;
	zval_ptr_dtor(out);
	ZVAL_UNDEF(out);
	return false;
}

/* ---- Arguments. ---- */

struct fg_user *
php_user_inside(zval *user)
{
	struct fg_user *inside = user_of(Z_OBJ_P(user))->user;

	if (inside == NULL)
		zend_throw_error(NULL, "A Forkgate\\User was not constructed");
	return inside;
}

/* Forgets whom a check was last given the ID or the array of. */
static void
forget_user(void)
{
	zval old;

	give_back(FORKGATE_G(user));
	FORKGATE_G(user) = NULL;
	ZVAL_COPY_VALUE(&old, &FORKGATE_G(user_key));
	ZVAL_UNDEF(&FORKGATE_G(user_key));
	zval_ptr_dtor(&old);
}

/* A name for him in a place that is asked again: is it the same as before? */
static bool
is_same(const zval *arg)
{
	const zval *key = &FORKGATE_G(user_key);

	if (Z_TYPE_P(arg) != Z_TYPE_P(key))
		return false;
	if (Z_TYPE_P(arg) == IS_STRING)
		return zend_string_equals(Z_STR_P(arg), Z_STR_P(key));
	/* We hold it: who writes to it gets another one. */
	return Z_TYPE_P(arg) == IS_LONG ? Z_LVAL_P(arg) == Z_LVAL_P(key)
					: Z_ARR_P(arg) == Z_ARR_P(key);
}

static bool
fill_of(struct fg_user *user, zval *arg, bool *can_change)
{
	zval *from[N_FIELDS] = {NULL};

	if (Z_TYPE_P(arg) == IS_ARRAY)
		look_up(Z_ARRVAL_P(arg), from);
	else
		from[USER_ID] = arg;
	return fill(user, from, can_change);
}

static struct fg_user *
thread_user(zval *arg)
{
	bool can_change = false;
	struct fg_user *user;
	zval held;

	if (FORKGATE_G(user) != NULL && is_same(arg))
		return FORKGATE_G(user);
	/* Casts may run code that checks something else meanwhile. */
	forget_user();
	user = take_user();
	if (user == NULL)
		return NULL;
	ZVAL_COPY(&held, arg);
	if (!fill_of(user, &held, &can_change)) {
		zval_ptr_dtor(&held);
		give_back(user);
		return NULL;
	}
	forget_user();
	FORKGATE_G(user) = user;
	/* What nobody counts may go without our noticing. */
	if (can_change || (Z_TYPE(held) == IS_ARRAY && !Z_REFCOUNTED(held)))
		zval_ptr_dtor(&held);
	else
		ZVAL_COPY_VALUE(&FORKGATE_G(user_key), &held);
	return user;
}

static void
wrong_type(uint32_t arg_num, const zval *arg)
{
	zend_argument_type_error(arg_num,
	    "must be of type Forkgate\\User|array|string|int, %s given",
	    zend_zval_type_name(arg));
}

struct fg_user *
php_user_of(zval *arg, uint32_t arg_num)
{
	switch (Z_TYPE_P(arg)) {
	case IS_OBJECT:
		if (Z_OBJCE_P(arg) == php_user_ce)
			return php_user_inside(arg);
		break;
	case IS_STRING:
	case IS_LONG:
	case IS_ARRAY:
		return thread_user(arg);
	default:
		break;
	}
	wrong_type(arg_num, arg);
	return NULL;
}

bool
php_user_object_of(zval *arg, uint32_t arg_num, zval *out)
{
	zval *from[N_FIELDS] = {NULL};

	switch (Z_TYPE_P(arg)) {
	case IS_OBJECT:
		if (Z_OBJCE_P(arg) != php_user_ce)
			break;
		ZVAL_COPY(out, arg);
		return php_user_inside(arg) != NULL;
	case IS_STRING:
	case IS_LONG:
		from[USER_ID] = arg;
		object_init_ex(out, php_user_ce);
		return construct(Z_OBJ_P(out), from);
	case IS_ARRAY:
		return make_from_array(Z_ARRVAL_P(arg), out);
	default:
		break;
	}
	wrong_type(arg_num, arg);
	return false;
}

void
php_user_request_end(void)
{
	forget_user();
}

/* ---- Methods. ---- */

PHP_METHOD(Forkgate_User, __construct)
{
	/* Null where an argument is left out or null. */
	static const int order[N_FIELDS] = {USER_ID, EMAIL, IP, USER_AGENT,
	    COUNTRY, LOCALE, APP_VERSION, CUSTOM, CUSTOM_IDS, PRIVATE,
	    ENVIRONMENT};
	zend_string *id = NULL, *texts[N_TEXTS] = {NULL};
	zval *from[N_FIELDS] = {NULL}, *maps[N_FIELDS] = {NULL},
	     values[N_TEXTS];
	zend_long number = 0;
	bool is_null = true;

	ZEND_PARSE_PARAMETERS_START(0, N_FIELDS)
	Z_PARAM_OPTIONAL
	Z_PARAM_STR_OR_LONG_OR_NULL(id, number, is_null)
	Z_PARAM_STR_OR_NULL(texts[EMAIL])
	Z_PARAM_STR_OR_NULL(texts[IP])
	Z_PARAM_STR_OR_NULL(texts[USER_AGENT])
	Z_PARAM_STR_OR_NULL(texts[COUNTRY])
	Z_PARAM_STR_OR_NULL(texts[LOCALE])
	Z_PARAM_STR_OR_NULL(texts[APP_VERSION])
	Z_PARAM_ARRAY(maps[7])
	Z_PARAM_ARRAY(maps[8])
	Z_PARAM_ARRAY(maps[9])
	Z_PARAM_ARRAY(maps[10])
	ZEND_PARSE_PARAMETERS_END();

	texts[USER_ID] = id;
	for (int i = 0; i < N_TEXTS; i++)
		if (texts[i] != NULL) {
			ZVAL_STR(&values[i], texts[i]);
			from[i] = &values[i];
		}
	if (id == NULL && !is_null) {
		ZVAL_LONG(&values[USER_ID], number);
		from[USER_ID] = &values[USER_ID];
	}
	for (int i = N_TEXTS; i < N_FIELDS; i++)
		from[order[i]] = maps[i];
	construct(Z_OBJ_P(ZEND_THIS), from);
}

PHP_METHOD(Forkgate_User, fromArray)
{
	HashTable *table;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_ARRAY_HT(table)
	ZEND_PARSE_PARAMETERS_END();

	make_from_array(table, return_value);
}

PHP_METHOD(Forkgate_User, fromObject)
{
	zval *arg, shape;
	HashTable *table;

	ZEND_PARSE_PARAMETERS_START(1, 1)
	Z_PARAM_OBJECT(arg)
	ZEND_PARSE_PARAMETERS_END();

	if (instanceof_function(Z_OBJCE_P(arg), php_json_serializable_ce)) {
		ZVAL_UNDEF(&shape);
		zend_call_method_with_0_params(Z_OBJ_P(arg), Z_OBJCE_P(arg),
		    NULL, "jsonserialize", &shape);
		if (EG(exception) != NULL || Z_TYPE(shape) == IS_UNDEF)
			return;
		if (Z_TYPE(shape) == IS_ARRAY)
			make_from_array(Z_ARRVAL(shape), return_value);
		else
			zend_argument_type_error(
			    1, "must have a JSON shape that is an array");
		zval_ptr_dtor(&shape);
		return;
	}
	table = zend_get_properties_for(arg, ZEND_PROP_PURPOSE_JSON);
	make_from_array(table, return_value);
	zend_release_properties(table);
}

PHP_METHOD(Forkgate_User, jsonSerialize)
{
	zend_object *obj = Z_OBJ_P(ZEND_THIS);

	ZEND_PARSE_PARAMETERS_NONE();

	array_init(return_value);
	for (int i = 0; i < PRIVATE; i++) {
		zval *at = OBJ_PROP_NUM(obj, i);

		if (Z_TYPE_P(at) == IS_STRING ||
		    (Z_TYPE_P(at) == IS_ARRAY &&
			zend_hash_num_elements(Z_ARRVAL_P(at)) > 0)) {
			Z_TRY_ADDREF_P(at);
			add_assoc_zval(return_value, fields[i].what, at);
		}
	}
}
