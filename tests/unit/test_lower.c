#include "common/lower.h"
#include "common/utf8.h"
#include "tests/unit/test.h"

/* In both directions: the text, and whether it is said to change. */
static void
expect(const char *src, const char *expected)
{
	size_t n = strlen(src), len;
	char got[128];

	memset(got, '#', sizeof(got));
	len = lower(src, n, got, sizeof(got));
	got[len] = '\0';
	assert_string_equal(got, expected);
	assert_int_equal(lower(src, n, NULL, 0), len);
	assert_true(len <= LOWER_CAP(n));
	assert_int_equal(lower_is_noop(src, n), strcmp(src, expected) == 0);
}

static void
ascii_letters_become_small_and_nothing_else_changes(void **state)
{
	char src[128], expected[128];

	(void)state;
	for (int c = 1; c < 128; c++) {
		src[c - 1] = (char)c;
		expected[c - 1] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	src[127] = expected[127] = '\0';
	for (size_t from = 0; from < 127; from++)
		expect(src + from, expected + from);
}

static void
letters_of_any_script_become_small(void **state)
{
	(void)state;
	expect("\xc3\x84\xc3\x96\xc3\x9c", "\xc3\xa4\xc3\xb6\xc3\xbc");
	expect("\xd0\x90\xd0\xaf", "\xd0\xb0\xd1\x8f"); /* Cyrillic */
	expect("\xe1\xba\x9e", "\xc3\x9f");             /* capital sharp s */
	expect("\xe2\x84\xaa", "k");                    /* Kelvin sign */
	expect("\xc8\xba", "\xe2\xb1\xa5");             /* grows by a byte */
	expect("\xf0\x90\x90\x80", "\xf0\x90\x90\xa8"); /* Deseret */
	expect("\xc7\x85", "\xc7\x86");                 /* title case dz */
	expect("MIXED \xc3\x89 and ASCII", "mixed \xc3\xa9 and ascii");
}

static void
it_is_no_case_folding(void **state)
{
	(void)state;
	expect("stra\xc3\x9f"
	       "e",
	    "stra\xc3\x9f"
	    "e");
	expect("\xcf\x82", "\xcf\x82"); /* a final sigma stays one */
	expect("\xc5\xbf", "\xc5\xbf"); /* so does the long s */
	expect("\xef\xac\x81", "\xef\xac\x81");
}

static void
the_dotted_capital_i_becomes_two_code_points(void **state)
{
	(void)state;
	expect("\xc4\xb0", "i\xcc\x87");
	expect("A\xc4\xb0"
	       "B",
	    "ai\xcc\x87"
	    "b");
	expect("I\xc4\xb1", "i\xc4\xb1"); /* no Turkish rules */
}

#define CAPITAL "\xce\xa3"
#define SMALL   "\xcf\x83"
#define FINAL   "\xcf\x82"

static void
a_sigma_is_final_after_a_letter_and_before_none(void **state)
{
	(void)state;
	expect(CAPITAL, SMALL);
	expect("A" CAPITAL, "a" FINAL);
	expect("A" CAPITAL "B", "a" SMALL "b");
	expect("A" CAPITAL " B", "a" FINAL " b");
	expect(" " CAPITAL, " " SMALL);
	expect("1" CAPITAL, "1" SMALL);
	expect(CAPITAL CAPITAL, SMALL FINAL);
	expect(
	    CAPITAL CAPITAL CAPITAL " " CAPITAL, SMALL SMALL FINAL " " SMALL);
	/* ΣΊΣΥΦΟΣ */
	expect(CAPITAL "\xce\x8a" CAPITAL "\xce\xa5\xce\xa6\xce\x9f" CAPITAL,
	    SMALL "\xce\xaf" SMALL "\xcf\x85\xcf\x86\xce\xbf" FINAL);
}

static void
marks_and_points_beside_a_sigma_are_passed_over(void **state)
{
	(void)state;
	expect("A." CAPITAL, "a." FINAL);
	expect("A'\xcc\x81" CAPITAL, "a'\xcc\x81" FINAL);
	expect("A" CAPITAL ".", "a" FINAL ".");
	expect("A" CAPITAL ".B", "a" SMALL ".b");
	expect("A" CAPITAL "\xc2\xad"
	       "B",
	    "a" SMALL "\xc2\xad"
	    "b");
	expect("." CAPITAL, "." SMALL);
	expect("A-" CAPITAL, "a-" SMALL);
	expect("A" CAPITAL "-B", "a" FINAL "-b");
}

/* Asked of the reference; a libunistring of 2022 knows none of these. */
static void
letters_of_newer_unicode_are_known_too(void **state)
{
	static const struct {
		uint32_t from, to;
	} rows[] = {
	    {0x1c89, 0x1c8a},
	    {0xa7cb, 0x264},
	    {0xa7cc, 0xa7cd},
	    {0xa7ce, 0xa7cf},
	    {0xa7d2, 0xa7d3},
	    {0xa7d4, 0xa7d5},
	    {0xa7da, 0xa7db},
	    {0xa7dc, 0x19b},
	    {0x10d50, 0x10d70},
	    {0x10d65, 0x10d85},
	    {0x16ea0, 0x16ebb},
	    {0x16eb8, 0x16ed3},
	    {0x10d66, 0x10d66},
	    {0xa7d3, 0xa7d3},
	    {0x16eb9, 0x16eb9},
	};
	char from[5], to[5];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		from[utf8_put(rows[i].from, from)] = '\0';
		to[utf8_put(rows[i].to, to)] = '\0';
		expect(from, to);
	}
	expect("\xea\x9f\x9b" CAPITAL, "\xea\x9f\x9b" FINAL);   /* cased */
	expect("A\xe0\xa2\x97" CAPITAL, "a\xe0\xa2\x97" FINAL); /* a mark */
	expect("\xca\x95" CAPITAL, "\xca\x95" SMALL);
	expect("A\xf0\x91\x9c\x9e" CAPITAL, "a\xf0\x91\x9c\x9e" SMALL);
}

static void
bytes_that_are_not_utf_8_stay_as_they_are(void **state)
{
	(void)state;
	expect("A\xff"
	       "B\xc3",
	    "a\xff"
	    "b\xc3");
	expect("\xed\xa0\x80X\x80", "\xed\xa0\x80x\x80");
	expect("A\xff" CAPITAL "\xff"
	       "B",
	    "a\xff" SMALL "\xff"
	    "b");
}

static void
a_nul_is_a_byte_like_any_other(void **state)
{
	char got[8];

	(void)state;
	assert_int_equal(lower("A\0B", 3, got, sizeof(got)), 3);
	assert_memory_equal(got, "a\0b", 3);
	assert_false(lower_is_noop("a\0B", 3));
	assert_true(lower_is_noop("a\0b", 3));
	assert_int_equal(lower(NULL, 0, NULL, 0), 0);
	assert_true(lower_is_noop(NULL, 0));
}

/* Every code point that has a case lies below U+20000. */
static void
no_text_outgrows_its_stated_room(void **state)
{
	char src[8], got[16];
	size_t n, len;

	(void)state;
	for (uint32_t c = 1; c < 0x20000; c++) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		n = utf8_put(c, src);
		len = lower(src, n, got, sizeof(got));
		if (len > LOWER_CAP(n))
			fail_msg("U+%04X", (unsigned)c);
		if (lower_is_noop(src, n) !=
		    (len == n && memcmp(src, got, n) == 0))
			fail_msg("U+%04X is said otherwise", (unsigned)c);
	}
}

/* One code point at a time: no sigma has a neighbour here. */
static void
lowering_twice_is_lowering_once(void **state)
{
	char src[4], once[8], twice[8];
	size_t n, n_once, n_twice;

	(void)state;
	for (uint32_t c = 1; c < 0x20000; c++) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		n = utf8_put(c, src);
		n_once = lower(src, n, once, sizeof(once));
		n_twice = lower(once, n_once, twice, sizeof(twice));
		if (n_once != n_twice || memcmp(once, twice, n_once) != 0)
			fail_msg("U+%04X", (unsigned)c);
	}
}

static void
nothing_is_written_past_the_room(void **state)
{
	const char text[] = "ABCDEFGHIJ\xc8\xba\xc4\xb0KLMNOPQRSTU" CAPITAL;
	char whole[64], got[64];
	size_t len = lower(text, sizeof(text) - 1, whole, sizeof(whole));

	(void)state;
	assert_int_equal(len, 29);
	for (size_t cap = 0; cap <= len; cap++) {
		memset(got, '#', sizeof(got));
		assert_int_equal(lower(text, sizeof(text) - 1, got, cap), len);
		assert_memory_equal(got, whole, cap);
		for (size_t i = cap; i < sizeof(got); i++)
			assert_int_equal(got[i], '#');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		ascii_letters_become_small_and_nothing_else_changes),
	    cmocka_unit_test(letters_of_any_script_become_small),
	    cmocka_unit_test(it_is_no_case_folding),
	    cmocka_unit_test(the_dotted_capital_i_becomes_two_code_points),
	    cmocka_unit_test(a_sigma_is_final_after_a_letter_and_before_none),
	    cmocka_unit_test(marks_and_points_beside_a_sigma_are_passed_over),
	    cmocka_unit_test(letters_of_newer_unicode_are_known_too),
	    cmocka_unit_test(bytes_that_are_not_utf_8_stay_as_they_are),
	    cmocka_unit_test(a_nul_is_a_byte_like_any_other),
	    cmocka_unit_test(no_text_outgrows_its_stated_room),
	    cmocka_unit_test(lowering_twice_is_lowering_once),
	    cmocka_unit_test(nothing_is_written_past_the_room),
	};

	return cmocka_run_group_tests_name("lower", tests, NULL, NULL);
}
