/*
 * What is kept, and how the rest goes: retired in the epoch file first, that
 * synced, and only then deleted.
 */
#include "syncer/store_internal.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

static bool
add_bytes(void *arg, const struct store_key *key, struct store_bytes v)
{
	(void)key;
	*(uint64_t *)arg += v.len;
	return true;
}

uint64_t
store_living_bytes(struct store_env *e)
{
	struct store_key gens = store_key_bytes('g', NULL, 0);
	struct store_key shared = store_key_bytes('s', NULL, 0);
	uint64_t sum = 0;

	store_kv_each(e->kv, &gens, add_bytes, &sum);
	store_kv_each(e->kv, &shared, add_bytes, &sum);
	return sum;
}

/* --- retiring -------------------------------------------------------------------- */

/*
 * The bytes that go with a generation: what the next one does not name too.
 * Both name what they share in nearly one order, so a search goes on from where
 * the last one ended.
 */
static uint64_t
own_bytes(const struct store_gen *g, const struct store_gen *next)
{
	const struct store_bytes *m = &g->manifest, *n = &next->manifest;
	uint64_t sum = m->len + (g->section.id == 0 ? g->image.len : 0);
	struct manifest_section own, other = {.id = 0};
	uint32_t n_next = next->head.n_sections, at = 0;

	for (uint32_t i = 0;
	     manifest_section(m->data, m->len, i, &own) == FG_OK; i++) {
		uint32_t tried = 0;

		if (own.id == 0)
			continue;
		for (; tried < n_next; tried++, at = (at + 1) % n_next)
			if (manifest_section(n->data, n->len, at, &other) ==
				FG_OK &&
			    other.id == own.id)
				break;
		if (tried == n_next)
			sum += own.len;
	}
	return sum;
}

/*
 * Generations are looked at from the oldest; it stays while it is one of the
 * newest few, or was current until lately, if also the bytes allow and there
 * will be a slot for the next one.  The current one always stays.
 */
static uint64_t
decide_oldest(const struct store_options *opt, const struct store_gens *gens,
    uint64_t oldest, uint64_t current, uint64_t bytes)
{
	uint64_t now = store_now_ms(), own;
	size_t i = 0;

	while (i < gens->n && gens->gen[i].generation < oldest)
		i++;
	for (; i + 1 < gens->n && gens->gen[i].generation < current; i++) {
		const struct store_gen *g = &gens->gen[i];
		size_t left = gens->n - i;
		bool recent =
		    now < gens->gen[i + 1].head.time_ms + opt->keep_ms;

		if ((left <= opt->keep_generations || recent) &&
		    bytes <= opt->keep_bytes &&
		    current + 1 - g->generation < EPOCH_SLOTS)
			break;
		own = own_bytes(g, &g[1]);
		bytes -= own < bytes ? own : bytes;
	}
	return i < gens->n ? gens->gen[i].generation : oldest;
}

enum fg_status
store_keep(struct store *s, const char *project)
{
	const uint8_t *file = publish_file(s->env->pub);
	unsigned page = epoch_find(file, project);
	struct store_gens gens;
	uint64_t oldest, decided;
	enum fg_status st;

	if (page == 0)
		return FG_OK;
	st = store_gens_list(s->env, project, &gens);
	if (st != FG_OK)
		return st;
	oldest = epoch_oldest(file, page);
	decided = decide_oldest(&s->opt, &gens, oldest,
	    epoch_newest(file, page), store_living_bytes(s->env));
	free(gens.gen);
	/* Also what was retired before, when that could not be synced. */
	if (decided > oldest || publish_safe_oldest(s->env->pub, page) < oldest)
		st = publish_retire(s->env->pub, page, decided);
	if (st != FG_OK) {
		store_log(s, STORE_WARNING,
		    "cannot sync the epoch file; nothing is deleted");
		return st;
	}
	return store_collect(s);
}

/* --- deleting ----------------------------------------------------------------------- */

struct collect {
	struct store *s;
	struct store_op *ops;
	size_t n, cap;
	uint64_t *named; /* shared values in use */
	size_t n_named, cap_named;
	bool nomem;
};

static void
drop_key(struct collect *c, struct store_key key)
{
	struct store_op op = {.key = key}, *more;

	if (c->n == c->cap) {
		c->cap = c->cap * 2 + 16;
		more = realloc(c->ops, c->cap * sizeof(*more));
		if (more == NULL) {
			c->nomem = true;
			return;
		}
		c->ops = more;
	}
	c->ops[c->n++] = op;
}

static void
name_shared(struct collect *c, uint64_t id)
{
	uint64_t *more;

	if (id == 0 || (store_fault & STORE_FAULT_FORGET_SHARED))
		return;
	if (c->n_named == c->cap_named) {
		c->cap_named = c->cap_named * 2 + 64;
		more = realloc(c->named, c->cap_named * sizeof(*more));
		if (more == NULL) {
			c->nomem = true;
			return;
		}
		c->named = more;
	}
	c->named[c->n_named++] = id;
}

static void
name_sections(struct collect *c, const struct store_gen *g)
{
	struct manifest_section section;

	for (uint32_t i = 0; i < g->head.n_sections; i++)
		if (manifest_section(g->manifest.data, g->manifest.len, i,
			&section) == FG_OK)
			name_shared(c, section.id);
}

static enum fg_status
collect_project(void *arg, const char *project)
{
	struct collect *c = arg;
	const struct publish *pub = c->s->env->pub;
	unsigned page = epoch_find(publish_file(pub), project);
	uint64_t current = page ? epoch_newest(publish_file(pub), page) : 0;
	uint64_t safe = page ? publish_safe_oldest(pub, page) : 0;
	struct store_gens gens;
	enum fg_status st = store_gens_list(c->s->env, project, &gens);

	for (size_t i = 0; i < gens.n && st == FG_OK; i++) {
		const struct store_gen *g = &gens.gen[i];

		/* Neither retired nor left over from a commit that failed. */
		if (g->generation >= safe && g->generation <= current) {
			if (g->has_manifest)
				name_sections(c, g);
			continue;
		}
		drop_key(c, store_key_gen(project, g->generation, 'm'));
		if (!g->has_manifest || g->section.id == 0)
			drop_key(c, store_key_gen(project, g->generation, 'i'));
	}
	free(gens.gen);
	return st;
}

static int
by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool
collect_shared(void *arg, const struct store_key *key, struct store_bytes v)
{
	struct collect *c = arg;
	uint64_t id;

	(void)v;
	if (key->len != 9)
		return true;
	memcpy(&id, key->bytes + 1, 8);
	id = be64toh(id);
	for (size_t i = 0; i < c->s->n_fresh; i++)
		if (c->s->fresh[i] == id)
			return true;
	if (c->n_named > 0 &&
	    bsearch(&id, c->named, c->n_named, sizeof(id), by_number) != NULL)
		return true;
	drop_key(c, store_key_number('s', id));
	drop_key(c, store_key_number('S', id));
	return !c->nomem;
}

/*
 * One transaction, begun after every retirement that it relies on was synced:
 * what it deletes, no living generation of any project names.
 */
enum fg_status
store_collect(struct store *s)
{
	struct store_key shared = store_key_bytes('s', NULL, 0);
	struct collect c = {.s = s};
	enum fg_status st;

	st = store_projects_each(s->env, collect_project, &c);
	if (st == FG_OK && c.n_named > 0)
		qsort(c.named, c.n_named, sizeof(*c.named), by_number);
	if (st == FG_OK && !c.nomem)
		st = store_kv_each(s->env->kv, &shared, collect_shared, &c);
	if (st == FG_OK && c.nomem)
		st = FG_E_NOMEM;
	if (st == FG_OK && c.n > 0) {
		store_step_at("deleting");
		st = store_kv_write(s->env->kv, c.ops, c.n);
		store_step_at("deleted");
	}
	free(c.ops);
	free(c.named);
	return st;
}
