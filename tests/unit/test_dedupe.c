#include "reader/dedupe.h"

#include "reader/arena.h"
#include "tests/unit/test.h"

static void
a_marked_key_is_seen_until_its_period_ends(void **state)
{
	struct dedupe *d = dedupe_new(1024);

	(void)state;
	dedupe_tick(d, 1000, 60000);
	assert_false(dedupe_seen(d, 42));
	dedupe_mark(d, 42);
	assert_true(dedupe_seen(d, 42));
	dedupe_tick(d, 60999, 60000);
	assert_true(dedupe_seen(d, 42));
	dedupe_tick(d, 61000, 60000);
	assert_false(dedupe_seen(d, 42));
	dedupe_free(d);
}

static void
a_table_that_grows_forgets_nothing(void **state)
{
	struct dedupe *d = dedupe_new(65536);

	(void)state;
	dedupe_tick(d, 1, 60000);
	for (uint64_t key = 1; key <= 5000; key++) {
		dedupe_mark(d, key);
		for (uint64_t k = 1; k <= key; k += 1 + key / 7)
			assert_true(dedupe_seen(d, k));
	}
	for (uint64_t key = 1; key <= 5000; key++)
		assert_true(dedupe_seen(d, key));
	assert_false(dedupe_seen(d, 5001));
	dedupe_free(d);
}

static void
a_full_table_forgets_but_never_invents(void **state)
{
	struct dedupe *d = dedupe_new(64);
	unsigned n = 0;

	(void)state;
	dedupe_tick(d, 1, 60000);
	for (uint64_t key = 1; key <= 10000; key++) {
		assert_false(dedupe_seen(d, key));
		dedupe_mark(d, key);
		assert_true(dedupe_seen(d, key));
	}
	for (uint64_t key = 1; key <= 10000; key++)
		n += dedupe_seen(d, key);
	assert_in_range(n, 48, 72);
	dedupe_free(d);
}

static void
keys_of_a_period_leave_their_room_to_the_next(void **state)
{
	struct dedupe *d = dedupe_new(1024);
	uint64_t key = 0;

	(void)state;
	for (uint64_t period = 1; period <= 5; period++) {
		dedupe_tick(d, period * 60000, 60000);
		for (int i = 0; i < 500; i++)
			dedupe_mark(d, ++key);
		for (uint64_t k = key - 499; k <= key; k++)
			assert_true(dedupe_seen(d, k));
		for (uint64_t k = 1; k <= key - 500; k++)
			assert_false(dedupe_seen(d, k));
	}
	dedupe_free(d);
}

static void
an_arena_grows_counts_it_and_gives_back(void **state)
{
	struct arena a;
	struct arena_mark mark;
	char *first, *text;

	(void)state;
	assert_true(arena_init(&a, 64));
	first = arena_get(&a, 10);
	assert_true(((uintptr_t)first & 7) == 0);
	mark = arena_mark(&a);
	text = arena_text(&a, "hello", 5);
	assert_string_equal(text, "hello");
	assert_int_equal(a.n_grown, 0);
	assert_non_null(arena_get(&a, 1000));
	assert_int_equal(a.n_grown, 1);
	assert_null(arena_get(&a, SIZE_MAX - 16));
	arena_release(&a, mark);
	assert_ptr_equal(arena_get(&a, 6), text);
	arena_reset(&a);
	assert_ptr_equal(arena_get(&a, 6), first);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_marked_key_is_seen_until_its_period_ends),
	    cmocka_unit_test(a_table_that_grows_forgets_nothing),
	    cmocka_unit_test(a_full_table_forgets_but_never_invents),
	    cmocka_unit_test(keys_of_a_period_leave_their_room_to_the_next),
	    cmocka_unit_test(an_arena_grows_counts_it_and_gives_back),
	};

	return cmocka_run_group_tests_name("dedupe", tests, NULL, NULL);
}
