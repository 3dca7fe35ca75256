#include "syncer/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "syncer/lock.h"

static void
set_options(struct store *s, const struct store_options *opt)
{
	if (opt != NULL)
		s->opt = *opt;
	if (s->opt.keep_generations == 0)
		s->opt.keep_generations = 5;
	if (s->opt.keep_ms == 0)
		s->opt.keep_ms = 600000;
	if (s->opt.keep_bytes == 0)
		s->opt.keep_bytes = (uint64_t)256 << 20;
	if (s->opt.max_bytes == 0)
		s->opt.max_bytes = (uint64_t)16 << 30;
}

/*
 * Where a shared mapping and a write of another process are one memory, and a
 * lock is a lock.  Network and user-space file systems promise neither.
 */
static bool
is_local(int dir)
{
	static const uint32_t good[] = {
	    0x0000ef53, /* ext2, ext3, ext4 */
	    0x58465342, /* xfs */
	    0x9123683e, /* btrfs */
	    0x01021994, /* tmpfs */
	    0x858458f6, /* ramfs */
	    0xf2f52010, /* f2fs */
	    0x2fc12fc1, /* zfs */
	    0xca451a4e, /* bcachefs */
	    0x794c7630, /* overlay */
	    0x3153464a, /* jfs */
	};
	struct statfs fs;

	if (fstatfs(dir, &fs) == -1)
		return false;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if ((uint32_t)fs.f_type == good[i])
			return true;
	return false;
}

static enum fg_status
open_folders(struct store *s, const char *state_dir)
{
	char *real = realpath(state_dir, NULL);
	enum fg_status st;

	if (real == NULL)
		return FG_E_IO;
	if ((size_t)snprintf(s->path, sizeof(s->path), "%s/rules", real) >
	    sizeof(s->path) - STORE_ENV_NAME - 16) {
		free(real);
		return FG_E_INVALID;
	}
	s->state_dir = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(real);
	if (s->state_dir == -1)
		return FG_E_IO;
	if (!is_local(s->state_dir))
		return FG_E_UNSUPPORTED;
	st = lock_take(s->state_dir, &s->lock_fd);
	if (st != FG_OK)
		return st;
	if (mkdirat(s->state_dir, "rules", 0700) == 0)
		fchmodat(s->state_dir, "rules", 0750, 0);
	s->rules_dir =
	    openat(s->state_dir, "rules", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->rules_dir == -1 || fsync(s->state_dir) == -1)
		return FG_E_IO;
	return is_local(s->rules_dir) ? FG_OK : FG_E_UNSUPPORTED;
}

/* A first environment; after a loss, above what was given before it. */
static enum fg_status
make_first(struct store *s, bool lost)
{
	struct store_env *e;
	enum fg_status st;

	if (lost)
		store_log(s, STORE_WARNING,
		    "%s/current leads nowhere: beginning anew", s->path);
	st = store_env_create(s, lost ? store_now_ms() / 1000 : 0, &e);
	if (st != FG_OK)
		return st;
	st = store_env_switch(s, e);
	if (st != FG_OK) {
		store_env_close(e);
		return st;
	}
	s->env = e;
	return FG_OK;
}

/* The name of the environment to open; *astray: "current" does not say so. */
static enum fg_status
find_current(struct store *s, char name[STORE_ENV_NAME], bool *astray)
{
	struct stat sb;
	enum fg_status st = store_env_current(s, name);

	*astray = st == FG_ABSENT ||
	    (st == FG_OK &&
		fstatat(s->rules_dir, name, &sb, AT_SYMLINK_NOFOLLOW) == -1);
	if (!*astray)
		return st;
	st = store_env_leftover(s, name);
	if (st == FG_OK)
		store_log(s, STORE_WARNING,
		    "%s/current leads nowhere: going on with %s", s->path,
		    name);
	return st;
}

static enum fg_status
open_current(struct store *s)
{
	char name[STORE_ENV_NAME];
	struct stat sb;
	bool astray;
	enum fg_status st = find_current(s, name, &astray);

	/* A symlink that leads nowhere is a loss, none at all a beginning. */
	if (st == FG_ABSENT)
		return make_first(s,
		    fstatat(s->rules_dir, "current", &sb,
			AT_SYMLINK_NOFOLLOW) == 0);
	if (st == FG_OK)
		st = store_env_open(s, name, &s->env);
	if (st == FG_OK)
		st = store_republish(s, s->env);
	if (st == FG_E_CORRUPT || st == FG_E_VERSION)
		return store_rebuild(s, "cannot be trusted");
	if (st == FG_OK && astray)
		st = store_env_switch(s, s->env);
	return st;
}

enum fg_status
store_open(const char *state_dir, const struct store_options *options,
    struct store **out)
{
	struct store *s = calloc(1, sizeof(*s));
	enum fg_status st;

	if (s == NULL)
		return FG_E_NOMEM;
	s->state_dir = s->rules_dir = s->lock_fd = -1;
	set_options(s, options);
	st = open_folders(s, state_dir);
	if (st == FG_OK)
		st = open_current(s);
	if (st != FG_OK) {
		store_close(s);
		return st;
	}
	/* The first write of all: what nobody can reach any more. */
	if (store_collect(s) != FG_OK)
		store_log(s, STORE_WARNING,
		    "cannot delete old generations now: %s", strerror(errno));
	store_after_failure(s);
	store_env_remove_others(s, s->env->name);
	s->replaced_ms = 0;
	*out = s;
	return FG_OK;
}

void
store_close(struct store *s)
{
	int saved = errno;

	if (s == NULL)
		return;
	store_env_close(s->env);
	if (s->rules_dir != -1)
		close(s->rules_dir);
	if (s->state_dir != -1)
		close(s->state_dir);
	/* Last: until here nobody else may look. */
	lock_drop(s->lock_fd);
	free(s->fresh);
	free(s);
	errno = saved;
}
