/*
 * What the reference implementation crashes on or never ends with has a bounded
 * answer here, the one that README and DESIGN.md state.
 */
#include <stdlib.h>

#include "common/country.h"
#include "common/manifest.h"
#include "reader/forkgate.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

#define SPEC(name, entity, conditions)                                       \
	"\"" name "\":{\"type\":\"t\",\"salt\":\"s\",\"enabled\":true,"      \
	"\"idType\":\"userID\",\"defaultValue\":false,\"entity\":\"" entity  \
	"\",\"rules\":[{\"name\":\"r\",\"id\":\"r\",\"passPercentage\":100," \
	"\"returnValue\":true,\"idType\":\"userID\",\"groupName\":\"Test\"," \
	"\"conditions\":[" conditions "]}]}"
#define GATE(name, conditions) SPEC(name, "feature_gate", conditions)
#define CONDITION(name, more)  "\"" name "\":{\"idType\":\"userID\"," more "}"
#define TAGS                   "\"type\":\"user_field\",\"field\":\"tags\",\"operator\":"
#define HOP(name, next)                                       \
	CONDITION(name,                                       \
	    "\"type\":\"experiment_group\",\"field\":\"" next \
	    "\",\"operator\":\"any\",\"targetValue\":[\"Test\"]")
#define MAPPING(from, to)                                          \
	"\"" from "\":[{\"new_config_name\":\"" to "\",\"rules\":" \
	"[{\"rule_name\":\"all\"}]}]"

static struct fg *fg;
static struct fg_session *ses;
static struct fg_user *user;

static int
open_rules(void **state)
{
	static const struct country_range ranges[] = {{0, 0}};
	static const struct fixture_doc doc = {
	    .gates = GATE("same", "\"same\"") "," GATE(
		"differ", "\"differ\"") "," GATE("nowhere",
		"\"nowhere\"") "," GATE("to_b", "") "," GATE("to_a",
		"") "," GATE("asks_a", "\"asks_a\"") "," GATE("hop",
		"\"hop_e\""),
	    .configs = SPEC("e", "experiment", "\"hop_f\"") "," SPEC(
		"f", "experiment", "\"hop_e\""),
	    .conditions = CONDITION("same",
		TAGS
		"\"eq\",\"targetValue\":[\"A\",\"a\"]") "," CONDITION("differ",
		TAGS
		"\"neq\",\"targetValue\":[\"A\",\"a\"]") "," CONDITION("nowhere",
		"\"type\":\"ip_based\",\"field\":\"country\",\"operator\":"
		"\"eq\",\"targetValue\":null") "," CONDITION("asks_a",
		"\"type\":\"fail_gate\",\"targetValue\":\"to_a\"") "," HOP("hop_e",
		"e") "," HOP("hop_f", "f"),
	    .more = ",\"overrides\":{" MAPPING("to_a", "to_b") "," MAPPING(
		"to_b", "to_a") "},\"override_rules\":{\"all\":{\"name\":"
				"\"all\",\"id\":\"all\",\"passPercentage\":100,"
				"\"returnValue\":true,\"idType\":\"userID\","
				"\"conditions\":[]}}",
	};
	struct snapshot_part part = {.kind = MANIFEST_COUNTRIES};
	char *text = fixture_text(&doc);
	uint8_t *table;

	(void)state;
	assert_int_equal(
	    country_make("DE", 1, ranges, 1, &table, &part.len), FG_OK);
	part.data = table;
	fg = fixture_open_beside(text, NULL, &part, 1);
	free(table);
	free(text);
	assert_int_equal(fg_user_new(&user), FG_OK);
	return fg_session_begin(fg, &ses);
}

static int
close_rules(void **state)
{
	(void)state;
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
	return 0;
}

static struct fg_gate
gate(const char *name)
{
	struct fg_gate g;

	fg_get_gate(ses, user, name, 0, &g);
	assert_int_equal(g.value, fg_check_gate(ses, user, name));
	return g;
}

/* Of two targets that are the same in lower case the later one is left. */
static void
lists_that_collapse_in_lower_case_equal_nothing(void **state)
{
	struct fg_value items[2], tags = {.type = FG_ARRAY};

	(void)state;
	for (int i = 0; i < 2; i++) {
		items[i] = (struct fg_value){.type = FG_STRING};
		items[i].u.string.bytes = "a";
		items[i].u.string.len = 1;
	}
	tags.u.array.items = items;
	for (size_t n = 0; n <= 2; n++) {
		tags.u.array.n = n;
		fg_user_reset(user);
		fg_user_put(user, FG_CUSTOM, "tags", 4, &tags);
		assert_false(gate("same").value);
		assert_true(gate("differ").value);
		assert_string_equal(
		    gate("same").details.reason, "Network:Recognized");
	}
}

static void
an_address_beyond_all_addresses_has_no_country(void **state)
{
	(void)state;
	fg_user_reset(user);
	fg_user_set_string(user, FG_IP, "255.255.255.255");
	assert_false(gate("nowhere").value);
	fg_user_set_string(user, FG_IP, "999.8.8.8");
	assert_true(gate("nowhere").value);
	assert_string_equal(
	    gate("nowhere").details.reason, "Network:Recognized");
	fg_user_set_string(user, FG_IP, "256.0.0.0");
	assert_true(gate("nowhere").value);
}

static void
mappings_in_a_circle_are_too_deep(void **state)
{
	static const char *const names[] = {"to_a", "to_b", "asks_a"};

	(void)state;
	fg_user_reset(user);
	for (int i = 0; i < 3; i++) {
		assert_false(gate(names[i]).value);
		assert_string_equal(gate(names[i]).details.reason,
		    "Error:Statsig Evaluation Depth Exceeded");
	}
}

/* The innermost of the chain counts as one that has no group. */
static void
experiments_that_ask_for_each_others_groups_get_none(void **state)
{
	struct fg_config c;

	(void)state;
	fg_user_reset(user);
	assert_false(gate("hop").value);
	assert_string_equal(gate("hop").details.reason, "Network:Recognized");
	fg_get_experiment(ses, user, "e", 0, &c);
	assert_string_equal(c.details.reason, "Network:Recognized");
	assert_string_equal(c.rule_id, "default");
	assert_string_equal(fg_params_text(c.params, NULL), "{}");
	assert_null(c.group_name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lists_that_collapse_in_lower_case_equal_nothing),
	    cmocka_unit_test(an_address_beyond_all_addresses_has_no_country),
	    cmocka_unit_test(mappings_in_a_circle_are_too_deep),
	    cmocka_unit_test(
		experiments_that_ask_for_each_others_groups_get_none),
	};

	return cmocka_run_group_tests_name(
	    "eval_limits", tests, open_rules, close_rules);
}
