#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "common/number.h"
#include "tests/unit/test.h"

#define TEXT(s) (s), sizeof(s) - 1

static bool
same_double(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

static double
f64(const char *s)
{
	double v = 12345.0;

	if (!number_f64(s, strlen(s), &v))
		fail_msg("\"%s\" is not read", s);
	return v;
}

static void
an_i64_is_a_sign_and_digits_within_its_limits(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} rows[] = {
	    {"0", 0},
	    {"-0", 0},
	    {"+5", 5},
	    {"-5", -5},
	    {"007", 7},
	    {"9223372036854775807", INT64_MAX},
	    {"-9223372036854775808", INT64_MIN},
	    {"-9223372036854775807", -INT64_MAX},
	    {"0000000000000000000000000000001", 1},
	};
	int64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(number_i64(rows[i].text, strlen(rows[i].text), &v));
		assert_true(v == rows[i].value);
	}
}

static void
what_is_no_i64_is_refused_and_changes_nothing(void **state)
{
	static const char *const rows[] = {"", "+", "-", "+-5", "--5", " 5",
	    "5 ", "5.", "5e3", "0x10", "1_0", "9223372036854775808",
	    "-9223372036854775809", "18446744073709551616", "\xd9\xa3",
	    "99999999999999999999999999999999999999999"};
	int64_t v = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(number_i64(rows[i], strlen(rows[i]), &v));
	assert_false(number_i64(TEXT("5\0"), &v));
	assert_false(number_i64(NULL, 0, &v));
	assert_true(v == 77);
}

static void
a_u64_takes_a_plus_but_no_minus(void **state)
{
	uint64_t v = 77;

	(void)state;
	assert_false(number_u64(TEXT("-1"), &v));
	assert_false(number_u64(TEXT("-0"), &v));
	assert_false(number_u64(TEXT("18446744073709551616"), &v));
	assert_false(number_u64(TEXT("1.0"), &v));
	assert_true(v == 77);
	assert_true(number_u64(TEXT("18446744073709551615"), &v));
	assert_true(v == UINT64_MAX);
	assert_true(number_u64(TEXT("+12"), &v));
	assert_true(v == 12);
}

static void
a_text_ends_where_its_length_says(void **state)
{
	int64_t i;
	double d;

	(void)state;
	assert_true(number_i64("1234", 2, &i));
	assert_true(i == 12);
	assert_true(number_f64("1.25e9", 4, &d));
	assert_true(same_double(d, 1.25));
}

static void
an_f64_may_have_a_point_and_an_exponent(void **state)
{
	static const struct {
		const char *text;
		double value;
	} rows[] = {
	    {"5", 5.0},
	    {"5.", 5.0},
	    {".5", 0.5},
	    {"+.5", 0.5},
	    {"-5.", -5.0},
	    {"05.0", 5.0},
	    {"5e3", 5000.0},
	    {"5E+3", 5000.0},
	    {"5.e-3", 0.005},
	    {".5e1", 5.0},
	    {"-0", -0.0},
	    {"0e999999999999999999999", 0.0},
	    {"1e00000000000000000000005", 1e5},
	    {"100000000000000000000000", 1e23},
	    {"0.1", 0.1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(same_double(f64(rows[i].text), rows[i].value));
}

static void
words_for_infinity_and_nan_are_read_in_any_case(void **state)
{
	(void)state;
	assert_true(same_double(f64("inf"), (double)INFINITY));
	assert_true(same_double(f64("+INF"), (double)INFINITY));
	assert_true(same_double(f64("-iNfInItY"), -(double)INFINITY));
	assert_true(isnan(f64("NaN")));
	assert_true(isnan(f64("-nan")));
}

static void
what_is_no_f64_is_refused(void **state)
{
	static const char *const rows[] = {"", ".", "+", "-.", "e5", ".e5",
	    "5e", "5e+", "5e5.5", "5e5e5", "1.2.3", "--5", "+-5", "0x10",
	    "0x1p3", "1_000", "1,000", " 5", "5 ", "\t5", "5\n", "i", "in",
	    "inff", "infinit", "infinityy", "nan(1)", "nano", "5f", "5d",
	    "\xef\xbc\x95"};
	double v;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(number_f64(rows[i], strlen(rows[i]), &v));
	assert_false(number_f64(TEXT("5\0"), &v));
	assert_false(number_f64(NULL, 0, &v));
}

static void
an_f64_is_the_nearest_one_and_ties_go_to_even(void **state)
{
	(void)state;
	assert_true(same_double(f64("9007199254740993"), 0x1p53));
	assert_true(same_double(
	    f64("9007199254740993.00000000000000001"), 9007199254740994.0));
	assert_true(same_double(
	    f64("1.00000000000000011102230246251565404236316680908203125"),
	    1.0));
	assert_true(same_double(
	    f64("1.00000000000000011102230246251565404236316680908203126"),
	    1.0 + DBL_EPSILON));
	assert_true(same_double(f64("1.7976931348623157e308"), DBL_MAX));
	assert_true(
	    same_double(f64("1.7976931348623159e308"), (double)INFINITY));
	assert_true(same_double(f64("-1e400"), -(double)INFINITY));
	assert_true(same_double(f64("1e-400"), 0.0));
	assert_true(same_double(f64("4.9e-324"), 0x1p-1074));
	assert_true(same_double(f64("2.4703282292062327e-324"), 0.0));
	assert_true(same_double(f64("2.4703282292062328e-324"), 0x1p-1074));
	assert_true(same_double(
	    f64("2.2250738585072011e-308"), 0x0.fffffffffffffp-1022));
}

/* One digit far behind a tie decides it, however long the text is. */
static void
texts_of_any_length_are_rounded_rightly(void **state)
{
	static char text[4100];
	double v;

	(void)state;
	memcpy(text, "9007199254740993.", 17);
	memset(text + 17, '0', sizeof(text) - 17);
	assert_true(number_f64(text, sizeof(text), &v));
	assert_true(same_double(v, 0x1p53));
	text[sizeof(text) - 1] = '1';
	assert_true(number_f64(text, sizeof(text), &v));
	assert_true(same_double(v, 9007199254740994.0));

	memset(text, '0', sizeof(text));
	text[1] = '.';
	memcpy(text + 4090, "25e4091", 7);
	assert_true(number_f64(text, 4097, &v));
	assert_true(same_double(v, 250.0));

	memset(text, '0', sizeof(text));
	text[0] = '7';
	memcpy(text + 4001, "e-4000", 6);
	assert_true(number_f64(text, 4007, &v));
	assert_true(same_double(v, 7.0));

	memset(text, '9', sizeof(text));
	assert_true(number_f64(text, sizeof(text), &v));
	assert_true(same_double(v, (double)INFINITY));
}

static void
reading_leaves_errno_alone(void **state)
{
	(void)state;
	errno = EPIPE;
	assert_true(same_double(f64("1e999999"), (double)INFINITY));
	assert_true(same_double(f64("3.3e-310"), 3.3e-310));
	assert_int_equal(errno, EPIPE);
}

static void
expect_text(double v, const char *expected)
{
	char got[NUMBER_TEXT_MAX + 1];
	size_t n = number_text(v, got, NUMBER_TEXT_MAX);

	assert_in_range(n, 1, NUMBER_TEXT_MAX);
	got[n] = '\0';
	assert_string_equal(got, expected);
}

static void
text_of_a_double_is_plain_and_shortest(void **state)
{
	(void)state;
	expect_text(0.0, "0");
	expect_text(-0.0, "-0");
	expect_text(1.0, "1");
	expect_text(-17.5, "-17.5");
	expect_text(0.1, "0.1");
	expect_text(0.30000000000000004, "0.30000000000000004");
	expect_text(1e-7, "0.0000001");
	expect_text(1e20, "100000000000000000000");
	expect_text(1e21, "1000000000000000000000");
	expect_text(1e23, "100000000000000000000000");
	expect_text(9007199254740992.0, "9007199254740992");
	expect_text(1700000000000.0, "1700000000000");
	expect_text(0x1p63, "9223372036854776000");
	expect_text(0x1p64, "18446744073709552000");
	expect_text(1.0 / 3.0, "0.3333333333333333");
	expect_text(2.0 / 3.0, "0.6666666666666666");
	expect_text((double)INFINITY, "inf");
	expect_text(-(double)INFINITY, "-inf");
	expect_text((double)NAN, "NaN");
}

/* The first from D. Gay's tests; the ties as the reference answered. */
static void
hard_cases_of_shortest_digits_come_out_as_in_the_reference(void **state)
{
	(void)state;
	expect_text(0x1p-44, "0.00000000000005684341886080802");
	expect_text(2043845657271716.25, "2043845657271716.3");
	expect_text(-89855393835964.625, "-89855393835964.63");
	expect_text(0x1p-25, "0.000000029802322387695313");
}

static void
the_least_and_the_greatest_doubles_fit_the_stated_length(void **state)
{
	char text[NUMBER_TEXT_MAX];

	(void)state;
	assert_int_equal(number_text(-DBL_MIN, text, sizeof(text)), 327);
	assert_memory_equal(text, "-0.000", 6);
	assert_memory_equal(text + 327 - 17, "22250738585072014", 17);
	assert_int_equal(number_text(-DBL_MAX, text, sizeof(text)), 310);
	assert_memory_equal(text, "-179769313486231570000", 22);
	assert_int_equal(number_text(0x1p-1074, text, sizeof(text)), 326);
	assert_memory_equal(text + 323, "005", 3);
}

static uint64_t
next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void
text_of_any_double_reads_back_as_that_double(void **state)
{
	uint64_t x = 88172645463325252ULL, bits;
	char text[NUMBER_TEXT_MAX];
	double v, back;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		bits = next_random(&x) >> (i % 3 == 0 ? 12 : 0);
		memcpy(&v, &bits, sizeof(v));
		if (isnan(v))
			continue;
		size_t n = number_text(v, text, sizeof(text));

		assert_in_range(n, 1, NUMBER_TEXT_MAX);
		assert_true(number_f64(text, n, &back));
		assert_true(same_double(v, back));
	}
}

/* Removing the last digit, or the one above or below, must not read back. */
static void
no_text_with_a_digit_fewer_reads_back(void **state)
{
	uint64_t x = 362436069362436069ULL, bits;
	char text[64];
	double v, back;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		bits = (next_random(&x) >> 12) | 0x3ff0000000000000ULL;
		memcpy(&v, &bits, sizeof(v));
		size_t n = number_text(v, text, sizeof(text));

		if (n < 4)
			continue;
		n--;
		for (char c = '0'; c <= '9'; c++) {
			text[n - 1] = c;
			assert_true(number_f64(text, n, &back));
			assert_false(same_double(v, back));
		}
	}
}

static void
json_of_a_double_shows_that_it_is_one(void **state)
{
	static const struct {
		double v;
		const char *json;
	} cases[] = {
	    {0, "0.0"},
	    {-0.0, "-0.0"},
	    {3, "3.0"},
	    {-120, "-120.0"},
	    {12.5, "12.5"},
	    {0.1, "0.1"},
	    {1e-5, "0.00001"},
	    {1e-6, "1e-6"},
	    {-1.5e-7, "-1.5e-7"},
	    {1e15, "1000000000000000.0"},
	    {9007199254740992, "9007199254740992.0"},
	    {1e16, "1e16"},
	    {1.2345e20, "1.2345e20"},
	    {DBL_MAX, "1.7976931348623157e308"},
	    {-2.2250738585072014e-308, "-2.2250738585072014e-308"},
	    {-0.000012345678901234567, "-0.000012345678901234568"},
	};
	char text[24];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = number_json(cases[i].v, text, sizeof(text));

		assert_int_equal(n, strlen(cases[i].json));
		assert_memory_equal(text, cases[i].json, n);
	}
}

static void
a_text_that_does_not_fit_is_not_begun(void **state)
{
	char text[8] = "-------";

	(void)state;
	assert_int_equal(number_text(-1.25, text, 4), 5);
	assert_string_equal(text, "-------");
	assert_int_equal(number_text(-1.25, NULL, 0), 5);
	assert_int_equal(number_text(-1.25, text, 5), 5);
	assert_string_equal(text, "-1.25--");
}

static void
integers_are_written_to_their_limits(void **state)
{
	char text[20];

	(void)state;
	assert_int_equal(number_i64_text(INT64_MIN, text, 20), 20);
	assert_memory_equal(text, "-9223372036854775808", 20);
	assert_int_equal(number_i64_text(INT64_MAX, text, 20), 19);
	assert_memory_equal(text, "9223372036854775807", 19);
	assert_int_equal(number_u64_text(UINT64_MAX, text, 20), 20);
	assert_memory_equal(text, "18446744073709551615", 20);
	assert_int_equal(number_u64_text(0, text, 20), 1);
	assert_memory_equal(text, "0", 1);
	assert_int_equal(number_i64_text(-7, text, 1), 2);
}

static void
truncation_stops_at_the_limits_and_nan_is_zero(void **state)
{
	(void)state;
	assert_true(number_trunc_i64(1.9) == 1);
	assert_true(number_trunc_i64(-1.9) == -1);
	assert_true(number_trunc_i64(-0.5) == 0);
	assert_true(number_trunc_i64(1e300) == INT64_MAX);
	assert_true(number_trunc_i64(0x1p63) == INT64_MAX);
	assert_true(
	    number_trunc_i64(0x1.fffffffffffffp62) == 9223372036854774784);
	assert_true(number_trunc_i64(-0x1p63) == INT64_MIN);
	assert_true(number_trunc_i64(-1e300) == INT64_MIN);
	assert_true(number_trunc_i64((double)NAN) == 0);
	assert_true(number_trunc_i64((double)INFINITY) == INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_i64_is_a_sign_and_digits_within_its_limits),
	    cmocka_unit_test(what_is_no_i64_is_refused_and_changes_nothing),
	    cmocka_unit_test(a_u64_takes_a_plus_but_no_minus),
	    cmocka_unit_test(a_text_ends_where_its_length_says),
	    cmocka_unit_test(an_f64_may_have_a_point_and_an_exponent),
	    cmocka_unit_test(words_for_infinity_and_nan_are_read_in_any_case),
	    cmocka_unit_test(what_is_no_f64_is_refused),
	    cmocka_unit_test(an_f64_is_the_nearest_one_and_ties_go_to_even),
	    cmocka_unit_test(texts_of_any_length_are_rounded_rightly),
	    cmocka_unit_test(reading_leaves_errno_alone),
	    cmocka_unit_test(text_of_a_double_is_plain_and_shortest),
	    cmocka_unit_test(
		hard_cases_of_shortest_digits_come_out_as_in_the_reference),
	    cmocka_unit_test(
		the_least_and_the_greatest_doubles_fit_the_stated_length),
	    cmocka_unit_test(text_of_any_double_reads_back_as_that_double),
	    cmocka_unit_test(no_text_with_a_digit_fewer_reads_back),
	    cmocka_unit_test(json_of_a_double_shows_that_it_is_one),
	    cmocka_unit_test(a_text_that_does_not_fit_is_not_begun),
	    cmocka_unit_test(integers_are_written_to_their_limits),
	    cmocka_unit_test(truncation_stops_at_the_limits_and_nan_is_zero),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
