/*
 * segment: the first page of an event segment.
 *
 * A segment is a file of the queue folder to which one process appends events.
 * Its name is "seg-" and the 32 hexadecimal digits of its id.  This page is
 * followed by frames (common/frame.h) that hold records (common/record.h).
 * Every place in a segment is told as an offset from the start of the file, so
 * the first frame lies at SEGMENT_HEADER.  FORMATS.md shows the bytes.
 *
 * The part that describes the segment is written once, before the file has its
 * name, and carries a checksum.  Behind it lie the words that the owner changes
 * while others read: tail, flags and counters.
 */
#ifndef COMMON_SEGMENT_H
#define COMMON_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/endian.h"
#include "common/forkgate_status.h"

#define SEGMENT_VERSION    2
#define SEGMENT_HEADER     4096         /* bytes before the first frame */
#define SEGMENT_MIN        (16 * 1024)  /* a chain's first file, header too */
#define SEGMENT_MAX        (256 * 1024) /* its later ones; no file is longer */
#define SEGMENT_ID         16           /* bytes of an id */
#define SEGMENT_NAME       (4 + 32 + 1) /* "seg-", the id, NUL */
#define SEGMENT_NEW_NAME   (5 + 32 + 1) /* ".new-", the id, NUL */
#define SEGMENT_FLUSH_NAME (6 + 32 + 1) /* "flush-", an id, NUL */
#define SEGMENT_PROJECT    63           /* longest name of a project */

#define SEGMENT_TAIL     256 /* offsets of the changing words */
#define SEGMENT_FLAGS    264
#define SEGMENT_COUNTERS 320
#define SEGMENT_TALLIES  512 /* words of 4 bytes to the end of the page */

/* How many things a segment can count; RECORD_TALLY names them. */
#define SEGMENT_N_TALLIES ((SEGMENT_HEADER - SEGMENT_TALLIES) / 4)

/* Bits of the flags word. */
#define SEGMENT_SEALED 1u /* the owner appends no more and has let go */

/* Bits of what was fixed at birth. */
#define SEGMENT_WRITTEN 1u /* by write(2): the tail is the file's length */

/*
 * Counters of this segment's time; a process's sums are spread over its
 * segments.  The generation is the newest one in use, not a sum.
 */
enum segment_counter {
	SEGMENT_EVALUATIONS,
	SEGMENT_EXPOSURES,    /* events of exposure that were appended */
	SEGMENT_DEDUPLICATED, /* exposures that were not news */
	SEGMENT_DROPPED,      /* events for which there was no room */
	SEGMENT_GENERATION,
	SEGMENT_N_COUNTERS
};

struct segment_info {
	uint8_t id[SEGMENT_ID];
	char project[SEGMENT_PROJECT + 1];
	uint8_t boot_id[16];  /* of the system's start, 0 if unknown */
	uint64_t start_ticks; /* when the process began, 0 if unknown */
	uint64_t created_ms;  /* Unix time */
	uint32_t pid;         /* in the owner's own PID namespace */
	uint32_t birth;       /* SEGMENT_WRITTEN */
	uint64_t capacity;    /* bytes of the file when it is full */
};

/* Writes a whole fresh page: tail at SEGMENT_HEADER, the rest zero. */
void segment_put(uint8_t page[SEGMENT_HEADER], const struct segment_info *info);

/*
 * Reads a page of n bytes.  FG_E_CORRUPT if it is no segment's or damaged,
 * FG_E_VERSION if a newer forkgate wrote it; *out is then zero.
 */
enum fg_status segment_parse(
    const uint8_t *page, size_t n, struct segment_info *out);

/* 1 to 63 of A-Z a-z 0-9 _ . - */
bool segment_project_ok(const char *name);

/* "seg-", ".new-" or "flush-" and the id in hexadecimal, with a NUL. */
void segment_name(char *dst, const char *prefix, const uint8_t id[SEGMENT_ID]);

/* Reads such a name back; false if it is not exactly that. */
bool segment_name_parse(
    const char *name, const char *prefix, uint8_t id[SEGMENT_ID]);

/* The owner's side, on its mapping of the page: publishes what is before. */
static inline void
segment_tail_store(uint8_t *page, uint64_t tail)
{
	__atomic_store_n((uint64_t *)(void *)(page + SEGMENT_TAIL),
	    htole64(tail), __ATOMIC_RELEASE);
}

static inline void
segment_flags_store(uint8_t *page, uint64_t flags)
{
	__atomic_store_n((uint64_t *)(void *)(page + SEGMENT_FLAGS),
	    htole64(flags), __ATOMIC_RELEASE);
}

static inline void
segment_counter_store(uint8_t *page, enum segment_counter which, uint64_t x)
{
	le64store(page + SEGMENT_COUNTERS + 8 * (size_t)which, x);
}

/* Adds 1 to a tally below SEGMENT_N_TALLIES; one thread at a time. */
static inline void
segment_tally_add(uint8_t *page, uint32_t which)
{
	uint32_t *word =
	    (uint32_t *)(void *)(page + SEGMENT_TALLIES + 4 * (size_t)which);
	uint32_t x = le32toh(__atomic_load_n(word, __ATOMIC_RELAXED));

	if (x != UINT32_MAX)
		__atomic_store_n(word, htole32(x + 1), __ATOMIC_RELAXED);
}

/* The syncer's side, on a copy that it read with pread(2). */
static inline uint64_t
segment_tail(const uint8_t *page)
{
	return le64dec(page + SEGMENT_TAIL);
}

static inline uint64_t
segment_flags(const uint8_t *page)
{
	return le64dec(page + SEGMENT_FLAGS);
}

static inline uint64_t
segment_counter(const uint8_t *page, enum segment_counter which)
{
	return le64dec(page + SEGMENT_COUNTERS + 8 * (size_t)which);
}

static inline uint32_t
segment_tally(const uint8_t *page, uint32_t which)
{
	return le32dec(page + SEGMENT_TALLIES + 4 * (size_t)which);
}

#endif /* COMMON_SEGMENT_H */
