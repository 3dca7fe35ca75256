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
	struct fg_sticky_content c = *content;
	enum fg_status st = FG_OK;
	const uint8_t *bytes = NULL;

	*record = NULL;
	*len = 0;
	if (c.rule_id == NULL)
		return FG_E_INVALID;
	if (c.params == NULL)
		st = params_from_members(
		    c.members, c.n_members, &ses->arena, &c.params);
	if (st == FG_OK && has_twins(c.params))
		st = FG_E_INVALID;
	if (st == FG_OK)
		st = sticky_record_put(&c, &ses->arena, &bytes, len);
	*record = bytes;
	return st;
}

enum fg_status
fg_sticky_read(struct fg_session *ses, const void *record, size_t len,
    struct fg_sticky_content *out)
{
	enum fg_status st = sticky_record_get(record, len, &ses->arena, out);

	if (st != FG_OK)
		*out = (struct fg_sticky_content){
		    .rule_id = "", .params = &params_empty};
	return st;
}
