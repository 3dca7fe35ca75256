/*
 * overrides_file: a project's overrides, from a file that an operator edits.
 *
 * The file is watched where it lies, through its folder, and looked at twice a
 * second besides, for a folder that tells nothing or is not there yet.  It is
 * read when it has not changed for a moment, so that nobody need rename it into
 * place, and what comes out is stored as a value for the next generation.
 *
 * A file that makes no sense, or cannot be read, changes nothing about what is
 * in force: why it is refused is logged and goes with the value, for all to
 * see.  A file that is not there lifts all overrides.
 */
#ifndef SYNCER_OVERRIDES_FILE_H
#define SYNCER_OVERRIDES_FILE_H

#include <stdint.h>

#include "common/forkgate_status.h"
#include "common/manifest.h"
#include "syncer/loop.h"
#include "syncer/store.h"

struct overrides_file;

struct overrides_file_parts {
	struct loop *loop;
	struct store *store;
	const char *project;
	const char *path; /* NULL: there are none */
	/* What the next generation should name, held, is given by
	   overrides_file_id(); called when that may have become another one. */
	void (*changed)(void *arg);
	void *arg;
};

/*
 * Looks at the file once.  What parts point to outlives it; held is what the
 * newest generation names, with an id of 0 for none, and stays in force if
 * the file is of no use.
 */
enum fg_status overrides_file_new(const struct overrides_file_parts *parts,
    const struct manifest_section *held, struct overrides_file **out);
void overrides_file_free(struct overrides_file *f);

/* Watches from now on. */
void overrides_file_start(struct overrides_file *f);

/* The number of the value that generations should name, 0 for none. */
uint64_t overrides_file_id(const struct overrides_file *f);

/* The store does not have that value any longer: the file is read anew. */
void overrides_file_forget(struct overrides_file *f);

#endif /* SYNCER_OVERRIDES_FILE_H */
