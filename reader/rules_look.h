/*
 * rules_look: finding the environment that is current, by path.
 *
 * Private to rules.  One thread of a process looks at a time, at most once a
 * second; the others go on with what there is.
 */
#ifndef READER_RULES_LOOK_H
#define READER_RULES_LOOK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "common/epoch.h"
#include "common/snapshot.h"
#include "reader/rules.h"
#include "reader/rules_map.h"

#define RULES_OLD_MS 10000 /* a syncer silent for so long is missed */

struct rules {
	struct rules_env *env; /* atomic; older ones hang on it */
	char *path;            /* STATE/rules/current */
	char project[EPOCH_NAME];
	uint8_t boot_id[EPOCH_ID];
	bool limited;
	uint32_t holder;   /* atomic: the process that looks now, or 0 */
	int32_t why;       /* atomic: enum fg_status, while there is no env */
	uint64_t beat;     /* atomic: the heartbeat seen last */
	uint64_t fresh_ms; /* atomic: it is young until then; 0: not reckoned */
	uint64_t next_look;   /* atomic: when one may look again */
	struct snapshot snap; /* bytes NULL unless it is a file */
	struct rules_pin fixed;
};

/* The environment in use, or NULL. */
struct rules_env *rules_env_of(struct rules *r);

/* Whether to look: the environment was replaced, or its syncer is silent. */
bool rules_look_is_due(struct rules *r, const struct rules_env *env);

/* Looks, unless somebody did within the last second or does now. */
void rules_look(struct rules *r);

/*
 * The lock of the one who looks, for who maps single values.  False after a
 * second of waiting.
 */
bool rules_lock_wait(struct rules *r);
void rules_unlock(struct rules *r);

#endif /* READER_RULES_LOOK_H */
