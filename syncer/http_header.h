/*
 * http_header: what an answer's headers say, line by line as they arrive.
 */
#ifndef SYNCER_HTTP_HEADER_H
#define SYNCER_HTTP_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts from zeroes; a call that is sent on meets several answers. */
struct http_header {
	bool whole; /* the empty line has come */
	uint64_t retry_after_ms;
	char region[64]; /* one that is too long is cut */
	/* Of Content-Range: where in the whole thing the body begins. */
	bool is_part;
	uint64_t part_at;
};

/* Takes one line, its end included; now: Unix seconds, for Retry-After. */
void http_header_line(
    struct http_header *h, const char *line, size_t n, int64_t now);

#endif /* SYNCER_HTTP_HEADER_H */
