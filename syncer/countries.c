#include "syncer/countries.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/crc32c.h"
#include "syncer/country.h"
#include "syncer/log.h"

struct countries {
	struct store *store;
	const char *path;
	struct stat seen; /* the file that was read last, well or not */
	uint64_t id;      /* 0: no table of it is stored */
	size_t len;       /* of that table */
	uint32_t crc;
	bool looked;
	int stat_errno; /* that was told about */
};

enum fg_status
countries_new(struct store *store, const char *path, struct countries **out)
{
	struct countries *c = calloc(1, sizeof(*c));

	*out = c;
	if (c == NULL)
		return FG_E_NOMEM;
	c->store = store;
	c->path = path;
	return FG_OK;
}

void
countries_free(struct countries *c)
{
	free(c);
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* True when there is a file that was not read yet. */
static bool
has_changed(struct countries *c)
{
	struct stat now;

	if (stat(c->path, &now) == -1) {
		if (errno != c->stat_errno)
			log_warn(
			    "country_table %s: %s", c->path, strerror(errno));
		c->stat_errno = errno;
		return false;
	}
	c->stat_errno = 0;
	if (c->looked && same_file(&now, &c->seen))
		return false;
	c->looked = true;
	c->seen = now;
	return true;
}

static void
take(struct countries *c, const uint8_t *table, size_t len,
    const struct manifest_section *held)
{
	uint32_t crc = crc32c(0, table, len);
	enum fg_status st;
	uint64_t id;

	if (c->id != 0 && c->len == len && c->crc == crc)
		return;
	c->len = len;
	c->crc = crc;
	if (held->id != 0 && held->len == len && held->crc == crc) {
		c->id = held->id;
		return;
	}
	st = store_put_shared(c->store, table, len, &id);
	if (st != FG_OK) {
		countries_forget(c);
		log_warn("country_table %s: it cannot be stored: %s", c->path,
		    st == FG_E_IO ? strerror(errno) : fg_strerror(st));
		return;
	}
	c->id = id;
	log_info("country_table %s: %zu bytes are stored", c->path, len);
}

uint64_t
countries_id(struct countries *c, const struct manifest_section *held)
{
	struct country_error err;
	uint8_t *table;
	size_t len;

	if (c->path == NULL)
		return 0;
	if (has_changed(c)) {
		if (country_load(c->path, &table, &len, &err) == FG_OK)
			take(c, table, len, held);
		else
			log_warn("country_table %s: %s; what was there stays",
			    c->path, err.text);
		free(table);
	}
	return c->id != 0 ? c->id : held->id;
}

void
countries_forget(struct countries *c)
{
	c->id = 0;
	c->looked = false;
}
