/*
 * forkgate-origin: a server for the demonstration and the tests that speaks
 * as much of the origin's protocol as the syncer uses, on the loopback
 * interface, and that can be told to misbehave while it runs.
 *
 * A thread per connection, one lock around all state: a delayed answer holds
 * up nobody else.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <microhttpd.h>

#include "common/hash64.h"
#include "tools/origin_bytes.h"
#include "tools/origin_scan.h"

#define HEADERS_MAX  4096
#define NAME_MAX_LEN 64

enum endpoint {
	SPECS,
	EVENTS,
	ID_LISTS,
	CONTROL,
	N_ENDPOINTS
};

static const char *const endpoint_names[] = {"specs", "events", "id_lists"};

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

static struct {
	pthread_mutex_t lock;
	pthread_cond_t stopping;
	bool stop;
	const char *rules_path, *key;
	FILE *events_out;
	bool verbose;
	struct rules rules;
	struct endpoint_state endpoints[CONTROL];
	uint64_t full, no_updates, spec_bytes;
	uint64_t batches, received, malformed, wire_bytes, bytes, retries;
	uint64_t *seen; /* hashes of events: open addressing, 0 is free */
	size_t n_seen, cap_seen;
} origin = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .stopping = PTHREAD_COND_INITIALIZER,
};

/* ---- the ruleset ---- */

static bool
read_file(const char *path, struct stat *st, struct bytes *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char block[65536];
	ssize_t got;

	out->n = 0;
	if (fd < 0 || fstat(fd, st) != 0) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((got = read(fd, block, sizeof(block))) > 0)
		bytes_add(out, block, (size_t)got);
	close(fd);
	return got == 0;
}

/* Reads the file again if it is another one than last time. */
static bool
rules_refresh(void)
{
	struct rules *r = &origin.rules;
	struct scan_text doc, checksum;
	struct stat st;

	if (stat(origin.rules_path, &st) != 0)
		return false;
	if (r->text.p != NULL && st.st_ino == r->st.st_ino &&
	    st.st_size == r->st.st_size &&
	    st.st_mtim.tv_sec == r->st.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == r->st.st_mtim.tv_nsec)
		return true;
	if (!read_file(origin.rules_path, &r->st, &r->text))
		return false;
	bytes_gzip(r->text.p, r->text.n, &r->gzip);
	doc = (struct scan_text){r->text.p, r->text.n};
	r->time = scan_u64(scan_member(doc, "time"));
	checksum = scan_member(doc, "checksum");
	r->checksum[0] = '\0';
	if (checksum.p != NULL && checksum.n > 2 && checksum.p[0] == '"')
		snprintf(r->checksum, sizeof(r->checksum), "%.*s",
		    (int)(checksum.n - 2), checksum.p + 1);
	return true;
}

/* Do sinceTime and checksum say that the caller has all there is? */
static bool
rules_are_known(struct MHD_Connection *c)
{
	const char *since = MHD_lookup_connection_value(
		       c, MHD_GET_ARGUMENT_KIND, "sinceTime"),
		   *checksum = MHD_lookup_connection_value(
		       c, MHD_GET_ARGUMENT_KIND, "checksum");
	const struct rules *r = &origin.rules;

	if (since == NULL || strtoull(since, NULL, 10) < r->time)
		return false;
	return checksum == NULL || r->checksum[0] == '\0' ||
	    strcmp(checksum, r->checksum) == 0;
}

/* ---- events ---- */

static bool
seen_before(const char *p, size_t n)
{
	uint64_t h = hash64(p, n);
	size_t at;

	if (origin.n_seen * 2 >= origin.cap_seen) {
		size_t old_cap = origin.cap_seen;
		uint64_t *old = origin.seen;

		origin.cap_seen = old_cap == 0 ? 4096 : old_cap * 2;
		origin.seen = bytes_must(calloc(origin.cap_seen, sizeof(*old)));
		for (size_t i = 0; i < old_cap; i++) {
			at = old[i] & (origin.cap_seen - 1);
			while (old[i] != 0 && origin.seen[at] != 0)
				at = (at + 1) & (origin.cap_seen - 1);
			if (old[i] != 0)
				origin.seen[at] = old[i];
		}
		free(old);
	}
	at = h & (origin.cap_seen - 1);
	while (origin.seen[at] != 0 && origin.seen[at] != h)
		at = (at + 1) & (origin.cap_seen - 1);
	if (origin.seen[at] == h)
		return true;
	origin.seen[at] = h;
	origin.n_seen++;
	return false;
}

/* A raw line break can only stand between tokens, where a blank does too. */
static void
print_event(struct scan_text event)
{
	for (size_t i = 0; i < event.n; i++) {
		char ch = event.p[i];

		putc_unlocked(
		    ch == '\n' || ch == '\r' ? ' ' : ch, origin.events_out);
	}
	putc('\n', origin.events_out);
}

/* How many events the array holds, or -1 if it is not one whole array. */
static long
count_events(struct scan_text array)
{
	struct scan_text rest;
	bool broken;
	long n = 0;

	if (!scan_array(array, &rest))
		return -1;
	while (scan_next(&rest, &broken).p != NULL)
		n++;
	return broken ? -1 : n;
}

static void
keep_events(struct scan_text array)
{
	struct scan_text rest, event;
	bool broken;

	scan_array(array, &rest);
	while ((event = scan_next(&rest, &broken)).p != NULL) {
		origin.received++;
		seen_before(event.p, event.n);
		if (origin.events_out != NULL)
			print_event(event);
	}
	if (origin.events_out != NULL)
		fflush(origin.events_out);
}

/* ---- answers ---- */

static enum MHD_Result
answer_bytes(struct MHD_Connection *c, unsigned status, const char *type,
    const char *encoding, const char *extra_name, const char *extra_value,
    const void *p, size_t n)
{
	struct MHD_Response *r = bytes_must(MHD_create_response_from_buffer(
	    n, (void *)(uintptr_t)p, MHD_RESPMEM_MUST_COPY));
	enum MHD_Result rc;

	MHD_add_response_header(r, "Content-Type", type);
	if (encoding != NULL)
		MHD_add_response_header(r, "Content-Encoding", encoding);
	if (extra_name != NULL)
		MHD_add_response_header(r, extra_name, extra_value);
	rc = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result
answer_json(struct MHD_Connection *c, unsigned status, const char *text)
{
	return answer_bytes(c, status, "application/json", NULL, NULL, NULL,
	    text, strlen(text));
}

static enum MHD_Result
answer_html(struct MHD_Connection *c, unsigned status, const char *retry_after)
{
	static const char page[] = "<!DOCTYPE html><html><body>"
				   "forkgate-origin was told to say this"
				   "</body></html>\n";

	return answer_bytes(c, status, "text/html", NULL,
	    retry_after != NULL && retry_after[0] != '\0' ? "Retry-After"
							  : NULL,
	    retry_after, page, sizeof(page) - 1);
}

/* Blanks without end, as far as anyone reads them. */
static ssize_t
blanks(void *cls, uint64_t pos, char *buf, size_t max)
{
	(void)cls;
	(void)pos;
	memset(buf, ' ', max);
	return (ssize_t)max;
}

struct half {
	size_t n;
	char bytes[];
};

/* The first half of what was promised, and then the connection breaks. */
static ssize_t
first_half(void *cls, uint64_t pos, char *buf, size_t max)
{
	const struct half *half = cls;
	size_t n = half->n / 2;

	if (pos >= n)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n -= (size_t)pos;
	n = n < max ? n : max;
	memcpy(buf, half->bytes + pos, n);
	return (ssize_t)n;
}

static enum MHD_Result
answer_stream(struct MHD_Connection *c, uint64_t size,
    MHD_ContentReaderCallback reader, void *cls)
{
	struct MHD_Response *r = bytes_must(MHD_create_response_from_callback(
	    size, 65536, reader, cls, cls == NULL ? NULL : free));
	enum MHD_Result rc;

	MHD_add_response_header(r, "Content-Type", "application/json");
	rc = MHD_queue_response(c, 200, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result
answer_truncated(struct MHD_Connection *c, const void *p, size_t n)
{
	struct half *half = bytes_must(malloc(sizeof(*half) + n));

	half->n = n;
	memcpy(half->bytes, p, n);
	return answer_stream(c, n, first_half, half);
}

/*
 * Answers with one of the faults that know no endpoint, if it is one.  The
 * lock is held.
 */
static bool
answer_fault(
    struct MHD_Connection *c, const struct fault *f, enum MHD_Result *rc)
{
	static const char bad_gzip[] =
	    "\x1f\x8b\x08 this is no deflated stream";
	struct bytes bomb = {0};
	size_t number = strtoul(f->arg, NULL, 10);

	if (strspn(f->kind, "0123456789") == strlen(f->kind)) {
		*rc = answer_html(
		    c, (unsigned)strtoul(f->kind, NULL, 10), f->arg);
	} else if (strcmp(f->kind, "html") == 0) {
		*rc = answer_html(c, 200, NULL);
	} else if (strcmp(f->kind, "empty") == 0) {
		*rc = answer_json(c, 200, "");
	} else if (strcmp(f->kind, "redirect") == 0) {
		*rc = answer_bytes(
		    c, 302, "text/plain", NULL, "Location", f->arg, "", 0);
	} else if (strcmp(f->kind, "huge") == 0) {
		*rc = answer_stream(c, number * BYTES_MEGABYTE, blanks, NULL);
	} else if (strcmp(f->kind, "bomb") == 0) {
		bytes_bomb(number, &bomb);
		*rc = answer_bytes(c, 200, "application/json", "gzip", NULL,
		    NULL, bomb.p, bomb.n);
		bytes_free(&bomb);
	} else if (strcmp(f->kind, "badgzip") == 0) {
		*rc = answer_bytes(c, 200, "application/json", "gzip", NULL,
		    NULL, bad_gzip, sizeof(bad_gzip) - 1);
	} else {
		return false;
	}
	return true;
}

static enum MHD_Result
answer_specs(struct MHD_Connection *c, const struct request *req)
{
	const char *kind = req->fault.kind,
		   *accepts = MHD_lookup_connection_value(
		       c, MHD_HEADER_KIND, "Accept-Encoding"),
		   *key = MHD_lookup_connection_value(
		       c, MHD_HEADER_KIND, "statsig-api-key");
	const struct bytes *body = &origin.rules.text;
	const char *encoding = NULL;
	enum MHD_Result rc;

	if (answer_fault(c, &req->fault, &rc))
		return rc;
	if (origin.key != NULL && (key == NULL || strcmp(key, origin.key) != 0))
		return answer_json(c, 401, "Unauthorized");
	if (!rules_refresh()) {
		fprintf(stderr, "forkgate-origin: %s: %s\n", origin.rules_path,
		    strerror(errno));
		return answer_json(c, 503, "{\"error\":\"no ruleset file\"}");
	}
	if (strcmp(kind, "invalid") == 0)
		return answer_json(c, 200, "{\"has_updates\":true,\"time\":1}");
	if (strcmp(kind, "truncate") == 0)
		return answer_truncated(c, body->p, body->n);
	if (strcmp(kind, "noupdates") == 0 || rules_are_known(c)) {
		origin.no_updates++;
		return answer_json(c, 200, "{\"has_updates\":false}");
	}
	if (accepts != NULL && strstr(accepts, "gzip") != NULL) {
		body = &origin.rules.gzip;
		encoding = "gzip";
	}
	origin.full++;
	origin.spec_bytes += body->n;
	return answer_bytes(
	    c, 200, "application/json", encoding, NULL, NULL, body->p, body->n);
}

static enum MHD_Result
answer_events(struct MHD_Connection *c, struct request *req)
{
	const char *kind = req->fault.kind,
		   *encoding = MHD_lookup_connection_value(
		       c, MHD_HEADER_KIND, "Content-Encoding"),
		   *count = MHD_lookup_connection_value(
		       c, MHD_HEADER_KIND, "statsig-event-count"),
		   *retry = MHD_lookup_connection_value(
		       c, MHD_HEADER_KIND, "statsig-retry-count");
	struct bytes plain = {0};
	struct scan_text body = {req->body.p, req->body.n}, events;
	enum MHD_Result rc;
	long n = -1;

	origin.wire_bytes += req->body.n;
	if (retry != NULL && strcmp(retry, "0") != 0)
		origin.retries++;
	if (answer_fault(c, &req->fault, &rc))
		return rc;
	if (encoding != NULL && strcmp(encoding, "gzip") == 0) {
		if (bytes_gunzip(&req->body, &plain))
			body = (struct scan_text){plain.p, plain.n};
		else
			body.n = 0;
	}
	events = scan_member(body, "events");
	if (events.p != NULL && scan_member(body, "statsigMetadata").p != NULL)
		n = count_events(events);
	if (n < 0 || count == NULL || strtol(count, NULL, 10) != n) {
		origin.malformed++;
		rc = answer_json(c, 400,
		    "{\"error\":\"not the body that the "
		    "headers promise\"}");
	} else if (strcmp(kind, "toobig") == 0 &&
	    n > strtol(req->fault.arg, NULL, 10)) {
		rc = answer_html(c, 413, NULL);
	} else if (strcmp(kind, "false") == 0) {
		rc = answer_json(c, 200, "{\"success\":false}");
	} else {
		origin.batches++;
		origin.bytes += body.n;
		keep_events(events);
		rc = strcmp(kind, "cut") == 0
		    ? MHD_NO
		    : answer_json(c, 202, "{\"success\":true}");
	}
	bytes_free(&plain);
	return rc;
}

/* ---- control ---- */

static bool
fault_parse(const char *text, struct fault *f)
{
	static const char *const kinds[] = {"none", "latency", "slow",
	    "truncate", "badgzip", "noupdates", "refuse", "html", "huge",
	    "bomb", "redirect", "invalid", "cut", "false", "empty", "toobig"};
	const char *colon = strchr(text, ':');
	size_t len = colon != NULL ? (size_t)(colon - text) : strlen(text);
	bool known = len == 3 && strspn(text, "0123456789") >= 3 &&
	    text[0] >= '2' && text[0] <= '5';

	if (len >= sizeof(f->kind))
		return false;
	memcpy(f->kind, text, len);
	f->kind[len] = '\0';
	snprintf(f->arg, sizeof(f->arg), "%s", colon != NULL ? colon + 1 : "");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		known |= strcmp(f->kind, kinds[i]) == 0;
	return known;
}

static enum MHD_Result
answer_fault_control(struct MHD_Connection *c)
{
	const char *count =
	    MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "count");
	struct bytes out = {0};
	enum MHD_Result rc;

	bytes_add(&out, "{", 1);
	for (size_t i = 0; i < CONTROL; i++) {
		struct fault f, *live = &origin.endpoints[i].fault;
		const char *text = MHD_lookup_connection_value(
		    c, MHD_GET_ARGUMENT_KIND, endpoint_names[i]);

		if (text != NULL && !fault_parse(text, &f)) {
			bytes_free(&out);
			return answer_json(
			    c, 400, "{\"error\":\"unknown fault\"}\n");
		}
		if (text != NULL) {
			f.count = count != NULL ? strtol(count, NULL, 10) : -1;
			*live = f;
		}
		bytes_printf(
		    &out, "%s\"%s\":", i > 0 ? "," : "", endpoint_names[i]);
		bytes_quote(&out, live->kind);
	}
	bytes_add(&out, "}\n", 3);
	rc = answer_json(c, 200, out.p);
	bytes_free(&out);
	return rc;
}

static void
stats_write(struct bytes *out)
{
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = {
	    {"specs_full", origin.full},
	    {"specs_no_updates", origin.no_updates},
	    {"specs_bytes", origin.spec_bytes},
	    {"events_batches", origin.batches},
	    {"events_received", origin.received},
	    {"events_distinct", origin.n_seen},
	    {"events_malformed", origin.malformed},
	    {"events_retries", origin.retries},
	    {"events_wire_bytes", origin.wire_bytes},
	    {"events_bytes", origin.bytes},
	};

	bytes_add(out, "{", 1);
	for (size_t i = 0; i < CONTROL; i++) {
		const struct endpoint_state *e = &origin.endpoints[i];
		const char *name = endpoint_names[i];

		bytes_printf(out, "\"%s_requests\":%llu,\n", name,
		    (unsigned long long)e->requests);
		bytes_printf(out, "\"%s_faults\":%llu,\n", name,
		    (unsigned long long)e->faults);
		bytes_printf(out, "\"%s_headers\":%s,\n", name,
		    e->headers[0] != '\0' ? e->headers : "{}");
		bytes_printf(out, "\"%s_target\":", name);
		bytes_quote(out, e->target);
		bytes_add(out, ",\n", 2);
	}
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		bytes_printf(out, "%s\"%s\":%llu", i > 0 ? ",\n" : "",
		    counts[i].name, (unsigned long long)counts[i].value);
	bytes_add(out, "}\n", 3);
}

/* With ?only=NAME the bare value: easier for a shell than JSON. */
static enum MHD_Result
answer_stats(struct MHD_Connection *c)
{
	const char *only =
	    MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "only");
	struct bytes out = {0};
	struct scan_text value;
	enum MHD_Result rc;

	stats_write(&out);
	value = (struct scan_text){out.p, out.n - 1};
	if (only != NULL)
		value = scan_member(value, only);
	if (value.p == NULL)
		rc = answer_json(c, 404, "{\"error\":\"no such figure\"}\n");
	else
		rc = answer_bytes(c, 200, "application/json", NULL, NULL, NULL,
		    value.p, value.n);
	bytes_free(&out);
	return rc;
}

/* ---- requests ---- */

static enum MHD_Result
note_header(
    void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct bytes *out = cls;

	(void)kind;
	bytes_add(out, out->n > 1 ? "," : "", out->n > 1);
	bytes_quote(out, name);
	bytes_add(out, ":", 1);
	bytes_quote(out, value != NULL ? value : "");
	return MHD_YES;
}

/* Counts the request and takes the fault that it is to meet. */
static void
request_begin(struct MHD_Connection *c, struct request *req)
{
	struct endpoint_state *e = &origin.endpoints[req->endpoint];
	struct bytes headers = {0};

	bytes_add(&headers, "{", 1);
	MHD_get_connection_values(c, MHD_HEADER_KIND, note_header, &headers);
	bytes_add(&headers, "}", 2);
	e->requests++;
	snprintf(e->headers, sizeof(e->headers), "%s",
	    headers.n <= sizeof(e->headers) ? headers.p : "{}");
	snprintf(e->target, sizeof(e->target), "%s", req->target);
	bytes_free(&headers);
	req->fault = e->fault;
	if (strcmp(e->fault.kind, "none") != 0)
		e->faults++;
	if (e->fault.count > 0 && --e->fault.count == 0)
		strcpy(e->fault.kind, "none");
}

/* Waits as long as a fault says, unless the program is told to stop. */
static void
request_delay(const struct fault *f)
{
	unsigned long ms = strtoul(f->arg, NULL, 10);
	struct timespec until;

	if (strcmp(f->kind, "latency") != 0 && strcmp(f->kind, "slow") != 0)
		return;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	while (!origin.stop &&
	    pthread_cond_timedwait(&origin.stopping, &origin.lock, &until) !=
		ETIMEDOUT)
		;
}

static enum MHD_Result
answer(struct MHD_Connection *c, struct request *req, const char *path,
    const char *method)
{
	bool get = strcmp(method, "GET") == 0,
	     post = strcmp(method, "POST") == 0;

	switch (req->endpoint) {
	case SPECS:
		if (!get)
			break;
		return answer_specs(c, req);
	case EVENTS:
		if (!post)
			break;
		return answer_events(c, req);
	case ID_LISTS:
		return answer_json(c, 200, "{}");
	case CONTROL:
		if (strcmp(path, "/_fault") == 0)
			return answer_fault_control(c);
		if (strcmp(path, "/_stats") == 0)
			return answer_stats(c);
		return answer_json(c, 404, "{\"error\":\"no such path\"}\n");
	case N_ENDPOINTS:
		break;
	}
	return answer_json(c, 405, "{\"error\":\"wrong method\"}\n");
}

static enum endpoint
endpoint_of(const char *path)
{
	size_t n = strlen(path);

	if (strstr(path, "/download_config_specs/") != NULL)
		return SPECS;
	if (strstr(path, "/get_id_lists") != NULL)
		return ID_LISTS;
	if ((n >= 10 && strcmp(path + n - 10, "/log_event") == 0) ||
	    (n >= 6 && strcmp(path + n - 6, "/rgstr") == 0))
		return EVENTS;
	return CONTROL;
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *c, const char *path,
    const char *method, const char *version, const char *data, size_t *n,
    void **request)
{
	struct request *req = *request;
	enum MHD_Result rc = MHD_YES;

	(void)cls;
	(void)version;
	pthread_mutex_lock(&origin.lock);
	if (!req->begun) {
		req->begun = true;
		req->endpoint = endpoint_of(path);
		if (req->endpoint != CONTROL)
			request_begin(c, req);
		if (strcmp(req->fault.kind, "refuse") == 0)
			rc = MHD_NO;
	} else if (*n > 0) {
		if (req->body.n + *n > BYTES_MAX)
			rc = MHD_NO;
		else
			bytes_add(&req->body, data, *n);
		*n = 0;
	} else {
		request_delay(&req->fault);
		if (origin.verbose)
			fprintf(stderr, "forkgate-origin: %s %s, fault %s\n",
			    method,
			    endpoint_of(path) == CONTROL
				? path
				: endpoint_names[endpoint_of(path)],
			    req->fault.kind);
		rc = answer(c, req, path, method);
	}
	pthread_mutex_unlock(&origin.lock);
	return rc;
}

static void *
on_target(void *cls, const char *target, struct MHD_Connection *c)
{
	struct request *req = bytes_must(calloc(1, sizeof(*req)));

	(void)cls;
	(void)c;
	strcpy(req->fault.kind, "none");
	req->target = bytes_must(strdup(target));
	return req;
}

static void
on_done(void *cls, struct MHD_Connection *c, void **request,
    enum MHD_RequestTerminationCode why)
{
	struct request *req = *request;

	(void)cls;
	(void)c;
	(void)why;
	if (req == NULL)
		return;
	bytes_free(&req->body);
	free(req->target);
	free(req);
	*request = NULL;
}

/* ---- the program ---- */

static void
usage(FILE *to)
{
	fputs(
	    "usage: forkgate-origin [options] RULESET.json\n"
	    "\n"
	    "Serves the ruleset file, read again whenever it changes, and takes"
	    " events,\non 127.0.0.1. The port is the first line on standard"
	    " output.\n"
	    "\n"
	    "  --port N            listen there instead of on any free port\n"
	    "  --port-file FILE    write the port to FILE, too\n"
	    "  --key KEY           answer 401 to requests with another key\n"
	    "  --print             print each event as a line of JSON\n"
	    "  --events-file FILE  append each event as a line of JSON\n"
	    "  --verbose           tell each request on standard error\n"
	    "  --help, --version\n"
	    "\n"
	    "While it runs:\n"
	    "  GET /_stats[?only=NAME]        counters, the latest headers\n"
	    "  PUT /_fault?specs=F&events=F[&count=N]\n"
	    "F, for the next N requests or until changed:\n"
	    "  none  NNN[:RETRY_AFTER] (a status)  latency:MS  refuse  html\n"
	    "  empty  huge:MB  bomb:MB (gzip)  badgzip  redirect:URL\n"
	    "  specs: noupdates truncate invalid\n"
	    "  events: cut (keeps them, then hangs up) false toobig:EVENTS\n",
	    to);
}

static bool
write_port_file(const char *path, unsigned port)
{
	char *aside = NULL;
	FILE *f;
	bool ok;

	if (asprintf(&aside, "%s.new", path) < 0)
		bytes_must(NULL);
	f = fopen(aside, "we");
	ok = f != NULL && fprintf(f, "%u\n", port) > 0;
	if (f != NULL)
		ok = fclose(f) == 0 && ok;
	ok = ok && rename(aside, path) == 0;
	if (!ok)
		fprintf(
		    stderr, "forkgate-origin: %s: %s\n", path, strerror(errno));
	free(aside);
	return ok;
}

static struct MHD_Daemon *
start(uint16_t port)
{
	struct sockaddr_in addr = {
	    .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD |
		MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL,
	    port, NULL, NULL, on_request, NULL, MHD_OPTION_SOCK_ADDR, &addr,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL,
	    MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_END);
}

static int
run(uint16_t port, const char *port_file)
{
	struct MHD_Daemon *daemon;
	sigset_t signals;
	unsigned bound;
	int sig;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	daemon = start(port);
	if (daemon == NULL) {
		fprintf(stderr,
		    "forkgate-origin: cannot listen on 127.0.0.1 "
		    "port %u: %s\n",
		    port, strerror(errno));
		return 1;
	}
	bound = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	printf("%u\n", bound);
	fflush(stdout);
	if (port_file != NULL && !write_port_file(port_file, bound))
		return 1;
	sigwait(&signals, &sig);
	pthread_mutex_lock(&origin.lock);
	origin.stop = true;
	pthread_cond_broadcast(&origin.stopping);
	pthread_mutex_unlock(&origin.lock);
	MHD_stop_daemon(daemon);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"port", required_argument, NULL, 'p'},
	    {"port-file", required_argument, NULL, 'f'},
	    {"key", required_argument, NULL, 'k'},
	    {"print", no_argument, NULL, 'P'},
	    {"events-file", required_argument, NULL, 'e'},
	    {"verbose", no_argument, NULL, 'v'},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	const char *port_file = NULL;
	unsigned long port = 0;
	char *end;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 'p':
			port = strtoul(optarg, &end, 10);
			if (*optarg == '\0' || *end != '\0' || port > 65535) {
				fprintf(stderr,
				    "forkgate-origin: --port %s is "
				    "no port number\n",
				    optarg);
				return 2;
			}
			break;
		case 'f':
			port_file = optarg;
			break;
		case 'k':
			origin.key = optarg;
			break;
		case 'P':
			origin.events_out = stdout;
			break;
		case 'e':
			origin.events_out = fopen(optarg, "ae");
			if (origin.events_out == NULL) {
				fprintf(stderr, "forkgate-origin: %s: %s\n",
				    optarg, strerror(errno));
				return 2;
			}
			break;
		case 'v':
			origin.verbose = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("forkgate-origin " FORKGATE_VERSION);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind + 1 != argc) {
		usage(stderr);
		return 2;
	}
	origin.rules_path = argv[optind];
	for (size_t i = 0; i < CONTROL; i++)
		strcpy(origin.endpoints[i].fault.kind, "none");
	if (!rules_refresh()) {
		fprintf(stderr, "forkgate-origin: %s: %s\n", argv[optind],
		    strerror(errno));
		return 2;
	}
	return run((uint16_t)port, port_file);
}
