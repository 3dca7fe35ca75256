/*
 * Overrides, on arbitrary bytes: a text of them is compiled, and what comes out
 * holds together; a value is searched in place.  The first byte says which.
 */
#include <stdlib.h>
#include <string.h>

#include "common/hostwide.h"
#include "syncer/compile_hostwide.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* Every override is found by its name and ID when the value is whole. */
static void
search(const uint8_t *bytes, size_t n, bool whole)
{
	struct hostwide o, found;
	struct image_str name, id;
	struct image im;
	uint32_t record;

	if (hostwide_open(bytes, n, &im) != FG_OK)
		return;
	for (uint32_t i = 0; hostwide_nth(&im, i, &o) == HOSTWIDE_FOUND; i++) {
		bool known = image_str(&im, o.name, &name) &&
		    hostwide_name(&im, o.kind, name.bytes, name.len, name.hash,
			&record) == HOSTWIDE_FOUND;
		enum hostwide_end end = HOSTWIDE_ABSENT;

		if (known && o.id == 0)
			end = hostwide_of(&im, record, NULL, 0, 0, &found);
		else if (known && image_str(&im, o.id, &id))
			end = hostwide_of(
			    &im, record, id.bytes, id.len, id.hash, &found);
		if (whole)
			must(end == HOSTWIDE_FOUND && found.what == o.what &&
			    found.at == o.at);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct hostwide_error err;
	struct hostwide_text value, noted;
	uint8_t *copy;

	if (n == 0)
		return 0;
	/* Of just that size, at an address like those of values. */
	copy = malloc(n > 1 ? n - 1 : 1);
	must(copy != NULL);
	memcpy(copy, bytes + 1, n - 1);
	if (*bytes == 'v') {
		hostwide_check(copy, n - 1);
		search(copy, n - 1, false);
	} else if (compile_hostwide((const char *)copy, n - 1, &value, &err) ==
	    FG_OK) {
		must(hostwide_check(value.bytes, value.len) == FG_OK);
		search(value.bytes, value.len, true);
		must(compile_hostwide_note(
			 value.bytes, value.len, "why", &noted) == FG_OK);
		search(noted.bytes, noted.len, true);
		free(noted.bytes);
		free(value.bytes);
	} else {
		must(err.text[0] != '\0');
	}
	free(copy);
	return 0;
}
