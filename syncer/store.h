/*
 * store: all that a syncer keeps, in one LMDB environment under STATE/rules.
 *
 * Generations of each project for the readers (immutable values, published in
 * the epoch file), how far each queue segment was shipped.  What is
 * committed here survives a crash of the process or the machine at any point.
 * DESIGN.md tells how, and what happens when something fails.
 *
 * One thread uses a store.  One process has a state directory: store_open takes
 * STATE/lock before it looks at anything else, and holds it until store_close.
 *
 * Calls return FG_E_IO with errno when the system fails them, FG_E_SPACE when
 * the disk or the byte limit is full; the store stays usable and what readers
 * see stays whole.
 */
#ifndef SYNCER_STORE_H
#define SYNCER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

struct store;

enum store_level {
	STORE_INFO,
	STORE_WARNING,
	STORE_ERROR,
};

/* Zeroes mean the defaults. */
struct store_options {
	uint32_t keep_generations; /* the newest so many stay; 5 */
	uint64_t keep_ms;          /* and all as young as this; 600000 */
	uint64_t keep_bytes;       /* as far as they fit in this; 256 MiB */
	uint64_t max_bytes;        /* of data.mdb; 16 GiB */
	/* One line, without its end, about what the store decided by itself. */
	void (*log)(void *arg, enum store_level level, const char *line);
	void *log_arg;
};

/*
 * Opens the state directory, which must exist, and makes what is missing in
 * it.  What is there is verified and published again before anything is
 * written; what cannot be trusted is built anew aside from what can be read,
 * and said so through log.  FG_E_BUSY: another syncer is at work.
 * FG_E_UNSUPPORTED: a file system where this cannot work.
 */
enum fg_status store_open(const char *state_dir,
    const struct store_options *options, struct store **out);
void store_close(struct store *store);

/*
 * The number the next generation of a project must have; never given before.
 * 0 when the store cannot be used now.
 */
uint64_t store_next_generation(struct store *store, const char *project);

/* A value of its own beside the image, that several generations may name. */
struct store_part {
	uint32_t kind; /* enum manifest_kind */
	uint64_t tag;
	uint64_t id; /* from store_put_shared or an earlier manifest */
};

/*
 * Stores a generation, publishes it, and then lets go of what the options no
 * longer keep.  FG_OK means that it is on the disk and visible to readers.
 * generation must be store_next_generation's (else FG_E_INVALID); when the
 * commit fails, ask for the next one again.  The image is in private memory and
 * spent, even if it fails: a large one is given back to the system page by page
 * as it is copied.
 */
enum fg_status store_commit(struct store *store, const char *project,
    uint64_t generation, uint64_t lcut_ms, void *image, size_t len);
enum fg_status store_commit_parts(struct store *store, const char *project,
    uint64_t generation, uint64_t lcut_ms, void *image, size_t len,
    const struct store_part *parts, size_t n_parts);

/*
 * The newest generation's image once more, without storing it again, with
 * these values beside it.  FG_ABSENT when there is no generation.
 */
enum fg_status store_commit_again(struct store *store, const char *project,
    uint64_t generation, const struct store_part *parts, size_t n_parts);

/*
 * Stores a value to be named by a later store_commit_parts of this process.
 * It goes when no living generation of any project names it any longer, or at
 * the next start if none ever did.
 */
enum fg_status store_put_shared(
    struct store *store, const void *data, size_t len, uint64_t *id);

/*
 * Says that this process will not name such a value any more: it goes with the
 * next commit, unless a generation names it.
 */
void store_drop_shared(struct store *store, uint64_t id);

/* The bytes of such a value, borrowed until the next write: FG_ABSENT. */
enum fg_status store_get_shared(
    struct store *store, uint64_t id, const uint8_t **data, size_t *len);

/*
 * A generation that is kept.  Image and manifest, which names the values beside
 * it, are borrowed until the next call.
 */
struct store_generation {
	uint64_t generation, lcut_ms, time_ms;
	const uint8_t *image, *manifest;
	size_t len, manifest_len;
};

/* The newest generation of a project, or FG_ABSENT. */
enum fg_status store_latest(
    struct store *store, const char *project, struct store_generation *out);

/* The newest generation below this one (UINT64_MAX: of all), or FG_END. */
enum fg_status store_older(struct store *store, const char *project,
    uint64_t generation, struct store_generation *out);

/*
 * The sign of life for readers, to be given about once a second; also looks
 * whether the environment is still in its place, and does what is due: builds
 * it anew when it was damaged or removed, clears away a replaced one.
 */
enum fg_status store_beat(struct store *store, uint64_t queue_allowance);

/* How far a queue segment was shipped: FG_OK or FG_ABSENT. */
enum fg_status store_position(
    struct store *store, const uint8_t id[16], uint64_t *pos);

struct store_position {
	uint8_t id[16];
	uint64_t pos; /* UINT64_MAX forgets the segment */
};

/* All of them or none, in one transaction, synced. */
enum fg_status store_positions_save(
    struct store *store, const struct store_position *changes, size_t n);

/* Walks the saved positions, in one look: each returns false to end it. */
enum fg_status store_positions_each(struct store *store,
    bool (*each)(void *arg, const struct store_position *p), void *arg);

struct store_status {
	uint64_t file_bytes;   /* of data.mdb */
	uint64_t living_bytes; /* of values that readers may use */
	uint64_t map_bytes;    /* how far data.mdb may grow before a remap */
	uint64_t commits, rebuilds, remaps, panics;
	char environment[32]; /* the folder's name */
};

void store_status(struct store *store, struct store_status *out);

#endif /* SYNCER_STORE_H */
