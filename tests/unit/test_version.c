#include "common/endian.h"
#include "common/version.h"
#include "tests/unit/test.h"

#define NONE  99             /* a part was no number */
#define SPACE "\xe3\x80\x80" /* U+3000 */
#define MAX   "170141183460469231731687303715884105727"

static int
sign(int order)
{
	return (order > 0) - (order < 0);
}

static int
by_text(const char *a, size_t an, const char *b, size_t bn)
{
	int order = NONE;

	return version_compare(a, an, b, bn, &order) ? sign(order) : NONE;
}

static int
by_parts(const char *a, size_t an, const char *b, size_t bn)
{
	uint64_t words[64 * VERSION_PART / 8];
	uint8_t *parts = (uint8_t *)words;
	size_t n = version_parse(b, bn, parts, sizeof(words));
	int order = NONE;

	assert_in_range(n, 1, 64);
	return version_compare_parts(a, an, parts, n, &order) ? sign(order)
							      : NONE;
}

/* Both ways to compare, and the other way round where both can be read. */
static void
expect(const char *a, const char *b, int order)
{
	size_t an = strlen(a), bn = strlen(b);

	if (by_text(a, an, b, bn) != order)
		fail_msg("\"%s\" and \"%s\": %d", a, b, by_text(a, an, b, bn));
	if (by_parts(a, an, b, bn) != order)
		fail_msg("\"%s\" and the parts of \"%s\": %d", a, b,
		    by_parts(a, an, b, bn));
	assert_int_equal(by_text(b, bn, a, an), order == NONE ? NONE : -order);
}

static void
parts_compare_as_numbers_from_the_left(void **state)
{
	(void)state;
	expect("1.2.3", "1.2.3", 0);
	expect("1.2.3", "1.2.4", -1);
	expect("1.10", "1.9", 1);
	expect("2", "1.99.99", 1);
	expect("007.1", "7.01", 0);
	expect("0000000000000000000000000000000000000000000000001", "1", 0);
}

static void
a_version_that_has_ended_counts_zero(void **state)
{
	(void)state;
	expect("1.2", "1.2.0.0", 0);
	expect("1", "1.0.0.1", -1);
	expect("0", "0.0", 0);
}

static void
what_follows_a_dash_does_not_count(void **state)
{
	(void)state;
	expect("1.2-rc.1", "1.2", 0);
	expect("1.2-", "1.2-9.9", 0);
	expect("1.2 -rc", "1.2", 0);
	expect("1.-2", "1.2", NONE);
	expect("-1", "1", NONE);
}

static void
white_space_and_a_plus_around_a_part_do_not_count(void **state)
{
	(void)state;
	expect(" 1 . 2 ", "1.2", 0);
	expect(SPACE "1" SPACE "."
		     "\xc2\xa0"
		     "2\n",
	    "1.2", 0);
	expect("+1.+2", "1.2", 0);
	expect(" +1 ", "1", 0);
	expect("+ 1", "1", NONE);
	expect("++1", "1", NONE);
	expect("1 1", "11", NONE);
	expect("\xe2\x80\x8b"
	       "1",
	    "1", NONE);
	expect("\x1c"
	       "1",
	    "1", NONE);
	expect("\x80"
	       "1",
	    "1", NONE);
}

static void
a_part_that_is_no_number_makes_no_answer(void **state)
{
	static const char *const bad[] = {"", " ", "x", "1.x", "1.", ".1",
	    "1..1", "1.2.", "v1", "1x", "1e3", "1_0", "0x1", "+", "1.+",
	    "\xd9\xa3", "1.2.3 beta"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		expect(bad[i], bad[i], NONE);
	}
	expect("1.2.", "1.2", NONE);
	expect("", "0", NONE);
}

static void
reading_stops_at_the_first_difference(void **state)
{
	(void)state;
	expect("2.y", "1.x", 1);
	expect("1.x", "2", -1);
	expect("1.2", "1.3.x.y", -1);
	expect("1.x", "1.y", NONE);
	expect("1", "1.0.x", NONE);
	expect("1.0.1", "1.0.x", NONE);
}

static void
parts_are_signed_128_bit_numbers(void **state)
{
	(void)state;
	expect("18446744073709551616", "18446744073709551615", 1);
	expect("9999999999999999999", "10000000000000000000", -1);
	expect("99999999999999999999", "100000000000000000000", -1);
	expect(MAX, "170141183460469231731687303715884105726", 1);
	expect(MAX, MAX, 0);
	expect("00" MAX, MAX, 0);
	expect("170141183460469231731687303715884105728", "1", NONE);
	expect("1701411834604692317316873037158841057270", "1", NONE);
	expect("9" MAX, "1", NONE);
}

static void
a_version_ends_where_its_length_says(void **state)
{
	const char text[] = "1.2.3";

	(void)state;
	assert_int_equal(by_text(text, 3, "1.2", 3), 0);
	assert_int_equal(by_parts(text, 3, "1.2", 3), 0);
	assert_int_equal(by_text(text, 2, "1", 1), NONE);
	assert_int_equal(by_text(NULL, 0, "0", 1), NONE);
	assert_int_equal(by_parts(NULL, 0, NULL, 0), NONE);
	assert_int_equal(by_text("1\0", 2, "1", 1), NONE);
}

static void
parts_lie_as_the_header_says(void **state)
{
	static const uint8_t expected[] = {
	    7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 7 */
	    1, 0, 0, 0, 0, 0, 0, 0,                         /* a number */
	    5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, /* 2^64 + 5 */
	    1, 0, 0, 0, 0, 0, 0, 0,                         /* a number */
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* "x" */
	    0, 0, 0, 0, 0, 0, 0, 0,                         /* the last */
	};
	const char text[] = "7.18446744073709551621.x.9";
	uint8_t got[sizeof(expected) + 1];

	(void)state;
	memset(got, 0xee, sizeof(got));
	assert_int_equal(
	    version_parse(text, sizeof(text) - 1, got, sizeof(expected)), 3);
	assert_memory_equal(got, expected, sizeof(expected));
	assert_int_equal(got[sizeof(expected)], 0xee);
}

static void
parts_that_do_not_fit_are_counted_and_not_written(void **state)
{
	uint8_t got[VERSION_PART + 8];

	(void)state;
	memset(got, 0xee, sizeof(got));
	assert_int_equal(version_parse("1.2.3", 5, NULL, 0), 3);
	assert_int_equal(version_parse("1.2.3", 5, got, sizeof(got)), 3);
	assert_int_equal(le64dec(got), 1);
	for (size_t i = VERSION_PART; i < sizeof(got); i++)
		assert_int_equal(got[i], 0xee);
}

static void
no_bytes_in_the_place_of_parts_do_harm(void **state)
{
	uint64_t words[9];
	int order;

	(void)state;
	memset(words, 0xff, sizeof(words));
	assert_false(
	    version_compare_parts("1.2", 3, (const uint8_t *)words, 3, &order));
	words[2] = htole64(1);
	assert_true(
	    version_compare_parts("1.2", 3, (const uint8_t *)words, 3, &order));
	assert_true(order < 0);
	assert_true(
	    version_compare_parts("0.0", 3, (const uint8_t *)words, 0, &order));
	assert_true(order == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts_compare_as_numbers_from_the_left),
	    cmocka_unit_test(a_version_that_has_ended_counts_zero),
	    cmocka_unit_test(what_follows_a_dash_does_not_count),
	    cmocka_unit_test(white_space_and_a_plus_around_a_part_do_not_count),
	    cmocka_unit_test(a_part_that_is_no_number_makes_no_answer),
	    cmocka_unit_test(reading_stops_at_the_first_difference),
	    cmocka_unit_test(parts_are_signed_128_bit_numbers),
	    cmocka_unit_test(a_version_ends_where_its_length_says),
	    cmocka_unit_test(parts_lie_as_the_header_says),
	    cmocka_unit_test(parts_that_do_not_fit_are_counted_and_not_written),
	    cmocka_unit_test(no_bytes_in_the_place_of_parts_do_harm),
	};

	return cmocka_run_group_tests_name("version", tests, NULL, NULL);
}
