#include "syncer/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether fd is still what the name leads to: somebody may have removed it. */
static bool
is_in_place(int dir_fd, int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 &&
	    fstatat(dir_fd, "lock", &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

enum fg_status
lock_take(int dir_fd, int *out)
{
	int fd, saved;

	for (int tries = 0; tries < 10; tries++) {
		fd = openat(dir_fd, "lock",
		    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd == -1)
			return FG_E_IO;
		if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
			saved = errno;
			close(fd);
			errno = saved;
			return saved == EWOULDBLOCK ? FG_E_BUSY : FG_E_IO;
		}
		if (is_in_place(dir_fd, fd)) {
			*out = fd;
			return FG_OK;
		}
		close(fd);
	}
	return FG_E_BUSY;
}

void
lock_drop(int fd)
{
	if (fd != -1)
		close(fd);
}
