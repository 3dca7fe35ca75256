#include "reader/rules_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESERVE    ((uint64_t)64 << 30)
#define VALUE_STEP ((size_t)1 << 20)

/* --- opening -------------------------------------------------------------- */

static enum fg_status
open_status(void)
{
	return errno == ENOENT || errno == ENOTDIR ? FG_E_NOT_READY : FG_E_IO;
}

static enum fg_status
map_epoch(struct rules_env *env, int dir)
{
	struct stat sb;
	void *map;
	enum fg_status st = FG_E_IO;
	int fd = openat(dir, "epoch", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd == -1)
		return open_status();
	if (fstat(fd, &sb) == 0) {
		/* A page that is not there could kill who reads it. */
		st = FG_E_CORRUPT;
		if (S_ISREG(sb.st_mode) && sb.st_size >= (off_t)EPOCH_FILE) {
			map = mmap(
			    NULL, EPOCH_FILE, PROT_READ, MAP_SHARED, fd, 0);
			st = FG_E_NOMEM;
			if (map != MAP_FAILED) {
				env->epoch = map;
				st = epoch_check(env->epoch, EPOCH_FILE);
			}
		}
	}
	close(fd);
	return st;
}

static enum fg_status
map_data(struct rules_env *env, int dir)
{
	struct stat sb;
	uint64_t len = RESERVE;
	void *map;

	env->fd = openat(dir, "data.mdb", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (env->fd == -1)
		return open_status();
	if (fstat(env->fd, &sb) == -1)
		return FG_E_IO;
	if (!S_ISREG(sb.st_mode))
		return FG_E_CORRUPT;
	env->dev = sb.st_dev;
	env->ino = sb.st_ino;
	env->size = (uint64_t)sb.st_size;
	while (len / 4 < env->size)
		len *= 2;
	if (env->limited)
		return FG_OK;
	map =
	    mmap(NULL, len, PROT_READ, MAP_SHARED | MAP_NORESERVE, env->fd, 0);
	if (map == MAP_FAILED) {
		env->limited = true;
		return FG_OK;
	}
	madvise(map, len, MADV_DONTDUMP);
	env->whole.base = map;
	env->whole.len = len;
	return FG_OK;
}

enum fg_status
rules_env_open(const char *path, bool limited, struct rules_env **out)
{
	struct rules_env *env = calloc(1, sizeof(*env));
	enum fg_status st;
	int dir, saved;

	if (env == NULL)
		return FG_E_NOMEM;
	env->fd = -1;
	env->limited = limited;
	env->whole.env = env;
	for (int i = 0; i < RULES_VALUES; i++)
		env->values[i].env = env;
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	st = dir == -1 ? open_status() : map_epoch(env, dir);
	if (st == FG_OK)
		st = map_data(env, dir);
	saved = errno;
	if (dir != -1)
		close(dir);
	if (st == FG_OK)
		*out = env;
	else
		rules_env_free(env);
	errno = saved;
	return st;
}

void
rules_env_free(struct rules_env *env)
{
	struct rules_env *older;

	for (; env != NULL; env = older) {
		older = env->older;
		if (env->epoch != NULL)
			munmap((void *)(uintptr_t)env->epoch, EPOCH_FILE);
		if (env->whole.base != NULL)
			munmap(env->whole.base, env->whole.len);
		for (int i = 0; i < RULES_VALUES; i++)
			if (env->values[i].base != NULL)
				munmap(env->values[i].base, env->values[i].len);
		if (env->fd != -1)
			close(env->fd);
		free(env);
	}
}

/* --- how far --------------------------------------------------------------- */

/*
 * A program may have closed our descriptor and got its number for another
 * file (daemons close all they find), so who it is is asked each time.
 */
static bool
same_file(struct rules_env *env, struct stat *sb)
{
	return env->fd != -1 && fstat(env->fd, sb) == 0 &&
	    sb->st_dev == env->dev && sb->st_ino == env->ino;
}

bool
rules_env_holds(struct rules_env *env, struct rules_run run)
{
	uint64_t size = __atomic_load_n(&env->size, __ATOMIC_RELAXED);
	struct stat sb;

	if (run.place % 8 != 0 || run.len > UINT64_MAX - run.place)
		return false;
	if (run.place + run.len > size) {
		/* The file only grows: a greater size stays true. */
		if (!same_file(env, &sb)) {
			__atomic_store_n(
			    &env->outgrown, true, __ATOMIC_RELAXED);
			return false;
		}
		size = (uint64_t)sb.st_size;
		__atomic_store_n(&env->size, size, __ATOMIC_RELAXED);
	}
	if (!env->limited && run.place + run.len <= size &&
	    run.place + run.len > env->whole.len) {
		__atomic_store_n(&env->outgrown, true, __ATOMIC_RELAXED);
		return false;
	}
	return run.place + run.len <= size;
}

/* --- replacing what lies behind addresses ----------------------------------- */

/*
 * The stamp comes before the other bytes, which are a system call away.  Pairs
 * with the acquire fence in epoch_alive, after which rules_alive looks at the
 * stamp.
 */
static void
raise_stamp(struct rules_map *map)
{
	__atomic_fetch_add(&map->stamp, 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Zeros, for who still reads there. */
static bool
map_zeros(uint8_t *base, size_t len)
{
	return mmap(base, len, PROT_READ,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
		   0) != MAP_FAILED;
}

void
rules_env_blank(struct rules_env *env)
{
	if (env->blanked)
		return;
	env->blanked = true;
	raise_stamp(&env->whole);
	if (env->whole.base != NULL)
		map_zeros(env->whole.base, env->whole.len);
	for (int i = 0; i < RULES_VALUES; i++) {
		raise_stamp(&env->values[i]);
		if (env->values[i].base != NULL)
			map_zeros(env->values[i].base, env->values[i].len);
	}
	if (env->fd != -1)
		close(env->fd);
	env->fd = -1;
}

/* --- single values ---------------------------------------------------------- */

static size_t
page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* Bytes of address space for a run, from the page it begins in. */
static size_t
run_span(struct rules_run run)
{
	size_t page = page_size();

	if (run.len == 0)
		return 0;
	return (run.place % page + run.len + page - 1) / page * page;
}

/* A map that may take other bytes: best an unused one, or one of the dead. */
static struct rules_map *
choose_map(struct rules_env *env, uint64_t generation, size_t span)
{
	struct rules_map *best = NULL;
	uint64_t rank, best_rank = UINT64_MAX;
	uint32_t page = __atomic_load_n(&env->page, __ATOMIC_RELAXED);

	for (int i = 0; i < RULES_VALUES; i++) {
		struct rules_map *m = &env->values[i];

		if (m->generation == generation && m->base != NULL)
			continue;
		if (m->base == NULL)
			rank = UINT64_MAX / 4;
		else if (!epoch_alive(env->epoch, page, m->generation))
			rank = m->len >= span ? 0 : UINT64_MAX / 2;
		else
			rank = UINT64_MAX / 2 + 1 + m->generation;
		if (rank < best_rank) {
			best_rank = rank;
			best = m;
		}
	}
	return best;
}

/* Enough address space; what it held before stays mapped, as zeros. */
static bool
grow_map(struct rules_map *map, size_t span)
{
	size_t len =
	    (span + span / 4 + VALUE_STEP - 1) / VALUE_STEP * VALUE_STEP;
	void *base;

	if (map->base != NULL && map->len >= span)
		return map_zeros(map->base, map->len);
	base = mmap(NULL, len, PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return false;
	/* Sizes grow by a quarter, so what is left behind stays bounded. */
	if (map->base != NULL)
		map_zeros(map->base, map->len);
	map->base = base;
	map->len = len;
	return true;
}

static bool
map_run(struct rules_env *env, uint8_t *base, struct rules_run run)
{
	uint64_t from = run.place / page_size() * page_size();

	return run.len == 0 ||
	    mmap(base, run_span(run), PROT_READ, MAP_SHARED | MAP_FIXED,
		env->fd, (off_t)from) != MAP_FAILED;
}

static void
tell_places(const struct rules_map *m, const struct rules_run run[2],
    const uint8_t *at[2])
{
	at[0] = m->base + run[0].place % page_size();
	at[1] = run[1].len == 0
	    ? NULL
	    : m->base + run_span(run[0]) + run[1].place % page_size();
}

enum fg_status
rules_env_value(struct rules_env *env, uint64_t generation,
    const struct rules_run run[2], struct rules_map **map, const uint8_t *at[2])
{
	size_t span = run_span(run[0]) + run_span(run[1]);
	struct rules_map *m;
	struct stat sb;

	if (env->blanked)
		return FG_E_NOMEM;
	for (int i = 0; i < RULES_VALUES; i++) {
		m = &env->values[i];
		if (m->base != NULL && m->generation == generation &&
		    m->place == run[0].place && m->place2 == run[1].place) {
			tell_places(m, run, at);
			*map = m;
			return FG_OK;
		}
	}
	m = choose_map(env, generation, span);
	if (m == NULL || !same_file(env, &sb))
		return FG_E_NOMEM;
	/* A pin knows one map, so all of that generation go with this one. */
	for (int i = 0; i < RULES_VALUES; i++)
		if (&env->values[i] == m ||
		    env->values[i].generation == m->generation)
			raise_stamp(&env->values[i]);
	m->generation = 0;
	if (!grow_map(m, span) || !map_run(env, m->base, run[0]) ||
	    !map_run(env, m->base + run_span(run[0]), run[1]))
		return FG_E_NOMEM;
	m->generation = generation;
	m->place = run[0].place;
	m->place2 = run[1].place;
	tell_places(m, run, at);
	*map = m;
	return FG_OK;
}
