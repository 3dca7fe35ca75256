/*
 * php_forkgate: the PHP extension's module, its settings and its globals.
 */
#ifndef PHP_FORKGATE_H
#define PHP_FORKGATE_H

#ifdef HAVE_CONFIG_H
#include "config.h" /* of phpize */
#endif

#include "php.h"

#include "forkgate.h"

#define PHP_FORKGATE_VERSION FG_VERSION

extern zend_module_entry forkgate_module_entry;
#define phpext_forkgate_ptr &forkgate_module_entry

/* One for each thread. */
ZEND_BEGIN_MODULE_GLOBALS(forkgate)
/* Settings. */
bool enabled, logging, exposures, allow_overrides;
char *state_dir, *project, *environment, *projects;
zend_long max_session_ms, dedupe_ttl_ms;

struct php_pool *pool;        /* of the settings; NULL: look for it */
struct php_session *sessions; /* of this request */
bool overridden;              /* this request has set overrides */

/* The user of a check that was given an ID or an array. */
struct fg_user *user;
zval user_key;              /* what it was made of, or undefined */
struct fg_user *spare_user; /* an empty one, kept over requests */

/* What the library told a storage that PHP has not been told yet. */
char *sticky;
size_t sticky_n, sticky_cap; /* bytes */
ZEND_END_MODULE_GLOBALS(forkgate)

ZEND_EXTERN_MODULE_GLOBALS(forkgate)
#define FORKGATE_G(v) ZEND_MODULE_GLOBALS_ACCESSOR(forkgate, v)

#if defined(ZTS) && defined(COMPILE_DL_FORKGATE)
ZEND_TSRMLS_CACHE_EXTERN()
#endif

extern zend_class_entry *php_forkgate_exception_ce;
extern zend_class_entry *php_forkgate_outcome_ce;
extern zend_class_entry *php_forkgate_kind_ce;
extern zend_class_entry *php_forkgate_hash_ce;
extern zend_class_entry *php_forkgate_format_ce;

#endif /* PHP_FORKGATE_H */
