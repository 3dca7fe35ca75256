#include "reader/sticky/sticky_env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/host.h"
#include "reader/sticky/sticky_check.h"

#define DATA      "values.mdb"
#define DATA_LOCK "values.mdb-lock"
#define BAD       "values.mdb.bad"
#define GUARD     "guard"
#define CHECKED   "checked"

#define N_READERS 1024
#define STEP_NS   500000 /* between two attempts at a lock */
#define PATH_CAP  4096

enum {
	BYTE_OPENING,
	BYTE_WRITING
};

enum fg_status
sticky_env_status(int rc)
{
	switch (rc) {
	case MDB_SUCCESS:
		return FG_OK;
	case MDB_NOTFOUND:
		return FG_ABSENT;
	case MDB_MAP_FULL:
	case ENOSPC:
	case EDQUOT:
		return FG_E_SPACE;
	case ENOMEM:
		return FG_E_NOMEM;
	case MDB_READERS_FULL:
	case EAGAIN:
		return FG_E_BUSY;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_PANIC:
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
	case MDB_INCOMPATIBLE:
		return FG_E_CORRUPT;
	default:
		if (rc > 0)
			errno = rc;
		return FG_E_IO;
	}
}

static bool
path_of(const struct sticky_env_options *o, const char *name, char *path)
{
	int n = snprintf(path, PATH_CAP, "%s/%s", o->dir, name);

	return n > 0 && n < PATH_CAP;
}

static int
open_at(const struct sticky_env_options *o, const char *name, int flags)
{
	char path[PATH_CAP];

	if (!path_of(o, name, path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, flags | O_CLOEXEC | O_NOFOLLOW, (mode_t)o->mode);
}

/* ------------------------------------------------------------ the locks */

static bool
lock_byte(int fd, short type, off_t byte)
{
	struct flock lock = {
	    .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	return fcntl(fd, F_SETLK, &lock) == 0;
}

/* Fair it is not; what is done under these locks is short. */
static enum fg_status
wait_for(int fd, off_t byte, uint32_t wait_ms)
{
	uint64_t end = host_clock_ms(CLOCK_MONOTONIC) + wait_ms;
	struct timespec step = {0, STEP_NS};

	while (!lock_byte(fd, F_WRLCK, byte)) {
		if (errno != EACCES && errno != EAGAIN && errno != EINTR)
			return FG_E_IO;
		if (host_clock_ms(CLOCK_MONOTONIC) >= end)
			return FG_E_BUSY;
		nanosleep(&step, NULL);
	}
	return FG_OK;
}

enum fg_status
sticky_env_lock(struct sticky_env *e, const struct sticky_env_options *o)
{
	return wait_for(e->guard, BYTE_WRITING, o->wait_ms);
}

void
sticky_env_unlock(struct sticky_env *e)
{
	int saved = errno;

	lock_byte(e->guard, F_UNLCK, BYTE_WRITING);
	errno = saved;
}

/* ------------------------------------------------- is the file all right */

/* Whether somebody has looked through it since the machine was started. */
static bool
is_checked(const struct sticky_env_options *o)
{
	uint8_t boot[HOST_BOOT_ID], bytes[HOST_BOOT_ID];
	int fd = open_at(o, CHECKED, O_RDONLY);
	ssize_t n = fd >= 0 ? read(fd, bytes, sizeof(bytes)) : -1;

	if (fd >= 0)
		close(fd);
	host_boot_id(boot);
	return n == (ssize_t)sizeof(bytes) &&
	    memcmp(bytes, boot, sizeof(boot)) == 0;
}

static void
mark_checked(const struct sticky_env_options *o)
{
	int fd = open_at(o, CHECKED, O_WRONLY | O_CREAT | O_TRUNC);
	uint8_t boot[HOST_BOOT_ID];

	if (fd < 0)
		return; /* looked through again next time */
	host_boot_id(boot);
	if (write(fd, boot, sizeof(boot)) != (ssize_t)sizeof(boot))
		(void)ftruncate(fd, 0);
	close(fd);
}

void
sticky_env_suspect(const struct sticky_env_options *o)
{
	char path[PATH_CAP];
	int saved = errno;

	if (path_of(o, CHECKED, path))
		(void)unlink(path);
	errno = saved;
}

/* Who has it open goes on with it, and sees that it was moved. */
static enum fg_status
set_aside(const struct sticky_env_options *o)
{
	char data[PATH_CAP], bad[PATH_CAP], lock[PATH_CAP];

	if (!path_of(o, DATA, data) || !path_of(o, BAD, bad) ||
	    !path_of(o, DATA_LOCK, lock))
		return FG_E_IO;
	if (unlink(lock) != 0 && errno != ENOENT)
		return FG_E_IO;
	return rename(data, bad) == 0 ? FG_OK : FG_E_IO;
}

/* While somebody writes, pages are those of two states: nobody may. */
static enum fg_status
look_through(int fd, int guard, const struct sticky_env_options *o)
{
	enum fg_status st = wait_for(guard, BYTE_WRITING, o->wait_ms);

	if (st != FG_OK)
		return st;
	st = sticky_check(fd);
	if (st == FG_E_CORRUPT)
		st = set_aside(o);
	lock_byte(guard, F_UNLCK, BYTE_WRITING);
	return st;
}

static enum fg_status
check(int guard, const struct sticky_env_options *o)
{
	int fd = open_at(o, DATA, O_RDONLY);
	bool checked = is_checked(o);
	enum fg_status st = FG_OK;

	if (fd < 0 && errno != ENOENT)
		return FG_E_IO;
	/* A file that was cut would end in SIGBUS, at any time. */
	if (fd >= 0 && (!checked || !sticky_check_is_long(fd)))
		st = look_through(fd, guard, o);
	if (fd >= 0)
		close(fd);
	if (st == FG_OK && !checked)
		mark_checked(o);
	return st;
}

/* ---------------------------------------------------------------- opening */

static int
open_dbs(struct sticky_env *e, unsigned flags)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(e->env, NULL, flags == 0 ? MDB_RDONLY : 0, &txn);

	if (rc != 0)
		return rc;
	rc = mdb_dbi_open(txn, "values", flags, &e->values);
	if (rc == 0)
		rc = mdb_dbi_open(txn, "ages", flags, &e->ages);
	if (rc != 0) {
		mdb_txn_abort(txn);
		return rc;
	}
	return mdb_txn_commit(txn);
}

static int
open_env(struct sticky_env *e, const struct sticky_env_options *o)
{
	unsigned flags = MDB_NOSUBDIR | MDB_NOTLS |
	    (unsigned)(o->no_sync ? MDB_NOSYNC : MDB_NOMETASYNC);
	char path[PATH_CAP];
	int dead, rc;

	if (!path_of(o, DATA, path))
		return ENAMETOOLONG;
	rc = mdb_env_create(&e->env);
	if (rc != 0)
		return rc;
	mdb_env_set_maxdbs(e->env, 2);
	mdb_env_set_maxreaders(e->env, N_READERS);
	mdb_env_set_mapsize(e->env, o->map_bytes);
	rc = mdb_env_open(e->env, path, flags, (mdb_mode_t)o->mode);
	if (rc == 0) {
		mdb_reader_check(e->env, &dead);
		rc = open_dbs(e, 0);
	}
	if (rc == MDB_NOTFOUND)
		rc = open_dbs(e, MDB_CREATE);
	if (rc != 0) {
		mdb_env_close(e->env);
		e->env = NULL;
	}
	return rc;
}

/*
 * Which one it is, to notice when another takes its place.  The mode is set
 * again because of the umask; where somebody else made the file, he has.
 */
static int
note_file(struct sticky_env *e, const struct sticky_env_options *o)
{
	char lock[PATH_CAP];
	struct stat st;
	int fd, rc;

	rc = mdb_env_get_fd(e->env, &fd);
	if (rc == 0 && fstat(fd, &st) != 0)
		rc = errno;
	if (rc != 0)
		return rc;
	if (path_of(o, DATA_LOCK, lock) && chmod(lock, (mode_t)o->mode) == 0 &&
	    fchmod(fd, (mode_t)o->mode) == 0)
		(void)fchmod(e->guard, (mode_t)o->mode);
	e->dev = st.st_dev;
	e->ino = st.st_ino;
	return 0;
}

static enum fg_status
open_checked(struct sticky_env *e, const struct sticky_env_options *o)
{
	enum fg_status st = check(e->guard, o);

	if (st == FG_OK)
		st = sticky_env_status(open_env(e, o));
	if (st == FG_OK)
		st = sticky_env_status(note_file(e, o));
	return st;
}

static enum fg_status
open_once(struct sticky_env *e, const struct sticky_env_options *o)
{
	enum fg_status st;
	int saved;

	*e = (struct sticky_env){.guard = open_at(o, GUARD, O_RDWR | O_CREAT)};
	if (e->guard < 0)
		return FG_E_IO;
	st = wait_for(e->guard, BYTE_OPENING, o->wait_ms);
	if (st == FG_OK)
		st = open_checked(e, o);
	saved = errno;
	if (st == FG_E_CORRUPT)
		sticky_env_suspect(o);
	if (st == FG_OK)
		lock_byte(e->guard, F_UNLCK, BYTE_OPENING);
	else
		sticky_env_close(e);
	errno = saved;
	return st;
}

enum fg_status
sticky_env_open(struct sticky_env *e, const struct sticky_env_options *o)
{
	enum fg_status st = open_once(e, o);

	/* Damage that only LMDB has seen: now the file is looked through. */
	return st == FG_E_CORRUPT ? open_once(e, o) : st;
}

void
sticky_env_close(struct sticky_env *e)
{
	if (e->env != NULL)
		mdb_env_close(e->env);
	if (e->guard >= 0)
		close(e->guard); /* its locks go with it */
	e->env = NULL;
	e->guard = -1;
}

bool
sticky_env_is_current(
    const struct sticky_env *e, const struct sticky_env_options *o)
{
	char path[PATH_CAP];
	struct stat st;

	return path_of(o, DATA, path) && stat(path, &st) == 0 &&
	    st.st_dev == e->dev && st.st_ino == e->ino;
}
