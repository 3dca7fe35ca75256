#include "reader/dyn.h"

/* A value of the image as a caller's value, its texts still in the image. */
static enum fg_status lift(const struct image *im, uint32_t at,
    struct fg_value *out, struct arena *a, int depth);

static enum fg_status
lift_array(const struct image *im, const uint8_t *v, struct fg_value *out,
    struct arena *a, int depth)
{
	uint32_t n = le32load(v + IMAGE_V_N);
	uint32_t run = (uint32_t)le64load(v + IMAGE_V_DATA);
	struct fg_value *items;

	if (n > im->size / 4)
		return FG_E_CORRUPT;
	items = arena_get(a, n * sizeof(*items));
	if (items == NULL)
		return FG_E_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *p = image_nth(im, run, i, 4);
		enum fg_status st = FG_E_CORRUPT;

		if (p != NULL)
			st = lift(im, le32load(p), &items[i], a, depth + 1);
		if (st != FG_OK)
			return st;
	}
	out->type = FG_ARRAY;
	out->u.array.items = items;
	out->u.array.n = n;
	return FG_OK;
}

static enum fg_status
lift_object(const struct image *im, const uint8_t *v, struct fg_value *out,
    struct arena *a, int depth)
{
	uint32_t n = le32load(v + IMAGE_V_N);
	uint32_t run = (uint32_t)le64load(v + IMAGE_V_DATA);
	struct fg_member *members;

	if (n > im->size / 8)
		return FG_E_CORRUPT;
	members = arena_get(a, n * sizeof(*members));
	if (members == NULL)
		return FG_E_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *p = image_nth(im, run, i, 8);
		enum fg_status st = FG_E_CORRUPT;
		struct image_str key;

		if (p != NULL && image_str(im, le32load(p), &key)) {
			members[i].key = (const char *)key.bytes;
			members[i].key_len = key.len;
			st = lift(im, le32load(p + 4), &members[i].value, a,
			    depth + 1);
		}
		if (st != FG_OK)
			return st;
	}
	out->type = FG_OBJECT;
	out->u.object.members = members;
	out->u.object.n = n;
	return FG_OK;
}

static enum fg_status
lift(const struct image *im, uint32_t at, struct fg_value *out, struct arena *a,
    int depth)
{
	const uint8_t *v = image_rec(im, at, IMAGE_VALUE);
	struct image_str s;

	if (v == NULL || depth > DYN_MAX_DEPTH)
		return FG_E_CORRUPT;
	switch ((enum image_type)le32load(v + IMAGE_V_TYPE)) {
	case IMAGE_NULL:
		out->type = FG_NULL;
		return FG_OK;
	case IMAGE_FALSE:
	case IMAGE_TRUE:
		out->type = FG_BOOL;
		out->u.boolean = le32load(v) == IMAGE_TRUE;
		return FG_OK;
	case IMAGE_INT:
		out->type = FG_INT;
		out->u.integer = (int64_t)le64load(v + IMAGE_V_DATA);
		return FG_OK;
	case IMAGE_UINT:
		out->type = FG_UINT;
		out->u.uinteger = le64load(v + IMAGE_V_DATA);
		return FG_OK;
	case IMAGE_FLOAT:
		out->type = FG_DOUBLE;
		out->u.number = image_f64(v + IMAGE_V_DATA);
		return FG_OK;
	case IMAGE_STRING:
		if (!image_str(im, (uint32_t)le64load(v + IMAGE_V_DATA), &s))
			return FG_E_CORRUPT;
		out->type = FG_STRING;
		out->u.string.bytes = (const char *)s.bytes;
		out->u.string.len = s.len;
		return FG_OK;
	case IMAGE_ARRAY:
		return lift_array(im, v, out, a, depth);
	case IMAGE_OBJECT:
		return lift_object(im, v, out, a, depth);
	}
	return FG_E_CORRUPT;
}

enum fg_status
dyn_set_image(
    struct dyn *out, const struct image *im, uint32_t value, struct arena *a)
{
	struct fg_value lifted;
	enum fg_status st = lift(im, value, &lifted, a, 0);

	if (st != FG_OK) {
		dyn_null(out);
		return st;
	}
	return dyn_set(out, &lifted, a);
}
