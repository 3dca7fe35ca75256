#include <stdio.h>
#include <stdlib.h>

#include "syncer/compile.h"
#include "tests/unit/formats.h"
#include "tests/unit/image_walk.h"
#include "tests/unit/test.h"

/* A member of an object that a test puts together. */
struct part {
	const char *key;
	const char *json;
};

#define CAP 65536

static char doc_text[CAP], section_text[CAP], spec_text[CAP], rule_text[CAP],
    condition_text[CAP];

/* Writes one of the texts above. */
__attribute__((format(printf, 2, 3))) static void
fill(char *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	assert_in_range(vsnprintf(out, CAP, format, args), 0, CAP - 1);
	va_end(args);
}

/*
 * The object of parts, but that key has that value: added if it is new, left
 * out if the value is NULL.  A key "a+" adds a second member "a".
 */
static const char *
object(char *out, const struct part *parts, const char *key, const char *json)
{
	size_t len = 0;
	bool done = key == NULL;
	int n = key != NULL ? (int)strcspn(key, "+") : 0;

	out[len++] = '{';
	for (; parts->key != NULL; parts++) {
		const char *value = parts->json;

		if (!done && strcmp(parts->key, key) == 0) {
			value = json;
			done = true;
		}
		if (value != NULL)
			len += (size_t)snprintf(out + len, CAP - len,
			    "%s\"%s\":%s", len > 1 ? "," : "", parts->key,
			    value);
	}
	if (!done && json != NULL)
		len += (size_t)snprintf(out + len, CAP - len, "%s\"%.*s\":%s",
		    len > 1 ? "," : "", n, key, json);
	snprintf(out + len, CAP - len, "}");
	return out;
}

static const struct part rule_parts[] = {
    {"name", "\"n\""},
    {"id", "\"r1\""},
    {"passPercentage", "50"},
    {"returnValue", "{\"a\":1}"},
    {"conditions", "[\"c\"]"},
    {"idType", "\"userID\""},
    {NULL, NULL},
};

static const struct part spec_parts[] = {
    {"type", "\"t\""},
    {"salt", "\"s\""},
    {"defaultValue", "false"},
    {"enabled", "true"},
    {"rules", "[]"},
    {"idType", "\"userID\""},
    {"entity", "\"feature_gate\""},
    {NULL, NULL},
};

static const struct part condition_parts[] = {
    {"type", "\"user_field\""},
    {"operator", "\"any\""},
    {"field", "\"Email\""},
    {"targetValue", "[\"x\"]"},
    {"idType", "\"userID\""},
    {NULL, NULL},
};

static const struct part top_parts[] = {
    {"has_updates", "true"},
    {"time", "7"},
    {"feature_gates", "{}"},
    {"dynamic_configs", "{}"},
    {"layer_configs", "{}"},
    {"condition_map", "{}"},
    {"experiment_to_layer", "{}"},
    {NULL, NULL},
};

static const char *
document(const char *key, const char *json)
{
	return object(doc_text, top_parts, key, json);
}

/* What a document came to; free_made() frees it. */
static struct made {
	enum fg_status status;
	struct compile_result result;
	struct compile_notes notes;
	struct image im;
} made;

static void
free_made(void)
{
	compile_result_free(&made.result);
	compile_notes_free(&made.notes);
}

/* Compiles; an image that comes of it must be sound. */
static void
make(const char *text)
{
	const char *why;

	free_made();
	made.status =
	    compile_document(text, strlen(text), &made.notes, &made.result);
	if (made.result.image == NULL)
		return;
	image_seal(made.result.image, made.result.image_len, 1, 2, "Network");
	assert_int_equal(
	    image_open(made.result.image, made.result.image_len, &made.im),
	    FG_OK);
	assert_int_equal(image_check(&made.im), FG_OK);
	why = image_walk(&made.im);
	if (why != NULL)
		fail_msg("%s: %s", why, text);
}

/* The record of that name. */
static const uint8_t *
find(uint32_t index, const char *name, uint32_t size)
{
	uint32_t at = image_find(
	    &made.im, index, name, strlen(name), hash64(name, strlen(name)));

	return image_rec(&made.im, at, size);
}

static const uint8_t *
gate(const char *name)
{
	const uint8_t *spec = find(IMAGE_H_GATES, name, IMAGE_SPEC);

	assert_non_null(spec);
	return spec;
}

static const uint8_t *
rule(const uint8_t *spec, uint32_t i)
{
	const uint8_t *r = image_nth(
	    &made.im, le32load(spec + IMAGE_SPEC_RULES), i, IMAGE_RULE);

	assert_non_null(r);
	return r;
}

static const uint8_t *
condition(const uint8_t *r, uint32_t i)
{
	const uint8_t *c =
	    image_nth(&made.im, le32load(r + IMAGE_RULE_CONDS), i, IMAGE_COND);

	assert_non_null(c);
	return c;
}

static void
assert_str(uint32_t off, const char *want)
{
	struct image_str s;

	if (want == NULL) {
		assert_int_equal(off, 0);
		return;
	}
	assert_true(image_str(&made.im, off, &s));
	assert_int_equal(s.len, strlen(want));
	assert_memory_equal(s.bytes, want, s.len);
}

static void
assert_value(uint32_t off, enum image_type type, const char *text)
{
	const uint8_t *v = image_rec(&made.im, off, IMAGE_VALUE);

	assert_non_null(v);
	assert_int_equal(le32load(v), type);
	assert_int_equal(le32load(v + IMAGE_V_TEXT_LEN), strlen(text));
	assert_memory_equal(
	    made.im.base + le32load(v + IMAGE_V_TEXT), text, strlen(text));
}

/* A document whose gate g has the one rule, whose condition is c. */
static void
make_rule(const char *rule_json, const char *condition_json)
{
	fill(section_text, "[%s]", rule_json);
	object(spec_text, spec_parts, "rules", section_text);
	fill(doc_text,
	    "{\"has_updates\":true,\"time\":7,\"feature_gates\":{\"g\":%s},"
	    "\"dynamic_configs\":{},\"layer_configs\":{},"
	    "\"condition_map\":{\"c\":%s},\"experiment_to_layer\":{}}",
	    spec_text, condition_json);
	make(doc_text);
}

static const uint8_t *
make_condition(const char *key, const char *json)
{
	make_rule(object(rule_text, rule_parts, NULL, NULL),
	    object(condition_text, condition_parts, key, json));
	assert_int_equal(made.status, FG_OK);
	return condition(rule(gate("g"), 0), 0);
}

enum fate {
	KEPT,
	DROPPED,
	REFUSED,
};

struct fate_case {
	const char *key;
	const char *json;
	enum fate fate;
};

/* The first note names the field. */
static void
assert_path(const char *prefix, const char *key)
{
	char path[256];

	assert_true(made.notes.n > 0);
	snprintf(
	    path, sizeof(path), "%s%.*s", prefix, (int)strcspn(key, "+"), key);
	assert_true(strncmp(made.notes.notes[0].path, path, strlen(path)) == 0);
}

static void
assert_fate(const struct fate_case *f, const char *prefix)
{
	switch (f->fate) {
	case KEPT:
		if (made.status != FG_OK || made.result.n_dropped != 0)
			fail_msg("%s: %s is not kept", f->key, f->json);
		return;
	case DROPPED:
		if (made.status != FG_OK || made.result.n_dropped != 1)
			fail_msg("%s: %s is not dropped", f->key, f->json);
		assert_int_equal(made.notes.notes[0].severity, COMPILE_DROPPED);
		break;
	case REFUSED:
		if (made.status != FG_E_INVALID)
			fail_msg("%s: %s is not refused", f->key, f->json);
		assert_null(made.result.image);
		assert_int_equal(made.notes.notes[0].severity, COMPILE_REFUSED);
		break;
	}
	assert_path(prefix, f->key);
}

static void
each_field_of_a_spec_drops_only_that_spec(void **state)
{
	static const struct fate_case cases[] = {
	    {"type", NULL, DROPPED},
	    {"type", "1", DROPPED},
	    {"type", "\"zzz\"", KEPT},
	    {"salt", NULL, DROPPED},
	    {"salt", "null", DROPPED},
	    {"salt", "\"\\ud800\"", DROPPED},
	    {"salt+", "\"twice\"", DROPPED},
	    {"defaultValue", NULL, DROPPED},
	    {"defaultValue", "null", KEPT},
	    {"defaultValue", "\"text\"", KEPT},
	    {"defaultValue", "{\"a\":1e999}", KEPT},
	    {"enabled", NULL, DROPPED},
	    {"enabled", "\"true\"", DROPPED},
	    {"enabled", "1", DROPPED},
	    {"rules", NULL, DROPPED},
	    {"rules", "null", DROPPED},
	    {"rules", "{}", DROPPED},
	    {"rules", "[1]", DROPPED},
	    {"idType", NULL, DROPPED},
	    {"entity", NULL, DROPPED},
	    {"entity", "\"any text\"", KEPT},
	    {"explicitParameters", "[\"a\"]", KEPT},
	    {"explicitParameters", "[1]", DROPPED},
	    {"explicitParameters", "null", KEPT},
	    {"hasSharedParams", "null", KEPT},
	    {"hasSharedParams", "0", DROPPED},
	    {"isActive", "null", KEPT},
	    {"isActive", "\"true\"", DROPPED},
	    {"version", "0", KEPT},
	    {"version", "4294967295", KEPT},
	    {"version", "4294967296", DROPPED},
	    {"version", "-1", DROPPED},
	    {"version", "-0", DROPPED},
	    {"version", "1.0", DROPPED},
	    {"version", "1e1", DROPPED},
	    {"version", "\"1\"", DROPPED},
	    {"version", "null", KEPT},
	    {"targetAppIDs", "[null]", DROPPED},
	    {"targetAppIDs", "[]", KEPT},
	    {"forwardAllExposures", "{}", DROPPED},
	    {"fieldsUsed", "\"a\"", DROPPED},
	    {"useNewLayerEval", "[]", DROPPED},
	    {"checksum", "5", DROPPED},
	    {"unknown", "[1e999,\"\\ud800\"]", KEPT},
	    {"unknown+", "1", KEPT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		object(spec_text, spec_parts, cases[i].key, cases[i].json);
		fill(section_text, "{\"g\":%s,\"other\":%s}", spec_text,
		    object(rule_text, spec_parts, NULL, NULL));
		make(document("feature_gates", section_text));
		assert_fate(&cases[i], "feature_gates.g.");
		gate("other");
		assert_int_equal(
		    made.result.n_gates, cases[i].fate == KEPT ? 2 : 1);
	}
	free_made();
}

static void
each_field_of_a_rule_drops_its_spec(void **state)
{
	static const struct fate_case cases[] = {
	    {"name", NULL, DROPPED},
	    {"id", NULL, DROPPED},
	    {"id", "null", DROPPED},
	    {"id+", "\"twice\"", DROPPED},
	    {"passPercentage", NULL, DROPPED},
	    {"passPercentage", "\"50\"", DROPPED},
	    {"passPercentage", "1e999", DROPPED},
	    {"passPercentage", "-1.5e3", KEPT},
	    {"passPercentage", "99999999999999999999999", KEPT},
	    {"returnValue", NULL, DROPPED},
	    {"returnValue", "[1]", KEPT},
	    {"conditions", NULL, DROPPED},
	    {"conditions", "[{}]", DROPPED},
	    {"conditions", "[\"missing\"]", KEPT},
	    {"conditions", "[]", KEPT},
	    {"idType", NULL, DROPPED},
	    {"salt", "null", KEPT},
	    {"salt", "1", DROPPED},
	    {"groupName", "null", KEPT},
	    {"groupName", "1", DROPPED},
	    {"configDelegate", "\"nowhere\"", KEPT},
	    {"configDelegate", "[]", DROPPED},
	    {"isExperimentGroup", "\"true\"", DROPPED},
	    {"samplingRate", "18446744073709551615", KEPT},
	    {"samplingRate", "-1", DROPPED},
	    {"samplingRate", "1.0", DROPPED},
	    {"samplingRate", "null", KEPT},
	    {"unknown", "{}", KEPT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		make_rule(
		    object(rule_text, rule_parts, cases[i].key, cases[i].json),
		    object(condition_text, condition_parts, NULL, NULL));
		assert_fate(&cases[i], "feature_gates.g.rules[0].");
	}
	free_made();
}

static void
each_field_of_a_condition_refuses_the_document(void **state)
{
	static const struct fate_case cases[] = {
	    {"type", NULL, REFUSED},
	    {"type", "null", REFUSED},
	    {"type+", "\"public\"", REFUSED},
	    {"type", "\"unheard_of\"", KEPT},
	    {"idType", NULL, REFUSED},
	    {"idType", "1", REFUSED},
	    {"targetValue", NULL, KEPT},
	    {"targetValue+", "1", REFUSED},
	    {"targetValue", "\"\\ud800\"", KEPT},
	    {"operator", NULL, KEPT},
	    {"operator", "null", KEPT},
	    {"operator", "5", REFUSED},
	    {"field", "5", REFUSED},
	    {"field", "null", KEPT},
	    {"additionalValues", "{\"salt\":\"x\"}", KEPT},
	    {"additionalValues", "{\"salt\":1}", REFUSED},
	    {"additionalValues", "{\"other\":null}", REFUSED},
	    {"additionalValues", "[]", REFUSED},
	    {"additionalValues", "null", KEPT},
	    {"checksum", "1", REFUSED},
	    {"unknown", "1e999", KEPT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		/* Once used by a rule, and once by none. */
		object(condition_text, condition_parts, cases[i].key,
		    cases[i].json);
		make_rule(
		    object(rule_text, rule_parts, NULL, NULL), condition_text);
		assert_fate(&cases[i], "condition_map.c.");
		fill(section_text, "{\"c\":%s}", condition_text);
		make(document("condition_map", section_text));
		assert_fate(&cases[i], "condition_map.c.");
	}
	free_made();
}

static void
each_field_of_the_document_refuses_it(void **state)
{
	static const struct fate_case cases[] = {
	    {"has_updates", NULL, REFUSED},
	    {"has_updates", "1", REFUSED},
	    {"has_updates+", "true", REFUSED},
	    {"time", NULL, REFUSED},
	    {"time", "-1", REFUSED},
	    {"time", "1.5", REFUSED},
	    {"time", "\"1\"", REFUSED},
	    {"time", "18446744073709551615", KEPT},
	    {"time", "18446744073709551616", REFUSED},
	    {"time+", "1", REFUSED},
	    {"feature_gates", NULL, REFUSED},
	    {"feature_gates", "[]", REFUSED},
	    {"feature_gates", "null", REFUSED},
	    {"dynamic_configs", NULL, REFUSED},
	    {"layer_configs", "1", REFUSED},
	    {"condition_map", NULL, REFUSED},
	    {"condition_map", "{\"c\":null}", REFUSED},
	    {"experiment_to_layer", NULL, REFUSED},
	    {"experiment_to_layer", "null", REFUSED},
	    {"experiment_to_layer", "{\"a\":1}", REFUSED},
	    {"app_id", "[\"any\",{\"json\":1}]", KEPT},
	    {"app_id", "1e999", REFUSED},
	    {"id_lists", "{\"a\":true}", KEPT},
	    {"id_lists", "{\"a\":1}", REFUSED},
	    {"id_lists", "null", KEPT},
	    {"default_environment", "1", REFUSED},
	    {"sdk_keys_to_app_ids", "{\"k\":[1]}", KEPT},
	    {"sdk_keys_to_app_ids", "[]", REFUSED},
	    {"hashed_sdk_keys_to_app_ids", "1", REFUSED},
	    {"diagnostics", "{\"a\":1.5}", KEPT},
	    {"diagnostics", "{\"a\":\"x\"}", REFUSED},
	    {"sdk_configs", "{\"a\":{\"b\":null}}", KEPT},
	    {"sdk_configs", "{\"a\":1e999}", REFUSED},
	    {"sdk_flags", "{\"a\":\"x\"}", REFUSED},
	    {"session_replay_info", "{}", KEPT},
	    {"session_replay_info", "{\"sampling_rate\":\"x\"}", REFUSED},
	    {"session_replay_info",
		"{\"session_recording_event_triggers\":{\"a\":{}}}", KEPT},
	    {"session_replay_info",
		"{\"session_recording_event_triggers\":{\"a\":"
		"{\"values\":[1]}}}",
		REFUSED},
	    {"session_replay_info",
		"{\"session_recording_privacy_settings\":{}}", REFUSED},
	    {"auto_capture_settings", "{}", REFUSED},
	    {"auto_capture_settings", "{\"disabled_events\":{\"a\":true}}",
		KEPT},
	    {"gcir_config", "{}", REFUSED},
	    {"gcir_config", "{\"remove_default_value_gates\":true}", KEPT},
	    {"checksum", "5", REFUSED},
	    {"checksum", "null", KEPT},
	    {"company_id", "5", REFUSED},
	    {"response_format", "5", REFUSED},
	    {"unknown", "[1e999,{\"\":\"\\ud800\"}]", KEPT},
	    {"unknown+", "1", KEPT},
	    {"param_stores", "{\"s\":null}", REFUSED},
	    {"param_stores", "{\"s\":{}}", REFUSED},
	    {"param_stores", "{\"s\":{\"parameters\":{}}}", KEPT},
	    {"param_stores", "{\"s\":{\"parameters\":{},\"version\":-1}}",
		REFUSED},
	    {"cmab_configs", "{\"m\":{}}", REFUSED},
	    {"overrides", "{\"a\":null}", REFUSED},
	    {"overrides", "{\"a\":[]}", KEPT},
	    {"overrides", "{\"a\":[{\"new_config_name\":\"b\"}]}", REFUSED},
	    {"overrides",
		"{\"a\":[{\"new_config_name\":\"b\",\"rules\":"
		"[{\"rule_name\":\"r\",\"start_time\":1.0}]}]}",
		REFUSED},
	    {"override_rules", "{\"r\":{}}", REFUSED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		make(document(cases[i].key, cases[i].json));
		assert_fate(&cases[i], "");
	}
	free_made();
}

static void
a_path_leads_to_the_place_of_an_error(void **state)
{
	static const struct {
		const char *key, *json, *path;
	} of[] = {
	    {"diagnostics", "{\"a\":1,\"b\":\"x\"}", "diagnostics.b"},
	    {"time", "true", "time"},
	    {"has_updates", NULL, "has_updates"},
	    {"param_stores",
		"{\"s\":{\"parameters\":{\"p\":{\"ref_type\":\"z\"}}}}",
		"param_stores.s.parameters.p"},
	    {"overrides", "{\"a\\u0001b\":[1]}", "overrides.a?b[0]"},
	    {"overrides",
		"{\"a\":[{\"new_config_name\":\"b\",\"rules\":[{},{}]}]}",
		"overrides.a[0].rules[0].rule_name"},
	    {"session_replay_info",
		"{\"session_recording_exposure_triggers\":{\"x\":"
		"{\"values\":[\"a\",1]}}}",
		"session_replay_info.session_recording_exposure_triggers.x."
		"values[1]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		make(document(of[i].key, of[i].json));
		assert_int_equal(made.status, FG_E_INVALID);
		assert_string_equal(made.notes.notes[0].path, of[i].path);
	}
	make("{\n \"has_updates\": true,\n \"time\": tru}");
	assert_int_equal(made.status, FG_E_INVALID);
	assert_int_equal(made.notes.notes[0].line, 3);
	assert_int_equal(made.notes.notes[0].column, 13);
	free_made();
}

static void
a_document_without_updates_need_not_be_right(void **state)
{
	static const char *const no[] = {
	    "{\"has_updates\":false}",
	    "{\"has_updates\":false,\"time\":\"x\",\"time\":1}",
	    "{\"has_updates\":false,\"feature_gates\":1}",
	    "{\"condition_map\":{\"c\":1},\"has_updates\":false} trailing",
	};
	static const char *const bad[] = {
	    "{\"has_updates\":true}",
	    "{\"has_updates\":false,\"has_updates\":false}",
	    "{\"has_updates\":null}",
	    "{\"has_updates\":false",
	    "{\"has_updates\":false,\"\\ud800\":1}",
	    "[false]",
	    "false",
	    "",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++) {
		make(no[i]);
		assert_int_equal(made.status, FG_OK);
		assert_false(made.result.has_updates);
		assert_null(made.result.image);
		assert_int_equal(made.notes.n, 0);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		make(bad[i]);
		assert_int_equal(made.status, FG_E_INVALID);
		assert_int_equal(made.notes.n, 1);
	}
	free_made();
}

static void
of_a_repeated_name_the_last_entry_counts(void **state)
{
	const char *good = object(spec_text, spec_parts, NULL, NULL);

	(void)state;
	fill(section_text, "{\"g\":1,\"g\":%s,\"h\":%s,\"\\u0068\":1}", good,
	    good);
	make(document("feature_gates", section_text));
	assert_int_equal(made.result.n_gates, 1);
	assert_int_equal(made.result.n_dropped, 1);
	gate("g");
	assert_null(find(IMAGE_H_GATES, "h", IMAGE_SPEC));
	free_made();
}

static void
a_returnable_is_a_truth_value_null_or_an_object(void **state)
{
	static const struct {
		const char *json;
		enum image_type type;
		const char *text;
	} of[] = {
	    {"true", IMAGE_TRUE, "true"},
	    {"false", IMAGE_FALSE, "false"},
	    {"null", IMAGE_NULL, "null"},
	    {"1", IMAGE_OBJECT, "{}"},
	    {"\"true\"", IMAGE_OBJECT, "{}"},
	    {"[{\"a\":1}]", IMAGE_OBJECT, "{}"},
	    {"{\"a\":\"\\ud800\"}", IMAGE_OBJECT, "{}"},
	    {"{\"a\":1e999}", IMAGE_OBJECT, "{}"},
	    {"{ \"b\" : [ 1 , -2.50, 1e5 ], \"a\":\"\\u00e9\\n\\/\" }",
		IMAGE_OBJECT,
		"{\"b\":[1,-2.5,100000.0],\"a\":\"\xc3\xa9\\n/\"}"},
	    {"{\"b\":1,\"a\":2,\"b\":3}", IMAGE_OBJECT, "{\"b\":3,\"a\":2}"},
	    {"{\"n\":[-0,0.1,1e-7,1e15,1e16,18446744073709551615,"
	     "18446744073709551616,-9223372036854775808,12.5e300]}",
		IMAGE_OBJECT,
		"{\"n\":[-0.0,0.1,1e-7,1000000000000000.0,1e16,"
		"18446744073709551615,1.8446744073709552e19,"
		"-9223372036854775808,1.25e301]}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		object(spec_text, spec_parts, "defaultValue", of[i].json);
		fill(section_text, "{\"g\":%s}", spec_text);
		make(document("feature_gates", section_text));
		assert_value(le32load(gate("g") + IMAGE_SPEC_DEFAULT),
		    of[i].type, of[i].text);
	}
	free_made();
}

/* As deep as the reference reads them, and no deeper. */
static void
values_may_nest_to_the_depth_that_is_allowed(void **state)
{
	static const struct {
		int depth;
		bool read;
	} of[] = {{1, true}, {127, true}, {128, false}, {100000, false}};
	char *text = malloc(1000000);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		size_t len = (size_t)sprintf(text,
		    "{\"has_updates\":true,\"time\":1,\"dynamic_configs\":{},"
		    "\"layer_configs\":{},\"condition_map\":{},"
		    "\"experiment_to_layer\":{},\"feature_gates\":{\"g\":{"
		    "\"type\":\"\",\"salt\":\"\",\"enabled\":true,"
		    "\"rules\":[],\"idType\":\"\",\"entity\":\"\","
		    "\"defaultValue\":");

		for (int k = 0; k < of[i].depth; k++)
			len += (size_t)sprintf(text + len, "{\"a\":");
		text[len++] = '1';
		memset(text + len, '}', (size_t)of[i].depth);
		len += (size_t)of[i].depth;
		sprintf(text + len, "}}}");
		make(text);
		assert_int_equal(made.status, FG_OK);
		assert_int_equal(
		    le32load(made.im.base +
			le32load(gate("g") + IMAGE_SPEC_DEFAULT) + IMAGE_V_N),
		    of[i].read ? 1 : 0);
	}
	free(text);
	free_made();
}

static void
a_spec_keeps_what_its_fields_say(void **state)
{
	static const struct part parts[] = {{"type", "\"t\""},
	    {"salt", "\"spec salt\""}, {"defaultValue", "true"},
	    {"enabled", "false"}, {"rules", "[]"}, {"idType", "\"stableID\""},
	    {"entity", "\"holdout\""}, {"explicitParameters", "[\"p\",\"q\"]"},
	    {"hasSharedParams", "false"}, {"isActive", "true"},
	    {"version", "9"}, {"targetAppIDs", "[]"},
	    {"forwardAllExposures", "true"}, {"fieldsUsed", "[\"email\"]"},
	    {"useNewLayerEval", "true"}, {NULL, NULL}};
	const uint8_t *s;

	(void)state;
	fill(section_text, "{\"g\\u0000\":%s}",
	    object(spec_text, parts, NULL, NULL));
	make(document("feature_gates", section_text));
	s = image_rec(&made.im,
	    image_find(&made.im, IMAGE_H_GATES, "g", 2, hash64("g", 2)),
	    IMAGE_SPEC);
	assert_non_null(s);
	assert_str(le32load(s + IMAGE_SPEC_SALT), "spec salt");
	assert_str(le32load(s + IMAGE_SPEC_ID_TYPE), "stableID");
	assert_str(le32load(s + IMAGE_SPEC_ENTITY), "holdout");
	assert_int_equal(
	    le32load(s + IMAGE_SPEC_ENTITY_NO), IMAGE_ENTITY_HOLDOUT);
	assert_int_equal(le32load(s + IMAGE_SPEC_VERSION), 9);
	assert_int_equal(le32load(s + IMAGE_SPEC_FLAGS),
	    IMAGE_SPEC_HAS_ACTIVE | IMAGE_SPEC_ACTIVE | IMAGE_SPEC_HAS_SHARED |
		IMAGE_SPEC_HAS_EXPLICIT | IMAGE_SPEC_NEW_LAYER |
		IMAGE_SPEC_HAS_FORWARD | IMAGE_SPEC_FORWARD_ALL |
		IMAGE_SPEC_HAS_VERSION | IMAGE_SPEC_DEFAULT_TRUE |
		IMAGE_SPEC_HAS_APP_IDS);
	assert_true(image_list_has(
	    &made.im, le32load(s + IMAGE_SPEC_EXPLICIT), "q", 1));
	free_made();
}

static void
a_rule_without_salt_hashes_its_id_and_an_empty_one_itself(void **state)
{
	static const struct {
		const char *json, *salt;
	} of[] = {{NULL, "r1"}, {"null", "r1"}, {"\"\"", ""}, {"\"x\"", "x"}};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		make_rule(object(rule_text, rule_parts, "salt", of[i].json),
		    object(condition_text, condition_parts, NULL, NULL));
		assert_str(
		    le32load(rule(gate("g"), 0) + IMAGE_RULE_SALT), of[i].salt);
		/* image_walk() has compared the stored state with the salts */
		assert_true((le32load(rule(gate("g"), 0) + IMAGE_RULE_FLAGS) &
				IMAGE_RULE_HAS_PREFIX) != 0);
	}
	free_made();
}

static void
ids_that_mean_something_are_marked(void **state)
{
	static const struct {
		const char *json;
		uint32_t flags;
	} of[] = {{"\"targetingGate\"", IMAGE_RULE_TARGETING},
	    {"\"inlineTargetingRules\"", IMAGE_RULE_TARGETING},
	    {"\"x:id_override\"", IMAGE_RULE_OVERRIDE},
	    {"\"override\"", IMAGE_RULE_OVERRIDE}, {"\"overrides\"", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		make_rule(object(rule_text, rule_parts, "id", of[i].json),
		    object(condition_text, condition_parts, NULL, NULL));
		assert_int_equal(
		    le32load(rule(gate("g"), 0) + IMAGE_RULE_FLAGS) &
			(IMAGE_RULE_TARGETING | IMAGE_RULE_OVERRIDE),
		    of[i].flags);
	}
	free_made();
}

static void
what_is_not_understood_is_kept_as_unsupported(void **state)
{
	const uint8_t *c;

	(void)state;
	c = make_condition("type", "\"User_Field\"");
	assert_int_equal(le32load(c), IMAGE_COND_UNSUPPORTED);
	assert_string_equal(made.notes.notes[0].path, "condition_map.c");
	assert_int_equal(made.notes.notes[0].severity, COMPILE_UNSUPPORTED);
	c = make_condition("operator", "\"ANY\"");
	assert_int_equal(le32load(c), IMAGE_COND_USER_FIELD);
	assert_int_equal(le32load(c + IMAGE_COND_OP), IMAGE_OP_UNSUPPORTED);
	assert_int_equal(made.notes.n, 1);
	make_rule(object(rule_text, rule_parts, "conditions", "[\"no\"]"),
	    object(condition_text, condition_parts, NULL, NULL));
	c = condition(rule(gate("g"), 0), 0);
	assert_int_equal(le32load(c), IMAGE_COND_UNSUPPORTED);
	assert_int_equal(made.notes.n, 1);
	free_made();
}

static void
a_field_knows_its_lower_case_and_its_place(void **state)
{
	static const struct {
		const char *json, *name, *low;
		enum image_atom atom, alias;
	} of[] = {
	    {"null", NULL, NULL, IMAGE_ATOM_NONE, IMAGE_ATOM_NONE},
	    {"\"EMail\"", "EMail", "email", IMAGE_ATOM_EMAIL, IMAGE_ATOM_NONE},
	    {"\"User_ID\"", "User_ID", "user_id", IMAGE_ATOM_NONE,
		IMAGE_ATOM_USER_ID},
	    {"\"level\"", "level", "level", IMAGE_ATOM_NONE, IMAGE_ATOM_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		const uint8_t *f =
		    make_condition("field", of[i].json) + IMAGE_COND_FIELD;

		assert_str(le32load(f + IMAGE_F_NAME), of[i].name);
		assert_str(le32load(f + IMAGE_F_LOWER), of[i].low);
		assert_int_equal(le32load(f + IMAGE_F_ATOM), of[i].atom);
		assert_int_equal(le32load(f + IMAGE_F_ALIAS), of[i].alias);
	}
	free_made();
}

static const uint8_t *
target(const char *operator, const char * json)
{
	static char op[64];
	const uint8_t *c;

	snprintf(op, sizeof(op), "\"%s\"", operator);
	fill(condition_text,
	    "{\"type\":\"user_field\",\"operator\":%s,\"idType\":\"userID\","
	    "\"field\":\"f\",\"targetValue\":%s}",
	    op, json);
	make_rule(object(rule_text, rule_parts, NULL, NULL), condition_text);
	c = condition(rule(gate("g"), 0), 0);
	return image_rec(&made.im, le32load(c + IMAGE_COND_TARGET), 8);
}

static void
a_target_has_the_facets_of_its_kind(void **state)
{
	static const struct {
		const char *json;
		enum image_target kind;
		uint32_t flags;
		double number;
		int64_t time;
	} of[] = {
	    {"null", IMAGE_TARGET_NULL, 0, 0, 0},
	    {"\"\\ud800\"", IMAGE_TARGET_NULL, 0, 0, 0},
	    {"1e999", IMAGE_TARGET_NULL, 0, 0, 0},
	    {"[\"\\ud800\"]", IMAGE_TARGET_NULL, 0, 0, 0},
	    {"true", IMAGE_TARGET_BOOL, IMAGE_TARGET_TRUE, 0, 0},
	    {"false", IMAGE_TARGET_BOOL, 0, 0, 0},
	    {"2.75", IMAGE_TARGET_NUMBER,
		IMAGE_TARGET_HAS_FLOAT | IMAGE_TARGET_HAS_TIME, 2.75, 2},
	    {"\"abc\"", IMAGE_TARGET_STRING, 0, 0, 0},
	    {"\"1e3\"", IMAGE_TARGET_STRING,
		IMAGE_TARGET_HAS_FLOAT | IMAGE_TARGET_HAS_TIME, 1000, 1000},
	    {"\"1970-01-01T00:00:02Z\"", IMAGE_TARGET_STRING,
		IMAGE_TARGET_HAS_TIME, 0, 2000},
	    {"[]", IMAGE_TARGET_ARRAY, 0, 0, 0},
	    {"{}", IMAGE_TARGET_OBJECT, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		const uint8_t *t = target("eq", of[i].json);

		assert_int_equal(le32load(t), of[i].kind);
		assert_int_equal(le32load(t + IMAGE_TARGET_FLAGS), of[i].flags);
		assert_true(image_f64(t + IMAGE_TARGET_FLOAT) == of[i].number);
		assert_int_equal(
		    (int64_t)le64load(t + IMAGE_TARGET_TIME), of[i].time);
	}
	free_made();
}

static void
elements_alike_in_lower_case_collapse_to_the_last(void **state)
{
	static const struct {
		const char *key, *text;
		uint32_t index;
	} want[] = {{"1", "1", 1}, {"1.0", "1.0", 2}, {"a", "A", 4},
	    {"null", "null", 5}, {"{\"b\":[1,true]}", "{\"b\":[1,true]}", 6}};
	const uint8_t *t = target(
	    "any", "[\"a\",\"1\",1.0,\"A\",\"A\",null,{ \"b\":[1, true]}]");
	uint32_t n;

	(void)state;
	n = le32load(t + IMAGE_TARGET_N);
	assert_int_equal(n, 5);
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *e = image_nth(
		    &made.im, le32load(t + IMAGE_TARGET_ELEMS), i, IMAGE_ELEM);

		assert_str(le32load(e), want[i].key);
		assert_str(le32load(e + 4), want[i].text);
		assert_int_equal(le32load(e + 8), want[i].index);
	}
	free_made();
}

static void
a_version_is_parsed_where_it_is_compared(void **state)
{
	const uint8_t *t = target("version_gte", "\"1.22.x\"");

	(void)state;
	assert_int_equal(le32load(t + IMAGE_TARGET_N_PARTS), 3);
	t = target("version_gte", "1.2");
	assert_int_equal(le32load(t + IMAGE_TARGET_N_PARTS), 0);
	t = target("eq", "\"1.2\"");
	assert_int_equal(le32load(t + IMAGE_TARGET_N_PARTS), 0);
	free_made();
}

static void
nested_gates_and_delegates_lead_to_their_specs(void **state)
{
	const char *spec = object(spec_text, spec_parts, NULL, NULL);
	const uint8_t *c;

	(void)state;
	fill(condition_text,
	    "{\"type\":\"pass_gate\",\"idType\":\"u\",\"targetValue\":%s}",
	    "\"segment:later\"");
	fill(rule_text,
	    "{\"has_updates\":true,\"time\":1,\"layer_configs\":{},"
	    "\"experiment_to_layer\":{},\"condition_map\":{\"c\":%s,"
	    "\"d\":{\"type\":\"fail_gate\",\"idType\":\"u\","
	    "\"targetValue\":7}},\"feature_gates\":{\"g\":{\"type\":\"\","
	    "\"salt\":\"\",\"enabled\":true,\"defaultValue\":false,"
	    "\"idType\":\"\",\"entity\":\"\",\"rules\":[{\"name\":\"\","
	    "\"id\":\"\",\"passPercentage\":100,\"returnValue\":true,"
	    "\"conditions\":[\"c\",\"d\"],\"idType\":\"\","
	    "\"configDelegate\":\"exp\"}]},\"segment:later\":%s},"
	    "\"dynamic_configs\":{\"exp\":%s}}",
	    condition_text, spec, spec);
	make(rule_text);
	assert_int_equal(made.status, FG_OK);
	c = condition(rule(gate("g"), 0), 0);
	assert_true(made.im.base + le32load(c + IMAGE_COND_GATE) ==
	    gate("segment:later"));
	assert_int_equal(le32load(c + IMAGE_COND_FLAGS), IMAGE_COND_SEGMENT);
	c = condition(rule(gate("g"), 0), 1);
	assert_str(le32load(c + IMAGE_COND_GATE_NAME), "");
	assert_int_equal(le32load(c + IMAGE_COND_GATE), 0);
	assert_int_equal(image_head32(&made.im, IMAGE_H_N_GATE_NUMBERS), 3);
	assert_true(made.im.base +
		le32load(rule(gate("g"), 0) + IMAGE_RULE_DELEGATE_SPEC) ==
	    find(IMAGE_H_CONFIGS, "exp", IMAGE_SPEC));
	free_made();
}

static void
a_parameter_is_of_the_first_kind_that_fits(void **state)
{
	static const struct {
		const char *json;
		uint32_t kind; /* 0: of none */
	} of[] = {
	    {"{\"ref_type\":\"\",\"param_type\":\"\",\"value\":null}",
		IMAGE_PARAM_STATIC},
	    {"{\"ref_type\":\"\",\"param_type\":\"\",\"gate_name\":\"g\","
	     "\"pass_value\":1,\"fail_value\":null}",
		IMAGE_PARAM_GATE},
	    {"{\"ref_type\":\"\",\"param_type\":\"\",\"gate_name\":1,"
	     "\"pass_value\":1,\"fail_value\":1,\"config_name\":\"c\","
	     "\"param_name\":\"p\"}",
		IMAGE_PARAM_CONFIG},
	    {"{\"ref_type\":\"\",\"param_type\":\"\","
	     "\"experiment_name\":\"e\",\"param_name\":\"p\"}",
		IMAGE_PARAM_EXPERIMENT},
	    {"{\"ref_type\":\"static\",\"param_type\":\"\","
	     "\"layer_name\":\"e\",\"param_name\":\"p\"}",
		IMAGE_PARAM_LAYER},
	    {"{\"ref_type\":\"\",\"param_type\":\"\",\"value\":1,"
	     "\"value\":2,\"layer_name\":\"l\",\"param_name\":\"p\"}",
		IMAGE_PARAM_LAYER},
	    {"{\"ref_type\":\"\",\"value\":1}", 0},
	    {"{\"ref_type\":\"\",\"param_type\":\"\",\"value\":1,"
	     "\"name\":1}",
		0},
	    {"{\"ref_type\":\"\",\"param_type\":\"\",\"gate_name\":\"g\","
	     "\"pass_value\":1}",
		0},
	    {"{\"ref_type\":\"\",\"param_type\":\"\",\"value\":1,"
	     "\"unknown\":1e999}",
		0},
	    {"[1]", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		const uint8_t *s;

		fill(section_text, "{\"s\":{\"parameters\":{\"p\":%s}}}",
		    of[i].json);
		make(document("param_stores", section_text));
		assert_int_equal(
		    made.status, of[i].kind != 0 ? FG_OK : FG_E_INVALID);
		if (of[i].kind == 0)
			continue;
		s = find(IMAGE_H_STORES, "s", IMAGE_STORE);
		assert_non_null(s);
		assert_int_equal(
		    le32load(made.im.base + le32load(s + 12) + 4), of[i].kind);
	}
	free_made();
}

static void
a_cmab_has_the_configs_of_its_groups(void **state)
{
	const uint8_t *c, *g;

	(void)state;
	make(document("cmab_configs",
	    "{\"m\":{\"salt\":\"s\",\"defaultValue\":{},"
	    "\"idType\":\"userID\",\"enabled\":true,\"version\":3,"
	    "\"sampleRate\":0.5,\"higherIsBetter\":false,\"groups\":["
	    "{\"name\":\"A\",\"id\":\"a\",\"parameterValues\":{\"x\":1}},"
	    "{\"name\":\"B\",\"id\":\"b\",\"parameterValues\":7}],"
	    "\"targetingGateName\":\"t\",\"config\":{\"b\":{\"alpha\":1,"
	    "\"intercept\":2.5,\"records\":9,"
	    "\"weightsNumerical\":{\"age\":1,\"age\":4},"
	    "\"weightsCategorical\":{\"Email\":{\"x\":1,\"y\":2}}}}}}"));
	assert_int_equal(made.status, FG_OK);
	c = find(IMAGE_H_CMABS, "m", IMAGE_CMAB);
	assert_non_null(c);
	assert_int_equal(le32load(c + 20),
	    IMAGE_CMAB_ENABLED | IMAGE_CMAB_HAS_CONFIG | IMAGE_CMAB_UNIT_USER);
	assert_int_equal(le32load(c + 48), 2);
	g = image_nth(&made.im, le32load(c + 52), 0, IMAGE_CMAB_GROUP);
	assert_int_equal(le32load(g + 12), 0);
	g += IMAGE_CMAB_GROUP;
	assert_int_equal(le32load(g + 12), 1);
	assert_value(le32load(g + 8), IMAGE_OBJECT, "{}");
	assert_true(image_f64(g + 24) == 2.5);
	assert_int_equal(le32load(g + 40), 1);
	assert_true(image_f64(made.im.base + le32load(g + 44) + 16) == 4);
	assert_int_equal(le32load(g + 48), 1);
	make(document("cmab_configs",
	    "{\"m\":{\"salt\":\"s\",\"defaultValue\":{},"
	    "\"idType\":\"u\",\"enabled\":true,\"version\":3,"
	    "\"sampleRate\":1,\"higherIsBetter\":true,\"groups\":[],"
	    "\"config\":{\"nobody\":{\"alpha\":1}}}}"));
	assert_int_equal(made.status, FG_E_INVALID);
	assert_string_equal(
	    made.notes.notes[0].path, "cmab_configs.m.config.nobody.intercept");
	free_made();
}

static void
mappings_need_rules_to_be_there(void **state)
{
	const uint8_t *m, *e;

	(void)state;
	object(spec_text, spec_parts, NULL, NULL);
	object(rule_text, rule_parts, "conditions", "[]");
	fill(section_text,
	    "{\"has_updates\":true,\"time\":1,\"layer_configs\":{},"
	    "\"experiment_to_layer\":{},\"condition_map\":{},"
	    "\"dynamic_configs\":{},\"feature_gates\":{\"g\":%s},"
	    "\"overrides\":{\"g\":[{\"new_config_name\":\"h\",\"rules\":["
	    "{\"rule_name\":\"r\",\"start_time\":-5},"
	    "{\"rule_name\":\"no\"}]}]},\"override_rules\":{\"r\":%s}}",
	    spec_text, rule_text);
	make(section_text);
	assert_int_equal(made.status, FG_OK);
	m = find(IMAGE_H_MAPPINGS, "g", IMAGE_MAPPING);
	assert_non_null(m);
	assert_true(
	    made.im.base + le32load(gate("g") + IMAGE_SPEC_MAPPING) == m);
	e = image_nth(&made.im, le32load(m + 8), 0, 16);
	assert_str(le32load(e), "h");
	e = image_nth(&made.im, le32load(e + 8), 0, 16);
	assert_true(le32load(e) != 0);
	assert_int_equal((int64_t)le64load(e + 8), -5);
	assert_int_equal(le32load(e + 16), 0);
	make(document("overrides", "{\"g\":[]}"));
	assert_int_equal(image_head32(&made.im, IMAGE_H_MAPPINGS), 0);
	free_made();
}

static void
the_header_has_what_readers_ask_at_each_exposure(void **state)
{
	(void)state;
	make(document("sdk_configs",
	    "{\"sampling_mode\":\"shadow\",\"special_case_sampling_rate\":"
	    "101.9,\"exposure_dedupe_ttl_ms\":1500,"
	    "\"exposure_spec_sampling_ttl_ms\":-3}"));
	assert_int_equal(image_head32(&made.im, IMAGE_H_SAMPLING_MODE),
	    IMAGE_SAMPLING_SHADOW);
	assert_int_equal(image_head32(&made.im, IMAGE_H_HAS_SPECIAL_RATE), 1);
	assert_int_equal(image_head64(&made.im, IMAGE_H_SPECIAL_RATE), 101);
	assert_int_equal(image_head64(&made.im, IMAGE_H_DEDUPE_TTL), 1500);
	assert_int_equal(image_head64(&made.im, IMAGE_H_SPEC_SAMPLING_TTL), 0);
	/* Texts count as the numbers they are; others are not there. */
	make(document("sdk_configs",
	    "{\"special_case_sampling_rate\":\"5.9\","
	    "\"exposure_dedupe_ttl_ms\":1e30,"
	    "\"exposure_spec_sampling_ttl_ms\":\" 7\"}"));
	assert_int_equal(
	    image_head32(&made.im, IMAGE_H_SAMPLING_MODE), IMAGE_SAMPLING_NONE);
	assert_int_equal(image_head32(&made.im, IMAGE_H_HAS_SPECIAL_RATE), 1);
	assert_int_equal(image_head64(&made.im, IMAGE_H_SPECIAL_RATE), 5);
	assert_int_equal(
	    image_head64(&made.im, IMAGE_H_DEDUPE_TTL), UINT64_MAX);
	assert_int_equal(image_head64(&made.im, IMAGE_H_SPEC_SAMPLING_TTL), 0);
	make(document("sdk_configs", "{\"special_case_sampling_rate\":true}"));
	assert_int_equal(image_head32(&made.im, IMAGE_H_HAS_SPECIAL_RATE), 0);
	make(document("app_id", "\"the app\""));
	assert_value(image_head32(&made.im, IMAGE_H_APP_ID), IMAGE_STRING,
	    "\"the app\"");
	make(document("default_environment", "\"dev\""));
	assert_str(image_head32(&made.im, IMAGE_H_DEFAULT_ENV), "dev");
	free_made();
}

static void
newer_is_what_is_no_older_and_not_the_same(void **state)
{
	struct compile_result r = {.has_updates = true, .time = 5};
	char sum[] = "abc";

	(void)state;
	assert_true(compile_is_newer(&r, 0, NULL));
	assert_true(compile_is_newer(&r, 5, "abc"));
	assert_false(compile_is_newer(&r, 6, NULL));
	r.checksum = sum;
	assert_false(compile_is_newer(&r, 5, "abc"));
	assert_true(compile_is_newer(&r, 5, "abd"));
	assert_true(compile_is_newer(&r, 5, ""));
	r.has_updates = false;
	assert_false(compile_is_newer(&r, 0, NULL));
}

/* The worked example of FORMATS.md is the image of this document. */
static void
the_example_of_the_format_is_what_the_compiler_makes(void **state)
{
	(void)state;
	make("{\"has_updates\":true,\"time\":1700000000000,"
	     "\"feature_gates\":{\"on\":{\"type\":\"feature_gate\","
	     "\"salt\":\"s\",\"enabled\":true,\"defaultValue\":false,"
	     "\"rules\":[{\"name\":\"\",\"id\":\"r\","
	     "\"passPercentage\":50,\"conditions\":[\"1\"],"
	     "\"returnValue\":true,\"idType\":\"userID\"}],"
	     "\"idType\":\"userID\",\"entity\":\"feature_gate\"}},"
	     "\"dynamic_configs\":{},\"layer_configs\":{},"
	     "\"condition_map\":{\"1\":{\"type\":\"user_field\","
	     "\"field\":\"Plan\",\"operator\":\"any\","
	     "\"targetValue\":[\"Pro\"],\"idType\":\"userID\"}},"
	     "\"experiment_to_layer\":{}}");
	assert_int_equal(made.status, FG_OK);
	formats_compare("image", made.im.base, made.im.size);
	free_made();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_field_of_a_spec_drops_only_that_spec),
	    cmocka_unit_test(each_field_of_a_rule_drops_its_spec),
	    cmocka_unit_test(each_field_of_a_condition_refuses_the_document),
	    cmocka_unit_test(each_field_of_the_document_refuses_it),
	    cmocka_unit_test(a_path_leads_to_the_place_of_an_error),
	    cmocka_unit_test(a_document_without_updates_need_not_be_right),
	    cmocka_unit_test(of_a_repeated_name_the_last_entry_counts),
	    cmocka_unit_test(a_returnable_is_a_truth_value_null_or_an_object),
	    cmocka_unit_test(values_may_nest_to_the_depth_that_is_allowed),
	    cmocka_unit_test(a_spec_keeps_what_its_fields_say),
	    cmocka_unit_test(
		a_rule_without_salt_hashes_its_id_and_an_empty_one_itself),
	    cmocka_unit_test(ids_that_mean_something_are_marked),
	    cmocka_unit_test(what_is_not_understood_is_kept_as_unsupported),
	    cmocka_unit_test(a_field_knows_its_lower_case_and_its_place),
	    cmocka_unit_test(a_target_has_the_facets_of_its_kind),
	    cmocka_unit_test(elements_alike_in_lower_case_collapse_to_the_last),
	    cmocka_unit_test(a_version_is_parsed_where_it_is_compared),
	    cmocka_unit_test(nested_gates_and_delegates_lead_to_their_specs),
	    cmocka_unit_test(a_parameter_is_of_the_first_kind_that_fits),
	    cmocka_unit_test(a_cmab_has_the_configs_of_its_groups),
	    cmocka_unit_test(mappings_need_rules_to_be_there),
	    cmocka_unit_test(the_header_has_what_readers_ask_at_each_exposure),
	    cmocka_unit_test(newer_is_what_is_no_older_and_not_the_same),
	    cmocka_unit_test(
		the_example_of_the_format_is_what_the_compiler_makes),
	};

	return cmocka_run_group_tests_name("compile", tests, NULL, NULL);
}
