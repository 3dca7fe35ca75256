/*
 * user_agent: which system and which browser a user agent text tells of.
 *
 * EVALUATION.md 7, the reference's first-party parser: it is
 * what conditions of type ua_based compare, so that each of its odd corners is
 * a user in one group or another.  A text that says nothing reads "Other" with
 * version "0.0.0".  No allocation, no locks; time grows with the length.
 */
#ifndef READER_USER_AGENT_H
#define READER_USER_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define USER_AGENT_MAX 1000 /* a longer text tells nothing */

enum user_agent_answer {
	USER_AGENT_OS_NAME,
	USER_AGENT_OS_VERSION,
	USER_AGENT_BROWSER_NAME,
	USER_AGENT_BROWSER_VERSION,
};

#define USER_AGENT_N_ANSWERS 4

/* Some bytes of somebody else's.  (This module shortens its name to ua.) */
struct ua_text {
	const char *bytes;
	size_t len;
};

/*
 * The answers.  Names lie in the text that was parsed or are constants,
 * versions lie in the structure itself, which must therefore stay in place.
 * They need not be valid UTF-8 when the text is not, and may be empty.
 */
struct user_agent {
	struct ua_text answers[USER_AGENT_N_ANSWERS];
	char os_version[USER_AGENT_MAX], browser_version[USER_AGENT_MAX];
};

/* False, with *out as it was, for more than USER_AGENT_MAX bytes. */
bool user_agent_parse(const char *text, size_t n, struct user_agent *out);

/*
 * Which answer a condition's field, already in lower case, asks for.  False
 * for any other field.
 */
bool user_agent_field(
    const void *field, size_t n, enum user_agent_answer *answer);

#endif /* READER_USER_AGENT_H */
