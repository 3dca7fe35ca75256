/*
 * Overrides of a host: what a file may say, and what evaluation makes of it.
 */
#include "common/hostwide.h"

#include <stdio.h>
#include <stdlib.h>

#include "reader/eval.h"
#include "reader/override.h"
#include "reader/params.h"
#include "reader/store_param.h"
#include "syncer/compile_hostwide.h"
#include "tests/unit/formats.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

#define PUBLIC                                                    \
	"\"pub\":{\"type\":\"public\",\"idType\":\"userID\"},"    \
	"\"pass\":{\"type\":\"pass_gate\",\"idType\":\"userID\"," \
	"\"targetValue\":\"on\"}"

#define SPEC(entity, rules)                                                 \
	"{\"type\":\"t\",\"salt\":\"s\",\"defaultValue\":{},\"enabled\":"   \
	"true,\"idType\":\"userID\",\"isActive\":true,\"entity\":\"" entity \
	"\",\"version\":3,\"rules\":[" rules "]}"

#define RULE(id, condition, value, more)                                   \
	"{\"name\":\"n\",\"id\":\"" id "\",\"passPercentage\":100,"        \
	"\"returnValue\":" value ",\"idType\":\"userID\",\"conditions\":[" \
	"\"" condition "\"]" more "}"

static const struct fixture_doc doc = {
    .gates = "\"on\":" SPEC("feature_gate",
	RULE("r", "pub", "true", "")) ","
				      "\"nests\":" SPEC("feature_gate",
					  RULE("r", "pass", "true", "")),
    .configs = "\"c\":" SPEC("dynamic_config",
	RULE("r", "pub", "{\"a\":1}",
	    "")) ","
		 "\"e\":" SPEC("experiment",
		     RULE("t", "pub", "{\"p\":\"t\"}",
			 ",\"groupName\":\"Test\"") "," RULE("k", "pub",
			 "{\"p\":\"k\"}", ",\"groupName\":\"Control\"")),
    .layers = "\"l\":" SPEC("layer",
	RULE("r", "pub", "{\"p\":\"l\"}", ",\"configDelegate\":\"e\"")),
    .conditions = PUBLIC,
    .more = ",\"param_stores\":{\"s\":{\"parameters\":{\"x\":{\"ref_type\":"
	    "\"static\",\"param_type\":\"string\",\"value\":\"rules\"}}}}",
};

static struct hostwide_text
compiled(const char *text)
{
	struct hostwide_text value;
	struct hostwide_error err;

	if (compile_hostwide(text, strlen(text), &value, &err) != FG_OK)
		fail_msg("%s: %s", text, err.text);
	assert_int_equal(hostwide_check(value.bytes, value.len), FG_OK);
	return value;
}

/* A client of the document above, with these overrides, and a session. */
static struct fg *fg;
static struct fg_session *ses;
static struct fg_user *user;

static void
open_beside(const void *data, size_t len)
{
	struct snapshot_part part = {MANIFEST_OVERRIDES, 0, data, len};
	struct fg_options options = FG_OPTIONS_INIT;
	char *json = fixture_text(&doc);

	fg = fixture_open_beside(json, &options, &part, data != NULL);
	free(json);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	assert_int_equal(fg_user_new(&user), FG_OK);
	fg_user_set_string(user, FG_USER_ID, "u");
}

static void
open_with(const char *overrides)
{
	struct hostwide_text value = compiled(overrides);

	open_beside(value.bytes, value.len);
	free(value.bytes);
}

static void
close_all(void)
{
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
}

/* --- the text ------------------------------------------------------------- */

static void
what_is_wrong_is_told_with_its_place_and_a_remedy(void **state)
{
	static const char *const wrong[][2] = {
	    {"", "line 1: the text breaks off"},
	    {"[]", "line 1: is no object; write {\"overrides\": [ ... ]}"},
	    {"{}", "overrides: is missing; an empty list"},
	    {"{\"override\":[]}", "override: is not known here"},
	    {"{\"overrides\":{}}", "overrides: is no list"},
	    {"{\"overrides\":[],\"overrides\":[]}", "overrides: occurs twice"},
	    {"{\"overrides\":[]} x", "something follows"},
	    {"{\"overrides\":[\n1]}", "line 2: overrides[0]: expected an obj"},
	    {"{\"overrides\":[{\"value\":true}]}",
		"overrides[0]: names nothing; add a gate"},
	    {"{\"overrides\":[{\"gate\":\"a\"}]}",
		"overrides[0].value: is missing or null"},
	    {"{\"overrides\":[{\"gate\":\"a\",\"value\":null}]}",
		"overrides[0].value: is missing or null"},
	    {"{\"overrides\":[{\"gate\":\"a\",\"value\":\"true\"}]}",
		"overrides[0].value: is neither true nor false"},
	    {"{\"overrides\":[{\"gate\":\"a\",\"layer\":\"b\",\"value\":1}]}",
		"overrides[0].layer: is a second name"},
	    {"{\"overrides\":[{\"gate\":\"\",\"value\":true}]}",
		"overrides[0].gate: is empty"},
	    {"{\"overrides\":[{\"gate\":7,\"value\":true}]}",
		"overrides[0].gate: expected text"},
	    {"{\"overrides\":[{\"gate\":\"a\",\"id\":7,\"value\":true}]}",
		"overrides[0].id: is no text; put it in quotes"},
	    {"{\"overrides\":[{\"gate\":\"a\",\"id\":\"\",\"value\":true}]}",
		"overrides[0].id: is empty"},
	    {"{\"overrides\":[{\"gate\":\"a\",\"vaule\":true}]}",
		"overrides[0].vaule: is no field of an override"},
	    {"{\"overrides\":[{\"gate\":\"a\",\"value\":true},\n"
	     "{\"gate\":\"a\",\"value\":false}]}",
		"line 2: overrides[1]: is the second for that name and id"},
	    {"{\"overrides\":[{\"config\":\"a\",\"value\":[1]}]}",
		"overrides[0].value: is no object"},
	    {"{\"overrides\":[{\"config\":\"a\",\"value\":{\"x\":1e999}}]}",
		"overrides[0].value: the number is too great"},
	    {"{\"overrides\":[{\"layer\":\"a\",\"group\":\"x\"}]}",
		"overrides[0].group: goes with an experiment alone"},
	    {"{\"overrides\":[{\"experiment\":\"a\",\"group\":\"x\","
	     "\"value\":{}}]}",
		"overrides[0].group: stands beside a value"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct hostwide_text value;
		struct hostwide_error err;

		assert_int_equal(compile_hostwide(wrong[i][0],
				     strlen(wrong[i][0]), &value, &err),
		    FG_E_INVALID);
		assert_null(value.bytes);
		if (strstr(err.text, wrong[i][1]) == NULL)
			fail_msg("%s: %s", wrong[i][0], err.text);
	}
}

static void
a_text_that_is_too_long_or_says_too_much_is_refused(void **state)
{
	size_t cap = HOSTWIDE_MAX_FILE + 2, n = 0;
	char *text = malloc(cap);
	struct hostwide_text value;
	struct hostwide_error err;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', cap);
	assert_int_equal(
	    compile_hostwide(text, cap - 1, &value, &err), FG_E_SPACE);
	assert_non_null(strstr(err.text, "longer than 4194304 bytes"));
	n = (size_t)sprintf(text, "{\"overrides\":[0");
	for (int i = 0; i < HOSTWIDE_MAX; i++)
		n += (size_t)sprintf(text + n, ",0");
	n += (size_t)sprintf(text + n, "]}");
	assert_int_equal(compile_hostwide(text, n, &value, &err), FG_E_INVALID);
	assert_non_null(strstr(err.text, "are more than 50000"));
	free(text);
}

static void
a_compiled_text_is_as_the_document_tells(void **state)
{
	struct hostwide_text value =
	    compiled("{\"overrides\":[{\"gate\":\"g\",\"value\":false},"
		     "{\"gate\":\"g\",\"id\":\"a\",\"value\":true}]}");

	(void)state;
	formats_compare("overrides", value.bytes, value.len);
	free(value.bytes);
}

static void
a_refusal_goes_with_what_is_in_force_and_away_again(void **state)
{
	struct hostwide_text value =
	    compiled("{\"overrides\":[{\"gate\":\"g\",\"value\":true}]}");
	struct hostwide_text one, two, none;
	struct image_str s;
	struct image im;
	uint32_t record;

	(void)state;
	assert_int_equal(
	    compile_hostwide_note(value.bytes, value.len, "a", &one), FG_OK);
	assert_int_equal(
	    compile_hostwide_note(one.bytes, one.len, "bb", &two), FG_OK);
	/* The last one alone, however often. */
	assert_int_equal(one.len, two.len);
	assert_int_equal(hostwide_check(two.bytes, two.len), FG_OK);
	assert_int_equal(hostwide_open(two.bytes, two.len, &im), FG_OK);
	assert_true(image_str(&im, image_head32(&im, HOSTWIDE_H_REFUSED), &s));
	assert_int_equal(s.len, 2);
	assert_memory_equal(s.bytes, "bb", 2);
	assert_int_equal(
	    hostwide_name(&im, HOSTWIDE_GATE, "g", 1, hash64("g", 1), &record),
	    HOSTWIDE_FOUND);
	assert_int_equal(compile_hostwide_note(NULL, 0, "c", &none), FG_OK);
	assert_int_equal(hostwide_check(none.bytes, none.len), FG_OK);
	assert_int_equal(none.n, 0);
	free(value.bytes);
	free(one.bytes);
	free(two.bytes);
	free(none.bytes);
}

/* --- evaluation --------------------------------------------------------------- */

static void
every_kind_is_overridden_known_or_not(void **state)
{
	struct fg_config config;
	struct fg_layer layer;
	struct fg_gate gate;

	(void)state;
	open_with("{\"overrides\":["
		  "{\"gate\":\"on\",\"value\":false},"
		  "{\"gate\":\"nope\",\"value\":true},"
		  "{\"config\":\"c\",\"value\":{\"a\":2}},"
		  "{\"experiment\":\"e\",\"group\":\"Control\"},"
		  "{\"experiment\":\"nope\",\"group\":\"Control\"},"
		  "{\"layer\":\"other\",\"value\":{\"p\":\"host\"}}]}");
	assert_int_equal(fg_get_gate(ses, user, "on", 0, &gate), FG_OK);
	assert_false(gate.value);
	assert_string_equal(gate.rule_id, "override");
	assert_string_equal(gate.id_type, "");
	assert_string_equal(gate.details.reason, "LocalOverride:Recognized");
	assert_false(gate.details.has_version);
	assert_true(fg_check_gate(ses, NULL, "nope"));
	/* Nested it counts, and marks the whole. */
	assert_int_equal(fg_get_gate(ses, user, "nests", 0, &gate), FG_OK);
	assert_false(gate.value);
	assert_string_equal(gate.details.reason, "LocalOverride:Recognized");
	fg_get_config(ses, user, "c", 0, &config);
	assert_int_equal(fg_params_int(config.params, "a", 0), 2);
	/* An experiment is another kind, of the same names. */
	fg_get_experiment(ses, user, "c", 0, &config);
	assert_int_equal(fg_params_int(config.params, "a", 0), 1);
	fg_get_experiment(ses, user, "e", 0, &config);
	assert_string_equal(fg_params_string(config.params, "p", ""), "k");
	assert_null(config.group_name);
	fg_get_experiment(ses, user, "nope", 0, &config);
	assert_string_equal(fg_params_text(config.params, NULL), "{}");
	assert_string_equal(config.details.reason, "LocalOverride:Recognized");
	/* A delegate is an experiment. */
	fg_get_layer(ses, user, "l", 0, &layer);
	assert_string_equal(fg_layer_string(&layer, "p", ""), "k");
	fg_get_layer(ses, user, "other", 0, &layer);
	assert_string_equal(fg_layer_string(&layer, "p", ""), "host");
	close_all();
}

static void
an_id_comes_before_everyone_and_the_user_id_before_others(void **state)
{
	(void)state;
	open_with("{\"overrides\":["
		  "{\"gate\":\"on\",\"value\":false},"
		  "{\"gate\":\"on\",\"id\":\"u\",\"value\":true},"
		  "{\"gate\":\"x\",\"id\":\"k1\",\"value\":true},"
		  "{\"gate\":\"x\",\"id\":\"u\",\"value\":false},"
		  "{\"gate\":\"y\",\"id\":\"k1\",\"value\":true}]}");
	fg_user_put_string(user, FG_CUSTOM_IDS, "company", "k1");
	assert_true(fg_check_gate(ses, user, "on"));
	assert_false(fg_check_gate(ses, user, "x"));
	assert_true(fg_check_gate(ses, user, "y"));
	fg_user_set_string(user, FG_USER_ID, "v");
	assert_false(fg_check_gate(ses, user, "on"));
	assert_true(fg_check_gate(ses, user, "x"));
	fg_user_put_string(user, FG_CUSTOM_IDS, "company", "k2");
	assert_false(fg_check_gate(ses, user, "x"));
	close_all();
}

static void
the_host_has_the_last_word(void **state)
{
	struct fg_store store;

	(void)state;
	open_with("{\"overrides\":[{\"gate\":\"on\",\"value\":false},"
		  "{\"gate\":\"one\",\"id\":\"w\",\"value\":true},"
		  "{\"store\":\"s\",\"value\":{\"x\":\"host\"}}]}");
	fg_override_gate(fg, "on", NULL, true);
	fg_override_gate(fg, "on", "u", true);
	fg_override_gate(fg, "nests", NULL, true);
	fg_override_gate(fg, "one", NULL, true);
	fg_override_value(fg, FG_STORE, "s", "u", NULL, 0);
	assert_false(fg_check_gate(ses, user, "on"));
	/* Where the host says nothing, the process does. */
	assert_true(fg_check_gate(ses, user, "nests"));
	assert_true(fg_check_gate(ses, user, "one"));
	fg_get_store(ses, user, "s", 0, &store);
	assert_string_equal(fg_store_string(&store, "x", ""), "host");
	close_all();
}

static void
a_store_takes_values_and_whole_parameters(void **state)
{
	struct fg_store store;

	(void)state;
	open_with("{\"overrides\":[{\"gate\":\"off\",\"value\":false},"
		  "{\"store\":\"s\",\"value\":{\"n\":3,\"o\":{\"k\":[1]},"
		  "\"st\":{\"ref_type\":\"static\",\"param_type\":\"string\","
		  "\"value\":\"inner\"},"
		  "\"g\":{\"ref_type\":\"gate\",\"param_type\":\"string\","
		  "\"gate_name\":\"on\",\"pass_value\":\"P\",\"fail_value\":"
		  "\"F\"},"
		  "\"h\":{\"ref_type\":\"gate\",\"param_type\":\"string\","
		  "\"gate_name\":\"off\",\"pass_value\":\"P\",\"fail_value\":"
		  "\"F\"},"
		  "\"c\":{\"ref_type\":\"dynamic_config\",\"param_type\":"
		  "\"number\",\"config_name\":\"c\",\"param_name\":\"a\"},"
		  "\"e\":{\"ref_type\":\"experiment\",\"param_type\":"
		  "\"string\",\"experiment_name\":\"e\",\"param_name\":\"p\"},"
		  "\"l\":{\"ref_type\":\"layer\",\"param_type\":\"string\","
		  "\"layer_name\":\"l\",\"param_name\":\"p\"}}},"
		  "{\"store\":\"new\",\"value\":{}}]}");
	assert_int_equal(fg_get_store(ses, user, "s", 0, &store), FG_OK);
	assert_int_equal(fg_store_int(&store, "n", 0), 3);
	assert_non_null(fg_store_json(&store, "o", NULL, NULL));
	assert_string_equal(fg_store_string(&store, "st", ""), "inner");
	assert_string_equal(fg_store_string(&store, "g", ""), "P");
	assert_string_equal(fg_store_string(&store, "h", ""), "F");
	assert_int_equal(fg_store_int(&store, "c", 0), 1);
	assert_string_equal(fg_store_string(&store, "e", ""), "t");
	assert_string_equal(fg_store_string(&store, "l", ""), "t");
	/* It replaces the whole store. */
	assert_string_equal(fg_store_string(&store, "x", "none"), "none");
	fg_get_store(ses, user, "new", 0, &store);
	assert_string_equal(store.details.reason, "Network:Recognized");
	close_all();
}

/* {"ref_type": ref, ...}: the n fields of a parameter, as the caller has it. */
static struct fg_member
parameter(const char *key, const char *const (*fields)[2], size_t n,
    struct fg_member *members)
{
	struct fg_member m = {.key = key, .key_len = strlen(key)};

	for (size_t i = 0; i < n; i++) {
		members[i] = (struct fg_member){
		    .key = fields[i][0], .key_len = strlen(fields[i][0])};
		members[i].value.type = FG_STRING;
		members[i].value.u.string.bytes = fields[i][1];
		members[i].value.u.string.len = strlen(fields[i][1]);
	}
	m.value.type = FG_OBJECT;
	m.value.u.object.members = members;
	m.value.u.object.n = n;
	return m;
}

static void
a_programs_store_takes_whole_parameters_too(void **state)
{
	static const char *const gate[][2] = {{"ref_type", "gate"},
	    {"param_type", "string"}, {"gate_name", "on"}, {"pass_value", "P"},
	    {"fail_value", "F"}};
	static const char *const layer[][2] = {{"ref_type", "layer"},
	    {"param_type", "string"}, {"layer_name", "l"}, {"param_name", "p"}};
	static const char *const fixed[][2] = {{"ref_type", "static"},
	    {"param_type", "string"}, {"value", "inner"}};
	static const char *const lacks[][2] = {
	    {"ref_type", "gate"}, {"param_type", "string"}, {"x", "y"}};
	struct fg_member of[4][5], members[5];
	struct fg_store store;
	enum fg_type type;

	(void)state;
	open_beside(NULL, 0);
	members[0] = parameter("g", gate, 5, of[0]);
	members[1] = parameter("l", layer, 4, of[1]);
	members[2] = parameter("f", fixed, 3, of[2]);
	members[3] = parameter("o", lacks, 3, of[3]);
	members[4] = (struct fg_member){.key = "n", .key_len = 1};
	members[4].value.type = FG_INT;
	members[4].value.u.integer = 3;
	assert_int_equal(
	    fg_override_value(fg, FG_STORE, "s", NULL, members, 5), FG_OK);
	fg_get_store(ses, user, "s", 0, &store);
	assert_string_equal(fg_store_string(&store, "g", ""), "P");
	assert_string_equal(fg_store_string(&store, "l", ""), "t");
	assert_string_equal(fg_store_string(&store, "f", ""), "inner");
	assert_int_equal(fg_store_int(&store, "n", 0), 3);
	/* What lacks a field is a value like any other. */
	assert_non_null(fg_store_json(&store, "o", NULL, &type));
	assert_int_equal(type, FG_OBJECT);
	assert_string_equal(fg_store_string(&store, "x", "none"), "none");
	fg_override_gate(fg, "on", NULL, false);
	assert_string_equal(fg_store_string(&store, "g", ""), "F");
	fg_remove_override(fg, FG_STORE, "s", NULL);
	assert_string_equal(fg_store_string(&store, "x", "none"), "rules");
	close_all();
}

static void
a_clients_response_has_them_if_asked_for(void **state)
{
	struct fg_client_response_options opt = FG_CLIENT_RESPONSE_OPTIONS_INIT;
	const char *json;
	size_t len;

	(void)state;
	open_with("{\"overrides\":[{\"config\":\"c\",\"value\":{\"a\":77}}]}");
	opt.hash = FG_HASH_NONE;
	assert_int_equal(
	    fg_client_response(ses, user, &opt, &json, &len), FG_OK);
	assert_null(strstr(json, "{\"a\":77}"));
	opt.include_local_overrides = true;
	assert_int_equal(
	    fg_client_response(ses, user, &opt, &json, &len), FG_OK);
	assert_non_null(strstr(json, "{\"a\":77}"));
	close_all();
}

/* --- damage -------------------------------------------------------------------- */

static const char all_kinds[] =
    "{\"overrides\":[{\"gate\":\"on\",\"value\":false},"
    "{\"gate\":\"on\",\"id\":\"u\",\"value\":true},"
    "{\"config\":\"c\",\"value\":{\"a\":[1,\"x\"],\"b\":2.5}},"
    "{\"experiment\":\"e\",\"group\":\"Control\"},"
    "{\"layer\":\"l\",\"value\":{\"p\":\"q\"}},"
    "{\"store\":\"s\",\"value\":{\"x\":1,\"g\":{\"ref_type\":\"gate\","
    "\"param_type\":\"string\",\"gate_name\":\"on\",\"pass_value\":\"P\","
    "\"fail_value\":{\"f\":1}}}}]}";

static bool
always(void *arg)
{
	(void)arg;
	return true;
}

/* Asks for all of it; the value lies in a block of its very size. */
static void
ask_all(
    const uint8_t *image, size_t image_len, const uint8_t *bytes, size_t len)
{
	static const char *const names[] = {"on", "c", "e", "l"};
	static struct arena arena;
	static struct fg_user *who;
	struct user_defaults defaults = {0};
	struct image host;
	struct eval_input in = {
	    .defaults = &defaults, .arena = &arena, .is_alive = always};
	struct hostwide o;
	uint8_t *copy = malloc(len);

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	if (who == NULL) {
		assert_true(arena_init(&arena, 65536));
		assert_int_equal(fg_user_new(&who), FG_OK);
		fg_user_set_string(who, FG_USER_ID, "u");
	}
	in.user = who;
	assert_int_equal(image_open(image, image_len, &in.im), FG_OK);
	in.hostwide = &host;
	for (int i = 0; i < 4 && hostwide_open(copy, len, &host) == FG_OK;
	     i++) {
		static struct eval e;

		arena_reset(&arena);
		e.n_hops = 0;
		eval_run(
		    &e, &in, (enum eval_kind)i, names[i], strlen(names[i]));
		assert_true(e.end != EVAL_FAILED || e.fault == EVAL_DAMAGED);
		if (e.end == EVAL_RECOGNIZED)
			params_copy(&e, &arena);
	}
	if (hostwide_open(copy, len, &host) == FG_OK) {
		struct store_param p;

		for (uint32_t i = 0;
		     hostwide_nth(&host, i, &o) == HOSTWIDE_FOUND; i++)
			assert_true(i < len / HOSTWIDE_OVERRIDE);
		if (override_of_host(&host, HOSTWIDE_STORE, "s", 1,
			hash64("s", 1), who, &o) == HOSTWIDE_FOUND)
			store_param_copy(&host, o.at, "g", &arena, &p);
	}
	free(copy);
}

static void
any_byte_may_be_any_other_and_any_cut_is_refused_or_answered(void **state)
{
	struct hostwide_text value = compiled(all_kinds);
	char *json = fixture_text(&doc);
	size_t image_len;
	uint8_t *image = fixture_image(json, &image_len);
	struct image im;

	(void)state;
	for (size_t i = 0; i < value.len; i++) {
		static const uint8_t other[] = {0x01, 0x08, 0x80, 0xff};

		for (size_t k = 0; k < sizeof(other); k++) {
			value.bytes[i] ^= other[k];
			ask_all(image, image_len, value.bytes, value.len);
			assert_int_not_equal(
			    hostwide_check(value.bytes, value.len), FG_OK);
			value.bytes[i] ^= other[k];
		}
	}
	for (size_t cut = 8; cut < value.len; cut += 8) {
		uint64_t size = le64dec(value.bytes + HOSTWIDE_H_SIZE);

		assert_int_equal(
		    hostwide_open(value.bytes, cut, &im), FG_E_CORRUPT);
		le64enc(value.bytes + HOSTWIDE_H_SIZE, cut);
		ask_all(image, image_len, value.bytes, cut);
		le64enc(value.bytes + HOSTWIDE_H_SIZE, size);
	}
	assert_int_equal(hostwide_check(value.bytes, value.len), FG_OK);
	free(image);
	free(json);
	free(value.bytes);
}

static void
overrides_that_cannot_be_read_count_like_such_rules(void **state)
{
	struct hostwide_text value = compiled(all_kinds);
	struct fg_gate gate;
	struct fg_store store;

	(void)state;
	value.bytes[0] ^= 1;
	open_beside(value.bytes, value.len);
	fg_get_gate(ses, user, "nests", 0, &gate);
	assert_false(gate.value);
	assert_string_equal(gate.details.reason, "Error:RulesDamaged");
	close_all();
	value.bytes[0] ^= 1;
	le32enc(value.bytes + 8, HOSTWIDE_VERSION + 1);
	open_beside(value.bytes, value.len);
	fg_get_gate(ses, user, "nests", 0, &gate);
	assert_string_equal(gate.details.reason, "Error:RulesFromNewerSyncer");
	close_all();
	le32enc(value.bytes + 8, HOSTWIDE_VERSION);
	/* Single records: no answer of the rules takes their place. */
	for (uint32_t i = 0; i < 6; i++)
		le32enc(value.bytes + le32dec(value.bytes + HOSTWIDE_H_ALL) +
			i * HOSTWIDE_OVERRIDE + 4,
		    99);
	open_beside(value.bytes, value.len);
	fg_get_gate(ses, user, "nests", 0, &gate);
	assert_string_equal(gate.details.reason, "Error:RulesDamaged");
	fg_get_store(ses, user, "s", 0, &store);
	assert_string_equal(fg_store_string(&store, "x", "none"), "none");
	close_all();
	free(value.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_wrong_is_told_with_its_place_and_a_remedy),
	    cmocka_unit_test(
		a_text_that_is_too_long_or_says_too_much_is_refused),
	    cmocka_unit_test(a_compiled_text_is_as_the_document_tells),
	    cmocka_unit_test(
		a_refusal_goes_with_what_is_in_force_and_away_again),
	    cmocka_unit_test(every_kind_is_overridden_known_or_not),
	    cmocka_unit_test(
		an_id_comes_before_everyone_and_the_user_id_before_others),
	    cmocka_unit_test(the_host_has_the_last_word),
	    cmocka_unit_test(a_store_takes_values_and_whole_parameters),
	    cmocka_unit_test(a_programs_store_takes_whole_parameters_too),
	    cmocka_unit_test(a_clients_response_has_them_if_asked_for),
	    cmocka_unit_test(
		any_byte_may_be_any_other_and_any_cut_is_refused_or_answered),
	    cmocka_unit_test(
		overrides_that_cannot_be_read_count_like_such_rules),
	};

	return cmocka_run_group_tests_name("hostwide", tests, NULL, NULL);
}
