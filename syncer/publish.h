/*
 * publish: the syncer's hand on the epoch file.
 *
 * Makes the file, maps it, and does each change in the order that readers and
 * power cuts need.  It keeps a copy of what it wrote, so that it sees when
 * somebody else did.  The bytes are those of common/epoch.h.
 */
#ifndef SYNCER_PUBLISH_H
#define SYNCER_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/epoch.h"
#include "common/forkgate_status.h"

struct publish;

/* A new file "epoch" in the folder, mode 0640, synced; it must not be there. */
enum fg_status publish_create(
    int dir, const uint8_t identity[EPOCH_ID], struct publish **out);

/* FG_ABSENT, FG_E_CORRUPT, FG_E_VERSION, FG_E_IO, FG_E_NOMEM. */
enum fg_status publish_open(int dir, struct publish **out);
void publish_close(struct publish *p);

/* To ask with the functions of common/epoch.h. */
const uint8_t *publish_file(const struct publish *p);

/* The page of a project, made if it has none. */
enum fg_status publish_page(
    struct publish *p, const char *project, unsigned *page);

/* A generation above current; its values are committed and synced. */
enum fg_status publish_generation(
    struct publish *p, unsigned page, const struct epoch_slot *slot);

/* Sees to it that a living generation's slot says this. */
enum fg_status publish_again(
    struct publish *p, unsigned page, const struct epoch_slot *slot);

/*
 * Retires all below oldest and syncs.  Only after FG_OK may anything of them
 * be deleted.
 */
enum fg_status publish_retire(
    struct publish *p, unsigned page, uint64_t oldest);

/* All below this is retired for good: synced, so that it may be deleted. */
uint64_t publish_safe_oldest(const struct publish *p, unsigned page);

/* The values were verified under this boot of the kernel. */
void publish_verified(struct publish *p);

void publish_beat(struct publish *p, uint64_t queue_allowance);

/* Another environment took its place; synced. */
enum fg_status publish_end(struct publish *p);

enum fg_status publish_sync(struct publish *p);

/*
 * Whether the file is still in its place (as "epoch" of the folder that name
 * leads to from dir), as long as it was, and what this process wrote.
 */
bool publish_intact(const struct publish *p, int dir, const char *name);

/*
 * After publish_intact said no: writes back what this process had written, for
 * what is read of it from now on.  False when the file was cut and must not be
 * touched.
 */
bool publish_restore(struct publish *p);

#endif /* SYNCER_PUBLISH_H */
