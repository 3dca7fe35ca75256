#include <stdio.h>
#include <stdlib.h>

#include "syncer/json.h"
#include "tests/unit/test.h"

static enum fg_status
check(const char *text, size_t *end)
{
	return json_check(text, strlen(text), end);
}

/* The tree of a text that is known to be right. */
static void
parse(struct json_tree *t, const char *text)
{
	struct json_span s;
	size_t end;

	assert_int_equal(check(text, &end), FG_OK);
	s = json_span(text, end);
	assert_int_equal(s.n, end);
	assert_int_equal(json_parse(t, &s), FG_OK);
}

static void
what_rfc_8259_allows_is_accepted_to_its_last_byte(void **state)
{
	static const char *const texts[] = {
	    "null",
	    "true",
	    "false",
	    "0",
	    "-0",
	    "-0.0",
	    "1.5e+7",
	    "1E-9",
	    "123456789012345678901234567890",
	    "1e999",
	    "\"\"",
	    "\"a\\\"b\"",
	    "\"\\u0000\\ud800\\b\\f\\n\\r\\t\\/\\\\\"",
	    "\"\x7f\"",
	    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbf\"",
	    "\"\xf4\x8f\xbf\xbf\xed\x9f\xbf\"",
	    "[]",
	    "{}",
	    "[[],{}]",
	    "{\"\":{\"\":[1,\"\",null]},\"a\":1,\"a\":2}",
	    " \t\r\n[ 1 , 2 ]",
	    "{ \"a\" : 1 , \"b\" : [ ] }",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		size_t end;

		assert_int_equal(check(texts[i], &end), FG_OK);
		assert_int_equal(end, strlen(texts[i]));
	}
}

static void
what_rfc_8259_forbids_is_refused_where_it_stands(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} bad[] = {
	    {"", 0},
	    {"  ", 2},
	    {"\xef\xbb\xbf{}", 0},
	    {"nul", 3},
	    {"nulL", 3},
	    {"True", 0},
	    {"NaN", 0},
	    {"Infinity", 0},
	    {"-", 1},
	    {"-a", 1},
	    {"+1", 0},
	    {".5", 0},
	    {"01", 1},
	    {"-01", 2},
	    {"1.", 2},
	    {"1.e3", 2},
	    {"1e", 2},
	    {"1e+", 3},
	    {"\"", 1},
	    {"\"a", 2},
	    {"\"\\", 2},
	    {"\"\\\"", 3},
	    {"\"\\x\"", 2},
	    {"\"\\'\"", 2},
	    {"\"\\u12g4\"", 5},
	    {"\"\\u12\"", 5},
	    {"\"\n\"", 1},
	    {"\"\t\"", 1},
	    {"\"\x01\"", 1},
	    {"\"12345678\x1f\"", 9},
	    {"'a'", 0},
	    {"\"\x80\"", 1},
	    {"\"\xc0\xaf\"", 1},
	    {"\"\xc3\"", 1},
	    {"\"\xe0\x80\x80\"", 1},
	    {"\"\xed\xa0\x80\"", 1},
	    {"\"\xf0\x80\x80\x80\"", 1},
	    {"\"\xf4\x90\x80\x80\"", 1},
	    {"\"\xf5\x80\x80\x80\"", 1},
	    {"\"\xff\"", 1},
	    {"[", 1},
	    {"]", 0},
	    {"[1", 2},
	    {"[1,", 3},
	    {"[1,]", 3},
	    {"[,1]", 1},
	    {"[1 2]", 3},
	    {"[1:2]", 2},
	    {"[1}", 2},
	    {"[\"a\":1]", 4},
	    {"[/**/1]", 1},
	    {"[1,//x\n2]", 3},
	    {"{", 1},
	    {"}", 0},
	    {"{]", 1},
	    {"{a:1}", 1},
	    {"{1:1}", 1},
	    {"{\"a\"}", 4},
	    {"{\"a\" 1}", 5},
	    {"{\"a\":}", 5},
	    {"{\"a\":1", 6},
	    {"{\"a\":1,", 7},
	    {"{\"a\":1,}", 7},
	    {"{,}", 1},
	    {"{\"a\":1 \"b\":2}", 7},
	    {"{\"a\":1:2}", 6},
	    {"{\"a\",\"b\"}", 4},
	    {"{\"a\":1]", 6},
	    {"{\"a\":tru}", 8},
	    {"{'a':1}", 1},
	    {"{\"a\xff\":1}", 3},
	    {"{\"a\":0x10}", 6},
	    {"[1e5.5]", 4},
	    {"[1..2]", 3},
	    {"[--1]", 2},
	    {"[\"a\" \"b\"]", 5},
	    {"[\v1]", 1},
	    {"[\xc2\xa0"
	     "1]",
		1},
	    {"[undefined]", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *why = NULL;
		size_t end;

		assert_int_equal(json_check_why(bad[i].text,
				     strlen(bad[i].text), &end, &why),
		    FG_E_INVALID);
		assert_int_equal(end, bad[i].at);
		assert_non_null(why);
	}
}

static void
bytes_after_the_document_are_not_looked_at(void **state)
{
	size_t end;

	(void)state;
	assert_int_equal(check("{\"a\":1}}}\xff garbage", &end), FG_OK);
	assert_int_equal(end, 7);
	assert_int_equal(check("[1] 2", &end), FG_OK);
	assert_int_equal(end, 3);
}

/* No byte before the end may be taken for the end, and none behind it read. */
static void
every_cut_of_a_document_breaks_off(void **state)
{
	const char text[] =
	    "{\"k\\u00e9\\n\":[1,-2.5e+3,true,false,null,\"caf\xc3\xa9 "
	    "\xf0\x9f\x98\x80 and more\",{\"\":[{}]}]}";

	(void)state;
	for (size_t cut = 0; cut < sizeof(text) - 1; cut++) {
		char *exact = malloc(cut + 1);
		size_t end;

		assert_non_null(exact);
		memcpy(exact, text, cut);
		assert_int_equal(json_check(exact, cut, &end), FG_E_INVALID);
		assert_true(end <= cut);
		free(exact);
	}
}

/* The eight-byte strides of strings must not jump over anything. */
static void
a_bad_byte_is_found_at_every_place_of_a_string(void **state)
{
	static const char bad[] = {'\x01', '\x1f', '\x80', '\xff'};
	char text[43];
	size_t end;

	(void)state;
	for (size_t b = 0; b < sizeof(bad); b++) {
		for (size_t at = 1; at < sizeof(text) - 1; at++) {
			memset(text, '!', sizeof(text));
			text[0] = text[sizeof(text) - 1] = '"';
			assert_int_equal(
			    json_check(text, sizeof(text), &end), FG_OK);
			text[at] = bad[b];
			assert_int_equal(
			    json_check(text, sizeof(text), &end), FG_E_INVALID);
			assert_int_equal(end, at);
		}
	}
}

static void
nesting_of_any_depth_is_checked_and_flattened_without_recursion(void **state)
{
	size_t n = 300000, end;
	char *text = malloc(4 * n + 1);
	struct json_tree t = {0};
	struct json_span s;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < n; i++) {
		memcpy(text + 2 * i, i % 2 != 0 ? "[[" : "[ ", 2);
		memcpy(text + 2 * n + 2 * i, i % 2 != 0 ? " ]" : "]]", 2);
	}
	assert_int_equal(json_check(text, 4 * n, &end), FG_OK);
	assert_int_equal(json_check(text, 4 * n - 1, &end), FG_E_INVALID);
	s = json_span(text, 4 * n);
	assert_int_equal(s.n, 4 * n);
	assert_int_equal(s.depth, n + n / 2);
	assert_int_equal(json_parse(&t, &s), FG_OK);
	assert_true(t.nodes[0].depth > JSON_MAX_DEPTH);
	assert_true(t.n_nodes < 200);
	assert_int_equal(t.nodes[0].next, t.n_nodes);
	json_tree_free(&t);
	free(text);
}

static void
the_depth_of_known_values_is_told_exactly(void **state)
{
	char text[600];
	struct json_tree t = {0};

	(void)state;
	for (size_t d = 1; d <= 150; d++) {
		memset(text, '[', d);
		memset(text + d, ']', d);
		text[2 * d] = '\0';
		parse(&t, text);
		assert_int_equal(t.nodes[0].depth, d);
	}
	json_tree_free(&t);
}

static void
a_tree_leads_over_each_value_in_order(void **state)
{
	const char text[] = "{\"a\":[1,{\"b\":[]},\"x\"],\"c\":{},\"d\":-1.5}";
	struct json_tree t = {0};
	uint32_t key = 1;
	static const char keys[] = "acd";
	static const uint8_t kinds[] = {JSON_ARRAY, JSON_OBJECT, JSON_NUMBER};

	(void)state;
	parse(&t, text);
	assert_int_equal(t.nodes[0].kind, JSON_OBJECT);
	assert_int_equal(t.nodes[0].n_children, 3);
	assert_int_equal(t.nodes[0].depth, 4);
	for (int i = 0; i < 3; i++) {
		const struct json_node *k = &t.nodes[key];

		assert_int_equal(k->kind, JSON_STRING);
		assert_int_equal(k->end - k->start, 1);
		assert_int_equal(t.text[k->start], keys[i]);
		assert_int_equal(k[1].kind, kinds[i]);
		assert_int_equal(k[1].next, k->next);
		key = k->next;
	}
	assert_int_equal(key, t.n_nodes);
	json_tree_free(&t);
}

static void
a_scalar_is_a_tree_of_one_node(void **state)
{
	static const struct {
		const char *text;
		uint8_t kind;
		uint32_t start, end;
	} of[] = {
	    {"null", JSON_NULL, 0, 4},
	    {"true", JSON_TRUE, 0, 4},
	    {"false", JSON_FALSE, 0, 5},
	    {"-12", JSON_NUMBER, 0, 3},
	    {"\"ab\"", JSON_STRING, 1, 3},
	    {"\"\"", JSON_STRING, 1, 1},
	};
	struct json_tree t = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		parse(&t, of[i].text);
		assert_int_equal(t.n_nodes, 1);
		assert_int_equal(t.nodes[0].kind, of[i].kind);
		assert_int_equal(t.nodes[0].start, of[i].start);
		assert_int_equal(t.nodes[0].end, of[i].end);
		assert_int_equal(t.nodes[0].next, 1);
	}
	json_tree_free(&t);
}

static void
a_walk_meets_each_member_with_its_span(void **state)
{
	const char text[] = " { \"a\\\"\" : [ \"]\" , 2 ] , \"b\":\"}\" ,"
			    "\"c\" : -1 } ";
	struct json_walk w;
	struct json_span v;
	const char *key;
	size_t n;

	(void)state;
	assert_true(json_walk_begin(&w, text, sizeof(text) - 1));
	assert_true(w.keyed);
	assert_true(json_walk_next(&w, &key, &n));
	assert_memory_equal(key, "a\\\"", n);
	v = json_walk_value(&w);
	assert_int_equal(v.n, strlen("[ \"]\" , 2 ]"));
	assert_int_equal(v.depth, 1);
	assert_false(v.escapes);
	assert_true(json_walk_next(&w, &key, &n));
	v = json_walk_value(&w);
	assert_memory_equal(v.text, "\"}\"", v.n);
	assert_true(json_walk_next(&w, &key, &n));
	v = json_walk_value(&w);
	assert_memory_equal(v.text, "-1", v.n);
	assert_false(json_walk_next(&w, &key, &n));
	assert_false(json_walk_next(&w, &key, &n));
	assert_false(json_walk_begin(&w, " 7", 2));
	assert_false(json_walk_begin(&w, " ", 1));
}

static void
a_walk_enters_a_value_and_passes_on_behind_it(void **state)
{
	const char text[] = "[{\"a\":1,\"b\":{}},[],3]";
	struct json_walk w, in, deep;
	const char *key;
	size_t n;

	(void)state;
	assert_true(json_walk_begin(&w, text, sizeof(text) - 1));
	assert_true(json_walk_next(&w, &key, &n));
	assert_null(key);
	assert_true(json_walk_enter(&w, &in));
	assert_true(json_walk_next(&in, &key, &n));
	assert_int_equal(json_walk_value(&in).n, 1);
	assert_true(json_walk_next(&in, &key, &n));
	assert_true(json_walk_enter(&in, &deep));
	assert_false(json_walk_next(&deep, &key, &n));
	json_walk_leave(&in, &deep);
	assert_false(json_walk_next(&in, &key, &n));
	json_walk_leave(&w, &in);
	assert_true(json_walk_next(&w, &key, &n));
	assert_int_equal(json_walk_value(&w).n, 2);
	assert_true(json_walk_next(&w, &key, &n));
	assert_false(json_walk_enter(&w, &in));
	assert_int_equal(*json_walk_value(&w).text, '3');
	assert_false(json_walk_next(&w, &key, &n));
}

static void
strings_are_decoded_and_half_pairs_are_refused(void **state)
{
	static const struct {
		const char *raw, *text;
		size_t n;
	} of[] = {
	    {"", "", 0},
	    {"plain", "plain", 5},
	    {"a\\\"\\\\\\/\\b\\f\\n\\r\\t", "a\"\\/\b\f\n\r\t", 9},
	    {"\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac", 6},
	    {"\\ud83d\\uDe00!", "\xf0\x9f\x98\x80!", 5},
	    {"\\u0000x", "\0x", 2},
	    {"\\uffff", "\xef\xbf\xbf", 3},
	};
	static const char *const bad[] = {"\\ud800", "\\udc00", "\\ud800x",
	    "\\ud800\\n", "\\ud800\\ud800", "\\ud83d\\u0041", "x\\udfff"};
	struct json_buf buf = {0};
	const char *s;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		assert_int_equal(
		    json_string(of[i].raw, strlen(of[i].raw), &buf, &s, &n),
		    FG_OK);
		assert_int_equal(n, of[i].n);
		assert_memory_equal(s, of[i].text, n);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(
		    json_string(bad[i], strlen(bad[i]), &buf, &s, &n),
		    FG_E_INVALID);
	free(buf.bytes);
}

static bool
u64(const char *s, uint64_t *out)
{
	return json_u64(s, strlen(s), out);
}

static bool
i64(const char *s, int64_t *out)
{
	return json_i64(s, strlen(s), out);
}

static void
integers_are_integers_by_their_spelling(void **state)
{
	uint64_t u;
	int64_t i;

	(void)state;
	assert_true(u64("18446744073709551615", &u) && u == UINT64_MAX);
	assert_false(u64("18446744073709551616", &u));
	assert_false(u64("-1", &u));
	assert_false(u64("-0", &u));
	assert_false(u64("1.0", &u));
	assert_false(u64("1e2", &u));
	assert_true(i64("-9223372036854775808", &i) && i == INT64_MIN);
	assert_false(i64("-9223372036854775809", &i));
	assert_true(i64("9223372036854775807", &i) && i == INT64_MAX);
	assert_false(i64("9223372036854775808", &i));
	assert_false(i64("-0", &i));
	assert_true(i64("0", &i) && i == 0);
}

static void
a_place_is_counted_in_lines_and_bytes(void **state)
{
	struct json_place p = json_place("{\n\n  x", 6, 5);

	(void)state;
	assert_int_equal(p.line, 3);
	assert_int_equal(p.column, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_rfc_8259_allows_is_accepted_to_its_last_byte),
	    cmocka_unit_test(what_rfc_8259_forbids_is_refused_where_it_stands),
	    cmocka_unit_test(bytes_after_the_document_are_not_looked_at),
	    cmocka_unit_test(every_cut_of_a_document_breaks_off),
	    cmocka_unit_test(a_bad_byte_is_found_at_every_place_of_a_string),
	    cmocka_unit_test(
		nesting_of_any_depth_is_checked_and_flattened_without_recursion),
	    cmocka_unit_test(the_depth_of_known_values_is_told_exactly),
	    cmocka_unit_test(a_tree_leads_over_each_value_in_order),
	    cmocka_unit_test(a_scalar_is_a_tree_of_one_node),
	    cmocka_unit_test(a_walk_meets_each_member_with_its_span),
	    cmocka_unit_test(a_walk_enters_a_value_and_passes_on_behind_it),
	    cmocka_unit_test(strings_are_decoded_and_half_pairs_are_refused),
	    cmocka_unit_test(integers_are_integers_by_their_spelling),
	    cmocka_unit_test(a_place_is_counted_in_lines_and_bytes),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
