#include "reader/sticky/sticky_values.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "common/endian.h"
#include "common/hash.h"
#include "common/host.h"

#define N_EVICTED   64 /* at most with one write */
#define CHECK_EVERY 64 /* writes, for slots of readers that are dead */

#define HALF     16
#define ID_LEN   (2 * HALF)
#define AGE_LEN  (8 + ID_LEN)
#define HEAD_LEN 16

static int
begin_read(struct sticky_env *e, MDB_txn **txn)
{
	int dead, rc = mdb_txn_begin(e->env, NULL, MDB_RDONLY, txn);

	if (rc == MDB_READERS_FULL) {
		mdb_reader_check(e->env, &dead);
		rc = mdb_txn_begin(e->env, NULL, MDB_RDONLY, txn);
	}
	return rc;
}

/* ------------------------------------------------------------- the values */

struct value {
	uint64_t saved_ms;
	const char *key, *name;
	const uint8_t *record;
	size_t len;
};

static void
half_of(const char *text, uint8_t to[HALF])
{
	uint8_t sum[HASH_SIZE];

	hash_sha256(text, strlen(text), sum);
	memcpy(to, sum, HALF);
}

static void
id_of(const char *key, const char *name, uint8_t id[ID_LEN])
{
	half_of(key, id);
	half_of(name, id + HALF);
}

/* False when it does not hold together. */
static bool
read_value(MDB_val data, struct value *v)
{
	const uint8_t *at = data.mv_data;
	size_t left = data.mv_size, key_len, name_len;

	if (left < HEAD_LEN)
		return false;
	v->saved_ms = le64dec(at);
	key_len = le32dec(at + 8);
	name_len = le32dec(at + 12);
	left -= HEAD_LEN;
	if (key_len >= left || name_len >= left - key_len - 1)
		return false;
	v->key = (const char *)at + HEAD_LEN;
	v->name = v->key + key_len + 1;
	v->record = (const uint8_t *)v->name + name_len + 1;
	v->len = left - key_len - 1 - name_len - 1;
	return v->key[key_len] == '\0' && v->name[name_len] == '\0';
}

static void
age_of(uint64_t saved_ms, const uint8_t id[ID_LEN], uint8_t age[AGE_LEN])
{
	for (int i = 0; i < 8; i++)
		age[i] = (uint8_t)(saved_ms >> (56 - 8 * i));
	memcpy(age + 8, id, ID_LEN);
}

static uint64_t
now_ms(void)
{
	return host_clock_ms(CLOCK_REALTIME);
}

/* A clock that was set back makes nothing old. */
static bool
is_expired(const struct sticky_limits *limits, uint64_t saved_ms)
{
	uint64_t now = now_ms();

	return limits->max_age_ms != 0 && now > saved_ms &&
	    now - saved_ms > limits->max_age_ms;
}

int
sticky_values_find(const struct sticky_limits *limits, struct sticky_env *e,
    const char *key, fg_sticky_found found, void *to)
{
	uint8_t prefix[HALF];
	MDB_val k = {HALF, prefix}, data;
	MDB_cursor *cursor;
	struct value v;
	MDB_txn *txn;
	int rc;

	half_of(key, prefix);
	rc = begin_read(e, &txn);
	if (rc != 0)
		return rc;
	rc = mdb_cursor_open(txn, e->values, &cursor);
	if (rc != 0) {
		mdb_txn_abort(txn);
		return rc;
	}
	rc = mdb_cursor_get(cursor, &k, &data, MDB_SET_RANGE);
	while (rc == 0 && k.mv_size == ID_LEN &&
	    memcmp(k.mv_data, prefix, HALF) == 0) {
		if (read_value(data, &v) && strcmp(v.key, key) == 0 &&
		    !is_expired(limits, v.saved_ms) &&
		    !found(to, v.name, v.record, v.len)) {
			rc = ENOMEM;
			break;
		}
		rc = mdb_cursor_get(cursor, &k, &data, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	mdb_txn_abort(txn);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

static int
get_value(
    struct sticky_env *e, MDB_txn *txn, uint8_t id[ID_LEN], struct value *v)
{
	MDB_val k = {ID_LEN, id}, data;
	int rc = mdb_get(txn, e->values, &k, &data);

	/* What cannot be read is as good as none, and written over. */
	if (rc == 0 && !read_value(data, v))
		*v = (struct value){.key = "", .name = ""};
	return rc;
}

/* Most removals are of what is not there, many saves of what is. */
int
sticky_values_is_done(const struct sticky_limits *limits, struct sticky_env *e,
    const struct sticky_change *c, bool *done)
{
	uint8_t id[ID_LEN];
	struct value v;
	MDB_txn *txn;
	int rc = begin_read(e, &txn);

	*done = false;
	if (rc != 0)
		return rc;
	id_of(c->key, c->name, id);
	rc = get_value(e, txn, id, &v);
	if (rc == MDB_NOTFOUND) {
		*done = c->record == NULL;
		rc = 0;
	} else if (rc == 0 && c->record != NULL) {
		*done = v.len == c->len && strcmp(v.key, c->key) == 0 &&
		    strcmp(v.name, c->name) == 0 &&
		    memcmp(v.record, c->record, c->len) == 0 &&
		    !is_expired(limits, v.saved_ms);
	}
	mdb_txn_abort(txn);
	return rc;
}

static int
delete_age(struct sticky_env *e, MDB_txn *txn, uint64_t saved_ms,
    const uint8_t id[ID_LEN])
{
	uint8_t age[AGE_LEN];
	MDB_val k = {AGE_LEN, age};
	int rc;

	age_of(saved_ms, id, age);
	rc = mdb_del(txn, e->ages, &k, NULL);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

static int
put(struct sticky_env *e, MDB_txn *txn, const struct sticky_change *c,
    uint8_t id[ID_LEN])
{
	size_t key_len = strlen(c->key), name_len = strlen(c->name);
	size_t n = HEAD_LEN + key_len + 1 + name_len + 1 + c->len;
	MDB_val k = {ID_LEN, id}, data = {n, NULL};
	uint64_t now = now_ms();
	uint8_t age[AGE_LEN], *at;
	int rc = mdb_put(txn, e->values, &k, &data, MDB_RESERVE);

	if (rc != 0)
		return rc;
	at = data.mv_data;
	le64enc(at, now);
	le32enc(at + 8, (uint32_t)key_len);
	le32enc(at + 12, (uint32_t)name_len);
	memcpy(at + HEAD_LEN, c->key, key_len + 1);
	memcpy(at + HEAD_LEN + key_len + 1, c->name, name_len + 1);
	memcpy(at + n - c->len, c->record, c->len);
	age_of(now, id, age);
	k = (MDB_val){AGE_LEN, age};
	data = (MDB_val){0, NULL};
	return mdb_put(txn, e->ages, &k, &data, 0);
}

static int
apply(struct sticky_env *e, MDB_txn *txn, const struct sticky_change *c)
{
	uint8_t id[ID_LEN];
	MDB_val k = {ID_LEN, id};
	struct value old;
	int rc;

	id_of(c->key, c->name, id);
	rc = get_value(e, txn, id, &old);

	if (rc == 0)
		rc = delete_age(e, txn, old.saved_ms, id);
	if (rc == 0 && c->record == NULL)
		rc = mdb_del(txn, e->values, &k, NULL);
	else if (rc == MDB_NOTFOUND && c->record != NULL)
		rc = 0;
	return rc == 0 && c->record != NULL ? put(e, txn, c, id) : rc;
}

/* Bytes of the pages that values and ages take. */
static int
bytes_in_use(struct sticky_env *e, MDB_txn *txn, uint64_t *bytes)
{
	MDB_dbi dbs[2] = {e->values, e->ages};
	MDB_stat stat;

	*bytes = 0;
	for (int i = 0; i < 2; i++) {
		int rc = mdb_stat(txn, dbs[i], &stat);

		if (rc != 0)
			return rc;
		*bytes += (stat.ms_branch_pages + stat.ms_leaf_pages +
			      stat.ms_overflow_pages) *
		    stat.ms_psize;
	}
	return 0;
}

/* Deletes what is too old, and the oldest while there is too much. */
static int
evict(const struct sticky_limits *limits, struct sticky_env *e, MDB_txn *txn)
{
	for (int i = 0; i < N_EVICTED; i++) {
		MDB_cursor *cursor;
		MDB_val age, data, k;
		uint8_t id[ID_LEN];
		uint64_t bytes, saved_ms = 0;
		int rc = bytes_in_use(e, txn, &bytes);

		if (rc == 0)
			rc = mdb_cursor_open(txn, e->ages, &cursor);
		if (rc != 0)
			return rc;
		rc = mdb_cursor_get(cursor, &age, &data, MDB_FIRST);
		if (rc == 0 && age.mv_size != AGE_LEN)
			rc = MDB_CORRUPTED;
		for (int b = 0; rc == 0 && b < 8; b++)
			saved_ms =
			    saved_ms << 8 | ((const uint8_t *)age.mv_data)[b];
		if (rc != 0 ||
		    (bytes <= limits->max_bytes &&
			!is_expired(limits, saved_ms))) {
			mdb_cursor_close(cursor);
			return rc == MDB_NOTFOUND ? 0 : rc;
		}
		memcpy(id, (const uint8_t *)age.mv_data + 8, ID_LEN);
		k = (MDB_val){ID_LEN, id};
		rc = mdb_cursor_del(cursor, 0);
		mdb_cursor_close(cursor);
		if (rc == 0)
			rc = mdb_del(txn, e->values, &k, NULL);
		if (rc != 0 && rc != MDB_NOTFOUND)
			return rc;
	}
	return 0;
}

static int
write_once(const struct sticky_limits *limits, struct sticky_env *e,
    const struct sticky_change *c)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(e->env, NULL, 0, &txn);

	if (rc != 0)
		return rc;
	rc = apply(e, txn, c);
	if (rc == 0)
		rc = evict(limits, e, txn);
	if (rc != 0) {
		mdb_txn_abort(txn);
		return rc;
	}
	return mdb_txn_commit(txn);
}

/* Dead readers keep old pages from being used again. */
int
sticky_values_change(const struct sticky_limits *limits, struct sticky_env *e,
    const struct sticky_change *c)
{
	int dead = 0, rc;

	if (e->n_writes++ % CHECK_EVERY == 0)
		mdb_reader_check(e->env, &dead);
	rc = write_once(limits, e, c);
	if (rc == MDB_MAP_FULL && mdb_reader_check(e->env, &dead) == 0 &&
	    dead > 0)
		rc = write_once(limits, e, c);
	return rc;
}

int
sticky_values_count(struct sticky_env *e, struct fg_sticky_store_info *info)
{
	MDB_stat stat;
	MDB_txn *txn;
	int rc = begin_read(e, &txn);

	if (rc != 0)
		return rc;
	rc = mdb_stat(txn, e->values, &stat);
	info->n_values = stat.ms_entries;
	if (rc == 0)
		rc = bytes_in_use(e, txn, &info->n_bytes);
	mdb_txn_abort(txn);
	return rc;
}
