#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/hostwide.h"
#include "syncer/compile_hostwide.h"

/* One byte more than is allowed, so that too much is seen. */
static enum fg_status
read_file(const char *path, char **text, size_t *n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat sb;
	ssize_t got = 1;

	*text = NULL;
	*n = 0;
	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR ? FG_ABSENT
							   : FG_E_IO;
	if (fstat(fd, &sb) == 0 && !S_ISREG(sb.st_mode)) {
		errno = S_ISDIR(sb.st_mode) ? EISDIR : EINVAL;
		got = -1;
	}
	if (got > 0 && (*text = malloc(HOSTWIDE_MAX_FILE + 1)) == NULL)
		got = -1;
	while (got > 0 && *n <= HOSTWIDE_MAX_FILE) {
		got = read(fd, *text + *n, HOSTWIDE_MAX_FILE + 1 - *n);
		*n += got > 0 ? (size_t)got : 0;
	}
	if (got == -1) {
		int saved = errno;

		free(*text);
		*text = NULL;
		close(fd);
		errno = saved;
		return FG_E_IO;
	}
	close(fd);
	return FG_OK;
}

enum fg_status
compile_hostwide_file(
    const char *path, struct hostwide_text *out, struct hostwide_error *err)
{
	struct hostwide_error why;
	char *text;
	size_t n;
	enum fg_status st = read_file(path, &text, &n);

	*out = (struct hostwide_text){0};
	if (st == FG_OK) {
		st = compile_hostwide(text, n, out, &why);
		snprintf(err->text, sizeof(err->text), "%.180s: %.500s", path,
		    why.text);
	} else {
		snprintf(err->text, sizeof(err->text), "%.180s: %s", path,
		    strerror(errno));
	}
	free(text);
	return st;
}
