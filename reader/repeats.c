#include "reader/repeats.h"

#include <string.h>

#include "common/frame.h"

static bool
is_same(
    const struct segfile *seg, uint32_t at, const uint8_t *exposure, size_t n)
{
	const uint8_t *frame = seg->page + at;

	return at < seg->tail && le32dec(frame) == n &&
	    n <= seg->tail - at - FRAME_HEADER &&
	    record_is_again(frame + FRAME_HEADER, exposure, n);
}

uint32_t
repeats_find(struct repeats *r, const struct segfile *seg,
    const uint8_t *exposure, size_t n, uint32_t *hash)
{
	uint32_t h = record_again_hash(exposure, n);

	*hash = h;
	if (r->segment != seg->key) {
		memset(r, 0, sizeof(*r));
		r->segment = seg->key;
		return 0;
	}
	for (unsigned i = 0; i < REPEATS_WAYS; i++) {
		uint32_t at = r->slots[h % REPEATS_BUCKETS][i].at * UINT32_C(8);

		if (at != 0 &&
		    r->slots[h % REPEATS_BUCKETS][i].tag == h >> 16 &&
		    is_same(seg, at, exposure, n))
			return at;
	}
	return 0;
}

/* In front; what was noted last in this bucket stays, too. */
void
repeats_note(struct repeats *r, uint32_t hash, uint32_t at)
{
	_Static_assert(SEGMENT_MAX / 8 <= UINT16_MAX, "an offset in 16 bits");
	_Static_assert(REPEATS_WAYS == 2, "one is moved");
	r->slots[hash % REPEATS_BUCKETS][1] =
	    r->slots[hash % REPEATS_BUCKETS][0];
	r->slots[hash % REPEATS_BUCKETS][0].tag = (uint16_t)(hash >> 16);
	r->slots[hash % REPEATS_BUCKETS][0].at = (uint16_t)(at / 8);
}
