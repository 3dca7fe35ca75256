/*
 * store_internal: what the sources of the store share, and what its tests
 * break on purpose.
 */
#ifndef SYNCER_STORE_INTERNAL_H
#define SYNCER_STORE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/epoch.h"
#include "common/manifest.h"
#include "syncer/publish.h"
#include "syncer/store.h"
#include "syncer/store_kv.h"

/* --- for tests ------------------------------------------------------------------ */

/* Leaves a step out, so that a test can show that it sees the damage. */
enum {
	STORE_FAULT_LATE_RETIRE = 1, /* deletes what still lives for a while */
	STORE_FAULT_NO_SYNC = 2,     /* deletes before the epoch file is safe */
	STORE_FAULT_FORGET_SHARED = 4, /* deletes shared values in use */
	STORE_FAULT_REUSE = 8,         /* forgets numbers that were given */
	STORE_FAULT_WRONG_PLACE = 16,  /* publishes a place that is none */
};
extern unsigned store_fault;

/* Called between any two steps that reach the disk or the readers. */
extern void (*store_step)(const char *name);
extern int64_t store_clock_skew_ms;

static inline void
store_step_at(const char *name)
{
	if (store_step != NULL)
		store_step(name);
}

/* --- one environment ------------------------------------------------------------- */

#define STORE_ENV_NAME 21 /* "env-", 16 hex digits, an end */

struct store_env {
	char name[STORE_ENV_NAME];
	char path[4096];
	uint8_t identity[EPOCH_ID];
	int dir;
	int data_fd;         /* of data.mdb, also when LMDB cannot have it */
	struct store_kv *kv; /* NULL when it cannot be trusted */
	struct publish *pub; /* NULL likewise */
	uint64_t floor;      /* numbers up to this may have been given before */
	uint64_t last_shared;
	uint64_t data_len; /* of data.mdb when last looked at: it only grows */
};

struct store {
	char path[4096]; /* STATE/rules */
	int state_dir, rules_dir, lock_fd;
	struct store_options opt;
	struct store_env *env;
	/* A number whose commit failed may be on the disk all the same. */
	struct {
		char project[EPOCH_NAME];
		uint64_t generation;
	} tried[EPOCH_PROJECTS];
	uint64_t *fresh; /* shared values put by this process, not named yet */
	size_t n_fresh;
	uint64_t allowance;
	uint64_t retry_ms;    /* after a rebuild that failed, not before this */
	uint64_t replaced_ms; /* when a folder was left to be removed, or 0 */
	uint64_t commits, rebuilds, panics, remaps;
};

uint64_t store_now_ms(void);
void store_log(struct store *s, enum store_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Opens as much of an environment as can be had, and says what is wrong with
 * it: FG_E_CORRUPT or FG_E_VERSION with *out, to be rebuilt from; other
 * failures without.
 */
enum fg_status store_env_open(
    struct store *s, const char *name, struct store_env **out);

/* Opens LMDB of an environment that store_kv_check found good. */
enum fg_status store_env_open_kv(struct store *s, struct store_env *e);

/*
 * Without the symlink: the one that was at work last and has generations.
 * FG_ABSENT when there is none.
 */
enum fg_status store_env_leftover(struct store *s, char name[STORE_ENV_NAME]);

/* A new one aside, with a random identity. */
enum fg_status store_env_create(
    struct store *s, uint64_t floor, struct store_env **out);
void store_env_close(struct store_env *e);

/* Syncs its files and folders and makes it the current one. */
enum fg_status store_env_switch(struct store *s, struct store_env *e);

/* Removes every environment folder but this one. */
void store_env_remove_others(struct store *s, const char *name);

/* The name of the current one: FG_ABSENT when there is none. */
enum fg_status store_env_current(struct store *s, char name[STORE_ENV_NAME]);

/* The record of format, identity, floor and shared numbers. */
enum fg_status store_env_save(struct store_env *e);
struct store_op store_env_record(struct store_env *e, uint8_t buf[48]);

/* --- generations ----------------------------------------------------------------- */

struct store_gen {
	uint64_t generation;
	struct store_bytes manifest; /* padded, as stored */
	struct store_bytes image;    /* none if it is lost */
	struct manifest head;
	struct manifest_section section; /* of the image */
	bool has_manifest;               /* and it proved right */
};

struct store_gens {
	struct store_gen *gen; /* rising */
	size_t n;
};

struct store_key store_key_project(char kind, const char *project);
struct store_key store_key_gen(
    const char *project, uint64_t generation, char part);
struct store_key store_key_number(char kind, uint64_t number);
struct store_key store_key_bytes(char kind, const void *p, size_t n);

/* All that is stored of a project; free() *gen. */
enum fg_status store_gens_list(
    struct store_env *e, const char *project, struct store_gens *out);

/* Whether it is whole, byte for byte, and where its manifest says. */
enum fg_status store_gen_prove(
    struct store_env *e, const struct store_gen *g, struct epoch_slot *slot);

/* What a generation is made of. */
struct store_new {
	const char *project;
	uint64_t generation, lcut_ms, time_ms;
	uint64_t image_id; /* of a shared value that is there, or 0: */
	const void *image; /* these bytes, to be stored as one */
	size_t len;
	bool spend; /* image is emptied as it is copied */
	const struct store_part *parts;
	size_t n_parts;
};

/*
 * Stores the image, if it is not there, and the manifest, each synced and
 * proved; nothing published.
 */
enum fg_status store_gen_put(
    struct store_env *e, const struct store_new *g, struct epoch_slot *slot);

/* A shared value under a number of its own. */
enum fg_status store_shared_put(
    struct store_env *e, uint64_t id, const void *data, size_t len, bool spend);

/* The last number that was ever stored for the project. */
uint64_t store_last_number(struct store_env *e, const char *project);
enum fg_status store_last_number_save(
    struct store_env *e, const char *project, uint64_t generation);

/* Calls each for every project that epoch file or LMDB knows. */
enum fg_status store_projects_each(struct store_env *e,
    enum fg_status (*each)(void *arg, const char *project), void *arg);

/* --- letting go -------------------------------------------------------------------- */

/* Retires what the options do not keep, and deletes what is retired. */
enum fg_status store_keep(struct store *s, const char *project);

/* Deletes what is retired or was never published, of all projects. */
enum fg_status store_collect(struct store *s);

uint64_t store_living_bytes(struct store_env *e);

/* --- mending ------------------------------------------------------------------------ */

/* Publishes again what is there; FG_E_CORRUPT when that cannot be done. */
enum fg_status store_republish(struct store *s, struct store_env *e);

/* Builds a new environment from what can be read of the current one. */
enum fg_status store_rebuild(struct store *s, const char *why);

/* After a failed write: when LMDB gave up, closes, reopens, republishes. */
void store_after_failure(struct store *s);

#endif /* SYNCER_STORE_INTERNAL_H */
