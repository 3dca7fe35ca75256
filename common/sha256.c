/*
 * OpenSSL 3 calls these functions deprecated in favour of EVP, which looks
 * its algorithm up anew for each digest and costs several times as much as a
 * block.  They are what OpenSSL's own provider runs.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "common/sha256.h"

#include <endian.h>
#include <openssl/sha.h>
#include <string.h>

#include "common/cpu.h"

/* Without instructions of our own. */
static void
absorb_any(uint32_t h[8], const uint8_t *block)
{
	SHA256_CTX ctx;

	memcpy(ctx.h, h, sizeof(ctx.h));
	SHA256_Transform(&ctx, block);
	memcpy(h, ctx.h, sizeof(ctx.h));
}

#if defined(__x86_64__)
#include <immintrin.h>

#define ONES                                                                  \
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, \
	    255, 255
#define OWN __attribute__((target("sha,sse4.1")))

_Alignas(16) static const uint32_t round_keys[64] = {0x428a2f98, 0x71374491,
    0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d,
    0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb,
    0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb,
    0xbef9a3f7, 0xc67178f2};

/* As the instructions keep the eight words: a is the highest of abef. */
struct words {
	__m128i abef, cdgh;
};

OWN static inline __m128i
load(const void *p)
{
	return _mm_loadu_si128(p);
}

OWN static inline struct words
words_load(const uint32_t h[8])
{
	__m128i cdab = _mm_shuffle_epi32(load(h), 0xb1);
	__m128i efgh = _mm_shuffle_epi32(load(h + 4), 0x1b);

	return (struct words){
	    _mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)};
}

OWN static inline void
words_store(uint32_t h[8], struct words s)
{
	__m128i feba = _mm_shuffle_epi32(s.abef, 0x1b);
	__m128i dchg = _mm_shuffle_epi32(s.cdgh, 0xb1);

	_mm_storeu_si128((void *)h, _mm_blend_epi16(feba, dchg, 0xf0));
	_mm_storeu_si128((void *)(h + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/* Four rounds at a time; w are the sixteen words that are next. */
OWN static inline struct words
rounds(struct words s, __m128i w[4])
{
	const __m128i swap =
	    _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	struct words was = s;

	for (int i = 0; i < 4; i++)
		w[i] = _mm_shuffle_epi8(w[i], swap);
#pragma GCC unroll 16
	for (int i = 0; i < 16; i++) {
		__m128i *now = &w[i & 3];
		__m128i sum = _mm_add_epi32(*now, load(round_keys + 4 * i));

		s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, sum);
		sum = _mm_shuffle_epi32(sum, 0x0e);
		s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, sum);
		if (i >= 12)
			continue;
		*now = _mm_sha256msg1_epu32(*now, w[(i + 1) & 3]);
		*now = _mm_add_epi32(
		    *now, _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4));
		*now = _mm_sha256msg2_epu32(*now, w[(i + 3) & 3]);
	}
	return (struct words){
	    _mm_add_epi32(s.abef, was.abef), _mm_add_epi32(s.cdgh, was.cdgh)};
}

OWN static inline struct words
rounds_of(const uint32_t h[8], const uint8_t *block)
{
	__m128i w[4];

	for (int i = 0; i < 4; i++)
		w[i] = load(block + 16 * i);
	return rounds(words_load(h), w);
}

OWN static void
absorb_own(uint32_t h[8], const uint8_t *block)
{
	words_store(h, rounds_of(h, block));
}

OWN static uint64_t
last_own(const uint32_t h[8], const uint8_t *block)
{
	return (uint64_t)_mm_extract_epi64(rounds_of(h, block).abef, 1);
}

/* The first n bytes of a block as all ones, from SHA256_BLOCK - n on. */
static const uint8_t ones[2 * SHA256_BLOCK] = {ONES, ONES, ONES, ONES};

OWN static uint64_t
last_of_own(const uint32_t h[8], uint64_t n_bits, const uint8_t *bytes,
    size_t n, const struct sha256_end *end)
{
	const uint8_t *mask = ones + SHA256_BLOCK - n;
	const uint8_t *tail = end->bytes + SHA256_BLOCK - n;
	__m128i w[4];

	for (int i = 0; i < 4; i++)
		w[i] = _mm_or_si128(load(tail + 16 * i),
		    _mm_and_si128(load(bytes + 16 * i), load(mask + 16 * i)));
	w[3] = _mm_or_si128(w[3], _mm_set_epi64x((int64_t)htobe64(n_bits), 0));
	return (uint64_t)_mm_extract_epi64(rounds(words_load(h), w).abef, 1);
}
#else
#define absorb_own                            absorb_any
#define last_own(h, block)                    0
#define last_of_own(h, n_bits, bytes, n, end) 0
#endif

void
sha256_absorb(uint32_t h[8], const uint8_t block[SHA256_BLOCK])
{
	if (cpu_has(CPU_SHA))
		absorb_own(h, block);
	else
		absorb_any(h, block);
}

uint64_t
sha256_last(const uint32_t h[8], const uint8_t block[SHA256_BLOCK])
{
	uint32_t copy[8];

	if (cpu_has(CPU_SHA))
		return last_own(h, block);
	memcpy(copy, h, sizeof(copy));
	absorb_any(copy, block);
	return (uint64_t)copy[0] << 32 | copy[1];
}

bool
sha256_end_set(struct sha256_end *end, const void *text, size_t n)
{
	if (n > SHA256_END_MAX)
		return false;
	memset(end->bytes, 0, sizeof(end->bytes));
	memcpy(end->bytes + SHA256_BLOCK, text, n);
	end->bytes[SHA256_BLOCK + n] = 0x80;
	end->len = n;
	return true;
}

uint64_t
sha256_last_of(const uint32_t h[8], uint64_t n_before, const uint8_t *bytes,
    size_t n, const struct sha256_end *end)
{
	uint64_t n_bits = (n_before + n + end->len) * 8;
	uint8_t block[SHA256_BLOCK];

	if (cpu_has(CPU_SHA))
		return last_of_own(h, n_bits, bytes, n, end);
	n_bits = htobe64(n_bits);
	memcpy(block, end->bytes + SHA256_BLOCK - n, sizeof(block));
	memcpy(block, bytes, n);
	memcpy(block + sizeof(block) - 8, &n_bits, 8);
	return sha256_last(h, block);
}
