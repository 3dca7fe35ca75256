/*
 * php_sticky: sticky experiments and layers, with a storage that is an object
 * of PHP.
 *
 * The library calls a storage from within its own functions, where no PHP may
 * run.  So what it is told is only queued there, and told to the object once
 * the library has returned and the result is made.
 */
#ifndef PHP_STICKY_H
#define PHP_STICKY_H

#include "php_forkgate.h"
#include "php_pool.h"

extern zend_class_entry *php_sticky_storage_ce;
extern zend_class_entry *php_sticky_values_ce;

/* What clients with a storage are opened with: it queues. */
extern const struct fg_sticky_storage php_sticky_queue;

/* One thing that the library said; its texts are its own. */
struct php_sticky_op {
	zend_string *key, *name;
	zend_string *record; /* NULL: remove it */
};

/*
 * Takes all that is queued in this thread, to be freed; NULL when there is
 * nothing.
 */
struct php_sticky_op *php_sticky_take(size_t *n);
void php_sticky_free(struct php_sticky_op *ops, size_t n);

/* The key of a load, to be released; NULL when none was asked for. */
zend_string *php_sticky_take_key(void);

/* Behind a request: what is queued is lost. */
void php_sticky_request_end(void);

/*
 * Tells the storage what is queued, and runs any code: also such as ends the
 * session.  NULL: there is none, the queue is emptied.
 */
void php_sticky_tell(struct php_session *s, zend_object *storage);

/* The same with the storage of the object whose method runs, if one does. */
void php_sticky_tell_of(struct php_session *s, zend_execute_data *execute_data);

/* Sets a property that is a storage or null. */
void php_sticky_keep(zval *property, zend_object *storage);

#endif /* PHP_STICKY_H */
