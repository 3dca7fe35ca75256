/* Gates, configs and layers as members of a client's response. */
#include "reader/client_response.h"

/* What is to be written of one evaluation, of whatever kind. */
struct entity {
	const struct response_entry *entry;
	struct image_str rule_id, id_type;
	const struct fg_params *merged; /* of a layer of several rules */
	const char *value;
	size_t value_len;
	bool is_default_rule;
};

static bool
is_short(const struct response *r)
{
	return r->opt->format == FG_RESPONSE_INIT_V2;
}

static bool
text_is(const struct image_str *s, const char *text)
{
	return s->len == strlen(text) && memcmp(s->bytes, text, s->len) == 0;
}

/* What a config or layer came to, object or not; null if it is unsupported. */
static bool
take_value(struct response *r, struct entity *en)
{
	const struct eval_result *res = &r->e.r;
	const struct fg_params *params = res->own_params;

	en->value = "null";
	en->value_len = 4;
	if (params == NULL && res->is_merged) {
		params = en->merged = params_copy(&r->e, r->arena);
		if (params == NULL)
			return eval_fail(&r->e, EVAL_DAMAGED);
	}
	if (params != NULL) {
		en->value = params->text;
		en->value_len = params->len;
		return true;
	}
	if (res->json == 0)
		return true;
	return response_value_text(r, res->json, &en->value, &en->value_len);
}

/* A CMAB's own, never that of the gate which says for whom it is. */
static uint32_t
cmab_id_type(const struct response *r, const struct response_entry *entry)
{
	const uint8_t *cmab = image_rec(&r->in.im, entry->rec, IMAGE_CMAB);

	return cmab != NULL ? le32load(cmab + 12) : 0;
}

static bool
evaluate(struct response *r, enum eval_kind kind,
    const struct response_entry *entry, struct entity *en)
{
	*en = (struct entity){.entry = entry};
	eval_next(&r->e, kind, entry->is_cmab ? 0 : entry->rec, &entry->name);
	if (r->e.fault != EVAL_NO_FAULT)
		return false;
	en->rule_id = eval_text(&r->e, r->e.r.rule_id);
	en->id_type = eval_text(
	    &r->e, entry->is_cmab ? cmab_id_type(r, entry) : r->e.r.id_type);
	en->is_default_rule =
	    text_is(&en->rule_id, "default") && !r->e.r.explores;
	return kind == EVAL_GATE || take_value(r, en);
}

static void
put_rule_id(struct response *r, const struct entity *en)
{
	const struct image_str *id = &en->rule_id;
	char *text;

	if (!r->e.r.explores) {
		jsonw_text_n(&r->w, id->bytes, id->len);
		return;
	}
	text = arena_get(r->arena, (size_t)id->len + sizeof(":explore"));
	if (text == NULL) {
		r->w.status = FG_E_NOMEM;
		return;
	}
	memcpy(text, id->bytes, id->len);
	memcpy(text + id->len, ":explore", sizeof(":explore"));
	jsonw_text(&r->w, text);
}

static void
put_bool(struct response *r, const char *member, bool x)
{
	jsonw_key(&r->w, member);
	jsonw_bool(&r->w, x);
}

/* What all of them begin with. */
static bool
put_head(struct response *r, const struct entity *en)
{
	struct eval_range secondary = eval_secondary(&r->e);

	jsonw_key_n(&r->w, en->entry->key, en->entry->key_len);
	jsonw_begin_object(&r->w);
	if (is_short(r)) {
		if (!en->is_default_rule) {
			jsonw_key(&r->w, "r");
			put_rule_id(r, en);
		}
		if (secondary.n == 0)
			return true;
		jsonw_key(&r->w, "s");
		return response_put_exposures(r, secondary);
	}
	jsonw_key(&r->w, "name");
	jsonw_text_n(&r->w, en->entry->key, en->entry->key_len);
	jsonw_key(&r->w, "rule_id");
	put_rule_id(r, en);
	jsonw_key(&r->w, "secondary_exposures");
	return response_put_exposures(r, secondary);
}

/* A gate without one, as overrides make it, says nothing. */
static void
put_id_type(struct response *r, const struct entity *en, bool is_gate)
{
	if (r->opt->remove_id_type || (is_gate && r->e.r.id_type == 0))
		return;
	jsonw_key(&r->w, is_short(r) ? "i" : "id_type");
	jsonw_text_n(&r->w, en->id_type.bytes, en->id_type.len);
}

static bool
put_value(struct response *r, const struct entity *en)
{
	uint32_t number;

	jsonw_key(&r->w, is_short(r) ? "v" : "value");
	if (!is_short(r)) {
		jsonw_raw(&r->w, en->value, en->value_len);
		return true;
	}
	if (!response_pool_value(r, en->value, en->value_len, &number))
		return false;
	jsonw_u64_text(&r->w, number);
	return true;
}

static void
put_group(struct response *r)
{
	if (r->e.r.group_name != 0)
		response_put_text(
		    r, is_short(r) ? "gn" : "group_name", r->e.r.group_name);
}

static void
put_activity(struct response *r)
{
	put_bool(r, is_short(r) ? "ea" : "is_experiment_active",
	    r->e.r.is_experiment_active);
	put_bool(r, is_short(r) ? "ue" : "is_user_in_experiment",
	    r->e.r.is_experiment_group);
}

static void
put_device(struct response *r, const struct entity *en)
{
	if (!is_short(r))
		put_bool(r, "is_device_based",
		    text_is(&en->id_type, "stableID") ||
			text_is(&en->id_type, "stableid"));
}

static uint32_t
n_explicit(const struct response *r)
{
	const uint8_t *list = r->e.r.has_explicit
	    ? image_at(&r->in.im, r->e.r.explicit_params, 4)
	    : NULL;

	return list != NULL ? le32load(list) : 0;
}

static bool
put_explicit(struct response *r, const char *member)
{
	const struct image *im = &r->in.im;
	uint32_t at = r->e.r.explicit_params, n = n_explicit(r);

	jsonw_key(&r->w, member);
	jsonw_begin_array(&r->w);
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *s = image_nth(im, at + 4, i, 4);
		struct image_str text;

		if (s == NULL || !image_str(im, le32load(s), &text))
			return eval_fail(&r->e, EVAL_DAMAGED);
		jsonw_text_n(&r->w, text.bytes, text.len);
	}
	jsonw_end_array(&r->w);
	return true;
}

static bool
put_gate(struct response *r, const struct response_entry *entry)
{
	struct entity en;

	if (!evaluate(r, EVAL_GATE, entry, &en))
		return false;
	if (r->opt->remove_default_value_gates && en.is_default_rule &&
	    !r->e.r.value && eval_secondary(&r->e).n == 0)
		return true;
	if (!put_head(r, &en))
		return false;
	put_id_type(r, &en, true);
	if (!is_short(r))
		put_bool(r, "value", r->e.r.value);
	else if (r->e.r.value)
		put_bool(r, "v", true);
	jsonw_end_object(&r->w);
	return true;
}

static enum image_entity
entity_of(const struct response *r, const struct response_entry *entry)
{
	const uint8_t *spec = image_rec(&r->in.im, entry->rec, IMAGE_SPEC);

	if (entry->is_cmab)
		return IMAGE_ENTITY_AUTOTUNE;
	return spec != NULL
	    ? (enum image_entity)le32load(spec + IMAGE_SPEC_ENTITY_NO)
	    : IMAGE_ENTITY_OTHER;
}

/* What only experiments, autotunes and the like have. */
static bool
put_experiment(struct response *r, enum image_entity entity)
{
	if (!is_short(r)) {
		if (r->e.r.is_in_layer)
			put_bool(r, "is_in_layer", true);
		if (r->e.r.has_explicit &&
		    !put_explicit(r, "explicit_parameters"))
			return false;
	}
	put_group(r);
	if (entity == IMAGE_ENTITY_EXPERIMENT)
		put_activity(r);
	return true;
}

static bool
put_config(struct response *r, const struct response_entry *entry)
{
	enum image_entity entity = entity_of(r, entry);
	bool is_config = entity == IMAGE_ENTITY_DYNAMIC_CONFIG;
	struct entity en;

	if (!evaluate(r, is_config ? EVAL_CONFIG : EVAL_EXPERIMENT, entry, &en))
		return false;
	if (r->opt->remove_experiments_in_layers && r->e.r.is_in_layer &&
	    entity == IMAGE_ENTITY_EXPERIMENT)
		return true;
	if (!put_head(r, &en))
		return false;
	put_id_type(r, &en, false);
	if (!put_value(r, &en))
		return false;
	put_device(r, &en);
	if (is_config)
		put_bool(r, is_short(r) ? "p" : "passed", r->e.r.value);
	else if (!put_experiment(r, entity))
		return false;
	jsonw_end_object(&r->w);
	return true;
}

/* Which rule gave each parameter, where several did. */
static void
put_param_rules(struct response *r, const struct fg_params *merged)
{
	jsonw_key(&r->w, "parameter_rule_ids");
	jsonw_begin_object(&r->w);
	for (size_t i = 0; i < merged->n; i++) {
		const struct param *p = &merged->members[i];

		jsonw_key_n(&r->w, p->key, p->key_len);
		jsonw_text(&r->w, p->rule != NULL ? p->rule : "");
	}
	jsonw_end_object(&r->w);
}

static bool
put_undelegated(struct response *r)
{
	struct eval_range list = {0, 0};

	if (r->e.r.has_undelegated)
		list = r->e.r.undelegated;
	if (is_short(r) && list.n == 0)
		return true;
	jsonw_key(
	    &r->w, is_short(r) ? "us" : "undelegated_secondary_exposures");
	return response_put_exposures(r, list);
}

static bool
put_layer(struct response *r, const struct response_entry *entry)
{
	struct image_str delegate;
	struct entity en;

	if (!evaluate(r, EVAL_LAYER, entry, &en) || !put_head(r, &en))
		return false;
	put_id_type(r, &en, false);
	if (!put_value(r, &en))
		return false;
	put_device(r, &en);
	put_group(r);
	delegate = eval_text(&r->e, r->e.r.delegate);
	if (delegate.len > 0) {
		put_activity(r);
		response_put_hashed(r,
		    is_short(r) ? "ae" : "allocated_experiment_name",
		    r->e.r.delegate);
	}
	if ((!is_short(r) || n_explicit(r) > 0) &&
	    !put_explicit(r, is_short(r) ? "ep" : "explicit_parameters"))
		return false;
	if (!put_undelegated(r))
		return false;
	if (r->opt->format == FG_RESPONSE_V1 && en.merged != NULL)
		put_param_rules(r, en.merged);
	jsonw_end_object(&r->w);
	return true;
}

static bool
put_map(struct response *r, const char *member, uint32_t index,
    bool (*put)(struct response *r, const struct response_entry *entry))
{
	struct response_list list;

	if (!response_list(r, index, &list))
		return false;
	jsonw_key(&r->w, member);
	jsonw_begin_object(&r->w);
	for (size_t i = 0; i < list.n; i++) {
		if (!put(r, &list.at[i]) || r->w.status != FG_OK)
			return false;
		/* A generation that died is not worth the rest. */
		if ((i & 255) == 255 && !session_is_alive(r->ses))
			return eval_fail(&r->e, EVAL_MOVED);
	}
	jsonw_end_object(&r->w);
	return true;
}

bool
response_put_entities(struct response *r)
{
	return put_map(r, "feature_gates", IMAGE_H_GATES, put_gate) &&
	    put_map(r, "dynamic_configs", IMAGE_H_CONFIGS, put_config) &&
	    put_map(r, "layer_configs", IMAGE_H_LAYERS, put_layer);
}
