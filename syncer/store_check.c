/*
 * store_kv_check: a file from a crash or another hand, looked through where it
 * can do no harm.
 *
 * LMDB trusts its file.  A damaged one can make it assert, loop or read where
 * nothing is mapped; a syncer that opened it would die, and again at each
 * start.  So a child opens it first, read-only and without lock.mdb, walks
 * everything, and its end tells.
 */
#include "syncer/store_kv.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/endian.h"

#define HEADER     16
#define F_OVERFLOW 0x04
#define TIME_LIMIT 120 /* seconds a damaged file may keep the child busy */

enum {
	CHILD_OK = 0,
	CHILD_CORRUPT = 10,
	CHILD_VERSION = 11,
	CHILD_FAILED = 12,
};

struct walk {
	MDB_txn *txn;
	size_t page_size;
	size_t n_pages;    /* that LMDB has ever used */
	size_t file_pages; /* that the file has; unwritten free ones may lack */
	uint8_t *seen;     /* a byte a page: 1 a value's, 2 free */
};

/* Marks pages as belonging to one thing; a page belongs to only one. */
static bool
claim(struct walk *w, uint64_t page, uint64_t n, uint8_t as)
{
	if (page < 2 || page >= w->n_pages || n > w->n_pages - page)
		return false;
	if (as == 1 && (page >= w->file_pages || n > w->file_pages - page))
		return false;
	for (uint64_t i = 0; i < n; i++) {
		if (w->seen[page + i] != 0)
			return false;
		w->seen[page + i] = as;
	}
	return true;
}

static bool
touch_value(struct walk *w, MDB_val v)
{
	const volatile uint8_t *p = v.mv_data;
	const uint8_t *header = (const uint8_t *)v.mv_data - HEADER;

	if (v.mv_size < w->page_size)
		return true;
	if ((le16dec(header + 10) & F_OVERFLOW) == 0 ||
	    (HEADER + v.mv_size + w->page_size - 1) / w->page_size !=
		le32dec(header + 12))
		return false;
	if (!claim(w, le64dec(header), le32dec(header + 12), 1))
		return false;
	for (size_t i = 0; i < v.mv_size; i += 4096)
		(void)p[i]; /* a page the disk cannot read ends us here */
	return true;
}

/* LMDB's list of free pages: a count, then so many page numbers. */
static bool
claim_free(struct walk *w, MDB_val v)
{
	const uint8_t *p = v.mv_data;
	uint64_t n;

	if (v.mv_size < 8)
		return false;
	n = le64dec(p);
	if (n > v.mv_size / 8 - 1)
		return false;
	for (uint64_t i = 1; i <= n; i++)
		if (!claim(w, le64dec(p + 8 * i), 1, 2))
			return false;
	return true;
}

static bool
walk_db(struct walk *w, MDB_dbi dbi, bool (*each)(struct walk *, MDB_val))
{
	MDB_cursor *cursor;
	MDB_stat stat;
	MDB_val k, v;
	size_t n = 0;
	int rc;

	if (mdb_stat(w->txn, dbi, &stat) != 0 ||
	    mdb_cursor_open(w->txn, dbi, &cursor) != 0)
		return false;
	while ((rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
		if (k.mv_size > STORE_KV_KEY || !each(w, v))
			return false;
		n++;
	}
	return rc == MDB_NOTFOUND && n == stat.ms_entries;
}

static int
look_through(const char *path, uint64_t file_size)
{
	struct walk w = {0};
	MDB_env *env;
	MDB_envinfo info;
	MDB_stat stat;
	MDB_dbi dbi;
	int rc;

	rc = mdb_env_create(&env);
	if (rc == 0)
		rc = mdb_env_open(
		    env, path, MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS, 0600);
	if (rc == MDB_VERSION_MISMATCH)
		return CHILD_VERSION;
	if (rc == ENOMEM || rc == EACCES)
		return CHILD_FAILED;
	if (rc != 0 || mdb_env_stat(env, &stat) != 0 ||
	    mdb_env_info(env, &info) != 0)
		return CHILD_CORRUPT;
	w.page_size = stat.ms_psize;
	w.n_pages = info.me_last_pgno + 1;
	w.file_pages = file_size / w.page_size;
	if (w.n_pages / 2 > w.file_pages + 65536)
		return CHILD_CORRUPT;
	w.seen = calloc(w.n_pages, 1);
	if (w.seen == NULL)
		return CHILD_FAILED;
	if (mdb_txn_begin(env, NULL, MDB_RDONLY, &w.txn) != 0 ||
	    mdb_dbi_open(w.txn, NULL, 0, &dbi) != 0)
		return CHILD_CORRUPT;
	/* 0 is the database of free pages. */
	return walk_db(&w, dbi, touch_value) && walk_db(&w, 0, claim_free)
	    ? CHILD_OK
	    : CHILD_CORRUPT;
}

static void
child(const char *path, uint64_t file_size)
{
	static const int fatal[] = {
	    SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGALRM};
	const struct rlimit none = {0, 0};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* Its end is the answer: no core, no word, no handler of ours. */
	setrlimit(RLIMIT_CORE, &none);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		signal(fatal[i], SIG_DFL);
	sigset_t all;
	sigemptyset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	alarm(TIME_LIMIT);
	if (null != -1)
		dup2(null, 2);
	_exit(look_through(path, file_size));
}

enum fg_status
store_kv_check(const char *path)
{
	char data[4096];
	struct stat sb;
	int status;
	pid_t pid;

	if ((size_t)snprintf(data, sizeof(data), "%s/data.mdb", path) >=
	    sizeof(data))
		return FG_E_INVALID;
	if (lstat(data, &sb) == -1)
		return errno == ENOENT ? FG_ABSENT : FG_E_IO;
	/* Without its two meta pages LMDB would take it for a new one. */
	if (!S_ISREG(sb.st_mode) || sb.st_size < 8192)
		return FG_E_CORRUPT;
	pid = fork();
	if (pid == -1)
		return FG_E_IO;
	if (pid == 0)
		child(path, (uint64_t)sb.st_size);
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return FG_E_IO;
	if (!WIFEXITED(status))
		return FG_E_CORRUPT;
	switch (WEXITSTATUS(status)) {
	case CHILD_OK:
		return FG_OK;
	case CHILD_VERSION:
		return FG_E_VERSION;
	case CHILD_FAILED:
		errno = ENOMEM;
		return FG_E_NOMEM;
	default:
		return FG_E_CORRUPT;
	}
}
