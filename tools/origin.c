/*
 * forkgate-origin: a server for the demonstration and the tests that speaks
 * as much of the origin's protocol as the syncer uses, on the loopback
 * interface, and that can be told to misbehave while it runs.
 */
#include "tools/origin.h"

#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>
const char *const origin_endpoint_names[] = {
    "specs", "events", "id_lists", "id_list"};

struct origin origin = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .stopping = PTHREAD_COND_INITIALIZER,
};

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

	if (origin_answer_fault(c, &req->fault, &rc))
		return rc;
	if (origin.key != NULL && (key == NULL || strcmp(key, origin.key) != 0))
		return origin_answer_json(c, 401, "Unauthorized");
	if (!origin_rules_refresh()) {
		fprintf(stderr, "forkgate-origin: %s: %s\n", origin.rules_path,
		    strerror(errno));
		return origin_answer_json(
		    c, 503, "{\"error\":\"no ruleset file\"}");
	}
	if (strcmp(kind, "invalid") == 0)
		return origin_answer_json(
		    c, 200, "{\"has_updates\":true,\"time\":1}");
	if (strcmp(kind, "truncate") == 0)
		return origin_answer_truncated(c, body->p, body->n);
	if (strcmp(kind, "noupdates") == 0 || origin_rules_known(c)) {
		origin.no_updates++;
		return origin_answer_json(c, 200, "{\"has_updates\":false}");
	}
	if (accepts != NULL && strstr(accepts, "gzip") != NULL) {
		body = &origin.rules.gzip;
		encoding = "gzip";
	}
	origin.full++;
	origin.spec_bytes += body->n;
	return origin_answer_bytes(
	    c, 200, "application/json", encoding, NULL, NULL, body->p, body->n);
}

static enum MHD_Result
answer_events(struct MHD_Connection *c, struct request *req)
{
	static const char taken[] = "{\"success\":true}";
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
	if (origin_answer_fault(c, &req->fault, &rc))
		return rc;
	if (encoding != NULL && strcmp(encoding, "gzip") == 0) {
		if (bytes_gunzip(&req->body, &plain))
			body = (struct scan_text){plain.p, plain.n};
		else
			body.n = 0;
	}
	events = scan_member(body, "events");
	if (events.p != NULL && scan_member(body, "statsigMetadata").p != NULL)
		n = origin_count_events(events);
	if (n < 0 || count == NULL || strtol(count, NULL, 10) != n) {
		origin.malformed++;
		rc = origin_answer_json(c, 400,
		    "{\"error\":\"not the body that the "
		    "headers promise\"}");
	} else if (strcmp(kind, "toobig") == 0 &&
	    n > strtol(req->fault.arg, NULL, 10)) {
		rc = origin_answer_html(c, 413, NULL);
	} else if (strcmp(kind, "false") == 0) {
		rc = origin_answer_json(c, 200, "{\"success\":false}");
	} else {
		origin.batches++;
		origin.bytes += body.n;
		origin_keep_events(events);
		rc = strcmp(kind, "cut") == 0 ? MHD_NO
		    : strcmp(kind, "truncate") == 0
		    ? origin_answer_truncated(c, taken, strlen(taken))
		    : origin_answer_json(c, 202, taken);
	}
	bytes_free(&plain);
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

static bool
is_spared(const struct request *req, const char *path)
{
	return req->endpoint == ID_LIST && origin.faulty_list[0] != '\0' &&
	    strcmp(origin_list_name(path), origin.faulty_list) != 0;
}

/* Counts the request and takes the fault that it is to meet. */
static void
request_begin(struct MHD_Connection *c, struct request *req, const char *path)
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
	if (is_spared(req, path))
		return;
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
		return origin_answer_lists(c, req);
	case ID_LIST:
		if (!get)
			break;
		return origin_answer_list(c, req, path);
	case CONTROL:
		if (strcmp(path, "/_fault") == 0)
			return origin_control_faults(c);
		if (strcmp(path, "/_stats") == 0)
			return origin_control_stats(c);
		return origin_answer_json(
		    c, 404, "{\"error\":\"no such path\"}\n");
	case N_ENDPOINTS:
		break;
	}
	return origin_answer_json(c, 405, "{\"error\":\"wrong method\"}\n");
}

static enum endpoint
endpoint_of(const char *path)
{
	size_t n = strlen(path);

	if (strstr(path, "/download_config_specs/") != NULL)
		return SPECS;
	if (strstr(path, "/get_id_lists") != NULL)
		return ID_LISTS;
	if (origin_list_name(path) != NULL)
		return ID_LIST;
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
			request_begin(c, req, path);
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
				: origin_endpoint_names[endpoint_of(path)],
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
	    "  --id-lists DIR      serve the ID lists in DIR, a file each\n"
	    "  --id-lists-at URL   and say that they are at URL/NAME\n"
	    "  --print             print each event as a line of JSON\n"
	    "  --events-file FILE  append each event as a line of JSON\n"
	    "  --tls FILE          speak TLS, with the certificate and key in FILE\n"
	    "  --verbose           tell each request on standard error\n"
	    "  --help, --version\n"
	    "\n"
	    "While it runs:\n"
	    "  GET /_stats[?only=NAME]        counters, the latest headers\n"
	    "  PUT /_fault?specs=F&events=F&id_lists=F&id_list=F[&count=N]\n"
	    "F, for the next N requests or until changed:\n"
	    "  none  NNN[:RETRY_AFTER] (a status)  latency:MS  refuse  html\n"
	    "  empty  huge:MB  bomb:MB (gzip)  badgzip  redirect:URL\n"
	    "  specs: noupdates truncate invalid\n"
	    "  id_list (one file; all, or of &list=NAME): truncate, norange\n"
	    "  events: cut (keeps them, then hangs up) truncate (keeps them, and\n"
	    "          half an answer) false toobig:EVENTS\n",
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

/* tls: a certificate and its key, PEM, or NULL for plain HTTP. */
static struct MHD_Daemon *
start(uint16_t port, const char *tls)
{
	struct sockaddr_in addr = {
	    .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	struct MHD_OptionItem secure[] = {
	    {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)tls},
	    {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)tls},
	    {MHD_OPTION_END, 0, NULL},
	};

	return MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD |
		MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
		(tls != NULL ? MHD_USE_TLS : 0),
	    port, NULL, NULL, on_request, NULL, MHD_OPTION_SOCK_ADDR, &addr,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL,
	    MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_ARRAY,
	    tls != NULL ? secure : &secure[2], MHD_OPTION_END);
}

static int
run(uint16_t port, const char *port_file, const char *tls)
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
	daemon = start(port, tls);
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

static bool
read_pem(const char *path, struct bytes *out)
{
	FILE *f = fopen(path, "re");
	char part[4096];
	size_t n;
	bool good;

	if (f == NULL)
		return false;
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		bytes_add(out, part, n);
	bytes_add(out, "", 1);
	good = ferror(f) == 0;
	fclose(f);
	return good;
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
	    {"id-lists", required_argument, NULL, 'l'},
	    {"id-lists-at", required_argument, NULL, 'a'},
	    {"tls", required_argument, NULL, 't'},
	    {"verbose", no_argument, NULL, 'v'},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	const char *port_file = NULL;
	struct bytes tls = {0};
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
		case 'l':
			origin.lists_dir = optarg;
			break;
		case 'a':
			origin.lists_base = optarg;
			break;
		case 't':
			if (!read_pem(optarg, &tls)) {
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
	if (!origin_rules_refresh()) {
		fprintf(stderr, "forkgate-origin: %s: %s\n", argv[optind],
		    strerror(errno));
		return 2;
	}
	return run((uint16_t)port, port_file, tls.p);
}
