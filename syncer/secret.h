/*
 * secret: an SDK key, what of it may be shown, and how it goes into a URL.
 */
#ifndef SYNCER_SECRET_H
#define SYNCER_SECRET_H

#include <stddef.h>

#include "common/forkgate_status.h"

#define SECRET_PREFIX "secret-"
#define SECRET_MAX    256

struct secret {
	char key[SECRET_MAX + 1];
	char encoded[SECRET_MAX * 3 + 1]; /* percent-encoded for a URL's path */
	char masked[24];                  /* "secret-abcde*****" */
};

/*
 * Takes the n bytes at text, without blanks and line ends around them, and
 * has the log hide them.  FG_E_INVALID, with *why a phrase that holds no part
 * of the key: it must begin with "secret-", go on, and be printable ASCII.
 */
enum fg_status secret_set(
    struct secret *s, const char *text, size_t n, const char **why);

/*
 * The same from a file.  FG_E_IO with errno where it cannot be read; *why is
 * set in each case of failure.
 */
enum fg_status secret_read(
    struct secret *s, const char *path, const char **why);

/* Overwrites it. */
void secret_wipe(struct secret *s);

#endif /* SYNCER_SECRET_H */
