/*
 * told: what a user's client response tells of one entity.
 *
 * Statsig's SDKs tell some of an answer there alone, such as whether a user is
 * in an experiment.  A response evaluates all entities together, so what it
 * tells may differ from a call's own answer, in rules with redirections or
 * with conditions on an experiment's group.
 */
#ifndef TOOLS_TOLD_H
#define TOOLS_TOLD_H

#include <stdbool.h>

#include "common/jsonw.h"
#include "reader/forkgate.h"
#include "syncer/json.h"

struct told {
	bool is_made; /* of the user at hand; clear it for another one */
	char *text;
	size_t len, cap;
	struct json_tree tree;
	uint32_t entry; /* what told_find found, or 0 */
};

/* Starts from zeroes. */
void told_free(struct told *t);

/*
 * Finds the entity in a map, "dynamic_configs" or "layer_configs", of the
 * user's response, which is made when it is not there.  Not to be found is no
 * failure, and a response that cannot be made has nothing: FG_E_NOMEM alone.
 */
enum fg_status told_find(struct told *t, struct fg_session *ses,
    struct fg_user *user, const char *map, const char *name);

/* Whether the entity has a member, and the member, or null. */
bool told_has(const struct told *t, const char *member);
void told_put(const struct told *t, const char *member, struct jsonw *w);

#endif /* TOOLS_TOLD_H */
