#include "common/country.h"

#include <stdlib.h>
#include <string.h>

#include "common/crc32c.h"
#include "common/endian.h"
#include "common/number.h"

#define C_HEAD    64
#define C_VERSION 8
#define C_SUM     12 /* over all of it, itself taken as 0 */
#define C_LEN     16
#define C_CODES   24
#define C_RANGES  28

#define N_INDEX  65537 /* one more than there are: where the last one ends */
#define CODE_LEN 4
#define NO_CODE  0xffff

static const uint8_t magic[8] = {'F', 'G', 'c', 'o', 'u', 'n', 't', '\n'};

static size_t
table_size(uint32_t n_codes, uint32_t n_ranges)
{
	return C_HEAD + (size_t)n_codes * CODE_LEN + (size_t)N_INDEX * 4 +
	    (size_t)n_ranges * 4;
}

enum fg_status
country_open(const uint8_t *bytes, size_t len, struct country_table *out)
{
	uint64_t size;

	if (len < C_HEAD || ((uintptr_t)bytes & 3) != 0 ||
	    le32load(bytes) != le32dec(magic) ||
	    le32load(bytes + 4) != le32dec(magic + 4))
		return FG_E_CORRUPT;
	if (le32load(bytes + C_VERSION) > COUNTRY_VERSION)
		return FG_E_VERSION;
	size = le32load(bytes + C_LEN) |
	    (uint64_t)le32load(bytes + C_LEN + 4) << 32;
	out->n_codes = le32load(bytes + C_CODES);
	out->n_ranges = le32load(bytes + C_RANGES);
	if (le32load(bytes + C_VERSION) == 0 || size > len ||
	    out->n_codes > COUNTRY_MAX_CODES || out->n_ranges == 0 ||
	    size != table_size(out->n_codes, out->n_ranges))
		return FG_E_CORRUPT;
	out->codes = bytes + C_HEAD;
	out->index = out->codes + (size_t)out->n_codes * CODE_LEN;
	out->ranges = out->index + (size_t)N_INDEX * 4;
	return FG_OK;
}

/*
 * The ranges from index[high] to index[high + 1] begin among the 65,536
 * addresses of `high`; the last one before them covers their begin.
 */
bool
country_find(const struct country_table *table, uint64_t address, char code[2])
{
	uint32_t low, high, from, to, word;

	if (address > UINT32_MAX)
		return false;
	high = (uint32_t)(address >> 16);
	low = (uint32_t)address & 0xffff;
	from = le32load(table->index + (size_t)high * 4);
	to = le32load(table->index + (size_t)(high + 1) * 4);
	if (from > to || to > table->n_ranges)
		return false;
	while (from < to) {
		uint32_t mid = from + (to - from) / 2;

		if (le32load(table->ranges + (size_t)mid * 4) >> 16 <= low)
			from = mid + 1;
		else
			to = mid;
	}
	if (from == 0)
		return false;
	word = le32load(table->ranges + (size_t)(from - 1) * 4) & 0xffff;
	if (word >= table->n_codes)
		return false;
	word = le32load(table->codes + (size_t)word * CODE_LEN);
	code[0] = (char)(word & 0xff);
	code[1] = (char)(word >> 8 & 0xff);
	return true;
}

/* Also of bytes that change: then it is some sum, and read within bounds. */
static uint32_t
table_sum(const uint8_t *bytes, size_t len)
{
	static const uint8_t zeros[4];
	uint32_t crc = crc32c(0, bytes, C_SUM);

	crc = crc32c(crc, zeros, sizeof(zeros));
	return crc32c(crc, bytes + C_SUM + 4, len - C_SUM - 4);
}

/* Every address finds the range that it lies in. */
static bool
index_holds(const struct country_table *t)
{
	uint32_t from = le32load(t->index), to = 0;

	if (from != 0)
		return false;
	for (size_t high = 0; high < N_INDEX - 1; high++, from = to) {
		to = le32load(t->index + (high + 1) * 4);
		if (to < from || to > t->n_ranges)
			return false;
		for (uint32_t i = from; i + 1 < to; i++)
			if (le32load(t->ranges + (size_t)i * 4) >> 16 >=
			    le32load(t->ranges + (size_t)(i + 1) * 4) >> 16)
				return false;
		if (high == 0 && (to == 0 || le32load(t->ranges) >> 16 != 0))
			return false;
	}
	return to == t->n_ranges;
}

enum fg_status
country_check(const uint8_t *bytes, size_t len)
{
	struct country_table t;
	enum fg_status st = country_open(bytes, len, &t);

	if (st != FG_OK)
		return st;
	len = table_size(t.n_codes, t.n_ranges);
	return table_sum(bytes, len) == le32load(bytes + C_SUM) &&
		index_holds(&t)
	    ? FG_OK
	    : FG_E_CORRUPT;
}

/* ---- addresses as text ---- */

bool
country_has_four_parts(const char *text, size_t n)
{
	int dots = 0;

	for (size_t i = 0; i < n; i++)
		dots += text[i] == '.';
	return dots == 3;
}

bool
country_address(const char *text, size_t n, uint64_t *address)
{
	uint64_t sum = 0;
	int64_t part;

	if (!country_has_four_parts(text, n))
		return false;
	for (unsigned shift = 24;; shift -= 8) {
		const char *dot = memchr(text, '.', n);
		size_t len = dot != NULL ? (size_t)(dot - text) : n;

		if (!number_i64(text, len, &part))
			return false;
		sum += (uint64_t)part << shift;
		if (dot == NULL)
			break;
		text += len + 1;
		n -= len + 1;
	}
	*address = sum >> 63 != 0 ? 0 : sum;
	return true;
}

/* ---- making ---- */

/* Writes those ranges that do not go on like the one before: how many. */
static uint32_t
put_ranges(uint8_t *dst, const struct country_range *ranges, size_t n)
{
	uint32_t n_put = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t code = ranges[i].code & NO_CODE;

		if (i > 0 && ranges[i].code == ranges[i - 1].code)
			continue;
		if (dst != NULL)
			le32enc(dst + (size_t)n_put * 4,
			    ranges[i].first << 16 | code);
		n_put++;
	}
	return n_put;
}

/* index[high]: how many ranges begin before high's first address. */
static void
put_index(uint8_t *dst, const struct country_range *ranges, size_t n)
{
	uint32_t n_put = 0;
	size_t high = 0;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && ranges[i].code == ranges[i - 1].code)
			continue;
		for (; high <= ranges[i].first >> 16; high++)
			le32enc(dst + high * 4, n_put);
		n_put++;
	}
	for (; high < N_INDEX; high++)
		le32enc(dst + high * 4, n_put);
}

static bool
can_be_made(uint32_t n_codes, const struct country_range *ranges, size_t n)
{
	if (n_codes >= NO_CODE || n == 0 || n > UINT32_MAX ||
	    ranges[0].first != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && ranges[i].first <= ranges[i - 1].first)
			return false;
		if (ranges[i].code >= n_codes && ranges[i].code != COUNTRY_NONE)
			return false;
	}
	return true;
}

enum fg_status
country_make(const char *codes, uint32_t n_codes,
    const struct country_range *ranges, size_t n, uint8_t **out, size_t *len)
{
	uint32_t n_ranges;
	uint8_t *bytes, *at;

	if (!can_be_made(n_codes, ranges, n))
		return FG_E_INVALID;
	n_ranges = put_ranges(NULL, ranges, n);
	*len = table_size(n_codes, n_ranges);
	bytes = *out = calloc(1, *len);
	if (bytes == NULL)
		return FG_E_NOMEM;
	memcpy(bytes, magic, sizeof(magic));
	le32enc(bytes + C_VERSION, COUNTRY_VERSION);
	le64enc(bytes + C_LEN, *len);
	le32enc(bytes + C_CODES, n_codes);
	le32enc(bytes + C_RANGES, n_ranges);
	at = bytes + C_HEAD;
	for (uint32_t i = 0; i < n_codes; i++, at += CODE_LEN)
		memcpy(at, codes + (size_t)i * 2, 2);
	put_index(at, ranges, n);
	put_ranges(at + (size_t)N_INDEX * 4, ranges, n);
	le32enc(bytes + C_SUM, table_sum(bytes, *len));
	return FG_OK;
}
