/*
 * fuzz_compile: any bytes are compiled, and the image that may come of them
 * must hold together.
 */
#include <stdio.h>
#include <stdlib.h>

#include "syncer/compile.h"
#include "tests/unit/image_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
must(bool fact, const char *what)
{
	if (fact)
		return;
	fprintf(stderr, "fuzz_compile: %s\n", what);
	abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct compile_notes notes = {0};
	struct compile_result out;
	struct image im;
	enum fg_status st =
	    compile_document((const char *)bytes, n, &notes, &out);

	must(st == FG_OK || st == FG_E_INVALID || st == FG_E_SPACE, "status");
	must((st == FG_E_INVALID) ==
		(notes.n > 0 &&
		    notes.notes[notes.n - 1].severity == COMPILE_REFUSED),
	    "a refusal has a note, and nothing else");
	must((out.image != NULL) == (st == FG_OK && out.has_updates), "image");
	if (out.image != NULL) {
		const char *why;

		image_seal(out.image, out.image_len, 1, 2, "fuzz");
		must(
		    image_open(out.image, out.image_len, &im) == FG_OK, "open");
		must(image_check(&im) == FG_OK, "sum");
		why = image_walk(&im);
		must(why == NULL, why);
	}
	compile_result_free(&out);
	compile_notes_free(&notes);
	return 0;
}
