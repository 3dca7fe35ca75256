#include "common/frame.h"
#include "tests/unit/test.h"

#define AT 4096 /* where the first frame lies, as in a segment */

static const uint8_t id[16] = "sixteen bytes id";
static uint8_t seg[AT + 256]; /* frames: "one", "", and "fourteen bytes" */
static size_t seg_len;
static size_t starts[4];

static int
fill_segment(void **state)
{
	static const char *const payloads[] = {"one", "", "fourteen bytes"};
	uint32_t seed = frame_seed(id);

	(void)state;
	memset(seg, 0xee, sizeof(seg));
	seg_len = AT;
	for (int i = 0; i < 3; i++) {
		starts[i] = seg_len;
		seg_len += frame_put(seg + seg_len, seed, (uint32_t)seg_len,
		    payloads[i], strlen(payloads[i]));
	}
	starts[3] = seg_len;
	return 0;
}

static void
frames_are_read_back_one_behind_the_other(void **state)
{
	const uint8_t *data;
	size_t at = AT, n;

	(void)state;
	assert_int_equal(
	    frame_get(seg, seg_len, frame_seed(id), at, &data, &n), FG_OK);
	assert_int_equal(n, 3);
	assert_memory_equal(data, "one", 3);
	at += FRAME_SIZE(n);
	assert_int_equal(
	    frame_get(seg, seg_len, frame_seed(id), at, &data, &n), FG_OK);
	assert_int_equal(n, 0);
	at += FRAME_SIZE(n);
	assert_int_equal(
	    frame_get(seg, seg_len, frame_seed(id), at, &data, &n), FG_OK);
	assert_int_equal(n, 14);
	assert_memory_equal(data, "fourteen bytes", 14);
	assert_int_equal(at + FRAME_SIZE(n), seg_len);
}

static void
every_flipped_bit_is_found(void **state)
{
	uint32_t seed = frame_seed(id);
	const uint8_t *data = NULL;
	size_t n = 0;

	(void)state;
	for (int f = 0; f < 3; f++)
		for (size_t bit = 8 * starts[f]; bit < 8 * starts[f + 1];
		     bit++) {
			seg[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(
			    frame_get(seg, seg_len, seed, starts[f], &data, &n),
			    FG_E_CORRUPT);
			seg[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	assert_null(data);
}

static void
a_frame_cut_at_any_length_is_not_whole(void **state)
{
	const uint8_t *data;
	size_t n;

	(void)state;
	for (size_t end = starts[2]; end < seg_len; end++)
		assert_int_equal(
		    frame_get(seg, end, frame_seed(id), starts[2], &data, &n),
		    FG_E_CORRUPT);
}

static void
a_frame_of_another_segment_does_not_pass(void **state)
{
	uint8_t other[16] = "sixteen bytes ie";
	const uint8_t *data;
	size_t n;

	(void)state;
	assert_int_equal(
	    frame_get(seg, seg_len, frame_seed(other), AT, &data, &n),
	    FG_E_CORRUPT);
}

static void
a_frame_that_has_moved_does_not_pass(void **state)
{
	uint8_t copy[sizeof(seg)];
	const uint8_t *data;
	size_t n;

	(void)state;
	memcpy(copy, seg, sizeof(seg));
	memcpy(copy + AT + 16, seg + AT, FRAME_SIZE(3));
	assert_int_equal(
	    frame_get(copy, sizeof(copy), frame_seed(id), AT + 16, &data, &n),
	    FG_E_CORRUPT);
}

static void
space_that_was_never_written_is_no_frame(void **state)
{
	static const uint8_t zeros[64];
	const uint8_t *data;
	size_t n;

	(void)state;
	for (uint32_t seed = 0; seed < 100000; seed++)
		assert_int_equal(
		    frame_get(zeros, sizeof(zeros), seed * 42949, 0, &data, &n),
		    FG_E_CORRUPT);
}

static void
lengths_beyond_the_end_are_refused_before_use(void **state)
{
	static const uint32_t lens[] = {
	    FRAME_MAX + 1, 0x7fffffff, 0xfffffff8, 0xffffffff};
	uint8_t bytes[32] = {0};
	const uint8_t *data;
	size_t n;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		memcpy(bytes, &lens[i], 4);
		assert_int_equal(
		    frame_get(bytes, sizeof(bytes), 0, 0, &data, &n),
		    FG_E_CORRUPT);
	}
	assert_int_equal(
	    frame_get(bytes, sizeof(bytes), 0, SIZE_MAX - 7, &data, &n),
	    FG_E_CORRUPT);
	assert_int_equal(
	    frame_get(bytes, sizeof(bytes), 0, 4, &data, &n), FG_E_CORRUPT);
}

static void
a_payload_already_in_place_gives_the_same_frame(void **state)
{
	uint8_t a[64], b[64];
	size_t n;

	(void)state;
	memset(a, 1, sizeof(a));
	memset(b, 2, sizeof(b));
	n = frame_put(a, 7, AT, "payload", 7);
	memcpy(b + FRAME_HEADER, "payload", 7);
	assert_int_equal(frame_seal(b, 7, AT, 7), n);
	assert_memory_equal(a, b, n);
	assert_int_equal(a[n], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frames_are_read_back_one_behind_the_other),
	    cmocka_unit_test(every_flipped_bit_is_found),
	    cmocka_unit_test(a_frame_cut_at_any_length_is_not_whole),
	    cmocka_unit_test(a_frame_of_another_segment_does_not_pass),
	    cmocka_unit_test(a_frame_that_has_moved_does_not_pass),
	    cmocka_unit_test(space_that_was_never_written_is_no_frame),
	    cmocka_unit_test(lengths_beyond_the_end_are_refused_before_use),
	    cmocka_unit_test(a_payload_already_in_place_gives_the_same_frame),
	};

	return cmocka_run_group_tests_name("frame", tests, fill_segment, NULL);
}
