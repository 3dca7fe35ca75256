/*
 * formats: compares bytes that a test made with a worked example of
 * common/FORMATS.md, which the test reads itself.
 *
 * An example is a fenced block that begins with ```hex NAME.  Each of its
 * lines is an offset in hex, a colon, bytes in hex, and a comment after ';'.
 * Bytes that no line names are zero.
 */
#ifndef TESTS_UNIT_FORMATS_H
#define TESTS_UNIT_FORMATS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/test.h"

static inline void
formats_line(const char *name, const char *line, uint8_t *dst, size_t cap)
{
	char *p;
	size_t at = strtoul(line, &p, 16);

	if (p == line || *p != ':')
		fail_msg("%s: not 'offset: bytes': %s", name, line);
	for (p++;; p += 2, at++) {
		char pair[3] = {0};

		while (*p == ' ')
			p++;
		if (*p == ';' || *p == '\n' || *p == '\0')
			return;
		memcpy(pair, p, strnlen(p, 2));
		if (strspn(pair, "0123456789abcdefABCDEF") != 2)
			fail_msg("%s: not hex: %s", name, line);
		if (at >= cap)
			fail_msg("%s: beyond the example: %s", name, line);
		dst[at] = (uint8_t)strtoul(pair, NULL, 16);
	}
}

/* Fails the test unless the n bytes are those of the example called name. */
static inline void
formats_compare(const char *name, const uint8_t *bytes, size_t n)
{
	char line[512], head[128];
	bool inside = false, found = false;
	uint8_t *want = calloc(1, n + 1);
	FILE *f = fopen("common/FORMATS.md", "r");

	assert_non_null(f);
	assert_non_null(want);
	snprintf(head, sizeof(head), "```hex %s\n", name);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strcmp(line, head) == 0)
			inside = found = true;
		else if (strncmp(line, "```", 3) == 0)
			inside = false;
		else if (inside)
			formats_line(name, line, want, n);
	}
	fclose(f);
	if (!found)
		fail_msg("common/FORMATS.md has no example %s", name);
	for (size_t i = 0; i < n; i++)
		if (bytes[i] != want[i])
			fail_msg("%s: at %zx the document says %02x, "
				 "the code makes %02x",
			    name, i, want[i], bytes[i]);
	free(want);
}

#endif /* TESTS_UNIT_FORMATS_H */
