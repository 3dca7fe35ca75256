#include "syncer/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "syncer/log.h"

static struct {
	struct sockaddr_un addr;
	socklen_t len; /* 0: nobody listens */
	uint64_t watchdog_ms;
} listener;

static void
find_watchdog(void)
{
	const char *usec = getenv("WATCHDOG_USEC"),
		   *pid = getenv("WATCHDOG_PID");

	if (usec == NULL)
		return;
	if (pid != NULL && strtol(pid, NULL, 10) != (long)getpid())
		return;
	listener.watchdog_ms = strtoull(usec, NULL, 10) / 2000;
}

void
notify_init(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t n = path != NULL ? strlen(path) : 0;

	if (n > 1 && n < sizeof(listener.addr.sun_path) &&
	    (path[0] == '/' || path[0] == '@')) {
		listener.addr.sun_family = AF_UNIX;
		memcpy(listener.addr.sun_path, path, n);
		/* A name that begins with @ is not in the file system. */
		if (path[0] == '@')
			listener.addr.sun_path[0] = '\0';
		listener.len =
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	}
	find_watchdog();
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void
notify_send(const char *format, ...)
{
	char text[512], hidden[640];
	va_list ap;
	int fd;

	if (listener.len == 0)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	/* Line by line: the scrubbing takes line ends for control bytes. */
	hidden[0] = '\0';
	for (char *line = text, *next; line != NULL; line = next) {
		size_t n = strlen(hidden);

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (n > 0 && n + 1 < sizeof(hidden))
			hidden[n++] = '\n';
		log_scrub(hidden + n, sizeof(hidden) - n, line);
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	/* If it is lost, the next one comes; there is nobody to tell. */
	(void)!sendto(fd, hidden, strlen(hidden), MSG_NOSIGNAL,
	    (const struct sockaddr *)(const void *)&listener.addr,
	    listener.len);
	close(fd);
}

uint64_t
notify_watchdog_ms(void)
{
	return listener.watchdog_ms;
}
