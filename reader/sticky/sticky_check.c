/*
 * The layout is that of LMDB 0.9, data format 1, on a little-endian machine of
 * 64 bits: pages with a 16-byte header, the first two of them metas.
 */
#include "reader/sticky/sticky_check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/endian.h"

enum {
	PAGE_HEAD = 16,
	NODE_HEAD = 8,
	DB_LEN = 48,
	META_LEN = PAGE_HEAD + 136,
	MAX_DEPTH = 30, /* LMDB's stack has 32 */
	MIN_PAGE = 512,
	MAX_PAGE = 65536,
};

enum {
	P_BRANCH = 1,
	P_LEAF = 2,
	P_OVERFLOW = 4,
	P_META = 8,
};

enum {
	F_BIGDATA = 1,
	F_SUBDATA = 2,
};

#define META_MAGIC   0xbeefc0de
#define META_VERSION 1
#define NO_PAGE      UINT64_MAX

struct meta {
	uint32_t page_size;
	uint8_t dbs[2][DB_LEN]; /* free pages; everything else */
	uint64_t last_page, txn;
};

struct walk {
	int fd;
	uint32_t page_size;
	uint64_t n_pages, file_pages;
	uint8_t *seen;   /* a byte a page: it belongs to something */
	uint8_t *pages;  /* one for each level, and one for the metas */
	unsigned nested; /* databases around this one */
	enum fg_status status;
};

static bool
fail(struct walk *w, enum fg_status status)
{
	if (w->status == FG_OK)
		w->status = status;
	return false;
}

static bool
read_at(struct walk *w, uint8_t *to, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t got = pread(w->fd, to, n, (off_t)at);

		if (got < 0)
			return fail(w, FG_E_IO);
		if (got == 0)
			return fail(w, FG_E_CORRUPT);
		to += got;
		n -= (size_t)got;
		at += (uint64_t)got;
	}
	return true;
}

/* A page belongs to one thing; what is free may lie beyond the file's end. */
static bool
claim(struct walk *w, uint64_t page, uint64_t n, bool is_free)
{
	uint64_t end = is_free ? w->n_pages : w->file_pages;

	if (page < 2 || page >= end || n > end - page || n > w->n_pages - page)
		return fail(w, FG_E_CORRUPT);
	for (uint64_t i = 0; i < n; i++)
		if (w->seen[page + i]++ != 0)
			return fail(w, FG_E_CORRUPT);
	return true;
}

static bool walk_db(struct walk *w, const uint8_t *db, bool is_free);

/* A value of the list of free pages: their number, and they. */
static bool
claim_free(struct walk *w, const uint8_t *data, size_t n)
{
	uint64_t count = n >= 8 ? le64dec(data) : 0;

	if (n < 8 || count > n / 8 - 1)
		return fail(w, FG_E_CORRUPT);
	for (uint64_t i = 1; i <= count; i++)
		if (!claim(w, le64dec(data + 8 * i), 1, true))
			return false;
	return true;
}

/* Pages of one long value. */
static bool
walk_long(struct walk *w, uint64_t page, size_t n, bool is_free)
{
	uint64_t n_pages = (PAGE_HEAD + n + w->page_size - 1) / w->page_size;
	uint8_t head[PAGE_HEAD], *data;
	bool ok;

	if (!claim(w, page, n_pages, false) ||
	    !read_at(w, head, sizeof(head), page * w->page_size))
		return false;
	if (le64dec(head) != page || le16dec(head + 10) != P_OVERFLOW ||
	    le32dec(head + 12) != n_pages)
		return fail(w, FG_E_CORRUPT);
	if (!is_free)
		return true;
	data = malloc(n);
	if (data == NULL)
		return fail(w, FG_E_NOMEM);
	ok = read_at(w, data, n, page * w->page_size + PAGE_HEAD) &&
	    claim_free(w, data, n);
	free(data);
	return ok;
}

static bool
walk_leaf_node(struct walk *w, const uint8_t *node, size_t left, bool is_free)
{
	size_t key_len = le16dec(node + 6);
	size_t n = le16dec(node) | (size_t)le16dec(node + 2) << 16;
	unsigned flags = le16dec(node + 4);
	const uint8_t *data = node + NODE_HEAD + key_len;

	left -= NODE_HEAD; /* the caller has seen to that and to the key */
	left -= key_len;
	if ((flags & ~(unsigned)(F_BIGDATA | F_SUBDATA)) != 0)
		return fail(w, FG_E_CORRUPT);
	if ((flags & F_BIGDATA) != 0)
		return left >= 8 ? walk_long(w, le64dec(data), n, is_free)
				 : fail(w, FG_E_CORRUPT);
	if (n > left)
		return fail(w, FG_E_CORRUPT);
	if ((flags & F_SUBDATA) != 0)
		return n == DB_LEN && !is_free ? walk_db(w, data, false)
					       : fail(w, FG_E_CORRUPT);
	return !is_free || claim_free(w, data, n);
}

/*
 * A page and all below it.  level counts down to the leaves, which are level 1;
 * a page of each level is in memory, at base + level.
 */
static bool
walk_page(
    struct walk *w, uint64_t page, unsigned level, unsigned base, bool is_free)
{
	uint8_t *at = w->pages + (size_t)(base + level) * w->page_size;
	unsigned lower, upper, want = level == 1 ? P_LEAF : P_BRANCH;

	if (!claim(w, page, 1, false) ||
	    !read_at(w, at, w->page_size, page * w->page_size))
		return false;
	lower = le16dec(at + 12);
	upper = le16dec(at + 14);
	if (le64dec(at) != page || le16dec(at + 10) != want ||
	    lower < PAGE_HEAD || lower > upper || upper > w->page_size ||
	    (lower & 1) != 0 || (want == P_BRANCH && lower < PAGE_HEAD + 4))
		return fail(w, FG_E_CORRUPT);
	for (unsigned i = PAGE_HEAD; i < lower; i += 2) {
		size_t node = le16dec(at + i), left = w->page_size - node;
		uint64_t child;

		if (node < upper || node > w->page_size - NODE_HEAD ||
		    (node & 1) != 0 ||
		    le16dec(at + node + 6) > left - NODE_HEAD)
			return fail(w, FG_E_CORRUPT);
		if (want == P_LEAF) {
			if (!walk_leaf_node(w, at + node, left, is_free))
				return false;
			continue;
		}
		child = le16dec(at + node) |
		    (uint64_t)le16dec(at + node + 2) << 16 |
		    (uint64_t)le16dec(at + node + 4) << 32;
		if (!walk_page(w, child, level - 1, base, is_free))
			return false;
	}
	return true;
}

/* One within another lies at most two deep: the main one has no others. */
static bool
walk_db(struct walk *w, const uint8_t *db, bool is_free)
{
	uint64_t root = le64dec(db + 40);
	unsigned depth = le16dec(db + 6);
	bool ok;

	if (root == NO_PAGE)
		return depth == 0 || fail(w, FG_E_CORRUPT);
	if (depth == 0 || depth > MAX_DEPTH || w->nested > 1)
		return fail(w, FG_E_CORRUPT);
	ok = walk_page(w, root, depth, w->nested++ * MAX_DEPTH, is_free);
	w->nested--;
	return ok;
}

static bool
read_meta(struct walk *w, uint64_t at, struct meta *out)
{
	uint8_t bytes[META_LEN];
	const uint8_t *m = bytes + PAGE_HEAD;

	if (!read_at(w, bytes, sizeof(bytes), at))
		return false;
	if (le16dec(bytes + 10) != P_META || le32dec(m) != META_MAGIC ||
	    le32dec(m + 4) != META_VERSION)
		return fail(w, FG_E_CORRUPT);
	memcpy(out->dbs, m + 24, sizeof(out->dbs));
	out->page_size = le32dec(m + 24);
	out->last_page = le64dec(m + 120);
	out->txn = le64dec(m + 128);
	return true;
}

/* The newer one of the two. */
static bool
read_metas(struct walk *w, struct meta *out)
{
	struct meta a, b;

	if (!read_meta(w, 0, &a))
		return false;
	w->page_size = a.page_size;
	if (w->page_size < MIN_PAGE || w->page_size > MAX_PAGE ||
	    (w->page_size & (w->page_size - 1)) != 0)
		return fail(w, FG_E_CORRUPT);
	if (!read_meta(w, w->page_size, &b))
		return false;
	if (b.page_size != a.page_size)
		return fail(w, FG_E_CORRUPT);
	*out = a.txn < b.txn ? b : a;
	return true;
}

static bool
look_through(struct walk *w, uint64_t file_size)
{
	struct meta m;

	if (!read_metas(w, &m))
		return false;
	w->file_pages = file_size / w->page_size;
	w->n_pages = m.last_page + 1;
	/* Free pages at its end may never have been written, but not many. */
	if (m.last_page < 1 ||
	    m.last_page > file_size * 4 / w->page_size + 65536)
		return fail(w, FG_E_CORRUPT);
	w->seen = calloc(1, w->n_pages);
	w->pages = malloc((size_t)(2 * MAX_DEPTH + 1) * w->page_size);
	if (w->seen == NULL || w->pages == NULL)
		return fail(w, FG_E_NOMEM);
	return walk_db(w, m.dbs[0], true) && walk_db(w, m.dbs[1], false);
}

bool
sticky_check_is_long(int fd)
{
	struct walk w = {.fd = fd};
	struct meta m;
	struct stat st;

	/* The length last: who writes makes it longer before the head says. */
	bool has_head = read_metas(&w, &m);

	if (fstat(fd, &st) != 0)
		return false;
	return st.st_size == 0 ||
	    (has_head && m.last_page < (uint64_t)st.st_size / w.page_size);
}

enum fg_status
sticky_check(int fd)
{
	struct walk w = {.fd = fd};
	struct stat st;

	if (fstat(fd, &st) != 0)
		return FG_E_IO;
	if (st.st_size == 0)
		return FG_OK;
	look_through(&w, (uint64_t)st.st_size);
	free(w.seen);
	free(w.pages);
	return w.status;
}
