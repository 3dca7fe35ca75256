/*
 * php_pool: the clients that this process has opened, and the sessions that a
 * request has begun with them.
 *
 * A client is opened once for a process and stays until the module ends; those
 * of php.ini are opened before servers fork, so that workers need neither the
 * path nor its permissions.  Clients of one project share what it has open, so
 * that is true for one with other settings, too.  All threads share them.
 *
 * A session begins with a request's first check and ends behind its last object.
 * One that was refreshed lives on while results refer to it.
 */
#ifndef PHP_POOL_H
#define PHP_POOL_H

#include "php_forkgate.h"

#define PHP_POOL_MAX 64 /* different clients of one process */

/* What a client is opened for.  Texts may be NULL: as the library has it. */
struct php_pool_key {
	const char *state_dir, *project, *environment, *snapshot;
	bool logging;
	bool sticky; /* for clients with a storage, whichever that is */
};

struct php_pool {
	struct php_pool *next;
	struct php_pool_key key; /* texts of its own, "" for none */
	struct fg *fg;           /* NULL: it could not be opened so far */
	enum fg_status status;   /* atomic: why not */
	uint64_t retry_ms;
	bool overridden;          /* by some request that has not ended */
	uint64_t n_sticky_failed; /* of storages in PHP; atomic */
};

struct php_session {
	struct php_session *next;
	struct php_pool *pool;
	struct fg_session *ses;
	uint32_t n_refs;
	uint32_t n_results; /* whose memory lives as long as the session */
	bool is_current;    /* not replaced by a newer one */
	bool told;          /* the log of a storage that fails */
	uint64_t max_ms;    /* until it is replaced; 0: not before the end */
	uint64_t born_ms;
};

/* At the module's beginning and end. */
void php_pool_startup(void);
void php_pool_shutdown(void);

/* Opens those of php.ini: the default, and forkgate.projects. */
void php_pool_open_all(void);

/* All there are, for who walks along next: only new ones come in front. */
struct php_pool *php_pool_all(void);

/* The client of the settings.  NULL without memory. */
struct php_pool *php_pool_default(void);

/* NULL with an exception thrown. */
struct php_pool *php_pool_get(const struct php_pool_key *key);

/* Opens the client if it is not; tried once a second.  NULL: not open. */
struct fg *php_pool_open(struct php_pool *pool);

/* Why it is not open. */
enum fg_status php_pool_status(const struct php_pool *pool);

/* What is in effect. */
const char *php_pool_state_dir(const struct php_pool *pool);
const char *php_pool_project(const struct php_pool *pool);

/* For php_pool_session: begins, renews, or finds it. */
struct php_session *php_pool_begin(struct php_pool *pool);

/*
 * The session of this request for checks.  NULL when there can be none: the
 * extension is switched off, or no memory.
 */
static inline struct php_session *
php_pool_session(struct php_pool *pool)
{
	struct php_session *s = FORKGATE_G(sessions);

	if (s != NULL && s->pool == pool && s->is_current && s->max_ms == 0)
		return s;
	return php_pool_begin(pool);
}

/* For results that stay; let go takes NULL. */
struct php_session *php_pool_hold(struct php_session *s);
void php_pool_let_go(struct php_session *s);

/* Takes the newest rules.  True when they are others than before. */
bool php_pool_refresh(struct php_pool *pool);

/* Notes that there is something to take back. */
void php_pool_overridden(struct php_pool *pool);

/* Behind a request: ends its sessions, takes its overrides back. */
void php_pool_request_end(void);

#endif /* PHP_POOL_H */
