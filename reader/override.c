/* The public side of local overrides. */
#include "reader/client.h"

enum fg_status
fg_override_gate(struct fg *fg, const char *name, const char *id, bool value)
{
	return overrides_set(
	    fg->overrides, OVERRIDES_GATE, name, id, value, NULL, NULL, 0);
}

static bool
kind_of(enum fg_kind kind, enum overrides_kind *out)
{
	switch (kind) {
	case FG_GATE:
		*out = OVERRIDES_GATE;
		return true;
	case FG_CONFIG:
		*out = OVERRIDES_CONFIG;
		return true;
	case FG_EXPERIMENT:
		*out = OVERRIDES_EXPERIMENT;
		return true;
	case FG_LAYER:
		*out = OVERRIDES_LAYER;
		return true;
	case FG_STORE:
		*out = OVERRIDES_STORE;
		return true;
	}
	return false;
}

enum fg_status
fg_override_value(struct fg *fg, enum fg_kind kind, const char *name,
    const char *id, const struct fg_member *members, size_t n)
{
	enum overrides_kind k;

	if (!kind_of(kind, &k) || kind == FG_GATE)
		return FG_E_INVALID;
	return overrides_set(
	    fg->overrides, k, name, id, false, NULL, members, n);
}

enum fg_status
fg_override_experiment_group(
    struct fg *fg, const char *name, const char *id, const char *group)
{
	return overrides_set(fg->overrides, OVERRIDES_EXPERIMENT, name, id,
	    false, group, NULL, 0);
}

enum fg_status
fg_remove_override(
    struct fg *fg, enum fg_kind kind, const char *name, const char *id)
{
	enum overrides_kind k;

	if (!kind_of(kind, &k))
		return FG_E_INVALID;
	return overrides_remove(fg->overrides, k, name, id);
}

void
fg_clear_overrides(struct fg *fg)
{
	overrides_clear(fg->overrides);
}
