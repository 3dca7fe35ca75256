#include "reader/rules_look.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/host.h"

#define LOOK_MS  1000   /* not more often than this by path */
#define LEAVE_MS 600000 /* sessions may use a replaced environment so long */

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

bool
rules_lock_wait(struct rules *r)
{
	const struct timespec pause = {0, 100000};

	for (int i = 0; i < 10000; i++) {
		if (lock_try(r))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

void
rules_unlock(struct rules *r)
{
	__atomic_store_n(&r->holder, 0, __ATOMIC_RELEASE);
}

/* --- looking by path ------------------------------------------------------- */

struct rules_env *
rules_env_of(struct rules *r)
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
	struct rules_env *env = rules_env_of(r);

	for (env = env != NULL ? env->older : NULL; env; env = env->older)
		if (now - env->left_ms >= LEAVE_MS)
			rules_env_blank(env);
}

static void
look_locked(struct rules *r, uint64_t now)
{
	struct rules_env *fresh, *old = rules_env_of(r);
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
	/* Release: pairs with rules_env_of. */
	__atomic_store_n(&r->env, fresh, __ATOMIC_RELEASE);
}

/* Looks by path unless somebody did within the last second, or does now. */
void
rules_look(struct rules *r)
{
	uint64_t now = host_clock_ms(CLOCK_MONOTONIC_COARSE);
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
	rules_unlock(r);
	errno = saved;
}

/*
 * Whether to look for another environment: this one was replaced, or its
 * syncer is silent.  As long as the heartbeat changes from call to call no
 * clock is read; between two beats it is the coarse one, 5 ns in the vdso.
 */
bool
rules_look_is_due(struct rules *r, const struct rules_env *env)
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
	now = host_clock_ms(CLOCK_MONOTONIC_COARSE);
	until = __atomic_load_n(&r->fresh_ms, __ATOMIC_RELAXED);
	if (until == 0)
		__atomic_store_n(
		    &r->fresh_ms, now + RULES_OLD_MS, __ATOMIC_RELAXED);
	return until != 0 && now >= until;
}
