#include "reader/call.h"

#include "reader/expose.h"
#include "reader/sticky.h"

/* All that can answer without rules is an override. */
static void
without_rules(struct call *c)
{
	const struct eval_input *in = &c->ses->in;
	size_t n = strlen(c->name);

	memset(&c->e, 0, sizeof(c->e));
	c->e.in = in;
	c->e.user = c->user;
	c->e.name = (struct image_str){
	    (const uint8_t *)c->name, (uint32_t)n, hash64(c->name, n)};
	c->e.end = eval_has_overrides(in) &&
		eval_overridden(&c->e, c->kind, &c->e.name, NULL)
	    ? EVAL_RECOGNIZED
	    : EVAL_UNRECOGNIZED;
}

static void
evaluate(struct call *c)
{
	struct fg_session *ses = c->ses;

	c->events = NULL;
	ses->in.user = c->user;
	ses->in.overrides =
	    overrides_any(ses->fg->overrides) ? ses->fg->overrides : NULL;
	if (ses->state != SESSION_RULES) {
		without_rules(c);
		return;
	}
	ses->in.im = ses->im;
	c->e.n_hops = 0;
	eval_run(&c->e, &ses->in, c->kind, c->name, strlen(c->name));
}

/* An answer without rules: the generation died three times in a row. */
static void
give_up(struct call *c)
{
	memset(&c->e, 0, sizeof(c->e));
	c->e.end = EVAL_FAILED;
	c->e.fault = EVAL_MOVED;
	c->events = NULL;
	c->record = NULL;
}

void
call_tally(struct fg_session *ses, const char *name)
{
	size_t n = strlen(name);

	if (ses->fg->queue != NULL)
		queue_tally(ses->fg->queue, name, n, hash64(name, n));
}

/*
 * Without exposures the check is counted, and so are the experiments that it
 * asked for on its way: their names are copied out first.
 */
static void
prepare_counts(struct call *c)
{
	for (const struct eval *in = c->e.inner; in != NULL; in = in->inner) {
		struct call_event *ev =
		    arena_get(&c->ses->arena, sizeof(*ev) + in->name.len);

		if (ev == NULL)
			return;
		ev->record = (uint8_t *)(ev + 1);
		ev->n = in->name.len;
		memcpy(ev->record, in->name.bytes, ev->n);
		ev->key = hash64(ev->record, ev->n);
		ev->next = c->events;
		c->events = ev;
	}
}

static enum fg_status
commit_counts(struct call *c)
{
	struct queue *q = c->ses->fg->queue;

	call_tally(c->ses, c->name);
	for (const struct call_event *ev = c->events; ev != NULL; ev = ev->next)
		if (q != NULL)
			queue_tally(q, (char *)ev->record, ev->n, ev->key);
	return FG_OK;
}

enum fg_status
call_run(struct call *c, void (*copy)(struct call *c, void *out), void *out)
{
	struct fg_session *ses = c->ses;
	int left = CALL_ATTEMPTS;

	c->user = call_user(ses, c->user);
	c->record = NULL;
	c->in_full = false;
	ses->n_evaluations++;
	while (left > 0) {
		struct arena_mark mark = arena_mark(&ses->arena);

		evaluate(c);
		if (ses->fg->has_sticky)
			sticky_decide(c);
		copy(c, out);
		if (c->expose && ses->fg->queue != NULL)
			expose_prepare(c);
		else if (ses->fg->queue != NULL)
			prepare_counts(c);
		if (session_holds(ses) && c->e.fault != EVAL_MOVED) {
			if (ses->fg->has_sticky)
				sticky_commit(c);
			if (!c->expose)
				return commit_counts(c);
			if (c->events == NULL || expose_commit(c) != FG_ABSENT)
				return c->status;
			/* Nothing has lasted yet: once more. */
			arena_release(&ses->arena, mark);
			c->in_full = true;
			continue;
		}
		arena_release(&ses->arena, mark);
		session_move(ses);
		left--;
	}
	give_up(c);
	copy(c, out);
	return FG_OK;
}

static const char *
fault_reason(enum eval_fault fault)
{
	switch (fault) {
	case EVAL_TOO_DEEP:
		return "Error:Statsig Evaluation Depth Exceeded";
	case EVAL_TOO_MUCH:
		return "Error:RulesTooComplex";
	case EVAL_DAMAGED:
		return "Error:RulesDamaged";
	case EVAL_NO_MEMORY:
		return "Error:OutOfMemory";
	case EVAL_MOVED:
		return "Error:RulesUnstable";
	case EVAL_NO_FAULT:
		break;
	}
	return "Error";
}

void
call_details(const struct call *c, struct fg_details *out)
{
	call_details_of(c, &c->e, out);
}

void
call_details_of(
    const struct call *c, const struct eval *e, struct fg_details *out)
{
	const struct fg_session *ses = c->ses;

	*out = (struct fg_details){
	    .generation = ses->pin.generation, .moved = ses->moved};
	if (e->fault != EVAL_NO_FAULT) {
		out->reason = fault_reason(e->fault);
		return;
	}
	out->lcut = ses->lcut;
	out->received_at = ses->received_at;
	if (e->end == EVAL_UNRECOGNIZED) {
		out->reason = ses->reasons[SESSION_UNRECOGNIZED];
		return;
	}
	out->has_version = e->r.has_version;
	out->version = e->r.version;
	if (e->r.override == EVAL_LOCAL_OVERRIDE)
		out->reason = "LocalOverride:Recognized";
	else if (e->r.override == EVAL_NO_COUNTRY_TABLE)
		out->reason = "CountryLookupNotLoaded:Recognized";
	else
		out->reason =
		    ses->reasons[e->r.unsupported ? SESSION_UNSUPPORTED
						  : SESSION_RECOGNIZED];
}

const char *
call_text(struct call *c, uint32_t id)
{
	struct image_str s = eval_text(&c->e, id);
	const char *text;

	if (s.len == 0)
		return "";
	text = arena_text(&c->ses->arena, s.bytes, s.len);
	return text != NULL ? text : "";
}

const char *
call_rule_id(struct call *c)
{
	struct image_str s = eval_text(&c->e, c->e.r.rule_id);
	char *text;

	if (!c->e.r.explores)
		return call_text(c, c->e.r.rule_id);
	text = arena_get(&c->ses->arena, (size_t)s.len + sizeof(":explore"));
	if (text == NULL)
		return "";
	memcpy(text, s.bytes, s.len);
	memcpy(text + s.len, ":explore", sizeof(":explore"));
	return text;
}

const struct fg_exposure *
call_undelegated(struct call *c, size_t *n)
{
	static const struct fg_exposure none;
	const struct fg_exposure *list;

	*n = 0;
	if (!c->e.r.has_undelegated)
		return NULL;
	list = call_pairs(c, c->e.r.undelegated, n);
	return *n > 0 ? list : &none;
}

const struct fg_exposure *
call_pairs(struct call *c, struct eval_range range, size_t *n)
{
	struct fg_exposure *out;

	*n = 0;
	if (range.n == 0)
		return NULL;
	out = arena_get(&c->ses->arena, range.n * sizeof(*out));
	if (out == NULL)
		return NULL;
	for (uint32_t i = 0; i < range.n; i++) {
		const struct eval_pair *p = &c->e.pairs.at[range.begin + i];

		out[i].gate = call_text(c, p->gate);
		out[i].rule_id = call_text(c, p->rule);
		out[i].value = p->value;
	}
	*n = range.n;
	return out;
}

const char *const *
call_explicit_params(struct call *c, size_t *n)
{
	const struct image *im = &c->e.im;
	uint32_t at = c->e.r.explicit_params;
	const uint8_t *list = image_at(im, at, 4);
	uint32_t count = list != NULL ? le32load(list) : 0;
	const char **out;

	*n = 0;
	if (!c->e.r.has_explicit || count > im->size / 4)
		return NULL;
	out = arena_get(&c->ses->arena, (count + 1) * sizeof(*out));
	if (out == NULL)
		return NULL;
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *s = image_nth(im, at + 4, i, 4);

		out[i] = s != NULL ? call_text(c, le32load(s)) : "";
	}
	*n = count;
	return out;
}
