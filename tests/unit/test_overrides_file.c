/*
 * The file that an operator edits, however he does it, until what it says is a
 * value of the store.
 */
#include "syncer/overrides_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "common/hostwide.h"
#include "syncer/log.h"
#include "tests/unit/store_test.h"

static struct loop *loop;
static struct store *store;
static struct overrides_file *file;
static struct manifest_section held;
static char folder[96], path[128], aside[128];

/* What is waited for. */
static uint32_t want_n;
static bool want_refused, want_none, came;

#define ON "{\"overrides\":[{\"gate\":\"g\",\"value\":true}]}"

#define TWO                                                \
	"{\"overrides\":[{\"gate\":\"g\",\"value\":true}," \
	"{\"gate\":\"h\",\"value\":true}]}"

/* Whether what the next generation would name is what is wanted. */
static void
on_changed(void *arg)
{
	uint64_t id = overrides_file_id(file);
	const uint8_t *bytes;
	struct image im;
	size_t len;

	(void)arg;
	came = id == 0 && want_none;
	if (id != 0 && !want_none &&
	    store_get_shared(store, id, &bytes, &len) == FG_OK &&
	    hostwide_check(bytes, len) == FG_OK &&
	    hostwide_open(bytes, len, &im) == FG_OK)
		came = image_head32(&im, HOSTWIDE_H_N) == want_n &&
		    (image_head32(&im, HOSTWIDE_H_REFUSED) != 0) ==
			want_refused;
	if (came)
		loop_stop(loop);
}

static void
give_up(void *arg)
{
	(void)arg;
	loop_stop(loop);
}

static void
wait_for(uint32_t n, bool refused, bool none)
{
	struct loop_timer limit = {.fn = give_up};

	want_n = n;
	want_refused = refused;
	want_none = none;
	came = false;
	loop_timer_set(loop, &limit, 20000);
	assert_int_equal(loop_run(loop), FG_OK);
	loop_timer_clear(loop, &limit);
	assert_true(came);
}

static void
write_to(const char *to, const char *text)
{
	FILE *f = fopen(to, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
open_file(const char *at)
{
	const struct overrides_file_parts parts = {.loop = loop,
	    .store = store,
	    .project = "default",
	    .path = at,
	    .changed = on_changed};

	assert_int_equal(overrides_file_new(&parts, &held, &file), FG_OK);
}

static int
set_up(void **state)
{
	held = (struct manifest_section){0};
	log_init(LOG_AT_ERROR);
	if (make_state(state) != 0 || loop_new(&loop) != FG_OK)
		return -1;
	store = open_store();
	snprintf(folder, sizeof(folder), "%s/etc", state_dir);
	snprintf(path, sizeof(path), "%s/overrides.json", folder);
	snprintf(aside, sizeof(aside), "%s/.overrides.json.swp", folder);
	return 0;
}

static int
tear_down(void **state)
{
	overrides_file_free(file);
	store_close(store);
	loop_free(loop);
	return remove_state(state);
}

static void
what_an_operator_does_to_the_file_is_followed(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0755), 0);
	open_file(path);
	assert_int_equal(overrides_file_id(file), 0);
	overrides_file_start(file);
	/* Renamed into place, as editors do it. */
	write_to(aside, ON);
	assert_int_equal(rename(aside, path), 0);
	wait_for(1, false, false);
	/* Written over. */
	write_to(path, TWO);
	wait_for(2, false, false);
	/* Broken: those of before stay, and everybody can see why. */
	write_to(path, "{\"overrides\":[{\"gate\":\"g\",\"value\":tru");
	wait_for(2, true, false);
	write_to(path, ON);
	wait_for(1, false, false);
	/* A folder by that name is no file that can be read. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	wait_for(1, true, false);
	assert_int_equal(rmdir(path), 0);
	wait_for(0, false, true);
	/* A symlink that is switched, as in containers. */
	write_to(aside, TWO);
	assert_int_equal(symlink(aside, path), 0);
	wait_for(2, false, false);
}

static void
the_folder_may_come_later_and_be_replaced(void **state)
{
	char away[128];

	(void)state;
	snprintf(away, sizeof(away), "%s.away", folder);
	open_file(path);
	overrides_file_start(file);
	assert_int_equal(mkdir(folder, 0755), 0);
	write_to(path, ON);
	wait_for(1, false, false);
	assert_int_equal(rename(folder, away), 0);
	wait_for(0, false, true);
	assert_int_equal(mkdir(folder, 0755), 0);
	write_to(path, TWO);
	wait_for(2, false, false);
	write_to(path, "");
	wait_for(2, true, false);
}

/* What a generation would say of the value that is named now. */
static void
hold_what_there_is(void)
{
	const uint8_t *bytes;
	size_t len;

	held.id = overrides_file_id(file);
	assert_int_equal(store_get_shared(store, held.id, &bytes, &len), FG_OK);
	held.len = len;
	held.crc = crc32c(0, bytes, len);
	overrides_file_free(file);
}

static void
a_restart_goes_on_with_what_was_in_force(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0755), 0);
	write_to(path, ON);
	open_file(path);
	hold_what_there_is();
	/* The same text is the same value. */
	open_file(path);
	assert_int_equal(overrides_file_id(file), held.id);
	hold_what_there_is();
	/* Broken meanwhile: also then it stays. */
	write_to(path, "{");
	open_file(path);
	want_n = 1;
	want_refused = true;
	want_none = false;
	on_changed(NULL);
	assert_true(came);
	hold_what_there_is();
	open_file(path);
	assert_int_equal(overrides_file_id(file), held.id);
	hold_what_there_is();
	/* Removed meanwhile, or from the configuration: lifted. */
	open_file(NULL);
	assert_int_equal(overrides_file_id(file), 0);
	overrides_file_free(file);
	unlink(path);
	open_file(path);
	assert_int_equal(overrides_file_id(file), 0);
}

static void
a_first_file_that_is_refused_overrides_nothing_and_is_seen(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0755), 0);
	write_to(path, "{");
	open_file(path);
	want_n = 0;
	want_refused = true;
	want_none = false;
	on_changed(NULL);
	assert_true(came);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(what_an_operator_does_to_the_file_is_followed),
	    CASE(the_folder_may_come_later_and_be_replaced),
	    CASE(a_restart_goes_on_with_what_was_in_force),
	    CASE(a_first_file_that_is_refused_overrides_nothing_and_is_seen),
	};

	return cmocka_run_group_tests_name("overrides_file", tests, NULL, NULL);
}
