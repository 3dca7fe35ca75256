#include "reader/queue.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/unit/queue_dir.h"

#if defined(__SANITIZE_THREAD__)
/* A child that forked amid threads has not leaked those of its parent. */
__attribute__((visibility("default"))) const char *__tsan_default_options(void);

const char *
__tsan_default_options(void)
{
	return "report_thread_leaks=0";
}
#endif

/* Takes that many births away before they get their name. */
static int steal_births;

int
renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	if (steal_births > 0 && strncmp(from, ".new-", 5) == 0) {
		steal_births--;
		unlinkat(from_fd, from, 0);
	}
	return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

static void
nothing_is_on_disk_before_the_first_event(void **state)
{
	struct queue *q = open_queue(NULL);

	(void)state;
	queue_count(q, SEGMENT_EVALUATIONS, 3);
	queue_publish(q);
	assert_int_equal(queue_flush(q, 100), FG_OK);
	assert_int_equal(count_files(queue_path, ".new-"), 0);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	assert_int_equal(count_files(queue_path, "seg-"), 1);
	queue_free(q);
}

static void
a_users_record_is_written_once_for_all_its_events(void **state)
{
	struct queue_user user = make_user("{\"userID\":\"u1\"}");
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();
	char name[300];
	char *bytes;
	size_t n = 0;
	FILE *f;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(append_event(q, &user, "e"), FG_OK);
	assert_int_equal(find_files(queue_path, "seg-", name), 1);
	f = fopen(name, "r");
	bytes = calloc(1, SEGMENT_MIN + 1);
	assert_non_null(f);
	assert_int_equal(fread(bytes, 1, SEGMENT_MIN, f), SEGMENT_MIN);
	fclose(f);
	for (size_t i = 0; i + 6 < SEGMENT_MIN; i++)
		n += memcmp(bytes + i, "userID", 6) == 0;
	free(bytes);
	assert_int_equal(n, 1);

	ship(t);
	assert_int_equal(got_events, 5);
	assert_int_equal(count_in_got("\"user\":{\"userID\":\"u1\"}"), 5);
	got_clear();
	tail_close(t);
	queue_free(q);
}

static void
a_full_segment_is_sealed_and_the_next_is_larger(void **state)
{
	struct queue_user user = make_user("{\"userID\":\"u1\"}");
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();
	uint64_t bytes;
	char name[20];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "event-%05d", i);
		assert_int_equal(append_event(q, &user, name), FG_OK);
	}
	/* 16 + 32 + 64 + 128 and several of 256. */
	assert_true(count_files(queue_path, "seg-") > 6);
	assert_int_equal(tail_measure(t, &bytes), FG_OK);
	assert_true(bytes > 1000000 && bytes < 2500000);
	ship(t);
	assert_int_equal(got_events, 20000);
	for (int i = 0; i < 20000; i += 997) {
		snprintf(name, sizeof(name), "event-%05d", i);
		assert_int_equal(count_in_got(name), 1);
	}
	/* The sealed ones are gone, the open one stays. */
	assert_int_equal(count_files(queue_path, "seg-"), 1);
	assert_int_equal(count_in_got("\"user\":{}"), 0);
	got_clear();
	tail_close(t);
	queue_free(q);
}

static void
a_segment_is_readable_by_its_group_whatever_the_umask(void **state)
{
	mode_t old = umask(077);
	struct queue *q = open_queue(NULL);
	struct stat st;
	char name[300];

	(void)state;
	assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	umask(old);
	assert_int_equal(find_files(queue_path, "seg-", name), 1);
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	queue_free(q);
}

static void
the_owner_holds_the_lock_for_life(void **state)
{
	struct queue *q = open_queue(NULL);
	char name[300];
	int fd;

	(void)state;
	assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	assert_int_equal(find_files(queue_path, "seg-", name), 1);
	fd = open(name, O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
	queue_free(q);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	close(fd);
}

static void
a_worker_whose_rename_finds_nothing_starts_afresh(void **state)
{
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();

	(void)state;
	steal_births = 2;
	assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	assert_int_equal(steal_births, 0);
	assert_int_equal(count_files(queue_path, "seg-"), 1);
	assert_int_equal(count_files(queue_path, ".new-"), 0);
	ship(t);
	assert_int_equal(got_events, 1);
	got_clear();
	tail_close(t);
	queue_free(q);
}

static void
one_append_publishes_a_user_and_its_event_together(void **state)
{
	struct queue_user user = make_user("{\"userID\":\"u1\"}");
	struct queue *q = open_queue(NULL);
	uint8_t page[SEGMENT_HEADER];
	char name[300];
	uint64_t tail;
	int fd;

	(void)state;
	assert_int_equal(append_event(q, &user, "e"), FG_OK);
	assert_int_equal(find_files(queue_path, "seg-", name), 1);
	fd = open(name, O_RDONLY);
	assert_int_equal(pread(fd, page, sizeof(page), 0), sizeof(page));
	tail = segment_tail(page);
	/* 8+8+15 -> 32; 8+16+8+1 -> 40. */
	assert_int_equal(tail, SEGMENT_HEADER + 32 + 40);
	assert_int_equal(append_event(q, &user, "e"), FG_OK);
	assert_int_equal(pread(fd, page, sizeof(page), 0), sizeof(page));
	assert_int_equal(segment_tail(page), tail + 40);
	close(fd);
	queue_free(q);
}

/* ---- Forks. ---- */

static int
run_child(void (*body)(struct queue *), struct queue *q)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		body(q);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
append_three(struct queue *q)
{
	struct queue_user user = make_user("{\"userID\":\"child\"}");

	for (int i = 0; i < 3; i++)
		if (append_event(q, &user, "child") != FG_OK)
			_exit(1);
}

static void
a_child_goes_on_with_a_chain_of_its_own(void **state)
{
	struct queue_user user = make_user("{\"userID\":\"parent\"}");
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();

	(void)state;
	assert_int_equal(append_event(q, &user, "parent"), FG_OK);
	assert_int_equal(run_child(append_three, q), 0);
	assert_int_equal(append_event(q, &user, "parent"), FG_OK);
	assert_int_equal(count_files(queue_path, "seg-"), 2);
	ship(t);
	assert_int_equal(count_in_got("\"eventName\":\"child\""), 3);
	assert_int_equal(count_in_got("\"userID\":\"child\""), 3);
	assert_int_equal(count_in_got("\"eventName\":\"parent\""), 2);
	/* The child's is gone, for its owner is. */
	assert_int_equal(count_files(queue_path, "seg-"), 1);
	got_clear();
	tail_close(t);
	queue_free(q);
}

static struct queue_user shared_user;

static void
append_with_the_parents_user(struct queue *q)
{
	if (append_event(q, &shared_user, "child") != FG_OK)
		_exit(1);
}

static void
a_user_known_to_the_parents_segment_is_written_again(void **state)
{
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();

	(void)state;
	shared_user = make_user("{\"userID\":\"both\"}");
	assert_int_equal(append_event(q, &shared_user, "parent"), FG_OK);
	assert_int_equal(run_child(append_with_the_parents_user, q), 0);
	ship(t);
	assert_int_equal(count_in_got("\"userID\":\"both\""), 2);
	got_clear();
	tail_close(t);
	queue_free(q);
}

static int wait_pipe[2];

static void
wait_for_end(void)
{
	char c;

	close(wait_pipe[1]);
	(void)!read(wait_pipe[0], &c, 1);
	_exit(0);
}

/* An owner with one event, which leaves an idle child behind. */
static void
owner_with_idle_child(bool raw)
{
	struct queue *q;
	pid_t pid;

	if (queue_new(queue_fd, "default", NULL, &q) != FG_OK ||
	    append_event(q, NULL, "e") != FG_OK)
		_exit(1);
	pid = raw ? (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) : fork();
	if (pid == 0 && raw && append_event(q, NULL, "raw") != FG_OK)
		_exit(1);
	if (pid == 0)
		wait_for_end();
	_exit(pid > 0 ? 0 : 1);
}

static void
check_idle_child(bool raw)
{
	struct tail *t = open_tail();
	int status;
	pid_t pid;

	assert_int_equal(pipe(wait_pipe), 0);
	pid = fork();
	if (pid == 0)
		owner_with_idle_child(raw);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* The child may not have come to let go of the lock, or to append. */
	for (int i = 0; i < 5000; i++) {
		ship(t);
		if (count_files(queue_path, "seg-") == (raw ? 1 : 0) &&
		    (!raw || count_in_got("\"eventName\":\"raw\"") == 1))
			break;
		usleep(1000);
	}
	/* The dead owner's segment could be taken, though its child lives. */
	assert_int_equal(count_in_got("\"eventName\":\"e\""), 1);
	assert_int_equal(count_files(queue_path, "seg-"), raw ? 1 : 0);
	close(wait_pipe[0]);
	close(wait_pipe[1]);
	got_clear();
	tail_close(t);
}

static void
an_idle_child_does_not_keep_a_dead_owners_lock(void **state)
{
	(void)state;
	check_idle_child(false);
}

static void
a_child_that_no_handler_saw_lets_go_at_its_first_event(void **state)
{
	(void)state;
	check_idle_child(true);
}

static void
close_and_reuse_descriptor(struct queue *q)
{
	(void)q;
	_exit(fcntl(queue_fd, F_GETFD) >= 0 ? 0 : 1);
}

static void
a_child_closes_only_what_is_still_the_segment(void **state)
{
	struct queue *q = open_queue(NULL);
	char name[300];
	struct stat seg, st;

	(void)state;
	assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	assert_int_equal(find_files(queue_path, "seg-", name), 1);
	assert_int_equal(stat(name, &seg), 0);
	/* Somebody else's descriptor takes the segment's number. */
	for (int fd = 3; fd < 100; fd++)
		if (fstat(fd, &st) == 0 && st.st_ino == seg.st_ino)
			assert_int_equal(dup3(queue_fd, fd, O_CLOEXEC), fd);
	assert_int_equal(run_child(close_and_reuse_descriptor, q), 0);
	queue_free(q);
}

/* ---- Threads. ---- */

#define THREADS    4
#define PER_THREAD 3000

static void *
append_many(void *arg)
{
	struct queue_user user = make_user("{\"userID\":\"t\"}");
	struct queue *q = arg;

	for (int i = 0; i < PER_THREAD; i++)
		if (append_event(q, &user, "threads") != FG_OK)
			return q;
	return NULL;
}

static void
threads_lose_and_double_nothing(void **state)
{
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();
	pthread_t threads[THREADS];
	void *failed;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, append_many, q), 0);
	for (int i = 0; i < 5; i++)
		ship(t);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	ship(t);
	assert_int_equal(got_events, THREADS * PER_THREAD);
	assert_int_equal(
	    count_in_got("\"userID\":\"t\""), THREADS * PER_THREAD);
	got_clear();
	tail_close(t);
	queue_free(q);
}

static void
a_fork_amid_appending_threads_gives_a_child_that_can_append(void **state)
{
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();
	pthread_t threads[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, append_many, q), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(run_child(append_three, q), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	ship(t);
	assert_int_equal(count_in_got("\"eventName\":\"child\""), 60);
	assert_int_equal(
	    count_in_got("\"eventName\":\"threads\""), 2 * PER_THREAD);
	got_clear();
	tail_close(t);
	queue_free(q);
}

/* ---- Death. ---- */

/* Appends until killed; tells in shared memory what was promised. */
static void
append_until_killed(uint64_t *promised, const struct queue_options *opt)
{
	struct queue_user user = make_user("{\"userID\":\"u\"}");
	struct queue *q;

	if (queue_new(queue_fd, "default", opt, &q) != FG_OK)
		_exit(1);
	for (;;) {
		char name[40];

		snprintf(name, sizeof(name), "kill-%llu",
		    (unsigned long long)*promised + 1);
		if (append_event(q, &user, name) != FG_OK)
			_exit(1);
		__atomic_store_n(promised, *promised + 1, __ATOMIC_RELEASE);
		if (*promised % 512 == 0)
			user.segment = 0; /* as a new request would */
	}
}

static void
kill_at_random_points(int kills, const struct queue_options *opt)
{
	uint64_t *promised = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct tail *t = open_tail();
	struct tail_stats stats;

	assert_ptr_not_equal(promised, MAP_FAILED);
	for (int i = 0; i < kills; i++) {
		char name[60];
		pid_t pid;

		*promised = 0;
		pid = fork();
		if (pid == 0)
			append_until_killed(promised, opt);
		usleep((useconds_t)(1000 + (i * 7919) % 4000));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		ship(t);
		/* One more may have been appended than was told. */
		assert_true(
		    got_events == *promised || got_events == *promised + 1);
		if (*promised > 0) {
			snprintf(name, sizeof(name), "\"kill-%llu\"",
			    (unsigned long long)*promised);
			assert_int_equal(count_in_got(name), 1);
		}
		assert_int_equal(count_files(queue_path, "seg-"), 0);
		got_clear();
	}
	tail_stats(t, &stats);
	assert_int_equal(stats.damaged, 0);
	assert_int_equal(stats.invalid, 0);
	assert_int_equal(stats.quarantined, 0);
	tail_close(t);
	munmap(promised, 4096);
}

static int
n_kills(int usual)
{
	const char *env = getenv("FORKGATE_TEST_KILLS");

	return env != NULL ? atoi(env) : usual;
}

static void
a_kill_at_any_point_loses_no_event_and_tears_no_frame(void **state)
{
	(void)state;
	kill_at_random_points(n_kills(80), NULL);
}

static void
nor_does_it_where_appends_are_written(void **state)
{
	struct queue_options opt = {.always_write = true};

	(void)state;
	kill_at_random_points(n_kills(40), &opt);
}

/* ---- Writing instead of mapping. ---- */

static void
frames_that_are_written_do_not_cross_a_page(void **state)
{
	struct queue_options opt = {.always_write = true};
	struct queue *q = open_queue(&opt);
	struct tail *t = open_tail();
	struct queue_user user = make_user("{\"userID\":\"u1\"}");
	char name[300], path[300];
	uint8_t *bytes = malloc(SEGMENT_MIN);
	size_t at = SEGMENT_HEADER;
	ssize_t size;
	int fd;

	(void)state;
	memset(name, 'n', sizeof(name));
	for (int i = 0; i < 30; i++) {
		name[100 + i * 6] = '\0';
		assert_int_equal(append_event(q, &user, name), FG_OK);
		name[100 + i * 6] = 'n';
	}
	assert_int_equal(find_files(queue_path, "seg-", path), 1);
	fd = open(path, O_RDONLY);
	size = read(fd, bytes, SEGMENT_MIN);
	assert_true(size > 8192);
	while (at < (size_t)size) {
		size_t frame = 8 + ((le32dec(bytes + at) + 7) & ~7u);

		assert_true(at / 4096 == (at + frame - 1) / 4096);
		at += frame;
	}
	assert_int_equal(at, size);
	close(fd);
	free(bytes);
	ship(t);
	assert_int_equal(got_events, 30);
	assert_int_equal(count_in_got("\"userID\":\"u1\""), 30);
	got_clear();
	tail_close(t);
	queue_free(q);
}

static void
a_written_chain_rotates_and_counts_like_a_mapped_one(void **state)
{
	struct queue_options opt = {.always_write = true};
	struct queue *q = open_queue(&opt);
	struct tail *t = open_tail();
	struct queue_user user = make_user("{\"userID\":\"u1\"}");
	struct tail_stats stats;

	(void)state;
	queue_count(q, SEGMENT_EVALUATIONS, 5);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(append_event(q, &user, "w"), FG_OK);
	queue_count(q, SEGMENT_EVALUATIONS, 2);
	queue_free(q);
	ship(t);
	assert_int_equal(got_events, 5000);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	ship(t);
	tail_stats(t, &stats);
	assert_int_equal(stats.counters[SEGMENT_EVALUATIONS], 7);
	assert_int_equal(stats.damaged, 0);
	got_clear();
	tail_close(t);
}

static void
large_records_are_whole_in_either_way(void **state)
{
	struct queue_options ways[2] = {{0}, {.always_write = true}};
	char *big = malloc(65000), *json = malloc(60000);
	uint8_t *buf = malloc(RECORD_MAX);
	struct tail *t = open_tail();

	(void)state;
	memset(big, 'b', 65000);
	snprintf(json, 60000, "{\"userID\":\"%.59000s\"}", big);
	for (int i = 0; i < 2; i++) {
		struct record_custom x = {.name = {big, 65000}};
		struct queue_user user = make_user(json);
		struct queue *q = open_queue(&ways[i]);
		size_t n;

		record_put_custom(buf, RECORD_MAX, &x, &n);
		for (int k = 0; k < 5; k++)
			assert_int_equal(queue_append(q, &user, buf, n), FG_OK);
		queue_free(q);
	}
	ship(t);
	assert_int_equal(got_events, 10);
	assert_int_equal(count_files(quarantine_path, "seg-"), 0);
	got_clear();
	tail_close(t);
	free(buf);
	free(json);
	free(big);
}

/* ---- Caps. ---- */

static uint64_t allowance;
static bool beat_is_old;

static uint64_t
get_allowance(void *arg)
{
	(void)arg;
	return allowance;
}

static bool
get_beat_is_old(void *arg)
{
	(void)arg;
	return beat_is_old;
}

static uint64_t
counter(struct queue *q, enum segment_counter which)
{
	uint64_t all[SEGMENT_N_COUNTERS];

	queue_counters(q, all);
	return all[which];
}

static void
without_allowance_the_newest_events_are_dropped_and_counted(void **state)
{
	struct queue_options opt = {.allowance = get_allowance};
	struct queue *q = open_queue(&opt);
	struct tail *t = open_tail();
	struct tail_stats stats;

	(void)state;
	allowance = SEGMENT_MIN - 1;
	assert_int_equal(append_event(q, NULL, "lost"), FG_E_SPACE);
	assert_int_equal(append_event(q, NULL, "lost"), FG_E_SPACE);
	assert_int_equal(counter(q, SEGMENT_DROPPED), 2);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	allowance = SEGMENT_MIN;
	usleep(150000);
	assert_int_equal(append_event(q, NULL, "kept"), FG_OK);
	ship(t);
	ship(t);
	assert_int_equal(count_in_got("kept"), 1);
	assert_int_equal(count_in_got("lost"), 0);
	tail_stats(t, &stats);
	assert_int_equal(stats.counters[SEGMENT_DROPPED], 2);
	got_clear();
	tail_close(t);
	queue_free(q);
}

static void
a_small_allowance_gives_a_smaller_segment(void **state)
{
	struct queue_options opt = {.allowance = get_allowance};
	struct queue *q = open_queue(&opt);
	struct tail *t = open_tail();
	uint64_t bytes;

	(void)state;
	allowance = UINT64_MAX;
	for (int i = 0; i < 300; i++)
		assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	allowance = SEGMENT_MIN;
	for (int i = 300; i < 600; i++)
		assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	assert_int_equal(count_files(queue_path, "seg-"), 2);
	assert_int_equal(tail_measure(t, &bytes), FG_OK);
	assert_int_equal(bytes, 16384 + 16384);
	tail_close(t);
	queue_free(q);
}

/* Else the caps would keep, for ever, what only shipping could free. */
static void
a_full_segment_can_be_deleted_though_there_is_no_room_for_a_next(void **state)
{
	struct queue_options opt = {.allowance = get_allowance};
	struct queue *q = open_queue(&opt);
	struct tail *t = open_tail();
	enum fg_status st;

	(void)state;
	allowance = SEGMENT_MIN;
	assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	allowance = 0;
	do {
		st = append_event(q, NULL, "e");
	} while (st == FG_OK);
	assert_int_equal(st, FG_E_SPACE);
	ship(t);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	got_clear();
	tail_close(t);
	queue_free(q);
}

static void
with_an_old_heartbeat_the_disk_must_have_its_floor(void **state)
{
	struct queue_options opt = {
	    .heartbeat_old = get_beat_is_old, .free_floor = 1ull << 60};
	struct queue *q = open_queue(&opt);

	(void)state;
	beat_is_old = true;
	assert_int_equal(append_event(q, NULL, "e"), FG_E_SPACE);
	beat_is_old = false;
	usleep(150000);
	assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	queue_free(q);
}

static void
a_full_disk_drops_events_and_kills_nobody(void **state)
{
	struct queue *q;
	char root[80];
	enum fg_status st = FG_OK;
	int ok = 0;

	(void)state;
	snprintf(root, sizeof(root), "%s/small", base);
	assert_int_equal(mkdir(root, 0700), 0);
	if (mount("tmpfs", root, "tmpfs", 0, "size=100k") != 0) {
		print_message("no tmpfs can be mounted here: not tested\n");
		skip();
	}
	{
		int fd = open(root, O_RDONLY | O_DIRECTORY);

		assert_int_equal(queue_new(fd, "default", NULL, &q), FG_OK);
		close(fd);
	}
	while (ok < 100000 && st == FG_OK) {
		st = append_event(q, NULL, "e");
		ok += st == FG_OK;
	}
	assert_int_equal(st, FG_E_SPACE);
	assert_true(ok > 500);
	assert_int_equal(count_files(root, ".new-"), 0);
	assert_int_equal(counter(q, SEGMENT_DROPPED), 1);
	queue_free(q);
	assert_int_equal(umount2(root, MNT_DETACH), 0);
}

static void
without_a_folder_every_event_is_dropped_until_there_is_one(void **state)
{
	struct queue *q;

	(void)state;
	assert_int_equal(queue_new(-1, "default", NULL, &q), FG_OK);
	assert_int_equal(append_event(q, NULL, "e"), FG_E_IO);
	assert_int_equal(counter(q, SEGMENT_DROPPED), 1);
	assert_int_equal(queue_set_dir(q, queue_fd), FG_OK);
	assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	queue_free(q);
}

static void
records_that_cannot_be_are_dropped_and_counted(void **state)
{
	static uint8_t huge[RECORD_MAX + 1];
	struct queue_user user = {
	    .json = (const char *)huge, .json_len = RECORD_MAX};
	struct queue *q = open_queue(NULL);

	(void)state;
	assert_int_equal(
	    queue_append(q, NULL, huge, sizeof(huge)), FG_E_INVALID);
	assert_int_equal(queue_append(q, NULL, huge, 3), FG_E_INVALID);
	assert_int_equal(append_event(q, &user, "e"), FG_E_INVALID);
	assert_int_equal(counter(q, SEGMENT_DROPPED), 3);
	queue_free(q);
}

static void
a_bad_name_of_a_project_is_refused(void **state)
{
	struct queue *q;

	(void)state;
	assert_int_equal(queue_new(queue_fd, "a/b", NULL, &q), FG_E_INVALID);
	assert_null(q);
}

/* ---- Flush. ---- */

static _Atomic bool stop_shipping;

static void *
ship_in_background(void *arg)
{
	while (!stop_shipping) {
		ship(arg);
		usleep(500);
	}
	return NULL;
}

static void
a_flush_waits_until_all_before_it_was_accepted(void **state)
{
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();
	pthread_t thread;

	(void)state;
	for (int i = 0; i < 2000; i++)
		assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	stop_shipping = false;
	assert_int_equal(
	    pthread_create(&thread, NULL, ship_in_background, t), 0);
	assert_int_equal(queue_flush(q, 5000), FG_OK);
	stop_shipping = true;
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(got_events, 2000);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	assert_int_equal(count_files(queue_path, "flush-"), 0);
	got_clear();
	tail_close(t);
	queue_free(q);
}

static void
a_flush_that_nobody_answers_times_out_and_is_withdrawn(void **state)
{
	struct queue *q = open_queue(NULL);

	(void)state;
	assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	assert_int_equal(queue_flush(q, 30), FG_E_TIMEOUT);
	assert_int_equal(count_files(queue_path, "flush-"), 0);
	queue_free(q);
}

/* ---- Counters. ---- */

static void
a_processes_counters_are_spread_over_its_segments(void **state)
{
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();
	struct tail_stats stats;

	(void)state;
	queue_count(q, SEGMENT_GENERATION, 7);
	for (int i = 0; i < 3000; i++) {
		queue_count(q, SEGMENT_EVALUATIONS, 2);
		queue_count(q, SEGMENT_DEDUPLICATED, 1);
		assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	}
	queue_count(q, SEGMENT_EVALUATIONS, 1);
	queue_publish(q);
	ship(t);
	ship(t);
	tail_stats(t, &stats);
	assert_int_equal(stats.counters[SEGMENT_EVALUATIONS], 6001);
	assert_int_equal(stats.counters[SEGMENT_DEDUPLICATED], 3000);
	assert_int_equal(stats.counters[SEGMENT_GENERATION], 7);
	queue_free(q);
	ship(t);
	ship(t);
	tail_stats(t, &stats);
	assert_int_equal(stats.counters[SEGMENT_EVALUATIONS], 6001);
	assert_int_equal(stats.counters[SEGMENT_GENERATION], 0);
	assert_int_equal(stats.segments, 0);
	got_clear();
	tail_close(t);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_dirs, teardown_dirs)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_is_on_disk_before_the_first_event),
	    TEST(a_users_record_is_written_once_for_all_its_events),
	    TEST(a_full_segment_is_sealed_and_the_next_is_larger),
	    TEST(a_segment_is_readable_by_its_group_whatever_the_umask),
	    TEST(the_owner_holds_the_lock_for_life),
	    TEST(a_worker_whose_rename_finds_nothing_starts_afresh),
	    TEST(one_append_publishes_a_user_and_its_event_together),
	    TEST(a_child_goes_on_with_a_chain_of_its_own),
	    TEST(a_user_known_to_the_parents_segment_is_written_again),
	    TEST(an_idle_child_does_not_keep_a_dead_owners_lock),
	    TEST(a_child_that_no_handler_saw_lets_go_at_its_first_event),
	    TEST(a_child_closes_only_what_is_still_the_segment),
	    TEST(threads_lose_and_double_nothing),
	    TEST(a_fork_amid_appending_threads_gives_a_child_that_can_append),
	    TEST(a_kill_at_any_point_loses_no_event_and_tears_no_frame),
	    TEST(nor_does_it_where_appends_are_written),
	    TEST(frames_that_are_written_do_not_cross_a_page),
	    TEST(a_written_chain_rotates_and_counts_like_a_mapped_one),
	    TEST(large_records_are_whole_in_either_way),
	    TEST(without_allowance_the_newest_events_are_dropped_and_counted),
	    TEST(a_small_allowance_gives_a_smaller_segment),
	    TEST(
		a_full_segment_can_be_deleted_though_there_is_no_room_for_a_next),
	    TEST(with_an_old_heartbeat_the_disk_must_have_its_floor),
	    TEST(a_full_disk_drops_events_and_kills_nobody),
	    TEST(without_a_folder_every_event_is_dropped_until_there_is_one),
	    TEST(records_that_cannot_be_are_dropped_and_counted),
	    TEST(a_bad_name_of_a_project_is_refused),
	    TEST(a_flush_waits_until_all_before_it_was_accepted),
	    TEST(a_flush_that_nobody_answers_times_out_and_is_withdrawn),
	    TEST(a_processes_counters_are_spread_over_its_segments),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
