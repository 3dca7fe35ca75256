/*
 * Every write that LMDB makes to data.mdb passes through here: to see that none
 * touches what readers may be using, to make it fail, and to cut the power.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "common/endian.h"
#include "tests/unit/store_test.h"

#define PAGE      4096
#define MAX_PAGES 1024

enum failure {
	NONE,
	FULL,      /* ENOSPC */
	SHORT,     /* half of it is written */
	SYNC_FAIL, /* EIO in fdatasync of data.mdb */
	META_FAIL, /* EIO when the commit's last word is written */
	EPOCH_FAIL /* EIO in fdatasync of the epoch file */
};

static struct store *watched; /* NULL: nobody looks */
static ino_t data_ino, epoch_ino;
static enum failure failure;
static long writes, violations, injected;

/* The disk as it would be found after a power cut. */
static uint8_t *disk, *disk_epoch, *cut_disk, *cut_epoch;
static bool dirty[MAX_PAGES], modelling, cut_taken;
static int cut_odds;
static uint64_t acked, cut_acked;

static bool
is_file(int fd, ino_t ino)
{
	struct stat sb;

	return watched != NULL && ino != 0 && fstat(fd, &sb) == 0 &&
	    sb.st_ino == ino;
}

/* --- does it touch what lives? ------------------------------------------------------ */

static void
look_at(uint64_t at, uint64_t n, uint64_t from, uint64_t len)
{
	/* The pages of a value, with the header before it. */
	uint64_t first = from / PAGE * PAGE;
	uint64_t end = (from + len + PAGE - 1) / PAGE * PAGE;

	if (at < end && at + n > first)
		violations++;
}

static void
look_at_write(uint64_t at, uint64_t n)
{
	const uint8_t *file;
	struct epoch_slot slot;

	writes++;
	if (watched->env == NULL || watched->env->pub == NULL)
		return;
	file = publish_file(watched->env->pub);
	for (unsigned page = 1; page <= epoch_projects(file); page++)
		for (uint64_t g = epoch_oldest(file, page);
		     g != 0 && g <= epoch_newest(file, page); g++)
			if (epoch_slot(file, page, g, &slot) == FG_OK) {
				look_at(at, n, slot.image_at, slot.image_len);
				look_at(
				    at, n, slot.manifest_at, slot.manifest_len);
			}
}

/* --- the power ------------------------------------------------------------------------ */

/* A cut here: of what was not synced, any subset has reached the disk. */
static void
maybe_cut(int fd)
{
	uint8_t sector[512];

	if (!modelling || cut_taken || rand() % cut_odds != 0)
		return;
	cut_taken = true;
	cut_acked = acked;
	memcpy(cut_disk, disk, (size_t)MAX_PAGES * PAGE);
	memcpy(cut_epoch, disk_epoch, EPOCH_FILE);
	for (size_t i = 0; i < MAX_PAGES; i++)
		for (size_t j = 0; dirty[i] && j < PAGE; j += sizeof(sector))
			if (rand() % 2 &&
			    pread(fd, sector, sizeof(sector),
				(off_t)(i * PAGE + j)) == sizeof(sector))
				memcpy(cut_disk + i * PAGE + j, sector,
				    sizeof(sector));
	for (size_t j = 0; j < EPOCH_FILE; j += 512)
		if (rand() % 2)
			memcpy(cut_epoch + j,
			    publish_file(watched->env->pub) + j, 512);
}

static void
reaches_disk(int fd, size_t page)
{
	if (pread(fd, disk + page * PAGE, PAGE, (off_t)(page * PAGE)) < 0)
		abort();
	dirty[page] = false;
}

/* LMDB writes its meta page through a descriptor of its own, synchronously. */
static bool
is_meta(int fd)
{
	return watched->env != NULL && watched->env->kv != NULL &&
	    fd != store_kv_fd(watched->env->kv);
}

static void
was_written(int fd, uint64_t at, ssize_t n)
{
	if (!modelling || n <= 0)
		return;
	for (uint64_t i = at / PAGE; i <= (at + (uint64_t)n - 1) / PAGE; i++) {
		if (i >= MAX_PAGES)
			abort();
		dirty[i] = true;
		if (is_meta(fd))
			reaches_disk(store_kv_fd(watched->env->kv), i);
	}
}

/* --- in the way of LMDB ----------------------------------------------------------------- */

#define EXPORTED __attribute__((visibility("default")))

static bool
fails(int fd, ssize_t *short_to, size_t n)
{
	*short_to = (ssize_t)n;
	if (failure == META_FAIL && is_meta(fd)) {
		failure = NONE;
		injected++;
		errno = EIO;
		return true;
	}
	if ((failure == FULL || failure == SHORT) && !is_meta(fd)) {
		*short_to = (ssize_t)(n / 2);
		injected++;
		errno = ENOSPC;
		if (failure == SHORT)
			*short_to = (ssize_t)(n / 2 / 512 * 512);
		bool full = failure == FULL;

		failure = NONE;
		return full;
	}
	return false;
}

EXPORTED ssize_t
pwrite(int fd, const void *buf, size_t n, off_t at)
{
	ssize_t part, done;

	if (!is_file(fd, data_ino))
		return syscall(SYS_pwrite64, fd, buf, n, at);
	look_at_write((uint64_t)at, n);
	maybe_cut(store_kv_fd(watched->env->kv));
	if (fails(fd, &part, n))
		return -1;
	done = syscall(SYS_pwrite64, fd, buf, (size_t)part, at);
	was_written(fd, (uint64_t)at, done);
	maybe_cut(store_kv_fd(watched->env->kv));
	return done;
}

EXPORTED ssize_t
writev(int fd, const struct iovec *iov, int count)
{
	size_t n = 0;
	ssize_t part, done;
	off_t at;

	if (!is_file(fd, data_ino))
		return syscall(SYS_writev, fd, iov, count);
	at = lseek(fd, 0, SEEK_CUR);
	for (int i = 0; i < count; i++)
		n += iov[i].iov_len;
	look_at_write((uint64_t)at, n);
	maybe_cut(fd);
	if (fails(fd, &part, n))
		return -1;
	done = part < (ssize_t)n ? syscall(SYS_writev, fd, iov, 1)
				 : syscall(SYS_writev, fd, iov, count);
	was_written(fd, (uint64_t)at, done);
	maybe_cut(fd);
	return done;
}

EXPORTED ssize_t
pwritev(int fd, const struct iovec *iov, int count, off_t at)
{
	size_t n = 0;
	ssize_t part, done;

	if (!is_file(fd, data_ino))
		return syscall(SYS_pwritev, fd, iov, count, at, 0);
	for (int i = 0; i < count; i++)
		n += iov[i].iov_len;
	look_at_write((uint64_t)at, n);
	maybe_cut(fd);
	if (fails(fd, &part, n))
		return -1;
	done = part < (ssize_t)n ? syscall(SYS_pwritev, fd, iov, 1, at, 0)
				 : syscall(SYS_pwritev, fd, iov, count, at, 0);
	was_written(fd, (uint64_t)at, done);
	maybe_cut(fd);
	return done;
}

EXPORTED int
fdatasync(int fd)
{
	bool data = is_file(fd, data_ino), epoch = is_file(fd, epoch_ino);

	if (watched == NULL || (!data && !epoch))
		return (int)syscall(SYS_fdatasync, fd);
	if ((data && failure == SYNC_FAIL) ||
	    (epoch && failure == EPOCH_FAIL)) {
		failure = NONE;
		injected++;
		errno = EIO;
		return -1;
	}
	if (data) {
		maybe_cut(fd);
		for (size_t i = 0; modelling && i < MAX_PAGES; i++)
			if (dirty[i])
				reaches_disk(fd, i);
		maybe_cut(fd);
	} else if (modelling) {
		memcpy(disk_epoch, publish_file(watched->env->pub), EPOCH_FILE);
	}
	return 0;
}

/* --- the tests ----------------------------------------------------------------------------- */

static void
watch(struct store *s)
{
	struct stat sb;

	assert_int_equal(stat(env_file("data.mdb"), &sb), 0);
	data_ino = sb.st_ino;
	assert_int_equal(stat(env_file("epoch"), &sb), 0);
	epoch_ino = sb.st_ino;
	watched = s;
}

static struct store *
open_watched(unsigned keep)
{
	struct store *s = open_store_with(
	    (struct store_options){.keep_generations = keep, .keep_ms = 1});

	writes = violations = injected = 0;
	failure = NONE;
	srand(11);
	watch(s);
	return s;
}

static void
close_watched(struct store *s)
{
	watched = NULL;
	failure = NONE;
	store_fault = 0;
	store_close(s);
}

static void
some_commit(struct store *s, enum fg_status *st)
{
	store_clock_skew_ms += 10;
	*st = try_commit(s, rand() % 3 ? "default" : "other",
	    8 * (16 + (size_t)rand() % 8000), NULL);
}

static void
no_write_touches_what_is_published_and_not_retired(void **state)
{
	struct store *s = open_watched(3);
	struct store_status status;
	struct store_position p = {{1}, 1};
	long failed = 0;
	enum fg_status st;

	(void)state;
	for (int i = 0; i < 700; i++) {
		if (i % 7 == 3)
			failure = (enum failure)(1 + rand() % 5);
		some_commit(s, &st);
		if (st != FG_OK)
			failed++;
		p.pos = (uint64_t)i;
		p.id[1] = (uint8_t)i;
		if (store_positions_save(s, &p, 1) != FG_OK)
			failed++;
	}
	failure = NONE;
	store_status(s, &status);
	assert_true(writes > 1500);
	assert_true(injected > 50);
	assert_true(failed > 25);
	assert_true(status.panics > 2);
	assert_int_equal(status.rebuilds, 0);
	assert_int_equal(violations, 0);
	some_commit(s, &st);
	assert_int_equal(st, FG_OK);
	close_watched(s);
}

static void
a_write_into_what_lives_would_be_seen(void **state)
{
	struct store *s = open_watched(1);
	enum fg_status st = FG_OK;

	(void)state;
	store_fault = STORE_FAULT_LATE_RETIRE;
	for (int i = 0; i < 100 && violations == 0; i++)
		some_commit(s, &st);
	assert_true(violations > 0);
	close_watched(s);
}

static void
nothing_is_deleted_while_the_epoch_file_cannot_be_synced(void **state)
{
	struct store *s = open_watched(1);
	struct store_status before, after;

	(void)state;
	commit(s, "default", 64);
	store_clock_skew_ms += 10;
	commit(s, "default", 64);
	store_status(s, &before);
	for (int i = 0; i < 5; i++) {
		store_clock_skew_ms += 10;
		failure = EPOCH_FAIL;
		commit(s, "default", 64);
	}
	store_status(s, &after);
	assert_true(after.living_bytes >= before.living_bytes + 5 * 2 * PAGE);
	/*
	 * The next sync that works lets all of them go, but perhaps for the
	 * one that was current within this millisecond.
	 */
	failure = NONE;
	store_clock_skew_ms += 10;
	commit(s, "default", 64);
	store_status(s, &after);
	assert_true(after.living_bytes <= before.living_bytes + 2 * PAGE);
	close_watched(s);
}

/* --- after the cut ---------------------------------------------------------------------------- */

static void
write_file(const char *path, const uint8_t *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* A state directory as the power cut has left it. */
static void
lay_out(const char *dir, const char *env, size_t len)
{
	char path[256], link[256];

	snprintf(path, sizeof(path), "%s/rules", dir);
	mkdir(dir, 0750);
	mkdir(path, 0750);
	snprintf(path, sizeof(path), "%s/rules/%s", dir, env);
	mkdir(path, 0750);
	snprintf(link, sizeof(link), "%s/rules/current", dir);
	assert_int_equal(symlink(env, link), 0);
	snprintf(path, sizeof(path), "%s/rules/%s/data.mdb", dir, env);
	write_file(path, cut_disk, len);
	snprintf(path, sizeof(path), "%s/rules/%s/epoch", dir, env);
	write_file(path, cut_epoch, EPOCH_FILE);
}

/* What a reader finds that is there before the syncer. */
static bool
all_whole(const uint8_t *epoch, size_t len)
{
	unsigned page = epoch_find(epoch, "default");
	struct epoch_slot slot;

	if (page == 0)
		return true;
	for (uint64_t g = epoch_oldest(epoch, page);
	     g != 0 && g <= epoch_newest(epoch, page); g++)
		if (epoch_slot(epoch, page, g, &slot) == FG_OK &&
		    (slot.image_at + slot.image_len > len ||
			!is_image(cut_disk + slot.image_at,
			    (size_t)slot.image_len, g)))
			return false;
	return true;
}

static long
cut_the_power(unsigned fault, int n)
{
	struct store_options opt = {.keep_generations = 3, .keep_ms = 1};
	struct store *s = open_watched(3), *again;
	struct store_generation g;
	struct store_status status;
	char dir[100];
	long broken = 0;

	modelling = true;
	cut_odds = 15;
	acked = 0;
	memset(dirty, 0, sizeof(dirty));
	memset(disk, 0, (size_t)MAX_PAGES * PAGE);
	assert_true(pread(store_kv_fd(s->env->kv), disk,
			(size_t)MAX_PAGES * PAGE, 0) > 0);
	memcpy(disk_epoch, publish_file(s->env->pub), EPOCH_FILE);
	snprintf(dir, sizeof(dir), "%s/after", state_dir);
	store_fault = fault;
	for (int i = 0; i < n && broken == 0; i++) {
		cut_taken = false;
		store_clock_skew_ms += 10;
		acked = commit(s, "default", 8 * (16 + (size_t)rand() % 3000));
		/* The kernel writes back by itself now and then. */
		if (i % 30 == 0)
			memcpy(
			    disk_epoch, publish_file(s->env->pub), EPOCH_FILE);
		if (!cut_taken)
			continue;
		store_status(s, &status);
		broken += !all_whole(cut_epoch, status.file_bytes);
		if (fault != 0)
			continue;
		watched = NULL;
		lay_out(dir, s->env->name, status.file_bytes);
		assert_int_equal(store_open(dir, &opt, &again), FG_OK);
		assert_true(
		    store_next_generation(again, "default") > cut_acked);
		if (cut_acked > 0) {
			assert_int_equal(
			    store_latest(again, "default", &g), FG_OK);
			assert_true(g.generation >= cut_acked);
			assert_true(is_image(g.image, g.len, g.generation));
		}
		store_status(again, &status);
		assert_int_equal(status.rebuilds, 0);
		store_close(again);
		remove_tree(dir);
		watched = s;
	}
	modelling = false;
	close_watched(s);
	return broken;
}

static void
after_a_power_cut_every_living_generation_is_whole(void **state)
{
	(void)state;
	assert_int_equal(cut_the_power(0, 150), 0);
}

static void
without_the_sync_before_deleting_power_cuts_do_harm(void **state)
{
	(void)state;
	assert_true(cut_the_power(STORE_FAULT_NO_SYNC, 1000) > 0);
}

static int
make_disks(void **state)
{
	(void)state;
	disk = calloc(MAX_PAGES, PAGE);
	cut_disk = calloc(MAX_PAGES, PAGE);
	disk_epoch = aligned_alloc(PAGE, EPOCH_FILE);
	cut_epoch = aligned_alloc(PAGE, EPOCH_FILE);
	return disk && cut_disk && disk_epoch && cut_epoch ? 0 : -1;
}

static int
free_disks(void **state)
{
	(void)state;
	free(disk);
	free(cut_disk);
	free(disk_epoch);
	free(cut_epoch);
	return 0;
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_state, remove_state)
	const struct CMUnitTest tests[] = {
	    CASE(no_write_touches_what_is_published_and_not_retired),
	    CASE(a_write_into_what_lives_would_be_seen),
	    CASE(nothing_is_deleted_while_the_epoch_file_cannot_be_synced),
	    CASE(after_a_power_cut_every_living_generation_is_whole),
	    CASE(without_the_sync_before_deleting_power_cuts_do_harm),
	};

	return cmocka_run_group_tests_name(
	    "store_writes", tests, make_disks, free_disks);
}
