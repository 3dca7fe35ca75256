/* What is found at a start, or breaks under a running syncer. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "common/endian.h"
#include "tests/unit/store_test.h"

static void
overwrite(const char *file, off_t at, const void *bytes, size_t n)
{
	int fd = open(env_file(file), O_WRONLY);

	assert_int_not_equal(fd, -1);
	assert_int_equal(pwrite(fd, bytes, n, at), (ssize_t)n);
	close(fd);
}

static off_t
size_of(const char *file)
{
	struct stat sb;

	assert_int_equal(stat(env_file(file), &sb), 0);
	return sb.st_size;
}

/* Three generations of two projects, a position and a note. */
static void
fill(void)
{
	struct store *s =
	    open_store_with((struct store_options){.keep_ms = 600000});
	struct store_position p = {{5}, 55};

	for (int i = 0; i < 3; i++) {
		commit(s, "default", 6000);
		commit(s, "other", 9000);
	}
	assert_int_equal(store_positions_save(s, &p, 1), FG_OK);
	store_close(s);
}

static bool
has_position(struct store *s)
{
	static const uint8_t id[16] = {5};
	uint64_t pos = 0;

	return store_position(s, id, &pos) == FG_OK && pos == 55;
}

static void
a_file_of_another_lmdb_is_replaced_with_the_rules_in_it(void **state)
{
	struct store *s;
	struct rules *r;
	struct store_status status;
	uint8_t version[4];

	(void)state;
	fill();
	assert_int_equal(rules_open(state_dir, "default", &r), FG_OK);
	assert_reader_has(r, 3);
	le32enc(version, 999);
	overwrite("data.mdb", 16 + 4, version, 4);
	overwrite("data.mdb", 4096 + 16 + 4, version, 4);
	s = open_store();
	store_status(s, &status);
	assert_int_equal(status.rebuilds, 1);
	assert_store_has(s, "default", 3);
	assert_store_has(s, "other", 3);
	/* The reader goes over with its next pin, for the old is retired. */
	assert_reader_has(r, 3);
	assert_reader_has(r, commit(s, "default", 5000));
	rules_close(r);
	store_close(s);
}

static void
a_lost_epoch_file_is_replaced_and_nothing_else_is_lost(void **state)
{
	struct store *s;
	struct rules *r;

	(void)state;
	fill();
	assert_int_equal(rules_open(state_dir, "default", &r), FG_OK);
	assert_int_equal(unlink(env_file("epoch")), 0);
	assert_reader_has(r, 3);
	s = open_store();
	assert_store_has(s, "default", 3);
	assert_true(has_position(s));
	assert_int_equal(store_next_generation(s, "default"), 4);
	assert_int_equal(size_of("epoch"), EPOCH_FILE);
	rules_close(r);
	store_close(s);
}

static void
with_both_files_lost_it_begins_above_every_number_given(void **state)
{
	struct store *s;
	uint64_t g;

	(void)state;
	fill();
	assert_int_equal(unlink(env_file("epoch")), 0);
	assert_int_equal(truncate(env_file("data.mdb"), 100), 0);
	s = open_store();
	g = store_next_generation(s, "default");
	assert_true(g >= (uint64_t)time(NULL) - 10);
	assert_int_equal(commit(s, "default", 64), g);
	store_close(s);
}

/*
 * Whatever was done to the file: the store opens, and what it and a new
 * reader then have is whole, and never older than 3 under a number below 4.
 */
static void
assert_survives(void)
{
	struct store *s = open_store();
	struct store_generation g;
	struct rules *r;
	struct rules_pin pin;
	uint64_t next = store_next_generation(s, "default");
	enum fg_status st = store_latest(s, "default", &g);

	assert_true(next >= 4);
	assert_true(st == FG_OK || st == FG_ABSENT);
	if (st == FG_OK) {
		const uint64_t *w = (const void *)g.image;

		assert_true(is_image(g.image, g.len, w[0]));
		assert_true(w[0] == g.generation || g.generation >= 4);
	}
	assert_int_equal(rules_open(state_dir, "default", &r), FG_OK);
	assert_int_equal(
	    rules_pin(r, &pin), st == FG_OK ? FG_OK : FG_E_NOT_READY);
	if (st == FG_OK)
		assert_int_equal(pin.generation, g.generation);
	rules_close(r);
	commit(s, "default", 4096);
	store_close(s);
}

static void
every_spoiled_page_of_data_mdb_is_survived(void **state)
{
	uint8_t junk[4096];
	off_t pages;

	(void)state;
	fill();
	pages = size_of("data.mdb") / 4096;
	assert_true(pages > 20);
	memset(junk, 0xa5, sizeof(junk));
	for (off_t page = 0; page < pages; page++) {
		remove_tree(state_dir);
		assert_int_equal(mkdir(state_dir, 0750), 0);
		fill();
		overwrite("data.mdb", page * 4096, junk, sizeof(junk));
		assert_survives();
	}
}

static void
every_cut_of_data_mdb_is_survived(void **state)
{
	off_t size;

	(void)state;
	fill();
	size = size_of("data.mdb");
	for (off_t cut = 0; cut < size; cut += 4096) {
		remove_tree(state_dir);
		assert_int_equal(mkdir(state_dir, 0750), 0);
		fill();
		assert_int_equal(truncate(env_file("data.mdb"), cut), 0);
		assert_survives();
	}
}

static void
every_spoiled_word_of_the_epoch_file_is_survived(void **state)
{
	static const uint8_t junk[8] = {0xff, 0x12, 0xff, 0x34, 0xff, 0x1};

	(void)state;
	/* The fixed header, the project count, and a project's page. */
	for (off_t at = 0; at < 4096 + 512 + 5 * 64; at += 8) {
		if (at == 128)
			at = 4096;
		if (at == 4096 + 144)
			at = 4096 + 512;
		remove_tree(state_dir);
		assert_int_equal(mkdir(state_dir, 0750), 0);
		fill();
		overwrite("epoch", at, junk, sizeof(junk));
		assert_survives();
	}
}

static void
a_damaged_current_image_is_rolled_back_under_a_new_number(void **state)
{
	struct store *s;
	struct store_generation g;
	struct rules *r;
	struct rules_pin pin;
	uint64_t data[700];
	FILE *f;
	off_t at = -1;

	(void)state;
	fill();
	f = fopen(env_file("data.mdb"), "r");
	for (off_t i = 16; at == -1 && fseek(f, i, SEEK_SET) == 0; i += 4096)
		if (fread(data, 8, 100, f) == 100 && data[0] == 3 &&
		    data[99] == word_of(3, 99))
			at = i;
	fclose(f);
	overwrite("data.mdb", at + 400, "spoiled", 7);
	/* "default" and "other" have it: one of them is rolled back. */
	s = open_store();
	for (int i = 0; i < 2; i++) {
		const char *project = i == 0 ? "default" : "other";

		assert_int_equal(store_latest(s, project, &g), FG_OK);
		assert_true(
		    (g.generation == 3 && is_image(g.image, g.len, 3)) ||
		    (g.generation == 4 && is_image(g.image, g.len, 2)));
		assert_int_equal(rules_open(state_dir, project, &r), FG_OK);
		assert_int_equal(rules_pin(r, &pin), FG_OK);
		assert_int_equal(pin.generation, g.generation);
		rules_close(r);
	}
	assert_int_equal(store_next_generation(s, "default") +
		store_next_generation(s, "other"),
	    4 + 5);
	assert_true(has_position(s));
	store_close(s);
}

static void
without_the_symlink_the_last_environment_goes_on(void **state)
{
	struct store *s;
	char path[160];

	(void)state;
	fill();
	snprintf(path, sizeof(path), "%s/rules/current", state_dir);
	assert_int_equal(unlink(path), 0);
	s = open_store();
	assert_store_has(s, "default", 3);
	assert_true(has_position(s));
	store_close(s);
	assert_int_equal(access(env_file("epoch"), R_OK), 0);
}

/* --- under a running syncer ---------------------------------------------------------- */

static void
running(void (*spoil)(void), const char *what)
{
	struct store *s = open_store();
	struct store_status status;
	struct rules *r;

	assert_int_equal(rules_open(state_dir, "default", &r), FG_OK);
	assert_reader_has(r, 3);
	assert_int_equal(store_beat(s, 1), FG_OK);
	spoil();
	assert_int_equal(store_beat(s, 1), FG_OK);
	store_status(s, &status);
	assert_int_equal(status.rebuilds, 1);
	if (strstr(last_log, "carried") == NULL)
		fail_msg("%s: %s", what, last_log);
	assert_reader_has(r, 3);
	assert_reader_has(r, commit(s, "default", 5000));
	assert_int_equal(store_beat(s, 1), FG_OK);
	store_status(s, &status);
	assert_int_equal(status.rebuilds, 1);
	rules_close(r);
	store_close(s);
}

static void
remove_epoch(void)
{
	assert_int_equal(unlink(env_file("epoch")), 0);
}

static void
spoil_epoch(void)
{
	uint8_t *junk = malloc(EPOCH_FILE);

	memset(junk, 0x5a, EPOCH_FILE);
	overwrite("epoch", 0, junk, EPOCH_FILE);
	free(junk);
}

static void
remove_data(void)
{
	assert_int_equal(unlink(env_file("data.mdb")), 0);
}

static void
remove_symlink(void)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/rules/current", state_dir);
	assert_int_equal(unlink(path), 0);
}

static void
an_environment_that_breaks_is_built_anew_under_its_readers(void **state)
{
	static const struct {
		void (*spoil)(void);
		const char *what;
	} all[] = {
	    {remove_epoch, "epoch removed"},
	    {spoil_epoch, "epoch overwritten"},
	    {remove_data, "data.mdb removed"},
	    {remove_symlink, "symlink removed"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		remove_tree(state_dir);
		assert_int_equal(mkdir(state_dir, 0750), 0);
		fill();
		running(all[i].spoil, all[i].what);
	}
}

static void
a_data_mdb_that_was_cut_does_not_kill_the_syncer(void **state)
{
	struct store *s;
	struct store_status status;

	(void)state;
	fill();
	s = open_store();
	assert_int_equal(store_beat(s, 1), FG_OK);
	assert_int_equal(truncate(env_file("data.mdb"), 8192), 0);
	assert_int_equal(store_beat(s, 1), FG_OK);
	store_status(s, &status);
	assert_int_equal(status.rebuilds, 1);
	assert_int_equal(commit(s, "default", 5000), 4);
	store_close(s);
}

static void
a_replaced_folder_is_removed_later(void **state)
{
	struct store *s;
	char old[32], rules[160];

	(void)state;
	fill();
	s = open_store();
	snprintf(rules, sizeof(rules), "%s/rules/current", state_dir);
	assert_true(readlink(rules, old, sizeof(old)) == 20);
	old[20] = '\0';
	snprintf(rules, sizeof(rules), "%s/rules/%s", state_dir, old);
	remove_epoch();
	assert_int_equal(store_beat(s, 1), FG_OK);
	assert_int_equal(access(rules, F_OK), 0);
	store_clock_skew_ms += 700000;
	assert_int_equal(store_beat(s, 1), FG_OK);
	assert_int_equal(access(rules, F_OK), -1);
	store_close(s);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_state, remove_state)
	const struct CMUnitTest tests[] = {
	    CASE(a_file_of_another_lmdb_is_replaced_with_the_rules_in_it),
	    CASE(a_lost_epoch_file_is_replaced_and_nothing_else_is_lost),
	    CASE(with_both_files_lost_it_begins_above_every_number_given),
	    CASE(every_spoiled_page_of_data_mdb_is_survived),
	    CASE(every_cut_of_data_mdb_is_survived),
	    CASE(every_spoiled_word_of_the_epoch_file_is_survived),
	    CASE(a_damaged_current_image_is_rolled_back_under_a_new_number),
	    CASE(without_the_symlink_the_last_environment_goes_on),
	    CASE(an_environment_that_breaks_is_built_anew_under_its_readers),
	    CASE(a_data_mdb_that_was_cut_does_not_kill_the_syncer),
	    CASE(a_replaced_folder_is_removed_later),
	};

	return cmocka_run_group_tests_name("store_damage", tests, NULL, NULL);
}
