#include <stdlib.h>
#include <string.h>

#include "syncer/tail_private.h"

/* An id is random, but chosen by others: chains may get long, not wrong. */
static size_t
chain_of(const uint8_t id[SEGMENT_ID])
{
	return le64dec(id) % TAIL_SEGMENTS;
}

/* From calloc and handed out in order: unused entries cost no memory. */
enum fg_status
tail_table_init(struct tail_table *tab)
{
	tab->pool = calloc(TAIL_SEGMENTS, sizeof(*tab->pool));
	return tab->pool != NULL ? FG_OK : FG_E_NOMEM;
}

void
tail_table_free(struct tail_table *tab)
{
	free(tab->pool);
	memset(tab, 0, sizeof(*tab));
}

struct lane_segment *
tail_table_get(const struct tail_table *tab, const uint8_t id[SEGMENT_ID])
{
	struct lane_segment *s = tab->chains[chain_of(id)];

	while (s != NULL && memcmp(s->id, id, SEGMENT_ID) != 0)
		s = s->next;
	return s;
}

struct lane_segment *
tail_table_add(struct tail_table *tab, const uint8_t id[SEGMENT_ID])
{
	struct lane_segment **chain = &tab->chains[chain_of(id)];
	struct lane_segment *s = tab->free;

	if (s != NULL)
		tab->free = s->next;
	else if (tab->n_touched < TAIL_SEGMENTS)
		s = &tab->pool[tab->n_touched++];
	else
		return NULL;
	memset(s, 0, sizeof(*s));
	memcpy(s->id, id, SEGMENT_ID);
	s->next = *chain;
	*chain = s;
	return s;
}

void
tail_table_drop(struct tail_table *tab, struct lane_segment *s)
{
	struct lane_segment **p = &tab->chains[chain_of(s->id)];

	while (*p != s)
		p = &(*p)->next;
	*p = s->next;
	s->next = tab->free;
	tab->free = s;
}
