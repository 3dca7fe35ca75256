#include "tools/override_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hostwide.h"

static const char *const kinds[HOSTWIDE_N_KINDS] = {
    [HOSTWIDE_GATE] = "gate",
    [HOSTWIDE_CONFIG] = "config",
    [HOSTWIDE_EXPERIMENT] = "experiment",
    [HOSTWIDE_LAYER] = "layer",
    [HOSTWIDE_STORE] = "store",
};

enum fg_status
override_list_take(const uint8_t *bytes, size_t len, struct override_list *out)
{
	struct image_str s;
	struct image im;
	enum fg_status st;

	*out = (struct override_list){.bytes = malloc(len), .len = len};
	if (out->bytes == NULL)
		return FG_E_NOMEM;
	memcpy(out->bytes, bytes, len);
	st = hostwide_check(out->bytes, len);
	if (st == FG_OK)
		st = hostwide_open(out->bytes, len, &im);
	if (st != FG_OK) {
		override_list_free(out);
		return st;
	}
	out->n = image_head32(&im, HOSTWIDE_H_N);
	if (image_str(&im, image_head32(&im, HOSTWIDE_H_REFUSED), &s))
		out->refused = strndup((const char *)s.bytes, s.len);
	return FG_OK;
}

enum fg_status
override_list_pinned(
    struct rules *rules, const struct rules_pin *pin, struct override_list *out)
{
	const uint8_t *bytes;
	size_t len;
	enum fg_status st = rules_overrides(rules, pin, &bytes, &len);

	*out = (struct override_list){.bytes = NULL};
	if (st == FG_OK)
		st = override_list_take(bytes, len, out);
	if (!rules_alive(rules, pin)) {
		override_list_free(out);
		return FG_E_BUSY;
	}
	return st == FG_ABSENT ? FG_OK : st;
}

void
override_list_free(struct override_list *list)
{
	free(list->bytes);
	free(list->refused);
	*list = (struct override_list){.bytes = NULL};
}

/* Control bytes would play with the reader's terminal. */
static void
print_text(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		putchar(bytes[i] < ' ' || bytes[i] == 127 ? '?' : bytes[i]);
}

static void
print_str(const struct image *im, uint32_t at)
{
	struct image_str s;

	if (image_str(im, at, &s))
		print_text(s.bytes, s.len);
}

static void
print_value(const struct image *im, uint32_t at)
{
	const uint8_t *v = image_rec(im, at, IMAGE_VALUE);
	uint32_t text = v != NULL ? le32load(v + IMAGE_V_TEXT) : 0;
	uint32_t len = v != NULL ? le32load(v + IMAGE_V_TEXT_LEN) : 0;

	if (text <= im->size && len <= im->size - text)
		print_text(im->base + text, len);
}

/* The parameters' names are enough to know a store by. */
static void
print_store(const struct image *im, uint32_t at)
{
	const uint8_t *store = image_rec(im, at, IMAGE_STORE);
	uint32_t n = store != NULL ? le32load(store + 8) : 0;

	printf("parameters");
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *p =
		    image_nth(im, le32load(store + 12), i, IMAGE_STORE_PARAM);

		if (p == NULL)
			break;
		putchar(' ');
		print_str(im, le32load(p));
	}
}

static void
print_override(const struct image *im, const struct hostwide *o)
{
	printf("override    %s ", kinds[o->kind]);
	print_str(im, o->name);
	printf(o->id != 0 ? ", id " : ", everyone");
	print_str(im, o->id);
	printf(": ");
	switch (o->what) {
	case HOSTWIDE_FALSE:
		printf("false");
		break;
	case HOSTWIDE_TRUE:
		printf("true");
		break;
	case HOSTWIDE_VALUE:
		print_value(im, o->at);
		break;
	case HOSTWIDE_GROUP:
		printf("group ");
		print_str(im, o->at);
		break;
	case HOSTWIDE_PARAMS:
		print_store(im, o->at);
		break;
	case HOSTWIDE_NONE:
		break;
	}
	putchar('\n');
}

void
override_list_print(const struct override_list *list)
{
	struct hostwide o;
	struct image im;

	if (list->refused != NULL)
		printf("overrides   refused: %s\n", list->refused);
	if (list->bytes == NULL ||
	    hostwide_open(list->bytes, list->len, &im) != FG_OK)
		return;
	for (uint32_t i = 0; hostwide_nth(&im, i, &o) == HOSTWIDE_FOUND; i++)
		print_override(&im, &o);
}
