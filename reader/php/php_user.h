/*
 * php_user: Forkgate\User, and whatever else a check takes for a user.
 */
#ifndef PHP_USER_H
#define PHP_USER_H

#include "php_forkgate.h"

extern zend_class_entry *php_user_ce;

/* Once the class is registered. */
void php_user_startup(void);

/*
 * The user of a method's argument: a User's own, or this thread's one for IDs
 * and arrays, good until the next call.  NULL with an exception thrown.
 */
struct fg_user *php_user_of(zval *arg, uint32_t arg_num);

/* The argument as a User in *out, to be released.  False: thrown. */
bool php_user_object_of(zval *arg, uint32_t arg_num, zval *out);

/* What a User object is to the library. */
struct fg_user *php_user_inside(zval *user);

/* Forgets whom the request's checks were for. */
void php_user_request_end(void);

#endif /* PHP_USER_H */
