/*
 * Local overrides: they answer for known and unknown names, within nested
 * gates and delegates too, and mark the whole call (EVALUATION.md 9.1).
 *
 * The host's come first: they are what an operator has in his hands when
 * something is on fire, and no process may have an answer that he cannot
 * change.
 */
#include "reader/eval.h"
#include "reader/override.h"
#include "reader/overrides.h"

enum hostwide_end
override_of_host(const struct image *host, enum hostwide_kind kind,
    const void *name, size_t n, uint64_t hash, const struct fg_user *user,
    struct hostwide *out)
{
	const struct user_map *ids = &user->maps[FG_CUSTOM_IDS];
	const struct dyn *id = &user->atoms[IMAGE_ATOM_USER_ID];
	enum hostwide_end end;
	uint32_t record;

	end = hostwide_name(host, kind, name, n, hash, &record);
	if (end != HOSTWIDE_FOUND)
		return end;
	end = HOSTWIDE_ABSENT;
	if (id->has_text)
		end =
		    hostwide_of(host, record, id->text, id->len, id->hash, out);
	for (uint32_t i = 0; i < ids->n && end == HOSTWIDE_ABSENT; i++) {
		id = &ids->entries[i].value;
		if (id->has_text)
			end = hostwide_of(
			    host, record, id->text, id->len, id->hash, out);
	}
	return end == HOSTWIDE_ABSENT
	    ? hostwide_of(host, record, NULL, 0, 0, out)
	    : end;
}

static enum hostwide_kind
hostwide_kind_of(enum eval_kind kind)
{
	switch (kind) {
	case EVAL_GATE:
		return HOSTWIDE_GATE;
	case EVAL_CONFIG:
		return HOSTWIDE_CONFIG;
	case EVAL_EXPERIMENT:
		return HOSTWIDE_EXPERIMENT;
	case EVAL_LAYER:
		return HOSTWIDE_LAYER;
	}
	return HOSTWIDE_GATE;
}

static enum overrides_kind
kind_of(enum eval_kind kind)
{
	switch (kind) {
	case EVAL_GATE:
		return OVERRIDES_GATE;
	case EVAL_CONFIG:
		return OVERRIDES_CONFIG;
	case EVAL_EXPERIMENT:
		return OVERRIDES_EXPERIMENT;
	case EVAL_LAYER:
		return OVERRIDES_LAYER;
	}
	return OVERRIDES_GATE;
}

/* The value of the first rule with that group name; empty if there is none. */
static void
take_group(struct eval *e, const uint8_t *spec, const struct image_str *group)
{
	uint32_t n = spec != NULL ? le32load(spec + IMAGE_SPEC_N_RULES) : 0;

	eval_set_json(e, 0);
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *rule = image_nth(
		    &e->im, le32load(spec + IMAGE_SPEC_RULES), i, IMAGE_RULE);

		if (rule == NULL)
			break;
		if (!image_str_is(&e->im, le32load(rule + IMAGE_RULE_GROUP),
			group->bytes, group->len))
			continue;
		eval_set_json(e, le32load(rule + IMAGE_RULE_VALUE));
		break;
	}
	if (e->r.json == 0)
		e->r.own_params = &params_empty;
}

/* Takes over what the host says; false when that makes no sense. */
static bool
take_host(struct eval *e, enum eval_kind kind, const uint8_t *spec,
    const struct hostwide *o)
{
	const struct image *host = e->in->hostwide;
	struct image_str group;

	if ((kind == EVAL_GATE) !=
	    (o->what == HOSTWIDE_FALSE || o->what == HOSTWIDE_TRUE))
		return false;
	switch (o->what) {
	case HOSTWIDE_FALSE:
	case HOSTWIDE_TRUE:
		e->r.value = o->what == HOSTWIDE_TRUE;
		return true;
	case HOSTWIDE_VALUE:
		e->r.own_params = params_copy_object(host, o->at, e->in->arena);
		return e->r.own_params != NULL;
	case HOSTWIDE_GROUP:
		if (!image_str(host, o->at, &group))
			return false;
		take_group(e, spec, &group);
		return true;
	case HOSTWIDE_PARAMS:
	case HOSTWIDE_NONE:
		break;
	}
	return false;
}

static enum hostwide_end
ask_host(struct eval *e, enum eval_kind kind, const struct image_str *name,
    const uint8_t *spec)
{
	struct hostwide o;
	enum hostwide_end end =
	    override_of_host(e->in->hostwide, hostwide_kind_of(kind),
		name->bytes, name->len, name->hash, e->user, &o);

	if (end == HOSTWIDE_FOUND && !take_host(e, kind, spec, &o))
		end = HOSTWIDE_DAMAGED;
	if (end == HOSTWIDE_DAMAGED)
		eval_fail(e, EVAL_DAMAGED);
	return end;
}

static bool
ask_process(struct eval *e, enum eval_kind kind, const struct image_str *name,
    const uint8_t *spec)
{
	const struct override *o = overrides_find(e->in->overrides,
	    kind_of(kind), name->bytes, name->len, name->hash, e->user);
	struct image_str group;

	if (o == NULL)
		return false;
	if (kind == EVAL_GATE) {
		e->r.value = o->value;
	} else if (o->group != NULL) {
		group.bytes = (const uint8_t *)o->group;
		group.len = (uint32_t)strlen(o->group);
		group.hash = hash64(o->group, group.len);
		take_group(e, spec, &group);
	} else {
		e->r.own_params = o->params;
	}
	return true;
}

bool
eval_overridden(struct eval *e, enum eval_kind kind,
    const struct image_str *name, const uint8_t *spec)
{
	enum hostwide_end end = HOSTWIDE_ABSENT;

	if (e->in->hostwide != NULL)
		end = ask_host(e, kind, name, spec);
	if (end == HOSTWIDE_DAMAGED ||
	    (end == HOSTWIDE_ABSENT &&
		(e->in->overrides == NULL ||
		    !ask_process(e, kind, name, spec))))
		return false;
	e->r.rule_id = EVAL_ID_OVERRIDE;
	e->r.override = EVAL_LOCAL_OVERRIDE;
	return true;
}
