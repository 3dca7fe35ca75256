/*
 * eval_cases: many questions to the library, one a line.
 *
 * A case is {"user":{...},"kind":"gate","name":"..."}; users come in runs.
 */
#ifndef TOOLS_EVAL_CASES_H
#define TOOLS_EVAL_CASES_H

#include "reader/forkgate.h"
#include "tools/ask.h"
#include "tools/cmd.h"
#include "tools/eval_source.h"
#include "tools/image_source.h"

struct eval_cases {
	const struct cmd *cmd;
	const char *path; /* - is standard input */
	const struct eval_source *source;
	struct image_source *image; /* read when a store is first asked for */
	bool live;                  /* the calls' own answers, see ask.h */
	const struct fg_client_response_options *response; /* or NULL */
};

/*
 * Prints an answer for each line, or with response what a client starts with
 * for each run of one user.  CMD_OK, or what was said.
 */
int eval_cases_run(const struct eval_cases *args, struct fg_session *ses,
    struct fg_user *user);

/*
 * The library answers by name and does not list the names of a store's
 * parameters; they are taken from the image, which may be of a newer
 * generation by then: those then have no value.  Free with image_names_free.
 */
int eval_cases_params(const struct cmd *cmd, const struct eval_source *source,
    struct image_source *image, struct ask *ask);

/* Prints a text of JSON as a line. */
int eval_cases_print(const struct cmd *cmd, const struct jsonw *w);

#endif /* TOOLS_EVAL_CASES_H */
