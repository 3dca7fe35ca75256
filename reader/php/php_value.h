/*
 * php_value: values of PHP as the library's, and JSON as values of PHP.
 */
#ifndef PHP_VALUE_H
#define PHP_VALUE_H

#include "php_forkgate.h"

#define PHP_VALUE_DEPTH 60 /* the library takes 64 below a user's map */

/*
 * What converted values lie in.  All zero is an empty one.  It holds on to what
 * they borrow, for a cast may run code that changes the value it came from.
 */
struct php_value_room {
	zend_arena *arena;
	zval held;       /* an array, or undefined */
	bool can_change; /* met an object or a reference */
};

void php_value_room_free(struct php_value_room *room);

/* Zeros for n of that size. */
void *php_value_take(struct php_value_room *room, size_t n, size_t size);

/* Converts.  False with an exception thrown: what names the value in it. */
bool php_value_get(struct php_value_room *room, zval *from, const char *what,
    struct fg_value *out);

/* Members of an array or of an object's properties, as far as that goes. */
bool php_value_members(struct php_value_room *room, zval *from,
    const char *what, const struct fg_member **members, size_t *n);

/* Keeps a value until the room is given back; takes over the reference. */
void php_value_keep(struct php_value_room *room, zval *value);

/*
 * A text where PHP expects a string or null: NULL for null, else to be released
 * by the caller.  False with a TypeError thrown.
 */
bool php_value_text(zval *from, const char *what, zend_string **out);

/* Decodes JSON text, objects as arrays.  False leaves null: it is none. */
bool php_value_decode(const char *json, size_t n, zval *out);

/* The same for one parameter, of a type that is known. */
bool php_value_param(const char *json, size_t n, enum fg_type type, zval *out);

/* Whether a parameter of that type is what the default asks for. */
bool php_value_fits(enum fg_type type, const zval *fallback);

#endif /* PHP_VALUE_H */
