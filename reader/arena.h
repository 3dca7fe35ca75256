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

struct arena_block {
	struct arena_block *next;
	size_t cap;
	uint64_t bytes[]; /* aligned for all that is stored */
};

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

/* The same as arena_get() where the last block has no room. */
void *arena_grow(struct arena *a, size_t n);

/* n bytes at a multiple of 8, not cleared; NULL when there is no memory. */
static inline void *
arena_get(struct arena *a, size_t n)
{
	struct arena_block *b = a->last;
	size_t left = b->cap - a->used;
	void *p = (char *)b->bytes + a->used;

	if (n > left || left - n < 7)
		return arena_grow(a, n);
	a->used += (n + 7) & ~(size_t)7;
	return p;
}

/* A copy of n bytes with a NUL behind it; NULL when there is no memory. */
char *arena_text(struct arena *a, const void *bytes, size_t n);

static inline struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){a->last, a->used};
}

/* Gives back the blocks that came after the mark's. */
void arena_shrink(struct arena *a, struct arena_mark mark);

/* Gives back all that was taken since the mark. */
static inline void
arena_release(struct arena *a, struct arena_mark mark)
{
	if (a->last != mark.block)
		arena_shrink(a, mark);
	a->used = mark.used;
}

/* Gives back all. */
void arena_reset(struct arena *a);

#endif /* READER_ARENA_H */
