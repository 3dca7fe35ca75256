/*
 * idlist_lookup: which ID lists there are, and what is to be done about each.
 *
 * The server's answer names each list with the URL of its file, the file's
 * size, its ID and when it was made.  A file only grows; another ID or a later
 * time mean another file.  Functions here touch neither network nor disk.
 */
#ifndef SYNCER_IDLIST_LOOKUP_H
#define SYNCER_IDLIST_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

#define IDLIST_MAX_LISTS 10000
#define IDLIST_MAX_TEXT  4096 /* of a URL, and of a file's ID */

/* Bytes with their length, NUL-terminated too; NULL: none. */
struct idlist_text {
	char *bytes;
	size_t n;
};

/* A file: what tells it from others. */
struct idlist_file {
	int64_t created_ms;
	struct idlist_text id;
};

struct idlist_listing {
	struct idlist_text name, url;
	struct idlist_file file;
	uint64_t size;
};

struct idlist_lookup {
	struct idlist_listing *at;
	size_t n;
	size_t n_left_out; /* with names or URLs that cannot be */
};

/*
 * Reads an answer.  FG_E_INVALID with *why in a few words: it is no object of
 * objects that have all they need; nothing of it is to be used then.
 * FG_E_NOMEM.  *out is to be freed in any case.
 */
enum fg_status idlist_lookup_read(
    const char *text, size_t n, struct idlist_lookup *out, const char **why);
void idlist_lookup_free(struct idlist_lookup *lookup);

void idlist_file_free(struct idlist_file *file);
/* A copy in place of what *to holds, which is freed.  FG_E_NOMEM. */
enum fg_status idlist_text_copy(
    struct idlist_text *to, const struct idlist_text *from);

bool idlist_text_same(const struct idlist_text *a, const struct idlist_text *b);

enum idlist_step {
	IDLIST_KEEP, /* there is no news */
	IDLIST_MORE, /* from where we are to the end */
	IDLIST_ANEW, /* all of it, and then it replaces what is held */
};

/*
 * What is to be done about a list of whose file so many bytes are held; held
 * NULL: none.  A file that was made earlier than the one that is held is an
 * old answer.
 */
enum idlist_step idlist_lookup_step(const struct idlist_file *held,
    uint64_t position, const struct idlist_listing *listing);

#endif /* SYNCER_IDLIST_LOOKUP_H */
