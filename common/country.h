/*
 * country: the table that tells an address's country, read in place.
 *
 * A table cuts the IPv4 addresses into ranges of one country each; the value's
 * bytes are in FORMATS.md.  An index by the first sixteen bits of an address
 * leads to the few ranges among which a binary search goes on.
 *
 * country_open and country_find take any 4-aligned bytes, also of a map that
 * another process may be overwriting: each word is read once, by a relaxed
 * atomic load, and none beyond the value.  What they then answer counts only
 * if the generation turns out to have been alive.
 */
#ifndef COMMON_COUNTRY_H
#define COMMON_COUNTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

#define COUNTRY_VERSION   1
#define COUNTRY_MAX_CODES 65536

/* Bytes that claim to be a table; borrowed. */
struct country_table {
	const uint8_t *codes, *index, *ranges;
	uint32_t n_codes, n_ranges;
};

/* Looks at the header alone: FG_OK, FG_E_VERSION, FG_E_CORRUPT. */
enum fg_status country_open(
    const uint8_t *bytes, size_t len, struct country_table *out);

/* Proves all of it, as the writer does before a table is given to readers. */
enum fg_status country_check(const uint8_t *bytes, size_t len);

/*
 * The two letters of an address's country; false when it is unknown, and for
 * an address beyond 32 bits.
 */
bool country_find(
    const struct country_table *table, uint64_t address, char code[2]);

/* True for a text of four parts with three dots between them. */
bool country_has_four_parts(const char *text, size_t n);

/*
 * The number that such a text stands for, as the reference takes it: each part
 * is a decimal 64-bit integer with an optional sign, none is compared with 255
 * (8.8.8.256 is 8.8.9.0), and the sum wraps.  False when a part is no number.
 * A negative sum counts as 0, one from 2^32 on is no address: country_find
 * knows none there.
 */
bool country_address(const char *text, size_t n, uint64_t *address);

/* From this address on it is code number `code`, or COUNTRY_NONE. */
struct country_range {
	uint32_t first;
	uint32_t code;
};
#define COUNTRY_NONE UINT32_MAX

/*
 * Makes a table: n_codes pairs of letters, and n ranges that begin with 0 and
 * rise.  Neighbours of one country become one range.  Free *out.
 * FG_E_INVALID for other ranges and codes, FG_E_NOMEM.
 */
enum fg_status country_make(const char *codes, uint32_t n_codes,
    const struct country_range *ranges, size_t n, uint8_t **out, size_t *len);

#endif /* COMMON_COUNTRY_H */
