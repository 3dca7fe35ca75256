#include "syncer/idlist_lookup.h"

#include <stdlib.h>
#include <string.h>

#include "common/idlist.h"
#include "syncer/json.h"

/* ---- texts ---- */

void
idlist_file_free(struct idlist_file *file)
{
	free(file->id.bytes);
	*file = (struct idlist_file){.created_ms = 0};
}

bool
idlist_text_same(const struct idlist_text *a, const struct idlist_text *b)
{
	if (a->bytes == NULL || b->bytes == NULL)
		return a->bytes == b->bytes;
	return a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

enum fg_status
idlist_text_copy(struct idlist_text *to, const struct idlist_text *from)
{
	char *bytes = NULL;

	if (from->bytes != NULL) {
		bytes = malloc(from->n + 1);
		if (bytes == NULL)
			return FG_E_NOMEM;
		memcpy(bytes, from->bytes, from->n);
		bytes[from->n] = '\0';
	}
	free(to->bytes);
	*to = (struct idlist_text){bytes, from->n};
	return FG_OK;
}

static enum fg_status
decode(const char *raw, size_t n, struct idlist_text *out)
{
	struct json_buf buf = {NULL, 0};
	const char *s;
	size_t len;
	enum fg_status st = json_string(raw, n, &buf, &s, &len);

	if (st == FG_OK)
		st = idlist_text_copy(
		    out, &(struct idlist_text){(char *)(uintptr_t)s, len});
	free(buf.bytes);
	return st;
}

static enum fg_status
decode_value(const struct json_span *v, struct idlist_text *out)
{
	if (json_kind_of(*v->text) != JSON_STRING)
		return FG_E_INVALID;
	return decode(v->text + 1, v->n - 2, out);
}

static void
listing_free(struct idlist_listing *l)
{
	free(l->name.bytes);
	free(l->url.bytes);
	idlist_file_free(&l->file);
	*l = (struct idlist_listing){.size = 0};
}

void
idlist_lookup_free(struct idlist_lookup *lookup)
{
	for (size_t i = 0; i < lookup->n; i++)
		listing_free(&lookup->at[i]);
	free(lookup->at);
	*lookup = (struct idlist_lookup){.n = 0};
}

/* ---- an answer ---- */

enum member {
	NAME,
	URL,
	SIZE,
	CREATED,
	FILE_ID,
	N_MEMBERS
};

static enum member
member_of(const char *key, size_t n)
{
	static const struct {
		const char *key;
		enum member member;
	} members[] = {
	    {"name", NAME},
	    {"key", NAME},
	    {"url", URL},
	    {"size", SIZE},
	    {"creationTime", CREATED},
	    {"fileID", FILE_ID},
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strlen(members[i].key) == n &&
		    memcmp(members[i].key, key, n) == 0)
			return members[i].member;
	return N_MEMBERS;
}

static enum fg_status
take_member(
    struct idlist_listing *l, enum member member, const struct json_span *v)
{
	struct idlist_text unused = {NULL, 0};
	enum fg_status st = FG_OK;

	switch (member) {
	case NAME: /* must be there, but the key is what counts */
		st = decode_value(v, &unused);
		free(unused.bytes);
		break;
	case URL:
		st = decode_value(v, &l->url);
		break;
	case SIZE:
		st = json_u64(v->text, v->n, &l->size) ? FG_OK : FG_E_INVALID;
		break;
	case CREATED:
		st = json_i64(v->text, v->n, &l->file.created_ms)
		    ? FG_OK
		    : FG_E_INVALID;
		break;
	case FILE_ID:
		if (json_kind_of(*v->text) != JSON_NULL)
			st = decode_value(v, &l->file.id);
		break;
	case N_MEMBERS:
		break;
	}
	return st;
}

static enum fg_status
read_listing(struct json_walk *walk, struct idlist_listing *l)
{
	struct json_span value;
	const char *key;
	size_t key_len;
	unsigned seen = 0;
	enum fg_status st = FG_OK;

	while (st == FG_OK && json_walk_next(walk, &key, &key_len)) {
		enum member member = member_of(key, key_len);

		value = json_walk_value(walk);
		if (member != N_MEMBERS && (seen & 1U << member) != 0)
			st = FG_E_INVALID;
		else
			st = take_member(l, member, &value);
		seen |= 1U << member;
	}
	if (st == FG_OK &&
	    (seen & ((1U << FILE_ID) - 1)) != (1U << FILE_ID) - 1)
		st = FG_E_INVALID;
	return st;
}

static enum fg_status
add(struct idlist_lookup *out, struct idlist_listing *l)
{
	struct idlist_listing *more;

	if (l->name.n > IDLIST_MAX_NAME || l->url.n > IDLIST_MAX_TEXT ||
	    l->file.id.n > IDLIST_MAX_TEXT || strlen(l->url.bytes) < l->url.n) {
		out->n_left_out++;
		listing_free(l);
		return FG_OK;
	}
	if (out->n == IDLIST_MAX_LISTS)
		return FG_E_SPACE;
	if ((out->n & (out->n - 1)) == 0) {
		more = realloc(
		    out->at, (out->n > 0 ? out->n * 2 : 1) * sizeof(*more));
		if (more == NULL)
			return FG_E_NOMEM;
		out->at = more;
	}
	out->at[out->n++] = *l;
	return FG_OK;
}

static int
by_name(const void *a, const void *b)
{
	const struct idlist_listing *x = a, *y = b;
	size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
	int order = memcmp(x->name.bytes, y->name.bytes, n);

	if (order == 0)
		order = (x->name.n > y->name.n) - (x->name.n < y->name.n);
	return order != 0 ? order : (x->size > y->size) - (x->size < y->size);
}

/* Sorted; of one name the file with the most bytes stays. */
static void
drop_repeats(struct idlist_lookup *l)
{
	size_t n = 0;

	if (l->n == 0)
		return;
	qsort(l->at, l->n, sizeof(*l->at), by_name);
	for (size_t i = 0; i < l->n; i++) {
		if (i + 1 < l->n &&
		    idlist_text_same(&l->at[i].name, &l->at[i + 1].name))
			listing_free(&l->at[i]);
		else
			l->at[n++] = l->at[i];
	}
	l->n = n;
}

static enum fg_status
read_all(const char *text, size_t n, struct idlist_lookup *out)
{
	struct json_walk walk, inner;
	const char *key;
	size_t key_len;
	enum fg_status st = FG_OK;

	if (!json_walk_begin(&walk, text, n) || !walk.keyed)
		return FG_E_INVALID;
	while (st == FG_OK && json_walk_next(&walk, &key, &key_len)) {
		struct idlist_listing l = {.size = 0};

		if (!json_walk_enter(&walk, &inner) || !inner.keyed)
			return FG_E_INVALID;
		st = read_listing(&inner, &l);
		if (st == FG_OK)
			json_walk_leave(&walk, &inner);
		if (st == FG_OK)
			st = decode(key, key_len, &l.name);
		if (st == FG_OK)
			st = add(out, &l);
		if (st != FG_OK)
			listing_free(&l);
	}
	return st;
}

enum fg_status
idlist_lookup_read(
    const char *text, size_t n, struct idlist_lookup *out, const char **why)
{
	size_t end;
	enum fg_status st = json_check_why(text, n, &end, why);

	*out = (struct idlist_lookup){.n = 0};
	if (st != FG_OK)
		return st;
	while (end < n && strchr(" \t\r\n", text[end]) != NULL)
		end++;
	*why = "more follows behind the JSON text";
	if (end < n)
		return FG_E_INVALID;
	*why = "it is no object of ID lists with name, url, size and "
	       "creationTime";
	while (n > 0 && strchr(" \t\r\n", *text) != NULL) {
		text++;
		n--;
	}
	st = read_all(text, n, out);
	if (st == FG_E_SPACE)
		*why = "it names more than 10000 ID lists";
	if (st == FG_OK)
		drop_repeats(out);
	return st == FG_E_SPACE ? FG_E_INVALID : st;
}

/* ---- what follows ---- */

enum idlist_step
idlist_lookup_step(const struct idlist_file *held, uint64_t position,
    const struct idlist_listing *listing)
{
	const struct idlist_file *now = &listing->file;

	if (held == NULL)
		return IDLIST_ANEW;
	if (!idlist_text_same(&held->id, &now->id))
		return now->created_ms >= held->created_ms ? IDLIST_ANEW
							   : IDLIST_KEEP;
	if (now->created_ms > held->created_ms || listing->size < position)
		return IDLIST_ANEW;
	return listing->size > position ? IDLIST_MORE : IDLIST_KEEP;
}
