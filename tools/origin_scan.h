/*
 * origin_scan: finding one's way in a JSON text without building a tree.
 *
 * The local origin counts events and reads two members of a ruleset; it is no
 * judge of JSON.  Strings, escapes and nesting are followed exactly, the inside
 * of numbers and literals is taken as it is.  All results borrow the text.
 */
#ifndef TOOLS_ORIGIN_SCAN_H
#define TOOLS_ORIGIN_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of JSON text; p is NULL when there is none. */
struct scan_text {
	const char *p;
	size_t n;
};

/* The value of the first member `name` of the object that text holds. */
struct scan_text scan_member(struct scan_text text, const char *name);

/*
 * Begins a walk over the array that text holds: what is left is in *rest.
 * False if text holds no array.
 */
bool scan_array(struct scan_text text, struct scan_text *rest);

/*
 * Takes the next element off *rest.  Its p is NULL at the end of the array,
 * and *broken says then whether the array was malformed or cut off.
 */
struct scan_text scan_next(struct scan_text *rest, bool *broken);

/* The text's digits as a number; 0 if it does not begin with one. */
uint64_t scan_u64(struct scan_text text);

#endif /* TOOLS_ORIGIN_SCAN_H */
