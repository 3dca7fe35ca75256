/*
 * jsonw: writes JSON text, into the caller's buffer or one that grows.
 *
 * Commas are put where they belong.  Text is escaped and bytes that are not
 * UTF-8 become U+FFFD, one for each ill-formed sequence, so that what comes
 * out is valid whatever went in.  The first failure stays in status, later
 * calls then do nothing: a caller may write all and look once.
 */
#ifndef COMMON_JSONW_H
#define COMMON_JSONW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

struct jsonw {
	char *text; /* not NUL-terminated */
	size_t len;
	size_t cap;
	bool grows;            /* text is ours, from malloc */
	bool comma;            /* a value came before on this level */
	enum fg_status status; /* FG_OK, FG_E_SPACE or FG_E_NOMEM */
};

/* Writes into the cap bytes at text: FG_E_SPACE when they are full. */
void jsonw_init(struct jsonw *w, char *text, size_t cap);

/* Writes into a buffer that grows; jsonw_free gives it back. */
void jsonw_new(struct jsonw *w);
void jsonw_free(struct jsonw *w);

/* Empties it and clears status; a buffer that grew is kept. */
void jsonw_clear(struct jsonw *w);

void jsonw_begin_object(struct jsonw *w);
void jsonw_end_object(struct jsonw *w);
void jsonw_begin_array(struct jsonw *w);
void jsonw_end_array(struct jsonw *w);

/* A member's name; its value is what comes next. */
void jsonw_key(struct jsonw *w, const char *name);
void jsonw_key_n(struct jsonw *w, const void *name, size_t n);

/* Values. */
void jsonw_text(struct jsonw *w, const char *text);
void jsonw_text_n(struct jsonw *w, const void *text, size_t n);
void jsonw_u64(struct jsonw *w, uint64_t x);
void jsonw_i64(struct jsonw *w, int64_t x);
void jsonw_f64(
    struct jsonw *w, double x); /* number_json(); null if not finite */
void jsonw_bool(struct jsonw *w, bool x);
void jsonw_null(struct jsonw *w);

/* Numbers and truth within quotes. */
void jsonw_u64_text(struct jsonw *w, uint64_t x);
void jsonw_i64_text(struct jsonw *w, int64_t x);
void jsonw_bool_text(struct jsonw *w, bool x);

/* A value that is JSON already: the caller vouches for it. */
void jsonw_raw(struct jsonw *w, const void *json, size_t n);

#endif /* COMMON_JSONW_H */
