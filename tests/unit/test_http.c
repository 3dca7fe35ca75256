#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "syncer/http.h"
#include "syncer/http_header.h"
#include "syncer/identity.h"
#include "syncer/log.h"
#include "tests/unit/test.h"

static void
an_origin_is_scheme_host_and_port(void **state)
{
	(void)state;
	assert_true(http_same_origin("https://a.b/x", "HTTPS://A.b:443/y?z"));
	assert_true(http_same_origin("http://h:80/", "http://h"));
	assert_false(http_same_origin("https://a.b/", "http://a.b/"));
	assert_false(http_same_origin("https://a.b/", "https://a.b:444/"));
	assert_false(http_same_origin("https://a.b/", "https://a.b.evil/"));
	assert_false(http_same_origin("https://a.b/", "https://a.b@evil/"));
	assert_false(http_same_origin("nonsense", "nonsense"));
}

static void
a_redirect_takes_the_key_to_configured_places_only(void **state)
{
	const char *const trusted[] = {
	    "https://cdn.example/v2", "http://plain.example", NULL};

	(void)state;
	assert_true(http_may_follow("https://a/x", "https://a/other", trusted));
	assert_true(
	    http_may_follow("https://a/x", "https://cdn.example/y", trusted));
	assert_false(
	    http_may_follow("https://a/x", "https://evil.example/", trusted));
	assert_false(
	    http_may_follow("https://a/x", "http://plain.example/", trusted));
	assert_true(
	    http_may_follow("http://a/x", "http://plain.example/", trusted));
	assert_false(
	    http_may_follow("http://a/", "file:///etc/passwd", trusted));
	assert_false(http_may_follow("http://a/", "ftp://a/", trusted));
}

static void
the_rules_url_holds_key_time_and_checksum_encoded_once(void **state)
{
	struct secret s;
	const char *why;
	char *url;

	(void)state;
	assert_int_equal(secret_set(&s, "secret-a/b", 10, &why), FG_OK);
	url = identity_specs_url("https://h/v2/d", &s, 0, NULL);
	assert_string_equal(url, "https://h/v2/d/secret-a%2Fb.json");
	free(url);
	url = identity_specs_url("https://h/v2/d", &s, 17, "a/b+c");
	assert_string_equal(url,
	    "https://h/v2/d/secret-a%2Fb.json?sinceTime=17&checksum=a%2Fb%2Bc");
	free(url);
	url = identity_specs_url("https://h/v2/d", &s, 0, "12");
	assert_string_equal(
	    url, "https://h/v2/d/secret-a%2Fb.json?checksum=12");
	free(url);
	log_forget();
}

static void
a_session_is_a_random_uuid(void **state)
{
	char a[IDENTITY_SESSION], b[IDENTITY_SESSION];

	(void)state;
	identity_session(a);
	identity_session(b);
	assert_int_equal(strlen(a), 36);
	assert_int_equal(strspn(a, "0123456789abcdef-"), 36);
	assert_int_equal(a[14], '4');
	assert_non_null(strchr("89ab", a[19]));
	assert_string_not_equal(a, b);
}

/* ---- answers of a server that says what it is told ---- */

struct exchange {
	struct loop *loop;
	int listener, status;
	const char *answer; /* cut off after len bytes */
	size_t len;
	char request[4096], error[300], body[256], region[100];
	uint64_t retry_after_ms;
	bool done;
};

static void
serve_one(void *arg, int conn, uint32_t events)
{
	struct exchange *x = arg;
	ssize_t n = read(conn, x->request, sizeof(x->request) - 1);

	(void)events;
	assert_true(n > 0);
	x->request[n] = 0;
	if (x->len > 0)
		assert_int_equal(write(conn, x->answer, x->len), x->len);
	loop_unwatch(x->loop, conn);
	close(conn);
}

static void
serve(void *arg, int fd, uint32_t events)
{
	struct exchange *x = arg;
	int conn = accept(fd, NULL, NULL);

	(void)events;
	assert_true(conn >= 0);
	assert_int_equal(
	    loop_watch(x->loop, conn, EPOLLIN, serve_one, x), FG_OK);
}

static void
on_done(void *arg, const struct http_response *response)
{
	struct exchange *x = arg;

	assert_false(x->done);
	x->done = true;
	x->status = response->status;
	snprintf(x->error, sizeof(x->error), "%s", response->error);
	snprintf(x->body, sizeof(x->body), "%.*s", (int)response->body_len,
	    response->body);
	snprintf(x->region, sizeof(x->region), "%s", response->region);
	x->retry_after_ms = response->retry_after_ms;
	loop_stop(x->loop);
}

static http_data_fn *taker; /* of bodies; NULL: they are collected */

/* Asks a server that gives the n bytes; what came of it is in *x. */
static void
ask(struct exchange *x, const char *answer, size_t n, size_t max_body)
{
	const char *const trusted[] = {NULL};
	struct sockaddr_in addr = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(addr);
	struct http_request request = {.trusted = trusted,
	    .proxy = "none",
	    .timeout_ms = 5000,
	    .connect_timeout_ms = 5000,
	    .max_body = max_body,
	    .gzip = true,
	    .data = taker,
	    .headers = {"x-test: 1", NULL}};
	struct http_call *call;
	struct http *http;
	char url[64];

	*x = (struct exchange){.answer = answer, .len = n};
	x->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(x->listener, (struct sockaddr *)(void *)&addr, len), 0);
	assert_int_equal(listen(x->listener, 4), 0);
	getsockname(x->listener, (struct sockaddr *)(void *)&addr, &len);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/secret-path-of-it.json",
	    ntohs(addr.sin_port));
	request.url = url;
	assert_int_equal(loop_new(&x->loop), FG_OK);
	assert_int_equal(http_new(x->loop, &http), FG_OK);
	assert_int_equal(
	    loop_watch(x->loop, x->listener, EPOLLIN, serve, x), FG_OK);
	assert_int_equal(http_start(http, &request, on_done, x, &call), FG_OK);
	assert_int_equal(loop_run(x->loop), FG_OK);
	http_free(http);
	loop_unwatch(x->loop, x->listener);
	close(x->listener);
	loop_free(x->loop);
}

static void
a_whole_answer_arrives(void **state)
{
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
	struct exchange x;

	(void)state;
	ask(&x, answer, sizeof(answer) - 1, 5);
	assert_int_equal(x.status, 200);
	assert_string_equal(x.body, "hello");
	assert_string_equal(x.error, "");
	assert_non_null(strstr(x.request, "x-test: 1\r\n"));
	assert_non_null(strstr(x.request, "Accept-Encoding: gzip\r\n"));
}

static void
headers_are_read_whatever_their_case_and_length(void **state)
{
	static const struct {
		const char *lines, *region;
		uint64_t retry_after_ms;
	} cases[] = {
	    {"", "", 0},
	    {"X-Statsig-Region: az-1 \r\nRetry-After:  7\r\n", "az-1", 7000},
	    {"x-statsig-region:a\r\nRETRY-AFTER:3\r\n", "a", 3000},
	    {"x-statsig-region:\r\nretry-after:\r\n", "", 0},
	    {"x-statsig-regions: b\r\nnot-retry-after: 3\r\n", "", 0},
	    {"x-statsig-region: 0123456789012345678901234567890123456789"
	     "0123456789012345678901234567890123456789\r\n",
		"012345678901234567890123456789012345678901234567890123456789"
		"012",
		0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char answer[300];
		struct exchange x;
		int n = snprintf(answer, sizeof(answer),
		    "HTTP/1.1 200 OK\r\n%sContent-Length: 0\r\n\r\n",
		    cases[i].lines);

		ask(&x, answer, (size_t)n, 5);
		assert_int_equal(x.status, 200);
		assert_string_equal(x.region, cases[i].region);
		assert_int_equal(x.retry_after_ms, cases[i].retry_after_ms);
	}
}

static void
where_a_part_begins_is_read(void **state)
{
	static const struct {
		const char *line;
		bool is_part;
		uint64_t at;
	} cases[] = {
	    {"Content-Range: bytes 7-19/20\r\n", true, 7},
	    {"content-range:BYTES 0-0/*\r\n", true, 0},
	    {"Content-Range: bytes */20\r\n", false, 0},
	    {"Content-Range: lines 7-19/20\r\n", false, 0},
	    {"Content-Range: bytes -7\r\n", false, 0},
	    {"Content-Range: bytes 7\r\n", false, 0},
	    {"Content-Range: bytes 1234567890123456789-2/3\r\n", false, 0},
	    {"Content-Ranges: bytes 7-19/20\r\n", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_header h = {.whole = false};

		http_header_line(&h, cases[i].line, strlen(cases[i].line), 0);
		if (h.is_part != cases[i].is_part ||
		    (h.is_part && h.part_at != cases[i].at))
			fail_msg("%s", cases[i].line);
		/* It is of one answer alone. */
		http_header_line(&h, "HTTP/1.1 200 OK\r\n", 17, 0);
		assert_false(h.is_part);
	}
}

static struct {
	char bytes[64];
	size_t n, enough; /* 0: all is taken */
	int status;
	uint64_t part_at;
} taken;

static bool
take_piece(
    void *arg, const struct http_response *head, const char *data, size_t n)
{
	(void)arg;
	assert_in_range(taken.n + n, 1, sizeof(taken.bytes));
	memcpy(taken.bytes + taken.n, data, n);
	taken.n += n;
	taken.status = head->status;
	taken.part_at = head->is_part ? head->part_at : 99;
	return taken.enough == 0 || taken.n < taken.enough;
}

static void
a_body_is_handed_on_and_no_page_of_an_error(void **state)
{
	static const char part[] =
	    "HTTP/1.1 206 Part\r\nContent-Range: bytes 7-11/12\r\n"
	    "Content-Length: 5\r\n\r\nhello";
	static const char error[] =
	    "HTTP/1.1 404 No\r\nContent-Length: 5\r\n\r\nhello";
	struct exchange x;

	(void)state;
	taker = take_piece;
	taken.n = 0;
	ask(&x, part, sizeof(part) - 1, 1);
	assert_int_equal(x.status, 206);
	assert_string_equal(x.body, "");
	assert_int_equal(taken.n, 5);
	assert_memory_equal(taken.bytes, "hello", 5);
	assert_int_equal(taken.status, 206);
	assert_int_equal(taken.part_at, 7);

	taken.n = 0;
	ask(&x, error, sizeof(error) - 1, 5);
	assert_int_equal(x.status, 404);
	assert_string_equal(x.body, "hello");
	assert_int_equal(taken.n, 0);

	taken.enough = 1;
	ask(&x, part, sizeof(part) - 1, 5);
	assert_int_equal(x.status, 0);
	taken.enough = 0;
	taken.n = 0;
	ask(&x, part, sizeof(part) - 2, 5);
	assert_int_equal(x.status, 0);
	taker = NULL;
}

static void
a_body_over_the_limit_is_given_up(void **state)
{
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
	struct exchange x;

	(void)state;
	ask(&x, answer, sizeof(answer) - 1, 4);
	assert_int_equal(x.status, 0);
	assert_non_null(strstr(x.error, "longer than allowed"));
}

static void
an_answer_cut_at_any_place_counts_as_none(void **state)
{
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
	struct exchange x;

	(void)state;
	for (size_t cut = 0; cut < sizeof(answer) - 1; cut++) {
		ask(&x, answer, cut, 100);
		assert_int_equal(x.status, 0);
		assert_true(x.error[0] != '\0');
		assert_string_equal(x.body, "");
	}
}

static void
a_redirect_elsewhere_is_not_followed(void **state)
{
	static const char answer[] =
	    "HTTP/1.1 302 Found\r\nContent-Length: 0"
	    "\r\nLocation: http://127.0.0.2:9/\r\n\r\n";
	struct exchange x;

	(void)state;
	ask(&x, answer, sizeof(answer) - 1, 100);
	assert_int_equal(x.status, 0);
	assert_non_null(strstr(x.error, "not configured"));
}

static void
bad_gzip_counts_as_none(void **state)
{
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12"
	    "\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03\x07\xff";
	struct exchange x;

	(void)state;
	ask(&x, answer, sizeof(answer) - 1, 100);
	assert_int_equal(x.status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_origin_is_scheme_host_and_port),
	    cmocka_unit_test(
		a_redirect_takes_the_key_to_configured_places_only),
	    cmocka_unit_test(
		the_rules_url_holds_key_time_and_checksum_encoded_once),
	    cmocka_unit_test(a_session_is_a_random_uuid),
	    cmocka_unit_test(a_whole_answer_arrives),
	    cmocka_unit_test(headers_are_read_whatever_their_case_and_length),
	    cmocka_unit_test(where_a_part_begins_is_read),
	    cmocka_unit_test(a_body_is_handed_on_and_no_page_of_an_error),
	    cmocka_unit_test(a_body_over_the_limit_is_given_up),
	    cmocka_unit_test(an_answer_cut_at_any_place_counts_as_none),
	    cmocka_unit_test(a_redirect_elsewhere_is_not_followed),
	    cmocka_unit_test(bad_gzip_counts_as_none),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
