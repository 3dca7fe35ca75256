/*
 * compile: a ruleset document becomes a ruleset image.
 *
 * Takes the JSON of download_config_specs, as strict as the reference
 * implementation and no stricter.  An error has one of two blast radii: in a
 * gate, config or layer or in one of its rules that one is dropped; anywhere
 * else the whole document is refused.  What is merely not understood, such as
 * an unknown operator, is kept as unsupported.  Each of these leaves a note
 * with the path of the field.
 *
 * Nothing is kept between calls and the document is not changed.  Whatever its
 * bytes are, compiling ends, in time about linear in their number, and takes
 * memory for the image and little more.
 */
#ifndef SYNCER_COMPILE_H
#define SYNCER_COMPILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

/* No more notes than this are kept; n_more counts the others. */
#define COMPILE_MAX_NOTES 200

enum compile_severity {
	COMPILE_REFUSED,     /* the document */
	COMPILE_DROPPED,     /* this gate, config or layer */
	COMPILE_UNSUPPORTED, /* kept, but it cannot be evaluated as it stands */
};

/*
 * path is like feature_gates.my_gate.rules[2].passPercentage; control bytes
 * of the document are '?' in it, and a long name is cut.  Line and column
 * count from 1.
 */
struct compile_note {
	enum compile_severity severity;
	size_t line;
	size_t column;
	char *path;
	char *message;
};

/* Starts from zeroes. */
struct compile_notes {
	struct compile_note *notes;
	size_t n;
	size_t cap;
	size_t n_more;
};

void compile_notes_free(struct compile_notes *notes);

struct compile_result {
	bool has_updates; /* if false, there is no image: keep what you have */
	uint64_t time;    /* of the document, unix ms, 0 when not readable */
	char *checksum;   /* of the document, NULL when it has none */
	uint8_t *image;   /* malloc()ed; image_seal() it before use */
	size_t image_len;
	uint32_t n_gates;
	uint32_t n_configs;
	uint32_t n_layers;
	uint32_t n_conditions; /* in the document's map */
	uint32_t n_dropped;    /* specs */
};

/*
 * Compiles n bytes.  FG_OK: *out is filled in.  FG_E_INVALID: the document is
 * refused, the first note that is COMPILE_REFUSED says why; FG_E_SPACE: it or
 * its image is too big; FG_E_NOMEM.  After a failure *out is empty.  A
 * document that says it has no updates is FG_OK even where its other fields
 * are wrong.  notes may be NULL.
 */
enum fg_status compile_document(const char *json, size_t n,
    struct compile_notes *notes, struct compile_result *out);

/* Frees what compile_document() filled in; takes an empty one. */
void compile_result_free(struct compile_result *result);

/*
 * Whether a document compiled is to replace the current one: false when it has
 * no updates, when the current one has a time and a later one, or when their
 * checksums are the same and not empty.  checksum may be NULL.
 */
bool compile_is_newer(const struct compile_result *result,
    uint64_t current_time, const char *current_checksum);

#endif /* SYNCER_COMPILE_H */
