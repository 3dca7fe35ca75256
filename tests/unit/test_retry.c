#include "syncer/quantity.h"
#include "syncer/retry.h"
#include "tests/unit/test.h"

static enum retry_events
judge(int status, const char *body)
{
	return retry_events(status, body, strlen(body));
}

static void
only_a_server_that_took_events_is_believed(void **state)
{
	(void)state;
	assert_int_equal(judge(202, "{\"success\":true}"), 0);
	assert_int_equal(judge(200, ""), RETRY_EVENTS_ACCEPTED);
	assert_int_equal(judge(204, ""), RETRY_EVENTS_ACCEPTED);
	assert_int_equal(judge(200, "{}"), RETRY_EVENTS_ACCEPTED);
	assert_int_equal(
	    judge(200, " {\"a\":[1]} \r\n"), RETRY_EVENTS_ACCEPTED);
	assert_int_equal(
	    judge(200, "{\"success\":\"false\"}"), RETRY_EVENTS_ACCEPTED);
	assert_int_equal(
	    judge(200, "{\"a\":{\"success\":false}}"), RETRY_EVENTS_ACCEPTED);
	assert_int_equal(
	    judge(200, "{\"success\":false}"), RETRY_EVENTS_DOUBTFUL);
	assert_int_equal(judge(200, "{\"a\":1, \"success\" : false }"),
	    RETRY_EVENTS_DOUBTFUL);
	assert_int_equal(
	    judge(200, "<html>log in</html>"), RETRY_EVENTS_DOUBTFUL);
	assert_int_equal(judge(200, "{\"success\":tr"), RETRY_EVENTS_DOUBTFUL);
	assert_int_equal(judge(200, "{} trailing"), RETRY_EVENTS_DOUBTFUL);
	assert_int_equal(judge(200, "[]"), RETRY_EVENTS_DOUBTFUL);
	assert_int_equal(judge(200, "OK"), RETRY_EVENTS_DOUBTFUL);
	assert_int_equal(judge(200, " "), RETRY_EVENTS_DOUBTFUL);
}

static void
each_status_has_its_consequence(void **state)
{
	static const struct {
		int status;
		enum retry_events events;
		enum retry_specs specs;
	} cases[] = {
	    {0, RETRY_EVENTS_AGAIN, RETRY_SPECS_SOON},
	    {302, RETRY_EVENTS_AGAIN, RETRY_SPECS_SOON},
	    {400, RETRY_EVENTS_REFUSED, RETRY_SPECS_LATER},
	    {401, RETRY_EVENTS_DENIED, RETRY_SPECS_DENIED},
	    {403, RETRY_EVENTS_DENIED, RETRY_SPECS_DENIED},
	    {404, RETRY_EVENTS_AGAIN, RETRY_SPECS_SOON},
	    {405, RETRY_EVENTS_REFUSED, RETRY_SPECS_LATER},
	    {408, RETRY_EVENTS_AGAIN, RETRY_SPECS_SOON},
	    {413, RETRY_EVENTS_SPLIT, RETRY_SPECS_LATER},
	    {415, RETRY_EVENTS_DOUBTFUL, RETRY_SPECS_SOON},
	    {429, RETRY_EVENTS_AGAIN, RETRY_SPECS_LATER},
	    {500, RETRY_EVENTS_AGAIN, RETRY_SPECS_SOON},
	    {501, RETRY_EVENTS_REFUSED, RETRY_SPECS_LATER},
	    {503, RETRY_EVENTS_AGAIN, RETRY_SPECS_SOON},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(judge(cases[i].status, "{}"), cases[i].events);
		assert_int_equal(retry_specs(cases[i].status), cases[i].specs);
	}
}

static void
pauses_of_a_fetch_are_the_references(void **state)
{
	(void)state;
	assert_int_equal(retry_specs_pause_ms(0), 0);
	assert_int_equal(retry_specs_pause_ms(1), 200);
	assert_int_equal(retry_specs_pause_ms(2), 400);
	assert_int_equal(retry_specs_pause_ms(3), 800);
}

static void
backoff_doubles_up_to_its_limit(void **state)
{
	(void)state;
	assert_int_equal(retry_ceiling_ms(0, 1000, 60000), 0);
	assert_int_equal(retry_ceiling_ms(1, 1000, 60000), 1000);
	assert_int_equal(retry_ceiling_ms(2, 1000, 60000), 2000);
	assert_int_equal(retry_ceiling_ms(6, 1000, 60000), 32000);
	assert_int_equal(retry_ceiling_ms(7, 1000, 60000), 60000);
	assert_int_equal(retry_ceiling_ms(4000000000U, 1000, 60000), 60000);
}

static void
jitter_is_full_and_stays_within_bounds(void **state)
{
	(void)state;
	for (uint64_t r = 0; r < 5000; r++) {
		uint64_t x = r * 0x9e3779b97f4a7c15U;

		assert_true(retry_pause_ms(3, 1000, 60000, x) <= 4000);
		assert_in_range(retry_jitter_ms(10000, x), 9000, 11000);
	}
	assert_int_equal(retry_pause_ms(3, 1000, 60000, 4000), 4000);
	assert_int_equal(retry_pause_ms(3, 1000, 60000, 4001), 0);
	assert_int_equal(retry_jitter_ms(10000, 0), 9000);
	assert_int_equal(retry_jitter_ms(10000, 2000), 11000);
}

static void
retry_after_is_read_in_both_forms_and_capped(void **state)
{
	const int64_t now = 784111770; /* 7 s before the date below */

	(void)state;
	assert_int_equal(retry_after_ms("5", now), 5000);
	assert_int_equal(retry_after_ms(" 0", now), 0);
	assert_int_equal(retry_after_ms("86400", now), RETRY_AFTER_MAX_MS);
	assert_int_equal(
	    retry_after_ms("99999999999999999999999", now), RETRY_AFTER_MAX_MS);
	assert_int_equal(
	    retry_after_ms("Sun, 06 Nov 1994 08:49:37 GMT", now), 7000);
	assert_int_equal(
	    retry_after_ms("Sun, 06 Nov 1994 08:49:37 GMT", now + 100), 0);
	assert_int_equal(retry_after_ms("soon", now), 0);
	assert_int_equal(retry_after_ms("-5", now), 0);
	assert_int_equal(retry_after_ms("", now), 0);
}

static void
quantities_need_their_units(void **state)
{
	uint64_t x = 77;
	char text[32];
	bool yes;

	(void)state;
	assert_true(quantity_ms("250ms", &x) && x == 250);
	assert_true(quantity_ms("0", &x) && x == 0);
	assert_true(quantity_ms("2m", &x) && x == 120000);
	assert_true(quantity_ms("7d", &x) && x == 604800000);
	assert_true(quantity_bytes("64K", &x) && x == 65536);
	assert_true(quantity_bytes("3", &x) && x == 3);
	x = 77;
	assert_false(quantity_ms("10", &x));
	assert_false(quantity_ms("10 s", &x));
	assert_false(quantity_ms("s", &x));
	assert_false(quantity_ms("", &x));
	assert_false(quantity_ms("-1s", &x));
	assert_false(quantity_ms("999999999999999999d", &x));
	assert_false(quantity_bytes("1T", &x));
	assert_false(quantity_bytes("17179869184G", &x));
	assert_false(quantity_count("18446744073709551616", &x));
	assert_int_equal(x, 77);
	assert_true(quantity_count("18446744073709551615", &x));
	assert_true(quantity_bool("on", &yes) && yes);
	assert_true(quantity_bool("no", &yes) && !yes);
	assert_false(quantity_bool("YES", &yes));
	assert_string_equal(quantity_put_ms(text, sizeof(text), 90000), "90s");
	assert_string_equal(quantity_put_ms(text, sizeof(text), 120000), "2m");
	assert_string_equal(quantity_put_ms(text, sizeof(text), 0), "0ms");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_a_server_that_took_events_is_believed),
	    cmocka_unit_test(each_status_has_its_consequence),
	    cmocka_unit_test(pauses_of_a_fetch_are_the_references),
	    cmocka_unit_test(backoff_doubles_up_to_its_limit),
	    cmocka_unit_test(jitter_is_full_and_stays_within_bounds),
	    cmocka_unit_test(retry_after_is_read_in_both_forms_and_capped),
	    cmocka_unit_test(quantities_need_their_units),
	};

	return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
