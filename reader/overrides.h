/*
 * overrides: answers that this process gives whatever the rules say.
 *
 * For one ID or for everyone, of one kind and name each.  Entries are only
 * ever added in front and never change, and a removal is an entry too, so
 * that evaluation reads without a lock while other threads change them.  The
 * memory is given back with the client: they are for tests and for operators,
 * not for traffic.
 */
#ifndef READER_OVERRIDES_H
#define READER_OVERRIDES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "reader/params.h"
#include "reader/store_param.h"
#include "reader/user.h"

enum overrides_kind {
	OVERRIDES_GATE,
	OVERRIDES_CONFIG,
	OVERRIDES_EXPERIMENT,
	OVERRIDES_LAYER,
	OVERRIDES_STORE,
};

struct overrides;

/* An answer.  It stays as long as the client. */
struct override {
	bool value;                      /* of a gate */
	const struct fg_params *params;  /* of the others */
	const struct store_param *store; /* of a parameter store; the last of
	                                    a name counts */
	size_t n_store;
	const char *group; /* an experiment's group instead; else NULL */
};

struct overrides *overrides_new(void); /* NULL: no memory */
void overrides_free(struct overrides *o);

/* id NULL is everyone.  Copies what it is given. */
enum fg_status overrides_set(struct overrides *o, enum overrides_kind kind,
    const char *name, const char *id, bool value, const char *group,
    const struct fg_member *members, size_t n);

/* Without an id, removes those for single IDs too. */
enum fg_status overrides_remove(struct overrides *o, enum overrides_kind kind,
    const char *name, const char *id);
void overrides_clear(struct overrides *o);

/* One load: whether there was ever any. */
bool overrides_any(const struct overrides *o);

/*
 * The answer for a user: under his userID, else under one of his custom IDs,
 * else for everyone; NULL when there is none.
 */
const struct override *overrides_find(const struct overrides *o,
    enum overrides_kind kind, const void *name, size_t n, uint64_t hash,
    const struct fg_user *user);

#endif /* READER_OVERRIDES_H */
