/*
 * events: from records to the JSON that the server expects.
 *
 * What a record holds was written by some worker, so nothing of it goes out
 * unproved: texts are escaped and repaired, and what is to be JSON already (a
 * user, custom metadata, a number) is checked to be exactly one value.
 */
#ifndef SYNCER_EVENTS_H
#define SYNCER_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "common/jsonw.h"
#include "common/record.h"

/*
 * Writes one event with its seven members.  user_json was approved by
 * jsontext_object_ok, or is NULL for no user.  FG_E_CORRUPT if the record is not
 * fit for the wire; w is then as it was.
 */
enum fg_status events_exposure(struct jsonw *w, const struct record_exposure *x,
    const char *user_json, size_t user_len);
enum fg_status events_custom(struct jsonw *w, const struct record_custom *x,
    const char *user_json, size_t user_len);

/* One about the syncer's own work; markers is a JSON array. */
enum fg_status events_diagnostics(struct jsonw *w, const char *context,
    const struct jsonw *markers, uint64_t time_ms);

/* Of checks by name, from the counts records of many workers. */
struct events_counts;

#define EVENTS_COUNTS_TEXT (128 * 1024) /* bytes of entries that fit */

enum fg_status events_counts_new(struct events_counts **out);
void events_counts_free(struct events_counts *c);

/*
 * Adds a record's entries, all or none.  FG_E_SPACE if there are too many names
 * by now: write them out first; into empty sums any record fits, and any
 * other entries of up to EVENTS_COUNTS_TEXT bytes.
 */
enum fg_status events_counts_add(
    struct events_counts *c, const struct record_counts *x);
bool events_counts_empty(const struct events_counts *c);

/* Writes one statsig::non_exposed_checks event and empties the sums. */
enum fg_status events_counts_put(struct events_counts *c, struct jsonw *w);

#endif /* SYNCER_EVENTS_H */
