/*
 * Private attributes take part in evaluation and go nowhere: not into the
 * queue's files and not into what is shipped, by whatever call.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/image.h"
#include "reader/forkgate.h"
#include "syncer/store.h"
#include "syncer/tail.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

#define MARKER "MaRkEr-7c1e"

static char *dir;
static struct store *store;
static struct fg *fg;
static struct fg_user *user;

/* Decided by the private attribute: who meets it was really evaluated. */
static void
publish(void)
{
#define SPEC(name, entity, value)                                           \
	"\"" name "\":{\"type\":\"t\",\"salt\":\"s\",\"defaultValue\":"     \
	"{\"p\":\"no\"},\"enabled\":true,\"idType\":\"userID\",\"entity\":" \
	"\"" entity "\",\"rules\":[{\"name\":\"n\",\"id\":\"r\","           \
	"\"passPercentage\":100,\"returnValue\":" value ","                 \
	"\"idType\":\"userID\",\"conditions\":[\"c\"]}]}"
	struct fixture_doc doc = {.gates = SPEC("g", "feature_gate", "true"),
	    .configs = SPEC("c", "dynamic_config", "{\"p\":\"yes\"}") "," SPEC(
		"e", "experiment", "{\"p\":\"yes\"}"),
	    .layers = SPEC("l", "layer", "{\"p\":\"yes\"}"),
	    .conditions = "\"c\":{\"type\":\"user_field\",\"idType\":"
			  "\"userID\",\"operator\":\"any\",\"field\":"
			  "\"secret\",\"targetValue\":[\"marker-7c1e\"]}",
	    .more = ",\"param_stores\":{\"s\":{\"parameters\":{\"x\":{"
		    "\"ref_type\":\"gate\",\"param_type\":\"string\","
		    "\"gate_name\":\"g\",\"pass_value\":\"yes\","
		    "\"fail_value\":\"no\"}}}}"};
	uint64_t generation = store_next_generation(store, "default");
	char *json = fixture_text(&doc);
	size_t len;
	uint8_t *image = fixture_image(json, &len);

	image_seal(image, len, generation, 1700000001000, "Network");
	assert_int_equal(store_commit(store, "default", generation,
			     1700000000000, image, len),
	    FG_OK);
	free(image);
	free(json);
}

static int
set_up(void **state)
{
	struct fg_options o = FG_OPTIONS_INIT;
	char path[96];

	(void)state;
	dir = fixture_state_dir();
	snprintf(path, sizeof(path), "%s/quarantine", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(
	    store_open(dir, &(struct store_options){0}, &store), FG_OK);
	store_beat(store, UINT64_MAX);
	publish();
	o.state_dir = dir;
	assert_int_equal(fg_open(&o, &fg), FG_OK);
	assert_int_equal(fg_wait_ready(fg, 2000), FG_OK);
	assert_int_equal(fg_user_new(&user), FG_OK);
	fg_user_set_string(user, FG_USER_ID, "ann");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fg_user_free(user);
	fg_close(fg);
	store_close(store);
	fixture_remove_dir(dir);
	return 0;
}

/* Each call that logs or may log, in its ways; is it in a client's response? */
static bool
do_everything(void)
{
	struct fg_member meta = {.key = "k", .key_len = 1};
	struct fg_session *ses;
	struct fg_config config;
	struct fg_layer layer;
	struct fg_store of;
	struct fg_gate gate;
	const char *json;
	size_t len;
	bool found;

	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	for (unsigned flags = 0; flags <= FG_NO_EXPOSURE; flags++) {
		fg_get_gate(ses, user, "g", flags, &gate);
		assert_true(gate.value);
		fg_get_config(ses, user, "c", flags, &config);
		assert_string_equal(
		    fg_params_string(config.params, "p", ""), "yes");
		fg_get_experiment(ses, user, "e", flags, &config);
		fg_get_layer(ses, user, "l", flags, &layer);
		assert_string_equal(fg_layer_string(&layer, "p", ""), "yes");
		fg_get_store(ses, user, "s", flags, &of);
		assert_string_equal(fg_store_string(&of, "x", ""), "yes");
		fg_get_gate(ses, user, "unknown", flags, &gate);
	}
	assert_true(fg_check_gate(ses, user, "g"));
	fg_user_set_string(user, FG_USER_ID, "bob"); /* news again */
	fg_expose_gate(ses, user, "g");
	fg_expose_config(ses, user, "c");
	fg_expose_experiment(ses, user, "e");
	fg_expose_layer(ses, user, "l", "p");
	fg_override_gate(fg, "h", "bob", true);
	assert_true(fg_check_gate(ses, user, "h"));
	fg_identify(ses, user);
	fg_log_event(ses, user, "bought", NULL, &meta, 1);
	assert_int_equal(
	    fg_client_response(ses, user, NULL, &json, &len), FG_OK);
	found = memmem(json, len, MARKER, strlen(MARKER)) != NULL;
	fg_session_end(ses);
	return found;
}

/* How many files below path hold the marker; n_files counts them. */
static size_t
files_with_marker(const char *path, size_t *n_files)
{
	DIR *d = opendir(path);
	struct dirent *e;
	size_t found = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		char name[512];
		struct stat st;
		char *bytes;
		int fd;

		snprintf(name, sizeof(name), "%.200s/%.255s", path, e->d_name);
		if (stat(name, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		fd = open(name, O_RDONLY);
		bytes = malloc((size_t)st.st_size + 1);
		assert_true(fd >= 0 && bytes != NULL);
		assert_int_equal(
		    read(fd, bytes, (size_t)st.st_size), st.st_size);
		found += memmem(bytes, (size_t)st.st_size, MARKER,
			     strlen(MARKER)) != NULL;
		++*n_files;
		free(bytes);
		close(fd);
	}
	closedir(d);
	return found;
}

static enum fg_status
no_position(void *arg, const uint8_t id[SEGMENT_ID], uint64_t *pos)
{
	(void)arg;
	(void)id;
	(void)pos;
	return FG_ABSENT;
}

static enum fg_status
not_saved(void *arg, const struct tail_change *changes, size_t n)
{
	(void)arg;
	(void)changes;
	(void)n;
	return FG_OK;
}

/* How many of the batches on their way hold it; n_events counts events. */
static size_t
batches_with_marker(const char *queue, size_t *n_events)
{
	static const char *const projects[] = {"default"};
	struct tail_options o = {.positions = {no_position, not_saved, NULL},
	    .projects = projects,
	    .n_projects = 1};
	char quarantine[96];
	struct tail_batch *b;
	struct tail *t;
	size_t found = 0;

	snprintf(quarantine, sizeof(quarantine), "%s/quarantine", dir);
	assert_int_equal(tail_open(queue, quarantine, &o, &t), FG_OK);
	for (int round = 0; round < 40; round++) {
		enum fg_status st = tail_next(t, 1700000002000, &b);

		if (st == FG_ABSENT)
			tail_hurry(t);
		if (st != FG_OK)
			continue;
		found += memmem(b->events, b->events_len, MARKER,
			     strlen(MARKER)) != NULL;
		*n_events += b->n_events;
		assert_int_equal(tail_accept(t, b), FG_OK);
	}
	tail_close(t);
	return found;
}

static void
look(size_t *in_files, size_t *in_batches, size_t *n_events)
{
	size_t n_files = 0;
	char queue[96];

	snprintf(queue, sizeof(queue), "%s/queue", dir);
	*in_files = files_with_marker(queue, &n_files);
	assert_true(n_files > 0);
	fg_flush(fg, 0); /* seals: what was counted is shipped, too */
	*n_events = 0;
	*in_batches = batches_with_marker(queue, n_events);
}

static void
private_attributes_reach_neither_the_disk_nor_the_server(void **state)
{
	size_t in_files, in_batches, n_events;

	(void)state;
	fg_user_put_string(user, FG_PRIVATE, "secret", MARKER);
	fg_user_put_string(user, FG_PRIVATE, MARKER, "as a key");
	assert_false(do_everything());
	look(&in_files, &in_batches, &n_events);
	assert_true(n_events > 12);
	assert_int_equal(in_files, 0);
	assert_int_equal(in_batches, 0);
}

/* The same in a field that is not private is found, so the test can fail. */
static void
what_is_not_private_reaches_both(void **state)
{
	size_t in_files, in_batches, n_events;

	(void)state;
	fg_user_put_string(user, FG_CUSTOM, "secret", MARKER);
	assert_true(do_everything());
	look(&in_files, &in_batches, &n_events);
	assert_int_equal(in_files, 1);
	assert_int_equal(in_batches, 1);
}

#define PRIVATE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    PRIVATE_TEST(
		private_attributes_reach_neither_the_disk_nor_the_server),
	    PRIVATE_TEST(what_is_not_private_reaches_both),
	};

	return cmocka_run_group_tests_name("private", tests, NULL, NULL);
}
