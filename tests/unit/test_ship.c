/*
 * Parcels; what an answer means and how long to wait is in test_retry.c, and
 * the way of events to a server that misbehaves in tests/e2e.
 */
#include <stdio.h>
#include <stdlib.h>

#include <zlib.h>

#include "syncer/parcel.h"
#include "tests/unit/test.h"

static const char events[] = "{\"a\":1},{\"b\":22},{\"c\":333},{\"d\":4}";
static const uint32_t ends[] = {7, 16, 26, 34};

static const struct parcel_metadata metadata = {
    .session = "5e55",
    .service = "a \"b\"",
    .flush_type = "manual",
    .interval_ms = 10000,
    .batch_size = 1000,
    .max_pending = 4,
};

#define METADATA                                                       \
	"{\"sdkType\":\"forkgate\",\"sdkVersion\":\"" FORKGATE_VERSION \
	"\",\"sessionID\":\"5e55\",\"service_name\":\"a \\\"b\\\"\","  \
	"\"flushingIntervalMs\":10000,\"batchSize\":1000,"             \
	"\"maxPendingBatches\":4,\"flushType\":\"manual\"}"

static struct tail_batch
batch(void)
{
	return (struct tail_batch){.events = events,
	    .events_len = sizeof(events) - 1,
	    .n_events = 4,
	    .ends = ends};
}

static void
assert_body(const struct parcel *parcel, const char *want)
{
	char text[1024];

	snprintf(text, sizeof(text), "{\"events\":[%s],\"statsigMetadata\":%s}",
	    want, METADATA);
	assert_int_equal(parcel->body_len, strlen(text));
	assert_memory_equal(parcel->body, text, strlen(text));
}

static void
a_batch_becomes_one_body(void **state)
{
	struct tail_batch b = batch();
	struct parcel *parcel = parcel_new(&b);

	(void)state;
	assert_non_null(parcel);
	assert_int_equal(parcel_pack(parcel, &metadata, false), FG_OK);
	assert_false(parcel->gzip);
	assert_body(parcel, events);
	parcel_free(parcel);
}

static void
a_body_is_made_once(void **state)
{
	struct parcel_metadata other = metadata;
	struct tail_batch b = batch();
	struct parcel *parcel = parcel_new(&b);
	const uint8_t *body;

	(void)state;
	assert_int_equal(parcel_pack(parcel, &metadata, true), FG_OK);
	body = parcel->body;
	other.flush_type = "shutdown";
	assert_int_equal(parcel_pack(parcel, &other, true), FG_OK);
	assert_ptr_equal(parcel->body, body);
	parcel_free(parcel);
}

static void
a_compressed_body_is_the_same_unpacked(void **state)
{
	struct tail_batch b = batch();
	struct parcel *parcel = parcel_new(&b);
	uint8_t plain[1024];
	z_stream z = {0};

	(void)state;
	assert_int_equal(parcel_pack(parcel, &metadata, true), FG_OK);
	assert_true(parcel->gzip);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = parcel->body;
	z.avail_in = (uInt)parcel->body_len;
	z.next_out = plain;
	z.avail_out = sizeof(plain);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	free(parcel->body);
	parcel->body = malloc(z.total_out);
	parcel->body_len = z.total_out;
	memcpy(parcel->body, plain, z.total_out);
	assert_body(parcel, events);
	inflateEnd(&z);
	parcel_free(parcel);
}

/* Split as often as it goes: each event is in one parcel, in its order. */
static void
halves_hold_each_event_once(void **state)
{
	static const char *const single[] = {
	    "{\"a\":1}", "{\"b\":22}", "{\"c\":333}", "{\"d\":4}"};
	struct tail_batch b = batch();
	struct parcel *parcels[4] = {parcel_new(&b)};

	(void)state;
	assert_int_equal(parcel_pack(parcels[0], &metadata, true), FG_OK);
	parcels[2] = parcel_split(parcels[0]);
	assert_null(parcels[0]->body);
	parcels[1] = parcel_split(parcels[0]);
	parcels[3] = parcel_split(parcels[2]);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(
		    parcel_pack(parcels[i], &metadata, false), FG_OK);
		assert_body(parcels[i], single[i]);
		assert_int_equal(parcels[i]->of->open, 4 - i);
		parcel_free(parcels[i]);
	}
}

static void
an_odd_number_splits_too(void **state)
{
	struct tail_batch b = batch();
	struct parcel *parcel, *half;

	(void)state;
	b.n_events = 3;
	parcel = parcel_new(&b);
	half = parcel_split(parcel);
	assert_int_equal(parcel->n, 2);
	assert_int_equal(half->first, 2);
	assert_int_equal(half->n, 1);
	parcel_free(half);
	parcel_free(parcel);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_batch_becomes_one_body),
	    cmocka_unit_test(a_body_is_made_once),
	    cmocka_unit_test(a_compressed_body_is_the_same_unpacked),
	    cmocka_unit_test(halves_hold_each_event_once),
	    cmocka_unit_test(an_odd_number_splits_too),
	};

	return cmocka_run_group_tests_name("ship", tests, NULL, NULL);
}
