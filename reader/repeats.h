/*
 * repeats: which exposures a segment already has, to name them instead.
 *
 * An application asks the same questions for all its users, so most exposures
 * say what an earlier one in the segment says, of another user.  These become
 * records of a fixed, small size, which is what the disk's pages and the
 * syncer's reading are saved.
 *
 * What an exposure says goes by a number of 64 bits, never 0: a hash of its
 * record, or of what the record is going to be made of, which then need not be
 * made.  A table that forgets: what is not found is written out once more.  The
 * queue's lock is held around all of it but repeats_may_know.
 */
#ifndef READER_REPEATS_H
#define READER_REPEATS_H

#include "common/record.h"
#include "reader/segfile.h"

#define REPEATS_BUCKETS 60
#define REPEATS_WAYS    8

/* All zero: nothing is known. */
struct repeats {
	uint64_t segment; /* whose these are, by its key */
	/*
	 * 48 bits of what it says, 16 more chose the bucket, and below them
	 * eighths of the frame's offset; 0: free.  Atomic.
	 */
	_Alignas(64) uint64_t words[REPEATS_BUCKETS][REPEATS_WAYS];
};

/* Where the segment has an exposure that says this; 0: none, or forgotten. */
uint32_t repeats_find(
    const struct repeats *r, const struct segfile *seg, uint64_t says);

/* It was appended, in the frame at that offset. */
void repeats_note(
    struct repeats *r, const struct segfile *seg, uint64_t says, uint32_t at);

/* Whether repeats_find is likely to find it: without the lock. */
bool repeats_may_know(const struct repeats *r, uint64_t says);

/* Whether a mapped segment has exactly this in the frame at that offset. */
bool repeats_is(
    const struct segfile *seg, uint32_t at, const uint8_t *exposure, size_t n);

#endif /* READER_REPEATS_H */
