/*
 * image_source: a private copy of a ruleset image, from wherever the user said.
 */
#ifndef TOOLS_IMAGE_SOURCE_H
#define TOOLS_IMAGE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "common/image.h"
#include "tools/cmd.h"
#include "tools/eval_source.h"
#include "tools/override_list.h"

struct image_source {
	uint8_t *bytes; /* malloc()ed */
	size_t len;
	struct override_list overrides; /* that lie beside it */
	uint64_t generation;            /* 0: of a document */
	struct image image;             /* of those bytes */
};

/*
 * Copies the newest image of the source and proves its checksum.  CMD_OK;
 * anything else was said and is the exit status.
 */
int image_source_get(const struct cmd *cmd, const struct eval_source *source,
    struct image_source *out);
void image_source_free(struct image_source *s);

/*
 * The names of a parameter store's parameters, sorted, each with a NUL behind
 * it, as one malloc()ed list that a NULL ends; an empty one for no such store.
 * NULL: out of memory.  image_names_free takes NULL.
 */
char **image_store_names(const struct image *im, const char *store);
void image_names_free(char **names);

#endif /* TOOLS_IMAGE_SOURCE_H */
