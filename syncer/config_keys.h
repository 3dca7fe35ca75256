/*
 * config_keys: the table of all keys, and how a value is taken.
 */
#ifndef SYNCER_CONFIG_KEYS_H
#define SYNCER_CONFIG_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "syncer/config.h"

enum config_section {
	CONFIG_SYNCER,
	CONFIG_EVENTS,
	CONFIG_PROJECT,
};

enum config_type {
	CONFIG_TEXT,
	CONFIG_PATH, /* absolute */
	CONFIG_URL,
	CONFIG_COUNT,
	CONFIG_BYTES,
	CONFIG_MS,
	CONFIG_BOOL,
	CONFIG_LEVEL,
	CONFIG_DEDUPE,
	CONFIG_ID_LISTS,
	CONFIG_KEY, /* the SDK key's value: from the environment alone */
};

/* All fields that are no texts are uint64_t. */
struct config_key {
	enum config_section section;
	const char *name;
	enum config_type type;
	size_t offset;     /* in the section's struct */
	const char *value; /* the default; NULL: none */
	uint64_t min, max; /* of a number */
};

extern const struct config_key config_keys[];
extern const size_t config_n_keys;

const struct config_key *config_key_find(
    enum config_section section, const char *name, size_t len);

/*
 * Sets the key's field in the section's struct.  Returns NULL, or what is
 * wrong with the value and what to write: a text valid until the next call.
 */
const char *config_key_set(
    const struct config_key *key, void *section, const char *value);

#endif /* SYNCER_CONFIG_KEYS_H */
