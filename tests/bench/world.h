/*
 * world: a state directory that is made, published to, and removed again.
 *
 * The bench does the syncer's work itself, with the syncer's own code, where
 * the network has no part in what is measured.
 */
#ifndef TESTS_BENCH_WORLD_H
#define TESTS_BENCH_WORLD_H

#include <sys/types.h>

#include "common/jsonw.h"
#include "syncer/store.h"
#include "tests/bench/gen_doc.h"

struct world {
	char dir[256];
	struct store *store;
	pid_t janitor; /* 0: none */
};

/* Prints what is wrong and ends the bench. */
void world_die(const char *what) __attribute__((noreturn));

/* In a new folder under the one given. */
void world_open(struct world *w, const char *under);

/* Removes all of it. */
void world_close(struct world *w);

/* Compiles and commits. */
void world_publish(
    struct world *w, const char *project, const char *doc, size_t n);
void world_publish_made(
    struct world *w, const char *project, const struct gen_doc *make);

/* A document of gen_doc's; jsonw_free() it. */
void world_make_doc(struct jsonw *doc, const struct gen_doc *make);

/* As a snapshot file. */
void world_snapshot(const char *path, const char *doc, size_t n);

/* The syncer's sign of life; arg is the world. */
void world_beat(void *arg);

/*
 * Begins to remove segments that nobody appends to any longer, in a process
 * of its own, as the syncer does with those that it has shipped.
 */
void world_janitor(struct world *w);

/* A file with mode 0600. */
void world_write(const char *path, const char *bytes, size_t n);

/* Removes a folder and all in it. */
void world_remove(const char *dir);

/*
 * Runs this program again with the arguments, up to NULL, and reads what it
 * prints as up to n numbers; how many there were.
 */
size_t world_run(double *out, size_t n, const char *const *args);

#endif /* TESTS_BENCH_WORLD_H */
