#include "tools/list_tally.h"

#include <stdlib.h>
#include <string.h>

#include "common/manifest.h"
#include "syncer/idlist.h"
#include "syncer/idlist_places.h"

static enum fg_status
value_of(struct rules *rules, const struct rules_pin *pin, uint32_t kind,
    uint64_t tag, uint8_t **bytes, size_t *len)
{
	const uint8_t *at;
	enum fg_status st = rules_section(rules, pin, kind, tag, &at, len);

	*bytes = st == FG_OK ? (uint8_t *)(uintptr_t)at : NULL;
	return st;
}

static enum fg_status
add_list(struct rules *rules, const struct rules_pin *pin, uint64_t tag,
    struct list_tally *out)
{
	struct idlist_values v;
	uint64_t members;
	enum fg_status st =
	    value_of(rules, pin, MANIFEST_ID_LIST, tag, &v.base, &v.base_len);

	if (st == FG_OK)
		st = value_of(
		    rules, pin, MANIFEST_ID_DELTA, tag, &v.delta, &v.delta_len);
	if (st == FG_OK || st == FG_ABSENT)
		st = idlist_members(&v, &members);
	if (st != FG_OK)
		return st;
	out->n++;
	out->members += members;
	return FG_OK;
}

static enum fg_status
latest_change(
    struct rules *rules, const struct rules_pin *pin, struct list_tally *out)
{
	struct idlist_place place;
	uint8_t *bytes, *copy;
	size_t len, at = 0;
	enum fg_status st =
	    value_of(rules, pin, MANIFEST_ID_PLACES, 0, &bytes, &len);

	if (st != FG_OK)
		return st == FG_ABSENT ? FG_OK : st;
	copy = malloc(len + 1);
	if (copy == NULL)
		return FG_E_NOMEM;
	memcpy(copy, bytes, len);
	while ((st = idlist_places_next(copy, len, &at, &place)) == FG_OK)
		if (place.changed_ms > out->changed_ms)
			out->changed_ms = place.changed_ms;
	free(copy);
	return st == FG_END ? FG_OK : st;
}

enum fg_status
list_tally_pinned(
    struct rules *rules, const struct rules_pin *pin, struct list_tally *out)
{
	struct manifest_section s;
	enum fg_status st = FG_OK;

	*out = (struct list_tally){.n = 0};
	for (uint32_t i = 0; st == FG_OK &&
	     manifest_section(pin->manifest, pin->manifest_len, i, &s) == FG_OK;
	     i++)
		if (s.kind == MANIFEST_ID_LIST)
			st = add_list(rules, pin, s.tag, out);
	if (st == FG_OK)
		st = latest_change(rules, pin, out);
	return rules_alive(rules, pin) ? st : FG_E_BUSY;
}
