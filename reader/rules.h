/*
 * rules: a project's newest rules, in shared memory.
 *
 * A source of rules is a state directory, where a syncer publishes one
 * generation after the other, or a snapshot file.  Opening maps it read-only
 * and needs no more than read permission, also on a read-only mount; there is
 * no lock, nothing is written, and a reader that is killed leaves nothing
 * behind.
 *
 * One struct rules serves all threads, and every child of a fork, whenever it
 * was opened.  Only rules_open and rules_close are not for several threads at
 * once.
 *
 * The rule for everything that is read through a pin: use it, copy what you
 * want out, and then ask rules_alive.  Only if it says true was it the pinned
 * generation that was read; before that, nothing with a lasting effect may
 * happen.  Bytes of a pin stay mapped until rules_close, but they change once
 * the generation is gone: read them only through common/image.h and
 * common/manifest.h.
 */
#ifndef READER_RULES_H
#define READER_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

struct rules;
struct rules_map;

/* A generation that was current when it was pinned.  Copy it freely. */
struct rules_pin {
	uint64_t generation;
	const uint8_t *image;
	size_t image_len;
	const uint8_t *manifest; /* NULL for a snapshot; see rules_section */
	size_t manifest_len;
	struct rules_map *map; /* private: where it was found */
	uint64_t stamp;        /* private: and as which of its uses */
};

struct rules_info {
	uint64_t generation, oldest; /* 0: none yet */
	uint64_t heartbeat_ms;       /* Unix time; 0: never, or a snapshot */
	bool stale;                  /* the syncer was not heard of for long */
	bool retired;  /* the environment was replaced, the new one not found */
	bool snapshot; /* a file: never changes */
	bool limited;  /* short of address space: maps one value at a time */
	uint8_t identity[16];
};

/*
 * Opens a project of a state directory.  FG_OK also when there is nothing in
 * it yet: rules_pin then says FG_E_NOT_READY until there is.
 */
enum fg_status rules_open(
    const char *state_dir, const char *project, struct rules **out);

/*
 * Opens a .fgs file, verified whole.  A project of NULL takes what is in it;
 * FG_ABSENT when another project's rules are.
 */
enum fg_status rules_open_snapshot(
    const char *path, const char *project, struct rules **out);

/* No thread may hold a pin any longer.  Takes NULL. */
void rules_close(struct rules *rules);

/*
 * Takes the current generation: a few loads, no lock, no system call, except
 * that when the syncer was not heard of for long or the environment was
 * replaced, it is looked for by path, at most once a second.  FG_E_NOT_READY,
 * FG_E_VERSION (written by a newer forkgate), FG_E_CORRUPT, FG_E_IO (it may not
 * be opened), FG_E_NOMEM.
 */
enum fg_status rules_pin(struct rules *rules, struct rules_pin *out);

/* Whether all that was read of the pin until now was its generation's. */
bool rules_alive(struct rules *rules, const struct rules_pin *pin);

/*
 * Whether rules_pin would find the same again, and all that was read of it
 * until now counts: a few loads.
 */
bool rules_is_current(struct rules *rules, const struct rules_pin *pin);

/*
 * The bytes of another section of the pinned generation, of a kind and tag of
 * common/manifest.h: FG_OK, FG_ABSENT, FG_E_CORRUPT, FG_E_NOMEM.  Same rule:
 * ask rules_alive afterwards.
 */
enum fg_status rules_section(struct rules *rules, const struct rules_pin *pin,
    uint32_t kind, uint64_t tag, const uint8_t **data, size_t *len);

/*
 * The host's overrides of the pinned generation, likewise.  They are section 1
 * if they are there, so that nobody need search for what mostly is not.
 */
enum fg_status rules_overrides(struct rules *rules, const struct rules_pin *pin,
    const uint8_t **data, size_t *len);

void rules_info(struct rules *rules, struct rules_info *out);

/* Bytes of queue segments that may still be created; UINT64_MAX if unknown. */
uint64_t rules_queue_allowance(struct rules *rules);

#endif /* READER_RULES_H */
