/* A gate, or a value, for a request. */
#include "mod_forkgate.h"

#include "apr_strings.h"

static const char *const kinds[] = {
    [LOOKUP_GATE] = "gate",
    [LOOKUP_CONFIG] = "config",
    [LOOKUP_EXPERIMENT] = "experiment",
    [LOOKUP_LAYER] = "layer",
    [LOOKUP_STORE] = "store",
};

bool
lookup_kind_of(const char *word, enum lookup_kind *out)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcasecmp(word, kinds[i]) == 0) {
			*out = (enum lookup_kind)i;
			return true;
		}
	}
	return false;
}

const char *
lookup_parse(
    apr_pool_t *p, enum lookup_kind kind, const char *text, struct lookup *out)
{
	const char *slash = kind == LOOKUP_GATE ? NULL : strchr(text, '/');

	out->kind = kind;
	out->name = text;
	out->param = NULL;
	if (slash != NULL) {
		out->name = apr_pstrmemdup(p, text, (apr_size_t)(slash - text));
		out->param = slash + 1;
	}
	if (out->name[0] == '\0')
		return apr_psprintf(
		    p, "the name of the %s is missing", kinds[kind]);
	if (slash != NULL && out->param[0] == '\0')
		return apr_psprintf(
		    p, "'%s': the parameter after the / is missing", text);
	if (kind == LOOKUP_STORE && slash == NULL)
		return apr_psprintf(p,
		    "'%s': of a parameter store say which parameter: %s/NAME",
		    text, text);
	return NULL;
}

/* NULL is a value that is not there, for whoever reads an environment. */
static const char *
keep(request_rec *r, const struct lookup *what, const char *text, size_t len,
    enum fg_type type)
{
	if (text == NULL || type == FG_NULL)
		return NULL;
	if (len > LOOKUP_MAX_TEXT) {
		trouble(TROUBLE_LENGTH, r,
		    "forkgate: the value of %s %s%s%s is %lu bytes long and "
		    "taken for absent: at most %d fit into an environment",
		    kinds[what->kind], what->name,
		    what->param != NULL ? "/" : "",
		    what->param != NULL ? what->param : "", (unsigned long)len,
		    LOOKUP_MAX_TEXT);
		return NULL;
	}
	return apr_pstrmemdup(r->pool, text, len);
}

static const char *
keep_text(request_rec *r, const struct lookup *what, const char *text)
{
	return keep(r, what, text, text != NULL ? strlen(text) : 0, FG_STRING);
}

/* What is not a parameter, and so logs nothing beyond the question itself. */
static bool
is_attribute(const struct lookup *what, const char *group, const char *rule,
    const char **text)
{
	if (what->param == NULL || what->param[0] != '@')
		return false;
	*text = NULL;
	if (strcmp(what->param, "@group") == 0)
		*text = group;
	else if (strcmp(what->param, "@rule") == 0 && rule[0] != '\0')
		*text = rule;
	return true;
}

static const char *
gate_text(request_rec *r, struct fg_session *ses, struct fg_user *user,
    const struct lookup *what)
{
	struct fg_gate gate;

	fg_get_gate(ses, user, what->name, request_flags(r), &gate);
	request_note(r, &gate.details);
	return gate.value ? "true" : "false";
}

static const char *
config_text(request_rec *r, struct fg_session *ses, struct fg_user *user,
    const struct lookup *what)
{
	struct fg_config config;
	const char *text;
	enum fg_type type = FG_OBJECT;
	size_t len;

	if (what->kind == LOOKUP_CONFIG)
		fg_get_config(ses, user, what->name, request_flags(r), &config);
	else
		fg_get_experiment(
		    ses, user, what->name, request_flags(r), &config);
	request_note(r, &config.details);
	if (is_attribute(what, config.group_name, config.rule_id, &text))
		return keep_text(r, what, text);
	if (what->param == NULL)
		text = fg_params_text(config.params, &len);
	else
		text = fg_params_json(config.params, what->param, &len, &type);
	if (text != NULL && type == FG_STRING)
		return keep_text(r, what,
		    fg_params_string(config.params, what->param, NULL));
	return keep(r, what, text, len, type);
}

/* An exposure is logged by reading a parameter of the layer itself. */
static const char *
layer_text(request_rec *r, struct fg_session *ses, struct fg_user *user,
    const struct lookup *what)
{
	struct fg_layer layer;
	const char *text;
	enum fg_type type = FG_OBJECT;
	size_t len;

	fg_get_layer(ses, user, what->name, request_flags(r), &layer);
	request_note(r, &layer.details);
	if (is_attribute(what, layer.group_name, layer.rule_id, &text))
		return keep_text(r, what, text);
	if (what->param == NULL)
		text = fg_params_text(layer.params, &len);
	else
		text = fg_params_json(layer.params, what->param, &len, &type);
	if (text != NULL && type == FG_STRING)
		return keep_text(
		    r, what, fg_layer_string(&layer, what->param, NULL));
	if (text != NULL && what->param != NULL)
		text = fg_layer_json(&layer, what->param, &len, &type);
	return keep(r, what, text, len, type);
}

/* Asked for its type first, without an exposure, for there is but one. */
static const char *
store_text(request_rec *r, struct fg_session *ses, struct fg_user *user,
    const struct lookup *what)
{
	struct fg_store store;
	const char *text;
	enum fg_type type;
	size_t len;

	fg_get_store(ses, user, what->name, FG_NO_EXPOSURE, &store);
	request_note(r, &store.details);
	text = fg_store_json(&store, what->param, &len, &type);
	if (text == NULL)
		return NULL;
	fg_get_store(ses, user, what->name, request_flags(r), &store);
	if (type == FG_STRING)
		return keep_text(
		    r, what, fg_store_string(&store, what->param, NULL));
	text = fg_store_json(&store, what->param, &len, &type);
	return keep(r, what, text, len, type);
}

const char *
lookup_text(request_rec *r, const struct lookup *what)
{
	struct fg_session *ses;
	struct fg_user *user;

	if (!request_begin(r, &ses, &user))
		return what->kind == LOOKUP_GATE ? "false" : NULL;
	switch (what->kind) {
	case LOOKUP_GATE:
		return gate_text(r, ses, user, what);
	case LOOKUP_CONFIG:
	case LOOKUP_EXPERIMENT:
		return config_text(r, ses, user, what);
	case LOOKUP_LAYER:
		return layer_text(r, ses, user, what);
	case LOOKUP_STORE:
		return store_text(r, ses, user, what);
	}
	return NULL;
}
