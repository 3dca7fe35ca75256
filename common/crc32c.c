#include "common/crc32c.h"

#include <string.h>

#include "common/cpu.h"
#include "common/endian.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

/* One nibble at a time: 64 bytes of table, for machines without the opcode. */
static const uint32_t nibble[16] = {0x00000000, 0x105ec76f, 0x20bd8ede,
    0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d, 0x82f63b78,
    0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a,
    0xf36e6f75};

static uint32_t
crc32c_table(uint32_t crc, const uint8_t *p, size_t n)
{
	while (n-- > 0) {
		crc ^= *p++;
		crc = crc >> 4 ^ nibble[crc & 15];
		crc = crc >> 4 ^ nibble[crc & 15];
	}
	return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t
crc32c_sse42(uint64_t wide, const uint8_t *p, size_t n)
{
	uint32_t crc;

	for (; n >= 8; n -= 8, p += 8) {
		uint64_t word;

		memcpy(&word, p, sizeof(word));
		wide = _mm_crc32_u64(wide, word);
	}
	crc = (uint32_t)wide;
	for (; n > 0; n--)
		crc = _mm_crc32_u8(crc, *p++);
	return crc;
}

__attribute__((target("sse4.2"))) static uint32_t
crc32c_after_sse42(uint32_t crc, uint64_t first, const uint8_t *p, size_t n)
{
	return crc32c_sse42(_mm_crc32_u64(crc, first), p, n);
}
#endif

uint32_t
crc32c(uint32_t crc, const void *data, size_t n)
{
#if defined(__x86_64__)
	if (cpu_has(CPU_CRC32))
		return ~crc32c_sse42(~crc, data, n);
#endif
	return ~crc32c_table(~crc, data, n);
}

uint32_t
crc32c_after(uint32_t crc, uint64_t first, const void *data, size_t n)
{
	uint8_t head[8];

#if defined(__x86_64__)
	if (cpu_has(CPU_CRC32))
		return ~crc32c_after_sse42(~crc, first, data, n);
#endif
	le64enc(head, first);
	return ~crc32c_table(crc32c_table(~crc, head, sizeof(head)), data, n);
}
