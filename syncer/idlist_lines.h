/*
 * idlist_lines: the lines of an ID list's file, as its bytes arrive.
 *
 * '+' or '-' and eight characters of base64 add and remove a member; a line may
 * end in CR LF.  Lines of any other form name nobody that could be asked for and
 * are skipped.  Eight bytes of memory for each line that counts, and none for
 * the text.
 */
#ifndef SYNCER_IDLIST_LINES_H
#define SYNCER_IDLIST_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

#define IDLIST_LINE 9 /* of one that counts, without its end */

/* Starts from zeroes. */
struct idlist_lines {
	uint64_t
	    *at; /* entries of common/idlist.h, in the order of the lines */
	size_t n;
	uint64_t bytes; /* that were taken */
	uint64_t whole; /* of them up to the end of the last whole line */
	char first;     /* byte of all; 0 if there is none */
	size_t cap;     /* private from here on */
	char line[IDLIST_LINE + 1];
	size_t len;
	bool too_long;
};

/* FG_E_NOMEM. */
enum fg_status idlist_lines_add(
    struct idlist_lines *lines, const char *bytes, size_t n);

/* There is no more: what is left over is a line too, if it is one that counts. */
enum fg_status idlist_lines_end(struct idlist_lines *lines);

void idlist_lines_free(struct idlist_lines *lines);

#endif /* SYNCER_IDLIST_LINES_H */
