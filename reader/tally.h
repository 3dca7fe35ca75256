/*
 * tally: what the open segment counts already.
 *
 * Checks without an exposure are counted in words of the segment's first page,
 * where they outlive the worker; a record in the segment gives each word its
 * name.  Here is which name has which word, by the name's hash.
 *
 * Belongs to one segment at a time: another one finds it empty, and so does a
 * child that was forked.  The caller holds the queue's lock.
 */
#ifndef READER_TALLY_H
#define READER_TALLY_H

#include <stdint.h>

#include "common/segment.h"

#define TALLY_SLOTS 2048 /* more than twice SEGMENT_N_TALLIES */
#define TALLY_NONE  UINT32_MAX

struct tally {
	uint64_t segment;  /* segfile.key */
	uint64_t since_ms; /* of the first; 0: none; atomic, a hint */
	uint32_t n;
	struct tally_slot {
		uint64_t hash;
		uint32_t which; /* + 1; 0: free */
	} slots[TALLY_SLOTS];
};

/* The word of a name in this segment, or TALLY_NONE. */
uint32_t tally_find(struct tally *t, uint64_t segment, uint64_t hash);

/* The next word, for a name that has none; TALLY_NONE when all are taken. */
uint32_t tally_next(const struct tally *t, uint64_t segment);

/* The name has been given that word. */
void tally_add(struct tally *t, uint64_t segment, uint64_t hash);

#endif /* READER_TALLY_H */
