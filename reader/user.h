/*
 * user: whom a check is for, as conditions look him up.
 *
 * Setting a field copies it with all its facets, so that evaluation compares
 * and never allocates.  A user belongs to one thread at a time.
 */
#ifndef READER_USER_H
#define READER_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/image.h"
#include "common/sha256.h"
#include "reader/arena.h"
#include "reader/dyn.h"
#include "reader/forkgate.h"
#include "reader/queue.h"
#include "reader/user_agent.h"

#define USER_N_MAPS 4

struct user_entry {
	struct dyn_key key;
	struct dyn value;
};

struct user_map {
	struct user_entry *entries; /* from the arena, in the order put */
	uint32_t n, cap;
	bool present; /* also when it is empty */
};

struct fg_user {
	struct arena arena;
	struct dyn atoms[IMAGE_N_ATOMS]; /* FG_NULL where there is none */
	struct user_map maps[USER_N_MAPS];
	size_t json_bound; /* what the wire's JSON can at most take */

	/* Made on demand and good until the next change. */
	uint64_t unit_hash; /* 0: not made; see user_unit_hash() */
	struct user_end {
		const struct dyn *of; /* NULL: not made */
		struct sha256_end end;
	} ends[2]; /* of the user ID, of the other unit asked for last */
	bool has_json;
	uint64_t json_for; /* which client and tier the JSON was made for */
	char *json;        /* malloc'd, json_cap bytes */
	size_t json_cap;
	struct queue_user wire;
	bool has_agent, agent_is_absent;
	uint64_t agent_for; /* which client the answers were made for */
	struct dyn agent[USER_AGENT_N_ANSWERS];
	struct arena agent_room; /* their texts */
	size_t agent_cap;        /* of its first block, 0: there is none */
};

/* What a client adds to its users. */
struct user_defaults {
	struct user_map custom; /* global custom fields */
	struct dyn tier;        /* environment option; FG_NULL: none */
	uint64_t id;            /* unique to the client */
};

/* A user whom nobody will set anything of; NULL when there is no memory. */
struct fg_user *user_nobody(void);

/* The entry with these bytes as its key, in exact case; NULL if none. */
struct dyn *user_map_get(
    const struct user_map *map, const void *key, size_t n, uint64_t hash);

/* The same, inlined where it counts. */
__attribute__((always_inline)) static inline struct dyn *
user_map_find(
    const struct user_map *map, const void *key, size_t n, uint64_t hash)
{
	for (uint32_t i = 0; i < map->n; i++) {
		struct user_entry *e = &map->entries[i];

		if (e->key.hash == hash && e->key.len == n &&
		    same_bytes(e->key.text, key, n))
			return &e->value;
	}
	return NULL;
}

/* Sets an entry in memory of a; see fg_user_put(). */
enum fg_status user_map_put(struct user_map *map, struct arena *a,
    const char *key, size_t n, const struct fg_value *value);

/* A user's unit ID by the spellings of a rule's idType; NULL if none. */
struct dyn *user_unit(const struct fg_user *user, const struct image *im,
    bool is_user_id, uint32_t unit, uint32_t unit_lower);

/*
 * A unit of his, from user_unit(), as it is hashed; NULL when it is too long
 * for that.
 */
const struct sha256_end *user_end_make(
    struct fg_user *user, const struct dyn *unit);
static inline const struct sha256_end *
user_end(struct fg_user *user, const struct dyn *unit)
{
	const struct user_end *e =
	    &user->ends[unit != &user->atoms[IMAGE_ATOM_USER_ID]];

	return e->of == unit ? &e->end : user_end_make(user, unit);
}

/*
 * What his user agent tells, parsed at the first question and kept until he
 * changes: *out is NULL when he has none, or one that tells nothing.  False
 * when there is no memory.  Allocates only for a user agent among the client's
 * global custom fields; for his own there is room since it was set.
 */
bool user_answer(struct fg_user *user, const struct user_defaults *defaults,
    enum user_agent_answer which, struct dyn **out);

/* Makes that room, for a text of n bytes.  False when there is no memory. */
bool user_answer_reserve(struct fg_user *user, size_t n);

/*
 * A hash of what makes two users the same to the deduplication of exposures:
 * userID, customIDs.stableID and the sum over the custom IDs' values.
 */
uint64_t user_unit_hash(struct fg_user *user);

/*
 * The user as events carry it, kept until the user changes.  tier is the
 * rules' default_environment, or of length 0.  NULL when there is no memory.
 */
struct queue_user *user_wire(struct fg_user *user,
    const struct user_defaults *defaults, const struct image_str *tier);

#endif /* READER_USER_H */
