/*
 * eval_source: rules to evaluate with, from wherever the user said.
 *
 * A state directory that a syncer keeps, a snapshot file, or a ruleset
 * document, which is compiled on the spot into memory and opened like a
 * snapshot: the code that answers is the same for all three.
 */
#ifndef TOOLS_EVAL_SOURCE_H
#define TOOLS_EVAL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "tools/cmd.h"

struct eval_parts;
struct fg;

struct eval_source {
	const char *state_dir;   /* used when the next two are NULL */
	const char *rules;       /* a ruleset document */
	const char *snapshot;    /* a .fgs file */
	const char *project;     /* NULL: "default", or the snapshot's own */
	const char *country;     /* with rules: a country file, or NULL */
	const char *idlists;     /* with rules: a folder of ID lists, or NULL */
	const char *overrides;   /* a file of them instead of the source's
	                            own, or NULL */
	const char *environment; /* a tier, or NULL */
	bool log;                /* what is checked is logged */
	char memory[32];         /* a compiled document, as a path; private */
};

/* Says which of the options do not go together. */
int eval_source_check(const struct cmd *cmd, const struct eval_source *source);

/*
 * Opens a client that has rules.  CMD_OK; anything else was said and is the
 * exit status, CMD_NO when there are no rules yet.  Notes on a document go to
 * standard error; afterwards the source is the snapshot that it became, in
 * memory until the process ends.
 */
int eval_source_open(
    const struct cmd *cmd, struct eval_source *source, struct fg **out);

/* A document, compiled and sealed as its first generation, received now. */
struct eval_image {
	uint8_t *bytes;
	size_t len;
	uint64_t lcut_ms;
	uint32_t n_gates, n_configs, n_layers, n_dropped;
};

/* CMD_OK, or what was said.  Free bytes. */
int eval_source_compile(
    const struct cmd *cmd, const char *path, struct eval_image *out);

/* Writes it as a snapshot file that everybody may read, with all its parts. */
enum fg_status eval_source_write(const struct eval_image *image,
    const struct eval_parts *parts, const char *project, const char *path);

#endif /* TOOLS_EVAL_SOURCE_H */
