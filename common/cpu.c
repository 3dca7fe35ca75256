#include "common/cpu.h"

unsigned cpu_instructions;

#if defined(__x86_64__)
#if defined(__has_include) && __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>

static bool
has_crc32(void)
{
	return CPU_FEATURE_ACTIVE(SSE4_2);
}

static bool
has_sha(void)
{
	return CPU_FEATURE_ACTIVE(SHA) && CPU_FEATURE_ACTIVE(SSSE3) &&
	    CPU_FEATURE_ACTIVE(SSE4_1);
}
#else
#include <cpuid.h>

static bool
has_crc32(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & 1U << 20) != 0;
}

static bool
has_sha(void)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 &&
	    (b & 1U << 29) != 0 && __get_cpuid(1, &a, &b, &c, &d) != 0 &&
	    (c & 1U << 9) != 0 && (c & 1U << 19) != 0;
}
#endif

__attribute__((constructor)) static void
look(void)
{
	if (has_crc32())
		cpu_instructions |= CPU_CRC32;
	if (has_sha())
		cpu_instructions |= CPU_SHA;
}
#endif
