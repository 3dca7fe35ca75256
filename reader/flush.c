#include "reader/flush.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/host.h"
#include "common/segment.h"

#define NAP_MIN_NS 200000
#define NAP_MAX_NS 10000000

static enum fg_status
wait_unlinked(int fd, int timeout_ms)
{
	uint64_t end = host_clock_ms(CLOCK_MONOTONIC) + (uint64_t)timeout_ms;
	struct timespec nap = {0, NAP_MIN_NS};
	struct stat st;

	for (;;) {
		if (fstat(fd, &st) != 0)
			return FG_E_IO;
		if (st.st_nlink == 0)
			return FG_OK;
		if (host_clock_ms(CLOCK_MONOTONIC) >= end)
			return FG_E_TIMEOUT;
		(void)nanosleep(&nap, NULL);
		if (nap.tv_nsec < NAP_MAX_NS)
			nap.tv_nsec *= 2;
	}
}

enum fg_status
flush_request(int dirfd, const char *project, int timeout_ms)
{
	char name[SEGMENT_FLUSH_NAME];
	uint8_t id[SEGMENT_ID];
	enum fg_status st;
	int fd, saved;

	if (getrandom(id, sizeof(id), 0) != (ssize_t)sizeof(id))
		return FG_E_IO;
	segment_name(name, "flush-", id);
	fd = openat(dirfd, name,
	    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return FG_E_IO;
	/* Not readable for a syncer of another group, it means all projects. */
	(void)fchmod(fd, 0640);
	st = write(fd, project, strlen(project)) < 0
	    ? FG_E_IO
	    : wait_unlinked(fd, timeout_ms);
	saved = errno;
	if (st != FG_OK)
		(void)unlinkat(dirfd, name, 0);
	(void)close(fd);
	errno = saved;
	return st;
}
