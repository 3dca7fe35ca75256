/*
 * A syncer that is killed between any two of its steps, with readers at work,
 * and the power that fails at any write.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/store_test.h"

/* Shared with the children. */
static struct shared {
	volatile int stop;
	volatile long reads, retries, wrong, failed;
	volatile uint64_t highest; /* generation that a reader has seen */
	volatile int steps;        /* of the syncer's child so far */
} * shared;

static const struct store_options options = {
    .keep_generations = 5, .keep_ms = 1};

static int die_at;
static int steps_done;

static void
count_and_die(const char *name)
{
	(void)name;
	steps_done++;
	shared->steps = steps_done;
	if (steps_done == die_at)
		kill(getpid(), SIGKILL);
}

/* One round: two projects, a shared value, positions, so that all is walked. */
static void
work(struct store *s)
{
	struct store_position p = {{1}, (uint64_t)steps_done};
	struct store_part part = {MANIFEST_ID_LIST, 1, 0};
	uint64_t g, image[2000];

	for (int i = 0; i < 3; i++) {
		store_clock_skew_ms += 10;
		if (try_commit(s, "default", 9000, NULL) != FG_OK)
			_exit(7);
	}
	store_clock_skew_ms += 10;
	g = store_next_generation(s, "default");
	fill_image(image, sizeof(image), g);
	if (store_put_shared(s, image, 5000, &part.id) != FG_OK ||
	    store_commit_parts(
		s, "default", g, 0, image, sizeof(image), &part, 1) != FG_OK ||
	    store_positions_save(s, &p, 1) != FG_OK)
		_exit(8);
}

/* Runs a syncer in a child, killed at its step number die_at (0: never). */
static bool
run_syncer(int die)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct store_options opt = options;
		struct store *s;

		steps_done = 0;
		die_at = die;
		store_step = count_and_die;
		if (store_open(state_dir, &opt, &s) != FG_OK)
			_exit(6);
		work(s);
		store_close(s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		return true;
	}
	assert_int_equal(status, 0);
	return false;
}

/* A worker that holds a pin for a while: four generations back and more. */
static pid_t
start_reader(void)
{
	struct rules *r;
	struct rules_pin pin, held;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (rules_open(state_dir, "default", &r) != FG_OK)
		_exit(1);
	memset(&held, 0, sizeof(held));
	while (!shared->stop) {
		bool whole;

		usleep(200);
		if (rules_pin(r, &pin) != FG_OK) {
			shared->failed++;
			continue;
		}
		if (pin.generation < shared->highest)
			shared->wrong++;
		shared->highest = pin.generation;
		if (held.generation == 0 ||
		    held.generation + 4 < pin.generation)
			held = pin;
		whole = is_image(held.image, held.image_len, held.generation);
		if (!rules_alive(r, &held)) {
			shared->retries++;
			held.generation = 0;
		} else if (!whole) {
			shared->wrong++;
		}
		shared->reads++;
	}
	rules_close(r);
	_exit(0);
}

static void
killed_at_any_step_it_loses_nothing_and_readers_see_nothing_wrong(void **state)
{
	uint64_t last = 0, next;
	struct store *s;
	int status, kills = 0;
	pid_t reader;

	(void)state;
	memset(shared, 0, sizeof(*shared));
	assert_false(run_syncer(0));
	reader = start_reader();
	for (int k = 1; run_syncer(k); k++) {
		kills++;
		/* The next start has all, and numbers rise. */
		s = open_store_with(options);
		next = store_next_generation(s, "default");
		assert_true(next > last);
		assert_true(next > shared->highest);
		last = next - 1;
		store_clock_skew_ms += 1000;
		last = commit(s, "default", 3000);
		assert_store_has(s, "default", last);
		store_close(s);
	}
	shared->stop = 1;
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_int_equal(status, 0);
	/* Every step of opening, four commits, and letting go was one. */
	assert_true(kills > 20);
	assert_true(shared->reads > 10);
	assert_int_equal(shared->wrong, 0);
	assert_int_equal(shared->failed, 0);
}

static void
killed_while_it_builds_another_environment_it_goes_on(void **state)
{
	struct store_generation g;
	uint64_t before, after;
	struct store *s;
	int kills = 0;
	bool killed = true;

	(void)state;
	memset(shared, 0, sizeof(*shared));
	for (int k = 1; killed; k++) {
		remove_tree(state_dir);
		assert_int_equal(mkdir(state_dir, 0750), 0);
		assert_false(run_syncer(0));
		s = open_store_with(options);
		before = store_next_generation(s, "default");
		store_close(s);
		assert_int_equal(unlink(env_file("epoch")), 0);
		killed = run_syncer(k);
		kills += killed;
		s = open_store_with(options);
		after = store_next_generation(s, "default");
		assert_true(after >= before);
		assert_int_equal(store_latest(s, "default", &g), FG_OK);
		assert_true(g.generation + 1 >= before);
		assert_true(is_image(g.image, g.len, g.generation));
		store_close(s);
	}
	assert_true(kills > 20);
}

static void
a_number_that_a_killed_commit_took_is_not_given_again(void **state)
{
	uint64_t last = 0;
	bool again = false;

	(void)state;
	/* Killed after the image is stored, before anything is published. */
	for (int faulty = 0; faulty < 2; faulty++) {
		struct store *s = open_store_with(options);
		struct store_new g = {.project = "default",
		    .time_ms = 1,
		    .image = "12345678",
		    .len = 8};
		struct epoch_slot slot;

		commit(s, "default", 64);
		g.generation = last = store_next_generation(s, "default");
		assert_int_equal(store_gen_put(s->env, &g, &slot), FG_OK);
		/* The manifest never came. */
		struct store_op op = {
		    .key = store_key_gen("default", last, 'm')};

		assert_int_equal(store_kv_write(s->env->kv, &op, 1), FG_OK);
		store_close(s);
		store_fault = faulty ? STORE_FAULT_REUSE : 0;
		s = open_store_with(options);
		if (faulty)
			again = store_next_generation(s, "default") == last;
		else
			assert_true(store_next_generation(s, "default") > last);
		store_fault = 0;
		store_close(s);
	}
	assert_true(again);
}

static int
map_shared(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED ? -1 : 0;
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_state, remove_state)
	const struct CMUnitTest tests[] = {
	    CASE(
		killed_at_any_step_it_loses_nothing_and_readers_see_nothing_wrong),
	    CASE(killed_while_it_builds_another_environment_it_goes_on),
	    CASE(a_number_that_a_killed_commit_took_is_not_given_again),
	};

	return cmocka_run_group_tests_name(
	    "store_crash", tests, map_shared, NULL);
}
