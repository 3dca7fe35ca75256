#include "reader/dedupe.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "common/hash64.h"

#define WAYS 4

struct dedupe {
	uint64_t mask; /* buckets - 1 */
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
		d->mask = buckets - 1;
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

bool
dedupe_seen(const struct dedupe *d, uint64_t key)
{
	uint64_t x = stored(d, key);
	const _Atomic uint64_t *bucket = &d->keys[(x & d->mask) * WAYS];

	for (int i = 0; i < WAYS; i++)
		if (atomic_load_explicit(&bucket[i], memory_order_relaxed) == x)
			return true;
	return false;
}

void
dedupe_mark(struct dedupe *d, uint64_t key)
{
	uint64_t x = stored(d, key);
	_Atomic uint64_t *bucket = &d->keys[(x & d->mask) * WAYS];
	uint64_t victim = x >> 62;

	for (uint64_t i = 0; i < WAYS; i++)
		if (atomic_load_explicit(&bucket[i], memory_order_relaxed) ==
		    0) {
			victim = i;
			break;
		}
	atomic_store_explicit(&bucket[victim], x, memory_order_relaxed);
}
