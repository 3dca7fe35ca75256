#include "syncer/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/endian.h"
#include "common/host.h"

#define REMOVE_AFTER_MS 600000 /* readers may be opening a replaced folder */
#define RETRY_MS        10000  /* between two attempts to build another one */

unsigned store_fault;
void (*store_step)(const char *name);
int64_t store_clock_skew_ms;

uint64_t
store_now_ms(void)
{
	return host_clock_ms(CLOCK_REALTIME) + (uint64_t)store_clock_skew_ms;
}

void
store_log(struct store *s, enum store_level level, const char *fmt, ...)
{
	char line[1024];
	int saved = errno;
	va_list ap;

	if (s->opt.log == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	s->opt.log(s->opt.log_arg, level, line);
	errno = saved;
}

/* --- generations ------------------------------------------------------------------- */

/* Before a call uses LMDB: an earlier failure may have left it shut. */
static enum fg_status
ready(struct store *s)
{
	enum fg_status st;

	if (s->env->kv != NULL && s->env->pub != NULL)
		return FG_OK;
	st = store_rebuild(s, "it cannot be used any longer");
	return st;
}

/* After a call that wrote. */
static enum fg_status
done(struct store *s, enum fg_status st)
{
	if (st != FG_OK)
		store_after_failure(s);
	return st;
}

static uint64_t *
tried_number(struct store *s, const char *project)
{
	for (unsigned i = 0; i < EPOCH_PROJECTS; i++) {
		if (s->tried[i].project[0] == '\0')
			snprintf(
			    s->tried[i].project, EPOCH_NAME, "%s", project);
		if (strcmp(s->tried[i].project, project) == 0)
			return &s->tried[i].generation;
	}
	return NULL;
}

uint64_t
store_next_generation(struct store *s, const char *project)
{
	uint64_t stored, *tried = tried_number(s, project), last = 0;
	unsigned page;

	/* Here already: a rebuild may move the numbers. */
	if (ready(s) != FG_OK)
		return 0;
	page = epoch_find(publish_file(s->env->pub), project);
	if (page != 0)
		last = epoch_newest(publish_file(s->env->pub), page);

	if (store_fault & STORE_FAULT_REUSE)
		return last + 1;
	if (tried != NULL && *tried > last)
		last = *tried;
	if (s->env->floor > last)
		last = s->env->floor;
	stored = store_last_number(s->env, project);
	return (stored > last ? stored : last) + 1;
}

enum fg_status
store_put_shared(struct store *s, const void *data, size_t len, uint64_t *id)
{
	enum fg_status st = ready(s);
	uint64_t *more;

	if (st != FG_OK)
		return st;
	more = realloc(s->fresh, (s->n_fresh + 1) * sizeof(*more));
	if (more == NULL)
		return FG_E_NOMEM;
	s->fresh = more;
	*id = s->env->last_shared + 1;
	st = store_shared_put(s->env, *id, data, len, false);
	if (st == FG_OK)
		s->fresh[s->n_fresh++] = *id;
	return done(s, st);
}

void
store_drop_shared(struct store *s, uint64_t id)
{
	for (size_t i = 0; i < s->n_fresh; i++)
		if (s->fresh[i] == id)
			s->fresh[i--] = s->fresh[--s->n_fresh];
}

enum fg_status
store_get_shared(
    struct store *s, uint64_t id, const uint8_t **data, size_t *len)
{
	struct store_key about = store_key_number('S', id);
	struct store_key value = store_key_number('s', id);
	struct store_bytes v;
	enum fg_status st = ready(s);

	if (st == FG_OK)
		st = store_kv_get(s->env->kv, &about, &v);
	if (st != FG_OK)
		return st;
	if (v.len != 12)
		return FG_E_CORRUPT;
	*len = (size_t)le64dec(v.data);
	st = store_kv_get(s->env->kv, &value, &v);
	*data = v.data;
	return st == FG_OK && v.len < *len ? FG_E_CORRUPT : st;
}

/* What is named is kept by who names it from now on. */
static void
not_fresh(struct store *s, const struct store_part *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		store_drop_shared(s, parts[i].id);
}

/* A slot for it, though a jump in the numbers may need many. */
static enum fg_status
make_room(struct store *s, unsigned page, uint64_t generation)
{
	const uint8_t *file = publish_file(s->env->pub);
	uint64_t oldest = epoch_oldest(file, page);
	uint64_t current = epoch_newest(file, page);

	if (oldest == 0 || generation - oldest < EPOCH_SLOTS)
		return FG_OK;
	/* Only if numbers jumped is the current one among them. */
	if (generation - current >= EPOCH_SLOTS)
		return FG_E_SPACE;
	return publish_retire(s->env->pub, page, generation - EPOCH_SLOTS + 1);
}

static enum fg_status
store_and_publish(struct store *s, const struct store_new *g)
{
	struct epoch_slot slot;
	unsigned page;
	enum fg_status st = publish_page(s->env->pub, g->project, &page);

	if (st == FG_OK)
		st = make_room(s, page, g->generation);
	if (st == FG_OK)
		st = store_gen_put(s->env, g, &slot);
	if (st != FG_OK)
		return st;
	store_step_at("publishing");
	st = publish_generation(s->env->pub, page, &slot);
	store_step_at("published");
	return st;
}

static enum fg_status
commit(struct store *s, const struct store_new *g)
{
	enum fg_status st = ready(s);
	uint64_t *tried;

	if (st != FG_OK)
		return st;
	if (!epoch_name_ok(g->project) ||
	    g->generation != store_next_generation(s, g->project))
		return FG_E_INVALID;
	tried = tried_number(s, g->project);
	if (tried != NULL)
		*tried = g->generation;
	st = store_and_publish(s, g);
	if (st != FG_OK)
		return done(s, st);
	s->commits++;
	not_fresh(s, g->parts, g->n_parts);
	/* It is out; what cannot go now goes with a later one. */
	st = store_keep(s, g->project);
	if (st != FG_OK)
		store_log(s, STORE_WARNING,
		    "%s: cannot delete old generations now: %s", g->project,
		    fg_strerror(st));
	done(s, st);
	return FG_OK;
}

enum fg_status
store_commit_parts(struct store *s, const char *project, uint64_t generation,
    uint64_t lcut_ms, void *image, size_t len, const struct store_part *parts,
    size_t n_parts)
{
	const struct store_new g = {
	    .project = project,
	    .generation = generation,
	    .lcut_ms = lcut_ms,
	    .time_ms = store_now_ms(),
	    .image = image,
	    .len = len,
	    .spend = true,
	    .parts = parts,
	    .n_parts = n_parts,
	};

	return commit(s, &g);
}

enum fg_status
store_commit(struct store *s, const char *project, uint64_t generation,
    uint64_t lcut_ms, void *image, size_t len)
{
	return store_commit_parts(
	    s, project, generation, lcut_ms, image, len, NULL, 0);
}

enum fg_status
store_commit_again(struct store *s, const char *project, uint64_t generation,
    const struct store_part *parts, size_t n_parts)
{
	struct store_new g = {
	    .project = project,
	    .generation = generation,
	    .time_ms = store_now_ms(),
	    .parts = parts,
	    .n_parts = n_parts,
	};
	struct store_generation held;
	struct manifest_section image;
	void *copy = NULL;
	enum fg_status st = store_latest(s, project, &held);

	if (st == FG_OK)
		st = manifest_find(held.manifest, held.manifest_len,
		    MANIFEST_IMAGE, 0, &image);
	if (st != FG_OK)
		return st;
	g.lcut_ms = held.lcut_ms;
	g.image_id = image.id;
	g.len = held.len;
	if (image.id == 0) { /* stored before images could be shared */
		copy = malloc(held.len);
		if (copy == NULL)
			return FG_E_NOMEM;
		memcpy(copy, held.image, held.len);
		g.image = copy;
	}
	st = commit(s, &g);
	free(copy);
	return st;
}

enum fg_status
store_older(struct store *s, const char *project, uint64_t generation,
    struct store_generation *out)
{
	const uint8_t *file;
	struct store_gens gens;
	unsigned page;
	enum fg_status st = ready(s);

	if (st != FG_OK)
		return st;
	file = publish_file(s->env->pub);
	page = epoch_find(file, project);
	st = store_gens_list(s->env, project, &gens);
	if (st != FG_OK)
		return st;
	st = FG_END;
	for (size_t i = gens.n; page != 0 && st == FG_END && i-- > 0;) {
		const struct store_gen *g = &gens.gen[i];

		if (g->generation >= generation || !g->has_manifest ||
		    !epoch_alive(file, page, g->generation))
			continue;
		out->generation = g->generation;
		out->lcut_ms = g->head.lcut_ms;
		out->time_ms = g->head.time_ms;
		out->image = g->image.data;
		out->len = (size_t)g->section.len;
		out->manifest = g->manifest.data;
		out->manifest_len = g->manifest.len;
		st = FG_OK;
	}
	free(gens.gen);
	return st;
}

enum fg_status
store_latest(struct store *s, const char *project, struct store_generation *out)
{
	enum fg_status st = store_older(s, project, UINT64_MAX, out);

	return st == FG_END ? FG_ABSENT : st;
}

/* --- signs of life ------------------------------------------------------------------ */

static bool
data_in_place(struct store *s)
{
	struct stat named, ours;

	return s->env->kv != NULL &&
	    fstatat(s->rules_dir, "current/data.mdb", &named,
		AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstat(store_kv_fd(s->env->kv), &ours) == 0 &&
	    named.st_dev == ours.st_dev && named.st_ino == ours.st_ino;
}

/* Whether data.mdb was cut: LMDB's map of it must not be touched then. */
static bool
data_was_cut(struct store *s)
{
	struct stat sb;
	uint64_t len;

	if (s->env->kv == NULL || fstat(store_kv_fd(s->env->kv), &sb) == -1)
		return true;
	len = (uint64_t)sb.st_size;
	if (len < s->env->data_len)
		return true;
	s->env->data_len = len;
	return false;
}

/* Takes apart what cannot be used any longer; NULL when all is well. */
static const char *
what_is_wrong(struct store *s)
{
	struct store_env *e = s->env;

	if (data_was_cut(s)) {
		store_kv_close(e->kv);
		e->kv = NULL;
		return "its data.mdb was cut";
	}
	if (!publish_intact(e->pub, s->rules_dir, "current")) {
		if (!publish_restore(e->pub)) {
			publish_close(e->pub);
			e->pub = NULL;
		}
		return "its epoch file was removed or changed";
	}
	return data_in_place(s) ? NULL : "its data.mdb was removed or replaced";
}

enum fg_status
store_beat(struct store *s, uint64_t queue_allowance)
{
	uint64_t now = store_now_ms();
	const char *wrong;
	enum fg_status st;

	s->allowance = queue_allowance;
	if (now < s->retry_ms && s->retry_ms - now <= RETRY_MS)
		return FG_E_NOT_READY;
	wrong =
	    s->env->pub == NULL ? "its epoch file is lost" : what_is_wrong(s);
	if (wrong != NULL) {
		st = store_rebuild(s, wrong);
		s->retry_ms = st == FG_OK ? 0 : now + RETRY_MS;
		return st;
	}
	publish_beat(s->env->pub, queue_allowance);
	if (s->replaced_ms != 0 &&
	    (now < s->replaced_ms || now - s->replaced_ms > REMOVE_AFTER_MS)) {
		store_env_remove_others(s, s->env->name);
		s->replaced_ms = 0;
	}
	return FG_OK;
}

void
store_status(struct store *s, struct store_status *out)
{
	struct stat sb;

	memset(out, 0, sizeof(*out));
	out->commits = s->commits;
	out->rebuilds = s->rebuilds;
	out->panics = s->panics;
	out->remaps = s->remaps;
	snprintf(
	    out->environment, sizeof(out->environment), "%s", s->env->name);
	if (s->env->kv == NULL)
		return;
	if (fstat(store_kv_fd(s->env->kv), &sb) == 0)
		out->file_bytes = (uint64_t)sb.st_size;
	out->living_bytes = store_living_bytes(s->env);
	out->map_bytes = store_kv_map_size(s->env->kv);
	out->remaps += store_kv_remaps(s->env->kv);
}
