/*
 * Power cuts, on a model of the disk.
 *
 * Workers append to real segments while a syncer reads, has batches accepted
 * and deletes.  Beside the folder stands a model of what the disk holds of it:
 * any sector, any length and any name may have got there at any time, by chance
 * alone; a sync brings all of it.  Positions are durable when saved, as LMDB
 * has them.  A cut leaves the model.  What then is in the folder has to open,
 * and to ship every event that was appended before the last sync.
 */
#include "tests/unit/queue_dir.h"

#define SECTOR 512
#define FILES  256 /* in a folder at once, and as many on the disk */
#define EVENTS 4096
#define QUEUES 3

struct disk_file {
	char name[64];
	size_t size;
	uint8_t *bytes; /* SEGMENT_MAX */
};

static struct disk_file disk[FILES];
static size_t n_disk;

static struct queue *queues[QUEUES];
static bool appended[EVENTS], safe[EVENTS], arrived[EVENTS];
static size_t n_appended;
static uint64_t seed;

static uint64_t
draw(uint64_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % below;
}

/* ---- The disk. ---- */

static struct disk_file *
on_disk(const char *name)
{
	for (size_t i = 0; i < n_disk; i++)
		if (strcmp(disk[i].name, name) == 0)
			return &disk[i];
	return NULL;
}

static void
drop_from_disk(struct disk_file *f)
{
	free(f->bytes);
	*f = disk[--n_disk];
}

/* The name is there; of the bytes nothing yet, but perhaps the length. */
static struct disk_file *
make_on_disk(const char *name)
{
	struct disk_file *f = on_disk(name);

	if (f != NULL)
		return f;
	assert_true(n_disk < FILES);
	f = &disk[n_disk++];
	*f = (struct disk_file){.bytes = calloc(1, SEGMENT_MAX)};
	assert_non_null(f->bytes);
	snprintf(f->name, sizeof(f->name), "%s", name);
	return f;
}

struct in_memory {
	size_t size;
	uint8_t bytes[SEGMENT_MAX];
};

static bool
look(const char *name, struct in_memory *m)
{
	int fd = openat(queue_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = pread(fd, m->bytes, sizeof(m->bytes), 0);
	assert_true(n >= 0);
	m->size = (size_t)n;
	close(fd);
	return true;
}

static void
write_back(struct disk_file *f, const struct in_memory *m, size_t at, size_t n)
{
	if (at >= m->size)
		return;
	n = n < m->size - at ? n : m->size - at;
	memcpy(f->bytes + at, m->bytes + at, n);
	if (f->size < at + n)
		f->size = at + n;
}

static size_t
list(char names[FILES][64])
{
	DIR *dir = opendir(queue_path);
	struct dirent *e;
	size_t n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.') {
			assert_true(n < FILES);
			snprintf(names[n++], 64, "%.63s", e->d_name);
		}
	closedir(dir);
	return n;
}

static void
sync_all(void)
{
	static char names[FILES][64];
	static struct in_memory m;
	size_t n = list(names), i;

	for (i = 0; i < n_disk;)
		if (faccessat(queue_fd, disk[i].name, F_OK, 0) != 0)
			drop_from_disk(&disk[i]);
		else
			i++;
	for (i = 0; i < n; i++)
		if (look(names[i], &m))
			write_back(make_on_disk(names[i]), &m, 0, m.size);
	memcpy(safe, appended, sizeof(safe));
}

/* What the kernel may do whenever it likes. */
static void
write_something_back(void)
{
	static char names[FILES][64];
	static struct in_memory m;
	size_t n = list(names), i = n_disk > 0 ? draw(n_disk) : 0;

	if (n_disk > 0 && draw(2) == 0 &&
	    faccessat(queue_fd, disk[i].name, F_OK, 0) != 0) {
		drop_from_disk(&disk[i]);
		return;
	}
	if (n == 0)
		return;
	i = draw(n);
	if (!look(names[i], &m))
		return;
	if (on_disk(names[i]) == NULL) {
		struct disk_file *f = make_on_disk(names[i]);

		f->size = draw(2) == 0 ? 0 : m.size;
		return;
	}
	/* Often where something happens: the first page, the last frames. */
	if (draw(3) == 0)
		write_back(on_disk(names[i]), &m, 0, SECTOR);
	else
		write_back(on_disk(names[i]), &m,
		    draw(m.size / SECTOR + 1) * SECTOR, SECTOR * draw(9));
}

/* The machine starts again with what the disk has. */
static void
cut_the_power(void)
{
	char path[256];

	remove_tree(queue_path);
	assert_int_equal(mkdir(queue_path, 0700), 0);
	for (size_t i = 0; i < n_disk; i++) {
		int fd;

		snprintf(path, sizeof(path), "%.90s/%.63s", queue_path,
		    disk[i].name);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0640);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, disk[i].bytes, disk[i].size),
		    (ssize_t)disk[i].size);
		close(fd);
	}
	while (n_disk > 0)
		drop_from_disk(&disk[0]);
}

/* ---- The workers, the syncer and the server. ---- */

static void
append(void)
{
	struct queue_user user = make_user("{\"userID\":\"somebody\"}");
	char name[32];

	snprintf(name, sizeof(name), "e-%zu;", n_appended);
	assert_int_equal(append_event(queues[draw(QUEUES)],
			     draw(2) == 0 ? &user : NULL, name),
	    FG_OK);
	appended[n_appended++] = true;
}

static void
receive(const struct tail_batch *b)
{
	char *text = strndup(b->events, b->events_len);

	assert_non_null(text);
	for (const char *p = text; (p = strstr(p, "\"e-")) != NULL; p++) {
		size_t i = strtoul(p + 3, NULL, 10);

		assert_true(i < n_appended); /* nothing that nobody said */
		arrived[i] = true;
	}
	free(text);
}

static void
ship_some(struct tail *t, struct tail_batch **held)
{
	struct tail_batch *b;

	if (tail_next(t, 1000, &b) != FG_OK)
		return;
	if (*held != NULL && draw(2) == 0) {
		receive(*held);
		assert_int_equal(tail_accept(t, *held), FG_OK);
		*held = NULL;
	}
	if (*held == NULL && draw(3) == 0) {
		*held = b;
		return;
	}
	receive(b);
	assert_int_equal(tail_accept(t, b), FG_OK);
}

static void
ship_the_rest(void)
{
	struct tail *t = open_tail();
	struct tail_batch *b;
	enum fg_status st;

	while ((st = tail_next(t, 2000, &b)) != FG_ABSENT) {
		assert_true(st == FG_OK || st == FG_E_BUSY);
		if (st != FG_OK)
			continue;
		receive(b);
		assert_int_equal(tail_accept(t, b), FG_OK);
	}
	tail_close(t);
	assert_int_equal(count_files(queue_path, "seg-"), 0);
}

static void
live_until_a_cut(const struct queue_options *opt)
{
	static struct tail_change kept[sizeof(positions) / sizeof(*positions)];
	struct tail *t = open_tail_with((struct tail_options){.max_events = 7});
	struct tail_batch *held = NULL;
	size_t n_kept, steps = 50 + draw(1500);

	memset(appended, 0, sizeof(appended));
	memset(safe, 0, sizeof(safe));
	memset(arrived, 0, sizeof(arrived));
	n_appended = 0;
	for (int i = 0; i < QUEUES; i++)
		queues[i] = open_queue(opt);
	while (steps-- > 0) {
		uint64_t dice = draw(100);

		if (dice < 55)
			append();
		else if (dice < 90)
			write_something_back();
		else if (dice < 98)
			ship_some(t, &held);
		else
			sync_all();
	}
	n_kept = n_positions;
	memcpy(kept, positions, n_kept * sizeof(*kept));
	for (int i = 0; i < QUEUES; i++)
		queue_free(queues[i]);
	tail_close(t);
	cut_the_power();
	n_positions = n_kept;
	memcpy(positions, kept, n_kept * sizeof(*kept));
}

static size_t
cut_many_times(size_t cuts, const struct queue_options *opt)
{
	size_t lost = 0;

	for (size_t i = 0; i < cuts; i++) {
		make_dirs(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
		seed = i;
		live_until_a_cut(opt);
		ship_the_rest();
		for (size_t k = 0; k < n_appended; k++) {
			lost += !arrived[k];
			if (safe[k] && !arrived[k])
				fail_msg("cut %zu: event %zu was synced", i, k);
		}
		teardown_dirs(NULL);
	}
	return lost;
}

static size_t
n_cuts(size_t usual)
{
	const char *env = getenv("FORKGATE_TEST_CUTS");

	return env != NULL ? strtoul(env, NULL, 10) : usual;
}

/* Some must be lost, or the model would know nothing of power cuts. */
static void
what_was_synced_survives_any_cut(void **state)
{
	(void)state;
	assert_true(cut_many_times(n_cuts(40), NULL) > 0);
}

static void
also_where_appends_are_written(void **state)
{
	struct queue_options opt = {.always_write = true};

	(void)state;
	assert_true(cut_many_times(n_cuts(40), &opt) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_synced_survives_any_cut),
	    cmocka_unit_test(also_where_appends_are_written),
	};

	return cmocka_run_group_tests_name("power", tests, NULL, NULL);
}
