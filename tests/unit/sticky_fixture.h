/*
 * sticky_fixture: a storage in memory that writes down what it is told, and
 * records from and to JSON, as the reference implementation spells them.
 */
#ifndef TESTS_UNIT_STICKY_FIXTURE_H
#define TESTS_UNIT_STICKY_FIXTURE_H

#include "common/jsonw.h"
#include "reader/forkgate.h"
#include "syncer/json.h"

/* Zeros are an empty one. */
struct sticky_fixture {
	struct fg_sticky_storage storage;
	/* ["save",KEY,NAME,RECORD] and ["remove",KEY,NAME], comma between. */
	struct jsonw ops;
	size_t n_ops;
	enum fg_status fails; /* what every call returns; FG_OK: none does */
	struct sticky_fixture_value *values;
	size_t n, cap;
};

void sticky_fixture_begin(struct sticky_fixture *f);
void sticky_fixture_end(struct sticky_fixture *f);

/* Forgets what it was told so far, not what it holds. */
void sticky_fixture_clear_ops(struct sticky_fixture *f);

/* A record as JSON, keys in the reference's order. */
void sticky_fixture_print(const void *record, size_t n, struct jsonw *w);

/*
 * What a call is given: an object of name: record.  malloc'd with all it
 * points to.
 */
struct fg_sticky *sticky_fixture_read(const struct json_tree *t, uint32_t node);
struct fg_sticky *sticky_fixture_text(const char *json);
void sticky_fixture_free(struct fg_sticky *sticky);

#endif /* TESTS_UNIT_STICKY_FIXTURE_H */
