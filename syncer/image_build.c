#include "syncer/image_build.h"

#include <stdlib.h>

/* An interned string: half of its hash, and its record; 0 is a free slot. */
struct image_build_slot {
	uint32_t tag;
	uint32_t str;
};

#define MIN_SLOTS    1024U
#define BYTES_A_SLOT 64 /* of the document, mostly */

static uint32_t
fail(struct image_build *b, enum fg_status st)
{
	if (b->status == FG_OK)
		b->status = st;
	return 0;
}

/* Makes room for n more bytes; the size never passes IMAGE_MAX_SIZE. */
static bool
grow(struct image_build *b, size_t n)
{
	size_t cap = b->cap + b->cap / 2;
	uint8_t *more;

	if (n > IMAGE_MAX_SIZE - b->len) {
		fail(b, FG_E_SPACE);
		return false;
	}
	if (cap < b->len + n)
		cap = b->len + n;
	if (cap > IMAGE_MAX_SIZE)
		cap = IMAGE_MAX_SIZE;
	more = realloc(b->base, cap);
	if (more == NULL) {
		fail(b, FG_E_NOMEM);
		return false;
	}
	b->base = more;
	b->cap = cap;
	return true;
}

void
image_build_free(struct image_build *b)
{
	free(b->base);
	free(b->strings);
	*b = (struct image_build){.status = FG_OK};
}

uint32_t
image_build_alloc(struct image_build *b, size_t n)
{
	uint32_t off = (uint32_t)b->len;

	if (b->status != FG_OK)
		return 0;
	if (n > IMAGE_MAX_SIZE - 7)
		return fail(b, FG_E_SPACE);
	n = (n + 7) & ~(size_t)7;
	if (n > b->cap - b->len && !grow(b, n))
		return 0;
	memset(b->base + b->len, 0, n);
	b->len += n;
	return off;
}

void
image_build_put32(struct image_build *b, uint32_t off, uint32_t x)
{
	if (b->status == FG_OK)
		le32enc(b->base + off, x);
}

void
image_build_put64(struct image_build *b, uint32_t off, uint64_t x)
{
	if (b->status == FG_OK)
		le64enc(b->base + off, x);
}

void
image_build_put_f64(struct image_build *b, uint32_t off, double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	image_build_put64(b, off, bits);
}

void
image_build_put_bytes(
    struct image_build *b, uint32_t off, const void *bytes, size_t n)
{
	if (b->status == FG_OK && n > 0)
		memcpy(b->base + off, bytes, n);
}

uint32_t
image_build_get32(const struct image_build *b, uint32_t off)
{
	return b->status == FG_OK ? le32dec(b->base + off) : 0;
}

static uint64_t
str_hash(const struct image_build *b, uint32_t str)
{
	return le64dec(b->base + str);
}

const char *
image_build_bytes(const struct image_build *b, uint32_t str, size_t *n)
{
	*n = 0;
	if (b->status != FG_OK || str == 0)
		return "";
	*n = le32dec(b->base + str + 8);
	return (const char *)b->base + str + IMAGE_STR_BYTES;
}

/* More slots, each string put in again. */
static bool
rehash(struct image_build *b, uint32_t n)
{
	struct image_build_slot *old = b->strings;
	struct image_build_slot *slots = calloc(n, sizeof(*slots));

	if (slots == NULL) {
		fail(b, FG_E_NOMEM);
		return false;
	}
	for (uint32_t i = 0; i < b->n_slots; i++) {
		uint32_t at;

		if (old[i].str == 0)
			continue;
		at = (uint32_t)str_hash(b, old[i].str) & (n - 1);
		while (slots[at].str != 0)
			at = (at + 1) & (n - 1);
		slots[at] = old[i];
	}
	free(old);
	b->strings = slots;
	b->n_slots = n;
	return true;
}

void
image_build_init(struct image_build *b, size_t expected)
{
	uint32_t n_slots = MIN_SLOTS;

	*b = (struct image_build){.status = FG_OK};
	if (expected < 4096)
		expected = 4096;
	if (!grow(b, expected < IMAGE_MAX_SIZE ? expected : IMAGE_MAX_SIZE))
		return;
	memset(b->base, 0, IMAGE_HEADER);
	b->len = IMAGE_HEADER;
	while (n_slots < expected / BYTES_A_SLOT)
		n_slots *= 2;
	rehash(b, n_slots);
}

/* The slot of these bytes, free if they are new. */
static struct image_build_slot *
find(const struct image_build *b, const void *bytes, size_t n, uint64_t hash)
{
	uint32_t mask = b->n_slots - 1, at = (uint32_t)hash & mask;

	for (;; at = (at + 1) & mask) {
		struct image_build_slot *slot = &b->strings[at];
		const uint8_t *rec = b->base + slot->str;

		if (slot->str == 0)
			return slot;
		if (slot->tag == (uint32_t)(hash >> 32) &&
		    le64dec(rec) == hash && le32dec(rec + 8) == n &&
		    memcmp(rec + IMAGE_STR_BYTES, bytes, n) == 0)
			return slot;
	}
}

uint32_t
image_build_str(struct image_build *b, const void *bytes, size_t n)
{
	uint64_t hash = hash64(bytes, n);
	struct image_build_slot *slot;
	uint32_t str;

	if (b->status != FG_OK)
		return 0;
	if (b->n_strings >= b->n_slots / 4 * 3 && !rehash(b, 2 * b->n_slots))
		return 0;
	slot = find(b, bytes, n, hash);
	if (slot->str != 0)
		return slot->str;
	if (n > IMAGE_MAX_SIZE)
		return fail(b, FG_E_SPACE);
	str = image_build_alloc(b, IMAGE_STR_BYTES + n + 1);
	if (str == 0)
		return 0;
	le64enc(b->base + str, hash);
	le32enc(b->base + str + 8, (uint32_t)n);
	image_build_put_bytes(b, str + IMAGE_STR_BYTES, bytes, n);
	slot->tag = (uint32_t)(hash >> 32);
	slot->str = str;
	b->n_strings++;
	return str;
}

uint32_t
image_build_list(struct image_build *b, const uint32_t *strs, size_t n)
{
	uint32_t list;

	if (n > IMAGE_MAX_SIZE / 4 - 1)
		return fail(b, FG_E_SPACE);
	list = image_build_alloc(b, 4 + 4 * n);
	if (list == 0)
		return 0;
	le32enc(b->base + list, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		le32enc(b->base + list + 4 + 4 * i, strs[i]);
	return list;
}

/* Empty slots for n entries, a power of two and at least twice as many. */
static uint32_t
table(struct image_build *b, size_t n, uint32_t *n_slots)
{
	size_t slots = 2;

	*n_slots = 0;
	if (n == 0)
		return 0;
	if (n > IMAGE_MAX_SIZE / (4 * IMAGE_SLOT))
		return fail(b, FG_E_SPACE);
	while (slots < 2 * n)
		slots *= 2;
	*n_slots = (uint32_t)slots;
	return image_build_alloc(b, slots * IMAGE_SLOT);
}

/* Puts a record in at a hash; false if it is there already. */
static bool
enter(struct image_build *b, uint32_t at, uint32_t n_slots, uint64_t hash,
    uint32_t record)
{
	uint32_t mask = n_slots - 1;

	for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
		uint8_t *slot = b->base + at + (size_t)i * IMAGE_SLOT;
		uint32_t there = le32dec(slot + 4);

		if (there == record)
			return false;
		if (there != 0)
			continue;
		le32enc(slot, (uint32_t)(hash >> 32));
		le32enc(slot + 4, record);
		return true;
	}
}

uint32_t
image_build_set(struct image_build *b, const uint32_t *strs, size_t n,
    uint32_t *n_slots, uint32_t *n_distinct)
{
	uint32_t set = table(b, n, n_slots);

	*n_distinct = 0;
	for (size_t i = 0; i < n && b->status == FG_OK; i++)
		*n_distinct +=
		    enter(b, set, *n_slots, str_hash(b, strs[i]), strs[i]);
	return set;
}

void
image_build_index(
    struct image_build *b, uint32_t index, const uint32_t *records, size_t n)
{
	uint32_t n_slots, at = table(b, n, &n_slots);

	for (size_t i = 0; i < n && b->status == FG_OK; i++)
		enter(b, at, n_slots,
		    str_hash(b, le32dec(b->base + records[i])), records[i]);
	image_build_put32(b, index, at);
	image_build_put32(b, index + 4, n_slots);
}
