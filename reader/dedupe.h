/*
 * dedupe: which exposures this process has logged lately.
 *
 * A table of 64-bit keys, four to a bucket.  When a bucket is full, one key
 * gives way: an exposure may then be logged once more, never once too seldom
 * (but for keys that collide, 2^-64 a pair).  A period that ends empties it all
 * at no cost, because the period is part of what is stored.  No locks: threads
 * that meet may both log the same exposure.
 *
 * A worker that logs little touches little memory: the table begins within a
 * page or two and takes more of its room when a bucket is full.
 */
#ifndef READER_DEDUPE_H
#define READER_DEDUPE_H

#include <stdbool.h>
#include <stdint.h>

struct dedupe;

/* Room for max keys, rounded up to a power of two.  NULL: no memory. */
struct dedupe *dedupe_new(uint32_t max);
void dedupe_free(struct dedupe *d); /* takes NULL */

/* Begins a new period when the old one is ttl_ms old; now is monotonic. */
void dedupe_tick(struct dedupe *d, uint64_t now_ms, uint64_t ttl_ms);

bool dedupe_seen(const struct dedupe *d, uint64_t key);
void dedupe_mark(struct dedupe *d, uint64_t key);

#endif /* READER_DEDUPE_H */
