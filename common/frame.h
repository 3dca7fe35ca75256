/*
 * frame: bytes in a segment that can be trusted again after a crash.
 *
 *   offset size
 *        0    4  n, the length of the payload
 *        4    4  checksum
 *        8    n  payload
 *      8+n  0-7  zeros, up to the next multiple of 8
 *
 * The checksum is the CRC-32C of the segment's id, the frame's own offset in
 * the segment as four bytes, n, the payload and the zeros after it.  So a frame
 * of another segment, or one that has moved, does not pass for one of this.
 * It is never stored as 0 (0xffffffff is stored instead): what was reserved
 * and never written is not a frame.  A frame without payload fills a gap.
 */
#ifndef COMMON_FRAME_H
#define COMMON_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

#define FRAME_HEADER 8
#define FRAME_MAX    65536 /* payload: bounds what one append can add */

/* What a frame around n bytes takes; n is at most FRAME_MAX. */
#define FRAME_SIZE(n) (FRAME_HEADER + (((size_t)(n) + 7) & ~(size_t)7))

/* The part of the checksum that is the same for a whole segment. */
uint32_t frame_seed(const uint8_t id[16]);

/*
 * Writes the frame at dst, which has FRAME_SIZE(n) bytes and will lie at offset
 * at of its segment.  The payload may already be in its place, dst +
 * FRAME_HEADER; otherwise it is copied there.  Returns FRAME_SIZE(n).
 */
size_t frame_put(
    uint8_t *dst, uint32_t seed, uint32_t at, const void *data, size_t n);

/* The same, once the payload lies at dst + FRAME_HEADER. */
size_t frame_seal(uint8_t *dst, uint32_t seed, uint32_t at, size_t n);

/*
 * Checks the frame at offset at of a segment of which the bytes up to end have
 * been read to seg.  FG_OK: *data points at its *n payload bytes within seg.
 * FG_E_CORRUPT: no whole frame is there; *data and *n are as they were.
 */
enum fg_status frame_get(const uint8_t *seg, size_t end, uint32_t seed,
    size_t at, const uint8_t **data, size_t *n);

#endif /* COMMON_FRAME_H */
