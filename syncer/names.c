#include "syncer/names.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash64.h"

/* Bytes of names that would not have outlived their source. */
struct names_copy {
	struct names_copy *next;
	char bytes[];
};

static uint32_t
find(const struct names *t, const void *bytes, size_t n, uint64_t hash)
{
	size_t mask = t->n_slots - 1;

	if (t->n_slots == 0)
		return NAMES_NONE;
	for (size_t i = hash & mask; t->slots[i] != 0; i = (i + 1) & mask) {
		const struct names_entry *e = &t->entries[t->slots[i] - 1];

		if (e->tag == (uint32_t)(hash >> 32) && e->n == n &&
		    memcmp(e->bytes, bytes, n) == 0)
			return t->slots[i] - 1;
	}
	return NAMES_NONE;
}

uint32_t
names_find(const struct names *t, const void *bytes, size_t n)
{
	return find(t, bytes, n, hash64(bytes, n));
}

static void
place(struct names *t, uint32_t number)
{
	const struct names_entry *e = &t->entries[number];
	size_t mask = t->n_slots - 1, i = hash64(e->bytes, e->n) & mask;

	while (t->slots[i] != 0)
		i = (i + 1) & mask;
	t->slots[i] = number + 1;
}

static bool
grow(struct names *t)
{
	size_t cap = t->cap != 0 ? 2 * t->cap : 64;
	struct names_entry *entries;
	uint32_t *slots;

	if (cap >= NAMES_NONE)
		return false;
	entries = realloc(t->entries, cap * sizeof(*entries));
	if (entries == NULL)
		return false;
	t->entries = entries;
	slots = calloc(2 * cap, sizeof(*slots));
	if (slots == NULL)
		return false;
	free(t->slots);
	t->slots = slots;
	t->n_slots = 2 * cap;
	t->cap = cap;
	for (uint32_t i = 0; i < t->n; i++)
		place(t, i);
	return true;
}

uint32_t
names_add(struct names *t, const void *bytes, size_t n, bool copy)
{
	uint64_t hash = hash64(bytes, n);
	uint32_t number = find(t, bytes, n, hash);

	if (number != NAMES_NONE)
		return number;
	if (n > UINT32_MAX || (t->n == t->cap && !grow(t)))
		return NAMES_NONE;
	if (copy) {
		struct names_copy *own = malloc(sizeof(*own) + n);

		if (own == NULL)
			return NAMES_NONE;
		memcpy(own->bytes, bytes, n);
		own->next = t->copies;
		t->copies = own;
		bytes = own->bytes;
	}
	number = (uint32_t)t->n++;
	t->entries[number] = (struct names_entry){
	    .bytes = bytes, .n = (uint32_t)n, .tag = (uint32_t)(hash >> 32)};
	place(t, number);
	return number;
}

void
names_free(struct names *t)
{
	while (t->copies != NULL) {
		struct names_copy *next = t->copies->next;

		free(t->copies);
		t->copies = next;
	}
	free(t->entries);
	free(t->slots);
	*t = (struct names){0};
}
