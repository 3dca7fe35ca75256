/*
 * dedupe: which exposures this process has logged lately.
 *
 * A table of keys, nine to a line of the cache, each in one of two lines.  When
 * there is no room, one key gives way: an exposure may then be logged once more,
 * never once too seldom (but for keys that collide, 2^-56 a pair).  A period
 * that ends empties it: the period is part of what is kept.  No locks: threads
 * that meet may both log the same exposure.
 *
 * A worker that logs little touches little memory: the table begins with one
 * kilobyte and takes twice its room when it is almost full.
 */
#ifndef READER_DEDUPE_H
#define READER_DEDUPE_H

#include <stdbool.h>
#include <stdint.h>

struct dedupe;

/* Room for max keys, rounded up to a power of two.  NULL: no memory. */
struct dedupe *dedupe_new(uint32_t max);
void dedupe_free(struct dedupe *d); /* takes NULL */

/* Begins a new period when the old one is ttl_ms old, or begins later. */
void dedupe_tick(struct dedupe *d, uint64_t now_ms, uint64_t ttl_ms);

bool dedupe_seen(const struct dedupe *d, uint64_t key);

/* Has what dedupe_seen will look at fetched meanwhile. */
void dedupe_hint(const struct dedupe *d, uint64_t key);
void dedupe_mark(struct dedupe *d, uint64_t key);

#endif /* READER_DEDUPE_H */
