#include "syncer/positions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE 4096 /* forgotten in one transaction */

enum fg_status
positions_get(void *arg, const uint8_t id[SEGMENT_ID], uint64_t *pos)
{
	return store_position(arg, id, pos);
}

enum fg_status
positions_save(void *arg, const struct tail_change *changes, size_t n)
{
	struct store_position *to = calloc(n, sizeof(*to));
	enum fg_status status;

	if (to == NULL)
		return FG_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		memcpy(to[i].id, changes[i].id, sizeof(to[i].id));
		to[i].pos = changes[i].pos;
	}
	status = store_positions_save(arg, to, n);
	free(to);
	return status;
}

struct stale {
	int dirfd;
	struct store_position *list;
	size_t n;
};

static bool
note_stale(void *arg, const struct store_position *p)
{
	struct stale *stale = arg;
	char name[SEGMENT_NAME];

	segment_name(name, "seg-", p->id);
	/* Only what is certainly not there: an error is no absence. */
	if (faccessat(stale->dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
	    errno == ENOENT) {
		stale->list[stale->n] = *p;
		stale->list[stale->n++].pos = TAIL_FORGET;
	}
	return stale->n < AT_ONCE;
}

enum fg_status
positions_clear(struct store *store, const char *queue_dir)
{
	struct stale stale = {
	    .dirfd = open(queue_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	    .list = calloc(AT_ONCE, sizeof(*stale.list)),
	};
	enum fg_status status = FG_OK;

	if (stale.dirfd < 0 || stale.list == NULL)
		status = stale.dirfd < 0 ? FG_E_IO : FG_E_NOMEM;
	do {
		stale.n = 0;
		if (status == FG_OK)
			status =
			    store_positions_each(store, note_stale, &stale);
		if (status == FG_OK)
			status =
			    store_positions_save(store, stale.list, stale.n);
	} while (status == FG_OK && stale.n == AT_ONCE);
	if (stale.dirfd >= 0)
		close(stale.dirfd);
	free(stale.list);
	return status;
}
