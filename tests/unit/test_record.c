#include "common/record.h"
#include <stdlib.h>

#include "common/frame.h"
#include "common/segment.h"
#include "tests/unit/formats.h"

#define TEXT(lit) ((struct record_text){lit, sizeof(lit) - 1})

static bool
same(struct record_text a, struct record_text b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* A layer's exposure with everything that a record can hold. */
static void
fill_exposure(struct record_exposure *x, struct record_list *list)
{
	static uint8_t bytes[256];

	record_list_begin(list, bytes, sizeof(bytes));
	assert_int_equal(
	    record_list_add(list, TEXT("holdout"), false, TEXT("default")),
	    FG_OK);
	assert_int_equal(
	    record_list_add(list, TEXT("gate_pass"), true, TEXT("rule 1")),
	    FG_OK);
	*x = (struct record_exposure){
	    .subject = RECORD_LAYER,
	    .user = 4096,
	    .time_ms = 1795351148645,
	    .name = TEXT("layer_a"),
	    .rule_id = TEXT("grpL"),
	    .reason = TEXT("Network:Recognized"),
	    .value = true,
	    .manual = true,
	    .asked = true,
	    .has_lcut = true,
	    .has_received_at = true,
	    .has_version = true,
	    .lcut = 1767981029384,
	    .received_at = 1795351148641,
	    .version = -9,
	    .explicit_parameter = true,
	    .parameter = TEXT("title"),
	    .allocated = TEXT("exp_in_layer"),
	    .has_override = true,
	    .override_name = TEXT("other"),
	    .has_secondary = true,
	    .n_secondary = list->n,
	    .secondary = {list->data, list->len},
	    .sampling = RECORD_SAMPLING_SHADOW,
	    .has_rate = true,
	    .rate = 101,
	    .shadow_logged = true,
	};
}

static void
an_exposure_comes_back_with_every_field(void **state)
{
	struct record_exposure x, *y;
	struct record_list list;
	struct record r;
	uint8_t buf[1024];
	size_t n;

	(void)state;
	fill_exposure(&x, &list);
	assert_int_equal(record_put_exposure(buf, sizeof(buf), &x, &n), FG_OK);
	assert_int_equal(record_get(buf, n, &r), FG_OK);
	assert_int_equal(r.kind, RECORD_EXPOSURE);
	y = &r.u.exposure;
	assert_int_equal(y->subject, RECORD_LAYER);
	assert_int_equal(y->user, 4096);
	assert_int_equal(y->time_ms, x.time_ms);
	assert_true(same(y->name, x.name));
	assert_true(same(y->rule_id, x.rule_id));
	assert_true(same(y->reason, x.reason));
	assert_true(y->value && y->manual && y->asked && y->explicit_parameter);
	assert_true(y->has_lcut && y->has_received_at && y->has_version);
	assert_int_equal(y->lcut, x.lcut);
	assert_int_equal(y->received_at, x.received_at);
	assert_int_equal(y->version, -9);
	assert_true(same(y->parameter, x.parameter));
	assert_true(same(y->allocated, x.allocated));
	assert_true(y->has_override && same(y->override_name, x.override_name));
	assert_true(y->has_secondary);
	assert_int_equal(y->n_secondary, 2);
	assert_true(same(y->secondary, x.secondary));
	assert_int_equal(y->sampling, RECORD_SAMPLING_SHADOW);
	assert_true(y->has_rate && y->shadow_logged);
	assert_int_equal(y->rate, 101);
}

static void
what_was_not_set_is_not_there(void **state)
{
	struct record_exposure x = {.subject = RECORD_GATE, .time_ms = 5};
	struct record_exposure *y;
	struct record r;
	uint8_t buf[64];
	size_t n;

	(void)state;
	assert_int_equal(record_put_exposure(buf, sizeof(buf), &x, &n), FG_OK);
	assert_int_equal(n, 24);
	assert_int_equal(record_get(buf, n, &r), FG_OK);
	y = &r.u.exposure;
	assert_int_equal(y->subject, RECORD_GATE);
	assert_false(y->value || y->manual || y->asked || y->has_lcut ||
	    y->has_version || y->has_received_at || y->has_override ||
	    y->has_secondary || y->has_rate || y->shadow_logged ||
	    y->explicit_parameter);
	assert_int_equal(y->sampling, RECORD_UNSAMPLED);
	assert_int_equal(y->name.len, 0);
}

static void
a_list_is_walked_in_the_order_of_adding(void **state)
{
	struct record_text gate, rule, text;
	struct record_exposure x;
	struct record_list list;
	bool value = true;
	size_t at = 0;

	(void)state;
	fill_exposure(&x, &list);
	text = x.secondary;
	assert_int_equal(
	    record_list_next(text, &at, &gate, &value, &rule), FG_OK);
	assert_true(same(gate, TEXT("holdout")) && !value);
	assert_true(same(rule, TEXT("default")));
	assert_int_equal(
	    record_list_next(text, &at, &gate, &value, &rule), FG_OK);
	assert_true(same(gate, TEXT("gate_pass")) && value);
	assert_int_equal(
	    record_list_next(text, &at, &gate, &value, &rule), FG_END);
}

static void
an_entry_that_does_not_fit_is_not_there_at_all(void **state)
{
	uint8_t bytes[20];
	struct record_list list;

	(void)state;
	record_list_begin(&list, bytes, sizeof(bytes));
	assert_int_equal(
	    record_list_add(&list, TEXT("12345"), true, TEXT("r")), FG_OK);
	assert_int_equal(list.len, 11);
	assert_int_equal(
	    record_list_add(&list, TEXT("12345"), true, TEXT("r")), FG_E_SPACE);
	assert_true(list.overflow);
	assert_int_equal(list.len, 11);
	assert_int_equal(list.n, 1);
	assert_int_equal(
	    record_list_add(&list, TEXT("1"), true, TEXT("")), FG_E_SPACE);
	assert_int_equal(list.n, 1);
}

static void
a_custom_event_comes_back(void **state)
{
	struct record_custom x = {.user = 8,
	    .time_ms = 77,
	    .name = TEXT("purchase"),
	    .value_kind = RECORD_NUMBER_VALUE,
	    .value = TEXT("12.5"),
	    .has_metadata = true,
	    .metadata = TEXT("{\"a\":1}")};
	struct record r;
	uint8_t buf[256];
	size_t n;

	(void)state;
	assert_int_equal(record_put_custom(buf, sizeof(buf), &x, &n), FG_OK);
	assert_int_equal(record_get(buf, n, &r), FG_OK);
	assert_int_equal(r.kind, RECORD_CUSTOM);
	assert_int_equal(r.u.custom.user, 8);
	assert_int_equal(r.u.custom.time_ms, 77);
	assert_true(same(r.u.custom.name, x.name));
	assert_int_equal(r.u.custom.value_kind, RECORD_NUMBER_VALUE);
	assert_true(same(r.u.custom.value, x.value));
	assert_true(r.u.custom.has_metadata);
	assert_true(same(r.u.custom.metadata, x.metadata));
}

static void
counts_come_back(void **state)
{
	uint8_t bytes[64], buf[128];
	struct record_count_list list;
	struct record_counts x = {.time_ms = 9};
	struct record_text name;
	struct record r;
	uint64_t count;
	size_t n, at = 0;

	(void)state;
	record_count_list_begin(&list, bytes, sizeof(bytes));
	assert_int_equal(
	    record_count_list_add(&list, TEXT("gate_pass"), 2), FG_OK);
	assert_int_equal(
	    record_count_list_add(&list, TEXT("exp_a"), UINT64_MAX), FG_OK);
	x.n = list.n;
	x.entries = (struct record_text){list.data, list.len};
	assert_int_equal(record_put_counts(buf, sizeof(buf), &x, &n), FG_OK);
	assert_int_equal(record_get(buf, n, &r), FG_OK);
	assert_int_equal(r.kind, RECORD_COUNTS);
	assert_int_equal(r.u.counts.n, 2);
	assert_int_equal(
	    record_count_list_next(r.u.counts.entries, &at, &name, &count),
	    FG_OK);
	assert_true(same(name, TEXT("gate_pass")));
	assert_int_equal(count, 2);
	assert_int_equal(
	    record_count_list_next(r.u.counts.entries, &at, &name, &count),
	    FG_OK);
	assert_true(count == UINT64_MAX);
	assert_int_equal(
	    record_count_list_next(r.u.counts.entries, &at, &name, &count),
	    FG_END);
}

static void
a_tally_comes_back(void **state)
{
	struct record_tally x = {895, TEXT("gate")};
	uint8_t buf[64];
	struct record r;
	size_t n;

	(void)state;
	assert_int_equal(record_put_tally(buf, sizeof(buf), &x, &n), FG_OK);
	assert_int_equal(record_get(buf, n, &r), FG_OK);
	assert_int_equal(r.kind, RECORD_TALLY);
	assert_int_equal(r.u.tally.which, 895);
	assert_int_equal(r.u.tally.name.len, 4);
	assert_memory_equal(r.u.tally.name.data, "gate", 4);
	assert_int_equal(record_get(buf, 19, &r), FG_E_CORRUPT);
}

static void
a_user_is_its_text(void **state)
{
	struct record r;
	uint8_t buf[64];
	size_t n;

	(void)state;
	assert_int_equal(
	    record_put_user(buf, sizeof(buf), TEXT("{\"userID\":\"u\"}"), &n),
	    FG_OK);
	assert_int_equal(record_get(buf, n, &r), FG_OK);
	assert_int_equal(r.kind, RECORD_USER);
	assert_true(same(r.u.user, TEXT("{\"userID\":\"u\"}")));
}

static void
the_users_place_is_filled_in_afterwards(void **state)
{
	struct record_custom x = {.name = TEXT("e")};
	struct record r;
	uint8_t buf[64];
	size_t n;

	(void)state;
	assert_int_equal(record_put_custom(buf, sizeof(buf), &x, &n), FG_OK);
	record_set_user(buf, 12345);
	assert_int_equal(record_get(buf, n, &r), FG_OK);
	assert_int_equal(r.u.custom.user, 12345);
}

static void
a_buffer_one_byte_short_is_not_overrun(void **state)
{
	struct record_exposure x;
	struct record_list list;
	uint8_t buf[1024];
	size_t n, whole, other = 42;

	(void)state;
	fill_exposure(&x, &list);
	assert_int_equal(
	    record_put_exposure(buf, sizeof(buf), &x, &whole), FG_OK);
	for (n = 0; n < whole; n++) {
		memset(buf, 0x5a, sizeof(buf));
		assert_int_equal(
		    record_put_exposure(buf, n, &x, &other), FG_E_SPACE);
		assert_int_equal(buf[n], 0x5a);
		assert_int_equal(other, 42);
	}
}

static void
a_text_longer_than_its_field_is_refused(void **state)
{
	static char big[70000];
	struct record_exposure x = {
	    .subject = RECORD_GATE, .name = {big, sizeof(big)}};
	struct record_text json = {big, RECORD_MAX};
	static uint8_t buf[200000];
	size_t n = 0;

	(void)state;
	assert_int_equal(
	    record_put_exposure(buf, sizeof(buf), &x, &n), FG_E_INVALID);
	assert_int_equal(
	    record_put_user(buf, sizeof(buf), json, &n), FG_E_SPACE);
	assert_int_equal(n, 0);
}

/* Each record in memory of exactly its size, so that a checker sees a slip. */
static void
try_bytes(const uint8_t *bytes, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	struct record r;

	assert_non_null(copy);
	if (n > 0)
		memcpy(copy, bytes, n);
	(void)record_get(copy, n, &r);
	free(copy);
}

static void
records_cut_or_flipped_anywhere_never_read_outside(void **state)
{
	struct record_exposure x;
	struct record_list list;
	struct record_custom c = {.name = TEXT("purchase"),
	    .value_kind = RECORD_TEXT_VALUE,
	    .value = TEXT("v"),
	    .has_metadata = true,
	    .metadata = TEXT("{}")};
	struct record r;
	uint8_t buf[1024];
	size_t n;

	(void)state;
	fill_exposure(&x, &list);
	for (int kind = 0; kind < 2; kind++) {
		if (kind == 0)
			record_put_exposure(buf, sizeof(buf), &x, &n);
		else
			record_put_custom(buf, sizeof(buf), &c, &n);
		for (size_t cut = 0; cut < n; cut++)
			try_bytes(buf, cut);
		for (size_t bit = 0; bit < 8 * n; bit++) {
			buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
			try_bytes(buf, n);
			buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t at = 16; at + 4 <= n; at++) {
			uint8_t keep[4];

			memcpy(keep, buf + at, 4);
			memset(buf + at, 0xff, 4);
			try_bytes(buf, n);
			memcpy(buf + at, keep, 4);
		}
		assert_int_equal(record_get(buf, n, &r), FG_OK);
	}
}

static void
a_count_of_entries_that_is_not_true_is_corrupt(void **state)
{
	struct record_exposure x;
	struct record_list list;
	struct record r;
	uint8_t buf[1024];
	size_t n;

	(void)state;
	fill_exposure(&x, &list);
	x.n_secondary = 3;
	record_put_exposure(buf, sizeof(buf), &x, &n);
	assert_int_equal(record_get(buf, n, &r), FG_E_CORRUPT);
	x.n_secondary = 65535;
	record_put_exposure(buf, sizeof(buf), &x, &n);
	assert_int_equal(record_get(buf, n, &r), FG_E_CORRUPT);
}

static void
kinds_of_a_later_version_are_skipped(void **state)
{
	uint8_t later[32] = {9}, gap[3] = {0};
	struct record r;

	(void)state;
	assert_int_equal(record_get(later, sizeof(later), &r), FG_ABSENT);
	assert_int_equal(record_get(gap, sizeof(gap), &r), FG_ABSENT);
	assert_int_equal(record_get(gap, 0, &r), FG_ABSENT);
}

/* ---- The worked example of FORMATS.md: a segment with one of each. ---- */

static uint8_t example[SEGMENT_HEADER + 512];
static uint32_t example_at = SEGMENT_HEADER;

static uint32_t
example_frame(const uint8_t *record, size_t n)
{
	static const uint8_t id[SEGMENT_ID] = {
	    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	uint32_t at = example_at;

	example_at +=
	    (uint32_t)frame_put(example + at, frame_seed(id), at, record, n);
	return at;
}

static void
put_example_events(uint32_t user)
{
	struct record_exposure x = {.subject = RECORD_LAYER,
	    .user = user,
	    .time_ms = 1700000000000,
	    .name = TEXT("layer"),
	    .rule_id = TEXT("r2"),
	    .reason = TEXT("Network:Recognized"),
	    .has_lcut = true,
	    .lcut = 1699999990000,
	    .has_version = true,
	    .version = 9,
	    .explicit_parameter = true,
	    .parameter = TEXT("title"),
	    .allocated = TEXT("exp"),
	    .has_secondary = true,
	    .n_secondary = 1};
	struct record_custom c = {.user = user,
	    .time_ms = 1700000000001,
	    .name = TEXT("buy"),
	    .value_kind = RECORD_NUMBER_VALUE,
	    .value = TEXT("12.5"),
	    .has_metadata = true,
	    .metadata = TEXT("{}")};
	struct record_counts k = {.time_ms = 1700000000002, .n = 1};
	uint8_t entries[64], buf[256];
	struct record_count_list counts;
	struct record_list list;
	size_t n;

	record_list_begin(&list, entries, sizeof(entries));
	record_list_add(&list, TEXT("hold"), true, TEXT("r1"));
	x.secondary = (struct record_text){entries, list.len};
	record_put_exposure(buf, sizeof(buf), &x, &n);
	example_frame(buf, n);
	record_put_custom(buf, sizeof(buf), &c, &n);
	example_frame(buf, n);
	record_count_list_begin(&counts, entries, sizeof(entries));
	record_count_list_add(&counts, TEXT("gate"), 3);
	k.entries = (struct record_text){entries, counts.len};
	record_put_counts(buf, sizeof(buf), &k, &n);
	example_frame(buf, n);
	record_put_tally(
	    buf, sizeof(buf), &(struct record_tally){1, TEXT("gate")}, &n);
	example_frame(buf, n);
}

static void
the_worked_example_is_what_is_written(void **state)
{
	struct segment_info info = {
	    .id = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	    .project = "shop",
	    .boot_id = {0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8,
		0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf},
	    .start_ticks = 360000,
	    .created_ms = 1700000000000,
	    .pid = 4711,
	    .capacity = SEGMENT_MIN};
	uint8_t buf[256];
	size_t n;

	(void)state;
	segment_put(example, &info);
	record_put_user(buf, sizeof(buf), TEXT("{\"userID\":\"u\"}"), &n);
	put_example_events(example_frame(buf, n));
	le64enc(example + SEGMENT_TAIL, example_at);
	le64enc(example + SEGMENT_FLAGS, SEGMENT_SEALED);
	le64enc(example + SEGMENT_COUNTERS, 7);
	le32enc(example + SEGMENT_TALLIES + 4, 2);
	formats_compare("segment", example, example_at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_exposure_comes_back_with_every_field),
	    cmocka_unit_test(what_was_not_set_is_not_there),
	    cmocka_unit_test(a_list_is_walked_in_the_order_of_adding),
	    cmocka_unit_test(an_entry_that_does_not_fit_is_not_there_at_all),
	    cmocka_unit_test(a_custom_event_comes_back),
	    cmocka_unit_test(counts_come_back),
	    cmocka_unit_test(a_tally_comes_back),
	    cmocka_unit_test(a_user_is_its_text),
	    cmocka_unit_test(the_users_place_is_filled_in_afterwards),
	    cmocka_unit_test(a_buffer_one_byte_short_is_not_overrun),
	    cmocka_unit_test(a_text_longer_than_its_field_is_refused),
	    cmocka_unit_test(
		records_cut_or_flipped_anywhere_never_read_outside),
	    cmocka_unit_test(a_count_of_entries_that_is_not_true_is_corrupt),
	    cmocka_unit_test(kinds_of_a_later_version_are_skipped),
	    cmocka_unit_test(the_worked_example_is_what_is_written),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
