/*
 * beside: what a project's generations have beside their image.
 *
 * Overrides of this host, the country table and ID lists come from elsewhere
 * than the rules and change when they like: the image is then published once
 * more, with what is new beside it.
 */
#ifndef SYNCER_BESIDE_H
#define SYNCER_BESIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "common/manifest.h"
#include "syncer/compile.h"
#include "syncer/config.h"
#include "syncer/countries.h"
#include "syncer/http.h"
#include "syncer/idlist_sync.h"
#include "syncer/loop.h"
#include "syncer/overrides_file.h"
#include "syncer/store.h"

/* What it works with; all outlive it. */
struct beside_parts {
	struct loop *loop;
	struct http *http;
	struct store *store;
	struct countries *countries;
	const struct config_project *config;
	const char *session;
	void (*changed)(void *arg); /* beside_is_news may be true */
	void (*settled)(void *arg); /* a poll for ID lists is over */
	void *arg;
};

struct beside {
	struct beside_parts parts;
	struct overrides_file *overrides;
	struct idlist_sync *lists;
	/* What the newest generation names. */
	struct manifest_section country; /* id 0: none */
	struct manifest_section override;
	uint64_t lists_version;
};

/*
 * Takes up what the project's newest generation names, if there is one.
 * FG_E_NOMEM; beside_free then takes it all the same.
 */
enum fg_status beside_new(struct beside *b, const struct beside_parts *parts);
void beside_free(struct beside *b);

/* Is there something that the newest generation does not name? */
bool beside_is_news(struct beside *b);

/*
 * Commits a generation with what belongs beside it now; without a document,
 * the image that is held goes on.  What store_commit_parts says, or
 * FG_E_NOMEM.  what: says what is new beside it, in a few words.
 */
enum fg_status beside_commit(struct beside *b, uint64_t generation,
    const struct compile_result *doc, char *what, size_t cap);

#endif /* SYNCER_BESIDE_H */
