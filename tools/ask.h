/*
 * ask: one question to the library, and the answer as a JSON object.
 *
 * Names are those of the client initialize response and of logged events.
 * What does not apply to a kind of question, or is not known, is null.
 *
 * With told, an answer has what Statsig's own core would tell of the same
 * question, in the same places: some comes from a client's response, and a
 * layer's parameters come with what each one's exposure says.
 */
#ifndef TOOLS_ASK_H
#define TOOLS_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "common/jsonw.h"
#include "reader/forkgate.h"

enum ask_kind {
	ASK_GATE,
	ASK_CONFIG,
	ASK_EXPERIMENT,
	ASK_LAYER,
	ASK_PARAM_STORE,
	ASK_N_KINDS
};

struct told;

/* Reads "gate", "config" and so on; ASK_N_KINDS for another word. */
enum ask_kind ask_kind_of(const char *word, size_t n);

struct ask {
	enum ask_kind kind;
	const char *name;
	const char *param; /* its value alone; NULL: all there are */
	char **params;     /* a store's, ended by NULL, where param is NULL */
	bool log;          /* as a program's check would be logged */
	const struct told *told; /* or NULL: all is the call's own answer */
};

/*
 * Evaluates and writes the answer.  False when the rules have no such name,
 * or the value no such parameter.
 */
bool ask_print(struct jsonw *w, struct fg_session *ses, struct fg_user *user,
    const struct ask *ask);

#endif /* TOOLS_ASK_H */
