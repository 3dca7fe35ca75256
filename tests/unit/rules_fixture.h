/*
 * rules_fixture: a client that evaluates a document given as text.
 *
 * The document is compiled, sealed as generation 7 of source "Network" with
 * lcut and received_at as below, and opened as a snapshot.
 */
#ifndef TESTS_UNIT_RULES_FIXTURE_H
#define TESTS_UNIT_RULES_FIXTURE_H

#include "common/snapshot.h"
#include "reader/forkgate.h"

#define FIXTURE_GENERATION 7
#define FIXTURE_RECEIVED   1700000001000

/*
 * The parts of a document: members of feature_gates, dynamic_configs,
 * layer_configs and condition_map, and further top-level members (each text
 * may be empty; the last one begins with a comma).
 */
struct fixture_doc {
	const char *gates, *configs, *layers, *conditions, *more;
};

/* The document as text; malloc'd. */
char *fixture_text(const struct fixture_doc *doc);

/* A sealed image of a document; malloc'd.  Asserts that it compiles. */
uint8_t *fixture_image(const char *json, size_t *len);

/* Opens a client over it.  options may be NULL; its snapshot is ours. */
struct fg *fixture_open(const char *json, const struct fg_options *options);

/* The same with n more parts beside the image, such as ID lists. */
struct fg *fixture_open_beside(const char *json,
    const struct fg_options *options, const struct snapshot_part *more,
    size_t n);

/*
 * An ID list of a name and n members: a part for the above, whose data is
 * malloc'd.
 */
struct snapshot_part fixture_id_list(
    const char *name, const char *const *members, size_t n);

/* A state directory with an empty queue/, removed by fixture_remove_dir. */
char *fixture_state_dir(void);
void fixture_remove_dir(char *dir);

#endif /* TESTS_UNIT_RULES_FIXTURE_H */
