#include <unistd.h>

#include "syncer/loop.h"
#include "tests/unit/test.h"

static struct loop *loop;
static char trace[64];

static void
say(char c)
{
	size_t n = strlen(trace);

	trace[n] = c;
	trace[n + 1] = '\0';
}

static void
say_a(void *arg)
{
	(void)arg;
	say('a');
}

static void
say_b(void *arg)
{
	(void)arg;
	say('b');
}

static void
stop(void *arg)
{
	(void)arg;
	loop_stop(loop);
}

static int
new_loop(void **state)
{
	(void)state;
	trace[0] = '\0';
	return loop_new(&loop) == FG_OK ? 0 : -1;
}

static int
free_loop(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

static void
timers_run_in_their_order_and_once(void **state)
{
	struct loop_timer a = {.fn = say_a}, b = {.fn = say_b},
			  end = {.fn = stop};
	uint64_t began = loop_clock_ms();

	(void)state;
	loop_timer_set(loop, &end, 30);
	loop_timer_set(loop, &a, 20);
	loop_timer_set(loop, &b, 10);
	assert_int_equal(loop_run(loop), FG_OK);
	assert_string_equal(trace, "ba");
	assert_true(loop_clock_ms() - began >= 30);
}

static void
a_timer_that_was_cleared_or_moved_keeps_still(void **state)
{
	struct loop_timer a = {.fn = say_a}, b = {.fn = say_b},
			  end = {.fn = stop};

	(void)state;
	loop_timer_set(loop, &a, 1);
	loop_timer_set(loop, &b, 1);
	loop_timer_clear(loop, &a);
	loop_timer_clear(loop, &a);
	loop_timer_set(loop, &b, 10000);
	loop_timer_set(loop, &end, 10);
	assert_int_equal(loop_run(loop), FG_OK);
	assert_string_equal(trace, "");
	loop_timer_clear(loop, &b);
}

static int turns;

static void
again(void *arg)
{
	say('a');
	if (++turns < 5)
		loop_timer_set(loop, arg, 0);
	else
		loop_stop(loop);
}

static void
a_timer_may_set_itself(void **state)
{
	struct loop_timer a = {.fn = again};

	(void)state;
	turns = 0;
	a.arg = &a;
	loop_timer_set(loop, &a, 0);
	assert_int_equal(loop_run(loop), FG_OK);
	assert_string_equal(trace, "aaaaa");
}

static int pipes[2][2];

/* Both are readable in one wait; the first closes the other. */
static void
close_the_other(void *arg, int fd, uint32_t events)
{
	int other = pipes[0][0] == fd ? pipes[1][0] : pipes[0][0];

	(void)arg;
	assert_true((events & EPOLLIN) != 0);
	say('c');
	loop_unwatch(loop, other);
	close(other);
	loop_stop(loop);
}

static void
a_descriptor_that_is_no_longer_watched_keeps_still(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe(pipes[i]), 0);
		assert_int_equal(write(pipes[i][1], "x", 1), 1);
		assert_int_equal(loop_watch(loop, pipes[i][0], EPOLLIN,
				     close_the_other, NULL),
		    FG_OK);
	}
	assert_int_equal(loop_run(loop), FG_OK);
	assert_string_equal(trace, "c");
	loop_unwatch(loop, 12345);
	for (int i = 0; i < 2; i++) {
		loop_unwatch(loop, pipes[i][0]);
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		timers_run_in_their_order_and_once, new_loop, free_loop),
	    cmocka_unit_test_setup_teardown(
		a_timer_that_was_cleared_or_moved_keeps_still, new_loop,
		free_loop),
	    cmocka_unit_test_setup_teardown(
		a_timer_may_set_itself, new_loop, free_loop),
	    cmocka_unit_test_setup_teardown(
		a_descriptor_that_is_no_longer_watched_keeps_still, new_loop,
		free_loop),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
