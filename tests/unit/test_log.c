#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syncer/log.h"
#include "syncer/secret.h"
#include "tests/unit/test.h"

#define KEY "secret-AbCdEfGhIjKlMnOp"

static char captured[8192];

/* What `say` writes to standard error. */
static const char *
capture(void (*say)(void))
{
	int keep = dup(STDERR_FILENO), pipes[2];
	ssize_t n;

	assert_int_equal(pipe2(pipes, O_CLOEXEC | O_NONBLOCK), 0);
	assert_true(dup2(pipes[1], STDERR_FILENO) >= 0);
	say();
	assert_true(dup2(keep, STDERR_FILENO) >= 0);
	n = read(pipes[0], captured, sizeof(captured) - 1);
	captured[n > 0 ? n : 0] = '\0';
	close(pipes[0]);
	close(pipes[1]);
	close(keep);
	return captured;
}

static void
take_key(const char *key)
{
	struct secret s;
	const char *why;

	assert_int_equal(secret_set(&s, key, strlen(key), &why), FG_OK);
}

static void
say_key(void)
{
	log_error("GET https://h/v2/%s.json?x=%s failed", KEY, KEY);
}

static void
a_key_leaves_in_no_line(void **state)
{
	const char *line;

	(void)state;
	take_key(KEY);
	line = capture(say_key);
	assert_null(strstr(line, "FgHiJ"));
	assert_non_null(strstr(line, "secret-AbCdE*****.json?x="));
	log_forget();
}

static void
an_encoded_key_is_hidden_too(void **state)
{
	char text[128];

	(void)state;
	take_key("secret-with/slash+and=rest");
	log_scrub(text, sizeof(text),
	    "a secret-with%2Fslash%2Band%3Drest b secret-with/slash+and=rest");
	assert_string_equal(text, "a secret-with/***** b secret-with/*****");
	log_forget();
}

static void
of_a_short_key_nothing_is_shown(void **state)
{
	char text[64];

	(void)state;
	take_key("secret-tiny");
	assert_string_equal(
	    log_scrub(text, sizeof(text), "<secret-tiny>"), "<secret-*****>");
	log_forget();
}

static void
the_longer_of_two_keys_is_hidden_whole(void **state)
{
	char text[64];

	(void)state;
	log_hide("secret-abc", "A");
	log_hide("secret-abcdef", "B");
	assert_string_equal(
	    log_scrub(text, sizeof(text), "secret-abcdef secret-abcx"), "B Ax");
	log_forget();
}

static void
say_long(void)
{
	char text[2 * LOG_LINE_MAX];

	/* The key begins where the line ends, at every offset around it. */
	for (int at = LOG_LINE_MAX - 40; at < LOG_LINE_MAX + 8; at++) {
		memset(text, 'x', sizeof(text));
		snprintf(text + at, sizeof(text) - (size_t)at, "%s", KEY);
		log_warn("%s", text);
	}
}

static void
no_half_of_a_key_is_left_at_the_end_of_a_long_line(void **state)
{
	FILE *f = tmpfile();
	char line[LOG_LINE_MAX * 2];
	int keep = dup(STDERR_FILENO), n = 0;

	(void)state;
	take_key(KEY);
	assert_non_null(f);
	assert_true(dup2(fileno(f), STDERR_FILENO) >= 0);
	say_long();
	assert_true(dup2(keep, STDERR_FILENO) >= 0);
	close(keep);
	rewind(f);
	for (; fgets(line, sizeof(line), f) != NULL; n++) {
		const char *shown = strstr(line, "secret-");

		assert_true(strlen(line) <= LOG_LINE_MAX + 64);
		assert_true(shown == NULL || strstr(shown, "F") == NULL);
	}
	assert_int_equal(n, 48);
	fclose(f);
	log_forget();
}

static void
say_lines(void)
{
	log_info("one\nerror: forged\r\x1b[31m");
}

static void
a_message_stays_one_line(void **state)
{
	const char *line;

	(void)state;
	line = capture(say_lines);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_null(strchr(line, '\x1b'));
}

static void
say_debug(void)
{
	log_debug("fine print");
}

static void
lines_above_the_level_are_left_out(void **state)
{
	(void)state;
	assert_string_equal(capture(say_debug), "");
	log_init(LOG_AT_DEBUG);
	assert_non_null(strstr(capture(say_debug), "debug: fine print"));
	log_init(LOG_AT_INFO);
}

static void
say_in_journal(void)
{
	char stream[64];
	struct stat st;

	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_init(LOG_AT_INFO);
	log_warn("odd");
}

static void
the_journal_gets_priorities_instead_of_times(void **state)
{
	(void)state;
	assert_string_equal(capture(say_in_journal), "<4>odd\n");
	unsetenv("JOURNAL_STREAM");
	log_init(LOG_AT_INFO);
}

static void
keys_that_cannot_be_are_refused_without_showing_them(void **state)
{
	static const char *const bad[] = {"", " \n", "secret-",
	    "client-0123456789", "secret-a b", "secret-a\nX-Evil: 1",
	    "secret-\x80", "SECRET-x"};
	struct secret s;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    secret_set(&s, bad[i], strlen(bad[i]), &why), FG_E_INVALID);
		assert_non_null(why);
	}
}

static void
a_key_is_percent_encoded_for_a_url(void **state)
{
	struct secret s;
	const char *why, key[] = "\tsecret-a/b?c#d%e\r\n";

	(void)state;
	assert_int_equal(secret_set(&s, key, strlen(key), &why), FG_OK);
	assert_string_equal(s.key, "secret-a/b?c#d%e");
	assert_string_equal(s.encoded, "secret-a%2Fb%3Fc%23d%25e");
	log_forget();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_leaves_in_no_line),
	    cmocka_unit_test(an_encoded_key_is_hidden_too),
	    cmocka_unit_test(of_a_short_key_nothing_is_shown),
	    cmocka_unit_test(the_longer_of_two_keys_is_hidden_whole),
	    cmocka_unit_test(
		no_half_of_a_key_is_left_at_the_end_of_a_long_line),
	    cmocka_unit_test(a_message_stays_one_line),
	    cmocka_unit_test(lines_above_the_level_are_left_out),
	    cmocka_unit_test(the_journal_gets_priorities_instead_of_times),
	    cmocka_unit_test(
		keys_that_cannot_be_are_refused_without_showing_them),
	    cmocka_unit_test(a_key_is_percent_encoded_for_a_url),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
