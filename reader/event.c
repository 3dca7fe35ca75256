/* Custom events. */
#include <math.h>

#include "common/jsonw.h"
#include "reader/call.h"
#include "reader/dyn.h"
#include "reader/expose.h"

#define EVENT_MAX 61440 /* bytes of a name, a value and metadata together */

static enum fg_status
put_value(
    struct record_custom *x, const struct fg_value *value, struct arena *a)
{
	struct dyn v;
	struct jsonw w;
	char *text;

	if (value == NULL || value->type == FG_NULL)
		return FG_OK;
	if (value->type == FG_STRING) {
		x->value_kind = RECORD_TEXT_VALUE;
		x->value.data = value->u.string.bytes;
		x->value.len = value->u.string.len;
		return FG_OK;
	}
	if (value->type != FG_INT && value->type != FG_UINT &&
	    value->type != FG_DOUBLE)
		return FG_E_INVALID;
	if (dyn_set(&v, value, a) != FG_OK)
		return FG_E_INVALID;
	text = arena_get(a, 32);
	if (text == NULL)
		return FG_E_NOMEM;
	jsonw_init(&w, text, 32);
	dyn_json(&v, &w);
	x->value_kind = RECORD_NUMBER_VALUE;
	x->value = (struct record_text){text, w.len};
	return w.status;
}

static enum fg_status
put_metadata(struct record_custom *x, const struct fg_member *metadata,
    size_t n, struct arena *a)
{
	struct fg_value object = {.type = FG_OBJECT};
	struct jsonw w;
	enum fg_status st;
	struct dyn v;
	char *text;

	if (metadata == NULL)
		return FG_OK;
	object.u.object.members = metadata;
	object.u.object.n = n;
	st = dyn_set(&v, &object, a);
	if (st != FG_OK)
		return st;
	text = arena_get(a, EVENT_MAX);
	if (text == NULL)
		return FG_E_NOMEM;
	jsonw_init(&w, text, EVENT_MAX);
	dyn_json(&v, &w);
	x->has_metadata = true;
	x->metadata = (struct record_text){text, w.len};
	return w.status == FG_E_SPACE ? FG_E_INVALID : w.status;
}

static enum fg_status
append(
    struct fg_session *ses, struct fg_user *user, const struct record_custom *x)
{
	struct fg *fg = ses->fg;
	struct queue_user *wire;
	size_t cap, n;
	uint8_t *record;

	if (x->name.len + x->value.len + x->metadata.len > EVENT_MAX)
		return FG_E_INVALID;
	cap = x->name.len + x->value.len + x->metadata.len + 128;
	record = arena_get(&ses->arena, cap);
	wire = user_wire(user, &fg->defaults, &ses->tier);
	if (record == NULL || wire == NULL)
		return FG_E_NOMEM;
	if (record_put_custom(record, cap, x, &n) != FG_OK)
		return FG_E_INVALID;
	return queue_append(fg->queue, wire, record, n);
}

enum fg_status
fg_log_event(struct fg_session *ses, struct fg_user *user, const char *name,
    const struct fg_value *value, const struct fg_member *metadata, size_t n)
{
	struct arena_mark mark = arena_mark(&ses->arena);
	struct record_custom x = {
	    .time_ms = expose_now_ms(), .name = {name, strlen(name)}};
	enum fg_status st;

	if (ses->fg->queue == NULL)
		return FG_OK;
	st = put_value(&x, value, &ses->arena);
	if (st == FG_OK)
		st = put_metadata(&x, metadata, n, &ses->arena);
	if (st == FG_OK)
		st = append(ses, call_user(ses, user), &x);
	arena_release(&ses->arena, mark);
	return st;
}

enum fg_status
fg_identify(struct fg_session *ses, struct fg_user *user)
{
	return fg_log_event(ses, user, "statsig::identify", NULL, NULL, 0);
}
