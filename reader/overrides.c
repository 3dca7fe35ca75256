#include "reader/overrides.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define N_BUCKETS 64

enum act {
	SET,
	REMOVE_ID,
	REMOVE_NAME
};

struct entry {
	struct entry *next; /* older */
	enum act act;
	enum overrides_kind kind;
	uint64_t seq, name_hash, id_hash;
	size_t name_len, id_len;
	const char *name, *id; /* id NULL: everyone */
	struct override answer;
	struct arena arena; /* all of the above */
};

struct overrides {
	_Atomic uint64_t seq;     /* of the newest entry */
	_Atomic uint64_t cleared; /* entries up to this one are gone */
	_Atomic(struct entry *) buckets[N_BUCKETS];
};

struct overrides *
overrides_new(void)
{
	return calloc(1, sizeof(struct overrides));
}

void
overrides_free(struct overrides *o)
{
	if (o == NULL)
		return;
	for (int i = 0; i < N_BUCKETS; i++) {
		struct entry *e = atomic_load(&o->buckets[i]);

		while (e != NULL) {
			struct entry *next = e->next;

			arena_free(&e->arena);
			free(e);
			e = next;
		}
	}
	free(o);
}

bool
overrides_any(const struct overrides *o)
{
	return atomic_load_explicit(&o->seq, memory_order_relaxed) != 0;
}

/* An entry with its texts copied; NULL without memory. */
static struct entry *
entry_new(
    enum act act, enum overrides_kind kind, const char *name, const char *id)
{
	struct entry *e = calloc(1, sizeof(*e));

	if (e == NULL || !arena_init(&e->arena, 512)) {
		free(e);
		return NULL;
	}
	e->act = act;
	e->kind = kind;
	e->name_len = strlen(name);
	e->name_hash = hash64(name, e->name_len);
	e->name = arena_text(&e->arena, name, e->name_len);
	if (id != NULL) {
		e->id_len = strlen(id);
		e->id_hash = hash64(id, e->id_len);
		e->id = arena_text(&e->arena, id, e->id_len);
	}
	if (e->name == NULL || (id != NULL && e->id == NULL)) {
		arena_free(&e->arena);
		free(e);
		return NULL;
	}
	return e;
}

/* Release: whoever finds the entry finds it whole; see overrides_find. */
static void
push(struct overrides *o, struct entry *e)
{
	_Atomic(struct entry *) *bucket = &o->buckets[e->name_hash % N_BUCKETS];

	e->seq = atomic_fetch_add(&o->seq, 1) + 1;
	e->next = atomic_load_explicit(bucket, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(
	    bucket, &e->next, e, memory_order_release, memory_order_relaxed))
		;
}

enum fg_status
overrides_set(struct overrides *o, enum overrides_kind kind, const char *name,
    const char *id, bool value, const char *group,
    const struct fg_member *members, size_t n)
{
	struct entry *e = entry_new(SET, kind, name, id);
	enum fg_status st = FG_OK;

	if (e == NULL)
		return FG_E_NOMEM;
	e->answer.value = value;
	if (group != NULL) {
		e->answer.group = arena_text(&e->arena, group, strlen(group));
		st = e->answer.group != NULL ? FG_OK : FG_E_NOMEM;
	} else if (kind == OVERRIDES_STORE) {
		st = store_params_from_members(
		    members, n, &e->arena, &e->answer.store);
		e->answer.n_store = n;
	} else if (kind != OVERRIDES_GATE) {
		st = params_from_members(
		    members, n, &e->arena, &e->answer.params);
	}
	if (st != FG_OK) {
		arena_free(&e->arena);
		free(e);
		return st;
	}
	push(o, e);
	return FG_OK;
}

enum fg_status
overrides_remove(struct overrides *o, enum overrides_kind kind,
    const char *name, const char *id)
{
	struct entry *e =
	    entry_new(id != NULL ? REMOVE_ID : REMOVE_NAME, kind, name, id);

	if (e == NULL)
		return FG_E_NOMEM;
	push(o, e);
	return FG_OK;
}

void
overrides_clear(struct overrides *o)
{
	atomic_store(&o->cleared, atomic_load(&o->seq));
}

/* The newest word on a name and an ID; NULL for everyone. */
static const struct override *
find(const struct overrides *o, const struct entry *e, const struct dyn *id,
    enum overrides_kind kind, const void *name, size_t n, uint64_t hash)
{
	uint64_t cleared =
	    atomic_load_explicit(&o->cleared, memory_order_relaxed);

	for (; e != NULL && e->seq > cleared; e = e->next) {
		if (e->kind != kind || e->name_hash != hash ||
		    e->name_len != n || memcmp(e->name, name, n) != 0)
			continue;
		if (e->act == REMOVE_NAME)
			return NULL;
		if ((e->id == NULL) != (id == NULL))
			continue;
		if (id != NULL &&
		    (e->id_hash != id->hash || e->id_len != id->len ||
			memcmp(e->id, id->text, id->len) != 0))
			continue;
		return e->act == SET ? &e->answer : NULL;
	}
	return NULL;
}

const struct override *
overrides_find(const struct overrides *o, enum overrides_kind kind,
    const void *name, size_t n, uint64_t hash, const struct fg_user *user)
{
	const struct user_map *ids = &user->maps[FG_CUSTOM_IDS];
	const struct dyn *user_id = &user->atoms[IMAGE_ATOM_USER_ID];
	const struct override *found = NULL;
	const struct entry *e = atomic_load_explicit(
	    &o->buckets[hash % N_BUCKETS], memory_order_acquire);

	if (e == NULL)
		return NULL;
	if (user_id->has_text)
		found = find(o, e, user_id, kind, name, n, hash);
	for (uint32_t i = 0; i < ids->n && found == NULL; i++)
		if (ids->entries[i].value.has_text)
			found = find(
			    o, e, &ids->entries[i].value, kind, name, n, hash);
	return found != NULL ? found : find(o, e, NULL, kind, name, n, hash);
}
