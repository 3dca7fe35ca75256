#include "common/frame.h"

#include <string.h>

#include "common/crc32c.h"
#include "common/endian.h"

static size_t
rounded(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

/* Over the place, the length and all that follows the header. */
static uint32_t
frame_sum(const uint8_t *frame, uint32_t seed, uint32_t at, size_t n)
{
	uint32_t sum = crc32c_after(
	    seed, at | (uint64_t)n << 32, frame + FRAME_HEADER, rounded(n));

	return sum != 0 ? sum : 0xffffffff;
}

uint32_t
frame_seed(const uint8_t id[16])
{
	return crc32c(0, id, 16);
}

size_t
frame_seal(uint8_t *dst, uint32_t seed, uint32_t at, size_t n)
{
	if (rounded(n) > n)
		memset(dst + FRAME_HEADER + n, 0, rounded(n) - n);
	le32enc(dst, (uint32_t)n);
	le32enc(dst + 4, frame_sum(dst, seed, at, n));
	return FRAME_SIZE(n);
}

size_t
frame_put(uint8_t *dst, uint32_t seed, uint32_t at, const void *data, size_t n)
{
	if (n > 0)
		memcpy(dst + FRAME_HEADER, data, n);
	return frame_seal(dst, seed, at, n);
}

enum fg_status
frame_get(const uint8_t *seg, size_t end, uint32_t seed, size_t at,
    const uint8_t **data, size_t *n)
{
	size_t len;

	/* Compare with what is left, never add to len: it is not ours yet. */
	if (at % 8 != 0 || at > UINT32_MAX || at > end ||
	    end - at < FRAME_HEADER)
		return FG_E_CORRUPT;
	len = le32dec(seg + at);
	if (len > FRAME_MAX || rounded(len) > end - at - FRAME_HEADER)
		return FG_E_CORRUPT;
	if (frame_sum(seg + at, seed, (uint32_t)at, len) !=
	    le32dec(seg + at + 4))
		return FG_E_CORRUPT;

	*data = seg + at + FRAME_HEADER;
	*n = len;
	return FG_OK;
}
