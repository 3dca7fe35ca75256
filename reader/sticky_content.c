/* Sticky records for those who keep what they say in a shape of their own. */
#include "reader/client.h"
#include "reader/sticky_record.h"

/* They are sorted; a record has each name once. */
static bool
has_twins(const struct fg_params *p)
{
	for (size_t i = 1; i < p->n; i++)
		if (image_key_cmp(p->members[i - 1].key,
			p->members[i - 1].key_len, p->members[i].key,
			p->members[i].key_len) == 0)
			return true;
	return false;
}

enum fg_status
fg_sticky_write(struct fg_session *ses, const struct fg_sticky_content *content,
    const void **record, size_t *len)
{
	const struct fg_sticky_content *c = content;
	struct sticky_record r = {.value = c->value,
	    .has_time = c->lcut != 0,
	    .has_version = c->has_version,
	    .version = c->version,
	    .time = c->lcut,
	    .rule_id = c->rule_id,
	    .group_name = c->group_name,
	    .delegate = c->delegate,
	    .params = c->params,
	    .secondary = c->secondary,
	    .n_secondary = c->n_secondary,
	    .undelegated = c->undelegated,
	    .n_undelegated = c->n_undelegated,
	    .explicit_params = c->explicit_params,
	    .n_explicit_params = c->n_explicit_params};
	enum fg_status st = FG_OK;
	const uint8_t *bytes = NULL;

	*record = NULL;
	*len = 0;
	if (r.rule_id == NULL)
		return FG_E_INVALID;
	if (r.params == NULL)
		st = params_from_members(
		    c->members, c->n_members, &ses->arena, &r.params);
	if (st == FG_OK && has_twins(r.params))
		st = FG_E_INVALID;
	if (st == FG_OK)
		st = sticky_record_put(&r, &ses->arena, &bytes, len);
	*record = bytes;
	return st;
}

enum fg_status
fg_sticky_read(struct fg_session *ses, const void *record, size_t len,
    struct fg_sticky_content *out)
{
	struct sticky_record r;
	enum fg_status st = sticky_record_get(record, len, &ses->arena, &r);

	*out =
	    (struct fg_sticky_content){.rule_id = "", .params = &params_empty};
	if (st != FG_OK)
		return st;
	*out = (struct fg_sticky_content){.value = r.value,
	    .rule_id = r.rule_id,
	    .group_name = r.group_name,
	    .delegate = r.delegate,
	    .params = r.params,
	    .secondary = r.secondary,
	    .n_secondary = r.n_secondary,
	    .undelegated = r.undelegated,
	    .n_undelegated = r.n_undelegated,
	    .explicit_params = r.explicit_params,
	    .n_explicit_params = r.n_explicit_params,
	    .lcut = r.has_time ? r.time : 0,
	    .version = r.has_version ? r.version : 0,
	    .has_version = r.has_version};
	return FG_OK;
}
