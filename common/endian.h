/*
 * endian: little-endian integers, at any address or read once from memory that
 * another process may be writing.
 *
 * leNNdec and leNNenc take any address.  leNNload and leNNstore take an address
 * that is a multiple of the integer's size and are one relaxed atomic access
 * each, so a value that changes meanwhile is seen whole and only once.
 */
#ifndef COMMON_ENDIAN_H
#define COMMON_ENDIAN_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t
le16dec(const void *p)
{
	uint16_t x;

	memcpy(&x, p, sizeof(x));
	return le16toh(x);
}

static inline uint32_t
le32dec(const void *p)
{
	uint32_t x;

	memcpy(&x, p, sizeof(x));
	return le32toh(x);
}

static inline uint64_t
le64dec(const void *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return le64toh(x);
}

static inline void
le16enc(void *p, uint16_t x)
{
	x = htole16(x);
	memcpy(p, &x, sizeof(x));
}

static inline void
le32enc(void *p, uint32_t x)
{
	x = htole32(x);
	memcpy(p, &x, sizeof(x));
}

static inline void
le64enc(void *p, uint64_t x)
{
	x = htole64(x);
	memcpy(p, &x, sizeof(x));
}

static inline uint32_t
le32load(const void *p)
{
	return le32toh(__atomic_load_n((const uint32_t *)p, __ATOMIC_RELAXED));
}

static inline uint64_t
le64load(const void *p)
{
	return le64toh(__atomic_load_n((const uint64_t *)p, __ATOMIC_RELAXED));
}

static inline void
le32store(void *p, uint32_t x)
{
	__atomic_store_n((uint32_t *)p, htole32(x), __ATOMIC_RELAXED);
}

static inline void
le64store(void *p, uint64_t x)
{
	__atomic_store_n((uint64_t *)p, htole64(x), __ATOMIC_RELAXED);
}

/*
 * Copies n bytes, a multiple of 8, out of such memory: each 8-byte word is read
 * once.  src is a multiple of 8, dst any address.  Bytes, so their order stays.
 */
static inline void
words_load(void *dst, const uint8_t *src, size_t n)
{
	uint64_t w;

	for (size_t i = 0; i < n; i += 8) {
		w = __atomic_load_n((const uint64_t *)(const void *)(src + i),
		    __ATOMIC_RELAXED);
		memcpy((uint8_t *)dst + i, &w, 8);
	}
}

/* The other way round: each word of dst is written once. */
static inline void
words_store(uint8_t *dst, const void *src, size_t n)
{
	uint64_t w;

	for (size_t i = 0; i < n; i += 8) {
		memcpy(&w, (const uint8_t *)src + i, 8);
		__atomic_store_n(
		    (uint64_t *)(void *)(dst + i), w, __ATOMIC_RELAXED);
	}
}

#endif /* COMMON_ENDIAN_H */
