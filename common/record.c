#include "common/record.h"

#include <string.h>

#include "common/hash64.h"

/*
 * Every record starts alike; where its kind has no use for a field, it is 0:
 *
 *   offset size
 *        0    1  kind
 *        1    1  subject, or the kind of the value
 *        2    2  flags
 *        4    4  offset of the user's frame
 *        8    8  time
 *
 * except that a user's text starts at 8.
 */
#define HEAD 16

#define F_VALUE         (1u << 0)
#define F_MANUAL        (1u << 1)
#define F_LCUT          (1u << 2)
#define F_RECEIVED_AT   (1u << 3)
#define F_VERSION       (1u << 4)
#define F_RATE          (1u << 5)
#define F_EXPLICIT      (1u << 6)
#define F_OVERRIDE      (1u << 7)
#define F_SECONDARY     (1u << 8)
#define F_SAMPLED       (1u << 9)
#define F_SHADOW        (1u << 10)
#define F_SHADOW_LOGGED (1u << 11)
#define F_ASKED         (1u << 12)
#define F_METADATA      (1u << 0) /* of a custom event */

/* ---- Writing: what is left is compared, a failure sticks. ---- */

struct out {
	uint8_t *at;
	size_t left;
	enum fg_status status;
};

static struct out
out_begin(uint8_t *dst, size_t cap)
{
	return (struct out){dst, cap < RECORD_MAX ? cap : RECORD_MAX, FG_OK};
}

/* Inlined with all that rests on it: most of an exposure is short fields. */
#define INLINE __attribute__((always_inline)) static inline

INLINE uint8_t *
out_take(struct out *o, size_t n)
{
	uint8_t *p = o->at;

	if (o->status != FG_OK || n > o->left) {
		if (o->status == FG_OK)
			o->status = FG_E_SPACE;
		return NULL;
	}
	o->at += n;
	o->left -= n;
	return p;
}

INLINE void
out_bytes(struct out *o, struct record_text text)
{
	uint8_t *p = out_take(o, text.len);

	if (p != NULL && text.len > 0)
		memcpy(p, text.data, text.len);
}

INLINE void
out_u16(struct out *o, size_t x)
{
	uint8_t *p = out_take(o, 2);

	if (p != NULL && x > UINT16_MAX)
		o->status = FG_E_INVALID;
	else if (p != NULL)
		le16enc(p, (uint16_t)x);
}

static void
out_u32(struct out *o, size_t x)
{
	uint8_t *p = out_take(o, 4);

	if (p != NULL && x > UINT32_MAX)
		o->status = FG_E_INVALID;
	else if (p != NULL)
		le32enc(p, (uint32_t)x);
}

INLINE void
out_u64(struct out *o, uint64_t x)
{
	uint8_t *p = out_take(o, 8);

	if (p != NULL)
		le64enc(p, x);
}

static void
out_head(struct out *o, enum record_kind kind, unsigned what, unsigned flags,
    uint32_t user, uint64_t time_ms)
{
	uint8_t *p = out_take(o, HEAD);

	if (p == NULL)
		return;
	p[0] = (uint8_t)kind;
	p[1] = (uint8_t)what;
	le16enc(p + 2, (uint16_t)flags);
	le32enc(p + RECORD_USER_AT, user);
	le64enc(p + 8, time_ms);
}

static enum fg_status
out_end(const struct out *o, const uint8_t *dst, size_t *n)
{
	if (o->status == FG_OK)
		*n = (size_t)(o->at - dst);
	return o->status;
}

/* ---- Lists: an entry is whole or not there. ---- */

void
record_list_begin(struct record_list *list, void *data, size_t cap)
{
	*list = (struct record_list){.data = data, .cap = cap};
}

enum fg_status
record_list_add(struct record_list *list, struct record_text gate, bool value,
    struct record_text rule_id)
{
	struct out o = out_begin(list->data + list->len, list->cap - list->len);
	uint8_t *p;

	out_u16(&o, gate.len);
	out_u16(&o, rule_id.len);
	p = out_take(&o, 1);
	if (p != NULL)
		*p = value;
	out_bytes(&o, gate);
	out_bytes(&o, rule_id);
	if (o.status != FG_OK || list->n == UINT16_MAX || list->overflow) {
		list->overflow = true;
		return FG_E_SPACE;
	}
	list->len = (size_t)(o.at - list->data);
	list->n++;
	return FG_OK;
}

void
record_count_list_begin(struct record_count_list *list, void *data, size_t cap)
{
	*list = (struct record_count_list){.data = data, .cap = cap};
}

enum fg_status
record_count_list_add(
    struct record_count_list *list, struct record_text name, uint64_t count)
{
	struct out o = out_begin(list->data + list->len, list->cap - list->len);

	out_u64(&o, count);
	out_u16(&o, name.len);
	out_bytes(&o, name);
	if (o.status != FG_OK)
		return o.status;
	list->len = (size_t)(o.at - list->data);
	list->n++;
	return FG_OK;
}

/* ---- Encoders. ---- */

enum fg_status
record_put_user(uint8_t *dst, size_t cap, struct record_text json, size_t *n)
{
	struct out o = out_begin(dst, cap);
	uint8_t *p = out_take(&o, RECORD_USER_HEAD);

	if (p != NULL) {
		memset(p, 0, RECORD_USER_HEAD);
		p[0] = RECORD_USER;
	}
	out_bytes(&o, json);
	return out_end(&o, dst, n);
}

static unsigned
exposure_flags(const struct record_exposure *x)
{
	unsigned flags = 0;

	flags |= x->value ? F_VALUE : 0;
	flags |= x->manual ? F_MANUAL : 0;
	flags |= x->asked ? F_ASKED : 0;
	flags |= x->has_lcut ? F_LCUT : 0;
	flags |= x->has_received_at ? F_RECEIVED_AT : 0;
	flags |= x->has_version ? F_VERSION : 0;
	flags |= x->explicit_parameter ? F_EXPLICIT : 0;
	flags |= x->has_override ? F_OVERRIDE : 0;
	flags |= x->has_secondary ? F_SECONDARY : 0;
	if (x->sampling != RECORD_UNSAMPLED) {
		flags |= F_SAMPLED;
		flags |= x->sampling == RECORD_SAMPLING_SHADOW ? F_SHADOW : 0;
		flags |= x->has_rate ? F_RATE : 0;
		flags |= x->shadow_logged ? F_SHADOW_LOGGED : 0;
	}
	return flags;
}

enum fg_status
record_put_exposure(
    uint8_t *dst, size_t cap, const struct record_exposure *x, size_t *n)
{
	unsigned flags = exposure_flags(x);
	struct out o = out_begin(dst, cap);

	out_head(&o, RECORD_EXPOSURE, x->subject, flags, x->user, x->time_ms);
	out_u16(&o, x->name.len);
	out_u16(&o, x->rule_id.len);
	out_u16(&o, x->reason.len);
	out_u16(&o, x->has_secondary ? x->n_secondary : 0);
	if (flags & F_LCUT)
		out_u64(&o, x->lcut);
	if (flags & F_RECEIVED_AT)
		out_u64(&o, x->received_at);
	if (flags & F_VERSION)
		out_u64(&o, (uint64_t)x->version);
	if (flags & F_RATE)
		out_u64(&o, x->rate);
	if (x->subject == RECORD_LAYER) {
		out_u16(&o, x->parameter.len);
		out_u16(&o, x->allocated.len);
	}
	if (flags & F_OVERRIDE)
		out_u16(&o, x->override_name.len);
	out_bytes(&o, x->name);
	out_bytes(&o, x->rule_id);
	out_bytes(&o, x->reason);
	if (x->subject == RECORD_LAYER) {
		out_bytes(&o, x->parameter);
		out_bytes(&o, x->allocated);
	}
	if (flags & F_OVERRIDE)
		out_bytes(&o, x->override_name);
	if (flags & F_SECONDARY)
		out_bytes(&o, x->secondary);
	return out_end(&o, dst, n);
}

enum fg_status
record_put_custom(
    uint8_t *dst, size_t cap, const struct record_custom *x, size_t *n)
{
	struct out o = out_begin(dst, cap);

	out_head(&o, RECORD_CUSTOM, x->value_kind,
	    x->has_metadata ? F_METADATA : 0, x->user, x->time_ms);
	out_u32(&o, x->name.len);
	out_u32(&o, x->value_kind != RECORD_NO_VALUE ? x->value.len : 0);
	out_bytes(&o, x->name);
	if (x->value_kind != RECORD_NO_VALUE)
		out_bytes(&o, x->value);
	if (x->has_metadata)
		out_bytes(&o, x->metadata);
	return out_end(&o, dst, n);
}

enum fg_status
record_put_counts(
    uint8_t *dst, size_t cap, const struct record_counts *x, size_t *n)
{
	struct out o = out_begin(dst, cap);

	out_head(&o, RECORD_COUNTS, 0, 0, 0, x->time_ms);
	out_u32(&o, x->n);
	out_bytes(&o, x->entries);
	return out_end(&o, dst, n);
}

enum fg_status
record_put_tally(
    uint8_t *dst, size_t cap, const struct record_tally *x, size_t *n)
{
	struct out o = out_begin(dst, cap);

	out_head(&o, RECORD_TALLY, 0, 0, 0, 0);
	out_u32(&o, x->which);
	out_bytes(&o, x->name);
	return out_end(&o, dst, n);
}

/* ---- Reading: the same walk, over bytes that may say anything. ---- */

struct in {
	const uint8_t *at;
	size_t left;
	bool bad;
};

static struct in
in_text(struct record_text text, size_t skip)
{
	return (struct in){
	    (const uint8_t *)text.data + skip, text.len - skip, false};
}

static const uint8_t *
in_take(struct in *in, size_t n)
{
	const uint8_t *p = in->at;

	if (in->bad || n > in->left) {
		in->bad = true;
		return NULL;
	}
	in->at += n;
	in->left -= n;
	return p;
}

static uint16_t
in_u16(struct in *in)
{
	const uint8_t *p = in_take(in, 2);

	return p != NULL ? le16dec(p) : 0;
}

static uint32_t
in_u32(struct in *in)
{
	const uint8_t *p = in_take(in, 4);

	return p != NULL ? le32dec(p) : 0;
}

static uint64_t
in_u64(struct in *in)
{
	const uint8_t *p = in_take(in, 8);

	return p != NULL ? le64dec(p) : 0;
}

static struct record_text
in_bytes(struct in *in, size_t n)
{
	const uint8_t *p = in_take(in, n);

	return p != NULL ? (struct record_text){p, n}
			 : (struct record_text){"", 0};
}

enum fg_status
record_list_next(struct record_text list, size_t *at, struct record_text *gate,
    bool *value, struct record_text *rule_id)
{
	struct in in = in_text(list, *at);
	size_t gate_len, rule_len;
	const uint8_t *p;

	if (in.left == 0)
		return FG_END;
	gate_len = in_u16(&in);
	rule_len = in_u16(&in);
	p = in_take(&in, 1);
	if (p == NULL || *p > 1)
		return FG_E_CORRUPT;
	*value = *p == 1;
	*gate = in_bytes(&in, gate_len);
	*rule_id = in_bytes(&in, rule_len);
	if (in.bad)
		return FG_E_CORRUPT;
	*at = list.len - in.left;
	return FG_OK;
}

enum fg_status
record_count_list_next(struct record_text list, size_t *at,
    struct record_text *name, uint64_t *count)
{
	struct in in = in_text(list, *at);

	if (in.left == 0)
		return FG_END;
	*count = in_u64(&in);
	*name = in_bytes(&in, in_u16(&in));
	if (in.bad)
		return FG_E_CORRUPT;
	*at = list.len - in.left;
	return FG_OK;
}

static bool
list_ok(struct record_text list, uint32_t n)
{
	struct record_text gate, rule;
	enum fg_status st;
	uint32_t seen = 0;
	size_t at = 0;
	bool value;

	while (
	    (st = record_list_next(list, &at, &gate, &value, &rule)) == FG_OK)
		seen++;
	return st == FG_END && seen == n;
}

static bool
count_list_ok(struct record_text list, uint32_t n)
{
	struct record_text name;
	enum fg_status st;
	uint32_t seen = 0;
	uint64_t count;
	size_t at = 0;

	while ((st = record_count_list_next(list, &at, &name, &count)) == FG_OK)
		seen++;
	return st == FG_END && seen == n;
}

static void
exposure_take_flags(struct record_exposure *x, unsigned flags)
{
	x->value = (flags & F_VALUE) != 0;
	x->manual = (flags & F_MANUAL) != 0;
	x->asked = (flags & F_ASKED) != 0;
	x->has_lcut = (flags & F_LCUT) != 0;
	x->has_received_at = (flags & F_RECEIVED_AT) != 0;
	x->has_version = (flags & F_VERSION) != 0;
	x->explicit_parameter = (flags & F_EXPLICIT) != 0;
	x->has_override = (flags & F_OVERRIDE) != 0;
	x->has_secondary = (flags & F_SECONDARY) != 0;
	x->has_rate = (flags & F_RATE) != 0;
	x->shadow_logged = (flags & F_SHADOW_LOGGED) != 0;
	if (flags & F_SAMPLED)
		x->sampling = flags & F_SHADOW ? RECORD_SAMPLING_SHADOW
					       : RECORD_SAMPLING_ON;
}

static enum fg_status
get_exposure(
    struct in *in, unsigned subject, unsigned flags, struct record_exposure *x)
{
	size_t parameter_len = 0, allocated_len = 0, override_len = 0;
	size_t name_len = in_u16(in);
	size_t rule_len = in_u16(in);
	size_t reason_len = in_u16(in);

	if (subject < RECORD_GATE || subject > RECORD_LAYER)
		return FG_E_CORRUPT;
	x->subject = (enum record_subject)subject;
	x->n_secondary = in_u16(in);
	exposure_take_flags(x, flags);
	x->lcut = x->has_lcut ? in_u64(in) : 0;
	x->received_at = x->has_received_at ? in_u64(in) : 0;
	x->version = x->has_version ? (int64_t)in_u64(in) : 0;
	x->rate = x->has_rate ? in_u64(in) : 0;
	if (subject == RECORD_LAYER) {
		parameter_len = in_u16(in);
		allocated_len = in_u16(in);
	}
	if (x->has_override)
		override_len = in_u16(in);
	x->name = in_bytes(in, name_len);
	x->rule_id = in_bytes(in, rule_len);
	x->reason = in_bytes(in, reason_len);
	x->parameter = in_bytes(in, parameter_len);
	x->allocated = in_bytes(in, allocated_len);
	x->override_name = in_bytes(in, override_len);
	x->secondary = in_bytes(in, in->left);
	if (in->bad || !list_ok(x->secondary, x->n_secondary))
		return FG_E_CORRUPT;
	return FG_OK;
}

static enum fg_status
get_custom(
    struct in *in, unsigned value_kind, unsigned flags, struct record_custom *x)
{
	size_t name_len = in_u32(in);
	size_t value_len = in_u32(in);

	if (value_kind > RECORD_NUMBER_VALUE)
		return FG_E_CORRUPT;
	x->value_kind = (enum record_value)value_kind;
	x->has_metadata = (flags & F_METADATA) != 0;
	x->name = in_bytes(in, name_len);
	x->value = in_bytes(in, value_len);
	x->metadata = in_bytes(in, in->left);
	if (in->bad || (!x->has_metadata && x->metadata.len > 0))
		return FG_E_CORRUPT;
	return FG_OK;
}

static enum fg_status
get_counts(struct in *in, struct record_counts *x)
{
	x->n = in_u32(in);
	x->entries = in_bytes(in, in->left);
	if (in->bad || !count_list_ok(x->entries, x->n))
		return FG_E_CORRUPT;
	return FG_OK;
}

/* All but the user and the time, which lie between these two. */
#define AGAIN_HEAD RECORD_USER_AT
#define AGAIN_BODY HEAD

bool
record_is_again(const uint8_t *a, const uint8_t *b, size_t n)
{
	return memcmp(a, b, AGAIN_HEAD) == 0 &&
	    memcmp(a + AGAIN_BODY, b + AGAIN_BODY, n - AGAIN_BODY) == 0;
}

/* Two lanes, so that the processor need not wait for one product at a time. */
uint64_t
record_again_hash(const uint8_t *exposure, size_t n)
{
	uint64_t x = HASH64_K0 ^ le32dec(exposure), y = HASH64_K1 ^ n;
	const uint8_t *p = exposure + AGAIN_BODY;

	for (n -= AGAIN_BODY; n >= 16; n -= 16, p += 16) {
		x = (x ^ le64dec(p)) * HASH64_K1;
		y = (y ^ le64dec(p + 8)) * HASH64_K1;
		x ^= x >> 32;
		y ^= y >> 32;
	}
	/* At least as much lies before p. */
	x ^= le64dec(p + n - 16);
	y ^= le64dec(p + n - 8);
	x = hash64_fold(x ^ HASH64_K0, y ^ HASH64_K1);
	return x != 0 ? x : 1;
}

static enum fg_status
get_again(struct in *in, struct record_again *x)
{
	x->at = in_u32(in);
	return in->bad ? FG_E_CORRUPT : FG_OK;
}

static enum fg_status
get_tally(struct in *in, struct record_tally *x)
{
	x->which = in_u32(in);
	x->name = in_bytes(in, in->left);
	return in->bad ? FG_E_CORRUPT : FG_OK;
}

enum fg_status
record_get(const uint8_t *data, size_t n, struct record *out)
{
	struct in in = {data, n, false};
	const uint8_t *head;
	unsigned flags;

	memset(out, 0, sizeof(*out));
	if (n == 0 || data[0] == RECORD_GAP)
		return FG_ABSENT;
	if (n < RECORD_USER_HEAD || n > RECORD_MAX)
		return FG_E_CORRUPT;
	out->kind = (enum record_kind)data[0];
	if (out->kind == RECORD_USER) {
		(void)in_take(&in, RECORD_USER_HEAD);
		out->u.user = in_bytes(&in, in.left);
		return FG_OK;
	}
	head = in_take(&in, HEAD);
	if (head == NULL)
		return FG_E_CORRUPT;
	flags = le16dec(head + 2);
	switch (out->kind) {
	case RECORD_EXPOSURE:
		out->u.exposure.user = le32dec(head + RECORD_USER_AT);
		out->u.exposure.time_ms = le64dec(head + 8);
		return get_exposure(&in, head[1], flags, &out->u.exposure);
	case RECORD_CUSTOM:
		out->u.custom.user = le32dec(head + RECORD_USER_AT);
		out->u.custom.time_ms = le64dec(head + 8);
		return get_custom(&in, head[1], flags, &out->u.custom);
	case RECORD_COUNTS:
		out->u.counts.time_ms = le64dec(head + 8);
		return get_counts(&in, &out->u.counts);
	case RECORD_TALLY:
		return get_tally(&in, &out->u.tally);
	case RECORD_AGAIN:
		out->u.again.user = le32dec(head + RECORD_USER_AT);
		out->u.again.time_ms = le64dec(head + 8);
		return get_again(&in, &out->u.again);
	case RECORD_GAP:
	case RECORD_USER:
	default:
		return FG_ABSENT;
	}
}
