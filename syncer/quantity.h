/*
 * quantity: what people write for a time, a size or a yes, as numbers.
 *
 * A time has a unit (250ms, 10s, 5m, 24h, 7d), for a bare number would be read
 * as one thing by who writes it and another by who reads it; 0 needs none.  A
 * size may have one: 4096, 64K, 16M, 2G, powers of 1024.
 *
 * All return false, with *out as it was, for anything else, blanks included,
 * and for what is too large for 64 bits.
 */
#ifndef SYNCER_QUANTITY_H
#define SYNCER_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool quantity_count(const char *text, uint64_t *out);
bool quantity_ms(const char *text, uint64_t *out);
bool quantity_bytes(const char *text, uint64_t *out);

/* yes, true, on, 1 or no, false, off, 0. */
bool quantity_bool(const char *text, bool *out);

/* Writes ms the way quantity_ms reads it, as short as it goes; returns dst. */
char *quantity_put_ms(char *dst, size_t cap, uint64_t ms);

#endif /* SYNCER_QUANTITY_H */
