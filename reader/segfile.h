/*
 * segfile: one segment as its owner has it, from birth to seal.
 *
 * Either mapped: the space is reserved, frames are copied into the mapping and
 * published by a store of the tail.  Or written: each publication is one
 * pwrite(2) of frames that do not cross a page (save those longer than one), so
 * that a kill leaves none of them torn, and the file's length is the tail.
 *
 * The caller holds whatever lock there is.
 */
#ifndef READER_SEGFILE_H
#define READER_SEGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/forkgate_status.h"
#include "common/frame.h"
#include "common/segment.h"

/* All zero: no segment. */
struct segfile {
	uint8_t *page; /* the mapping; in a written one, a copy of the page */
	uint64_t key;  /* from the id, never 0: tells segments apart */
	uint32_t seed; /* of the frames */
	uint32_t tail; /* where the next frame goes */
	uint32_t cap;  /* bytes of the file when it is full */
	uint32_t pending; /* publications since the page was written last */
	int fd;           /* holds the lock */
	bool written;
};

/* Can space be reserved so that a mapping never fails?  By file system. */
bool segfile_can_map(int dirfd);

/*
 * Makes a segment of info->capacity bytes in dirfd under its final name, locked
 * and empty; id is drawn here.  FG_E_SPACE: disk or quota are full.
 */
enum fg_status segfile_create(
    int dirfd, const struct segment_info *info, struct segfile *out);

/* Bytes that payloads of a user (0: none) and a record take in a fresh one. */
size_t segfile_need(size_t user_len, size_t n, bool written);

/* Do they fit behind the tail? */
bool segfile_fits(const struct segfile *s, size_t user_len, size_t n);

/*
 * Appends the user's record, if user_json is not NULL, and the record, in one
 * publication.  *user_ref is where the user's frame lies: filled in if there
 * is a user, else taken for the record unless 0.  They must fit.  FG_E_SPACE
 * or FG_E_IO, of written ones only: nothing was appended.
 */
enum fg_status segfile_append(struct segfile *s, const char *user_json,
    size_t user_len, uint32_t *user_ref, const void *record, size_t n);

/*
 * The same for a record that is made in its place: room for it behind the tail
 * of a mapped one, and its publication.
 */
static inline uint8_t *
segfile_room(const struct segfile *s)
{
	return s->page + s->tail + FRAME_HEADER;
}

void segfile_publish(struct segfile *s, size_t n);

/* Puts counters into the page, and in a written one now and then to disk. */
void segfile_count(
    struct segfile *s, const uint64_t counters[SEGMENT_N_COUNTERS]);

/* Writes the page of a written one; a mapped one has it already. */
void segfile_sync_page(struct segfile *s);

/* Marks it as finished and lets go of it; *s is then all zero. */
void segfile_seal(struct segfile *s);

#endif /* READER_SEGFILE_H */
