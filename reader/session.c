/* A session's generation, and its counters. */
#include "common/hostwide.h"
#include "reader/client.h"

static const struct image_str no_tier = {(const uint8_t *)"", 0, 0};
static const char *const outcomes[SESSION_N_REASONS] = {
    ":Recognized", ":Unrecognized", ":Unsupported"};

/* "source:outcome", in the arena. */
static char *
reason_text(
    struct fg_session *ses, const char *source, size_t n, const char *outcome)
{
	size_t m = strlen(outcome);
	char *text = arena_get(&ses->arena, n + m + 1);

	if (text == NULL)
		return NULL;
	memcpy(text, source, n);
	memcpy(text + n, outcome, m + 1);
	return text;
}

static bool
make_reasons(struct fg_session *ses, const char *source, size_t n)
{
	for (int i = 0; i < SESSION_N_REASONS; i++) {
		ses->reasons[i] =
		    reason_text(ses, source, n, n > 0 ? outcomes[i] : "");
		if (ses->reasons[i] == NULL)
			return false;
	}
	return true;
}

/* Without rules there is no outcome, only the reason why. */
static void
without_rules(struct fg_session *ses, enum session_rules state, const char *why)
{
	ses->state = state;
	for (int i = 0; i < SESSION_N_REASONS; i++)
		ses->reasons[i] = why;
	ses->lcut = ses->received_at = ses->says = 0;
	ses->dedupe_ttl_ms = CLIENT_DEDUPE_TTL;
	ses->sampling.mode = IMAGE_SAMPLING_NONE;
	ses->tier = no_tier;
	ses->pin.generation = 0;
}

/* Events carry the rules' tier when nothing else names one. */
static bool
take_tier(struct fg_session *ses)
{
	struct image_str *s = &ses->tier;

	if (!image_str(
		&ses->im, image_head32(&ses->im, IMAGE_H_DEFAULT_ENV), s)) {
		*s = no_tier;
		return true;
	}
	s->bytes = (const uint8_t *)arena_text(&ses->arena, s->bytes, s->len);
	return s->bytes != NULL;
}

static void
take_sampling(struct fg_session *ses)
{
	const struct image *im = &ses->im;

	ses->sampling = (struct session_sampling){
	    (enum image_sampling)image_head32(im, IMAGE_H_SAMPLING_MODE),
	    image_head32(im, IMAGE_H_HAS_SPECIAL_RATE) != 0,
	    image_head64(im, IMAGE_H_SPECIAL_RATE),
	    image_head64(im, IMAGE_H_SPEC_SAMPLING_TTL)};
}

static void
take_exposing(struct fg_session *ses)
{
	uint64_t ttl = image_head64(&ses->im, IMAGE_H_DEDUPE_TTL);
	uint64_t crc = image_head32(&ses->im, IMAGE_H_CRC);

	ses->dedupe_ttl_ms = ttl != 0 ? ttl : CLIENT_DEDUPE_TTL;
	ses->says =
	    hash64_fold(ses->lcut ^ HASH64_K0, ses->received_at ^ HASH64_K1);
	ses->says =
	    hash64_fold(ses->says ^ crc, ses->pin.generation ^ HASH64_K0) | 1;
}

static bool
with_rules(struct fg_session *ses)
{
	char source[IMAGE_SOURCE_CAP];

	ses->state = SESSION_RULES;
	memcpy(source, ses->im.base + IMAGE_H_SOURCE, sizeof(source));
	ses->lcut = image_head64(&ses->im, IMAGE_H_LCUT);
	ses->received_at = image_head64(&ses->im, IMAGE_H_RECEIVED);
	take_sampling(ses);
	take_exposing(ses);
	return take_tier(ses) &&
	    make_reasons(ses, source, strnlen(source, sizeof(source)));
}

/*
 * The host's overrides, if there are any.  What cannot be read of them counts
 * like rules that cannot: nobody is to go on as if there were none.
 */
static enum fg_status
take_hostwide(struct fg_session *ses)
{
	const uint8_t *data;
	size_t len;
	enum fg_status st =
	    rules_overrides(ses->fg->rules, &ses->pin, &data, &len);

	if (st == FG_ABSENT)
		return FG_OK;
	if (st == FG_OK)
		st = hostwide_open(data, len, &ses->hostwide);
	if (st == FG_OK)
		ses->in.hostwide = &ses->hostwide;
	return st;
}

/* Takes the newest generation.  Texts that were handed out stay. */
static bool
pin(struct fg_session *ses)
{
	enum fg_status st = rules_pin(ses->fg->rules, &ses->pin);

	ses->pin_no++;
	ses->in.hostwide = NULL;
	if (st == FG_OK)
		st = image_open(ses->pin.image, ses->pin.image_len, &ses->im);
	if (st == FG_OK)
		st = take_hostwide(ses);
	if (st == FG_OK && with_rules(ses))
		return true;
	if (st == FG_OK)
		without_rules(ses, SESSION_NO_RULES, "Error:OutOfMemory");
	else if (st == FG_E_VERSION)
		without_rules(ses, SESSION_NEWER, "Error:RulesFromNewerSyncer");
	else if (st == FG_E_CORRUPT)
		without_rules(ses, SESSION_DAMAGED, "Error:RulesDamaged");
	else
		without_rules(ses, SESSION_NO_RULES, "NoValues");
	return st != FG_OK;
}

bool
session_is_alive(void *arg)
{
	struct fg_session *ses = arg;

	return rules_alive(ses->fg->rules, &ses->pin);
}

enum fg_status
session_value(
    void *arg, uint32_t kind, uint64_t tag, const uint8_t **data, size_t *len)
{
	struct fg_session *ses = arg;
	struct session_value *v =
	    &ses->values[(tag ^ kind) & (SESSION_N_VALUES - 1)];

	if (v->pin_no != ses->pin_no || v->kind != kind || v->tag != tag) {
		v->status = rules_section(
		    ses->fg->rules, &ses->pin, kind, tag, &v->data, &v->len);
		v->pin_no = ses->pin_no;
		v->kind = kind;
		v->tag = tag;
	}
	*data = v->data;
	*len = v->len;
	return v->status;
}

void
session_move(struct fg_session *ses)
{
	ses->moved = true;
	pin(ses);
}

void
session_count(struct fg_session *ses)
{
	struct fg *fg = ses->fg;

	if (ses->n_evaluations == 0)
		return;
	atomic_fetch_add_explicit(
	    &fg->n_evaluations, ses->n_evaluations, memory_order_relaxed);
	atomic_fetch_add_explicit(
	    &fg->n_deduplicated, ses->n_deduplicated, memory_order_relaxed);
	if (fg->queue != NULL) {
		queue_count(fg->queue, SEGMENT_EVALUATIONS, ses->n_evaluations);
		queue_count(
		    fg->queue, SEGMENT_DEDUPLICATED, ses->n_deduplicated);
		queue_count(fg->queue, SEGMENT_GENERATION, ses->pin.generation);
		queue_tick(fg->queue);
	}
	ses->n_evaluations = ses->n_deduplicated = 0;
}

bool
session_take(struct fg_session *ses)
{
	bool done;

	/* The one it had, mostly: all that it knows of it still holds. */
	if (ses->state == SESSION_RULES && !ses->moved &&
	    rules_is_current(ses->fg->rules, &ses->pin)) {
		arena_release(&ses->arena, ses->pinned);
		return true;
	}
	arena_reset(&ses->arena);
	ses->moved = false;
	done = pin(ses);
	ses->pinned = arena_mark(&ses->arena);
	return done;
}

bool
fg_session_refresh(struct fg_session *ses)
{
	uint64_t before = ses->pin.generation;

	session_count(ses);
	client_find_queue(ses->fg);
	session_take(ses);
	return ses->pin.generation != before;
}
