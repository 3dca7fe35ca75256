/*
 * compile_top: the fields of the document itself.
 */
#ifndef SYNCER_COMPILE_TOP_H
#define SYNCER_COMPILE_TOP_H

#include "syncer/compile_int.h"

enum compile_top {
	COMPILE_HAS_UPDATES,
	COMPILE_TIME,
	COMPILE_GATES,
	COMPILE_CONFIGS,
	COMPILE_LAYERS,
	COMPILE_CONDITIONS,
	COMPILE_EXPERIMENT_LAYER,
	COMPILE_APP_ID,
	COMPILE_ID_LISTS,
	COMPILE_STORES,
	COMPILE_CMABS,
	COMPILE_OVERRIDES,
	COMPILE_OVERRIDE_RULES,
	COMPILE_DEFAULT_ENV,
	COMPILE_KEYS_TO_APPS,
	COMPILE_HASHED_KEYS_TO_APPS,
	COMPILE_DIAGNOSTICS,
	COMPILE_SDK_CONFIGS,
	COMPILE_SDK_FLAGS,
	COMPILE_SESSION_REPLAY,
	COMPILE_AUTO_CAPTURE,
	COMPILE_GCIR,
	COMPILE_CHECKSUM,
	COMPILE_COMPANY_ID,
	COMPILE_FORMAT,
	COMPILE_N_TOP,
};

extern const struct compile_field compile_top_fields[COMPILE_N_TOP];

/* Checks a field that is not one of the big maps, parsed as t. */
bool compile_top_check(
    struct compile *c, const struct compile_tree *t, enum compile_top field);

/* Puts into the header what readers need of such a field. */
void compile_top_put(
    struct compile *c, const struct compile_tree *t, enum compile_top field);

#endif /* SYNCER_COMPILE_TOP_H */
