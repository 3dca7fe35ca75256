/*
 * The markers as the reference sends them for the same polls, but for the SDK
 * key in the URLs and the texts of errors.
 */
#include <stdio.h>
#include <stdlib.h>

#include "syncer/compile.h"
#include "syncer/diagnostics.h"
#include "tests/unit/test.h"

#define URL "http://127.0.0.1:1/v2/download_config_specs"

static struct diagnostics diagnostics;
static struct jsonw event;
static struct compile_result rules;
static struct image image;

static int
set_up(void **state)
{
	(void)state;
	diagnostics = (struct diagnostics){0};
	jsonw_new(&event);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	diagnostics_free(&diagnostics);
	jsonw_free(&event);
	compile_result_free(&rules);
	return 0;
}

/* Rules with this as their map "diagnostics". */
static const struct image *
rules_with(const char *map)
{
	char text[400];

	snprintf(text, sizeof(text),
	    "{\"has_updates\":true,\"time\":7,\"feature_gates\":{},"
	    "\"dynamic_configs\":{},\"layer_configs\":{},"
	    "\"condition_map\":{},\"experiment_to_layer\":{}%s%s}",
	    map != NULL ? ",\"diagnostics\":" : "", map != NULL ? map : "");
	compile_result_free(&rules);
	assert_int_equal(
	    compile_document(text, strlen(text), NULL, &rules), FG_OK);
	image_seal(rules.image, rules.image_len, 1, 2, "Network");
	assert_int_equal(
	    image_open(rules.image, rules.image_len, &image), FG_OK);
	return &image;
}

static struct http_response
answer(int status)
{
	return (struct http_response){.status = status,
	    .error = status == 0 ? "Connection refused" : "",
	    .content_type = status == 0 ? "" : "application/json",
	    .region = ""};
}

static void
ask(unsigned attempt, const struct http_response *response)
{
	diagnostics_ask(&diagnostics, attempt, URL, 100 + 10 * attempt);
	diagnostics_answer(
	    &diagnostics, attempt, URL, response, 109 + 10 * attempt);
}

static void
use(bool success)
{
	diagnostics_use(&diagnostics, 150);
	diagnostics_used(&diagnostics, success, 151);
}

/* A poll is over; what is told of it, random being what decides. */
static void
end(bool success, const struct image *im, uint64_t random)
{
	jsonw_clear(&event);
	assert_int_equal(
	    diagnostics_end(&diagnostics, success, im, random, 160, &event),
	    FG_OK);
}

/* The event, whose markers are written here with ' for \". */
static void
assert_event(const char *context, const char *markers)
{
	char want[4000];
	size_t n = (size_t)snprintf(want, sizeof(want),
	    "{\"eventName\":\"statsig::diagnostics\",\"value\":null,"
	    "\"metadata\":{\"context\":\"%s\",\"markers\":\"",
	    context);

	for (; *markers != '\0'; markers++) {
		if (*markers == '\'')
			want[n++] = '\\';
		want[n++] = *markers == '\'' ? '"' : *markers;
	}
	snprintf(want + n, sizeof(want) - n,
	    "\"},\"statsigMetadata\":null,\"user\":{},\"time\":160,"
	    "\"secondaryExposures\":null}");
	if (event.len != strlen(want) ||
	    memcmp(event.text, want, event.len) != 0)
		fail_msg("got %.*s\nwant %s", (int)event.len, event.text, want);
}

#define ASKED(attempt, time)                                          \
	"{'key':'download_config_specs','action':'start','timestamp'" \
	":" time ",'attempt':" attempt ",'step':'network_request',"   \
	"'url':'" URL "'}"
#define ANSWERED(attempt, time, status, success, rest)                         \
	"{'key':'download_config_specs','action':'end','timestamp'"            \
	":" time ",'attempt':" attempt status                                  \
	",'step':'network_request','success':" success ",'url':'" URL "'" rest \
	"}"
#define USED(success)                                      \
	"{'key':'download_config_specs','action':'start'," \
	"'timestamp':150,'step':'process'},"               \
	"{'key':'download_config_specs','action':'end',"   \
	"'timestamp':151,'step':'process','success':" success "}"
#define STARTED "{'key':'overall','action':'start','timestamp':90}"
#define ENDED(success, ready, source)                                 \
	"{'key':'overall','action':'end','timestamp':160,"            \
	"'success':" success ",'configSpecReady':" ready ",'source':" \
	"'" source "'}"
#define JSON ",'contentType':'application/json'"
#define GOOD              \
	ASKED("0", "100") \
	"," ANSWERED("0", "109", ",'statusCode':200", "true", JSON)

static void
the_first_poll_tells_of_initializing(void **state)
{
	struct http_response good = answer(200);

	(void)state;
	diagnostics_begin(&diagnostics, 90);
	ask(0, &good);
	use(true);
	end(true, rules_with(NULL), 0);
	assert_event("initialize",
	    "[" STARTED "," GOOD
	    "," USED("true") "," ENDED("true", "true", "Network") "]");
}

static void
later_polls_tell_of_syncing(void **state)
{
	struct http_response good = answer(200);
	const struct image *im = rules_with(NULL);

	(void)state;
	diagnostics_begin(&diagnostics, 90);
	end(true, im, 0);
	diagnostics_begin(&diagnostics, 90);
	good.region = "az-\"1";
	ask(0, &good);
	use(true);
	end(true, im, 0);
	assert_event("config_sync",
	    "[" ASKED("0", "100") "," ANSWERED("0", "109", ",'statusCode':200",
		"true",
		JSON ",'sdkRegion':'az-\\\\\\\"1'") "," USED("true") "]");
}

static void
each_attempt_is_told_and_what_failed(void **state)
{
	struct http_response refused = answer(0), broken = answer(500),
			     page = answer(200);

	(void)state;
	diagnostics_begin(&diagnostics, 90);
	ask(0, &refused);
	ask(1, &broken);
	ask(2, &page);
	use(false);
	end(false, NULL, 0);
	assert_event("initialize",
	    "[" STARTED
	    "," ASKED("0", "100") "," ANSWERED("0", "109", "", "false",
		",'error':{'name':'NetworkError','message':"
		"'Connection refused','code':'0'}") "," ASKED("1",
		"110") "," ANSWERED("1", "119", ",'statusCode':500", "false",
		",'error':{'name':'NetworkError','message':"
		"'status 500','code':'500'}" JSON) "," ASKED("2",
		"120") "," ANSWERED("2", "129", ",'statusCode':200", "true",
		JSON) "," USED("false") "," ENDED("false", "false",
		"NoValues") "]");
}

static void
rates_are_those_of_the_rules(void **state)
{
	static const struct {
		const char *map;
		uint32_t initialize, config_sync;
	} cases[] = {
	    {NULL, 1000000, 100000},
	    {"{}", 1000000, 100000},
	    {"{\"initialize\":0,\"dcs\":0}", 0, 0},
	    {"{\"dcs\":10000}", 1000000, 1000000},
	    {"{\"dcs\":1.5,\"initialize\":1}", 100, 150},
	    {"{\"dcs\":-3,\"initialize\":1e300}", 1000000, 0},
	    {"{\"get_id_list\":7,\"dcs\":2,\"dc\":9}", 1000000, 200},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct image *im = rules_with(cases[i].map);

		assert_int_equal(
		    diagnostics_rate(im, true), cases[i].initialize);
		assert_int_equal(
		    diagnostics_rate(im, false), cases[i].config_sync);
	}
	assert_int_equal(diagnostics_rate(NULL, true), 1000000);
	assert_int_equal(diagnostics_rate(NULL, false), 100000);
}

static void
as_many_are_told_as_the_rate_says(void **state)
{
	const struct image *im =
	    rules_with("{\"initialize\":2500,\"dcs\":0.01}");

	(void)state;
	diagnostics_begin(&diagnostics, 90);
	end(true, im, 250000);
	assert_int_equal(event.len, 0);
	diagnostics.later = false;
	diagnostics_begin(&diagnostics, 90);
	end(true, im, 249999);
	assert_int_not_equal(event.len, 0);
	diagnostics_begin(&diagnostics, 90);
	end(true, im, 1000001);
	assert_int_equal(event.len, 0);
	diagnostics_begin(&diagnostics, 90);
	end(true, im, 1000000);
	assert_event("config_sync", "[]");
}

static void
who_did_not_begin_tells_nothing(void **state)
{
	struct http_response good = answer(200);

	(void)state;
	ask(0, &good);
	use(true);
	end(true, NULL, 0);
	assert_int_equal(event.len, 0);
	assert_int_equal(diagnostics.markers.len, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_first_poll_tells_of_initializing),
	    TEST(later_polls_tell_of_syncing),
	    TEST(each_attempt_is_told_and_what_failed),
	    TEST(rates_are_those_of_the_rules),
	    TEST(as_many_are_told_as_the_rate_says),
	    TEST(who_did_not_begin_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
