/*
 * What lies beside the image: countries of addresses (EVALUATION.md 8) and ID
 * lists (4.3).  Only a condition that asks for them looks for them.
 */
#include "common/country.h"
#include "common/hash64.h"
#include "common/idlist.h"
#include "common/manifest.h"
#include "reader/eval.h"

/* The user's value "ip", looked up like any field: EVALUATION.md 2.2. */
static const struct dyn *
ip_of(const struct eval *e)
{
	const struct dyn *own = &e->user->atoms[IMAGE_ATOM_IP];
	uint64_t hash = hash64("ip", 2);
	struct dyn *v;

	if (own->len > 0)
		return own;
	v = user_map_get(&e->user->maps[FG_CUSTOM], "ip", 2, hash);
	if (v == NULL)
		v = user_map_get(&e->in->defaults->custom, "ip", 2, hash);
	if (v == NULL)
		v = user_map_get(&e->user->maps[FG_PRIVATE], "ip", 2, hash);
	return v;
}

static enum fg_status
value(struct eval *e, uint32_t kind, uint64_t tag, const uint8_t **data,
    size_t *len)
{
	if (e->in->value == NULL)
		return FG_ABSENT;
	return e->in->value(e->in->arg, kind, tag, data, len);
}

/* True when it is there; one that only a newer reader knows is not. */
static bool
is_there(struct eval *e, enum fg_status st)
{
	if (st == FG_E_NOMEM)
		eval_fail(e, EVAL_NO_MEMORY);
	else if (st != FG_OK && st != FG_ABSENT && st != FG_E_VERSION)
		eval_fail(e, EVAL_DAMAGED);
	return st == FG_OK;
}

static bool
country_table(struct eval *e, struct country_table *out)
{
	const uint8_t *data;
	size_t len;
	enum fg_status st = value(e, MANIFEST_COUNTRIES, 0, &data, &len);

	if (st == FG_OK)
		st = country_open(data, len, out);
	return is_there(e, st);
}

static bool
open_list(struct eval *e, const struct image_str *name, enum idlist_kind kind,
    struct idlist *out)
{
	uint32_t section =
	    kind == IDLIST_BASE ? MANIFEST_ID_LIST : MANIFEST_ID_DELTA;
	const uint8_t *data;
	size_t len;
	enum fg_status st =
	    value(e, section, idlist_tag(name->bytes, name->len), &data, &len);

	if (st == FG_OK)
		st = idlist_open(data, len, kind, out);
	return is_there(e, st) && idlist_is_of(out, name->bytes, name->len);
}

/* A user ID is kept as it is hashed. */
static uint64_t
key_of(struct eval *e, const struct dyn *v)
{
	const struct sha256_end *end = NULL;

	if (v == &e->user->atoms[IMAGE_ATOM_USER_ID])
		end = user_end(e->user, v);
	return end != NULL ? idlist_key_of_hash(hash_sha256_64_end(end))
			   : idlist_key(v->text, v->len);
}

bool
eval_in_list(struct eval *e, const struct dyn *v, const struct image_str *name)
{
	struct idlist base, delta;
	bool has_delta;

	if (!open_list(e, name, IDLIST_BASE, &base))
		return false;
	has_delta = open_list(e, name, IDLIST_DELTA, &delta);
	if (has_delta && delta.base != base.sum)
		return eval_fail(e, EVAL_DAMAGED);
	return idlist_has(&base, has_delta ? &delta : NULL, key_of(e, v));
}

bool
eval_country(struct eval *e, const uint8_t *cond, struct dyn *v)
{
	const struct dyn *ip = ip_of(e);
	struct country_table table;
	uint64_t address;
	char code[2];
	const char *text;

	(void)cond;
	/* The reference misses its table only for what might be an address. */
	if (ip == NULL || !ip->has_text ||
	    !country_has_four_parts(ip->text, ip->len))
		return true;
	if (!country_table(e, &table)) {
		e->r.override = EVAL_NO_COUNTRY_TABLE;
		return e->fault == EVAL_NO_FAULT;
	}
	if (!country_address(ip->text, ip->len, &address) ||
	    !country_find(&table, address, code))
		return true;
	text = arena_text(e->in->arena, code, sizeof(code));
	return (text != NULL &&
		   dyn_set_text(v, text, sizeof(code), e->in->arena) ==
		       FG_OK) ||
	    eval_fail(e, EVAL_NO_MEMORY);
}
