/*
 * client: what a struct fg and a struct fg_session are inside.
 */
#ifndef READER_CLIENT_H
#define READER_CLIENT_H

#include <stdatomic.h>

#include "common/image.h"
#include "reader/arena.h"
#include "reader/dedupe.h"
#include "reader/eval.h"
#include "reader/forkgate.h"
#include "reader/overrides.h"
#include "reader/queue.h"
#include "reader/regex.h"
#include "reader/rules.h"
#include "reader/user.h"

#define CLIENT_N_SPARE    8      /* sessions kept for the next request */
#define CLIENT_SCRATCH    131072 /* first block of a session's arena */
#define CLIENT_DEDUPE_MAX 4096
#define CLIENT_DEDUPE_TTL 60000 /* ms, as the reference has it */
#define CLIENT_SAMPLED    4096  /* pairs of a name and a rule remembered */

/* What the pinned rules say of the sampling of exposures. */
struct session_sampling {
	enum image_sampling mode;
	bool has_special;
	uint64_t special; /* rate where no rule decided */
	uint64_t ttl_ms;  /* of first times; 0: not said */
};

struct fg {
	struct fg *base; /* whose rules, queue and looking for it; or NULL */
	_Atomic unsigned n_users; /* it, and those whose base it is */
	struct rules *rules;
	struct queue *queue; /* NULL: nothing is logged */
	char *queue_path;    /* where its folder is, or will be */
	_Atomic bool has_queue_dir;
	_Atomic uint64_t next_look_ms; /* for the folder; monotonic */
	struct dedupe *dedupe;
	struct dedupe *sampled; /* rules of which an exposure was logged */
	struct regex_cache *regex;
	struct overrides *overrides;
	struct arena arena; /* holds what defaults point to */
	struct user_defaults defaults;
	uint32_t dedupe_ttl_ms; /* 0: as the rules say */
	bool has_sticky;        /* there is a storage */
	struct fg_sticky_storage sticky;
	_Atomic uint64_t n_sticky_failed;
	_Atomic uint64_t n_evaluations, n_deduplicated;
	_Atomic(struct fg_session *) spare[CLIENT_N_SPARE];
};

/* How far the pinned rules can be used. */
enum session_rules {
	SESSION_NO_RULES, /* none yet */
	SESSION_RULES,
	SESSION_NEWER,   /* written by a newer syncer */
	SESSION_DAMAGED, /* they do not hold together */
};

/* Texts of reasons, "Network:Recognized" and so on. */
enum session_reason {
	SESSION_RECOGNIZED,
	SESSION_UNRECOGNIZED,
	SESSION_UNSUPPORTED,
	SESSION_N_REASONS,
};

/* A value beside the image that was asked for already; see session_value. */
struct session_value {
	uint64_t pin_no; /* the pin it belongs to */
	uint64_t tag;
	const uint8_t *data;
	size_t len;
	uint32_t kind;
	enum fg_status status;
};
#define SESSION_N_VALUES 8 /* a power of two */

struct fg_session {
	struct fg *fg;
	struct arena arena;
	struct fg_user *nobody; /* for checks without a user */
	struct regex_scratch *regex;
	enum session_rules state;
	struct rules_pin pin;
	struct image im;
	struct image hostwide; /* overrides, if in.hostwide says so */
	uint64_t lcut, received_at;
	uint64_t dedupe_ttl_ms;
	uint64_t says; /* of exposures, what the rules add; 0: not to be told */
	struct session_sampling sampling;
	struct arena_mark pinned; /* above what is kept with the pin */
	const char *reasons[SESSION_N_REASONS]; /* in the arena */
	struct image_str tier; /* default_environment, in the arena */
	bool moved;
	uint64_t n_evaluations, n_deduplicated; /* not yet added up */
	uint64_t random;                        /* for autotunes that explore */
	uint64_t pin_no;                        /* counts the pins */
	struct session_value values[SESSION_N_VALUES];
	struct eval_input in; /* all but image and user of every evaluation */
};

/*
 * For a session that begins: takes the newest generation, and keeps nothing but
 * what belongs to it.  False when there is no memory for the reasons.
 */
bool session_take(struct fg_session *ses);

/* Whether the pinned generation was there until now; takes a session. */
bool session_is_alive(void *ses);

/*
 * Finds a value of the pinned generation by kind and tag; takes a session.
 * Those asked for last are remembered until the next pin.
 */
enum fg_status session_value(
    void *ses, uint32_t kind, uint64_t tag, const uint8_t **data, size_t *len);

/* Looks for the queue's folder if the client was opened before it was made. */
void client_find_queue(struct fg *fg);

/*
 * Whether what was read of the session's rules counts: they are its
 * generation's, or there are none.  To be asked after all is copied out and
 * before anything lasts.
 */
static inline bool
session_holds(struct fg_session *ses)
{
	return ses->state != SESSION_RULES ||
	    rules_alive(ses->fg->rules, &ses->pin);
}

/* Takes the newest generation, because the session's own is gone. */
void session_move(struct fg_session *ses);

/* Adds the session's counters to the client's and the queue's. */
void session_count(struct fg_session *ses);

#endif /* READER_CLIENT_H */
