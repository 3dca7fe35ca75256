/*
 * Calls against a real state directory: generations that come and go under a
 * session, and the events that are left behind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/image.h"
#include "reader/forkgate.h"
#include "syncer/store.h"
#include "syncer/tail.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/sticky_fixture.h"
#include "tests/unit/test.h"

static char *dir;
static struct store *store;
static struct fg *fg;
static struct fg_user *user;

static int
set_up(void **state)
{
	struct store_options keep = {.keep_generations = 1, .keep_ms = 1};
	struct fg_options o = FG_OPTIONS_INIT;
	char path[96];

	(void)state;
	dir = fixture_state_dir();
	snprintf(path, sizeof(path), "%s/quarantine", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(store_open(dir, &keep, &store), FG_OK);
	store_beat(store, UINT64_MAX);
	o.state_dir = dir;
	assert_int_equal(fg_open(&o, &fg), FG_OK);
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

static uint64_t
publish_doc(const struct fixture_doc *doc)
{
	uint64_t generation = store_next_generation(store, "default");
	char *json = fixture_text(doc);
	uint8_t *image;
	size_t len;

	image = fixture_image(json, &len);
	image_seal(image, len, generation, 1700000001000, "Network");
	usleep(3000); /* so that the one before is older than keep_ms */
	assert_int_equal(store_commit(store, "default", generation,
			     1700000000000, image, len),
	    FG_OK);
	free(image);
	free(json);
	return generation;
}

/* Publishes rules whose gate g is decided by the rule of this name. */
static uint64_t
publish(const char *rule, const char *value)
{
	static const char format[] =
	    "\"g\":{\"type\":\"t\",\"salt\":\"s\",\"defaultValue\":false,"
	    "\"enabled\":true,\"idType\":\"userID\",\"entity\":"
	    "\"feature_gate\",\"rules\":[{\"name\":\"n\",\"id\":\"%s\","
	    "\"passPercentage\":100,\"returnValue\":%s,\"idType\":"
	    "\"userID\",\"conditions\":[\"re\"]}]}";
	struct fixture_doc doc = {
	    .conditions =
		"\"re\":{\"type\":\"unit_id\",\"idType\":\"userID\","
		"\"operator\":\"str_matches\",\"targetValue\":\"^a.n\"}",
	    .layers = "\"l\":{\"type\":\"t\",\"salt\":\"s\","
		      "\"defaultValue\":{\"p\":\"x\",\"q\":1},\"enabled\":"
		      "true,\"idType\":\"userID\",\"entity\":\"layer\","
		      "\"rules\":[]}",
	    .more = ",\"default_environment\":\"dev\""};
	char gates[512];

	snprintf(gates, sizeof(gates), format, rule, value);
	doc.gates = gates;
	return publish_doc(&doc);
}

/* Positions, as a syncer keeps them. */
static struct tail_change known[64];
static size_t n_known;

static enum fg_status
position(void *arg, const uint8_t id[SEGMENT_ID], uint64_t *pos)
{
	(void)arg;
	for (size_t i = 0; i < n_known; i++) {
		if (memcmp(known[i].id, id, SEGMENT_ID) != 0)
			continue;
		*pos = known[i].pos;
		return FG_OK;
	}
	return FG_ABSENT;
}

static enum fg_status
save(void *arg, const struct tail_change *changes, size_t n)
{
	(void)arg;
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < n_known &&
		    memcmp(known[k].id, changes[i].id, SEGMENT_ID) != 0)
			k++;
		assert_true(k < 64);
		known[k] = changes[i];
		n_known += k == n_known;
	}
	return FG_OK;
}

/* All that the workers have logged, as JSON; malloc'd. */
static char *
events(size_t *n)
{
	static const char *const projects[] = {"default"};
	struct tail_options o = {.positions = {position, save, NULL},
	    .projects = projects,
	    .n_projects = 1};
	char queue[96], quarantine[96], *text = calloc(1, 1 << 20);
	struct tail_batch *batch;
	struct tail *tail;

	snprintf(queue, sizeof(queue), "%s/queue", dir);
	snprintf(quarantine, sizeof(quarantine), "%s/quarantine", dir);
	assert_non_null(text);
	assert_int_equal(tail_open(queue, quarantine, &o, &tail), FG_OK);
	*n = n_known = 0;
	for (int round = 0; round < 40; round++) {
		enum fg_status st = tail_next(tail, 1700000002000, &batch);

		if (st == FG_ABSENT)
			tail_hurry(tail);
		if (st != FG_OK)
			continue;
		strncat(text, batch->events, batch->events_len);
		*n += batch->n_events;
		assert_int_equal(tail_accept(tail, batch), FG_OK);
	}
	tail_close(tail);
	return text;
}

static void
before_there_are_rules_checks_answer_no_values(void **state)
{
	struct fg_session *ses;
	struct fg_gate g;

	(void)state;
	assert_int_equal(fg_wait_ready(fg, 0), FG_E_TIMEOUT);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	fg_get_gate(ses, user, "g", 0, &g);
	assert_false(g.value);
	assert_string_equal(g.details.reason, "NoValues");
	assert_int_equal(g.details.generation, 0);
	/* An override is an answer all the same. */
	fg_override_gate(fg, "g", NULL, true);
	fg_get_gate(ses, user, "g", 0, &g);
	assert_true(g.value);
	assert_string_equal(g.details.reason, "LocalOverride:Recognized");
	fg_clear_overrides(fg);
	publish("first", "true");
	assert_false(fg_check_gate(ses, user, "g"));
	assert_true(fg_session_refresh(ses));
	assert_true(fg_check_gate(ses, user, "g"));
	fg_session_end(ses);
}

static void
a_session_stays_with_its_generation_while_that_is_kept(void **state)
{
	struct fg_session *ses, *late;
	uint64_t first = publish("first", "true");
	struct fg_gate g;

	(void)state;
	assert_int_equal(fg_wait_ready(fg, 2000), FG_OK);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	fg_get_gate(ses, user, "g", 0, &g);
	assert_string_equal(g.rule_id, "first");
	assert_int_equal(g.details.generation, first);
	assert_false(g.details.moved);
	fg_session_end(ses);

	assert_int_equal(fg_session_begin(fg, &late), FG_OK);
	publish("second", "true");
	publish("third", "true");
	/* The session's own generation is gone now: it moves and says so. */
	fg_get_gate(late, user, "g", 0, &g);
	assert_string_equal(g.rule_id, "third");
	assert_true(g.details.moved);
	assert_true(g.details.generation > first + 1);
	fg_session_end(late);
}

/* A session that moves again and again keeps the texts it has handed out. */
static void
a_session_may_move_many_times(void **state)
{
	struct fg_session *ses;
	struct fg_gate first, g;

	(void)state;
	publish("r0", "true");
	assert_int_equal(fg_wait_ready(fg, 2000), FG_OK);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	fg_get_gate(ses, user, "g", 0, &first);
	for (int i = 1; i < 20; i++) {
		char rule[8];

		snprintf(rule, sizeof(rule), "r%d", i);
		publish(rule, "true");
		publish(rule, "true");
		assert_true(fg_check_gate(ses, user, "g"));
		fg_get_gate(ses, user, "g", 0, &g);
		assert_string_equal(g.rule_id, rule);
		assert_string_equal(g.details.reason, "Network:Recognized");
	}
	assert_string_equal(first.rule_id, "r0");
	assert_string_equal(first.details.reason, "Network:Recognized");
	fg_session_end(ses);
}

/*
 * Sessions are kept for the next one, with what they had pinned: that counts
 * only as long as it is the newest, and what a session moved to does not last.
 */
static void
a_session_begins_with_the_newest_rules_each_time(void **state)
{
	struct fg_session *ses;
	struct fg_gate g;

	(void)state;
	publish("r0", "true");
	assert_int_equal(fg_wait_ready(fg, 2000), FG_OK);
	for (int i = 0; i < 40; i++) {
		char rule[8];

		snprintf(rule, sizeof(rule), "r%d", i / 4);
		if (i % 4 == 0 && i > 0)
			publish(rule, "true");
		assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
		fg_get_gate(ses, user, "g", 0, &g);
		assert_string_equal(g.rule_id, rule);
		assert_string_equal(g.details.reason, "Network:Recognized");
		assert_int_equal(g.details.lcut, 1700000000000);
		assert_false(g.details.moved);
		assert_false(fg_session_refresh(ses));
		if (i % 8 == 7) {
			publish("x", "true");
			publish(rule, "true");
			fg_get_gate(ses, user, "g", 0, &g);
			assert_true(g.details.moved);
			publish(rule, "true");
			assert_true(fg_session_refresh(ses));
			fg_get_gate(ses, user, "g", 0, &g);
			assert_false(g.details.moved);
		}
		assert_string_equal(g.rule_id, rule);
		fg_session_end(ses);
	}
}

/*
 * The evaluation that a dead generation gave must not be logged, and not be
 * remembered as logged: the one that counts is.
 */
static void
a_doomed_evaluation_leaves_nothing(void **state)
{
	struct fg_session *ses;
	struct fg_info info = {.size = sizeof(info)};
	char *text;
	size_t n;

	(void)state;
	publish("doomed", "true");
	assert_int_equal(fg_wait_ready(fg, 2000), FG_OK);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	publish("living", "false");
	publish("living", "false");
	assert_false(fg_check_gate(ses, user, "g"));
	fg_session_end(ses);
	text = events(&n);
	assert_int_equal(n, 1);
	assert_null(strstr(text, "doomed"));
	assert_non_null(strstr(text, "\"ruleID\":\"living\""));
	free(text);
	assert_int_equal(fg_get_info(fg, &info), FG_OK);
	assert_int_equal(info.n_evaluations, 1);
	assert_int_equal(info.n_exposures, 1);
	assert_int_equal(info.n_deduplicated, 0);
}

static unsigned
count(const char *text, const char *part)
{
	unsigned n = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		n++;
	return n;
}

static void
ask_many(struct fg_session *ses, const char *prefix, int n, bool expected)
{
	char id[32];

	for (int i = 0; i < n; i++) {
		snprintf(id, sizeof(id), "%s%d", prefix, i);
		fg_user_set_string(user, FG_USER_ID, id);
		assert_int_equal(fg_check_gate(ses, user, "g"), expected);
	}
}

/*
 * All users but the first few of a segment are told in short, and the first
 * after it was sealed is thought to be, until it turns out that it is not.
 */
static void
what_is_told_in_short_arrives_in_full(void **state)
{
	struct fg_session *ses;
	struct fg_info info = {.size = sizeof(info)};
	char *text;
	size_t n;

	(void)state;
	publish("r", "true");
	assert_int_equal(fg_wait_ready(fg, 2000), FG_OK);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	ask_many(ses, "ann-a", 10, true);
	ask_many(ses, "bob-a", 10, false);
	assert_int_equal(fg_flush(fg, 0), FG_OK);
	ask_many(ses, "ann-b", 10, true);
	ask_many(ses, "bob-b", 10, false);
	assert_int_equal(fg_expose_gate(ses, user, "g"), FG_OK);
	/* The same rule of other rules says something else. */
	publish("r", "false");
	assert_true(fg_session_refresh(ses));
	ask_many(ses, "ann-c", 10, false);
	fg_session_end(ses);
	text = events(&n);
	assert_int_equal(n, 50);
	assert_int_equal(count(text, "\"ruleID\":\"r\""), 30);
	assert_int_equal(count(text, "\"ruleID\":\"default\""), 20);
	assert_int_equal(count(text, "\"gateValue\":\"true\""), 20);
	assert_int_equal(count(text, "\"userID\":\"ann-"), 30);
	assert_int_equal(count(text, "\"userID\":\"bob-b7\""), 1);
	assert_int_equal(count(text, "Network:Recognized"), 50);
	free(text);
	assert_int_equal(fg_get_info(fg, &info), FG_OK);
	assert_int_equal(info.n_evaluations, 51);
	assert_int_equal(info.n_exposures, 50);
	assert_int_equal(info.n_deduplicated, 1);
}

/* A full queue drops it; when there is room again, it is news. */
static void
an_exposure_that_was_dropped_does_not_count_as_logged(void **state)
{
	struct fg_session *ses;
	struct fg_info info = {.size = sizeof(info)};
	size_t n;

	(void)state;
	publish("r", "true");
	assert_int_equal(fg_wait_ready(fg, 2000), FG_OK);
	store_beat(store, 0);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	assert_true(fg_check_gate(ses, user, "g"));
	assert_int_equal(fg_get_info(fg, &info), FG_OK);
	assert_int_equal(info.n_dropped, 1);
	assert_int_equal(info.n_exposures, 0);
	store_beat(store, UINT64_MAX);
	/* The queue looks for room now and then. */
	for (int i = 0; i < 10000 && info.n_exposures == 0; i++) {
		usleep(1000);
		assert_true(fg_check_gate(ses, user, "g"));
		assert_int_equal(fg_get_info(fg, &info), FG_OK);
	}
	assert_true(fg_check_gate(ses, user, "g"));
	fg_session_end(ses);
	free(events(&n));
	assert_int_equal(n, 1);
	assert_int_equal(fg_get_info(fg, &info), FG_OK);
	assert_int_equal(info.n_exposures, 1);
	assert_int_equal(info.n_deduplicated, 1);
}

static void
an_exposure_is_logged_once_in_its_time(void **state)
{
	struct fg_session *ses;
	struct fg_info info = {.size = sizeof(info)};
	char *text;
	size_t n;

	(void)state;
	publish("r", "true");
	assert_int_equal(fg_wait_ready(fg, 2000), FG_OK);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	for (int i = 0; i < 10; i++)
		assert_true(fg_check_gate(ses, user, "g"));
	fg_user_set_string(user, FG_USER_ID, "anna");
	assert_true(fg_check_gate(ses, user, "g"));
	fg_session_end(ses);
	text = events(&n);
	assert_int_equal(n, 2);
	assert_non_null(
	    strstr(text, "\"eventName\":\"statsig::gate_exposure\""));
	assert_non_null(strstr(text, "\"gateValue\":\"true\""));
	assert_non_null(strstr(text, "\"lcut\":\"1700000000000\""));
	assert_non_null(strstr(text, "\"receivedAt\":\"1700000001000\""));
	assert_non_null(strstr(text, "\"reason\":\"Network:Recognized\""));
	assert_non_null(
	    strstr(text, "\"statsigEnvironment\":{\"tier\":\"dev\"}"));
	free(text);
	assert_int_equal(fg_get_info(fg, &info), FG_OK);
	assert_int_equal(info.n_evaluations, 11);
	assert_int_equal(info.n_exposures, 2);
	assert_int_equal(info.n_deduplicated, 9);
}

static void
a_layer_logs_the_parameters_that_are_read(void **state)
{
	struct fg_session *ses;
	struct fg_layer layer;
	char *text;
	size_t n;

	(void)state;
	publish("r", "true");
	assert_int_equal(fg_wait_ready(fg, 2000), FG_OK);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	assert_int_equal(fg_get_layer(ses, user, "l", 0, &layer), FG_OK);
	free(events(&n));
	assert_int_equal(n, 0);
	/* The user may change before a parameter is read. */
	fg_user_reset(user);
	assert_string_equal(fg_layer_string(&layer, "p", "no"), "x");
	assert_string_equal(fg_layer_string(&layer, "p", "no"), "x");
	assert_string_equal(fg_layer_string(&layer, "q", "no"), "no");
	assert_int_equal(fg_layer_int(&layer, "none", 5), 5);
	fg_session_end(ses);
	text = events(&n);
	assert_int_equal(n, 1);
	assert_non_null(strstr(text, "statsig::layer_exposure"));
	assert_non_null(strstr(text, "\"parameterName\":\"p\""));
	assert_non_null(strstr(text, "\"isExplicitParameter\":\"false\""));
	assert_non_null(strstr(text, "\"userID\":\"ann\""));
	free(text);
}

/* Version 3 of an experiment, and a layer that goes to it. */
static const struct fixture_doc with_experiment = {
    .configs =
	"\"exp\":{\"type\":\"dynamic_config\",\"salt\":\"s\","
	"\"defaultValue\":{},\"enabled\":true,\"idType\":\"userID\","
	"\"entity\":\"experiment\",\"isActive\":true,\"version\":3,"
	"\"explicitParameters\":[\"color\"],\"rules\":[{\"name\":\"new\","
	"\"id\":\"new\",\"passPercentage\":100,\"idType\":\"userID\","
	"\"returnValue\":{\"color\":\"blue\"},\"conditions\":[\"all\"],"
	"\"groupName\":\"new\",\"isExperimentGroup\":true}]}",
    .layers = "\"page\":{\"type\":\"dynamic_config\",\"salt\":\"s\","
	      "\"defaultValue\":{},\"enabled\":true,\"idType\":\"userID\","
	      "\"entity\":\"layer\",\"rules\":[{\"name\":\"to\",\"id\":\"to\","
	      "\"passPercentage\":100,\"idType\":\"userID\",\"returnValue\":{},"
	      "\"conditions\":[\"all\"],\"configDelegate\":\"exp\"}]}",
    .conditions = "\"all\":{\"type\":\"public\",\"idType\":\"userID\"}"};

/* What a user got from version 2, at an earlier time of the rules. */
#define STORED(delegate)                                                       \
	"{\"value\":true,\"json_value\":{\"color\":\"red\"},"                  \
	"\"rule_id\":\"old\",\"group_name\":\"old\",\"secondary_exposures\":"  \
	"[{\"gate\":\"asked\",\"gateValue\":\"true\",\"ruleID\":\"then\"}],"   \
	"\"undelegated_secondary_exposures\":[],\"config_delegate\":" delegate \
	",\"explicit_parameters\":[\"color\"],\"time\":1600000000000,"         \
	"\"config_version\":2}"

/* That there is one event of this name, and what it says of the rules. */
static void
assert_tells_what_was_stored(const char *events, const char *name)
{
	const char *event = strstr(events, name), *end;
	char one[1000];

	assert_non_null(event);
	end = strstr(event, "\"eventName\"");
	snprintf(one, sizeof(one), "%.*s",
	    end != NULL ? (int)(end - event) : (int)sizeof(one), event);
	assert_null(strstr(event + 1, name));
	assert_non_null(strstr(one, "\"ruleID\":\"old\""));
	assert_non_null(strstr(one, "\"reason\":\"Persisted\""));
	assert_non_null(strstr(one, "\"lcut\":\"1600000000000\""));
	assert_non_null(strstr(one, "\"configVersion\":\"2\""));
	assert_non_null(strstr(one, "\"receivedAt\":\""));
	assert_non_null(strstr(one, "\"userID\":\"ann\""));
	assert_non_null(strstr(one,
	    "\"secondaryExposures\":[{\"gate\":\"asked\","
	    "\"gateValue\":\"true\",\"ruleID\":\"then\"}]"));
}

static void
sticky_values_are_logged_as_they_were_stored(void **state)
{
	struct fg_sticky *sticky = sticky_fixture_text(
	    "{\"exp\":" STORED("null") ",\"page\":" STORED("\"exp\"") "}");
	struct fg_options o = FG_OPTIONS_INIT;
	struct sticky_fixture storage;
	struct fg_session *ses;
	struct fg_config c;
	struct fg_layer l;
	struct fg *own;
	char *text;
	size_t n;

	(void)state;
	publish_doc(&with_experiment);
	sticky_fixture_begin(&storage);
	o.state_dir = dir;
	o.sticky = &storage.storage;
	assert_int_equal(fg_open(&o, &own), FG_OK);
	assert_int_equal(fg_session_begin(own, &ses), FG_OK);
	for (int i = 0; i < 2; i++) {
		fg_get_experiment_sticky(ses, user, "exp", 0, sticky, &c);
		assert_string_equal(
		    fg_params_string(c.params, "color", "?"), "red");
		fg_get_layer_sticky(ses, user, "page", 0, sticky, &l);
		assert_string_equal(fg_layer_string(&l, "color", "?"), "red");
	}
	fg_session_end(ses);
	fg_close(own);
	text = events(&n);
	assert_int_equal(n, 2);
	assert_tells_what_was_stored(text, "statsig::config_exposure");
	assert_non_null(strstr(text, "\"config\":\"exp\""));
	assert_non_null(strstr(text, "\"rulePassed\":\"true\""));
	assert_tells_what_was_stored(text, "statsig::layer_exposure");
	assert_non_null(strstr(text, "\"config\":\"page\""));
	assert_non_null(strstr(text, "\"parameterName\":\"color\""));
	assert_non_null(strstr(text, "\"isExplicitParameter\":\"true\""));
	assert_non_null(strstr(text, "\"allocatedExperiment\":\"exp\""));
	free(text);
	sticky_fixture_end(&storage);
	sticky_fixture_free(sticky);
}

static void
a_user_is_identified_by_an_event_of_his(void **state)
{
	struct fg_session *ses;
	char *text;
	size_t n;

	(void)state;
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	assert_int_equal(fg_identify(ses, user), FG_OK);
	assert_int_equal(fg_identify(ses, NULL), FG_OK);
	fg_session_end(ses);
	text = events(&n);
	assert_int_equal(n, 2);
	assert_non_null(strstr(text,
	    "{\"eventName\":\"statsig::identify\",\"value\":null,"
	    "\"metadata\":null,\"statsigMetadata\":null,"
	    "\"user\":{\"userID\":\"ann\"},"));
	free(text);
}

static void
custom_events_are_never_dropped_as_repeats(void **state)
{
	struct fg_session *ses;
	struct fg_value value = {.type = FG_DOUBLE};
	struct fg_member metadata[1] = {{.key = "sku", .key_len = 3}};
	char *text;
	size_t n;

	(void)state;
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	value.u.number = 9.5;
	metadata[0].value = (struct fg_value){.type = FG_STRING};
	metadata[0].value.u.string.bytes = "a\"b";
	metadata[0].value.u.string.len = 3;
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    fg_log_event(ses, user, "buy", &value, metadata, 1), FG_OK);
	value.type = FG_BOOL;
	assert_int_equal(
	    fg_log_event(ses, user, "buy", &value, NULL, 0), FG_E_INVALID);
	value.type = FG_DOUBLE;
	value.u.number = 0.0 / 0.0;
	assert_int_equal(
	    fg_log_event(ses, user, "buy", &value, NULL, 0), FG_E_INVALID);
	fg_session_end(ses);
	text = events(&n);
	assert_int_equal(n, 3);
	assert_non_null(strstr(text, "\"eventName\":\"buy\""));
	assert_non_null(strstr(text, "\"value\":9.5"));
	assert_non_null(strstr(text, "\"metadata\":{\"sku\":\"a\\\"b\"}"));
	free(text);
}

/* The syncer makes the folder; a worker may have been there first. */
static void
a_queue_that_comes_later_is_found(void **state)
{
	struct fg_options o = FG_OPTIONS_INIT;
	struct fg_session *ses;
	struct fg *early;
	char path[96];
	size_t n;

	(void)state;
	snprintf(path, sizeof(path), "%s/queue", dir);
	assert_int_equal(rmdir(path), 0);
	o.state_dir = dir;
	assert_int_equal(fg_open(&o, &early), FG_OK);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(fg_session_begin(early, &ses), FG_OK);
	assert_int_equal(
	    fg_log_event(ses, user, "first", NULL, NULL, 0), FG_OK);
	fg_session_end(ses);
	fg_close(early);
	free(events(&n));
	assert_int_equal(n, 1);
}

/* One with other settings, which could not open anything itself. */
static void
a_client_shares_what_its_base_has_open(void **state)
{
	struct fg_options o = FG_OPTIONS_INIT;
	struct fg *base, *beside, *silent;
	struct fg_session *ses;
	char *text;
	size_t n;

	(void)state;
	publish("r", "true");
	o.state_dir = dir;
	assert_int_equal(fg_open(&o, &base), FG_OK);
	o.state_dir = "/nowhere";
	o.base = base;
	o.environment = "staging";
	assert_int_equal(fg_open(&o, &beside), FG_OK);
	o.base = beside;
	o.disable_logging = true;
	assert_int_equal(fg_open(&o, &silent), FG_OK);
	fg_close(base);

	assert_int_equal(fg_session_begin(silent, &ses), FG_OK);
	assert_true(fg_check_gate(ses, user, "g"));
	fg_log_event(ses, user, "unheard", NULL, NULL, 0);
	fg_session_end(ses);
	fg_close(silent);

	publish("r", "false");
	assert_int_equal(fg_session_begin(beside, &ses), FG_OK);
	assert_false(fg_check_gate(ses, user, "g"));
	assert_int_equal(
	    fg_log_event(ses, user, "heard", NULL, NULL, 0), FG_OK);
	fg_session_end(ses);
	fg_close(beside);

	text = events(&n);
	assert_int_equal(n, 2); /* with the exposure */
	assert_null(strstr(text, "unheard"));
	assert_non_null(strstr(text, "heard"));
	assert_non_null(strstr(text, "\"tier\":\"staging\""));
	free(text);
}

static void
a_client_works_in_every_child(void **state)
{
	char *text;
	size_t n;

	(void)state;
	publish("r", "true");
	assert_int_equal(fg_wait_ready(fg, 2000), FG_OK);
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			struct fg_session *ses;
			bool ok;

			if (fg_session_begin(fg, &ses) != FG_OK)
				_exit(2);
			ok = fg_check_gate(ses, user, "g");
			_exit(ok ? 0 : 1);
		}
		int status = -1;

		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	text = events(&n);
	assert_int_equal(n, 3);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(before_there_are_rules_checks_answer_no_values),
	    TEST(a_session_stays_with_its_generation_while_that_is_kept),
	    TEST(a_session_may_move_many_times),
	    TEST(a_session_begins_with_the_newest_rules_each_time),
	    TEST(a_doomed_evaluation_leaves_nothing),
	    TEST(what_is_told_in_short_arrives_in_full),
	    TEST(an_exposure_that_was_dropped_does_not_count_as_logged),
	    TEST(an_exposure_is_logged_once_in_its_time),
	    TEST(a_layer_logs_the_parameters_that_are_read),
	    TEST(a_user_is_identified_by_an_event_of_his),
	    TEST(sticky_values_are_logged_as_they_were_stored),
	    TEST(custom_events_are_never_dropped_as_repeats),
	    TEST(a_queue_that_comes_later_is_found),
	    TEST(a_client_shares_what_its_base_has_open),
	    TEST(a_client_works_in_every_child),
	};

	return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
