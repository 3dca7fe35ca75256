/*
 * store_kv: the store's use of LMDB, and nothing else of LMDB.
 *
 * Keys and values in one unnamed database.  A write is a batch, one synced
 * transaction: all of it or nothing.  A value that readers use is padded to at
 * least the page size, so that it gets overflow pages of its own, which stay
 * where they are until the key is deleted; store_kv_learn tells where that is
 * in the file and proves it.
 *
 * Pointers that are handed out lie in LMDB's map: they hold until the next
 * write.
 */
#ifndef SYNCER_STORE_KV_H
#define SYNCER_STORE_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

#define STORE_KV_KEY 128 /* longest key */

struct store_kv;

struct store_key {
	uint8_t bytes[STORE_KV_KEY];
	size_t len;
};

struct store_bytes {
	const uint8_t *data;
	size_t len;
};

struct store_op {
	struct store_key key;
	const void *data; /* NULL deletes; a key that is not there is fine */
	size_t len;
	bool lasting; /* for readers: padded, in pages of its own */
	bool spend;   /* data, private memory, is emptied as it is copied */
};

struct store_kv_options {
	uint64_t max_bytes;
	/* Called before the map grows, with the new size. */
	void (*growing)(void *arg, uint64_t bytes);
	void *arg;
};

/*
 * Opens or makes data.mdb and lock.mdb in the folder at path.  lock.mdb is
 * 0600 before data.mdb becomes 0640.  FG_E_VERSION for a file of another LMDB,
 * FG_E_UNSUPPORTED when this code runs with another LMDB than 0.9.
 */
enum fg_status store_kv_open(const char *path,
    const struct store_kv_options *options, struct store_kv **out);
void store_kv_close(struct store_kv *kv);

/*
 * Looks through a file in a child process, so that a damaged one cannot take
 * this process down: every key, value and free page.  FG_OK, FG_E_CORRUPT,
 * FG_E_VERSION; FG_ABSENT when there is no data.mdb.  No store_kv may be open.
 */
enum fg_status store_kv_check(const char *path);

enum fg_status store_kv_write(
    struct store_kv *kv, const struct store_op *ops, size_t n);

/* FG_ABSENT when there is no such key. */
enum fg_status store_kv_get(
    struct store_kv *kv, const struct store_key *key, struct store_bytes *out);

/* Calls each for every key that begins so, in order, until it returns false. */
enum fg_status store_kv_each(struct store_kv *kv,
    const struct store_key *prefix,
    bool (*each)(void *arg, const struct store_key *key, struct store_bytes v),
    void *arg);

/*
 * Where a value that store_kv_get gave lies in data.mdb, proved: its own
 * overflow page says so, and reading the file there gives the same bytes.
 * FG_E_CORRUPT if not: then it must not be published.
 */
enum fg_status store_kv_learn(
    struct store_kv *kv, struct store_bytes value, uint64_t *place);

/*
 * The arithmetic of it: whether a page header, 16 bytes, is that of an
 * overflow page whose value of len bytes begins at this place.
 */
bool store_kv_place_ok(
    const uint8_t header[16], uint64_t place, size_t len, size_t page_size);

size_t store_kv_page_size(const struct store_kv *kv);
uint64_t store_kv_map_size(const struct store_kv *kv);
uint64_t store_kv_remaps(const struct store_kv *kv);
int store_kv_fd(const struct store_kv *kv); /* of data.mdb; borrowed */

/* Whether LMDB gave up after a failed write: close and open again. */
bool store_kv_panicked(const struct store_kv *kv);

#endif /* SYNCER_STORE_KV_H */
