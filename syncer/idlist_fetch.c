#include "syncer/idlist_fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syncer/loop.h"
#include "syncer/url.h"

#define CDN "https://api.statsigcdn.com"

static const char *const statsig[] = {
    "statsigcdn.com", "statsigapi.net", "statsig.com"};

struct idlist_fetch {
	struct idlist_fetch_parts parts;
	struct http_call *call;
	struct identity_headers headers;
	char range[48], size[64];
	const char *trusted[1]; /* none: follows to the same origin alone */
	uint64_t from, listed;
	bool by_query, begun, no_memory, too_much;
	enum idlist_part part;
	struct idlist_lines lines;
};

/* ---- what is asked ---- */

bool
idlist_fetch_by_query(const char *url)
{
	const size_t n = sizeof(CDN) - 1;

	return strncmp(url, CDN, n) == 0 &&
	    (url[n] == '\0' || strchr("/?#", url[n]) != NULL);
}

char *
idlist_fetch_url(const char *url, uint64_t from)
{
	char *out;

	if (!idlist_fetch_by_query(url))
		return strdup(url);
	if (asprintf(&out, "%s%crange=%llu-", url,
		strchr(url, '?') != NULL ? '&' : '?',
		(unsigned long long)from) < 0)
		return NULL;
	return out;
}

const char *
idlist_fetch_problem(const char *url, const char *lookup)
{
	if (url_problem(url) != NULL)
		return "its URL is none that can be asked";
	if (url_is_secure(lookup) && !url_is_secure(url))
		return "its URL is not https";
	return NULL;
}

bool
idlist_fetch_is_trusted(const char *url, const char *const *trusted)
{
	for (; *trusted != NULL; trusted++)
		if (http_same_origin(*trusted, url))
			return true;
	for (size_t i = 0; i < sizeof(statsig) / sizeof(statsig[0]); i++)
		if (url_is_secure(url) && url_in_domain(url, statsig[i]))
			return true;
	return false;
}

enum idlist_part
idlist_fetch_part(
    uint64_t from, bool by_query, const struct http_response *head)
{
	if (head->is_part)
		return head->part_at == from ? IDLIST_PART_MORE
		    : head->part_at == 0     ? IDLIST_PART_ALL
					     : IDLIST_PART_WRONG;
	if (from == 0)
		return IDLIST_PART_ALL;
	if (head->status == 206)
		return IDLIST_PART_MORE;
	return by_query ? IDLIST_PART_MAYBE : IDLIST_PART_ALL;
}

/* ---- what comes ---- */

static uint64_t
limit_of(const struct idlist_fetch *f)
{
	return f->part == IDLIST_PART_MORE ? f->listed - f->from : f->listed;
}

static bool
on_data(void *arg, const struct http_response *head, const char *data, size_t n)
{
	struct idlist_fetch *f = arg;
	uint64_t room;

	if (!f->begun) {
		f->begun = true;
		f->part = idlist_fetch_part(f->from, f->by_query, head);
		if (f->part == IDLIST_PART_MORE && f->from == 0)
			f->part = IDLIST_PART_ALL;
	}
	if (f->part == IDLIST_PART_WRONG)
		return false;
	room = limit_of(f) - f->lines.bytes;
	f->too_much = n > room;
	if (n > room)
		n = (size_t)room;
	if (idlist_lines_add(&f->lines, data, n) != FG_OK)
		f->no_memory = true;
	return !f->no_memory && !f->too_much;
}

/* An HTML page has no line that counts; a list may begin with other lines. */
static bool
is_no_list(const struct idlist_lines *lines)
{
	return lines->n == 0 && lines->bytes > 0 &&
	    strchr("+-\r\n", lines->first) == NULL;
}

static void
judge(struct idlist_fetch *f, struct idlist_fetched *got)
{
	bool maybe = f->part == IDLIST_PART_MAYBE,
	     full = f->lines.bytes == limit_of(f),
	     complete = maybe ? f->lines.bytes >= f->listed - f->from : full;

	/* What a list holds is not given up for that. */
	if (f->part == IDLIST_PART_ALL && f->lines.bytes == 0) {
		got->why = "the answer is empty";
		return;
	}
	if (maybe && full) {
		got->got = IDLIST_GOT_NO_PART;
		return;
	}
	/* The last line needs no end where the file ends. */
	if (complete && idlist_lines_end(&f->lines) != FG_OK) {
		got->why = "out of memory";
		return;
	}
	if (is_no_list(&f->lines)) {
		got->why = "what came is no ID list";
		got->final = true;
		return;
	}
	got->got =
	    f->part == IDLIST_PART_ALL ? IDLIST_GOT_ALL : IDLIST_GOT_MORE;
	got->position = f->lines.whole;
	if (got->got == IDLIST_GOT_MORE)
		got->position += f->from;
}

static void
on_done(void *arg, const struct http_response *response)
{
	struct idlist_fetch *f = arg;
	struct idlist_fetched got = {
	    .got = IDLIST_GOT_NOTHING,
	    .lines = &f->lines,
	    .bytes = f->lines.bytes,
	    .why = response->error,
	    .status = response->status,
	    .final = response->final,
	    .retry_after_ms = response->retry_after_ms,
	};
	bool good = response->status >= 200 && response->status <= 299;
	char why[32];

	f->call = NULL;
	if (!f->begun) /* an empty body */
		f->part = idlist_fetch_part(f->from, f->by_query, response);
	if (f->no_memory) {
		got.why = "out of memory";
	} else if (f->begun && f->part == IDLIST_PART_WRONG) {
		got.why = "the answer is another part of the file";
		got.final = true;
	} else if (good || f->too_much) {
		judge(f, &got);
	} else if (response->status == 416) {
		got.got = IDLIST_GOT_NO_PART;
	} else if (response->status != 0) {
		snprintf(why, sizeof(why), "status %d", response->status);
		got.why = why;
	}
	f->parts.done(f->parts.arg, &got);
	idlist_fetch_cancel(f);
}

/* ---- a download ---- */

static enum fg_status
start(struct idlist_fetch *f, const struct idlist_listing *listing)
{
	const struct config_project *config = f->parts.config;
	bool trusted =
	    idlist_fetch_is_trusted(listing->url.bytes, f->parts.trusted);
	struct http_request request = {
	    .url = idlist_fetch_url(listing->url.bytes, f->from),
	    .trusted = trusted ? f->parts.trusted : f->trusted,
	    .proxy = config->proxy,
	    .ca_file = config->ca_file,
	    .timeout_ms = config->id_lists_timeout_ms,
	    .connect_timeout_ms = config->connect_timeout_ms,
	    .stall_ms = config->timeout_ms,
	    .max_body = 1 << 16, /* of an error */
	    .data = on_data,
	};
	enum fg_status st;
	size_t n;

	if (request.url == NULL)
		return FG_E_NOMEM;
	n = identity_put(&request, &f->headers,
	    trusted ? &config->secret : NULL, f->parts.session,
	    config->service_name, loop_unix_ms());
	if (!f->by_query) {
		snprintf(f->range, sizeof(f->range), "Range: bytes=%llu-",
		    (unsigned long long)f->from);
		snprintf(f->size, sizeof(f->size),
		    "statsig-id-list-file-size: %llu",
		    (unsigned long long)f->listed);
		request.headers[n++] = f->range;
		request.headers[n++] = f->size;
		request.headers[n] = NULL;
	}
	st = http_start(f->parts.http, &request, on_done, f, &f->call);
	free((char *)(uintptr_t)request.url);
	return st;
}

enum fg_status
idlist_fetch_start(const struct idlist_fetch_parts *parts,
    const struct idlist_listing *listing, uint64_t from,
    struct idlist_fetch **out)
{
	struct idlist_fetch *f = calloc(1, sizeof(*f));
	enum fg_status st;

	*out = NULL;
	if (f == NULL)
		return FG_E_NOMEM;
	f->parts = *parts;
	f->from = from;
	f->listed = listing->size;
	f->by_query = idlist_fetch_by_query(listing->url.bytes);
	st = start(f, listing);
	if (st == FG_OK)
		*out = f;
	else
		idlist_fetch_cancel(f);
	return st;
}

void
idlist_fetch_cancel(struct idlist_fetch *f)
{
	if (f == NULL)
		return;
	http_cancel(f->call);
	idlist_lines_free(&f->lines);
	explicit_bzero(&f->headers, sizeof(f->headers));
	free(f);
}
