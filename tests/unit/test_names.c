/* What the rules hold, as Statsig's core lists it. */
#include <stdlib.h>

#include "reader/forkgate.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

#define SPEC(name, entity, more)                                               \
	"\"" name "\":{\"type\":\"t\",\"salt\":\"s\",\"enabled\":true,"        \
	"\"idType\":\"userID\",\"defaultValue\":{},\"entity\":\"" entity "\"," \
	"\"isActive\":true,\"rules\":[" more "],\"fieldsUsed\":[\"" entity     \
	"\",\"b\",\"b\",\"a\"]}"
#define RULE(id, group)                                             \
	"{\"name\":\"r\",\"id\":\"" id "\",\"passPercentage\":100," \
	"\"returnValue\":{\"p\":\"" id "\"},\"idType\":\"userID\"," \
	"\"conditions\":[],\"groupName\":\"" group "\"}"

static struct fg *fg;
static struct fg_session *ses;

static int
open_rules(void **state)
{
	static const struct fixture_doc doc = {
	    .gates = SPEC("g2", "feature_gate", "") "," SPEC(
		"g1", "feature_gate", "") "," SPEC("segment:s", "segment",
		"") "," SPEC("hold", "holdout", ""),
	    .configs =
		SPEC("conf", "dynamic_config", "") "," SPEC("exp", "experiment",
		    RULE("id1", "A") "," RULE("id2", "A") "," RULE(
			"id2", "B")) "," SPEC("tune", "autotune",
		    "") "," SPEC("odd", "other", ""),
	    .layers = SPEC("lay", "layer", "") "," SPEC("lay_odd", "other", ""),
	    .more = ",\"param_stores\":{\"st\":{\"parameters\":{}}}",
	};
	char *text = fixture_text(&doc);

	(void)state;
	fg = fixture_open(text, NULL);
	free(text);
	return fg_session_begin(fg, &ses);
}

static int
close_rules(void **state)
{
	(void)state;
	fg_session_end(ses);
	fg_close(fg);
	return 0;
}

/* Names, one after the other, each with a blank behind it. */
static void
assert_names(const char *const *names, size_t n, const char *expected)
{
	char got[256] = "";

	assert_true((names == NULL) == (n == 0));
	for (size_t i = 0; i < n; i++) {
		strcat(got, names[i]);
		strcat(got, " ");
	}
	assert_string_equal(got, expected);
}

static void
a_list_has_one_kind_of_entity_by_name(void **state)
{
	static const struct {
		enum fg_list which;
		const char *names;
	} cases[] = {
	    {FG_LIST_GATES, "g1 g2 "},
	    {FG_LIST_CONFIGS, "conf "},
	    {FG_LIST_EXPERIMENTS, "exp "},
	    {FG_LIST_AUTOTUNES, "tune "},
	    {FG_LIST_LAYERS, "lay lay_odd "},
	    {FG_LIST_STORES, "st "},
	};
	const char *const *names;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    fg_list_names(ses, cases[i].which, &names, &n), FG_OK);
		assert_names(names, n, cases[i].names);
	}
	assert_int_equal(
	    fg_list_names(ses, (enum fg_list)99, &names, &n), FG_E_INVALID);
	assert_names(names, n, "");
}

static void
fields_are_told_of_any_entity_in_their_order(void **state)
{
	static const struct {
		enum fg_kind kind;
		const char *name, *fields;
	} cases[] = {
	    {FG_GATE, "g1", "feature_gate b b a "},
	    {FG_GATE, "segment:s", "segment b b a "},
	    {FG_CONFIG, "exp", "experiment b b a "},
	    {FG_EXPERIMENT, "conf", "dynamic_config b b a "},
	    {FG_LAYER, "lay", "layer b b a "},
	    {FG_GATE, "lay", ""},
	    {FG_LAYER, "no such layer", ""},
	};
	const char *const *fields;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(fg_fields_needed(ses, cases[i].kind,
				     cases[i].name, &fields, &n),
		    FG_OK);
		assert_names(fields, n, cases[i].fields);
	}
	assert_int_equal(
	    fg_fields_needed(ses, FG_STORE, "st", &fields, &n), FG_E_INVALID);
}

static void
a_group_is_found_by_its_rule_too(void **state)
{
	struct fg_config c;

	(void)state;
	fg_get_experiment_by_group_id(ses, "exp", "id2", &c);
	assert_string_equal(c.rule_id, "id2");
	assert_string_equal(c.group_name, "A");
	assert_string_equal(fg_params_text(c.params, NULL), "{\"p\":\"id2\"}");
	assert_true(c.is_experiment_active);
	assert_string_equal(c.details.reason, "Network:Recognized");
	assert_false(c.details.has_version);
	fg_get_experiment_by_group_id(ses, "exp", "ID2", &c);
	assert_string_equal(c.rule_id, "");
	assert_string_equal(c.details.reason, "Network:Unrecognized");
	fg_get_experiment_by_group_id(ses, "no such", "id2", &c);
	assert_string_equal(c.details.reason, "Network:Unrecognized");
}

static void
without_rules_there_are_no_names(void **state)
{
	struct fg_options o = FG_OPTIONS_INIT;
	char *dir = fixture_state_dir();
	const char *const *names;
	struct fg_session *bare;
	struct fg *empty;
	size_t n;

	(void)state;
	o.state_dir = dir;
	assert_int_equal(fg_open(&o, &empty), FG_OK);
	assert_int_equal(fg_session_begin(empty, &bare), FG_OK);
	assert_int_equal(fg_list_names(bare, FG_LIST_GATES, &names, &n), FG_OK);
	assert_names(names, n, "");
	assert_int_equal(
	    fg_fields_needed(bare, FG_GATE, "g1", &names, &n), FG_OK);
	assert_names(names, n, "");
	fg_session_end(bare);
	fg_close(empty);
	fixture_remove_dir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_has_one_kind_of_entity_by_name),
	    cmocka_unit_test(fields_are_told_of_any_entity_in_their_order),
	    cmocka_unit_test(a_group_is_found_by_its_rule_too),
	    cmocka_unit_test(without_rules_there_are_no_names),
	};

	return cmocka_run_group_tests_name(
	    "names", tests, open_rules, close_rules);
}
