#include "syncer/idlist_ask.h"
#include "syncer/idlist_fetch.h"
#include "syncer/idlist_lines.h"
#include "syncer/idlist_lookup.h"
#include "syncer/idlist_places.h"
#include "syncer/log.h"
#include "syncer/url.h"

#include <stdlib.h>

#include "common/idlist.h"
#include "tests/unit/formats.h"
#include "tests/unit/test.h"

/* ---- which lists there are ---- */

#define LIST(name, more) \
	"\"" name "\":{\"name\":\"x\",\"url\":\"https://h/" name "\"," more "}"
#define REST "\"size\":10,\"creationTime\":-5"

static enum fg_status
read_lookup(const char *text, struct idlist_lookup *out)
{
	const char *why = NULL;
	enum fg_status st = idlist_lookup_read(text, strlen(text), out, &why);

	if (st == FG_E_INVALID)
		assert_non_null(why);
	return st;
}

static void
an_answer_names_lists_with_their_files(void **state)
{
	struct idlist_lookup l;

	(void)state;
	assert_int_equal(
	    read_lookup(" {" LIST("b", REST ",\"fileID\":\"f\\u0031\"") "," //
		LIST("a\\n", REST ",\"fileID\":null,\"new\":{}") "}\r\n",
		&l),
	    FG_OK);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.at[0].name.bytes, "a\n");
	assert_null(l.at[0].file.id.bytes);
	assert_string_equal(l.at[1].name.bytes, "b");
	assert_string_equal(l.at[1].url.bytes, "https://h/b");
	assert_string_equal(l.at[1].file.id.bytes, "f1");
	assert_int_equal(l.at[1].file.created_ms, -5);
	assert_int_equal(l.at[1].size, 10);
	idlist_lookup_free(&l);
	assert_int_equal(read_lookup("{}", &l), FG_OK);
	assert_int_equal(l.n, 0);
	idlist_lookup_free(&l);
	/* A key is as good as a name. */
	assert_int_equal(
	    read_lookup("{\"a\":{\"key\":\"a\",\"url\":\"u\"," REST "}}", &l),
	    FG_OK);
	idlist_lookup_free(&l);
}

static void
an_answer_that_lacks_something_is_of_no_use(void **state)
{
	static const char *const bad[] = {
	    "",
	    "[]",
	    "\"a\"",
	    "{}x",
	    "{\"a\":1}",
	    "{\"a\":[]}",
	    "{\"a\":{}}",
	    "<html></html>",
	    "{" LIST("a", "\"size\":10") "}",
	    "{" LIST("a", "\"creationTime\":1") "}",
	    "{" LIST("a", "\"size\":-1,\"creationTime\":1") "}",
	    "{" LIST("a", "\"size\":1.5,\"creationTime\":1") "}",
	    "{" LIST("a", "\"size\":\"1\",\"creationTime\":1") "}",
	    "{" LIST("a", REST ",\"size\":10") "}",
	    "{" LIST("a", REST ",\"fileID\":1") "}",
	    "{" LIST("a", REST ",\"fileID\":\"\\ud800\"") "}",
	    "{\"a\":{\"url\":\"u\"," REST "}}",
	    "{\"a\":{\"name\":\"a\"," REST "}}",
	    "{\"a\":{\"name\":\"a\",\"url\":null," REST "}}",
	    "{" LIST("a", REST) "," LIST("b", "\"size\":1") "}",
	};
	struct idlist_lookup l;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (read_lookup(bad[i], &l) != FG_E_INVALID)
			fail_msg("accepted: %s", bad[i]);
		idlist_lookup_free(&l);
	}
}

static void
names_come_once_and_giants_are_left_out(void **state)
{
	char *text = malloc(32768), *at = text;
	struct idlist_lookup l;

	(void)state;
	assert_non_null(text);
	at += sprintf(at,
	    "{" LIST("a", REST) "," LIST("b", REST) "," //
	    LIST("a", "\"size\":11,\"creationTime\":1") ",");
	at += sprintf(
	    at, "\"%05000d\":{\"name\":\"\",\"url\":\"u\"," REST "},", 1);
	sprintf(at, "\"c\":{\"name\":\"\",\"url\":\"%05000d\"," REST "}}", 1);
	assert_int_equal(read_lookup(text, &l), FG_OK);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.n_left_out, 2);
	assert_int_equal(l.at[0].size, 11);
	idlist_lookup_free(&l);
	free(text);
}

static void
there_is_an_end_to_lists(void **state)
{
	static const char one[] =
	    "\"%zu\":{\"name\":\"\",\"url\":\"u\"," REST "},";
	char *text = malloc((IDLIST_MAX_LISTS + 2) * 64), *at = text;
	struct idlist_lookup l;

	(void)state;
	assert_non_null(text);
	*at++ = '{';
	for (size_t i = 0; i < IDLIST_MAX_LISTS; i++)
		at += sprintf(at, one, i);
	strcpy(at - 1, "}");
	assert_int_equal(read_lookup(text, &l), FG_OK);
	assert_int_equal(l.n, IDLIST_MAX_LISTS);
	idlist_lookup_free(&l);
	at[-1] = ',';
	at += sprintf(at, one, (size_t)IDLIST_MAX_LISTS);
	strcpy(at - 1, "}");
	assert_int_equal(read_lookup(text, &l), FG_E_INVALID);
	idlist_lookup_free(&l);
	free(text);
}

/* ---- what is to be done about each ---- */

static void
what_to_do_follows_from_file_and_size(void **state)
{
	static const struct {
		const char *held;
		int64_t held_ms;
		uint64_t position;
		const char *id;
		int64_t ms;
		uint64_t size;
		enum idlist_step step;
	} cases[] = {
	    {"f", 5, 100, "f", 5, 100, IDLIST_KEEP},
	    {"f", 5, 100, "f", 5, 101, IDLIST_MORE},
	    {"f", 5, 100, "f", 4, 101, IDLIST_MORE},
	    {"f", 5, 100, "f", 5, 99, IDLIST_ANEW},  /* it was cut */
	    {"f", 5, 100, "f", 6, 100, IDLIST_ANEW}, /* made again */
	    {"f", 5, 100, "g", 5, 100, IDLIST_ANEW},
	    {"f", 5, 100, "g", 6, 10, IDLIST_ANEW},
	    {"f", 5, 100, "g", 4, 900, IDLIST_KEEP}, /* an old answer */
	    {"f", 5, 100, NULL, 5, 100, IDLIST_ANEW},
	    {NULL, 5, 100, "f", 4, 100, IDLIST_KEEP},
	    {NULL, 5, 100, NULL, 5, 100, IDLIST_KEEP},
	    {NULL, 5, 100, NULL, 5, 120, IDLIST_MORE},
	    {"", 5, 100, NULL, 5, 120, IDLIST_ANEW},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *a = cases[i].held, *b = cases[i].id;
		struct idlist_file held = {cases[i].held_ms,
		    {(char *)(uintptr_t)a, a != NULL ? strlen(a) : 0}};
		struct idlist_listing now = {
		    .file = {cases[i].ms,
			{(char *)(uintptr_t)b, b != NULL ? strlen(b) : 0}},
		    .size = cases[i].size};
		enum idlist_step step =
		    idlist_lookup_step(&held, cases[i].position, &now);

		if (step != cases[i].step)
			fail_msg("case %zu: %d", i, (int)step);
		assert_int_equal(
		    idlist_lookup_step(NULL, 0, &now), IDLIST_ANEW);
	}
}

/* ---- what is asked ---- */

static void
the_cdn_is_asked_its_own_way(void **state)
{
	char key[] = "secret-a/b";
	char other[] = "https://proxy/v1/get_id_lists";
	char cdn[] = "https://api.statsigcdn.com/v1/get_id_lists/x.json";
	struct config_project config = {.id_lists_url = NULL};
	const char *why;
	char *url;

	(void)state;
	log_init(LOG_AT_ERROR);
	assert_int_equal(
	    secret_set(&config.secret, key, strlen(key), &why), FG_OK);
	url = idlist_ask_url(&config);
	assert_string_equal(url,
	    "https://api.statsigcdn.com/v1/get_id_lists/secret-a%2Fb.json");
	free(url);
	assert_true(idlist_ask_gets(&config));
	config.id_lists_url = cdn;
	assert_true(idlist_ask_gets(&config));
	config.id_lists_url = other;
	assert_false(idlist_ask_gets(&config));
	url = idlist_ask_url(&config);
	assert_string_equal(url, other);
	free(url);
	log_forget();

	url = idlist_fetch_url("https://api.statsigcdn.com/l/a", 7);
	assert_string_equal(url, "https://api.statsigcdn.com/l/a?range=7-");
	free(url);
	url = idlist_fetch_url("https://api.statsigcdn.com/l?sig=a", 0);
	assert_string_equal(url, "https://api.statsigcdn.com/l?sig=a&range=0-");
	free(url);
	url = idlist_fetch_url("https://api.statsigcdn.com.evil/l", 7);
	assert_string_equal(url, "https://api.statsigcdn.com.evil/l");
	free(url);
}

static void
the_key_goes_to_whom_it_belongs(void **state)
{
	static const char *const trusted[] = {"http://127.0.0.1:80/x", NULL};
	static const struct {
		const char *url;
		bool trusted;
	} cases[] = {
	    {"http://127.0.0.1:80/lists/a", true},
	    {"http://127.0.0.1:81/lists/a", false},
	    {"https://api.statsigcdn.com/a", true},
	    {"https://STATSIGAPI.net:443?a", true},
	    {"https://idlists.statsig.com/a", true},
	    {"http://api.statsigcdn.com/a", false},
	    {"https://api.statsigcdn.com.evil/a", false},
	    {"https://evilstatsigcdn.com/a", false},
	    {"https://evil/api.statsigcdn.com", false},
	    {"https://evil?x=.statsigcdn.com", false},
	    {"https://lists.blob.core.windows.net/a", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (idlist_fetch_is_trusted(cases[i].url, trusted) !=
		    cases[i].trusted)
			fail_msg("%s", cases[i].url);
}

static void
a_url_is_looked_at_before_it_is_asked(void **state)
{
	static const char http[] = "http://h/", https[] = "https://h/";

	(void)state;
	assert_null(idlist_fetch_problem("https://a/b?sig=x", https));
	assert_null(idlist_fetch_problem("http://a/b", http));
	assert_non_null(idlist_fetch_problem("http://a/b", https));
	assert_non_null(idlist_fetch_problem("file:///etc/passwd", http));
	assert_non_null(idlist_fetch_problem("https://u:p@a/b", http));
	assert_non_null(idlist_fetch_problem("https:///b", http));
	assert_non_null(idlist_fetch_problem("https://a/b\r\nX: 1", http));
	assert_non_null(idlist_fetch_problem("", http));
}

static void
an_answer_is_a_part_or_all_of_a_file(void **state)
{
	static const struct {
		uint64_t from;
		bool by_query;
		struct http_response head;
		enum idlist_part part;
	} cases[] = {
	    {0, false, {.status = 200}, IDLIST_PART_ALL},
	    {0, false, {.status = 206, .is_part = true}, IDLIST_PART_MORE},
	    {9, false, {.status = 200}, IDLIST_PART_ALL},
	    {9, false, {.status = 206}, IDLIST_PART_MORE},
	    {9, false, {.status = 206, .is_part = true, .part_at = 9},
		IDLIST_PART_MORE},
	    {9, false, {.status = 206, .is_part = true, .part_at = 8},
		IDLIST_PART_WRONG},
	    {9, false, {.status = 206, .is_part = true}, IDLIST_PART_ALL},
	    {9, true, {.status = 200}, IDLIST_PART_MAYBE},
	    {0, true, {.status = 200}, IDLIST_PART_ALL},
	    {9, true, {.status = 200, .is_part = true, .part_at = 9},
		IDLIST_PART_MORE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (idlist_fetch_part(cases[i].from, cases[i].by_query,
			&cases[i].head) != cases[i].part)
			fail_msg("case %zu", i);
}

/* ---- lines ---- */

static void
lines_are_the_same_in_pieces_of_any_size(void **state)
{
	static const char text[] =
	    "+4xq2Q8RP\r\n\n+\n-4xq2Q8RP\nhello world, this is long\n"
	    "+4xq2Q8R=\n+4xq2Q8RPx\n+AAAAAAAA\r\r\n +AAAAAAAB\n+AAAAAAAC";
	const size_t n = sizeof(text) - 1;
	struct idlist_lines all;

	(void)state;
	for (size_t piece = 1; piece <= n; piece++) {
		all = (struct idlist_lines){.n = 0};
		for (size_t i = 0; i < n; i += piece)
			assert_int_equal(idlist_lines_add(&all, text + i,
					     n - i < piece ? n - i : piece),
			    FG_OK);
		assert_int_equal(all.n, 2);
		assert_int_equal(all.bytes, n);
		assert_int_equal(all.whole, n - 9);
		assert_int_equal(all.first, '+');
		assert_int_equal(idlist_lines_end(&all), FG_OK);
		assert_int_equal(all.whole, n);
		assert_int_equal(all.n, 3);
		assert_true(
		    all.at[0] == idlist_entry(idlist_key("member", 6), true));
		assert_true(
		    all.at[1] == idlist_entry(idlist_key("member", 6), false));
		assert_true(all.at[2] == idlist_entry(2, true));
		idlist_lines_free(&all);
	}
}

/* ---- places ---- */

static struct idlist_place
place_of(const char *name, const char *id)
{
	return (struct idlist_place){
	    .name = {(char *)(uintptr_t)name, strlen(name)},
	    .file = {1700000000000,
		{(char *)(uintptr_t)id, id != NULL ? strlen(id) : 0}},
	    .position = 30,
	    .changed_ms = 1700000000123,
	};
}

static void
places_are_what_was_put(void **state)
{
	const struct idlist_place a = place_of("vips", "f1"),
				  b = place_of("", NULL),
				  c = place_of("other", "");
	const struct idlist_place *all[] = {&a, &b, &c};
	struct idlist_place got;
	size_t len, at = 0, n = 0;
	uint8_t *bytes;

	(void)state;
	assert_int_equal(idlist_places_make(all, 1, &bytes, &len), FG_OK);
	formats_compare("id-places", bytes, len);
	free(bytes);

	assert_int_equal(idlist_places_make(all, 3, &bytes, &len), FG_OK);
	while (idlist_places_next(bytes, len, &at, &got) == FG_OK) {
		assert_true(idlist_text_same(&got.name, &all[n]->name));
		assert_true(idlist_text_same(&got.file.id, &all[n]->file.id));
		assert_int_equal(got.file.created_ms, 1700000000000);
		assert_int_equal(got.position, 30);
		assert_int_equal(got.changed_ms, 1700000000123);
		n++;
	}
	assert_int_equal(n, 3);
	assert_int_equal(idlist_places_next(bytes, len, &at, &got), FG_END);

	bytes[8] = 2;
	at = 0;
	assert_int_equal(
	    idlist_places_next(bytes, len, &at, &got), FG_E_VERSION);
	free(bytes);
}

static void
damaged_places_are_found_out(void **state)
{
	const struct idlist_place a = place_of("vips", "f1");
	const struct idlist_place *all[] = {&a, &a};
	struct idlist_place got;
	uint8_t *bytes, *copy;
	enum fg_status st;
	size_t len, at;

	(void)state;
	assert_int_equal(idlist_places_make(all, 2, &bytes, &len), FG_OK);
	copy = malloc(len);
	assert_non_null(copy);
	for (size_t i = 0; i < len; i++) {
		memcpy(copy, bytes, len);
		copy[i] ^= 0x80;
		at = 0;
		do
			st = idlist_places_next(copy, len, &at, &got);
		while (st == FG_OK);
		if (i < 8 || (i >= 16 && i < 24))
			assert_int_equal(st, FG_E_CORRUPT);
	}
	for (size_t n = 0; n < len; n++) {
		at = 0;
		assert_int_equal(
		    idlist_places_next(bytes, n, &at, &got), FG_E_CORRUPT);
	}
	free(copy);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_answer_names_lists_with_their_files),
	    cmocka_unit_test(an_answer_that_lacks_something_is_of_no_use),
	    cmocka_unit_test(names_come_once_and_giants_are_left_out),
	    cmocka_unit_test(there_is_an_end_to_lists),
	    cmocka_unit_test(what_to_do_follows_from_file_and_size),
	    cmocka_unit_test(the_cdn_is_asked_its_own_way),
	    cmocka_unit_test(the_key_goes_to_whom_it_belongs),
	    cmocka_unit_test(a_url_is_looked_at_before_it_is_asked),
	    cmocka_unit_test(an_answer_is_a_part_or_all_of_a_file),
	    cmocka_unit_test(lines_are_the_same_in_pieces_of_any_size),
	    cmocka_unit_test(places_are_what_was_put),
	    cmocka_unit_test(damaged_places_are_found_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
