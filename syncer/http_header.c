#include "syncer/http_header.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "syncer/retry.h"

/* The value of a line, if that is the header's; one that is too long is cut. */
static bool
header_value(
    const char *line, size_t n, const char *name, char *dst, size_t cap)
{
	size_t skip = strlen(name);

	if (n <= skip || strncasecmp(line, name, skip) != 0)
		return false;
	while (skip < n && line[skip] == ' ')
		skip++;
	while (n > skip && strchr("\r\n ", line[n - 1]) != NULL)
		n--;
	snprintf(dst, cap, "%.*s", (int)(n - skip), line + skip);
	return true;
}

/* "bytes 10-19/20" and "bytes 10-19" followed by "/" and a star. */
static bool
part_begins(const char *value, uint64_t *at)
{
	size_t digits;

	if (strncasecmp(value, "bytes ", 6) != 0)
		return false;
	value += 6;
	digits = strspn(value, "0123456789");
	if (digits == 0 || digits > 18 || value[digits] != '-')
		return false;
	*at = 0;
	for (size_t i = 0; i < digits; i++)
		*at = *at * 10 + (uint64_t)(value[i] - '0');
	return true;
}

void
http_header_line(struct http_header *h, const char *line, size_t n, int64_t now)
{
	char value[64];

	if (n >= 5 && memcmp(line, "HTTP/", 5) == 0)
		h->whole = h->is_part = false;
	else if (n <= 2)
		h->whole = true; /* the empty line */

	if (header_value(line, n, "retry-after:", value, sizeof(value)))
		h->retry_after_ms = retry_after_ms(value, now);
	if (header_value(line, n, "content-range:", value, sizeof(value)))
		h->is_part = part_begins(value, &h->part_at);
	header_value(
	    line, n, "x-statsig-region:", h->region, sizeof(h->region));
}
