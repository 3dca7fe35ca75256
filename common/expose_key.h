/*
 * expose_key: which exposures say the same, as a number.
 *
 * Workers leave out what they have logged lately by it, and a syncer that is
 * asked to, what any worker of the host has.  Not seeded: it is the same number
 * in every process.  It is stored nowhere, so it may change with any version.
 */
#ifndef COMMON_EXPOSE_KEY_H
#define COMMON_EXPOSE_KEY_H

#include <stdint.h>

#include "common/hash64.h"

/*
 * A user, as far as it counts: hashes of the user ID (of "" where there is
 * none), of the custom ID "stableID" (0: none), and the sum, which may wrap, of
 * those of all custom IDs.
 */
static inline uint64_t
expose_key_user(uint64_t user_id, uint64_t stable_id, uint64_t sum)
{
	uint64_t h = hash64_fold(user_id ^ HASH64_K0, stable_id ^ HASH64_K1);

	h = hash64_fold(h ^ sum, HASH64_K0);
	return h != 0 ? h : 1;
}

/*
 * The key of an exposure; extra is the value, or a parameter's hash.  Of what
 * kind it is does not count, as in the reference: a gate and a config of one
 * name may meet.
 */
static inline uint64_t
expose_key(
    uint64_t name_hash, uint64_t rule_hash, uint64_t user_hash, uint64_t extra)
{
	uint64_t h = hash64_fold(name_hash ^ HASH64_K0, rule_hash ^ HASH64_K1);

	return hash64_fold(h ^ user_hash, extra ^ HASH64_K0);
}

#endif /* COMMON_EXPOSE_KEY_H */
