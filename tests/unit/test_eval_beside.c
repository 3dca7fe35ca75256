/* What an evaluation finds beside the image: countries and ID lists. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/country.h"
#include "common/idlist.h"
#include "common/snapshot.h"
#include "reader/forkgate.h"
#include "syncer/idlist.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

#define GATE(name, conditions)                                                \
	"\"" name "\":{\"type\":\"feature_gate\",\"salt\":\"s\",\"enabled\":" \
	"true,\"defaultValue\":false,\"entity\":\"feature_gate\",\"idType\":" \
	"\"userID\",\"rules\":[{\"name\":\"r\",\"id\":\"r\",\"salt\":\"s\","  \
	"\"passPercentage\":100,\"returnValue\":true,\"idType\":\"userID\","  \
	"\"conditions\":[\"" conditions "\"]}]}"
#define CONDITION(name, type, field, operator, target)                     \
	"\"" name "\":{\"type\":\"" type "\",\"idType\":\"userID\"," field \
	"\"operator\":\""                                                  \
	operator"\",\"targetValue\":" target "}"
#define COUNTRY "\"field\":\"country\","

static const struct fixture_doc doc = {
    .gates = GATE("de", "de") "," GATE("nowhere", "nowhere") "," GATE(
	"in", "in") "," GATE("out", "out") "," GATE("number", "number"),
    .conditions = CONDITION("de", "ip_based", COUNTRY, "any_case_sensitive",
	"[\"DE\"]") "," CONDITION("nowhere", "ip_based", COUNTRY, "eq",
	"null") "," CONDITION("in", "unit_id", "", "in_segment_list",
	"\"vips\"") "," CONDITION("out", "unit_id", "", "not_in_segment_list",
	"\"vips\"") "," CONDITION("number", "unit_id", "", "in_segment_list",
	"7"),
};

static const struct country_range ranges[] = {
    {0, COUNTRY_NONE}, {0x08080800, 0}, {0x08080900, COUNTRY_NONE}};

static struct snapshot_part parts[4];
static struct idlist_values list;
static struct fg_user *user;

/* member is 4xq2Q8RP. */
static int
make_parts(void **state)
{
	struct idlist_values next;
	char *text = fixture_text(&doc);
	uint64_t tag = idlist_tag("vips", 4);
	uint8_t *table;
	size_t len;

	(void)state;
	parts[0] = (struct snapshot_part){.kind = MANIFEST_IMAGE};
	parts[0].data = fixture_image(text, &parts[0].len);
	free(text);
	assert_int_equal(country_make("DE", 1, ranges, 3, &table, &len), FG_OK);
	parts[1] = (struct snapshot_part){MANIFEST_COUNTRIES, 0, table, len};
	idlist_build("vips", 4, "+AAAAAAAA\n", 10, &list);
	/* So small a list is written anew, so the delta is made by hand. */
	assert_int_equal(idlist_apply(&list, "+4xq2Q8RP\n", 10, &next), FG_OK);
	assert_non_null(next.base);
	idlist_values_free(&list);
	list = next;
	parts[2] = (struct snapshot_part){
	    MANIFEST_ID_LIST, tag, list.base, list.base_len};
	return fg_user_new(&user);
}

static int
free_parts(void **state)
{
	(void)state;
	fg_user_free(user);
	free((void *)(uintptr_t)parts[0].data);
	free((void *)(uintptr_t)parts[1].data);
	idlist_values_free(&list);
	return 0;
}

/* A gate over the first n parts: its value, and whether a reason begins so. */
static bool
gate(size_t n, const char *name, const char *reason)
{
	struct fg_options o = FG_OPTIONS_INIT;
	struct snapshot_info info = {.generation = 1, .project = "default"};
	struct fg_session *ses;
	struct fg_gate g;
	struct fg *fg;
	char path[64];
	bool value;

	snprintf(path, sizeof(path), "/tmp/fg-beside-%ld.fgs", (long)getpid());
	assert_int_equal(snapshot_write(path, 0600, &info, parts, n), FG_OK);
	o.snapshot = path;
	assert_int_equal(fg_open(&o, &fg), FG_OK);
	unlink(path);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	fg_get_gate(ses, user, name, 0, &g);
	/* A second time, from what the session remembers. */
	value = fg_check_gate(ses, user, name);
	assert_int_equal(g.value, value);
	if (strncmp(g.details.reason, reason, strlen(reason)) != 0)
		fail_msg("%s: %s", name, g.details.reason);
	fg_session_end(ses);
	fg_close(fg);
	return value;
}

static void
ip(const char *text)
{
	fg_user_reset(user);
	fg_user_set_string(user, FG_USER_ID, "u");
	fg_user_set_string(user, FG_IP, text);
}

static void
an_address_tells_the_country(void **state)
{
	(void)state;
	ip("8.8.8.8");
	assert_true(gate(2, "de", "Network"));
	assert_false(gate(2, "nowhere", "Network"));
	ip("8.8.8.256");
	assert_false(gate(2, "de", "Network"));
	assert_true(gate(2, "nowhere", "Network"));
	ip("::1");
	assert_true(gate(2, "nowhere", "Network"));
	/* What the user says himself wins. */
	ip("1.1.1.1");
	fg_user_set_string(user, FG_COUNTRY, "DE");
	assert_true(gate(2, "de", "Network"));
}

static void
a_missing_table_is_missed_for_addresses_alone(void **state)
{
	(void)state;
	ip("8.8.8.8");
	assert_false(gate(1, "de", "CountryLookupNotLoaded"));
	assert_true(gate(1, "nowhere", "CountryLookupNotLoaded"));
	ip("a.b.c.d");
	assert_true(gate(1, "nowhere", "CountryLookupNotLoaded"));
	ip("::1");
	assert_true(gate(1, "nowhere", "Network"));
	fg_user_reset(user);
	assert_true(gate(1, "nowhere", "Network"));
}

static void
members_of_a_list_are_told_from_others(void **state)
{
	(void)state;
	ip("");
	fg_user_set_string(user, FG_USER_ID, "member");
	assert_true(gate(3, "in", "Network"));
	assert_false(gate(3, "out", "Network"));
	assert_false(gate(3, "number", "Network"));
	fg_user_set_string(user, FG_USER_ID, "other");
	assert_false(gate(3, "in", "Network"));
	assert_true(gate(3, "out", "Network"));
}

static void
a_delta_changes_who_is_a_member(void **state)
{
	uint64_t entry = idlist_entry(idlist_key("member", 6), false);
	struct idlist base;
	uint8_t *delta;
	size_t len;

	(void)state;
	idlist_open(list.base, list.base_len, IDLIST_BASE, &base);
	for (int fits = 0; fits <= 1; fits++) {
		assert_int_equal(idlist_make(IDLIST_DELTA, base.sum + !fits,
				     "vips", 4, &entry, 1, &delta, &len),
		    FG_OK);
		parts[3] = (struct snapshot_part){
		    MANIFEST_ID_DELTA, parts[2].tag, delta, len};
		fg_user_set_string(user, FG_USER_ID, "member");
		if (fits) {
			assert_false(gate(4, "in", "Network"));
			assert_true(gate(4, "out", "Network"));
		} else {
			gate(4, "in", "Error:RulesDamaged");
		}
		free(delta);
	}
}

static void
a_list_that_is_not_there_has_no_members(void **state)
{
	struct snapshot_part keep = parts[2];
	struct idlist_values other;

	(void)state;
	fg_user_set_string(user, FG_USER_ID, "member");
	assert_false(gate(2, "in", "Network"));
	assert_true(gate(2, "out", "Network"));
	/* Under the tag, but of another name. */
	idlist_build("vipz", 4, "+4xq2Q8RP\n", 10, &other);
	parts[2].data = other.base;
	parts[2].len = other.base_len;
	assert_false(gate(3, "in", "Network"));
	parts[2] = keep;
	idlist_values_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_address_tells_the_country),
	    cmocka_unit_test(a_missing_table_is_missed_for_addresses_alone),
	    cmocka_unit_test(members_of_a_list_are_told_from_others),
	    cmocka_unit_test(a_delta_changes_who_is_a_member),
	    cmocka_unit_test(a_list_that_is_not_there_has_no_members),
	};

	return cmocka_run_group_tests_name(
	    "eval_beside", tests, make_parts, free_parts);
}
