#include "reader/sample.h"
#include "tests/unit/test.h"

#define TEXT(lit) ((struct record_text){lit, sizeof(lit) - 1})

static struct fg fg;
static struct fg_session ses;
static const struct sample no_rate;

static int
set_up(void **state)
{
	(void)state;
	fg.sampled = dedupe_new(64);
	ses = (struct fg_session){
	    .fg = &fg, .sampling = {.mode = IMAGE_SAMPLING_ON}};
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	dedupe_free(fg.sampled);
	return 0;
}

/* Asks for one of a name and a rule; the first time is over. */
static bool
keep(const struct sample *s, const char *rule, uint64_t key,
    struct record_exposure *x)
{
	uint64_t first;

	*x = (struct record_exposure){
	    .name = TEXT("gate"), .rule_id = {rule, strlen(rule)}};
	if (sample_keep(&ses, s, key, x, &first) && first != 0) {
		assert_int_equal(x->sampling, RECORD_UNSAMPLED);
		sample_mark(&ses, first);
		return keep(s, rule, key, x);
	}
	return x->sampling != RECORD_SAMPLING_ON || x->shadow_logged;
}

static void
without_a_mode_all_go_out_and_say_nothing(void **state)
{
	struct sample s = {.has_rate = true, .rate = 1000};
	struct record_exposure x = {.name = TEXT("gate"), .rule_id = TEXT("r")};
	uint64_t first;

	(void)state;
	ses.sampling.mode = IMAGE_SAMPLING_NONE;
	for (uint64_t key = 1; key < 100; key++) {
		assert_true(sample_keep(&ses, &s, key, &x, &first));
		assert_int_equal(first, 0);
		assert_int_equal(x.sampling, RECORD_UNSAMPLED);
	}
}

static void
the_first_of_a_rule_goes_out_and_again_when_its_time_is_over(void **state)
{
	struct sample s = {.has_rate = true, .rate = 0};
	struct record_exposure x = {.name = TEXT("gate"), .rule_id = TEXT("r")};
	uint64_t first, other;

	(void)state;
	ses.sampling.ttl_ms = 1;
	assert_true(sample_keep(&ses, &s, 5, &x, &first));
	assert_int_not_equal(first, 0);
	/* It was not appended, so the next one is the first. */
	assert_true(sample_keep(&ses, &s, 5, &x, &first));
	sample_mark(&ses, first);
	x.rule_id = TEXT("another");
	assert_true(sample_keep(&ses, &s, 5, &x, &other));
	assert_int_not_equal(other, first);
	x.rule_id = TEXT("r");
	do /* until the coarse clock has moved by a millisecond */
		(void)sample_keep(&ses, &s, 5, &x, &first);
	while (first == 0);
	ses.sampling.ttl_ms = 0;
	sample_mark(&ses, first);
	assert_false(sample_keep(&ses, &s, 5, &x, &first));
}

static void
one_in_so_many_goes_out_by_its_key(void **state)
{
	struct sample s = {.has_rate = true, .rate = 50};
	struct record_exposure x;
	unsigned n = 0;

	(void)state;
	for (uint64_t key = 0; key < 5000; key++) {
		if (!keep(&s, "r", key, &x))
			continue;
		n++;
		assert_true(x.has_rate && x.rate == 50 && x.shadow_logged);
		assert_int_equal(x.sampling, RECORD_SAMPLING_ON);
		assert_int_equal(key % 50, 0);
	}
	assert_int_equal(n, 100);
}

static void
shadow_lets_all_go_out_and_tells_what_would_have(void **state)
{
	struct sample s = {.has_rate = true, .rate = 2};
	struct record_exposure x;

	(void)state;
	ses.sampling.mode = IMAGE_SAMPLING_SHADOW;
	for (uint64_t key = 0; key < 100; key++) {
		assert_true(keep(&s, "r", key, &x));
		assert_int_equal(x.sampling, RECORD_SAMPLING_SHADOW);
		assert_int_equal(x.shadow_logged, key % 2 == 0);
	}
}

static void
no_rate_is_told_as_none_and_a_rate_of_0_lets_nothing_out(void **state)
{
	struct sample zero = {.has_rate = true};
	struct record_exposure x;

	(void)state;
	for (uint64_t key = 0; key < 10; key++) {
		assert_true(keep(&no_rate, "r", key, &x));
		assert_false(x.has_rate);
		assert_int_equal(x.sampling, RECORD_SAMPLING_ON);
		assert_false(keep(&zero, "r", key, &x));
	}
}

static void
the_special_rate_is_for_where_no_rule_decided(void **state)
{
	static const char *const special[] = {"default", "disabled", ""};
	struct sample s = {.has_rate = true, .rate = 3};
	struct record_exposure x;

	(void)state;
	ses.sampling.has_special = true;
	ses.sampling.special = 7;
	for (size_t i = 0; i < 3; i++) {
		assert_true(keep(&no_rate, special[i], 14, &x));
		assert_int_equal(x.rate, 7);
		assert_false(keep(&s, special[i], 3, &x));
	}
	assert_true(keep(&s, "r", 3, &x));
	assert_int_equal(x.rate, 3);
	assert_true(keep(&no_rate, "override", 3, &x));
	assert_false(x.has_rate);
}

static void
what_is_forced_is_never_sampled(void **state)
{
	struct eval_result forward = {
	    .has_sampling = true, .forward_all = true};
	struct eval_result nested = {
	    .has_sampling = true, .analytical_gates = true};
	struct sample s[] = {sample_of(&forward), sample_of(&nested)};
	struct record_exposure x = {.name = TEXT("gate"), .rule_id = TEXT("r")};
	uint64_t first;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(sample_keep(&ses, &s[i / 2], i, &x, &first));
		assert_int_equal(first, 0);
		assert_int_equal(x.sampling, RECORD_UNSAMPLED);
	}
}

#define SAMPLE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SAMPLE_TEST(without_a_mode_all_go_out_and_say_nothing),
	    SAMPLE_TEST(
		the_first_of_a_rule_goes_out_and_again_when_its_time_is_over),
	    SAMPLE_TEST(one_in_so_many_goes_out_by_its_key),
	    SAMPLE_TEST(shadow_lets_all_go_out_and_tells_what_would_have),
	    SAMPLE_TEST(
		no_rate_is_told_as_none_and_a_rate_of_0_lets_nothing_out),
	    SAMPLE_TEST(the_special_rate_is_for_where_no_rule_decided),
	    SAMPLE_TEST(what_is_forced_is_never_sampled),
	};

	return cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
