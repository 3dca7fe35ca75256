/*
 * compile_hostwide: the text of an overrides file becomes the value that
 * common/hostwide.h reads.
 *
 *   {"overrides": [
 *     {"gate": "new_checkout", "value": false, "comment": "incident 4711"},
 *     {"gate": "new_checkout", "id": "ada", "value": true},
 *     {"experiment": "button", "group": "Control"}
 *   ]}
 *
 * forkgate-overrides(5) tells all of it.  Nothing is guessed: what is not
 * known, given twice or of a wrong type refuses the file, because a kill
 * switch that is left out without a word is worse than none.
 */
#ifndef SYNCER_COMPILE_HOSTWIDE_H
#define SYNCER_COMPILE_HOSTWIDE_H

#include "syncer/compile.h"

#define HOSTWIDE_MAX_FILE ((size_t)4 << 20)
#define HOSTWIDE_MAX      50000 /* overrides */

/* Why a text is refused, for people: "line 3: overrides[1].id: ...". */
struct hostwide_error {
	char text[700];
};

struct hostwide_text {
	uint8_t *bytes; /* malloc()ed and sealed */
	size_t len;
	uint32_t n; /* overrides */
};

/*
 * Compiles n bytes.  FG_E_INVALID with *err; FG_E_SPACE, more than the two
 * limits, with *err too; FG_E_NOMEM.
 */
enum fg_status compile_hostwide(const char *text, size_t n,
    struct hostwide_text *out, struct hostwide_error *err);

/*
 * What is in force, len bytes that compile_hostwide or this made, or none of
 * them (0), with why the file that should take its place is refused.
 */
enum fg_status compile_hostwide_note(const uint8_t *held, size_t len,
    const char *refused, struct hostwide_text *out);

/*
 * compile_hostwide with a file, which *err then names.  FG_ABSENT: there is none by
 * that name; FG_E_IO: it cannot be read; both with *err.
 */
enum fg_status compile_hostwide_file(
    const char *path, struct hostwide_text *out, struct hostwide_error *err);

#endif /* SYNCER_COMPILE_HOSTWIDE_H */
