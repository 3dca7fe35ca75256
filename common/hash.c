#include "common/hash.h"

#include <string.h>

#include "common/endian.h"
#include "common/same.h"
#include "common/sha256.h"

static const struct hash_state initial = {
    {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
	0x1f83d9ab, 0x5be0cd19},
    0,
};

/* Bytes that fit a block with the bit and the length that end a message. */
#define IN_BLOCK (HASH_BLOCK - 9)

/* A digest under way: what is absorbed, and a block that is not full yet. */
struct running {
	uint32_t h[8];
	uint64_t n_bytes;
	uint8_t block[HASH_BLOCK];
};

static size_t
n_pending(const struct running *r)
{
	return r->n_bytes % HASH_BLOCK;
}

static void
begin(struct running *r, const struct hash_state *st)
{
	memcpy(r->h, st->h, sizeof(st->h));
	r->n_bytes = st->n_blocks * HASH_BLOCK;
}

static void
more(struct running *r, const uint8_t *p, size_t n)
{
	size_t pending = n_pending(r), room = HASH_BLOCK - pending;

	r->n_bytes += n;
	if (n < room) {
		if (n > 0)
			memcpy(r->block + pending, p, n);
		return;
	}
	if (pending > 0) {
		memcpy(r->block + pending, p, room);
		sha256_absorb(r->h, r->block);
		p += room;
		n -= room;
	}
	for (; n >= HASH_BLOCK; n -= HASH_BLOCK, p += HASH_BLOCK)
		sha256_absorb(r->h, p);
	if (n > 0)
		memcpy(r->block, p, n);
}

/* A one bit, zeros, and the length in bits in the last eight bytes. */
static void
end(struct running *r)
{
	size_t pending = n_pending(r);
	uint64_t n_bits = htobe64(r->n_bytes * 8);

	r->block[pending++] = 0x80;
	if (pending > HASH_BLOCK - sizeof(n_bits)) {
		memset(r->block + pending, 0, HASH_BLOCK - pending);
		sha256_absorb(r->h, r->block);
		pending = 0;
	}
	memset(r->block + pending, 0, HASH_BLOCK - sizeof(n_bits) - pending);
	memcpy(r->block + HASH_BLOCK - sizeof(n_bits), &n_bits, sizeof(n_bits));
	sha256_absorb(r->h, r->block);
}

void
hash_prefix(const void *prefix, size_t n, struct hash_state *st, size_t *n_done)
{
	struct running r;
	size_t whole = n - n % HASH_BLOCK;

	begin(&r, &initial);
	more(&r, prefix, whole);
	memcpy(st->h, r.h, sizeof(st->h));
	st->n_blocks = whole / HASH_BLOCK;
	*n_done = whole;
}

/* All that is left and its padding in one block: what bucketing does. */
static uint64_t
finish_in_block(const struct hash_state *st, const void *a, size_t an,
    const void *b, size_t bn)
{
	uint64_t n_bits = htobe64((st->n_blocks * HASH_BLOCK + an + bn) * 8);
	uint8_t block[HASH_BLOCK] = {0};

	same_copy(block, a, an);
	same_copy(block + an, b, bn);
	block[an + bn] = 0x80;
	memcpy(block + IN_BLOCK + 1, &n_bits, sizeof(n_bits));
	return sha256_last(st->h, block);
}

uint64_t
hash_finish64_2(const struct hash_state *st, const void *a, size_t an,
    const void *b, size_t bn)
{
	struct running r;

	if (an <= IN_BLOCK && bn <= IN_BLOCK - an && an > 0 && bn > 0)
		return finish_in_block(st, a, an, b, bn);
	begin(&r, st);
	more(&r, a, an);
	more(&r, b, bn);
	end(&r);
	return (uint64_t)r.h[0] << 32 | r.h[1];
}

uint64_t
hash_finish64(const struct hash_state *st, const void *tail, size_t tail_n)
{
	return hash_finish64_2(st, tail, tail_n, NULL, 0);
}

uint64_t
hash_sha256_64(const void *data, size_t n)
{
	return hash_finish64_2(&initial, data, n, NULL, 0);
}

uint64_t
hash_sha256_64_end(const struct sha256_end *end)
{
	static const uint8_t none[HASH_BLOCK];

	return hash_finish64_end(&initial, none, 0, end);
}

void
hash_sha256(const void *data, size_t n, uint8_t out[HASH_SIZE])
{
	struct running r;

	begin(&r, &initial);
	more(&r, data, n);
	end(&r);
	for (size_t i = 0; i < 8; i++) {
		uint32_t word = htobe32(r.h[i]);

		memcpy(out + 4 * i, &word, 4);
	}
}

size_t
hash_encode_base64(const void *data, size_t n, char *dst)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";
	const uint8_t *p = data;
	size_t len = 0;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t group = (uint32_t)p[i] << 16;

		if (i + 1 < n)
			group |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < n)
			group |= p[i + 2];
		dst[len++] = digits[group >> 18];
		dst[len++] = digits[group >> 12 & 63];
		dst[len++] = i + 1 < n ? digits[group >> 6 & 63] : '=';
		dst[len++] = i + 2 < n ? digits[group & 63] : '=';
	}
	return len;
}

void
hash_base64(const void *data, size_t n, char out[HASH_BASE64_LEN])
{
	uint8_t digest[HASH_SIZE];

	hash_sha256(data, n, digest);
	hash_encode_base64(digest, sizeof(digest), out);
}

void
hash_base64_8(const void *data, size_t n, char out[HASH_MEMBER_LEN])
{
	uint8_t digest[HASH_SIZE];

	hash_sha256(data, n, digest);
	hash_encode_base64(digest, 6, out); /* 6 bytes are 8 characters */
}
