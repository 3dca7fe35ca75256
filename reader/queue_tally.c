#include <string.h>
#include <time.h>

#include "common/host.h"
#include "common/record.h"
#include "reader/queue_private.h"

#define TALLY_NAME 4096 /* longest name that is counted */

/* Gives the name a word of the segment.  With the lock held. */
static uint32_t
name_tally(struct queue *q, const char *name, size_t len, uint64_t hash)
{
	uint8_t record[TALLY_NAME + 32];
	struct record_tally x = {0, {name, len}};
	struct segfile *seg = &q->live->seg;
	size_t n;

	/* Begun here if need be, so that the number is one of that segment. */
	if (seg->page == NULL || !segfile_fits(seg, 0, len + 32)) {
		if (queue_rotate(q, 0, len + 32) != FG_OK)
			return TALLY_NONE;
	}
	x.which = tally_next(q->tally, seg->key);
	if (x.which == TALLY_NONE ||
	    record_put_tally(record, sizeof(record), &x, &n) != FG_OK ||
	    queue_append_locked(q, NULL, 0, record, n) != FG_OK)
		return TALLY_NONE;
	tally_add(q->tally, seg->key, hash);
	return x.which;
}

/* All words are taken: a record of its own.  With the lock held. */
static enum fg_status
append_count(struct queue *q, const char *name, size_t len)
{
	uint8_t record[TALLY_NAME + 64], entry[TALLY_NAME + 32];
	struct record_counts x = {.time_ms = host_clock_ms(CLOCK_REALTIME)};
	struct record_count_list list;
	enum fg_status st;
	size_t n;

	record_count_list_begin(&list, entry, sizeof(entry));
	st = record_count_list_add(&list, (struct record_text){name, len}, 1);
	x.n = list.n;
	x.entries = (struct record_text){list.data, list.len};
	if (st == FG_OK)
		st = record_put_counts(record, sizeof(record), &x, &n);
	return st == FG_OK ? queue_append_locked(q, NULL, 0, record, n) : st;
}

void
queue_tally(struct queue *q, const char *name, size_t len, uint64_t hash)
{
	struct live *live = q->live;
	bool counted = true;
	uint32_t which = TALLY_NONE;

	pthread_mutex_lock(&live->mutex);
	if (live->seg.page != NULL)
		which = tally_find(q->tally, live->seg.key, hash);
	if (which == TALLY_NONE && len <= TALLY_NAME)
		which = name_tally(q, name, len, hash);
	if (which != TALLY_NONE) {
		segment_tally_add(live->seg.page, which);
		live->tallied = true;
		if (q->tally->since_ms == 0)
			__atomic_store_n(&q->tally->since_ms,
			    host_clock_ms(CLOCK_MONOTONIC_COARSE),
			    __ATOMIC_RELAXED);
	} else {
		counted = len <= TALLY_NAME && live->seg.page != NULL &&
		    append_count(q, name, len) == FG_OK;
	}
	pthread_mutex_unlock(&live->mutex);
	if (!counted)
		queue_count(q, SEGMENT_DROPPED, 1);
}

void
queue_tick(struct queue *q)
{
	uint64_t since = __atomic_load_n(&q->tally->since_ms, __ATOMIC_RELAXED);
	struct live *live = q->live;
	bool old;

	if (since == 0)
		return;
	old = host_clock_ms(CLOCK_MONOTONIC_COARSE) - since >= q->opt.tally_ms;
	if (q->maps && !old)
		return;
	pthread_mutex_lock(&live->mutex);
	if (old) {
		if (live->seg.key == q->tally->segment)
			queue_seal(q);
		__atomic_store_n(&q->tally->since_ms, 0, __ATOMIC_RELAXED);
	} else if (live->tallied && live->seg.page != NULL) {
		segfile_sync_page(&live->seg);
	}
	live->tallied = false;
	pthread_mutex_unlock(&live->mutex);
}
