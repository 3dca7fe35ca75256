/*
 * rules_map: one environment of rules, mapped by a reader.
 *
 * Private to rules.  An environment is a folder with data.mdb and epoch; both
 * are opened through one descriptor of that folder, so they belong together
 * whatever a symlink points to meanwhile.
 *
 * data.mdb is mapped once, far beyond its end: what is appended later is there
 * without another call.  How far one may read is what fstat said.  Where a
 * process may not have that much address space, values are mapped one by one.
 *
 * A stretch of addresses that was handed out stays mapped until
 * rules_env_free, for a thread may still be reading it.  To give back what
 * lies behind it, other bytes are mapped over it and its stamp is raised
 * before: what was read under the old stamp does not count.
 */
#ifndef READER_RULES_MAP_H
#define READER_RULES_MAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/epoch.h"
#include "common/forkgate_status.h"

#define RULES_VALUES \
	32 /* maps of single values, where address space is short */

struct rules_map {
	struct rules_env *env;
	uint8_t *base;
	size_t len;
	uint64_t stamp; /* atomic */
	/* Of a single value; guarded by the lock of struct rules. */
	uint64_t generation, place, place2;
};

struct rules_env {
	const uint8_t *epoch;
	int fd; /* data.mdb, for its size */
	dev_t dev;
	ino_t ino;
	uint64_t size;    /* atomic: bytes of data.mdb that are there */
	uint64_t checked; /* atomic: the last generation that was checked */
	uint32_t page;    /* atomic: of the project; 0 until it has one */
	bool limited;
	bool outgrown; /* atomic: data.mdb became longer than its map */
	bool blanked;
	uint64_t left_ms; /* when another one was taken, monotonic */
	struct rules_env *older;
	struct rules_map whole;
	struct rules_map values[RULES_VALUES];
};

/* A run of bytes of data.mdb. */
struct rules_run {
	uint64_t place, len;
};

/*
 * Opens the folder at path.  FG_E_NOT_READY when there is none, FG_E_IO when
 * it may not be opened, FG_E_VERSION, FG_E_CORRUPT, FG_E_NOMEM.
 */
enum fg_status rules_env_open(
    const char *path, bool limited, struct rules_env **out);

/* No thread may use it or an older one any longer.  Frees those too. */
void rules_env_free(struct rules_env *env);

/* Whether the run lies in the file as far as it was written. */
bool rules_env_holds(struct rules_env *env, struct rules_run run);

/*
 * Short of address space: maps one or two runs of a generation, or finds them
 * mapped, and tells where they are.  The caller holds the lock of its struct
 * rules.  FG_E_NOMEM.
 */
enum fg_status rules_env_value(struct rules_env *env, uint64_t generation,
    const struct rules_run run[2], struct rules_map **map,
    const uint8_t *at[2]);

/* Lets go of data.mdb: whatever was pinned of it is not alive any more. */
void rules_env_blank(struct rules_env *env);

#endif /* READER_RULES_MAP_H */
