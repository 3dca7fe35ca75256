#include "reader/regex.h"

#include "common/hash64.h"

#include "tests/unit/test.h"

static struct regex_cache *cache;
static struct regex_scratch *scratch;
static bool alive = true;

static int
set_up(void **state)
{
	(void)state;
	cache = regex_cache_new();
	scratch = regex_scratch_new();
	return cache != NULL && scratch != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	regex_cache_free(cache);
	regex_scratch_free(scratch);
	return 0;
}

static bool
is_alive(void *arg)
{
	(void)arg;
	return alive;
}

static enum regex_answer
match(const char *pattern, const char *subject)
{
	return regex_match(cache, scratch, (const uint8_t *)pattern,
	    strlen(pattern), hash64(pattern, strlen(pattern)), subject,
	    strlen(subject), is_alive, NULL);
}

static void
a_pattern_used_often_says_what_it_said_at_first(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		assert_int_equal(
		    match("^[a-z]+@example", "a@example.com"), REGEX_MATCH);
		assert_int_equal(
		    match("^[a-z]+@example", "9@example.com"), REGEX_NO_MATCH);
		assert_int_equal(match("^.$", "\xc3\xa9"), REGEX_MATCH);
		assert_int_equal(match("^.$", "\xc3"), REGEX_NO_MATCH);
	}
}

static void
it_searches_anywhere_in_unicode_text(void **state)
{
	(void)state;
	assert_int_equal(match("b+", "abbc"), REGEX_MATCH);
	assert_int_equal(match("^b", "abc"), REGEX_NO_MATCH);
	assert_int_equal(match("(?i)straße", "STRAßE"), REGEX_MATCH);
	assert_int_equal(match("^\\w+$", "größe"), REGEX_MATCH);
	assert_int_equal(match("^.$", "😀"), REGEX_MATCH);
	assert_int_equal(match("", "x"), REGEX_MATCH);
}

static void
the_end_is_the_very_end(void **state)
{
	(void)state;
	assert_int_equal(match("a$", "a\n"), REGEX_NO_MATCH);
	assert_int_equal(match("a\\Z", "a\n"), REGEX_MATCH);
	assert_int_equal(match("a.b", "a\rb"), REGEX_MATCH);
	assert_int_equal(match("a.b", "a\nb"), REGEX_NO_MATCH);
}

static void
h_is_a_hexadecimal_digit(void **state)
{
	(void)state;
	assert_int_equal(match("^\\h+$", "c0ffee"), REGEX_MATCH);
	assert_int_equal(match("^\\h+$", " "), REGEX_NO_MATCH);
	assert_int_equal(match("^[\\h-]+$", "c0-ee"), REGEX_MATCH);
	assert_int_equal(match("^\\\\h$", "\\h"), REGEX_MATCH);
}

static void
classes_nest_and_know_operators(void **state)
{
	(void)state;
	assert_int_equal(match("^[a-z&&[^b]]$", "c"), REGEX_MATCH);
	assert_int_equal(match("^[a-z&&[^b]]$", "b"), REGEX_NO_MATCH);
	assert_int_equal(match("^[a-z&&[^b]]$", "C"), REGEX_NO_MATCH);
	assert_int_equal(match("^[a-f--c-d]+$", "abef"), REGEX_MATCH);
	assert_int_equal(match("^[a-f--c-d]+$", "abc"), REGEX_NO_MATCH);
	assert_int_equal(match("^[a-c~~b-d]+$", "ad"), REGEX_MATCH);
	assert_int_equal(match("^[a-c~~b-d]$", "b"), REGEX_NO_MATCH);
	assert_int_equal(match("^[a[0-3]z]+$", "a2z"), REGEX_MATCH);
	assert_int_equal(match("^[a[0-3]z]+$", "4"), REGEX_NO_MATCH);
	assert_int_equal(match("^[^a[0-3]]$", "4"), REGEX_MATCH);
	assert_int_equal(match("^[^a[0-3]]$", "3"), REGEX_NO_MATCH);
	assert_int_equal(match("^[]a]+$", "]a"), REGEX_MATCH);
	assert_int_equal(match("^[^]]$", "]"), REGEX_NO_MATCH);
	assert_int_equal(match("^[[:alpha:]]+$", "ab"), REGEX_MATCH);
	assert_int_equal(match("[a", "a"), REGEX_NO_MATCH);
	assert_int_equal(match("[a[b]", "a"), REGEX_NO_MATCH);
}

static void
code_points_and_open_repeats_are_understood(void **state)
{
	(void)state;
	assert_int_equal(
	    match("^\\u0041\\u{1F600}$", "A\xf0\x9f\x98\x80"), REGEX_MATCH);
	assert_int_equal(match("^[\\u0041-\\u0043]$", "B"), REGEX_MATCH);
	assert_int_equal(match("\\u12", "x"), REGEX_NO_MATCH);
	assert_int_equal(match("^a{,3}$", "aa"), REGEX_MATCH);
	assert_int_equal(match("^a{,3}$", "aaaa"), REGEX_NO_MATCH);
	assert_int_equal(match("^a{$", "a{"), REGEX_MATCH);
	assert_int_equal(match("\\<cat\\>", "a cat"), REGEX_MATCH);
	assert_int_equal(match("\\<cat\\>", "cats"), REGEX_NO_MATCH);
}

static void
what_only_pcre2_knows_is_refused(void **state)
{
	(void)state;
	assert_int_equal(match("\\Qa.b\\E", "a.b"), REGEX_NO_MATCH);
	assert_int_equal(match("\\R", "\n"), REGEX_NO_MATCH);
	assert_int_equal(match("\\y", "y"), REGEX_NO_MATCH);
	assert_int_equal(match("a\\", "a"), REGEX_NO_MATCH);
}

static void
what_does_not_compile_never_matches(void **state)
{
	(void)state;
	assert_int_equal(match("(", "("), REGEX_NO_MATCH);
	assert_int_equal(match("*a", "*a"), REGEX_NO_MATCH);
	assert_int_equal(match("(", "("), REGEX_NO_MATCH);
}

static void
runaway_patterns_give_the_right_answer_soon(void **state)
{
	char subject[61];

	(void)state;
	memset(subject, 'a', 60);
	subject[60] = '\0';
	assert_int_equal(match("^(a|aa)+$|!$", subject), REGEX_MATCH);
	subject[59] = 'b';
	assert_int_equal(match("^(a|aa)+$", subject), REGEX_NO_MATCH);
	assert_int_equal(match("(a*)*c", subject), REGEX_NO_MATCH);
}

static void
bytes_that_are_not_utf8_do_not_match_and_do_no_harm(void **state)
{
	(void)state;
	assert_int_equal(match("a.c",
			     "a\xff"
			     "c"),
	    REGEX_NO_MATCH);
	assert_int_equal(match("\xff", "\xff"), REGEX_NO_MATCH);
}

static void
a_pattern_that_is_no_longer_there_is_not_kept(void **state)
{
	(void)state;
	alive = false;
	assert_int_equal(match("new pattern", "x"), REGEX_MOVED);
	alive = true;
	assert_int_equal(match("new pattern", "a new pattern"), REGEX_MATCH);
	/* Once it is known, nobody needs to ask. */
	alive = false;
	assert_int_equal(match("new pattern", "a new pattern"), REGEX_MATCH);
	alive = true;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pattern_used_often_says_what_it_said_at_first),
	    cmocka_unit_test(it_searches_anywhere_in_unicode_text),
	    cmocka_unit_test(the_end_is_the_very_end),
	    cmocka_unit_test(h_is_a_hexadecimal_digit),
	    cmocka_unit_test(classes_nest_and_know_operators),
	    cmocka_unit_test(code_points_and_open_repeats_are_understood),
	    cmocka_unit_test(what_only_pcre2_knows_is_refused),
	    cmocka_unit_test(what_does_not_compile_never_matches),
	    cmocka_unit_test(runaway_patterns_give_the_right_answer_soon),
	    cmocka_unit_test(
		bytes_that_are_not_utf8_do_not_match_and_do_no_harm),
	    cmocka_unit_test(a_pattern_that_is_no_longer_there_is_not_kept),
	};

	return cmocka_run_group_tests_name("regex", tests, set_up, tear_down);
}
