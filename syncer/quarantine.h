/*
 * quarantine: the folder of what could not be delivered, kept for a human.
 *
 * A file's name tells when it got there, and why:
 *
 *   batch-MS-SERIAL-FIRST-REASON.json    events that the server refused, as
 *                                        {"project":"...","events":[...]}
 *   replay-MS-SERIAL-FIRST-REASON.json   the same, put back: to be sent again
 *   seg-ID-MS-REASON                     a segment that could not be read
 *
 * MS is Unix time, REASON a word of A-Z a-z 0-9 _.  What begins with a dot is
 * still being written.
 *
 * The folder has a limit in bytes and in files, because others decide what gets
 * there.  What is there stays; what would exceed the limit is not kept, and the
 * caller is told so.  The folder is counted again before that is said: a
 * person may have cleared it.
 */
#ifndef SYNCER_QUARANTINE_H
#define SYNCER_QUARANTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/json.h"

#define QUARANTINE_NAME   128 /* of a file, with its NUL */
#define QUARANTINE_REASON 40

struct quarantine {
	int dirfd;
	uint64_t used; /* bytes of the files in it */
	uint64_t files;
	uint64_t max;
	uint64_t max_files;
};

enum quarantine_kind {
	QUARANTINE_BATCH,
	QUARANTINE_REPLAY,
	QUARANTINE_SEGMENT,
};

/* What a file's name says. */
struct quarantine_item {
	enum quarantine_kind kind;
	uint64_t time_ms;
	char reason[QUARANTINE_REASON + 1];
	char id[QUARANTINE_NAME]; /* the name without what frames it */
	char segment[40];         /* its name in the queue, or "" */
};

/* What a batch's text holds; borrows it. */
struct quarantine_batch {
	const char *project; /* without its quotes; NULL if it is not told */
	size_t project_len;
	struct json_walk events; /* before the first one */
	size_t n;
};

/* Sums up what is there, and removes what was not written to its end. */
enum fg_status quarantine_open(struct quarantine *q, const char *dir,
    uint64_t max_bytes, uint64_t max_files);
void quarantine_close(struct quarantine *q);

/*
 * Moves a segment's file of the folder from there, by rename or, to another
 * file system, by copying.  FG_E_SPACE: the limit is reached, the file is where
 * it was.
 */
enum fg_status quarantine_move(struct quarantine *q, int from_dirfd,
    const char *name, uint64_t now_ms, const char *reason);

/*
 * Writes a new file of head, body and tail, mode 0600.  It has its name when it
 * is whole, and it and the name are synced.
 */
enum fg_status quarantine_write(struct quarantine *q, const char *name,
    const char *head, const void *body, size_t n, const char *tail);

/* Renames within the folder, synced. */
enum fg_status quarantine_rename(
    struct quarantine *q, const char *from, const char *to);

/* Removes a file; one that is not there is fine. */
void quarantine_drop(struct quarantine *q, const char *name);

/* Reads a batch's text; false if it holds no list of objects. */
bool quarantine_read_batch(
    const char *text, size_t n, struct quarantine_batch *out);

/* Reads a file's name; false if it is none of ours. */
bool quarantine_parse(const char *name, struct quarantine_item *out);

#endif /* SYNCER_QUARANTINE_H */
