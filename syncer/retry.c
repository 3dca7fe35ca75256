#include "syncer/retry.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "syncer/json.h"

#define SPECS_PAUSE_MS 200

enum retry_specs
retry_specs(int status)
{
	switch (status) {
	case 401:
	case 403:
		return RETRY_SPECS_DENIED;
	case 400:
	case 405:
	case 413:
	case 429:
	case 501:
		return RETRY_SPECS_LATER;
	default:
		return RETRY_SPECS_SOON;
	}
}

uint64_t
retry_specs_pause_ms(unsigned attempt)
{
	return attempt == 0 ? 0 : (uint64_t)SPECS_PAUSE_MS << (attempt - 1);
}

/* Whether text is one JSON object and its success, if there, is not false. */
static bool
took_events(const char *text, size_t n)
{
	struct json_walk walk;
	const char *key;
	size_t end, len;

	if (json_check(text, n, &end) != FG_OK)
		return false;
	while (end < n && strchr(" \t\r\n", text[end]) != NULL)
		end++;
	if (end != n || !json_walk_begin(&walk, text, n) || !walk.keyed)
		return false;
	while (json_walk_next(&walk, &key, &len)) {
		if (len == 7 && memcmp(key, "success", 7) == 0 &&
		    json_kind_of(*walk.text) == JSON_FALSE)
			return false;
		json_walk_value(&walk);
	}
	return true;
}

enum retry_events
retry_events(int status, const char *body, size_t n)
{
	if (status >= 200 && status <= 299)
		return n == 0 || took_events(body, n) ? RETRY_EVENTS_ACCEPTED
						      : RETRY_EVENTS_DOUBTFUL;
	switch (status) {
	case 401:
	case 403:
		return RETRY_EVENTS_DENIED;
	case 413:
		return RETRY_EVENTS_SPLIT;
	case 400:
	case 405:
	case 501:
		return RETRY_EVENTS_REFUSED;
	case 411:
	case 414:
	case 415:
	case 422:
	case 431:
		return RETRY_EVENTS_DOUBTFUL;
	default:
		return RETRY_EVENTS_AGAIN;
	}
}

uint64_t
retry_ceiling_ms(unsigned failures, uint64_t base_ms, uint64_t max_ms)
{
	uint64_t ms = base_ms;

	if (failures == 0)
		return 0;
	while (--failures > 0 && ms < max_ms)
		ms *= 2;
	return ms < max_ms ? ms : max_ms;
}

uint64_t
retry_pause_ms(
    unsigned failures, uint64_t base_ms, uint64_t max_ms, uint64_t random)
{
	return random % (retry_ceiling_ms(failures, base_ms, max_ms) + 1);
}

uint64_t
retry_jitter_ms(uint64_t interval_ms, uint64_t random)
{
	uint64_t tenth = interval_ms / 10;

	return interval_ms - tenth + random % (2 * tenth + 1);
}

static int64_t
date_seconds(const char *value)
{
	struct tm tm = {0};
	const char *rest = strptime(value, "%a, %d %b %Y %H:%M:%S GMT", &tm);

	return rest != NULL && *rest == '\0' ? (int64_t)timegm(&tm) : 0;
}

uint64_t
retry_after_ms(const char *value, int64_t now)
{
	uint64_t seconds = 0;
	size_t n;
	int64_t then;

	while (*value == ' ')
		value++;
	n = strspn(value, "0123456789");
	if (n > 0 && value[n] == '\0') {
		for (size_t i = 0; i < n && seconds < RETRY_AFTER_MAX_MS; i++)
			seconds = seconds * 10 + (uint64_t)(value[i] - '0');
	} else {
		then = date_seconds(value);
		seconds = then > now ? (uint64_t)(then - now) : 0;
	}
	return seconds < RETRY_AFTER_MAX_MS / 1000 ? seconds * 1000
						   : RETRY_AFTER_MAX_MS;
}

uint64_t
retry_random(void)
{
	uint64_t x;

	/* Without the kernel's randomness the clock must do: see retry.h. */
	if (getrandom(&x, sizeof(x), GRND_NONBLOCK) != (ssize_t)sizeof(x)) {
		struct timespec ts;

		clock_gettime(CLOCK_MONOTONIC, &ts);
		x = (uint64_t)ts.tv_nsec * 0x9e3779b97f4a7c15U;
		x ^= x >> 32;
	}
	return x;
}
