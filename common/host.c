#include "common/host.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* The value of a lower-case digit; over 15 for what is none. */
static unsigned
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* 32 digits with dashes among them; without scanf, for workers start often. */
static bool
parse_id(const char *p, uint8_t id[HOST_BOOT_ID])
{
	unsigned n = 0;

	for (; *p != '\0' && n < 2 * HOST_BOOT_ID; p++) {
		unsigned digit = hex_digit(*p);

		if (*p == '-')
			continue;
		if (digit > 15)
			return false;
		id[n / 2] = (uint8_t)((unsigned)id[n / 2] << 4 | digit);
		n++;
	}
	return n == 2 * HOST_BOOT_ID;
}

void
host_boot_id(uint8_t id[HOST_BOOT_ID])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	char text[64] = {0};

	memset(id, 0, HOST_BOOT_ID);
	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text) - 1) <= 0 || !parse_id(text, id))
		memset(id, 0, HOST_BOOT_ID);
	close(fd);
}
