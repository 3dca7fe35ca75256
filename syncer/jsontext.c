#include "syncer/jsontext.h"

#include <string.h>

#include "syncer/json.h"

static bool
one_value(const char *text, size_t n)
{
	size_t end = 0;

	return n > 0 && json_check(text, n, &end) == FG_OK && end == n;
}

/* The four digits behind \u; the text has been checked. */
static unsigned
hex4(const char *p)
{
	unsigned x = 0;

	for (int i = 0; i < 4; i++) {
		unsigned c = (unsigned char)p[i];

		x = x << 4 | (c <= '9' ? c - '0' : (c & 15) + 9);
	}
	return x;
}

/* No half of a surrogate pair without the other half. */
static bool
escapes_ok(const char *text, size_t n)
{
	const char *p = text, *end = text + n;

	while ((p = memchr(p, '\\', (size_t)(end - p))) != NULL) {
		unsigned x;

		if (p[1] != 'u') {
			p += 2;
			continue;
		}
		x = hex4(p + 2);
		p += 6;
		if (x < 0xd800 || x > 0xdfff)
			continue;
		if (x > 0xdbff || end - p < 6 || p[0] != '\\' || p[1] != 'u')
			return false;
		x = hex4(p + 2);
		if (x < 0xdc00 || x > 0xdfff)
			return false;
		p += 6;
	}
	return true;
}

bool
jsontext_object_ok(const char *text, size_t n)
{
	return n > 0 && text[0] == '{' && one_value(text, n) &&
	    escapes_ok(text, n) && json_span(text, n).depth <= JSONTEXT_DEPTH;
}

bool
jsontext_number_ok(const char *text, size_t n)
{
	return n > 0 &&
	    (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) &&
	    one_value(text, n);
}
