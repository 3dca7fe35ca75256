#include "syncer/store_kv.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/endian.h"

#define MAP_STEP   ((uint64_t)16 << 20)
#define HEADER     16 /* bytes of a page's header in LMDB 0.9 */
#define SPEND_STEP ((size_t)1 << 20)
#define SPARE      256  /* pages that the rest of a transaction may take */
#define F_OVERFLOW 0x04 /* in its flags, at byte 10 */

struct store_kv {
	MDB_env *env;
	MDB_dbi dbi;
	struct store_kv_options opt;
	size_t page_size;
	uint64_t map_size, remaps;
	int fd;
	bool panicked;
	/* Where LMDB's map begins; NULL: not known since it was made. */
	const uint8_t *base;
	uint64_t base_offset;
	const uint8_t *base_end;
};

static enum fg_status
status_of(struct store_kv *kv, int rc)
{
	switch (rc) {
	case MDB_SUCCESS:
		return FG_OK;
	case MDB_NOTFOUND:
		return FG_ABSENT;
	case MDB_MAP_FULL:
		errno = ENOSPC;
		return FG_E_SPACE;
	case ENOSPC:
	case EDQUOT:
		errno = rc;
		return FG_E_SPACE;
	case ENOMEM:
		return FG_E_NOMEM;
	case MDB_VERSION_MISMATCH:
		return FG_E_VERSION;
	case MDB_INVALID:
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INCOMPATIBLE:
		return FG_E_CORRUPT;
	case MDB_PANIC:
		if (kv != NULL)
			kv->panicked = true;
		errno = EIO;
		return FG_E_IO;
	default:
		errno = rc > 0 ? rc : EIO;
		return FG_E_IO;
	}
}

static MDB_val
key_val(const struct store_key *key)
{
	MDB_val v = {key->len, (void *)(uintptr_t)key->bytes};

	return v;
}

/* --- opening ---------------------------------------------------------------- */

static enum fg_status
set_modes(const char *path, int data_fd)
{
	char lock[4096];

	/*
	 * Who could open lock.mdb could hold a lock on it and make LMDB begin
	 * at an older commit; so it is shut before data.mdb is opened up.
	 */
	if ((size_t)snprintf(lock, sizeof(lock), "%s/lock.mdb", path) >=
	    sizeof(lock))
		return FG_E_INVALID;
	if (chmod(lock, 0600) == -1 ||
	    (data_fd != -1 && fchmod(data_fd, 0640) == -1))
		return FG_E_IO;
	return FG_OK;
}

static enum fg_status
open_dbi(struct store_kv *kv)
{
	MDB_txn *txn;
	MDB_stat stat;
	int rc;

	rc = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);
	if (rc != 0)
		return status_of(kv, rc);
	rc = mdb_dbi_open(txn, NULL, 0, &kv->dbi);
	if (rc == 0)
		rc = mdb_stat(txn, kv->dbi, &stat);
	/* The unnamed database is always there; nothing was written. */
	if (rc == 0)
		rc = mdb_txn_commit(txn);
	else
		mdb_txn_abort(txn);
	if (rc == 0)
		kv->page_size = stat.ms_psize;
	return status_of(kv, rc);
}

static enum fg_status
open_env(struct store_kv *kv, const char *path)
{
	struct stat sb;
	char data[4096];
	int rc;

	if ((size_t)snprintf(data, sizeof(data), "%s/data.mdb", path) >=
	    sizeof(data))
		return FG_E_INVALID;
	kv->map_size =
	    MAP_STEP < kv->opt.max_bytes ? MAP_STEP : kv->opt.max_bytes;
	if (stat(data, &sb) == 0)
		while (kv->map_size < (uint64_t)sb.st_size)
			kv->map_size += MAP_STEP;
	rc = mdb_env_create(&kv->env);
	if (rc == 0)
		rc = mdb_env_set_mapsize(kv->env, kv->map_size);
	if (rc == 0)
		rc = mdb_env_open(kv->env, path, MDB_NOTLS, 0600);
	if (rc == 0)
		rc = mdb_env_get_fd(kv->env, &kv->fd);
	return status_of(kv, rc);
}

enum fg_status
store_kv_open(const char *path, const struct store_kv_options *options,
    struct store_kv **out)
{
	struct store_kv *kv;
	enum fg_status st;
	int major, minor;

	mdb_version(&major, &minor, NULL);
	if (major != 0 || minor != 9)
		return FG_E_UNSUPPORTED;
	kv = calloc(1, sizeof(*kv));
	if (kv == NULL)
		return FG_E_NOMEM;
	kv->opt = *options;
	kv->fd = -1;
	st = set_modes(path, -1);
	if (st == FG_OK || (st == FG_E_IO && errno == ENOENT))
		st = open_env(kv, path);
	if (st == FG_OK)
		st = set_modes(path, kv->fd);
	if (st == FG_OK)
		st = open_dbi(kv);
	if (st == FG_OK)
		*out = kv;
	else
		store_kv_close(kv);
	return st;
}

void
store_kv_close(struct store_kv *kv)
{
	int saved = errno;

	if (kv == NULL)
		return;
	if (kv->env != NULL)
		mdb_env_close(kv->env);
	free(kv);
	errno = saved;
}

/* --- writing ------------------------------------------------------------------ */

static size_t
padded_len(const struct store_kv *kv, const struct store_op *op)
{
	if (!op->lasting)
		return op->len;
	return op->len < kv->page_size ? kv->page_size : (op->len + 7) / 8 * 8;
}

/*
 * Whether the rest of a transaction finds room in the map for certain, once the
 * pages at val are taken: then it is not to be tried again in a larger one.
 */
static bool
has_room(const struct store_kv *kv, const MDB_val *val)
{
	const uint8_t *page = (const uint8_t *)val->mv_data - HEADER;
	uint64_t end = le64dec(page) + val->mv_size / kv->page_size + 2;
	MDB_envinfo info;

	if (mdb_env_info(kv->env, &info) != 0)
		return false;
	if (end < info.me_last_pgno + 1)
		end = info.me_last_pgno + 1;
	return (end + SPARE) * kv->page_size <= kv->map_size;
}

/* Copies, and gives what was copied back to the system. */
static void
spend(const struct store_kv *kv, uint8_t *dst, const struct store_op *op)
{
	uint8_t *src = (uint8_t *)(uintptr_t)op->data;
	size_t at = (size_t) - (uintptr_t)src % kv->page_size;

	if (at > op->len)
		at = op->len;
	memcpy(dst, src, at);
	for (; op->len - at >= SPEND_STEP; at += SPEND_STEP) {
		memcpy(dst + at, src + at, SPEND_STEP);
		(void)madvise(src + at, SPEND_STEP, MADV_DONTNEED);
	}
	memcpy(dst + at, src + at, op->len - at);
}

static int
put(struct store_kv *kv, MDB_txn *txn, const struct store_op *op, bool *spent)
{
	MDB_val key = key_val(&op->key);
	MDB_val val = {padded_len(kv, op), NULL};
	/* A lasting value is never written over: its pages would be reused. */
	unsigned flags =
	    op->lasting ? MDB_RESERVE | MDB_NOOVERWRITE : MDB_RESERVE;
	int rc;

	if (op->data == NULL) {
		rc = mdb_del(txn, kv->dbi, &key, NULL);
		return rc == MDB_NOTFOUND ? 0 : rc;
	}
	rc = mdb_put(txn, kv->dbi, &key, &val, flags);
	if (rc == 0) {
		if (op->spend && has_room(kv, &val)) {
			*spent = true;
			spend(kv, val.mv_data, op);
		} else {
			memcpy(val.mv_data, op->data, op->len);
		}
		memset((uint8_t *)val.mv_data + op->len, 0,
		    padded_len(kv, op) - op->len);
	}
	return rc;
}

static int
write_once(
    struct store_kv *kv, const struct store_op *ops, size_t n, bool *spent)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(kv->env, NULL, 0, &txn);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = put(kv, txn, &ops[i], spent);
	if (rc == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

/* Between transactions only; LMDB's map may lie elsewhere afterwards. */
static int
grow(struct store_kv *kv, uint64_t more)
{
	uint64_t size = kv->map_size;

	/* By half at least, so that growing stays rare. */
	if (more < size / 2)
		more = size / 2;
	size += (more + MAP_STEP - 1) / MAP_STEP * MAP_STEP;
	if (size > kv->opt.max_bytes)
		size = kv->opt.max_bytes;
	if (size <= kv->map_size)
		return MDB_MAP_FULL;
	if (kv->opt.growing != NULL)
		kv->opt.growing(kv->opt.arg, size);
	kv->base = NULL;
	kv->remaps++;
	kv->map_size = size;
	return mdb_env_set_mapsize(kv->env, size);
}

/* Whether LMDB has given up: only a new transaction tells. */
static void
probe_panic(struct store_kv *kv)
{
	MDB_txn *txn;
	int saved = errno, rc;

	rc = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);
	if (rc == 0)
		mdb_txn_abort(txn);
	else if (rc == MDB_PANIC)
		kv->panicked = true;
	errno = saved;
}

enum fg_status
store_kv_write(struct store_kv *kv, const struct store_op *ops, size_t n)
{
	bool spent = false;
	uint64_t more = 0;
	int rc;

	for (size_t i = 0; i < n; i++)
		more += padded_len(kv, &ops[i]) + 2 * kv->page_size;
	rc = write_once(kv, ops, n, &spent);
	for (int tries = 0; rc == MDB_MAP_FULL && !spent && tries < 8;
	     tries++) {
		rc = grow(kv, more);
		if (rc != 0)
			break;
		rc = write_once(kv, ops, n, &spent);
	}
	if (rc != 0)
		probe_panic(kv);
	return rc == MDB_KEYEXIST ? FG_E_INVALID : status_of(kv, rc);
}

/* --- reading ------------------------------------------------------------------- */

enum fg_status
store_kv_get(
    struct store_kv *kv, const struct store_key *key, struct store_bytes *out)
{
	MDB_val k = key_val(key), v;
	MDB_txn *txn;
	int rc = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);

	if (rc != 0)
		return status_of(kv, rc);
	rc = mdb_get(txn, kv->dbi, &k, &v);
	mdb_txn_abort(txn);
	if (rc == 0) {
		out->data = v.mv_data;
		out->len = v.mv_size;
	}
	return status_of(kv, rc);
}

enum fg_status
store_kv_each(struct store_kv *kv, const struct store_key *prefix,
    bool (*each)(void *arg, const struct store_key *key, struct store_bytes v),
    void *arg)
{
	MDB_val k = key_val(prefix), v;
	MDB_cursor *cursor;
	MDB_txn *txn;
	int rc = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);

	if (rc != 0)
		return status_of(kv, rc);
	rc = mdb_cursor_open(txn, kv->dbi, &cursor);
	if (rc != 0) {
		mdb_txn_abort(txn);
		return status_of(kv, rc);
	}
	rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
	while (rc == 0 && k.mv_size >= prefix->len &&
	    memcmp(k.mv_data, prefix->bytes, prefix->len) == 0) {
		struct store_bytes value = {v.mv_data, v.mv_size};
		struct store_key key;

		key.len = k.mv_size < STORE_KV_KEY ? k.mv_size : STORE_KV_KEY;
		memcpy(key.bytes, k.mv_data, key.len);
		if (!each(arg, &key, value))
			break;
		rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	mdb_txn_abort(txn);
	return rc == MDB_NOTFOUND ? FG_OK : status_of(kv, rc);
}

/* --- places -------------------------------------------------------------------- */

bool
store_kv_place_ok(
    const uint8_t header[16], uint64_t place, size_t len, size_t page_size)
{
	uint64_t number = le64dec(header);
	uint64_t pages = le32dec(header + 12);

	return place % 8 == 0 && place >= HEADER && page_size > HEADER &&
	    number == (place - HEADER) / page_size &&
	    (place - HEADER) % page_size == 0 &&
	    (le16dec(header + 10) & F_OVERFLOW) != 0 && pages > 0 &&
	    len <= pages * page_size - HEADER;
}

/* The kernel knows which part of which file lies where. */
static enum fg_status
find_base(struct store_kv *kv, const uint8_t *p)
{
	unsigned long from, to, offset;
	char line[4352];
	FILE *f;

	if (kv->base != NULL && p >= kv->base && p < kv->base_end)
		return FG_OK;
	f = fopen("/proc/self/maps", "re");
	if (f == NULL)
		return FG_E_IO;
	kv->base = NULL;
	while (kv->base == NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%lx-%lx %*s %lx", &from, &to, &offset) == 3 &&
		    (uintptr_t)p >= from && (uintptr_t)p < to) {
			kv->base = p - ((uintptr_t)p - from);
			kv->base_end = p + (to - (uintptr_t)p);
			kv->base_offset = offset;
		}
	fclose(f);
	return kv->base != NULL ? FG_OK : FG_E_CORRUPT;
}

/* Readers see the file, not LMDB's map: it must be the same there. */
static enum fg_status
same_in_file(struct store_kv *kv, struct store_bytes v, uint64_t place)
{
	uint8_t buf[65536];
	size_t n;
	ssize_t got;

	for (size_t at = 0; at < v.len; at += (size_t)got) {
		n = v.len - at < sizeof(buf) ? v.len - at : sizeof(buf);
		got = pread(kv->fd, buf, n, (off_t)(place + at));
		if (got == -1)
			return FG_E_IO;
		if (got == 0 || memcmp(buf, v.data + at, (size_t)got) != 0)
			return FG_E_CORRUPT;
	}
	return FG_OK;
}

enum fg_status
store_kv_learn(struct store_kv *kv, struct store_bytes value, uint64_t *place)
{
	enum fg_status st = find_base(kv, value.data);

	if (st != FG_OK)
		return st;
	*place = (uint64_t)(value.data - kv->base) + kv->base_offset;
	if (*place < HEADER ||
	    !store_kv_place_ok(
		value.data - HEADER, *place, value.len, kv->page_size))
		return FG_E_CORRUPT;
	return same_in_file(kv, value, *place);
}

size_t
store_kv_page_size(const struct store_kv *kv)
{
	return kv->page_size;
}

uint64_t
store_kv_map_size(const struct store_kv *kv)
{
	return kv->map_size;
}

uint64_t
store_kv_remaps(const struct store_kv *kv)
{
	return kv->remaps;
}

int
store_kv_fd(const struct store_kv *kv)
{
	return kv->fd;
}

bool
store_kv_panicked(const struct store_kv *kv)
{
	return kv->panicked;
}
