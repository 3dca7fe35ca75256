#include "reader/dedupe.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "common/hash64.h"

#define LINE  64
#define WAYS  9  /* of 56 bits: what a line has room for */
#define FIRST 16 /* buckets in use at first */
#define KICKS 32 /* keys that are moved to make room for one */

/* Taken from the front; the low part is 0 where there is no key. */
struct bucket {
	_Atomic uint32_t low[WAYS];
	_Atomic uint16_t mid[WAYS];
	_Atomic uint8_t high[WAYS];
};

_Static_assert(sizeof(struct bucket) == LINE, "one line");

/* A line of its own, too. */
struct dedupe {
	void *room;            /* where the allocation begins */
	_Atomic uint64_t mask; /* buckets in use - 1 */
	uint64_t max_mask;
	_Atomic uint64_t period, began_ms;
	_Alignas(LINE) struct bucket buckets[];
};

struct dedupe *
dedupe_new(uint32_t max)
{
	uint64_t buckets = 1;
	struct dedupe *d;
	uint8_t *room;

	while (buckets * WAYS < max)
		buckets *= 2;
	room = calloc(1, sizeof(*d) + buckets * LINE + LINE - 1);
	if (room == NULL)
		return NULL;
	d = (struct dedupe *)(void *)(room + (-(uintptr_t)room % LINE));
	d->room = room;
	d->max_mask = buckets - 1;
	atomic_store_explicit(&d->mask, (buckets < FIRST ? buckets : FIRST) - 1,
	    memory_order_relaxed);
	atomic_store_explicit(&d->period, 1, memory_order_relaxed);
	return d;
}

void
dedupe_free(struct dedupe *d)
{
	if (d != NULL)
		free(d->room);
}

static uint64_t
mask_of(const struct dedupe *d)
{
	return atomic_load_explicit(&d->mask, memory_order_relaxed);
}

/* ---- Keys as they are kept. ---- */

/* What is kept of a key in this period. */
static uint64_t
kept(const struct dedupe *d, uint64_t key)
{
	uint64_t period =
	    atomic_load_explicit(&d->period, memory_order_relaxed);
	uint64_t x = hash64_fold(key ^ HASH64_K0, period ^ HASH64_K1) &
	    (~UINT64_C(0) >> 8);

	return (uint32_t)x != 0 ? x : x | 1;
}

/* A key lies in its first bucket, or in the other if that one is full. */
static uint64_t
first_of(const struct dedupe *d, uint64_t x)
{
	return x >> 24 & mask_of(d);
}

static uint64_t
other_of(const struct dedupe *d, uint64_t x)
{
	return (x >> 24 ^ ((x & 0xffffff) << 1 | 1)) & mask_of(d);
}

static uint64_t
get(const struct bucket *b, unsigned i)
{
	uint64_t mid = atomic_load_explicit(&b->mid[i], memory_order_relaxed);
	uint64_t high = atomic_load_explicit(&b->high[i], memory_order_relaxed);

	return high << 48 | mid << 32 |
	    atomic_load_explicit(&b->low[i], memory_order_relaxed);
}

static void
set(struct bucket *b, unsigned i, uint64_t x)
{
	atomic_store_explicit(
	    &b->high[i], (uint8_t)(x >> 48), memory_order_relaxed);
	atomic_store_explicit(
	    &b->mid[i], (uint16_t)(x >> 32), memory_order_relaxed);
	atomic_store_explicit(&b->low[i], (uint32_t)x, memory_order_relaxed);
}

static bool
is_free(const struct bucket *b, unsigned i)
{
	return atomic_load_explicit(&b->low[i], memory_order_relaxed) == 0;
}

static bool
is_full(const struct bucket *b)
{
	return !is_free(b, WAYS - 1);
}

static inline bool
has(const struct bucket *b, uint64_t x)
{
#pragma GCC unroll 9
	for (unsigned i = 0; i < WAYS; i++)
		if (atomic_load_explicit(&b->low[i], memory_order_relaxed) ==
			(uint32_t)x &&
		    get(b, i) == x)
			return true;
	return false;
}

/* ---- The table. ---- */

void
dedupe_tick(struct dedupe *d, uint64_t now_ms, uint64_t ttl_ms)
{
	uint64_t began =
	    atomic_load_explicit(&d->began_ms, memory_order_relaxed);

	if (began != 0 && now_ms - began < ttl_ms)
		return;
	if (!atomic_compare_exchange_strong(&d->began_ms, &began, now_ms))
		return;
	atomic_fetch_add(&d->period, 1);
	/* None of the keys is worth anything now: room for the next ones. */
	for (uint64_t b = 0; began != 0 && b <= mask_of(d); b++)
		for (unsigned i = 0; i < WAYS && !is_free(&d->buckets[b], i);
		     i++)
			set(&d->buckets[b], i, 0);
}

/* Both, as in a table that is full both are looked at. */
void
dedupe_hint(const struct dedupe *d, uint64_t key)
{
	uint64_t x = kept(d, key);

	__builtin_prefetch(&d->buckets[first_of(d, x)]);
	__builtin_prefetch(&d->buckets[other_of(d, x)]);
}

bool
dedupe_seen(const struct dedupe *d, uint64_t key)
{
	uint64_t x = kept(d, key);
	const struct bucket *b = &d->buckets[first_of(d, x)];

	return has(b, x) || (is_full(b) && has(&d->buckets[other_of(d, x)], x));
}

static bool
put_into(struct bucket *b, uint64_t x)
{
	unsigned i = 0;

	if (is_full(b))
		return false;
	while (i < WAYS - 1 && !is_free(b, i))
		i++;
	set(b, i, x);
	return true;
}

/*
 * Puts a key into one of its buckets.  If both are full, it takes the place of
 * one that goes to its own other bucket, and so on; 0, or the one that is left.
 * In a table that cannot grow that would be much work for each, and for long:
 * there it is left at once.
 */
static uint64_t
put(struct dedupe *d, uint64_t x)
{
	uint64_t at = first_of(d, x);
	unsigned kicks = mask_of(d) < d->max_mask ? KICKS : 0;

	if (put_into(&d->buckets[at], x) ||
	    put_into(&d->buckets[other_of(d, x)], x))
		return 0;
	for (unsigned k = 0; k < kicks; k++) {
		struct bucket *b = &d->buckets[at];
		unsigned i = (unsigned)((x ^ k) % WAYS);
		uint64_t was = get(b, i);

		set(b, i, x);
		x = was;
		at ^= first_of(d, x) ^ other_of(d, x);
		if (put_into(&d->buckets[at], x))
			return 0;
	}
	return x;
}

/* Takes a key out; the last one of the bucket takes its place. */
static void
take(struct bucket *b, unsigned i)
{
	unsigned last = WAYS - 1;

	while (last > i && is_free(b, last))
		last--;
	set(b, i, get(b, last));
	set(b, last, 0);
}

/* Puts those right that do not lie where they are looked for. */
static bool
settle(struct dedupe *d, uint64_t n)
{
	bool moved = false;

	for (uint64_t at = 0; at < n; at++) {
		struct bucket *b = &d->buckets[at];

		for (unsigned i = 0; i < WAYS && !is_free(b, i);) {
			uint64_t x = get(b, i), first = first_of(d, x);

			if (first == at ||
			    (other_of(d, x) == at &&
				is_full(&d->buckets[first]))) {
				i++;
				continue;
			}
			take(b, i);
			(void)put(d, x);
			moved = true;
		}
	}
	return moved;
}

/*
 * Twice as many buckets: half of the keys move to the new ones.  A thread that
 * looks for a key on the move misses it, and logs once more.
 */
static bool
grow(struct dedupe *d)
{
	uint64_t mask = mask_of(d);

	if (mask == d->max_mask ||
	    !atomic_compare_exchange_strong(&d->mask, &mask, mask * 2 + 1))
		return false;
	/* A bucket that is no longer full sends others home, so again. */
	for (int i = 0; i < KICKS && settle(d, mask * 2 + 2); i++)
		continue;
	return true;
}

void
dedupe_mark(struct dedupe *d, uint64_t key)
{
	uint64_t own = kept(d, key), x = own;

	do {
		x = put(d, x);
	} while (x != 0 && grow(d));
	/* Another one has to go. */
	if (x == own)
		set(&d->buckets[first_of(d, x)], (unsigned)(x % WAYS), x);
}
