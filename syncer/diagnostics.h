/*
 * diagnostics: what the syncer tells the server of its own polls.
 *
 * Each poll of a project may become one event, statsig::diagnostics, whose
 * markers say when each request began and ended and how, and whether what came
 * could be used: as context "initialize" the first poll of a process, then
 * "config_sync".  The rules say how many of them are wanted.  URLs are told
 * without the SDK key.
 */
#ifndef SYNCER_DIAGNOSTICS_H
#define SYNCER_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "common/image.h"
#include "common/jsonw.h"
#include "syncer/http.h"

/* The markers of the poll under way.  Starts from zeroes. */
struct diagnostics {
	bool later;  /* a poll was over: this one is no "initialize" */
	bool counts; /* markers are taken: between begin and end */
	struct jsonw markers;
};

void diagnostics_free(struct diagnostics *d);

/* A poll begins; times are Unix ms. */
void diagnostics_begin(struct diagnostics *d, uint64_t now_ms);

/* Its attempt, from 0, asks url, and is over. */
void diagnostics_ask(
    struct diagnostics *d, unsigned attempt, const char *url, uint64_t now_ms);
void diagnostics_answer(struct diagnostics *d, unsigned attempt,
    const char *url, const struct http_response *response, uint64_t now_ms);

/* What came is being used, and was, or is of no use. */
void diagnostics_use(struct diagnostics *d, uint64_t now_ms);
void diagnostics_used(struct diagnostics *d, bool success, uint64_t now_ms);

/*
 * The poll is over.  Writes its event if the rules want it, with 64 random bits
 * to decide by, else nothing.  has_rules: readers have some now; im: those, or
 * NULL.  FG_E_NOMEM: nothing is written.
 */
enum fg_status diagnostics_end(struct diagnostics *d, bool success,
    const struct image *im, uint64_t random, uint64_t now_ms,
    struct jsonw *event);

/*
 * How many polls of a million are told: the rate in the rules, of which im may be
 * NULL, or the default.
 */
uint32_t diagnostics_rate(const struct image *im, bool initialize);

#endif /* SYNCER_DIAGNOSTICS_H */
