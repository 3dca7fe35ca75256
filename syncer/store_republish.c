/*
 * What is whole goes on: a found environment is proved and published again, at
 * a start and after LMDB gave up.
 */
#include "syncer/store_internal.h"

#include <errno.h>
#include <stdlib.h>

/* --- publishing again ------------------------------------------------------------ */

struct again {
	struct store *s;
	struct store_env *e;
};

static bool
is_listed(const struct store_gens *gens, uint64_t generation)
{
	for (size_t i = 0; i < gens->n; i++)
		if (gens->gen[i].generation == generation)
			return true;
	return false;
}

/* A living generation that the epoch file has and LMDB has not; 0: none. */
static uint64_t
newest_missing(
    const uint8_t *file, unsigned page, const struct store_gens *gens)
{
	uint64_t current = epoch_newest(file, page);
	uint64_t oldest = epoch_oldest(file, page);
	struct epoch_slot slot;

	for (uint64_t g = current; g != 0 && g >= oldest; g--) {
		if (current - g >= EPOCH_SLOTS)
			break;
		if (epoch_slot(file, page, g, &slot) == FG_OK &&
		    !is_listed(gens, g))
			return g;
	}
	return 0;
}

/* The bytes of every generation that lives or may live; *bad: the last lost. */
static enum fg_status
prove_gens(struct store_env *e, unsigned page, const struct store_gens *gens,
    uint64_t *bad)
{
	const uint8_t *file = publish_file(e->pub);
	uint64_t current = epoch_newest(file, page);
	struct epoch_slot slot;
	enum fg_status st;

	*bad = newest_missing(file, page, gens);
	for (size_t i = 0; i < gens->n; i++) {
		const struct store_gen *g = &gens->gen[i];

		if (g->generation < epoch_oldest(file, page))
			continue;
		st = store_gen_prove(e, g, &slot);
		if (st != FG_OK && st != FG_E_CORRUPT)
			return st;
		if (st != FG_OK && g->generation <= current &&
		    g->generation > *bad)
			*bad = g->generation;
		if (st != FG_OK)
			continue;
		if (g->generation <= current) {
			st = publish_again(e->pub, page, &slot);
		} else {
			st = publish_generation(e->pub, page, &slot);
			/* Its slot is taken: left for the collection. */
			if (st == FG_E_SPACE)
				st = FG_OK;
		}
		if (st != FG_OK)
			return st;
	}
	return FG_OK;
}

static enum fg_status
republish_project(void *arg, const char *project)
{
	struct again *a = arg;
	struct store_gens gens;
	uint64_t current, bad = 0;
	unsigned page;
	enum fg_status st = publish_page(a->e->pub, project, &page);

	if (st != FG_OK)
		return st;
	st = store_gens_list(a->e, project, &gens);
	if (st != FG_OK)
		return st;
	st = prove_gens(a->e, page, &gens, &bad);
	current = epoch_newest(publish_file(a->e->pub), page);
	if (epoch_oldest(publish_file(a->e->pub), page) > current)
		st = FG_E_CORRUPT;
	/* The current one is lost: it cannot fall, so another environment. */
	if (st == FG_OK && current != 0 &&
	    (bad == current || !is_listed(&gens, current)))
		st = FG_E_CORRUPT;
	if (st == FG_OK && bad != 0) {
		store_log(a->s, STORE_WARNING,
		    "%s: generation %llu and older are damaged and dropped",
		    project, (unsigned long long)bad);
		st = publish_retire(a->e->pub, page, bad + 1);
	}
	free(gens.gen);
	return st;
}

enum fg_status
store_republish(struct store *s, struct store_env *e)
{
	struct again a = {s, e};
	enum fg_status st = store_projects_each(e, republish_project, &a);

	if (st != FG_OK)
		return st;
	publish_verified(e->pub);
	/* Until the first beat tells more: none would have workers drop events. */
	if (s->allowance == 0)
		s->allowance = epoch_queue_allowance(publish_file(e->pub));
	publish_beat(e->pub, s->allowance);
	store_step_at("republished");
	return publish_sync(e->pub);
}

/* --- after a failed write --------------------------------------------------- */

void
store_after_failure(struct store *s)
{
	struct store_env *e = s->env;
	enum fg_status st;
	int saved = errno;

	if (e->kv == NULL || !store_kv_panicked(e->kv))
		return;
	store_log(s, STORE_ERROR,
	    "LMDB gave up after a failed write: opening it again");
	s->panics++;
	s->remaps += store_kv_remaps(e->kv);
	store_kv_close(e->kv);
	e->kv = NULL;
	st = store_kv_check(e->path);
	if (st == FG_OK)
		st = store_env_open_kv(s, e);
	if (st == FG_OK)
		st = store_republish(s, e);
	if (st == FG_E_CORRUPT || st == FG_E_VERSION || st == FG_ABSENT)
		st = store_rebuild(s, "data.mdb is damaged");
	if (st != FG_OK)
		store_log(s, STORE_ERROR, "cannot open it again: %s",
		    fg_strerror(st));
	errno = saved;
}
