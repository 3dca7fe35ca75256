#include "reader/rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "common/epoch.h"
#include "common/host.h"
#include "common/manifest.h"
#include "common/snapshot.h"
#include "reader/path.h"
#include "reader/rules_look.h"
#include "reader/rules_map.h"

/* --- opening and closing ---------------------------------------------------- */

enum fg_status
rules_open(const char *state_dir, const char *project, struct rules **out)
{
	struct rules *r;
	struct rlimit lim;

	if (!epoch_name_ok(project))
		return FG_E_INVALID;
	r = calloc(1, sizeof(*r));
	if (r == NULL ||
	    (r->path = path_absolute(state_dir, "rules/current")) == NULL) {
		free(r);
		return FG_E_NOMEM;
	}
	memcpy(r->project, project, strlen(project));
	host_boot_id(r->boot_id);
	/* Who was given little of it needs it for other things. */
	r->limited =
	    getrlimit(RLIMIT_AS, &lim) == 0 && lim.rlim_cur != RLIM_INFINITY;
	r->why = FG_E_NOT_READY;
	rules_look(r);
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
	if (!rules_lock_wait(r))
		return FG_E_NOMEM;
	st = rules_env_value(env, generation, run, &where->map, at);
	if (st == FG_OK)
		where->stamp = stamp_of(where->map);
	rules_unlock(r);
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
	env = rules_env_of(r);
	if (env == NULL || rules_look_is_due(r, env)) {
		rules_look(r);
		env = rules_env_of(r);
		if (env == NULL)
			return (enum fg_status)__atomic_load_n(
			    &r->why, __ATOMIC_RELAXED);
	}
	st = pin_env(r, env, out);
	if (st == FG_OK || st == FG_E_NOT_READY)
		return st;
	/* Damaged under us: a syncer builds another one, if there is one. */
	rules_look(r);
	return rules_env_of(r) != env ? pin_env(r, rules_env_of(r), out) : st;
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
	struct rules_env *env;

	if (pin->map == NULL)
		return true;
	env = pin->map->env;
	return rules_env_of(r) == env && !rules_look_is_due(r, env) &&
	    epoch_newest(
		env->epoch, __atomic_load_n(&env->page, __ATOMIC_RELAXED)) ==
	    pin->generation &&
	    rules_alive(r, pin);
}

/* Where the bytes of a section are in memory. */
static enum fg_status
reach_section(struct rules *r, const struct rules_pin *pin,
    const struct manifest_section *s, const uint8_t **data, size_t *len)
{
	const struct rules_run run[2] = {{s->place, s->len}, {0, 0}};
	struct rules_pin where;
	const uint8_t *at[2];
	enum fg_status st = FG_OK;

	if (pin->map == NULL)
		at[0] = r->snap.bytes + s->place;
	else
		st = reach(r, pin->map->env, pin->generation, run, &where, at);
	if (st != FG_OK)
		return st;
	*data = at[0];
	*len = (size_t)s->len;
	return FG_OK;
}

enum fg_status
rules_section(struct rules *r, const struct rules_pin *pin, uint32_t kind,
    uint64_t tag, const uint8_t **data, size_t *len)
{
	struct manifest_section s;
	enum fg_status st = pin->map == NULL
	    ? snapshot_find(r->snap.bytes, r->snap.len, kind, tag, &s)
	    : manifest_find(pin->manifest, pin->manifest_len, kind, tag, &s);

	return st == FG_OK ? reach_section(r, pin, &s, data, len) : st;
}

enum fg_status
rules_overrides(struct rules *r, const struct rules_pin *pin,
    const uint8_t **data, size_t *len)
{
	struct manifest_section s;
	enum fg_status st = pin->map == NULL
	    ? snapshot_section(r->snap.bytes, r->snap.len, 1, &s)
	    : manifest_section(pin->manifest, pin->manifest_len, 1, &s);

	if (st == FG_END || (st == FG_OK && s.kind != MANIFEST_OVERRIDES))
		return FG_ABSENT;
	return st == FG_OK ? reach_section(r, pin, &s, data, len) : st;
}

/* --- telling ------------------------------------------------------------------ */

static bool
is_stale(struct rules *r, const struct rules_env *env)
{
	struct epoch_beat beat = epoch_last_beat(env->epoch);
	uint64_t now_boot = host_clock_ms(CLOCK_BOOTTIME);
	uint64_t now_unix = host_clock_ms(CLOCK_REALTIME);
	uint8_t boot[EPOCH_ID];

	epoch_boot_id(env->epoch, boot);
	/* Within one boot a clock that is never set; else the other one. */
	if (memcmp(boot, r->boot_id, EPOCH_ID) == 0)
		return beat.boot_ms + RULES_OLD_MS < now_boot;
	return beat.unix_ms + RULES_OLD_MS < now_unix;
}

void
rules_info(struct rules *r, struct rules_info *out)
{
	struct rules_env *env = rules_env_of(r);
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
	struct rules_env *env = rules_env_of(r);

	return env != NULL ? epoch_queue_allowance(env->epoch) : UINT64_MAX;
}
