#include "syncer/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/endian.h"
#include "tests/unit/store_test.h"

static void
a_new_store_is_empty_and_readable_by_the_group_alone(void **state)
{
	struct store *s = open_store();
	struct store_generation g;
	struct stat sb;
	char lock[128];

	(void)state;
	assert_int_equal(store_latest(s, "default", &g), FG_ABSENT);
	assert_int_equal(store_next_generation(s, "default"), 1);
	assert_int_equal(stat(env_file("data.mdb"), &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0640);
	assert_int_equal(stat(env_file("epoch"), &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0640);
	assert_int_equal(stat(env_file("lock.mdb"), &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0600);
	assert_int_equal(stat(env_file("."), &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0750);
	snprintf(lock, sizeof(lock), "%s/lock", state_dir);
	assert_int_equal(stat(lock, &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0600);
	store_close(s);
}

static void
what_was_committed_is_there_after_a_restart(void **state)
{
	struct store *s = open_store();
	uint64_t g;

	(void)state;
	commit(s, "default", 100000);
	g = commit(s, "default", 24);
	commit(s, "other", 4096);
	store_close(s);
	s = open_store();
	assert_store_has(s, "default", g);
	assert_store_has(s, "other", 1);
	assert_int_equal(store_next_generation(s, "default"), g + 1);
	store_close(s);
}

static void
a_number_that_is_not_the_next_is_refused(void **state)
{
	struct store *s = open_store();
	uint64_t image[8] = {1};

	(void)state;
	commit(s, "default", 64);
	assert_int_equal(
	    store_commit(s, "default", 1, 0, image, 64), FG_E_INVALID);
	assert_int_equal(
	    store_commit(s, "default", 3, 0, image, 64), FG_E_INVALID);
	assert_int_equal(store_commit(s, "a/b", 1, 0, image, 64), FG_E_INVALID);
	assert_int_equal(
	    store_commit(s, "default", 2, 0, image, 0), FG_E_INVALID);
	store_close(s);
}

static size_t
count_kept(struct store *s)
{
	struct store_generation g = {.generation = UINT64_MAX};
	size_t n = 0;

	while (store_older(s, "default", g.generation, &g) == FG_OK) {
		assert_true(is_image(g.image, g.len, g.generation));
		n++;
	}
	return n;
}

static void
the_newest_few_are_kept_and_all_that_are_young(void **state)
{
	struct store_options opt = {.keep_generations = 3, .keep_ms = 60000};
	struct store *s = open_store_with(opt);

	(void)state;
	for (int i = 0; i < 10; i++)
		commit(s, "default", 5000);
	assert_int_equal(count_kept(s), 10);
	store_clock_skew_ms += 61000;
	commit(s, "default", 5000);
	/* The tenth was current until now, so it and two newest remain. */
	assert_int_equal(count_kept(s), 3);
	store_close(s);
}

static void
bytes_bound_what_is_kept_but_never_the_current_one(void **state)
{
	struct store_options opt = {.keep_bytes = 100000, .keep_ms = 600000};
	struct store *s = open_store_with(opt);

	(void)state;
	for (int i = 0; i < 6; i++)
		commit(s, "default", 40000);
	assert_int_equal(count_kept(s), 2);
	commit(s, "default", 400000);
	assert_int_equal(count_kept(s), 1);
	store_close(s);
}

static void
no_more_live_than_the_epoch_file_has_slots_for(void **state)
{
	struct store_options opt = {.keep_ms = 600000};
	struct store *s = open_store_with(opt);

	(void)state;
	for (int i = 0; i < EPOCH_SLOTS + 20; i++)
		commit(s, "default", 64);
	assert_int_equal(count_kept(s), EPOCH_SLOTS - 1);
	store_close(s);
	s = open_store_with(opt);
	assert_int_equal(count_kept(s), EPOCH_SLOTS - 1);
	store_close(s);
}

static void
a_second_syncer_changes_nothing(void **state)
{
	struct store *s = open_store(), *other;
	struct stat before, after;
	uint64_t g = commit(s, "default", 4096);

	(void)state;
	assert_int_equal(stat(env_file("data.mdb"), &before), 0);
	assert_int_equal(store_open(state_dir, NULL, &other), FG_E_BUSY);
	assert_int_equal(stat(env_file("data.mdb"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	assert_store_has(s, "default", g);
	store_close(s);
	assert_int_equal(store_open(state_dir, NULL, &other), FG_OK);
	store_close(other);
}

static void
the_map_grows_between_transactions_and_is_announced(void **state)
{
	struct store_options opt = {.keep_ms = 1, .keep_generations = 2};
	struct store *s = open_store_with(opt);
	struct store_status status;
	uint64_t g = 0;

	(void)state;
	for (int i = 0; i < 4; i++)
		g = commit(s, "default", (size_t)12 << 20);
	store_status(s, &status);
	assert_true(status.remaps > 0);
	assert_non_null(strstr(last_log, "growing"));
	assert_store_has(s, "default", g);
	store_close(s);
	s = open_store_with(opt);
	assert_store_has(s, "default", g);
	store_close(s);
}

static void
a_full_store_says_so_and_goes_on(void **state)
{
	struct store_options opt = {.max_bytes = 1 << 20, .keep_ms = 1};
	struct store *s = open_store_with(opt);
	uint64_t g = commit(s, "default", 200000), failed;

	(void)state;
	assert_int_equal(
	    try_commit(s, "default", 3 << 20, &failed), FG_E_SPACE);
	assert_store_has(s, "default", g);
	/* Its number is not given again. */
	assert_int_equal(commit(s, "default", 1000), failed + 1);
	store_close(s);
}

static void
a_large_image_is_given_back_as_it_is_stored(void **state)
{
	size_t len = ((size_t)5 << 20) + 24;
	struct store *s = open_store();
	uint64_t *memory = calloc(1, len + 8), *image = memory + 1;

	(void)state;
	assert_non_null(memory);
	fill_image(image, len, 1);
	assert_int_equal(store_commit(s, "default", 1, 0, image, len), FG_OK);
	assert_store_has(s, "default", 1);
	assert_int_equal(image[len / 16], 0);
	store_close(s);
	free(memory);
}

static void
positions_are_saved_all_at_once_and_forgotten(void **state)
{
	struct store *s = open_store();
	struct store_position p[2] = {{{1}, 77}, {{2}, 88}};
	uint64_t pos;

	(void)state;
	assert_int_equal(store_position(s, p[0].id, &pos), FG_ABSENT);
	assert_int_equal(store_positions_save(s, p, 2), FG_OK);
	p[0].pos = UINT64_MAX;
	assert_int_equal(store_positions_save(s, p, 1), FG_OK);
	store_close(s);
	s = open_store();
	assert_int_equal(store_position(s, p[0].id, &pos), FG_ABSENT);
	assert_int_equal(store_position(s, p[1].id, &pos), FG_OK);
	assert_int_equal(pos, 88);
	store_close(s);
}

/* --- shared values ---------------------------------------------------------------- */

static enum fg_status
commit_naming(struct store *s, const char *project, uint64_t id)
{
	struct store_part part = {MANIFEST_ID_LIST, 9, id};
	uint64_t g = store_next_generation(s, project);
	uint64_t image[64];

	fill_image(image, sizeof(image), g);
	return store_commit_parts(
	    s, project, g, 0, image, sizeof(image), &part, id ? 1 : 0);
}

/* Commits until the named one is long retired everywhere but in "slow". */
static bool
shared_survives(unsigned fault)
{
	struct store_options opt = {.keep_ms = 1, .keep_generations = 1};
	struct store *s;
	struct rules *r;
	struct rules_pin pin;
	const uint8_t *data;
	uint64_t id, list[512], other[512];
	bool whole = true;
	size_t len;

	s = open_store_with(opt);
	fill_image(list, sizeof(list), 77);
	memset(other, 0xee, sizeof(other));
	assert_int_equal(store_put_shared(s, list, sizeof(list), &id), FG_OK);
	assert_int_equal(commit_naming(s, "slow", id), FG_OK);
	assert_int_equal(commit_naming(s, "default", id), FG_OK);
	assert_int_equal(rules_open(state_dir, "slow", &r), FG_OK);
	store_fault = fault;
	for (int i = 0; i < 8; i++) {
		uint64_t more;

		assert_int_equal(commit_naming(s, "default", 0), FG_OK);
		assert_int_equal(
		    store_put_shared(s, other, sizeof(other), &more), FG_OK);
		assert_int_equal(rules_pin(r, &pin), FG_OK);
		assert_int_equal(
		    rules_section(r, &pin, MANIFEST_ID_LIST, 9, &data, &len),
		    FG_OK);
		assert_int_equal(len, sizeof(list));
		whole = whole && is_image(data, len, 77);
	}
	rules_close(r);
	store_fault = 0;
	store_close(s);
	return whole;
}

static void
a_shared_value_outlives_every_generation_that_names_it(void **state)
{
	(void)state;
	assert_true(shared_survives(0));
}

static void
a_shared_value_that_is_forgotten_is_seen_to_be_lost(void **state)
{
	(void)state;
	assert_false(shared_survives(STORE_FAULT_FORGET_SHARED));
}

static void
a_shared_value_goes_with_the_last_generation_that_names_it(void **state)
{
	struct store_options opt = {.keep_ms = 1, .keep_generations = 1};
	struct store *s = open_store_with(opt);
	struct store_status before, after;
	uint64_t id, list[4096] = {0};

	(void)state;
	assert_int_equal(store_put_shared(s, list, sizeof(list), &id), FG_OK);
	assert_int_equal(commit_naming(s, "default", id), FG_OK);
	store_status(s, &before);
	usleep(2000);
	assert_int_equal(commit_naming(s, "default", 0), FG_OK);
	usleep(2000);
	assert_int_equal(commit_naming(s, "default", 0), FG_OK);
	store_status(s, &after);
	assert_true(before.living_bytes > sizeof(list));
	assert_true(after.living_bytes < sizeof(list));
	/* One that was never named goes at the next start. */
	assert_int_equal(store_put_shared(s, list, sizeof(list), &id), FG_OK);
	store_close(s);
	s = open_store_with(opt);
	store_status(s, &before);
	assert_int_equal(before.living_bytes, after.living_bytes);
	store_close(s);
}

static uint64_t
allowance_for_readers(void)
{
	uint64_t allowance;
	struct rules *r;

	assert_int_equal(rules_open(state_dir, "default", &r), FG_OK);
	allowance = rules_queue_allowance(r);
	rules_close(r);
	return allowance;
}

/* Nobody knows yet what the queue takes; workers must not find it full. */
static void
a_new_start_takes_the_room_of_the_queue_over(void **state)
{
	struct store *s = open_store();

	(void)state;
	assert_int_equal(store_beat(s, 12345678), FG_OK);
	store_close(s);
	s = open_store();
	assert_int_equal(allowance_for_readers(), 12345678);
	assert_int_equal(store_beat(s, 0), FG_OK);
	assert_int_equal(allowance_for_readers(), 0);
	store_close(s);
}

/* --- places ------------------------------------------------------------------------ */

static void
a_place_is_right_at_every_page_size_or_refused(void **state)
{
	static const size_t sizes[] = {4096, 16384, 32768};
	uint8_t h[16];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t psize = sizes[i];
		uint64_t place = 7 * psize + 16;

		memset(h, 0, sizeof(h));
		le64enc(h, 7);
		le16enc(h + 10, 4);
		le32enc(h + 12, 2);
		assert_true(store_kv_place_ok(h, place, psize, psize));
		assert_true(store_kv_place_ok(h, place, 2 * psize - 16, psize));
		/* Longer than its pages, elsewhere, or not an overflow page. */
		assert_false(
		    store_kv_place_ok(h, place, 2 * psize - 15, psize));
		assert_false(store_kv_place_ok(h, place + 8, psize, psize));
		assert_false(store_kv_place_ok(h, place + psize, psize, psize));
		assert_false(store_kv_place_ok(h, 8, psize, psize));
		le16enc(h + 10, 2);
		assert_false(store_kv_place_ok(h, place, psize, psize));
		/* A page of another size is told apart. */
		le16enc(h + 10, 4);
		assert_false(store_kv_place_ok(
		    h, place, psize, psize == 4096 ? 8192 : psize / 2));
	}
}

static void
every_place_is_right_after_growth_and_reopening(void **state)
{
	struct store_options opt = {.keep_ms = 600000};
	struct store *s = open_store_with(opt);
	struct rules *r;
	struct rules_pin pin;

	(void)state;
	assert_int_equal(rules_open(state_dir, "default", &r), FG_OK);
	for (int i = 0; i < 12; i++) {
		uint64_t g = commit(s, "default", 8 + (size_t)i * 600000);

		assert_reader_has(r, g);
		if (i % 5 == 4) {
			store_close(s);
			s = open_store_with(opt);
			assert_reader_has(r, g);
		}
	}
	assert_int_equal(rules_pin(r, &pin), FG_OK);
	assert_int_equal(pin.manifest_len % 4096, 0);
	rules_close(r);
	store_close(s);
}

static void
a_wrong_place_is_seen_by_a_reader(void **state)
{
	struct store *s;
	struct rules *r;
	struct rules_pin pin;

	(void)state;
	store_fault = STORE_FAULT_WRONG_PLACE;
	s = open_store();
	assert_int_equal(try_commit(s, "default", 50000, NULL), FG_OK);
	assert_int_equal(rules_open(state_dir, "default", &r), FG_OK);
	assert_int_equal(rules_pin(r, &pin), FG_E_CORRUPT);
	store_fault = 0;
	rules_close(r);
	store_close(s);
}

/* --- size ---------------------------------------------------------------------------- */

static void
the_file_stays_small_over_what_lives(void **state)
{
	struct store *s = open_store();
	struct store_status status;

	(void)state;
	srand(1);
	for (int i = 0; i < 400; i++)
		commit(s, i % 3 ? "default" : "other",
		    8 * (512 + (size_t)rand() % 50000));
	store_status(s, &status);
	assert_true(status.file_bytes < 5 * status.living_bytes);
	store_close(s);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_state, remove_state)
	const struct CMUnitTest tests[] = {
	    CASE(a_new_store_is_empty_and_readable_by_the_group_alone),
	    CASE(a_new_start_takes_the_room_of_the_queue_over),
	    CASE(what_was_committed_is_there_after_a_restart),
	    CASE(a_number_that_is_not_the_next_is_refused),
	    CASE(the_newest_few_are_kept_and_all_that_are_young),
	    CASE(bytes_bound_what_is_kept_but_never_the_current_one),
	    CASE(no_more_live_than_the_epoch_file_has_slots_for),
	    CASE(a_second_syncer_changes_nothing),
	    CASE(the_map_grows_between_transactions_and_is_announced),
	    CASE(a_full_store_says_so_and_goes_on),
	    CASE(a_large_image_is_given_back_as_it_is_stored),
	    CASE(positions_are_saved_all_at_once_and_forgotten),
	    CASE(a_shared_value_outlives_every_generation_that_names_it),
	    CASE(a_shared_value_that_is_forgotten_is_seen_to_be_lost),
	    CASE(a_shared_value_goes_with_the_last_generation_that_names_it),
	    CASE(a_place_is_right_at_every_page_size_or_refused),
	    CASE(every_place_is_right_after_growth_and_reopening),
	    CASE(a_wrong_place_is_seen_by_a_reader),
	    CASE(the_file_stays_small_over_what_lives),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
