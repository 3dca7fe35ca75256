#include "reader/queue_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "common/frame.h"
#include "common/host.h"
#include "common/record.h"
#include "reader/flush.h"
#include "reader/process.h"

#define FREE_FLOOR (64ull << 20)
#define TALLY_MS   60000
#define RETRY_MS   100 /* between attempts to make a segment */

/* ---- Opening and closing. ---- */

static enum fg_status
take_dir(struct queue *q, int dirfd)
{
	if (dirfd < 0 || q->dirfd >= 0)
		return FG_OK;
	q->dirfd = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	if (q->dirfd < 0)
		return FG_E_IO;
	q->maps = !q->opt.always_write && segfile_can_map(q->dirfd);
	return FG_OK;
}

static enum fg_status
open_queue(struct queue *q, int dirfd)
{
	enum fg_status st = take_dir(q, dirfd);

	if (st == FG_OK)
		st = queue_make_live(q);
	return st == FG_OK ? queue_register(q) : st;
}

enum fg_status
queue_set_dir(struct queue *q, int dirfd)
{
	enum fg_status st;

	pthread_mutex_lock(&q->live->mutex);
	st = take_dir(q, dirfd);
	pthread_mutex_unlock(&q->live->mutex);
	return st;
}

enum fg_status
queue_new(int dirfd, const char *project, const struct queue_options *opt,
    struct queue **out)
{
	struct queue *q;
	enum fg_status st;

	*out = NULL;
	if (!segment_project_ok(project))
		return FG_E_INVALID;
	q = calloc(1, sizeof(*q));
	if (q == NULL)
		return FG_E_NOMEM;
	q->dirfd = q->open_fd = -1;
	if (opt != NULL)
		q->opt = *opt;
	if (q->opt.free_floor == 0)
		q->opt.free_floor = FREE_FLOOR;
	if (q->opt.tally_ms == 0)
		q->opt.tally_ms = TALLY_MS;
	(void)stpcpy(q->project, project);
	st = open_queue(q, dirfd);
	if (st != FG_OK) {
		queue_free(q);
		return st;
	}
	*out = q;
	return FG_OK;
}

void
queue_free(struct queue *q)
{
	int saved = errno;

	if (q == NULL)
		return;
	queue_unregister(q);
	if (q->live != NULL) {
		queue_seal(q);
		queue_drop_inherited(q);
		queue_drop_live(q);
	}
	if (q->dirfd >= 0)
		(void)close(q->dirfd);
	free(q);
	errno = saved;
}

/* ---- Counters. ---- */

void
queue_count(struct queue *q, enum segment_counter which, uint64_t n)
{
	uint64_t *c = &q->live->counters[which];

	if (which == SEGMENT_GENERATION)
		__atomic_store_n(c, n, __ATOMIC_RELAXED);
	else
		(void)__atomic_fetch_add(c, n, __ATOMIC_RELAXED);
	__atomic_store_n(&q->live->counted, true, __ATOMIC_RELEASE);
}

void
queue_counters(struct queue *q, uint64_t out[SEGMENT_N_COUNTERS])
{
	for (int i = 0; i < SEGMENT_N_COUNTERS; i++)
		out[i] =
		    __atomic_load_n(&q->live->counters[i], __ATOMIC_RELAXED);
}

/*
 * A segment's share: what was counted since the one before was sealed.  Of the
 * newest generation nothing is carried.
 */
static inline void
count_segment(struct queue *q, uint64_t share[SEGMENT_N_COUNTERS])
{
#pragma GCC unroll 8
	for (int i = 0; i < SEGMENT_N_COUNTERS; i++)
		share[i] =
		    __atomic_load_n(&q->live->counters[i], __ATOMIC_RELAXED) -
		    q->live->carried[i];
	segfile_count(&q->live->seg, share);
}

void
queue_publish(struct queue *q)
{
	uint64_t share[SEGMENT_N_COUNTERS];

	pthread_mutex_lock(&q->live->mutex);
	if (q->live->seg.page != NULL) {
		count_segment(q, share);
		segfile_sync_page(&q->live->seg);
	}
	pthread_mutex_unlock(&q->live->mutex);
}

/* ---- Segments; all with the lock held. ---- */

void
queue_seal(struct queue *q)
{
	uint64_t share[SEGMENT_N_COUNTERS];
	struct live *live = q->live;

	if (live->seg.page == NULL)
		return;
	count_segment(q, share);
	for (int i = 0; i < SEGMENT_GENERATION; i++)
		live->carried[i] += share[i];
	segfile_seal(&live->seg);
	q->open_fd = -1;
}

static void
describe(struct queue *q, uint32_t size, struct segment_info *info)
{
	struct live *live = q->live;

	memset(info, 0, sizeof(*info));
	if (live->start_ticks == 0)
		live->start_ticks = process_start_ticks();
	if (!q->has_boot_id) {
		host_boot_id(q->boot_id);
		q->has_boot_id = true;
	}
	memcpy(info->boot_id, q->boot_id, sizeof(info->boot_id));
	(void)stpcpy(info->project, q->project);
	info->start_ticks = live->start_ticks;
	info->created_ms = host_clock_ms(CLOCK_REALTIME);
	info->pid = (uint32_t)getpid();
	info->birth = q->maps ? 0 : SEGMENT_WRITTEN;
	info->capacity = size;
}

/* The size that fits the need and the allowance; 0: none does. */
static uint32_t
choose_size(const struct queue *q, size_t need)
{
	uint64_t allowed = UINT64_MAX;
	uint32_t size = q->live->size;

	if (size < SEGMENT_MIN)
		size = SEGMENT_MIN;
	while (size < SEGMENT_HEADER + need)
		size *= 2;
	if (q->opt.allowance != NULL)
		allowed = q->opt.allowance(q->opt.arg);
	while (size > allowed && size > SEGMENT_MIN &&
	    size / 2 >= SEGMENT_HEADER + need)
		size /= 2;
	return size <= allowed && size <= SEGMENT_MAX ? size : 0;
}

static bool
disk_has_room(const struct queue *q, uint32_t size)
{
	struct statvfs fs;

	if (q->opt.heartbeat_old == NULL || !q->opt.heartbeat_old(q->opt.arg))
		return true;
	return fstatvfs(q->dirfd, &fs) == 0 &&
	    (uint64_t)fs.f_bavail * fs.f_frsize >= q->opt.free_floor + size;
}

static void
remember_descriptor(struct queue *q)
{
	struct stat st;

	q->open_fd = q->live->seg.fd;
	if (fstat(q->open_fd, &st) == 0) {
		q->open_dev = st.st_dev;
		q->open_ino = st.st_ino;
	}
}

static enum fg_status
begin_segment(struct queue *q, size_t need)
{
	struct live *live = q->live;
	struct segment_info info;
	uint32_t size = choose_size(q, need);
	enum fg_status st;

	if (size == 0 || !disk_has_room(q, size))
		return FG_E_SPACE;
	describe(q, size, &info);
	st = segfile_create(q->dirfd, &info, &live->seg);
	if (st != FG_OK)
		return st;
	remember_descriptor(q);
	__atomic_store_n(&live->counted, true, __ATOMIC_RELAXED);
	live->size = size < SEGMENT_MAX ? size * 2 : SEGMENT_MAX;
	return FG_OK;
}

/*
 * The full segment is sealed first, even if there is no room for a next one:
 * only what is sealed can be deleted, and so make room.
 */
enum fg_status
queue_rotate(struct queue *q, size_t user_len, size_t n)
{
	uint64_t now = host_clock_ms(CLOCK_MONOTONIC_COARSE);
	size_t need;
	enum fg_status st;

	queue_seal(q);
	queue_drop_inherited(q); /* a child of clone(2), which no handler saw */
	if (q->dirfd < 0) {
		errno = ENOENT;
		return FG_E_IO;
	}
	if (now < q->live->retry_ms)
		return FG_E_SPACE;
	need = segfile_need(user_len, n, !q->maps);
	st = begin_segment(q, need);
	if (st != FG_OK)
		q->live->retry_ms = now + RETRY_MS;
	return st;
}

/* ---- Appending. ---- */

/*
 * Under the lock, where alone exposures are counted: no need for an atomic
 * addition.  Of the other counters, mostly none has changed.
 */
static void
count_appended(struct queue *q, bool is_exposure)
{
	uint64_t share[SEGMENT_N_COUNTERS];
	struct live *live = q->live;
	uint64_t *c = &live->counters[SEGMENT_EXPOSURES];

	live->appended = true;
	if (is_exposure)
		__atomic_store_n(c, *c + 1, __ATOMIC_RELAXED);
	/* Acquire: whoever counted, counted before it said so. */
	if (live->seg.written ||
	    (__atomic_load_n(&live->counted, __ATOMIC_RELAXED) &&
		__atomic_exchange_n(&live->counted, false, __ATOMIC_ACQUIRE)))
		count_segment(q, share);
	else
		segment_counter_store(live->seg.page, SEGMENT_EXPOSURES,
		    *c - live->carried[SEGMENT_EXPOSURES]);
}

/* What the segment has of a user: what is still to be appended, and where. */
struct whose {
	const char *json; /* NULL: nothing */
	size_t len;
	uint32_t ref;
};

static struct whose
whose(const struct segfile *seg, const struct queue_user *user)
{
	if (user == NULL)
		return (struct whose){NULL, 0, 0};
	if (user->segment == seg->key)
		return (struct whose){NULL, 0, user->ref};
	return (struct whose){user->json, user->json_len, 0};
}

/* Room for it is there. */
static enum fg_status
append(struct queue *q, struct queue_user *user, struct whose w,
    const void *record, size_t n, bool is_exposure)
{
	struct segfile *seg = &q->live->seg;
	enum fg_status st =
	    segfile_append(seg, w.json, w.len, &w.ref, record, n);

	if (st != FG_OK)
		return st;
	if (user != NULL) {
		user->segment = seg->key;
		user->ref = w.ref;
	}
	count_appended(q, is_exposure);
	return FG_OK;
}

static enum fg_status
append_again(struct queue *q, struct queue_user *user, uint64_t time_ms,
    uint32_t at, struct whose w)
{
	struct segfile *seg = &q->live->seg;
	uint8_t record[RECORD_AGAIN_LEN], *room;

	if (w.json != NULL) {
		record_put_again(record, time_ms, at);
		return append(q, user, w, record, sizeof(record), true);
	}
	room = segfile_room(seg);
	record_put_again(room, time_ms, at);
	record_set_user(room, w.ref);
	segfile_publish(seg, RECORD_AGAIN_LEN);
	count_appended(q, true);
	return FG_OK;
}

static enum fg_status
append_exposure(struct queue *q, struct queue_user *user, uint64_t says,
    const uint8_t *record, size_t n, struct whose w)
{
	struct live *live = q->live;
	bool is_hash = says == 0;
	uint32_t at;
	enum fg_status st;

	if (is_hash)
		says = record_again_hash(record, n);
	at = repeats_find(&live->repeats, &live->seg, says);
	if (at != 0 && (!is_hash || repeats_is(&live->seg, at, record, n)))
		return append_again(q, user, record_time(record), at, w);
	st = append(q, user, w, record, n, true);
	if (st == FG_OK)
		repeats_note(&live->repeats, &live->seg, says,
		    live->seg.tail - (uint32_t)FRAME_SIZE(n));
	return st;
}

enum fg_status
queue_append_locked(struct queue *q, struct queue_user *user, uint64_t says,
    const void *record, size_t n)
{
	struct segfile *seg = &q->live->seg;
	bool is_exposure = *(const uint8_t *)record == RECORD_EXPOSURE;
	struct whose w = whose(seg, user);
	enum fg_status st;

	if (seg->page == NULL || !segfile_fits(seg, w.len, n)) {
		st = queue_rotate(q, user != NULL ? user->json_len : 0, n);
		if (st != FG_OK)
			return st;
		w = whose(seg, user);
	}
	/* What a written segment has cannot be looked at. */
	if (is_exposure && !seg->written && n >= RECORD_AGAIN_MIN)
		return append_exposure(q, user, says, record, n, w);
	return append(q, user, w, record, n, is_exposure);
}

static struct queue_user *
known_user(struct queue_user *user)
{
	return user != NULL && user->json_len > 0 ? user : NULL;
}

enum fg_status
queue_append(
    struct queue *q, struct queue_user *user, const void *record, size_t n)
{
	return queue_append_exposure(q, user, 0, record, n);
}

enum fg_status
queue_append_exposure(struct queue *q, struct queue_user *user, uint64_t says,
    const void *record, size_t n)
{
	enum fg_status st = FG_E_INVALID;

	user = known_user(user);
	if (n >= RECORD_USER_HEAD && n <= RECORD_MAX &&
	    (user == NULL || user->json_len <= RECORD_MAX - RECORD_USER_HEAD)) {
		pthread_mutex_lock(&q->live->mutex);
		st = queue_append_locked(q, user, says, record, n);
		pthread_mutex_unlock(&q->live->mutex);
	}
	if (st != FG_OK)
		queue_count(q, SEGMENT_DROPPED, 1);
	return st;
}

bool
queue_may_know(const struct queue *q, uint64_t says)
{
	return repeats_may_know(&q->live->repeats, says);
}

enum fg_status
queue_append_again(
    struct queue *q, struct queue_user *user, uint64_t says, uint64_t time_ms)
{
	struct live *live = q->live;
	enum fg_status st = FG_ABSENT;
	struct whose w;
	uint32_t at;

	user = known_user(user);
	pthread_mutex_lock(&live->mutex);
	w = whose(&live->seg, user);
	at = repeats_find(&live->repeats, &live->seg, says);
	if (at != 0 && w.len <= RECORD_MAX - RECORD_USER_HEAD &&
	    segfile_fits(&live->seg, w.len, RECORD_AGAIN_LEN))
		st = append_again(q, user, time_ms, at, w);
	pthread_mutex_unlock(&live->mutex);
	return st;
}

enum fg_status
queue_flush(struct queue *q, int timeout_ms)
{
	bool appended;

	pthread_mutex_lock(&q->live->mutex);
	queue_seal(q);
	appended = q->live->appended;
	pthread_mutex_unlock(&q->live->mutex);
	if (timeout_ms <= 0 || !appended)
		return FG_OK;
	return flush_request(q->dirfd, q->project, timeout_ms);
}
