/* How far segments were shipped: saved together, and cleared at the start. */
#include "syncer/positions.h"

#include "tests/unit/queue_dir.h"

/* ---- Several batches, one transaction. ---- */

static void
append_events(int n)
{
	struct queue *q = open_queue(NULL);

	for (int i = 0; i < n; i++)
		assert_int_equal(append_event(q, NULL, "e"), FG_OK);
	queue_free(q);
}

static struct tail_batch *
next_batch(struct tail *t, uint64_t now_ms)
{
	struct tail_batch *b;

	while (tail_next(t, now_ms, &b) != FG_OK)
		;
	return b;
}

static void
accepted_batches_are_saved_together(void **state)
{
	struct tail *t = open_tail_with((struct tail_options){
	    .max_events = 1, .max_in_flight = 10, .save_ms = 20});
	struct tail_batch *b[4], *more;

	(void)state;
	append_events(10);
	for (int i = 0; i < 4; i++)
		b[i] = next_batch(t, 1000);
	for (int i = 0; i < 3; i++)
		assert_int_equal(tail_accept(t, b[i]), FG_OK);
	assert_int_equal(n_saves, 0);
	assert_true(tail_is_unsaved(t));
	tail_next(t, 1000, &more);
	tail_next(t, 1019, &more);
	assert_int_equal(n_saves, 0);
	tail_next(t, 1020, &more);
	assert_int_equal(n_saves, 1);
	assert_int_equal(n_positions, 1);
	assert_int_equal(positions[0].pos, SEGMENT_HEADER + 3 * 40);
	assert_false(tail_is_unsaved(t));
	tail_close(t);
}

static void
nothing_waits_when_nothing_is_in_flight(void **state)
{
	struct tail *t = open_tail_with((struct tail_options){
	    .max_events = 5, .max_in_flight = 10, .save_ms = 20});
	struct tail_batch *b[2];

	(void)state;
	append_events(10);
	b[0] = next_batch(t, 1000);
	b[1] = next_batch(t, 1000);
	assert_int_equal(tail_accept(t, b[0]), FG_OK);
	assert_int_equal(n_saves, 0);
	assert_int_equal(tail_accept(t, b[1]), FG_OK);
	assert_int_equal(n_saves, 1);
	tail_close(t);
}

/* What a crash repeats is at most what the lane holds. */
static void
half_of_a_lane_does_not_wait(void **state)
{
	struct tail *t = open_tail_with((struct tail_options){
	    .max_events = 1, .max_in_flight = 4, .save_ms = 20});
	struct tail_batch *b[4], *more;

	(void)state;
	append_events(10);
	for (int i = 0; i < 4; i++)
		b[i] = next_batch(t, 1000);
	assert_int_equal(tail_next(t, 1000, &more), FG_ABSENT);
	assert_int_equal(tail_accept(t, b[0]), FG_OK);
	assert_int_equal(n_saves, 0);
	assert_int_equal(tail_accept(t, b[1]), FG_OK);
	assert_int_equal(n_saves, 1);
	tail_close(t);
}

static void
an_orderly_end_saves_what_was_accepted(void **state)
{
	struct tail *t = open_tail_with((struct tail_options){
	    .max_events = 1, .max_in_flight = 8, .save_ms = 20});
	struct tail_batch *b[2];

	(void)state;
	append_events(10);
	b[0] = next_batch(t, 1000);
	b[1] = next_batch(t, 1000);
	assert_int_equal(tail_accept(t, b[0]), FG_OK);
	tail_close(t);
	assert_int_equal(n_saves, 1);
	t = open_tail();
	ship(t);
	assert_int_equal(got_events, 9);
	got_clear();
	tail_close(t);
}

/* Then nobody knows what is appended, and the folder is to be synced. */
static void
who_cannot_read_on_is_behind(void **state)
{
	struct tail *t = open_tail_with(
	    (struct tail_options){.max_events = 1, .max_in_flight = 1});
	struct tail_stats stats;
	struct tail_batch *b;

	(void)state;
	tail_stats(t, &stats);
	assert_true(stats.behind);
	ship(t);
	tail_stats(t, &stats);
	assert_false(stats.behind);
	append_events(2);
	b = next_batch(t, 1000);
	tail_stats(t, &stats);
	assert_true(stats.behind);
	assert_int_equal(stats.read, 1);
	assert_int_equal(tail_accept(t, b), FG_OK);
	ship(t);
	tail_stats(t, &stats);
	assert_false(stats.behind);
	assert_int_equal(stats.read, 2);
	got_clear();
	tail_close(t);
}

/* ---- The store's side. ---- */

static void
positions_without_a_segment_are_cleared(void **state)
{
	struct store_options opt = {.keep_ms = 1};
	struct store_position p[5000];
	char path[256], name[SEGMENT_NAME];
	struct store *s;
	uint64_t pos;

	(void)state;
	snprintf(path, sizeof(path), "%.60s/state", base);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(store_open(path, &opt, &s), FG_OK);
	memset(p, 0, sizeof(p));
	for (size_t i = 0; i < 5000; i++) {
		le64enc(p[i].id, i);
		p[i].pos = i;
	}
	assert_int_equal(store_positions_save(s, p, 5000), FG_OK);
	segment_name(name, "seg-", p[4711].id);
	close(openat(queue_fd, name, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(positions_clear(s, queue_path), FG_OK);
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(store_position(s, p[i].id, &pos),
		    i == 4711 ? FG_OK : FG_ABSENT);
	assert_int_equal(store_position(s, p[4711].id, &pos), FG_OK);
	assert_int_equal(pos, 4711);
	assert_int_equal(positions_clear(s, "/no/such/folder"), FG_E_IO);
	store_close(s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_dirs, teardown_dirs)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(accepted_batches_are_saved_together),
	    TEST(nothing_waits_when_nothing_is_in_flight),
	    TEST(half_of_a_lane_does_not_wait),
	    TEST(an_orderly_end_saves_what_was_accepted),
	    TEST(who_cannot_read_on_is_behind),
	    TEST(positions_without_a_segment_are_cleared),
	};

	return cmocka_run_group_tests_name("positions", tests, NULL, NULL);
}
