/*
 * host: what the kernel tells of the machine, its clocks and this start of it.
 */
#ifndef COMMON_HOST_H
#define COMMON_HOST_H

#include <stdint.h>
#include <time.h>

#define HOST_BOOT_ID 16

/* A clock in milliseconds: the coarse ones and the others cost no call. */
static inline uint64_t
host_clock_ms(clockid_t clock)
{
	struct timespec ts;

	(void)clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/*
 * Names this start of the system.  All zeros where the kernel does not tell,
 * as in a jail without /proc: then nothing is known to be of this start.
 */
void host_boot_id(uint8_t id[HOST_BOOT_ID]);

#endif /* COMMON_HOST_H */
