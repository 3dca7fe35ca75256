/*
 * override: what overrides of the host and of this process say.
 */
#ifndef READER_OVERRIDE_H
#define READER_OVERRIDE_H

#include "common/hostwide.h"
#include "reader/user.h"

/*
 * The host's override for a user: under his userID, else under one of his
 * custom IDs, else for everyone.
 */
enum hostwide_end override_of_host(const struct image *host,
    enum hostwide_kind kind, const void *name, size_t n, uint64_t hash,
    const struct fg_user *user, struct hostwide *out);

#endif /* READER_OVERRIDE_H */
