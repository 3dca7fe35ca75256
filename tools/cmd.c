#include "tools/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/epoch.h"
#include "common/host.h"
#include "common/number.h"

#define DEFAULT_STATE_DIR "/var/lib/forkgate"

__attribute__((format(printf, 2, 0))) static void
say(const struct cmd *cmd, const char *fmt, va_list args)
{
	fflush(stdout);
	fprintf(stderr, "forkgate %s: ", cmd->name);
	vfprintf(stderr, fmt, args);
}

void
cmd_say(const struct cmd *cmd, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(cmd, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

int
cmd_usage(const struct cmd *cmd, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(cmd, fmt, args);
	va_end(args);
	fprintf(stderr, " (see forkgate %s --help)\n", cmd->name);
	return CMD_USAGE;
}

int
cmd_fail(const struct cmd *cmd, const char *path, enum fg_status st)
{
	cmd_say(cmd, "%s: %s", path,
	    st == FG_E_IO ? strerror(errno) : fg_strerror(st));
	return st == FG_E_INVALID ? CMD_USAGE : CMD_FAIL;
}

int
cmd_fail_in(
    const struct cmd *cmd, const char *dir, const char *what, enum fg_status st)
{
	char path[4096];
	int saved = errno;

	snprintf(path, sizeof(path), "%s%s%s", dir, what[0] != '\0' ? "/" : "",
	    what);
	errno = saved;
	return cmd_fail_rules(cmd, path, st);
}

int
cmd_fail_rules(const struct cmd *cmd, const char *where, enum fg_status st)
{
	switch ((int)st) {
	case FG_E_VERSION:
		cmd_say(cmd,
		    "%s: written by a newer forkgate than this one, %s; "
		    "update this one",
		    where, FORKGATE_VERSION);
		return CMD_FAIL;
	case FG_E_CORRUPT:
		cmd_say(cmd,
		    "%s: the rules are damaged; restarting forkgate-syncer "
		    "makes them anew",
		    where);
		return CMD_FAIL;
	default:
		return cmd_fail(cmd, where, st);
	}
}

bool
cmd_project_ok(const struct cmd *cmd, const char *project)
{
	if (epoch_name_ok(project))
		return true;
	cmd_usage(cmd, "--project %s: a name is 1 to 63 of A-Z a-z 0-9 _ . -",
	    project);
	return false;
}

bool
cmd_seconds(const char *text, int *ms)
{
	double s;

	if (!number_f64(text, strlen(text), &s) || !(s >= 0 && s <= 1e6))
		return false;
	*ms = (int)(s * 1000 + 0.5);
	return true;
}

static enum fg_status
read_all(int fd, char **bytes, size_t *n)
{
	size_t cap = 1 << 16;
	char *p = malloc(cap), *more;
	ssize_t got;

	*n = 0;
	while (p != NULL) {
		got = read(fd, p + *n, cap - *n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			*bytes = p;
			if (got == 0)
				return FG_OK;
			free(p);
			return FG_E_IO;
		}
		*n += (size_t)got;
		if (*n < cap)
			continue;
		cap *= 2;
		more = realloc(p, cap);
		if (more == NULL)
			free(p);
		p = more;
	}
	return FG_E_NOMEM;
}

enum fg_status
cmd_read_file(const char *path, char **bytes, size_t *n)
{
	enum fg_status st;
	int fd, saved;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, bytes, n);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return FG_E_IO;
	st = read_all(fd, bytes, n);
	saved = errno;
	close(fd);
	errno = saved;
	return st;
}

enum fg_status
cmd_write(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return FG_E_IO;
		p += put;
		n -= (size_t)put;
	}
	return FG_OK;
}

const char *
cmd_state_dir(const char *option)
{
	const char *dir =
	    option != NULL ? option : getenv("FORKGATE_STATE_DIR");

	return dir != NULL && dir[0] != '\0' ? dir : DEFAULT_STATE_DIR;
}

const char *
cmd_date(uint64_t unix_ms)
{
	static char text[48];
	time_t t = (time_t)(unix_ms / 1000);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		snprintf(text, sizeof(text), "%" PRIu64 " ms", unix_ms);
	return text;
}

uint64_t
cmd_now_ms(void)
{
	return host_clock_ms(CLOCK_REALTIME);
}
