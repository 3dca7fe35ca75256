#include "reader/process.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/segment.h"

/* Unknown stays empty: a jail without /proc is no reason to lose events. */
static void
read_file(const char *path, char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, buf, cap - 1) : 0;

	if (fd >= 0)
		(void)close(fd);
	buf[n > 0 ? n : 0] = '\0';
}

void
process_boot_id(uint8_t id[16])
{
	char text[64], packed[33];
	size_t n = 0;

	read_file("/proc/sys/kernel/random/boot_id", text, sizeof(text));
	for (const char *p = text; *p > ' ' && n < sizeof(packed) - 1; p++)
		if (*p != '-')
			packed[n++] = *p;
	packed[n] = '\0';
	if (!segment_name_parse(packed, "", id))
		memset(id, 0, 16);
}

/* The 22nd field; the name in the 2nd may hold blanks and parentheses. */
uint64_t
process_start_ticks(void)
{
	char text[1024];
	const char *p;

	read_file("/proc/self/stat", text, sizeof(text));
	p = strrchr(text, ')');
	for (int field = 2; p != NULL && field < 22; field++)
		p = strchr(p + 1, ' ');
	return p != NULL ? strtoull(p + 1, NULL, 10) : 0;
}

uint64_t
process_clock_ms(clockid_t clock)
{
	struct timespec ts;

	(void)clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}
