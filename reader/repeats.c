#include "reader/repeats.h"

#include "common/frame.h"

#define AT UINT64_C(0xffff) /* where in a word */

static size_t
bucket_of(uint64_t says)
{
	return (says & AT) * REPEATS_BUCKETS >> 16;
}

/* Which of a bucket's words is of that; 0: none. */
static inline uint64_t
find(const uint64_t *words, uint64_t says)
{
#pragma GCC unroll 8
	for (unsigned i = 0; i < REPEATS_WAYS; i++) {
		uint64_t word = __atomic_load_n(&words[i], __ATOMIC_RELAXED);

		if ((word ^ says) <= AT)
			return word;
	}
	return 0;
}

bool
repeats_may_know(const struct repeats *r, uint64_t says)
{
	return find(r->words[bucket_of(says)], says) != 0;
}

uint32_t
repeats_find(const struct repeats *r, const struct segfile *seg, uint64_t says)
{
	if (r->segment != seg->key)
		return 0;
	return (uint32_t)(find(r->words[bucket_of(says)], says) & AT) * 8;
}

static void
begin(struct repeats *r, uint64_t segment)
{
	for (unsigned b = 0; b < REPEATS_BUCKETS; b++)
		for (unsigned i = 0; i < REPEATS_WAYS; i++)
			__atomic_store_n(&r->words[b][i], 0, __ATOMIC_RELAXED);
	r->segment = segment;
}

/* In a free place, or in that of any other one. */
void
repeats_note(
    struct repeats *r, const struct segfile *seg, uint64_t says, uint32_t at)
{
	uint64_t *words = r->words[bucket_of(says)];
	unsigned i = 0;

	_Static_assert(SEGMENT_MAX / 8 <= AT, "an offset in 16 bits");
	if (r->segment != seg->key)
		begin(r, seg->key);
	while (i < REPEATS_WAYS && words[i] != 0)
		i++;
	if (i == REPEATS_WAYS)
		i = (unsigned)(says >> 32) % REPEATS_WAYS;
	__atomic_store_n(&words[i], (says & ~AT) | at / 8, __ATOMIC_RELAXED);
}

bool
repeats_is(
    const struct segfile *seg, uint32_t at, const uint8_t *exposure, size_t n)
{
	const uint8_t *frame = seg->page + at;

	return at < seg->tail && le32dec(frame) == n &&
	    n <= seg->tail - at - FRAME_HEADER &&
	    record_is_again(frame + FRAME_HEADER, exposure, n);
}
