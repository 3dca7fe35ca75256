/*
 * compile_int: what the sources of the compiler share.
 *
 * A document is read section by section, a section entry by entry; an entry is
 * a tree (json.h).  The fields of an object are a table: compile_fields()
 * finds them and applies what all objects have in common, so that what follows
 * builds from values that are known to be right.
 *
 * Building writes to c->b, which keeps the first failure; reading returns
 * false after compile_fail() has said what is wrong and where.
 */
#ifndef SYNCER_COMPILE_INT_H
#define SYNCER_COMPILE_INT_H

#include "syncer/compile.h"
#include "syncer/image_build.h"
#include "syncer/json.h"
#include "syncer/names.h"

/* A level of the path to what is being read: a name, or an index if NULL. */
struct compile_where {
	const struct compile_where *up;
	const char *name;
	size_t n;
	size_t index;
};

/* A value of the document as a tree. */
struct compile_tree {
	struct json_tree json;
	size_t at;    /* where in the document it starts */
	size_t above; /* containers around it in the document */
};

enum compile_type {
	COMPILE_TEXT,
	COMPILE_BOOL,
	COMPILE_U32,
	COMPILE_U64,
	COMPILE_I64,
	COMPILE_F64,
	COMPILE_TEXTS, /* an array of texts */
	COMPILE_TEXT_MAP,
	COMPILE_BOOL_MAP,
	COMPILE_F64_MAP,
	COMPILE_JSON, /* any value, all of which can be read */
	COMPILE_JSON_MAP,
	COMPILE_RAW, /* any value, not looked into; may be null */
	COMPILE_OBJECT,
	COMPILE_ARRAY,
};

/* At most 32 an object, by COMPILE_REQUIRED() and COMPILE_OPTIONAL(). */
struct compile_field {
	const char *name;
	size_t n;
	enum compile_type type;
	bool required;
};

#define COMPILE_REQUIRED(name, type)               \
	{                                          \
		name, sizeof(name) - 1, type, true \
	}
#define COMPILE_OPTIONAL(name, type)                \
	{                                           \
		name, sizeof(name) - 1, type, false \
	}

/* An entry of one of the document's big maps: a span, in less room. */
struct compile_entry {
	const char *text; /* NULL when it is only asked for */
	uint32_t n;
	uint32_t n_tokens;
	uint32_t depth;
	uint32_t record; /* in the image, once there is one */
	bool escapes;
};

/* A map of the document: entries in the order of their names. */
struct compile_map {
	struct names names;
	struct compile_entry *entries;
	size_t cap;
};

/* What is wrong, and where. */
struct compile_error {
	size_t at;
	char message[96];
	char path[512];
};

/* A value of the document that became a value record. */
struct compile_seen_value {
	uint64_t hash;
	uint32_t record;
	uint32_t len;
	size_t at;
};

/* Records that name a spec which may come later in the image. */
struct compile_fixups {
	uint32_t *records;
	size_t n;
	size_t cap;
};

struct compile {
	const char *doc;
	size_t n;
	struct compile_notes *notes;
	struct image_build b;
	const struct compile_where *where;

	/* The first error that was not dealt with, and its gravity. */
	bool failed;
	bool fatal;            /* it is not just this spec's */
	enum fg_status status; /* FG_E_NOMEM of what is not in b */
	struct compile_error error;

	struct compile_tree tree;      /* of the entry in hand */
	struct compile_tree condition; /* of a condition it uses */
	struct json_buf decoded, lowered, text;
	size_t text_len;

	struct compile_map gates, configs, layers, conditions;
	struct compile_map rules, mappings, cmabs, stores;
	struct compile_fixups nested;     /* conditions that ask for a gate */
	struct compile_fixups delegates;  /* rules that have a delegate */
	struct compile_fixups cmab_gates; /* CMABs that have a targeting gate */

	struct compile_seen_value *seen; /* open addressing by hash */
	size_t n_seen, seen_cap;
	uint32_t true_value, false_value, null_value, empty_object;

	uint32_t *fields; /* of the rules in hand: n_rules x their fields */
	size_t fields_cap;
	struct compile_member *members; /* of the objects in hand, a stack */
	size_t n_members, members_cap;
	uint32_t *values; /* value records whose text is not placed yet */
	size_t n_values, values_cap;
	struct compile_elem *elems; /* of the target in hand */
	size_t elems_cap;
	uint32_t *list; /* strings of the list in hand */
	size_t list_cap;
	uint32_t *marks;
	size_t marks_cap;
	uint32_t n_dropped;
};

/*
 * Grows the array at *items to hold n of size bytes each.  False when there
 * is no memory, which c->status then says.
 */
bool compile_room(
    struct compile *c, void *items, size_t *cap, size_t n, size_t size);

/* compile.c's notes: where and what, with the path that c->where leads. */
void compile_note(struct compile *c, enum compile_severity severity, size_t at,
    const char *message);

/*
 * Says that what is at offset at of the document is wrong; returns false.  The
 * first one counts.  field, if not NULL, ends the path.
 */
bool compile_fail(struct compile *c, size_t at, const char *field, size_t n,
    const char *message);

/* Makes a note of what failed, which then is dealt with. */
void compile_report(struct compile *c, enum compile_severity severity);

/* FG_OK as long as there is memory and the image is not too big. */
enum fg_status compile_status(const struct compile *c);

/*
 * Enters the members of the object that the walk is at.  A name that comes
 * again takes the place of the one before.
 */
bool compile_map_read(
    struct compile *c, struct compile_map *map, struct json_walk *at);

/* The number of a name; an entry without text if it is new.  NAMES_NONE: no
 * memory. */
uint32_t compile_map_ask(
    struct compile *c, struct compile_map *map, const char *name, size_t n);

/* Parses an entry, with its name at the end of the path in *where. */
bool compile_entry_parse(struct compile *c, const struct compile_map *map,
    uint32_t number, struct compile_tree *t, struct compile_where *where);

/* The index of a map's records, at that offset of the header. */
void compile_map_free(struct compile_map *map);
void compile_index(struct compile *c, struct compile_map *map, uint32_t index);

/* Remembers a record for when the specs are all there. */
void compile_fixup(
    struct compile *c, struct compile_fixups *f, uint32_t record);

/* The document's offset of a node. */
size_t compile_at(const struct compile_tree *t, uint32_t node);

/* Parses a value of the document that lies below that many containers. */
bool compile_parse(struct compile *c, struct compile_tree *t,
    const struct json_span *value, size_t above);

/*
 * Finds the n fields of an object node: got[i] becomes the node of field i's
 * value, 0 if it is absent or, being optional, null.
 */
bool compile_fields(struct compile *c, const struct compile_tree *t,
    uint32_t object, const struct compile_field *fields, size_t n,
    uint32_t *got);

/* Checks a value of that type; at what else than NULL it is not, it says. */
bool compile_check(struct compile *c, const struct compile_tree *t,
    uint32_t node, enum compile_type type);

/*
 * True when each text and number in the value can be read and it does not nest
 * too deep below above containers; *bad is else the offender.
 */
bool compile_readable(struct compile *c, const struct compile_tree *t,
    uint32_t node, size_t above, uint32_t *bad, const char **why);

/*
 * The members of an object node, each key once, the last of its values:
 * number i of names has its value at nodes[i].  Starts from zeroes.
 */
struct compile_members {
	struct names names;
	uint32_t *nodes;
	size_t cap;
	bool *used; /* for the caller, all false at first */
	size_t used_cap;
};
bool compile_members_read(struct compile *c, const struct compile_tree *t,
    uint32_t object, struct compile_members *m);
void compile_members_free(struct compile_members *m);

/* A node as it is spelled; a string without its quotes. */
const char *compile_raw(const struct compile_tree *t, uint32_t node, size_t *n);

/*
 * Nodes whose type was checked.  Node 0 is no field: absent.  Decoded text
 * lasts until the next is decoded.
 */
const char *compile_decode(
    struct compile *c, const struct compile_tree *t, uint32_t node, size_t *n);
uint32_t compile_string(/* of node 0 too */
    struct compile *c, const struct compile_tree *t, uint32_t node);
uint32_t compile_text(
    struct compile *c, const struct compile_tree *t, uint32_t node);
uint32_t compile_texts(
    struct compile *c, const struct compile_tree *t, uint32_t node);
bool compile_bool(const struct compile_tree *t, uint32_t node);
uint64_t compile_u64(const struct compile_tree *t, uint32_t node);
int64_t compile_i64(const struct compile_tree *t, uint32_t node);
double compile_f64(const struct compile_tree *t, uint32_t node);
enum json_kind compile_kind(const struct compile_tree *t, uint32_t node);

/* The string record in lower case. */
uint32_t compile_lower(struct compile *c, uint32_t str);
bool compile_is_user_id(const struct compile *c, uint32_t lower);

/*
 * compile_value.c: a value record of a readable node; of what a
 * Returnable may be, anything else becoming the empty object; and text as the
 * reference writes it, appended to c->text.
 */
uint32_t compile_value(
    struct compile *c, const struct compile_tree *t, uint32_t node);
uint32_t compile_returnable(
    struct compile *c, const struct compile_tree *t, uint32_t node);
uint32_t compile_constant(
    struct compile *c, enum image_type type, const char *text);
void compile_put_scalar(
    struct compile *c, const struct compile_tree *t, uint32_t node);

/*
 * compile_condition.c: fills in a condition's record from an entry of
 * c->conditions, only checks such an entry, or fills in a field description.
 */
bool compile_condition_put(
    struct compile *c, uint32_t condition, uint32_t record);
bool compile_condition_check(struct compile *c, uint32_t condition);
void compile_field_put(struct compile *c, uint32_t at, uint32_t name);

/* compile_target.c: which strings of a target an operator looks up. */
enum compile_set {
	COMPILE_SET_NONE,
	COMPILE_SET_KEYS,
	COMPILE_SET_TEXTS,
	COMPILE_SET_VERSION, /* none, but the parts of a version */
};
uint32_t compile_target(struct compile *c, const struct compile_tree *t,
    uint32_t node, enum compile_set set);

/* compile_spec.c */
bool compile_specs(
    struct compile *c, struct compile_map *map, const char *section);
uint32_t compile_override_rule(
    struct compile *c, const struct compile_tree *t, uint32_t node);

/*
 * compile.c: values that many others are, to be made first; and giving back
 * all that a struct compile has gathered.
 */
void compile_constants(struct compile *c);
void compile_free(struct compile *c);

/* compile_store.c, compile_cmab.c, compile_mapping.c */
bool compile_stores(struct compile *c);

/*
 * A store as an override has it: an object of parameters, and whatever is
 * none of a kind is the value of one.
 */
bool compile_store_override(struct compile *c, const struct compile_tree *t,
    uint32_t node, uint32_t name, uint32_t *record);
bool compile_cmabs(struct compile *c);
bool compile_mappings(struct compile *c, bool have_rules);

#endif /* SYNCER_COMPILE_INT_H */
