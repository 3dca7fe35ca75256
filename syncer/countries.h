/*
 * countries: the country table that goes with every project's generations.
 *
 * One file, named by the configuration, read when it is new or has changed and
 * stored once as a value that all projects share.  A file that is missing or
 * makes no sense is told about once and changes nothing: generations go on
 * with the table they had.
 */
#ifndef SYNCER_COUNTRIES_H
#define SYNCER_COUNTRIES_H

#include <stdint.h>

#include "common/forkgate_status.h"
#include "common/manifest.h"
#include "syncer/store.h"

struct countries;

/* The store and the path outlive it; path may be NULL: no table. */
enum fg_status countries_new(
    struct store *store, const char *path, struct countries **out);
void countries_free(struct countries *countries);

/*
 * The number of the value that the next generation of a project should name, 0
 * for none.  held is what the newest one names, with an id of 0 for none; when
 * that is the same table, it is used again.
 */
uint64_t countries_id(
    struct countries *countries, const struct manifest_section *held);

/* The store does not have the value any longer: the file is read anew. */
void countries_forget(struct countries *countries);

#endif /* SYNCER_COUNTRIES_H */
