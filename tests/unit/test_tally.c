/* Checks that are counted: from workers to one event, whatever they die of. */
#include <signal.h>
#include <sys/wait.h>

#include "common/hash64.h"
#include "reader/tally.h"
#include "tests/unit/queue_dir.h"

static int
setup(void **state)
{
	got_clear();
	return setup_dirs(state);
}

static void
count(struct queue *q, const char *name, int times)
{
	size_t n = strlen(name);

	for (int i = 0; i < times; i++)
		queue_tally(q, name, n, hash64(name, n));
}

static bool
told(const char *checks)
{
	char text[512];

	snprintf(
	    text, sizeof(text), "\"metadata\":{\"checks\":\"{%s}\"}", checks);
	return got != NULL && strstr(got, text) != NULL;
}

/* All that is there, with what is not full yet. */
static void
ship_all(struct tail *t)
{
	ship(t);
	tail_hurry(t);
	ship(t);
}

static void
workers_that_are_killed_lose_no_count(void **state)
{
	struct tail *t = open_tail();
	int status;

	(void)state;
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			struct queue *q = open_queue(NULL);

			count(q, "gate", 1000);
			count(q, i == 0 ? "one" : "two", 5);
			raise(SIGKILL);
		}
		assert_true(pid > 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
	}
	ship_all(t);
	assert_int_equal(got_events, 1);
	assert_non_null(strstr(got, "statsig::non_exposed_checks"));
	assert_non_null(strstr(got, "\"user\":{}"));
	assert_true(told("\\\"gate\\\":3000,\\\"one\\\":5,\\\"two\\\":10") ||
	    told("\\\"gate\\\":3000,\\\"two\\\":10,\\\"one\\\":5"));
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	tail_close(t);
}

static void
counts_of_an_open_segment_wait_and_are_told_once(void **state)
{
	struct queue_options opt = {.tally_ms = 1};
	struct queue *q = open_queue(&opt);
	struct tail *t = open_tail();

	(void)state;
	count(q, "gate", 7);
	append_event(q, NULL, "seen");
	ship_all(t);
	assert_int_equal(got_events, 1);
	assert_int_equal(count_in_got("non_exposed_checks"), 0);
	while (count_in_got("non_exposed_checks") == 0) {
		usleep(1000);
		queue_tick(q); /* seals when a millisecond is over */
		ship_all(t);
	}
	assert_true(told("\\\"gate\\\":7"));
	count(q, "gate", 2);
	queue_free(q);
	ship_all(t);
	assert_true(told("\\\"gate\\\":2"));
	assert_int_equal(count_in_got("non_exposed_checks"), 2);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	tail_close(t);
}

static void
a_syncer_that_dies_after_the_events_still_tells_the_counts(void **state)
{
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();

	(void)state;
	count(q, "gate", 7);
	append_event(q, NULL, "seen");
	ship_all(t); /* position saved at the end of the frames */
	tail_close(t);
	queue_free(q);
	t = open_tail();
	ship_all(t);
	assert_true(told("\\\"gate\\\":7"));
	assert_int_equal(count_in_got("\"seen\""), 1);
	tail_close(t);
}

static size_t
read_file(const char *path, uint8_t *buf)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, buf, SEGMENT_MAX);

	close(fd);
	assert_true(n > 0);
	return (size_t)n;
}

static void
counts_that_were_accepted_are_not_told_again(void **state)
{
	static uint8_t bytes[SEGMENT_MAX];
	struct tail_batch *b;
	struct tail *t = open_tail();
	struct queue *q = open_queue(NULL);
	char file[300];
	size_t n;
	int fd;

	(void)state;
	count(q, "gate", 7);
	queue_free(q);
	while (tail_next(t, 1000, &b) != FG_OK)
		;
	/* Without acceptance they come again. */
	tail_close(t);
	t = open_tail();
	while (tail_next(t, 1000, &b) != FG_OK)
		;
	got_add(b);
	assert_int_equal(find_files(queue_path, "seg-", file), 1);
	n = read_file(file, bytes);
	assert_int_equal(tail_accept(t, b), FG_OK);
	tail_close(t);
	/* As if the syncer had died before it unlinked the file. */
	memcpy(positions[0].id, bytes + 16, SEGMENT_ID);
	positions[0].pos = segment_tail(bytes) | 1;
	n_positions = 1;
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL, 0640);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
	t = open_tail();
	ship_all(t);
	assert_int_equal(count_in_got("non_exposed_checks"), 1);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	tail_close(t);
}

static void
more_names_than_words_are_counted_all_the_same(void **state)
{
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();
	char name[32], text[64];

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < SEGMENT_N_TALLIES + 50; i++) {
			snprintf(name, sizeof(name), "gate_%d", i);
			count(q, name, 1);
		}
	queue_free(q);
	ship_all(t);
	for (int i = 0; i < SEGMENT_N_TALLIES + 50; i++) {
		snprintf(text, sizeof(text), "\\\"gate_%d\\\":2", i);
		assert_int_equal(count_in_got(text), 1);
	}
	assert_int_equal(count_in_got("non_exposed_checks"), 1);
	tail_close(t);
}

static void
names_too_long_are_counted_as_dropped(void **state)
{
	static char name[5000];
	uint64_t all[SEGMENT_N_COUNTERS];
	struct queue *q = open_queue(NULL);

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	count(q, name, 3);
	queue_counters(q, all);
	assert_int_equal(all[SEGMENT_DROPPED], 3);
	queue_free(q);
}

static void
a_child_counts_apart(void **state)
{
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();
	int status;
	pid_t pid;

	(void)state;
	count(q, "gate", 3);
	pid = fork();
	if (pid == 0) {
		queue_tick(q);
		count(q, "gate", 4);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	ship_all(t);
	assert_true(told("\\\"gate\\\":4"));
	queue_free(q);
	ship_all(t);
	assert_true(told("\\\"gate\\\":3"));
	tail_close(t);
}

static void
written_segments_tell_counts_after_a_tick(void **state)
{
	struct queue_options opt = {.always_write = true};
	struct tail *t = open_tail();
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct queue *q = open_queue(&opt);

		count(q, "gate", 9);
		queue_tick(q);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	ship_all(t);
	assert_true(told("\\\"gate\\\":9"));
	tail_close(t);
}

/* Words without a name, and names without a word, in a worker's own hand. */
static void
made_up_tallies_do_no_harm(void **state)
{
	static const uint32_t which[] = {
	    0, 1, 1, SEGMENT_N_TALLIES, UINT32_MAX, SEGMENT_N_TALLIES - 1};
	struct tail *t = open_tail();
	struct tail_stats stats;
	struct queue *q = open_queue(NULL);
	char file[300];
	uint8_t record[64];
	uint32_t word = UINT32_MAX;
	size_t n;
	int fd;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct record_tally x = {which[i], TEXT("name")};

		assert_int_equal(
		    record_put_tally(record, sizeof(record), &x, &n), FG_OK);
		assert_int_equal(queue_append(q, NULL, record, n), FG_OK);
	}
	assert_int_equal(find_files(queue_path, "seg-", file), 1);
	fd = open(file, O_RDWR);
	for (off_t at = SEGMENT_TALLIES; at < SEGMENT_HEADER; at += 4)
		assert_int_equal(pwrite(fd, &word, 4, at), 4);
	close(fd);
	queue_free(q);
	ship_all(t);
	assert_true(told("\\\"name\\\":12884901885"));
	tail_stats(t, &stats);
	assert_int_equal(stats.invalid, 1);
	tail_close(t);
}

#define TALLY_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown_dirs)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TALLY_TEST(workers_that_are_killed_lose_no_count),
	    TALLY_TEST(counts_of_an_open_segment_wait_and_are_told_once),
	    TALLY_TEST(
		a_syncer_that_dies_after_the_events_still_tells_the_counts),
	    TALLY_TEST(counts_that_were_accepted_are_not_told_again),
	    TALLY_TEST(more_names_than_words_are_counted_all_the_same),
	    TALLY_TEST(names_too_long_are_counted_as_dropped),
	    TALLY_TEST(a_child_counts_apart),
	    TALLY_TEST(written_segments_tell_counts_after_a_tick),
	    TALLY_TEST(made_up_tallies_do_no_harm),
	};
	int status = cmocka_run_group_tests_name("tally", tests, NULL, NULL);

	got_clear();
	return status;
}
