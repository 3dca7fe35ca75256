/*
 * eval: the walk over gates, rules and conditions.
 *
 * It copies the reference implementation's walk with its odd corners, because
 * no user may change groups when a team migrates; each corner has a comment
 * where it is.  Above all, nested evaluations write into the same result as
 * the outer one.
 *
 * An evaluation reads the image in place and leaves nothing behind: what it
 * found are numbers and offsets, which count only if the generation turns out
 * to have been alive all the while.  It is bounded whatever the image holds.
 */
#ifndef READER_EVAL_H
#define READER_EVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/hash.h"
#include "common/image.h"
#include "reader/arena.h"
#include "reader/dyn.h"
#include "reader/regex.h"
#include "reader/user.h"

#define EVAL_MAX_DEPTH 300     /* nested gates below the top one */
#define EVAL_MAX_HOPS  16      /* experiment_group conditions in a chain */
#define EVAL_MAX_STEPS 4000000 /* conditions of one call */
#define EVAL_MAX_PAIRS 262144  /* secondary exposures of one call */

enum eval_kind {
	EVAL_GATE,
	EVAL_CONFIG,
	EVAL_EXPERIMENT,
	EVAL_LAYER,
};

enum eval_end {
	EVAL_RECOGNIZED,
	EVAL_UNRECOGNIZED,
	EVAL_FAILED, /* see eval.fault */
};

enum eval_fault {
	EVAL_NO_FAULT,
	EVAL_TOO_DEEP,
	EVAL_TOO_MUCH, /* one of the bounds above */
	EVAL_DAMAGED,  /* the image does not hold together */
	EVAL_NO_MEMORY,
	EVAL_MOVED, /* the generation died under it */
};

/* Why the source in the reason is replaced. */
enum eval_override {
	EVAL_NO_OVERRIDE,
	EVAL_NO_COUNTRY_TABLE,
	EVAL_LOCAL_OVERRIDE,
};

/* Rule IDs that no image has: the engine's own.  Others are offsets S. */
enum eval_id {
	EVAL_ID_ABSENT = 0,
	EVAL_ID_DEFAULT = 1,
	EVAL_ID_DISABLED = 2,
	EVAL_ID_PRESTART = 3,
	EVAL_ID_TARGETING = 4,
	EVAL_ID_OVERRIDE = 5,
};

/* A secondary exposure: S gate, rule ID, the gate's own value. */
struct overrides;
struct param;

struct eval_pair {
	uint32_t gate, rule;
	bool value;
};

/*
 * Pairs are only ever added, so that a list is a range of them which later
 * additions leave alone.
 */
struct eval_pairs {
	struct eval_pair *at;
	uint32_t n, cap;
};

struct eval_range {
	uint32_t begin, n;
};

/*
 * A parameter of a layer that several rules made: S key, V, rule ID; or one of
 * an override, which is not in the image.
 */
struct eval_param {
	const struct param *own;
	uint32_t key, value, rule;
};

struct eval_result {
	bool value, unsupported;
	bool is_experiment_group, is_experiment_active, is_in_layer;
	bool has_version, has_explicit, has_undelegated;
	bool has_sampling, forward_all, analytical_gates;
	bool is_merged;   /* params, not json, is the value */
	bool explores;    /* the rule ID is reported with ":explore" */
	uint8_t override; /* enum eval_override */
	uint32_t json;    /* V, 0 when absent */
	uint32_t rule_id, group_name, id_type;
	uint32_t version;
	uint32_t explicit_params; /* L */
	uint32_t delegate;        /* S */
	uint32_t mapped_to;       /* S, where a config mapping led */
	uint32_t n_params;
	uint64_t sampling_rate;
	struct eval_range undelegated;
	struct eval_param *params;
	const struct fg_params *own_params; /* an override's, instead of json */
};

struct eval_memo {
	uint32_t key, rule; /* gate number + 1, 0 for an empty slot */
	struct eval_range list;
	bool value;
};

/* What an evaluation is given.  All of it must stay until it is over. */
struct eval_input {
	struct image im;
	struct fg_user *user;
	const struct user_defaults *defaults;
	struct arena *arena; /* whatever it needs comes from here */
	const struct overrides *overrides; /* this process's; may be NULL */
	const struct image *hostwide;      /* the host's; may be NULL */
	struct regex_cache *regex;
	struct regex_scratch *scratch;
	uint64_t *random;            /* the state of a generator, never 0 */
	bool (*is_alive)(void *arg); /* is the generation still there? */
	/* Another value of the generation, of a kind and tag of its manifest;
	   FG_ABSENT.  May be NULL: there is none. */
	enum fg_status (*value)(void *arg, uint32_t kind, uint64_t tag,
	    const uint8_t **data, size_t *len);
	void *arg;
	/*
	 * Of a client's response, else NULL: the app that target_app asks for.
	 * Conditions on experiment groups are then not supported.
	 */
	const struct dyn *app;
};

struct eval {
	const struct eval_input *in;
	struct image im;
	struct fg_user *user;
	struct eval_result r;
	enum eval_end end;
	enum eval_fault fault;
	struct eval_pairs pairs;
	uint32_t begin; /* pairs from here on are the current list */
	unsigned depth, n_hops, n_mappings;
	uint32_t n_steps;
	struct eval_memo *memo;
	uint32_t n_memo, memo_cap;
	uint32_t kept_memo, kept_pairs; /* of eval_next, at its last name */
	int64_t now_ms;                 /* 0: not asked for yet */
	bool has_tier;
	/* Experiments that experiment_group conditions asked for; each logs
	   an exposure of its own. */
	struct eval *inner;
	struct image_str name;
	struct dyn tier; /* if has_tier */
};

/*
 * Evaluates one name.  The result is in *e, also when it failed.  Of what was
 * in *e before, n_hops counts.
 */
void eval_run(struct eval *e, const struct eval_input *in, enum eval_kind kind,
    const void *name, size_t n);

/*
 * The same for many names, as a client's response needs it: the result begins
 * anew with each, what is known of nested gates stays.  spec is the record of
 * the name, or 0.
 */
void eval_begin(struct eval *e, const struct eval_input *in);
void eval_next(struct eval *e, enum eval_kind kind, uint32_t spec,
    const struct image_str *name);

/* The rules of an experiment that a sticky value may have to yield to. */
enum eval_part {
	EVAL_TARGETING, /* those that exclude users from it */
	EVAL_OVERRIDES, /* those of the console that put users into a group */
};

/*
 * The value of an experiment as these rules alone decide it, false when there
 * are none or it fails.  Needs nothing in *e before.
 */
bool eval_recheck(struct eval *e, const struct eval_input *in,
    const struct image_str *name, enum eval_part part);

/* A rule ID, or any S, as text; "" for none and for a damaged one. */
struct image_str eval_text(const struct eval *e, uint32_t id);

/* The value becomes this V, and no override's any longer. */
static inline void
eval_set_json(struct eval *e, uint32_t json)
{
	e->r.json = json;
	e->r.own_params = NULL;
}

/* The current list of secondary exposures. */
static inline struct eval_range
eval_secondary(const struct eval *e)
{
	return (struct eval_range){e->begin, e->pairs.n - e->begin};
}

/* Whether there are overrides to look through: one branch, mostly not taken. */
static inline bool
eval_has_overrides(const struct eval_input *in)
{
	return ((uintptr_t)in->overrides | (uintptr_t)in->hostwide) != 0;
}

/*
 * Between the sources of eval: each returns false when the evaluation has
 * failed, with e->fault set.
 */
bool eval_fail(struct eval *e, enum eval_fault fault);
enum eval_end eval_spec(struct eval *e, uint32_t spec, enum eval_kind kind,
    const struct image_str *name);
bool eval_rule(struct eval *e, const uint8_t *rule);
uint64_t eval_hash(struct eval *e, const struct hash_state *st,
    const uint8_t *bytes, uint32_t n, const struct dyn *unit);
bool eval_passes(struct eval *e, const uint8_t *rule);
bool eval_delegate(struct eval *e, const uint8_t *rule, bool *taken);
void eval_finalize(struct eval *e, const uint8_t *spec, const uint8_t *rule);
uint32_t eval_find(
    const struct eval *e, enum eval_kind kind, const struct image_str *name);
int64_t eval_now(struct eval *e); /* unix ms, the same all through a call */
bool eval_mapping(struct eval *e, uint32_t mapping, const uint8_t *spec,
    enum eval_kind kind, bool *taken);

/* Whether an override answers; false also when the host's are damaged, which
   e->fault then says. */
bool eval_overridden(struct eval *e, enum eval_kind kind,
    const struct image_str *name, const uint8_t *spec);
bool eval_cmab(struct eval *e, uint32_t cmab);
bool eval_new_layer(struct eval *e, const uint8_t *spec);
bool eval_nested(struct eval *e, const uint8_t *cond, bool passes);
bool eval_add_pair(struct eval *e, uint32_t gate, uint32_t rule, bool value);
bool eval_copy_pairs(struct eval *e, struct eval_range range);
void eval_trim_pairs(struct eval *e);
bool eval_hop(struct eval *e, const struct image_str *name, struct eval **out);

/* Between conditions and what lies beside the image; v stays null if there is
   no country. */
bool eval_country(struct eval *e, const uint8_t *cond, struct dyn *v);

/* Whether the text of v is a member of the ID list of this name; false also
   when there is no such list. */
bool eval_in_list(
    struct eval *e, const struct dyn *v, const struct image_str *name);

/* The user's value of a field F; NULL when there is none or it has failed. */
struct dyn *eval_user_value(struct eval *e, const uint8_t *field);

/*
 * The operator "any": a missing value counts as the empty text, as it does in
 * all of the text lists.
 */
static inline bool
eval_any(const struct eval *e, const struct dyn *v, const uint8_t *target)
{
	uint32_t kind = le32load(target + IMAGE_TARGET_KIND);

	return (kind == IMAGE_TARGET_ARRAY || kind == IMAGE_TARGET_OBJECT) &&
	    image_set_has(&e->im, le32load(target + IMAGE_TARGET_SET),
		le32load(target + IMAGE_TARGET_N_SLOTS), v->low, v->low_len,
		v->low_hash);
}

/*
 * Applies an operator: *v is the left side, target the record of the right
 * side.  Sets the value, or says unsupported and leaves the value alone.
 */
bool eval_operator(
    struct eval *e, enum image_op op, struct dyn *v, const uint8_t *target);

#endif /* READER_EVAL_H */
