/*
 * Generations and shared values as keys and values.
 *
 *   'g' project NUL be64(generation) 'm'   manifest
 *   's' be64(number)                       shared value: an image or another
 *   'S' be64(number)                       its length and checksum
 *   'n' project NUL                        last generation number given
 *   'q' segment id                         how far it was shipped
 *   'f'                                    the environment's record
 *
 * An image is a shared value too, because a generation that brings other
 * overrides or countries alone names the image of the one before.  It used to
 * lie under 'g' project NUL be64(generation) 'i'; such generations are still
 * read.
 */
#include "syncer/store_internal.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/crc32c.h"
#include "common/endian.h"

/* --- keys ------------------------------------------------------------------------ */

struct store_key
store_key_bytes(char kind, const void *p, size_t n)
{
	struct store_key key;

	if (n > STORE_KV_KEY - 1)
		n = STORE_KV_KEY - 1;
	key.bytes[0] = (uint8_t)kind;
	if (n > 0)
		memcpy(key.bytes + 1, p, n);
	key.len = 1 + n;
	return key;
}

struct store_key
store_key_project(char kind, const char *project)
{
	return store_key_bytes(kind, project, strlen(project) + 1);
}

struct store_key
store_key_number(char kind, uint64_t number)
{
	uint64_t big = htobe64(number);

	return store_key_bytes(kind, &big, sizeof(big));
}

struct store_key
store_key_gen(const char *project, uint64_t generation, char part)
{
	struct store_key key = store_key_project('g', project);
	uint64_t big = htobe64(generation);

	memcpy(key.bytes + key.len, &big, sizeof(big));
	key.bytes[key.len + 8] = (uint8_t)part;
	key.len += 9;
	return key;
}

/* --- listing ----------------------------------------------------------------------- */

struct listing {
	struct store_gens *gens;
	const char *project;
	size_t prefix;
	const uint8_t *identity;
	enum fg_status st;
};

static void
read_manifest(struct listing *l, struct store_gen *g)
{
	g->has_manifest = manifest_check(g->manifest.data, g->manifest.len,
			      &g->head) == FG_OK &&
	    g->head.generation == g->generation &&
	    strcmp(g->head.project, l->project) == 0 &&
	    memcmp(g->head.identity, l->identity, EPOCH_ID) == 0 &&
	    manifest_find(g->manifest.data, g->manifest.len, MANIFEST_IMAGE, 0,
		&g->section) == FG_OK;
}

static bool
list_one(void *arg, const struct store_key *key, struct store_bytes v)
{
	struct listing *l = arg;
	struct store_gens *gens = l->gens;
	struct store_gen *more, *g;
	uint64_t generation;

	if (key->len != l->prefix + 9)
		return true;
	memcpy(&generation, key->bytes + l->prefix, 8);
	generation = be64toh(generation);
	if (gens->n == 0 || gens->gen[gens->n - 1].generation != generation) {
		more = realloc(gens->gen, (gens->n + 1) * sizeof(*more));
		if (more == NULL) {
			l->st = FG_E_NOMEM;
			return false;
		}
		gens->gen = more;
		memset(&more[gens->n], 0, sizeof(*more));
		more[gens->n++].generation = generation;
	}
	g = &gens->gen[gens->n - 1];
	/* The image's key comes before the manifest's. */
	if (key->bytes[key->len - 1] == 'i') {
		g->image = v;
	} else {
		g->manifest = v;
		read_manifest(l, g);
	}
	return true;
}

/* A generation without its image is as good as one without a manifest. */
static enum fg_status
find_image(struct store_env *e, struct store_gen *g)
{
	enum fg_status st = FG_OK;

	if (g->has_manifest && g->section.id != 0) {
		struct store_key key = store_key_number('s', g->section.id);

		st = store_kv_get(e->kv, &key, &g->image);
	}
	if (st == FG_ABSENT || g->image.len < g->section.len)
		g->has_manifest = false;
	return st == FG_ABSENT ? FG_OK : st;
}

enum fg_status
store_gens_list(
    struct store_env *e, const char *project, struct store_gens *out)
{
	struct store_key prefix = store_key_project('g', project);
	struct listing l = {out, project, prefix.len, e->identity, FG_OK};
	enum fg_status st;

	out->gen = NULL;
	out->n = 0;
	st = store_kv_each(e->kv, &prefix, list_one, &l);
	if (st == FG_OK)
		st = l.st;
	for (size_t i = 0; i < out->n && st == FG_OK; i++)
		st = find_image(e, &out->gen[i]);
	if (st != FG_OK) {
		free(out->gen);
		out->gen = NULL;
		out->n = 0;
	}
	return st;
}

/* --- proving ------------------------------------------------------------------------- */

/* A value is where a manifest says, and has the bytes it says. */
static enum fg_status
prove_value(
    struct store_env *e, struct store_bytes v, const struct manifest_section *s)
{
	uint64_t place;
	enum fg_status st = store_kv_learn(e->kv, v, &place);

	if (st != FG_OK)
		return st;
	return place == s->place && s->len <= v.len &&
		crc32c(0, v.data, (size_t)s->len) == s->crc
	    ? FG_OK
	    : FG_E_CORRUPT;
}

enum fg_status
store_gen_prove(
    struct store_env *e, const struct store_gen *g, struct epoch_slot *slot)
{
	struct manifest_section s;
	struct store_bytes v;
	enum fg_status st = FG_OK;

	if (!g->has_manifest || g->image.data == NULL)
		return FG_E_CORRUPT;
	for (uint32_t i = 0; st == FG_OK && i < g->head.n_sections; i++) {
		st = manifest_section(g->manifest.data, g->manifest.len, i, &s);
		v = g->image;
		if (st == FG_OK && s.id != 0) {
			struct store_key key = store_key_number('s', s.id);

			st = store_kv_get(e->kv, &key, &v);
		}
		if (st == FG_OK)
			st = prove_value(e, v, &s);
	}
	slot->generation = g->generation;
	slot->image_at = g->section.place;
	slot->image_len = g->section.len;
	slot->manifest_len = g->manifest.len;
	slot->time_ms = g->head.time_ms;
	if (st == FG_OK)
		st = store_kv_learn(e->kv, g->manifest, &slot->manifest_at);
	return st == FG_ABSENT ? FG_E_CORRUPT : st;
}

/* --- storing --------------------------------------------------------------------------- */

static enum fg_status
learn(struct store_env *e, const struct store_key *key, uint64_t *place)
{
	struct store_bytes v;
	enum fg_status st = store_kv_get(e->kv, key, &v);

	if (st == FG_OK)
		st = store_kv_learn(e->kv, v, place);
	if (store_fault & STORE_FAULT_WRONG_PLACE)
		*place += store_kv_page_size(e->kv);
	return st == FG_ABSENT ? FG_E_CORRUPT : st;
}

static enum fg_status
shared_section(struct store_env *e, const struct store_part *part,
    struct manifest_section *s)
{
	struct store_key key = store_key_number('S', part->id);
	struct store_bytes v;
	enum fg_status st = store_kv_get(e->kv, &key, &v);

	if (st != FG_OK)
		return st == FG_ABSENT ? FG_E_INVALID : st;
	if (v.len != 12)
		return FG_E_CORRUPT;
	s->kind = part->kind;
	s->tag = part->tag;
	s->id = part->id;
	s->len = le64dec(v.data);
	s->crc = le32dec(v.data + 8);
	key = store_key_number('s', part->id);
	return learn(e, &key, &s->place);
}

/* With it goes its number: it is never given again, published or not. */
static enum fg_status
put_manifest(struct store_env *e, const struct store_new *g,
    const struct manifest_section *sections, size_t len)
{
	struct manifest m = {
	    .generation = g->generation,
	    .lcut_ms = g->lcut_ms,
	    .time_ms = g->time_ms,
	    .n_sections = (uint32_t)(1 + g->n_parts),
	};
	uint8_t number[8], *bytes = malloc(len);
	struct store_op ops[2] = {
	    {
		.key = store_key_gen(g->project, g->generation, 'm'),
		.data = bytes,
		.len = len,
		.lasting = true,
	    },
	    {
		.key = store_key_project('n', g->project),
		.data = number,
		.len = sizeof(number),
	    },
	};
	enum fg_status st;

	if (bytes == NULL)
		return FG_E_NOMEM;
	memcpy(m.identity, e->identity, EPOCH_ID);
	strncpy(m.project, g->project, sizeof(m.project) - 1);
	le64enc(number, g->generation);
	st = manifest_put(bytes, len, &m, sections);
	if (st == FG_OK)
		st = store_kv_write(e->kv, ops, 2);
	free(bytes);
	return st;
}

static enum fg_status
put_all(struct store_env *e, const struct store_new *g,
    struct manifest_section *sections, struct epoch_slot *slot)
{
	struct store_part image = {.kind = MANIFEST_IMAGE, .id = g->image_id};
	struct store_key manifest =
	    store_key_gen(g->project, g->generation, 'm');
	enum fg_status st = FG_OK;

	if (image.id == 0) {
		image.id = e->last_shared + 1;
		st = store_shared_put(e, image.id, g->image, g->len, g->spend);
	}
	store_step_at("image-stored");
	if (st == FG_OK)
		st = shared_section(e, &image, &sections[0]);
	for (size_t i = 0; i < g->n_parts && st == FG_OK; i++)
		st = shared_section(e, &g->parts[i], &sections[1 + i]);
	if (st != FG_OK)
		return st;
	slot->generation = g->generation;
	slot->image_at = sections[0].place;
	slot->image_len = sections[0].len;
	slot->time_ms = g->time_ms;
	slot->manifest_len = manifest_size(
	    (uint32_t)(1 + g->n_parts), store_kv_page_size(e->kv));
	st = put_manifest(e, g, sections, (size_t)slot->manifest_len);
	store_step_at("manifest-stored");
	return st == FG_OK ? learn(e, &manifest, &slot->manifest_at) : st;
}

enum fg_status
store_gen_put(
    struct store_env *e, const struct store_new *g, struct epoch_slot *slot)
{
	struct manifest_section *sections;
	enum fg_status st;

	if (g->n_parts >= MANIFEST_MAX_SECTIONS)
		return FG_E_INVALID;
	sections = calloc(1 + g->n_parts, sizeof(*sections));
	if (sections == NULL)
		return FG_E_NOMEM;
	st = put_all(e, g, sections, slot);
	free(sections);
	return st;
}

enum fg_status
store_shared_put(
    struct store_env *e, uint64_t id, const void *data, size_t len, bool spend)
{
	uint8_t about[12], record[48];
	struct store_op ops[3] = {
	    {
		.key = store_key_number('s', id),
		.data = data,
		.len = len,
		.lasting = true,
		.spend = spend,
	    },
	    {
		.key = store_key_number('S', id),
		.data = about,
		.len = sizeof(about),
	    },
	};
	if (len == 0)
		return FG_E_INVALID;
	le64enc(about, len);
	le32enc(about + 8, crc32c(0, data, len));
	/* Also if it fails: it may be on the disk, so the number is taken. */
	if (id > e->last_shared)
		e->last_shared = id;
	ops[2] = store_env_record(e, record);
	return store_kv_write(e->kv, ops, 3);
}

/* --- numbers ------------------------------------------------------------------------------ */

uint64_t
store_last_number(struct store_env *e, const char *project)
{
	struct store_key key = store_key_project('n', project);
	struct store_bytes v;

	if (store_kv_get(e->kv, &key, &v) != FG_OK || v.len != 8)
		return 0;
	return le64dec(v.data);
}

enum fg_status
store_last_number_save(
    struct store_env *e, const char *project, uint64_t generation)
{
	uint8_t number[8];
	struct store_op op = {
	    .key = store_key_project('n', project),
	    .data = number,
	    .len = sizeof(number),
	};

	le64enc(number, generation);
	return store_kv_write(e->kv, &op, 1);
}

struct projects {
	char name[EPOCH_PROJECTS][EPOCH_NAME];
	unsigned n;
};

static void
add_project(struct projects *p, const char *name)
{
	for (unsigned i = 0; i < p->n; i++)
		if (strcmp(p->name[i], name) == 0)
			return;
	if (p->n < EPOCH_PROJECTS && epoch_name_ok(name))
		strncpy(p->name[p->n++], name, EPOCH_NAME - 1);
}

static bool
project_of_key(void *arg, const struct store_key *key, struct store_bytes v)
{
	(void)v;
	if (key->len > 2 && key->len <= EPOCH_NAME + 1 &&
	    key->bytes[key->len - 1] == '\0')
		add_project(arg, (const char *)key->bytes + 1);
	return true;
}

enum fg_status
store_projects_each(struct store_env *e,
    enum fg_status (*each)(void *arg, const char *project), void *arg)
{
	struct store_key prefix = store_key_bytes('n', NULL, 0);
	struct projects p = {.n = 0};
	char name[EPOCH_NAME];
	enum fg_status st = FG_OK;

	if (e->pub != NULL) {
		const uint8_t *file = publish_file(e->pub);

		for (unsigned i = 1; i <= epoch_projects(file); i++)
			if (epoch_name(file, i, name) == FG_OK)
				add_project(&p, name);
	}
	if (e->kv != NULL)
		st = store_kv_each(e->kv, &prefix, project_of_key, &p);
	for (unsigned i = 0; i < p.n && st == FG_OK; i++)
		st = each(arg, p.name[i]);
	return st;
}
