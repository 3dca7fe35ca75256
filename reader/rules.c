#include "reader/rules.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "common/epoch.h"
#include "common/manifest.h"
#include "common/snapshot.h"
#include "reader/rules_map.h"

#define LOOK_MS  1000   /* not more often than this by path */
#define OLD_MS   10000  /* a syncer that did not beat for so long is missed */
#define LEAVE_MS 600000 /* sessions may use a replaced environment so long */

struct rules {
	struct rules_env *env; /* atomic; older ones hang on it */
	char *path;            /* STATE/rules/current */
	char project[EPOCH_NAME];
	uint8_t boot_id[EPOCH_ID];
	bool limited;
	uint32_t holder;   /* atomic: the process that looks now, or 0 */
	int32_t why;       /* atomic: enum fg_status, while there is no env */
	uint64_t beat;     /* atomic: the heartbeat seen last */
	uint64_t fresh_ms; /* atomic: it is young until then; 0: not reckoned */
	uint64_t next_look;   /* atomic: when one may look again */
	struct snapshot snap; /* bytes NULL unless it is a file */
	struct rules_pin fixed;
};

static uint64_t
clock_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* All zeros where the kernel does not tell: then checksums are verified. */
static void
read_boot_id(uint8_t id[EPOCH_ID])
{
	char text[40] = {0};
	unsigned n = 0;
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	memset(id, 0, EPOCH_ID);
	if (fd == -1)
		return;
	if (read(fd, text, sizeof(text) - 1) >= 36)
		for (const char *p = text; *p != '\0' && n < EPOCH_ID; p++)
			if (*p != '-' && sscanf(p++, "%2hhx", &id[n]) == 1)
				n++;
	close(fd);
}

/* --- who may look --------------------------------------------------------- */

/*
 * One thread at a time looks by path, others go on with what there is.  The
 * lock word is the process's id: after a fork amid a look, the child finds
 * its parent's there, and no thread that would ever let go of it.
 */
static bool
lock_try(struct rules *r)
{
	uint32_t me = (uint32_t)getpid(), held = 0;

	if (__atomic_compare_exchange_n(&r->holder, &held, me, false,
		__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return true;
	return held != me &&
	    __atomic_compare_exchange_n(&r->holder, &held, me, false,
		__ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static bool
lock_wait(struct rules *r)
{
	const struct timespec pause = {0, 100000};

	for (int i = 0; i < 10000; i++) {
		if (lock_try(r))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static void
unlock(struct rules *r)
{
	__atomic_store_n(&r->holder, 0, __ATOMIC_RELEASE);
}

/* --- looking by path ------------------------------------------------------- */

static struct rules_env *
env_of(struct rules *r)
{
	/* Pairs with the release in look_locked: the environment is whole. */
	return __atomic_load_n(&r->env, __ATOMIC_ACQUIRE);
}

/* Whether the newly opened one takes over from the one in use. */
static bool
is_better(const struct rules_env *fresh, const struct rules_env *old)
{
	uint8_t id[EPOCH_ID], old_id[EPOCH_ID], boot[EPOCH_ID],
	    old_boot[EPOCH_ID];
	/* The new one first: of one and the same file, it is not newer. */
	struct epoch_beat beat = epoch_last_beat(fresh->epoch);
	struct epoch_beat old_beat;
	bool differs;

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (old == NULL || epoch_check(old->epoch, EPOCH_FILE) != FG_OK ||
	    __atomic_load_n(&old->outgrown, __ATOMIC_RELAXED))
		return true;
	epoch_identity(fresh->epoch, id);
	epoch_identity(old->epoch, old_id);
	differs = memcmp(id, old_id, EPOCH_ID) != 0;
	if (epoch_state(fresh->epoch) == EPOCH_RETIRED)
		return false;
	if (epoch_state(old->epoch) == EPOCH_RETIRED && differs)
		return true;
	old_beat = epoch_last_beat(old->epoch);
	epoch_boot_id(fresh->epoch, boot);
	epoch_boot_id(old->epoch, old_boot);
	if (memcmp(boot, old_boot, EPOCH_ID) == 0)
		return beat.boot_ms > old_beat.boot_ms;
	return beat.unix_ms > old_beat.unix_ms;
}

/* Gives back the files of environments that were left long ago. */
static void
blank_left(struct rules *r, uint64_t now)
{
	struct rules_env *env = env_of(r);

	for (env = env != NULL ? env->older : NULL; env; env = env->older)
		if (now - env->left_ms >= LEAVE_MS)
			rules_env_blank(env);
}

static void
look_locked(struct rules *r, uint64_t now)
{
	struct rules_env *fresh, *old = env_of(r);
	enum fg_status st = rules_env_open(r->path, r->limited, &fresh);

	__atomic_store_n(&r->why, st, __ATOMIC_RELAXED);
	if (st != FG_OK)
		return;
	if (!is_better(fresh, old)) {
		rules_env_free(fresh);
		return;
	}
	if (old != NULL)
		old->left_ms = now;
	fresh->older = old;
	__atomic_store_n(&r->fresh_ms, 0, __ATOMIC_RELAXED);
	/* Release: pairs with env_of. */
	__atomic_store_n(&r->env, fresh, __ATOMIC_RELEASE);
}

/* Looks by path unless somebody did within the last second, or does now. */
static void
look(struct rules *r)
{
	uint64_t now = clock_ms(CLOCK_MONOTONIC_COARSE);
	int saved = errno;

	if (now < __atomic_load_n(&r->next_look, __ATOMIC_RELAXED) ||
	    !lock_try(r))
		return;
	if (now >= __atomic_load_n(&r->next_look, __ATOMIC_RELAXED)) {
		__atomic_store_n(
		    &r->next_look, now + LOOK_MS, __ATOMIC_RELAXED);
		look_locked(r, now);
		blank_left(r, now);
	}
	unlock(r);
	errno = saved;
}

/*
 * Whether to look for another environment: this one was replaced, or its
 * syncer is silent.  As long as the heartbeat changes from call to call no
 * clock is read; between two beats it is the coarse one, 5 ns in the vdso.
 */
static bool
look_is_due(struct rules *r, const struct rules_env *env)
{
	uint64_t beat, until, now;

	if (epoch_state(env->epoch) != EPOCH_LIVE)
		return true;
	beat = epoch_last_beat(env->epoch).unix_ms;
	if (beat != __atomic_load_n(&r->beat, __ATOMIC_RELAXED)) {
		__atomic_store_n(&r->beat, beat, __ATOMIC_RELAXED);
		__atomic_store_n(&r->fresh_ms, 0, __ATOMIC_RELAXED);
		return false;
	}
	now = clock_ms(CLOCK_MONOTONIC_COARSE);
	until = __atomic_load_n(&r->fresh_ms, __ATOMIC_RELAXED);
	if (until == 0)
		__atomic_store_n(&r->fresh_ms, now + OLD_MS, __ATOMIC_RELAXED);
	return until != 0 && now >= until;
}

/* --- opening and closing ---------------------------------------------------- */

/* Absolute, for a program may change its folder before it looks again. */
static char *
current_path(const char *state_dir)
{
	char cwd[4096] = "", *path;
	size_t n;

	if (state_dir[0] != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
		return NULL;
	n = strlen(cwd) + strlen(state_dir) + sizeof("//rules/current");
	path = malloc(n);
	if (path != NULL)
		snprintf(path, n, "%s%s%s/rules/current", cwd,
		    cwd[0] != '\0' ? "/" : "", state_dir);
	return path;
}

enum fg_status
rules_open(const char *state_dir, const char *project, struct rules **out)
{
	struct rules *r;
	struct rlimit lim;

	if (!epoch_name_ok(project))
		return FG_E_INVALID;
	r = calloc(1, sizeof(*r));
	if (r == NULL || (r->path = current_path(state_dir)) == NULL) {
		free(r);
		return FG_E_NOMEM;
	}
	memcpy(r->project, project, strlen(project));
	read_boot_id(r->boot_id);
	/* Who was given little of it needs it for other things. */
	r->limited =
	    getrlimit(RLIMIT_AS, &lim) == 0 && lim.rlim_cur != RLIM_INFINITY;
	r->why = FG_E_NOT_READY;
	look(r);
	/* If what was found is being replaced just now, look once more. */
	r->next_look = 0;
	*out = r;
	return FG_OK;
}

enum fg_status
rules_open_snapshot(const char *path, const char *project, struct rules **out)
{
	struct rules *r = calloc(1, sizeof(*r));
	struct manifest_section image;
	enum fg_status st;

	if (r == NULL)
		return FG_E_NOMEM;
	st = snapshot_open(path, &r->snap);
	if (st == FG_OK && project != NULL &&
	    strcmp(project, r->snap.info.project) != 0)
		st = FG_ABSENT;
	if (st == FG_OK &&
	    snapshot_find(
		r->snap.bytes, r->snap.len, MANIFEST_IMAGE, 0, &image) != FG_OK)
		st = FG_E_CORRUPT;
	if (st != FG_OK) {
		rules_close(r);
		return st;
	}
	r->fixed.generation = r->snap.info.generation;
	r->fixed.image = r->snap.bytes + image.place;
	r->fixed.image_len = (size_t)image.len;
	*out = r;
	return FG_OK;
}

void
rules_close(struct rules *r)
{
	int saved = errno;

	if (r == NULL)
		return;
	snapshot_close(&r->snap);
	rules_env_free(r->env);
	free(r->path);
	free(r);
	errno = saved;
}

/* --- pinning ----------------------------------------------------------------- */

static uint64_t
stamp_of(const struct rules_map *map)
{
	return __atomic_load_n(&map->stamp, __ATOMIC_RELAXED);
}

/* Where the runs are in memory, and in which map. */
static enum fg_status
reach(struct rules *r, struct rules_env *env, uint64_t generation,
    const struct rules_run run[2], struct rules_pin *where,
    const uint8_t *at[2])
{
	enum fg_status st;

	if (!rules_env_holds(env, run[0]) || !rules_env_holds(env, run[1]))
		return FG_E_CORRUPT;
	if (!env->limited) {
		where->map = &env->whole;
		where->stamp = stamp_of(&env->whole);
		if (where->stamp != 0) /* left long ago, and blanked since */
			return FG_E_CORRUPT;
		at[0] = env->whole.base + run[0].place;
		at[1] = env->whole.base + run[1].place;
		return FG_OK;
	}
	if (!lock_wait(r))
		return FG_E_NOMEM;
	st = rules_env_value(env, generation, run, &where->map, at);
	if (st == FG_OK)
		where->stamp = stamp_of(where->map);
	unlock(r);
	return st;
}

/* Sums every value that the manifest names: after a reboot, once. */
static enum fg_status
check_sums(struct rules *r, struct rules_env *env, const struct rules_pin *pin)
{
	struct manifest_section s;
	struct rules_pin where;
	const uint8_t *at[2];
	enum fg_status st;

	for (uint32_t i = 0;; i++) {
		st = manifest_section(pin->manifest, pin->manifest_len, i, &s);
		if (st != FG_OK)
			return st == FG_END ? FG_OK : st;
		struct rules_run run[2] = {{s.place, s.len}, {0, 0}};

		st = reach(r, env, pin->generation, run, &where, at);
		if (st != FG_OK)
			return st;
		if (crc32c(0, at[0], (size_t)s.len) != s.crc)
			return FG_E_CORRUPT;
	}
}

/* Once for each generation: that it is what the epoch file says it is. */
static enum fg_status
check_generation(struct rules *r, struct rules_env *env,
    const struct rules_pin *pin, const struct epoch_slot *slot)
{
	struct manifest m;
	struct manifest_section image;
	uint8_t id[EPOCH_ID], boot[EPOCH_ID];
	static const uint8_t unknown[EPOCH_ID];
	enum fg_status st;

	st = manifest_check(pin->manifest, pin->manifest_len, &m);
	if (st != FG_OK)
		return st;
	epoch_identity(env->epoch, id);
	if (m.generation != pin->generation ||
	    memcmp(m.identity, id, EPOCH_ID) != 0 ||
	    strcmp(m.project, r->project) != 0 ||
	    manifest_find(pin->manifest, pin->manifest_len, MANIFEST_IMAGE, 0,
		&image) != FG_OK ||
	    image.place != slot->image_at || image.len != slot->image_len)
		return FG_E_CORRUPT;
	epoch_boot_id(env->epoch, boot);
	if (memcmp(boot, r->boot_id, EPOCH_ID) == 0 &&
	    memcmp(boot, unknown, EPOCH_ID) != 0)
		return FG_OK;
	return check_sums(r, env, pin);
}

static enum fg_status
pin_slot(struct rules *r, struct rules_env *env, const struct epoch_slot *slot,
    struct rules_pin *out)
{
	const struct rules_run run[2] = {
	    {slot->image_at, slot->image_len},
	    {slot->manifest_at, slot->manifest_len},
	};
	const uint8_t *at[2];
	enum fg_status st;

	st = reach(r, env, slot->generation, run, out, at);
	if (st != FG_OK)
		return st;
	out->generation = slot->generation;
	out->image = at[0];
	out->image_len = (size_t)slot->image_len;
	out->manifest = at[1];
	out->manifest_len = (size_t)slot->manifest_len;
	if (__atomic_load_n(&env->checked, __ATOMIC_RELAXED) ==
	    slot->generation)
		return FG_OK;
	st = check_generation(r, env, out, slot);
	if (st == FG_OK)
		__atomic_store_n(
		    &env->checked, slot->generation, __ATOMIC_RELAXED);
	return st;
}

static enum fg_status
pin_env(struct rules *r, struct rules_env *env, struct rules_pin *out)
{
	uint32_t page = __atomic_load_n(&env->page, __ATOMIC_RELAXED);
	struct epoch_slot slot;
	enum fg_status st = FG_E_CORRUPT;

	if (page == 0) {
		page = epoch_find(env->epoch, r->project);
		if (page == 0)
			return FG_E_NOT_READY;
		__atomic_store_n(&env->page, page, __ATOMIC_RELAXED);
	}
	/* What was wrong counts only if the generation lived all the while. */
	for (int tries = 0; tries < 8; tries++) {
		st = epoch_current(env->epoch, page, &slot);
		if (st != FG_OK)
			return st;
		st = pin_slot(r, env, &slot, out);
		if (st == FG_OK ||
		    epoch_alive(env->epoch, page, slot.generation))
			return st;
	}
	return st;
}

enum fg_status
rules_pin(struct rules *r, struct rules_pin *out)
{
	struct rules_env *env;
	enum fg_status st;

	if (r->snap.bytes != NULL) {
		*out = r->fixed;
		return FG_OK;
	}
	env = env_of(r);
	if (env == NULL || look_is_due(r, env)) {
		look(r);
		env = env_of(r);
		if (env == NULL)
			return (enum fg_status)__atomic_load_n(
			    &r->why, __ATOMIC_RELAXED);
	}
	st = pin_env(r, env, out);
	if (st == FG_OK || st == FG_E_NOT_READY)
		return st;
	/* Damaged under us: a syncer builds another one, if there is one. */
	look(r);
	return env_of(r) != env ? pin_env(r, env_of(r), out) : st;
}

bool
rules_alive(struct rules *r, const struct rules_pin *pin)
{
	const struct rules_env *env;

	(void)r;
	if (pin->map == NULL)
		return true;
	env = pin->map->env;
	/* The stamp after the fence in epoch_alive; see raise_stamp. */
	return epoch_alive(env->epoch,
		   __atomic_load_n(&env->page, __ATOMIC_RELAXED),
		   pin->generation) &&
	    stamp_of(pin->map) == pin->stamp;
}

bool
rules_is_current(struct rules *r, const struct rules_pin *pin)
{
	const struct rules_env *env;

	if (pin->map == NULL)
		return true;
	env = pin->map->env;
	return env_of(r) == env &&
	    epoch_newest(
		env->epoch, __atomic_load_n(&env->page, __ATOMIC_RELAXED)) ==
	    pin->generation;
}

enum fg_status
rules_section(struct rules *r, const struct rules_pin *pin, uint32_t kind,
    uint64_t tag, const uint8_t **data, size_t *len)
{
	struct manifest_section s;
	struct rules_pin where;
	const uint8_t *at[2];
	enum fg_status st;

	if (pin->map == NULL) {
		st = snapshot_find(r->snap.bytes, r->snap.len, kind, tag, &s);
		if (st != FG_OK)
			return st;
		at[0] = r->snap.bytes + s.place;
	} else {
		st = manifest_find(
		    pin->manifest, pin->manifest_len, kind, tag, &s);
		if (st != FG_OK)
			return st;
		struct rules_run run[2] = {{s.place, s.len}, {0, 0}};

		st = reach(r, pin->map->env, pin->generation, run, &where, at);
		if (st != FG_OK)
			return st;
	}
	*data = at[0];
	*len = (size_t)s.len;
	return FG_OK;
}

/* --- telling ------------------------------------------------------------------ */

static bool
is_stale(struct rules *r, const struct rules_env *env)
{
	struct epoch_beat beat = epoch_last_beat(env->epoch);
	uint64_t now_boot = clock_ms(CLOCK_BOOTTIME);
	uint64_t now_unix = clock_ms(CLOCK_REALTIME);
	uint8_t boot[EPOCH_ID];

	epoch_boot_id(env->epoch, boot);
	/* Within one boot a clock that is never set; else the other one. */
	if (memcmp(boot, r->boot_id, EPOCH_ID) == 0)
		return beat.boot_ms + OLD_MS < now_boot;
	return beat.unix_ms + OLD_MS < now_unix;
}

void
rules_info(struct rules *r, struct rules_info *out)
{
	struct rules_env *env = env_of(r);
	uint32_t page;

	memset(out, 0, sizeof(*out));
	out->snapshot = r->snap.bytes != NULL;
	out->generation = out->oldest = r->fixed.generation;
	if (env == NULL)
		return;
	out->limited = env->limited;
	out->heartbeat_ms = epoch_last_beat(env->epoch).unix_ms;
	out->retired = epoch_state(env->epoch) == EPOCH_RETIRED;
	out->stale = is_stale(r, env);
	epoch_identity(env->epoch, out->identity);
	page = epoch_find(env->epoch, r->project);
	if (page != 0) {
		out->oldest = epoch_oldest(env->epoch, page);
		out->generation = epoch_newest(env->epoch, page);
	}
}

uint64_t
rules_queue_allowance(struct rules *r)
{
	struct rules_env *env = env_of(r);

	return env != NULL ? epoch_queue_allowance(env->epoch) : UINT64_MAX;
}
