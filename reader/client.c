#include "reader/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/host.h"
#include "reader/path.h"

#define DEFAULT_STATE_DIR "/var/lib/forkgate"
#define WAIT_STEP_MS      2
#define LOOK_MS           1000

static _Atomic uint64_t next_id = 1;

const char *
fg_version(void)
{
	return FORKGATE_VERSION;
}

static const char *
state_dir_of(const struct fg_options *o)
{
	const char *dir = o->state_dir;

	if (dir == NULL)
		dir = getenv("FORKGATE_STATE_DIR");
	return dir != NULL && dir[0] != '\0' ? dir : DEFAULT_STATE_DIR;
}

/* Options of an older header are shorter: what they lack is at its default. */
static enum fg_status
options_get(const struct fg_options *given, struct fg_options *o)
{
	struct fg_options none = FG_OPTIONS_INIT;

	*o = none;
	if (given == NULL)
		return FG_OK;
	if (given->size < offsetof(struct fg_options, state_dir))
		return FG_E_INVALID;
	memcpy(o, given, given->size < sizeof(*o) ? given->size : sizeof(*o));
	if (o->sticky != NULL &&
	    (o->sticky->load == NULL || o->sticky->save == NULL ||
		o->sticky->remove == NULL))
		return FG_E_INVALID;
	return FG_OK;
}

/* A facet that is parsed on demand would be a race between threads. */
static void
parse_now(struct dyn *v)
{
	double f;
	int64_t t;

	dyn_float(v, &f);
	dyn_time(v, &t);
	for (uint32_t i = 0; i < v->n; i++)
		parse_now(&v->items[i]);
}

static enum fg_status
take_defaults(struct fg *fg, const struct fg_options *o)
{
	enum fg_status st = FG_OK;

	fg->defaults.id = atomic_fetch_add(&next_id, 1);
	dyn_null(&fg->defaults.tier);
	if (o->environment != NULL) {
		struct fg_value v = {.type = FG_STRING};

		v.u.string.bytes = o->environment;
		v.u.string.len = strlen(o->environment);
		st = dyn_set(&fg->defaults.tier, &v, &fg->arena);
		parse_now(&fg->defaults.tier);
	}
	for (size_t i = 0; st == FG_OK && i < o->n_custom_fields; i++)
		st = user_map_put(&fg->defaults.custom, &fg->arena,
		    o->custom_fields[i].key, o->custom_fields[i].key_len,
		    &o->custom_fields[i].value);
	for (uint32_t i = 0; i < fg->defaults.custom.n; i++)
		parse_now(&fg->defaults.custom.entries[i].value);
	return st;
}

static uint64_t
queue_allowance(void *arg)
{
	return rules_queue_allowance(arg);
}

static bool
heartbeat_old(void *arg)
{
	struct rules_info info;

	rules_info(arg, &info);
	return info.stale;
}

/* Looks for the queue's folder, at most once a second until it is there. */
static void
find_queue(struct fg *fg)
{
	uint64_t now = host_clock_ms(CLOCK_MONOTONIC);
	int saved = errno, fd;

	if (now < atomic_load(&fg->next_look_ms))
		return;
	atomic_store(&fg->next_look_ms, now + LOOK_MS);
	fd = open(fg->queue_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		if (queue_set_dir(fg->queue, fd) == FG_OK)
			atomic_store(&fg->has_queue_dir, true);
		close(fd);
	}
	errno = saved;
}

/*
 * A missing queue/ is no failure: nothing can be logged yet, and evaluation
 * must go on.  Until it is there every event is dropped and counted.
 */
static enum fg_status
open_queue(struct fg *fg, const char *dir, const char *project)
{
	struct queue_options opt = {.allowance = queue_allowance,
	    .heartbeat_old = heartbeat_old,
	    .arg = fg->rules};
	enum fg_status st = queue_new(-1, project, &opt, &fg->queue);

	if (st != FG_OK)
		return st;
	fg->queue_path = path_absolute(dir, "queue");
	if (fg->queue_path == NULL)
		return FG_E_NOMEM;
	find_queue(fg);
	atomic_store(&fg->next_look_ms, 0);
	return FG_OK;
}

static enum fg_status
open_source(struct fg *fg, const struct fg_options *o)
{
	const char *dir = state_dir_of(o);
	const char *project = o->project != NULL ? o->project : "default";
	enum fg_status st;

	if (o->base != NULL) {
		fg->base = o->base->base != NULL ? o->base->base : o->base;
		atomic_fetch_add(&fg->base->n_users, 1);
		fg->rules = fg->base->rules;
		if (!o->disable_logging)
			fg->queue = fg->base->queue;
		return FG_OK;
	}
	if (o->snapshot != NULL)
		return rules_open_snapshot(o->snapshot, o->project, &fg->rules);
	st = rules_open(dir, project, &fg->rules);
	if (st == FG_OK && !o->disable_logging)
		st = open_queue(fg, dir, project);
	return st;
}

static void
close_source(struct fg *fg)
{
	if (fg->base != NULL) {
		fg_close(fg->base);
		return;
	}
	queue_free(fg->queue);
	free(fg->queue_path);
	rules_close(fg->rules);
}

enum fg_status
fg_open(const struct fg_options *options, struct fg **out)
{
	struct fg_options o;
	struct fg *fg;
	enum fg_status st = options_get(options, &o);
	int saved;

	*out = NULL;
	if (st != FG_OK)
		return st;
	fg = calloc(1, sizeof(*fg));
	if (fg == NULL)
		return FG_E_NOMEM;
	atomic_init(&fg->n_users, 1);
	st = FG_E_NOMEM;
	fg->regex = regex_cache_new();
	fg->dedupe_ttl_ms = o.dedupe_ttl_ms;
	fg->overrides = overrides_new();
	fg->has_sticky = o.sticky != NULL;
	if (fg->has_sticky)
		fg->sticky = *o.sticky;
	if (fg->regex == NULL || fg->overrides == NULL ||
	    !arena_init(&fg->arena, 1024))
		goto fail;
	st = take_defaults(fg, &o);
	if (st != FG_OK)
		goto fail;
	st = open_source(fg, &o);
	if (st != FG_OK)
		goto fail;
	/* The large ones last: what a worker writes to first lies together. */
	fg->dedupe =
	    dedupe_new(o.dedupe_max != 0 ? o.dedupe_max : CLIENT_DEDUPE_MAX);
	fg->sampled = dedupe_new(CLIENT_SAMPLED);
	st = FG_E_NOMEM;
	if (fg->dedupe == NULL || fg->sampled == NULL)
		goto fail;
	*out = fg;
	return FG_OK;
fail:
	saved = errno;
	fg_close(fg);
	errno = saved;
	return st;
}

static void
session_free(struct fg_session *ses)
{
	if (ses == NULL)
		return;
	fg_user_free(ses->nobody);
	regex_scratch_free(ses->regex);
	arena_free(&ses->arena);
	free(ses);
}

void
fg_close(struct fg *fg)
{
	/* The last one sees all that the others did before. */
	if (fg == NULL || atomic_fetch_sub(&fg->n_users, 1) != 1)
		return;
	for (int i = 0; i < CLIENT_N_SPARE; i++)
		session_free(atomic_load(&fg->spare[i]));
	close_source(fg);
	dedupe_free(fg->dedupe);
	dedupe_free(fg->sampled);
	regex_cache_free(fg->regex);
	overrides_free(fg->overrides);
	arena_free(&fg->arena);
	free(fg);
}

enum fg_status
fg_wait_ready(struct fg *fg, int timeout_ms)
{
	uint64_t end = host_clock_ms(CLOCK_MONOTONIC) +
	    (uint64_t)(timeout_ms > 0 ? timeout_ms : 0);
	struct timespec step = {0, WAIT_STEP_MS * 1000000};
	struct rules_pin pin;

	for (;;) {
		enum fg_status st = rules_pin(fg->rules, &pin);

		if (st != FG_E_NOT_READY)
			return st;
		if (timeout_ms <= 0 || host_clock_ms(CLOCK_MONOTONIC) >= end)
			return FG_E_TIMEOUT;
		nanosleep(&step, NULL);
	}
}

enum fg_status
fg_flush(struct fg *fg, int timeout_ms)
{
	client_find_queue(fg);
	return fg->queue != NULL ? queue_flush(fg->queue, timeout_ms) : FG_OK;
}

enum fg_status
fg_get_info(struct fg *fg, struct fg_info *out)
{
	struct fg_info info = {.size = out->size};
	struct rules_info rules;
	uint64_t sums[SEGMENT_N_COUNTERS] = {0};
	struct rules_pin pin;
	struct image im;

	if (out->size < offsetof(struct fg_info, generation))
		return FG_E_INVALID;
	rules_info(fg->rules, &rules);
	info.heartbeat = rules.heartbeat_ms;
	if (rules_pin(fg->rules, &pin) == FG_OK &&
	    image_open(pin.image, pin.image_len, &im) == FG_OK) {
		info.generation = pin.generation;
		info.lcut = image_head64(&im, IMAGE_H_LCUT);
		info.received_at = image_head64(&im, IMAGE_H_RECEIVED);
		info.n_gates = image_head32(&im, IMAGE_H_N_GATES);
		info.n_configs = image_head32(&im, IMAGE_H_N_CONFIGS);
		info.n_layers = image_head32(&im, IMAGE_H_N_LAYERS);
		if (!rules_alive(fg->rules, &pin))
			info.generation = 0; /* asked at an unlucky moment */
	}
	if (fg->queue != NULL)
		queue_counters(fg->queue, sums);
	info.n_evaluations = atomic_load(&fg->n_evaluations);
	info.n_exposures = sums[SEGMENT_EXPOSURES];
	info.n_deduplicated = atomic_load(&fg->n_deduplicated);
	info.n_dropped = sums[SEGMENT_DROPPED];
	info.n_sticky_failed = atomic_load(&fg->n_sticky_failed);
	memcpy(out, &info, out->size < sizeof(info) ? out->size : sizeof(info));
	return FG_OK;
}

static struct fg_session *
session_new(struct fg *fg)
{
	struct fg_session *ses = calloc(1, sizeof(*ses));

	if (ses == NULL)
		return NULL;
	ses->fg = fg;
	/* Not a secret: only workers must not all explore alike. */
	ses->random = hash64_fold((uint64_t)(uintptr_t)ses ^ HASH64_K0,
			  host_clock_ms(CLOCK_MONOTONIC) ^ HASH64_K1) |
	    1;
	ses->regex = regex_scratch_new();
	ses->nobody = user_nobody();
	/* The arena last: what is used of it and the rest lie side by side. */
	if (ses->regex == NULL || ses->nobody == NULL ||
	    !arena_init(&ses->arena, CLIENT_SCRATCH)) {
		session_free(ses);
		return NULL;
	}
	ses->in = (struct eval_input){.defaults = &fg->defaults,
	    .arena = &ses->arena,
	    .regex = fg->regex,
	    .scratch = ses->regex,
	    .random = &ses->random,
	    .is_alive = session_is_alive,
	    .value = session_value,
	    .arg = ses};
	return ses;
}

void
client_find_queue(struct fg *fg)
{
	if (fg->base != NULL)
		fg = fg->base;
	if (fg->queue != NULL &&
	    !atomic_load_explicit(&fg->has_queue_dir, memory_order_relaxed))
		find_queue(fg);
}

enum fg_status
fg_session_begin(struct fg *fg, struct fg_session **out)
{
	struct fg_session *ses = NULL;

	*out = NULL;
	for (int i = 0; i < CLIENT_N_SPARE && ses == NULL; i++)
		if (atomic_load_explicit(&fg->spare[i], memory_order_relaxed) !=
		    NULL)
			ses = atomic_exchange(&fg->spare[i], NULL);
	if (ses == NULL)
		ses = session_new(fg);
	if (ses == NULL)
		return FG_E_NOMEM;
	client_find_queue(fg);
	if (!session_take(ses)) {
		session_free(ses);
		return FG_E_NOMEM;
	}
	*out = ses;
	return FG_OK;
}

void
fg_session_end(struct fg_session *ses)
{
	struct fg *fg;

	if (ses == NULL)
		return;
	fg = ses->fg;
	session_count(ses);
	arena_release(&ses->arena, ses->pinned);
	for (int i = 0; i < CLIENT_N_SPARE; i++) {
		struct fg_session *empty = NULL;

		if (atomic_compare_exchange_strong(&fg->spare[i], &empty, ses))
			return;
	}
	session_free(ses);
}
