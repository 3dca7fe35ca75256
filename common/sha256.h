/*
 * sha256: the compression of SHA-256's blocks, by the processor's own
 * instructions where it has them, else by OpenSSL.
 *
 * OpenSSL would use the same instructions; what is saved is the way there,
 * which for a single block is a good part of the whole.
 */
#ifndef COMMON_SHA256_H
#define COMMON_SHA256_H

#include <stdint.h>

#define SHA256_BLOCK 64

/* Absorbs a block into the eight words of a state. */
void sha256_absorb(uint32_t h[8], const uint8_t block[SHA256_BLOCK]);

/* The first two words after that block, which is the last; h stays. */
uint64_t sha256_last(const uint32_t h[8], const uint8_t block[SHA256_BLOCK]);

#endif /* COMMON_SHA256_H */
