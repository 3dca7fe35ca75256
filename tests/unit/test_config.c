#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syncer/config.h"
#include "syncer/config_keys.h"
#include "syncer/log.h"
#include "tests/unit/test.h"

static char *no_env[] = {NULL};

static enum fg_status
parse(const char *text, char *const *env, struct config *c,
    struct config_error *err)
{
	return config_parse(text, strlen(text), "f.conf", env, c, err);
}

/* The text is refused and the error holds each of the words. */
static void
assert_refused(
    const char *text, char *const *env, const char *where, const char *what)
{
	struct config_error err;
	struct config c;

	assert_int_equal(parse(text, env, &c, &err), FG_E_INVALID);
	if (strstr(err.text, where) == NULL || strstr(err.text, what) == NULL)
		fail_msg(
		    "\"%s\" lacks \"%s\" or \"%s\"", err.text, where, what);
	config_free(&c);
}

static void
an_empty_file_is_one_default_project(void **state)
{
	struct config_error err;
	struct config c;

	(void)state;
	assert_int_equal(parse("", no_env, &c, &err), FG_OK);
	assert_int_equal(c.n_projects, 1);
	assert_string_equal(c.projects[0].name, "default");
	assert_string_equal(c.projects[0].specs_url,
	    "https://api.statsigcdn.com/v2/download_config_specs");
	assert_string_equal(c.projects[0].log_event_url,
	    "https://prodregistryv2.org/v1/log_event");
	assert_int_equal(c.projects[0].interval_ms, 10000);
	assert_null(c.projects[0].id_lists_url);
	assert_int_equal(c.projects[0].id_lists, CONFIG_ID_LISTS_AUTO);
	assert_int_equal(c.projects[0].id_lists_interval_ms, 60000);
	assert_int_equal(c.projects[0].max_id_list, 128 << 20);
	assert_int_equal(c.events.batch, 500);
	assert_int_equal(c.events.dedupe, CONFIG_DEDUPE_PROCESS);
	assert_int_equal(c.events.dedupe_window_ms, 60000);
	assert_int_equal(c.events.dedupe_keys, 1000000);
	assert_string_equal(c.syncer.state_dir, "/var/lib/forkgate");
	config_free(&c);
}

static void
every_default_is_within_its_limits(void **state)
{
	union {
		struct config_syncer s;
		struct config_events e;
		struct config_project p;
	} fields;

	(void)state;
	for (size_t i = 0; i < config_n_keys; i++) {
		const struct config_key *key = &config_keys[i];

		memset(&fields, 0, sizeof(fields));
		if (key->value == NULL)
			continue;
		assert_null(config_key_set(key, &fields, key->value));
		if (key->type == CONFIG_PATH)
			free(*(char **)(void *)((char *)&fields + key->offset));
	}
}

/* FORKGATE_SYNCER_X could not tell the sections apart otherwise. */
static void
no_key_of_a_project_is_called_like_one_of_the_syncer(void **state)
{
	(void)state;
	for (size_t i = 0; i < config_n_keys; i++) {
		const struct config_key *key = &config_keys[i];

		if (key->section == CONFIG_PROJECT)
			assert_null(config_key_find(
			    CONFIG_SYNCER, key->name, strlen(key->name)));
	}
	assert_true(config_n_keys <= 64);
}

static void
keys_of_all_sections_are_taken(void **state)
{
	struct config_error err;
	struct config c;

	(void)state;
	assert_int_equal(parse("# a comment\n"
			       "[syncer]\n"
			       "state_dir = /srv/fg\n"
			       "  log_level = debug ; indented, with a remark\n"
			       "keep_generations=9\n"
			       "[events]\n"
			       "batch_bytes = 256K\n"
			       "send = no\n"
			       "dedupe = host\n"
			       "dedupe_window = 5m\n"
			       "[project shop]\n"
			       "base_url = http://127.0.0.1:8080/\n"
			       "interval = 90s\n"
			       "id_lists = no\n"
			       "id_lists_interval = 5m\n"
			       "[project empty]\n",
			     no_env, &c, &err),
	    FG_OK);
	assert_string_equal(c.syncer.state_dir, "/srv/fg");
	assert_int_equal(c.syncer.log_level, LOG_AT_DEBUG);
	assert_int_equal(c.syncer.keep_generations, 9);
	assert_int_equal(c.events.batch_bytes, 262144);
	assert_int_equal(c.events.send, 0);
	assert_int_equal(c.events.dedupe, CONFIG_DEDUPE_HOST);
	assert_int_equal(c.events.dedupe_window_ms, 300000);
	assert_int_equal(c.n_projects, 2);
	assert_string_equal(c.projects[0].name, "shop");
	assert_int_equal(c.projects[0].interval_ms, 90000);
	assert_int_equal(c.projects[0].id_lists, CONFIG_ID_LISTS_NO);
	assert_int_equal(c.projects[0].id_lists_interval_ms, 300000);
	assert_string_equal(c.projects[0].specs_url,
	    "http://127.0.0.1:8080/v2/download_config_specs");
	assert_string_equal(
	    c.projects[0].log_event_url, "http://127.0.0.1:8080/v1/log_event");
	assert_string_equal(c.projects[0].id_lists_url,
	    "http://127.0.0.1:8080/v1/get_id_lists");
	assert_string_equal(c.projects[1].name, "empty");
	config_free(&c);
}

static void
a_url_of_its_own_wins_over_the_base(void **state)
{
	struct config_error err;
	struct config c;

	(void)state;
	assert_int_equal(parse("[project a]\nbase_url=https://h\n"
			       "specs_url=https://cdn/x/\n",
			     no_env, &c, &err),
	    FG_OK);
	assert_string_equal(c.projects[0].specs_url, "https://cdn/x");
	assert_string_equal(
	    c.projects[0].log_event_url, "https://h/v1/log_event");
	config_free(&c);
}

static void
each_mistake_names_its_line_and_a_remedy(void **state)
{
	static const struct {
		const char *text, *where, *what;
	} cases[] = {
	    {"[syncer]\nstate_dri = /x\n", "f.conf:2: [syncer] state_dri",
		"not known"},
	    {"\n\n[surprise]\n", "f.conf:3", "no section"},
	    {"[syncer\n", "f.conf:1", "neither"},
	    {"[syncer]\nwords\n", "f.conf:2", "neither"},
	    {"a = 1\n", "f.conf:1", "before the first section"},
	    {"[project a]\ninterval = 10\n", "f.conf:2", "with its unit"},
	    {"[project a]\ninterval = 10ms\n", "f.conf:2", "less than"},
	    {"[project a]\ninterval = 10d\n", "f.conf:2", "more than"},
	    {"[project a]\nmax_document = 12 M\n", "f.conf:2", "no size"},
	    {"[project a]\ninterval = 5s\ninterval = 6s\n", "f.conf:3",
		"twice"},
	    {"[project a]\n[project b]\n[project a]\n", "f.conf:3", "twice"},
	    {"[project a b]\n", "f.conf:1", "cannot name a project"},
	    {"[project ]\n", "f.conf:1", "cannot name a project"},
	    {"[events]\nbatch = x\n", "f.conf:2", "whole number"},
	    {"[events]\nbatch = 99999999999999999999\n", "f.conf:2",
		"whole number"},
	    {"[events]\nsend = maybe\n", "f.conf:2", "yes or no"},
	    {"[syncer]\nlog_level = loud\n", "f.conf:2", "no level"},
	    {"[syncer]\nlog_level = host\n", "f.conf:2", "no level"},
	    {"[events]\ndedupe = info\n", "f.conf:2", "process or host"},
	    {"[events]\ndedupe_keys = 10\n", "f.conf:2", "less than"},
	    {"[syncer]\nstate_dir = here\n", "f.conf:2", "relative"},
	    {"[syncer]\nstate_dir =\n", "f.conf:2", "empty"},
	    {"[project a]\nspecs_url = ftp://h/\n", "f.conf:2", "no URL"},
	    {"[project a]\nspecs_url = https:///x\n", "f.conf:2", "no host"},
	    {"[project a]\nspecs_url = https://u:p@h/\n", "f.conf:2", "login"},
	    {"[project a]\nspecs_url = https://h/?a=1\n", "f.conf:2", "query"},
	    {"[project a]\nbase_url = https://h/v1\n", "[project a] base_url",
		"leave /v1 away"},
	    {"[project a]\nproxy = host:80\n", "[project a] proxy", "no URL"},
	    {"[project a]\nsdk_key_file = /a\nsdk_key_credential = b\n",
		"[project a]", "more than one place"},
	    {"[project a]\nsdk_key_credential = ../b\n", "[project a]",
		"without a slash"},
	    {"[events]\nbackoff = 30s\nbackoff_max = 10s\n", "[events]",
		"less than backoff"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(
		    cases[i].text, no_env, cases[i].where, cases[i].what);
}

static void
a_key_in_the_file_is_refused_and_not_repeated(void **state)
{
	struct config_error err;
	struct config c;

	(void)state;
	assert_int_equal(parse("[project a]\nsdk_key = secret-abcdefghijkl\n",
			     no_env, &c, &err),
	    FG_E_INVALID);
	assert_non_null(strstr(err.text, "sdk_key_file"));
	assert_null(strstr(err.text, "abcdefghijkl"));
	config_free(&c);
}

static void
a_line_longer_than_the_parser_takes_is_told(void **state)
{
	char text[600] = "[syncer]\nstate_dir = /";

	(void)state;
	memset(text + strlen(text), 'x', 400);
	assert_refused(text, no_env, "f.conf:2", "longer than");
}

static void
a_nul_byte_is_told(void **state)
{
	static const char text[] = "[syncer]\nstate_dir = /a\0b\n";
	struct config_error err;
	struct config c;

	(void)state;
	assert_int_equal(
	    config_parse(text, sizeof(text) - 1, "f", no_env, &c, &err),
	    FG_E_INVALID);
	assert_non_null(strstr(err.text, "NUL"));
	config_free(&c);
}

/* A parser must end, and free what it made, wherever the text is cut. */
static void
any_cut_of_a_file_is_taken_or_refused(void **state)
{
	static const char text[] =
	    "[syncer]\nstate_dir = /a\n[project x]\nproxy = http://u:pw@h\n"
	    "specs_url = https://h/a\n[events]\nbatch = 10\n";
	struct config_error err;
	struct config c;

	(void)state;
	for (size_t cut = 0; cut < sizeof(text); cut++) {
		enum fg_status st =
		    config_parse(text, cut, "f", no_env, &c, &err);

		assert_true(st == FG_OK || st == FG_E_INVALID);
		assert_int_equal(st == FG_OK, err.text[0] == '\0');
		config_free(&c);
	}
	log_forget();
}

static void
the_environment_wins_over_the_file(void **state)
{
	char *env[] = {(char[]){"HOME=/root"},
	    (char[]){"FORKGATE_SYNCER_STATE_DIR=/env"},
	    (char[]){"FORKGATE_SYNCER_EVENTS_BATCH=7"},
	    (char[]){"FORKGATE_SYNCER_PROJECT_MY_SHOP_INTERVAL=30s"},
	    (char[]){"FORKGATE_SYNCER_PROJECT_MY_SHOP_B_INTERVAL=40s"}, NULL};
	struct config_error err;
	struct config c;

	(void)state;
	assert_int_equal(parse("[syncer]\nstate_dir = /file\n"
			       "[project my-shop]\ninterval = 20s\n"
			       "[project my-shop.b]\n",
			     env, &c, &err),
	    FG_OK);
	assert_string_equal(c.syncer.state_dir, "/env");
	assert_int_equal(c.events.batch, 7);
	assert_int_equal(c.projects[0].interval_ms, 30000);
	assert_int_equal(c.projects[1].interval_ms, 40000);
	config_free(&c);
}

static void
one_project_is_meant_without_its_name(void **state)
{
	char *env[] = {(char[]){"FORKGATE_SYNCER_BASE_URL=https://h"},
	    (char[]){"FORKGATE_SYNCER_SDK_KEY=secret-0123456789"}, NULL};
	struct config_error err;
	struct config c;

	(void)state;
	assert_int_equal(parse("[project only]\n", env, &c, &err), FG_OK);
	assert_string_equal(
	    c.projects[0].log_event_url, "https://h/v1/log_event");
	assert_int_equal(config_secrets(&c, &err), FG_OK);
	assert_string_equal(c.projects[0].secret.key, "secret-0123456789");
	config_free(&c);
	log_forget();
	assert_refused("[project a]\n[project b]\n", env,
	    "environment variable FORKGATE_SYNCER_BASE_URL",
	    "FORKGATE_SYNCER_PROJECT_NAME_BASE_URL");
}

static void
a_variable_that_means_nothing_is_told(void **state)
{
	static const char *const names[] = {"FORKGATE_SYNCER_STATEDIR=/x",
	    "FORKGATE_SYNCER_EVENTS_=1", "FORKGATE_SYNCER_PROJECT_B_PROXY=none",
	    "FORKGATE_SYNCER_state_dir=/x", "FORKGATE_SYNCER_=x"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char text[64], *env[] = {text, NULL};

		snprintf(text, sizeof(text), "%s", names[i]);
		assert_refused(
		    "[project a]\n", env, "environment variable", "not known");
	}
}

static void
keys_are_wiped_from_the_environment(void **state)
{
	char a[] = "FORKGATE_SYNCER_SDK_KEY=secret-a",
	     b[] = "FORKGATE_SYNCER_PROJECT_X_SDK_KEY=secret-b",
	     c[] = "FORKGATE_SYNCER_STATE_DIR=/x", d[] = "SDK_KEY=mine";
	char *env[] = {a, b, c, d, NULL};

	(void)state;
	config_wipe_env(env);
	assert_string_equal(a, "FORKGATE_SYNCER_SDK_KEY=");
	assert_string_equal(b, "FORKGATE_SYNCER_PROJECT_X_SDK_KEY=");
	assert_string_equal(c, "FORKGATE_SYNCER_STATE_DIR=/x");
	assert_string_equal(d, "SDK_KEY=mine");
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

static void
a_key_file_is_read_again_and_a_bad_one_changes_nothing(void **state)
{
	char path[] = "/tmp/forkgate-key-XXXXXX", text[120];
	struct config_error err;
	struct config c;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	snprintf(text, sizeof(text), "[project a]\nsdk_key_file = %s\n", path);
	assert_int_equal(parse(text, no_env, &c, &err), FG_OK);
	write_file(path, "secret-first-key-1\n");
	assert_int_equal(config_secrets(&c, &err), FG_OK);
	assert_string_equal(c.projects[0].secret.key, "secret-first-key-1");
	write_file(path, "client-not-a-server-key\n");
	assert_int_equal(config_secrets(&c, &err), FG_E_INVALID);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "begins with secret-"));
	assert_null(strstr(err.text, "not-a-server"));
	assert_string_equal(c.projects[0].secret.key, "secret-first-key-1");
	unlink(path);
	assert_int_equal(config_secrets(&c, &err), FG_E_IO);
	assert_non_null(strstr(err.text, path));
	config_free(&c);
	log_forget();
}

static void
a_project_without_a_key_is_told_what_to_do(void **state)
{
	struct config_error err;
	struct config c;

	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(parse("", no_env, &c, &err), FG_OK);
	assert_int_equal(config_secrets(&c, &err), FG_E_INVALID);
	assert_non_null(strstr(err.text, "sdk_key_file"));
	config_free(&c);
}

static void
a_credential_of_systemd_is_found_by_name(void **state)
{
	char dir[] = "/tmp/forkgate-cred-XXXXXX", path[80];
	struct config_error err;
	struct config c;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/sdk_key.shop", dir);
	write_file(path, "secret-from-systemd");
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	assert_int_equal(parse("[project shop]\n", no_env, &c, &err), FG_OK);
	assert_int_equal(config_secrets(&c, &err), FG_OK);
	assert_string_equal(c.projects[0].secret.key, "secret-from-systemd");
	config_free(&c);
	unsetenv("CREDENTIALS_DIRECTORY");
	unlink(path);
	rmdir(dir);
	log_forget();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_file_is_one_default_project),
	    cmocka_unit_test(every_default_is_within_its_limits),
	    cmocka_unit_test(
		no_key_of_a_project_is_called_like_one_of_the_syncer),
	    cmocka_unit_test(keys_of_all_sections_are_taken),
	    cmocka_unit_test(a_url_of_its_own_wins_over_the_base),
	    cmocka_unit_test(each_mistake_names_its_line_and_a_remedy),
	    cmocka_unit_test(a_key_in_the_file_is_refused_and_not_repeated),
	    cmocka_unit_test(a_line_longer_than_the_parser_takes_is_told),
	    cmocka_unit_test(a_nul_byte_is_told),
	    cmocka_unit_test(any_cut_of_a_file_is_taken_or_refused),
	    cmocka_unit_test(the_environment_wins_over_the_file),
	    cmocka_unit_test(one_project_is_meant_without_its_name),
	    cmocka_unit_test(a_variable_that_means_nothing_is_told),
	    cmocka_unit_test(keys_are_wiped_from_the_environment),
	    cmocka_unit_test(
		a_key_file_is_read_again_and_a_bad_one_changes_nothing),
	    cmocka_unit_test(a_project_without_a_key_is_told_what_to_do),
	    cmocka_unit_test(a_credential_of_systemd_is_found_by_name),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
