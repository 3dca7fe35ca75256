/*
 * dyn: a dynamic value, the left-hand side of a condition.
 *
 * What a user has under some name, with the facets that operators compare:
 * evaluation.md of the reference calls them bool, int, float, time, string,
 * array and object.  The text facets are made when the value is set; numbers
 * in texts are parsed when they are first asked for, and remembered.
 */
#ifndef READER_DYN_H
#define READER_DYN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/image.h"
#include "common/jsonw.h"
#include "reader/arena.h"
#include "reader/forkgate.h"

#define DYN_MAX_DEPTH 64

struct dyn {
	enum fg_type type; /* FG_NULL is also: not there */
	bool has_text, has_int, has_float, has_time;
	bool parsed_number, parsed_time;
	bool boolean;
	uint32_t len, low_len;  /* of text and of text in lower case */
	const char *text, *low; /* "" where there is no text facet */
	uint64_t hash, low_hash;
	int64_t i64;
	uint64_t u64; /* of FG_UINT */
	double f64;
	int64_t time; /* as it is compared, before scaling */
	uint32_t n;   /* items of an array, members of an object */
	uint32_t n_distinct;
	struct dyn *items;
	struct dyn_key *keys;  /* of an object's items */
	struct dyn **distinct; /* an array's items, each text once */
};

struct dyn_key {
	const char *text;
	uint32_t len;
	uint64_t hash;
};

/* A value that is not there, with the facets of one. */
void dyn_null(struct dyn *out);

/*
 * Copies a caller's value into the arena.  FG_E_INVALID for an unknown type, a
 * number that is not finite, a text of 4 GiB, or depth over DYN_MAX_DEPTH.
 */
enum fg_status dyn_set(
    struct dyn *out, const struct fg_value *value, struct arena *a);

/* A text that someone else keeps; its lower case goes into the arena. */
enum fg_status dyn_set_text(
    struct dyn *out, const char *text, size_t n, struct arena *a);

/* A JSON integer. */
enum fg_status dyn_set_int(struct dyn *out, int64_t x, struct arena *a);

/* A user bucket: an integer below 1000, in the digits of one. */
enum fg_status dyn_set_bucket(struct dyn *out, unsigned x, struct arena *a);

/* The value V of an image, copied. FG_E_CORRUPT when it is damaged. */
enum fg_status dyn_set_image(
    struct dyn *out, const struct image *im, uint32_t value, struct arena *a);

/* The facets that are made on demand. */
void dyn_parse_number(struct dyn *v);
static inline bool
dyn_float(struct dyn *v, double *x)
{
	if (!v->parsed_number)
		dyn_parse_number(v);
	*x = v->f64;
	return v->has_float;
}
bool dyn_int(struct dyn *v, int64_t *x);
bool dyn_time(struct dyn *v, int64_t *ms);

/* The item of an object under an image's string; NULL if there is none. */
struct dyn *dyn_member(const struct dyn *object, const struct image_str *key);

/* As JSON, numbers as they were given. */
void dyn_json(const struct dyn *v, struct jsonw *w);

#endif /* READER_DYN_H */
