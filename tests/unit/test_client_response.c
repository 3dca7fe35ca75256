/* What a client in a browser or a phone starts with. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "reader/forkgate.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

#define SPEC(entity, id_type, def, more)                                        \
	"{\"type\":\"t\",\"salt\":\"s\",\"enabled\":true,\"idType\":\"" id_type \
	"\",\"entity\":\"" entity "\",\"defaultValue\":" def more ","
#define RULE(id, cond, value, more)                                 \
	"{\"name\":\"n\",\"id\":\"" id "\",\"passPercentage\":100," \
	"\"idType\":\"userID\",\"conditions\":[" cond               \
	"],\"returnValue\":" value more "}"
#define GATE(name, rule)      \
	"\"" name "\":" SPEC( \
	    "feature_gate", "userID", "false", "") "\"rules\":[" rule "]}"

static const char gates[] = GATE("on",
    RULE("r_on", "\"all\"", "true", "")) "," GATE("off", "") "," GATE("nested",
    RULE("r_n", "\"on\",\"on\",\"seg\",\"hold\",\"all\"", "true",
	"")) "," GATE("group",
    RULE("r_g", "\"group\"", "true", "")) ",\"app\":" SPEC("feature_gate",
    "userID", "false", ",\"targetAppIDs\":[\"a1\"]") "\"rules\":[" RULE("r_app",
    "\"is_a1\"", "true",
    "") "]}"
	",\"segment:s\":" SPEC(
	    "segment", "userID", "false", "") "\"rules\":[" RULE("r_s",
	    "\"all\"", "true", "") "]}"
				   ",\"hold\":" SPEC("holdout", "userID",
				       "true", "") "\"rules\":[]}";

static const char configs[] = "\"conf\":" SPEC("dynamic_config", "stableID",
    "{\"a\":1}", "") "\"rules\":[" RULE("r_c", "\"on\"", "{\"a\":2}",
    "") "]}"
	",\"exp\":" SPEC("experiment", "userID", "{}",
	    ",\"isActive\":true,\"hasSharedParams\":true,"
	    "\"explicitParameters\":[\"p\"]") "\"rules\":[" RULE("r_e",
	    "\"all\"", "{\"p\":\"x\"}",
	    ",\"groupName\":\"G\",\"isExperimentGroup\":true") "]}"
							       ",\"tune\":" SPEC(
								   "autotune",
								   "userID",
								   "{\"p\":\"x\"}",
								   "") "\"rules\":[]}";

static const char layers[] = "\"lay\":" SPEC("layer", "userID", "{\"p\":\"d\"}",
    "") "\"rules\":[" RULE("r_l", "\"on\"", "{\"p\":\"d\"}",
    ",\"configDelegate\":\"exp\"") "]}"
				   ",\"plain\":" SPEC("layer", "userID",
				       "{\"q\":1}",
				       "") "\"rules\":[]}"
					   ",\"merged\":" SPEC("layer",
					       "userID", "{\"z\":1}",
					       ",\"useNewLayerEval\":true") "\"rules\":[" RULE("r_m",
					       "\"all\"", "{\"y\":2}", "") "]}";

static const char conditions[] =
    "\"all\":{\"type\":\"public\",\"idType\":\"userID\"}"
    ",\"on\":{\"type\":\"pass_gate\",\"targetValue\":\"on\","
    "\"idType\":\"userID\"}"
    ",\"seg\":{\"type\":\"pass_gate\",\"targetValue\":\"segment:s\","
    "\"idType\":\"userID\"}"
    ",\"hold\":{\"type\":\"pass_gate\",\"targetValue\":\"hold\","
    "\"idType\":\"userID\"}"
    ",\"group\":{\"type\":\"experiment_group\",\"field\":\"exp\","
    "\"operator\":\"any\",\"targetValue\":[\"G\"],\"idType\":\"userID\"}"
    ",\"is_a1\":{\"type\":\"target_app\",\"operator\":\"any\","
    "\"targetValue\":[\"a1\"],\"idType\":\"userID\"}";

#define STORE                                                               \
	"\"st\":{\"targetAppIDs\":[\"a1\"],\"parameters\":{"                \
	"\"e\":{\"ref_type\":\"experiment\",\"param_type\":\"string\","     \
	"\"experiment_name\":\"exp\",\"param_name\":\"p\"},"                \
	"\"c\":{\"ref_type\":\"dynamic_config\",\"param_type\":\"number\"," \
	"\"config_name\":\"conf\",\"param_name\":\"a\"},"                   \
	"\"l\":{\"ref_type\":\"layer\",\"param_type\":\"string\","          \
	"\"layer_name\":\"lay\",\"param_name\":\"p\"},"                     \
	"\"g\":{\"ref_type\":\"gate\",\"param_type\":\"boolean\","          \
	"\"gate_name\":\"on\",\"pass_value\":true,\"fail_value\":[1,2]},"   \
	"\"s\":{\"ref_type\":\"static\",\"param_type\":\"object\","         \
	"\"value\":{\"k\":null}}}}"

#define CMAB                                                       \
	"\"cmab\":{\"salt\":\"s\",\"defaultValue\":{\"p\":\"x\"}," \
	"\"idType\":\"userID\",\"enabled\":false,\"version\":1,"   \
	"\"sampleRate\":0,\"higherIsBetter\":true,\"groups\":[],"  \
	"\"targetAppIDs\":[\"a1\"]}"

#define MORE ",\"param_stores\":{" STORE "},\"cmab_configs\":{" CMAB "}"

static const char *json;
static size_t json_len;
static struct fg *fg;
static struct fg_session *ses;
static struct fg_user *user;
static struct fg_client_response_options opt;

static void
open_rules(const char *more)
{
	struct fixture_doc doc = {gates, configs, layers, conditions, more};
	char *text = fixture_text(&doc);

	fg_session_end(ses);
	fg_close(fg);
	ses = NULL;
	fg = fixture_open(text, NULL);
	free(text);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
}

static int
set_up(void **state)
{
	(void)state;
	opt =
	    (struct fg_client_response_options)FG_CLIENT_RESPONSE_OPTIONS_INIT;
	opt.hash = FG_HASH_NONE;
	open_rules(MORE);
	assert_int_equal(fg_user_new(&user), FG_OK);
	fg_user_set_string(user, FG_USER_ID, "u1");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
	user = NULL;
	ses = NULL;
	fg = NULL;
	return 0;
}

static void
respond(void)
{
	assert_int_equal(
	    fg_client_response(ses, user, &opt, &json, &json_len), FG_OK);
	assert_int_equal(strlen(json), json_len);
}

static void
has(const char *part)
{
	if (strstr(json, part) == NULL)
		fail_msg("no %s in\n%s", part, json);
}

static void
lacks(const char *part)
{
	if (strstr(json, part) != NULL)
		fail_msg("%s in\n%s", part, json);
}

static void
the_first_format_says_everything_in_full(void **state)
{
	(void)state;
	respond();
	has("{\"feature_gates\":{"
	    "\"app\":{\"name\":\"app\",\"rule_id\":\"default\","
	    "\"secondary_exposures\":[],\"id_type\":\"userID\","
	    "\"value\":false},"
	    "\"group\":{\"name\":\"group\",\"rule_id\":\"\","
	    "\"secondary_exposures\":[],\"id_type\":\"userID\","
	    "\"value\":false},"
	    "\"nested\":{\"name\":\"nested\",\"rule_id\":\"r_n\","
	    "\"secondary_exposures\":["
	    "{\"gate\":\"on\",\"gateValue\":\"true\",\"ruleID\":\"r_on\"},"
	    "{\"gate\":\"hold\",\"gateValue\":\"true\",\"ruleID\":"
	    "\"default\"}],\"id_type\":\"userID\",\"value\":true},"
	    "\"off\":{\"name\":\"off\",\"rule_id\":\"default\","
	    "\"secondary_exposures\":[],\"id_type\":\"userID\","
	    "\"value\":false},"
	    "\"on\":{\"name\":\"on\",\"rule_id\":\"r_on\","
	    "\"secondary_exposures\":[],\"id_type\":\"userID\","
	    "\"value\":true}},\"dynamic_configs\":{");
	has("\"conf\":{\"name\":\"conf\",\"rule_id\":\"r_c\","
	    "\"secondary_exposures\":[{\"gate\":\"on\",\"gateValue\":"
	    "\"true\",\"ruleID\":\"r_on\"}],\"id_type\":\"stableID\","
	    "\"value\":{\"a\":2},\"is_device_based\":true,\"passed\":true}");
	has("\"exp\":{\"name\":\"exp\",\"rule_id\":\"r_e\","
	    "\"secondary_exposures\":[],\"id_type\":\"userID\","
	    "\"value\":{\"p\":\"x\"},\"is_device_based\":false,"
	    "\"is_in_layer\":true,\"explicit_parameters\":[\"p\"],"
	    "\"group_name\":\"G\",\"is_experiment_active\":true,"
	    "\"is_user_in_experiment\":true}");
	has("\"tune\":{\"name\":\"tune\",\"rule_id\":\"default\","
	    "\"secondary_exposures\":[],\"id_type\":\"userID\","
	    "\"value\":{\"p\":\"x\"},\"is_device_based\":false}");
	has("\"cmab\":{\"name\":\"cmab\",\"rule_id\":\"prestart\","
	    "\"secondary_exposures\":[],\"id_type\":\"userID\","
	    "\"value\":{\"p\":\"x\"},\"is_device_based\":false}");
	has("\"lay\":{\"name\":\"lay\",\"rule_id\":\"r_e\","
	    "\"secondary_exposures\":[{\"gate\":\"on\",\"gateValue\":"
	    "\"true\",\"ruleID\":\"r_on\"}],\"id_type\":\"userID\","
	    "\"value\":{\"p\":\"x\"},\"is_device_based\":false,"
	    "\"group_name\":\"G\",\"is_experiment_active\":true,"
	    "\"is_user_in_experiment\":true,\"allocated_experiment_name\":"
	    "\"exp\",\"explicit_parameters\":[\"p\"],"
	    "\"undelegated_secondary_exposures\":[{\"gate\":\"on\","
	    "\"gateValue\":\"true\",\"ruleID\":\"r_on\"}]}");
	has("\"plain\":{\"name\":\"plain\",\"rule_id\":\"default\","
	    "\"secondary_exposures\":[],\"id_type\":\"userID\","
	    "\"value\":{\"q\":1},\"is_device_based\":false,"
	    "\"explicit_parameters\":[],"
	    "\"undelegated_secondary_exposures\":[]}");
	has("\"parameter_rule_ids\":{\"y\":\"r_m\",\"z\":\"default\"}");
	has("\"time\":1700000000000,\"has_updates\":true,\"hash_used\":"
	    "\"none\"");
	lacks("\"segment:s\"");
	lacks("\"name\":\"hold\"");
	lacks("full_checksum");
	lacks("can_record_session");
	lacks("exposures\":{");
}

static void
stores_are_told_as_the_rules_have_them(void **state)
{
	(void)state;
	respond();
	has("\"param_stores\":{\"st\":{"
	    "\"c\":{\"name\":\"c\",\"ref_type\":\"dynamic_config\","
	    "\"param_type\":\"number\",\"config_name\":\"conf\","
	    "\"param_name\":\"a\"},"
	    "\"e\":{\"name\":\"e\",\"ref_type\":\"experiment\","
	    "\"param_type\":\"string\",\"experiment_name\":\"exp\","
	    "\"param_name\":\"p\"},"
	    "\"g\":{\"name\":\"g\",\"ref_type\":\"gate\",\"param_type\":"
	    "\"boolean\",\"gate_name\":\"on\",\"pass_value\":true,"
	    "\"fail_value\":[1,2]},"
	    "\"l\":{\"name\":\"l\",\"ref_type\":\"layer\",\"param_type\":"
	    "\"string\",\"layer_name\":\"lay\",\"param_name\":\"p\"},"
	    "\"s\":{\"name\":\"s\",\"ref_type\":\"static\",\"param_type\":"
	    "\"object\",\"value\":{\"k\":null}}}}");
	opt.hash = FG_HASH_DJB2; /* only names of the rules are hashed */
	respond();
	has("\"3681\":{\"c\":{\"name\":\"c\"");
	has("\"gate_name\":\"3551\",\"pass_value\":true");
}

static void
names_are_hashed_as_asked(void **state)
{
	(void)state;
	opt.hash = FG_HASH_DJB2;
	respond();
	has("\"3551\":{\"name\":\"3551\",\"rule_id\":\"r_on\"");
	has("{\"gate\":\"3551\",\"gateValue\":\"true\",\"ruleID\":\"r_on\"}");
	has("\"allocated_experiment_name\":\"100893\"");
	has("\"explicit_parameters\":[\"p\"]");
	has("\"hash_used\":\"djb2\"");
	opt.hash = FG_HASH_SHA256;
	respond();
	/* printf on | openssl dgst -sha256 -binary | base64 */
	has("\"uNMehSclr7HibVO6tglbK/8XScknW+E+0cBaVu0x7Ak=\"");
	has("\"hash_used\":\"sha256\"");
}

static void
the_second_format_refers_to_exposures(void **state)
{
	(void)state;
	opt.format = FG_RESPONSE_V2;
	respond();
	/* djb2 of on:true:r_on and of hold:true:default */
	has("\"secondary_exposures\":[\"4147154781\",\"2485353264\"]");
	has("\"undelegated_secondary_exposures\":[\"4147154781\"]");
	has("\"exposures\":{\"2485353264\":{\"gate\":\"hold\",\"gateValue\":"
	    "\"true\",\"ruleID\":\"default\"},\"4147154781\":{\"gate\":"
	    "\"on\",\"gateValue\":\"true\",\"ruleID\":\"r_on\"}}");
	lacks("parameter_rule_ids");
	lacks("response_format");
}

static void
the_short_format_refers_to_values_too(void **state)
{
	(void)state;
	opt.format = FG_RESPONSE_INIT_V2;
	opt.previous_response_hash = "";
	respond();
	has("\"off\":{\"i\":\"userID\"}");
	has("\"on\":{\"r\":\"r_on\",\"i\":\"userID\",\"v\":true}");
	has("\"nested\":{\"r\":\"r_n\",\"s\":[\"0\",\"1\"],\"i\":\"userID\","
	    "\"v\":true}");
	/* In the order of names: cmab, conf, exp, tune. */
	has("\"cmab\":{\"r\":\"prestart\",\"i\":\"userID\",\"v\":\"0\"}");
	has("\"conf\":{\"r\":\"r_c\",\"s\":[\"0\"],\"i\":\"stableID\","
	    "\"v\":\"1\",\"p\":true}");
	has("\"exp\":{\"r\":\"r_e\",\"i\":\"userID\",\"v\":\"0\","
	    "\"gn\":\"G\",\"ea\":true,\"ue\":true}");
	has("\"tune\":{\"i\":\"userID\",\"v\":\"0\"}");
	has("\"lay\":{\"r\":\"r_e\",\"s\":[\"0\"],\"i\":\"userID\","
	    "\"v\":\"0\",\"gn\":\"G\",\"ea\":true,\"ue\":true,\"ae\":\"exp\","
	    "\"ep\":[\"p\"],\"us\":[\"0\"]}");
	has("\"plain\":{\"i\":\"userID\",\"v\":\"3\"}");
	has("\"exposures\":{\"0\":{\"gate\":\"on\",\"gateValue\":\"true\","
	    "\"ruleID\":\"r_on\"},\"1\":{\"gate\":\"hold\"");
	has("\"values\":{\"0\":{\"p\":\"x\"},\"1\":{\"a\":2},"
	    "\"2\":{\"y\":2,\"z\":1},\"3\":{\"q\":1}}");
	has("\"response_format\":\"init-v2\"");
	lacks("full_checksum");
	lacks("is_device_based");
}

static void
the_user_is_told_without_his_secrets(void **state)
{
	struct fg_value one = {.type = FG_INT, .u.integer = 1};

	(void)state;
	fg_user_set_string(user, FG_EMAIL, "a@example.org");
	fg_user_put_string(user, FG_CUSTOM_IDS, "companyID", "c9");
	fg_user_put_string(user, FG_PRIVATE, "a", "b");
	fg_user_put(user, FG_PRIVATE, "c", 1, &one);
	respond();
	has("\"user\":{\"userID\":\"u1\",\"customIDs\":{\"companyID\":\"c9\"},"
	    "\"email\":\"a@example.org\"}");
	has("\"evaluated_keys\":{\"userID\":\"u1\",\"customIDs\":"
	    "{\"companyID\":\"c9\"}}");
	has("\"pa_hash\":\"192099\"");
	fg_user_reset(user);
	respond();
	has("\"user\":{},\"evaluated_keys\":{},\"sdkInfo\":{\"sdkType\":"
	    "\"forkgate\",\"sdkVersion\":\"" FG_VERSION "\",\"sessionId\":\"");
	lacks("pa_hash");
	assert_int_equal(
	    fg_client_response(ses, NULL, NULL, &json, NULL), FG_OK);
	has("\"user\":{}");
	has("\"hash_used\":\"djb2\"");
}

static void
the_same_question_has_the_same_answer(void **state)
{
	const char *first, *id;

	(void)state;
	respond();
	first = json;
	id = strstr(json, "\"sessionId\":\"") + 13;
	assert_int_equal(id[8], '-');
	assert_int_equal(id[14], '4');
	assert_int_equal(id[36], '"');
	respond();
	assert_ptr_not_equal(first, json);
	assert_string_equal(first, json);
}

static void
filters_keep_what_they_name(void **state)
{
	const char *one[] = {"conf", "on", "exp", "plain"};

	(void)state;
	opt.gates = (struct fg_name_filter){true, one, 4};
	opt.configs = opt.layers = opt.experiments = opt.gates;
	opt.stores = (struct fg_name_filter){true, NULL, 0};
	respond();
	has("{\"feature_gates\":{\"on\":{");
	lacks("\"off\"");
	lacks("\"cmab\"");
	lacks("\"lay\"");
	has("\"exp\":{");
	has("\"conf\":{");
	has("\"tune\":{"); /* no filter is for it */
	has("\"plain\":{");
	has("\"param_stores\":{}");
	opt.gates.n = opt.configs.n = opt.layers.n = opt.experiments.n = 0;
	respond();
	has("{\"feature_gates\":{},\"dynamic_configs\":{\"tune\":{");
	has("\"layer_configs\":{}");
}

static void
members_are_left_out_as_asked(void **state)
{
	(void)state;
	opt.remove_id_type = true;
	opt.remove_default_value_gates = true;
	opt.remove_experiments_in_layers = true;
	respond();
	lacks("id_type");
	lacks("\"off\"");
	lacks("\"exp\":{");
	has("\"tune\":{");
	has("\"group\":{"); /* it has no rule, not the default one */
	opt.format = FG_RESPONSE_INIT_V2;
	respond();
	lacks("\"i\":");
}

static void
an_app_gets_what_is_marked_for_it(void **state)
{
	(void)state;
	opt.target_app_id = "a1";
	respond();
	has("{\"feature_gates\":{\"app\":{\"name\":\"app\",\"rule_id\":"
	    "\"r_app\",\"secondary_exposures\":[],\"id_type\":\"userID\","
	    "\"value\":true}},\"dynamic_configs\":{\"cmab\":{");
	has("\"layer_configs\":{},\"param_stores\":{\"st\":{");
	lacks("\"conf\":{");
	opt.target_app_id = "a2";
	respond();
	has("{\"feature_gates\":{},\"dynamic_configs\":{},"
	    "\"layer_configs\":{},\"param_stores\":{}");
	opt.target_app_id = "";
	respond();
	has("\"conf\":{");
}

static void
a_client_key_leads_to_an_app(void **state)
{
	(void)state;
	open_rules(MORE ",\"sdk_keys_to_app_ids\":{\"key\":\"a1\"}");
	opt.client_sdk_key = "key";
	opt.refuse_unknown_key = true;
	respond();
	lacks("\"conf\":{");
	has("\"rule_id\":\"r_app\"");
	opt.client_sdk_key = "other";
	assert_int_equal(
	    fg_client_response(ses, user, &opt, &json, &json_len), FG_ABSENT);
	assert_null(json);
	opt.refuse_unknown_key = false; /* as the reference does */
	respond();
	has("\"conf\":{");

	/* The hashed map, even empty, has the last word: djb2 of "key". */
	open_rules(MORE ",\"sdk_keys_to_app_ids\":{\"key\":\"a1\"},"
			"\"hashed_sdk_keys_to_app_ids\":{}");
	opt.client_sdk_key = "key";
	respond();
	has("\"conf\":{");
	open_rules(MORE ",\"hashed_sdk_keys_to_app_ids\":"
			"{\"106079\":\"a1\"}");
	respond();
	lacks("\"conf\":{");
	has("\"rule_id\":\"r_app\"");

	/* Without maps it is the rules' own app, whatever the key. */
	open_rules(MORE ",\"app_id\":\"a1\"");
	respond();
	lacks("\"conf\":{");
	opt.client_sdk_key = NULL;
	respond();
	has("\"conf\":{");
	has("\"rule_id\":\"r_app\"");
}

static void
overrides_answer_only_if_asked_to(void **state)
{
	struct fg_member p = {.key = "p", .key_len = 1};

	(void)state;
	p.value = (struct fg_value){.type = FG_INT, .u.integer = 9};
	fg_override_gate(fg, "off", NULL, true);
	fg_override_value(fg, FG_CONFIG, "conf", NULL, &p, 1);
	respond();
	lacks("\"override\"");
	opt.include_local_overrides = true;
	respond();
	has("\"off\":{\"name\":\"off\",\"rule_id\":\"override\","
	    "\"secondary_exposures\":[],\"value\":true}");
	has("\"conf\":{\"name\":\"conf\",\"rule_id\":\"override\","
	    "\"secondary_exposures\":[],\"id_type\":\"\",\"value\":{\"p\":9},"
	    "\"is_device_based\":false,\"passed\":false}");
}

/* The merged layer's rule delegates to an experiment that is overridden. */
static void
an_overridden_delegate_fills_a_merged_layer(void **state)
{
	static const char layer[] = "\"mo\":" SPEC("layer", "userID",
	    "{\"z\":1}", ",\"useNewLayerEval\":true") "\"rules\":[" RULE("r_d",
	    "\"all\"", "{\"p\":2}", ",\"configDelegate\":\"exp\"") "]}";
	struct fixture_doc doc = {gates, configs, layer, conditions, NULL};
	struct fg_member p = {.key = "p", .key_len = 1};
	char *text = fixture_text(&doc);

	(void)state;
	fg_session_end(ses);
	fg_close(fg);
	ses = NULL;
	fg = fixture_open(text, NULL);
	free(text);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	p.value = (struct fg_value){.type = FG_INT, .u.integer = 9};
	fg_override_value(fg, FG_EXPERIMENT, "exp", NULL, &p, 1);
	opt.include_local_overrides = true;
	respond();
	has("\"value\":{\"p\":9,\"z\":1}");
	has("\"parameter_rule_ids\":{\"p\":\"r_d\",\"z\":\"default\"}");
}

/* Conditions on groups are compared with none and make it unsupported. */
static void
what_is_unsupported_has_no_value(void **state)
{
	static const char config[] = "\"uns\":" SPEC("dynamic_config", "userID",
	    "{\"a\":1}", "") "\"rules\":[" RULE("r", "\"group\"", "{\"a\":2}",
	    "") "]},"
		"\"exp\":" SPEC(
		    "experiment", "userID", "{}", "") "\"rules\":[" RULE("r_e",
		    "\"all\"", "{}", ",\"groupName\":\"G\"") "]}";
	struct fixture_doc doc = {gates, config, NULL, conditions, NULL};
	char *text = fixture_text(&doc);

	(void)state;
	fg_session_end(ses);
	fg_close(fg);
	ses = NULL;
	fg = fixture_open(text, NULL);
	free(text);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	respond();
	has("\"uns\":{\"name\":\"uns\",\"rule_id\":\"\","
	    "\"secondary_exposures\":[],\"id_type\":\"userID\","
	    "\"value\":null,\"is_device_based\":false,\"passed\":false}");
}

static void
a_client_that_has_it_all_is_told_so(void **state)
{
	char sum[32];
	const char *at;

	(void)state;
	opt.previous_response_hash = "";
	respond();
	at = strstr(json, "\"full_checksum\":\"");
	assert_non_null(at);
	assert_int_equal(sscanf(at + 17, "%31[0-9]", sum), 1);
	opt.previous_response_hash = sum;
	respond();
	assert_string_equal(json,
	    "{\"feature_gates\":{},\"dynamic_configs\":{},"
	    "\"layer_configs\":{},\"param_stores\":{},\"time\":0,"
	    "\"has_updates\":false,\"hash_used\":\"\",\"user\":{},"
	    "\"evaluated_keys\":{},\"sdkInfo\":{},\"sdkParams\":{}}");
	opt.hash = FG_HASH_DJB2; /* other names are another answer */
	respond();
	has("\"has_updates\":true");
}

#define REPLAY(rate, gate)                                                   \
	MORE ",\"session_replay_info\":{\"sampling_rate\":" rate             \
	     ",\"targeting_gate\":\"" gate "\",\"recording_blocked\":false," \
	     "\"session_recording_event_triggers\":{\"click\":"              \
	     "{\"sampling_rate\":0,\"values\":[\"v\"]},\"any\":{}},"         \
	     "\"session_recording_exposure_triggers\":{\"on\":"              \
	     "{\"sampling_rate\":1}},"                                       \
	     "\"session_recording_privacy_settings\":"                       \
	     "{\"privacy_mode\":\"mask\"}}"

static void
session_replay_is_drawn_once_for_each_user(void **state)
{
	unsigned n = 0;

	(void)state;
	open_rules(REPLAY("1", "on"));
	opt.hash = FG_HASH_DJB2;
	respond();
	has("\"recording_blocked\":false,"
	    "\"passes_session_recording_targeting\":true,"
	    "\"session_recording_rate\":1,\"can_record_session\":true,"
	    "\"session_recording_privacy_settings\":{\"privacy_mode\":"
	    "\"mask\"},"
	    "\"session_recording_event_triggers\":{\"any\":{},\"click\":"
	    "{\"values\":[\"v\"],\"passes_sampling\":false}},"
	    "\"session_recording_exposure_triggers\":{\"3551\":"
	    "{\"passes_sampling\":true}}");
	open_rules(REPLAY("1", "off"));
	respond();
	has("\"passes_session_recording_targeting\":false,"
	    "\"session_recording_rate\":1,\"can_record_session\":false");
	open_rules(REPLAY("0.25", "on"));
	for (int i = 0; i < 400; i++) {
		char id[16];

		snprintf(id, sizeof(id), "u%d", i);
		fg_user_set_string(user, FG_USER_ID, id);
		fg_session_refresh(ses);
		respond();
		n += strstr(json, "\"can_record_session\":true") != NULL;
	}
	assert_in_range(n, 70, 130); /* 100 +- 3.5 deviations of 8.7 */
}

static void
a_response_logs_nothing(void **state)
{
	struct fg_info info = {.size = sizeof(info)};

	(void)state;
	respond();
	assert_int_equal(fg_get_info(fg, &info), FG_OK);
	assert_int_equal(info.n_exposures, 0);
}

static void
one_evaluation_that_fails_fails_it_all(void **state)
{
	struct fixture_doc doc = {
	    .conditions =
		"\"c\":{\"type\":\"pass_gate\",\"targetValue\":\"loop\","
		"\"idType\":\"userID\"}",
	    .gates = GATE("loop", RULE("r", "\"c\"", "true", ""))};
	char *text = fixture_text(&doc);

	(void)state;
	fg_session_end(ses);
	fg_close(fg);
	ses = NULL;
	fg = fixture_open(text, NULL);
	free(text);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	assert_int_equal(fg_client_response(ses, user, &opt, &json, &json_len),
	    FG_E_UNSUPPORTED);
	assert_null(json);
	assert_int_equal(json_len, 0);
}

static void
options_that_cannot_be_are_refused(void **state)
{
	(void)state;
	opt.hash = (enum fg_hash)7;
	assert_int_equal(fg_client_response(ses, user, &opt, &json, &json_len),
	    FG_E_INVALID);
	opt.hash = FG_HASH_NONE;
	opt.format = (enum fg_response_format)3;
	assert_int_equal(fg_client_response(ses, user, &opt, &json, &json_len),
	    FG_E_INVALID);
	opt.format = FG_RESPONSE_V1;
	opt.size = 0;
	assert_int_equal(fg_client_response(ses, user, &opt, &json, &json_len),
	    FG_E_INVALID);
	/* Of an older program, which knew only the hash. */
	opt.size = offsetof(struct fg_client_response_options, format);
	opt.remove_id_type = true;
	respond();
	has("\"id_type\"");
}

static void
without_rules_it_is_empty_and_says_why(void **state)
{
	struct fg_options o = FG_OPTIONS_INIT;
	char *dir = fixture_state_dir();

	(void)state;
	fg_session_end(ses);
	fg_close(fg);
	ses = NULL;
	o.state_dir = dir;
	assert_int_equal(fg_open(&o, &fg), FG_OK);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	opt.format = FG_RESPONSE_INIT_V2;
	assert_int_equal(fg_client_response(ses, user, &opt, &json, &json_len),
	    FG_E_NOT_READY);
	has("{\"feature_gates\":{},\"dynamic_configs\":{},"
	    "\"layer_configs\":{},\"param_stores\":{},\"exposures\":{},"
	    "\"values\":{},\"time\":0,\"has_updates\":true");
	opt.format = FG_RESPONSE_V1;
	assert_int_equal(fg_client_response(ses, user, &opt, &json, &json_len),
	    FG_E_NOT_READY);
	lacks("\"exposures\"");
	fixture_remove_dir(dir);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* A condition without a gate's name goes by the rule of the gate before it. */
static void
a_gate_without_a_name_is_told(void **state)
{
	struct fixture_doc doc = {
	    .gates = GATE("on", RULE("r_on", "\"all\"", "true", "")) "," GATE(
		"asks", RULE("r", "\"on\",\"none\"", "true", "")),
	    .conditions =
		"\"all\":{\"type\":\"public\",\"idType\":\"userID\"},"
		"\"on\":{\"type\":\"pass_gate\",\"idType\":\"userID\","
		"\"targetValue\":\"on\"},"
		"\"none\":{\"type\":\"pass_gate\",\"idType\":\"userID\"}"};
	char *text = fixture_text(&doc);

	(void)state;
	fg_session_end(ses);
	fg_close(fg);
	fg = fixture_open(text, NULL);
	free(text);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	respond();
	has("[{\"gate\":\"on\",\"gateValue\":\"true\",\"ruleID\":\"r_on\"},"
	    "{\"gate\":\"\",\"gateValue\":\"false\",\"ruleID\":\"r_on\"}]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_first_format_says_everything_in_full),
	    TEST(a_gate_without_a_name_is_told),
	    TEST(stores_are_told_as_the_rules_have_them),
	    TEST(names_are_hashed_as_asked),
	    TEST(the_second_format_refers_to_exposures),
	    TEST(the_short_format_refers_to_values_too),
	    TEST(the_user_is_told_without_his_secrets),
	    TEST(the_same_question_has_the_same_answer),
	    TEST(filters_keep_what_they_name),
	    TEST(members_are_left_out_as_asked),
	    TEST(an_app_gets_what_is_marked_for_it),
	    TEST(a_client_key_leads_to_an_app),
	    TEST(overrides_answer_only_if_asked_to),
	    TEST(an_overridden_delegate_fills_a_merged_layer),
	    TEST(what_is_unsupported_has_no_value),
	    TEST(a_client_that_has_it_all_is_told_so),
	    TEST(session_replay_is_drawn_once_for_each_user),
	    TEST(a_response_logs_nothing),
	    TEST(one_evaluation_that_fails_fails_it_all),
	    TEST(options_that_cannot_be_are_refused),
	    TEST(without_rules_it_is_empty_and_says_why),
	};

	return cmocka_run_group_tests_name(
	    "client_response", tests, NULL, NULL);
}
