/*
 * image_walk: goes through a whole ruleset image and tells the first thing in
 * it that does not hold together, or NULL.
 *
 * For tests of the compiler: whatever document it took, the image it made must
 * pass.  It reads through the accessors of common/image.h and checks what
 * those leave to the reader: that texts are what their records say, that
 * indexes and sets find each of their entries, that runs are sorted.
 */
#ifndef TESTS_UNIT_IMAGE_WALK_H
#define TESTS_UNIT_IMAGE_WALK_H

#include "common/hash.h"
#include "common/image.h"
#include "common/lower.h"
#include "common/utf8.h"
#include "syncer/json.h"

#define WALK(cond, what)             \
	do {                         \
		if (!(cond))         \
			return what; \
	} while (0)
#define WALK_INTO(call)                        \
	do {                                   \
		const char *walk_why = (call); \
		if (walk_why != NULL)          \
			return walk_why;       \
	} while (0)

static inline const char *
walk_str(const struct image *im, uint32_t off, bool needed)
{
	struct image_str s;

	if (off == 0)
		return needed ? "a string is missing" : NULL;
	WALK(image_str(im, off, &s), "a string is out of bounds");
	WALK(s.hash == hash64(s.bytes, s.len), "a string's hash");
	WALK(utf8_valid((const char *)s.bytes, s.len), "a string's UTF-8");
	WALK(s.len < im->size - off - IMAGE_STR_BYTES && s.bytes[s.len] == 0,
	    "a string's NUL");
	return NULL;
}

/* Both present or both absent, the second the first in lower case. */
static inline const char *
walk_lower(const struct image *im, uint32_t off, uint32_t low)
{
	struct image_str s = {0}, l = {0};
	char *text;
	size_t n;
	bool same;

	WALK_INTO(walk_str(im, off, false));
	WALK_INTO(walk_str(im, low, off != 0));
	if (off == 0)
		return low == 0 ? NULL : "a lower case of nothing";
	image_str(im, off, &s);
	image_str(im, low, &l);
	text = malloc(LOWER_CAP(s.len) + 1);
	if (text == NULL)
		return "no memory to walk";
	n = lower((const char *)s.bytes, s.len, text, LOWER_CAP(s.len));
	same = n == l.len && memcmp(text, l.bytes, n) == 0;
	free(text);
	return same ? NULL : "a lower case";
}

static inline const char *
walk_list(const struct image *im, uint32_t off)
{
	const uint8_t *p;
	uint32_t n;

	if (off == 0)
		return NULL;
	p = image_at(im, off, 4);
	WALK(p != NULL, "a list is out of bounds");
	n = le32load(p);
	for (uint32_t i = 0; i < n; i++) {
		p = image_nth(im, off + 4, i, 4);
		WALK(p != NULL, "a list's element is out of bounds");
		WALK_INTO(walk_str(im, le32load(p), true));
	}
	return NULL;
}

static inline const char *walk_value(
    const struct image *im, uint32_t off, bool needed, int depth);

static inline const char *
walk_members(
    const struct image *im, uint32_t off, uint32_t run, uint32_t n, int depth)
{
	struct image_str last = {0};

	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *pair = image_nth(im, run, i, 8);
		struct image_str key = {0};
		size_t less;
		int order;

		WALK(pair != NULL, "a member is out of bounds");
		WALK_INTO(walk_str(im, le32load(pair), true));
		image_str(im, le32load(pair), &key);
		less = key.len < last.len ? key.len : last.len;
		order = i > 0 ? memcmp(last.bytes, key.bytes, less) : -1;
		WALK(order < 0 || (order == 0 && last.len < key.len),
		    "members are not sorted");
		WALK(image_member(im, off, key.bytes, key.len) ==
			le32load(pair + 4),
		    "a member is not found");
		WALK_INTO(walk_value(im, le32load(pair + 4), true, depth + 1));
		last = key;
	}
	return NULL;
}

static inline const char *
walk_value(const struct image *im, uint32_t off, bool needed, int depth)
{
	static const enum json_kind kinds[] = {JSON_NULL, JSON_FALSE, JSON_TRUE,
	    JSON_NUMBER, JSON_NUMBER, JSON_NUMBER, JSON_STRING, JSON_ARRAY,
	    JSON_OBJECT};
	const uint8_t *v = image_rec(im, off, IMAGE_VALUE);
	uint32_t type, text, len, n, run;
	size_t end;

	if (off == 0)
		return needed ? "a value is missing" : NULL;
	WALK(v != NULL, "a value is out of bounds");
	type = le32load(v + IMAGE_V_TYPE);
	text = le32load(v + IMAGE_V_TEXT);
	len = le32load(v + IMAGE_V_TEXT_LEN);
	n = le32load(v + IMAGE_V_N);
	run = (uint32_t)le64load(v + IMAGE_V_DATA);
	WALK(type <= IMAGE_OBJECT, "a value's type");
	WALK(depth <= JSON_MAX_DEPTH, "a value's depth");
	WALK(text < im->size && len <= im->size - text && len > 0,
	    "a value's text is out of bounds");
	WALK(json_kind_of((char)im->base[text]) == kinds[type],
	    "a value's text is of another type");
	if (depth == 0)
		WALK(json_check((const char *)im->base + text, len, &end) ==
			    FG_OK &&
			end == len,
		    "a value's text");
	if (type == IMAGE_STRING)
		return walk_str(im, run, true);
	if (type == IMAGE_OBJECT)
		return walk_members(im, off, run, n, depth);
	for (uint32_t i = 0; type == IMAGE_ARRAY && i < n; i++) {
		const uint8_t *p = image_nth(im, run, i, 4);

		WALK(p != NULL, "an element is out of bounds");
		WALK_INTO(walk_value(im, le32load(p), true, depth + 1));
	}
	return NULL;
}

static inline const char *
walk_field(const struct image *im, const uint8_t *f)
{
	WALK(le32load(f + IMAGE_F_ATOM) < IMAGE_N_ATOMS, "a field's atom");
	WALK(le32load(f + IMAGE_F_ALIAS) < IMAGE_N_ATOMS, "a field's alias");
	return walk_lower(
	    im, le32load(f + IMAGE_F_NAME), le32load(f + IMAGE_F_LOWER));
}

static inline const char *
walk_set(const struct image *im, const uint8_t *t, bool texts)
{
	uint32_t slots = le32load(t + IMAGE_TARGET_SET), used = 0;
	uint32_t n_slots = le32load(t + IMAGE_TARGET_N_SLOTS);

	for (uint32_t i = 0; i < n_slots; i++) {
		const uint8_t *slot = image_nth(im, slots, i, IMAGE_SLOT);

		WALK(slot != NULL, "a set is out of bounds");
		used += le32load(slot + 4) != 0;
	}
	WALK(used == le32load(t + IMAGE_TARGET_N_SET), "a set's number");
	for (uint32_t i = 0; i < le32load(t + IMAGE_TARGET_N); i++) {
		const uint8_t *e = image_nth(
		    im, le32load(t + IMAGE_TARGET_ELEMS), i, IMAGE_ELEM);
		struct image_str s = {0};

		image_str(im, le32load(e + (texts ? 4 : 0)), &s);
		WALK(image_set_has(im, slots, n_slots, s.bytes, s.len, s.hash),
		    "a set's element is not found");
	}
	return NULL;
}

static inline bool
walk_op_wants_set(uint32_t op, uint32_t kind, bool *texts)
{
	*texts = op != IMAGE_OP_ANY && op != IMAGE_OP_NONE;
	return !*texts ||
	    (kind == IMAGE_TARGET_ARRAY &&
		(op == IMAGE_OP_ANY_CASE_SENSITIVE ||
		    op == IMAGE_OP_NONE_CASE_SENSITIVE ||
		    (op >= IMAGE_OP_ARRAY_CONTAINS_ANY &&
			op <= IMAGE_OP_NOT_ARRAY_CONTAINS_ALL)));
}

static inline const char *
walk_target(const struct image *im, uint32_t off, uint32_t op)
{
	const uint8_t *t = image_rec(im, off, IMAGE_TARGET);
	uint32_t kind, n, parts, n_parts;
	int64_t last = -1;
	bool texts;

	WALK(t != NULL, "a target is out of bounds");
	kind = le32load(t + IMAGE_TARGET_KIND);
	WALK(kind <= IMAGE_TARGET_OBJECT, "a target's kind");
	WALK_INTO(walk_str(
	    im, le32load(t + IMAGE_TARGET_STR), kind == IMAGE_TARGET_STRING));
	n = le32load(t + IMAGE_TARGET_N);
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *e = image_nth(
		    im, le32load(t + IMAGE_TARGET_ELEMS), i, IMAGE_ELEM);

		WALK(e != NULL, "a target's element is out of bounds");
		WALK_INTO(walk_str(im, le32load(e), true));
		WALK_INTO(walk_str(im, le32load(e + 4), true));
		if (kind == IMAGE_TARGET_ARRAY)
			WALK_INTO(walk_lower(im, le32load(e + 4), le32load(e)));
		WALK(le32load(e + 8) > last, "elements are not in order");
		last = le32load(e + 8);
	}
	if (walk_op_wants_set(op, kind, &texts))
		WALK_INTO(walk_set(im, t, texts));
	else
		WALK(le32load(t + IMAGE_TARGET_SET) == 0, "a needless set");
	parts = le32load(t + IMAGE_TARGET_PARTS);
	n_parts = le32load(t + IMAGE_TARGET_N_PARTS);
	WALK(n_parts == 0 ||
		(image_rec(im, parts, n_parts * IMAGE_PART) != NULL &&
		    op >= IMAGE_OP_VERSION_GT && op <= IMAGE_OP_VERSION_NEQ),
	    "a version");
	return NULL;
}

static inline const char *
walk_spec_ref(
    const struct image *im, uint32_t off, uint32_t index, uint32_t name)
{
	struct image_str s;

	WALK(image_str(im, name, &s), "a reference without a name");
	WALK(image_find(im, index, s.bytes, s.len, s.hash) == off,
	    "a reference leads to another spec than its name");
	return NULL;
}

/* What a condition has at hand is what its target has. */
static inline const char *
walk_at_hand(const struct image *im, const uint8_t *c)
{
	uint32_t flags = le32load(c + IMAGE_COND_FLAGS);
	uint32_t at = le32load(c + IMAGE_COND_TARGET);
	const uint8_t *t = image_rec(im, at, IMAGE_TARGET);
	bool set = (flags & IMAGE_COND_SET) != 0;

	if ((flags & (IMAGE_COND_SET | IMAGE_COND_FLOAT)) == 0)
		return le64load(c + IMAGE_COND_SET_AT) == 0
		    ? NULL
		    : "a condition has something at hand";
	WALK(le32load(c) == IMAGE_COND_USER_FIELD && t != NULL &&
		le64load(c + IMAGE_COND_SET_AT) ==
		    (set ? le32load(t + IMAGE_TARGET_SET) |
				(uint64_t)le32load(t + IMAGE_TARGET_N_SLOTS)
				    << 32
			 : le64load(t + IMAGE_TARGET_FLOAT)),
	    "a condition has something else at hand than its target");
	return NULL;
}

static inline const char *
walk_cond(const struct image *im, const uint8_t *c)
{
	uint32_t type = le32load(c + IMAGE_COND_TYPE);
	uint32_t op = le32load(c + IMAGE_COND_OP);
	uint32_t target = le32load(c + IMAGE_COND_TARGET);

	WALK(type <= IMAGE_COND_TARGET_APP, "a condition's type");
	WALK(op < IMAGE_N_OPS, "a condition's operator");
	if (type == IMAGE_COND_UNSUPPORTED)
		return NULL;
	WALK_INTO(walk_at_hand(im, c));
	WALK_INTO(walk_field(im, c + IMAGE_COND_FIELD));
	WALK_INTO(walk_str(im, le32load(c + IMAGE_COND_UNIT), true));
	WALK_INTO(walk_lower(im, le32load(c + IMAGE_COND_UNIT),
	    le32load(c + IMAGE_COND_UNIT_LOWER)));
	WALK_INTO(walk_str(
	    im, le32load(c + IMAGE_COND_SALT), type == IMAGE_COND_USER_BUCKET));
	if (type == IMAGE_COND_PASS_GATE || type == IMAGE_COND_FAIL_GATE) {
		WALK(le32load(c + IMAGE_COND_GATE_NO) <
			image_head32(im, IMAGE_H_N_GATE_NUMBERS),
		    "a gate number");
		return walk_spec_ref(im, le32load(c + IMAGE_COND_GATE),
		    IMAGE_H_GATES, le32load(c + IMAGE_COND_GATE_NAME));
	}
	if (type == IMAGE_COND_PUBLIC || op == IMAGE_OP_UNSUPPORTED)
		return target == 0 ? NULL : "a needless target";
	return walk_target(im, target, op);
}

static inline const char *
walk_rule(const struct image *im, uint32_t off, uint32_t spec_salt)
{
	const uint8_t *r = image_rec(im, off, IMAGE_RULE);
	uint32_t flags, delegate;

	WALK(r != NULL, "a rule is out of bounds");
	flags = le32load(r + IMAGE_RULE_FLAGS);
	delegate = le32load(r + IMAGE_RULE_DELEGATE);
	WALK_INTO(walk_str(im, le32load(r + IMAGE_RULE_ID), true));
	WALK_INTO(walk_str(im, le32load(r + IMAGE_RULE_GROUP), false));
	WALK_INTO(walk_str(im, le32load(r + IMAGE_RULE_SALT), true));
	WALK_INTO(walk_value(im, le32load(r + IMAGE_RULE_VALUE), true, 0));
	WALK_INTO(walk_lower(im, le32load(r + IMAGE_RULE_UNIT),
	    le32load(r + IMAGE_RULE_UNIT_LOWER)));
	if (delegate != 0)
		WALK_INTO(
		    walk_spec_ref(im, le32load(r + IMAGE_RULE_DELEGATE_SPEC),
			IMAGE_H_CONFIGS, delegate));
	if ((flags & IMAGE_RULE_HAS_PREFIX) != 0) {
		struct image_str a = {0}, b = {0};
		uint32_t rest = le32load(r + IMAGE_RULE_REST);
		uint32_t rest_len = le32load(r + IMAGE_RULE_REST_LEN);
		struct hash_state st;
		char *text;
		uint64_t whole;

		WALK(image_str(im, spec_salt, &a) &&
			image_str(im, le32load(r + IMAGE_RULE_SALT), &b),
		    "a salt");
		WALK(rest_len < 64 && image_at(im, rest, rest_len) != NULL,
		    "a hash prefix is out of bounds");
		text = malloc((size_t)a.len + b.len + 2);
		if (text == NULL)
			return "no memory to walk";
		memcpy(text, a.bytes, a.len);
		text[a.len] = '.';
		memcpy(text + a.len + 1, b.bytes, b.len);
		text[a.len + 1 + b.len] = '.';
		whole = hash_sha256_64(text, (size_t)a.len + b.len + 2);
		free(text);
		for (uint32_t i = 0; i < 8; i++)
			st.h[i] = le32load(r + IMAGE_RULE_SHA + 4 * i);
		st.n_blocks = le64load(r + IMAGE_RULE_N_BLOCKS);
		WALK(hash_finish64(&st, im->base + rest, rest_len) == whole,
		    "a hash prefix");
	}
	for (uint32_t i = 0; i < le32load(r + IMAGE_RULE_N_CONDS); i++) {
		const uint8_t *c = image_nth(
		    im, le32load(r + IMAGE_RULE_CONDS), i, IMAGE_COND);

		WALK(c != NULL, "a condition is out of bounds");
		WALK_INTO(walk_cond(im, c));
	}
	return NULL;
}

static inline const char *
walk_spec(const struct image *im, uint32_t off)
{
	const uint8_t *s = image_rec(im, off, IMAGE_SPEC);
	uint32_t mapping, name;

	WALK(s != NULL, "a spec is out of bounds");
	name = le32load(s + IMAGE_SPEC_NAME);
	WALK_INTO(walk_str(im, name, true));
	WALK_INTO(walk_str(im, le32load(s + IMAGE_SPEC_SALT), true));
	WALK_INTO(walk_str(im, le32load(s + IMAGE_SPEC_ID_TYPE), true));
	WALK_INTO(walk_str(im, le32load(s + IMAGE_SPEC_ENTITY), true));
	WALK_INTO(walk_value(im, le32load(s + IMAGE_SPEC_DEFAULT), true, 0));
	WALK_INTO(walk_list(im, le32load(s + IMAGE_SPEC_EXPLICIT)));
	WALK_INTO(walk_list(im, le32load(s + IMAGE_SPEC_APP_IDS)));
	WALK_INTO(walk_list(im, le32load(s + IMAGE_SPEC_FIELDS)));
	mapping = le32load(s + IMAGE_SPEC_MAPPING);
	WALK_INTO(walk_spec_ref(im, mapping, IMAGE_H_MAPPINGS, name));
	for (uint32_t i = 0; i < le32load(s + IMAGE_SPEC_N_RULES); i++)
		WALK_INTO(walk_rule(im,
		    le32load(s + IMAGE_SPEC_RULES) + i * IMAGE_RULE,
		    le32load(s + IMAGE_SPEC_SALT)));
	return NULL;
}

static inline const char *
walk_mapping(const struct image *im, uint32_t off)
{
	const uint8_t *m = image_rec(im, off, IMAGE_MAPPING);

	WALK(m != NULL, "a mapping is out of bounds");
	for (uint32_t i = 0; i < le32load(m + 4); i++) {
		const uint8_t *e = image_nth(im, le32load(m + 8), i, 16);

		WALK(e != NULL, "a mapping's entry is out of bounds");
		WALK_INTO(walk_str(im, le32load(e), true));
		for (uint32_t k = 0; k < le32load(e + 4); k++) {
			const uint8_t *r =
			    image_nth(im, le32load(e + 8), k, 16);

			WALK(r != NULL, "a mapping's rule is out of bounds");
			if (le32load(r) != 0)
				WALK_INTO(walk_rule(im, le32load(r), 0));
		}
	}
	return NULL;
}

static inline const char *
walk_weights(const struct image *im, uint32_t run, uint32_t n, bool categories)
{
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *w = image_nth(im, run, i, 24);

		WALK(w != NULL, "a weight is out of bounds");
		WALK_INTO(walk_field(im, w));
		for (uint32_t k = 0; categories && k < le32load(w + 16); k++) {
			const uint8_t *pair =
			    image_nth(im, le32load(w + 20), k, 16);

			WALK(pair != NULL, "a category is out of bounds");
			WALK_INTO(walk_str(im, le32load(pair), true));
		}
	}
	return NULL;
}

static inline const char *
walk_cmab(const struct image *im, uint32_t off)
{
	const uint8_t *c = image_rec(im, off, IMAGE_CMAB);

	WALK(c != NULL, "a CMAB is out of bounds");
	WALK_INTO(walk_str(im, le32load(c + 4), true));
	WALK_INTO(walk_value(im, le32load(c + 8), true, 0));
	WALK_INTO(walk_lower(im, le32load(c + 12), le32load(c + 16)));
	WALK_INTO(walk_list(im, le32load(c + 56)));
	if (le32load(c + 28) != 0)
		WALK_INTO(walk_spec_ref(
		    im, le32load(c + 32), IMAGE_H_GATES, le32load(c + 28)));
	for (uint32_t i = 0; i < le32load(c + 48); i++) {
		const uint8_t *g =
		    image_nth(im, le32load(c + 52), i, IMAGE_CMAB_GROUP);

		WALK(g != NULL, "a group is out of bounds");
		WALK_INTO(walk_str(im, le32load(g), true));
		WALK_INTO(walk_str(im, le32load(g + 4), true));
		WALK_INTO(walk_value(im, le32load(g + 8), true, 0));
		WALK_INTO(walk_weights(
		    im, le32load(g + 44), le32load(g + 40), false));
		WALK_INTO(
		    walk_weights(im, le32load(g + 52), le32load(g + 48), true));
	}
	return NULL;
}

static inline const char *
walk_store(const struct image *im, uint32_t off)
{
	const uint8_t *s = image_rec(im, off, IMAGE_STORE);

	WALK(s != NULL, "a store is out of bounds");
	WALK_INTO(walk_list(im, le32load(s + 16)));
	for (uint32_t i = 0; i < le32load(s + 8); i++) {
		const uint8_t *p =
		    image_nth(im, le32load(s + 12), i, IMAGE_STORE_PARAM);
		uint32_t kind;

		WALK(p != NULL, "a parameter is out of bounds");
		kind = le32load(p + 4);
		WALK(kind >= IMAGE_PARAM_STATIC && kind <= IMAGE_PARAM_LAYER,
		    "a parameter's kind");
		WALK_INTO(walk_str(im, le32load(p), true));
		WALK_INTO(walk_str(im, le32load(p + 8), true));
		WALK_INTO(walk_str(im, le32load(p + 12), true));
		WALK_INTO(
		    walk_str(im, le32load(p + 16), kind != IMAGE_PARAM_STATIC));
		WALK_INTO(
		    walk_str(im, le32load(p + 20), kind >= IMAGE_PARAM_CONFIG));
		WALK_INTO(walk_value(
		    im, le32load(p + 24), kind <= IMAGE_PARAM_GATE, 0));
		WALK_INTO(walk_value(
		    im, le32load(p + 28), kind == IMAGE_PARAM_GATE, 0));
	}
	return NULL;
}

/* Each slot of an index leads to a record that its name leads to. */
static inline const char *
walk_index(const struct image *im, uint32_t index, uint32_t *n,
    const char *(*record)(const struct image *, uint32_t))
{
	uint32_t slots = image_head32(im, index);

	*n = 0;
	for (uint32_t i = 0; i < image_head32(im, index + 4); i++) {
		const uint8_t *slot = image_nth(im, slots, i, IMAGE_SLOT);
		const uint8_t *rec;
		uint32_t off;

		WALK(slot != NULL, "an index is out of bounds");
		off = le32load(slot + 4);
		if (off == 0)
			continue;
		rec = image_rec(im, off, 8);
		WALK(rec != NULL, "an indexed record is out of bounds");
		WALK_INTO(walk_str(im, le32load(rec), true));
		WALK_INTO(walk_spec_ref(im, off, index, le32load(rec)));
		WALK_INTO(record(im, off));
		++*n;
	}
	return NULL;
}

static inline const char *
image_walk(const struct image *im)
{
	static const uint32_t values[] = {IMAGE_H_APP_ID, IMAGE_H_SDK_CONFIGS,
	    IMAGE_H_KEYS_TO_APPS, IMAGE_H_HASHED_KEYS_TO_APPS,
	    IMAGE_H_SESSION_REPLAY};
	static const uint32_t strs[] = {
	    IMAGE_H_DEFAULT_ENV, IMAGE_H_CHECKSUM, IMAGE_H_COMPANY_ID};
	uint32_t n;

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		WALK_INTO(
		    walk_value(im, image_head32(im, values[i]), false, 0));
	for (size_t i = 0; i < sizeof(strs) / sizeof(*strs); i++)
		WALK_INTO(walk_str(im, image_head32(im, strs[i]), false));
	WALK_INTO(walk_index(im, IMAGE_H_GATES, &n, walk_spec));
	WALK(n == image_head32(im, IMAGE_H_N_GATES), "the number of gates");
	WALK_INTO(walk_index(im, IMAGE_H_CONFIGS, &n, walk_spec));
	WALK(n == image_head32(im, IMAGE_H_N_CONFIGS), "of configs");
	WALK_INTO(walk_index(im, IMAGE_H_LAYERS, &n, walk_spec));
	WALK(n == image_head32(im, IMAGE_H_N_LAYERS), "of layers");
	WALK_INTO(walk_index(im, IMAGE_H_MAPPINGS, &n, walk_mapping));
	WALK_INTO(walk_index(im, IMAGE_H_STORES, &n, walk_store));
	WALK_INTO(walk_index(im, IMAGE_H_CMABS, &n, walk_cmab));
	return NULL;
}

#endif /* TESTS_UNIT_IMAGE_WALK_H */
