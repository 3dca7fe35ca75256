/*
 * Images that do not hold together: whatever a byte becomes, an evaluation
 * ends, stays within the image and gives some answer.  The image lies in a
 * block of its very size, so that the address sanitizer sees one byte over.
 */
#include <stdio.h>
#include <stdlib.h>

#include "reader/eval.h"
#include "reader/params.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

static const char json[] =
    "{\"has_updates\":true,\"time\":5,\"app_id\":[\"a\",1],"
    "\"default_environment\":\"dev\",\"experiment_to_layer\":{},"
    "\"feature_gates\":{\"g\":{\"type\":\"t\",\"salt\":\"s\","
    "\"defaultValue\":false,\"enabled\":true,\"idType\":\"userID\","
    "\"entity\":\"feature_gate\",\"version\":1,\"rules\":["
    "{\"name\":\"n\",\"id\":\"r1\",\"passPercentage\":100,\"returnValue\":true,"
    "\"idType\":\"userID\",\"conditions\":[\"num\",\"ver\",\"any\",\"part\","
    "\"re\",\"time\",\"eqa\",\"eqo\",\"arr\",\"list\",\"env\",\"bucket\","
    "\"unit\",\"now\",\"ip\",\"ua\",\"app\",\"group\",\"nest\"]},"
    "{\"name\":\"n\",\"id\":\"r2\",\"salt\":\"a-salt-of-some-length-so-that-a-"
    "whole-block-is-hashed-before\",\"passPercentage\":50,\"returnValue\":true,"
    "\"idType\":\"companyID\",\"conditions\":[\"pub\"]}]},"
    "\"h\":{\"type\":\"t\",\"salt\":\"s\",\"defaultValue\":false,"
    "\"enabled\":true,\"idType\":\"userID\",\"entity\":\"holdout\",\"rules\":"
    "[{\"name\":\"n\",\"id\":\"r3\",\"passPercentage\":30.5,\"returnValue\":"
    "true,\"idType\":\"userID\",\"conditions\":[\"pub\"]}]}},"
    "\"dynamic_configs\":{\"e\":{\"type\":\"t\",\"salt\":\"s\","
    "\"defaultValue\":{\"x\":1},\"enabled\":true,\"idType\":\"userID\","
    "\"entity\":\"experiment\",\"isActive\":true,\"explicitParameters\":"
    "[\"x\"],\"rules\":[{\"name\":\"n\",\"id\":\"r4\",\"groupName\":\"G\","
    "\"passPercentage\":100,\"returnValue\":{\"x\":{\"y\":[1,2.5,\"z\"]},"
    "\"w\":\"\\u00e9\"},\"idType\":\"userID\",\"conditions\":[\"nest\"]}]}},"
    "\"layer_configs\":{\"l\":{\"type\":\"t\",\"salt\":\"s\","
    "\"defaultValue\":{\"x\":0,\"q\":[true]},\"enabled\":true,\"idType\":"
    "\"userID\",\"entity\":\"layer\",\"useNewLayerEval\":true,\"rules\":["
    "{\"name\":\"n\",\"id\":\"r5\",\"passPercentage\":100,\"returnValue\":{},"
    "\"idType\":\"userID\",\"configDelegate\":\"e\",\"conditions\":[\"pub\"]}"
    "]}},\"condition_map\":{"
    "\"pub\":{\"type\":\"public\",\"idType\":\"userID\"},"
    "\"num\":{\"type\":\"user_field\",\"idType\":\"userID\",\"field\":\"lvl\","
    "\"operator\":\"gte\",\"targetValue\":3},"
    "\"ver\":{\"type\":\"user_field\",\"idType\":\"userID\",\"field\":"
    "\"appVersion\",\"operator\":\"version_gt\",\"targetValue\":\"1.2.3\"},"
    "\"any\":{\"type\":\"user_field\",\"idType\":\"userID\",\"field\":"
    "\"country\",\"operator\":\"any\",\"targetValue\":[\"DE\",\"us\",\"fr\"]},"
    "\"part\":{\"type\":\"user_field\",\"idType\":\"userID\",\"field\":"
    "\"email\",\"operator\":\"str_contains_any\",\"targetValue\":[\"@\"]},"
    "\"re\":{\"type\":\"user_field\",\"idType\":\"userID\",\"field\":"
    "\"email\",\"operator\":\"str_matches\",\"targetValue\":\"a.b\"},"
    "\"time\":{\"type\":\"user_field\",\"idType\":\"userID\",\"field\":"
    "\"lvl\",\"operator\":\"before\",\"targetValue\":\"2030-01-01T00:00:00Z\"},"
    "\"eqa\":{\"type\":\"user_field\",\"idType\":\"userID\",\"field\":\"tags\","
    "\"operator\":\"eq\",\"targetValue\":[\"a\",\"b\"]},"
    "\"eqo\":{\"type\":\"user_field\",\"idType\":\"userID\",\"field\":\"obj\","
    "\"operator\":\"eq\",\"targetValue\":{\"k\":\"v\"}},"
    "\"arr\":{\"type\":\"user_field\",\"idType\":\"userID\",\"field\":\"tags\","
    "\"operator\":\"array_contains_all\",\"targetValue\":[\"a\",\"b\"]},"
    "\"list\":{\"type\":\"unit_id\",\"idType\":\"userID\",\"operator\":"
    "\"not_in_segment_list\",\"targetValue\":\"l\"},"
    "\"env\":{\"type\":\"environment_field\",\"idType\":\"userID\",\"field\":"
    "\"tier\",\"operator\":\"any\",\"targetValue\":[\"dev\"]},"
    "\"bucket\":{\"type\":\"user_bucket\",\"idType\":\"userID\",\"operator\":"
    "\"lt\",\"targetValue\":1000,\"additionalValues\":{\"salt\":\"x\"}},"
    "\"unit\":{\"type\":\"unit_id\",\"idType\":\"companyID\",\"operator\":"
    "\"any\",\"targetValue\":[\"c1\"]},"
    "\"now\":{\"type\":\"current_time\",\"idType\":\"userID\",\"operator\":"
    "\"after\",\"targetValue\":0},"
    "\"ip\":{\"type\":\"ip_based\",\"idType\":\"userID\",\"field\":\"country\","
    "\"operator\":\"none\",\"targetValue\":[\"xx\"]},"
    "\"ua\":{\"type\":\"ua_based\",\"idType\":\"userID\",\"field\":\"os_name\","
    "\"operator\":\"none\",\"targetValue\":[\"xx\"]},"
    "\"app\":{\"type\":\"target_app\",\"idType\":\"userID\",\"operator\":"
    "\"array_contains_any\",\"targetValue\":[\"a\"]},"
    "\"group\":{\"type\":\"experiment_group\",\"idType\":\"userID\",\"field\":"
    "\"e\",\"operator\":\"any\",\"targetValue\":[\"G\"]},"
    "\"nest\":{\"type\":\"fail_gate\",\"idType\":\"userID\",\"targetValue\":"
    "\"h\"}}}";

static struct arena arena;
static struct fg_user *user;
static struct user_defaults defaults;
static uint64_t random_state = 1;
static struct regex_cache *regex;
static struct regex_scratch *scratch;

static bool
always_alive(void *arg)
{
	(void)arg;
	return true;
}

static int
set_up(void **state)
{
	struct fg_value tags[2] = {{.type = FG_STRING}, {.type = FG_STRING}};
	struct fg_member kv = {.key = "k", .key_len = 1};
	struct fg_value v = {.type = FG_ARRAY};

	(void)state;
	assert_true(arena_init(&arena, 1 << 16));
	assert_int_equal(fg_user_new(&user), FG_OK);
	dyn_null(&defaults.tier);
	regex = regex_cache_new();
	scratch = regex_scratch_new();
	assert_true(regex != NULL && scratch != NULL);
	fg_user_set_string(user, FG_USER_ID, "u1");
	fg_user_set_string(user, FG_EMAIL, "a@b");
	fg_user_set_string(user, FG_APP_VERSION, "1.3");
	fg_user_set_string(user, FG_COUNTRY, "DE");
	fg_user_put_string(user, FG_CUSTOM_IDS, "companyid", "c1");
	fg_user_put_number(user, FG_CUSTOM, "lvl", 4);
	tags[0].u.string.bytes = "a";
	tags[1].u.string.bytes = "b";
	tags[0].u.string.len = tags[1].u.string.len = 1;
	v.u.array.items = tags;
	v.u.array.n = 2;
	fg_user_put(user, FG_CUSTOM, "tags", 4, &v);
	kv.value = (struct fg_value){.type = FG_STRING};
	kv.value.u.string.bytes = "v";
	kv.value.u.string.len = 1;
	v = (struct fg_value){.type = FG_OBJECT};
	v.u.object.members = &kv;
	v.u.object.n = 1;
	fg_user_put(user, FG_CUSTOM, "obj", 3, &v);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fg_user_free(user);
	regex_cache_free(regex);
	regex_scratch_free(scratch);
	arena_free(&arena);
	return 0;
}

static void
evaluate(const uint8_t *image, size_t len, enum eval_kind kind,
    const char *name, struct eval *e)
{
	struct eval_input in = {.user = user,
	    .defaults = &defaults,
	    .arena = &arena,
	    .regex = regex,
	    .scratch = scratch,
	    .is_alive = always_alive,
	    .random = &random_state};

	memset(e, 0, sizeof(*e));
	if (image_open(image, len, &in.im) != FG_OK)
		return;
	eval_run(e, &in, kind, name, strlen(name));
	if (e->end == EVAL_RECOGNIZED)
		params_copy(e, &arena);
}

static void
evaluate_all(const uint8_t *image, size_t len)
{
	struct eval e;

	evaluate(image, len, EVAL_GATE, "g", &e);
	evaluate(image, len, EVAL_EXPERIMENT, "e", &e);
	evaluate(image, len, EVAL_LAYER, "l", &e);
	arena_reset(&arena);
}

static void
the_whole_image_evaluates(void **state)
{
	size_t len;
	uint8_t *image = fixture_image(json, &len);
	struct eval e;

	(void)state;
	evaluate(image, len, EVAL_GATE, "g", &e);
	assert_int_equal(e.fault, EVAL_NO_FAULT);
	assert_int_equal(e.end, EVAL_RECOGNIZED);
	assert_true(e.r.value);
	assert_string_equal(
	    (const char *)eval_text(&e, e.r.rule_id).bytes, "r1");
	evaluate(image, len, EVAL_LAYER, "l", &e);
	assert_true(e.r.is_merged);
	assert_int_equal(e.r.n_params, 3);
	free(image);
}

static void
any_byte_may_be_any_other(void **state)
{
	static const uint8_t flips[] = {0x01, 0x08, 0x80, 0xff};
	size_t len;
	uint8_t *image = fixture_image(json, &len);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		uint8_t was = image[i];

		for (size_t k = 0; k < sizeof(flips); k++) {
			image[i] = was ^ flips[k];
			evaluate_all(image, len);
		}
		image[i] = was;
	}
	free(image);
}

static void
any_word_may_be_any_offset(void **state)
{
	size_t len;
	uint8_t *image = fixture_image(json, &len);
	uint64_t seed = 42;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t at;
		uint32_t was;

		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		at = (seed >> 33) % (len / 4) * 4;
		was = le32dec(image + at);
		le32enc(image + at, (uint32_t)((seed >> 20) % (len + 64)));
		evaluate_all(image, len);
		le32enc(image + at, was);
	}
	free(image);
}

static void
any_cut_is_refused_or_answered(void **state)
{
	size_t len;
	uint8_t *image = fixture_image(json, &len);

	(void)state;
	for (size_t cut = 0; cut < len; cut += 8) {
		uint8_t *part = malloc(cut + 1);

		assert_non_null(part);
		memcpy(part, image, cut);
		if (cut >= IMAGE_HEADER)
			le64enc(part + IMAGE_H_SIZE, cut);
		evaluate_all(part, cut);
		free(part);
	}
	free(image);
}

static void
a_changed_byte_does_not_pass_the_checksum(void **state)
{
	struct image im;
	size_t len;
	uint8_t *image = fixture_image(json, &len);

	(void)state;
	assert_int_equal(image_open(image, len, &im), FG_OK);
	assert_int_equal(image_check(&im), FG_OK);
	for (size_t i = IMAGE_H_GENERATION; i < len; i += 7) {
		image[i] ^= 0x10;
		assert_int_equal(image_check(&im), FG_E_CORRUPT);
		image[i] ^= 0x10;
	}
	free(image);
}

static void
an_image_of_a_newer_version_is_named_so(void **state)
{
	struct image im;
	size_t len;
	uint8_t *image = fixture_image(json, &len);

	(void)state;
	le32enc(image + 8, IMAGE_MAJOR + 1);
	assert_int_equal(image_open(image, len, &im), FG_E_VERSION);
	le32enc(image + 8, IMAGE_MAJOR);
	le32enc(image + 12, IMAGE_MINOR + 1);
	assert_int_equal(image_open(image, len, &im), FG_OK);
	image[0] ^= 1;
	assert_int_equal(image_open(image, len, &im), FG_E_CORRUPT);
	free(image);
}

/* Also when what an experiment's group took has passed the bound already. */
static void
conditions_of_one_call_are_bounded(void **state)
{
	static uint64_t bytes[128];
	static const struct {
		uint32_t before;
		bool goes_on;
	} of[] = {{0, true}, {EVAL_MAX_STEPS - 1, true},
	    {EVAL_MAX_STEPS, false}, {EVAL_MAX_STEPS + 1, false},
	    {2 * EVAL_MAX_STEPS, false}};
	uint8_t *rule = (uint8_t *)bytes + 512;

	(void)state;
	le32enc(rule + IMAGE_RULE_N_CONDS, 1);
	le32enc(rule + IMAGE_RULE_CONDS, 256);
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct eval e = {.im = {(uint8_t *)bytes, sizeof(bytes)},
		    .n_steps = of[i].before};

		assert_int_equal(eval_rule(&e, rule), of[i].goes_on);
		assert_int_equal(
		    e.fault, of[i].goes_on ? EVAL_NO_FAULT : EVAL_TOO_MUCH);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(conditions_of_one_call_are_bounded),
	    cmocka_unit_test(the_whole_image_evaluates),
	    cmocka_unit_test(any_byte_may_be_any_other),
	    cmocka_unit_test(any_word_may_be_any_offset),
	    cmocka_unit_test(any_cut_is_refused_or_answered),
	    cmocka_unit_test(a_changed_byte_does_not_pass_the_checksum),
	    cmocka_unit_test(an_image_of_a_newer_version_is_named_so),
	};

	return cmocka_run_group_tests_name(
	    "eval_damage", tests, set_up, tear_down);
}
