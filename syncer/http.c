#include "syncer/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <curl/curl.h>

#include "syncer/http_header.h"
#include "syncer/log.h"

#define REDIRECTS_MAX 3
#define CACHED_CONNS  8L

struct http {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer timer;
	struct http_call *calls;
};

struct http_call {
	struct http *http;
	struct http_call *next;
	CURL *easy;
	struct curl_slist *headers;
	const char *const *trusted;
	char *url;
	http_done_fn *done;
	void *arg;
	char *body;
	size_t len, cap, max;
	unsigned redirects;
	bool posts, too_long, final;
	struct http_header header;
	http_data_fn *data;
	char error[CURL_ERROR_SIZE];
};

/* ---- whom to trust ---- */

/* "https://host:port" of a URL, lower case; false if it is none. */
static bool
origin_of(const char *url, char *dst, size_t cap)
{
	char *scheme = NULL, *host = NULL, *port = NULL;
	CURLU *u = curl_url();
	bool ok = u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == 0 &&
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == 0 &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == 0 &&
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == 0;

	if (ok)
		ok = snprintf(dst, cap, "%s://%s:%s", scheme, host, port) <
		    (int)cap;
	for (char *p = dst; ok && *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return ok;
}

bool
http_same_origin(const char *a, const char *b)
{
	char x[512], y[512];

	return origin_of(a, x, sizeof(x)) && origin_of(b, y, sizeof(y)) &&
	    strcmp(x, y) == 0;
}

bool
http_may_follow(const char *from, const char *to, const char *const *trusted)
{
	bool secure = strncasecmp(to, "https://", 8) == 0;

	if (!secure &&
	    (strncasecmp(to, "http://", 7) != 0 ||
		strncasecmp(from, "https://", 8) == 0))
		return false;
	if (http_same_origin(from, to))
		return true;
	for (; *trusted != NULL; trusted++)
		if (http_same_origin(*trusted, to))
			return true;
	return false;
}

/* ---- a call's life ---- */

static void
call_free(struct http_call *call)
{
	if (call->easy != NULL) {
		curl_multi_remove_handle(call->http->multi, call->easy);
		curl_easy_cleanup(call->easy);
	}
	curl_slist_free_all(call->headers);
	free(call->url);
	free(call->body);
	free(call);
}

static void
call_unlink(struct http_call *call)
{
	struct http_call **at = &call->http->calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
}

void
http_cancel(struct http_call *call)
{
	if (call == NULL)
		return;
	call_unlink(call);
	call_free(call);
}

static struct http_response
response_of(const struct http_call *call, int status)
{
	return (struct http_response){
	    .status = status,
	    .error = "",
	    .body = call->body != NULL ? call->body : "",
	    .body_len = call->len,
	    .content_type = "",
	    .region = call->header.region,
	    .retry_after_ms = call->header.retry_after_ms,
	    .is_part = call->header.is_part,
	    .part_at = call->header.part_at,
	    .final = call->final,
	};
}

static void
call_end(struct http_call *call, int status, const char *error)
{
	struct http_response response = response_of(call, status);
	char scrubbed[CURL_ERROR_SIZE + 64], *type = NULL;

	curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
	if (type != NULL)
		response.content_type = type;
	response.error = log_scrub(scrubbed, sizeof(scrubbed), error);
	call_unlink(call);
	call->done(call->arg, &response);
	call_free(call);
}

/* Bodies of other answers than a 2xx are collected: they say why. */
static bool
hand_on(struct http_call *call, const char *data, size_t n, bool *taken)
{
	struct http_response head;
	long status = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 299)
		return false;
	head = response_of(call, (int)status);
	*taken = call->data(call->arg, &head, data, n);
	return true;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;
	bool taken;

	n *= size;
	if (call->data != NULL && hand_on(call, data, n, &taken))
		return taken ? n : CURL_WRITEFUNC_ERROR;
	if (n > call->max - call->len) {
		call->too_long = call->final = true;
		return CURL_WRITEFUNC_ERROR;
	}
	if (n > call->cap - call->len) {
		size_t cap = call->cap + n + call->cap / 2;
		char *body;

		cap = cap < call->max ? cap : call->max;
		body = realloc(call->body, cap);
		if (body == NULL)
			return CURL_WRITEFUNC_ERROR;
		call->body = body;
		call->cap = cap;
	}
	memcpy(call->body + call->len, data, n);
	call->len += n;
	return n;
}

static size_t
on_header(char *line, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;

	http_header_line(&call->header, line, size * n, (int64_t)time(NULL));
	return size * n;
}

/*
 * Sends the call on to where the answer points, or says why not.  A POST that
 * would have to become a GET carries nothing any more.
 */
static const char *
redirect(struct http_call *call, long status, const char *to)
{
	if (call->redirects++ == REDIRECTS_MAX)
		return "was redirected too often";
	if (call->posts && status != 307 && status != 308)
		return "the answer redirects in a way that drops what is sent";
	if (!http_may_follow(call->url, to, call->trusted))
		return "the answer redirects to a place that is not "
		       "configured; the SDK key does not go there";
	free(call->url);
	call->url = strdup(to);
	if (call->url == NULL ||
	    curl_easy_setopt(call->easy, CURLOPT_URL, call->url) != CURLE_OK)
		return "out of memory";
	call->header.whole = false;
	call->len = 0;
	curl_multi_remove_handle(call->http->multi, call->easy);
	if (curl_multi_add_handle(call->http->multi, call->easy) != CURLM_OK)
		return "out of memory";
	return NULL;
}

static const char *
explain(const struct http_call *call, CURLcode code)
{
	if (call->too_long)
		return "the body is longer than allowed";
	if (call->error[0] != '\0')
		return call->error;
	return curl_easy_strerror(code);
}

static void
call_done(struct http_call *call, CURLcode code)
{
	const char *why;
	char *to = NULL;
	long status = 0;

	if (code != CURLE_OK) {
		call->len = 0;
		call_end(call, 0, explain(call, code));
		return;
	}
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(call->easy, CURLINFO_REDIRECT_URL, &to);
	/*
	 * libcurl takes a connection that breaks within the headers for the end
	 * of an empty body; to us an empty body means that events were taken.
	 */
	if (!call->header.whole) {
		call_end(call, 0, "the answer broke off within its headers");
		return;
	}
	if (status >= 300 && status <= 399 && to != NULL) {
		why = redirect(call, status, to);
		if (why != NULL) {
			call->final = true;
			call_end(call, 0, why);
		}
		return;
	}
	call_end(call, (int)status, "");
}

static void
finish_calls(struct http *http)
{
	struct http_call *call;
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(http->multi, &left)) != NULL) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &call);
		call_done(call, msg->data.result);
	}
}

/* ---- libcurl and the loop ---- */

static void
on_socket(void *arg, int fd, uint32_t events)
{
	struct http *http = arg;
	int what = 0, running;

	if ((events & (EPOLLIN | EPOLLHUP)) != 0)
		what |= CURL_CSELECT_IN;
	if ((events & EPOLLOUT) != 0)
		what |= CURL_CSELECT_OUT;
	if ((events & EPOLLERR) != 0)
		what |= CURL_CSELECT_ERR;
	curl_multi_socket_action(http->multi, fd, what, &running);
	finish_calls(http);
}

static void
on_timer(void *arg)
{
	struct http *http = arg;
	int running;

	curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	finish_calls(http);
}

static int
want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket)
{
	struct http *http = arg;
	uint32_t events = 0;

	(void)easy;
	(void)socket;
	if (what == CURL_POLL_REMOVE) {
		loop_unwatch(http->loop, fd);
		return 0;
	}
	if ((what & CURL_POLL_IN) != 0)
		events |= EPOLLIN;
	if ((what & CURL_POLL_OUT) != 0)
		events |= EPOLLOUT;
	return loop_watch(http->loop, fd, events, on_socket, http) == FG_OK
	    ? 0
	    : -1;
}

static int
want_timer(CURLM *multi, long ms, void *arg)
{
	struct http *http = arg;

	(void)multi;
	if (ms < 0)
		loop_timer_clear(http->loop, &http->timer);
	else
		loop_timer_set(http->loop, &http->timer, (uint64_t)ms);
	return 0;
}

enum fg_status
http_new(struct loop *loop, struct http **out)
{
	struct http *http = calloc(1, sizeof(*http));

	*out = NULL;
	if (http == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		free(http);
		return FG_E_NOMEM;
	}
	http->loop = loop;
	http->timer = (struct loop_timer){.fn = on_timer, .arg = http};
	http->multi = curl_multi_init();
	if (http->multi == NULL) {
		http_free(http);
		return FG_E_NOMEM;
	}
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, CACHED_CONNS);
	*out = http;
	return FG_OK;
}

void
http_free(struct http *http)
{
	if (http == NULL)
		return;
	while (http->calls != NULL)
		http_cancel(http->calls);
	if (http->multi != NULL)
		curl_multi_cleanup(http->multi);
	loop_timer_clear(http->loop, &http->timer);
	free(http);
	curl_global_cleanup();
}

/* ---- a request ---- */

static bool
set_headers(struct http_call *call, const struct http_request *request)
{
	/* "Expect:" takes away a round trip that curl makes for long bodies. */
	call->headers = curl_slist_append(NULL, "Expect:");
	for (size_t i = 0; call->headers != NULL && request->headers[i] != NULL;
	     i++) {
		struct curl_slist *more =
		    curl_slist_append(call->headers, request->headers[i]);

		if (more == NULL)
			return false;
		call->headers = more;
	}
	return call->headers != NULL &&
	    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers) ==
	    CURLE_OK;
}

static bool
set_proxy(CURL *easy, const char *proxy)
{
	if (proxy == NULL)
		return true;
	return curl_easy_setopt(easy, CURLOPT_PROXY,
		   strcmp(proxy, "none") == 0 ? "" : proxy) == CURLE_OK;
}

static bool
set_body(struct http_call *call, const struct http_request *request)
{
	CURL *easy = call->easy;

	if (request->body == NULL)
		return true;
	call->posts = true;
	return curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
		(curl_off_t)request->body_len) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body) ==
	    CURLE_OK;
}

static bool
set_options(struct http_call *call, const struct http_request *request)
{
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(
	    easy, CURLOPT_USERAGENT, "forkgate-syncer/" FORKGATE_VERSION);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	if (request->stall_ms > 0) {
		curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
		    (long)((request->stall_ms + 999) / 1000));
	}
	curl_easy_setopt(
	    easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_timeout_ms);
	return curl_easy_setopt(easy, CURLOPT_URL, call->url) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") ==
	    CURLE_OK &&
	    (!request->gzip ||
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip") ==
		    CURLE_OK) &&
	    (request->ca_file == NULL ||
		curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file) ==
		    CURLE_OK) &&
	    set_proxy(easy, request->proxy) && set_headers(call, request) &&
	    set_body(call, request);
}

enum fg_status
http_start(struct http *http, const struct http_request *request,
    http_done_fn *done, void *arg, struct http_call **out)
{
	struct http_call *call = calloc(1, sizeof(*call));

	*out = NULL;
	if (call == NULL)
		return FG_E_NOMEM;
	call->http = http;
	call->trusted = request->trusted;
	call->done = done;
	call->arg = arg;
	call->max = request->max_body;
	call->data = request->data;
	call->url = strdup(request->url);
	call->easy = curl_easy_init();
	if (call->url == NULL || call->easy == NULL ||
	    !set_options(call, request) ||
	    curl_multi_add_handle(http->multi, call->easy) != CURLM_OK) {
		call_free(call);
		return FG_E_NOMEM;
	}
	call->next = http->calls;
	http->calls = call;
	*out = call;
	return FG_OK;
}

const char *
http_library(void)
{
	return curl_version();
}
