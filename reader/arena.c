#include "reader/arena.h"

#include <stdlib.h>
#include <string.h>

static struct arena_block *
block_new(size_t cap)
{
	struct arena_block *b;

	if (cap > SIZE_MAX - sizeof(*b))
		return NULL;
	b = malloc(sizeof(*b) + cap);
	if (b != NULL) {
		b->next = NULL;
		b->cap = cap;
	}
	return b;
}

bool
arena_init(struct arena *a, size_t cap)
{
	*a = (struct arena){0};
	a->first = a->last = block_new(cap);
	return a->first != NULL;
}

void
arena_free(struct arena *a)
{
	if (a->first == NULL)
		return;
	arena_reset(a);
	free(a->first);
	*a = (struct arena){0};
}

void *
arena_grow(struct arena *a, size_t n)
{
	struct arena_block *b = a->last;
	void *p;

	if (n > SIZE_MAX / 2)
		return NULL;
	n = (n + 7) & ~(size_t)7;
	if (n > b->cap - a->used) {
		b = block_new(n > a->first->cap ? n : a->first->cap);
		if (b == NULL)
			return NULL;
		a->last->next = b;
		a->last = b;
		a->used = 0;
		a->n_grown++;
	}
	p = (char *)b->bytes + a->used;
	a->used += n;
	return p;
}

char *
arena_text(struct arena *a, const void *bytes, size_t n)
{
	char *p = arena_get(a, n + 1);

	if (p != NULL) {
		memcpy(p, bytes, n);
		p[n] = '\0';
	}
	return p;
}

void
arena_shrink(struct arena *a, struct arena_mark mark)
{
	struct arena_block *b = mark.block->next;

	while (b != NULL) {
		struct arena_block *next = b->next;

		free(b);
		b = next;
	}
	mark.block->next = NULL;
	a->last = mark.block;
}

void
arena_reset(struct arena *a)
{
	arena_release(a, (struct arena_mark){a->first, 0});
}
