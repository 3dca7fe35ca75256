/*
 * Conditions about the user agent: where the text is looked up, what of the
 * user's own goes before it, and how long the answers are kept.
 */
#include <stdio.h>
#include <stdlib.h>

#include "reader/user.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

#define WINDOWS "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0"
#define PHONE   "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/125.1 Mobile"

/* A gate and its condition; the gate has the condition's name. */
#define GATE(name)                                                            \
	"\"" name "\":{\"type\":\"t\",\"salt\":\"s\",\"defaultValue\":false," \
	"\"enabled\":true,\"idType\":\"userID\",\"entity\":\"feature_gate\"," \
	"\"rules\":[{\"name\":\"n\",\"id\":\"r\",\"salt\":\"s\","             \
	"\"passPercentage\":100,\"returnValue\":true,\"idType\":\"userID\","  \
	"\"conditions\":[\"" name "\"]}]}"
#define COND(name, field, op, target)                                          \
	"\"" name "\":{\"type\":\"ua_based\",\"idType\":\"userID\",\"field\":" \
	"\"" field "\",\"operator\":\"" op "\",\"targetValue\":" target "}"

static const struct fixture_doc doc = {
    .gates = GATE("windows") "," GATE("10") "," GATE("chrome") "," GATE(
	"new") "," GATE("phone") "," GATE("none") "," GATE("device"),
    .conditions = COND("windows", "os_name", "any", "[\"WINDOWS\"]") "," COND(
	"10", "osVersion", "eq", "10") "," COND("chrome", "Browser_Name", "eq",
	"\"Chrome\"") "," COND("new", "BROWSERVERSION", "version_gte",
	"\"139.9\"") "," COND("phone", "browser_name", "str_ends_with_any",
	"[\"mobile\"]") "," COND("none", "browser_name", "eq",
	"null") "," COND("device", "device", "eq", "null"),
};

static struct fg *fg;
static struct fg_session *ses;
static struct fg_user *user;

static struct fg *
open_client(const struct fg_options *options)
{
	char *json = fixture_text(&doc);
	struct fg *client = fixture_open(json, options);

	free(json);
	return client;
}

static int
open_all(void **state)
{
	(void)state;
	fg = open_client(NULL);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	assert_int_equal(fg_user_new(&user), FG_OK);
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
	return 0;
}

static bool
passes(const char *name)
{
	return fg_check_gate(ses, user, name);
}

static void
all_four_answers_are_compared(void **state)
{
	(void)state;
	fg_user_set_string(user, FG_USER_AGENT, WINDOWS);
	assert_true(passes("windows"));
	assert_true(passes("10"));
	assert_true(passes("chrome"));
	assert_true(passes("new"));
	assert_false(passes("phone"));
	assert_false(passes("none"));
	assert_true(passes("device"));
}

static void
the_reason_is_an_ordinary_one(void **state)
{
	struct fg_gate g;

	(void)state;
	fg_user_set_string(user, FG_USER_ID, "u");
	assert_int_equal(fg_get_gate(ses, user, "windows", 0, &g), FG_OK);
	assert_string_equal(g.details.reason, "Network:Recognized");
}

static void
a_changed_user_is_parsed_again(void **state)
{
	(void)state;
	fg_user_set_string(user, FG_USER_AGENT, WINDOWS);
	assert_true(passes("windows"));
	fg_user_set_string(user, FG_USER_AGENT, PHONE);
	assert_false(passes("windows"));
	assert_true(passes("phone"));
	fg_user_put_string(user, FG_CUSTOM, "other", "x");
	assert_true(passes("phone"));
	fg_user_reset(user);
	assert_true(passes("none"));
}

static void
no_user_agent_and_too_long_a_one_tell_nothing(void **state)
{
	char text[USER_AGENT_MAX + 2];

	(void)state;
	assert_true(passes("none"));
	fg_user_set_string(user, FG_USER_AGENT, "");
	assert_true(passes("none"));
	memset(text, ' ', sizeof(text));
	memcpy(text, WINDOWS, strlen(WINDOWS));
	text[USER_AGENT_MAX + 1] = '\0';
	fg_user_set_string(user, FG_USER_AGENT, text);
	assert_true(passes("none"));
	text[USER_AGENT_MAX] = '\0';
	fg_user_set_string(user, FG_USER_AGENT, text);
	assert_true(passes("windows"));
}

/* An empty text in a map is found, and read as one. */
static void
the_text_is_looked_up_as_any_field(void **state)
{
	struct fg_value null = {.type = FG_NULL};

	(void)state;
	fg_user_set_string(user, FG_USER_AGENT, "");
	fg_user_put_string(user, FG_PRIVATE, "userAgent", PHONE);
	assert_true(passes("phone"));
	fg_user_put_string(user, FG_CUSTOM, "useragent", WINDOWS);
	assert_true(passes("windows"));
	fg_user_put(user, FG_CUSTOM, "userAgent", 9, &null);
	assert_true(passes("none"));
	fg_user_put_string(user, FG_CUSTOM, "userAgent", "");
	assert_false(passes("none"));
	assert_false(passes("windows"));
	fg_user_set_string(user, FG_USER_AGENT, WINDOWS);
	assert_true(passes("windows"));
	fg_user_reset(user);
	fg_user_put_string(user, FG_CUSTOM, "user_agent", WINDOWS);
	fg_user_put_string(user, FG_CUSTOM, "UserAgent", WINDOWS);
	fg_user_put_string(user, FG_CUSTOM_IDS, "userAgent", WINDOWS);
	assert_true(passes("none"));
}

static void
a_number_has_a_text_and_an_object_has_none(void **state)
{
	struct fg_member member = {.key = "a", .key_len = 1};
	struct fg_value object = {.type = FG_OBJECT};

	(void)state;
	fg_user_put_number(user, FG_CUSTOM, "userAgent", 5);
	assert_false(passes("none"));
	object.u.object.members = &member;
	object.u.object.n = 1;
	fg_user_put(user, FG_CUSTOM, "userAgent", 9, &object);
	assert_true(passes("none"));
}

static void
what_the_user_says_goes_first_even_null(void **state)
{
	struct fg_value null = {.type = FG_NULL};

	(void)state;
	fg_user_set_string(user, FG_USER_AGENT, PHONE);
	fg_user_put_string(user, FG_CUSTOM, "browser_name", "Chrome");
	assert_true(passes("chrome"));
	fg_user_put(user, FG_CUSTOM, "browser_name", 12, &null);
	assert_true(passes("none"));
	assert_false(passes("phone"));
}

/* The texts of global custom fields are the client's and end with it. */
static void
a_user_may_go_from_client_to_client(void **state)
{
	struct fg_member field = {.key = "userAgent", .key_len = 9};
	struct fg_options o = FG_OPTIONS_INIT;
	struct fg_session *inner;
	struct fg *other;

	(void)state;
	field.value.type = FG_STRING;
	field.value.u.string.bytes = WINDOWS;
	field.value.u.string.len = strlen(WINDOWS);
	o.custom_fields = &field;
	o.n_custom_fields = 1;
	other = open_client(&o);
	assert_int_equal(fg_session_begin(other, &inner), FG_OK);
	assert_true(passes("none"));
	assert_true(fg_check_gate(inner, user, "windows"));
	fg_user_put_string(user, FG_PRIVATE, "userAgent", PHONE);
	assert_true(fg_check_gate(inner, user, "windows"));
	fg_session_end(inner);
	fg_close(other);
	assert_true(passes("phone"));
}

/*
 * Texts whose name and versions are as long as can be, and longer still in
 * lower case: the room made when they were set is enough.
 */
static void
no_answer_needs_more_room_than_was_made(void **state)
{
	static const char *const heads[] = {"Kindle/", "Kindle/1.1.", "Bot"};
	struct arena *room = &user->agent_room;
	char text[USER_AGENT_MAX + 1];

	(void)state;
	for (size_t n = 0; n <= USER_AGENT_MAX; n++)
		for (size_t i = 0; i < 3; i++) {
			size_t len = strlen(heads[i]);

			fg_user_reset(user);
			memcpy(text, heads[i], len);
			for (; len + 1 < n; len += 2)
				memcpy(text + len, "\xc8\xba", 2);
			if (i == 2 && len > n / 2)
				text[n / 2] = '/';
			text[len < n ? len : n] = '\0';
			fg_user_set_string(user, FG_USER_AGENT, text);
			passes("windows");
			assert_int_equal(room->n_grown, 0);
		}
	assert_true(user->agent[USER_AGENT_BROWSER_NAME].low_len > 700);
}

static void
short_texts_have_longer_answers(void **state)
{
	static const char *const texts[] = {"iPad", "CriOS", "iOS 1",
	    "Windows Phone 1", "Red Hat", "AdsBot-Google-Mobile"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct fg_user *fresh;
		const struct user_defaults defaults = {.id = 1};
		struct dyn *answer;

		assert_int_equal(fg_user_new(&fresh), FG_OK);
		fg_user_set_string(fresh, FG_USER_AGENT, texts[i]);
		assert_true(
		    user_answer(fresh, &defaults, USER_AGENT_OS_NAME, &answer));
		assert_non_null(answer);
		assert_int_equal(fresh->agent_room.n_grown, 0);
		fg_user_free(fresh);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(all_four_answers_are_compared),
	    TEST(the_reason_is_an_ordinary_one),
	    TEST(a_changed_user_is_parsed_again),
	    TEST(no_user_agent_and_too_long_a_one_tell_nothing),
	    TEST(the_text_is_looked_up_as_any_field),
	    TEST(a_number_has_a_text_and_an_object_has_none),
	    TEST(what_the_user_says_goes_first_even_null),
	    TEST(a_user_may_go_from_client_to_client),
	    TEST(no_answer_needs_more_room_than_was_made),
	    TEST(short_texts_have_longer_answers),
	};

	return cmocka_run_group_tests_name("user_answer", tests, NULL, NULL);
}
