/*
 * eval_parts: all that goes into a snapshot: the image, and beside it the
 * country table and ID lists that the user names files of.
 */
#ifndef TOOLS_EVAL_PARTS_H
#define TOOLS_EVAL_PARTS_H

#include <stddef.h>

#include "common/snapshot.h"
#include "tools/cmd.h"
#include "tools/eval_source.h"

struct eval_parts {
	struct snapshot_part *at; /* their bytes are malloc()ed */
	size_t n;
};

/*
 * Takes the image's bytes over, also when it fails.  country is a file for
 * country_load, idlists a folder with a file for each list; NULL: none.
 * CMD_OK, or what was said.
 */
int eval_parts_load(const struct cmd *cmd, struct eval_image *image,
    const char *country, const char *idlists, struct eval_parts *out);
void eval_parts_free(struct eval_parts *parts);

#endif /* TOOLS_EVAL_PARTS_H */
