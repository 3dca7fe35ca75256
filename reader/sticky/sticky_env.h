/*
 * sticky_env: one process's LMDB environment of a store, and the locks around
 * it.
 *
 * LMDB's own lock of writers knows no limit of time: whoever holds it while
 * it is stopped (a debugger, a frozen container) stops all others.  So a lock
 * of the file "guard" is taken first, which is asked for no longer than
 * wait_ms.  It is of the kind that belongs to a process: a child does not
 * inherit it, and the kernel takes it back from one that is killed.
 */
#ifndef READER_STICKY_ENV_H
#define READER_STICKY_ENV_H

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/forkgate_status.h"

struct sticky_env_options {
	const char *dir; /* must stay */
	uint64_t map_bytes;
	uint32_t wait_ms, mode;
	bool no_sync;
};

struct sticky_env {
	MDB_env *env;
	MDB_dbi values, ages;
	int guard;
	unsigned n_writes;
	dev_t dev; /* of the file that is open */
	ino_t ino;
};

/*
 * Opens it, which looks through the file first where nobody has done so since
 * the machine was started, or since damage was met.  FG_E_BUSY: another process
 * is at it.  Not by two threads at once.
 */
enum fg_status sticky_env_open(
    struct sticky_env *e, const struct sticky_env_options *o);

/* Only by the process that opened it. */
void sticky_env_close(struct sticky_env *e);

/* Whether the folder still has the file that is open. */
bool sticky_env_is_current(
    const struct sticky_env *e, const struct sticky_env_options *o);

/* Has the next one who opens it look through the file. */
void sticky_env_suspect(const struct sticky_env_options *o);

/* The lock of writers: one thread of a process at a time.  FG_E_BUSY. */
enum fg_status sticky_env_lock(
    struct sticky_env *e, const struct sticky_env_options *o);
void sticky_env_unlock(struct sticky_env *e);

/* A status for LMDB's code. */
enum fg_status sticky_env_status(int rc);

#endif /* READER_STICKY_ENV_H */
