#include "common/idlist.h"

#include <stdlib.h>
#include <string.h>

#include "common/crc32c.h"
#include "common/endian.h"
#include "common/hash.h"
#include "common/hash64.h"
#include "common/same.h"

#define L_HEAD    64
#define L_VERSION 8
#define L_SUM     12 /* over all of it, itself taken as 0 */
#define L_LEN     16
#define L_KIND    24
#define L_N       28
#define L_BITS    32
#define L_WIDTH   36
#define L_NAME    40
#define L_BASE    44

#define MAX_BITS    24
#define NARROW_BITS 16    /* what is left of a key then fits in 32 bits */
#define NARROW_FROM 65536 /* members; below, such an index is too large */
#define PER_BUCKET  8

static const uint8_t magic[8] = {'F', 'G', 'i', 'd', 'l', 's', 't', '\n'};

/* Where the parts are, which are as long as the numbers say. */
struct layout {
	uint64_t index, words, size;
};

static struct layout
layout_of(uint64_t name_len, unsigned bits, uint64_t n, bool wide)
{
	struct layout l;

	l.index = L_HEAD + (name_len + 7) / 8 * 8;
	l.words = l.index + (((uint64_t)1 << bits) + 1) * 4;
	l.words = (l.words + 7) / 8 * 8;
	l.size = l.words + n * (wide ? 8 : 4);
	return l;
}

enum fg_status
idlist_open(
    const uint8_t *bytes, size_t len, enum idlist_kind kind, struct idlist *out)
{
	uint32_t bits, width;
	struct layout l;
	uint64_t size;

	if (len < L_HEAD || ((uintptr_t)bytes & 7) != 0 ||
	    le64load(bytes) != le64dec(magic))
		return FG_E_CORRUPT;
	if (le32load(bytes + L_VERSION) > IDLIST_VERSION)
		return FG_E_VERSION;
	size = le64load(bytes + L_LEN);
	bits = le32load(bytes + L_BITS);
	width = le32load(bytes + L_WIDTH);
	out->n = le32load(bytes + L_N);
	out->name_len = le32load(bytes + L_NAME);
	if (le32load(bytes + L_VERSION) == 0 || bits > MAX_BITS ||
	    (width != 4 && width != 8) || (width == 4 && bits < NARROW_BITS) ||
	    (kind == IDLIST_DELTA && width != 8) ||
	    le32load(bytes + L_KIND) != (uint32_t)kind ||
	    out->n > IDLIST_MAX_IDS || out->name_len > IDLIST_MAX_NAME)
		return FG_E_CORRUPT;
	l = layout_of(out->name_len, bits, out->n, width == 8);
	if (size > len || size != l.size)
		return FG_E_CORRUPT;
	out->kind = kind;
	out->sum = le32load(bytes + L_SUM);
	out->base = le32load(bytes + L_BASE);
	out->index_bits = bits;
	out->wide = width == 8;
	out->name = bytes + L_HEAD;
	out->index = bytes + l.index;
	out->words = bytes + l.words;
	return FG_OK;
}

bool
idlist_is_of(const struct idlist *list, const void *name, size_t n)
{
	return list->name_len == n && same_bytes(list->name, name, n);
}

uint64_t
idlist_tag(const void *name, size_t n)
{
	return hash64(name, n);
}

/* ---- keys ---- */

uint64_t
idlist_key(const void *unit, size_t n)
{
	return idlist_key_of_hash(hash_sha256_64(unit, n));
}

static int
digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool
idlist_key_of_text(const char text[IDLIST_KEY_LEN], uint64_t *key)
{
	uint64_t bits = 0;

	for (int i = 0; i < IDLIST_KEY_LEN; i++) {
		int d = digit(text[i]);

		if (d < 0)
			return false;
		bits = bits << 6 | (unsigned)d;
	}
	*key = bits;
	return true;
}

/* ---- searching ---- */

/* The low bits of a key that the index does not know, in word number i. */
static uint64_t
word_at(const struct idlist *list, uint32_t i)
{
	return list->wide ? le64load(list->words + (size_t)i * 8)
			  : le32load(list->words + (size_t)i * 4);
}

/* Where the words of a bucket are; false when that cannot be. */
static bool
bucket_at(
    const struct idlist *list, uint32_t bucket, uint32_t *from, uint32_t *to)
{
	*from = le32load(list->index + (size_t)bucket * 4);
	*to = le32load(list->index + (size_t)(bucket + 1) * 4);
	return *from <= *to && *to <= list->n;
}

bool
idlist_find(const struct idlist *list, uint64_t key, bool *added)
{
	unsigned low_bits = IDLIST_KEY_BITS - list->index_bits;
	uint64_t low = key & (((uint64_t)1 << low_bits) - 1), word;
	unsigned flag = list->kind == IDLIST_DELTA;
	uint32_t from, to;

	if (key >> IDLIST_KEY_BITS != 0 ||
	    !bucket_at(list, (uint32_t)(key >> low_bits), &from, &to))
		return false;
	while (from < to) {
		uint32_t mid = from + (to - from) / 2;

		word = word_at(list, mid);
		if (word >> flag == low) {
			*added = flag == 0 || (word & 1) != 0;
			return true;
		}
		if (word >> flag < low)
			from = mid + 1;
		else
			to = mid;
	}
	return false;
}

bool
idlist_has(const struct idlist *base, const struct idlist *delta, uint64_t key)
{
	bool added;

	if (delta != NULL && idlist_find(delta, key, &added))
		return added;
	return idlist_find(base, key, &added);
}

/* ---- walking ---- */

bool
idlist_next(struct idlist_walk *w, uint64_t *entry)
{
	const struct idlist *list = w->list;
	unsigned low_bits = IDLIST_KEY_BITS - list->index_bits;
	unsigned flag = list->kind == IDLIST_DELTA;
	uint64_t word, key;
	uint32_t from;

	while (w->i >= w->bucket_end) {
		if (w->bucket >> list->index_bits != 0 ||
		    !bucket_at(list, w->bucket, &from, &w->bucket_end) ||
		    from != w->i)
			return false;
		w->bucket++;
	}
	word = word_at(list, w->i++);
	key = (uint64_t)(w->bucket - 1) << low_bits | word >> flag;
	*entry = idlist_entry(key, flag == 0 || (word & 1) != 0);
	return true;
}

static uint32_t
list_sum(const uint8_t *bytes, size_t len)
{
	static const uint8_t zeros[4];
	uint32_t crc = crc32c(0, bytes, L_SUM);

	crc = crc32c(crc, zeros, sizeof(zeros));
	return crc32c(crc, bytes + L_SUM + 4, len - L_SUM - 4);
}

enum fg_status
idlist_check(const uint8_t *bytes, size_t len, enum idlist_kind kind)
{
	struct idlist list;
	struct idlist_walk walk = {.list = &list};
	uint64_t entry, last = 0;
	uint32_t n = 0;
	enum fg_status st = idlist_open(bytes, len, kind, &list);

	if (st != FG_OK)
		return st;
	if (list_sum(bytes, (size_t)le64load(bytes + L_LEN)) != list.sum)
		return FG_E_CORRUPT;
	for (; idlist_next(&walk, &entry); n++, last = entry)
		if (entry >> 1 >> IDLIST_KEY_BITS != 0 ||
		    (n > 0 && entry >> 1 <= last >> 1))
			return FG_E_CORRUPT;
	return n == list.n ? FG_OK : FG_E_CORRUPT;
}

/* ---- making ---- */

static bool
can_be_made(
    enum idlist_kind kind, size_t name_len, const uint64_t *entries, size_t n)
{
	if (name_len > IDLIST_MAX_NAME || n > IDLIST_MAX_IDS)
		return false;
	for (size_t i = 0; i < n; i++)
		if (entries[i] >> 1 >> IDLIST_KEY_BITS != 0 ||
		    (kind == IDLIST_BASE && (entries[i] & 1) == 0) ||
		    (i > 0 && entries[i] >> 1 <= entries[i - 1] >> 1))
			return false;
	return true;
}

static unsigned
bits_for(size_t n, bool wide)
{
	unsigned bits = wide ? 0 : NARROW_BITS;

	while (bits < MAX_BITS && n >> bits >= 2 * (size_t)PER_BUCKET)
		bits++;
	return bits;
}

static void
put_entries(uint8_t *index, uint8_t *words, enum idlist_kind kind,
    unsigned bits, bool wide, const uint64_t *entries, size_t n)
{
	unsigned low_bits = IDLIST_KEY_BITS - bits;
	uint64_t mask = ((uint64_t)1 << low_bits) - 1, bucket = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t key = entries[i] >> 1, low = key & mask;

		for (; bucket <= key >> low_bits; bucket++)
			le32enc(index + bucket * 4, (uint32_t)i);
		if (kind == IDLIST_DELTA)
			low = low << 1 | (entries[i] & 1);
		if (wide)
			le64enc(words + i * 8, low);
		else
			le32enc(words + i * 4, (uint32_t)low);
	}
	for (; bucket <= (uint64_t)1 << bits; bucket++)
		le32enc(index + bucket * 4, (uint32_t)n);
}

enum fg_status
idlist_make(enum idlist_kind kind, uint32_t base, const void *name,
    size_t name_len, const uint64_t *entries, size_t n, uint8_t **out,
    size_t *len)
{
	bool wide = kind == IDLIST_DELTA || n < NARROW_FROM;
	unsigned bits = bits_for(n, wide);
	struct layout l = layout_of(name_len, bits, n, wide);
	uint8_t *bytes;

	*out = NULL;
	if (!can_be_made(kind, name_len, entries, n))
		return FG_E_INVALID;
	*len = (size_t)l.size;
	bytes = *out = calloc(1, *len);
	if (bytes == NULL)
		return FG_E_NOMEM;
	memcpy(bytes, magic, sizeof(magic));
	le32enc(bytes + L_VERSION, IDLIST_VERSION);
	le64enc(bytes + L_LEN, *len);
	le32enc(bytes + L_KIND, (uint32_t)kind);
	le32enc(bytes + L_N, (uint32_t)n);
	le32enc(bytes + L_BITS, bits);
	le32enc(bytes + L_WIDTH, wide ? 8 : 4);
	le32enc(bytes + L_NAME, (uint32_t)name_len);
	le32enc(bytes + L_BASE, base);
	if (name_len > 0)
		memcpy(bytes + L_HEAD, name, name_len);
	put_entries(
	    bytes + l.index, bytes + l.words, kind, bits, wide, entries, n);
	le32enc(bytes + L_SUM, list_sum(bytes, *len));
	return FG_OK;
}
