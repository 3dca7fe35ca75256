/*
 * php_check: what each check begins with.
 */
#ifndef PHP_CHECK_H
#define PHP_CHECK_H

#include "php_client.h"
#include "php_sticky.h"
#include "php_user.h"

/* A check: who asks, and what about. */
struct php_check {
	struct php_session *s; /* NULL: nothing can be decided */
	struct fg_user *user;
	unsigned flags;
};

/*
 * The user before the session: casts may run code that refreshes.  False with
 * an exception thrown.
 */
static zend_always_inline bool
php_check_begin(
    struct php_check *c, struct php_pool *pool, zval *user, bool exposure)
{
	if (pool == NULL)
		return false;
	c->user = php_user_of(user, 1);
	if (c->user == NULL)
		return false;
	c->s = php_pool_session(pool);
	c->flags = exposure && FORKGATE_G(exposures) ? 0 : FG_NO_EXPOSURE;
	return true;
}

/* With the result made: what the storage is told may run any code. */
static zend_always_inline void
php_check_end(const struct php_check *c, zend_execute_data *execute_data)
{
	if (UNEXPECTED(FORKGATE_G(sticky_n) != 0))
		php_sticky_tell_of(c->s, execute_data);
}

#endif /* PHP_CHECK_H */
