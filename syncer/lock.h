/*
 * lock: one syncer for a state directory.
 *
 * An exclusive flock on a file of mode 0600, outside what readers may open.
 * The kernel lets go of it when the process ends, however it ends.
 */
#ifndef SYNCER_LOCK_H
#define SYNCER_LOCK_H

#include "common/forkgate_status.h"

/*
 * Takes the lock of the folder dir_fd, file "lock".  FG_OK and a descriptor to
 * keep, FG_E_BUSY when another process has it (nothing was changed then),
 * FG_E_IO.
 */
enum fg_status lock_take(int dir_fd, int *fd);

/* Lets go; -1 is nothing. */
void lock_drop(int fd);

#endif /* SYNCER_LOCK_H */
