/*
 * process: what a segment's header tells about the process that made it.
 */
#ifndef READER_PROCESS_H
#define READER_PROCESS_H

#include <stdint.h>

/* When this process began, in clock ticks since boot; 0 if unknown. */
uint64_t process_start_ticks(void);

#endif /* READER_PROCESS_H */
