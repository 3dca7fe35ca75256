/*
 * What cannot go on: another environment is built aside from what can be read
 * of the old one, and switched in.
 */
#include "syncer/store_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crc32c.h"

/* --- carrying over ------------------------------------------------------------------ */

/* A generation to carry: its manifest, and the file it lies in. */
struct carried {
	uint64_t generation;
	uint8_t *manifest;
	size_t len;
	struct manifest head;
};

struct carry {
	struct store *s;
	struct store_env *old, *fresh;
	const char *project;
	struct carried *gen; /* rising */
	size_t n;
	uint64_t known; /* the highest number that was ever heard of */
	uint64_t shown; /* the highest that readers have seen */
};

/* Reads a value of the old file and sums it; free() *out. */
static enum fg_status
read_value(int fd, uint64_t place, uint64_t len, uint8_t **out)
{
	struct stat sb;
	uint8_t *bytes;
	ssize_t got;
	size_t at = 0;

	if (fd == -1 || fstat(fd, &sb) == -1 || place > (uint64_t)sb.st_size ||
	    len > (uint64_t)sb.st_size - place || len == 0)
		return FG_E_CORRUPT;
	bytes = malloc((size_t)len);
	if (bytes == NULL)
		return FG_E_NOMEM;
	while (at < len) {
		got = pread(
		    fd, bytes + at, (size_t)len - at, (off_t)(place + at));
		if (got <= 0) {
			free(bytes);
			return FG_E_CORRUPT;
		}
		at += (size_t)got;
	}
	*out = bytes;
	return FG_OK;
}

static enum fg_status
read_section(int fd, const struct manifest_section *section, uint8_t **out)
{
	enum fg_status st = read_value(fd, section->place, section->len, out);

	if (st == FG_OK &&
	    crc32c(0, *out, (size_t)section->len) != section->crc) {
		free(*out);
		st = FG_E_CORRUPT;
	}
	return st;
}

/* Whether every value of it can be read. */
static enum fg_status
is_whole(const struct carry *c, const struct carried *g)
{
	struct manifest_section section;
	uint8_t *bytes;
	enum fg_status st = FG_OK;

	for (uint32_t i = 0; i < g->head.n_sections && st == FG_OK; i++) {
		st = manifest_section(g->manifest, g->len, i, &section);
		if (st == FG_OK)
			st = read_section(c->old->data_fd, &section, &bytes);
		if (st == FG_OK)
			free(bytes);
	}
	return st;
}

static void
forget(struct carry *c, size_t i)
{
	free(c->gen[i].manifest);
	memmove(&c->gen[i], &c->gen[i + 1], (c->n - i - 1) * sizeof(c->gen[0]));
	c->n--;
}

/* Takes the manifest, to be freed with the list. */
static enum fg_status
add_carried(struct carry *c, uint64_t generation, uint8_t *manifest, size_t len)
{
	struct carried *more, g = {generation, manifest, len, {0}};

	if (manifest_check(manifest, len, &g.head) != FG_OK ||
	    g.head.generation != generation ||
	    strcmp(g.head.project, c->project) != 0) {
		free(manifest);
		return FG_OK;
	}
	more = realloc(c->gen, (c->n + 1) * sizeof(*more));
	if (more == NULL) {
		free(manifest);
		return FG_E_NOMEM;
	}
	c->gen = more;
	c->gen[c->n++] = g;
	return FG_OK;
}

static enum fg_status
list_from_lmdb(struct carry *c, uint64_t oldest)
{
	struct store_gens gens;
	enum fg_status st = store_gens_list(c->old, c->project, &gens);

	for (size_t i = 0; i < gens.n && st == FG_OK; i++) {
		const struct store_gen *g = &gens.gen[i];
		uint8_t *copy;

		if (g->generation > c->known)
			c->known = g->generation;
		if (!g->has_manifest || g->generation < oldest)
			continue;
		copy = malloc(g->manifest.len);
		if (copy == NULL) {
			st = FG_E_NOMEM;
			break;
		}
		memcpy(copy, g->manifest.data, g->manifest.len);
		st = add_carried(c, g->generation, copy, g->manifest.len);
	}
	free(gens.gen);
	return st;
}

/* LMDB is lost, but the epoch file tells where everything lies. */
static enum fg_status
list_from_epoch(struct carry *c, unsigned page, uint64_t oldest)
{
	const uint8_t *file = publish_file(c->old->pub);
	uint64_t current = epoch_newest(file, page);
	uint64_t g = oldest;
	struct epoch_slot slot;
	uint8_t *manifest;
	enum fg_status st = FG_OK;

	if (current - g >= EPOCH_SLOTS)
		g = current - EPOCH_SLOTS + 1;
	for (; g <= current && st == FG_OK; g++) {
		if (epoch_slot(file, page, g, &slot) != FG_OK)
			continue;
		st = read_value(c->old->data_fd, slot.manifest_at,
		    slot.manifest_len, &manifest);
		if (st == FG_OK)
			st = add_carried(
			    c, g, manifest, (size_t)slot.manifest_len);
		if (st == FG_E_CORRUPT)
			st = FG_OK;
	}
	return st;
}

static enum fg_status
list_carried(struct carry *c)
{
	uint64_t oldest = 0;
	unsigned page = 0;
	enum fg_status st = FG_OK;

	if (c->old->pub != NULL)
		page = epoch_find(publish_file(c->old->pub), c->project);
	if (page != 0) {
		oldest = epoch_oldest(publish_file(c->old->pub), page);
		c->shown = epoch_newest(publish_file(c->old->pub), page);
		/* No count of commits comes near it: damage. */
		if (c->shown > UINT64_MAX / 2)
			c->shown = 0;
		c->known = c->shown;
		if (oldest > c->shown) /* damage; all that is there may live */
			oldest = 1;
	}
	if (c->old->kv != NULL) {
		uint64_t last = store_last_number(c->old, c->project);

		if (last > c->known)
			c->known = last;
		st = list_from_lmdb(c, oldest);
	} else if (page != 0 && oldest != 0) {
		st = list_from_epoch(c, page, oldest);
	}
	if (st != FG_OK)
		return st;
	if (c->n > 0 && c->gen[c->n - 1].generation > c->shown)
		c->shown = c->gen[c->n - 1].generation;
	/* From the newest: so many that can be read whole. */
	for (size_t i = c->n, kept = 0; i-- > 0 && st != FG_E_NOMEM;) {
		st = kept < c->s->opt.keep_generations ? is_whole(c, &c->gen[i])
						       : FG_E_CORRUPT;
		if (st == FG_OK)
			kept++;
		else
			forget(c, i);
	}
	/* Under a new number the newest goes alone; else as slots allow. */
	while (c->n > 1 &&
	    (c->gen[c->n - 1].generation < c->shown ||
		c->gen[c->n - 1].generation - c->gen[0].generation >=
		    EPOCH_SLOTS))
		forget(c, 0);
	return st == FG_E_NOMEM ? st : FG_OK;
}

static enum fg_status
carry_shared(struct carry *c, const struct manifest_section *section)
{
	struct store_key key = store_key_number('s', section->id);
	struct store_bytes there;
	uint8_t *bytes;
	enum fg_status st;

	if (store_kv_get(c->fresh->kv, &key, &there) == FG_OK)
		return FG_OK;
	st = read_section(c->old->data_fd, section, &bytes);
	if (st != FG_OK)
		return st;
	st = store_shared_put(
	    c->fresh, section->id, bytes, (size_t)section->len, true);
	free(bytes);
	return st;
}

static enum fg_status
carry_parts(struct carry *c, const struct carried *g, struct store_part *parts,
    size_t *n)
{
	struct manifest_section section;
	enum fg_status st = FG_OK;

	*n = 0;
	for (uint32_t i = 0; i < g->head.n_sections && st == FG_OK; i++) {
		st = manifest_section(g->manifest, g->len, i, &section);
		if (st != FG_OK || section.id == 0 ||
		    section.kind == MANIFEST_IMAGE)
			continue;
		st = carry_shared(c, &section);
		parts[*n].kind = section.kind;
		parts[*n].tag = section.tag;
		parts[(*n)++].id = section.id;
	}
	return st;
}

static enum fg_status
carry_gen(struct carry *c, const struct carried *g, bool newest)
{
	struct store_new put = {
	    .project = c->project,
	    .generation = g->generation,
	    .lcut_ms = g->head.lcut_ms,
	    .time_ms = g->head.time_ms,
	};
	struct manifest_section image;
	struct store_part *parts;
	struct epoch_slot slot;
	uint8_t *bytes = NULL;
	unsigned page;
	enum fg_status st;

	parts = calloc(g->head.n_sections, sizeof(*parts));
	if (parts == NULL)
		return FG_E_NOMEM;
	st = manifest_find(g->manifest, g->len, MANIFEST_IMAGE, 0, &image);
	if (st == FG_OK && image.id == 0)
		st = read_section(c->old->data_fd, &image, &bytes);
	else if (st == FG_OK)
		st = carry_shared(c, &image);
	if (st == FG_OK)
		st = carry_parts(c, g, parts, &put.n_parts);
	if (st == FG_OK) {
		put.image_id = image.id;
		put.image = bytes;
		put.len = (size_t)image.len;
		put.parts = parts;
		/* A rollback to an older image needs a number of its own. */
		if (newest && g->generation < c->shown)
			put.generation = ++c->known;
		st = store_gen_put(c->fresh, &put, &slot);
	}
	if (st == FG_OK)
		st = publish_page(c->fresh->pub, c->project, &page);
	if (st == FG_OK)
		st = publish_generation(c->fresh->pub, page, &slot);
	free(bytes);
	free(parts);
	return st;
}

static enum fg_status
carry_project(void *arg, const char *project)
{
	struct carry c = *(struct carry *)arg;
	enum fg_status st;

	c.project = project;
	st = list_carried(&c);
	for (size_t i = 0; i < c.n && st == FG_OK; i++)
		st = carry_gen(&c, &c.gen[i], i + 1 == c.n);
	if (st == FG_OK && c.known > 0)
		st = store_last_number_save(c.fresh, project, c.known);
	if (st == FG_OK)
		store_log(c.s, STORE_INFO,
		    "%s: carried %zu generations over, the newest is %llu",
		    project, c.n,
		    c.n > 0 ? (unsigned long long)(c.gen[c.n - 1].generation <
					  c.shown
				      ? c.known
				      : c.gen[c.n - 1].generation)
			    : 0ULL);
	while (c.n > 0)
		forget(&c, c.n - 1);
	free(c.gen);
	return st;
}

/* Positions, some at a time. */
struct copying {
	struct store_env *fresh;
	struct store_op ops[64];
	size_t n;
	enum fg_status st;
};

static bool
copy_key(void *arg, const struct store_key *key, struct store_bytes v)
{
	struct copying *c = arg;
	struct store_op op = {.key = *key, .data = v.data, .len = v.len};

	c->ops[c->n++] = op;
	if (c->n == sizeof(c->ops) / sizeof(c->ops[0])) {
		c->st = store_kv_write(c->fresh->kv, c->ops, c->n);
		c->n = 0;
	}
	return c->st == FG_OK;
}

static enum fg_status
carry_rest(struct store_env *old, struct store_env *fresh)
{
	struct copying c = {.fresh = fresh};
	enum fg_status st = FG_OK;

	if (old->kv != NULL) {
		struct store_key prefix = store_key_bytes('q', NULL, 0);

		st = store_kv_each(old->kv, &prefix, copy_key, &c);
		if (st == FG_OK)
			st = c.st;
	}
	if (st == FG_OK && c.n > 0)
		st = store_kv_write(fresh->kv, c.ops, c.n);
	return st;
}

/*
 * With both histories lost, begin above what any series of commits can have
 * reached: the time in seconds.
 */
static uint64_t
choose_floor(const struct store_env *old)
{
	if (old->kv != NULL)
		return old->floor;
	return old->pub != NULL ? 0 : store_now_ms() / 1000;
}

enum fg_status
store_rebuild(struct store *s, const char *why)
{
	struct store_env *old = s->env;
	struct carry c = {.s = s, .old = old};
	enum fg_status st;

	store_log(s, STORE_WARNING, "%s: %s; building another environment",
	    old->name, why);
	st = store_env_create(s, choose_floor(old), &c.fresh);
	if (st != FG_OK)
		return st;
	/* Likewise: above all numbers that what is carried over may have. */
	c.fresh->last_shared =
	    old->kv != NULL ? old->last_shared : store_now_ms();
	st = store_projects_each(old, carry_project, &c);
	if (st == FG_OK)
		st = carry_rest(old, c.fresh);
	if (st == FG_OK)
		st = store_env_save(c.fresh);
	if (st == FG_OK)
		st = store_env_switch(s, c.fresh);
	if (st != FG_OK) {
		store_log(
		    s, STORE_ERROR, "building failed: %s", fg_strerror(st));
		store_env_close(c.fresh);
		store_env_remove_others(s, old->name);
		return st;
	}
	/* Readers of the old one look for this one from now on. */
	if (old->pub != NULL)
		publish_end(old->pub);
	store_step_at("old-ended");
	store_env_close(old);
	s->env = c.fresh;
	s->replaced_ms = store_now_ms();
	s->rebuilds++;
	return FG_OK;
}
