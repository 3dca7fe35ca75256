/*
 * sticky_record: a sticky value as a storage keeps it.
 *
 * The bytes are described in common/FORMATS.md.  They come back from outside,
 * perhaps from another version of this library or from a damaged disk, so
 * that decoding checks each length before it is followed.
 */
#ifndef READER_STICKY_RECORD_H
#define READER_STICKY_RECORD_H

#include "reader/arena.h"
#include "reader/forkgate.h"
#include "reader/params.h"

#define STICKY_RECORD_MAX 1048576 /* bytes of one record */

/* What the reference implementation keeps of an experiment or a layer. */
struct sticky_record {
	bool value; /* what fg_config calls passed */
	bool has_time, has_version;
	uint32_t version;
	uint64_t time; /* lcut of the rules that decided */
	const char *rule_id;
	const char *group_name; /* NULL: none */
	const char *delegate;   /* NULL: none */
	const struct fg_params *params;
	const struct fg_exposure *secondary;
	size_t n_secondary;
	const struct fg_exposure *undelegated; /* NULL: no list */
	size_t n_undelegated;
	const char *const *explicit_params; /* NULL: no list */
	size_t n_explicit_params;
};

/*
 * Encodes into the arena.  FG_E_SPACE when it would be over STICKY_RECORD_MAX,
 * FG_E_NOMEM.
 */
enum fg_status sticky_record_put(const struct sticky_record *r, struct arena *a,
    const uint8_t **bytes, size_t *n);

/*
 * Decodes into the arena; nothing of it points to bytes.  FG_E_CORRUPT when
 * they do not hold together, FG_E_VERSION when a newer library wrote them,
 * FG_E_NOMEM.
 */
enum fg_status sticky_record_get(
    const uint8_t *bytes, size_t n, struct arena *a, struct sticky_record *out);

#endif /* READER_STICKY_RECORD_H */
