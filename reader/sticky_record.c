#include "reader/sticky_record.h"

#include <string.h>

#include "common/crc32c.h"
#include "common/endian.h"

#define MAGIC   0x76734746 /* "FGsv" */
#define VERSION 1

enum {
	AT_MAGIC = 0,
	AT_VERSION = 4,
	AT_LEN = 8,
	AT_SUM = 12,
	AT_FLAGS = 16,
	AT_SPEC_VERSION = 20,
	AT_TIME = 24,
	HEAD = 32,
};

enum {
	F_VALUE = 1,
	F_GROUP = 2,
	F_DELEGATE = 4,
	F_UNDELEGATED = 8,
	F_EXPLICIT = 16,
	F_TIME = 32,
	F_VERSION = 64,
};

#define PARAM_LEAST 28 /* bytes of a parameter whose texts are empty */

static uint32_t
sum_of(const uint8_t *bytes, size_t n)
{
	return crc32c(crc32c(0, bytes, AT_SUM), bytes + AT_FLAGS, n - AT_FLAGS);
}

/* --------------------------------------------------------------- encoding */

/* Counts when there is nowhere to write to. */
struct out {
	uint8_t *at; /* NULL: only counting */
	size_t n;
};

static void
put_bytes(struct out *o, const void *bytes, size_t n)
{
	if (o->at != NULL && n > 0)
		memcpy(o->at + o->n, bytes, n);
	o->n += n;
}

static void
put32(struct out *o, size_t x)
{
	uint8_t b[4];

	le32enc(b, (uint32_t)x);
	put_bytes(o, b, sizeof(b));
}

static void
put64(struct out *o, uint64_t x)
{
	uint8_t b[8];

	le64enc(b, x);
	put_bytes(o, b, sizeof(b));
}

static void
put_text(struct out *o, const char *text)
{
	size_t n = strlen(text);

	put32(o, n);
	put_bytes(o, text, n);
}

static void
put_exposures(struct out *o, const struct fg_exposure *list, size_t n)
{
	put32(o, n);
	for (size_t i = 0; i < n; i++) {
		put32(o, list[i].value);
		put_text(o, list[i].gate);
		put_text(o, list[i].rule_id);
	}
}

static uint64_t
number_of(const struct param *p)
{
	uint64_t x = 0;

	if (p->type == FG_BOOL)
		return p->boolean;
	if (p->type == FG_INT || p->type == FG_UINT || p->type == FG_DOUBLE)
		memcpy(&x, &p->number, sizeof(x));
	return x;
}

static void
put_params(struct out *o, const struct fg_params *params)
{
	put32(o, params->len);
	put_bytes(o, params->text, params->len);
	put32(o, params->n);
	for (size_t i = 0; i < params->n; i++) {
		const struct param *p = &params->members[i];
		bool is_string = p->type == FG_STRING;

		put32(o, p->type);
		put32(o, (size_t)(p->json - params->text));
		put32(o, p->json_len);
		put64(o, number_of(p));
		put32(o, p->key_len);
		put_bytes(o, p->key, p->key_len);
		put_text(o, is_string ? p->string : "");
	}
}

static uint32_t
flags_of(const struct fg_sticky_content *r)
{
	return (r->value ? F_VALUE : 0U) |
	    (r->group_name != NULL ? F_GROUP : 0U) |
	    (r->delegate != NULL ? F_DELEGATE : 0U) |
	    (r->undelegated != NULL ? F_UNDELEGATED : 0U) |
	    (r->explicit_params != NULL ? F_EXPLICIT : 0U) |
	    (r->lcut != 0 ? F_TIME : 0U) | (r->has_version ? F_VERSION : 0U);
}

static void
put_record(struct out *o, const struct fg_sticky_content *r)
{
	put32(o, MAGIC);
	put32(o, VERSION);
	put64(o, 0); /* length and sum, when they are known */
	put32(o, flags_of(r));
	put32(o, r->has_version ? r->version : 0);
	put64(o, r->lcut);
	put_text(o, r->rule_id);
	if (r->group_name != NULL)
		put_text(o, r->group_name);
	if (r->delegate != NULL)
		put_text(o, r->delegate);
	put_exposures(o, r->secondary, r->n_secondary);
	if (r->undelegated != NULL)
		put_exposures(o, r->undelegated, r->n_undelegated);
	if (r->explicit_params != NULL) {
		put32(o, r->n_explicit_params);
		for (size_t i = 0; i < r->n_explicit_params; i++)
			put_text(o, r->explicit_params[i]);
	}
	put_params(o, r->params);
}

enum fg_status
sticky_record_put(const struct fg_sticky_content *r, struct arena *a,
    const uint8_t **bytes, size_t *n)
{
	struct out o = {0};
	uint8_t *at;

	put_record(&o, r);
	if (o.n > STICKY_RECORD_MAX)
		return FG_E_SPACE;
	at = arena_get(a, o.n);
	if (at == NULL)
		return FG_E_NOMEM;
	o = (struct out){.at = at};
	put_record(&o, r);
	le32enc(at + AT_LEN, (uint32_t)o.n);
	le32enc(at + AT_SUM, sum_of(at, o.n));
	*bytes = at;
	*n = o.n;
	return FG_OK;
}

/* --------------------------------------------------------------- decoding */

/* After the first failure everything reads as empty. */
struct in {
	const uint8_t *next;
	size_t left;
	struct arena *arena;
	enum fg_status status;
};

static const uint8_t *
take(struct in *in, size_t n)
{
	const uint8_t *p = in->next;

	if (in->status != FG_OK)
		return NULL;
	if (n > in->left) {
		in->status = FG_E_CORRUPT;
		return NULL;
	}
	in->next += n;
	in->left -= n;
	return p;
}

static uint32_t
get32(struct in *in)
{
	const uint8_t *p = take(in, 4);

	return p != NULL ? le32dec(p) : 0;
}

static uint64_t
get64(struct in *in)
{
	const uint8_t *p = take(in, 8);

	return p != NULL ? le64dec(p) : 0;
}

/* How many entries follow, each of which takes at least that many bytes. */
static uint32_t
get_count(struct in *in, size_t least)
{
	uint32_t n = get32(in);

	if (n <= in->left / least)
		return n;
	in->status = FG_E_CORRUPT;
	return 0;
}

static void *
get_room(struct in *in, size_t n, size_t size)
{
	void *p = in->status == FG_OK ? arena_get(in->arena, n * size) : NULL;

	if (p == NULL && in->status == FG_OK)
		in->status = FG_E_NOMEM;
	return p;
}

/* A copy with a NUL behind it; never NULL. */
static const char *
get_bytes(struct in *in, size_t n)
{
	const uint8_t *p = take(in, n);
	char *text = p != NULL ? arena_text(in->arena, p, n) : NULL;

	if (p != NULL && text == NULL)
		in->status = FG_E_NOMEM;
	return text != NULL ? text : "";
}

/* One that was written from a text without a NUL in it. */
static const char *
get_text(struct in *in)
{
	uint32_t n = get32(in);
	const char *text = get_bytes(in, n);

	if (in->status == FG_OK && strlen(text) != n)
		in->status = FG_E_CORRUPT;
	return text;
}

static const struct fg_exposure *
get_exposures(struct in *in, size_t *n)
{
	uint32_t count = get_count(in, 12);
	struct fg_exposure *list = get_room(in, count + 1, sizeof(*list));

	*n = 0;
	for (uint32_t i = 0; list != NULL && i < count; i++) {
		list[i].value = get32(in) != 0;
		list[i].gate = get_text(in);
		list[i].rule_id = get_text(in);
	}
	*n = count;
	return list;
}

static const char *const *
get_texts(struct in *in, size_t *n)
{
	uint32_t count = get_count(in, 4);
	const char **list = get_room(in, count + 1, sizeof(*list));

	for (uint32_t i = 0; list != NULL && i < count; i++)
		list[i] = get_text(in);
	*n = count;
	return list;
}

/* Of another type than its own, a getter would find rubbish. */
static void
set_value(struct in *in, struct param *p, uint32_t type, uint64_t x)
{
	if (type > FG_OBJECT || (type == FG_BOOL && x > 1)) {
		in->status = FG_E_CORRUPT;
		return;
	}
	p->type = (enum fg_type)type;
	p->boolean = type == FG_BOOL && x != 0;
	memcpy(&p->number, &x, sizeof(x));
}

static void
get_param(struct in *in, const struct fg_params *params, struct param *p)
{
	uint32_t type = get32(in), at = get32(in), len = get32(in);
	uint64_t number = get64(in);

	*p = (struct param){.type = FG_NULL};
	set_value(in, p, type, number);
	if (at > params->len || len > params->len - at)
		in->status = FG_E_CORRUPT;
	p->key_len = get32(in);
	p->key = get_bytes(in, p->key_len);
	p->string = get_text(in);
	p->json = params->text + (in->status == FG_OK ? at : 0);
	p->json_len = in->status == FG_OK ? len : 0;
}

/* They are searched by halves: sorted, each name once. */
static bool
is_sorted(const struct param *a, const struct param *b)
{
	return image_key_cmp(a->key, a->key_len, b->key, b->key_len) < 0;
}

static const struct fg_params *
get_params(struct in *in)
{
	struct fg_params *out = get_room(in, 1, sizeof(*out));

	if (out == NULL)
		return &params_empty;
	*out = params_empty;
	out->len = get32(in);
	out->text = get_bytes(in, out->len);
	out->n = get_count(in, PARAM_LEAST);
	out->members = get_room(in, out->n, sizeof(*out->members));
	for (size_t i = 0; in->status == FG_OK && i < out->n; i++) {
		get_param(in, out, &out->members[i]);
		if (in->status == FG_OK && i > 0 &&
		    !is_sorted(&out->members[i - 1], &out->members[i]))
			in->status = FG_E_CORRUPT;
	}
	return out;
}

static enum fg_status
check_head(const uint8_t *bytes, size_t n)
{
	if (n < AT_LEN || le32dec(bytes + AT_MAGIC) != MAGIC)
		return FG_E_CORRUPT;
	if (le32dec(bytes + AT_VERSION) > VERSION)
		return FG_E_VERSION;
	if (n < HEAD || n > STICKY_RECORD_MAX ||
	    le32dec(bytes + AT_VERSION) != VERSION ||
	    le32dec(bytes + AT_LEN) != n ||
	    le32dec(bytes + AT_SUM) != sum_of(bytes, n))
		return FG_E_CORRUPT;
	return FG_OK;
}

enum fg_status
sticky_record_get(const uint8_t *bytes, size_t n, struct arena *a,
    struct fg_sticky_content *out)
{
	struct in in = {.arena = a, .status = check_head(bytes, n)};
	uint32_t flags;

	*out =
	    (struct fg_sticky_content){.rule_id = "", .params = &params_empty};
	if (in.status != FG_OK)
		return in.status;
	in.next = bytes + HEAD;
	in.left = n - HEAD;
	flags = le32dec(bytes + AT_FLAGS);
	out->value = (flags & F_VALUE) != 0;
	out->has_version = (flags & F_VERSION) != 0;
	if (out->has_version)
		out->version = le32dec(bytes + AT_SPEC_VERSION);
	if ((flags & F_TIME) != 0)
		out->lcut = le64dec(bytes + AT_TIME);
	out->rule_id = get_text(&in);
	if ((flags & F_GROUP) != 0)
		out->group_name = get_text(&in);
	if ((flags & F_DELEGATE) != 0)
		out->delegate = get_text(&in);
	out->secondary = get_exposures(&in, &out->n_secondary);
	if ((flags & F_UNDELEGATED) != 0)
		out->undelegated = get_exposures(&in, &out->n_undelegated);
	if ((flags & F_EXPLICIT) != 0)
		out->explicit_params = get_texts(&in, &out->n_explicit_params);
	out->params = get_params(&in);
	if (in.status == FG_OK && in.left != 0)
		return FG_E_CORRUPT;
	return in.status;
}
