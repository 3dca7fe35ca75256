/*
 * epoch: the small shared file that says which generations live, and where.
 *
 * One process, the syncer, writes it; any number of readers map it read-only
 * and ask it.  It is EPOCH_PAGES pages of EPOCH_PAGE bytes: a header, then one
 * page a project.  FORMATS.md tells the bytes.  The file is made once, with
 * its environment, and afterwards only written in place: nobody truncates it
 * or puts another under its name, and oldest and current only rise.
 *
 * Everything here takes the mapped file: page-aligned, EPOCH_FILE bytes.  A
 * function that writes belongs to the single writer and is marked so; all
 * others may run in any thread of any process at any time, and read each word
 * once, by an atomic load.
 *
 * How a reader stays right without a lock: it takes the current generation g
 * (epoch_current), uses the bytes that its slot names, copies what it wants
 * out, and then asks epoch_alive(g).  True means that nothing of g was deleted
 * before the question, so what was copied is g's.  False means: throw it away.
 */
#ifndef COMMON_EPOCH_H
#define COMMON_EPOCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/endian.h"
#include "common/forkgate_status.h"

#define EPOCH_VERSION  1
#define EPOCH_PAGE     4096 /* of the format, whatever the machine's is */
#define EPOCH_PAGES    16
#define EPOCH_FILE     ((size_t)EPOCH_PAGE * EPOCH_PAGES)
#define EPOCH_PROJECTS (EPOCH_PAGES - 1)
#define EPOCH_SLOTS    56 /* generations of a project that can live at once */
#define EPOCH_NAME     64 /* bytes of a project's name, with its end */
#define EPOCH_ID       16 /* bytes of an environment's identity */

/* In a project's page; the others are epoch.c's. */
#define EPOCH_P_OLDEST  128
#define EPOCH_P_CURRENT 136

enum epoch_state {
	EPOCH_LIVE = 1,
	EPOCH_RETIRED = 2, /* another environment took its place: look again */
};

/* One generation: its number, and the places of its values in data.mdb. */
struct epoch_slot {
	uint64_t generation;
	uint64_t image_at, image_len;
	uint64_t manifest_at, manifest_len;
	uint64_t time_ms; /* when it was committed, Unix time */
};

/* When and where the syncer was last seen at work. */
struct epoch_beat {
	uint64_t boot_ms; /* CLOCK_BOOTTIME */
	uint64_t unix_ms;
};

/*
 * Whether n bytes are an epoch file of a version this code knows: FG_OK,
 * FG_E_VERSION, or FG_E_CORRUPT.
 */
enum fg_status epoch_check(const uint8_t *file, size_t n);

void epoch_identity(const uint8_t *file, uint8_t id[EPOCH_ID]);

/* The kernel's boot id under which the syncer last verified the values. */
void epoch_boot_id(const uint8_t *file, uint8_t id[EPOCH_ID]);

enum epoch_state epoch_state(const uint8_t *file);
struct epoch_beat epoch_last_beat(const uint8_t *file);

/* Bytes of queue segments that may still be created. */
uint64_t epoch_queue_allowance(const uint8_t *file);

/* The page of a project, 1 to EPOCH_PROJECTS; 0 when it has none (yet). */
unsigned epoch_find(const uint8_t *file, const char *project);

/* How many projects have a page; they are 1 to this. */
unsigned epoch_projects(const uint8_t *file);

/* A page's project; FG_E_CORRUPT if its bytes do not hold together. */
enum fg_status epoch_name(
    const uint8_t *file, unsigned page, char name[EPOCH_NAME]);

/* Acquire load: what the generation names is visible after it.  0: none yet. */
uint64_t epoch_newest(const uint8_t *file, unsigned page);
uint64_t epoch_oldest(const uint8_t *file, unsigned page);

/*
 * The newest generation whose slot can be read whole.  FG_E_NOT_READY before
 * the first is published, FG_E_CORRUPT when no slot of a living generation
 * holds together.
 */
enum fg_status epoch_current(
    const uint8_t *file, unsigned page, struct epoch_slot *out);

/* The slot of one generation: FG_OK, or FG_ABSENT when it is not there whole. */
enum fg_status epoch_slot(const uint8_t *file, unsigned page,
    uint64_t generation, struct epoch_slot *out);

/*
 * Whether the generation lived until now: an acquire fence, then
 * oldest <= generation <= current.  Ask after the last byte was read.
 */
static inline bool
epoch_alive(const uint8_t *file, unsigned page, uint64_t generation)
{
	const uint8_t *p = file + (size_t)page * EPOCH_PAGE;

	/*
	 * Orders every load of the values before the loads below.  Pairs with
	 * the fence in epoch_retire: who has read one byte that was written
	 * after the retirement sees the retirement here.
	 */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return le64load(p + EPOCH_P_OLDEST) <= generation &&
	    generation <= le64load(p + EPOCH_P_CURRENT);
}

/* --- for the single writer ----------------------------------------------- */

/* Fills EPOCH_FILE bytes: no projects, state live, never beaten. */
void epoch_init(
    uint8_t *file, const uint8_t identity[EPOCH_ID], uint64_t created_ms);

/*
 * Adds a project's page and tells which in *page.  FG_E_INVALID for a name
 * that epoch_name_ok refuses, FG_E_SPACE when all pages are taken.
 */
enum fg_status epoch_add(uint8_t *file, const char *project, unsigned *page);

/* 1 to 63 bytes of letters, digits, '_', '.' and '-'. */
bool epoch_name_ok(const char *project);

/*
 * Makes a generation visible.  Its values must be committed and synced.  It
 * must be above current (FG_E_INVALID) and all slots of living generations
 * must stay: FG_E_SPACE while oldest is EPOCH_SLOTS or more below it.
 */
enum fg_status epoch_publish(
    uint8_t *file, unsigned page, const struct epoch_slot *slot);

/*
 * Writes the slot of a living generation again, after damage or a power cut;
 * current and oldest stay.  FG_E_INVALID if it does not live.
 */
enum fg_status epoch_mend(
    uint8_t *file, unsigned page, const struct epoch_slot *slot);

/*
 * Retires all generations below oldest, which must be at most current; lower
 * than now changes nothing.  Nothing of them may be deleted before the file
 * was synced after this.
 */
enum fg_status epoch_retire(uint8_t *file, unsigned page, uint64_t oldest);

void epoch_set_beat(uint8_t *file, struct epoch_beat beat);
void epoch_set_queue_allowance(uint8_t *file, uint64_t bytes);
void epoch_set_boot_id(uint8_t *file, const uint8_t id[EPOCH_ID]);
void epoch_set_state(uint8_t *file, enum epoch_state state);

#endif /* COMMON_EPOCH_H */
