#include "common/hash.h"
#include "tests/unit/test.h"

static void
expect_digest(const char *data, size_t n, const char *hex)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[HASH_SIZE];
	char got[2 * HASH_SIZE + 1];

	hash_sha256(data, n, digest);
	for (size_t i = 0; i < HASH_SIZE; i++) {
		got[2 * i] = digits[digest[i] >> 4];
		got[2 * i + 1] = digits[digest[i] & 15];
	}
	got[2 * HASH_SIZE] = '\0';
	assert_string_equal(got, hex);
}

/* FIPS 180-4's own examples, and the empty text. */
static void
digests_are_those_of_the_standard(void **state)
{
	static char million[1000000];

	(void)state;
	expect_digest(NULL, 0,
	    "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
	expect_digest("abc", 3,
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	expect_digest(
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
	    "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', sizeof(million));
	expect_digest(million, sizeof(million),
	    "cdc76e5c9914fb9281a1c7e284d73e67"
	    "f1809a48a497200e046d39ccc7112cd0");
}

/*
 * A second SHA-256, written from the standard and for nothing but this: the
 * lengths around each border of a block have no published digests.
 */
static uint32_t
turn(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static const uint32_t constants[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf,
    0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7,
    0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,
    0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c,
    0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee,
    0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

static void
plain_block(uint32_t h[8], const uint8_t *p)
{
	uint32_t w[64], v[8], one, two;

	for (size_t i = 0; i < 16; i++)
		w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
		    (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
	for (size_t i = 16; i < 64; i++)
		w[i] =
		    (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10) +
		    w[i - 7] +
		    (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^
			w[i - 15] >> 3) +
		    w[i - 16];
	memcpy(v, h, sizeof(v));
	for (size_t i = 0; i < 64; i++) {
		one = v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) +
		    ((v[4] & v[5]) ^ (~v[4] & v[6])) + constants[i] + w[i];
		two = (turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) +
		    ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += one;
		v[0] = one + two;
	}
	for (size_t i = 0; i < 8; i++)
		h[i] += v[i];
}

static uint64_t
plain_sha256_64(const uint8_t *data, size_t n)
{
	uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	uint8_t padded[512] = {0};
	size_t len = (n + 9 + 63) / 64 * 64;

	assert_in_range(len, 64, sizeof(padded));
	memcpy(padded, data, n);
	padded[n] = 0x80;
	padded[len - 1] = (uint8_t)(n * 8);
	padded[len - 2] = (uint8_t)(n * 8 >> 8);
	for (size_t i = 0; i < len; i += 64)
		plain_block(h, padded + i);
	return (uint64_t)h[0] << 32 | h[1];
}

static void
every_length_up_to_some_blocks_agrees_with_plain_arithmetic(void **state)
{
	uint8_t data[300];
	uint32_t x = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (uint8_t)(x >> 24);
	}
	for (size_t n = 0; n <= sizeof(data); n++)
		assert_true(
		    hash_sha256_64(data, n) == plain_sha256_64(data, n));
}

static void
a_prefix_absorbs_its_whole_blocks_only(void **state)
{
	uint8_t data[200];
	struct hash_state st;
	size_t done;

	(void)state;
	memset(data, 's', sizeof(data));
	for (size_t n = 0; n <= sizeof(data); n++) {
		hash_prefix(data, n, &st, &done);
		assert_int_equal(done, n / 64 * 64);
		assert_int_equal(st.n_blocks, n / 64);
	}
}

/* Prefix, its rest and a unit, at every place where they can be cut. */
static void
a_hash_from_a_stored_state_is_that_of_the_whole(void **state)
{
	uint8_t data[150];
	struct hash_state st, before;
	size_t done;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + 1);
	for (size_t n = 0; n <= sizeof(data); n += n < 60 || n > 70 ? 7 : 1) {
		uint64_t whole = plain_sha256_64(data, n);

		for (size_t cut = 0; cut <= n; cut++) {
			hash_prefix(data, cut, &st, &done);
			before = st;
			assert_true(
			    hash_finish64(&st, data + done, n - done) == whole);
			assert_true(
			    hash_finish64_2(&st, data + done, cut - done,
				data + cut, n - cut) == whole);
			assert_memory_equal(&st, &before, sizeof(st));
		}
	}
}

/* In the one block that ends it, wherever it goes there. */
static void
an_end_is_hashed_like_any_other_piece(void **state)
{
	uint8_t data[256];
	struct sha256_end end;
	struct hash_state st;
	size_t done;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 11 + 3);
	for (size_t n = 0; n <= 64 + SHA256_END_MAX; n++) {
		hash_prefix(data, n, &st, &done);
		for (size_t len = 0; n - done + len <= SHA256_END_MAX; len++) {
			assert_true(sha256_end_set(&end, data + 100, len));
			assert_true(hash_finish64_end(
					&st, data + done, n - done, &end) ==
			    hash_finish64_2(
				&st, data + done, n - done, data + 100, len));
		}
	}
	assert_false(sha256_end_set(&end, data, SHA256_END_MAX + 1));
	assert_true(sha256_end_set(&end, "abc", 3));
	assert_true(hash_sha256_64_end(&end) == 0xba7816bf8f01cfeaULL);
}

static void
empty_pieces_may_be_null(void **state)
{
	struct hash_state st;
	size_t done;

	(void)state;
	hash_prefix(NULL, 0, &st, &done);
	assert_int_equal(done, 0);
	assert_true(hash_finish64(&st, NULL, 0) == 0xe3b0c44298fc1c14ULL);
	assert_true(
	    hash_finish64_2(&st, NULL, 0, "abc", 3) == 0xba7816bf8f01cfeaULL);
	assert_true(
	    hash_finish64_2(&st, "abc", 3, NULL, 0) == 0xba7816bf8f01cfeaULL);
	assert_true(hash_sha256_64(NULL, 0) == 0xe3b0c44298fc1c14ULL);
}

/* As the reference buckets: user-1 misses 50 percent and makes 99.99. */
static void
buckets_are_those_of_the_reference(void **state)
{
	struct hash_state st;
	size_t done;
	uint64_t h;

	(void)state;
	hash_prefix("gate_salt.rule_salt.", 20, &st, &done);
	h = hash_finish64_2(&st, "gate_salt.rule_salt.", 20, "user-1", 6);
	assert_true(h == 5945705876427349839ULL);
	assert_int_equal(h % 10000, 9839);
	assert_int_equal(hash_sha256_64("bucket_salt.user-1", 18) % 1000, 403);
}

static void
base64_is_padded_and_has_plus_and_slash(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
	    {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
	    {"\xfb\xef\xbe", "++++"}, {"\xff\xff\xff", "////"}};
	char got[16];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n =
		    hash_encode_base64(rows[i].in, strlen(rows[i].in), got);

		assert_int_equal(n, strlen(rows[i].out));
		assert_memory_equal(got, rows[i].out, n);
	}
}

static void
members_of_id_lists_are_the_first_eight_characters(void **state)
{
	char eight[HASH_MEMBER_LEN], whole[HASH_BASE64_LEN];

	(void)state;
	hash_base64_8("member", 6, eight);
	assert_memory_equal(eight, "4xq2Q8RP", 8);
	hash_base64("member", 6, whole);
	assert_memory_equal(whole, "4xq2Q8RP", 8);
	assert_int_equal(whole[HASH_BASE64_LEN - 1], '=');
	hash_base64("", 0, whole);
	assert_memory_equal(
	    whole, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", 44);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(digests_are_those_of_the_standard),
	    cmocka_unit_test(
		every_length_up_to_some_blocks_agrees_with_plain_arithmetic),
	    cmocka_unit_test(a_prefix_absorbs_its_whole_blocks_only),
	    cmocka_unit_test(a_hash_from_a_stored_state_is_that_of_the_whole),
	    cmocka_unit_test(an_end_is_hashed_like_any_other_piece),
	    cmocka_unit_test(empty_pieces_may_be_null),
	    cmocka_unit_test(buckets_are_those_of_the_reference),
	    cmocka_unit_test(base64_is_padded_and_has_plus_and_slash),
	    cmocka_unit_test(
		members_of_id_lists_are_the_first_eight_characters),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
