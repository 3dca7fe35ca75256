/*
 * An environment's folder: rules/env-<16 hex> with data.mdb, lock.mdb and
 * epoch, made aside and switched in by renaming the symlink "current".
 */
#include "syncer/store_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/endian.h"

#define RECORD         48 /* key 'f': version, identity, floor, last shared */
#define RECORD_VERSION 1

static void
growing(void *arg, uint64_t bytes)
{
	store_log(arg, STORE_INFO,
	    "data.mdb is nearly full: growing its map to %llu MiB",
	    (unsigned long long)(bytes >> 20));
}

enum fg_status
store_env_open_kv(struct store *s, struct store_env *e)
{
	const struct store_kv_options opt = {
	    .max_bytes = s->opt.max_bytes,
	    .growing = growing,
	    .arg = s,
	};

	return store_kv_open(e->path, &opt, &e->kv);
}

static struct store_env *
new_env(struct store *s, const char *name)
{
	struct store_env *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->dir = e->data_fd = -1;
	snprintf(e->name, sizeof(e->name), "%s", name);
	if ((size_t)snprintf(e->path, sizeof(e->path), "%.4000s/%s", s->path,
		name) >= sizeof(e->path)) {
		free(e);
		return NULL;
	}
	return e;
}

void
store_env_close(struct store_env *e)
{
	int saved = errno;

	if (e == NULL)
		return;
	store_kv_close(e->kv);
	publish_close(e->pub);
	if (e->data_fd != -1)
		close(e->data_fd);
	if (e->dir != -1)
		close(e->dir);
	free(e);
	errno = saved;
}

/* --- its record ------------------------------------------------------------------- */

struct store_op
store_env_record(struct store_env *e, uint8_t buf[RECORD])
{
	struct store_op op = {
	    .key = store_key_bytes('f', NULL, 0), .data = buf, .len = RECORD};

	memset(buf, 0, RECORD);
	le32enc(buf, RECORD_VERSION);
	memcpy(buf + 8, e->identity, EPOCH_ID);
	le64enc(buf + 24, e->floor);
	le64enc(buf + 32, e->last_shared);
	return op;
}

enum fg_status
store_env_save(struct store_env *e)
{
	uint8_t buf[RECORD];
	struct store_op op = store_env_record(e, buf);

	return store_kv_write(e->kv, &op, 1);
}

static enum fg_status
read_record(struct store_env *e)
{
	struct store_key key = store_key_bytes('f', NULL, 0);
	struct store_bytes v;
	enum fg_status st = store_kv_get(e->kv, &key, &v);

	if (st != FG_OK)
		return st == FG_ABSENT ? FG_E_CORRUPT : st;
	if (v.len < 4 || le32dec(v.data) > RECORD_VERSION)
		return v.len < 4 ? FG_E_CORRUPT : FG_E_VERSION;
	if (v.len != RECORD)
		return FG_E_CORRUPT;
	memcpy(e->identity, v.data + 8, EPOCH_ID);
	e->floor = le64dec(v.data + 24);
	e->last_shared = le64dec(v.data + 32);
	return FG_OK;
}

/* --- opening ------------------------------------------------------------------------ */

static bool
is_damage(enum fg_status st)
{
	return st == FG_E_CORRUPT || st == FG_E_VERSION || st == FG_ABSENT;
}

static enum fg_status
open_epoch(struct store *s, struct store_env *e)
{
	enum fg_status st = publish_open(e->dir, &e->pub);

	if (is_damage(st))
		store_log(s, STORE_WARNING, "%s/epoch: %s", e->name,
		    st == FG_ABSENT ? "is not there" : fg_strerror(st));
	return st;
}

static enum fg_status
open_data(struct store *s, struct store_env *e)
{
	enum fg_status st = store_kv_check(e->path);

	if (st == FG_OK)
		st = store_env_open_kv(s, e);
	if (st == FG_OK) {
		st = read_record(e);
		if (st != FG_OK) {
			store_kv_close(e->kv);
			e->kv = NULL;
		}
	}
	if (is_damage(st))
		store_log(s, STORE_WARNING, "%s/data.mdb: %s", e->name,
		    st == FG_ABSENT ? "is not there" : fg_strerror(st));
	e->data_fd =
	    openat(e->dir, "data.mdb", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return st;
}

static enum fg_status
same_identity(struct store *s, struct store_env *e)
{
	uint8_t id[EPOCH_ID];

	epoch_identity(publish_file(e->pub), id);
	if (memcmp(id, e->identity, EPOCH_ID) == 0)
		return FG_OK;
	store_log(s, STORE_WARNING,
	    "%s: epoch and data.mdb are not of one environment", e->name);
	/* Which of them the readers know is what the epoch file says. */
	store_kv_close(e->kv);
	e->kv = NULL;
	publish_close(e->pub);
	e->pub = NULL;
	return FG_E_CORRUPT;
}

enum fg_status
store_env_open(struct store *s, const char *name, struct store_env **out)
{
	struct store_env *e = new_env(s, name);
	enum fg_status epoch, data;

	if (e == NULL)
		return FG_E_NOMEM;
	e->dir = openat(s->rules_dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (e->dir == -1) {
		store_env_close(e);
		return errno == ENOENT ? FG_ABSENT : FG_E_IO;
	}
	epoch = open_epoch(s, e);
	data = open_data(s, e);
	if ((epoch != FG_OK && !is_damage(epoch)) ||
	    (data != FG_OK && !is_damage(data))) {
		store_env_close(e);
		return epoch != FG_OK && !is_damage(epoch) ? epoch : data;
	}
	*out = e;
	if (epoch != FG_OK || data != FG_OK)
		return FG_E_CORRUPT;
	return same_identity(s, e);
}

/* --- making --------------------------------------------------------------------------- */

enum fg_status
store_env_create(struct store *s, uint64_t floor, struct store_env **out)
{
	uint8_t id[EPOCH_ID];
	char name[STORE_ENV_NAME] = "env-";
	struct store_env *e;
	enum fg_status st;

	if (getrandom(id, sizeof(id), 0) != (ssize_t)sizeof(id))
		return FG_E_IO;
	for (int i = 0; i < 8; i++)
		snprintf(name + 4 + 2 * i, 3, "%02x", id[i]);
	e = new_env(s, name);
	if (e == NULL)
		return FG_E_NOMEM;
	memcpy(e->identity, id, sizeof(id));
	e->floor = floor;
	st = FG_E_IO;
	if (mkdirat(s->rules_dir, name, 0700) == 0)
		e->dir = openat(
		    s->rules_dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	store_step_at("folder-made");
	if (e->dir != -1)
		st = store_env_open_kv(s, e);
	if (st == FG_OK)
		st = store_env_save(e);
	if (st == FG_OK)
		st = publish_create(e->dir, id, &e->pub);
	store_step_at("files-made");
	if (st == FG_OK) {
		e->data_fd = openat(e->dir, "data.mdb", O_RDONLY | O_CLOEXEC);
		*out = e;
	} else {
		store_env_close(e);
	}
	return st;
}

enum fg_status
store_env_switch(struct store *s, struct store_env *e)
{
	enum fg_status st;

	publish_verified(e->pub);
	publish_beat(e->pub, s->allowance);
	st = publish_sync(e->pub);
	if (st != FG_OK)
		return st;
	if (fchmod(e->dir, 0750) == -1 || fsync(e->dir) == -1 ||
	    fsync(s->rules_dir) == -1)
		return FG_E_IO;
	store_step_at("folder-synced");
	if (unlinkat(s->rules_dir, "current.new", 0) == -1 && errno != ENOENT)
		return FG_E_IO;
	if (symlinkat(e->name, s->rules_dir, "current.new") == -1 ||
	    renameat(s->rules_dir, "current.new", s->rules_dir, "current") ==
		-1)
		return FG_E_IO;
	store_step_at("switched");
	return fsync(s->rules_dir) == -1 ? FG_E_IO : FG_OK;
}

static bool
is_env_name(const char *name)
{
	return strncmp(name, "env-", 4) == 0 &&
	    strlen(name) == STORE_ENV_NAME - 1 &&
	    strspn(name + 4, "0123456789abcdef") == 16;
}

enum fg_status
store_env_current(struct store *s, char name[STORE_ENV_NAME])
{
	ssize_t n = readlinkat(s->rules_dir, "current", name, STORE_ENV_NAME);

	if (n == -1)
		return errno == ENOENT || errno == EINVAL ? FG_ABSENT : FG_E_IO;
	/* Nothing else may follow, and no way out of the folder. */
	if (n != STORE_ENV_NAME - 1)
		return FG_ABSENT;
	name[n] = '\0';
	return is_env_name(name) ? FG_OK : FG_ABSENT;
}

static DIR *
open_rules(struct store *s)
{
	int fd = openat(s->rules_dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;

	if (dir == NULL && fd != -1)
		close(fd);
	return dir;
}

/* When an environment with generations in it was last at work; 0: never. */
static uint64_t
last_work(struct store *s, const char *name)
{
	struct publish *pub;
	uint64_t when = 0;
	int dir = openat(s->rules_dir, name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (dir == -1)
		return 0;
	if (publish_open(dir, &pub) == FG_OK) {
		const uint8_t *file = publish_file(pub);

		if (epoch_state(file) == EPOCH_LIVE && epoch_projects(file) > 0)
			when = epoch_last_beat(file).unix_ms;
		publish_close(pub);
	}
	close(dir);
	return when;
}

enum fg_status
store_env_leftover(struct store *s, char name[STORE_ENV_NAME])
{
	DIR *dir = open_rules(s);
	const struct dirent *entry;
	uint64_t when, best = 0;

	if (dir == NULL)
		return FG_E_IO;
	while ((entry = readdir(dir)) != NULL) {
		if (!is_env_name(entry->d_name))
			continue;
		when = last_work(s, entry->d_name);
		if (when > best) {
			best = when;
			memcpy(name, entry->d_name, STORE_ENV_NAME);
		}
	}
	closedir(dir);
	return best > 0 ? FG_OK : FG_ABSENT;
}

/* --- removing ---------------------------------------------------------------------------- */

static void
remove_folder(struct store *s, const char *name)
{
	static const char *const files[] = {"data.mdb", "lock.mdb", "epoch"};
	int dir = openat(s->rules_dir, name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (dir == -1)
		return;
	/* Only what we make; a folder with more in it stays. */
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlinkat(dir, files[i], 0);
	close(dir);
	if (unlinkat(s->rules_dir, name, AT_REMOVEDIR) == -1)
		store_log(s, STORE_WARNING, "cannot remove %s/%s: %s", s->path,
		    name, strerror(errno));
}

void
store_env_remove_others(struct store *s, const char *name)
{
	DIR *dir = open_rules(s);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (is_env_name(entry->d_name) &&
		    strcmp(entry->d_name, name) != 0)
			remove_folder(s, entry->d_name);
	closedir(dir);
}
