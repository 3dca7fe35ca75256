#include "common/idlist.h"

#include <stdlib.h>

#include "common/endian.h"
#include "syncer/idlist.h"
#include "tests/unit/formats.h"
#include "tests/unit/test.h"

/* A number for each i, spread over all keys. */
static uint64_t
spread(uint64_t i)
{
	return (i * 0x9e3779b97f4a7c15) >> 16;
}

static int
by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* A base of n spread keys. */
static uint8_t *
base_of(size_t n, size_t *len)
{
	uint64_t *e = malloc((n + 1) * sizeof(*e));
	uint8_t *bytes;

	assert_non_null(e);
	for (size_t i = 0; i < n; i++)
		e[i] = idlist_entry(spread(i), true);
	qsort(e, n, sizeof(*e), by_value);
	assert_int_equal(
	    idlist_make(IDLIST_BASE, 0, "list", 4, e, n, &bytes, len), FG_OK);
	free(e);
	return bytes;
}

static void
keys_are_what_the_files_spell(void **state)
{
	uint64_t key;

	(void)state;
	assert_true(idlist_key_of_text("4xq2Q8RP", &key));
	assert_true(key == idlist_key("member", 6));
	assert_true(idlist_key_of_text("////////", &key));
	assert_true(key == ((uint64_t)1 << 48) - 1);
	assert_true(idlist_key_of_text("AAAAAAA+", &key));
	assert_int_equal(key, 62);
	assert_false(idlist_key_of_text("4xq2Q8R=", &key));
	assert_false(idlist_key_of_text("4xq2Q8R-", &key));
	assert_false(idlist_key_of_text("4xq2Q8R\xff", &key));
}

static void
all_members_and_no_others_are_found_at_any_size(void **state)
{
	static const size_t sizes[] = {
	    0, 1, 2, 15, 16, 17, 1000, 65535, 65536, 300000};
	struct idlist list;
	uint8_t *bytes;
	size_t len;
	bool added;

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		size_t n = sizes[s];

		bytes = base_of(n, &len);
		assert_int_equal(idlist_check(bytes, len, IDLIST_BASE), FG_OK);
		assert_int_equal(
		    idlist_open(bytes, len, IDLIST_BASE, &list), FG_OK);
		assert_true(idlist_is_of(&list, "list", 4));
		assert_false(idlist_is_of(&list, "lisp", 4));
		assert_false(idlist_is_of(&list, "lis", 3));
		for (size_t i = 0; i < 2 * n + 100; i++)
			if (idlist_find(&list, spread(i), &added) != (i < n))
				fail_msg("of %zu, number %zu", n, i);
		assert_false(idlist_find(&list, (uint64_t)1 << 48, &added));
		if (n >= 300000)
			assert_true(len <= n * 5);
		free(bytes);
	}
}

static void
a_delta_adds_and_removes(void **state)
{
	const uint64_t entries[] = {
	    idlist_entry(1, true), idlist_entry(2, false)};
	const uint64_t both[] = {idlist_entry(2, true), idlist_entry(3, true)};
	struct idlist base, delta;
	uint8_t *b, *d;
	size_t bn, dn;

	(void)state;
	idlist_make(IDLIST_BASE, 0, "l", 1, both, 2, &b, &bn);
	idlist_make(IDLIST_DELTA, 7, "l", 1, entries, 2, &d, &dn);
	assert_int_equal(idlist_check(d, dn, IDLIST_DELTA), FG_OK);
	assert_int_equal(idlist_open(b, bn, IDLIST_BASE, &base), FG_OK);
	assert_int_equal(idlist_open(d, dn, IDLIST_DELTA, &delta), FG_OK);
	assert_int_equal(delta.base, 7);
	assert_true(idlist_has(&base, &delta, 1));
	assert_false(idlist_has(&base, &delta, 2));
	assert_true(idlist_has(&base, &delta, 3));
	assert_false(idlist_has(&base, &delta, 4));
	assert_true(idlist_has(&base, NULL, 2));
	/* Each is what it says it is. */
	assert_int_equal(
	    idlist_open(b, bn, IDLIST_DELTA, &delta), FG_E_CORRUPT);
	assert_int_equal(idlist_open(d, dn, IDLIST_BASE, &delta), FG_E_CORRUPT);
	free(b);
	free(d);
}

static void
what_is_out_of_order_is_refused(void **state)
{
	const uint64_t twice[] = {
	    idlist_entry(5, true), idlist_entry(5, false)};
	const uint64_t down[] = {idlist_entry(5, true), idlist_entry(4, true)};
	const uint64_t large[] = {(uint64_t)1 << 49};
	uint8_t *b;
	size_t n;

	(void)state;
	assert_int_equal(idlist_make(IDLIST_DELTA, 0, "l", 1, twice, 2, &b, &n),
	    FG_E_INVALID);
	assert_int_equal(
	    idlist_make(IDLIST_BASE, 0, "l", 1, down, 2, &b, &n), FG_E_INVALID);
	assert_int_equal(idlist_make(IDLIST_DELTA, 0, "l", 1, large, 1, &b, &n),
	    FG_E_INVALID);
	assert_int_equal(
	    idlist_make(IDLIST_BASE, 0, "l", 1, twice + 1, 1, &b, &n),
	    FG_E_INVALID);
}

/* ---- damage ---- */

static void
ask(const uint8_t *bytes, size_t len, enum idlist_kind kind)
{
	struct idlist list;
	struct idlist_walk walk = {.list = &list};
	uint64_t entry;
	size_t n = 0;
	bool added;

	if (idlist_open(bytes, len, kind, &list) != FG_OK)
		return;
	for (uint64_t i = 0; i < 40; i++)
		idlist_find(&list, spread(i), &added);
	idlist_is_of(&list, "list", 4);
	while (idlist_next(&walk, &entry))
		assert_true(n++ < list.n);
}

/* In memory of just that size, so that a tool sees what is read beyond. */
static void
damage(const uint8_t *bytes, size_t len, enum idlist_kind kind, size_t step)
{
	uint8_t *copy = malloc(len);

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	for (size_t i = 0; i < len; i += i < 300 || i + 100 > len ? 1 : step)
		for (unsigned flip = 1; flip < 256; flip++) {
			copy[i] ^= (uint8_t)flip;
			ask(copy, len, kind);
			if (flip == 1)
				assert_int_not_equal(
				    idlist_check(copy, len, kind), FG_OK);
			copy[i] = bytes[i];
			if (step > 1)
				flip += flip;
		}
	free(copy);
	for (size_t n = 0; n < len; n += n < 300 || n + 100 > len ? 1 : step) {
		struct idlist list;

		copy = malloc(n + 1);
		memcpy(copy, bytes, n);
		assert_int_equal(
		    idlist_open(copy, n, kind, &list), FG_E_CORRUPT);
		free(copy);
	}
}

static void
every_damaged_byte_and_every_cut_is_seen_and_harmless(void **state)
{
	uint64_t entries[30];
	size_t len;
	uint8_t *bytes = base_of(40, &len);

	(void)state;
	damage(bytes, len, IDLIST_BASE, 1);
	free(bytes);
	bytes = base_of(65536, &len);
	damage(bytes, len, IDLIST_BASE, 20011);
	free(bytes);
	for (size_t i = 0; i < 30; i++)
		entries[i] = idlist_entry(spread(i), i % 2 == 0);
	qsort(entries, 30, sizeof(entries[0]), by_value);
	assert_int_equal(
	    idlist_make(IDLIST_DELTA, 9, "list", 4, entries, 30, &bytes, &len),
	    FG_OK);
	damage(bytes, len, IDLIST_DELTA, 1);
	free(bytes);
}

static void
a_newer_version_is_told_from_damage(void **state)
{
	struct idlist list;
	size_t len;
	uint8_t *bytes = base_of(3, &len);

	(void)state;
	le32enc(bytes + 8, IDLIST_VERSION + 1);
	assert_int_equal(
	    idlist_open(bytes, len, IDLIST_BASE, &list), FG_E_VERSION);
	free(bytes);
}

static void
the_bytes_are_those_of_the_document(void **state)
{
	uint64_t entries[2] = {idlist_entry(1, false), 0}, key;
	uint8_t *bytes;
	size_t len;

	(void)state;
	assert_true(idlist_key_of_text("4xq2Q8RP", &key));
	entries[1] = idlist_entry(key, true);
	assert_int_equal(idlist_make(IDLIST_DELTA, 0x11223344, "vips", 4,
			     entries, 2, &bytes, &len),
	    FG_OK);
	formats_compare("id-list", bytes, len);
	free(bytes);
}

/* ---- texts ---- */

static bool
has(const struct idlist_values *v, const char *unit)
{
	struct idlist base, delta;
	uint64_t key = idlist_key(unit, strlen(unit));

	assert_int_equal(
	    idlist_open(v->base, v->base_len, IDLIST_BASE, &base), FG_OK);
	if (v->delta == NULL)
		return idlist_has(&base, NULL, key);
	assert_int_equal(
	    idlist_open(v->delta, v->delta_len, IDLIST_DELTA, &delta), FG_OK);
	assert_int_equal(delta.base, base.sum);
	return idlist_has(&base, &delta, key);
}

static void
build(const char *lines, struct idlist_values *out)
{
	assert_int_equal(
	    idlist_build("l", 1, lines, strlen(lines), out), FG_OK);
}

/* member is 4xq2Q8RP. */
static void
lines_add_and_remove_in_their_order(void **state)
{
	static const struct {
		const char *lines;
		bool is_member;
	} cases[] = {
	    {"", false},
	    {"+4xq2Q8RP\n", true},
	    {"+4xq2Q8RP", true},
	    {"+4xq2Q8RP\r\n", true},
	    {"+4xq2Q8RP\n-4xq2Q8RP\n", false},
	    {"-4xq2Q8RP\n+4xq2Q8RP\n", true},
	    {"+4xq2Q8RP\n+AAAAAAAA\n-4xq2Q8RP\n+4xq2Q8RP\n", true},
	    {"-4xq2Q8RP\n", false},
	    {"4xq2Q8RP\n", false},
	    {" +4xq2Q8RP\n", false},
	    {"+4xq2Q8RP \n", false},
	    {"+4xq2Q8RPx\n", false},
	    {"+4xq2Q8R\n", false},
	    {"*4xq2Q8RP\n\n+\n", false},
	    {"\n\n+\n-\n+4xq2Q8RP\n", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct idlist_values v;

		build(cases[i].lines, &v);
		assert_null(v.delta);
		if (has(&v, "member") != cases[i].is_member)
			fail_msg("%s", cases[i].lines);
		idlist_values_free(&v);
	}
}

static char *
lines_of(char sign, size_t from, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
				     "opqrstuvwxyz0123456789+/";
	char *text = malloc(n * 10 + 1), *p = text;

	assert_non_null(text);
	for (size_t i = from; i < from + n; i++) {
		uint64_t key = spread(i);

		*p++ = sign;
		for (int shift = 42; shift >= 0; shift -= 6)
			*p++ = digits[key >> shift & 63];
		*p++ = '\n';
	}
	*p = '\0';
	return text;
}

static void
apply(struct idlist_values *held, char *lines, bool is_rewritten)
{
	struct idlist_values next;

	assert_int_equal(
	    idlist_apply(held, lines, strlen(lines), &next), FG_OK);
	free(lines);
	assert_int_equal(next.base != NULL, is_rewritten);
	if (next.base == NULL) {
		next.base = held->base;
		next.base_len = held->base_len;
		held->base = NULL;
	}
	idlist_values_free(held);
	*held = next;
	assert_int_equal(
	    idlist_check(held->base, held->base_len, IDLIST_BASE), FG_OK);
	if (held->delta != NULL)
		assert_int_equal(
		    idlist_check(held->delta, held->delta_len, IDLIST_DELTA),
		    FG_OK);
}

static void
members_are(const struct idlist_values *v, size_t from, size_t to, size_t all)
{
	struct idlist base, delta;

	idlist_open(v->base, v->base_len, IDLIST_BASE, &base);
	if (v->delta != NULL)
		idlist_open(v->delta, v->delta_len, IDLIST_DELTA, &delta);
	for (size_t i = 0; i < all; i++)
		if (idlist_has(&base, v->delta != NULL ? &delta : NULL,
			spread(i)) != (i >= from && i < to))
			fail_msg("number %zu", i);
}

static void
news_become_a_delta_and_many_a_new_base(void **state)
{
	struct idlist_values v;
	char *lines = lines_of('+', 0, 10000);

	(void)state;
	build(lines, &v);
	free(lines);
	members_are(&v, 0, 10000, 12000);
	apply(&v, lines_of('+', 10000, 300), false);
	members_are(&v, 0, 10300, 12000);
	apply(&v, lines_of('-', 0, 200), false);
	members_are(&v, 200, 10300, 12000);
	assert_non_null(v.delta);
	/* One more is over 5 %, and then there is nothing beside it. */
	apply(&v, lines_of('+', 10300, 1), true);
	assert_null(v.delta);
	members_are(&v, 200, 10301, 12000);
	/* What is known, and what was taken back, needs no delta. */
	apply(&v, lines_of('+', 300, 1000), false);
	assert_null(v.delta);
	apply(&v, lines_of('-', 300, 10), false);
	assert_non_null(v.delta);
	apply(&v, lines_of('+', 300, 10), false);
	assert_null(v.delta);
	members_are(&v, 200, 10301, 12000);
	idlist_values_free(&v);
}

static void
a_delta_of_another_base_is_refused(void **state)
{
	const uint64_t one = idlist_entry(1, true);
	struct idlist_values v, next;

	(void)state;
	build("+4xq2Q8RP\n", &v);
	idlist_make(IDLIST_DELTA, 1, "l", 1, &one, 1, &v.delta, &v.delta_len);
	assert_int_equal(idlist_apply(&v, "", 0, &next), FG_E_CORRUPT);
	idlist_values_free(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keys_are_what_the_files_spell),
	    cmocka_unit_test(all_members_and_no_others_are_found_at_any_size),
	    cmocka_unit_test(a_delta_adds_and_removes),
	    cmocka_unit_test(what_is_out_of_order_is_refused),
	    cmocka_unit_test(
		every_damaged_byte_and_every_cut_is_seen_and_harmless),
	    cmocka_unit_test(a_newer_version_is_told_from_damage),
	    cmocka_unit_test(the_bytes_are_those_of_the_document),
	    cmocka_unit_test(lines_add_and_remove_in_their_order),
	    cmocka_unit_test(news_become_a_delta_and_many_a_new_base),
	    cmocka_unit_test(a_delta_of_another_base_is_refused),
	};

	return cmocka_run_group_tests_name("idlist", tests, NULL, NULL);
}
