/*
 * Corners in which a comparison of many documents and users with the reference
 * implementation found another answer than ours.  The expectations are the
 * reference's.
 */
#include "reader/forkgate.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

#define RULE(id, ret, conds, more)                          \
	"{\"name\":\"n\",\"id\":\"" id "\",\"salt\":\"r\"," \
	"\"passPercentage\":100,\"returnValue\":" ret       \
	",\"conditions\":[" conds "],\"idType\":\"userID\"" more "}"
#define SPEC(name, entity, def, rules, more)                                \
	"\"" name "\":{\"type\":\"t\",\"salt\":\"s\",\"defaultValue\":" def \
	",\"enabled\":true,\"idType\":\"companyID\",\"entity\":\"" entity   \
	"\",\"version\":77,\"rules\":[" rules "]" more "}"
#define GATE(name, conds) \
	SPEC(name, "feature_gate", "false", RULE("r", "true", conds, ""), "")
#define COND(name, op, target)                                           \
	"\"" name "\":{\"type\":\"user_field\",\"field\":\"tags\","      \
	"\"operator\":\"" op "\",\"targetValue\":" target ",\"idType\":" \
	"\"userID\"}"
#define GROUP(id) \
	"{\"name\":\"" id "\",\"id\":\"" id "\",\"parameterValues\":{}}"
#define ENTRY(id, intercept, field)                                          \
	"\"" id "\":{\"alpha\":0,\"intercept\":" intercept ",\"records\":1," \
	"\"weightsNumerical\":{\"" field "\":1},"                            \
	"\"weightsCategorical\":{}}"
#define CMAB(name, higher, more, entries)                                  \
	"\"" name "\":{\"salt\":\"s\",\"defaultValue\":{},\"idType\":"     \
	"\"userID\",\"enabled\":true,\"version\":3,\"sampleRate\":0,"      \
	"\"higherIsBetter\":" higher "," more "\"groups\":[" GROUP(        \
	    "g1") "," GROUP("g2") "," GROUP("g3") "],\"config\":{" entries \
						  "}}"

/* clang-format off */
static const struct fixture_doc doc = {
    .gates = GATE("any_empty", "\"any_empty\"") ","
	GATE("none_empty", "\"none_empty\"") ","
	GATE("all_empty", "\"all_empty\"") ","
	GATE("not_all", "\"not_all\"") ","
	GATE("nobody", "\"any_null\"") ","
	SPEC("off", "feature_gate", "false", "", "") ","
	GATE("odd_last", "\"public\",\"odd\"") ","
	GATE("odd_then_false", "\"public\",\"odd\",\"any_null\"") ","
	GATE("odd_then_nested", "\"odd\",\"pass_off\"") ","
	GATE("missing_then_false", "\"public\",\"lost\",\"any_null\""),
    .configs = SPEC("odd", "experiment", "{}",
	RULE("x", "{\"p\":2}", "\"odd\"", ""), ",\"isActive\":true"),
    .layers = SPEC("ends_odd", "layer", "{\"p\":1}",
	RULE("l", "{}", "\"public\"", ",\"configDelegate\":\"odd\""),
	",\"useNewLayerEval\":true") ","
	SPEC("goes_on", "layer", "{\"p\":1}",
	RULE("l", "{}", "\"public\"", ",\"configDelegate\":\"odd\"") ","
	RULE("m", "{}", "\"public\"", ""), ",\"useNewLayerEval\":true"),
    .conditions = "\"public\":{\"type\":\"public\",\"idType\":\"userID\"},"
	"\"pass_off\":{\"type\":\"pass_gate\",\"targetValue\":\"off\","
	"\"idType\":\"userID\"},"
	COND("odd", "not_an_operator", "1") ","
	COND("any_empty", "array_contains_any", "[\"\",\".org\"]") ","
	COND("none_empty", "array_contains_none", "[\"\"]") ","
	COND("all_empty", "array_contains_all", "[\"\"]") ","
	COND("not_all", "not_array_contains_all", "[\"\"]") ","
	COND("any_null", "array_contains_any", "[\"null\"]"),
    .more = ",\"cmab_configs\":{"
	CMAB("high", "true", "", ENTRY("g1", "1", "nan") ","
	ENTRY("g2", "2", "none") "," ENTRY("g3", "3", "none")) ","
	CMAB("low", "false", "", ENTRY("g1", "1", "nan") ","
	ENTRY("g2", "2", "none") "," ENTRY("g3", "3", "none")) ","
	CMAB("late", "true", "", ENTRY("g1", "1", "none") ","
	ENTRY("g2", "9", "nan") "," ENTRY("g3", "0", "none")) ","
	CMAB("all", "false", "", ENTRY("g1", "1", "nan") ","
	ENTRY("g2", "2", "nan") "," ENTRY("g3", "3", "nan")) ","
	CMAB("targeted", "true", "\"targetingGateName\":\"nobody\",",
	ENTRY("g1", "1", "none")) "}",
};
/* clang-format on */

static struct fg *fg;
static struct fg_session *ses;
static struct fg_user *user;

static int
open_all(void **state)
{
	char *text = fixture_text(&doc);

	(void)state;
	fg = fixture_open(text, NULL);
	free(text);
	return fg_session_begin(fg, &ses) == FG_OK &&
		fg_user_new(&user) == FG_OK
	    ? 0
	    : -1;
}

static int
close_all(void **state)
{
	(void)state;
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
	return 0;
}

static void
set_tags(const struct fg_value *items, size_t n)
{
	struct fg_value tags = {.type = FG_ARRAY};

	tags.u.array.items = items;
	tags.u.array.n = n;
	fg_user_reset(user);
	assert_int_equal(fg_user_put(user, FG_CUSTOM, "tags", 4, &tags), FG_OK);
}

static void
null_and_objects_in_an_array_are_not_the_empty_text(void **state)
{
	const struct fg_value items[] = {
	    {.type = FG_NULL}, {.type = FG_OBJECT}};

	(void)state;
	set_tags(items, 2);
	assert_false(fg_check_gate(ses, user, "any_empty"));
	assert_true(fg_check_gate(ses, user, "none_empty"));
	assert_false(fg_check_gate(ses, user, "all_empty"));
	assert_true(fg_check_gate(ses, user, "not_all"));
}

static void
the_empty_text_in_an_array_is(void **state)
{
	struct fg_value items[] = {{.type = FG_NULL}, {.type = FG_STRING}};

	(void)state;
	items[1].u.string.bytes = "";
	set_tags(items, 2);
	assert_true(fg_check_gate(ses, user, "any_empty"));
	assert_false(fg_check_gate(ses, user, "none_empty"));
	assert_true(fg_check_gate(ses, user, "all_empty"));
	assert_false(fg_check_gate(ses, user, "not_all"));
}

static struct fg_config
experiment(const char *name)
{
	struct fg_config c;

	assert_int_equal(
	    fg_get_experiment(ses, user, name, FG_NO_EXPOSURE, &c), FG_OK);
	return c;
}

static void
any_score_is_better_than_one_that_is_no_number(void **state)
{
	(void)state;
	fg_user_reset(user);
	fg_user_put_string(user, FG_CUSTOM, "nan", "NaN");
	assert_string_equal(experiment("high").rule_id, "g3");
	assert_string_equal(experiment("low").rule_id, "g2");
	assert_string_equal(experiment("late").rule_id, "g1");
	assert_string_equal(experiment("all").rule_id, "g1");
}

static void
an_autotune_tells_its_own_id_type_and_version(void **state)
{
	struct fg_config c;

	(void)state;
	fg_user_reset(user);
	c = experiment("targeted");
	assert_string_equal(c.rule_id, "inlineTargetingRules");
	assert_string_equal(c.id_type, "userID");
	assert_int_equal(c.details.version, 3);
}

static struct fg_gate
gate(const char *name)
{
	struct fg_gate g;

	assert_int_equal(
	    fg_get_gate(ses, user, name, FG_NO_EXPOSURE, &g), FG_OK);
	assert_string_equal(g.details.reason, "Network:Unsupported");
	return g;
}

static void
conditions_after_one_that_is_not_supported_count(void **state)
{
	(void)state;
	fg_user_reset(user);
	assert_true(gate("odd_last").value);
	assert_false(gate("odd_then_false").value);
	assert_string_equal(gate("odd_then_nested").rule_id, "default");
	assert_false(gate("odd_then_nested").value);
}

static void
conditions_after_one_that_is_missing_do_not(void **state)
{
	(void)state;
	fg_user_reset(user);
	assert_true(gate("missing_then_false").value);
}

static void
a_new_layer_ends_at_the_rule_after_a_delegate_that_is_not_supported(
    void **state)
{
	struct fg_layer layer;

	(void)state;
	fg_user_reset(user);
	fg_get_layer(ses, user, "ends_odd", FG_NO_EXPOSURE, &layer);
	assert_string_equal(layer.details.reason, "Network:Unsupported");
	assert_int_equal(fg_params_int(layer.params, "p", 0), 1);
	assert_string_equal(layer.rule_id, "default");
	assert_null(layer.allocated_experiment);

	fg_get_layer(ses, user, "goes_on", FG_NO_EXPOSURE, &layer);
	assert_int_equal(fg_params_count(layer.params), 0);
	assert_string_equal(layer.allocated_experiment, "odd");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		null_and_objects_in_an_array_are_not_the_empty_text),
	    cmocka_unit_test(the_empty_text_in_an_array_is),
	    cmocka_unit_test(any_score_is_better_than_one_that_is_no_number),
	    cmocka_unit_test(an_autotune_tells_its_own_id_type_and_version),
	    cmocka_unit_test(conditions_after_one_that_is_not_supported_count),
	    cmocka_unit_test(conditions_after_one_that_is_missing_do_not),
	    cmocka_unit_test(
		a_new_layer_ends_at_the_rule_after_a_delegate_that_is_not_supported),
	};

	return cmocka_run_group_tests_name(
	    "eval_corners", tests, open_all, close_all);
}
