#include "syncer/idlist_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syncer/identity.h"
#include "syncer/log.h"
#include "syncer/retry.h"

#define CDN      "https://api.statsigcdn.com/v1/get_id_lists"
#define MAX_BODY ((size_t)16 << 20)

struct idlist_ask {
	struct idlist_ask_parts parts;
	struct loop_timer timer;
	struct http_call *call;
	struct identity_headers headers;
	uint64_t time_ms;
	unsigned attempt;
	bool under_way;
};

char *
idlist_ask_url(const struct config_project *config)
{
	char *url;

	if (config->id_lists_url != NULL)
		return strdup(config->id_lists_url);
	return asprintf(&url, CDN "/%s.json", config->secret.encoded) < 0 ? NULL
									  : url;
}

bool
idlist_ask_gets(const struct config_project *config)
{
	return config->id_lists_url == NULL ||
	    strncmp(config->id_lists_url, CDN, sizeof(CDN) - 1) == 0;
}

static void
end(struct idlist_ask *a, const struct idlist_asked *asked)
{
	a->under_way = false;
	a->parts.done(a->parts.arg, asked);
}

static void
fail(struct idlist_ask *a, const struct http_response *response)
{
	enum retry_specs what = retry_specs(response->status);
	struct idlist_asked asked = {
	    .retry_after_ms = response->retry_after_ms,
	};
	char status[32];

	if (response->retry_after_ms > 0 || response->final)
		what = RETRY_SPECS_LATER;
	if (what == RETRY_SPECS_SOON && a->attempt < RETRY_SPECS) {
		loop_timer_set(a->parts.loop, &a->timer,
		    retry_specs_pause_ms(++a->attempt));
		return;
	}
	snprintf(status, sizeof(status), "status %d", response->status);
	asked.why = response->status == 0 ? response->error : status;
	asked.denied = what == RETRY_SPECS_DENIED;
	end(a, &asked);
}

static void
on_response(void *arg, const struct http_response *response)
{
	struct idlist_ask *a = arg;
	struct idlist_asked asked = {.why = "out of memory"};
	struct idlist_lookup lookup;

	a->call = NULL;
	if (response->status < 200 || response->status > 299) {
		fail(a, response);
		return;
	}
	if (idlist_lookup_read(response->body, response->body_len, &lookup,
		&asked.why) == FG_OK)
		asked.lookup = &lookup;
	end(a, &asked);
	idlist_lookup_free(&lookup);
}

static void
attempt(void *arg)
{
	struct idlist_ask *a = arg;
	const struct config_project *config = a->parts.config;
	struct http_request request = {
	    .trusted = a->parts.trusted,
	    .proxy = config->proxy,
	    .ca_file = config->ca_file,
	    .timeout_ms = config->timeout_ms,
	    .connect_timeout_ms = config->connect_timeout_ms,
	    .max_body = MAX_BODY,
	    .gzip = true,
	    .body = idlist_ask_gets(config) ? NULL : "",
	};
	const struct idlist_asked asked = {.why = "out of memory"};
	char *url = idlist_ask_url(config);
	enum fg_status st = FG_E_NOMEM;
	size_t n;

	if (url != NULL) {
		request.url = url;
		n = identity_put(&request, &a->headers, &config->secret,
		    a->parts.session, config->service_name, a->time_ms);
		request.headers[n++] = "Content-Type:"; /* libcurl's own */
		request.headers[n] = NULL;
		st = http_start(
		    a->parts.http, &request, on_response, a, &a->call);
		explicit_bzero(url, strlen(url));
		free(url);
	}
	if (st != FG_OK)
		end(a, &asked);
}

enum fg_status
idlist_ask_new(const struct idlist_ask_parts *parts, struct idlist_ask **out)
{
	struct idlist_ask *a = calloc(1, sizeof(*a));

	*out = a;
	if (a == NULL)
		return FG_E_NOMEM;
	a->parts = *parts;
	a->timer = (struct loop_timer){.fn = attempt, .arg = a};
	return FG_OK;
}

void
idlist_ask_start(struct idlist_ask *a)
{
	if (a->under_way)
		return;
	a->under_way = true;
	a->attempt = 0;
	a->time_ms = loop_unix_ms();
	/* From the loop, so that done never comes from here. */
	loop_timer_set(a->parts.loop, &a->timer, 0);
}

void
idlist_ask_cancel(struct idlist_ask *a)
{
	if (a == NULL)
		return;
	loop_timer_clear(a->parts.loop, &a->timer);
	http_cancel(a->call);
	a->call = NULL;
	a->under_way = false;
}

void
idlist_ask_free(struct idlist_ask *a)
{
	if (a == NULL)
		return;
	idlist_ask_cancel(a);
	explicit_bzero(&a->headers, sizeof(a->headers));
	free(a);
}
