/*
 * measure: clocks, medians and what the kernel tells of a process.
 *
 * Things that are to be compared are measured in turns, many times, and the
 * medians are compared: a machine that is slow for a while is slow for all.
 */
#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define MEASURE_ROUNDS 101

/* Of a thread's own time on a processor: others cannot stretch it. */
static inline uint64_t
measure_thread_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t
measure_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Keeps the compiler from leaving out what made x. */
#define MEASURE_USE(x) __asm__ volatile("" : : "g"(x) : "memory")

/* Something that is done n times in a row. */
struct measure_subject {
	const char *name;
	/* Returns how many ns of the time it took do not count. */
	uint64_t (*run)(void *arg, size_t n);
	void *arg;
	size_t n; /* 0: found out */
	double ns[MEASURE_ROUNDS], wall[MEASURE_ROUNDS];
	double median;      /* ns of one, of the thread's time */
	double median_wall; /* others and the disk included */
};

/*
 * Runs all of them in turns and fills in their medians.  Between the rounds
 * it calls between, unless that is NULL.
 */
void measure_in_turns(struct measure_subject *subjects, size_t n,
    void (*between)(void *arg), void *arg);

/* Sorts v. */
double measure_median(double *v, size_t n);

/* User and system time of this process, or of its dead children, in ns. */
uint64_t measure_cpu_ns(bool of_children);

/* User and system time of a running process and all its threads, in ns. */
uint64_t measure_cpu_of(pid_t pid);

/* A line of /proc/PID/status in bytes, e.g. "RssAnon"; 0 if there is none. */
uint64_t measure_status(pid_t pid, const char *key);

struct measure_memory {
	uint64_t private_dirty, pss; /* bytes */
};

/* Sums /proc/PID/smaps, but for mappings of files named like except. */
struct measure_memory measure_memory(pid_t pid, const char *except);

/* The most that this process ever had resident, in bytes. */
uint64_t measure_peak(void);

#endif /* TESTS_BENCH_MEASURE_H */
