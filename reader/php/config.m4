dnl forkgate as anybody builds an extension: phpize && ./configure && make.
dnl It finds an installed libforkgate by pkg-config.  "make php" in the project
dnl needs none of this: it links the library in.

PHP_ARG_ENABLE([forkgate],
  [whether to enable forkgate],
  [AS_HELP_STRING([--enable-forkgate],
    [Enable Statsig gates and experiments from shared memory])],
  [yes])

if test "$PHP_FORKGATE" != "no"; then
  PKG_CHECK_MODULES([FORKGATE], [forkgate])
  PHP_EVAL_INCLINE($FORKGATE_CFLAGS)
  PHP_EVAL_LIBLINE($FORKGATE_LIBS, FORKGATE_SHARED_LIBADD)
  PHP_SUBST([FORKGATE_SHARED_LIBADD])
  PHP_ADD_EXTENSION_DEP(forkgate, json)
  PHP_NEW_EXTENSION([forkgate],
    [php_forkgate.c php_check.c php_client.c php_config.c php_event.c dnl
     php_layer.c php_list.c php_override.c php_pool.c php_response.c php_result.c dnl
     php_status.c php_sticky.c php_sticky_queue.c dnl
     php_sticky_record.c php_store.c php_user.c php_value.c],
    [$ext_shared],,
    [-fvisibility=hidden -DZEND_ENABLE_STATIC_TSRMLS_CACHE=1])
fi
