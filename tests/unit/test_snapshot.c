#include "common/snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/formats.h"
#include "tests/unit/test.h"

static const struct snapshot_info info = {
    .generation = 2,
    .lcut_ms = 1699999990000,
    .time_ms = 1700000001000,
    .project = "shop",
};
static const struct snapshot_part parts[2] = {
    {MANIFEST_IMAGE, 0, "123456789", 9},
    {MANIFEST_OVERRIDES, 5, "{}", 2},
};

static char dir[64], path[128];

static int
write_one(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/fg-snapshot-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/a.fgs", dir);
	return snapshot_write(path, 0640, &info, parts, 2);
}

static int
remove_it(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void
what_was_written_is_read_again(void **state)
{
	struct snapshot s;
	struct manifest_section sec;
	struct stat sb;

	(void)state;
	assert_int_equal(snapshot_open(path, &s), FG_OK);
	assert_int_equal(s.info.generation, 2);
	assert_string_equal(s.info.project, "shop");
	assert_int_equal(
	    snapshot_find(s.bytes, s.len, MANIFEST_IMAGE, 0, &sec), FG_OK);
	assert_int_equal(sec.place % SNAPSHOT_ALIGN, 0);
	assert_memory_equal(s.bytes + sec.place, "123456789", 9);
	assert_int_equal(
	    snapshot_find(s.bytes, s.len, MANIFEST_OVERRIDES, 5, &sec), FG_OK);
	assert_int_equal(
	    snapshot_find(s.bytes, s.len, MANIFEST_OVERRIDES, 6, &sec),
	    FG_ABSENT);
	assert_int_equal(stat(path, &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0640);
	snapshot_close(&s);
}

static void
every_damaged_bit_and_every_cut_is_seen(void **state)
{
	struct snapshot s;
	struct snapshot_info got;
	uint8_t *copy;
	size_t n;

	(void)state;
	assert_int_equal(snapshot_open(path, &s), FG_OK);
	n = s.len;
	copy = aligned_alloc(64, n);
	memcpy(copy, s.bytes, n);
	for (size_t bit = 0; bit < n * 8; bit++) {
		size_t at = bit / 8;

		/* Between the sections lies nothing that anybody reads. */
		if ((at >= 208 && at < 256) || (at >= 265 && at < 320) ||
		    at >= 322)
			continue;
		copy[at] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(snapshot_check(copy, n, &got), FG_OK);
		copy[at] ^= (uint8_t)(1u << bit % 8);
	}
	free(copy);
	for (size_t cut = 0; cut < n; cut++) {
		copy = malloc(cut + 1);
		memcpy(copy, s.bytes, cut);
		assert_int_equal(snapshot_check(copy, cut, &got), FG_E_CORRUPT);
		free(copy);
	}
	snapshot_close(&s);
}

static void
a_failed_write_leaves_the_old_file_and_nothing_beside_it(void **state)
{
	struct snapshot_info bad = info;
	struct snapshot s;
	char away[200];

	(void)state;
	memset(bad.project, 'x', sizeof(bad.project));
	assert_int_equal(
	    snapshot_write(path, 0640, &bad, parts, 2), FG_E_INVALID);
	assert_int_equal(
	    snapshot_write(path, 0640, &info, parts, 0), FG_E_INVALID);
	snprintf(away, sizeof(away), "%s/none/b.fgs", dir);
	assert_int_equal(snapshot_write(away, 0640, &info, parts, 2), FG_E_IO);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(snapshot_open(path, &s), FG_OK);
	snapshot_close(&s);
	/* remove_it would fail if anything else were in the folder. */
}

static void
what_is_no_snapshot_is_refused(void **state)
{
	struct snapshot s;

	(void)state;
	assert_int_equal(snapshot_open("/dev/null", &s), FG_E_CORRUPT);
	assert_int_equal(snapshot_open(dir, &s), FG_E_CORRUPT);
	assert_int_equal(snapshot_open("/nowhere.fgs", &s), FG_E_IO);
	assert_int_equal(errno, ENOENT);
	snapshot_close(&s);
}

static void
the_bytes_are_those_of_the_document(void **state)
{
	struct snapshot s;

	(void)state;
	assert_int_equal(snapshot_open(path, &s), FG_OK);
	assert_int_equal(s.len, 384);
	formats_compare("snapshot", s.bytes, s.len);
	snapshot_close(&s);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, write_one, remove_it)
	const struct CMUnitTest tests[] = {
	    CASE(what_was_written_is_read_again),
	    CASE(every_damaged_bit_and_every_cut_is_seen),
	    CASE(a_failed_write_leaves_the_old_file_and_nothing_beside_it),
	    CASE(what_is_no_snapshot_is_refused),
	    CASE(the_bytes_are_those_of_the_document),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
