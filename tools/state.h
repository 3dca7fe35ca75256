/*
 * state: a state directory as one may look at it from outside.
 *
 * Reads what lies there and writes nothing: the epoch file, which everybody
 * who may evaluate may read, and the queue folder, which the syncer's user may
 * list.
 */
#ifndef TOOLS_STATE_H
#define TOOLS_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/epoch.h"
#include "common/forkgate_status.h"
#include "tools/cmd.h"

#define STATE_STALE_MS 10000 /* without a sign for so long, it is missed */

/* The mapped epoch file of the current environment. */
struct state {
	char env[64]; /* the environment's folder name */
	int env_fd;   /* that folder */
	const uint8_t *epoch;
};

/*
 * FG_E_NOT_READY: the directory is there and has no environment yet.
 * FG_E_IO, FG_E_VERSION, FG_E_CORRUPT: *what names the file or folder that it
 * is about, below the state directory.
 */
enum fg_status state_open(
    const char *state_dir, struct state *out, const char **what);
void state_close(struct state *s);

/* Since the syncer's last sign, ms; UINT64_MAX: there never was one. */
uint64_t state_beat_age(const struct state *s);

/*
 * Why a client of this directory has no rules of the project: says so, with
 * what to do.  The exit status.
 */
int state_say_not_ready(
    const struct cmd *cmd, const char *state_dir, const char *project);

struct state_queue {
	uint64_t n_segments, n_unborn, n_flushes;
	uint64_t bytes;     /* that the segments' files are long */
	uint64_t oldest_ms; /* when the oldest one was last written; 0: none */
};

/* FG_E_IO with EACCES: only the syncer's user may list the queue. */
enum fg_status state_queue(const char *state_dir, struct state_queue *out);

#endif /* TOOLS_STATE_H */
