/*
 * repeats: which exposures a segment already has, to name them instead.
 *
 * An application asks the same questions for all its users, so most exposures
 * say what an earlier one in the segment says, of another user.  These become
 * records of a fixed, small size, which is what the disk's pages and the
 * syncer's reading are saved.  A table that forgets: what is not found is
 * written out once more.  The queue's lock is held around all of it.
 */
#ifndef READER_REPEATS_H
#define READER_REPEATS_H

#include "common/record.h"
#include "reader/segfile.h"

#define REPEATS_BUCKETS 256
#define REPEATS_WAYS    2

/* All zero: nothing is known. */
struct repeats {
	uint64_t segment; /* whose these are, by its key */
	struct {
		uint16_t tag;
		uint16_t at; /* eighths of an offset; 0: free */
	} slots[REPEATS_BUCKETS][REPEATS_WAYS];
};

/*
 * Where the segment, a mapped one, has an exposure that says the same; 0: it
 * has none, or it is forgotten.  *hash is for repeats_note.
 */
uint32_t repeats_find(struct repeats *r, const struct segfile *seg,
    const uint8_t *exposure, size_t n, uint32_t *hash);

/* It was appended, in the frame at that offset. */
void repeats_note(struct repeats *r, uint32_t hash, uint32_t at);

#endif /* READER_REPEATS_H */
