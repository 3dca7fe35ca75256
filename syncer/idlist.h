/*
 * idlist: makes the values of an ID list (common/idlist.h) from its text.
 *
 * A list's file is lines that add and remove a member (idlist_lines.h); the
 * later line wins.  A file only grows: what was
 * added to it becomes a new delta beside the base that is there, and with
 * more than IDLIST_MAX_DELTA or 5 % of the base, a new base.
 */
#ifndef SYNCER_IDLIST_H
#define SYNCER_IDLIST_H

#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/idlist_lines.h"

#define IDLIST_MAX_DELTA 65536

/* The values of one version of a list: a base and, or NULL, its delta. */
struct idlist_values {
	uint8_t *base, *delta;
	size_t base_len, delta_len;
};

/*
 * Makes a list anew from all its lines, of a text or of which nothing is left
 * then.  FG_E_INVALID for a name that is too long, FG_E_SPACE for more members
 * than a list may have, FG_E_NOMEM.
 */
enum fg_status idlist_build(const void *name, size_t name_len, const char *text,
    size_t n, struct idlist_values *out);
enum fg_status idlist_build_lines(const void *name, size_t name_len,
    struct idlist_lines *lines, struct idlist_values *out);

/*
 * Makes the version after held from the lines that were added.  out->base is
 * NULL when the base stays the one that is held; out->delta is the whole
 * delta, NULL when there is nothing to say beside the base.  held is borrowed
 * and must be whole: FG_E_CORRUPT if its parts do not fit.
 */
enum fg_status idlist_apply(const struct idlist_values *held, const char *text,
    size_t n, struct idlist_values *out);
enum fg_status idlist_apply_lines(const struct idlist_values *held,
    struct idlist_lines *lines, struct idlist_values *out);

/* How many members that is.  FG_E_CORRUPT as above. */
enum fg_status idlist_members(
    const struct idlist_values *held, uint64_t *members);

/* Frees what was made. */
void idlist_values_free(struct idlist_values *values);

#endif /* SYNCER_IDLIST_H */
