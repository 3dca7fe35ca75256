/*
 * The storage: who may use the file when, in each process.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/host.h"
#include "reader/sticky/forkgate_sticky.h"
#include "reader/sticky/sticky_values.h"

#define DEFAULT_BYTES ((uint64_t)128 << 20)
#define LEAST_BYTES   ((uint64_t)1 << 20)
#define DEFAULT_WAIT  100
#define DEFAULT_MODE  0600
#define LOOK_MS       1000 /* between two looks at the folder */
#define N_RETRIES     3

/* What belongs to one process; a child begins anew and leaves the rest be. */
struct process {
	pid_t pid;
	pthread_rwlock_t opening; /* held to read while the env is used */
	pthread_mutex_t writing;
	struct sticky_env env;
	bool is_open;
	uint64_t next_look_ms;
	enum fg_status status; /* of the last attempt to open it */
};

struct fg_sticky_store {
	char *dir;
	struct sticky_env_options options;
	struct sticky_limits limits;
	_Atomic(struct process *) process;
};

/* ------------------------------------------------------- of this process */

static struct process *
process_new(void)
{
	struct process *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->pid = getpid();
	p->status = FG_E_BUSY;
	p->env.guard = -1;
	pthread_rwlock_init(&p->opening, NULL);
	pthread_mutex_init(&p->writing, NULL);
	return p;
}

static void
process_free(struct process *p)
{
	sticky_env_close(&p->env);
	pthread_mutex_destroy(&p->writing);
	pthread_rwlock_destroy(&p->opening);
	free(p);
}

/* A parent's is left behind: its locks may be held by threads of its. */
static struct process *
own_process(struct fg_sticky_store *s)
{
	struct process *p = atomic_load(&s->process), *mine;

	if (p != NULL && p->pid == getpid())
		return p;
	mine = process_new();
	if (mine == NULL)
		return NULL;
	if (atomic_compare_exchange_strong(&s->process, &p, mine))
		return mine;
	process_free(mine);
	return p;
}

/* ------------------------------------------------------------- the file */

/* Opens it where it is not, or where the folder has another file by now. */
static void
refresh(struct fg_sticky_store *s, struct process *p)
{
	uint64_t now = host_clock_ms(CLOCK_MONOTONIC);

	/* Another opener is soon done: that is tried again at once. */
	if (now < p->next_look_ms && (p->is_open || p->status != FG_E_BUSY))
		return;
	p->next_look_ms = now + LOOK_MS;
	if (p->is_open && sticky_env_is_current(&p->env, &s->options))
		return;
	sticky_env_close(&p->env);
	p->status = sticky_env_open(&p->env, &s->options);
	p->is_open = p->status == FG_OK;
}

/* On FG_OK the file stays open until leave(). */
static enum fg_status
enter(struct fg_sticky_store *s, struct process **out)
{
	struct process *p = own_process(s);
	enum fg_status st;

	*out = p;
	if (p == NULL)
		return FG_E_NOMEM;
	pthread_rwlock_rdlock(&p->opening);
	if (!p->is_open || host_clock_ms(CLOCK_MONOTONIC) >= p->next_look_ms) {
		pthread_rwlock_unlock(&p->opening);
		pthread_rwlock_wrlock(&p->opening);
		refresh(s, p);
		pthread_rwlock_unlock(&p->opening);
		pthread_rwlock_rdlock(&p->opening);
	}
	st = p->is_open ? FG_OK : p->status;
	if (st != FG_OK)
		pthread_rwlock_unlock(&p->opening);
	return st;
}

/* What LMDB answered: damage, and a larger file, have it opened anew. */
static enum fg_status
leave(struct fg_sticky_store *s, struct process *p, int rc, bool *again)
{
	enum fg_status st = sticky_env_status(rc);
	int saved = errno;

	*again = rc == MDB_MAP_RESIZED;
	pthread_rwlock_unlock(&p->opening);
	if (st == FG_E_CORRUPT)
		sticky_env_suspect(&s->options);
	if (*again || st == FG_E_CORRUPT) {
		pthread_rwlock_wrlock(&p->opening);
		p->is_open = false;
		p->status = st;
		p->next_look_ms = 0;
		pthread_rwlock_unlock(&p->opening);
	}
	errno = saved;
	return st;
}

/* ---------------------------------------------------------------- loading */

static enum fg_status
load(void *arg, const char *key, fg_sticky_found found, void *to)
{
	struct fg_sticky_store *s = arg;
	struct process *p;
	enum fg_status st = FG_E_IO;
	bool again = true;

	for (int i = 0; i < N_RETRIES && again; i++) {
		st = enter(s, &p);
		if (st != FG_OK)
			return st;
		st = leave(s, p,
		    sticky_values_find(&s->limits, &p->env, key, found, to),
		    &again);
	}
	return st;
}

/* ---------------------------------------------------------------- writing */

static int
lock_threads(struct fg_sticky_store *s, struct process *p)
{
	struct timespec end;
	uint64_t ms = host_clock_ms(CLOCK_REALTIME) + s->options.wait_ms;

	end.tv_sec = (time_t)(ms / 1000);
	end.tv_nsec = (long)(ms % 1000) * 1000000;
	return pthread_mutex_timedlock(&p->writing, &end) == 0 ? 0 : EAGAIN;
}

static int
change(
    struct fg_sticky_store *s, struct process *p, const struct sticky_change *c)
{
	enum fg_status st;
	bool done;
	int rc = sticky_values_is_done(&s->limits, &p->env, c, &done);

	if (rc == 0 && done)
		return c->record == NULL ? MDB_NOTFOUND : 0;
	if (rc == 0)
		rc = lock_threads(s, p);
	if (rc != 0)
		return rc;
	st = sticky_env_lock(&p->env, &s->options);
	if (st == FG_OK) {
		rc = sticky_values_change(&s->limits, &p->env, c);
		sticky_env_unlock(&p->env);
	} else {
		rc = st == FG_E_BUSY ? EAGAIN : errno;
	}
	pthread_mutex_unlock(&p->writing);
	return rc;
}

static enum fg_status
write_change(struct fg_sticky_store *s, struct sticky_change *c)
{
	struct process *p;
	enum fg_status st = FG_E_IO;
	bool again = true;

	for (int i = 0; i < N_RETRIES && again; i++) {
		st = enter(s, &p);
		if (st != FG_OK)
			return st;
		st = leave(s, p, change(s, p, c), &again);
	}
	return st;
}

static enum fg_status
save(void *arg, const char *key, const char *name, const void *record,
    size_t len)
{
	struct sticky_change c = {
	    .key = key, .name = name, .record = record, .len = len};

	return write_change(arg, &c);
}

static enum fg_status
forget(void *arg, const char *key, const char *name)
{
	struct sticky_change c = {.key = key, .name = name};

	return write_change(arg, &c);
}

/* ----------------------------------------------------------------- public */

static void
take_options(struct fg_sticky_store *s, const struct fg_sticky_store_options *o)
{
	s->limits.max_bytes = o->max_bytes != 0 ? o->max_bytes : DEFAULT_BYTES;
	if (s->limits.max_bytes < LEAST_BYTES)
		s->limits.max_bytes = LEAST_BYTES;
	s->limits.max_age_ms = o->max_age_ms;
	s->options = (struct sticky_env_options){.dir = s->dir,
	    .map_bytes = 2 * s->limits.max_bytes,
	    .wait_ms = o->wait_ms != 0 ? o->wait_ms : DEFAULT_WAIT,
	    .mode = o->mode != 0 ? o->mode : DEFAULT_MODE,
	    .no_sync = o->no_sync};
}

enum fg_status
fg_sticky_store_open(
    const struct fg_sticky_store_options *options, struct fg_sticky_store **out)
{
	struct fg_sticky_store_options o = FG_STICKY_STORE_OPTIONS_INIT;
	struct fg_sticky_store *s;

	*out = NULL;
	if (options == NULL ||
	    options->size < offsetof(struct fg_sticky_store_options, max_bytes))
		return FG_E_INVALID;
	memcpy(
	    &o, options, options->size < sizeof(o) ? options->size : sizeof(o));
	if (o.dir == NULL || o.dir[0] == '\0' || o.max_bytes > UINT64_MAX / 4)
		return FG_E_INVALID;
	if (mkdir(o.dir, 0700) != 0 && errno != EEXIST)
		return FG_E_IO;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return FG_E_NOMEM;
	/* A process may go elsewhere before it first uses the store. */
	s->dir = realpath(o.dir, NULL);
	if (s->dir == NULL) {
		free(s);
		return errno == ENOMEM ? FG_E_NOMEM : FG_E_IO;
	}
	take_options(s, &o);
	*out = s;
	return FG_OK;
}

void
fg_sticky_store_close(struct fg_sticky_store *store)
{
	struct process *p;

	if (store == NULL)
		return;
	p = atomic_load(&store->process);
	if (p != NULL && p->pid == getpid())
		process_free(p);
	free(store->dir);
	free(store);
}

void
fg_sticky_store_use(
    struct fg_sticky_store *store, struct fg_sticky_storage *out)
{
	*out = (struct fg_sticky_storage){store, load, save, forget};
}

enum fg_status
fg_sticky_store_get_info(
    struct fg_sticky_store *store, struct fg_sticky_store_info *out)
{
	struct fg_sticky_store_info info = {.size = out->size};
	struct process *p;
	enum fg_status st = FG_E_IO;
	bool again = true;

	for (int i = 0; i < N_RETRIES && again; i++) {
		st = enter(store, &p);
		if (st != FG_OK)
			return st;
		st = leave(
		    store, p, sticky_values_count(&p->env, &info), &again);
	}
	memcpy(out, &info, out->size < sizeof(info) ? out->size : sizeof(info));
	return st;
}
