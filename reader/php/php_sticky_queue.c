/* What the library tells a storage, until PHP may run. */
#include "php_sticky.h"

#include <stdlib.h>
#include <string.h>

/* Before the bytes of key, name and record, each ended by a NUL. */
struct entry {
	size_t key_len, name_len, record_len;
	bool has_name, has_record;
};

/*
 * Called by the library: no PHP, and none of its memory either, for that ends
 * a request when there is no more.
 */
static char *
room_for(size_t n)
{
	size_t used = FORKGATE_G(sticky_n), cap = FORKGATE_G(sticky_cap);
	char *bytes = FORKGATE_G(sticky);

	if (n > SIZE_MAX / 2 - used)
		return NULL;
	if (cap - used < n) {
		cap = 2 * (used + n);
		bytes = realloc(bytes, cap);
		if (bytes == NULL)
			return NULL;
		FORKGATE_G(sticky) = bytes;
		FORKGATE_G(sticky_cap) = cap;
	}
	FORKGATE_G(sticky_n) += n;
	return bytes + used;
}

static char *
put_bytes(char *at, const void *bytes, size_t n)
{
	if (n > 0)
		memcpy(at, bytes, n);
	at[n] = '\0';
	return at + n + 1;
}

static enum fg_status
put(const char *key, const char *name, const void *record, size_t len)
{
	struct entry e = {.key_len = strlen(key),
	    .name_len = name != NULL ? strlen(name) : 0,
	    .record_len = len,
	    .has_name = name != NULL,
	    .has_record = record != NULL};
	char *at =
	    room_for(sizeof(e) + e.key_len + e.name_len + e.record_len + 3);

	if (at == NULL)
		return FG_E_NOMEM;
	memcpy(at, &e, sizeof(e));
	at = put_bytes(at + sizeof(e), key, e.key_len);
	at = put_bytes(at, name, e.name_len);
	put_bytes(at, record, e.record_len);
	return FG_OK;
}

static enum fg_status
load(void *arg, const char *key, fg_sticky_found found, void *to)
{
	enum fg_status st = put(key, NULL, NULL, 0);

	(void)arg;
	(void)found;
	(void)to;
	return st == FG_OK ? FG_ABSENT : st;
}

static enum fg_status
save(void *arg, const char *key, const char *name, const void *record,
    size_t len)
{
	(void)arg;
	return put(key, name, record, len);
}

static enum fg_status
removal(void *arg, const char *key, const char *name)
{
	(void)arg;
	return put(key, name, NULL, 0);
}

const struct fg_sticky_storage php_sticky_queue = {
    .load = load, .save = save, .remove = removal};

/* Reads one entry; where the next one begins. */
static size_t
get(size_t at, struct php_sticky_op *op)
{
	const char *bytes = FORKGATE_G(sticky) + at;
	struct entry e;

	memcpy(&e, bytes, sizeof(e));
	bytes += sizeof(e);
	op->key = zend_string_init(bytes, e.key_len, false);
	bytes += e.key_len + 1;
	op->name =
	    e.has_name ? zend_string_init(bytes, e.name_len, false) : NULL;
	bytes += e.name_len + 1;
	op->record =
	    e.has_record ? zend_string_init(bytes, e.record_len, false) : NULL;
	return at + sizeof(e) + e.key_len + e.name_len + e.record_len + 3;
}

struct php_sticky_op *
php_sticky_take(size_t *n)
{
	size_t end = FORKGATE_G(sticky_n), cap = 0;
	struct php_sticky_op *ops = NULL;

	*n = 0;
	FORKGATE_G(sticky_n) = 0; /* also if there is no memory */
	for (size_t at = 0; at < end; (*n)++) {
		if (*n == cap) {
			cap = 2 * cap + 4;
			ops = safe_erealloc(ops, cap, sizeof(*ops), 0);
		}
		at = get(at, &ops[*n]);
	}
	return ops;
}

void
php_sticky_free(struct php_sticky_op *ops, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		zend_string_release(ops[i].key);
		if (ops[i].name != NULL)
			zend_string_release(ops[i].name);
		if (ops[i].record != NULL)
			zend_string_release(ops[i].record);
	}
	if (ops != NULL)
		efree(ops);
}

zend_string *
php_sticky_take_key(void)
{
	zend_string *key = NULL;
	size_t n;
	struct php_sticky_op *ops = php_sticky_take(&n);

	if (n > 0)
		key = zend_string_copy(ops[n - 1].key);
	php_sticky_free(ops, n);
	return key;
}

void
php_sticky_request_end(void)
{
	free(FORKGATE_G(sticky));
	FORKGATE_G(sticky) = NULL;
	FORKGATE_G(sticky_n) = FORKGATE_G(sticky_cap) = 0;
}
