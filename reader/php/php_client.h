/*
 * php_client: Forkgate\Client and the functions of the namespace, which are its
 * methods on the client of php.ini.
 */
#ifndef PHP_CLIENT_H
#define PHP_CLIENT_H

#include "php_forkgate.h"
#include "php_pool.h"

extern zend_class_entry *php_client_ce;
extern zend_class_entry *php_client_status_ce;

/* Once the class is registered. */
void php_client_startup(void);

/* What a Client object stands for.  NULL with an exception thrown. */
struct php_pool *php_client_pool(zend_object *obj);

/* The storage that it was given for sticky values, or NULL. */
zend_object *php_client_sticky(zend_object *obj);

/* The client of the object whose method runs, of php.ini in a function. */
struct php_pool *php_client_of(zend_execute_data *execute_data);

/* How a client is, for status() and for phpinfo(). */
struct php_client_view {
	struct fg_info info; /* zeros when it is not open */
	const char *error;   /* NULL: there are rules, or soon */
	uint64_t now_ms;     /* unix */
};
void php_client_look(struct php_pool *pool, struct php_client_view *out);

#endif /* PHP_CLIENT_H */
