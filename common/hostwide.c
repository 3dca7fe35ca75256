#include "common/hostwide.h"

#include "common/crc32c.h"

#define H_VERSION 8
#define H_SUM     12

enum fg_status
hostwide_open(const void *bytes, size_t len, struct image *out)
{
	const uint8_t *p = bytes;
	uint64_t size;

	if (len < IMAGE_HEADER || ((uintptr_t)bytes & 7) != 0 ||
	    memcmp(p, HOSTWIDE_MAGIC, 8) != 0)
		return FG_E_CORRUPT;
	if (le32load(p + H_VERSION) > HOSTWIDE_VERSION)
		return FG_E_VERSION;
	size = le64load(p + HOSTWIDE_H_SIZE);
	if (le32load(p + H_VERSION) != HOSTWIDE_VERSION ||
	    size < IMAGE_HEADER || size > len || size > IMAGE_MAX_SIZE)
		return FG_E_CORRUPT;
	out->base = p;
	out->size = (uint32_t)size;
	return FG_OK;
}

static uint32_t
sum_of(const uint8_t *bytes, size_t len)
{
	static const uint8_t zeros[4];
	uint32_t crc = crc32c(0, bytes, H_SUM);

	crc = crc32c(crc, zeros, sizeof(zeros));
	return crc32c(crc, bytes + H_SUM + 4, len - H_SUM - 4);
}

enum fg_status
hostwide_check(const void *bytes, size_t len)
{
	struct image im;
	enum fg_status st = hostwide_open(bytes, len, &im);

	if (st == FG_OK &&
	    sum_of(im.base, im.size) != le32load(im.base + H_SUM))
		st = FG_E_CORRUPT;
	return st;
}

void
hostwide_seal(uint8_t *bytes, size_t len)
{
	memcpy(bytes, HOSTWIDE_MAGIC, 8);
	le32enc(bytes + H_VERSION, HOSTWIDE_VERSION);
	le64enc(bytes + HOSTWIDE_H_SIZE, len);
	le32enc(bytes + H_SUM, sum_of(bytes, len));
}

static enum hostwide_end
read_override(const struct image *im, uint32_t at, struct hostwide *out)
{
	const uint8_t *p = image_rec(im, at, HOSTWIDE_OVERRIDE);
	uint32_t what, kind;

	if (p == NULL)
		return HOSTWIDE_DAMAGED;
	what = le32load(p + 4);
	kind = le32load(p + 16);
	if (what == HOSTWIDE_NONE || what > HOSTWIDE_PARAMS ||
	    kind >= HOSTWIDE_N_KINDS)
		return HOSTWIDE_DAMAGED;
	out->what = (enum hostwide_what)what;
	out->kind = (enum hostwide_kind)kind;
	out->at = le32load(p + 8);
	out->id = le32load(p);
	out->name = le32load(p + 12);
	return HOSTWIDE_FOUND;
}

enum hostwide_end
hostwide_name(const struct image *im, enum hostwide_kind kind, const void *name,
    size_t n, uint64_t hash, uint32_t *record)
{
	uint32_t at = image_find(
	    im, HOSTWIDE_H_INDEXES + 8 * (uint32_t)kind, name, n, hash);

	*record = at;
	if (at == 0)
		return HOSTWIDE_ABSENT;
	return image_rec(im, at, HOSTWIDE_NAME) != NULL ? HOSTWIDE_FOUND
							: HOSTWIDE_DAMAGED;
}

enum hostwide_end
hostwide_of(const struct image *im, uint32_t record, const void *id, size_t n,
    uint64_t hash, struct hostwide *out)
{
	const uint8_t *p = image_rec(im, record, HOSTWIDE_NAME);
	uint32_t at;

	if (p == NULL)
		return HOSTWIDE_DAMAGED;
	/* The record holds the index's two words, as a header does. */
	at = id != NULL ? image_find(im, record + 8, id, n, hash)
			: le32load(p + 4);
	return at != 0 ? read_override(im, at, out) : HOSTWIDE_ABSENT;
}

enum hostwide_end
hostwide_nth(const struct image *im, uint32_t i, struct hostwide *out)
{
	uint32_t run = image_head32(im, HOSTWIDE_H_ALL);

	if (i >= image_head32(im, HOSTWIDE_H_N))
		return HOSTWIDE_ABSENT;
	if (i >= im->size / HOSTWIDE_OVERRIDE)
		return HOSTWIDE_DAMAGED;
	return run != 0 && run < im->size
	    ? read_override(im, run + i * HOSTWIDE_OVERRIDE, out)
	    : HOSTWIDE_DAMAGED;
}
