/*
 * identity: who we say we are, in the headers of every request.
 */
#ifndef SYNCER_IDENTITY_H
#define SYNCER_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "syncer/http.h"
#include "syncer/secret.h"

#define IDENTITY_SDK_TYPE "forkgate"
#define IDENTITY_SESSION  37 /* bytes of a UUID as text, NUL included */

/* A random UUID, version 4: one for a process's life. */
void identity_session(char dst[IDENTITY_SESSION]);

/* The headers that all requests carry, as text. */
struct identity_headers {
	char key[SECRET_MAX + 32];
	char session[80];
	char time[48];
	char service[128];
};

/*
 * Fills in *text and lets request->headers point to it; returns how many there
 * are, so that the caller can add more.  time_ms is when the call was made:
 * attempts of one call carry the same.  service may be NULL, and so may secret,
 * for a place that has no business with the key.
 */
size_t identity_put(struct http_request *request, struct identity_headers *text,
    const struct secret *secret, const char *session, const char *service,
    uint64_t time_ms);

/* The rules' URL: prefix/KEY.json?sinceTime=T&checksum=C, or NULL. */
char *identity_specs_url(const char *prefix, const struct secret *secret,
    uint64_t since_ms, const char *checksum);

#endif /* SYNCER_IDENTITY_H */
