#include "common/crc32c.h"
#include "tests/unit/test.h"

/* The check value of CRC-32C in the catalogue of parametrised CRCs. */
static void
the_sum_of_123456789_is_the_published_one(void **state)
{
	(void)state;
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
}

static void
a_sum_may_be_continued_at_any_place(void **state)
{
	const char text[] = "a record that lies on disk in two pieces";
	uint32_t whole = crc32c(0, text, sizeof(text));

	(void)state;
	for (size_t cut = 0; cut <= sizeof(text); cut++)
		assert_int_equal(crc32c(crc32c(0, text, cut), text + cut,
				     sizeof(text) - cut),
		    whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_sum_of_123456789_is_the_published_one),
	    cmocka_unit_test(a_sum_may_be_continued_at_any_place),
	};

	return cmocka_run_group_tests_name("crc32c", tests, NULL, NULL);
}
