#include "tests/bench/measure.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define ROUND_NS 1500000 /* what one turn of a subject takes, about */

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double
measure_median(double *v, size_t n)
{
	if (n == 0)
		return 0;
	qsort(v, n, sizeof(v[0]), compare);
	return n % 2 != 0 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static double
turn(struct measure_subject *s, double *wall_ns)
{
	uint64_t wall = measure_ns(), cpu = measure_thread_ns();
	uint64_t apart = s->run(s->arg, s->n);

	cpu = measure_thread_ns() - cpu - apart;
	*wall_ns = (double)(measure_ns() - wall - apart) / (double)s->n;
	return (double)cpu / (double)s->n;
}

/* What one takes when all is warm. */
static double
best_turn(struct measure_subject *s)
{
	double wall, best = turn(s, &wall);

	for (int i = 0; i < 3; i++) {
		double ns = turn(s, &wall);

		if (ns < best)
			best = ns;
	}
	return best;
}

/*
 * So many that neither the clock's own cost counts, nor what a turn finds in
 * no cache after the others' turns.
 */
static void
find_n(struct measure_subject *s)
{
	double ns;

	for (s->n = 256;; s->n *= 4) {
		ns = best_turn(s);
		if (ns * (double)s->n > ROUND_NS / 8.0)
			break;
	}
	s->n = (size_t)(ROUND_NS / ns) + 1;
}

void
measure_in_turns(struct measure_subject *subjects, size_t n,
    void (*between)(void *arg), void *arg)
{
	for (size_t i = 0; i < n; i++)
		if (subjects[i].n == 0)
			find_n(&subjects[i]);
	for (size_t round = 0; round < MEASURE_ROUNDS; round++) {
		for (size_t i = 0; i < n; i++)
			subjects[i].ns[round] =
			    turn(&subjects[i], &subjects[i].wall[round]);
		if (between != NULL)
			between(arg);
	}
	for (size_t i = 0; i < n; i++) {
		subjects[i].median =
		    measure_median(subjects[i].ns, MEASURE_ROUNDS);
		subjects[i].median_wall =
		    measure_median(subjects[i].wall, MEASURE_ROUNDS);
	}
}

/* ---- The kernel's figures. ---- */

static uint64_t
timeval_ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

uint64_t
measure_cpu_ns(bool of_children)
{
	struct rusage ru;

	if (getrusage(of_children ? RUSAGE_CHILDREN : RUSAGE_SELF, &ru) != 0)
		return 0;
	return timeval_ns(ru.ru_utime) + timeval_ns(ru.ru_stime);
}

uint64_t
measure_peak(void)
{
	struct rusage ru;

	return getrusage(RUSAGE_SELF, &ru) == 0 ? (uint64_t)ru.ru_maxrss * 1024
						: 0;
}

/* The scheduler counts in ns where /proc/PID/stat counts in ticks of 10 ms. */
uint64_t
measure_cpu_of(pid_t pid)
{
	char path[300];
	uint64_t sum = 0, ns;
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		FILE *f;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat",
		    (int)pid, e->d_name);
		f = fopen(path, "re");
		if (f == NULL)
			continue;
		if (fscanf(f, "%" SCNu64, &ns) == 1)
			sum += ns;
		fclose(f);
	}
	if (dir != NULL)
		closedir(dir);
	return sum;
}

static uint64_t
kilobytes(const char *line, const char *key)
{
	size_t n = strlen(key);

	if (strncmp(line, key, n) != 0 || line[n] != ':')
		return 0;
	return strtoull(line + n + 1, NULL, 10) * 1024;
}

uint64_t
measure_status(pid_t pid, const char *key)
{
	char path[64], line[256];
	uint64_t found = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f != NULL && found == 0 && fgets(line, sizeof(line), f) != NULL)
		found = kilobytes(line, key);
	if (f != NULL)
		fclose(f);
	return found;
}

/* A mapping begins with a line of its addresses, all others with a word. */
static bool
is_mapping(const char *line)
{
	return strchr(line, '-') != NULL && strchr(line, '-') < line + 17 &&
	    strspn(line, "0123456789abcdef-") >= 9;
}

struct measure_memory
measure_memory(pid_t pid, const char *except)
{
	struct measure_memory sum = {0, 0};
	char path[64], line[4096];
	bool counts = true;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (is_mapping(line))
			counts = strstr(line, except) == NULL;
		else if (counts)
			sum.private_dirty += kilobytes(line, "Private_Dirty");
		if (counts)
			sum.pss += kilobytes(line, "Pss");
	}
	if (f != NULL)
		fclose(f);
	return sum;
}
