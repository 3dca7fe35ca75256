/*
 * The store of sticky values, as workers use it: forked, killed while they
 * write, several at once, on files that are damaged.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reader/sticky/forkgate_sticky.h"
#include "reader/sticky/sticky_check.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

struct world {
	char *dir;
	struct fg_sticky_store_options options;
	struct fg_sticky_store *store;
	struct fg_sticky_storage s;
};

static void
open_store(struct world *w)
{
	w->options.dir = w->dir;
	assert_int_equal(fg_sticky_store_open(&w->options, &w->store), FG_OK);
	fg_sticky_store_use(w->store, &w->s);
}

static int
begin(void **state)
{
	static const struct fg_sticky_store_options none =
	    FG_STICKY_STORE_OPTIONS_INIT;
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->options = none;
	w->options.no_sync = true;  /* quicker, and no power is cut here */
	w->options.wait_ms = 20000; /* a busy machine is no failure */
	w->dir = fixture_state_dir();
	open_store(w);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	fg_sticky_store_close(w->store);
	fixture_remove_dir(w->dir);
	free(w);
	return 0;
}

static enum fg_status
save(struct world *w, const char *key, const char *name, const char *text)
{
	return w->s.save(w->s.arg, key, name, text, strlen(text) + 1);
}

struct got {
	size_t n;
	char name[64], text[64];
	size_t len;
};

static bool
take(void *to, const char *name, const void *record, size_t len)
{
	struct got *got = to;

	got->n++;
	got->len = len;
	snprintf(got->name, sizeof(got->name), "%s", name);
	snprintf(got->text, sizeof(got->text), "%s", (const char *)record);
	return true;
}

static struct got
load(struct world *w, const char *key)
{
	struct got got = {0};

	assert_int_equal(w->s.load(w->s.arg, key, take, &got), FG_OK);
	return got;
}

static void
file_of(const struct world *w, const char *name, char path[300])
{
	snprintf(path, 300, "%s/%s", w->dir, name);
}

static bool
was_set_aside(struct world *w)
{
	char path[300];

	file_of(w, "values.mdb.bad", path);
	return unlink(path) == 0;
}

static uint64_t
n_values(struct world *w)
{
	struct fg_sticky_store_info info = {.size = sizeof(info)};

	assert_int_equal(fg_sticky_store_get_info(w->store, &info), FG_OK);
	return info.n_values;
}

/* Runs in a child; what it returns is its exit status. */
static pid_t
start(struct world *w, int (*f)(struct world *w))
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(f(w));
	return pid;
}

static void
assert_ends_well(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
what_is_saved_is_loaded_by_its_key_until_it_is_removed(void **state)
{
	struct world *w = *state;
	struct got got;

	assert_int_equal(load(w, "ada:userID").n, 0);
	assert_int_equal(save(w, "ada:userID", "exp", "one"), FG_OK);
	assert_int_equal(save(w, "ada:userID", "exp", "two"), FG_OK);
	assert_int_equal(save(w, "bo:userID", "exp", "three"), FG_OK);
	got = load(w, "ada:userID");
	assert_int_equal(got.n, 1);
	assert_string_equal(got.name, "exp");
	assert_string_equal(got.text, "two");
	assert_int_equal(got.len, 4);
	assert_int_equal(save(w, "ada:userID", "page", "four"), FG_OK);
	assert_int_equal(load(w, "ada:userID").n, 2);
	assert_int_equal(n_values(w), 3);
	assert_int_equal(w->s.remove(w->s.arg, "ada:userID", "exp"), FG_OK);
	assert_int_equal(w->s.remove(w->s.arg, "ada:userID", "exp"), FG_ABSENT);
	assert_string_equal(load(w, "ada:userID").name, "page");
	assert_string_equal(load(w, "bo:userID").text, "three");
}

static void
keys_may_be_of_any_length(void **state)
{
	struct world *w = *state;
	char *key = calloc(1, 100001);

	assert_non_null(key);
	memset(key, 'k', 100000);
	assert_int_equal(save(w, key, key, "long"), FG_OK);
	assert_string_equal(load(w, key).text, "long");
	assert_int_equal(save(w, "", "", "empty"), FG_OK);
	assert_string_equal(load(w, "").text, "empty");
	free(key);
}

/* The two pages that every write changes one of. */
static void
read_metas(const struct world *w, char to[8192])
{
	char path[300];
	int fd;

	file_of(w, "values.mdb", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, to, 8192, 0), 8192);
	close(fd);
}

static void
the_same_again_is_not_written(void **state)
{
	struct world *w = *state;
	char before[8192], after[8192];

	assert_int_equal(save(w, "ada:userID", "exp", "one"), FG_OK);
	read_metas(w, before);
	assert_int_equal(save(w, "ada:userID", "exp", "one"), FG_OK);
	assert_int_equal(w->s.remove(w->s.arg, "ada:userID", "no"), FG_ABSENT);
	read_metas(w, after);
	assert_memory_equal(before, after, sizeof(after));
	assert_int_equal(save(w, "ada:userID", "exp", "two"), FG_OK);
	read_metas(w, after);
	assert_memory_not_equal(before, after, sizeof(after));
}

static int
child_writes(struct world *w)
{
	char key[32];

	snprintf(key, sizeof(key), "%d:userID", (int)getpid());
	for (int i = 0; i < 20; i++) {
		char name[32];
		struct got got = {0};

		snprintf(name, sizeof(name), "exp%d", i);
		if (save(w, key, name, "child") != FG_OK ||
		    w->s.load(w->s.arg, key, take, &got) != FG_OK ||
		    got.n != (size_t)i + 1)
			return 1;
	}
	return 0;
}

static void
a_store_that_was_used_works_in_forked_children_all_at_once(void **state)
{
	struct world *w = *state;
	pid_t pids[6];

	assert_int_equal(save(w, "parent:userID", "exp", "one"), FG_OK);
	for (int i = 0; i < 6; i++)
		pids[i] = start(w, child_writes);
	for (int i = 0; i < 6; i++)
		assert_ends_well(pids[i]);
	assert_int_equal(n_values(w), 121);
	assert_string_equal(load(w, "parent:userID").text, "one");
	assert_int_equal(save(w, "parent:userID", "exp", "two"), FG_OK);
}

/*
 * The allocator of AddressSanitizer is left locked in a child when a thread
 * was at it during the fork; there the threads stand still for that long.
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FORK_LOCKS_MALLOC 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define FORK_LOCKS_MALLOC 1
#endif
#ifndef FORK_LOCKS_MALLOC
#define FORK_LOCKS_MALLOC 0
#endif

#define N_THREADS 4

struct writer {
	struct world *w;
	pthread_barrier_t
	    *meet; /* all of them and who forks: before and after */
	pthread_t thread;
	int number;
	bool failed;
};

static bool
writer_works(struct writer *me)
{
	char key[32];

	snprintf(key, sizeof(key), "thread %d:userID", me->number);
	for (int i = 0; i < 20; i++) {
		struct fg_sticky_storage *s = &me->w->s;
		struct got got = {0};
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		if (save(me->w, key, "exp", text) != FG_OK ||
		    s->load(s->arg, key, take, &got) != FG_OK ||
		    strcmp(got.text, text) != 0)
			return false;
	}
	return true;
}

static void *
writer_main(void *arg)
{
	struct writer *me = arg;

	pthread_barrier_wait(me->meet); /* all are there */
	pthread_barrier_wait(me->meet); /* go on */
	me->failed = !writer_works(me);
	pthread_barrier_wait(me->meet);
	return NULL;
}

static void
start_children(struct world *w, pid_t pids[4])
{
	for (int i = 0; i < 4; i++)
		pids[i] = start(w, child_writes);
}

/* The threads are there at every fork, however late it comes. */
static void
threads_may_use_it_at_once_and_fork_meanwhile(void **state)
{
	struct writer writers[N_THREADS];
	struct world *w = *state;
	pthread_barrier_t meet;
	pid_t pids[4];

	pthread_barrier_init(&meet, NULL, N_THREADS + 1);
	for (int i = 0; i < N_THREADS; i++) {
		writers[i] =
		    (struct writer){.w = w, .meet = &meet, .number = i};
		assert_int_equal(pthread_create(&writers[i].thread, NULL,
				     writer_main, &writers[i]),
		    0);
	}
	pthread_barrier_wait(&meet);
	if (FORK_LOCKS_MALLOC)
		start_children(w, pids);
	pthread_barrier_wait(&meet);
	if (!FORK_LOCKS_MALLOC)
		start_children(w, pids);
	pthread_barrier_wait(&meet);
	for (int i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_join(writers[i].thread, NULL), 0);
	pthread_barrier_destroy(&meet);
	for (int i = 0; i < 4; i++)
		assert_ends_well(pids[i]);
	for (int i = 0; i < N_THREADS; i++)
		assert_false(writers[i].failed);
	assert_false(was_set_aside(w));
	assert_int_equal(n_values(w), 84);
}

/* Each value is a number twice, so that half a value would show. */
static int
child_writes_until_killed(struct world *w)
{
	char text[64];

	for (unsigned i = 0;; i++) {
		char name[16];

		snprintf(name, sizeof(name), "exp%u", i % 40);
		snprintf(text, sizeof(text), "%u %u", i, i);
		if (save(w, "ada:userID", name, text) != FG_OK)
			return 1;
	}
}

static bool
take_pair(void *to, const char *name, const void *record, size_t len)
{
	unsigned a = 0, b = 1;

	(void)name;
	(void)len;
	assert_int_equal(sscanf(record, "%u %u", &a, &b), 2);
	assert_int_equal(a, b);
	(*(size_t *)to)++;
	return true;
}

static void
kills_amid_writes_leave_whole_values_and_hold_nobody_up(void **state)
{
	struct world *w = *state;
	size_t n;
	char path[300];
	int fd;

	for (int i = 0; i < 25; i++) {
		struct timespec pause = {0, (i * 7919 % 13 + 1) * 300000};
		pid_t a = start(w, child_writes_until_killed);
		pid_t b = start(w, child_writes_until_killed);
		int status;

		nanosleep(&pause, NULL);
		kill(a, SIGKILL);
		kill(b, SIGKILL);
		waitpid(a, &status, 0);
		assert_true(WIFSIGNALED(status));
		waitpid(b, &status, 0);
		assert_true(WIFSIGNALED(status));
		n = 0;
		assert_int_equal(
		    w->s.load(w->s.arg, "ada:userID", take_pair, &n), FG_OK);
		assert_int_equal(save(w, "own:userID", "exp", "ok"), FG_OK);
	}
	file_of(w, "values.mdb", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(sticky_check(fd), FG_OK);
	close(fd);
}

static bool
take_and_die(void *to, const char *name, const void *record, size_t len)
{
	(void)to;
	(void)name;
	(void)record;
	(void)len;
	kill(getpid(), SIGKILL);
	return false;
}

static int
child_dies_in_a_load(struct world *w)
{
	w->s.load(w->s.arg, "ada:userID", take_and_die, NULL);
	return 0;
}

/* A slot that nobody frees would pin the pages of its time. */
static void
readers_that_were_killed_do_not_make_the_file_grow(void **state)
{
	struct world *w = *state;
	char text[4000], path[300];
	struct stat before, after;
	int status;

	memset(text, 'x', sizeof(text));
	assert_int_equal(save(w, "ada:userID", "exp", "one"), FG_OK);
	waitpid(start(w, child_dies_in_a_load), &status, 0);
	assert_true(WIFSIGNALED(status));
	file_of(w, "values.mdb", path);
	for (int i = 0; i < 600; i++) {
		if (i == 200)
			assert_int_equal(stat(path, &before), 0);
		memcpy(text, &i, sizeof(i));
		assert_int_equal(
		    w->s.save(w->s.arg, "bo:userID", "exp", text, sizeof(text)),
		    FG_OK);
	}
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_size, after.st_size);
}

static int
child_holds_the_lock(struct world *w)
{
	struct flock lock = {
	    .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1, .l_len = 1};
	char path[300];
	int fd;

	file_of(w, "guard", path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || fcntl(fd, F_SETLK, &lock) != 0)
		return 1;
	kill(getpid(), SIGSTOP);
	return 0;
}

static void
a_writer_that_is_stopped_costs_others_no_more_than_the_wait(void **state)
{
	struct world *w = *state;
	int status;
	pid_t pid;

	assert_int_equal(save(w, "ada:userID", "exp", "one"), FG_OK);
	pid = start(w, child_holds_the_lock);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	fg_sticky_store_close(w->store);
	w->options.wait_ms = 10;
	open_store(w);
	assert_int_equal(save(w, "ada:userID", "exp", "two"), FG_E_BUSY);
	assert_string_equal(load(w, "ada:userID").text, "one");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_int_equal(save(w, "ada:userID", "exp", "two"), FG_OK);
}

static void
the_oldest_go_when_there_is_too_much(void **state)
{
	struct fg_sticky_store_info info = {.size = sizeof(info)};
	struct world *w = *state;
	char text[8000], key[32];
	struct stat st;
	char path[300];

	fg_sticky_store_close(w->store);
	w->options.max_bytes = 1;
	open_store(w);
	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 600; i++) {
		snprintf(key, sizeof(key), "%d:userID", i);
		assert_int_equal(
		    w->s.save(w->s.arg, key, "exp", text, sizeof(text)), FG_OK);
	}
	assert_int_equal(fg_sticky_store_get_info(w->store, &info), FG_OK);
	assert_in_range(info.n_bytes, 1 << 19, 1 << 20);
	assert_in_range(info.n_values, 50, 130);
	assert_int_equal(load(w, "599:userID").n, 1);
	assert_int_equal(load(w, "0:userID").n, 0);
	file_of(w, "values.mdb", path);
	assert_int_equal(stat(path, &st), 0);
	assert_in_range(st.st_size, 0, 2 << 20);
}

static void
what_does_not_fit_is_refused_and_the_rest_goes_on(void **state)
{
	struct world *w = *state;
	char *huge = calloc(1, 4 << 20);

	assert_non_null(huge);
	fg_sticky_store_close(w->store);
	w->options.max_bytes = 1;
	open_store(w);
	assert_int_equal(save(w, "ada:userID", "exp", "one"), FG_OK);
	assert_int_equal(
	    w->s.save(w->s.arg, "bo:userID", "exp", huge, 4 << 20), FG_E_SPACE);
	assert_string_equal(load(w, "ada:userID").text, "one");
	assert_int_equal(save(w, "bo:userID", "exp", "two"), FG_OK);
	free(huge);
}

static void
what_is_too_old_is_not_there_and_goes_with_the_next_write(void **state)
{
	struct world *w = *state;

	assert_int_equal(save(w, "ada:userID", "exp", "one"), FG_OK);
	fg_sticky_store_close(w->store);
	w->options.max_age_ms = 1;
	open_store(w);
	while (load(w, "ada:userID").n != 0)
		; /* until the clock has moved on */
	assert_int_equal(n_values(w), 1);
	assert_int_equal(save(w, "bo:userID", "exp", "two"), FG_OK);
	assert_int_equal(n_values(w), 1);
}

static int
child_with_a_larger_limit(struct world *w)
{
	char text[8000], key[32];

	fg_sticky_store_close(w->store);
	w->options.max_bytes = 16 << 20;
	open_store(w);
	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 400; i++) {
		snprintf(key, sizeof(key), "%d:userID", i);
		if (w->s.save(w->s.arg, key, "exp", text, sizeof(text)) !=
		    FG_OK)
			return 1;
	}
	return 0;
}

static void
a_file_that_another_made_larger_is_followed(void **state)
{
	struct world *w = *state;

	fg_sticky_store_close(w->store);
	w->options.max_bytes = 1;
	open_store(w);
	assert_int_equal(save(w, "ada:userID", "exp", "one"), FG_OK);
	assert_ends_well(start(w, child_with_a_larger_limit));
	assert_string_equal(load(w, "ada:userID").text, "one");
	assert_int_equal(load(w, "399:userID").n, 1);
}

/* ---------------------------------------------------------------- damage */

static off_t
damage(struct world *w, off_t at, size_t n, bool cut)
{
	char path[300], junk[4096];
	struct stat st;
	int fd;

	memset(junk, 0x5a, sizeof(junk));
	file_of(w, "values.mdb", path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	if (cut)
		assert_int_equal(ftruncate(fd, at), 0);
	else
		assert_int_equal(pwrite(fd, junk, n, at), (ssize_t)n);
	close(fd);
	return st.st_size;
}

static void
fill(struct world *w)
{
	char key[32];

	for (int i = 0; i < 300; i++) {
		snprintf(key, sizeof(key), "%d:userID", i % 100);
		assert_int_equal(save(w, key, i < 100 ? "a" : "b", key), FG_OK);
	}
}

/* As after a reboot: nobody has looked through the file yet. */
static void
forget_check(struct world *w)
{
	char path[300];

	file_of(w, "checked", path);
	assert_int_equal(unlink(path), 0);
}

static void
a_damaged_file_is_set_aside_whatever_the_damage(void **state)
{
	struct world *w = *state;
	off_t size = 4096 * 12;
	unsigned n_bad = 0;

	for (off_t at = 0; at < size; at += 4096) {
		fill(w);
		fg_sticky_store_close(w->store);
		size = damage(w, at, 4096, false);
		forget_check(w);
		open_store(w);
		/* One damaged page among free ones is not noticed. */
		(void)load(w, "1:userID");
		assert_int_equal(save(w, "ada:userID", "exp", "one"), FG_OK);
		assert_string_equal(load(w, "ada:userID").text, "one");
		n_bad += was_set_aside(w);
	}
	assert_true(n_bad >= 4);
}

static void
a_file_that_was_cut_is_set_aside_at_any_time(void **state)
{
	struct world *w = *state;

	fill(w);
	fg_sticky_store_close(w->store);
	damage(w, 4096 * 3, 0, true);
	open_store(w); /* as if checked: in the same boot */
	assert_int_equal(load(w, "1:userID").n, 0);
	assert_int_equal(save(w, "ada:userID", "exp", "one"), FG_OK);
	assert_true(was_set_aside(w));
}

static void
a_whole_file_stays_after_a_reboot(void **state)
{
	struct world *w = *state;

	fill(w);
	fg_sticky_store_close(w->store);
	forget_check(w);
	open_store(w);
	assert_int_equal(load(w, "1:userID").n, 2);
	assert_int_equal(n_values(w), 200);
	assert_false(was_set_aside(w));
}

/* What it would find while somebody writes is no state of the file. */
static void
a_file_is_not_looked_through_while_another_writes(void **state)
{
	struct world *w = *state;
	struct got got = {0};
	int status;
	pid_t pid;

	fill(w);
	fg_sticky_store_close(w->store);
	forget_check(w);
	pid = start(w, child_holds_the_lock);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	w->options.wait_ms = 10;
	open_store(w);
	assert_int_equal(
	    w->s.load(w->s.arg, "1:userID", take, &got), FG_E_BUSY);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_int_equal(load(w, "1:userID").n, 2);
	assert_false(was_set_aside(w));
}

/* Every 32 bits of the file in turn: the check ends, without a step outside. */
static void
the_check_survives_every_damaged_word(void **state)
{
	struct world *w = *state;
	char path[300];
	uint32_t word, bad = 0xfffffff0;
	unsigned n_bad = 0;
	struct stat st;
	int fd;

	fill(w);
	fg_sticky_store_close(w->store);
	file_of(w, "values.mdb", path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(sticky_check(fd), FG_OK);
	for (off_t at = 0; at < st.st_size; at += 16) {
		assert_int_equal(pread(fd, &word, 4, at), 4);
		assert_int_equal(pwrite(fd, &bad, 4, at), 4);
		n_bad += sticky_check(fd) == FG_E_CORRUPT;
		assert_int_equal(pwrite(fd, &word, 4, at), 4);
	}
	assert_int_equal(sticky_check(fd), FG_OK);
	assert_true(n_bad > 100);
	close(fd);
	open_store(w);
}

static void
a_folder_that_is_not_there_or_not_allowed_is_told(void **state)
{
	struct fg_sticky_store_options o = FG_STICKY_STORE_OPTIONS_INIT;
	struct fg_sticky_store *store;
	struct world *w = *state;
	char path[300];
	struct stat st;

	assert_int_equal(fg_sticky_store_open(&o, &store), FG_E_INVALID);
	o.dir = "/proc/no/such/place";
	assert_int_equal(fg_sticky_store_open(&o, &store), FG_E_IO);
	assert_null(store);
	fg_sticky_store_close(NULL);
	fg_sticky_store_close(w->store);
	file_of(w, "made", path);
	w->options.mode = 0660;
	w->options.dir = path;
	umask(077);
	assert_int_equal(fg_sticky_store_open(&w->options, &w->store), FG_OK);
	fg_sticky_store_use(w->store, &w->s);
	assert_int_equal(save(w, "ada:userID", "exp", "one"), FG_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	file_of(w, "made/values.mdb", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
}

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(what_is_saved_is_loaded_by_its_key_until_it_is_removed),
	    STORE_TEST(keys_may_be_of_any_length),
	    STORE_TEST(the_same_again_is_not_written),
	    STORE_TEST(
		a_store_that_was_used_works_in_forked_children_all_at_once),
	    STORE_TEST(threads_may_use_it_at_once_and_fork_meanwhile),
	    STORE_TEST(kills_amid_writes_leave_whole_values_and_hold_nobody_up),
	    STORE_TEST(readers_that_were_killed_do_not_make_the_file_grow),
	    STORE_TEST(
		a_writer_that_is_stopped_costs_others_no_more_than_the_wait),
	    STORE_TEST(the_oldest_go_when_there_is_too_much),
	    STORE_TEST(what_does_not_fit_is_refused_and_the_rest_goes_on),
	    STORE_TEST(
		what_is_too_old_is_not_there_and_goes_with_the_next_write),
	    STORE_TEST(a_file_that_another_made_larger_is_followed),
	    STORE_TEST(a_damaged_file_is_set_aside_whatever_the_damage),
	    STORE_TEST(a_file_that_was_cut_is_set_aside_at_any_time),
	    STORE_TEST(a_whole_file_stays_after_a_reboot),
	    STORE_TEST(a_file_is_not_looked_through_while_another_writes),
	    STORE_TEST(the_check_survives_every_damaged_word),
	    STORE_TEST(a_folder_that_is_not_there_or_not_allowed_is_told),
	};

	return cmocka_run_group_tests_name("sticky_store", tests, NULL, NULL);
}
