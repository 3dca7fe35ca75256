/* Beside the rules: how far each queue segment was shipped. */
#include "syncer/store_internal.h"

#include <stdlib.h>
#include <string.h>

#include "common/endian.h"

static enum fg_status
write_ops(struct store *s, const struct store_op *ops, size_t n)
{
	enum fg_status st;

	if (s->env->kv == NULL) {
		st = store_rebuild(s, "data.mdb cannot be opened");
		if (st != FG_OK)
			return st;
	}
	st = store_kv_write(s->env->kv, ops, n);
	if (st != FG_OK)
		store_after_failure(s);
	return st;
}

enum fg_status
store_position(struct store *s, const uint8_t id[16], uint64_t *pos)
{
	struct store_key key = store_key_bytes('q', id, 16);
	struct store_bytes v;
	enum fg_status st;

	if (s->env->kv == NULL)
		return FG_E_IO;
	st = store_kv_get(s->env->kv, &key, &v);
	if (st != FG_OK)
		return st;
	if (v.len != 8)
		return FG_E_CORRUPT;
	*pos = le64dec(v.data);
	return FG_OK;
}

enum fg_status
store_positions_save(
    struct store *s, const struct store_position *changes, size_t n)
{
	struct store_op *ops;
	uint8_t *values;
	enum fg_status st = FG_E_NOMEM;

	if (n == 0)
		return FG_OK;
	ops = calloc(n, sizeof(*ops));
	values = calloc(n, 8);
	if (ops != NULL && values != NULL) {
		for (size_t i = 0; i < n; i++) {
			le64enc(values + 8 * i, changes[i].pos);
			ops[i].key = store_key_bytes('q', changes[i].id, 16);
			ops[i].len = 8;
			if (changes[i].pos != UINT64_MAX)
				ops[i].data = values + 8 * i;
		}
		st = write_ops(s, ops, n);
	}
	free(ops);
	free(values);
	return st;
}

struct each_position {
	bool (*each)(void *arg, const struct store_position *p);
	void *arg;
};

static bool
tell_position(void *arg, const struct store_key *key, struct store_bytes v)
{
	struct each_position *e = arg;
	struct store_position p;

	if (key->len != 17 || v.len != 8)
		return true;
	memcpy(p.id, key->bytes + 1, 16);
	p.pos = le64dec(v.data);
	return e->each(e->arg, &p);
}

enum fg_status
store_positions_each(struct store *s,
    bool (*each)(void *arg, const struct store_position *p), void *arg)
{
	struct store_key prefix = store_key_bytes('q', NULL, 0);
	struct each_position e = {each, arg};

	if (s->env->kv == NULL)
		return FG_E_IO;
	return store_kv_each(s->env->kv, &prefix, tell_position, &e);
}
