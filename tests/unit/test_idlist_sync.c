/* ID lists against a server in the same loop, and what readers then find. */
#include "syncer/idlist_sync.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "common/idlist.h"
#include "syncer/log.h"
#include "tests/unit/store_test.h"

#define KEY   "secret-unit-test-key"
#define N     4
#define BYTES 70000

/* ---- a server ---- */

/* One file, as it is listed and as it is served. */
struct file {
	const char *id; /* NULL: the list is not listed */
	long long created;
	size_t listed;      /* bytes, 0: all */
	const char *answer; /* instead of the file */
	const char *url;    /* instead of its own */
	bool whole;         /* ranges are not honoured */
	unsigned requests;
	unsigned long from; /* of the latest request */
	char text[BYTES];
};

static struct file files[N]; /* lists "0", "1" ... */
static struct {
	const char *answer; /* instead of the listing */
	unsigned requests;
	int listener;
	char url[64];
	bool post, key;
} server;

static struct loop *loop;
static struct http *http;
static struct store *store;
static struct config_project config;
static struct idlist_sync *lists;
static bool was_settled;
static unsigned n_changed;
static uint64_t committed;

static size_t
listing(char *at)
{
	char *begin = at;

	*at++ = '{';
	for (int i = 0; i < N; i++) {
		const struct file *f = &files[i];

		if (f->id == NULL)
			continue;
		at += sprintf(at, "%s\"%d\":{\"name\":\"\",\"url\":\"",
		    at - begin > 1 ? "," : "", i);
		at += f->url != NULL ? sprintf(at, "%s", f->url)
				     : sprintf(at, "%s/l/%d", server.url, i);
		at += sprintf(at,
		    "\",\"size\":%zu,\"creationTime\":%lld,\"fileID\":\"%s\"}",
		    f->listed > 0 ? f->listed : strlen(f->text), f->created,
		    f->id);
	}
	*at++ = '}';
	return (size_t)(at - begin);
}

static void
say(int conn, const char *status, const char *more, const char *body, size_t n)
{
	char head[300];
	int len = snprintf(head, sizeof(head),
	    "HTTP/1.1 %s\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n",
	    status, more, n);

	assert_int_equal(send(conn, head, (size_t)len, MSG_NOSIGNAL), len);
	while (n > 0) {
		ssize_t sent = send(conn, body, n, MSG_NOSIGNAL);

		if (sent < 0)
			return; /* who asked has enough */
		body += sent;
		n -= (size_t)sent;
	}
}

static void
serve_file(int conn, struct file *f, const char *request)
{
	const char *range = strstr(request, "Range: bytes=");
	size_t size = strlen(f->text);
	char more[100];

	assert_non_null(range);
	assert_non_null(strstr(request, "statsig-id-list-file-size: "));
	f->from = strtoul(range + 13, NULL, 10);
	f->requests++;
	snprintf(more, sizeof(more), "Content-Range: bytes %lu-%zu/%zu\r\n",
	    f->from, size - 1, size);
	if (f->answer != NULL)
		assert_int_equal(
		    send(conn, f->answer, strlen(f->answer), MSG_NOSIGNAL),
		    strlen(f->answer));
	else if (f->whole)
		say(conn, "200 OK", "", f->text, size);
	else if (f->from >= size)
		say(conn, "416 No", "", "", 0);
	else
		say(conn, "206 Part", more, f->text + f->from, size - f->from);
}

static void
serve_one(void *arg, int conn, uint32_t events)
{
	static char request[8192], body[4096];
	ssize_t n = read(conn, request, sizeof(request) - 1);
	const char *path = strchr(request, ' ');

	(void)arg;
	(void)events;
	loop_unwatch(loop, conn);
	assert_true(n > 0);
	request[n] = '\0';
	server.key = strstr(request, "statsig-api-key: " KEY) != NULL;
	if (strncmp(path, " /l/", 4) == 0) {
		serve_file(conn, &files[path[4] - '0'], request);
	} else {
		server.requests++;
		server.post = strncmp(request, "POST /ids HTTP", 14) == 0 &&
		    strstr(request, "Content-Length: 0") != NULL &&
		    strstr(request, "Content-Type") == NULL;
		if (server.answer != NULL)
			say(conn, server.answer, "", "<html>", 6);
		else
			say(conn, "200 OK", "", body, listing(body));
	}
	close(conn);
}

static void
serve(void *arg, int fd, uint32_t events)
{
	int conn = accept(fd, NULL, NULL);

	(void)arg;
	(void)events;
	assert_true(conn >= 0);
	assert_int_equal(
	    loop_watch(loop, conn, EPOLLIN, serve_one, NULL), FG_OK);
}

static void
listen_somewhere(void)
{
	struct sockaddr_in addr = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(addr);

	memset(&server, 0, sizeof(server));
	server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(server.listener, (struct sockaddr *)(void *)&addr, len), 0);
	assert_int_equal(listen(server.listener, 8), 0);
	getsockname(server.listener, (struct sockaddr *)(void *)&addr, &len);
	snprintf(server.url, sizeof(server.url), "http://127.0.0.1:%d",
	    ntohs(addr.sin_port));
	assert_int_equal(
	    loop_watch(loop, server.listener, EPOLLIN, serve, NULL), FG_OK);
}

/* ---- the lists ---- */

static void
on_changed(void *arg)
{
	(void)arg;
	n_changed++;
}

static void
on_settled(void *arg)
{
	(void)arg;
	was_settled = true;
	loop_stop(loop);
}

static void
open_lists(void)
{
	const struct idlist_sync_parts parts = {
	    .loop = loop,
	    .http = http,
	    .store = store,
	    .config = &config,
	    .session = "s",
	    .changed = on_changed,
	    .settled = on_settled,
	};

	assert_int_equal(idlist_sync_new(&parts, &lists), FG_OK);
	idlist_sync_need(lists, true);
	committed = 0;
	was_settled = false;
}

static int
set_up(void **state)
{
	static char name[] = "default", url[80];
	const char *why;

	if (make_state(state) != 0 || loop_new(&loop) != FG_OK ||
	    http_new(loop, &http) != FG_OK)
		return -1;
	store = open_store_with((struct store_options){.keep_ms = 60000});
	memset(files, 0, sizeof(files));
	listen_somewhere();
	snprintf(url, sizeof(url), "%s/ids", server.url);
	log_init(LOG_AT_ERROR);
	config = (struct config_project){
	    .name = name,
	    .specs_url = url,
	    .id_lists_url = url,
	    .id_lists = CONFIG_ID_LISTS_AUTO,
	    .id_lists_interval_ms = 60000,
	    .id_lists_timeout_ms = 10000,
	    .max_id_list = BYTES,
	    .timeout_ms = 10000,
	    .connect_timeout_ms = 10000,
	};
	if (secret_set(&config.secret, KEY, strlen(KEY), &why) != FG_OK)
		return -1;
	commit(store, "default", 4096);
	open_lists();
	return 0;
}

static int
tear_down(void **state)
{
	idlist_sync_free(lists);
	loop_unwatch(loop, server.listener);
	close(server.listener);
	http_free(http);
	store_close(store);
	loop_free(loop);
	log_forget();
	return remove_state(state);
}

static enum fg_status
publish(void)
{
	uint64_t g = store_next_generation(store, "default");
	struct store_part *parts;
	enum fg_status st;
	size_t n;

	st = idlist_sync_commit_parts(lists, &parts, &n);
	assert_int_equal(st, FG_OK);
	st = store_commit_again(store, "default", g, parts, n);
	free(parts);
	if (st == FG_OK)
		committed = idlist_sync_version(lists);
	return st;
}

/* A poll to its end, and what is new is published. */
static void
poll_lists(void)
{
	was_settled = false;
	idlist_sync_poll(lists);
	assert_int_equal(loop_run(loop), FG_OK);
	assert_true(was_settled);
	if (idlist_sync_version(lists) != committed)
		assert_int_equal(publish(), FG_OK);
}

static void
reopen_lists(void)
{
	idlist_sync_free(lists);
	open_lists();
}

static void
restart(void)
{
	idlist_sync_free(lists);
	store_close(store);
	store = open_store();
	open_lists();
}

static void
line(int list, char sign, const char *unit)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
				     "opqrstuvwxyz0123456789+/";
	uint64_t key = idlist_key(unit, strlen(unit));
	char *at = files[list].text + strlen(files[list].text);

	*at++ = sign;
	for (int shift = 42; shift >= 0; shift -= 6)
		*at++ = digits[key >> shift & 63];
	strcpy(at, "\n");
}

/* List 0, by another file; its members are these. */
static void
make_file(const char *id, long long created, const char *a, const char *b)
{
	files[0].id = id;
	files[0].created = created;
	files[0].text[0] = '\0';
	line(0, '+', a);
	if (b != NULL)
		line(0, '+', b);
}

/* Whether a reader that has pinned this finds the unit on list 0. */
static bool
finds(struct rules *r, const struct rules_pin *pin, const char *unit)
{
	uint64_t tag = idlist_tag("0", 1);
	struct idlist base, delta;
	const uint8_t *bytes;
	bool has, two;
	size_t len;

	if (rules_section(r, pin, MANIFEST_ID_LIST, tag, &bytes, &len) != FG_OK)
		return false;
	assert_int_equal(idlist_open(bytes, len, IDLIST_BASE, &base), FG_OK);
	two = rules_section(r, pin, MANIFEST_ID_DELTA, tag, &bytes, &len) ==
	    FG_OK;
	if (two) {
		assert_int_equal(
		    idlist_open(bytes, len, IDLIST_DELTA, &delta), FG_OK);
		assert_int_equal(delta.base, base.sum);
	}
	has = idlist_has(
	    &base, two ? &delta : NULL, idlist_key(unit, strlen(unit)));
	assert_true(rules_alive(r, pin));
	return has;
}

static bool
is_member(const char *unit)
{
	struct rules *r;
	struct rules_pin pin;
	bool found;

	assert_int_equal(rules_open(state_dir, "default", &r), FG_OK);
	assert_int_equal(rules_pin(r, &pin), FG_OK);
	found = finds(r, &pin, unit);
	rules_close(r);
	return found;
}

static uint64_t
n_lists(void)
{
	struct idlist_sync_status st;

	idlist_sync_status(lists, &st);
	return st.n_lists;
}

/* ---- when all goes well ---- */

static void
lists_are_brought_and_added_to(void **state)
{
	struct rules *r;
	struct rules_pin old, young;

	(void)state;
	make_file("f", 5, "ann", "bob");
	files[2].id = "e"; /* empty */
	poll_lists();
	assert_true(server.post && server.key);
	assert_int_equal(n_lists(), 2);
	assert_int_equal(files[0].requests, 1);
	assert_int_equal(files[2].requests, 0);
	assert_true(is_member("ann") && is_member("bob"));
	assert_false(is_member("cid"));

	assert_int_equal(rules_open(state_dir, "default", &r), FG_OK);
	assert_int_equal(rules_pin(r, &old), FG_OK);
	line(0, '+', "cid");
	line(0, '-', "ann");
	poll_lists();
	assert_int_equal(files[0].requests, 2);
	assert_int_equal(files[0].from, 20);
	/* Who stays with the older generation finds what was in it. */
	assert_int_equal(rules_pin(r, &young), FG_OK);
	assert_true(finds(r, &old, "ann") && !finds(r, &old, "cid"));
	assert_true(!finds(r, &young, "ann") && finds(r, &young, "cid"));
	rules_close(r);

	n_changed = 0;
	poll_lists();
	assert_int_equal(files[0].requests, 2);
	assert_int_equal(n_changed, 0);
}

static void
a_long_list_gets_a_delta(void **state)
{
	struct store_generation g;
	struct manifest_section s;
	char unit[16];

	(void)state;
	make_file("f", 5, "ann", NULL);
	for (int i = 0; i < 1000; i++) {
		snprintf(unit, sizeof(unit), "u%d", i);
		line(0, '+', unit);
	}
	poll_lists();
	line(0, '-', "u7");
	line(0, '+', "bob");
	poll_lists();
	assert_true(is_member("bob") && is_member("u8") && !is_member("u7"));
	assert_int_equal(store_latest(store, "default", &g), FG_OK);
	assert_int_equal(manifest_find(g.manifest, g.manifest_len,
			     MANIFEST_ID_DELTA, idlist_tag("0", 1), &s),
	    FG_OK);
	assert_in_range(s.len, 1, 200);
	line(0, '-', "ann");
	poll_lists();
	assert_true(is_member("bob") && !is_member("ann") && !is_member("u7"));
}

static void
a_restart_goes_on_where_it_was(void **state)
{
	(void)state;
	make_file("f", 5, "ann", "bob");
	poll_lists();
	reopen_lists();
	assert_int_equal(n_lists(), 1);
	poll_lists();
	assert_int_equal(files[0].requests, 1);
	line(0, '+', "cid");
	restart();
	poll_lists();
	assert_int_equal(files[0].requests, 2);
	assert_int_equal(files[0].from, 20);
	assert_true(is_member("ann") && is_member("cid"));
}

/* It died between storing a list and naming it. */
static void
what_no_generation_named_is_fetched_again(void **state)
{
	(void)state;
	make_file("f", 5, "ann", NULL);
	poll_lists();
	line(0, '+', "bob");
	was_settled = false;
	idlist_sync_poll(lists);
	assert_int_equal(loop_run(loop), FG_OK);
	restart();
	assert_true(is_member("ann") && !is_member("bob"));
	poll_lists();
	assert_int_equal(files[0].from, 10);
	assert_true(is_member("ann") && is_member("bob"));
}

static void
lists_that_are_not_listed_any_more_go(void **state)
{
	(void)state;
	make_file("f", 5, "ann", NULL);
	files[1].id = "g";
	line(1, '+', "ann");
	poll_lists();
	assert_int_equal(n_lists(), 2);
	files[0].id = NULL;
	poll_lists();
	assert_int_equal(n_lists(), 1);
	assert_false(is_member("ann"));
	files[1].id = NULL;
	poll_lists();
	assert_int_equal(n_lists(), 0);
}

static void
only_whole_lines_count_as_read(void **state)
{
	(void)state;
	make_file("f", 5, "ann", "bob");
	line(0, '+', "cid");
	files[0].listed = 25; /* within the third line */
	poll_lists();
	assert_true(is_member("bob") && !is_member("cid"));
	files[0].listed = 30;
	poll_lists();
	assert_int_equal(files[0].from, 20);
	assert_true(is_member("cid"));
	make_file("g", 5, "ann", "bob");
	files[0].listed = 30;
	poll_lists(); /* served less than listed */
	line(0, '+', "cid");
	poll_lists();
	assert_int_equal(files[0].from, 20);
	assert_true(is_member("cid"));
}

/* ---- other files ---- */

static void
another_file_takes_its_place(void **state)
{
	static const struct {
		const char *id;
		long long created;
		const char *unit;
		bool taken;
	} steps[] = {
	    {"g", 5, "bob", true},  /* as old */
	    {"h", 6, "cid", true},  /* younger */
	    {"i", 4, "dan", false}, /* an old answer */
	    {"h", 7, "eve", true},  /* made again */
	};

	(void)state;
	make_file("f", 5, "ann", "x");
	poll_lists();
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		make_file(steps[i].id, steps[i].created, steps[i].unit, "y");
		poll_lists();
		assert_true(is_member(steps[i].unit) == steps[i].taken);
		assert_true(is_member("y"));
		assert_false(is_member("x"));
	}
	assert_false(is_member("cid"));
	make_file("h", 7, "fay", NULL); /* it was cut */
	poll_lists();
	assert_true(is_member("fay") && !is_member("eve"));
	/* No part of it is to be had: all of it is. */
	line(0, '+', "gus");
	files[0].whole = true;
	poll_lists();
	assert_true(is_member("fay") && is_member("gus"));
	line(0, '+', "hal");
	files[0].whole = false;
	poll_lists();
	assert_int_equal(files[0].from, 20);
	assert_true(is_member("hal"));
}

static void
a_file_without_the_part_is_taken_from_its_begin(void **state)
{
	unsigned before;

	(void)state;
	make_file("f", 5, "ann", "bob");
	poll_lists();
	files[0].listed = 100; /* 416 for what is beyond its end */
	before = files[0].requests;
	poll_lists();
	assert_int_equal(files[0].requests, before + 2);
	assert_int_equal(files[0].from, 0);
	assert_true(is_member("ann") && is_member("bob"));
}

/* ---- when it does not ---- */

static void
what_makes_no_sense_leaves_a_list_as_it_was(void **state)
{
	static const char *const answers[] = {
	    "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
	    "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>",
	    "HTTP/1.1 206 Part\r\nContent-Range: bytes 7-19/20\r\n"
	    "Content-Length: 10\r\n\r\n+AAAAAAAA\n",
	    "HTTP/1.1 206 Part\r\nContent-Encoding: gzip\r\n"
	    "Content-Length: 4\r\n\r\n\x1f\x8b\x08\x01",
	    "HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:9/\r\n"
	    "Content-Length: 0\r\n\r\n",
	};

	(void)state;
	make_file("f", 5, "ann", "bob");
	files[1].id = "g";
	line(1, '+', "ann");
	poll_lists();
	line(0, '+', "cid");
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		files[0].answer = answers[i];
		line(1, '+', "more");
		poll_lists();
		assert_int_equal(files[0].from, 20);
		assert_true(is_member("ann") && !is_member("cid"));
		assert_int_equal(files[1].from, strlen(files[1].text) - 10);
	}
	files[0].answer = NULL;
	poll_lists();
	assert_true(is_member("ann") && is_member("cid"));
	/* Nor does another file of which nothing can be had. */
	files[0].id = "h";
	files[0].answer = "HTTP/1.1 503 No\r\nRetry-After: 9\r\n"
			  "Content-Length: 0\r\n\r\n";
	poll_lists();
	assert_int_equal(files[0].from, 0);
	assert_true(is_member("ann"));
	files[0].answer = "HTTP/1.1 200 OK\r\nRetry-After: 9\r\n"
			  "Content-Length: 0\r\n\r\n";
	poll_lists();
	assert_true(is_member("ann"));
}

static void
a_lookup_that_fails_changes_nothing(void **state)
{
	static const char *const answers[] = {"403 No", "200 OK", "400 No"};

	(void)state;
	make_file("f", 5, "ann", NULL);
	poll_lists();
	n_changed = 0;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		server.answer = answers[i];
		poll_lists();
		assert_int_equal(n_lists(), 1);
	}
	assert_int_equal(n_changed, 0);
	assert_int_equal(files[0].requests, 1);
}

static void
lists_that_may_not_be_asked_are_not(void **state)
{
	(void)state;
	make_file("f", 5, "ann", NULL);
	files[0].url = "file:///etc/passwd";
	files[1].id = "g";
	line(1, '+', "ann");
	files[1].listed = BYTES + 1;
	poll_lists();
	assert_int_equal(n_lists(), 0);
	assert_int_equal(files[1].requests, 0);
	files[0].url = NULL;
	files[1].listed = 0;
	poll_lists();
	assert_int_equal(n_lists(), 2);
}

/* ---- what the store may have lost ---- */

static void
without_places_members_stay_until_all_is_fetched(void **state)
{
	struct store_generation g;
	struct manifest_section s;
	struct store_part part = {MANIFEST_ID_LIST, idlist_tag("0", 1), 0};

	(void)state;
	make_file("f", 5, "ann", "bob");
	poll_lists();
	assert_int_equal(store_latest(store, "default", &g), FG_OK);
	assert_int_equal(
	    manifest_find(g.manifest, g.manifest_len, part.kind, part.tag, &s),
	    FG_OK);
	part.id = s.id;
	assert_int_equal(store_commit_again(store, "default",
			     store_next_generation(store, "default"), &part, 1),
	    FG_OK);
	reopen_lists();
	assert_int_equal(n_lists(), 1);
	assert_int_equal(publish(), FG_OK);
	assert_true(is_member("ann"));
	line(0, '+', "cid");
	poll_lists();
	assert_int_equal(files[0].from, 0);
	assert_true(is_member("ann") && is_member("cid"));
}

static void
a_value_that_is_lost_is_fetched_again(void **state)
{
	(void)state;
	make_file("f", 5, "ann", "bob");
	poll_lists();
	line(0, '+', "cid");
	files[1].id = "g";
	line(1, '+', "ann");
	idlist_sync_poll(lists);
	assert_int_equal(loop_run(loop), FG_OK);
	assert_int_equal(n_lists(), 2);
	/* What nobody names is not carried over. */
	assert_int_equal(unlink(env_file("epoch")), 0);
	assert_int_equal(store_beat(store, 0), FG_OK);
	assert_int_equal(publish(), FG_E_INVALID);
	idlist_sync_lost(lists);
	assert_int_equal(n_lists(), 1);
	assert_int_equal(publish(), FG_OK);
	assert_true(is_member("ann") && !is_member("cid"));
	poll_lists();
	assert_int_equal(files[0].requests, 3);
	assert_int_equal(files[0].from, 20);
	assert_int_equal(files[1].requests, 2);
	assert_int_equal(n_lists(), 2);
	assert_true(is_member("ann") && is_member("cid"));
}

static void
lists_that_are_switched_off_are_dropped(void **state)
{
	(void)state;
	make_file("f", 5, "ann", NULL);
	poll_lists();
	config.id_lists = CONFIG_ID_LISTS_NO;
	server.requests = 0;
	reopen_lists();
	assert_int_equal(n_lists(), 0);
	assert_true(idlist_sync_version(lists) != committed);
	idlist_sync_start(lists);
	assert_int_equal(publish(), FG_OK);
	assert_false(is_member("ann"));
	assert_int_equal(server.requests, 0);
	config.id_lists = CONFIG_ID_LISTS_AUTO;
	reopen_lists();
	idlist_sync_need(lists, false);
	idlist_sync_poll(lists);
	idlist_sync_need(lists, true);
	assert_int_equal(loop_run(loop), FG_OK);
	assert_int_equal(server.requests, 1);
	assert_int_equal(publish(), FG_OK);
	assert_true(is_member("ann"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(lists_are_brought_and_added_to),
	    TEST(a_long_list_gets_a_delta),
	    TEST(a_restart_goes_on_where_it_was),
	    TEST(what_no_generation_named_is_fetched_again),
	    TEST(lists_that_are_not_listed_any_more_go),
	    TEST(only_whole_lines_count_as_read),
	    TEST(another_file_takes_its_place),
	    TEST(a_file_without_the_part_is_taken_from_its_begin),
	    TEST(what_makes_no_sense_leaves_a_list_as_it_was),
	    TEST(a_lookup_that_fails_changes_nothing),
	    TEST(lists_that_may_not_be_asked_are_not),
	    TEST(without_places_members_stay_until_all_is_fetched),
	    TEST(a_value_that_is_lost_is_fetched_again),
	    TEST(lists_that_are_switched_off_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
