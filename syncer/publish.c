#include "syncer/publish.h"

#include "common/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/endian.h"
#include "syncer/store_internal.h"

struct publish {
	uint8_t *file;
	int fd;
	dev_t dev;
	ino_t ino;
	bool sync_failed;
	uint64_t safe[EPOCH_PAGES]; /* oldest, as far as it was synced */
	uint8_t
	    *copy; /* what this process wrote or found; beats may be older */
};

#define FIXED_HEAD 64

/* --- the file ----------------------------------------------------------------- */

static void
copy_page(struct publish *p, unsigned page)
{
	memcpy(p->copy + (size_t)page * EPOCH_PAGE,
	    p->file + (size_t)page * EPOCH_PAGE, EPOCH_PAGE);
}

static enum fg_status
map_file(struct publish *p)
{
	struct stat sb;
	void *map;

	if (fstat(p->fd, &sb) == -1)
		return FG_E_IO;
	if (!S_ISREG(sb.st_mode) || sb.st_size < (off_t)EPOCH_FILE)
		return FG_E_CORRUPT;
	map = mmap(
	    NULL, EPOCH_FILE, PROT_READ | PROT_WRITE, MAP_SHARED, p->fd, 0);
	if (map == MAP_FAILED)
		return FG_E_IO;
	p->file = map;
	p->dev = sb.st_dev;
	p->ino = sb.st_ino;
	memcpy(p->copy, p->file, EPOCH_FILE);
	return FG_OK;
}

static struct publish *
new_publish(void)
{
	struct publish *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->fd = -1;
	/* Asked with the accessors of epoch.h, so it is aligned like the map. */
	p->copy = aligned_alloc(EPOCH_PAGE, EPOCH_FILE);
	if (p->copy == NULL) {
		free(p);
		return NULL;
	}
	return p;
}

/* Every page is written, so that none can fail to be there later. */
static enum fg_status
write_file(int fd, const uint8_t identity[EPOCH_ID])
{
	uint8_t *bytes = malloc(EPOCH_FILE);
	ssize_t done = -1;

	if (bytes == NULL)
		return FG_E_NOMEM;
	epoch_init(bytes, identity, store_now_ms());
	if ((errno = posix_fallocate(fd, 0, EPOCH_FILE)) == 0 ||
	    errno == EOPNOTSUPP)
		done = pwrite(fd, bytes, EPOCH_FILE, 0);
	free(bytes);
	if (done == -1)
		return errno == ENOSPC || errno == EDQUOT ? FG_E_SPACE
							  : FG_E_IO;
	if (done != (ssize_t)EPOCH_FILE)
		return FG_E_SPACE;
	return fchmod(fd, 0640) == -1 || fsync(fd) == -1 ? FG_E_IO : FG_OK;
}

enum fg_status
publish_create(int dir, const uint8_t identity[EPOCH_ID], struct publish **out)
{
	struct publish *p = new_publish();
	enum fg_status st = FG_E_IO;

	if (p == NULL)
		return FG_E_NOMEM;
	p->fd =
	    openat(dir, "epoch", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (p->fd != -1)
		st = write_file(p->fd, identity);
	if (st == FG_OK)
		st = map_file(p);
	if (st == FG_OK)
		*out = p;
	else
		publish_close(p);
	return st;
}

enum fg_status
publish_open(int dir, struct publish **out)
{
	struct publish *p = new_publish();
	enum fg_status st;

	if (p == NULL)
		return FG_E_NOMEM;
	p->fd = openat(dir, "epoch", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (p->fd == -1)
		st = errno == ENOENT ? FG_ABSENT
		    : errno == ELOOP ? FG_E_CORRUPT
				     : FG_E_IO;
	else
		st = map_file(p);
	if (st == FG_OK)
		st = epoch_check(p->file, EPOCH_FILE);
	if (st == FG_OK)
		*out = p;
	else
		publish_close(p);
	return st;
}

void
publish_close(struct publish *p)
{
	int saved = errno;

	if (p == NULL)
		return;
	if (p->file != NULL)
		munmap(p->file, EPOCH_FILE);
	if (p->fd != -1)
		close(p->fd);
	free(p->copy);
	free(p);
	errno = saved;
}

const uint8_t *
publish_file(const struct publish *p)
{
	return p->file;
}

bool
publish_intact(const struct publish *p, int dir, const char *name)
{
	char path[300];
	struct stat sb;

	snprintf(path, sizeof(path), "%s/epoch", name);
	/* Its length before its bytes: a page cut off must not be touched. */
	if (fstatat(dir, path, &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
	    sb.st_dev != p->dev || sb.st_ino != p->ino ||
	    sb.st_size < (off_t)EPOCH_FILE)
		return false;
	if (memcmp(p->file, p->copy, FIXED_HEAD) != 0 ||
	    epoch_projects(p->file) != epoch_projects(p->copy))
		return false;
	/* Pages of no project are compared too: they must stay empty. */
	return epoch_state(p->file) == EPOCH_LIVE &&
	    memcmp(p->file + EPOCH_PAGE, p->copy + EPOCH_PAGE,
		EPOCH_FILE - EPOCH_PAGE) == 0;
}

bool
publish_restore(struct publish *p)
{
	struct stat sb;

	if (fstat(p->fd, &sb) == -1 || sb.st_size < (off_t)EPOCH_FILE)
		return false;
	words_store(p->file, p->copy, EPOCH_FILE);
	return true;
}

/* --- changes ------------------------------------------------------------------- */

enum fg_status
publish_page(struct publish *p, const char *project, unsigned *page)
{
	enum fg_status st;

	*page = epoch_find(p->file, project);
	if (*page != 0)
		return FG_OK;
	st = epoch_add(p->file, project, page);
	if (st == FG_OK) {
		copy_page(p, 0);
		copy_page(p, *page);
	}
	return st;
}

enum fg_status
publish_generation(
    struct publish *p, unsigned page, const struct epoch_slot *slot)
{
	enum fg_status st = epoch_publish(p->file, page, slot);

	if (st == FG_OK)
		copy_page(p, page);
	return st;
}

enum fg_status
publish_again(struct publish *p, unsigned page, const struct epoch_slot *slot)
{
	struct epoch_slot now;
	enum fg_status st;

	if (epoch_slot(p->file, page, slot->generation, &now) == FG_OK &&
	    now.image_at == slot->image_at &&
	    now.image_len == slot->image_len &&
	    now.manifest_at == slot->manifest_at &&
	    now.manifest_len == slot->manifest_len)
		return FG_OK;
	st = epoch_mend(p->file, page, slot);
	if (st == FG_OK)
		copy_page(p, page);
	return st;
}

enum fg_status
publish_sync(struct publish *p)
{
	unsigned n = epoch_projects(p->file);

	/*
	 * A sync that failed has left pages clean that are not on the disk;
	 * the next would say yes without writing them.  So touch them.
	 */
	for (unsigned i = 1; i <= n && p->sync_failed; i++)
		epoch_retire(p->file, i, epoch_oldest(p->file, i));
	p->sync_failed = fdatasync(p->fd) == -1;
	if (p->sync_failed)
		return FG_E_IO;
	for (unsigned i = 1; i <= n; i++)
		p->safe[i] = epoch_oldest(p->file, i);
	return FG_OK;
}

uint64_t
publish_safe_oldest(const struct publish *p, unsigned page)
{
	return p->safe[page];
}

enum fg_status
publish_retire(struct publish *p, unsigned page, uint64_t oldest)
{
	uint64_t safe = oldest;
	enum fg_status st;

	if (store_fault & STORE_FAULT_LATE_RETIRE) {
		oldest = oldest > 40 ? oldest - 40 : 1;
	}
	st = epoch_retire(p->file, page, oldest);
	if (st != FG_OK)
		return st;
	copy_page(p, page);
	store_step_at("retired");
	/*
	 * Without it a power cut can leave the old epoch page beside new
	 * bytes in the place of what it still calls alive.
	 */
	if (store_fault & (STORE_FAULT_NO_SYNC | STORE_FAULT_LATE_RETIRE))
		p->safe[page] = safe;
	else
		st = publish_sync(p);
	store_step_at("retired-synced");
	return st;
}

void
publish_verified(struct publish *p)
{
	uint8_t id[EPOCH_ID];

	host_boot_id(id);
	epoch_set_boot_id(p->file, id);
}

void
publish_beat(struct publish *p, uint64_t queue_allowance)
{
	struct timespec ts;
	struct epoch_beat beat;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	beat.boot_ms =
	    (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	beat.unix_ms = store_now_ms();
	epoch_set_queue_allowance(p->file, queue_allowance);
	epoch_set_beat(p->file, beat);
}

enum fg_status
publish_end(struct publish *p)
{
	epoch_set_state(p->file, EPOCH_RETIRED);
	return publish_sync(p);
}
