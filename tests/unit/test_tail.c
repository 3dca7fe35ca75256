#include "syncer/tail.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>

#include "common/frame.h"
#include "syncer/json.h"
#include "tests/unit/queue_dir.h"

/* A segment put together by hand, as nobody's library would. */
struct craft {
	uint8_t bytes[SEGMENT_MAX];
	struct segment_info info;
	uint32_t at;
	char name[160];
};

static struct craft *
craft_new(uint8_t first_byte_of_id)
{
	struct craft *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	memset(c->info.id, 0x11, SEGMENT_ID);
	c->info.id[0] = first_byte_of_id;
	strcpy(c->info.project, "default");
	c->info.capacity = SEGMENT_MIN;
	segment_put(c->bytes, &c->info);
	c->at = SEGMENT_HEADER;
	snprintf(c->name, sizeof(c->name), "%.90s/", queue_path);
	segment_name(c->name + strlen(c->name), "seg-", c->info.id);
	return c;
}

static uint32_t
craft_frame(struct craft *c, const void *data, size_t n)
{
	uint32_t at = c->at;

	c->at += (uint32_t)frame_put(
	    c->bytes + at, frame_seed(c->info.id), at, data, n);
	le64enc(c->bytes + SEGMENT_TAIL, c->at);
	return at;
}

static uint32_t
craft_user(struct craft *c, const char *json)
{
	uint8_t buf[512];
	size_t n;

	record_put_user(
	    buf, sizeof(buf), (struct record_text){json, strlen(json)}, &n);
	return craft_frame(c, buf, n);
}

static uint32_t
craft_event(struct craft *c, const char *name, uint32_t user)
{
	uint8_t buf[512];
	size_t n = make_event(buf, sizeof(buf), name);

	record_set_user(buf, user);
	return craft_frame(c, buf, n);
}

/* Writes the file, n bytes of it; open and locked if it is to live. */
static int
craft_write(struct craft *c, size_t n, bool lives)
{
	int fd = open(c->name, O_RDWR | O_CREAT, 0640);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, c->bytes, n, 0), n);
	if (lives) {
		assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
		return fd;
	}
	close(fd);
	return -1;
}

static int
craft_done(struct craft *c, bool lives)
{
	int fd = craft_write(c, SEGMENT_MIN, lives);

	free(c);
	return fd;
}

static struct tail_stats
stats_of(struct tail *t)
{
	struct tail_stats stats;

	tail_stats(t, &stats);
	return stats;
}

/* ---- What an owner does between two calls of the syncer. ---- */

static void (*before_lock)(void);
static void (*after_page)(uint8_t *page);

int
flock(int fd, int operation)
{
	void (*hook)(void) = before_lock;

	before_lock = NULL;
	if (hook != NULL)
		hook();
	return (int)syscall(SYS_flock, fd, operation);
}

ssize_t
pread(int fd, void *buf, size_t n, off_t at)
{
	ssize_t got_n = syscall(SYS_pread64, fd, buf, n, at);
	void (*hook)(uint8_t *) = after_page;

	if (at == 0 && n == SEGMENT_HEADER && hook != NULL) {
		after_page = NULL;
		hook(buf);
	}
	return got_n;
}

static struct craft *owner;
static int owner_fd;

static void
append_and_die(void)
{
	craft_event(owner, "last", 0);
	assert_int_equal(
	    pwrite(owner_fd, owner->bytes, SEGMENT_MIN, 0), SEGMENT_MIN);
	close(owner_fd);
}

static void
append_and_seal(uint8_t *page)
{
	craft_event(owner, "last", 0);
	le64enc(owner->bytes + SEGMENT_FLAGS, SEGMENT_SEALED);
	assert_int_equal(
	    pwrite(owner_fd, owner->bytes, SEGMENT_MIN, 0), SEGMENT_MIN);
	/* As if the page had been read while it was written: the flag is
	 * there, and the tail is the one before. */
	le64enc(page + SEGMENT_FLAGS, SEGMENT_SEALED);
}

static void
what_an_owner_appends_before_it_dies_is_not_lost(void **state)
{
	struct tail *t = open_tail();

	(void)state;
	owner = craft_new(1);
	craft_event(owner, "first", 0);
	owner_fd = craft_write(owner, SEGMENT_MIN, true);
	before_lock = append_and_die;
	ship(t);
	assert_int_equal(count_in_got("\"first\""), 1);
	assert_int_equal(count_in_got("\"last\""), 1);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	free(owner);
	got_clear();
	tail_close(t);
}

static void
what_an_owner_appends_before_it_seals_is_not_lost(void **state)
{
	struct tail *t = open_tail();

	(void)state;
	owner = craft_new(1);
	craft_event(owner, "first", 0);
	owner_fd = craft_write(owner, SEGMENT_MIN, true);
	after_page = append_and_seal;
	ship(t);
	assert_int_equal(count_in_got("\"last\""), 1);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	close(owner_fd);
	free(owner);
	got_clear();
	tail_close(t);
}

/* ---- Reading and deleting. ---- */

static void
a_dead_owners_segment_is_shipped_and_then_deleted(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	uint32_t user = craft_user(c, "{\"userID\":\"u\"}");

	(void)state;
	craft_event(c, "one", user);
	craft_event(c, "two", user);
	craft_done(c, false);
	ship(t);
	assert_int_equal(got_events, 2);
	assert_true(strstr(got, "\"one\"") < strstr(got, "\"two\""));
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	assert_int_equal(stats_of(t).deleted, 1);
	assert_int_equal(n_positions, 1);
	tail_close(t); /* forgets what is deleted */
	assert_int_equal(n_positions, 0);
	got_clear();
}

static void
a_living_owners_segment_stays_and_is_read_on_from_where_it_was(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	uint32_t user = craft_user(c, "{\"userID\":\"u\"}");
	int fd;

	(void)state;
	craft_event(c, "one", user);
	fd = craft_write(c, SEGMENT_MIN, true);
	ship(t);
	assert_int_equal(got_events, 1);
	craft_event(c, "two", user);
	assert_int_equal(pwrite(fd, c->bytes, SEGMENT_MIN, 0), SEGMENT_MIN);
	tail_close(t);
	t = open_tail(); /* as after a restart */
	ship(t);
	assert_int_equal(got_events, 2);
	assert_int_equal(count_in_got("\"userID\":\"u\""), 2);
	assert_int_equal(count_files(queue_path, "seg-"), 1);
	close(fd);
	ship(t);
	assert_int_equal(got_events, 2);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	free(c);
	got_clear();
	tail_close(t);
}

static void
a_sealed_segment_is_deleted_though_somebody_holds_its_lock(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	int fd;

	(void)state;
	craft_event(c, "one", 0);
	le64enc(c->bytes + SEGMENT_FLAGS, SEGMENT_SEALED);
	fd = craft_done(c, true);
	ship(t);
	assert_int_equal(got_events, 1);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	close(fd);
	got_clear();
	tail_close(t);
}

static void
what_is_not_accepted_is_read_again_after_a_restart(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	struct tail_batch *b;

	(void)state;
	craft_event(c, "one", 0);
	craft_done(c, false);
	while (tail_next(t, 1000, &b) != FG_OK)
		;
	assert_int_equal(b->n_events, 1);
	tail_close(t);
	assert_int_equal(n_positions, 0);
	assert_int_equal(count_files(queue_path, "seg-"), 1);
	t = open_tail();
	ship(t);
	assert_int_equal(got_events, 1);
	got_clear();
	tail_close(t);
}

static void
nothing_is_deleted_before_its_position_is_saved(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	struct tail_batch *b;

	(void)state;
	craft_event(c, "one", 0);
	craft_done(c, false);
	while (tail_next(t, 1000, &b) != FG_OK)
		;
	save_fails = true;
	assert_int_equal(tail_accept(t, b), FG_E_IO);
	assert_int_equal(tail_next(t, 1000, &b), FG_E_IO);
	assert_int_equal(count_files(queue_path, "seg-"), 1);
	save_fails = false;
	ship(t);
	assert_int_equal(got_events, 0); /* it was accepted before */
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	got_clear();
	tail_close(t);
}

static void
positions_advance_only_in_the_order_of_the_batches(void **state)
{
	struct tail *t = open_tail_with((struct tail_options){.max_events = 2});
	struct craft *c = craft_new(1);
	struct tail_batch *b[3];
	uint32_t second, end;

	(void)state;
	for (int i = 0; i < 4; i++)
		craft_event(c, "e", 0);
	second = SEGMENT_HEADER + 2 * 40;
	end = c->at;
	craft_event(c, "e", 0);
	craft_event(c, "e", 0);
	int fd = craft_done(c, true);

	for (int i = 0; i < 3; i++)
		while (tail_next(t, 1000, &b[i]) != FG_OK)
			;
	assert_int_equal(tail_in_flight(t), 3);
	assert_int_equal(tail_accept(t, b[1]), FG_OK);
	assert_int_equal(n_positions, 0);
	assert_int_equal(tail_accept(t, b[0]), FG_OK);
	assert_int_equal(n_positions, 1);
	assert_int_equal(positions[0].pos, end);
	assert_true(end > second);
	assert_int_equal(tail_accept(t, b[2]), FG_OK);
	assert_int_equal(positions[0].pos, end + 80);
	assert_int_equal(tail_in_flight(t), 0);
	close(fd);
	tail_close(t);
}

static void
no_more_than_the_allowed_batches_are_in_flight(void **state)
{
	struct tail *t = open_tail_with(
	    (struct tail_options){.max_events = 1, .max_in_flight = 3});
	struct tail_batch *b[3], *more;
	struct craft *c = craft_new(1);

	(void)state;
	for (int i = 0; i < 10; i++)
		craft_event(c, "e", 0);
	craft_done(c, false);
	for (int i = 0; i < 3; i++)
		while (tail_next(t, 1000, &b[i]) != FG_OK)
			;
	/* It says so instead of asking to be called again at once. */
	for (int i = 0; i < 5; i++)
		more = NULL;
	assert_int_equal(tail_next(t, 1000, &more), FG_ABSENT);
	assert_null(more);
	for (int i = 0; i < 3; i++)
		assert_int_equal(tail_accept(t, b[i]), FG_OK);
	ship(t);
	assert_int_equal(got_events, 7);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	got_clear();
	tail_close(t);
}

static void
batches_are_bounded_by_bytes_too(void **state)
{
	struct tail *t =
	    open_tail_with((struct tail_options){.max_bytes = 1000});
	struct craft *c = craft_new(1);
	struct tail_batch *b;
	enum fg_status st;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 50; i++)
		craft_event(c, "e", 0);
	craft_done(c, false);
	while ((st = tail_next(t, 1000, &b)) != FG_ABSENT) {
		if (st != FG_OK)
			continue;
		assert_true(b->events_len <= 1000);
		assert_true(b->n_events >= 5 || n + b->n_events == 50);
		assert_int_equal(b->ends[b->n_events - 1], b->events_len);
		for (size_t i = 0; i + 1 < b->n_events; i++)
			assert_int_equal(b->events[b->ends[i]], ',');
		n += b->n_events;
		assert_int_equal(tail_accept(t, b), FG_OK);
	}
	assert_int_equal(n, 50);
	tail_close(t);
}

static void
a_partial_batch_waits_for_its_delay_or_for_hurry(void **state)
{
	struct tail *t =
	    open_tail_with((struct tail_options){.delay_ms = 10000});
	struct craft *c = craft_new(1);
	struct tail_batch *b;
	int fd;

	(void)state;
	craft_event(c, "one", 0);
	fd = craft_write(c, SEGMENT_MIN, true);
	for (uint64_t now = 1000; now < 10900; now += 100)
		assert_int_equal(tail_next(t, now, &b), FG_ABSENT);
	ship_at(t, 11000);
	assert_int_equal(got_events, 1);

	craft_event(c, "two", 0);
	assert_int_equal(pwrite(fd, c->bytes, SEGMENT_MIN, 0), SEGMENT_MIN);
	ship_at(t, 12000);
	assert_int_equal(got_events, 1);
	tail_hurry(t);
	ship_at(t, 12001);
	assert_int_equal(got_events, 2);
	close(fd);
	free(c);
	got_clear();
	tail_close(t);
}

static void
each_project_has_batches_of_its_own(void **state)
{
	struct tail *t = open_tail();
	struct tail_batch *b;
	enum fg_status st;
	size_t n_default = 0, n_other = 0;

	(void)state;
	for (uint8_t i = 0; i < 9; i++) {
		struct craft *c = craft_new(i);

		strcpy(c->info.project,
		    i % 3 == 0       ? "default"
			: i % 3 == 1 ? "other"
				     : "stranger");
		segment_put(c->bytes, &c->info);
		craft_event(c, c->info.project, 0);
		craft_done(c, false);
	}
	while ((st = tail_next(t, 1000, &b)) != FG_ABSENT) {
		if (st != FG_OK)
			continue;
		n_default +=
		    strcmp(b->project, "default") == 0 ? b->n_events : 0;
		n_other += strcmp(b->project, "other") == 0 ? b->n_events : 0;
		assert_null(memmem(b->events, b->events_len, "stranger", 8));
		tail_accept(t, b);
	}
	assert_int_equal(n_default, 3);
	assert_int_equal(n_other, 3);
	/* Those of projects that are not ours are left alone. */
	assert_int_equal(count_files(queue_path, "seg-"), 3);
	assert_int_equal(stats_of(t).strangers, 3);
	tail_close(t);
}

static void
a_project_that_is_stuck_does_not_hold_up_another(void **state)
{
	struct tail *t = open_tail_with(
	    (struct tail_options){.max_events = 1, .max_in_flight = 2});
	struct tail_batch *b, *stuck[2];
	size_t n_stuck = 0, n_other = 0;

	(void)state;
	for (uint8_t i = 0; i < 40; i++) {
		struct craft *c = craft_new(i);

		strcpy(c->info.project, i % 2 == 0 ? "default" : "other");
		segment_put(c->bytes, &c->info);
		craft_event(c, "e", 0);
		craft_event(c, "e", 0);
		craft_done(c, false);
	}
	for (int i = 0; i < 1000; i++) {
		if (tail_next(t, 1000, &b) != FG_OK)
			continue;
		if (strcmp(b->project, "default") == 0) {
			assert_true(n_stuck < 2);
			stuck[n_stuck++] = b;
		} else {
			n_other++;
			assert_int_equal(tail_accept(t, b), FG_OK);
		}
	}
	assert_int_equal(n_stuck, 2);
	assert_int_equal(n_other, 40);
	for (int i = 0; i < 2; i++)
		assert_int_equal(tail_accept(t, stuck[i]), FG_OK);
	ship(t);
	assert_int_equal(got_events, 38);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	got_clear();
	tail_close(t);
}

static void
a_long_backlog_takes_no_more_memory_than_a_short_one(void **state)
{
	struct tail *t = open_tail_with(
	    (struct tail_options){.max_events = 10, .max_in_flight = 2});
	struct tail_batch *b;
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 600; i++) {
		struct craft *c = craft_new(0);
		int fd;

		memcpy(c->info.id, &i, sizeof(i));
		segment_put(c->bytes, &c->info);
		segment_name(strrchr(c->name, '/') + 1, "seg-", c->info.id);
		craft_event(c, "e", 0);
		fd = craft_write(c, c->at, false);
		(void)fd;
		free(c);
	}
	/* However often it is asked, only two batches come out. */
	for (int i = 0; i < 100; i++)
		n += tail_next(t, 1000, &b) == FG_OK;
	assert_int_equal(n, 2);
	tail_close(t);
	/* And all, if they are accepted, before it says that it is done. */
	t = open_tail_with(
	    (struct tail_options){.max_events = 10, .max_in_flight = 2});
	ship(t);
	assert_int_equal(got_events, 600);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	got_clear();
	tail_close(t);
}

static void
counts_of_all_segments_are_merged_into_one_event(void **state)
{
	static const char merged[] = "{\\\"gate\\\":6}";
	struct tail *t = open_tail();
	struct tail_batch *b;

	(void)state;
	for (uint8_t i = 0; i < 3; i++) {
		struct craft *c = craft_new(i);
		struct record_count_list list;
		struct record_counts x = {.time_ms = 5};
		uint8_t entries[64], buf[128];
		size_t n;

		record_count_list_begin(&list, entries, sizeof(entries));
		record_count_list_add(&list, TEXT("gate"), i + 1u);
		x.n = 1;
		x.entries = (struct record_text){list.data, list.len};
		record_put_counts(buf, sizeof(buf), &x, &n);
		craft_frame(c, buf, n);
		craft_done(c, false);
	}
	while (tail_next(t, 1000, &b) != FG_OK)
		;
	assert_int_equal(b->n_events, 1);
	assert_non_null(
	    memmem(b->events, b->events_len, merged, strlen(merged)));
	tail_accept(t, b);
	ship(t);
	assert_int_equal(got_events, 0);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	got_clear();
	tail_close(t);
}

static void
an_event_of_the_syncers_own_goes_with_the_others(void **state)
{
	struct tail *t = open_tail_with((struct tail_options){
	    .max_events = 2, .max_in_flight = 2, .delay_ms = 1000});
	struct craft *c = craft_new(1);
	struct tail_batch *b;

	(void)state;
	craft_event(c, "one", 0);
	craft_done(c, false);
	assert_int_equal(tail_put(t, "nobody", 1000, "{}", 2), FG_ABSENT);
	assert_int_equal(tail_put(t, "default", 1000, "{\"a\":1}", 7), FG_OK);
	ship(t);
	assert_int_equal(got_events, 0);
	/* Full, then as old as it may be. */
	assert_int_equal(tail_put(t, "default", 1000, "{\"b\":2}", 7), FG_OK);
	ship(t);
	assert_int_equal(got_events, 2);
	assert_int_equal(count_in_got("{\"a\":1}"), 1);
	assert_int_equal(count_in_got("\"one\""), 1);
	ship_at(t, 2000);
	assert_int_equal(got_events, 3);
	assert_int_equal(count_in_got("{\"b\":2}"), 1);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	got_clear();

	/* Nothing is accepted: no more is taken than may be in flight. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(tail_put(t, "default", 1000, "{}", 2), FG_OK);
	tail_hurry(t);
	assert_int_equal(tail_put(t, "default", 1000, "{}", 2), FG_E_BUSY);
	assert_int_equal(tail_next(t, 3000, &b), FG_OK);
	assert_int_equal(b->n_events, 2);
	tail_close(t);
}

static void
events_older_than_the_limit_are_left_out_and_counted(void **state)
{
	struct tail *t =
	    open_tail_with((struct tail_options){.max_age_ms = 5000});
	struct craft *c = craft_new(1);

	(void)state;
	craft_event(c, "old", 0); /* of time 1000 */
	craft_done(c, false);
	ship_at(t, 6001);
	assert_int_equal(got_events, 0);
	assert_int_equal(stats_of(t).expired, 1);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	tail_close(t);
}

/* ---- Damage. ---- */

static void
a_bad_frame_under_a_living_owner_means_not_yet(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	uint32_t second;
	int fd;

	(void)state;
	craft_event(c, "one", 0);
	second = craft_event(c, "two", 0);
	craft_event(c, "three", 0);
	c->bytes[second + 12] ^= 1;
	fd = craft_write(c, SEGMENT_MIN, true);
	ship(t);
	assert_int_equal(got_events, 1);
	assert_int_equal(stats_of(t).damaged, 0);
	c->bytes[second + 12] ^= 1;
	assert_int_equal(pwrite(fd, c->bytes, SEGMENT_MIN, 0), SEGMENT_MIN);
	ship(t);
	assert_int_equal(got_events, 3);
	close(fd);
	free(c);
	got_clear();
	tail_close(t);
}

static void
under_a_dead_one_it_is_skipped_counted_and_kept(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	uint32_t second;

	(void)state;
	craft_event(c, "one", 0);
	second = craft_event(c, "two", 0);
	craft_event(c, "three", 0);
	c->bytes[second + 12] ^= 1;
	craft_done(c, false);
	ship(t);
	assert_int_equal(got_events, 2);
	assert_int_equal(count_in_got("\"two\""), 0);
	assert_int_equal(count_in_got("\"three\""), 1);
	assert_int_equal(stats_of(t).damaged, 1);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	assert_int_equal(count_files(quarantine_path, "seg-"), 1);
	got_clear();
	tail_close(t);
}

static void
a_tail_below_the_position_means_not_yet(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	struct tail_change known;
	int fd;

	(void)state;
	craft_event(c, "one", 0);
	memcpy(known.id, c->info.id, SEGMENT_ID);
	known.pos = c->at + 80;
	memory_save(NULL, &known, 1);
	fd = craft_done(c, true);
	ship(t);
	assert_int_equal(got_events, 0);
	assert_int_equal(stats_of(t).damaged, 0);
	assert_int_equal(positions[0].pos, known.pos);
	close(fd);
	tail_close(t);
}

/* Every flip is either without effect or loses no more than one event. */
static void
damage_is_walked_bit_by_bit(void **state)
{
	struct craft *whole = craft_new(1), *c = malloc(sizeof(*c));
	uint32_t user = craft_user(whole, "{\"userID\":\"u\"}");
	uint32_t events = craft_event(whole, "one", user);

	(void)state;
	craft_event(whole, "two", user);
	craft_event(whole, "three", user);
	for (size_t bit = 0; bit < 8ul * whole->at; bit++) {
		struct tail *t;
		size_t byte = bit / 8;

		if (byte >= 144 && byte < SEGMENT_TAIL)
			continue; /* reserved */
		if (byte >= SEGMENT_TAIL + 16 && byte < SEGMENT_HEADER)
			continue; /* counters, reserved */
		memcpy(c, whole, sizeof(*c));
		c->bytes[byte] ^= (uint8_t)(1 << bit % 8);
		craft_write(c, SEGMENT_MIN, false);
		t = open_tail();
		ship(t);
		assert_int_equal(count_files(queue_path, "seg-"), 0);
		if (byte < SEGMENT_TAIL) {
			assert_int_equal(got_events, 0);
			assert_int_equal(stats_of(t).quarantined, 1);
		} else if (byte >= events) {
			assert_int_equal(got_events, 2);
			assert_int_equal(stats_of(t).damaged, 1);
		} else if (byte >= user) { /* nobody's events, then */
			assert_int_equal(got_events, 0);
			assert_int_equal(stats_of(t).invalid, 3);
		} else {
			assert_true(got_events <= 3);
		}
		got_clear();
		tail_close(t);
		remove_tree(quarantine_path);
		assert_int_equal(mkdir(quarantine_path, 0700), 0);
	}
	free(whole);
	free(c);
}

static void
a_segment_cut_at_any_length_gives_the_events_before(void **state)
{
	struct craft *c = craft_new(1);
	uint32_t ends[3];

	(void)state;
	craft_event(c, "one", 0);
	ends[0] = c->at;
	craft_event(c, "two", 0);
	ends[1] = c->at;
	craft_event(c, "three", 0);
	ends[2] = c->at;
	for (size_t n = 0; n < c->at; n += n < 4090 ? 511 : 1) {
		struct tail *t = open_tail();
		size_t want = 0;

		for (int i = 0; i < 3; i++)
			want += n >= ends[i];
		craft_write(c, n, false);
		ship(t);
		assert_int_equal(got_events, want);
		assert_int_equal(count_files(queue_path, "seg-"), 0);
		assert_int_equal(count_files(quarantine_path, "seg-"), 1);
		assert_int_equal(stats_of(t).damaged, n >= SEGMENT_HEADER);
		got_clear();
		tail_close(t);
		remove_tree(quarantine_path);
		assert_int_equal(mkdir(quarantine_path, 0700), 0);
	}
	free(c);
}

static void
an_unfinished_write_is_no_damage(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	uint32_t third;

	(void)state;
	c->info.birth = SEGMENT_WRITTEN;
	segment_put(c->bytes, &c->info);
	craft_event(c, "one", 0);
	craft_event(c, "two", 0);
	third = craft_event(c, "three", 0);
	craft_write(c, third + 21, false);
	ship(t);
	assert_int_equal(got_events, 2);
	assert_int_equal(stats_of(t).damaged, 0);
	assert_int_equal(count_files(quarantine_path, ""), 2); /* . and .. */
	free(c);
	got_clear();
	tail_close(t);
}

/* Lengths that look right at every eighth byte, to make a search long. */
static void
a_segment_made_to_be_slow_is_given_up_soon(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	struct timespec a, b;

	(void)state;
	c->info.capacity = SEGMENT_MAX;
	segment_put(c->bytes, &c->info);
	for (size_t at = SEGMENT_HEADER; at < SEGMENT_MAX; at += 8)
		le32enc(c->bytes + at, FRAME_MAX - 8);
	le64enc(c->bytes + SEGMENT_TAIL, SEGMENT_MAX);
	craft_write(c, SEGMENT_MAX, false);
	clock_gettime(CLOCK_MONOTONIC, &a);
	ship(t);
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_true(b.tv_sec - a.tv_sec < 2);
	assert_int_equal(stats_of(t).damaged, 1);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	free(c);
	tail_close(t);
}

/* ---- Workers that mean harm. ---- */

static void
a_user_that_is_not_one_object_goes_out_with_nobody(void **state)
{
	static const char *const users[] = {"{}}", "[]", "{\"a\":1},{}", "{",
	    "{\"a\":\"\xff\"}", "\"\"", "{\"\\ud800\":1}"};
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();

	(void)state;
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		craft_event(c, "bad", craft_user(c, users[i]));
	craft_event(c, "good", craft_user(c, "{\"a\":{}}"));
	craft_done(c, false);
	ship(t);
	assert_int_equal(got_events, 1);
	assert_int_equal(count_in_got("good"), 1);
	assert_int_equal(stats_of(t).invalid, 7);
	got_clear();
	tail_close(t);
}

static void
a_users_place_may_be_anywhere_and_harms_nobody(void **state)
{
	static const uint32_t places[] = {1, 8, 4088, 4104, 5000, 16380, 16384,
	    0x7ffffff8, 0xfffffff8, 0xffffffff};
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	uint32_t event = craft_event(c, "no user's place", 0);

	(void)state;
	craft_event(c, "x", event);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		craft_event(c, "x", places[i]);
	craft_event(c, "good", 0);
	craft_done(c, false);
	ship(t);
	assert_int_equal(got_events, 2);
	assert_int_equal(stats_of(t).invalid, 11);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	got_clear();
	tail_close(t);
}

/* Nor may what an exposure says again. */
static void
what_is_said_again_may_be_anywhere_and_harms_nobody(void **state)
{
	static const uint32_t places[] = {0, 1, 8, 4088, 5000, 16380, 16384,
	    0x7ffffff8, 0xfffffff8, 0xffffffff};
	uint8_t exposure[64] = {RECORD_EXPOSURE, RECORD_GATE};
	uint8_t again[RECORD_AGAIN_LEN];
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	uint32_t user = craft_user(c, "{\"userID\":\"u\"}");
	uint32_t event = craft_event(c, "no exposure", 0);
	uint32_t good = craft_frame(c, exposure, 24);

	(void)state;
	record_put_again(again, 0, user);
	craft_frame(c, again, sizeof(again));
	record_put_again(again, 0, event);
	craft_frame(c, again, sizeof(again));
	record_put_again(again, 0, c->at); /* itself */
	craft_frame(c, again, sizeof(again));
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		record_put_again(again, 0, places[i]);
		craft_frame(c, again, sizeof(again));
	}
	record_put_again(again, 0, good);
	craft_frame(c, again, sizeof(again));
	record_set_user(again, event); /* no user's place */
	craft_frame(c, again, sizeof(again));
	craft_frame(c, again, 18); /* cut */
	craft_done(c, false);
	ship(t);
	assert_int_equal(got_events, 3);
	assert_int_equal(stats_of(t).invalid, 15);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	got_clear();
	tail_close(t);
}

static void
what_is_no_file_of_one_name_is_removed(void **state)
{
	struct tail *t = open_tail();
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	char path[8][200], target[200];
	int fd;

	(void)state;
	for (uint8_t i = 0; i < 6; i++) {
		uint8_t id[SEGMENT_ID] = {i, 1};

		snprintf(path[i], sizeof(path[i]), "%.90s/", queue_path);
		segment_name(path[i] + strlen(path[i]), "seg-", id);
	}
	snprintf(target, sizeof(target), "%.60s/secret", base);
	fd = open(target, O_RDWR | O_CREAT, 0600);
	assert_int_equal(ftruncate(fd, SEGMENT_MIN), 0);
	close(fd);
	assert_int_equal(symlink(target, path[0]), 0);
	assert_int_equal(symlink("nowhere", path[1]), 0);
	assert_int_equal(mkfifo(path[2], 0666), 0);
	assert_int_equal(mkdir(path[3], 0777), 0);
	assert_int_equal(link(target, path[4]), 0);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	memcpy(sa.sun_path, path[5], strlen(path[5]));
	assert_int_equal(
	    bind(fd, (struct sockaddr *)(void *)&sa, sizeof(sa)), 0);
	close(fd);
	ship(t);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	assert_int_equal(stats_of(t).foreign, 6);
	assert_int_equal(access(target, F_OK), 0);
	assert_int_equal(got_events, 0);
	tail_close(t);
}

static void
foreign_and_newer_segments_are_kept_and_stop_nothing(void **state)
{
	struct craft *newer = craft_new(1), *foreign = craft_new(2);
	struct craft *renamed = craft_new(3), *good = craft_new(9);
	struct tail *t = open_tail();
	int fd;

	(void)state;
	newer->bytes[8] = SEGMENT_VERSION + 1;
	fd = craft_done(newer, true);
	memset(foreign->bytes, 'x', 100);
	craft_done(foreign, false);
	renamed->info.id[5] = 0;
	segment_put(renamed->bytes, &renamed->info);
	craft_done(renamed, false);
	craft_event(good, "good", 0);
	craft_done(good, false);
	ship(t);
	assert_int_equal(got_events, 1);
	/* The newer one is somebody's yet. */
	assert_int_equal(count_files(queue_path, "seg-"), 1);
	assert_int_equal(count_files(quarantine_path, "seg-"), 2);
	assert_int_equal(stats_of(t).foreign, 2);
	close(fd);
	ship(t);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	assert_int_equal(count_files(quarantine_path, "seg-"), 3);
	assert_int_equal(stats_of(t).newer, 1);
	got_clear();
	tail_close(t);
}

static void
the_quarantine_has_a_limit(void **state)
{
	struct tail *t =
	    open_tail_with((struct tail_options){.quarantine_bytes = 40000});

	(void)state;
	for (uint8_t i = 0; i < 5; i++) {
		struct craft *c = craft_new(i);

		memset(c->bytes, 'x', 100);
		craft_done(c, false);
	}
	ship(t);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	assert_int_equal(count_files(quarantine_path, "seg-"), 2);
	tail_close(t);
}

static void
a_sparse_giant_is_not_read(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();

	(void)state;
	craft_event(c, "e", 0);
	craft_write(c, SEGMENT_MIN, false);
	assert_int_equal(truncate(c->name, 1ll << 40), 0);
	ship(t);
	assert_int_equal(got_events, 0);
	assert_int_equal(stats_of(t).foreign, 1);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	free(c);
	tail_close(t);
}

/* ---- Births. ---- */

static void
make_new(char *path, size_t cap, uint8_t i, time_t age)
{
	struct timespec times[2] = {
	    {time(NULL) - age, 0}, {time(NULL) - age, 0}};
	uint8_t id[SEGMENT_ID] = {i};
	int fd;

	snprintf(path, cap, "%.90s/", queue_path);
	segment_name(path + strlen(path), ".new-", id);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
only_births_an_hour_old_and_unlocked_are_cleared_away(void **state)
{
	char fresh[200], old[200], held[200];
	struct tail *t = open_tail();
	int fd;

	(void)state;
	make_new(fresh, sizeof(fresh), 1, 3500);
	make_new(old, sizeof(old), 2, 3700);
	make_new(held, sizeof(held), 3, 3700);
	fd = open(held, O_RDWR);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	ship_at(t, (uint64_t)time(NULL) * 1000);
	assert_int_equal(access(fresh, F_OK), 0);
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(access(held, F_OK), 0);
	close(fd);
	tail_close(t);
}

/* ---- Refusal, flush, measuring. ---- */

static void
refused_events_are_kept_as_json_and_done_with(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	struct tail_batch *b;
	char name[300], text[2000];
	size_t n, end;
	FILE *f;

	(void)state;
	craft_event(c, "bad", 0);
	craft_done(c, false);
	while (tail_next(t, 1000, &b) != FG_OK)
		;
	assert_int_equal(tail_refuse(t, b, "status-400"), FG_OK);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	assert_int_equal(find_files(quarantine_path, "batch-", name), 1);
	assert_non_null(strstr(name, "status-400.json"));
	f = fopen(name, "r");
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	assert_int_equal(json_check(text, n, &end), FG_OK);
	assert_non_null(memmem(text, n, "\"eventName\":\"bad\"", 17));
	assert_int_equal(stats_of(t).refused, 1);
	assert_int_equal(stats_of(t).accepted, 0);
	tail_close(t);
}

static void
some_events_of_a_batch_are_kept_while_the_rest_is_accepted(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	struct tail_batch *b;
	char name[300], text[2000];
	size_t n, end;
	FILE *f;

	(void)state;
	craft_event(c, "first", 0);
	craft_event(c, "large", 0);
	craft_event(c, "last", 0);
	craft_done(c, false);
	while (tail_next(t, 1000, &b) != FG_OK)
		;
	assert_int_equal(b->n_events, 3);
	assert_int_equal(tail_quarantine(t, b, 1, 1, "too_large"), FG_OK);
	assert_int_equal(count_files(queue_path, "seg-"), 1);
	assert_int_equal(tail_accept(t, b), FG_OK);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
	assert_int_equal(find_files(quarantine_path, "batch-", name), 1);
	f = fopen(name, "r");
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	assert_int_equal(json_check(text, n, &end), FG_OK);
	assert_non_null(memmem(text, n, "\"eventName\":\"large\"", 19));
	assert_null(memmem(text, n, "\"first\"", 7));
	assert_null(memmem(text, n, "\"last\"", 6));
	assert_int_equal(stats_of(t).refused, 1);
	assert_int_equal(stats_of(t).accepted, 2);
	tail_close(t);
}

static char *
ask_flush(const char *project)
{
	static char path[200];
	uint8_t id[SEGMENT_ID] = {0};
	int fd;

	id[0] = (uint8_t)project[0];
	snprintf(path, sizeof(path), "%.90s/", queue_path);
	segment_name(path + strlen(path), "flush-", id);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0640);
	assert_int_equal(write(fd, project, strlen(project)), strlen(project));
	close(fd);
	return path;
}

static void
a_request_is_answered_when_all_before_it_is_accepted(void **state)
{
	struct tail *t =
	    open_tail_with((struct tail_options){.delay_ms = 1000000});
	struct craft *c = craft_new(1);
	struct tail_batch *b = NULL;
	char *request;
	int fd;

	(void)state;
	craft_event(c, "one", 0);
	fd = craft_done(c, true);
	request = ask_flush("");
	for (int i = 0; i < 10 && b == NULL; i++)
		(void)tail_next(t, 1000, &b);
	assert_non_null(b); /* it did not wait for its delay */
	for (int i = 0; i < 10; i++) {
		struct tail_batch *none;

		assert_int_equal(tail_next(t, 1000, &none), FG_ABSENT);
	}
	assert_int_equal(access(request, F_OK), 0);
	assert_int_equal(tail_accept(t, b), FG_OK);
	assert_int_equal(access(request, F_OK), -1);
	assert_int_equal(stats_of(t).flushes, 1);
	close(fd);
	tail_close(t);
}

static void
a_request_for_one_project_does_not_wait_for_another(void **state)
{
	struct tail *t = open_tail();
	struct craft *c = craft_new(1);
	struct tail_batch *b, *none;
	char *request;
	int fd;

	(void)state;
	strcpy(c->info.project, "other");
	segment_put(c->bytes, &c->info);
	craft_event(c, "stuck", 0);
	fd = craft_done(c, true);
	while (tail_next(t, 1000, &b) != FG_OK)
		;
	request = ask_flush("default");
	for (int i = 0; i < 10; i++)
		(void)tail_next(t, 1000, &none);
	assert_int_equal(access(request, F_OK), -1);
	request = ask_flush("other");
	for (int i = 0; i < 10; i++)
		(void)tail_next(t, 1000, &none);
	assert_int_equal(access(request, F_OK), 0);
	close(fd);
	tail_close(t);
}

static void
an_empty_folder_answers_a_request_at_once(void **state)
{
	struct tail *t = open_tail();
	char *request = ask_flush("");

	(void)state;
	ship(t);
	assert_int_equal(access(request, F_OK), -1);
	tail_close(t);
}

static void
measuring_sees_what_a_standing_walk_does_not(void **state)
{
	struct tail *t = open_tail_with(
	    (struct tail_options){.max_events = 1, .max_in_flight = 1});
	struct tail_batch *b;
	uint64_t bytes;

	(void)state;
	for (uint8_t i = 0; i < 20; i++) {
		struct craft *c = craft_new(i);

		craft_event(c, "e", 0);
		memset(c->bytes + c->at, 1, SEGMENT_MIN - c->at);
		craft_done(c, false);
		while (i == 0 && tail_next(t, 1000, &b) != FG_OK)
			;
	}
	assert_int_equal(tail_measure(t, &bytes), FG_OK);
	assert_int_equal(bytes, 20 * SEGMENT_MIN);
	tail_close(t);
}

static void
a_missing_file_means_done(void **state)
{
	struct craft *c = craft_new(1);
	struct tail *t = open_tail();
	struct tail_batch *b;
	char name[160];

	(void)state;
	craft_event(c, "one", 0);
	strcpy(name, c->name);
	craft_done(c, false);
	while (tail_next(t, 1000, &b) != FG_OK)
		;
	assert_int_equal(unlink(name), 0);
	assert_int_equal(tail_accept(t, b), FG_OK);
	ship(t);
	assert_int_equal(got_events, 0);
	assert_int_equal(stats_of(t).deleted, 1);
	tail_close(t);
}

/* In memory where there is such a folder: thousands of small files. */
static int
setup_fast_dirs(void **state)
{
	(void)state;
	make_dirs(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	return 0;
}

#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, setup_fast_dirs, teardown_dirs)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_an_owner_appends_before_it_dies_is_not_lost),
	    TEST(what_an_owner_appends_before_it_seals_is_not_lost),
	    TEST(a_dead_owners_segment_is_shipped_and_then_deleted),
	    TEST(
		a_living_owners_segment_stays_and_is_read_on_from_where_it_was),
	    TEST(a_sealed_segment_is_deleted_though_somebody_holds_its_lock),
	    TEST(what_is_not_accepted_is_read_again_after_a_restart),
	    TEST(nothing_is_deleted_before_its_position_is_saved),
	    TEST(positions_advance_only_in_the_order_of_the_batches),
	    TEST(no_more_than_the_allowed_batches_are_in_flight),
	    TEST(batches_are_bounded_by_bytes_too),
	    TEST(a_partial_batch_waits_for_its_delay_or_for_hurry),
	    TEST(each_project_has_batches_of_its_own),
	    TEST(a_project_that_is_stuck_does_not_hold_up_another),
	    TEST(a_long_backlog_takes_no_more_memory_than_a_short_one),
	    TEST(counts_of_all_segments_are_merged_into_one_event),
	    TEST(an_event_of_the_syncers_own_goes_with_the_others),
	    TEST(events_older_than_the_limit_are_left_out_and_counted),
	    TEST(a_bad_frame_under_a_living_owner_means_not_yet),
	    TEST(under_a_dead_one_it_is_skipped_counted_and_kept),
	    TEST(a_tail_below_the_position_means_not_yet),
	    TEST(damage_is_walked_bit_by_bit),
	    TEST(a_segment_cut_at_any_length_gives_the_events_before),
	    TEST(an_unfinished_write_is_no_damage),
	    TEST(a_segment_made_to_be_slow_is_given_up_soon),
	    TEST(a_user_that_is_not_one_object_goes_out_with_nobody),
	    TEST(a_users_place_may_be_anywhere_and_harms_nobody),
	    TEST(what_is_said_again_may_be_anywhere_and_harms_nobody),
	    TEST(what_is_no_file_of_one_name_is_removed),
	    TEST(foreign_and_newer_segments_are_kept_and_stop_nothing),
	    TEST(the_quarantine_has_a_limit),
	    TEST(a_sparse_giant_is_not_read),
	    TEST(only_births_an_hour_old_and_unlocked_are_cleared_away),
	    TEST(refused_events_are_kept_as_json_and_done_with),
	    TEST(some_events_of_a_batch_are_kept_while_the_rest_is_accepted),
	    TEST(a_request_is_answered_when_all_before_it_is_accepted),
	    TEST(a_request_for_one_project_does_not_wait_for_another),
	    TEST(an_empty_folder_answers_a_request_at_once),
	    TEST(measuring_sees_what_a_standing_walk_does_not),
	    TEST(a_missing_file_means_done),
	};

	return cmocka_run_group_tests_name("tail", tests, NULL, NULL);
}
