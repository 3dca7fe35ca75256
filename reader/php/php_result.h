/*
 * php_result: gates, configs and experiments as objects, and what results of
 * all kinds have in common.
 */
#ifndef PHP_RESULT_H
#define PHP_RESULT_H

#include "php_forkgate.h"
#include "php_pool.h"

extern zend_class_entry *php_result_gate_ce;
extern zend_class_entry *php_result_config_ce;
extern zend_class_entry *php_result_details_ce;
extern zend_class_entry *php_result_groups_ce;

/* Once the classes are registered. */
void php_result_startup(void);

/* What a check says that cannot be made. */
extern const struct fg_details php_result_no_details;
struct fg_config php_result_no_config(const char *name);
struct fg_layer php_result_no_layer(const char *name);

/*
 * Fill in an object of that class.  s is the session it came from, NULL for
 * none: gate or config are then those of an unknown name.
 */
void php_result_gate(zval *out, const struct fg_gate *gate);
void php_result_config(
    zval *out, struct php_session *s, const struct fg_config *config);
void php_result_groups(
    zval *out, struct php_session *s, const struct fg_groups *groups);

/* Parts of results; text may be NULL, which is null then. */
void php_result_details(zval *out, const struct fg_details *details);
void php_result_text(zval *out, const char *text);
void php_result_secondary(zval *out, const struct fg_exposure *list, size_t n);

/*
 * Reading a parameter, for all that have some: the JSON text of one, NULL when
 * there is none, or none that fits.
 */
typedef const char *php_result_read(zend_object *obj, const char *param,
    const zval *fallback, size_t *n, enum fg_type *type);

/* The methods get, getString, getInt, getFloat, getBool and getArray. */
void php_result_get(INTERNAL_FUNCTION_PARAMETERS, php_result_read *read);
void php_result_get_string(INTERNAL_FUNCTION_PARAMETERS, php_result_read *read);
void php_result_get_int(INTERNAL_FUNCTION_PARAMETERS, php_result_read *read);
void php_result_get_float(INTERNAL_FUNCTION_PARAMETERS, php_result_read *read);
void php_result_get_bool(INTERNAL_FUNCTION_PARAMETERS, php_result_read *read);
void php_result_get_array(INTERNAL_FUNCTION_PARAMETERS, php_result_read *read);

#endif /* PHP_RESULT_H */
