/*
 * eval_parts: all that goes into a snapshot: the image, and beside it the
 * overrides, country table and ID lists that the user names files of.
 */
#ifndef TOOLS_EVAL_PARTS_H
#define TOOLS_EVAL_PARTS_H

#include <stddef.h>

#include "common/snapshot.h"
#include "tools/cmd.h"
#include "tools/eval_source.h"

struct hostwide_text;

/* Compiles an overrides file; what is wrong was said.  Free out->bytes. */
int eval_overrides(
    const struct cmd *cmd, const char *path, struct hostwide_text *out);

struct eval_parts {
	struct snapshot_part *at; /* their bytes are malloc()ed */
	size_t n;
};

/*
 * Takes the image's bytes over, also when it fails, and adds what the source
 * says goes beside them.  CMD_OK, or what was said.
 */
int eval_parts_load(const struct cmd *cmd, struct eval_image *image,
    const struct eval_source *source, struct eval_parts *out);

/*
 * Copies all that a snapshot or a state directory has, with the overrides of
 * source->overrides instead of its own; *info tells about it.  CMD_OK, or what
 * was said.
 */
int eval_parts_copy(const struct cmd *cmd, const struct eval_source *source,
    struct snapshot_info *info, struct eval_parts *out);
void eval_parts_free(struct eval_parts *parts);

#endif /* TOOLS_EVAL_PARTS_H */
