#include "syncer/beside.h"

#include <stdio.h>
#include <stdlib.h>

#define FIXED 2 /* sections other than those of ID lists */

static void
find(const struct store_generation *held, uint32_t kind,
    struct manifest_section *out)
{
	if (manifest_find(held->manifest, held->manifest_len, kind, 0, out) !=
	    FG_OK)
		out->id = 0;
}

enum fg_status
beside_new(struct beside *b, const struct beside_parts *parts)
{
	const struct config_project *config = parts->config;
	const struct overrides_file_parts overrides = {
	    .loop = parts->loop,
	    .store = parts->store,
	    .project = config->name,
	    .path = config->overrides_file,
	    .changed = parts->changed,
	    .arg = parts->arg,
	};
	const struct idlist_sync_parts lists = {
	    .loop = parts->loop,
	    .http = parts->http,
	    .store = parts->store,
	    .config = config,
	    .session = parts->session,
	    .changed = parts->changed,
	    .settled = parts->settled,
	    .arg = parts->arg,
	};
	struct store_generation held;
	enum fg_status st;

	*b = (struct beside){.parts = *parts};
	if (store_latest(parts->store, config->name, &held) == FG_OK) {
		find(&held, MANIFEST_COUNTRIES, &b->country);
		find(&held, MANIFEST_OVERRIDES, &b->override);
	}
	st = idlist_sync_new(&lists, &b->lists);
	if (st != FG_OK)
		return st;
	return overrides_file_new(&overrides, &b->override, &b->overrides);
}

void
beside_free(struct beside *b)
{
	overrides_file_free(b->overrides);
	idlist_sync_free(b->lists);
}

bool
beside_is_news(struct beside *b)
{
	return overrides_file_id(b->overrides) != b->override.id ||
	    idlist_sync_version(b->lists) != b->lists_version ||
	    countries_id(b->parts.countries, &b->country) != b->country.id;
}

/* ---- committing ---- */

/* Free() *out. */
static enum fg_status
list_parts(
    struct beside *b, uint64_t country, struct store_part **out, size_t *n)
{
	const struct store_part fixed[FIXED] = {
	    /* Readers look for overrides directly behind the image. */
	    {MANIFEST_OVERRIDES, 0, overrides_file_id(b->overrides)},
	    {MANIFEST_COUNTRIES, 0, country},
	};
	struct store_part *lists, *all;
	size_t n_lists;
	enum fg_status st =
	    idlist_sync_commit_parts(b->lists, &lists, &n_lists);

	*n = 0;
	*out = all = calloc(FIXED + n_lists, sizeof(*all));
	if (st == FG_OK && all == NULL)
		st = FG_E_NOMEM;
	for (size_t i = 0; st == FG_OK && i < FIXED; i++)
		if (fixed[i].id != 0)
			all[(*n)++] = fixed[i];
	for (size_t i = 0; st == FG_OK && i < n_lists; i++)
		all[(*n)++] = lists[i];
	free(lists);
	return st;
}

/* The names of what is new, joined by "and". */
static void
tell(struct beside *b, uint64_t country, char *what, size_t cap)
{
	uint64_t override = overrides_file_id(b->overrides);
	const char *const news[] = {
	    override == b->override.id ? NULL
		: override != 0        ? "other overrides"
				       : "no overrides",
	    country == b->country.id ? NULL
		: country != 0       ? "another country table"
				     : "no country table",
	    idlist_sync_version(b->lists) == b->lists_version
		? NULL
		: "other ID lists",
	};
	size_t n = 0;

	what[0] = '\0';
	for (size_t i = 0; i < sizeof(news) / sizeof(news[0]); i++)
		if (news[i] != NULL && n < cap)
			n += (size_t)snprintf(what + n, cap - n, "%s%s",
			    n > 0 ? " and " : "", news[i]);
}

/* A value is gone from the store: all of them are made or fetched anew. */
static void
forget(struct beside *b)
{
	b->country.id = 0;
	countries_forget(b->parts.countries);
	overrides_file_forget(b->overrides);
	idlist_sync_lost(b->lists);
}

enum fg_status
beside_commit(struct beside *b, uint64_t generation,
    const struct compile_result *doc, char *what, size_t cap)
{
	struct store *store = b->parts.store;
	const char *name = b->parts.config->name;
	uint64_t country = countries_id(b->parts.countries, &b->country);
	struct store_part *parts;
	size_t n;
	enum fg_status st = list_parts(b, country, &parts, &n);

	if (st == FG_OK)
		st = doc != NULL
		    ? store_commit_parts(store, name, generation, doc->time,
			  doc->image, doc->image_len, parts, n)
		    : store_commit_again(store, name, generation, parts, n);
	free(parts);
	tell(b, country, what, cap);
	if (st == FG_OK) {
		if (country != b->country.id)
			b->country = (struct manifest_section){.id = country};
		b->override.id = overrides_file_id(b->overrides);
		b->lists_version = idlist_sync_version(b->lists);
	} else if (st == FG_E_INVALID && n > 0) {
		forget(b);
	}
	return st;
}
