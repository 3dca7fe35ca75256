#include "reader/sample.h"

#include "common/host.h"

#define TTL 60000 /* ms, where the rules do not tell it */

static bool
is_text(struct record_text s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.data, text, s.len) == 0;
}

static bool
no_rule_decided(struct record_text rule)
{
	return rule.len == 0 || is_text(rule, "default") ||
	    is_text(rule, "disabled");
}

/* The first exposure of a name and a rule in its time always goes out. */
static bool
is_first(
    struct fg_session *ses, const struct record_exposure *x, uint64_t *first)
{
	struct dedupe *seen = ses->fg->sampled;
	uint64_t ttl = ses->sampling.ttl_ms;
	uint64_t pair = hash64_fold(hash64(x->name.data, x->name.len),
	    hash64(x->rule_id.data, x->rule_id.len) ^ HASH64_K1);

	dedupe_tick(
	    seen, host_clock_ms(CLOCK_MONOTONIC_COARSE), ttl != 0 ? ttl : TTL);
	if (pair == 0)
		pair = 1;
	if (dedupe_seen(seen, pair))
		return false;
	*first = pair;
	return true;
}

bool
sample_keep(struct fg_session *ses, const struct sample *s, uint64_t key,
    struct record_exposure *x, uint64_t *first)
{
	const struct session_sampling *of = &ses->sampling;
	bool kept;

	*first = 0;
	if ((of->mode != IMAGE_SAMPLING_ON &&
		of->mode != IMAGE_SAMPLING_SHADOW) ||
	    s->forced || is_first(ses, x, first))
		return true;
	x->has_rate = s->has_rate;
	x->rate = s->rate;
	if (of->has_special && no_rule_decided(x->rule_id)) {
		x->has_rate = true;
		x->rate = of->special;
	}
	/* A rate of 0 lets nothing through. */
	kept = !x->has_rate || (x->rate != 0 && key % x->rate == 0);
	x->sampling = of->mode == IMAGE_SAMPLING_SHADOW ? RECORD_SAMPLING_SHADOW
							: RECORD_SAMPLING_ON;
	x->shadow_logged = kept;
	return kept || of->mode == IMAGE_SAMPLING_SHADOW;
}

void
sample_mark(struct fg_session *ses, uint64_t first)
{
	if (first != 0)
		dedupe_mark(ses->fg->sampled, first);
}
