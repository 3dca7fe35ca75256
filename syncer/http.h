/*
 * http: requests that do not make the loop wait.
 *
 * libcurl's multi interface on our loop.  Connections are kept and reused.  A
 * body is collected in memory, decoded if it is gzip, and a request whose
 * decoded body passes its limit is given up while it still arrives; or it is
 * handed on piece by piece.
 *
 * The SDK key is in the headers, and in the path of some URLs, so a redirect is
 * followed only to a place that the administrator named: the origin (scheme,
 * host and port) of one of `trusted`; from https never to http.  No text that
 * comes back holds the key if the log was told to hide it.
 */
#ifndef SYNCER_HTTP_H
#define SYNCER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/loop.h"

#define HTTP_HEADERS 16

struct http;
struct http_call;
struct http_response;

/*
 * A piece of a 2xx answer's body as it arrives, with what is known of the
 * answer; false gives the request up.  No call may be started or cancelled
 * from here.
 */
typedef bool http_data_fn(
    void *arg, const struct http_response *head, const char *data, size_t n);

struct http_request {
	const char *url;
	const char *headers[HTTP_HEADERS + 1]; /* "Name: value", NULL ends */
	const void *body; /* NULL: GET, else POST; stays valid until done */
	size_t body_len;
	const char *const *trusted; /* URLs, NULL ends; stays valid */
	const char *proxy;          /* NULL: the environment's; "none" */
	const char *ca_file;        /* NULL: the system's */
	uint64_t timeout_ms, connect_timeout_ms;
	uint64_t stall_ms; /* given up without a byte for so long; 0: not */
	size_t max_body;
	http_data_fn *data; /* takes the body, which is not collected then */
	bool gzip; /* the answer may be compressed; a cut in it may go unseen */
};

/* All of it is borrowed for the time of the callback. */
struct http_response {
	int status;        /* 0: nothing that counts as an answer */
	const char *error; /* why, in a few words; "" if status is not 0 */
	const char *body;  /* not NUL-terminated */
	size_t body_len;
	const char *content_type; /* "" if unknown */
	const char *region;       /* the server's, as it says; "" */
	uint64_t retry_after_ms;  /* 0: nothing was asked for */
	bool is_part;             /* Content-Range was there, */
	uint64_t part_at;         /* and the body begins at this byte */
	bool final; /* no answer, and asking again at once brings none either */
};

typedef void http_done_fn(void *arg, const struct http_response *response);

enum fg_status http_new(struct loop *loop, struct http **out);

/* Cancels what is under way. */
void http_free(struct http *http);

/*
 * Starts a request.  done is called once, from the loop, never from here,
 * unless the call is cancelled; *call is then gone.  The request's own fields
 * are copied, the texts as long as said above.
 */
enum fg_status http_start(struct http *http, const struct http_request *request,
    http_done_fn *done, void *arg, struct http_call **call);

/* NULL is nothing. */
void http_cancel(struct http_call *call);

/* Are scheme, host and port of the two URLs the same? */
bool http_same_origin(const char *a, const char *b);

/* May a request for `from` go on at `to`? */
bool http_may_follow(
    const char *from, const char *to, const char *const *trusted);

/* The version of libcurl, for --version. */
const char *http_library(void);

#endif /* SYNCER_HTTP_H */
