#include "common/djb2.h"
#include "tests/unit/test.h"

static uint32_t
whole(const char *s)
{
	return djb2(0, s, strlen(s));
}

/* All of these as the reference gave them. */
static void
names_hash_by_code_point(void **state)
{
	(void)state;
	assert_int_equal(whole(""), 0);
	assert_true(whole("a_gate") == 2867927529U);
	assert_true(whole("j\xc3\xb6s\xc3\xa9") == 3398050U);
	assert_true(whole("g\xf0\x9f\x98\x80") == 131705U);
}

static void
a_text_in_pieces_hashes_as_a_whole(void **state)
{
	const char text[] = "email:a@b.example";

	(void)state;
	for (size_t cut = 0; cut < sizeof(text); cut++)
		assert_true(djb2(djb2(0, text, cut), text + cut,
				strlen(text + cut)) == whole(text));
}

static void
bytes_that_are_no_text_hash_as_replacements(void **state)
{
	(void)state;
	assert_true(whole("a\xff"
			  "b") ==
	    whole("a\xef\xbf\xbd"
		  "b"));
	assert_true(whole("\xe2\x82") == 0xfffd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_hash_by_code_point),
	    cmocka_unit_test(a_text_in_pieces_hashes_as_a_whole),
	    cmocka_unit_test(bytes_that_are_no_text_hash_as_replacements),
	};

	return cmocka_run_group_tests_name("djb2", tests, NULL, NULL);
}
