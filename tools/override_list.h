/*
 * override_list: the overrides of a host, for people and programs.
 */
#ifndef TOOLS_OVERRIDE_LIST_H
#define TOOLS_OVERRIDE_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "reader/rules.h"

/* What is in force, and what is wrong with the file, as a value tells it. */
struct override_list {
	uint8_t *bytes; /* NULL: there are none; malloc()ed */
	size_t len;
	uint32_t n;
	char *refused; /* why the file is; NULL: it is not */
};

/* Copies them out; FG_OK also when there are none.  Free with the next. */
enum fg_status override_list_take(
    const uint8_t *bytes, size_t len, struct override_list *out);
enum fg_status override_list_pinned(struct rules *rules,
    const struct rules_pin *pin, struct override_list *out);
void override_list_free(struct override_list *list);

/* A line for each on standard output, and one if the file is refused. */
void override_list_print(const struct override_list *list);

#endif /* TOOLS_OVERRIDE_LIST_H */
