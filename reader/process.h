/*
 * process: what a segment's header tells about the process that made it.
 */
#ifndef READER_PROCESS_H
#define READER_PROCESS_H

#include <stdint.h>
#include <time.h>

/* Names this start of the system; zero where /proc is not to be had. */
void process_boot_id(uint8_t id[16]);

/* When this process began, in clock ticks since boot; 0 if unknown. */
uint64_t process_start_ticks(void);

uint64_t process_clock_ms(clockid_t clock);

#endif /* READER_PROCESS_H */
