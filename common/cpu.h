/*
 * cpu: which of the processor's instructions may be used.
 *
 * Found out once, when the program or the library is loaded: a child that is
 * forked later finds it in its parent's page.  The C library is asked, which
 * knows it: an own cpuid instruction is a trap in a virtual machine, of a
 * microsecond, or of 35 where machines are nested.
 */
#ifndef COMMON_CPU_H
#define COMMON_CPU_H

#include <stdbool.h>

enum cpu_instructions {
	CPU_CRC32 = 1, /* SSE 4.2 */
	CPU_SHA = 2,   /* SHA, SSSE3 and SSE 4.1 */
};

/* Bits of enum cpu_instructions; 0 until constructors run. */
extern unsigned cpu_instructions __attribute__((visibility("hidden")));

static inline bool
cpu_has(enum cpu_instructions which)
{
	return (cpu_instructions & (unsigned)which) != 0;
}

#endif /* COMMON_CPU_H */
