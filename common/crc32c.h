/*
 * crc32c: the Castagnoli checksum (polynomial 0x1EDC6F41, reflected), for bytes
 * that have been on disk.  Uses the processor's instruction where it has one.
 */
#ifndef COMMON_CRC32C_H
#define COMMON_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Continues crc over n bytes; a fresh sum starts from 0 or from a seed. */
uint32_t crc32c(uint32_t crc, const void *data, size_t n);

/* The same over eight bytes, given as a little-endian number, and then n. */
uint32_t crc32c_after(uint32_t crc, uint64_t first, const void *data, size_t n);

#endif /* COMMON_CRC32C_H */
