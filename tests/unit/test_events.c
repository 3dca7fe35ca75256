#include "syncer/events.h"

#include <stdio.h>
#include <stdlib.h>

#include "syncer/jsontext.h"
#include "tests/unit/test.h"

#define TEXT(lit) ((struct record_text){lit, sizeof(lit) - 1})

static struct jsonw w;

static int
begin(void **state)
{
	(void)state;
	jsonw_new(&w);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	jsonw_free(&w);
	return 0;
}

static void
assert_written(const char *want)
{
	if (w.len != strlen(want) || memcmp(w.text, want, w.len) != 0)
		fail_msg("got %.*s\nwant %s", (int)w.len, w.text, want);
}

/* Ruleset times as in the captured requests. */
static struct record_exposure
exposure(enum record_subject subject)
{
	return (struct record_exposure){.subject = subject,
	    .time_ms = 1795351148644,
	    .reason = TEXT("Network:Recognized"),
	    .has_lcut = true,
	    .lcut = 1767981029384,
	    .has_received_at = true,
	    .received_at = 1795351148641,
	    .has_version = true,
	    .has_secondary = true};
}

static void
put(const struct record_exposure *x)
{
	static const char user[] = "{\"userID\":\"u1\"}";

	assert_int_equal(events_exposure(&w, x, user, sizeof(user) - 1), FG_OK);
}

static void
a_gate_exposure_has_the_seven_members(void **state)
{
	struct record_exposure x = exposure(RECORD_GATE);
	struct record_list list;
	uint8_t bytes[128];

	(void)state;
	record_list_begin(&list, bytes, sizeof(bytes));
	record_list_add(&list, TEXT("gate_pass"), true, TEXT("rule_pass_1"));
	record_list_add(&list, TEXT("gate_default"), false, TEXT("default"));
	x.name = TEXT("gate_dep");
	x.rule_id = TEXT("rule_dep_1");
	x.value = true;
	x.version = 7;
	x.n_secondary = list.n;
	x.secondary = (struct record_text){list.data, list.len};
	put(&x);
	assert_written(
	    "{\"eventName\":\"statsig::gate_exposure\",\"value\":null,"
	    "\"metadata\":{\"gate\":\"gate_dep\",\"gateValue\":\"true\","
	    "\"ruleID\":\"rule_dep_1\",\"reason\":\"Network:Recognized\","
	    "\"lcut\":\"1767981029384\",\"receivedAt\":\"1795351148641\","
	    "\"configVersion\":\"7\"},\"statsigMetadata\":{},"
	    "\"user\":{\"userID\":\"u1\"},\"time\":1795351148644,"
	    "\"secondaryExposures\":["
	    "{\"gate\":\"gate_pass\",\"gateValue\":\"true\","
	    "\"ruleID\":\"rule_pass_1\"},"
	    "{\"gate\":\"gate_default\",\"gateValue\":\"false\","
	    "\"ruleID\":\"default\"}]}");
}

static void
an_unknown_gate_has_an_empty_rule_and_no_version(void **state)
{
	struct record_exposure x = exposure(RECORD_GATE);

	(void)state;
	x.name = TEXT("unknown_gate");
	x.reason = TEXT("Network:Unrecognized");
	x.has_version = false;
	put(&x);
	assert_written(
	    "{\"eventName\":\"statsig::gate_exposure\",\"value\":null,"
	    "\"metadata\":{\"gate\":\"unknown_gate\",\"gateValue\":\"false\","
	    "\"ruleID\":\"\",\"reason\":\"Network:Unrecognized\","
	    "\"lcut\":\"1767981029384\",\"receivedAt\":\"1795351148641\"},"
	    "\"statsigMetadata\":{},\"user\":{\"userID\":\"u1\"},"
	    "\"time\":1795351148644,\"secondaryExposures\":[]}");
}

static void
a_layer_exposure_tells_its_parameter(void **state)
{
	struct record_exposure x = exposure(RECORD_LAYER);

	(void)state;
	x.name = TEXT("layer_a");
	x.rule_id = TEXT("grpL");
	x.version = 9;
	x.explicit_parameter = true;
	x.parameter = TEXT("title");
	x.allocated = TEXT("exp_in_layer");
	x.has_secondary = false;
	put(&x);
	assert_written(
	    "{\"eventName\":\"statsig::layer_exposure\",\"value\":null,"
	    "\"metadata\":{\"config\":\"layer_a\","
	    "\"parameterName\":\"title\",\"isExplicitParameter\":\"true\","
	    "\"allocatedExperiment\":\"exp_in_layer\",\"ruleID\":\"grpL\","
	    "\"reason\":\"Network:Recognized\",\"lcut\":\"1767981029384\","
	    "\"receivedAt\":\"1795351148641\",\"configVersion\":\"9\"},"
	    "\"statsigMetadata\":{},\"user\":{\"userID\":\"u1\"},"
	    "\"time\":1795351148644,\"secondaryExposures\":null}");
}

static bool
written(const char *part)
{
	return memmem(w.text, w.len, part, strlen(part)) != NULL;
}

static void
only_a_manual_experiment_leaves_out_whether_the_rule_passed(void **state)
{
	static const struct {
		enum record_subject subject;
		bool manual, told;
	} cases[] = {
	    {RECORD_CONFIG, false, true}, {RECORD_CONFIG, true, true},
	    {RECORD_EXPERIMENT, false, true}, {RECORD_EXPERIMENT, true, false},
	    {RECORD_EXPERIMENT, false, false}, /* a condition asked for it */
	};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct record_exposure x = exposure(cases[i].subject);

		x.manual = cases[i].manual;
		x.value = true;
		jsonw_clear(&w);
		x.asked = i == 4;
		put(&x);
		assert_true(written("statsig::config_exposure"));
		assert_int_equal(
		    written("\"rulePassed\":\"true\""), cases[i].told);
		assert_int_equal(
		    written("\"isManualExposure\":\"true\""), cases[i].manual);
	}
}

static void
sampling_tells_rate_mode_and_outcome(void **state)
{
	struct record_exposure x = exposure(RECORD_GATE);

	(void)state;
	x.sampling = RECORD_SAMPLING_ON;
	x.has_rate = true;
	x.rate = 101;
	x.shadow_logged = true;
	put(&x);
	assert_true(written("\"statsigMetadata\":{\"samplingRate\":101,"
			    "\"samplingMode\":\"on\","
			    "\"shadowLogged\":\"logged\"}"));
	jsonw_clear(&w);
	x.sampling = RECORD_SAMPLING_SHADOW;
	x.has_rate = x.shadow_logged = false;
	put(&x);
	assert_true(written("\"statsigMetadata\":{\"samplingRate\":null,"
			    "\"samplingMode\":\"shadow\","
			    "\"shadowLogged\":\"dropped\"}"));
}

static void
a_mapping_tells_where_it_led(void **state)
{
	struct record_exposure x = exposure(RECORD_CONFIG);

	(void)state;
	x.has_override = true;
	x.override_name = TEXT("other");
	put(&x);
	assert_true(written("\"overrideConfigName\":\"other\""));
}

static void
custom_events_have_nulls_where_nothing_was_given(void **state)
{
	struct record_custom x = {.time_ms = 5, .name = TEXT("purchase")};

	(void)state;
	assert_int_equal(events_custom(&w, &x, NULL, 0), FG_OK);
	assert_written("{\"eventName\":\"purchase\",\"value\":null,"
		       "\"metadata\":null,\"statsigMetadata\":null,"
		       "\"user\":{},\"time\":5,\"secondaryExposures\":null}");
	jsonw_clear(&w);
	x.value_kind = RECORD_TEXT_VALUE;
	x.value = TEXT("sku \"1\"");
	x.has_metadata = true;
	x.metadata = TEXT("{\"price\":\"9.99\",\"n\":1}");
	assert_int_equal(events_custom(&w, &x, NULL, 0), FG_OK);
	assert_true(written("\"value\":\"sku \\\"1\\\"\","
			    "\"metadata\":{\"price\":\"9.99\",\"n\":1}"));
	jsonw_clear(&w);
	x.value_kind = RECORD_NUMBER_VALUE;
	x.value = TEXT("-12.5e3");
	assert_int_equal(events_custom(&w, &x, NULL, 0), FG_OK);
	assert_true(written("\"value\":-12.5e3,"));
}

static void
nothing_a_worker_writes_can_break_out_of_its_place(void **state)
{
	static const char *const metadata[] = {"{}}", "{},\"user\":{}", "[]",
	    "", "{\"a\":1", "{\"a\":1} ", "{\"\xff\":1}", "null", "{\"a\":}",
	    "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\\ud800\"}"};
	static const char *const numbers[] = {
	    "", "1,2", "1}", "NaN", "0x1", "01", "\"1\"", "1 ", "-", "null"};
	struct record_custom x = {.name = TEXT("e"), .has_metadata = true};

	(void)state;
	jsonw_text(&w, "before");
	for (size_t i = 0; i < sizeof(metadata) / sizeof(metadata[0]); i++) {
		x.metadata =
		    (struct record_text){metadata[i], strlen(metadata[i])};
		assert_int_equal(events_custom(&w, &x, NULL, 0), FG_E_CORRUPT);
		assert_written("\"before\"");
	}
	x.has_metadata = false;
	x.value_kind = RECORD_NUMBER_VALUE;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		x.value = (struct record_text){numbers[i], strlen(numbers[i])};
		assert_int_equal(events_custom(&w, &x, NULL, 0), FG_E_CORRUPT);
		assert_written("\"before\"");
	}
	x.value_kind = RECORD_NO_VALUE;
	x.name = TEXT("\",\"user\":{\"\xff");
	assert_int_equal(events_custom(&w, &x, NULL, 0), FG_OK);
	assert_true(
	    written(",{\"eventName\":\"\\\",\\\"user\\\":{\\\"\xef\xbf\xbd\""));
}

static void
only_one_whole_object_is_an_object(void **state)
{
	char deep[600];

	(void)state;
	assert_true(jsontext_object_ok("{}", 2));
	assert_true(jsontext_object_ok("{\"a\":[1,{\"b\":null}]}", 20));
	assert_true(jsontext_object_ok("{\"\\ud83d\\ude00\":1}", 18));
	assert_true(jsontext_object_ok("{\"\\\\ud800\":1}", 13));
	assert_false(jsontext_object_ok(" {}", 3));
	assert_false(jsontext_object_ok("{}{}", 4));
	assert_false(jsontext_object_ok("{\0}", 3));
	for (size_t depth = 98; depth < 104; depth++) {
		size_t n = 5;

		memcpy(deep, "{\"a\":", 5);
		memset(deep + n, '[', depth - 1);
		n += depth - 1;
		memset(deep + n, ']', depth - 1);
		n += depth - 1;
		deep[n++] = '}';
		assert_int_equal(
		    jsontext_object_ok(deep, n), depth <= JSONTEXT_DEPTH);
	}
}

/* Entries in a record, as a worker would have put them. */
static struct record_counts
counts_of(uint8_t *buf, size_t cap, const char *prefix, unsigned from,
    unsigned n, uint64_t count)
{
	struct record_count_list list;

	record_count_list_begin(&list, buf, cap);
	for (unsigned i = from; i < from + n; i++) {
		char name[40];

		snprintf(name, sizeof(name), "%s%u", prefix, i);
		assert_int_equal(
		    record_count_list_add(
			&list, (struct record_text){name, strlen(name)}, count),
		    FG_OK);
	}
	return (struct record_counts){
	    .time_ms = 7, .n = list.n, .entries = {list.data, list.len}};
}

static void
counts_of_many_workers_become_one_event(void **state)
{
	struct events_counts *c;
	struct record_counts x;
	uint8_t buf[512];

	(void)state;
	assert_int_equal(events_counts_new(&c), FG_OK);
	assert_true(events_counts_empty(c));
	x = counts_of(buf, sizeof(buf), "gate_", 1, 2, 2);
	assert_int_equal(events_counts_add(c, &x), FG_OK);
	x = counts_of(buf, sizeof(buf), "gate_", 2, 1, UINT64_MAX - 5);
	assert_int_equal(events_counts_add(c, &x), FG_OK);
	x = counts_of(buf, sizeof(buf), "gate_", 2, 1, 100);
	assert_int_equal(events_counts_add(c, &x), FG_OK);
	assert_false(events_counts_empty(c));
	assert_int_equal(events_counts_put(c, &w), FG_OK);
	assert_written(
	    "{\"eventName\":\"statsig::non_exposed_checks\",\"value\":null,"
	    "\"metadata\":{\"checks\":\"{\\\"gate_1\\\":2,"
	    "\\\"gate_2\\\":18446744073709551615}\"},"
	    "\"statsigMetadata\":null,\"user\":{},\"time\":7,"
	    "\"secondaryExposures\":null}");
	assert_true(events_counts_empty(c));
	events_counts_free(c);
}

static void
names_are_bounded_and_any_record_fits_when_empty(void **state)
{
	static uint8_t buf[RECORD_MAX];
	struct events_counts *c;
	enum fg_status st = FG_OK;
	struct record_counts x;
	int n = 0;

	(void)state;
	assert_int_equal(events_counts_new(&c), FG_OK);
	for (unsigned i = 0; i < 10 && st == FG_OK; i++) {
		x = counts_of(buf, sizeof(buf), "x", i * 3000, 3000, 1);
		st = events_counts_add(c, &x);
		n += st == FG_OK;
	}
	assert_int_equal(st, FG_E_SPACE);
	assert_in_range(n, 2, 9);
	assert_int_equal(events_counts_put(c, &w), FG_OK);
	assert_int_equal(events_counts_add(c, &x), FG_OK);
	events_counts_free(c);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_gate_exposure_has_the_seven_members),
	    TEST(an_unknown_gate_has_an_empty_rule_and_no_version),
	    TEST(a_layer_exposure_tells_its_parameter),
	    TEST(only_a_manual_experiment_leaves_out_whether_the_rule_passed),
	    TEST(sampling_tells_rate_mode_and_outcome),
	    TEST(a_mapping_tells_where_it_led),
	    TEST(custom_events_have_nulls_where_nothing_was_given),
	    TEST(nothing_a_worker_writes_can_break_out_of_its_place),
	    TEST(only_one_whole_object_is_an_object),
	    TEST(counts_of_many_workers_become_one_event),
	    TEST(names_are_bounded_and_any_record_fits_when_empty),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
