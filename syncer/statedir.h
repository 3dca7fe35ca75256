/*
 * statedir: the state directory and who may do what in it.
 *
 *   STATE/             0750  the readers' group may pass
 *     rules/           0750  the readers' group may read; setgid to it, 02750
 *     queue/          03733  a drop box: workers create and write, cannot list
 *     quarantine/      0700
 *
 * A mode that was changed by hand is put right, so that neither a careless
 * chmod opens the state to everyone nor a umask closes the queue.
 */
#ifndef SYNCER_STATEDIR_H
#define SYNCER_STATEDIR_H

#include <stddef.h>

#include "common/forkgate_status.h"

struct statedir {
	char *path, *rules, *queue, *quarantine;
	char why[400]; /* after a failure: the folder, and what to do */
};

/*
 * Makes `path` if it is missing (not its parents).  What exists is only looked
 * at: another syncer may be at work there.  FG_E_INVALID or FG_E_IO, with why.
 * *out needs statedir_free in any case.
 */
enum fg_status statedir_open(struct statedir *out, const char *path);

/*
 * For who holds the lock: makes what is missing inside and puts the rest
 * right.  group NULL leaves the groups of path and rules as they are.
 */
enum fg_status statedir_arrange(struct statedir *dir, const char *group);

void statedir_free(struct statedir *dir);

#endif /* SYNCER_STATEDIR_H */
