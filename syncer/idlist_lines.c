#include "syncer/idlist_lines.h"

#include <stdlib.h>
#include <string.h>

#include "common/idlist.h"

#define FIRST_CAP 1024

static enum fg_status
put(struct idlist_lines *l, uint64_t entry)
{
	uint64_t *more;
	size_t cap;

	if (l->n == l->cap) {
		cap = l->cap == 0 ? FIRST_CAP : l->cap + l->cap / 2;
		more = realloc(l->at, cap * sizeof(*more));
		if (more == NULL)
			return FG_E_NOMEM;
		l->at = more;
		l->cap = cap;
	}
	l->at[l->n++] = entry;
	return FG_OK;
}

static enum fg_status
take_line(struct idlist_lines *l, const char *line, size_t n)
{
	uint64_t key;

	if (n > 0 && line[n - 1] == '\r')
		n--;
	if (n != IDLIST_LINE || (line[0] != '+' && line[0] != '-') ||
	    !idlist_key_of_text(line + 1, &key))
		return FG_OK;
	return put(l, idlist_entry(key, line[0] == '+'));
}

/* Keeps the begin of a line whose end has not come; more than fits is none. */
static void
keep(struct idlist_lines *l, const char *bytes, size_t n)
{
	if (n > sizeof(l->line) - l->len)
		l->too_long = true;
	if (l->too_long)
		return;
	memcpy(l->line + l->len, bytes, n);
	l->len += n;
}

static enum fg_status
end_line(struct idlist_lines *l)
{
	enum fg_status st = l->too_long ? FG_OK : take_line(l, l->line, l->len);

	l->len = 0;
	l->too_long = false;
	return st;
}

enum fg_status
idlist_lines_add(struct idlist_lines *l, const char *bytes, size_t n)
{
	const char *at = bytes, *end = bytes + n, *lf;
	enum fg_status st = FG_OK;

	if (n > 0 && l->bytes == 0)
		l->first = *bytes;
	while (st == FG_OK && at < end &&
	    (lf = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if (l->len > 0 || l->too_long) {
			keep(l, at, (size_t)(lf - at));
			st = end_line(l);
		} else {
			st = take_line(l, at, (size_t)(lf - at));
		}
		at = lf + 1;
		l->whole = l->bytes + (uint64_t)(at - bytes);
	}
	if (st == FG_OK && at < end)
		keep(l, at, (size_t)(end - at));
	l->bytes += n;
	return st;
}

enum fg_status
idlist_lines_end(struct idlist_lines *l)
{
	size_t before = l->n;
	enum fg_status st = end_line(l);

	if (l->n > before)
		l->whole = l->bytes;
	return st;
}

void
idlist_lines_free(struct idlist_lines *l)
{
	free(l->at);
	*l = (struct idlist_lines){.n = 0};
}
