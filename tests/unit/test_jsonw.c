#include "common/jsonw.h"
#include "tests/unit/test.h"

#include <float.h>
#include <locale.h>
#include <math.h>

#define assert_written(w, lit)                                        \
	do {                                                          \
		assert_int_equal((w)->status, FG_OK);                 \
		assert_int_equal((w)->len, sizeof(lit) - 1);          \
		assert_memory_equal((w)->text, lit, sizeof(lit) - 1); \
	} while (0)

static void
commas_and_colons_fall_into_place(void **state)
{
	struct jsonw w;

	(void)state;
	jsonw_new(&w);
	jsonw_begin_object(&w);
	jsonw_key(&w, "a");
	jsonw_begin_array(&w);
	jsonw_u64(&w, 1);
	jsonw_begin_object(&w);
	jsonw_end_object(&w);
	jsonw_i64(&w, -2);
	jsonw_end_array(&w);
	jsonw_key(&w, "b");
	jsonw_raw(&w, "{\"x\":1}", 7);
	jsonw_key(&w, "c");
	jsonw_bool(&w, true);
	jsonw_key(&w, "d");
	jsonw_null(&w);
	jsonw_end_object(&w);
	assert_written(
	    &w, "{\"a\":[1,{},-2],\"b\":{\"x\":1},\"c\":true,\"d\":null}");
	jsonw_free(&w);
}

static void
text_is_escaped(void **state)
{
	struct jsonw w;
	char buf[128];

	(void)state;
	jsonw_init(&w, buf, sizeof(buf));
	jsonw_text_n(&w, "\0\x01\b\t\n\v\f\r\x1f \"\\/\x7f", 14);
	assert_written(&w,
	    "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f \\\"\\\\/"
	    "\x7f\"");
}

/* What is plain is looked for eight bytes at a time. */
static void
each_byte_is_escaped_wherever_it_stands(void **state)
{
	char text[20], alone[32];
	struct jsonw w, one;

	(void)state;
	jsonw_new(&w);
	jsonw_new(&one);
	for (int c = 0; c < 256; c++) {
		char byte = (char)c;

		jsonw_clear(&one);
		jsonw_text_n(&one, &byte, 1);
		assert_true(one.len >= 3 && one.len - 2 < sizeof(alone));
		memcpy(alone, one.text + 1, one.len - 2);
		for (size_t at = 0; at < sizeof(text); at++) {
			memset(text, 'x', sizeof(text));
			text[at] = byte;
			jsonw_clear(&w);
			jsonw_text_n(&w, text, sizeof(text));
			assert_int_equal(w.len, sizeof(text) - 1 + one.len);
			assert_memory_equal(w.text + 1, text, at);
			assert_memory_equal(
			    w.text + 1 + at, alone, one.len - 2);
			assert_memory_equal(w.text + 1 + at + one.len - 2,
			    text + at + 1, sizeof(text) - at - 1);
		}
	}
	jsonw_free(&w);
	jsonw_free(&one);
}

static void
well_formed_utf8_is_left_alone(void **state)
{
	struct jsonw w;
	char buf[128];

	(void)state;
	jsonw_init(&w, buf, sizeof(buf));
	jsonw_text(&w, "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \xed\x9f\xbf");
	assert_written(
	    &w, "\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \xed\x9f\xbf\"");
}

/* The cases of Unicode's table 3-11 and those before it. */
static void
each_ill_formed_sequence_becomes_one_replacement(void **state)
{
	static const struct {
		const char *in;
		size_t n_replaced;
	} cases[] = {
	    {"\x80", 1},
	    {"\xc0\xaf", 2},
	    {"\xe0\x80\xaf", 3},
	    {"\xed\xa0\x80", 3},
	    {"\xf4\x91\x92\x93", 4},
	    {"\xff", 1},
	    {"\xe1\x80", 1},
	    {"\xf0\x91\x92", 1},
	    {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf", 4},
	};
	struct jsonw w;
	char buf[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		jsonw_init(&w, buf, sizeof(buf));
		jsonw_text(&w, cases[i].in);
		assert_int_equal(w.len, 2 + 3 * cases[i].n_replaced);
		for (size_t j = 0; j < cases[i].n_replaced; j++)
			assert_memory_equal(buf + 1 + 3 * j, "\xef\xbf\xbd", 3);
	}
	jsonw_init(&w, buf, sizeof(buf));
	jsonw_text(&w, "a\xe2\x82z");
	assert_written(&w, "\"a\xef\xbf\xbdz\"");
}

static void
numbers_are_shortest_and_exact(void **state)
{
	struct jsonw w;
	char buf[512];

	(void)state;
	jsonw_init(&w, buf, sizeof(buf));
	jsonw_begin_array(&w);
	jsonw_f64(&w, 0.1);
	jsonw_f64(&w, 12.5);
	jsonw_f64(&w, 3.0);
	jsonw_f64(&w, 1.0 / 3);
	jsonw_u64(&w, UINT64_MAX);
	jsonw_i64(&w, INT64_MIN);
	jsonw_u64_text(&w, 0);
	jsonw_i64_text(&w, -7);
	jsonw_bool_text(&w, false);
	jsonw_end_array(&w);
	assert_written(&w,
	    "[0.1,12.5,3.0,0.3333333333333333,18446744073709551615,"
	    "-9223372036854775808,\"0\",\"-7\",\"false\"]");
}

static void
what_json_cannot_say_is_null(void **state)
{
	struct jsonw w;
	char buf[64];

	(void)state;
	jsonw_init(&w, buf, sizeof(buf));
	jsonw_begin_array(&w);
	jsonw_f64(&w, (double)INFINITY);
	jsonw_f64(&w, (double)NAN);
	jsonw_end_array(&w);
	assert_written(&w, "[null,null]");
}

static void
a_fixed_buffer_is_never_overrun(void **state)
{
	struct jsonw w;
	char buf[64];

	(void)state;
	for (size_t cap = 0; cap < 26; cap++) {
		memset(buf, 'z', sizeof(buf));
		jsonw_init(&w, buf, cap);
		jsonw_begin_object(&w);
		jsonw_key(&w, "key\n");
		jsonw_text(&w, "va\xfflue");
		jsonw_end_object(&w);
		assert_int_equal(w.status, cap < 20 ? FG_E_SPACE : FG_OK);
		assert_true(w.len <= cap);
		for (size_t i = cap; i < sizeof(buf); i++)
			assert_int_equal(buf[i], 'z');
	}
}

static void
a_buffer_that_grows_takes_megabytes_and_is_reused(void **state)
{
	struct jsonw w;

	(void)state;
	jsonw_new(&w);
	jsonw_begin_array(&w);
	for (int i = 0; i < 100000; i++)
		jsonw_text(&w, "0123456789");
	jsonw_end_array(&w);
	assert_int_equal(w.status, FG_OK);
	assert_int_equal(w.len, 1300001);
	jsonw_clear(&w);
	jsonw_u64(&w, 1);
	assert_written(&w, "1");
	jsonw_free(&w);
	jsonw_u64(&w, 2);
	assert_written(&w, "2");
	jsonw_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(commas_and_colons_fall_into_place),
	    cmocka_unit_test(text_is_escaped),
	    cmocka_unit_test(each_byte_is_escaped_wherever_it_stands),
	    cmocka_unit_test(well_formed_utf8_is_left_alone),
	    cmocka_unit_test(each_ill_formed_sequence_becomes_one_replacement),
	    cmocka_unit_test(numbers_are_shortest_and_exact),
	    cmocka_unit_test(what_json_cannot_say_is_null),
	    cmocka_unit_test(a_fixed_buffer_is_never_overrun),
	    cmocka_unit_test(a_buffer_that_grows_takes_megabytes_and_is_reused),
	};

	return cmocka_run_group_tests_name("jsonw", tests, NULL, NULL);
}
