#include "syncer/identity.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syncer/retry.h"

void
identity_session(char dst[IDENTITY_SESSION])
{
	uint64_t a = retry_random(), b = retry_random();

	/* The version in the 13th digit, the variant in the 17th. */
	a = (a & ~(uint64_t)0xf000) | 0x4000;
	b = (b & ~((uint64_t)3 << 62)) | (uint64_t)2 << 62;
	snprintf(dst, IDENTITY_SESSION, "%08x-%04x-%04x-%04x-%012llx",
	    (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
	    (unsigned)(a & 0xffff), (unsigned)(b >> 48),
	    (unsigned long long)(b & 0xffffffffffff));
}

size_t
identity_put(struct http_request *request, struct identity_headers *text,
    const struct secret *secret, const char *session, const char *service,
    uint64_t time_ms)
{
	size_t n = 0;

	snprintf(text->session, sizeof(text->session),
	    "statsig-server-session-id: %s", session);
	snprintf(text->time, sizeof(text->time), "statsig-client-time: %llu",
	    (unsigned long long)time_ms);
	snprintf(text->service, sizeof(text->service), "x-request-service: %s",
	    service != NULL ? service : "unknown");
	if (secret != NULL) {
		snprintf(text->key, sizeof(text->key), "statsig-api-key: %s",
		    secret->key);
		request->headers[n++] = text->key;
	}
	request->headers[n++] = "statsig-sdk-type: " IDENTITY_SDK_TYPE;
	request->headers[n++] = "statsig-sdk-version: " FORKGATE_VERSION;
	request->headers[n++] = text->session;
	request->headers[n++] = text->time;
	request->headers[n++] = text->service;
	request->headers[n] = NULL;
	return n;
}

/* What a checksum may hold that a URL may not is encoded, once. */
static void
encode(char *dst, size_t cap, const char *src)
{
	size_t n = 0;

	for (; *src != '\0' && n + 4 < cap; src++) {
		unsigned char c = (unsigned char)*src;
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || strchr("-._~", c) != NULL;

		n += (size_t)snprintf(
		    dst + n, cap - n, plain ? "%c" : "%%%02X", c);
	}
	dst[n] = '\0';
}

char *
identity_specs_url(const char *prefix, const struct secret *secret,
    uint64_t since_ms, const char *checksum)
{
	char since[48] = "", sum[1024] = "", *url = NULL;
	size_t n;

	if (since_ms > 0)
		snprintf(since, sizeof(since), "?sinceTime=%llu",
		    (unsigned long long)since_ms);
	/* One that is absurdly long is left out: we get more than we need. */
	if (checksum != NULL && *checksum != '\0' && strlen(checksum) < 300) {
		n = (size_t)snprintf(
		    sum, sizeof(sum), "%cchecksum=", since_ms > 0 ? '&' : '?');
		encode(sum + n, sizeof(sum) - n, checksum);
	}
	if (asprintf(&url, "%s/%s.json%s%s", prefix, secret->encoded, since,
		sum) < 0)
		return NULL;
	return url;
}
