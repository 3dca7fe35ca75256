/* Forkgate\Status, and the same looks for phpinfo(). */
#include "php_client.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "php_result.h"

zend_class_entry *php_client_status_ce;

void
php_client_look(struct php_pool *pool, struct php_client_view *out)
{
	struct fg *fg = FORKGATE_G(enabled) ? php_pool_open(pool) : NULL;
	enum fg_status st = php_pool_status(pool);
	struct timespec ts;

	memset(out, 0, sizeof(*out));
	clock_gettime(CLOCK_REALTIME, &ts);
	out->now_ms =
	    (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	out->info.size = sizeof(out->info);
	if (fg != NULL) {
		st = fg_wait_ready(fg, 0);
		fg_get_info(fg, &out->info);
	}
	if (!FORKGATE_G(enabled))
		out->error = "switched off by forkgate.enabled";
	else if (st == FG_E_TIMEOUT)
		out->error = "there are no rules yet";
	else if (st != FG_OK)
		out->error = fg_strerror(st);
}

static zend_long
since(const struct php_client_view *v, uint64_t then)
{
	return then != 0 && v->now_ms > then ? (zend_long)(v->now_ms - then)
					     : 0;
}

/* In the order of the class's properties. */
static void
do_status(zval *out, struct php_pool *pool)
{
	struct php_client_view v;
	zend_object *obj;
	zval *at;

	php_client_look(pool, &v);
	object_init_ex(out, php_client_status_ce);
	obj = Z_OBJ_P(out);
	at = OBJ_PROP_NUM(obj, 0);
	ZVAL_BOOL(at++, v.info.generation != 0);
	ZVAL_STRING(at++, php_pool_state_dir(pool));
	ZVAL_STRING(at++, php_pool_project(pool));
	ZVAL_LONG(at++, (zend_long)v.info.generation);
	ZVAL_LONG(at++, (zend_long)v.info.lcut);
	ZVAL_LONG(at++, (zend_long)v.info.received_at);
	ZVAL_LONG(at++, since(&v, v.info.received_at));
	if (v.info.heartbeat != 0)
		ZVAL_LONG(at++, since(&v, v.info.heartbeat));
	else
		ZVAL_NULL(at++);
	ZVAL_LONG(at++, v.info.n_gates);
	ZVAL_LONG(at++, v.info.n_configs);
	ZVAL_LONG(at++, v.info.n_layers);
	ZVAL_LONG(at++, (zend_long)v.info.n_evaluations);
	ZVAL_LONG(at++, (zend_long)v.info.n_exposures);
	ZVAL_LONG(at++, (zend_long)v.info.n_deduplicated);
	ZVAL_LONG(at++, (zend_long)v.info.n_dropped);
	ZVAL_LONG(at++,
	    (zend_long)(v.info.n_sticky_failed +
		__atomic_load_n(&pool->n_sticky_failed, __ATOMIC_RELAXED)));
	php_result_text(at, v.error);
}

PHP_FUNCTION(Forkgate_status)
{
	struct php_pool *pool = php_pool_default();

	ZEND_PARSE_PARAMETERS_NONE();

	if (pool != NULL)
		do_status(return_value, pool);
	else
		zend_throw_error(NULL, "Out of memory");
}

PHP_METHOD(Forkgate_Client, status)
{
	struct php_pool *pool = php_client_pool(Z_OBJ_P(ZEND_THIS));

	ZEND_PARSE_PARAMETERS_NONE();

	if (pool != NULL)
		do_status(return_value, pool);
}

PHP_METHOD(Forkgate_Status, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}
