/* A user's facets and the object that events carry. */
#include "reader/user.h"

#include <stdio.h>

#include "tests/unit/test.h"

static struct user_defaults defaults;
static struct arena arena;

static int
set_up(void **state)
{
	(void)state;
	memset(&defaults, 0, sizeof(defaults));
	defaults.id = 1;
	dyn_null(&defaults.tier);
	return fg_user_new((struct fg_user **)state) == FG_OK &&
		arena_init(&arena, 256)
	    ? 0
	    : -1;
}

static int
tear_down(void **state)
{
	fg_user_free(*state);
	arena_free(&arena);
	return 0;
}

static void
expect_wire(struct fg_user *user, const char *tier, const char *json)
{
	const struct image_str t = {(const uint8_t *)tier,
	    (uint32_t)strlen(tier), hash64(tier, strlen(tier))};
	struct queue_user *w = user_wire(user, &defaults, &t);
	char text[1024];

	assert_non_null(w);
	assert_true(w->json_len < sizeof(text));
	memcpy(text, w->json, w->json_len);
	text[w->json_len] = '\0';
	assert_string_equal(text, json);
}

static void
only_what_was_set_is_sent(void **state)
{
	expect_wire(*state, "", "{}");
	fg_user_set_string(*state, FG_USER_ID, "");
	fg_user_put_empty(*state, FG_CUSTOM);
	expect_wire(*state, "", "{\"userID\":\"\",\"custom\":{}}");
}

static void
private_attributes_are_never_sent(void **state)
{
	fg_user_set_string(*state, FG_USER_ID, "u");
	fg_user_put_string(*state, FG_PRIVATE, "secret", "hush");
	expect_wire(*state, "", "{\"userID\":\"u\"}");
}

static void
values_keep_their_types_and_order(void **state)
{
	struct fg_value items[2] = {{.type = FG_BOOL}, {.type = FG_NULL}};
	struct fg_value v = {.type = FG_INT};

	v.u.integer = 9007199254740993;
	fg_user_put(*state, FG_CUSTOM, "i", 1, &v);
	fg_user_put_number(*state, FG_CUSTOM, "f", 2.5);
	fg_user_put_bool(*state, FG_CUSTOM, "b", true);
	v = (struct fg_value){.type = FG_ARRAY};
	v.u.array.items = items;
	v.u.array.n = 2;
	fg_user_put(*state, FG_CUSTOM, "a", 1, &v);
	fg_user_put_string(*state, FG_CUSTOM_IDS, "companyID", "c9");
	fg_user_set_string(*state, FG_USER_AGENT, "UA \"1\"");
	expect_wire(*state, "",
	    "{\"customIDs\":{\"companyID\":\"c9\"},\"userAgent\":\"UA "
	    "\\\"1\\\"\",\"custom\":{\"i\":9007199254740993,\"f\":2.5,"
	    "\"b\":true,\"a\":[false,null]}}");
}

static void
the_environment_is_the_users_or_the_options_or_the_rules(void **state)
{
	struct fg_value tier = {.type = FG_STRING};

	expect_wire(
	    *state, "rules", "{\"statsigEnvironment\":{\"tier\":\"rules\"}}");
	tier.u.string.bytes = "option";
	tier.u.string.len = 6;
	assert_int_equal(dyn_set(&defaults.tier, &tier, &arena), FG_OK);
	defaults.id = 2; /* another client */
	expect_wire(
	    *state, "rules", "{\"statsigEnvironment\":{\"tier\":\"option\"}}");
	fg_user_put_string(*state, FG_ENVIRONMENT, "ring", "own");
	expect_wire(
	    *state, "rules", "{\"statsigEnvironment\":{\"ring\":\"own\"}}");
}

static void
global_custom_fields_are_hidden_by_the_users(void **state)
{
	struct fg_value v = {.type = FG_STRING};

	v.u.string.bytes = "eu";
	v.u.string.len = 2;
	assert_int_equal(
	    user_map_put(&defaults.custom, &arena, "region", 6, &v), FG_OK);
	assert_int_equal(
	    user_map_put(&defaults.custom, &arena, "plan", 4, &v), FG_OK);
	fg_user_put_string(*state, FG_CUSTOM, "plan", "pro");
	expect_wire(
	    *state, "", "{\"custom\":{\"region\":\"eu\",\"plan\":\"pro\"}}");
}

static void
a_change_makes_another_user(void **state)
{
	struct fg_user *user = *state;
	uint64_t nobody = user_unit_hash(user), ann;

	fg_user_set_string(user, FG_USER_ID, "ann");
	ann = user_unit_hash(user);
	assert_true(ann != nobody);
	/* Only units count, and of custom IDs their values. */
	fg_user_set_string(user, FG_EMAIL, "ann@example.com");
	assert_true(user_unit_hash(user) == ann);
	fg_user_put_string(user, FG_CUSTOM_IDS, "k", "2");
	ann = user_unit_hash(user);
	fg_user_reset(user);
	assert_true(user_unit_hash(user) == nobody);
	fg_user_set_string(user, FG_USER_ID, "ann");
	fg_user_put_string(user, FG_CUSTOM_IDS, "z", "2");
	assert_true(user_unit_hash(user) == ann);
}

static void
numbers_have_text_and_texts_may_be_numbers(void **state)
{
	struct fg_user *user = *state;
	struct fg_value v = {.type = FG_INT};
	struct dyn *id = &user->atoms[IMAGE_ATOM_USER_ID];
	double f;
	int64_t i;

	v.u.integer = 9007199254740993;
	fg_user_set(user, FG_USER_ID, &v);
	assert_string_equal(id->text, "9007199254740992");
	v.type = FG_DOUBLE;
	v.u.number = 1e20;
	fg_user_set(user, FG_USER_ID, &v);
	assert_string_equal(id->text, "100000000000000000000");
	assert_false(dyn_int(id, &i));
	v.u.number = 3.0;
	fg_user_set(user, FG_USER_ID, &v);
	assert_string_equal(id->text, "3");
	assert_true(dyn_int(id, &i) && i == 3);
	fg_user_set_string(user, FG_USER_ID, "05");
	assert_true(dyn_float(id, &f) && f == 5.0);
	fg_user_set_string(user, FG_USER_ID, "Straße ΣΊΣΥΦΟΣ");
	assert_string_equal(id->low, "straße σίσυφος");
}

static void
what_cannot_be_is_refused_and_changes_nothing(void **state)
{
	struct fg_user *user = *state;
	struct fg_value deep[80], v = {.type = FG_DOUBLE};

	fg_user_set_string(user, FG_USER_ID, "u");
	v.u.number = 1.0 / 0.0;
	assert_int_equal(fg_user_set(user, FG_USER_ID, &v), FG_E_INVALID);
	v.type = (enum fg_type)99;
	assert_int_equal(fg_user_set(user, FG_USER_ID, &v), FG_E_INVALID);
	for (int i = 0; i < 80; i++) {
		deep[i] = (struct fg_value){.type = FG_ARRAY};
		deep[i].u.array.items = &deep[i + 1];
		deep[i].u.array.n = i < 79 ? 1 : 0;
	}
	assert_int_equal(
	    fg_user_put(user, FG_CUSTOM, "d", 1, &deep[0]), FG_E_INVALID);
	assert_int_equal(
	    fg_user_put(user, (enum fg_map)9, "d", 1, &deep[79]), FG_E_INVALID);
	expect_wire(user, "", "{\"userID\":\"u\"}");
}

static void
a_null_takes_a_field_away_but_stays_in_a_map(void **state)
{
	struct fg_value null = {.type = FG_NULL};

	fg_user_set_string(*state, FG_EMAIL, "e");
	fg_user_set(*state, FG_EMAIL, &null);
	fg_user_put(*state, FG_CUSTOM, "n", 1, &null);
	expect_wire(*state, "", "{\"custom\":{\"n\":null}}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(only_what_was_set_is_sent),
	    TEST(private_attributes_are_never_sent),
	    TEST(values_keep_their_types_and_order),
	    TEST(the_environment_is_the_users_or_the_options_or_the_rules),
	    TEST(global_custom_fields_are_hidden_by_the_users),
	    TEST(a_change_makes_another_user),
	    TEST(numbers_have_text_and_texts_may_be_numbers),
	    TEST(what_cannot_be_is_refused_and_changes_nothing),
	    TEST(a_null_takes_a_field_away_but_stays_in_a_map),
	};

	return cmocka_run_group_tests_name("user", tests, NULL, NULL);
}
