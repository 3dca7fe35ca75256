/*
 * call: one evaluation for the outside, from the question to what it leaves.
 *
 * The order is what makes reading in place safe.  Evaluate; copy everything
 * out, the events to be logged included; ask whether the generation was alive
 * all the while; only then do what lasts.  If it was not, the session moves on
 * and all of it is done again, three times at most.
 */
#ifndef READER_CALL_H
#define READER_CALL_H

#include "common/record.h"
#include "reader/client.h"
#include "reader/eval.h"

#define CALL_ATTEMPTS 3
#define CALL_ASKED    (1U << 31) /* among flags of our own; see call.asked */

/* An event that waits for the question: in the session's arena. */
struct call_event {
	struct call_event *next;
	uint64_t key;   /* of dedupe */
	uint64_t first; /* of sampling; 0: not the first time */
	uint64_t says;  /* for queue_append_exposure */
	uint64_t time_ms;
	uint8_t *record; /* or, without exposures, a name to be counted; NULL:
	                    the segment has it, see queue_append_again */
	size_t n;        /* 0: sampling left it out, only the key counts */
};

struct sticky_op;

struct call {
	struct fg_session *ses;
	struct fg_user *user;
	enum eval_kind kind;
	const char *name;
	bool expose; /* log an exposure; else the check is counted */
	bool manual;
	bool asked; /* by a parameter store */
	struct eval e;
	struct call_event *events;
	enum fg_status status; /* of what was logged */
	bool in_full; /* the segment has not got what it was thought to have */
	/* Of experiments and layers: what the caller has of a storage. */
	const struct fg_sticky *sticky; /* NULL: nothing was given */
	unsigned flags;
	/* See sticky_decide(). */
	const struct fg_sticky_content *record; /* the answer, instead of e */
	struct sticky_op *ops;
};

/*
 * Runs it.  copy takes out of call->e what the caller is to get, into memory
 * of the session; it may run several times, also after a failed evaluation.
 * Returns FG_OK, or why an exposure could not be logged.
 */
enum fg_status call_run(
    struct call *c, void (*copy)(struct call *c, void *out), void *out);

void call_details(const struct call *c, struct fg_details *out);

/* The same of an experiment that the call asked for on its way. */
void call_details_of(
    const struct call *c, const struct eval *e, struct fg_details *out);

/* Copies of texts in the image, "" for none; NULL never. */
const char *call_text(struct call *c, uint32_t id);

/* The rule ID as it is reported. */
const char *call_rule_id(struct call *c);

/* What came before a delegate; not NULL when there is a list, though empty. */
const struct fg_exposure *call_undelegated(struct call *c, size_t *n);

/* A copy of a range of secondary exposures. */
const struct fg_exposure *call_pairs(
    struct call *c, struct eval_range range, size_t *n);

/* A copy of the explicit parameters; NULL when there is no list. */
const char *const *call_explicit_params(struct call *c, size_t *n);

/* Counts a check that logs no exposure. */
void call_tally(struct fg_session *ses, const char *name);

/* A user for a check that was given none. */
static inline struct fg_user *
call_user(struct fg_session *ses, struct fg_user *user)
{
	return user != NULL ? user : ses->nobody;
}

#endif /* READER_CALL_H */
