#include "syncer/idlist.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/idlist.h"

#define DIGIT    16 /* bits that are sorted at once */
#define N_DIGITS ((size_t)1 << DIGIT)

/* Entries as of common/idlist.h. */
struct entries {
	uint64_t *at;
	size_t n;
};

/* ---- sorting ---- */

/* By one digit of the key; equal ones keep their order. */
static void
sort_digit(
    const uint64_t *from, uint64_t *to, size_t n, unsigned shift, size_t *place)
{
	size_t sum = 0;

	memset(place, 0, N_DIGITS * sizeof(*place));
	for (size_t i = 0; i < n; i++)
		place[from[i] >> shift & (N_DIGITS - 1)]++;
	for (size_t d = 0; d < N_DIGITS; d++) {
		size_t count = place[d];

		place[d] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		to[place[from[i] >> shift & (N_DIGITS - 1)]++] = from[i];
}

/* By keys, and of equal ones the last stays. */
static enum fg_status
sort(struct entries *e)
{
	uint64_t *other = malloc((e->n + 1) * sizeof(*other)), *swap;
	size_t *place = malloc(N_DIGITS * sizeof(*place)), n = 0;

	if (other == NULL || place == NULL) {
		free(other);
		free(place);
		return FG_E_NOMEM;
	}
	for (unsigned shift = 1; shift <= IDLIST_KEY_BITS; shift += DIGIT) {
		sort_digit(e->at, other, e->n, shift, place);
		swap = e->at;
		e->at = other;
		other = swap;
	}
	for (size_t i = 0; i < e->n; i++)
		if (i + 1 == e->n || e->at[i] >> 1 != e->at[i + 1] >> 1)
			e->at[n++] = e->at[i];
	e->n = n;
	free(other);
	free(place);
	return FG_OK;
}

/* Leaves nothing in lines. */
static enum fg_status
take_sorted(struct idlist_lines *lines, struct entries *out)
{
	*out = (struct entries){lines->at, lines->n};
	lines->at = NULL;
	idlist_lines_free(lines);
	return sort(out);
}

/* ---- values ---- */

static enum fg_status
make_base(const void *name, size_t name_len, struct entries *e,
    struct idlist_values *out)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++)
		if ((e->at[i] & 1) != 0)
			e->at[n++] = e->at[i];
	e->n = n;
	if (n > IDLIST_MAX_IDS)
		return FG_E_SPACE;
	return idlist_make(IDLIST_BASE, 0, name, name_len, e->at, n, &out->base,
	    &out->base_len);
}

enum fg_status
idlist_build_lines(const void *name, size_t name_len,
    struct idlist_lines *lines, struct idlist_values *out)
{
	struct entries e;
	enum fg_status st = take_sorted(lines, &e);

	*out = (struct idlist_values){0};
	if (st == FG_OK)
		st = make_base(name, name_len, &e, out);
	free(e.at);
	return st;
}

/* All of a text at once. */
static enum fg_status
read_text(const char *text, size_t n, struct idlist_lines *out)
{
	enum fg_status st;

	*out = (struct idlist_lines){.n = 0};
	st = idlist_lines_add(out, text, n);
	return st == FG_OK ? idlist_lines_end(out) : st;
}

enum fg_status
idlist_build(const void *name, size_t name_len, const char *text, size_t n,
    struct idlist_values *out)
{
	struct idlist_lines lines;
	enum fg_status st = read_text(text, n, &lines);

	*out = (struct idlist_values){0};
	if (st == FG_OK)
		st = idlist_build_lines(name, name_len, &lines, out);
	idlist_lines_free(&lines);
	return st;
}

/* Merges a list and news, which win, into entries with each key once. */
static enum fg_status
merge(
    const struct idlist *list, const struct entries *news, struct entries *out)
{
	struct idlist_walk walk = {.list = list};
	uint64_t entry;
	size_t i = 0;
	bool more;

	out->n = 0;
	out->at = malloc((list->n + news->n + 1) * sizeof(*out->at));
	if (out->at == NULL)
		return FG_E_NOMEM;
	for (more = idlist_next(&walk, &entry); more || i < news->n;) {
		bool take_news =
		    i < news->n && (!more || news->at[i] >> 1 <= entry >> 1);
		bool both = take_news && more && news->at[i] >> 1 == entry >> 1;

		out->at[out->n++] = take_news ? news->at[i++] : entry;
		if (!take_news || both)
			more = idlist_next(&walk, &entry);
	}
	return FG_OK;
}

/* What a base says already need not be said beside it. */
static void
drop_known(const struct idlist *base, struct entries *e)
{
	size_t n = 0;
	bool member;

	for (size_t i = 0; i < e->n; i++) {
		if (!idlist_find(base, e->at[i] >> 1, &member))
			member = false;
		if (member != ((e->at[i] & 1) != 0))
			e->at[n++] = e->at[i];
	}
	e->n = n;
}

static enum fg_status
open_held(
    const struct idlist_values *held, struct idlist *base, struct idlist *delta)
{
	enum fg_status st =
	    idlist_open(held->base, held->base_len, IDLIST_BASE, base);

	delta->n = 0;
	if (st != FG_OK || held->delta == NULL)
		return st;
	st = idlist_open(held->delta, held->delta_len, IDLIST_DELTA, delta);
	return st == FG_OK && delta->base != base->sum ? FG_E_CORRUPT : st;
}

static enum fg_status
rewrite(const struct idlist *base, const struct entries *delta,
    struct idlist_values *out)
{
	struct entries all = {0};
	enum fg_status st = merge(base, delta, &all);

	if (st == FG_OK)
		st = make_base(base->name, base->name_len, &all, out);
	free(all.at);
	return st;
}

enum fg_status
idlist_apply_lines(const struct idlist_values *held, struct idlist_lines *lines,
    struct idlist_values *out)
{
	struct entries news = {0}, all = {0};
	struct idlist base, delta;
	enum fg_status st = open_held(held, &base, &delta);

	*out = (struct idlist_values){0};
	if (st == FG_OK)
		st = take_sorted(lines, &news);
	if (st == FG_OK && held->delta != NULL) {
		st = merge(&delta, &news, &all);
		free(news.at);
		news = all;
	}
	if (st == FG_OK)
		drop_known(&base, &news);
	if (st == FG_OK && (news.n > IDLIST_MAX_DELTA || news.n > base.n / 20))
		st = rewrite(&base, &news, out);
	else if (st == FG_OK && news.n > 0)
		st = idlist_make(IDLIST_DELTA, base.sum, base.name,
		    base.name_len, news.at, news.n, &out->delta,
		    &out->delta_len);
	free(news.at);
	return st;
}

enum fg_status
idlist_apply(const struct idlist_values *held, const char *text, size_t n,
    struct idlist_values *out)
{
	struct idlist_lines lines;
	enum fg_status st = read_text(text, n, &lines);

	*out = (struct idlist_values){0};
	if (st == FG_OK)
		st = idlist_apply_lines(held, &lines, out);
	idlist_lines_free(&lines);
	return st;
}

enum fg_status
idlist_members(const struct idlist_values *held, uint64_t *members)
{
	struct idlist base, delta;
	struct idlist_walk walk = {.list = &delta};
	uint64_t entry;
	enum fg_status st = open_held(held, &base, &delta);

	if (st != FG_OK)
		return st;
	*members = base.n;
	while (delta.n > 0 && idlist_next(&walk, &entry))
		*members += (entry & 1) != 0 ? 1 : UINT64_MAX;
	return FG_OK;
}

void
idlist_values_free(struct idlist_values *values)
{
	free(values->base);
	free(values->delta);
	*values = (struct idlist_values){0};
}
