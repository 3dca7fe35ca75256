/*
 * php_layer: layers and parameter stores as objects.
 */
#ifndef PHP_LAYER_H
#define PHP_LAYER_H

#include "php_forkgate.h"
#include "php_pool.h"

extern zend_class_entry *php_layer_ce;
extern zend_class_entry *php_layer_store_ce;

/* Once the classes are registered. */
void php_layer_startup(void);
void php_layer_store_startup(void);

/* Make an object; s is NULL when there is no session. */
void php_layer_object(
    zval *out, struct php_session *s, const struct fg_layer *layer);

/*
 * The store was got for the user inside of user, a User object, by a client of
 * that storage of sticky values, or NULL.
 */
void php_layer_store_object(zval *out, struct php_session *s, zval *user,
    zend_object *sticky, const struct fg_store *store);

#endif /* PHP_LAYER_H */
