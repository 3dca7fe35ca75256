/*
 * snapshot: a generation in one file (.fgs), to carry away and to read without
 * a syncer.
 *
 * A header with project, generation and times, a section table like a
 * manifest's, then the sections' bytes as they lie in an environment, each at a
 * multiple of SNAPSHOT_ALIGN.  Header and sections are checksummed.  FORMATS.md
 * tells the bytes.  Sections of unknown kinds are skipped.
 */
#ifndef COMMON_SNAPSHOT_H
#define COMMON_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "common/manifest.h"

#define SNAPSHOT_VERSION      1
#define SNAPSHOT_HEAD         128
#define SNAPSHOT_ALIGN        64
#define SNAPSHOT_MAX_SECTIONS 65536

struct snapshot_info {
	uint64_t generation;
	uint64_t lcut_ms;
	uint64_t time_ms; /* when the file was made, Unix time */
	uint32_t n_sections;
	char project[MANIFEST_PROJECT];
};

/* What snapshot_write puts in: one section, its bytes borrowed. */
struct snapshot_part {
	uint32_t kind;
	uint64_t tag;
	const void *data;
	size_t len;
};

/*
 * Writes a file whole or not at all: aside in the same folder, synced, renamed
 * to path, the folder synced.  mode is the file's.  info->n_sections is not
 * read.  FG_E_INVALID for a project name over 63 bytes or no part.
 */
enum fg_status snapshot_write(const char *path, unsigned mode,
    const struct snapshot_info *info, const struct snapshot_part *parts,
    size_t n_parts);

/* The same into an open, empty file; nothing is synced or renamed. */
enum fg_status snapshot_put(int fd, const struct snapshot_info *info,
    const struct snapshot_part *parts, size_t n_parts);

/*
 * Proves that n bytes, 8-aligned, are a whole snapshot: header, table, the
 * bounds and the checksum of every section.  FG_OK, FG_E_VERSION,
 * FG_E_CORRUPT.
 */
enum fg_status snapshot_check(
    const uint8_t *bytes, size_t n, struct snapshot_info *out);

/* Of bytes that snapshot_check passed: section i, or FG_END. */
enum fg_status snapshot_section(
    const uint8_t *bytes, size_t n, uint32_t i, struct manifest_section *out);

/* Of bytes that snapshot_check passed: by kind and tag, or FG_ABSENT. */
enum fg_status snapshot_find(const uint8_t *bytes, size_t n, uint32_t kind,
    uint64_t tag, struct manifest_section *out);

/* A snapshot file, mapped and proved. */
struct snapshot {
	const uint8_t *bytes;
	size_t len;
	struct snapshot_info info;
};

/*
 * Maps and proves a file.  The map stays right when the file is replaced by
 * rename or removed; who cuts it in place kills its readers.
 */
enum fg_status snapshot_open(const char *path, struct snapshot *out);
void snapshot_close(struct snapshot *s);

#endif /* COMMON_SNAPSHOT_H */
