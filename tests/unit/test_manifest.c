#include "common/manifest.h"

#include <stdlib.h>

#include "common/endian.h"
#include "tests/unit/formats.h"
#include "tests/unit/test.h"

static const struct manifest_section sections[2] = {
    {MANIFEST_IMAGE, 0xe3069283, 0x5010, 0x1a0, 0, 0},
    {MANIFEST_ID_LIST, 0x11223344, 0x9010, 0x2000, 7, 0xfeed},
};

static uint8_t *bytes; /* 4096 of them */

static int
put(void **state)
{
	struct manifest m = {
	    .generation = 2,
	    .lcut_ms = 1699999990000,
	    .time_ms = 1700000000123,
	    .n_sections = 2,
	    .identity = {1, 2, 3, 4, 5, 6, 7, 8, 9},
	    .project = "shop",
	};

	(void)state;
	bytes = aligned_alloc(64, 4096);
	return manifest_put(bytes, 4096, &m, sections);
}

static int
drop(void **state)
{
	(void)state;
	free(bytes);
	return 0;
}

static void
what_was_put_is_read_again(void **state)
{
	struct manifest m;
	struct manifest_section s;

	(void)state;
	assert_int_equal(manifest_check(bytes, 4096, &m), FG_OK);
	assert_int_equal(m.generation, 2);
	assert_int_equal(m.lcut_ms, 1699999990000);
	assert_string_equal(m.project, "shop");
	assert_int_equal(manifest_section(bytes, 4096, 1, &s), FG_OK);
	assert_memory_equal(&s, &sections[1], sizeof(s));
	assert_int_equal(manifest_section(bytes, 4096, 2, &s), FG_END);
	assert_int_equal(
	    manifest_find(bytes, 4096, MANIFEST_ID_LIST, 0xfeed, &s), FG_OK);
	assert_int_equal(s.id, 7);
	assert_int_equal(
	    manifest_find(bytes, 4096, MANIFEST_ID_LIST, 1, &s), FG_ABSENT);
}

static void
every_damaged_bit_is_seen(void **state)
{
	struct manifest m;

	(void)state;
	for (unsigned bit = 0; bit < manifest_size(2, 0) * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(manifest_check(bytes, 4096, &m), FG_OK);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void
every_cut_is_seen_and_nothing_read_beyond_it(void **state)
{
	struct manifest m;
	struct manifest_section s;

	(void)state;
	for (size_t n = 0; n < 4096; n += 8) {
		uint8_t *cut =
		    malloc(n + 1); /* the sanitizer watches its end */

		memcpy(cut, bytes, n);
		assert_int_equal(manifest_check(cut, n, &m), FG_E_CORRUPT);
		manifest_find(cut, n, MANIFEST_OVERRIDES, 0, &s);
		free(cut);
	}
}

static void
a_count_that_lies_reads_nothing_beyond_the_bytes(void **state)
{
	struct manifest_section s;
	struct manifest m;

	(void)state;
	le32enc(bytes + 64, UINT32_MAX);
	assert_int_equal(manifest_check(bytes, 4096, &m), FG_E_CORRUPT);
	assert_int_equal(manifest_find(bytes, 4096, MANIFEST_OVERRIDES, 9, &s),
	    FG_E_CORRUPT);
}

static void
a_newer_version_is_told_from_damage(void **state)
{
	struct manifest m;

	(void)state;
	le32enc(bytes + 8, MANIFEST_VERSION + 1);
	assert_int_equal(manifest_check(bytes, 4096, &m), FG_E_VERSION);
}

static void
it_fills_a_page_of_every_size(void **state)
{
	static const size_t pages[] = {4096, 16384, 32768, 65536};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(manifest_size(1, pages[i]), pages[i]);
		assert_int_equal(manifest_size(2000, pages[i]) % 8, 0);
		assert_true(manifest_size(2000, pages[i]) >= 144 + 80000);
	}
}

static void
the_bytes_are_those_of_the_document(void **state)
{
	(void)state;
	formats_compare("manifest", bytes, 4096);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, put, drop)
	const struct CMUnitTest tests[] = {
	    CASE(what_was_put_is_read_again),
	    CASE(every_damaged_bit_is_seen),
	    CASE(every_cut_is_seen_and_nothing_read_beyond_it),
	    CASE(a_count_that_lies_reads_nothing_beyond_the_bytes),
	    CASE(a_newer_version_is_told_from_damage),
	    CASE(it_fills_a_page_of_every_size),
	    CASE(the_bytes_are_those_of_the_document),
	};

	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
