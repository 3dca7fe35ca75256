#include "syncer/quantity.h"

#include <stdio.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit times[] = {
    {"d", 86400000},
    {"h", 3600000},
    {"m", 60000},
    {"s", 1000},
    {"ms", 1},
};

static const struct unit sizes[] = {
    {"", 1},
    {"K", (uint64_t)1 << 10},
    {"M", (uint64_t)1 << 20},
    {"G", (uint64_t)1 << 30},
};

#define N_TIMES (sizeof(times) / sizeof(times[0]))
#define N_SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* Digits, and then *rest is what follows; false if none or too many. */
static bool
digits(const char *text, uint64_t *out, const char **rest)
{
	uint64_t x = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(x, 10, &x) ||
		    __builtin_add_overflow(x, (uint64_t)(*p - '0'), &x))
			return false;
	}
	*rest = p;
	*out = x;
	return p > text;
}

static bool
scaled(const char *text, const struct unit *units, size_t n, uint64_t *out)
{
	const char *rest;
	uint64_t x;

	if (!digits(text, &x, &rest))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rest, units[i].name) != 0)
			continue;
		if (__builtin_mul_overflow(x, units[i].factor, &x))
			return false;
		*out = x;
		return true;
	}
	return false;
}

bool
quantity_count(const char *text, uint64_t *out)
{
	return scaled(text, sizes, 1, out);
}

bool
quantity_ms(const char *text, uint64_t *out)
{
	if (strcmp(text, "0") == 0) {
		*out = 0;
		return true;
	}
	return scaled(text, times, N_TIMES, out);
}

bool
quantity_bytes(const char *text, uint64_t *out)
{
	return scaled(text, sizes, N_SIZES, out);
}

bool
quantity_bool(const char *text, bool *out)
{
	static const char *const yes[] = {"yes", "true", "on", "1"},
				 *const no[] = {"no", "false", "off", "0"};

	for (size_t i = 0; i < 4; i++) {
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
			*out = strcmp(text, yes[i]) == 0;
			return true;
		}
	}
	return false;
}

char *
quantity_put_ms(char *dst, size_t cap, uint64_t ms)
{
	size_t i = 0;

	while (i + 1 < N_TIMES && (ms == 0 || ms % times[i].factor != 0))
		i++;
	snprintf(dst, cap, "%llu%s", (unsigned long long)(ms / times[i].factor),
	    times[i].name);
	return dst;
}
