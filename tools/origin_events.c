/* Events: counted, told apart, printed. */
#include "tools/origin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/hash64.h"

static bool
seen_before(const char *p, size_t n)
{
	uint64_t h = hash64(p, n);
	size_t at;

	if (origin.n_seen * 2 >= origin.cap_seen) {
		size_t old_cap = origin.cap_seen;
		uint64_t *old = origin.seen;

		origin.cap_seen = old_cap == 0 ? 4096 : old_cap * 2;
		origin.seen = bytes_must(calloc(origin.cap_seen, sizeof(*old)));
		for (size_t i = 0; i < old_cap; i++) {
			at = old[i] & (origin.cap_seen - 1);
			while (old[i] != 0 && origin.seen[at] != 0)
				at = (at + 1) & (origin.cap_seen - 1);
			if (old[i] != 0)
				origin.seen[at] = old[i];
		}
		free(old);
	}
	at = h & (origin.cap_seen - 1);
	while (origin.seen[at] != 0 && origin.seen[at] != h)
		at = (at + 1) & (origin.cap_seen - 1);
	if (origin.seen[at] == h)
		return true;
	origin.seen[at] = h;
	origin.n_seen++;
	return false;
}

/* A raw line break can only stand between tokens, where a blank does too. */
static void
print_event(struct scan_text event)
{
	for (size_t i = 0; i < event.n; i++) {
		char ch = event.p[i];

		putc_unlocked(
		    ch == '\n' || ch == '\r' ? ' ' : ch, origin.events_out);
	}
	putc('\n', origin.events_out);
}

/* How many events the array holds, or -1 if it is not one whole array. */
long
origin_count_events(struct scan_text array)
{
	struct scan_text rest;
	bool broken;
	long n = 0;

	if (!scan_array(array, &rest))
		return -1;
	while (scan_next(&rest, &broken).p != NULL)
		n++;
	return broken ? -1 : n;
}

void
origin_keep_events(struct scan_text array)
{
	struct scan_text rest, event;
	bool broken;

	scan_array(array, &rest);
	while ((event = scan_next(&rest, &broken)).p != NULL) {
		origin.received++;
		seen_before(event.p, event.n);
		if (origin.events_out != NULL)
			print_event(event);
	}
	if (origin.events_out != NULL)
		fflush(origin.events_out);
}
