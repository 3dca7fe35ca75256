/* What lies beside the image: countries of addresses (specification 8). */
#include "common/country.h"
#include "common/hash64.h"
#include "common/manifest.h"
#include "reader/eval.h"

/* The user's value "ip", looked up like any field: specification 2.2. */
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

/* FG_ABSENT: there is none, or one that only a newer reader knows. */
static enum fg_status
country_table(struct eval *e, struct country_table *out)
{
	const uint8_t *data;
	size_t len;
	enum fg_status st = FG_ABSENT;

	if (e->in->value != NULL)
		st = e->in->value(
		    e->in->arg, MANIFEST_COUNTRIES, 0, &data, &len);
	if (st == FG_OK)
		st = country_open(data, len, out);
	return st == FG_E_VERSION ? FG_ABSENT : st;
}

bool
eval_country(struct eval *e, const uint8_t *cond, struct dyn *v)
{
	const struct dyn *ip = ip_of(e);
	struct country_table table;
	enum fg_status st;
	uint64_t address;
	char code[2];
	const char *text;

	(void)cond;
	/* The reference misses its table only for what might be an address. */
	if (ip == NULL || !ip->has_text ||
	    !country_has_four_parts(ip->text, ip->len))
		return true;
	st = country_table(e, &table);
	if (st == FG_ABSENT) {
		e->r.override = EVAL_NO_COUNTRY_TABLE;
		return true;
	}
	if (st != FG_OK)
		return eval_fail(
		    e, st == FG_E_NOMEM ? EVAL_NO_MEMORY : EVAL_DAMAGED);
	if (!country_address(ip->text, ip->len, &address) ||
	    !country_find(&table, address, code))
		return true;
	text = arena_text(e->in->arena, code, sizeof(code));
	return (text != NULL &&
		   dyn_set_text(v, text, sizeof(code), e->in->arena) ==
		       FG_OK) ||
	    eval_fail(e, EVAL_NO_MEMORY);
}
