/* Exposures of many workers, each sent once a window. */
#include "syncer/once.h"

#include <stdio.h>

#include "common/expose_key.h"
#include "reader/user.h"
#include "tests/unit/queue_dir.h"

/* What a test says of an exposure; the rest is always alike. */
struct said {
	enum record_subject subject;
	const char *name, *rule, *parameter;
	bool value, manual, asked;
	uint64_t time_ms;
};

static struct record_text
text(const char *s)
{
	return s != NULL ? (struct record_text){s, strlen(s)}
			 : (struct record_text){"", 0};
}

static struct record_exposure
exposure(const struct said *s)
{
	return (struct record_exposure){.subject = s->subject,
	    .time_ms = s->time_ms,
	    .name = text(s->name),
	    .rule_id = text(s->rule),
	    .reason = text("Network:Recognized"),
	    .parameter = text(s->parameter),
	    .value = s->value,
	    .manual = s->manual,
	    .asked = s->asked};
}

static struct walk_event
event(const struct said *s, const char *user)
{
	struct walk_event e = {
	    .user = user, .user_len = user != NULL ? strlen(user) : 0};

	e.record.kind = RECORD_EXPOSURE;
	e.record.u.exposure = exposure(s);
	return e;
}

/* ---- The key. ---- */

static uint64_t
readers_key(const struct said *s, struct fg_user *user)
{
	return expose_key(hash64(s->name, strlen(s->name)),
	    hash64(s->rule, strlen(s->rule)), user_unit_hash(user),
	    s->parameter != NULL ? hash64(s->parameter, strlen(s->parameter))
				 : s->value);
}

/* As a worker writes the user and as the syncer reads it. */
static void
expect_readers_key(const struct said *s, struct fg_user *user)
{
	static const struct image_str no_tier = {(const uint8_t *)"", 0, 1};
	struct user_defaults defaults = {.id = 1};
	struct queue_user *wire;
	struct walk_event e;
	char json[1024];

	dyn_null(&defaults.tier);
	wire = user_wire(user, &defaults, &no_tier);
	assert_non_null(wire);
	assert_true(wire->json_len < sizeof(json));
	memcpy(json, wire->json, wire->json_len);
	json[wire->json_len] = '\0';
	e = event(s, json);
	e = event(s, json);
	assert_int_equal(once_key(&e), readers_key(s, user));
}

static void
the_key_is_the_readers(void **state)
{
	static const struct said all[] = {
	    {.subject = RECORD_GATE, .name = "g", .rule = "r", .value = true},
	    {.subject = RECORD_GATE, .name = "g", .rule = ""},
	    {.subject = RECORD_CONFIG, .name = "c", .rule = "default"},
	    {.subject = RECORD_EXPERIMENT,
		.name = "\"e\" \xc3\xa4",
		.rule = "x:explore",
		.value = true},
	    {.subject = RECORD_LAYER,
		.name = "l",
		.rule = "r",
		.parameter = "p",
		.value = true},
	};
	const size_t n = sizeof(all) / sizeof(all[0]);
	struct fg_user *user;

	(void)state;
	assert_int_equal(fg_user_new(&user), FG_OK);
	for (size_t i = 0; i < n; i++) {
		fg_user_reset(user);
		expect_readers_key(&all[i], user);
		fg_user_set_string(user, FG_USER_ID, "");
		expect_readers_key(&all[i], user);
		fg_user_set_string(user, FG_USER_ID, "a \"b\"\n\x01 \xc3\xa4/");
		fg_user_set_string(user, FG_EMAIL, "a@example.com");
		expect_readers_key(&all[i], user);
		fg_user_put_string(user, FG_CUSTOM_IDS, "company", "\\ five");
		expect_readers_key(&all[i], user);
		fg_user_put_string(user, FG_CUSTOM_IDS, "stableID", "s-1");
		fg_user_put_string(user, FG_CUSTOM, "userID", "not this one");
		expect_readers_key(&all[i], user);
	}
	fg_user_free(user);
}

static void
what_differs_has_another_key(void **state)
{
	static const struct said gate = {
	    .subject = RECORD_GATE, .name = "g", .rule = "r"};
	struct said other[] = {gate, gate, gate, gate};
	const char *const users[] = {"{}", "{\"userID\":\"v\"}",
	    "{\"customIDs\":{\"a\":\"u\"}}",
	    "{\"userID\":\"u\",\"customIDs\":{\"stableID\":\"u\"}}",
	    "{\"userID\":\"u\",\"customIDs\":{\"other\":\"u\"}}",
	    "{\"userID\":\"u\",\"customIDs\":{\"other\":42.0}}",
	    "{\"userID\":\"u\",\"customIDs\":{\"other\":43.0}}"};
	struct walk_event e = event(&gate, "{\"userID\":\"u\"}"), f;
	uint64_t key = once_key(&e);

	(void)state;
	other[0].name = "h";
	other[1].rule = "s";
	other[2].value = true;
	other[3].asked = true;
	for (int i = 0; i < 4; i++) {
		f = event(&other[i], "{\"userID\":\"u\"}");
		assert_int_not_equal(once_key(&f), key);
	}
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		f = event(&gate, users[i]);
		assert_int_not_equal(once_key(&f), key);
		for (size_t k = 0; k < i; k++) {
			struct walk_event earlier = event(&gate, users[k]);

			assert_int_not_equal(once_key(&f), once_key(&earlier));
		}
	}
	f = event(&gate, "{\"email\":\"m\",\"userID\":\"\\u0075\"}");
	assert_int_equal(once_key(&f), key);
}

static void
what_is_never_left_out_has_no_key(void **state)
{
	struct said s = {
	    .subject = RECORD_GATE, .name = "g", .rule = "r", .manual = true};
	struct walk_event e = event(&s, "{}");

	(void)state;
	assert_int_equal(once_key(&e), 0);
	s.manual = false;
	e = event(&s, NULL);
	assert_int_equal(once_key(&e), 0);
	e = event(&s, "{}");
	assert_int_not_equal(once_key(&e), 0);
	e.record.kind = RECORD_CUSTOM;
	assert_int_equal(once_key(&e), 0);
	e.record.kind = RECORD_COUNTS;
	assert_int_equal(once_key(&e), 0);
}

/* ---- The table. ---- */

static bool
is_repeat(struct once *o, const char *project, const char *name, uint64_t at)
{
	struct said s = {
	    .subject = RECORD_GATE, .name = name, .rule = "r", .time_ms = at};
	struct walk_event e = event(&s, "{\"userID\":\"u\"}");
	bool repeat = once_is_repeat(o, project, &e);

	if (!repeat)
		once_keep(o);
	return repeat;
}

static void
a_window_begins_with_what_is_sent(void **state)
{
	struct once *o;

	(void)state;
	assert_int_equal(once_new(100, 60000, &o), FG_OK);
	assert_false(is_repeat(o, "p", "g", 1000000));
	assert_true(is_repeat(o, "p", "g", 1000000));
	assert_true(is_repeat(o, "p", "g", 1059999));
	assert_true(is_repeat(o, "p", "g", 940001));
	assert_false(is_repeat(o, "other", "g", 1000000));
	/* Not 60 s after the latest, but after what was sent. */
	assert_false(is_repeat(o, "p", "g", 1060000));
	assert_true(is_repeat(o, "p", "g", 1119999));
	/* Read late, from another worker's segment: once more. */
	assert_false(is_repeat(o, "p", "g", 1000000));
	assert_true(is_repeat(o, "p", "g", 1000000));
	/* A time that nobody has must not last. */
	assert_false(is_repeat(o, "p", "g", UINT64_MAX));
	assert_false(is_repeat(o, "p", "g", 1000001));
	assert_true(is_repeat(o, "p", "g", 1000001));
	once_forget(o);
	assert_false(is_repeat(o, "p", "g", 1000001));
	assert_true(is_repeat(o, "p", "g", 1000001));
	once_free(o);
	assert_false(is_repeat(NULL, "p", "g", 1));
	once_free(NULL);
}

static void
what_was_only_asked_about_is_no_first_one(void **state)
{
	struct said s = {
	    .subject = RECORD_GATE, .name = "g", .rule = "r", .time_ms = 1};
	struct walk_event e = event(&s, "{}"), custom = e;
	struct once *o;

	(void)state;
	custom.record.kind = RECORD_CUSTOM;
	assert_int_equal(once_new(100, 60000, &o), FG_OK);
	assert_false(once_is_repeat(o, "p", &e));
	assert_false(once_is_repeat(o, "p", &e));
	/* What is kept then is the other event, which is none of ours. */
	assert_false(once_is_repeat(o, "p", &custom));
	once_keep(o);
	assert_false(once_is_repeat(o, "p", &e));
	once_keep(o);
	assert_true(once_is_repeat(o, "p", &e));
	once_free(o);
}

static void
a_full_table_forgets_the_oldest(void **state)
{
	enum {
		ROOM = 256,
		N = 1000
	};
	struct once *o;
	char name[32];
	int kept = 0;

	(void)state;
	assert_int_equal(once_new(ROOM, UINT64_MAX, &o), FG_OK);
	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "gate-%d", i);
		assert_false(is_repeat(o, "p", name, (uint64_t)i));
		assert_true(is_repeat(o, "p", name, (uint64_t)i));
	}
	/* Asked from the latest on, and not kept: nothing gives way now. */
	for (int i = 0; i < N; i++) {
		struct said s = {.subject = RECORD_GATE,
		    .name = name,
		    .rule = "r",
		    .time_ms = (uint64_t)i};
		struct walk_event e;

		snprintf(name, sizeof(name), "gate-%d", i);
		e = event(&s, "{\"userID\":\"u\"}");
		kept += once_is_repeat(o, "p", &e);
		/* The first half has long given way. */
		assert_false(i < N / 8 && kept > 0);
	}
	assert_in_range(kept, ROOM / 2, ROOM);
	once_free(o);
}

/* ---- In the syncer. ---- */

#define WINDOW 60000

static struct tail *
open_once(size_t max_events)
{
	return open_tail_with((struct tail_options){
	    .once_ms = WINDOW, .once_keys = 1000, .max_events = max_events});
}

static void
append_exposure(
    struct queue *q, struct queue_user *user, const char *name, uint64_t at)
{
	struct said s = {
	    .subject = RECORD_GATE, .name = name, .rule = "r", .time_ms = at};
	struct record_exposure x = exposure(&s);
	uint8_t buf[512];
	size_t n;

	assert_int_equal(record_put_exposure(buf, sizeof(buf), &x, &n), FG_OK);
	assert_int_equal(queue_append(q, user, buf, n), FG_OK);
}

/* A worker that sees the user, and ends. */
static void
one_worker(const char *name, uint64_t at)
{
	struct queue_user user = make_user("{\"userID\":\"u\"}");
	struct queue *q = open_queue(NULL);

	append_exposure(q, &user, name, at);
	queue_free(q);
}

static struct tail_stats
stats_of(struct tail *t)
{
	struct tail_stats stats;

	tail_stats(t, &stats);
	return stats;
}

static struct tail_batch *
next_batch(struct tail *t)
{
	struct tail_batch *b = NULL;
	enum fg_status st;

	while ((st = tail_next(t, 1000, &b)) == FG_E_BUSY)
		continue;
	return st == FG_OK ? b : NULL;
}

static void
many_workers_are_heard_once(void **state)
{
	struct tail *t = open_once(0);

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct queue_user user = make_user("{\"userID\":\"u\"}");
		struct queue *q = open_queue(NULL);

		append_exposure(q, &user, "on", 1000);
		append_event(q, &user, "custom");
		append_exposure(q, &user, "off", 1000);
		queue_free(q);
	}
	ship(t);
	assert_int_equal(count_in_got("\"on\""), 1);
	assert_int_equal(count_in_got("\"off\""), 1);
	assert_int_equal(count_in_got("\"custom\""), 20);
	assert_int_equal(got_events, 22);
	assert_int_equal(stats_of(t).read, 60);
	assert_int_equal(stats_of(t).events, 22);
	assert_int_equal(stats_of(t).accepted, 22);
	assert_int_equal(stats_of(t).left_out, 38);
	/* All that was left out is done with as well. */
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	tail_close(t);
	got_clear();
}

static void
without_the_option_all_are_sent(void **state)
{
	struct tail *t = open_tail();

	(void)state;
	for (int i = 0; i < 5; i++)
		one_worker("on", 1000);
	ship(t);
	assert_int_equal(got_events, 5);
	assert_int_equal(stats_of(t).left_out, 0);
	tail_close(t);
	got_clear();
}

/* The position behind a repeat stands for the first one, too. */
static void
a_repeat_is_done_with_after_the_first(void **state)
{
	struct tail *t = open_once(1);
	struct tail_batch *first, *second;

	(void)state;
	one_worker("on", 1000);
	first = next_batch(t); /* not full: nothing else is there */
	if (first == NULL) {
		tail_hurry(t);
		first = next_batch(t);
	}
	assert_non_null(first);
	for (int i = 0; i < 3; i++)
		one_worker("on", 1001);
	one_worker("next", 1001);
	second = next_batch(t);
	assert_non_null(second);
	assert_non_null(memmem(second->events, second->events_len, "next", 4));
	assert_int_equal(stats_of(t).left_out, 3);
	assert_int_equal(tail_accept(t, second), FG_OK);
	assert_null(next_batch(t));
	assert_int_equal(n_positions, 0);
	assert_int_equal(count_files(queue_path, "seg-"), 5);

	/* Now the syncer is gone: the first is sent, and only once. */
	tail_close(t);
	assert_int_equal(n_positions, 0);
	t = open_once(1);
	ship(t);
	assert_int_equal(count_in_got("\"on\""), 1);
	assert_int_equal(count_in_got("\"next\""), 1);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	tail_close(t);
	got_clear();
}

static void
after_a_refusal_repeats_are_sent(void **state)
{
	struct tail *t = open_once(0);
	struct tail_batch *b;

	(void)state;
	one_worker("on", 1000);
	b = next_batch(t);
	assert_non_null(b);
	one_worker("on", 1001);
	assert_null(next_batch(t)); /* it is left out: the first is under way */
	assert_int_equal(stats_of(t).left_out, 1);
	assert_int_equal(tail_refuse(t, b, "refused"), FG_OK);
	/* What the refusal took is kept; what comes now is said again. */
	assert_int_equal(count_files(quarantine_path, "batch-"), 1);
	one_worker("on", 1002);
	ship(t);
	assert_int_equal(count_in_got("\"on\""), 1);
	tail_close(t);
	got_clear();
}

/* ---- Whatever happens, each is told. ---- */

#define NAMES 12

static uint64_t seed;

static unsigned
roll(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/*
 * Workers come, log and go; the syncer reads, is answered in any order, and
 * dies at any moment, with its table.  In the end, in each window, each name
 * that was logged was accepted by the server.
 */
static void
no_exposure_is_lost(unsigned start)
{
	uint64_t at[NAMES][512], n_logged = 0;
	size_t n_at[NAMES] = {0};
	struct tail_batch *held[4] = {NULL};
	struct tail *t = open_once(2);
	char name[32];

	seed = start;
	for (uint64_t now = 1000; now < 1000 + 10 * WINDOW;
	     now += WINDOW / 40) {
		unsigned what = roll(10);

		if (what < 6) {
			unsigned k = roll(NAMES);

			snprintf(name, sizeof(name), "gate-%02u", k);
			one_worker(name, now);
			at[k][n_at[k]++] = now;
			n_logged++;
		}
		if (what < 2 && roll(4) == 0) { /* it dies, with all it knows */
			tail_close(t);
			memset(held, 0, sizeof(held));
			t = open_once(2);
		}
		for (int i = 0; i < 4; i++) {
			struct tail_batch **b = &held[roll(4)];
			enum fg_status st = FG_OK;

			if (*b != NULL && roll(2) == 0) {
				got_add(*b);
				st = tail_accept(t, *b);
				*b = NULL;
			} else if (*b == NULL) {
				st = tail_next(t, now, b);
			}
			assert_true(
			    st == FG_OK || st == FG_ABSENT || st == FG_E_BUSY);
		}
	}
	for (int i = 0; i < 4; i++)
		if (held[i] != NULL) {
			got_add(held[i]);
			assert_int_equal(tail_accept(t, held[i]), FG_OK);
		}
	ship_at(t, 1000 + 11 * WINDOW);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	assert_true(got_events < n_logged);

	for (unsigned k = 0; k < NAMES; k++)
		for (size_t i = 0; i < n_at[k]; i++) {
			bool told = false;

			snprintf(name, sizeof(name), "\"gate-%02u\"", k);
			for (const char *p = got;
			     !told && (p = strstr(p, name)) != NULL; p++) {
				const char *time = strstr(p, "\"time\":");
				uint64_t then = strtoull(time + 7, NULL, 10);

				told = (then > at[k][i]
					       ? then - at[k][i]
					       : at[k][i] - then) < WINDOW;
			}
			if (!told)
				fail_msg("%s at %llu of seed %u", name,
				    (unsigned long long)at[k][i], start);
		}
	tail_close(t);
	got_clear();
}

static void
no_exposure_is_lost_by_crashes(void **state)
{
	for (unsigned i = 1; i <= 8; i++) {
		no_exposure_is_lost(i);
		teardown_dirs(state);
		setup_dirs(state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_key_is_the_readers),
	    cmocka_unit_test(what_differs_has_another_key),
	    cmocka_unit_test(what_is_never_left_out_has_no_key),
	    cmocka_unit_test(a_window_begins_with_what_is_sent),
	    cmocka_unit_test(what_was_only_asked_about_is_no_first_one),
	    cmocka_unit_test(a_full_table_forgets_the_oldest),
	    cmocka_unit_test_setup_teardown(
		many_workers_are_heard_once, setup_dirs, teardown_dirs),
	    cmocka_unit_test_setup_teardown(
		without_the_option_all_are_sent, setup_dirs, teardown_dirs),
	    cmocka_unit_test_setup_teardown(
		a_repeat_is_done_with_after_the_first, setup_dirs,
		teardown_dirs),
	    cmocka_unit_test_setup_teardown(
		after_a_refusal_repeats_are_sent, setup_dirs, teardown_dirs),
	    cmocka_unit_test_setup_teardown(
		no_exposure_is_lost_by_crashes, setup_dirs, teardown_dirs),
	};

	return cmocka_run_group_tests_name("once", tests, NULL, NULL);
}
