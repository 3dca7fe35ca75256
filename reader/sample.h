/*
 * sample: which exposures go out, where the rules ask for a part of them.
 *
 * Server-driven sampling as the reference implementation has it, events.md of
 * it, section 9.  What it leaves out counts as logged to deduplication.  Whether
 * a given user is in is decided by one hash on all hosts; the reference's
 * differs by the processor, so nothing rests on which users these are.
 */
#ifndef READER_SAMPLE_H
#define READER_SAMPLE_H

#include "common/record.h"
#include "reader/client.h"

/* What the evaluation left for it. */
struct sample {
	bool has_rate; /* the rule that decided has a samplingRate */
	bool forced;   /* forwardAllExposures, or a nested gate that is
	                  never sampled */
	uint64_t rate;
};

static inline struct sample
sample_of(const struct eval_result *r)
{
	return (struct sample){r->has_sampling,
	    r->forward_all || r->analytical_gates, r->sampling_rate};
}

/*
 * Decides, and fills in what the event says about it; x has its name and rule
 * ID, key is that of deduplication.  False: it is left out.  *first is 0 or what
 * sample_mark is to be given once the event is appended.
 */
bool sample_keep(struct fg_session *ses, const struct sample *s, uint64_t key,
    struct record_exposure *x, uint64_t *first);

/* Remembers that an exposure of this name and rule was logged. */
void sample_mark(struct fg_session *ses, uint64_t first);

#endif /* READER_SAMPLE_H */
