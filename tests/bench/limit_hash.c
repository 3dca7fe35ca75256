/* SHA-256 by the processor's own instructions where it has them. */
#include <string.h>

#include "common/hash.h"
#include "tests/bench/limit.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <endian.h>
#include <immintrin.h>

static const uint32_t round_keys[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf,
    0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7,
    0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,
    0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c,
    0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee,
    0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

/* The instructions keep the eight words as ABEF and CDGH. */
__attribute__((target("sha,sse4.1"))) static void
absorb(uint32_t h[8], const uint8_t *block)
{
	const __m128i swap =
	    _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i dcba = _mm_loadu_si128((const __m128i *)(const void *)h);
	__m128i hgfe = _mm_loadu_si128((const __m128i *)(const void *)(h + 4));
	__m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
	__m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);
	__m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
	__m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
	__m128i abef0 = abef, cdgh0 = cdgh, w[4];

	for (int i = 0; i < 4; i++)
		w[i] = _mm_shuffle_epi8(
		    _mm_loadu_si128(
			(const __m128i *)(const void *)(block + 16 * i)),
		    swap);
#pragma GCC unroll 16
	for (int i = 0; i < 16; i++) {
		__m128i *now = &w[i & 3];
		__m128i sum = _mm_add_epi32(*now,
		    _mm_loadu_si128(
			(const __m128i *)(const void *)(round_keys + 4 * i)));

		cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
		abef = _mm_sha256rnds2_epu32(
		    abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
		if (i >= 12)
			continue;
		*now = _mm_sha256msg2_epu32(
		    _mm_add_epi32(_mm_sha256msg1_epu32(*now, w[(i + 1) & 3]),
			_mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4)),
		    w[(i + 3) & 3]);
	}
	abef = _mm_add_epi32(abef, abef0);
	cdgh = _mm_add_epi32(cdgh, cdgh0);
	cdab = _mm_shuffle_epi32(cdgh, 0xb1);
	efgh = _mm_shuffle_epi32(abef, 0x1b);
	_mm_storeu_si128(
	    (__m128i *)(void *)h, _mm_blend_epi16(efgh, cdab, 0xf0));
	_mm_storeu_si128(
	    (__m128i *)(void *)(h + 4), _mm_alignr_epi8(cdab, efgh, 8));
}

static bool
has_instructions(void)
{
	static int known; /* 1: yes, 2: no */
	unsigned a, b, c, d;

	if (known == 0)
		known = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 &&
			(b & 1U << 29) != 0
		    ? 1
		    : 2;
	return known == 1;
}
#endif

void
limit_hash_begin(struct limit_hash *st, const uint8_t block[64])
{
	struct hash_state whole;
	size_t done;

	hash_prefix(block, 64, &whole, &done);
	memcpy(st->h, whole.h, sizeof(st->h));
}

#if defined(__x86_64__)
/* tail and padding fit one block when n is at most 55, else two. */
static uint64_t
end_here(const struct limit_hash *st, const uint8_t *tail, size_t n)
{
	uint64_t bits = htobe64((64 + n) * 8);
	size_t len = n < 56 ? 64 : 128;
	uint8_t last[128];
	uint32_t h[8];

	memcpy(h, st->h, sizeof(h));
	memcpy(last, tail, n);
	last[n] = 0x80;
	memset(last + n + 1, 0, len - n - 9);
	memcpy(last + len - 8, &bits, 8);
	absorb(h, last);
	if (len > 64)
		absorb(h, last + 64);
	return (uint64_t)h[0] << 32 | h[1];
}
#endif

uint64_t
limit_hash_end(const struct limit_hash *st, const uint8_t *tail, size_t n)
{
	struct hash_state whole;

#if defined(__x86_64__)
	if (n < 64 && has_instructions())
		return end_here(st, tail, n);
#endif
	memcpy(whole.h, st->h, sizeof(whole.h));
	whole.n_blocks = 1;
	return hash_finish64(&whole, tail, n);
}
