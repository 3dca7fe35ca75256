/*
 * user_json: a user of the library from the JSON of a Statsig user.
 *
 * Names: userID, customIDs, email, ip, userAgent, country, locale, appVersion,
 * custom, privateAttributes, statsigEnvironment.  Others are ignored, a null
 * is as if the name were not there.  Values keep their types: 7, 7.0, "7" and
 * true are different things to some conditions.
 */
#ifndef TOOLS_USER_JSON_H
#define TOOLS_USER_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/json.h"

struct fg_user;

/* One line: which field and place, and what is wrong there. */
struct user_json_error {
	char text[256];
};

/*
 * Makes user, whatever it was before, the one that the n bytes tell.
 * FG_E_INVALID with *err filled in: no JSON, no object, a map that is none, a
 * name twice, a value that nests over 64 deep or a number no double can hold.
 * FG_E_NOMEM.  After a failure the user is an empty one.
 */
enum fg_status user_json_read(const char *text, size_t n, struct fg_user *user,
    struct user_json_error *err);

/* The same from a node of a parsed text; places count from that text. */
enum fg_status user_json_node(const struct json_tree *tree, uint32_t node,
    struct fg_user *user, struct user_json_error *err);

#endif /* TOOLS_USER_JSON_H */
