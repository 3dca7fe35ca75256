/*
 * The parsers of text on arbitrary bytes.  None of them crashes or reads past
 * the end, and what they say about one text agrees with one another.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/djb2.h"
#include "common/hash.h"
#include "common/lower.h"
#include "common/number.h"
#include "common/utf8.h"
#include "common/version.h"
#include "common/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* A copy of exactly n bytes, so that a sanitizer sees a read past them. */
static void *
room(size_t n)
{
	void *p = malloc(n > 0 ? n : 1);

	must(p != NULL);
	return p;
}

/* A number that was read, written and read again is the same one. */
static void
check_numbers(const char *s, size_t n)
{
	char text[NUMBER_TEXT_MAX];
	int64_t i, i_back;
	uint64_t u, u_back;
	double f, f_back;
	size_t len;

	if (number_i64(s, n, &i)) {
		len = number_i64_text(i, text, sizeof(text));
		must(number_i64(text, len, &i_back) && i_back == i);
		must(number_f64(s, n, &f));
	}
	if (number_u64(s, n, &u)) {
		len = number_u64_text(u, text, sizeof(text));
		must(number_u64(text, len, &u_back) && u_back == u);
	}
	if (number_f64(s, n, &f)) {
		len = number_text(f, text, sizeof(text));
		must(len <= sizeof(text));
		must(number_f64(text, len, &f_back));
		must(isnan(f) || memcmp(&f, &f_back, sizeof(f)) == 0);
		(void)number_trunc_i64(f);
	}
	if (n >= sizeof(f)) {
		memcpy(&f, s, sizeof(f));
		len = number_text(f, text, sizeof(text));
		must(len <= sizeof(text));
		must(number_f64(text, len, &f_back));
		must(isnan(f) || memcmp(&f, &f_back, sizeof(f)) == 0);
	}
}

/* What is a time for a user is the same time for a rule. */
static void
check_times(const char *s, size_t n)
{
	int64_t user, target;

	if (when_parse_user(s, n, &user))
		must(when_parse_target(s, n, &target) && target == user);
}

static void
check_lower(const char *s, size_t n)
{
	size_t len = lower(s, n, NULL, 0);
	char *low = room(len);

	must(len <= LOWER_CAP(n));
	must(lower(s, n, low, len) == len);
	must(lower_is_noop(s, n) ==
	    (len == n && (n == 0 || memcmp(low, s, n) == 0)));
	must(utf8_valid(low, len) == utf8_valid(s, n));
	free(low);
}

/* Repaired text is valid, and means the same to what walks code points. */
static void
check_utf8(const char *s, size_t n)
{
	size_t len = utf8_repair(s, n, NULL, 0), at = 0, n_trimmed = n;
	const char *trimmed = s;
	char *good = room(len);
	uint32_t c;

	must(utf8_repair(s, n, good, len) == len && len <= 3 * n);
	must(utf8_valid(good, len));
	must(utf8_valid(s, n) ==
	    (len == n && (n == 0 || memcmp(good, s, n) == 0)));
	must(utf8_valid_len(s, n) <= n);
	must(djb2(0, s, n) == djb2(0, good, len));
	while (at < n) {
		size_t step = utf8_next(s + at, n - at, &c);

		must(step >= 1 && step <= 4 && step <= n - at);
		at += step;
	}
	utf8_trim(&trimmed, &n_trimmed);
	must(trimmed >= s && trimmed + n_trimmed <= s + n);
	free(good);
}

/* Text against text and text against parts are one comparison. */
static void
check_versions(const char *a, size_t an, const char *b, size_t bn)
{
	size_t n_parts = version_parse(b, bn, NULL, 0);
	uint8_t *parts = room(n_parts * VERSION_PART);
	int by_text = 7, by_parts = 7;
	bool ok;

	must(n_parts >= 1 && n_parts <= bn + 1);
	must(version_parse(b, bn, parts, n_parts * VERSION_PART) == n_parts);
	ok = version_compare(a, an, b, bn, &by_text);
	must(version_compare_parts(a, an, parts, n_parts, &by_parts) == ok);
	must(by_text == by_parts);
	if (version_compare(b, bn, a, an, &by_parts))
		must(ok && by_parts == -by_text);
	free(parts);
}

static void
check_hashes(const char *s, size_t cut, size_t n)
{
	struct hash_state st;
	char member[HASH_MEMBER_LEN];
	size_t done;

	hash_prefix(s, cut, &st, &done);
	must(hash_finish64(&st, s + done, n - done) == hash_sha256_64(s, n));
	must(hash_finish64_2(&st, s + done, cut - done, s + cut, n - cut) ==
	    hash_sha256_64(s, n));
	hash_base64_8(s, n, member);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *s = (const char *)bytes;
	const uint8_t *nul = n > 0 ? memchr(bytes, 0, n) : NULL;
	size_t cut = nul != NULL ? (size_t)(nul - bytes) : n / 2;
	size_t rest = nul != NULL ? cut + 1 : cut;
	char *first = room(cut);

	if (n > 0)
		memcpy(first, s, cut);
	check_numbers(s, n);
	check_times(s, n);
	check_lower(s, n);
	check_lower(first, cut);
	check_utf8(s, n);
	check_utf8(first, cut);
	check_versions(first, cut, s + rest, n - rest);
	check_hashes(s, cut, n);
	free(first);
	return 0;
}
