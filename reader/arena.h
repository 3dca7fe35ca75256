/*
 * arena: memory that is given back as a whole.
 *
 * The first block is there from the start, so that what fits into it never
 * allocates; beyond it the arena grows by malloc and counts how often.  Not
 * for several threads at once.
 */
#ifndef READER_ARENA_H
#define READER_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena_block;

struct arena {
	struct arena_block *first, *last;
	size_t used;      /* bytes of the last block */
	uint64_t n_grown; /* blocks that had to be allocated on the way */
};

/* A moment of an arena, to go back to. */
struct arena_mark {
	struct arena_block *block;
	size_t used;
};

/* Allocates the first block of cap bytes.  False when there is no memory. */
bool arena_init(struct arena *a, size_t cap);

void arena_free(struct arena *a);

/* n bytes at a multiple of 8, not cleared; NULL when there is no memory. */
void *arena_get(struct arena *a, size_t n);

/* A copy of n bytes with a NUL behind it; NULL when there is no memory. */
char *arena_text(struct arena *a, const void *bytes, size_t n);

struct arena_mark arena_mark(const struct arena *a);

/* Gives back all that was taken since the mark. */
void arena_release(struct arena *a, struct arena_mark mark);

/* Gives back all. */
void arena_reset(struct arena *a);

#endif /* READER_ARENA_H */
