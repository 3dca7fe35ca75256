#include "reader/repeats.h"

#include "common/frame.h"
#include "tests/unit/queue_dir.h"

static size_t
make_exposure(uint8_t *buf, size_t cap, const char *name, uint64_t time_ms)
{
	struct record_exposure x = {.subject = RECORD_GATE,
	    .time_ms = time_ms,
	    .name = {name, strlen(name)},
	    .rule_id = {"some_rule", 9},
	    .reason = {"Network:Recognized", 18},
	    .has_lcut = true,
	    .lcut = 1700000000000};
	size_t n;

	assert_int_equal(record_put_exposure(buf, cap, &x, &n), FG_OK);
	return n;
}

static void
expose(struct queue *q, struct queue_user *user, const char *name,
    uint64_t time_ms)
{
	uint8_t buf[512];
	size_t n = make_exposure(buf, sizeof(buf), name, time_ms);

	assert_int_equal(queue_append(q, user, buf, n), FG_OK);
}

/* Where the frames of the only segment end. */
static uint64_t
tail_of_segment(void)
{
	uint8_t page[SEGMENT_HEADER];
	struct dirent *e;
	uint64_t tail = 0;
	DIR *dir = opendir(queue_path);

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		int fd;

		if (strncmp(e->d_name, "seg-", 4) != 0)
			continue;
		assert_int_equal(tail, 0);
		fd = openat(dirfd(dir), e->d_name, O_RDONLY);
		assert_int_equal(pread(fd, page, sizeof(page), 0), 4096);
		tail = segment_tail(page);
		close(fd);
	}
	closedir(dir);
	return tail;
}

static void
what_is_said_again_takes_a_short_record(void **state)
{
	struct queue *q = open_queue(NULL);
	struct queue_user one = make_user("{\"userID\":\"one\"}");
	struct queue_user two = make_user("{\"userID\":\"two\"}");
	struct tail *t = open_tail();
	uint64_t before;

	(void)state;
	expose(q, &one, "said", 1000);
	expose(q, &two, "else", 1001);
	before = tail_of_segment();
	expose(q, &two, "said", 1002);
	assert_int_equal(
	    tail_of_segment() - before, FRAME_SIZE(RECORD_AGAIN_LEN));
	queue_free(q);
	ship_at(t, 2000);
	assert_int_equal(got_events, 3);
	assert_int_equal(count_in_got("\"gate\":\"said\""), 2);
	assert_int_equal(count_in_got("\"ruleID\":\"some_rule\""), 3);
	assert_int_equal(count_in_got("\"userID\":\"one\""), 1);
	assert_int_equal(count_in_got("\"userID\":\"two\""), 2);
	assert_int_equal(count_in_got("\"time\":1002"), 1);
	got_clear();
	tail_close(t);
}

/* The earlier one lies before the place from which the file is read. */
static void
a_syncer_that_begins_in_the_middle_finds_it(void **state)
{
	struct queue *q = open_queue(NULL);
	struct queue_user one = make_user("{\"userID\":\"one\"}");
	struct queue_user two = make_user("{\"userID\":\"two\"}");
	struct tail *t = open_tail();
	char name[32];

	(void)state;
	/* Over several pages, so that one is fetched and not the others. */
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "said_%d", i);
		expose(q, &one, name, 1000);
	}
	ship_at(t, 2000);
	assert_int_equal(got_events, 100);
	tail_close(t);
	got_clear();
	expose(q, &two, "said_70", 1001);
	expose(q, &two, "said_3", 1001);
	expose(q, &one, "said_99", 1002);
	t = open_tail();
	ship_at(t, 2000);
	assert_int_equal(got_events, 3);
	assert_int_equal(count_in_got("\"gate\":\"said_70\""), 1);
	assert_int_equal(count_in_got("\"gate\":\"said_3\""), 1);
	assert_int_equal(count_in_got("\"gate\":\"said_99\""), 1);
	assert_int_equal(count_in_got("\"userID\":\"two\""), 2);
	queue_free(q);
	ship_at(t, 2000);
	got_clear();
	tail_close(t);
}

/* More than the table holds, over many segments, mapped and written. */
static void
what_is_forgotten_is_written_out_once_more(void **state)
{
	for (int written = 0; written < 2; written++) {
		struct queue_options opt = {.always_write = written != 0};
		struct queue *q = open_queue(&opt);
		struct queue_user user = make_user("{\"userID\":\"u\"}");
		struct tail *t = open_tail();
		char name[32];

		(void)state;
		for (int i = 0; i < 9000; i++) {
			snprintf(name, sizeof(name), "said_%d_", i % 1500);
			expose(q, &user, name, 1000);
		}
		queue_free(q);
		ship_at(t, 2000);
		assert_int_equal(got_events, 9000);
		assert_int_equal(count_in_got("\"gate\":\"said_7_\""), 6);
		assert_int_equal(count_in_got("\"gate\":\"said_1499_\""), 6);
		got_clear();
		tail_close(t);
	}
}

static void
only_user_and_time_may_differ(void **state)
{
	uint8_t a[512], b[512];
	size_t n = make_exposure(a, sizeof(a), "said", 1000);

	(void)state;
	assert_int_equal(make_exposure(b, sizeof(b), "said", 99999), n);
	record_set_user(b, 4711);
	assert_true(record_is_again(a, b, n));
	assert_int_equal(record_again_hash(a, n), record_again_hash(b, n));
	for (size_t i = 0; i < n; i++) {
		if (i >= RECORD_USER_AT && i < 16)
			continue;
		b[i] ^= 1;
		assert_false(record_is_again(a, b, n));
		assert_true(record_again_hash(a, n) != record_again_hash(b, n));
		b[i] ^= 1;
	}
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup_dirs, teardown_dirs)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_is_said_again_takes_a_short_record),
	    TEST(a_syncer_that_begins_in_the_middle_finds_it),
	    TEST(what_is_forgotten_is_written_out_once_more),
	    cmocka_unit_test(only_user_and_time_may_differ),
	};

	return cmocka_run_group_tests_name("repeats", tests, NULL, NULL);
}
