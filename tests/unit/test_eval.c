/*
 * The walk: what decides, in which order, and what leaks from nested gates.
 * Expectations were taken from the reference implementation.
 */
#include "reader/forkgate.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

#define RULE(id, pass, ret, conds)                            \
	"{\"name\":\"n\",\"id\":\"" id "\",\"salt\":\"s-" id  \
	"\",\"passPercentage\":" pass ",\"returnValue\":" ret \
	",\"conditions\":[" conds "],\"idType\":\"userID\""
#define SPEC(name, entity, def, rules)                                        \
	"\"" name "\":{\"type\":\"t\",\"salt\":\"salt-" name                  \
	"\",\"defaultValue\":" def ",\"enabled\":true,\"idType\":\"userID\"," \
	"\"entity\":\"" entity "\",\"rules\":[" rules "]"
#define GATE(name, rules) SPEC(name, "feature_gate", "false", rules) "}"
#define COND(name, type, rest) \
	"\"" name "\":{\"type\":\"" type "\",\"idType\":\"userID\"" rest "}"

static const struct fixture_doc doc = {
    .gates = GATE("on", RULE("r1", "100", "true", "\"public\"") "}") "," GATE(
	"off", "") "," GATE("zero",
	RULE("r0", "0", "true",
	    "\"public\"") ",\"groupName\":\"g\"}") "," GATE("nested",
	RULE("rn", "100", "true",
	    "\"pass_on\",\"fail_off\"") "}") "," GATE("both",
	RULE("rb", "100", "true",
	    "\"pass_off\",\"pass_on\"") "}") "," GATE("twice",
	RULE("rt", "100", "true",
	    "\"pass_on\",\"pass_on\"") "}") "," GATE("self",
	RULE("rs", "100", "true", "\"pass_self\"") "}") "," GATE("unknown_op",
	RULE("ru", "100", "true", "\"odd\"") "}") "," GATE("after_public",
	RULE("rp", "100", "true",
	    "\"public\",\"odd\"") "}") "," GATE("missing_cond",
	RULE("rm", "100", "true", "\"nowhere\"") "}") "," GATE("ghost",
	RULE("rg", "100", "true", "\"fail_ghost\"") "}") "," GATE("seg",
	RULE("rx", "100", "true", "\"pass_segment\"") "}") "," GATE("segment:s",
	RULE("rseg", "100", "true", "\"pass_on\"") "}") "," GATE("email",
	RULE("re", "100", "true", "\"email\"") "}") "," GATE("tier",
	RULE("rtier", "100", "true", "\"prod\"") "}") "," GATE("half",
	RULE("rh", "50", "true", "\"public\"") "}"),
    .configs = SPEC("cfg", "dynamic_config", "{\"a\":0}",
	RULE("rc", "100",
	    "{\"a\":1,\"b\":\"x\",\"big\":"
	    "18446744073709551615,\"f\":3.0,\"o\":{\"k\":"
	    "[1,2]},\"t\":true,\"n\":null}",
	    "\"email\"") "}") ",\"version\":5}"
			      "," SPEC("exp", "experiment", "{}",
				  RULE("g1", "100", "{\"p\":\"one\",\"q\":1}",
				      "\"pass_on\"") ",\"groupName\":\"Test\",\"isExperimentGroup\":true}") ",\"isActive\":true,\"explicitParameters\":[\"p\"]}"
													    "," SPEC(
														"text_value",
														"dynamic_config",
														"\"oops\"",
														"") "}",
    .layers = SPEC("layer", "layer", "{\"p\":\"def\",\"q\":0,\"z\":9}",
	RULE("lr", "0", "{}",
	    "\"pass_on\"") ",\"configDelegate\":\"exp\"}") ",\"version\":3}"
							   "," SPEC("new_layer",
							       "layer",
							       "{\"p\":\"def\",\"z\":9}",
							       RULE("plain",
								   "100",
								   "{\"z\":1}",
								   "\"public\"") "}," RULE("deleg",
								   "100", "{}",
								   "\"public\"") ",\"configDelegate\":\"exp\"}") ",\"useNewLayerEval\":true}",
    .more = ",\"param_stores\":{\"store\":{\"parameters\":{"
	    "\"s\":{\"ref_type\":\"static\",\"param_type\":\"string\","
	    "\"value\":\"static\"},"
	    "\"nul\":{\"ref_type\":\"static\",\"param_type\":\"string\","
	    "\"value\":null},"
	    "\"g\":{\"ref_type\":\"gate\",\"param_type\":\"string\","
	    "\"gate_name\":\"on\",\"pass_value\":\"P\",\"fail_value\":"
	    "\"F\"},"
	    "\"gm\":{\"ref_type\":\"gate\",\"param_type\":\"string\","
	    "\"gate_name\":\"no\",\"pass_value\":\"P\",\"fail_value\":"
	    "\"F\"},"
	    "\"e\":{\"ref_type\":\"experiment\",\"param_type\":\"number\","
	    "\"experiment_name\":\"exp\",\"param_name\":\"q\"},"
	    "\"l\":{\"ref_type\":\"layer\",\"param_type\":\"string\","
	    "\"layer_name\":\"layer\",\"param_name\":\"p\"},"
	    "\"lm\":{\"ref_type\":\"layer\",\"param_type\":\"string\","
	    "\"layer_name\":\"layer\",\"param_name\":\"none\"}}}}",
    .conditions = COND("public", "public", "") "," COND("pass_on", "pass_gate",
	",\"targetValue\":\"on\"") "," COND("pass_off", "pass_gate",
	",\"targetValue\":\"off\"") "," COND("fail_off", "fail_gate",
	",\"targetValue\":\"off\"") "," COND("pass_self", "pass_gate",
	",\"targetValue\":\"self\"") "," COND("fail_ghost", "fail_gate",
	",\"targetValue\":\"ghost!\"") "," COND("pass_segment", "pass_gate",
	",\"targetValue\":\"segment:s\"") "," COND("odd", "user_field",
	",\"field\":\"email\",\"operator\":\"resembles\"") "," COND("email",
	"user_field",
	",\"field\":\"email\",\"operator\":"
	"\"str_ends_with_any\",\"targetValue\":[\"@Example.com\"]") "," COND("prod",
	"environment_field",
	",\"field\":\"tier\",\"operator\":\"any\",\"targetValue\":"
	"[\"production\"]"),
};

static struct fg *fg;
static struct fg_session *ses;
static struct fg_user *user;

static int
open_all(void **state)
{
	char *json = fixture_text(&doc);

	(void)state;
	fg = fixture_open(json, NULL);
	free(json);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	assert_int_equal(fg_user_new(&user), FG_OK);
	return 0;
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

static struct fg_gate
gate(const char *name)
{
	struct fg_gate g;

	assert_int_equal(fg_get_gate(ses, user, name, 0, &g), FG_OK);
	assert_int_equal(g.value, fg_check_gate(ses, user, name));
	return g;
}

static void
expect(const char *name, bool value, const char *rule, const char *reason)
{
	struct fg_gate g = gate(name);

	assert_int_equal(g.value, value);
	assert_string_equal(g.rule_id, rule);
	assert_string_equal(g.details.reason, reason);
}

static void
the_first_rule_that_holds_decides_also_by_its_percentage(void **state)
{
	(void)state;
	expect("on", true, "r1", "Network:Recognized");
	expect("off", false, "default", "Network:Recognized");
	expect("zero", false, "r0", "Network:Recognized");
	expect("nobody", false, "", "Network:Unrecognized");
}

static void
details_tell_the_generation_and_its_times(void **state)
{
	struct fg_gate g = gate("on");

	(void)state;
	assert_int_equal(g.details.generation, FIXTURE_GENERATION);
	assert_int_equal(g.details.lcut, 1700000000000);
	assert_int_equal(g.details.received_at, FIXTURE_RECEIVED);
	assert_string_equal(g.id_type, "userID");
	assert_false(g.details.has_version);
}

static void
nested_gates_are_recorded_in_order_and_again_when_asked_twice(void **state)
{
	struct fg_gate g = gate("nested");

	(void)state;
	assert_true(g.value);
	assert_int_equal(g.n_secondary, 2);
	assert_string_equal(g.secondary[0].gate, "on");
	assert_string_equal(g.secondary[0].rule_id, "r1");
	assert_true(g.secondary[0].value);
	assert_string_equal(g.secondary[1].gate, "off");
	assert_false(g.secondary[1].value);
	assert_int_equal(gate("twice").n_secondary, 2);
	/* A condition that failed does not keep the next from being asked. */
	g = gate("both");
	assert_false(g.value);
	assert_int_equal(g.n_secondary, 2);
}

static void
segments_are_not_recorded_but_their_gates_are(void **state)
{
	struct fg_gate g = gate("seg");

	(void)state;
	assert_true(g.value);
	assert_int_equal(g.n_secondary, 1);
	assert_string_equal(g.secondary[0].gate, "on");
}

static void
an_unknown_nested_gate_is_false_and_leaves_no_exposure(void **state)
{
	struct fg_gate g = gate("ghost");

	(void)state;
	assert_true(g.value);
	assert_int_equal(g.n_secondary, 0);
}

static void
a_gate_that_asks_itself_is_an_error(void **state)
{
	(void)state;
	expect("self", false, "", "Error:Statsig Evaluation Depth Exceeded");
}

static void
what_is_not_supported_leaves_the_value_as_it_was(void **state)
{
	(void)state;
	expect("unknown_op", false, "", "Network:Unsupported");
	expect("missing_cond", false, "", "Network:Unsupported");
	expect("after_public", true, "", "Network:Unsupported");
}

static void
fields_are_compared_in_lower_case(void **state)
{
	(void)state;
	fg_user_set_string(user, FG_EMAIL, "Ann@EXAMPLE.com");
	expect("email", true, "re", "Network:Recognized");
	fg_user_set_string(user, FG_EMAIL, "ann@example.org");
	expect("email", false, "default", "Network:Recognized");
	fg_user_reset(user);
	/* An empty field of the user's own goes on to the custom ones. */
	fg_user_set_string(user, FG_EMAIL, "");
	fg_user_put_string(user, FG_CUSTOM, "email", "x@example.com");
	expect("email", true, "re", "Network:Recognized");
	fg_user_reset(user);
	fg_user_put_string(user, FG_PRIVATE, "email", "x@example.com");
	expect("email", true, "re", "Network:Recognized");
	fg_user_reset(user);
}

static void
the_users_environment_hides_the_clients(void **state)
{
	struct fg_options o = FG_OPTIONS_INIT;
	char *json = fixture_text(&doc);
	struct fg_session *other;
	struct fg *prod;

	(void)state;
	expect("tier", false, "default", "Network:Recognized");
	o.environment = "Production";
	prod = fixture_open(json, &o);
	free(json);
	assert_int_equal(fg_session_begin(prod, &other), FG_OK);
	assert_true(fg_check_gate(other, user, "tier"));
	fg_user_put_string(user, FG_ENVIRONMENT, "tier", "staging");
	assert_false(fg_check_gate(other, user, "tier"));
	fg_user_reset(user);
	fg_session_end(other);
	fg_close(prod);
}

/* gate_salt.rule_salt.unit: buckets that the reference computed. */
static void
the_percentage_buckets_by_the_unit(void **state)
{
	int n = 0;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		char id[16];

		snprintf(id, sizeof(id), "u%d", i);
		fg_user_set_string(user, FG_USER_ID, id);
		n += fg_check_gate(ses, user, "half");
	}
	assert_in_range(n, 900, 1100);
	fg_user_reset(user);
}

static void
typed_getters_are_strict(void **state)
{
	struct fg_config c;
	enum fg_type type;
	size_t len;

	(void)state;
	fg_user_set_string(user, FG_EMAIL, "a@example.com");
	assert_int_equal(fg_get_config(ses, user, "cfg", 0, &c), FG_OK);
	fg_user_reset(user);
	assert_string_equal(c.rule_id, "rc");
	assert_true(c.passed);
	assert_true(c.details.has_version);
	assert_int_equal(c.details.version, 5);
	assert_int_equal(fg_params_int(c.params, "a", -1), 1);
	assert_int_equal(fg_params_int(c.params, "f", -1), -1);
	assert_true(fg_params_double(c.params, "f", 0) == 3.0);
	assert_true(fg_params_double(c.params, "a", 0) == 1.0);
	assert_string_equal(fg_params_string(c.params, "b", "no"), "x");
	assert_string_equal(fg_params_string(c.params, "a", "no"), "no");
	assert_true(fg_params_bool(c.params, "t", false));
	assert_int_equal(fg_params_int(c.params, "big", -1), -1);
	assert_memory_equal(fg_params_json(c.params, "big", &len, &type),
	    "18446744073709551615", 20);
	assert_int_equal(len, 20);
	assert_int_equal(type, FG_UINT);
	assert_memory_equal(
	    fg_params_json(c.params, "o", &len, &type), "{\"k\":[1,2]}", 11);
	assert_int_equal(type, FG_OBJECT);
	assert_memory_equal(
	    fg_params_json(c.params, "f", &len, &type), "3.0", 3);
	assert_non_null(fg_params_json(c.params, "n", &len, &type));
	assert_int_equal(type, FG_NULL);
	assert_null(fg_params_json(c.params, "none", &len, &type));
	assert_int_equal(fg_params_count(c.params), 7);
	assert_string_equal(fg_params_name(c.params, 0), "a");
	assert_null(fg_params_name(c.params, 7));
}

static void
what_is_no_object_reads_as_an_empty_one(void **state)
{
	struct fg_config c;
	size_t len;

	(void)state;
	fg_get_config(ses, user, "text_value", 0, &c);
	assert_string_equal(fg_params_text(c.params, &len), "{}");
	assert_null(c.explicit_params);
	fg_get_config(ses, user, "no such config", 0, &c);
	assert_string_equal(fg_params_text(c.params, &len), "{}");
	assert_string_equal(c.details.reason, "Network:Unrecognized");
	assert_null(c.group_name);
}

static void
an_experiment_tells_its_group(void **state)
{
	struct fg_config c;

	(void)state;
	fg_get_experiment(ses, user, "exp", 0, &c);
	assert_string_equal(c.rule_id, "g1");
	assert_string_equal(c.group_name, "Test");
	assert_true(c.is_experiment_active);
	assert_true(c.is_user_in_experiment);
	assert_int_equal(c.n_secondary, 1);
	assert_int_equal(c.n_explicit_params, 1);
	assert_string_equal(c.explicit_params[0], "p");
}

static void
groups_are_told_without_a_user(void **state)
{
	struct fg_config c;
	struct fg_groups g;

	(void)state;
	fg_get_experiment_by_group(ses, "exp", "Test", &c);
	assert_string_equal(c.rule_id, "g1");
	assert_string_equal(c.id_type, "userID");
	assert_string_equal(c.group_name, "Test");
	assert_true(c.is_experiment_active);
	assert_string_equal(fg_params_string(c.params, "p", "no"), "one");
	assert_string_equal(c.details.reason, "Network:Recognized");
	fg_get_experiment_by_group(ses, "exp", "test", &c);
	assert_string_equal(c.details.reason, "Network:Unrecognized");
	assert_null(c.group_name);
	fg_get_experiment_by_group(ses, "nope", "Test", &c);
	assert_string_equal(c.details.reason, "Network:Unrecognized");
	fg_get_experiment_groups(ses, "exp", &g);
	assert_int_equal(g.n, 1);
	assert_true(g.has_active && g.is_active);
	assert_string_equal(g.groups[0].group_name, "Test");
	fg_get_experiment_groups(ses, "cfg", &g);
	assert_int_equal(g.n, 0);
	assert_false(g.has_active);
}

static void
a_layer_leaves_the_decision_to_its_experiment(void **state)
{
	struct fg_layer l;

	(void)state;
	fg_get_layer(ses, user, "layer", 0, &l);
	/* Before its own percentage, which is 0, and without its defaults. */
	assert_string_equal(l.allocated_experiment, "exp");
	assert_string_equal(l.rule_id, "g1");
	assert_string_equal(l.group_name, "Test");
	assert_int_equal(l.details.version, 3);
	assert_string_equal(fg_layer_string(&l, "p", "no"), "one");
	assert_int_equal(fg_layer_int(&l, "z", -1), -1);
	assert_int_equal(l.n_explicit_params, 1);
	assert_string_equal(l.explicit_params[0], "p");
	assert_int_equal(l.n_secondary, 2);
	assert_int_equal(l.n_undelegated, 1);
}

static void
a_new_layer_gathers_from_several_rules(void **state)
{
	struct fg_layer l;
	size_t len;

	(void)state;
	fg_get_layer(ses, user, "new_layer", 0, &l);
	/* The plain rule came first, so the delegate adds nothing. */
	assert_string_equal(
	    fg_params_text(l.params, &len), "{\"p\":\"def\",\"z\":1}");
	assert_string_equal(l.rule_id, "default");
	assert_string_equal(fg_layer_param_rule(&l, "z"), "plain");
	assert_string_equal(fg_layer_param_rule(&l, "p"), "default");
	assert_non_null(l.undelegated);
	assert_int_equal(l.n_undelegated, 0);
}

static void
a_parameter_store_asks_what_is_behind_each_name(void **state)
{
	struct fg_store store;
	enum fg_type type;
	size_t len;

	(void)state;
	fg_get_store(ses, user, "store", 0, &store);
	assert_string_equal(store.details.reason, "Network:Recognized");
	assert_string_equal(fg_store_string(&store, "s", "fb"), "static");
	assert_int_equal(fg_store_int(&store, "s", 4), 4);
	assert_string_equal(fg_store_string(&store, "nul", "fb"), "fb");
	assert_string_equal(fg_store_string(&store, "g", "fb"), "P");
	assert_string_equal(fg_store_string(&store, "gm", "fb"), "F");
	assert_int_equal(fg_store_int(&store, "e", 4), 1);
	assert_true(fg_store_double(&store, "e", 4) == 1.0);
	assert_string_equal(fg_store_string(&store, "l", "fb"), "one");
	assert_string_equal(fg_store_string(&store, "lm", "fb"), "fb");
	assert_true(fg_store_bool(&store, "none", true));
	assert_memory_equal(
	    fg_store_json(&store, "s", &len, &type), "\"static\"", 8);
	assert_int_equal(len, 8);
	assert_int_equal(type, FG_STRING);
	fg_get_store(ses, user, "no such store", 0, &store);
	assert_string_equal(store.details.reason, "Network:Unrecognized");
	assert_string_equal(fg_store_string(&store, "s", "fb"), "fb");
}

static void
overrides_answer_before_the_rules(void **state)
{
	struct fg_member m[1] = {{.key = "p", .key_len = 1}};
	struct fg_config c;
	struct fg_layer l;
	struct fg_store s;
	struct fg_gate g;
	size_t len;

	(void)state;
	m[0].value = (struct fg_value){.type = FG_STRING};
	m[0].value.u.string.bytes = "own";
	m[0].value.u.string.len = 3;
	/* For one ID before everyone; a nested one marks the whole call. */
	fg_override_gate(fg, "on", NULL, false);
	fg_override_gate(fg, "on", "ann", true);
	expect("on", false, "override", "LocalOverride:Recognized");
	g = gate("nested");
	assert_false(g.value);
	assert_string_equal(g.details.reason, "LocalOverride:Recognized");
	assert_string_equal(g.secondary[0].rule_id, "override");
	fg_user_set_string(user, FG_USER_ID, "ann");
	expect("on", true, "override", "LocalOverride:Recognized");
	fg_user_reset(user);
	fg_user_put_string(user, FG_CUSTOM_IDS, "any", "ann");
	expect("on", true, "override", "LocalOverride:Recognized");
	fg_user_reset(user);
	assert_string_equal(gate("on").id_type, "");
	/* Removing one ID leaves the others; removing the name takes all. */
	fg_remove_override(fg, FG_GATE, "on", "ann");
	fg_user_set_string(user, FG_USER_ID, "ann");
	expect("on", false, "override", "LocalOverride:Recognized");
	fg_override_gate(fg, "on", "ann", true);
	fg_remove_override(fg, FG_GATE, "on", NULL);
	expect("on", true, "r1", "Network:Recognized");
	/* Unknown names have answers too, and kinds are apart. */
	fg_override_value(fg, FG_CONFIG, "no such", NULL, m, 1);
	fg_get_config(ses, user, "no such", 0, &c);
	assert_string_equal(fg_params_text(c.params, &len), "{\"p\":\"own\"}");
	assert_false(c.passed);
	fg_get_experiment(ses, user, "no such", 0, &c);
	assert_string_equal(c.details.reason, "Network:Unrecognized");
	fg_override_experiment_group(fg, "exp", NULL, "Test");
	fg_get_experiment(ses, user, "exp", 0, &c);
	assert_string_equal(c.rule_id, "override");
	assert_string_equal(fg_params_string(c.params, "p", ""), "one");
	assert_null(c.group_name);
	fg_override_experiment_group(fg, "exp", NULL, "nope");
	fg_get_experiment(ses, user, "exp", 0, &c);
	assert_string_equal(fg_params_text(c.params, &len), "{}");
	/* As a layer's delegate, old and new. */
	fg_override_value(fg, FG_EXPERIMENT, "exp", NULL, m, 1);
	fg_get_layer(ses, user, "layer", 0, &l);
	assert_string_equal(fg_params_text(l.params, &len), "{\"p\":\"own\"}");
	fg_override_value(fg, FG_LAYER, "layer", NULL, m, 1);
	fg_get_layer(ses, user, "layer", 0, &l);
	assert_string_equal(l.rule_id, "override");
	assert_null(l.undelegated);
	fg_override_value(fg, FG_STORE, "store", NULL, m, 1);
	fg_get_store(ses, user, "store", 0, &s);
	assert_string_equal(fg_store_string(&s, "p", "fb"), "own");
	assert_string_equal(fg_store_string(&s, "s", "fb"), "fb");
	fg_clear_overrides(fg);
	expect("on", true, "r1", "Network:Recognized");
	assert_string_equal(fg_store_string(&s, "s", "fb"), "static");
	fg_user_reset(user);
}

static void
results_stay_until_the_session_ends(void **state)
{
	struct fg_gate first = gate("nested");

	(void)state;
	for (int i = 0; i < 5000; i++)
		gate("twice");
	assert_string_equal(first.rule_id, "rn");
	assert_string_equal(first.secondary[1].gate, "off");
}

static void
a_check_without_a_user_has_an_empty_one(void **state)
{
	(void)state;
	assert_true(fg_check_gate(ses, NULL, "on"));
	assert_false(fg_check_gate(ses, NULL, "email"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		the_first_rule_that_holds_decides_also_by_its_percentage),
	    cmocka_unit_test(details_tell_the_generation_and_its_times),
	    cmocka_unit_test(
		nested_gates_are_recorded_in_order_and_again_when_asked_twice),
	    cmocka_unit_test(segments_are_not_recorded_but_their_gates_are),
	    cmocka_unit_test(
		an_unknown_nested_gate_is_false_and_leaves_no_exposure),
	    cmocka_unit_test(a_gate_that_asks_itself_is_an_error),
	    cmocka_unit_test(what_is_not_supported_leaves_the_value_as_it_was),
	    cmocka_unit_test(fields_are_compared_in_lower_case),
	    cmocka_unit_test(the_users_environment_hides_the_clients),
	    cmocka_unit_test(the_percentage_buckets_by_the_unit),
	    cmocka_unit_test(typed_getters_are_strict),
	    cmocka_unit_test(what_is_no_object_reads_as_an_empty_one),
	    cmocka_unit_test(an_experiment_tells_its_group),
	    cmocka_unit_test(groups_are_told_without_a_user),
	    cmocka_unit_test(a_layer_leaves_the_decision_to_its_experiment),
	    cmocka_unit_test(a_new_layer_gathers_from_several_rules),
	    cmocka_unit_test(a_parameter_store_asks_what_is_behind_each_name),
	    cmocka_unit_test(overrides_answer_before_the_rules),
	    cmocka_unit_test(results_stay_until_the_session_ends),
	    cmocka_unit_test(a_check_without_a_user_has_an_empty_one),
	};

	return cmocka_run_group_tests_name("eval", tests, open_all, close_all);
}
