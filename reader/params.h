/*
 * params: the object of a config, experiment or layer, copied out of the
 * image, with its members sorted by name.
 */
#ifndef READER_PARAMS_H
#define READER_PARAMS_H

#include "reader/eval.h"
#include "reader/forkgate.h"

struct param {
	const char *key;
	const char *json;   /* within the params' text */
	const char *string; /* decoded, FG_STRING only */
	const char *rule;   /* who gave it, of a merged layer; else NULL */
	size_t key_len, json_len;
	enum fg_type type;
	bool boolean;
	union {
		int64_t i64;
		uint64_t u64;
		double f64;
	} number;
};

struct fg_params {
	const char *text; /* ended by a NUL */
	size_t len;
	struct param *members;
	size_t n;
};

/* {} for all that is not an object. */
extern const struct fg_params params_empty;

/*
 * Copies the value of an evaluation into the arena.  NULL when the image is
 * damaged or there is no memory.
 */
const struct fg_params *params_copy(const struct eval *e, struct arena *a);

/* The member of that name, or NULL. */
const struct param *params_find(
    const struct fg_params *params, const char *name);

#endif /* READER_PARAMS_H */
