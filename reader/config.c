/* Dynamic configs and experiments. */
#include "reader/call.h"
#include "reader/params.h"
#include "reader/sticky.h"

static void
copy_sticky(struct call *c, struct fg_config *config)
{
	const struct fg_sticky_content *r = c->record;

	*config = (struct fg_config){.params = r->params,
	    .name = c->name,
	    .rule_id = r->rule_id,
	    .id_type = call_text(c, c->e.r.id_type),
	    .group_name = r->group_name,
	    .passed = r->value,
	    .is_experiment_active = true,
	    .is_user_in_experiment = true,
	    .secondary = r->secondary,
	    .n_secondary = r->n_secondary,
	    .explicit_params = r->explicit_params,
	    .n_explicit_params = r->n_explicit_params};
	sticky_details(c, &config->details);
}

static void
copy_config(struct call *c, void *out)
{
	struct fg_config *config = out;
	struct eval *e = &c->e;

	if (c->record != NULL) {
		copy_sticky(c, config);
		return;
	}
	*config = (struct fg_config){.params = &params_empty,
	    .name = c->name,
	    .rule_id = "",
	    .id_type = ""};
	if (e->end == EVAL_RECOGNIZED) {
		const struct fg_params *params = params_copy(e, &c->ses->arena);

		if (params == NULL) {
			e->end = EVAL_FAILED;
			e->fault = EVAL_DAMAGED;
		} else {
			config->params = params;
		}
	}
	call_details(c, &config->details);
	if (e->end != EVAL_RECOGNIZED)
		return;
	config->rule_id = call_rule_id(c);
	config->id_type = call_text(c, e->r.id_type);
	if (e->r.group_name != 0)
		config->group_name = call_text(c, e->r.group_name);
	config->passed = e->r.value;
	config->is_experiment_active = e->r.is_experiment_active;
	config->is_user_in_experiment = e->r.is_experiment_group;
	config->secondary =
	    call_pairs(c, eval_secondary(e), &config->n_secondary);
	config->explicit_params =
	    call_explicit_params(c, &config->n_explicit_params);
}

static enum fg_status
get(struct fg_session *ses, struct fg_user *user, enum eval_kind kind,
    const char *name, unsigned flags, const struct fg_sticky *sticky,
    struct fg_config *out)
{
	struct call c = {.ses = ses,
	    .user = user,
	    .kind = kind,
	    .name = name,
	    .expose = (flags & FG_NO_EXPOSURE) == 0,
	    .sticky = sticky,
	    .flags = flags,
	    .asked = (flags & CALL_ASKED) != 0};

	return call_run(&c, copy_config, out);
}

enum fg_status
fg_get_config(struct fg_session *ses, struct fg_user *user, const char *name,
    unsigned flags, struct fg_config *out)
{
	return get(ses, user, EVAL_CONFIG, name, flags, NULL, out);
}

enum fg_status
fg_get_experiment(struct fg_session *ses, struct fg_user *user,
    const char *name, unsigned flags, struct fg_config *out)
{
	return get(ses, user, EVAL_EXPERIMENT, name, flags, NULL, out);
}

enum fg_status
fg_get_experiment_sticky(struct fg_session *ses, struct fg_user *user,
    const char *name, unsigned flags, const struct fg_sticky *sticky,
    struct fg_config *out)
{
	return get(ses, user, EVAL_EXPERIMENT, name, flags, sticky, out);
}

static void
copy_nothing(struct call *c, void *out)
{
	(void)c;
	(void)out;
}

static enum fg_status
expose(struct fg_session *ses, struct fg_user *user, enum eval_kind kind,
    const char *name)
{
	struct call c = {.ses = ses,
	    .user = user,
	    .kind = kind,
	    .name = name,
	    .expose = true,
	    .manual = true};

	return call_run(&c, copy_nothing, NULL);
}

enum fg_status
fg_expose_config(struct fg_session *ses, struct fg_user *user, const char *name)
{
	return expose(ses, user, EVAL_CONFIG, name);
}

enum fg_status
fg_expose_experiment(
    struct fg_session *ses, struct fg_user *user, const char *name)
{
	return expose(ses, user, EVAL_EXPERIMENT, name);
}
