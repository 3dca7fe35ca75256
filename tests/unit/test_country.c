#include "common/country.h"

#include <stdlib.h>

#include "common/endian.h"
#include "tests/unit/formats.h"
#include "tests/unit/test.h"

#define ADDRESS(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (c) << 8 | (d))

static const char codes[] = "DEFRUS";
static const struct country_range ranges[] = {
    {0, COUNTRY_NONE},
    {ADDRESS(1, 0, 0, 0), 0},
    {ADDRESS(1, 0, 0, 9), 0}, /* goes on with the one before */
    {ADDRESS(1, 0, 1, 0), 1},
    {ADDRESS(1, 0, 255, 255), 2},
    {ADDRESS(8, 8, 8, 0), COUNTRY_NONE},
    {ADDRESS(8, 8, 9, 0), 0},
    {ADDRESS(255, 255, 255, 255), 1},
};

static uint8_t *bytes;
static size_t len;

static int
make(void **state)
{
	(void)state;
	return country_make(
	    codes, 3, ranges, sizeof(ranges) / sizeof(ranges[0]), &bytes, &len);
}

static int
drop(void **state)
{
	(void)state;
	free(bytes);
	return 0;
}

/* "--" for none. */
static void
is(const char *text, const char *want)
{
	struct country_table t;
	char code[3] = "--";
	uint64_t address;

	assert_int_equal(country_open(bytes, len, &t), FG_OK);
	if (country_address(text, strlen(text), &address))
		country_find(&t, address, code);
	if (strcmp(code, want) != 0)
		fail_msg("%s is %s, not %s", text, code, want);
}

static void
each_border_divides_two_countries(void **state)
{
	(void)state;
	is("0.0.0.0", "--");
	is("0.255.255.255", "--");
	is("1.0.0.0", "DE");
	is("1.0.0.9", "DE");
	is("1.0.0.255", "DE");
	is("1.0.1.0", "FR");
	is("1.0.255.254", "FR");
	is("1.0.255.255", "US");
	is("1.1.0.0", "US");
	is("8.8.7.255", "US");
	is("8.8.8.0", "--");
	is("8.8.8.255", "--");
	is("8.8.9.0", "DE");
	is("200.0.0.1", "DE");
	is("255.255.255.254", "DE");
	is("255.255.255.255", "FR");
}

static void
odd_addresses_are_taken_as_the_reference_takes_them(void **state)
{
	(void)state;
	is("8.8.8.256", "DE"); /* 8.8.9.0 */
	is("+1.0.0.0", "DE");
	is("001.0.0.0", "DE");
	is("1.0.1.-1", "DE");         /* 1.0.0.255 */
	is("0.0.0.4294967295", "FR"); /* the last one */
	is("0.0.0.4294967296", "--");
	is("256.0.0.0", "--");
	is("-1.0.0.0", "--");            /* counts as 0.0.0.0 */
	is("1099511627777.0.0.0", "DE"); /* wraps to 1.0.0.0 */
	is("", "--");
	is("1.0.0", "--");
	is("1.0.0.", "--");
	is("...", "--");
	is("1.0.0.0.0", "--");
	is("1.0.0.0 ", "--");
	is(" 1.0.0.0", "--");
	is("1.0.0.0:80", "--");
	is("1.0.0.0x", "--");
	is("1.0.0.9223372036854775808", "--");
	is("2001:4860:4860::8888", "--");
	is("::ffff:1.0.0.0", "--");
}

static void
four_parts_are_counted_by_their_dots(void **state)
{
	(void)state;
	assert_true(country_has_four_parts("1.2.3.4", 7));
	assert_true(country_has_four_parts("...", 3));
	assert_true(country_has_four_parts("a.b.c.d", 7));
	assert_false(country_has_four_parts("1.2.3", 5));
	assert_false(country_has_four_parts("1.2.3.4.", 8));
	assert_false(country_has_four_parts("", 0));
}

static void
every_range_is_found_in_a_table_with_many(void **state)
{
	enum {
		N = 5000
	};
	struct country_range *many = malloc(N * sizeof(*many));
	struct country_table t;
	uint8_t *table;
	char code[2];
	size_t n;

	(void)state;
	/* Some high halves have many ranges, some one, most none. */
	for (uint32_t i = 0; i < N; i++) {
		many[i].first = i < N / 2 ? i * 3 : i * 850000;
		many[i].code = i % 3;
	}
	assert_int_equal(country_make(codes, 3, many, N, &table, &n), FG_OK);
	assert_int_equal(country_check(table, n), FG_OK);
	assert_int_equal(country_open(table, n, &t), FG_OK);
	assert_int_equal(t.n_ranges, N);
	for (size_t i = 0; i < N; i++) {
		assert_true(country_find(&t, many[i].first, code));
		assert_memory_equal(code, codes + i % 3 * 2, 2);
		if (i > 0) {
			assert_true(country_find(&t, many[i].first - 1, code));
			assert_memory_equal(code, codes + (i - 1) % 3 * 2, 2);
		}
	}
	free(table);
	free(many);
}

static void
what_is_no_list_of_ranges_is_refused(void **state)
{
	struct country_range bad[2] = {{0, 0}, {7, 1}};
	uint8_t *none;
	size_t n;

	(void)state;
	assert_int_equal(
	    country_make(codes, 3, bad, 0, &none, &n), FG_E_INVALID);
	assert_int_equal(
	    country_make(codes, 1, bad, 2, &none, &n), FG_E_INVALID);
	bad[1].first = 0;
	assert_int_equal(
	    country_make(codes, 3, bad, 2, &none, &n), FG_E_INVALID);
	bad[0].first = 1;
	assert_int_equal(
	    country_make(codes, 3, bad, 1, &none, &n), FG_E_INVALID);
}

/* Asks all around a damaged table; nothing but its own bytes may be read. */
static void
ask(const uint8_t *table, size_t n)
{
	struct country_table t;
	char code[2];

	if (country_open(table, n, &t) != FG_OK)
		return;
	for (uint64_t a = 0; a < (uint64_t)1 << 32; a += 0x1010101)
		country_find(&t, a, code);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		country_find(&t, ranges[i].first, code);
}

static void
every_flipped_byte_is_seen_and_stays_within_the_table(void **state)
{
	uint8_t *copy = malloc(len);

	(void)state;
	memcpy(copy, bytes, len);
	assert_int_equal(country_check(copy, len), FG_OK);
	/* Between them lies the index: each step of it is like the others. */
	for (size_t i = 0; i < len; i += i < 200 || i > len - 200 ? 1 : 1021) {
		for (unsigned flip = 1; flip < 256; flip = flip * 3 + 4) {
			copy[i] ^= (uint8_t)flip;
			ask(copy, len);
			if (flip == 1)
				assert_int_not_equal(
				    country_check(copy, len), FG_OK);
			copy[i] = bytes[i];
		}
	}
	free(copy);
}

static void
every_cut_is_seen(void **state)
{
	(void)state;
	for (size_t n = 0; n < len; n += n < 200 || n > len - 50 ? 1 : 997) {
		uint8_t *copy = malloc(n > 0 ? n : 1);
		struct country_table t;

		memcpy(copy, bytes, n);
		assert_int_equal(country_open(copy, n, &t), FG_E_CORRUPT);
		free(copy);
	}
}

static void
a_newer_version_is_told_from_damage(void **state)
{
	uint8_t *copy = malloc(len);
	struct country_table t;

	(void)state;
	memcpy(copy, bytes, len);
	le32enc(copy + 8, COUNTRY_VERSION + 1);
	assert_int_equal(country_open(copy, len, &t), FG_E_VERSION);
	le32enc(copy + 8, 0);
	assert_int_equal(country_open(copy, len, &t), FG_E_CORRUPT);
	free(copy);
}

static void
the_bytes_are_those_of_the_document(void **state)
{
	static const struct country_range few[] = {
	    {0, COUNTRY_NONE},
	    {ADDRESS(255, 255, 0, 0), 0},
	    {ADDRESS(255, 255, 1, 0), 1},
	};
	uint8_t *table;
	size_t n;

	(void)state;
	assert_int_equal(country_make("DEFR", 2, few, 3, &table, &n), FG_OK);
	/* The example leaves out 65,534 equal entries of the index. */
	memmove(table + 84, table + n - 16, 16);
	formats_compare("country-table", table, 100);
	free(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_border_divides_two_countries),
	    cmocka_unit_test(
		odd_addresses_are_taken_as_the_reference_takes_them),
	    cmocka_unit_test(four_parts_are_counted_by_their_dots),
	    cmocka_unit_test(every_range_is_found_in_a_table_with_many),
	    cmocka_unit_test(what_is_no_list_of_ranges_is_refused),
	    cmocka_unit_test(
		every_flipped_byte_is_seen_and_stays_within_the_table),
	    cmocka_unit_test(every_cut_is_seen),
	    cmocka_unit_test(a_newer_version_is_told_from_damage),
	    cmocka_unit_test(the_bytes_are_those_of_the_document),
	};

	return cmocka_run_group_tests_name("country", tests, make, drop);
}
