#include "reader/expose.h"

#include "common/host.h"
#include "reader/sample.h"
#include "reader/sticky.h"

uint64_t
expose_now_ms(void)
{
	return host_clock_ms(CLOCK_REALTIME_COARSE);
}

bool
expose_is_repeat(struct fg_session *ses, uint64_t key, uint64_t now_ms)
{
	struct fg *fg = ses->fg;
	uint64_t ttl =
	    fg->dedupe_ttl_ms != 0 ? fg->dedupe_ttl_ms : ses->dedupe_ttl_ms;

	dedupe_tick(fg->dedupe, now_ms, ttl);
	if (!dedupe_seen(fg->dedupe, key))
		return false;
	ses->n_deduplicated++;
	return true;
}

enum fg_status
expose_append(struct fg_session *ses, struct queue_user *user, uint64_t key,
    const uint8_t *record, size_t n)
{
	struct fg *fg = ses->fg;
	enum fg_status st;

	if (user == NULL)
		return FG_E_NOMEM;
	st = queue_append(fg->queue, user, record, n);
	if (st == FG_OK)
		dedupe_mark(fg->dedupe, key);
	return st;
}

static enum record_subject
subject_of(enum eval_kind kind)
{
	switch (kind) {
	case EVAL_GATE:
		return RECORD_GATE;
	case EVAL_CONFIG:
		return RECORD_CONFIG;
	case EVAL_EXPERIMENT:
		return RECORD_EXPERIMENT;
	case EVAL_LAYER:
		return RECORD_LAYER;
	}
	return RECORD_GATE;
}

static struct record_text
image_text(const struct image_str *s)
{
	return (struct record_text){s->bytes, s->len};
}

/* The nested gates of an evaluation, encoded. */
static bool
put_secondary(struct call *c, const struct eval *e, struct record_exposure *x)
{
	struct eval_range range = eval_secondary(e);
	struct record_list list;
	size_t cap = 0;
	uint8_t *bytes;

	x->has_secondary = true;
	if (range.n == 0)
		return true;
	for (uint32_t i = 0; i < range.n; i++) {
		const struct eval_pair *p = &e->pairs.at[range.begin + i];

		cap += (size_t)eval_text(e, p->gate).len +
		    eval_text(e, p->rule).len + 16;
	}
	if (cap > RECORD_MAX)
		cap = RECORD_MAX;
	bytes = arena_get(&c->ses->arena, cap);
	if (bytes == NULL)
		return false;
	record_list_begin(&list, bytes, cap);
	for (uint32_t i = 0; i < range.n; i++) {
		const struct eval_pair *p = &e->pairs.at[range.begin + i];
		struct image_str gate = eval_text(e, p->gate);
		struct image_str rule = eval_text(e, p->rule);

		record_list_add(
		    &list, image_text(&gate), p->value, image_text(&rule));
	}
	x->n_secondary = list.n;
	x->secondary = (struct record_text){list.data, list.len};
	return true;
}

static void
put_details(struct call *c, const struct eval *e, struct record_exposure *x)
{
	struct fg_details d;

	call_details_of(c, e, &d);
	x->reason = (struct record_text){d.reason, strlen(d.reason)};
	x->has_lcut = d.lcut != 0;
	x->lcut = d.lcut;
	x->has_received_at = d.received_at != 0;
	x->received_at = d.received_at;
	x->has_version = e->end == EVAL_RECOGNIZED && e->r.has_version;
	x->version = e->r.version;
}

/* Sampling left it out: all that stays is that it was seen. */
static struct call_event *
left_out(struct call *c)
{
	struct call_event *event = arena_get(&c->ses->arena, sizeof(*event));

	if (event != NULL)
		*event = (struct call_event){.n = 0};
	return event;
}

/* The segment has it: all that it takes is a number. */
static struct call_event *
in_short(struct call *c)
{
	struct call_event *event = arena_get(&c->ses->arena, sizeof(*event));

	if (event != NULL) {
		event->first = 0;
		event->record = NULL;
		event->n = RECORD_AGAIN_LEN;
	}
	return event;
}

/* Encodes one exposure into the arena; NULL when there is no memory. */
static struct call_event *
encode(struct call *c, const struct eval *e, enum record_subject subject,
    const struct image_str *name, const struct image_str *rule, uint64_t key,
    uint64_t now_ms)
{
	static const struct record_exposure none;
	struct record_exposure x = none; /* by wide moves: see eval_run */
	struct sample sample = sample_of(&e->r);
	struct image_str mapped;
	struct call_event *event;
	uint64_t first;
	size_t cap;

	x.subject = subject;
	x.time_ms = now_ms;
	x.name = image_text(name);
	x.rule_id = image_text(rule);
	if (!sample_keep(c->ses, &sample, key, &x, &first))
		return left_out(c);
	x.value = e->end == EVAL_RECOGNIZED && e->r.value;
	x.manual = c->manual && e == &c->e;
	x.asked = c->asked || e != &c->e;
	put_details(c, e, &x);
	if (e->r.mapped_to != 0) {
		mapped = eval_text(e, e->r.mapped_to);
		x.has_override = true;
		x.override_name = image_text(&mapped);
	}
	/* One that failed has no list at all. */
	if (e->end != EVAL_FAILED && !put_secondary(c, e, &x))
		return NULL;
	cap = x.name.len + x.rule_id.len + x.reason.len + x.secondary.len +
	    x.override_name.len + 256;
	event = arena_get(&c->ses->arena, sizeof(*event) + cap);
	if (event == NULL)
		return NULL;
	event->first = first;
	event->record = (uint8_t *)(event + 1);
	if (record_put_exposure(event->record, cap, &x, &event->n) != FG_OK)
		event->n = RECORD_MAX + 1; /* the queue drops and counts it */
	return event;
}

/*
 * All that the exposure of a call will say, as a number: what encode() goes by,
 * of which the pin's rules and the name's and the rule's hashes make the rest.
 * 0: it is not told in short.
 */
static uint64_t
says_of(const struct call *c, const struct eval *e, enum record_subject subject,
    uint64_t name_hash, uint64_t rule_hash)
{
	struct eval_range range = eval_secondary(e);
	uint64_t flags, h;

	if (c->ses->says == 0 || e->inner != NULL || e != &c->e ||
	    e->end == EVAL_FAILED || e->r.mapped_to != 0 ||
	    c->ses->fg->has_sticky ||
	    c->ses->sampling.mode != IMAGE_SAMPLING_NONE)
		return 0;
	flags = (uint64_t)(e->r.has_version ? e->r.version : 0) << 32 |
	    (uint64_t)subject << 24 | (uint64_t)e->end << 16 |
	    (uint64_t)e->r.override << 8 | (uint64_t)e->r.has_version << 4 |
	    (uint64_t)e->r.value << 3 | (uint64_t)e->r.unsupported << 2 |
	    (uint64_t)c->manual << 1 | (uint64_t)c->asked;
	h = hash64_fold(name_hash ^ c->ses->says, rule_hash ^ HASH64_K1);
	h = hash64_fold(h ^ flags, HASH64_K0 ^ range.n);
	for (uint32_t i = 0; i < range.n; i++) {
		const struct eval_pair *p = &e->pairs.at[range.begin + i];

		h = hash64_fold(h ^ ((uint64_t)p->gate << 32 | p->rule),
		    p->value ? HASH64_K0 : HASH64_K1);
	}
	return h != 0 ? h : 1;
}

/* The rule ID as it is reported; an autotune that explores says so. */
static bool
rule_of(struct call *c, const struct eval *e, struct image_str *rule)
{
	static const char explore[] = ":explore";
	const size_t n = sizeof(explore) - 1;
	uint8_t *text;

	*rule = eval_text(e, e->end == EVAL_RECOGNIZED ? e->r.rule_id : 0);
	if (e->end != EVAL_RECOGNIZED || !e->r.explores)
		return true;
	text = arena_get(&c->ses->arena, rule->len + n);
	if (text == NULL)
		return false;
	memcpy(text, rule->bytes, rule->len);
	memcpy(text + rule->len, explore, n);
	rule->bytes = text;
	rule->len += (uint32_t)n;
	rule->hash = hash64(text, rule->len);
	return true;
}

static void
prepare(struct call *c, const struct eval *e, enum record_subject subject)
{
	struct image_str rule, name = e->name;
	struct call_event *event;
	uint64_t key, says, extra = e->r.value, now_ms;

	if (name.bytes == NULL) {
		name.bytes = (const uint8_t *)c->name;
		name.len = (uint32_t)strlen(c->name);
		name.hash = hash64(c->name, name.len);
	}
	if (!rule_of(c, e, &rule)) {
		c->status = FG_E_NOMEM;
		return;
	}
	if (subject == RECORD_EXPERIMENT &&
	    (c->manual || c->asked || e != &c->e))
		extra = e->r.is_experiment_group;
	key = expose_key(name.hash, rule.hash, user_unit_hash(c->user), extra);
	dedupe_hint(c->ses->fg->dedupe, key);
	now_ms = expose_now_ms();
	if (expose_is_repeat(c->ses, key, now_ms))
		return;
	says = says_of(c, e, subject, name.hash, rule.hash);
	if (says != 0 && !c->in_full && queue_may_know(c->ses->fg->queue, says))
		event = in_short(c);
	else
		event = encode(c, e, subject, &name, &rule, key, now_ms);
	if (event == NULL) {
		c->status = FG_E_NOMEM;
		return;
	}
	event->key = key;
	event->says = says;
	event->time_ms = now_ms;
	event->next = c->events;
	c->events = event;
}

void
expose_prepare(struct call *c)
{
	c->status = FG_OK;
	/* Pushed in front: the own one first, so that it is sent last. */
	if (c->record != NULL)
		sticky_expose(c);
	else if (c->kind != EVAL_LAYER)
		prepare(c, &c->e, subject_of(c->kind));
	for (const struct eval *in = c->e.inner; in != NULL; in = in->inner)
		prepare(c, in, RECORD_EXPERIMENT);
}

static enum fg_status
append(struct call *c, const struct call_event *ev)
{
	struct fg *fg = c->ses->fg;
	struct queue_user *user =
	    user_wire(c->user, &fg->defaults, &c->ses->tier);
	enum fg_status st = FG_E_NOMEM;

	if (user != NULL)
		st = ev->record == NULL
		    ? queue_append_again(fg->queue, user, ev->says, ev->time_ms)
		    : queue_append_exposure(
			  fg->queue, user, ev->says, ev->record, ev->n);
	if (st == FG_OK) {
		dedupe_mark(fg->dedupe, ev->key);
		sample_mark(c->ses, ev->first);
	}
	return st;
}

enum fg_status
expose_commit(struct call *c)
{
	struct fg_session *ses = c->ses;

	for (struct call_event *ev = c->events; ev != NULL; ev = ev->next) {
		enum fg_status st = FG_OK;

		/* Several conditions may have asked for one experiment. */
		if (c->e.inner != NULL && dedupe_seen(ses->fg->dedupe, ev->key))
			continue;
		if (ev->n == 0)
			dedupe_mark(ses->fg->dedupe, ev->key);
		else
			st = append(c, ev);
		if (st != FG_OK)
			c->status = st;
	}
	return c->status;
}
