#include "reader/tally.h"

#include <string.h>

_Static_assert(TALLY_SLOTS > 2 * SEGMENT_N_TALLIES, "never full");

static struct tally_slot *
slot_of(struct tally *t, uint64_t hash)
{
	uint64_t at = hash % TALLY_SLOTS;

	while (t->slots[at].which != 0 && t->slots[at].hash != hash)
		at = (at + 1) % TALLY_SLOTS;
	return &t->slots[at];
}

uint32_t
tally_find(struct tally *t, uint64_t segment, uint64_t hash)
{
	const struct tally_slot *slot;

	if (t->segment != segment)
		return TALLY_NONE;
	slot = slot_of(t, hash);
	return slot->which != 0 ? slot->which - 1 : TALLY_NONE;
}

uint32_t
tally_next(const struct tally *t, uint64_t segment)
{
	if (t->segment != segment)
		return 0;
	return t->n < SEGMENT_N_TALLIES ? t->n : TALLY_NONE;
}

void
tally_add(struct tally *t, uint64_t segment, uint64_t hash)
{
	struct tally_slot *slot;

	if (t->segment != segment) {
		t->segment = segment;
		t->n = 0;
		__atomic_store_n(&t->since_ms, 0, __ATOMIC_RELAXED);
		memset(t->slots, 0, sizeof(t->slots));
	}
	slot = slot_of(t, hash);
	slot->hash = hash;
	slot->which = ++t->n;
}
