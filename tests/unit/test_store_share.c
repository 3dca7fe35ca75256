/* One image that several generations name. */
#include "syncer/store.h"
#include "syncer/store_internal.h"
#include "tests/unit/store_test.h"

static uint64_t
commit_again(struct store *s, uint64_t id)
{
	struct store_part part = {MANIFEST_OVERRIDES, 0, id};
	uint64_t g = store_next_generation(s, "default");

	assert_int_equal(
	    store_commit_again(s, "default", g, &part, id ? 1 : 0), FG_OK);
	return g;
}

static void
an_image_is_stored_once_for_all_generations_that_have_it(void **state)
{
	struct store_options opt = {.keep_ms = 1, .keep_generations = 1};
	struct store *s = open_store_with(opt);
	struct store_status status;
	struct store_generation held;
	uint64_t first, last = 0, id, value = 1;
	struct rules *r;
	struct rules_pin pin;

	(void)state;
	assert_int_equal(
	    store_commit_again(s, "default", 1, NULL, 0), FG_ABSENT);
	first = commit(s, "default", 1 << 20);
	assert_int_equal(rules_open(state_dir, "default", &r), FG_OK);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(store_put_shared(s, &value, 8, &id), FG_OK);
		last = commit_again(s, id);
		usleep(2000);
	}
	assert_int_equal(rules_pin(r, &pin), FG_OK);
	assert_int_equal(pin.generation, last);
	assert_true(is_image(pin.image, pin.image_len, first));
	assert_true(rules_alive(r, &pin));
	assert_int_equal(store_latest(s, "default", &held), FG_OK);
	assert_int_equal(held.lcut_ms, first * 1000);
	store_status(s, &status);
	assert_true(status.living_bytes < 2 << 20);
	rules_close(r);
	/* It is proved at a start, and carried over with its number. */
	store_close(s);
	s = open_store_with(opt);
	assert_int_equal(unlink(env_file("epoch")), 0);
	assert_int_equal(store_beat(s, 0), FG_OK);
	assert_int_equal(store_latest(s, "default", &held), FG_OK);
	assert_int_equal(held.generation, last);
	assert_true(is_image(held.image, held.len, first));
	/* Another one takes its place, and it goes. */
	commit(s, "default", 4096);
	usleep(2000);
	commit(s, "default", 4096);
	store_status(s, &status);
	assert_true(status.living_bytes < 1 << 20);
	store_close(s);
}

/* As it was stored before images could be shared. */
static uint64_t
store_as_before(struct store *s)
{
	uint64_t g = commit(s, "default", 4096);
	struct store_gens gens;
	struct manifest_section section;
	struct store_bytes v;
	struct epoch_slot slot = {.generation = g, .image_len = 4096};
	uint64_t image[512];
	uint8_t manifest[65536];
	struct store_op op = {.key = store_key_gen("default", g, 'i'),
	    .data = image,
	    .len = sizeof(image),
	    .lasting = true};

	fill_image(image, sizeof(image), g);
	assert_int_equal(store_kv_write(s->env->kv, &op, 1), FG_OK);
	assert_int_equal(store_kv_get(s->env->kv, &op.key, &v), FG_OK);
	assert_int_equal(store_kv_learn(s->env->kv, v, &slot.image_at), FG_OK);
	assert_int_equal(store_gens_list(s->env, "default", &gens), FG_OK);
	section = gens.gen[gens.n - 1].section;
	section.id = 0;
	section.place = slot.image_at;
	slot.manifest_len = gens.gen[gens.n - 1].manifest.len;
	assert_true(slot.manifest_len <= sizeof(manifest));
	assert_int_equal(manifest_put(manifest, slot.manifest_len,
			     &gens.gen[gens.n - 1].head, &section),
	    FG_OK);
	op = (struct store_op){.key = store_key_gen("default", g, 'm')};
	assert_int_equal(store_kv_write(s->env->kv, &op, 1), FG_OK);
	op.lasting = true;
	op.data = manifest;
	op.len = slot.manifest_len;
	free(gens.gen);
	assert_int_equal(store_kv_write(s->env->kv, &op, 1), FG_OK);
	return g;
}

static void
an_image_that_is_its_generations_own_is_still_read_and_shared(void **state)
{
	struct store *s = open_store();
	uint64_t g = store_as_before(s), again;
	struct store_generation held;

	(void)state;
	store_close(s);
	s = open_store();
	assert_store_has(s, "default", g);
	again = commit_again(s, 0);
	assert_int_equal(store_latest(s, "default", &held), FG_OK);
	assert_int_equal(held.generation, again);
	assert_true(is_image(held.image, held.len, g));
	store_close(s);
}

/* What goes with a generation is more than its image. */
static void
bytes_beside_an_image_count_too(void **state)
{
	struct store_options opt = {.keep_bytes = 220000, .keep_ms = 600000};
	struct store *s = open_store_with(opt);
	static char value[60000];
	struct store_generation g;
	uint64_t id, older;
	unsigned n = 0;

	(void)state;
	commit(s, "default", 4096);
	for (int i = 0; i < 9; i++) {
		value[0]++;
		assert_int_equal(
		    store_put_shared(s, value, sizeof(value), &id), FG_OK);
		commit_again(s, id);
	}
	for (older = UINT64_MAX; store_older(s, "default", older, &g) == FG_OK;
	     older = g.generation)
		n++;
	assert_int_equal(n, 3);
	/* One that nobody will name goes with the next commit. */
	assert_int_equal(store_put_shared(s, value, 8, &id), FG_OK);
	store_drop_shared(s, id);
	commit(s, "default", 4096);
	assert_int_equal(store_get_shared(s, id, &g.image, &g.len), FG_ABSENT);
	store_close(s);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_state, remove_state)
	const struct CMUnitTest tests[] = {
	    CASE(an_image_is_stored_once_for_all_generations_that_have_it),
	    CASE(an_image_that_is_its_generations_own_is_still_read_and_shared),
	    CASE(bytes_beside_an_image_count_too),
	};

	return cmocka_run_group_tests_name("store_share", tests, NULL, NULL);
}
