#include "tools/user_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/jsonw.h"
#include "reader/dyn.h"
#include "reader/user.h"
#include "tests/unit/test.h"

static struct fg_user *user;
static struct user_json_error err;

static int
make_user(void **state)
{
	(void)state;
	return fg_user_new(&user) == FG_OK ? 0 : -1;
}

static int
free_user(void **state)
{
	(void)state;
	fg_user_free(user);
	return 0;
}

static enum fg_status
read_text(const char *text)
{
	size_t n = strlen(text);
	/* Without a NUL behind it: a step too far is a sanitizer's catch. */
	char *bytes = malloc(n > 0 ? n : 1);
	enum fg_status st;

	assert_non_null(bytes);
	memcpy(bytes, text, n);
	err.text[0] = '\0';
	st = user_json_read(bytes, n, user, &err);
	free(bytes);
	return st;
}

/* What the user has under a name of a map, as JSON; "absent". */
static const char *
in_map(enum fg_map map, const char *key)
{
	static char text[1024];
	struct dyn *v = user_map_get(
	    &user->maps[map], key, strlen(key), hash64(key, strlen(key)));
	struct jsonw w;

	if (v == NULL)
		return "absent";
	jsonw_init(&w, text, sizeof(text) - 1);
	dyn_json(v, &w);
	assert_int_equal(w.status, FG_OK);
	text[w.len] = '\0';
	return text;
}

static const char *
in_field(enum image_atom atom)
{
	static char text[1024];
	struct jsonw w;

	jsonw_init(&w, text, sizeof(text) - 1);
	dyn_json(&user->atoms[atom], &w);
	assert_int_equal(w.status, FG_OK);
	text[w.len] = '\0';
	return text;
}

static void
every_field_arrives_where_it_belongs(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text(" {\"userID\":\"u\",\"email\":\"e\",\"ip\":\"1.2.3.4\","
		      "\"userAgent\":\"ua\",\"country\":\"DE\","
		      "\"locale\":\"de_DE\",\"appVersion\":\"1.2\","
		      "\"customIDs\":{\"stableID\":\"s\"},"
		      "\"custom\":{\"a\":1},\"privateAttributes\":{\"b\":2},"
		      "\"statsigEnvironment\":{\"tier\":\"staging\"},"
		      "\"somethingElse\":{\"x\":[1,2]}} \n"),
	    FG_OK);
	assert_string_equal(in_field(IMAGE_ATOM_USER_ID), "\"u\"");
	assert_string_equal(in_field(IMAGE_ATOM_EMAIL), "\"e\"");
	assert_string_equal(in_field(IMAGE_ATOM_IP), "\"1.2.3.4\"");
	assert_string_equal(in_field(IMAGE_ATOM_USER_AGENT), "\"ua\"");
	assert_string_equal(in_field(IMAGE_ATOM_COUNTRY), "\"DE\"");
	assert_string_equal(in_field(IMAGE_ATOM_LOCALE), "\"de_DE\"");
	assert_string_equal(in_field(IMAGE_ATOM_APP_VERSION), "\"1.2\"");
	assert_string_equal(in_map(FG_CUSTOM_IDS, "stableID"), "\"s\"");
	assert_string_equal(in_map(FG_CUSTOM, "a"), "1");
	assert_string_equal(in_map(FG_PRIVATE, "b"), "2");
	assert_string_equal(in_map(FG_ENVIRONMENT, "tier"), "\"staging\"");
}

static void
values_keep_their_types(void **state)
{
	static const struct {
		const char *text;
		enum fg_type type;
	} values[] = {
	    {"null", FG_NULL},
	    {"true", FG_BOOL},
	    {"false", FG_BOOL},
	    {"7", FG_INT},
	    {"-9223372036854775808", FG_INT},
	    {"9223372036854775808", FG_UINT},
	    {"18446744073709551615", FG_UINT},
	    {"18446744073709551616", FG_DOUBLE},
	    {"7.0", FG_DOUBLE},
	    {"1e3", FG_DOUBLE},
	    {"-0", FG_DOUBLE},
	    {"\"7\"", FG_STRING},
	    {"[1,[\"x\",{}],null]", FG_ARRAY},
	    {"{\"k\":[{\"l\":1}],\"m\":\"\"}", FG_OBJECT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct dyn *v;
		char text[128];

		snprintf(text, sizeof(text), "{\"custom\":{\"k\":%s}}",
		    values[i].text);
		assert_int_equal(read_text(text), FG_OK);
		v = user_map_get(
		    &user->maps[FG_CUSTOM], "k", 1, hash64("k", 1));
		assert_non_null(v);
		assert_int_equal(v->type, values[i].type);
	}
	assert_string_equal(
	    in_map(FG_CUSTOM, "k"), "{\"k\":[{\"l\":1}],\"m\":\"\"}");
}

static void
a_scalar_may_have_any_type(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text("{\"userID\":12,\"email\":true,\"ip\":[1]}"), FG_OK);
	assert_string_equal(in_field(IMAGE_ATOM_USER_ID), "12");
	assert_string_equal(in_field(IMAGE_ATOM_EMAIL), "true");
	assert_string_equal(in_field(IMAGE_ATOM_IP), "[1]");
}

static void
a_null_at_the_top_is_absent_and_an_empty_map_is_there(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text("{\"userID\":null,\"custom\":null,\"customIDs\":{},"
		      "\"privateAttributes\":{\"x\":null}}"),
	    FG_OK);
	assert_int_equal(user->atoms[IMAGE_ATOM_USER_ID].type, FG_NULL);
	assert_false(user->maps[FG_CUSTOM].present);
	assert_true(user->maps[FG_CUSTOM_IDS].present);
	assert_string_equal(in_map(FG_PRIVATE, "x"), "null");
}

static void
escapes_are_decoded_in_keys_and_texts(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text("{\"user\\u0049D\":\"\\u00fc\\n\\ud83d\\ude00\","
		      "\"custom\":{\"a\\tb\":\"\\\"\"}}"),
	    FG_OK);
	assert_string_equal(
	    in_field(IMAGE_ATOM_USER_ID), "\"\xc3\xbc\\n\xf0\x9f\x98\x80\"");
	assert_string_equal(in_map(FG_CUSTOM, "a\tb"), "\"\\\"\"");
}

static void
reading_replaces_the_user_before(void **state)
{
	(void)state;
	assert_int_equal(
	    read_text("{\"email\":\"e\",\"custom\":{\"a\":1}}"), FG_OK);
	assert_int_equal(read_text("{\"userID\":\"u\"}"), FG_OK);
	assert_int_equal(user->atoms[IMAGE_ATOM_EMAIL].type, FG_NULL);
	assert_string_equal(in_map(FG_CUSTOM, "a"), "absent");
}

static void
what_is_no_user_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *says; /* all of it, or its beginning */
	} bad[] = {
	    {"", "line 1, column 1: "},
	    {"{\"userID\":\"u\"", "line 1, column 14: "},
	    {"{\"userID\":\n  'u'}", "line 2, column 3: "},
	    {"{} {}", "line 1, column 4: something follows"},
	    {"\n [1]", "line 2, column 2: a user is an object"},
	    {"\"u\"", "line 1, column 2: a user is an object"},
	    {"{\"custom\":[1]}",
		"line 1, column 11: custom: must be an object"},
	    {"{\"customIDs\":\"x\"}",
		"line 1, column 15: customIDs: must be an object"},
	    {" {\"ip\":\"a\",\"ip\":\"b\"}",
		"line 1, column 13: ip is there twice"},
	    {"{\"custom\":{\"a\":1e999}}",
		"line 1, column 16: custom: a number that no double can hold"},
	    {"{\"userID\":\"\\ud800\"}",
		"line 1, column 12: userID: half a surrogate pair"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(read_text(bad[i].text), FG_E_INVALID);
		if (strncmp(err.text, bad[i].says, strlen(bad[i].says)) != 0)
			assert_string_equal(err.text, bad[i].says);
		assert_int_equal(user->atoms[IMAGE_ATOM_USER_ID].type, FG_NULL);
	}
}

/* {"custom":{"a":[[[...]]]}}: the map is one level, too. */
static enum fg_status
read_nested(size_t levels)
{
	char text[4096];
	size_t n = (size_t)snprintf(text, sizeof(text), "{\"custom\":{\"a\":");

	for (size_t i = 0; i < levels; i++)
		text[n++] = '[';
	for (size_t i = 0; i < levels; i++)
		text[n++] = ']';
	text[n++] = '}';
	text[n++] = '}';
	text[n] = '\0';
	return read_text(text);
}

static void
depth_is_bounded_and_said(void **state)
{
	(void)state;
	assert_int_equal(read_nested(63), FG_OK);
	for (size_t levels = 64; levels < 1500; levels += 17) {
		assert_int_equal(read_nested(levels), FG_E_INVALID);
		assert_non_null(strstr(err.text, "custom: nests more than"));
	}
}

static void
any_cut_is_refused_and_leaves_an_empty_user(void **state)
{
	static const char whole[] =
	    "{\"userID\":\"u\",\"custom\":{\"a\":[1,{\"b\":\"\\u00e9\"}]},"
	    "\"email\":\"e\"}";

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		char *bytes = malloc(n > 0 ? n : 1);

		assert_non_null(bytes);
		memcpy(bytes, whole, n);
		assert_int_equal(
		    user_json_read(bytes, n, user, &err), FG_E_INVALID);
		assert_int_equal(user->atoms[IMAGE_ATOM_USER_ID].type, FG_NULL);
		assert_false(user->maps[FG_CUSTOM].present);
		free(bytes);
	}
}

static void
a_node_of_a_tree_is_read_like_a_text(void **state)
{
	static const char text[] =
	    "{\"kind\":\"gate\",\"user\":{\"userID\":\"u\",\"custom\":7}}";
	struct json_span span = json_span(text, sizeof(text) - 1);
	struct json_tree tree = {0};

	(void)state;
	assert_int_equal(json_parse(&tree, &span), FG_OK);
	/* root, "kind", "gate", "user", its value */
	assert_int_equal(tree.nodes[4].kind, JSON_OBJECT);
	assert_int_equal(user_json_node(&tree, 4, user, &err), FG_E_INVALID);
	assert_string_equal(err.text,
	    "line 1, column 46: custom: must be an "
	    "object, {\"name\": value}");
	json_tree_free(&tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_field_arrives_where_it_belongs),
	    cmocka_unit_test(values_keep_their_types),
	    cmocka_unit_test(a_scalar_may_have_any_type),
	    cmocka_unit_test(
		a_null_at_the_top_is_absent_and_an_empty_map_is_there),
	    cmocka_unit_test(escapes_are_decoded_in_keys_and_texts),
	    cmocka_unit_test(reading_replaces_the_user_before),
	    cmocka_unit_test(what_is_no_user_is_refused_with_its_place),
	    cmocka_unit_test(depth_is_bounded_and_said),
	    cmocka_unit_test(any_cut_is_refused_and_leaves_an_empty_user),
	    cmocka_unit_test(a_node_of_a_tree_is_read_like_a_text),
	};

	return cmocka_run_group_tests_name(
	    "user_json", tests, make_user, free_user);
}
