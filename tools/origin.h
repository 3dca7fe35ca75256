/*
 * origin: what the sources of forkgate-origin share.
 *
 * A thread per connection, one lock around all state: a delayed answer holds
 * up nobody else.
 */
#ifndef TOOLS_ORIGIN_H
#define TOOLS_ORIGIN_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <microhttpd.h>

#include "tools/origin_bytes.h"
#include "tools/origin_scan.h"

#define HEADERS_MAX  4096
#define NAME_MAX_LEN 64

enum endpoint {
	SPECS,
	EVENTS,
	ID_LISTS, /* which there are */
	ID_LIST,  /* the file of one */
	CONTROL,
	N_ENDPOINTS
};

extern const char *const origin_endpoint_names[];

/* What is wrong with an endpoint, until `count` requests have met it. */
struct fault {
	char kind[NAME_MAX_LEN]; /* "none", "500", "latency" ... */
	char arg[256];           /* after the colon */
	long count;              /* requests it is still for; -1: all */
};

struct request {
	enum endpoint endpoint;
	char *target; /* path and query as they arrived */
	struct bytes body;
	struct fault fault;
	bool begun;
};

struct rules {
	struct stat st;
	struct bytes text, gzip;
	uint64_t time;
	char checksum[128];
};

struct endpoint_state {
	struct fault fault;
	uint64_t requests, faults;
	char headers[HEADERS_MAX]; /* of the latest request, a JSON object */
	char target[1024];
};

struct origin {
	pthread_mutex_t lock;
	pthread_cond_t stopping;
	bool stop;
	const char *rules_path, *key;
	const char
	    *lists_dir; /* a file for each ID list; NULL: there are none */
	const char *lists_base; /* where they are said to be; NULL: here */
	char faulty_list[NAME_MAX_LEN]; /* "": faults are for all of them */
	FILE *events_out;
	bool verbose;
	struct rules rules;
	struct endpoint_state endpoints[CONTROL];
	uint64_t full, no_updates, spec_bytes, list_bytes;
	uint64_t batches, received, malformed, wire_bytes, bytes, retries;
	uint64_t *seen; /* hashes of events: open addressing, 0 is free */
	size_t n_seen, cap_seen;
};

extern struct origin origin;

/* Replaces what *out holds by a file; false with errno. */
bool origin_read_file(const char *path, struct stat *st, struct bytes *out);

/* The ruleset file, read again when it has changed; false: there is none. */
bool origin_rules_refresh(void);

/* Whether the request's sinceTime and checksum are the file's own. */
bool origin_rules_known(struct MHD_Connection *c);

/* Counts the elements of "events"; prints or stores each. */
long origin_count_events(struct scan_text array);
void origin_keep_events(struct scan_text array);

/* Answers; each queues one response. */
enum MHD_Result origin_answer_bytes(struct MHD_Connection *c, unsigned status,
    const char *type, const char *encoding, const char *extra_name,
    const char *extra_value, const void *p, size_t n);
enum MHD_Result origin_answer_json(
    struct MHD_Connection *c, unsigned status, const char *text);
enum MHD_Result origin_answer_truncated(
    struct MHD_Connection *c, const void *p, size_t n);
enum MHD_Result origin_answer_html(
    struct MHD_Connection *c, unsigned status, const char *retry_after);

/* True when the fault was an answer of its own, in *rc. */
bool origin_answer_fault(
    struct MHD_Connection *c, const struct fault *f, enum MHD_Result *rc);

/* The ID lists there are, and the file of one or a part of it. */
enum MHD_Result origin_answer_lists(
    struct MHD_Connection *c, const struct request *req);
enum MHD_Result origin_answer_list(
    struct MHD_Connection *c, const struct request *req, const char *path);

/* The name in the path of a list's file; NULL: it is another path. */
const char *origin_list_name(const char *path);

/* Endpoints of its own. */
enum MHD_Result origin_control_faults(struct MHD_Connection *c);
enum MHD_Result origin_control_stats(struct MHD_Connection *c);

#endif /* TOOLS_ORIGIN_H */
