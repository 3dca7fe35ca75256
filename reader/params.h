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

/* The same with one value V of an image; {} for what is no object. */
const struct fg_params *params_copy_object(
    const struct image *im, uint32_t value, struct arena *a);

/* An object of the caller's values, copied.  Fails as dyn_set does. */
enum fg_status params_from_members(const struct fg_member *members, size_t n,
    struct arena *a, const struct fg_params **out);

/* Copies one value V, with JSON text of its own; false like params_copy. */
bool params_copy_value(
    const struct image *im, uint32_t value, struct arena *a, struct param *out);

/* Whether a value is of a type, for typed getters. */
bool params_is_bool(enum fg_type type);
bool params_is_int(enum fg_type type);
bool params_is_number(enum fg_type type);
bool params_is_string(enum fg_type type);
bool params_is_any(enum fg_type type);

/* A number of any spelling as a double. */
double params_double(const struct param *p);

/* The member of that name, or NULL. */
const struct param *params_find(
    const struct fg_params *params, const char *name);

#endif /* READER_PARAMS_H */
