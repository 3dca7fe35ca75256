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

/*
 * Encodes into the arena; r has params, not members.  FG_E_SPACE when it would
 * be over STICKY_RECORD_MAX, FG_E_NOMEM.
 */
enum fg_status sticky_record_put(const struct fg_sticky_content *r,
    struct arena *a, const uint8_t **bytes, size_t *n);

/*
 * Decodes into the arena; nothing of it points to bytes.  FG_E_CORRUPT when
 * they do not hold together, FG_E_VERSION when a newer library wrote them,
 * FG_E_NOMEM.
 */
enum fg_status sticky_record_get(const uint8_t *bytes, size_t n,
    struct arena *a, struct fg_sticky_content *out);

#endif /* READER_STICKY_RECORD_H */
