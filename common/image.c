#include "common/image.h"

#include "common/crc32c.h"

enum fg_status
image_open(const void *base, size_t len, struct image *out)
{
	const uint8_t *p = base;
	uint64_t size;

	if (len < IMAGE_HEADER || ((uintptr_t)base & 7) != 0 ||
	    memcmp(p, IMAGE_MAGIC, 8) != 0)
		return FG_E_CORRUPT;
	if (le32load(p + 8) > IMAGE_MAJOR)
		return FG_E_VERSION;
	size = le64load(p + IMAGE_H_SIZE);
	if (le32load(p + 8) != IMAGE_MAJOR || size < IMAGE_HEADER ||
	    size > len || size > IMAGE_MAX_SIZE)
		return FG_E_CORRUPT;
	out->base = p;
	out->size = (uint32_t)size;
	return FG_OK;
}

/* The sum takes the four bytes where it is stored as zeros. */
static uint32_t
image_sum(const uint8_t *base, size_t len)
{
	static const uint8_t zeros[4];
	uint32_t crc = crc32c(0, base, IMAGE_H_CRC);

	crc = crc32c(crc, zeros, sizeof(zeros));
	return crc32c(crc, base + IMAGE_H_CRC + 4, len - IMAGE_H_CRC - 4);
}

enum fg_status
image_check(const struct image *im)
{
	uint32_t want = image_head32(im, IMAGE_H_CRC);

	return image_sum(im->base, im->size) == want ? FG_OK : FG_E_CORRUPT;
}

void
image_seal(uint8_t *base, size_t len, uint64_t generation, uint64_t received_at,
    const char *source)
{
	char name[IMAGE_SOURCE_CAP] = {0};
	size_t n = strlen(source);

	memcpy(name, source, n < sizeof(name) ? n : sizeof(name) - 1);
	memcpy(base + IMAGE_H_SOURCE, name, sizeof(name));
	le64enc(base + IMAGE_H_GENERATION, generation);
	le64enc(base + IMAGE_H_RECEIVED, received_at);
	le32enc(base + IMAGE_H_CRC, image_sum(base, len));
}

/*
 * Probes a table for a string.  At most every slot once, so that a damaged
 * table without an empty slot still ends.  An index's slot leads through its
 * record's name, that of a set is the string itself.
 */
__attribute__((always_inline)) static inline uint32_t
probe(const struct image *im, uint32_t slots, uint32_t n_slots, bool named,
    const void *bytes, size_t n, uint64_t hash)
{
	const uint8_t *table = image_table(im, slots, n_slots);
	uint32_t mask = n_slots - 1, i = (uint32_t)hash & mask;

	if (table == NULL)
		return 0;
	for (uint32_t left = n_slots; left > 0; left--, i = (i + 1) & mask) {
		uint64_t slot = le64load(table + (size_t)i * IMAGE_SLOT);
		uint32_t found = (uint32_t)(slot >> 32), name = found;

		if (found == 0)
			return 0;
		if ((uint32_t)slot != (uint32_t)(hash >> 32))
			continue;
		if (named) {
			const uint8_t *rec = image_rec(im, found, 8);

			name = rec != NULL ? le32load(rec) : 0;
		}
		if (image_str_is(im, name, bytes, n))
			return found;
	}
	return 0;
}

uint32_t
image_find(const struct image *im, uint32_t index, const void *name, size_t n,
    uint64_t hash)
{
	return probe(im, image_head32(im, index), image_head32(im, index + 4),
	    true, name, n, hash);
}

bool
image_set_search(const struct image *im, uint32_t slots, uint32_t n_slots,
    const void *bytes, size_t n, uint64_t hash)
{
	return probe(im, slots, n_slots, false, bytes, n, hash) != 0;
}

uint32_t
image_member(const struct image *im, uint32_t off, const void *key, size_t n)
{
	const uint8_t *v = image_rec(im, off, IMAGE_VALUE);
	uint32_t lo = 0, hi, run;

	if (v == NULL || le32load(v + IMAGE_V_TYPE) != IMAGE_OBJECT)
		return 0;
	hi = le32load(v + IMAGE_V_N);
	run = (uint32_t)le64load(v + IMAGE_V_DATA);
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const uint8_t *pair = image_nth(im, run, mid, 8);
		struct image_str s;
		int c;

		if (pair == NULL || !image_str(im, le32load(pair), &s))
			return 0;
		c = image_key_cmp(key, n, s.bytes, s.len);
		if (c == 0)
			return le32load(pair + 4);
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return 0;
}

bool
image_list_has(
    const struct image *im, uint32_t off, const void *bytes, size_t n)
{
	const uint8_t *list = image_at(im, off, 4);
	uint32_t count = list != NULL ? le32load(list) : 0;

	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *s = image_nth(im, off + 4, i, 4);

		if (s == NULL)
			return false;
		if (image_str_is(im, le32load(s), bytes, n))
			return true;
	}
	return false;
}
