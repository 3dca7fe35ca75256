/*
 * list_tally: how many ID lists a generation has, and how long they are.
 */
#ifndef TOOLS_LIST_TALLY_H
#define TOOLS_LIST_TALLY_H

#include <stdint.h>

#include "reader/rules.h"

struct list_tally {
	uint64_t n, members;
	uint64_t
	    changed_ms; /* the latest change of one, Unix time; 0: unknown */
};

/* FG_OK also when there are none; FG_E_BUSY: the generation went meanwhile. */
enum fg_status list_tally_pinned(
    struct rules *rules, const struct rules_pin *pin, struct list_tally *out);

#endif /* TOOLS_LIST_TALLY_H */
