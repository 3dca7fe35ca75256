/*
 * pick: what the demonstration takes from a ruleset document, and the change
 * that it makes to it.
 */
#ifndef TOOLS_DEMO_PICK_H
#define TOOLS_DEMO_PICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PICK_GATES 3

/* A document that compiles, whose text it owns, and the first names in it. */
struct pick {
	char *text;
	size_t n;
	char *gates[PICK_GATES];
	size_t n_gates;
	char *config, *layer; /* NULL: it has none */
	uint32_t all_gates, all_configs, all_layers;
};

/* False with the reason in why: no rules, or rules that do not compile. */
bool pick_read(const char *path, struct pick *out, char why[256]);
void pick_free(struct pick *p);

/*
 * The document again, malloc()ed, with a later time, another checksum, and
 * before all other rules of gate (NULL: none) one that gives everybody this
 * value.  NULL: out of memory, or no such gate.
 */
char *pick_change(
    const struct pick *p, const char *gate, bool value, size_t *n);

#endif /* TOOLS_DEMO_PICK_H */
