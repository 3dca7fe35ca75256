/*
 * Sticky assignment: what the vectors of the reference do not ask.  Its answers
 * to the same questions are the expectations here.
 */
#include <stdlib.h>

#include "common/endian.h"
#include "reader/sticky_record.h"
#include "syncer/compile_hostwide.h"
#include "tests/unit/formats.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/sticky_fixture.h"

#define RULE(id, conditions, value, more)                                          \
	"{\"name\":\"" id "\",\"id\":\"" id "\",\"salt\":\"" id "\","              \
	"\"passPercentage\":100,\"idType\":\"userID\",\"conditions\":[" conditions \
	"],\"returnValue\":" value more "}"
#define SPEC(name, id_type, active, rules, more)                               \
	"\"" name "\":{\"type\":\"dynamic_config\",\"entity\":\"experiment\"," \
	"\"salt\":\"" name "\",\"enabled\":true,\"idType\":\"" id_type "\","   \
	"\"isActive\":" active ",\"defaultValue\":{},\"version\":3,"           \
	"\"rules\":[" rules "]" more "}"
#define GROUP(id, value)           \
	RULE(id, "\"all\"", value, \
	    ",\"groupName\":\"" id "\",\"isExperimentGroup\":true")

/* Only its group's value changes between the two. */
#define EXPERIMENTS(color)                                                     \
	SPEC("exp", "userID", "true",                                          \
	    GROUP("red", "{\"color\":\"" color "\"}"), "")                     \
	"," SPEC("device", "deviceID", "true", GROUP("one", "{\"n\":1}"),      \
	    "") "," SPEC("over", "userID", "false", GROUP("one", "{\"n\":1}"), \
	    "")

static const char conditions[] =
    "\"all\":{\"type\":\"public\",\"targetValue\":null,\"operator\":null,"
    "\"field\":null,\"additionalValues\":{},\"idType\":\"userID\"},"
    "\"in_red\":{\"type\":\"experiment_group\",\"targetValue\":[\"red\"],"
    "\"operator\":\"any\",\"field\":\"exp\",\"additionalValues\":{},"
    "\"idType\":\"userID\"}";

static const char gates[] =
    "\"asks\":{\"type\":\"feature_gate\",\"entity\":\"feature_gate\","
    "\"salt\":\"asks\",\"enabled\":true,\"idType\":\"userID\","
    "\"defaultValue\":false,\"rules\":[" RULE(
	"r", "\"in_red\"", "true", "") "]}";

static const char layers[] =
    "\"page\":{\"type\":\"dynamic_config\",\"entity\":\"layer\","
    "\"salt\":\"page\",\"enabled\":true,\"idType\":\"userID\","
    "\"defaultValue\":{\"color\":\"none\",\"own\":1},\"rules\":[" RULE(
	"to", "\"all\"", "{}", ",\"configDelegate\":\"exp\"") "]}";

static const char stores[] =
    ",\"param_stores\":{\"store\":{\"parameters\":{\"c\":{"
    "\"ref_type\":\"experiment\",\"param_type\":\"string\","
    "\"experiment_name\":\"exp\",\"param_name\":\"color\"}}}}";

struct world {
	struct sticky_fixture storage;
	struct fg *fg;
	struct fg_session *ses;
	struct fg_user *ada;
};

/* With overrides of the host beside them. */
static void
open_beside(struct world *w, const char *configs,
    const struct snapshot_part *more, size_t n)
{
	struct fixture_doc doc = {gates, configs, layers, conditions, stores};
	struct fg_options o = FG_OPTIONS_INIT;
	char *text = fixture_text(&doc);

	fg_session_end(w->ses);
	fg_close(w->fg);
	o.sticky = &w->storage.storage;
	w->fg = fixture_open_beside(text, &o, more, n);
	free(text);
	assert_int_equal(fg_session_begin(w->fg, &w->ses), FG_OK);
	sticky_fixture_clear_ops(&w->storage);
}

static void
open_rules(struct world *w, const char *configs)
{
	open_beside(w, configs, NULL, 0);
}

static void
begin(struct world *w)
{
	*w = (struct world){0};
	sticky_fixture_begin(&w->storage);
	open_rules(w, EXPERIMENTS("red"));
	assert_int_equal(fg_user_new(&w->ada), FG_OK);
	fg_user_set_string(w->ada, FG_USER_ID, "ada");
}

static void
end(struct world *w)
{
	fg_user_free(w->ada);
	fg_session_end(w->ses);
	fg_close(w->fg);
	sticky_fixture_end(&w->storage);
}

/* What the storage was told since the last time. */
static void
assert_told(struct world *w, const char *begins, size_t n_ops)
{
	struct jsonw *ops = &w->storage.ops;

	assert_int_equal(w->storage.n_ops, n_ops);
	assert_true(ops->len >= strlen(begins));
	if (n_ops > 0 && memcmp(ops->text, begins, strlen(begins)) != 0)
		fail_msg("told %.*s", (int)ops->len, ops->text);
	sticky_fixture_clear_ops(&w->storage);
}

static uint64_t
failures(struct world *w)
{
	struct fg_info info = {.size = sizeof(info)};

	assert_int_equal(fg_get_info(w->fg, &info), FG_OK);
	return info.n_sticky_failed;
}

static void
load(struct world *w, struct fg_sticky *out)
{
	assert_int_equal(fg_sticky_load(w->ses, w->ada, "userID", out), FG_OK);
}

static void
assert_color(const struct fg_params *params, const char *color)
{
	assert_string_equal(fg_params_string(params, "color", "?"), color);
}

static void
what_was_saved_outlives_a_change_of_the_rules(void **state)
{
	struct fg_sticky sticky;
	struct fg_config c;
	struct fg_layer l;
	struct world w;

	(void)state;
	begin(&w);
	load(&w, &sticky);
	assert_int_equal(sticky.n, 0);
	fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, &sticky, &c);
	assert_color(c.params, "red");
	fg_get_layer_sticky(w.ses, w.ada, "page", 0, &sticky, &l);
	assert_told(&w, "[\"save\",\"ada:userID\",\"exp\",{\"value\":true,", 2);
	open_rules(&w, EXPERIMENTS("blue"));
	load(&w, &sticky);
	assert_int_equal(sticky.n, 2);
	fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, &sticky, &c);
	assert_color(c.params, "red");
	assert_string_equal(c.details.reason, "Persisted");
	assert_string_equal(c.rule_id, "red");
	assert_string_equal(c.group_name, "red");
	assert_string_equal(c.id_type, "userID");
	assert_true(c.passed && c.is_experiment_active);
	assert_true(c.is_user_in_experiment);
	fg_get_layer_sticky(w.ses, w.ada, "page", 0, &sticky, &l);
	assert_string_equal(fg_layer_string(&l, "color", "?"), "red");
	assert_string_equal(l.allocated_experiment, "exp");
	assert_string_equal(l.details.reason, "Persisted");
	assert_told(&w, "", 0);
	fg_get_experiment(w.ses, w.ada, "exp", 0, &c);
	assert_color(c.params, "blue");
	assert_told(&w, "[\"delete\",\"ada:userID\",\"exp\"]", 1);
	load(&w, &sticky);
	assert_int_equal(sticky.n, 1);
	end(&w);
}

static void
another_record_of_that_name_is_replaced_by_the_next_save(void **state)
{
	struct fg_sticky none = {0}, sticky;
	struct fg_config c;
	struct world w;

	(void)state;
	begin(&w);
	fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, &none, &c);
	open_rules(&w, EXPERIMENTS("blue"));
	fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, &none, &c);
	load(&w, &sticky);
	assert_int_equal(sticky.n, 1);
	open_rules(&w, EXPERIMENTS("green"));
	load(&w, &sticky);
	fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, &sticky, &c);
	assert_color(c.params, "blue");
	end(&w);
}

static void
the_key_is_of_the_id_that_the_experiment_goes_by(void **state)
{
	struct fg_sticky none = {0}, sticky;
	const struct fg_value odd = {
	    .type = FG_STRING, .u.string = {"a\0b", 3}};
	struct fg_config c;
	struct world w;

	(void)state;
	begin(&w);
	fg_get_experiment_sticky(w.ses, w.ada, "device", 0, &none, &c);
	assert_told(&w, "", 0); /* she has no such ID */
	assert_int_equal(
	    fg_sticky_load(w.ses, w.ada, "deviceID", &sticky), FG_ABSENT);
	fg_user_put_number(w.ada, FG_CUSTOM_IDS, "deviceid", 12);
	fg_get_experiment_sticky(w.ses, w.ada, "device", 0, &none, &c);
	assert_told(&w, "[\"save\",\"12:deviceID\",\"device\"", 1);
	assert_int_equal(
	    fg_sticky_load(w.ses, w.ada, "deviceID", &sticky), FG_OK);
	assert_int_equal(sticky.n, 1);
	fg_user_set_string(w.ada, FG_USER_ID, "");
	fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, &none, &c);
	assert_told(&w, "[\"save\",\":userID\",\"exp\"", 1);
	fg_get_experiment_sticky(w.ses, NULL, "exp", 0, &none, &c);
	assert_told(&w, "", 0);
	fg_user_set(w.ada, FG_USER_ID, &odd); /* "a" is another's */
	fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, &none, &c);
	assert_told(&w, "", 0);
	assert_color(c.params, "red");
	end(&w);
}

static void
what_asks_without_values_removes_them(void **state)
{
	struct fg_store store;
	struct world w;

	(void)state;
	begin(&w);
	fg_get_store(w.ses, w.ada, "store", 0, &store);
	assert_string_equal(fg_store_string(&store, "c", "?"), "red");
	assert_told(&w, "[\"delete\",\"ada:userID\",\"exp\"]", 1);
	assert_true(fg_check_gate(w.ses, w.ada, "asks"));
	assert_told(&w, "[\"delete\",\"ada:userID\",\"exp\"]", 1);
	end(&w);
}

static void
manual_exposures_and_other_kinds_leave_it_alone(void **state)
{
	struct fg_config c;
	const char *json;
	struct world w;

	(void)state;
	begin(&w);
	fg_expose_experiment(w.ses, w.ada, "exp");
	fg_expose_layer(w.ses, w.ada, "page", "color");
	fg_get_config(w.ses, w.ada, "exp", 0, &c);
	fg_get_experiment(w.ses, w.ada, "unknown", 0, &c);
	fg_client_response(w.ses, w.ada, NULL, &json, NULL);
	assert_told(&w, "", 0);
	end(&w);
}

static void
an_override_wins_and_is_not_saved(void **state)
{
	struct fg_member blue = {.key = "color", .key_len = 5};
	struct fg_sticky *sticky = sticky_fixture_text(
	    "{\"exp\":{\"value\":true,\"json_value\":{\"color\":\"old\"},"
	    "\"rule_id\":\"r\",\"group_name\":null,\"secondary_exposures\":[],"
	    "\"undelegated_secondary_exposures\":null,\"config_delegate\":null,"
	    "\"explicit_parameters\":null,\"time\":null,"
	    "\"config_version\":null}}");
	struct fg_config c;
	struct world w;

	(void)state;
	begin(&w);
	fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, sticky, &c);
	assert_color(c.params, "old");
	assert_int_equal(c.details.lcut, 0);
	assert_false(c.details.has_version);
	assert_null(c.group_name);
	blue.value.type = FG_STRING;
	blue.value.u.string.bytes = "blue";
	blue.value.u.string.len = 4;
	fg_override_value(w.fg, FG_EXPERIMENT, "exp", NULL, &blue, 1);
	fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, sticky, &c);
	assert_color(c.params, "blue");
	assert_string_equal(c.details.reason, "LocalOverride:Recognized");
	fg_get_experiment(w.ses, w.ada, "exp", 0, &c);
	assert_told(&w, "", 0);
	sticky_fixture_free(sticky);
	end(&w);
}

static void
a_storage_that_fails_loses_nothing_but_stickiness(void **state)
{
	struct fg_sticky sticky, none = {0};
	struct fg_config c;
	struct world w;

	(void)state;
	begin(&w);
	w.storage.fails = FG_E_IO;
	assert_int_equal(
	    fg_sticky_load(w.ses, w.ada, "userID", &sticky), FG_E_IO);
	assert_true(sticky.is_unknown);
	assert_int_equal(failures(&w), 1);
	/* Neither saved, which would change a group, nor removed. */
	assert_int_equal(
	    fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, &sticky, &c),
	    FG_OK);
	assert_color(c.params, "red");
	assert_told(&w, "", 0);
	assert_int_equal(
	    fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, &none, &c), FG_OK);
	assert_color(c.params, "red");
	assert_int_equal(failures(&w), 2);
	end(&w);
}

static void
a_damaged_record_is_replaced_and_a_newer_one_kept(void **state)
{
	struct fg_sticky_value value = {.name = "exp"};
	struct fg_sticky sticky = {&value, 1, false}, none = {0}, kept;
	struct fg_config c;
	uint8_t bytes[512];
	struct world w;

	(void)state;
	begin(&w);
	fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, &none, &c);
	load(&w, &kept);
	sticky_fixture_clear_ops(&w.storage);
	value.len = kept.values[0].len;
	assert_in_range(value.len, 32, sizeof(bytes));
	memcpy(bytes, kept.values[0].record, value.len);
	value.record = bytes;
	bytes[40] ^= 1;
	fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, &sticky, &c);
	assert_string_equal(c.details.reason, "Network:Recognized");
	assert_told(&w, "[\"save\",\"ada:userID\",\"exp\"", 1);
	assert_int_equal(failures(&w), 1);
	bytes[40] ^= 1;
	bytes[4] = 2;
	fg_get_experiment_sticky(w.ses, w.ada, "exp", 0, &sticky, &c);
	assert_string_equal(c.details.reason, "Network:Recognized");
	assert_told(&w, "", 0);
	end(&w);
}

static void
a_storage_without_all_three_functions_is_refused(void **state)
{
	struct fg_sticky_storage half = {0};
	struct fg_options o = FG_OPTIONS_INIT;
	struct fg *fg;

	(void)state;
	o.sticky = &half;
	assert_int_equal(fg_open(&o, &fg), FG_E_INVALID);
	assert_null(fg);
}

/* ------------------------------------------------------------ the record */

static const uint8_t *
example(struct arena *a, size_t *n)
{
	static const struct fg_exposure list[] = {{"g", "r", true}};
	static const char *const texts[] = {"n"};
	struct fg_member members[2] = {
	    {.key = "n", .key_len = 1}, {.key = "s", .key_len = 1}};
	struct fg_sticky_content r = {.value = true,
	    .has_version = true,
	    .version = 3,
	    .lcut = 1700000000000,
	    .rule_id = "rule",
	    .group_name = "Test",
	    .delegate = "exp",
	    .secondary = list,
	    .n_secondary = 1,
	    .undelegated = list,
	    .explicit_params = texts,
	    .n_explicit_params = 1};
	const uint8_t *bytes;

	members[0].value.type = FG_INT;
	members[0].value.u.integer = 7;
	members[1].value.type = FG_STRING;
	members[1].value.u.string.bytes = "x";
	members[1].value.u.string.len = 1;
	assert_int_equal(params_from_members(members, 2, a, &r.params), FG_OK);
	assert_int_equal(sticky_record_put(&r, a, &bytes, n), FG_OK);
	return bytes;
}

static void
a_record_is_as_documented(void **state)
{
	struct fg_sticky_content r;
	const uint8_t *bytes;
	struct arena a;
	size_t n;

	(void)state;
	assert_true(arena_init(&a, 4096));
	bytes = example(&a, &n);
	formats_compare("sticky-record", bytes, n);
	assert_int_equal(sticky_record_get(bytes, n, &a, &r), FG_OK);
	assert_int_equal(fg_params_int(r.params, "n", 0), 7);
	assert_string_equal(fg_params_string(r.params, "s", "?"), "x");
	assert_non_null(r.undelegated);
	assert_int_equal(r.n_undelegated, 0);
	assert_string_equal(r.explicit_params[0], "n");
	arena_free(&a);
}

static void
no_cut_and_no_flipped_bit_passes(void **state)
{
	struct fg_sticky_content r;
	const uint8_t *bytes;
	uint8_t copy[512];
	struct arena a;
	size_t n;

	(void)state;
	assert_true(arena_init(&a, 65536));
	bytes = example(&a, &n);
	assert_in_range(n, 1, sizeof(copy));
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(
		    sticky_record_get(bytes, cut, &a, &r), FG_E_CORRUPT);
	for (size_t bit = 0; bit < 8 * n; bit++) {
		enum fg_status st;

		memcpy(copy, bytes, n);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		st = sticky_record_get(copy, n, &a, &r);
		assert_true(st == FG_E_CORRUPT || st == FG_E_VERSION);
	}
	arena_free(&a);
}

static void
no_record_brings_back_what_the_host_overrides(void **state)
{
	static const char json[] =
	    "{\"overrides\":[{\"experiment\":\"exp\",\"value\":"
	    "{\"color\":\"host\"}}]}";
	struct hostwide_text value;
	struct hostwide_error err;
	struct snapshot_part part = {.kind = MANIFEST_OVERRIDES};
	struct fg_sticky none = {0}, kept;
	struct fg_layer layer;
	struct world w;

	(void)state;
	begin(&w);
	fg_get_layer_sticky(w.ses, w.ada, "page", 0, &none, &layer);
	assert_color(layer.params, "red");
	assert_int_equal(compile_hostwide(json, strlen(json), &value, &err), 0);
	part.data = value.bytes;
	part.len = value.len;
	open_beside(&w, EXPERIMENTS("green"), &part, 1);
	load(&w, &kept);
	fg_get_layer_sticky(w.ses, w.ada, "page", 0, &kept, &layer);
	assert_color(layer.params, "host");
	assert_string_equal(layer.details.reason, "LocalOverride:Recognized");
	/* Nothing is forgotten by it: lifted, the record counts again. */
	assert_told(&w, "", 0);
	open_rules(&w, EXPERIMENTS("green"));
	load(&w, &kept);
	fg_get_layer_sticky(w.ses, w.ada, "page", 0, &kept, &layer);
	assert_color(layer.params, "red");
	free(value.bytes);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_saved_outlives_a_change_of_the_rules),
	    cmocka_unit_test(
		another_record_of_that_name_is_replaced_by_the_next_save),
	    cmocka_unit_test(the_key_is_of_the_id_that_the_experiment_goes_by),
	    cmocka_unit_test(what_asks_without_values_removes_them),
	    cmocka_unit_test(manual_exposures_and_other_kinds_leave_it_alone),
	    cmocka_unit_test(an_override_wins_and_is_not_saved),
	    cmocka_unit_test(no_record_brings_back_what_the_host_overrides),
	    cmocka_unit_test(a_storage_that_fails_loses_nothing_but_stickiness),
	    cmocka_unit_test(a_damaged_record_is_replaced_and_a_newer_one_kept),
	    cmocka_unit_test(a_storage_without_all_three_functions_is_refused),
	    cmocka_unit_test(a_record_is_as_documented),
	    cmocka_unit_test(no_cut_and_no_flipped_bit_passes),
	};

	return cmocka_run_group_tests_name("sticky", tests, NULL, NULL);
}
