/* What is kept in quarantine, and what is put back from there. */
#include "syncer/quarantine.h"

#include "tests/unit/queue_dir.h"

/* ---- The folder. ---- */

static void
names_tell_since_when_and_why(void **state)
{
	static const char *const none[] = {"", ".", "batch-", "batch-1-2-3",
	    "batch-1-2-status_400.json", "batch-1-2-3-a b.json",
	    "batch-1-2-3-.json", "seg-12-1-damaged", "replay-1-2-3-x.jso",
	    "seg-00000000000000000000000000000001", "other",
	    "batch-1234567890123456789-2-3-x.json"};
	struct quarantine_item item;

	(void)state;
	assert_true(
	    quarantine_parse("batch-1700-22-333-status_400.json", &item));
	assert_int_equal(item.kind, QUARANTINE_BATCH);
	assert_int_equal(item.time_ms, 1700);
	assert_string_equal(item.reason, "status_400");
	assert_string_equal(item.id, "1700-22-333-status_400");
	assert_true(quarantine_parse("replay-1-2-3-x.json", &item));
	assert_int_equal(item.kind, QUARANTINE_REPLAY);
	assert_string_equal(item.id, "1-2-3-x");
	assert_true(quarantine_parse(
	    "seg-00000000000000000000000000000001-77-newer", &item));
	assert_int_equal(item.kind, QUARANTINE_SEGMENT);
	assert_int_equal(item.time_ms, 77);
	assert_string_equal(item.reason, "newer");
	assert_string_equal(
	    item.segment, "seg-00000000000000000000000000000001");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(quarantine_parse(none[i], &item));
}

static void
it_is_bounded_in_bytes_and_in_files_until_somebody_clears_it(void **state)
{
	struct quarantine q;

	(void)state;
	assert_int_equal(quarantine_open(&q, quarantine_path, 100, 2), FG_OK);
	assert_int_equal(
	    quarantine_write(&q, "batch-1-1-0-x.json", "[", "a", 1, "]"),
	    FG_OK);
	assert_int_equal(
	    quarantine_write(&q, "big", "", queue_path, 99, ""), FG_E_SPACE);
	assert_int_equal(
	    quarantine_write(&q, "batch-2-1-0-x.json", "[", "b", 1, "]"),
	    FG_OK);
	assert_int_equal(
	    quarantine_write(&q, "batch-3-1-0-x.json", "[", "c", 1, "]"),
	    FG_E_SPACE);
	assert_int_equal(unlinkat(q.dirfd, "batch-1-1-0-x.json", 0), 0);
	assert_int_equal(
	    quarantine_write(&q, "batch-3-1-0-x.json", "[", "c", 1, "]"),
	    FG_OK);
	quarantine_drop(&q, "batch-2-1-0-x.json");
	assert_int_equal(q.files, 1);
	assert_int_equal(q.used, 3);
	quarantine_drop(&q, "batch-2-1-0-x.json");
	assert_int_equal(q.files, 1);
	quarantine_close(&q);
}

static void
what_was_not_written_to_its_end_is_removed(void **state)
{
	struct quarantine q;

	(void)state;
	assert_int_equal(quarantine_open(&q, quarantine_path, 100, 2), FG_OK);
	close(openat(
	    q.dirfd, ".new-batch-1-1-0-x.json", O_CREAT | O_WRONLY, 0600));
	quarantine_close(&q);
	assert_int_equal(quarantine_open(&q, quarantine_path, 100, 2), FG_OK);
	assert_int_equal(q.files, 0);
	assert_int_equal(count_files(quarantine_path, ".new-"), 0);
	quarantine_close(&q);
}

/* ---- Putting back. ---- */

static struct tail_batch *
next_batch(struct tail *t, uint64_t now_ms)
{
	struct tail_batch *b;
	enum fg_status st;

	do {
		st = tail_next(t, now_ms, &b);
		assert_true(st == FG_OK || st == FG_E_BUSY);
	} while (st != FG_OK);
	return b;
}

/* Two events, refused. */
static void
fill_quarantine(void)
{
	struct queue *q = open_queue(NULL);
	struct tail *t = open_tail();
	struct tail_batch *b;

	assert_int_equal(append_event(q, NULL, "one"), FG_OK);
	assert_int_equal(append_event(q, NULL, "two"), FG_OK);
	queue_free(q);
	b = next_batch(t, 1000);
	assert_int_equal(tail_refuse(t, b, "status_400"), FG_OK);
	tail_close(t);
	assert_int_equal(count_files(quarantine_path, "batch-"), 1);
}

/* As "forkgate queue replay" does it. */
static void
put_back(void)
{
	char from[300], to[300], *at;

	assert_int_equal(find_files(quarantine_path, "batch-", from), 1);
	at = strstr(from, "/batch-");
	snprintf(to, sizeof(to), "%.*s/replay%s", (int)(at - from), from,
	    at + strlen("/batch"));
	assert_int_equal(rename(from, to), 0);
}

static void
write_replay(const char *text)
{
	char path[300];
	FILE *f;

	snprintf(
	    path, sizeof(path), "%.100s/replay-1-1-0-x.json", quarantine_path);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
what_is_put_back_is_sent_and_kept_until_it_is_accepted(void **state)
{
	struct tail_batch *b;
	struct tail *t;

	(void)state;
	fill_quarantine();
	put_back();
	t = open_tail();
	b = next_batch(t, 1000);
	assert_int_equal(b->n_events, 2);
	assert_string_equal(b->project, "default");
	assert_int_equal(b->ends[1], b->events_len);
	assert_int_equal(b->events[b->ends[0]], ',');
	got_add(b);
	assert_int_equal(count_in_got("\"eventName\":\"one\""), 1);
	assert_int_equal(count_in_got("\"eventName\":\"two\""), 1);
	tail_close(t); /* killed before the server has answered */
	assert_int_equal(count_files(quarantine_path, "replay-"), 1);

	t = open_tail();
	b = next_batch(t, 1000);
	assert_int_equal(tail_accept(t, b), FG_OK);
	assert_int_equal(count_files(quarantine_path, ""), 2); /* . and .. */
	assert_int_equal(tail_next(t, 1000, &b), FG_ABSENT);
	got_clear();
	tail_close(t);
}

static void
what_is_refused_again_is_kept_with_the_new_reason(void **state)
{
	struct quarantine_item item;
	struct tail_batch *b;
	struct tail *t;
	char name[300];

	(void)state;
	fill_quarantine();
	put_back();
	/* Also when it is so full that a copy would not fit. */
	t = open_tail_with((struct tail_options){.quarantine_files = 1});
	b = next_batch(t, 1000);
	assert_int_equal(tail_refuse(t, b, "status_405"), FG_OK);
	assert_int_equal(count_files(quarantine_path, "replay-"), 0);
	assert_int_equal(find_files(quarantine_path, "batch-", name), 1);
	assert_true(quarantine_parse(strrchr(name, '/') + 1, &item));
	assert_string_equal(item.reason, "status_405");
	tail_close(t);
}

static void
a_part_that_is_refused_again_is_kept_and_the_rest_is_gone(void **state)
{
	struct tail_batch *b;
	struct tail *t = open_tail();

	(void)state;
	fill_quarantine();
	put_back();
	b = next_batch(t, 1000);
	assert_int_equal(tail_quarantine(t, b, 1, 1, "too_large"), FG_OK);
	assert_int_equal(tail_accept(t, b), FG_OK);
	assert_int_equal(count_files(quarantine_path, "batch-"), 1);
	assert_int_equal(count_files(quarantine_path, "replay-"), 0);
	tail_close(t);
}

static void
what_holds_no_events_goes_back_and_blocks_nothing(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "{}",
	    "{\"events\":[]}", "{\"project\":\"default\",\"events\":[1]}",
	    "{\"project\":\"default\",\"events\":{}}"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct queue *q = open_queue(NULL);
		struct tail *t = open_tail();

		write_replay(texts[i]);
		assert_int_equal(append_event(q, NULL, "e"), FG_OK);
		queue_free(q);
		ship(t);
		assert_int_equal(got_events, i + 1);
		assert_int_equal(count_files(quarantine_path, "replay-"), 0);
		assert_int_equal(count_files(quarantine_path, "batch-"), 1);
		tail_close(t);
	}
	got_clear();
}

static void
what_belongs_to_an_unknown_project_waits(void **state)
{
	struct tail *t = open_tail();

	(void)state;
	write_replay("{\"project\":\"strange\",\"events\":[{\"a\":1}]}");
	ship(t);
	assert_int_equal(got_events, 0);
	assert_int_equal(count_files(quarantine_path, "replay-"), 1);
	tail_close(t);
}

/* It is looked for once a second; many are sent with as many in flight. */
static void
many_are_sent_with_bounded_memory(void **state)
{
	struct tail *t =
	    open_tail_with((struct tail_options){.max_in_flight = 3});
	char path[300];

	(void)state;
	ship_at(t, 1000);
	for (int i = 0; i < 40; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%.100s/replay-%d-1-0-x.json",
		    quarantine_path, i);
		f = fopen(path, "w");
		assert_non_null(f);
		fprintf(
		    f, "{\"project\":\"other\",\"events\":[{\"e\":%d}]}\n", i);
		fclose(f);
	}
	ship_at(t, 1999);
	assert_int_equal(got_events, 0);
	ship_at(t, 2000);
	assert_int_equal(got_events, 40);
	assert_int_equal(count_files(quarantine_path, "replay-"), 0);
	got_clear();
	tail_close(t);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_dirs, teardown_dirs)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(names_tell_since_when_and_why),
	    TEST(it_is_bounded_in_bytes_and_in_files_until_somebody_clears_it),
	    TEST(what_was_not_written_to_its_end_is_removed),
	    TEST(what_is_put_back_is_sent_and_kept_until_it_is_accepted),
	    TEST(what_is_refused_again_is_kept_with_the_new_reason),
	    TEST(a_part_that_is_refused_again_is_kept_and_the_rest_is_gone),
	    TEST(what_holds_no_events_goes_back_and_blocks_nothing),
	    TEST(what_belongs_to_an_unknown_project_waits),
	    TEST(many_are_sent_with_bounded_memory),
	};

	return cmocka_run_group_tests_name("quarantine", tests, NULL, NULL);
}
