#include "common/epoch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/endian.h"
#include "tests/unit/formats.h"
#include "tests/unit/test.h"

static const uint8_t identity[EPOCH_ID] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static uint8_t *file;
static unsigned page;

static int
new_file(void **state)
{
	(void)state;
	file = aligned_alloc(EPOCH_PAGE, EPOCH_FILE);
	epoch_init(file, identity, 1000);
	return epoch_add(file, "shop", &page);
}

static int
drop_file(void **state)
{
	(void)state;
	free(file);
	return 0;
}

/* Every field follows from the number, so a torn slot gives itself away. */
static struct epoch_slot
slot_of(uint64_t g)
{
	struct epoch_slot s = {g, g * 16, g * 24, g * 40, g * 48, g * 7};

	return s;
}

static void
publish(uint64_t g)
{
	struct epoch_slot s = slot_of(g);

	assert_int_equal(epoch_publish(file, page, &s), FG_OK);
}

static void
nothing_is_current_before_the_first_generation(void **state)
{
	struct epoch_slot s;

	(void)state;
	assert_int_equal(epoch_current(file, page, &s), FG_E_NOT_READY);
	assert_false(epoch_alive(file, page, 0) && epoch_newest(file, page));
	assert_int_equal(epoch_find(file, "shop"), page);
	assert_int_equal(epoch_find(file, "sho"), 0);
}

static void
what_is_published_is_found_and_alive_until_retired(void **state)
{
	struct epoch_slot s, want;

	(void)state;
	for (uint64_t g = 7; g < 12; g++)
		publish(g);
	assert_int_equal(epoch_current(file, page, &s), FG_OK);
	want = slot_of(11);
	assert_memory_equal(&s, &want, sizeof(s));
	assert_true(epoch_alive(file, page, 7));
	assert_false(epoch_alive(file, page, 6));
	assert_false(epoch_alive(file, page, 12));
	assert_int_equal(epoch_retire(file, page, 9), FG_OK);
	assert_false(epoch_alive(file, page, 8));
	assert_true(epoch_alive(file, page, 9));
}

static void
oldest_and_current_never_fall(void **state)
{
	struct epoch_slot s = slot_of(11);

	(void)state;
	publish(11);
	assert_int_equal(epoch_publish(file, page, &s), FG_E_INVALID);
	s = slot_of(10);
	assert_int_equal(epoch_publish(file, page, &s), FG_E_INVALID);
	assert_int_equal(epoch_mend(file, page, &s), FG_E_INVALID);
	publish(15);
	assert_int_equal(epoch_retire(file, page, 14), FG_OK);
	assert_int_equal(epoch_retire(file, page, 12), FG_OK);
	assert_int_equal(epoch_oldest(file, page), 14);
	assert_int_equal(epoch_retire(file, page, 16), FG_E_INVALID);
	assert_int_equal(epoch_newest(file, page), 15);
}

static void
a_living_slot_is_never_given_to_another_generation(void **state)
{
	struct epoch_slot s = slot_of(EPOCH_SLOTS + 1);

	(void)state;
	for (uint64_t g = 1; g <= EPOCH_SLOTS; g++)
		publish(g);
	assert_int_equal(epoch_publish(file, page, &s), FG_E_SPACE);
	assert_int_equal(epoch_retire(file, page, 2), FG_OK);
	assert_int_equal(epoch_publish(file, page, &s), FG_OK);
	assert_int_equal(epoch_slot(file, page, 1, &s), FG_ABSENT);
	assert_int_equal(epoch_slot(file, page, 2, &s), FG_OK);
}

static void
every_damaged_bit_of_a_slot_is_seen_and_an_older_one_taken(void **state)
{
	struct epoch_slot s;
	uint8_t *slot;

	(void)state;
	publish(4);
	publish(5);
	slot = file + (size_t)page * EPOCH_PAGE + 512 + 5 * 64;
	assert_int_equal(le64dec(slot), 5);
	for (unsigned bit = 0; bit < 56 * 8; bit++) {
		slot[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(epoch_slot(file, page, 5, &s), FG_ABSENT);
		assert_int_equal(epoch_current(file, page, &s), FG_OK);
		assert_int_equal(s.generation, 4);
		slot[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	s = slot_of(5);
	memset(slot, 0xff, 64);
	assert_int_equal(epoch_mend(file, page, &s), FG_OK);
	assert_int_equal(epoch_current(file, page, &s), FG_OK);
	assert_int_equal(s.generation, 5);
	memset(file + (size_t)page * EPOCH_PAGE + 512, 0, EPOCH_PAGE - 512);
	assert_int_equal(epoch_current(file, page, &s), FG_E_CORRUPT);
}

static void
every_damaged_bit_of_the_fixed_header_is_seen(void **state)
{
	(void)state;
	assert_int_equal(epoch_check(file, EPOCH_FILE), FG_OK);
	assert_int_equal(epoch_check(file, EPOCH_FILE - 1), FG_E_CORRUPT);
	for (unsigned bit = 0; bit < 64 * 8; bit++) {
		enum fg_status st;

		file[bit / 8] ^= (uint8_t)(1u << bit % 8);
		st = epoch_check(file, EPOCH_FILE);
		assert_true(st == FG_E_CORRUPT || st == FG_E_VERSION);
		file[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	le32enc(file + 8, EPOCH_VERSION + 1);
	assert_int_equal(epoch_check(file, EPOCH_FILE), FG_E_VERSION);
}

static void
fifteen_projects_have_pages_and_a_bad_name_has_none(void **state)
{
	char name[80] = "p";
	unsigned p;

	(void)state;
	for (char c = 'a'; c < 'a' + 14; c++) {
		name[1] = c;
		assert_int_equal(epoch_add(file, name, &p), FG_OK);
		assert_int_equal(epoch_find(file, name), p);
	}
	assert_int_equal(epoch_add(file, "more", &p), FG_E_SPACE);
	memset(name, 'x', 64);
	name[64] = '\0';
	assert_false(epoch_name_ok(name));
	name[63] = '\0';
	assert_true(epoch_name_ok(name));
	assert_false(epoch_name_ok(""));
	assert_false(epoch_name_ok("a/b"));
	assert_int_equal(epoch_add(file, "a b", &p), FG_E_INVALID);
	file[EPOCH_PAGE] ^= 1; /* a damaged name is nobody's */
	assert_int_equal(epoch_find(file, "shop"), 0);
}

static void
a_damaged_state_means_look_again(void **state)
{
	(void)state;
	assert_int_equal(epoch_state(file), EPOCH_LIVE);
	epoch_set_state(file, EPOCH_RETIRED);
	assert_int_equal(epoch_state(file), EPOCH_RETIRED);
	le64enc(file + 96, 77);
	assert_int_equal(epoch_state(file), EPOCH_RETIRED);
}

/* --- the storm: one writer, readers of slots about to be reused ------------ */

static atomic_bool stop;
static atomic_long taken, torn;

/*
 * The reader's half of the protocol without its second look at the number:
 * what the test must be able to see go wrong.
 */
static bool
read_carelessly(uint64_t g, struct epoch_slot *out)
{
	const uint8_t *s =
	    file + (size_t)page * EPOCH_PAGE + 512 + g % EPOCH_SLOTS * 64;

	if (le64load(s) != g)
		return false;
	for (volatile int i = 0; i < 200; i++)
		;
	out->generation = g;
	out->image_at = le64load(s + 8);
	out->image_len = le64load(s + 16);
	out->manifest_at = le64load(s + 24);
	out->manifest_len = le64load(s + 32);
	out->time_ms = le64load(s + 40);
	return true;
}

static void *
read_old_slots(void *careless)
{
	struct epoch_slot s, want;
	uint64_t g;

	while (!atomic_load(&stop)) {
		/* One about to be overwritten: where a slot can be torn. */
		g = epoch_newest(file, page);
		g = g > EPOCH_SLOTS ? g - EPOCH_SLOTS + 1 : g;
		if (careless ? !read_carelessly(g, &s)
			     : epoch_slot(file, page, g, &s) != FG_OK)
			continue;
		want = slot_of(g);
		atomic_fetch_add(&taken, 1);
		if (memcmp(&s, &want, sizeof(s)) != 0)
			atomic_fetch_add(&torn, 1);
	}
	return NULL;
}

static void
storm(bool careless, long at_least)
{
	pthread_t readers[2];
	static bool yes = true;

	atomic_store(&stop, false);
	atomic_store(&taken, 0);
	atomic_store(&torn, 0);
	for (int i = 0; i < 2; i++)
		pthread_create(
		    &readers[i], NULL, read_old_slots, careless ? &yes : NULL);
	for (uint64_t g = 1; g < 4000000; g++) {
		if (g > 2)
			epoch_retire(file, page, g - 2);
		publish(g);
		if (g % 1024 == 0 && careless && atomic_load(&torn) > 0)
			break;
		if (g % 1024 == 0 && atomic_load(&taken) > at_least)
			break;
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 2; i++)
		pthread_join(readers[i], NULL);
}

static void
a_publish_storm_shows_no_torn_slot(void **state)
{
	(void)state;
	storm(false, 300000);
	assert_true(atomic_load(&taken) > 0);
	assert_int_equal(atomic_load(&torn), 0);
}

static void
without_the_second_look_the_storm_does_show_torn_slots(void **state)
{
	(void)state;
	storm(true, 3000000);
	assert_true(atomic_load(&torn) > 0);
}

/* --- FORMATS.md ------------------------------------------------------------ */

static void
the_bytes_are_those_of_the_document(void **state)
{
	struct epoch_slot s = {2, 0x5010, 0x1a0, 0x7010, 0x1000, 1700000000123};
	struct epoch_beat beat = {3600000, 1700000000500};
	uint8_t boot[EPOCH_ID];

	(void)state;
	for (uint8_t i = 0; i < EPOCH_ID; i++)
		boot[i] = (uint8_t)(0xb0 + i);
	epoch_set_boot_id(file, boot);
	epoch_set_beat(file, beat);
	epoch_set_queue_allowance(file, 64 << 20);
	assert_int_equal(epoch_publish(file, page, &s), FG_OK);
	formats_compare("epoch-header", file, 128);
	formats_compare("epoch-project", file + EPOCH_PAGE, 704);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, new_file, drop_file)
	const struct CMUnitTest tests[] = {
	    CASE(nothing_is_current_before_the_first_generation),
	    CASE(what_is_published_is_found_and_alive_until_retired),
	    CASE(oldest_and_current_never_fall),
	    CASE(a_living_slot_is_never_given_to_another_generation),
	    CASE(every_damaged_bit_of_a_slot_is_seen_and_an_older_one_taken),
	    CASE(every_damaged_bit_of_the_fixed_header_is_seen),
	    CASE(fifteen_projects_have_pages_and_a_bad_name_has_none),
	    CASE(a_damaged_state_means_look_again),
	    CASE(a_publish_storm_shows_no_torn_slot),
	    CASE(without_the_second_look_the_storm_does_show_torn_slots),
	    CASE(the_bytes_are_those_of_the_document),
	};

	return cmocka_run_group_tests_name("epoch", tests, NULL, NULL);
}
