#include "common/segment.h"
#include "tests/unit/test.h"

static const struct segment_info sample = {
    .id = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255},
    .project = "web-shop_2.0",
    .boot_id = "0123456789abcde",
    .start_ticks = 123456789012,
    .created_ms = 1795351148644,
    .pid = 4711,
    .birth = SEGMENT_WRITTEN,
    .capacity = SEGMENT_MIN,
};

#define FIXED_END 144 /* of the checksummed part */

static void
a_page_tells_what_was_put(void **state)
{
	uint8_t page[SEGMENT_HEADER];
	struct segment_info out;

	(void)state;
	segment_put(page, &sample);
	assert_int_equal(segment_parse(page, sizeof(page), &out), FG_OK);
	assert_memory_equal(out.id, sample.id, SEGMENT_ID);
	assert_string_equal(out.project, sample.project);
	assert_memory_equal(out.boot_id, sample.boot_id, 16);
	assert_int_equal(out.start_ticks, sample.start_ticks);
	assert_int_equal(out.created_ms, sample.created_ms);
	assert_int_equal(out.pid, 4711);
	assert_int_equal(out.birth, SEGMENT_WRITTEN);
	assert_int_equal(out.capacity, SEGMENT_MIN);
}

static void
a_fresh_page_has_nothing_behind_it(void **state)
{
	uint8_t page[SEGMENT_HEADER];

	(void)state;
	segment_put(page, &sample);
	assert_int_equal(segment_tail(page), SEGMENT_HEADER);
	assert_int_equal(segment_flags(page), 0);
	for (int i = 0; i < SEGMENT_N_COUNTERS; i++)
		assert_int_equal(
		    segment_counter(page, (enum segment_counter)i), 0);
}

static void
the_owners_words_change_without_the_checksum(void **state)
{
	_Alignas(8) uint8_t page[SEGMENT_HEADER];
	struct segment_info out;

	(void)state;
	segment_put(page, &sample);
	segment_tail_store(page, 5000);
	segment_flags_store(page, SEGMENT_SEALED);
	segment_counter_store(page, SEGMENT_DROPPED, 3);
	assert_int_equal(segment_parse(page, sizeof(page), &out), FG_OK);
	assert_int_equal(segment_tail(page), 5000);
	assert_int_equal(segment_flags(page), SEGMENT_SEALED);
	assert_int_equal(segment_counter(page, SEGMENT_DROPPED), 3);
	assert_int_equal(segment_counter(page, SEGMENT_DEDUPLICATED), 0);
}

static void
every_flipped_bit_of_the_fixed_part_is_found(void **state)
{
	uint8_t page[SEGMENT_HEADER];
	struct segment_info out;

	(void)state;
	segment_put(page, &sample);
	for (size_t bit = 0; bit < 8 * FIXED_END; bit++) {
		page[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(
		    segment_parse(page, sizeof(page), &out), FG_OK);
		assert_int_equal(out.capacity, 0);
		page[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
a_page_cut_at_any_length_is_refused(void **state)
{
	uint8_t page[SEGMENT_HEADER];
	struct segment_info out;

	(void)state;
	segment_put(page, &sample);
	for (size_t n = 0; n < SEGMENT_HEADER; n++)
		assert_int_equal(segment_parse(page, n, &out), FG_E_CORRUPT);
}

static void
a_newer_version_is_told_apart_from_damage(void **state)
{
	uint8_t page[SEGMENT_HEADER];
	struct segment_info out;

	(void)state;
	segment_put(page, &sample);
	page[8] = SEGMENT_VERSION + 1;
	page[40] ^= 1; /* what the newer one means by its bytes is its own */
	assert_int_equal(segment_parse(page, sizeof(page), &out), FG_E_VERSION);
	page[8] = 0;
	assert_int_equal(segment_parse(page, sizeof(page), &out), FG_E_CORRUPT);
}

static void
a_capacity_or_project_that_cannot_be_is_refused(void **state)
{
	uint8_t page[SEGMENT_HEADER];
	struct segment_info bad = sample, out;

	(void)state;
	bad.capacity = SEGMENT_MAX + 8;
	segment_put(page, &bad);
	assert_int_equal(segment_parse(page, sizeof(page), &out), FG_E_CORRUPT);
	bad.capacity = SEGMENT_HEADER - 8;
	segment_put(page, &bad);
	assert_int_equal(segment_parse(page, sizeof(page), &out), FG_E_CORRUPT);
	bad = sample;
	strcpy(bad.project, "../../etc");
	segment_put(page, &bad);
	assert_int_equal(segment_parse(page, sizeof(page), &out), FG_E_CORRUPT);
}

static void
projects_have_names_that_are_safe_in_a_path(void **state)
{
	char name[80];

	(void)state;
	assert_true(segment_project_ok("default"));
	assert_true(segment_project_ok("A.b-c_9"));
	assert_false(segment_project_ok(""));
	assert_false(segment_project_ok("a/b"));
	assert_false(segment_project_ok("a b"));
	memset(name, 'x', sizeof(name));
	name[63] = '\0';
	assert_true(segment_project_ok(name));
	name[63] = 'x';
	name[64] = '\0';
	assert_false(segment_project_ok(name));
}

static void
one_id_has_one_name(void **state)
{
	char name[SEGMENT_NAME];
	uint8_t id[SEGMENT_ID];

	(void)state;
	segment_name(name, "seg-", sample.id);
	assert_string_equal(name, "seg-000102030405060708090a0b0c0d0eff");
	assert_true(segment_name_parse(name, "seg-", id));
	assert_memory_equal(id, sample.id, SEGMENT_ID);
	assert_false(segment_name_parse(name, ".new-", id));
	assert_false(segment_name_parse(
	    "seg-000102030405060708090a0b0c0d0eFF", "seg-", id));
	assert_false(segment_name_parse(
	    "seg-000102030405060708090a0b0c0d0ef", "seg-", id));
	assert_false(segment_name_parse(
	    "seg-000102030405060708090a0b0c0d0eff0", "seg-", id));
	assert_false(segment_name_parse("seg-", "seg-", id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_page_tells_what_was_put),
	    cmocka_unit_test(a_fresh_page_has_nothing_behind_it),
	    cmocka_unit_test(the_owners_words_change_without_the_checksum),
	    cmocka_unit_test(every_flipped_bit_of_the_fixed_part_is_found),
	    cmocka_unit_test(a_page_cut_at_any_length_is_refused),
	    cmocka_unit_test(a_newer_version_is_told_apart_from_damage),
	    cmocka_unit_test(a_capacity_or_project_that_cannot_be_is_refused),
	    cmocka_unit_test(projects_have_names_that_are_safe_in_a_path),
	    cmocka_unit_test(one_id_has_one_name),
	};

	return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
