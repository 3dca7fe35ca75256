/*
 * What servers say of ID lists, on arbitrary bytes.  The first byte says what
 * it is: lines in pieces of its size, the answer that names lists, places that
 * were stored, a header.
 */
#include <stdlib.h>
#include <string.h>

#include "common/idlist.h"
#include "syncer/http_header.h"
#include "syncer/idlist.h"
#include "syncer/idlist_fetch.h"
#include "syncer/idlist_lookup.h"
#include "syncer/idlist_places.h"
#include "syncer/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* However the lines arrive, and wherever a download ends and goes on. */
static void
read_lines(const char *text, size_t n, size_t piece)
{
	struct idlist_lines lines = {.n = 0}, rest = {.n = 0};
	struct idlist_values all, some, more;
	size_t half = n / 2, whole;
	uint64_t a, b;

	for (size_t i = 0; i < half; i += piece)
		must(idlist_lines_add(&lines, text + i,
			 half - i < piece ? half - i : piece) == FG_OK);
	must(lines.bytes == half && lines.whole <= half);
	must(lines.whole == 0 || text[lines.whole - 1] == '\n');
	whole = (size_t)lines.whole;
	must(idlist_build_lines("l", 1, &lines, &some) == FG_OK);
	must(idlist_lines_add(&rest, text + whole, n - whole) == FG_OK);
	must(idlist_lines_end(&rest) == FG_OK);
	must(idlist_apply_lines(&some, &rest, &more) == FG_OK);
	must(idlist_build("l", 1, text, n, &all) == FG_OK);
	if (more.base == NULL) {
		more.base = some.base;
		more.base_len = some.base_len;
		some.base = NULL;
	}
	must(idlist_members(&all, &a) == FG_OK);
	must(idlist_members(&more, &b) == FG_OK && a == b);
	idlist_lines_free(&lines);
	idlist_lines_free(&rest);
	idlist_values_free(&all);
	idlist_values_free(&some);
	idlist_values_free(&more);
}

static void
ask_for(const struct idlist_listing *l)
{
	static const char *const trusted[] = {"https://h/", NULL};
	char *url;

	must(l->url.n <= IDLIST_MAX_TEXT && l->name.n <= IDLIST_MAX_NAME);
	idlist_lookup_step(&l->file, l->size, l);
	if (idlist_fetch_problem(l->url.bytes, "https://h/") != NULL)
		return;
	must(url_is_secure(l->url.bytes));
	idlist_fetch_is_trusted(l->url.bytes, trusted);
	url = idlist_fetch_url(l->url.bytes, l->size);
	must(url != NULL && strlen(url) >= strlen(l->url.bytes));
	free(url);
}

static void
read_lookup(const char *text, size_t n)
{
	const struct idlist_place **places;
	struct idlist_lookup lookup;
	struct idlist_place *own, got;
	const char *why = NULL;
	uint8_t *bytes;
	size_t len, at = 0;

	if (idlist_lookup_read(text, n, &lookup, &why) != FG_OK) {
		must(why != NULL);
		idlist_lookup_free(&lookup);
		return;
	}
	own = calloc(lookup.n + 1, sizeof(*own));
	places = calloc(lookup.n + 1, sizeof(*places));
	must(own != NULL && places != NULL);
	for (size_t i = 0; i < lookup.n; i++) {
		ask_for(&lookup.at[i]);
		own[i].name = lookup.at[i].name;
		own[i].file = lookup.at[i].file;
		places[i] = &own[i];
	}
	/* What is stored of them is what is read again. */
	must(idlist_places_make(places, lookup.n, &bytes, &len) == FG_OK);
	for (size_t i = 0; i < lookup.n; i++) {
		must(idlist_places_next(bytes, len, &at, &got) == FG_OK);
		must(idlist_text_same(&got.name, &own[i].name) &&
		    idlist_text_same(&got.file.id, &own[i].file.id) &&
		    got.file.created_ms == own[i].file.created_ms);
	}
	must(idlist_places_next(bytes, len, &at, &got) == FG_END);
	free(bytes);
	free(places);
	free(own);
	idlist_lookup_free(&lookup);
}

static void
read_places(const uint8_t *bytes, size_t n)
{
	struct idlist_place place;
	size_t at = 0, sum = 0;

	while (idlist_places_next(bytes, n, &at, &place) == FG_OK) {
		must(at <= n);
		for (size_t i = 0; i < place.name.n; i++)
			sum += (unsigned char)place.name.bytes[i];
		for (size_t i = 0; i < place.file.id.n; i++)
			sum += (unsigned char)place.file.id.bytes[i];
	}
	must(sum <= n * 255);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct http_header header = {.whole = false};
	uint8_t *copy;

	if (n == 0)
		return 0;
	/* Of just that size, so that a byte too far is seen. */
	copy = malloc(n > 1 ? n - 1 : 1);
	must(copy != NULL);
	memcpy(copy, bytes + 1, n - 1);
	if (*bytes == 'a')
		read_lookup((const char *)copy, n - 1);
	else if (*bytes == 'p')
		read_places(copy, n - 1);
	else if (*bytes == 'h')
		http_header_line(
		    &header, (const char *)copy, n - 1, 1700000000);
	else
		read_lines((const char *)copy, n - 1, 1 + *bytes % 16);
	free(copy);
	return 0;
}
