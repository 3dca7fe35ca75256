/* Experiments' groups as they are set up, without a user. */
#include "reader/call.h"
#include "reader/params.h"

/* What is looked for: one group by its name, or all of an experiment's. */
struct search {
	struct fg_session *ses;
	const char *experiment;
	const char *group; /* NULL: all */
	uint32_t by;       /* where a rule has what group is compared with */
	struct fg_config *out;
	size_t n, cap;
	bool is_experiment, is_active, has_active, failed;
};

static const uint8_t *
find_spec(const struct search *s)
{
	size_t n = strlen(s->experiment);
	uint32_t at;

	if (s->ses->state != SESSION_RULES)
		return NULL;
	at = image_find(&s->ses->im, IMAGE_H_CONFIGS, s->experiment, n,
	    hash64(s->experiment, n));
	return image_rec(&s->ses->im, at, IMAGE_SPEC);
}

static const char *
copy_str(struct search *s, uint32_t at, const char *absent)
{
	struct image_str str;
	const char *text;

	if (!image_str(&s->ses->im, at, &str))
		return absent;
	text = arena_text(&s->ses->arena, str.bytes, str.len);
	if (text == NULL)
		s->failed = true;
	return text != NULL ? text : absent;
}

static void
put_group(struct search *s, const uint8_t *spec, const uint8_t *rule)
{
	struct eval e = {.im = s->ses->im};
	struct fg_config *c = &s->out[s->n++];
	uint32_t flags = le32load(rule + IMAGE_RULE_FLAGS);

	e.r.json = le32load(rule + IMAGE_RULE_VALUE);
	*c = (struct fg_config){.name = s->experiment};
	c->params = params_copy(&e, &s->ses->arena);
	if (c->params == NULL) {
		c->params = &params_empty;
		s->failed = true;
	}
	c->rule_id = copy_str(s, le32load(rule + IMAGE_RULE_ID), "");
	c->id_type = copy_str(s, le32load(rule + IMAGE_RULE_UNIT), "");
	c->group_name = copy_str(s, le32load(rule + IMAGE_RULE_GROUP), NULL);
	c->passed = (flags & IMAGE_RULE_RETURN_FALSE) == 0;
	c->is_user_in_experiment = false;
	c->is_experiment_active =
	    (le32load(spec + IMAGE_SPEC_FLAGS) & IMAGE_SPEC_ACTIVE) != 0;
}

static bool
is_wanted(const struct search *s, const uint8_t *rule)
{
	if (s->group == NULL)
		return (le32load(rule + IMAGE_RULE_FLAGS) &
			   IMAGE_RULE_GROUP_MEMBER) != 0;
	return image_str_is(
	    &s->ses->im, le32load(rule + s->by), s->group, strlen(s->group));
}

/* Walks the rules; the first match is enough where a name is given. */
static void
walk(struct search *s)
{
	const uint8_t *spec = find_spec(s);
	uint32_t n = spec != NULL ? le32load(spec + IMAGE_SPEC_N_RULES) : 0;
	uint32_t flags;

	s->n = 0;
	s->failed = s->is_experiment = s->has_active = false;
	if (spec == NULL)
		return;
	flags = le32load(spec + IMAGE_SPEC_FLAGS);
	s->is_experiment =
	    le32load(spec + IMAGE_SPEC_ENTITY_NO) == IMAGE_ENTITY_EXPERIMENT;
	s->has_active = (flags & IMAGE_SPEC_HAS_ACTIVE) != 0;
	s->is_active = (flags & IMAGE_SPEC_ACTIVE) != 0;
	if (s->group == NULL && !s->is_experiment)
		return;
	if (s->group == NULL) {
		if (n > s->ses->im.size / IMAGE_RULE)
			n = 0;
		s->out = arena_get(&s->ses->arena, n * sizeof(*s->out) + 8);
		s->cap = s->out != NULL ? n : 0;
		s->failed = s->out == NULL;
	}
	for (uint32_t i = 0; i < n && s->n < s->cap; i++) {
		const uint8_t *rule = image_nth(&s->ses->im,
		    le32load(spec + IMAGE_SPEC_RULES), i, IMAGE_RULE);

		if (rule == NULL)
			return;
		if (is_wanted(s, rule))
			put_group(s, spec, rule);
	}
}

/* Until the answer is of a living generation; nothing found otherwise. */
static void
search(struct search *s)
{
	for (int i = 0; i < CALL_ATTEMPTS; i++) {
		walk(s);
		if (session_holds(s->ses))
			return;
		session_move(s->ses);
	}
	s->n = 0;
	s->is_experiment = false;
}

static void
put_details(const struct fg_session *ses, bool known, struct fg_details *out)
{
	*out = (struct fg_details){
	    .reason =
		ses->reasons[known ? SESSION_RECOGNIZED : SESSION_UNRECOGNIZED],
	    .generation = ses->pin.generation,
	    .lcut = ses->lcut,
	    .received_at = ses->received_at,
	    .moved = ses->moved};
}

static enum fg_status
get_group(struct fg_session *ses, const char *name, const char *group,
    uint32_t by, struct fg_config *out)
{
	struct search s = {.ses = ses,
	    .experiment = name,
	    .group = group,
	    .by = by,
	    .out = out,
	    .cap = 1};

	search(&s);
	if (s.n == 0)
		*out = (struct fg_config){.params = &params_empty,
		    .name = name,
		    .rule_id = "",
		    .id_type = ""};
	put_details(ses, s.n > 0, &out->details);
	return s.failed ? FG_E_NOMEM : FG_OK;
}

enum fg_status
fg_get_experiment_by_group(struct fg_session *ses, const char *name,
    const char *group, struct fg_config *out)
{
	return get_group(ses, name, group, IMAGE_RULE_GROUP, out);
}

enum fg_status
fg_get_experiment_by_group_id(struct fg_session *ses, const char *name,
    const char *group_id, struct fg_config *out)
{
	return get_group(ses, name, group_id, IMAGE_RULE_ID, out);
}

enum fg_status
fg_get_experiment_groups(
    struct fg_session *ses, const char *name, struct fg_groups *out)
{
	struct search s = {.ses = ses, .experiment = name};

	search(&s);
	*out = (struct fg_groups){.n = s.n};
	put_details(ses, s.is_experiment, &out->details);
	for (size_t i = 0; i < s.n; i++)
		s.out[i].details = out->details;
	if (s.n > 0)
		out->groups = s.out;
	out->has_active = s.is_experiment && s.has_active;
	out->is_active = out->has_active && s.is_active;
	return s.failed ? FG_E_NOMEM : FG_OK;
}
