/* SHA-256 of one block, its padding put together by hand. */
#include <endian.h>
#include <string.h>

#include "common/hash.h"
#include "common/sha256.h"
#include "tests/bench/limit.h"

void
limit_hash_begin(struct limit_hash *st, const uint8_t block[64])
{
	struct hash_state whole;
	size_t done;

	hash_prefix(block, 64, &whole, &done);
	memcpy(st->h, whole.h, sizeof(st->h));
}

/* For up to 55 bytes, which fit one block with their padding. */
uint64_t
limit_hash_end(const struct limit_hash *st, const uint8_t *tail, size_t n)
{
	uint64_t bits = htobe64((64 + n) * 8);
	uint8_t last[64];

	memcpy(last, tail, n);
	last[n] = 0x80;
	memset(last + n + 1, 0, sizeof(last) - n - 9);
	memcpy(last + sizeof(last) - 8, &bits, 8);
	return sha256_last(st->h, last);
}
