#include "common/utf8.h"
#include "tests/unit/test.h"

#define TEXT(s) (s), sizeof(s) - 1

static void
every_code_point_is_written_and_read_back(void **state)
{
	char buf[4];
	uint32_t c;
	size_t n, expected;

	(void)state;
	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		expected = cp < 0x80 ? 1
		    : cp < 0x800     ? 2
		    : cp < 0x10000   ? 3
				     : 4;
		n = utf8_put(cp, buf);
		if (n != expected || utf8_next(buf, n, &c) != n || c != cp ||
		    utf8_last(buf, n, &c) != n || c != cp ||
		    !utf8_valid(buf, n))
			fail_msg("U+%04X", (unsigned)cp);
	}
}

/* The decoder of the standard's table 3-7, as plainly as it is printed. */
static size_t
by_the_table(const unsigned char *u, size_t n)
{
	static const struct {
		unsigned char len, low[4], high[4];
	} rows[] = {
	    {1, {0x00}, {0x7f}},
	    {2, {0xc2, 0x80}, {0xdf, 0xbf}},
	    {3, {0xe0, 0xa0, 0x80}, {0xe0, 0xbf, 0xbf}},
	    {3, {0xe1, 0x80, 0x80}, {0xec, 0xbf, 0xbf}},
	    {3, {0xed, 0x80, 0x80}, {0xed, 0x9f, 0xbf}},
	    {3, {0xee, 0x80, 0x80}, {0xef, 0xbf, 0xbf}},
	    {4, {0xf0, 0x90, 0x80, 0x80}, {0xf0, 0xbf, 0xbf, 0xbf}},
	    {4, {0xf1, 0x80, 0x80, 0x80}, {0xf3, 0xbf, 0xbf, 0xbf}},
	    {4, {0xf4, 0x80, 0x80, 0x80}, {0xf4, 0x8f, 0xbf, 0xbf}},
	};

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		size_t i = 0;

		while (i < rows[r].len && i < n && u[i] >= rows[r].low[i] &&
		    u[i] <= rows[r].high[i])
			i++;
		if (i == rows[r].len)
			return i;
	}
	return 0;
}

static void
every_three_bytes_are_valid_as_the_standard_says(void **state)
{
	(void)state;
	for (uint32_t x = 0x800000; x < 0x1000000; x++) {
		unsigned char u[3] = {(unsigned char)(x >> 16),
		    (unsigned char)(x >> 8), (unsigned char)x};
		size_t at = 0, len;

		while (at < 3 && (len = by_the_table(u + at, 3 - at)) > 0)
			at += len;
		if (utf8_valid_len((const char *)u, 3) != at)
			fail_msg("%06x", (unsigned)x);
	}
}

static void
a_bad_byte_is_found_at_any_place_in_a_long_text(void **state)
{
	char text[100];

	(void)state;
	for (size_t n = 0; n <= sizeof(text); n++)
		for (size_t at = 0; at < n; at++) {
			memset(text, 'a', sizeof(text));
			assert_true(utf8_valid(text, n));
			text[at] = (char)0xff;
			assert_int_equal(utf8_valid_len(text, n), at);
		}
}

static void
a_cut_text_is_valid_up_to_the_last_whole_code_point(void **state)
{
	const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
	static const size_t whole[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++)
		assert_int_equal(utf8_valid_len(text, n), whole[n]);
}

static void
expect_repair(const char *src, size_t n, const char *expected)
{
	char got[64];
	size_t len = utf8_repair(src, n, got, sizeof(got));

	assert_int_equal(len, strlen(expected));
	assert_memory_equal(got, expected, len);
	assert_int_equal(utf8_repair(src, n, NULL, 0), len);
}

#define R "\xef\xbf\xbd"

/* The examples of the standard, section 3.9, and a U+FFFD that was there. */
static void
each_run_that_began_well_becomes_one_replacement(void **state)
{
	(void)state;
	expect_repair(TEXT("plain"), "plain");
	expect_repair(
	    TEXT("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"), R R R R R R R R "A");
	expect_repair(
	    TEXT("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41"), R R R R R R R R "A");
	expect_repair(TEXT("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"),
	    R R R R R "A" R R "B");
	expect_repair(
	    TEXT("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), R R R R "A");
	expect_repair(TEXT("a" R "b\xef\xbf"), "a" R "b" R);
	expect_repair(TEXT("\xf0\x9f\x98"), R);
}

static void
repair_writes_no_byte_past_its_room(void **state)
{
	char got[8];

	(void)state;
	memset(got, '#', sizeof(got));
	assert_int_equal(utf8_repair(TEXT("ab\xff"
					  "cd"),
			     got, 4),
	    7);
	assert_memory_equal(got, "ab\xef\xbf####", 8);
}

static void
the_last_code_point_is_found_from_behind(void **state)
{
	uint32_t c;

	(void)state;
	assert_int_equal(utf8_last(TEXT("ab"), &c), 1);
	assert_int_equal(c, 'b');
	assert_int_equal(utf8_last(TEXT("a\xe2\x82\xac"), &c), 3);
	assert_int_equal(c, 0x20ac);
	assert_int_equal(utf8_last(TEXT("a\x82\xac"), &c), 1);
	assert_int_equal(c, UTF8_REPLACEMENT);
	assert_int_equal(utf8_last(TEXT("\xc3\xa9\xa9"), &c), 1);
	assert_int_equal(c, UTF8_REPLACEMENT);
	assert_int_equal(utf8_last(TEXT(R), &c), 3);
	assert_int_equal(c, UTF8_REPLACEMENT);
	assert_int_equal(utf8_last(TEXT("\x80\x80\x80\x80\x80"), &c), 1);
}

static void
twenty_five_code_points_are_white_space(void **state)
{
	int n = 0;

	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++)
		n += utf8_is_space(c);
	assert_int_equal(n, 25);
	assert_true(utf8_is_space('\v'));
	assert_true(utf8_is_space(0x85));
	assert_true(utf8_is_space(0x3000));
	assert_false(utf8_is_space(0x1c));
	assert_false(utf8_is_space(0x200b));
	assert_false(utf8_is_space(0xfeff));
	assert_false(utf8_is_space(0x180e));
}

static void
trimming_takes_white_space_off_both_ends(void **state)
{
	const char *s = " \t\xe3\x80\x80"
			"a b\xc2\xa0\n";
	size_t n = strlen(s);
	const char *bad = "\x80 ";
	size_t n_bad = 2;
	const char *all = " \xc2\x85 ";
	size_t n_all = 4;

	(void)state;
	utf8_trim(&s, &n);
	assert_int_equal(n, 3);
	assert_memory_equal(s, "a b", 3);
	utf8_trim(&bad, &n_bad);
	assert_int_equal(n_bad, 1);
	utf8_trim(&all, &n_all);
	assert_int_equal(n_all, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_code_point_is_written_and_read_back),
	    cmocka_unit_test(every_three_bytes_are_valid_as_the_standard_says),
	    cmocka_unit_test(a_bad_byte_is_found_at_any_place_in_a_long_text),
	    cmocka_unit_test(
		a_cut_text_is_valid_up_to_the_last_whole_code_point),
	    cmocka_unit_test(each_run_that_began_well_becomes_one_replacement),
	    cmocka_unit_test(repair_writes_no_byte_past_its_room),
	    cmocka_unit_test(the_last_code_point_is_found_from_behind),
	    cmocka_unit_test(twenty_five_code_points_are_white_space),
	    cmocka_unit_test(trimming_takes_white_space_off_both_ends),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
