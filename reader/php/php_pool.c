#include "php_pool.h"

#include "SAPI.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef ZTS
#include "TSRM.h"
#endif

#include "zend_exceptions.h"

#include "php_sticky.h"

#define RETRY_MS     1000
#define CLI_AGE_MS   1000
#define MANY_RESULTS 10000

/* Of the process, not of a thread: under the lock, and only ever added to. */
static struct php_pool *pools;
static unsigned n_pools;

#ifdef ZTS
static MUTEX_T mutex;
#define LOCK()   tsrm_mutex_lock(mutex)
#define UNLOCK() tsrm_mutex_unlock(mutex)
#else
#define LOCK()   ((void)0)
#define UNLOCK() ((void)0)
#endif

void
php_pool_startup(void)
{
#ifdef ZTS
	mutex = tsrm_mutex_alloc();
#endif
}

static void
pool_free(struct php_pool *pool)
{
	fg_close(pool->fg);
	free((char *)pool->key.state_dir);
	free((char *)pool->key.project);
	free((char *)pool->key.environment);
	free((char *)pool->key.snapshot);
	free(pool);
}

void
php_pool_shutdown(void)
{
	while (pools != NULL) {
		struct php_pool *pool = pools;

		pools = pool->next;
		pool_free(pool);
	}
	n_pools = 0;
#ifdef ZTS
	tsrm_mutex_free(mutex);
#endif
}

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static const char *
text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

const char *
php_pool_state_dir(const struct php_pool *pool)
{
	const char *dir = text_or_null(pool->key.state_dir);

	if (dir == NULL)
		dir = text_or_null(getenv("FORKGATE_STATE_DIR"));
	return dir != NULL ? dir : "/var/lib/forkgate";
}

const char *
php_pool_project(const struct php_pool *pool)
{
	const char *name = text_or_null(pool->key.project);

	return name != NULL ? name : "default";
}

/* ---- Clients. ---- */

static bool
same_text(const char *own, const char *asked)
{
	return strcmp(own, asked != NULL ? asked : "") == 0;
}

/* An open client of the same project, which has all but the settings. */
static struct fg *
base_locked(const struct php_pool_key *key)
{
	for (struct php_pool *pool = pools; pool != NULL; pool = pool->next)
		if (pool->fg != NULL && key->snapshot[0] == '\0' &&
		    pool->key.snapshot[0] == '\0' &&
		    (pool->key.logging || !key->logging) &&
		    same_text(pool->key.state_dir, key->state_dir) &&
		    same_text(pool->key.project, key->project))
			return pool->fg;
	return NULL;
}

static void
open_locked(struct php_pool *pool)
{
	struct fg_options o = FG_OPTIONS_INIT;
	struct fg *fg;

	o.base = base_locked(&pool->key);
	o.state_dir = text_or_null(pool->key.state_dir);
	o.project = text_or_null(pool->key.project);
	o.environment = text_or_null(pool->key.environment);
	o.snapshot = text_or_null(pool->key.snapshot);
	o.disable_logging = !pool->key.logging;
	o.sticky = pool->key.sticky ? &php_sticky_queue : NULL;
	o.dedupe_ttl_ms = (uint32_t)FORKGATE_G(dedupe_ttl_ms);
	/* The library looks at FORKGATE_STATE_DIR, other threads may set it. */
	tsrm_env_lock();
	__atomic_store_n(&pool->status, fg_open(&o, &fg), __ATOMIC_RELAXED);
	tsrm_env_unlock();
	if (pool->status == FG_OK)
		__atomic_store_n(&pool->fg, fg, __ATOMIC_RELEASE);
	else
		pool->retry_ms = now_ms() + RETRY_MS;
}

struct fg *
php_pool_open(struct php_pool *pool)
{
	struct fg *fg = __atomic_load_n(&pool->fg, __ATOMIC_ACQUIRE);

	if (fg != NULL)
		return fg;
	LOCK();
	if (pool->fg == NULL && now_ms() >= pool->retry_ms)
		open_locked(pool);
	fg = pool->fg;
	UNLOCK();
	return fg;
}

static bool
same_key(const struct php_pool_key *own, const struct php_pool_key *asked)
{
	return own->logging == asked->logging && own->sticky == asked->sticky &&
	    same_text(own->state_dir, asked->state_dir) &&
	    same_text(own->project, asked->project) &&
	    same_text(own->environment, asked->environment) &&
	    same_text(own->snapshot, asked->snapshot);
}

static struct php_pool *
add_locked(const struct php_pool_key *key)
{
	struct php_pool *pool = calloc(1, sizeof(*pool));
	struct php_pool_key *own = &pool->key;

	if (pool == NULL)
		return NULL;
	own->logging = key->logging;
	own->sticky = key->sticky;
	own->state_dir = strdup(key->state_dir ? key->state_dir : "");
	own->project = strdup(key->project ? key->project : "");
	own->environment = strdup(key->environment ? key->environment : "");
	own->snapshot = strdup(key->snapshot ? key->snapshot : "");
	if (own->state_dir == NULL || own->project == NULL ||
	    own->environment == NULL || own->snapshot == NULL) {
		pool_free(pool);
		return NULL;
	}
	pool->next = pools;
	pools = pool;
	n_pools++;
	return pool;
}

static struct php_pool *
find(const struct php_pool_key *key, bool *full)
{
	struct php_pool *pool;

	LOCK();
	for (pool = pools; pool != NULL; pool = pool->next)
		if (same_key(&pool->key, key))
			break;
	*full = pool == NULL && n_pools >= PHP_POOL_MAX;
	if (pool == NULL && !*full)
		pool = add_locked(key);
	UNLOCK();
	return pool;
}

static void
open_project(char *name)
{
	struct php_pool_key key = {.logging = FORKGATE_G(logging)};
	char *colon = name[0] == '/' ? strrchr(name, ':') : NULL;
	struct php_pool *pool;
	bool full;

	key.state_dir = FORKGATE_G(state_dir);
	key.environment = FORKGATE_G(environment);
	key.project = name;
	if (colon != NULL) {
		*colon = '\0';
		key.state_dir = name;
		key.project = colon + 1;
	}
	pool = find(&key, &full);
	if (pool != NULL)
		php_pool_open(pool);
}

void
php_pool_open_all(void)
{
	const char *projects = FORKGATE_G(projects);
	char *list = projects != NULL ? strdup(projects) : NULL, *rest = NULL;
	struct php_pool *pool = php_pool_default();

	if (pool != NULL)
		php_pool_open(pool);
	if (list == NULL)
		return;
	for (char *name = strtok_r(list, ", \t", &rest); name != NULL;
	     name = strtok_r(NULL, ", \t", &rest))
		open_project(name);
	free(list);
}

struct php_pool *
php_pool_all(void)
{
	struct php_pool *first;

	LOCK();
	first = pools;
	UNLOCK();
	return first;
}

enum fg_status
php_pool_status(const struct php_pool *pool)
{
	return __atomic_load_n(&pool->status, __ATOMIC_RELAXED);
}

struct php_pool *
php_pool_default(void)
{
	struct php_pool_key key = {.logging = FORKGATE_G(logging)};
	bool full;

	if (FORKGATE_G(pool) == NULL) {
		key.state_dir = FORKGATE_G(state_dir);
		key.project = FORKGATE_G(project);
		key.environment = FORKGATE_G(environment);
		FORKGATE_G(pool) = find(&key, &full);
	}
	return FORKGATE_G(pool);
}

struct php_pool *
php_pool_get(const struct php_pool_key *key)
{
	bool full;
	struct php_pool *pool = find(key, &full);

	if (pool == NULL)
		zend_throw_exception(php_forkgate_exception_ce,
		    full ? "Too many different clients in one process"
			 : "Out of memory",
		    0);
	return pool;
}

/* ---- Sessions. ---- */

/* Zero: a session lasts until the request ends. */
static uint64_t
max_age_ms(void)
{
	zend_long set = FORKGATE_G(max_session_ms);

	if (set >= 0)
		return (uint64_t)set;
	return strcmp(sapi_module.name, "cli") == 0 ? CLI_AGE_MS : 0;
}

static struct php_session *
current_of(struct php_pool *pool)
{
	struct php_session *s = FORKGATE_G(sessions);

	while (s != NULL && (s->pool != pool || !s->is_current))
		s = s->next;
	return s;
}

/* The library's sessions cost little, so each is fresh: nothing is reset. */
static struct php_session *
begin(struct php_pool *pool)
{
	struct fg *fg = FORKGATE_G(enabled) ? php_pool_open(pool) : NULL;
	struct fg_session *ses;
	struct php_session *s;

	if (fg == NULL)
		return NULL;
	s = ecalloc(1, sizeof(*s));
	if (fg_session_begin(fg, &ses) != FG_OK) {
		efree(s);
		return NULL;
	}
	s->pool = pool;
	s->ses = ses;
	s->n_refs = 1; /* as the current one */
	s->is_current = true;
	s->max_ms = max_age_ms();
	s->born_ms = s->max_ms != 0 ? now_ms() : 0;
	s->next = FORKGATE_G(sessions);
	FORKGATE_G(sessions) = s;
	return s;
}

static void
retire(struct php_session *s)
{
	s->is_current = false;
	php_pool_let_go(s);
}

struct php_session *
php_pool_begin(struct php_pool *pool)
{
	struct php_session *fresh, *s = current_of(pool);

	if (s == NULL)
		return begin(pool);
	if (s->max_ms == 0 ||
	    (now_ms() - s->born_ms < s->max_ms && s->n_results < MANY_RESULTS))
		return s;
	fresh = begin(pool);
	if (fresh == NULL)
		return s;
	retire(s);
	return fresh;
}

struct php_session *
php_pool_hold(struct php_session *s)
{
	s->n_refs++;
	s->n_results++;
	return s;
}

static void
end(struct php_session *s)
{
	struct php_session **at = &FORKGATE_G(sessions);

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	fg_session_end(s->ses);
	efree(s);
}

void
php_pool_let_go(struct php_session *s)
{
	if (s != NULL && --s->n_refs == 0)
		end(s);
}

/* Any question will do that is no evaluation. */
static uint64_t
generation_of(struct php_session *s)
{
	struct fg_store store;

	fg_get_store(s->ses, NULL, "", FG_NO_EXPOSURE, &store);
	return store.details.generation;
}

bool
php_pool_refresh(struct php_pool *pool)
{
	struct php_session *fresh, *s = current_of(pool);
	bool is_other;

	fresh = begin(pool);
	if (fresh == NULL || s == NULL)
		return false;
	is_other = generation_of(fresh) != generation_of(s);
	retire(s);
	return is_other;
}

void
php_pool_overridden(struct php_pool *pool)
{
	LOCK();
	pool->overridden = true;
	UNLOCK();
	FORKGATE_G(overridden) = true;
}

void
php_pool_request_end(void)
{
	while (FORKGATE_G(sessions) != NULL)
		end(FORKGATE_G(sessions));
	php_sticky_request_end();
	if (!FORKGATE_G(overridden))
		return;
	FORKGATE_G(overridden) = false;
	LOCK();
	for (struct php_pool *pool = pools; pool != NULL; pool = pool->next)
		if (pool->overridden) {
			fg_clear_overrides(pool->fg);
			pool->overridden = false;
		}
	UNLOCK();
}
