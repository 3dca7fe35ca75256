/*
 * json: JSON text, checked once and then read through a tree.
 *
 * Reading goes in two steps.  json_check() proves that bytes hold a JSON text
 * after RFC 8259 and where it ends.  Everything else in this module takes text
 * that has been checked and relies on it.
 *
 * The check knows grammar and UTF-8.  What only matters once a value is read
 * is left to the reader of that value, because nobody is to be refused for
 * a field that no one looks at: an escaped half of a surrogate pair
 * (json_string), a number beyond its type (json_i64 ...), nesting
 * (json_node.depth).  Nothing here recurses.
 *
 * No function keeps the text; trees and walks borrow it.
 */
#ifndef SYNCER_JSON_H
#define SYNCER_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

/* A longer text is refused: token offsets are ints. */
#define JSON_MAX_BYTES 0x7ffffff0U

/*
 * Known values nest at most this deep, counted from the outermost container.
 * A tree holds somewhat more levels than that, below which everything is
 * one number 0; a reader who honours JSON_MAX_DEPTH never sees those.
 */
#define JSON_MAX_DEPTH 127

/*
 * Checks the JSON text at the start of n bytes.  FG_OK: *end is the offset
 * behind it; what follows there is not looked at.  FG_E_INVALID: *end is the
 * offset of the byte that cannot be, n when the text breaks off.  FG_E_SPACE:
 * longer than JSON_MAX_BYTES.  FG_E_NOMEM: nests too deep for the memory left.
 * json_check_why() also says in a few words what is wrong.
 */
enum fg_status json_check(const char *text, size_t n, size_t *end);
enum fg_status json_check_why(
    const char *text, size_t n, size_t *end, const char **why);

/* Where an offset lies for a human: both from 1, the column in bytes. */
struct json_place {
	size_t line;
	size_t column;
};
struct json_place json_place(const char *text, size_t n, size_t at);

enum json_kind {
	JSON_NULL = 0,
	JSON_FALSE = 1,
	JSON_TRUE = 2,
	JSON_NUMBER = 3,
	JSON_STRING = 4,
	JSON_ARRAY = 5,
	JSON_OBJECT = 6,
};

/* The kind of the value that starts with this byte. */
enum json_kind json_kind_of(char first);

/* A value within checked text. */
struct json_span {
	const char *text;
	size_t n;
	size_t depth;    /* of containers: 0 for a scalar, 1 for [] */
	size_t n_tokens; /* no more tokens than this */
	bool escapes;    /* a string in it has a backslash */
};

/* Skips white space and spans the value after it. */
struct json_span json_span(const char *text, size_t n);

/*
 * A walk over the elements of an array or the members of an object, without a
 * tree and each byte looked at once: for containers too big for a tree.
 *
 * begin starts at a container, false if the n bytes start with something else.
 * next steps to the next value and tells its key, the n bytes between the
 * quotes for json_string(); false at the end.  At a value, text points to its
 * first byte, and one of two must be called: value spans it and passes on; or
 * enter begins a walk of its members, and leave, after that one's end, passes
 * on.  Enter too is false if the value is no container.
 */
struct json_walk {
	const char *text;
	const char *end;
	bool keyed;
	bool first;
};

bool json_walk_begin(struct json_walk *w, const char *text, size_t n);
bool json_walk_next(struct json_walk *w, const char **key, size_t *key_len);
struct json_span json_walk_value(struct json_walk *w);
bool json_walk_enter(const struct json_walk *w, struct json_walk *inner);
void json_walk_leave(struct json_walk *w, const struct json_walk *inner);

/*
 * A value in a tree.  Nodes lie in the order of the text: the first child of
 * node i is i + 1, and next is the first node behind i and all below it.
 * In an object a key is a JSON_STRING node and its value the node after it.
 */
struct json_node {
	uint32_t start; /* of a string: behind its quote */
	uint32_t end;
	uint32_t next;
	uint32_t n_children; /* elements or members */
	uint8_t kind;        /* enum json_kind */
	uint8_t depth;       /* levels of containers in it, 255: that or more */
};

/* Reusable: memory stays for the next parse. */
struct json_tree {
	const char *text;
	const struct json_node *nodes; /* 0 is the root */
	uint32_t n_nodes;
	bool escapes;             /* a string in it has a backslash */
	void *tokens, *own_nodes; /* private from here on */
	size_t cap;
	char *copy;
	size_t copy_cap;
};

/* Starts from zeroes; json_tree_free() takes any stage. */
enum fg_status json_parse(struct json_tree *t, const struct json_span *value);
void json_tree_free(struct json_tree *t);

/* Memory that a string is decoded in; starts from zeroes, free() it. */
struct json_buf {
	char *bytes;
	size_t cap;
};

/*
 * Decodes the n bytes between a string's quotes.  *s points to them where
 * they hold no escape, else into buf, until the next call with it.
 * FG_E_INVALID: half a surrogate pair.  FG_E_NOMEM.
 */
enum fg_status json_string(const char *raw, size_t n, struct json_buf *buf,
    const char **s, size_t *len);

/* Numbers by their spelling: false when it is not one of that type. */
bool json_i64(const char *s, size_t n, int64_t *out);
bool json_u64(const char *s, size_t n, uint64_t *out);

#endif /* SYNCER_JSON_H */
