#include "reader/dedupe.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "common/hash64.h"

#define WAYS  4
#define FIRST 128 /* buckets in use at first */

struct dedupe {
	_Atomic uint64_t mask; /* buckets in use - 1 */
	uint64_t max_mask;
	_Atomic uint64_t period, began_ms;
	_Atomic uint64_t keys[];
};

struct dedupe *
dedupe_new(uint32_t max)
{
	uint64_t buckets = 1;
	struct dedupe *d;

	while (buckets * WAYS < max)
		buckets *= 2;
	d = calloc(1, sizeof(*d) + buckets * WAYS * sizeof(d->keys[0]));
	if (d != NULL) {
		d->max_mask = buckets - 1;
		atomic_store_explicit(&d->mask,
		    (buckets < FIRST ? buckets : FIRST) - 1,
		    memory_order_relaxed);
		atomic_store_explicit(&d->period, 1, memory_order_relaxed);
	}
	return d;
}

void
dedupe_free(struct dedupe *d)
{
	free(d);
}

void
dedupe_tick(struct dedupe *d, uint64_t now_ms, uint64_t ttl_ms)
{
	uint64_t began =
	    atomic_load_explicit(&d->began_ms, memory_order_relaxed);

	if (began != 0 && now_ms - began < ttl_ms)
		return;
	if (atomic_compare_exchange_strong(&d->began_ms, &began, now_ms))
		atomic_fetch_add(&d->period, 1);
}

/* What is stored for a key in this period; never 0, which is empty. */
static uint64_t
stored(const struct dedupe *d, uint64_t key)
{
	uint64_t period =
	    atomic_load_explicit(&d->period, memory_order_relaxed);
	uint64_t x = hash64_fold(key ^ HASH64_K0, period ^ HASH64_K1);

	return x != 0 ? x : 1;
}

static uint64_t
place(const struct dedupe *d, uint64_t x)
{
	uint64_t mask = atomic_load_explicit(&d->mask, memory_order_relaxed);

	return (x & mask) * WAYS;
}

bool
dedupe_seen(const struct dedupe *d, uint64_t key)
{
	uint64_t x = stored(d, key);
	const _Atomic uint64_t *bucket = &d->keys[place(d, x)];

	for (int i = 0; i < WAYS; i++)
		if (atomic_load_explicit(&bucket[i], memory_order_relaxed) == x)
			return true;
	return false;
}

/* Into a free place of its bucket; false when there is none. */
static bool
put(struct dedupe *d, uint64_t x)
{
	_Atomic uint64_t *bucket = &d->keys[place(d, x)];

	for (uint64_t i = 0; i < WAYS; i++)
		if (atomic_load_explicit(&bucket[i], memory_order_relaxed) ==
		    0) {
			atomic_store_explicit(
			    &bucket[i], x, memory_order_relaxed);
			return true;
		}
	return false;
}

/*
 * Twice as many buckets: half of the keys move to the new ones.  A thread that
 * looks for a key on the move misses it, and logs once more.
 */
static bool
grow(struct dedupe *d)
{
	uint64_t mask = atomic_load_explicit(&d->mask, memory_order_relaxed);

	if (mask == d->max_mask ||
	    !atomic_compare_exchange_strong(&d->mask, &mask, mask * 2 + 1))
		return false;
	for (uint64_t i = 0; i <= mask * WAYS + WAYS - 1; i++) {
		uint64_t x =
		    atomic_load_explicit(&d->keys[i], memory_order_relaxed);

		if (x == 0 || place(d, x) == i / WAYS * WAYS)
			continue;
		atomic_store_explicit(&d->keys[i], 0, memory_order_relaxed);
		(void)put(d, x);
	}
	return true;
}

void
dedupe_mark(struct dedupe *d, uint64_t key)
{
	uint64_t x = stored(d, key);

	while (!put(d, x))
		if (!grow(d)) {
			atomic_store_explicit(&d->keys[place(d, x) + (x >> 62)],
			    x, memory_order_relaxed);
			return;
		}
}
