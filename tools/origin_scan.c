#include "tools/origin_scan.h"

#include <string.h>

static const char *
skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* Past the string that begins at p, or NULL if it does not end. */
static const char *
skip_string(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '"')
			return p + 1;
	}
	return NULL;
}

/* Past the object or array that begins at p, or NULL if it does not end. */
static const char *
skip_nested(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		if (*p == '"') {
			p = skip_string(p, end);
			if (p == NULL)
				return NULL;
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		p++;
		if (depth == 0)
			return p;
	}
	return NULL;
}

/* Past the value that begins at p, or NULL if there is none. */
static const char *
skip_value(const char *p, const char *end)
{
	const char *start = p;

	if (p == end)
		return NULL;
	if (*p == '"')
		return skip_string(p, end);
	if (*p == '{' || *p == '[')
		return skip_nested(p, end);
	while (p < end && strchr(",}] \t\r\n", *p) == NULL)
		p++;
	return p > start ? p : NULL;
}

struct scan_text
scan_member(struct scan_text text, const char *name)
{
	const struct scan_text none = {NULL, 0};
	const char *end = text.p + text.n, *p = skip_space(text.p, end);
	size_t len = strlen(name);

	if (p == end || *p != '{')
		return none;
	for (p++;; p++) {
		const char *key, *after_key, *value;

		key = skip_space(p, end);
		if (key == end || *key != '"')
			return none;
		after_key = skip_string(key, end);
		if (after_key == NULL)
			return none;
		p = skip_space(after_key, end);
		if (p == end || *p != ':')
			return none;
		value = skip_space(p + 1, end);
		p = skip_value(value, end);
		if (p == NULL)
			return none;
		if ((size_t)(after_key - key) == len + 2 &&
		    memcmp(key + 1, name, len) == 0)
			return (struct scan_text){value, (size_t)(p - value)};
		p = skip_space(p, end);
		if (p == end || *p != ',')
			return none;
	}
}

bool
scan_array(struct scan_text text, struct scan_text *rest)
{
	if (text.p == NULL || text.n == 0 || *text.p != '[')
		return false;
	rest->p = text.p + 1;
	rest->n = text.n - 1;
	return true;
}

struct scan_text
scan_next(struct scan_text *rest, bool *broken)
{
	const char *end = rest->p + rest->n, *p = skip_space(rest->p, end);
	const char *after;
	struct scan_text element = {NULL, 0};

	*broken = p == end;
	if (p == end || *p == ']')
		return element;
	after = skip_value(p, end);
	*broken = after == NULL;
	if (after == NULL)
		return element;
	element = (struct scan_text){p, (size_t)(after - p)};
	p = skip_space(after, end);
	if (p < end && *p == ',')
		p++;
	*rest = (struct scan_text){p, (size_t)(end - p)};
	return element;
}

uint64_t
scan_u64(struct scan_text text)
{
	uint64_t x = 0;

	for (size_t i = 0; i < text.n && text.p[i] >= '0' && text.p[i] <= '9';
	     i++)
		x = x * 10 + (uint64_t)(text.p[i] - '0');
	return x;
}
