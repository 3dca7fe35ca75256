#include "tools/ask.h"

#include <string.h>

#include "tools/told.h"

static const char *const kind_names[ASK_N_KINDS] = {
    [ASK_GATE] = "gate",
    [ASK_CONFIG] = "config",
    [ASK_EXPERIMENT] = "experiment",
    [ASK_LAYER] = "layer",
    [ASK_PARAM_STORE] = "param_store",
};

enum ask_kind
ask_kind_of(const char *word, size_t n)
{
	enum ask_kind kind = 0;

	while (kind < ASK_N_KINDS &&
	    (strlen(kind_names[kind]) != n ||
		memcmp(kind_names[kind], word, n) != 0))
		kind++;
	return kind;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static bool
is_known(const struct fg_details *details)
{
	return ends_with(details->reason, ":Recognized") ||
	    ends_with(details->reason, ":Unsupported");
}

static void
put_text(struct jsonw *w, const char *key, const char *text)
{
	jsonw_key(w, key);
	if (text != NULL)
		jsonw_text(w, text);
	else
		jsonw_null(w);
}

static void
put_bool(struct jsonw *w, const char *key, bool is_there, bool x)
{
	jsonw_key(w, key);
	if (is_there)
		jsonw_bool(w, x);
	else
		jsonw_null(w);
}

static void
put_u64(struct jsonw *w, const char *key, bool is_there, uint64_t x)
{
	jsonw_key(w, key);
	if (is_there)
		jsonw_u64(w, x);
	else
		jsonw_null(w);
}

/* The id type of what is not in the rules is the empty text. */
static const char *
text_or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static bool
is_repeat(const struct fg_exposure *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (list[k].value == list[i].value &&
		    strcmp(list[k].gate, list[i].gate) == 0 &&
		    strcmp(list[k].rule_id, list[i].rule_id) == 0)
			return true;
	return false;
}

static void
put_exposures(struct jsonw *w, const char *key, const struct fg_exposure *list,
    size_t n, bool once)
{
	jsonw_key(w, key);
	jsonw_begin_array(w);
	for (size_t i = 0; i < n; i++) {
		if (once && is_repeat(list, i))
			continue;
		jsonw_begin_object(w);
		put_text(w, "gate", list[i].gate);
		jsonw_key(w, "gateValue");
		jsonw_bool_text(w, list[i].value);
		put_text(w, "ruleID", list[i].rule_id);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void
put_head(struct jsonw *w, const struct ask *ask)
{
	jsonw_begin_object(w);
	put_text(w, "kind", kind_names[ask->kind]);
	put_text(w, "name", ask->name);
	if (ask->param != NULL)
		put_text(w, "parameter", ask->param);
}

static void
put_details(
    struct jsonw *w, const struct ask *ask, const struct fg_details *details)
{
	bool has_rules = details->generation != 0;
	bool has_times = details->received_at != 0;

	put_text(w, "reason", details->reason);
	put_u64(w, "version", details->has_version, details->version);
	if (ask->told == NULL)
		put_u64(w, "generation", has_rules, details->generation);
	put_u64(w, "lcut", has_times, details->lcut);
	if (ask->told == NULL)
		put_u64(w, "received_at", has_times, details->received_at);
}

/* From the client's response, if that is where it is to come from. */
static bool
put_told(struct jsonw *w, const struct ask *ask, const char *key)
{
	if (ask->told == NULL)
		return false;
	jsonw_key(w, key);
	told_put(ask->told, key, w);
	return true;
}

/* The same for what is left out where the response has none. */
static bool
put_told_if_there(struct jsonw *w, const struct ask *ask, const char *key)
{
	return ask->told != NULL &&
	    (!told_has(ask->told, key) || put_told(w, ask, key));
}

/* The answers that a kind of question has none of. */
static void
put_absent(struct jsonw *w, const struct ask *ask)
{
	static const char *const of_all[] = {"undelegated_secondary_exposures",
	    "allocated_experiment", "explicit_parameters",
	    "is_experiment_active", "is_user_in_experiment"};

	for (size_t i = 0; ask->told != NULL && i < 5; i++)
		put_text(w, of_all[i], NULL);
}

static bool
ask_gate(struct jsonw *w, struct fg_session *ses, struct fg_user *user,
    const struct ask *ask)
{
	struct fg_gate gate;

	fg_get_gate(ses, user, ask->name, ask->log ? 0 : FG_NO_EXPOSURE, &gate);
	put_head(w, ask);
	put_bool(w, "value", true, gate.value);
	put_text(w, "rule_id", gate.rule_id);
	put_text(w, "group_name", NULL);
	put_text(w, "id_type", text_or_null(gate.id_type));
	put_exposures(
	    w, "secondary_exposures", gate.secondary, gate.n_secondary, false);
	put_absent(w, ask);
	put_details(w, ask, &gate.details);
	jsonw_end_object(w);
	return is_known(&gate.details);
}

/* The whole value, or that of the parameter; false when that is not there. */
static bool
put_value(struct jsonw *w, const struct ask *ask, const char *json, size_t len)
{
	jsonw_key(w, "value");
	if (json != NULL)
		jsonw_raw(w, json, len);
	else
		jsonw_null(w);
	return json != NULL || ask->param == NULL;
}

/* NULL is null, and a list without a text []. */
static void
put_list(struct jsonw *w, const char *key, const char *const *texts, size_t n)
{
	jsonw_key(w, key);
	if (texts == NULL) {
		jsonw_null(w);
		return;
	}
	jsonw_begin_array(w);
	for (size_t i = 0; i < n; i++)
		jsonw_text(w, texts[i]);
	jsonw_end_array(w);
}

static bool
ask_config(struct jsonw *w, struct fg_session *ses, struct fg_user *user,
    const struct ask *ask)
{
	bool experiment = ask->kind == ASK_EXPERIMENT, known, has_value;
	unsigned flags = ask->log ? 0 : FG_NO_EXPOSURE;
	struct fg_config c;
	const char *json;
	size_t len;

	if (experiment)
		fg_get_experiment(ses, user, ask->name, flags, &c);
	else
		fg_get_config(ses, user, ask->name, flags, &c);
	known = is_known(&c.details);
	json = ask->param != NULL
	    ? fg_params_json(c.params, ask->param, &len, NULL)
	    : fg_params_text(c.params, &len);
	put_head(w, ask);
	has_value = put_value(w, ask, json, len);
	put_text(w, "rule_id", c.rule_id);
	put_text(w, "group_name",
	    experiment || ask->told == NULL ? c.group_name : NULL);
	put_text(w, "id_type", text_or_null(c.id_type));
	if (!put_told_if_there(w, ask, "passed"))
		put_bool(w, "passed", known, c.passed);
	put_told_if_there(w, ask, "is_in_layer");
	if (!put_told(w, ask, "explicit_parameters"))
		put_list(w, "explicit_parameters", c.explicit_params,
		    c.n_explicit_params);
	put_bool(w, "is_experiment_active", experiment && known,
	    c.is_experiment_active);
	if (!put_told(w, ask, "is_user_in_experiment"))
		put_bool(w, "is_user_in_experiment", experiment && known,
		    c.is_user_in_experiment);
	if (put_told(w, ask, "undelegated_secondary_exposures"))
		put_text(w, "allocated_experiment", NULL);
	put_exposures(
	    w, "secondary_exposures", c.secondary, c.n_secondary, false);
	put_details(w, ask, &c.details);
	jsonw_end_object(w);
	return known && has_value;
}

/* What the exposure of each of a layer's parameters says. */
static void
put_param_exposures(struct jsonw *w, const struct fg_layer *layer)
{
	size_t n = fg_params_count(layer->params);

	jsonw_key(w, "param_exposures");
	jsonw_begin_object(w);
	for (size_t i = 0; i < n; i++) {
		const char *name = fg_params_name(layer->params, i);
		bool is_explicit = false;

		for (size_t k = 0; k < layer->n_explicit_params; k++)
			is_explicit |=
			    strcmp(layer->explicit_params[k], name) == 0;
		jsonw_key(w, name);
		jsonw_begin_object(w);
		put_text(w, "rule_id", fg_layer_param_rule(layer, name));
		put_text(w, "allocated_experiment",
		    is_explicit && layer->allocated_experiment != NULL
			? layer->allocated_experiment
			: "");
		put_bool(w, "is_explicit", true, is_explicit);
		put_exposures(w, "secondary_exposures",
		    is_explicit ? layer->secondary : layer->undelegated,
		    is_explicit ? layer->n_secondary : layer->n_undelegated,
		    false);
		jsonw_end_object(w);
	}
	jsonw_end_object(w);
}

static bool
ask_layer(struct jsonw *w, struct fg_session *ses, struct fg_user *user,
    const struct ask *ask)
{
	static const char *const none;
	bool known, has_value, in_experiment;
	struct fg_layer layer;
	const char *json, *rule;
	size_t len;

	fg_get_layer(
	    ses, user, ask->name, ask->log ? 0 : FG_NO_EXPOSURE, &layer);
	known = is_known(&layer.details);
	in_experiment = layer.allocated_experiment != NULL;
	json = ask->param != NULL
	    ? fg_layer_json(&layer, ask->param, &len, NULL)
	    : fg_params_text(layer.params, &len);
	rule = ask->param != NULL ? fg_layer_param_rule(&layer, ask->param)
				  : layer.rule_id;
	put_head(w, ask);
	has_value = put_value(w, ask, json, len);
	put_text(w, "rule_id", rule);
	put_text(w, "group_name", layer.group_name);
	put_text(w, "id_type", text_or_null(layer.id_type));
	put_text(w, "allocated_experiment", layer.allocated_experiment);
	if (!put_told(w, ask, "explicit_parameters"))
		put_list(w, "explicit_parameters",
		    layer.explicit_params != NULL || !known
			? layer.explicit_params
			: &none,
		    layer.n_explicit_params);
	if (ask->told == NULL || !told_has(ask->told, "is_experiment_active") ||
	    !put_told(w, ask, "is_experiment_active"))
		put_bool(w, "is_experiment_active", known,
		    layer.is_experiment_active);
	if (!put_told(w, ask, "is_user_in_experiment"))
		put_bool(w, "is_user_in_experiment", in_experiment,
		    layer.is_user_in_experiment);
	put_exposures(w, "secondary_exposures", layer.secondary,
	    layer.n_secondary, false);
	if (put_told(w, ask, "undelegated_secondary_exposures"))
		put_param_exposures(w, &layer);
	else if (known)
		put_exposures(w, "undelegated_secondary_exposures",
		    layer.undelegated, layer.n_undelegated, true);
	else
		put_text(w, "undelegated_secondary_exposures", NULL);
	put_details(w, ask, &layer.details);
	jsonw_end_object(w);
	return known && has_value;
}

/* A parameter without a value is null. */
static void
put_stored(struct jsonw *w, const struct fg_store *store, const char *param)
{
	size_t len;
	const char *json = fg_store_json(store, param, &len, NULL);

	if (json != NULL)
		jsonw_raw(w, json, len);
	else
		jsonw_null(w);
}

static bool
ask_param_store(struct jsonw *w, struct fg_session *ses, struct fg_user *user,
    const struct ask *ask)
{
	struct fg_store store;

	fg_get_store(
	    ses, user, ask->name, ask->log ? 0 : FG_NO_EXPOSURE, &store);
	put_head(w, ask);
	jsonw_key(w, "value");
	if (ask->param != NULL) {
		put_stored(w, &store, ask->param);
	} else {
		jsonw_begin_object(w);
		for (char **p = ask->params; p != NULL && *p != NULL; p++) {
			jsonw_key(w, *p);
			put_stored(w, &store, *p);
		}
		jsonw_end_object(w);
	}
	put_text(w, "rule_id", "");
	if (ask->told != NULL) {
		put_text(w, "group_name", NULL);
		put_text(w, "id_type", NULL);
		put_text(w, "secondary_exposures", NULL);
	}
	put_absent(w, ask);
	put_details(w, ask, &store.details);
	jsonw_end_object(w);
	return is_known(&store.details);
}

bool
ask_print(struct jsonw *w, struct fg_session *ses, struct fg_user *user,
    const struct ask *ask)
{
	switch (ask->kind) {
	case ASK_GATE:
		return ask_gate(w, ses, user, ask);
	case ASK_CONFIG:
	case ASK_EXPERIMENT:
		return ask_config(w, ses, user, ask);
	case ASK_LAYER:
		return ask_layer(w, ses, user, ask);
	case ASK_PARAM_STORE:
	case ASK_N_KINDS:
		break;
	}
	return ask_param_store(w, ses, user, ask);
}
