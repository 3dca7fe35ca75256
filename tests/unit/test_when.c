#include "common/when.h"
#include "tests/unit/test.h"

struct row {
	const char *text;
	int64_t ms;
};

static void
expect_target(const char *text, int64_t ms)
{
	int64_t got;

	if (!when_parse_target(text, strlen(text), &got))
		fail_msg("\"%s\" is not read", text);
	if (got != ms)
		fail_msg("\"%s\" is %lld", text, (long long)got);
}

static void
expect_no_target(const char *text)
{
	int64_t got = 77;

	if (when_parse_target(text, strlen(text), &got))
		fail_msg("\"%s\" is read as %lld", text, (long long)got);
	assert_true(got == 77);
}

static void
an_integer_is_taken_as_it_is(void **state)
{
	int64_t ms;

	(void)state;
	expect_target("1", 1);
	expect_target("+5", 5);
	expect_target("-5", -5);
	expect_target("9223372036854775807", INT64_MAX);
	expect_no_target("9223372036854775808");
	expect_no_target("99999999999999999999");
	expect_no_target("1.0");
	expect_no_target("1e3");
	expect_no_target("");
	assert_true(when_parse_user("-5", 2, &ms));
	assert_true(ms == -5);
	assert_true(when_parse_user("0000000000000000000000012", 25, &ms));
	assert_true(ms == 12);
}

static void
rfc_3339_is_read_to_the_millisecond(void **state)
{
	static const struct row rows[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"2023-01-01T00:00:00Z", 1672531200000},
	    {"2023-01-01t00:00:00z", 1672531200000},
	    {"2023-01-01 00:00:00Z", 1672531200000},
	    {"2023-01-01T00:00:00.5Z", 1672531200500},
	    {"2023-01-01T00:00:00.123456789Z", 1672531200123},
	    {"2023-01-01T00:00:00.1239999999999999Z", 1672531200123},
	    {"2023-01-01T00:00:00+00:00", 1672531200000},
	    {"2023-01-01T00:00:00-00:00", 1672531200000},
	    {"2023-01-01T00:00:00+23:59", 1672444860000},
	    {"2023-01-01T00:00:00-23:59", 1672617540000},
	    {"2023-01-01 00:00:00.123+05:30", 1672511400123},
	    {"2023-01-01T00:00:00\xe2\x88\x92"
	     "01:00",
		1672534800000}, /* U+2212 is a minus too */
	    {"2024-02-29T00:00:00Z", 1709164800000},
	    {"2000-02-29T00:00:00Z", 951782400000},
	    {"0000-01-01T00:00:00Z", -62167219200000},
	    {"0000-02-29T00:00:00Z", -62162121600000},
	    {"9999-12-31T23:59:59Z", 253402300799000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_target(rows[i].text, rows[i].ms);
}

static void
a_fraction_before_1970_is_rounded_toward_the_past(void **state)
{
	(void)state;
	expect_target("1969-12-31T23:59:59.9999Z", -1);
	expect_target("1969-12-31T23:59:59.5Z", -500);
	expect_target("1960-01-01T00:00:00.0005Z", -315619200000);
	expect_target("1960-01-01T00:00:00.9999Z", -315619199001);
}

static void
second_60_is_the_first_of_the_next_minute(void **state)
{
	(void)state;
	expect_target("2016-12-31T23:59:60Z", 1483228800000);
	expect_target("2016-12-31T23:59:60.5Z", 1483228800500);
	expect_target("2023-01-01T12:30:60Z", 1672576260000);
	expect_target("2023-12-31 23:59:60", 1704067200000);
	expect_target("9999-12-31T23:59:60.999Z", 253402300800999);
	expect_no_target("2023-01-01T00:00:61Z");
	expect_no_target("2023-12-31 23:59:61");
}

static void
what_is_not_quite_rfc_3339_is_refused(void **state)
{
	static const char *const rows[] = {
	    "2023-01-01T00:00:00",
	    "2023-01-01T00:00:00.5",
	    "2023-01-01T00:00:00.Z",
	    "2023-01-01T00:00:00,5Z",
	    "2023-01-01T00:00:00+0000",
	    "2023-01-01T00:00:00+00",
	    "2023-01-01T00:00:00+1:00",
	    "2023-01-01T00:00:00+01:0",
	    "2023-01-01T00:00:00+24:00",
	    "2023-01-01T00:00:00-24:00",
	    "2023-01-01T00:00:00+00:60",
	    "2023-01-01T00:00:00 01:00",
	    "2023-01-01T00:00:00 Z",
	    "2023-01-01T00:00:00UTC",
	    "2023-01-01T00:00:00Z ",
	    " 2023-01-01T00:00:00Z",
	    "2023-01-01T00:00:00Z\n",
	    "2023-01-01  00:00:00Z",
	    "2023-01-01_00:00:00Z",
	    "2023-01-01\tT00:00:00Z",
	    "2023-1-1T0:0:0Z",
	    "+2023-01-01T00:00:00Z",
	    "23-01-01T00:00:00Z",
	    "12023-01-01T00:00:00Z",
	    "2023-01-01",
	    "2023-01-01T00:00Z",
	    "20230101T000000Z",
	    "2023-W01-1T00:00:00Z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_no_target(rows[i]);
}

static void
only_dates_and_times_that_exist_are_read(void **state)
{
	static const char *const rows[] = {
	    "2023-02-29T00:00:00Z",
	    "1900-02-29T00:00:00Z",
	    "2100-02-29T00:00:00Z",
	    "2023-04-31T00:00:00Z",
	    "2023-00-10T00:00:00Z",
	    "2023-13-01T00:00:00Z",
	    "2023-01-00T00:00:00Z",
	    "2023-01-32T00:00:00Z",
	    "2023-01-01T24:00:00Z",
	    "2023-01-01T00:60:00Z",
	    "2023-2-29 0:0:0",
	    "2023-0-1 0:0:0",
	    "2023-13-1 0:0:0",
	    "2023-1-0 0:0:0",
	    "2023-1-1 24:0:0",
	    "2023-1-1 0:60:0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_no_target(rows[i]);
}

static void
the_loose_form_takes_short_numbers_and_space_before_them(void **state)
{
	static const struct row rows[] = {
	    {"2023-01-01 00:00:00", 1672531200000},
	    {"2023-1-1 0:0:0", 1672531200000},
	    {"2023-01-01  00:00:00", 1672531200000},
	    {"2023-01-01\t00:00:00", 1672531200000},
	    {"2023-01-0100:00:00", 1672531200000},
	    {"2023-01-011:2:3", 1672534923000},
	    {" 2023-01-01 00:00:00", 1672531200000},
	    {"2023- 01-01 00:00:00", 1672531200000},
	    {"2023- 1- 1 0: 0: 0", 1672531200000},
	    {"\xc2\xa0"
	     "2023-01-01\xe2\x80\x83"
	     "1:2:3",
		1672534923000}, /* any white space of Unicode */
	    {"23-1-1 0:0:0", -61441372800000},
	    {"0-1-1 0:0:0", -62167219200000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_target(rows[i].text, rows[i].ms);
}

static void
the_loose_form_refuses_everything_else(void **state)
{
	static const char *const rows[] = {
	    "2023-01-01 00:00:00 ",
	    "2023-01-01 00:00:00.5",
	    "2023-01-01 1:2:3\xc2\xa0",
	    "2023 -01-01 1:2:3",
	    "2023-01 -01 1:2:3",
	    "2023-01-01 1 :2:3",
	    "2023-01-01 1:2 :3",
	    "2023-01-01 00:00",
	    "2023-01-01 -1:2:3",
	    "2023-01-01 +1:2:3",
	    "2023-+1-01 1:2:3",
	    "2023--1-01 1:2:3",
	    "2023-001-1 0:0:0",
	    "2023-1-001 0:0:0",
	    "2023-01-01000000",
	    "12345-1-1 0:0:0",
	    "2023-01-01T1:2:3",
	    "2023-01-01\xe2\x80\x8b"
	    "1:2:3",
	    "2023-01-01\x1c"
	    "1:2:3",
	    "12:30:00",
	    "-----------",
	    "T",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_no_target(rows[i]);
}

static void
a_signed_year_reaches_as_far_as_the_calendar(void **state)
{
	static const struct row rows[] = {
	    {"+2023-01-01 00:00:00", 1672531200000},
	    {"+0000000000000000000000002023-1-1 0:0:0", 1672531200000},
	    {"-0-1-1 0:0:0", -62167219200000},
	    {"-1-1-1 0:0:0", -62198755200000},
	    {"-4-2-29 0:0:0", -62288352000000},
	    {"-2023-01-01 00:00:00", -126006883200000},
	    {"+12345-1-1 0:0:0", 327403382400000},
	    {"+262142-12-31 23:59:59", 8210266876799000},
	    {"-262143-1-1 0:0:0", -8334601228800000},
	};
	static const char *const out[] = {"+262143-1-1 0:0:0",
	    "-262144-12-31 23:59:59", "+4294969319-1-1 0:0:0",
	    "+9223372036854775807-1-1 0:0:0", "-9223372036854775808-1-1 0:0:0",
	    "+99999999999999999999-1-1 0:0:0", "+ 2023-1-1 0:0:0",
	    "+-2023-1-1 0:0:0", "--2023-1-1 0:0:0", "-100-2-29 0:0:0",
	    "+-1-1 0:0:0"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_target(rows[i].text, rows[i].ms);
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++)
		expect_no_target(out[i]);
}

static void
a_users_text_must_look_like_a_time(void **state)
{
	static const char *const none[] = {"2023-01-01T00:00:00.000Z",
	    "2023-01-01T00:00:00+00:00", "2023-01-01  0 0:00:00:00",
	    "2023-01-01", "0-1-1 0", "", "1.0", "+12345-01-01 00:00:00"};
	static const struct row rows[] = {
	    {"2023-01-01T00:00:00Z", 1672531200000},
	    {"2023-01-01 00:00:00", 1672531200000},
	    {"2023-1-1 0:0:0", 1672531200000},
	    {"0-1-1 1:2:3", -62167215477000},
	    {"2023-01-01  00:00:00", 1672531200000},
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(when_parse_user(none[i], strlen(none[i]), &ms));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(
		    when_parse_user(rows[i].text, strlen(rows[i].text), &ms));
		assert_true(ms == rows[i].ms);
	}
}

static void
no_cut_of_a_time_is_one(void **state)
{
	const char text[] = "2023-01-01T00:00:00.123+05:30";
	int64_t ms;

	(void)state;
	for (size_t n = 5; n < sizeof(text) - 1; n++)
		assert_false(when_parse_target(text, n, &ms));
}

/* The first and the last day of each month of 4,800 years. */
static void
days_follow_each_other_without_a_gap(void **state)
{
	static const unsigned days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t expected = -62167219200000, ms;
	char text[] = "0000-00-00T00:00:00Z";

	(void)state;
	for (unsigned y = 0; y < 4800; y++) {
		bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

		text[0] = (char)('0' + y / 1000);
		text[1] = (char)('0' + y / 100 % 10);
		text[2] = (char)('0' + y / 10 % 10);
		text[3] = (char)('0' + y % 10);
		for (unsigned m = 1; m <= 12; m++) {
			unsigned last = days[m - 1] + (leap && m == 2);

			text[5] = (char)('0' + m / 10);
			text[6] = (char)('0' + m % 10);
			for (unsigned d = 1; d <= last; d += last - 1) {
				text[8] = (char)('0' + d / 10);
				text[9] = (char)('0' + d % 10);
				assert_true(when_parse_target(
				    text, sizeof(text) - 1, &ms));
				assert_true(ms ==
				    expected + (d - 1) * INT64_C(86400000));
			}
			expected += last * INT64_C(86400000);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_integer_is_taken_as_it_is),
	    cmocka_unit_test(rfc_3339_is_read_to_the_millisecond),
	    cmocka_unit_test(a_fraction_before_1970_is_rounded_toward_the_past),
	    cmocka_unit_test(second_60_is_the_first_of_the_next_minute),
	    cmocka_unit_test(what_is_not_quite_rfc_3339_is_refused),
	    cmocka_unit_test(only_dates_and_times_that_exist_are_read),
	    cmocka_unit_test(
		the_loose_form_takes_short_numbers_and_space_before_them),
	    cmocka_unit_test(the_loose_form_refuses_everything_else),
	    cmocka_unit_test(a_signed_year_reaches_as_far_as_the_calendar),
	    cmocka_unit_test(a_users_text_must_look_like_a_time),
	    cmocka_unit_test(no_cut_of_a_time_is_one),
	    cmocka_unit_test(days_follow_each_other_without_a_gap),
	};

	return cmocka_run_group_tests_name("when", tests, NULL, NULL);
}
