#include "syncer/diagnostics.h"

#include <stdio.h>
#include <string.h>

#include "syncer/events.h"

#define MILLION 1000000u

/* What the reference does when the rules say nothing. */
#define INITIALIZE_RATE  MILLION
#define CONFIG_SYNC_RATE (MILLION / 10)

void
diagnostics_free(struct diagnostics *d)
{
	jsonw_free(&d->markers);
}

/* ---- markers ---- */

/* Begins one; whoever called adds what is known, and ends the object. */
static struct jsonw *
mark(
    struct diagnostics *d, const char *key, const char *action, uint64_t now_ms)
{
	struct jsonw *w = &d->markers;

	jsonw_begin_object(w);
	jsonw_key(w, "key");
	jsonw_text(w, key);
	jsonw_key(w, "action");
	jsonw_text(w, action);
	jsonw_key(w, "timestamp");
	jsonw_u64(w, now_ms);
	return w;
}

static void
put_text(struct jsonw *w, const char *name, const char *text)
{
	jsonw_key(w, name);
	jsonw_text(w, text);
}

static void
put_bool(struct jsonw *w, const char *name, bool x)
{
	jsonw_key(w, name);
	jsonw_bool(w, x);
}

static void
put_attempt(struct jsonw *w, unsigned attempt)
{
	jsonw_key(w, "attempt");
	jsonw_u64(w, attempt);
}

void
diagnostics_begin(struct diagnostics *d, uint64_t now_ms)
{
	d->counts = true;
	if (d->markers.text == NULL)
		jsonw_new(&d->markers);
	jsonw_clear(&d->markers);
	jsonw_begin_array(&d->markers);
	if (!d->later)
		jsonw_end_object(mark(d, "overall", "start", now_ms));
}

static void
put_error(struct jsonw *w, const struct http_response *response)
{
	char message[32];

	snprintf(message, sizeof(message), "status %d", response->status);
	jsonw_key(w, "error");
	jsonw_begin_object(w);
	put_text(w, "name", "NetworkError");
	put_text(
	    w, "message", response->status != 0 ? message : response->error);
	jsonw_key(w, "code");
	jsonw_i64_text(w, response->status);
	jsonw_end_object(w);
}

static struct jsonw *
mark_specs(struct diagnostics *d, const char *action, uint64_t now_ms)
{
	return mark(d, "download_config_specs", action, now_ms);
}

void
diagnostics_ask(
    struct diagnostics *d, unsigned attempt, const char *url, uint64_t now_ms)
{
	struct jsonw *w;

	if (!d->counts)
		return;
	w = mark_specs(d, "start", now_ms);
	put_attempt(w, attempt);
	put_text(w, "step", "network_request");
	put_text(w, "url", url);
	jsonw_end_object(w);
}

void
diagnostics_answer(struct diagnostics *d, unsigned attempt, const char *url,
    const struct http_response *response, uint64_t now_ms)
{
	bool success = response->status >= 200 && response->status <= 299;
	struct jsonw *w;

	if (!d->counts)
		return;
	w = mark_specs(d, "end", now_ms);
	put_attempt(w, attempt);
	if (response->status != 0) {
		jsonw_key(w, "statusCode");
		jsonw_u64(w, (unsigned)response->status);
	}
	put_text(w, "step", "network_request");
	put_bool(w, "success", success);
	put_text(w, "url", url);
	if (!success)
		put_error(w, response);
	if (response->content_type[0] != '\0')
		put_text(w, "contentType", response->content_type);
	if (response->region[0] != '\0')
		put_text(w, "sdkRegion", response->region);
	jsonw_end_object(w);
}

void
diagnostics_use(struct diagnostics *d, uint64_t now_ms)
{
	struct jsonw *w;

	if (!d->counts)
		return;
	w = mark_specs(d, "start", now_ms);
	put_text(w, "step", "process");
	jsonw_end_object(w);
}

void
diagnostics_used(struct diagnostics *d, bool success, uint64_t now_ms)
{
	struct jsonw *w;

	if (!d->counts)
		return;
	w = mark_specs(d, "end", now_ms);
	put_text(w, "step", "process");
	put_bool(w, "success", success);
	jsonw_end_object(w);
}

/* ---- the event ---- */

uint32_t
diagnostics_rate(const struct image *im, bool initialize)
{
	uint32_t more = im == NULL ? 0
	    : initialize           ? image_head32(im, IMAGE_H_DIAG_INITIALIZE)
				   : image_head32(im, IMAGE_H_DIAG_CONFIG_SYNC);

	if (more > 0)
		return more - 1;
	return initialize ? INITIALIZE_RATE : CONFIG_SYNC_RATE;
}

static void
mark_overall(struct diagnostics *d, bool success, const struct image *im,
    uint64_t now_ms)
{
	struct jsonw *w = mark(d, "overall", "end", now_ms);
	char source[IMAGE_SOURCE_CAP + 1] = "NoValues";

	if (im != NULL) {
		memcpy(source, im->base + IMAGE_H_SOURCE, IMAGE_SOURCE_CAP);
		source[IMAGE_SOURCE_CAP] = '\0';
	}
	put_bool(w, "success", success);
	put_bool(w, "configSpecReady", im != NULL);
	put_text(w, "source", source);
	jsonw_end_object(w);
}

enum fg_status
diagnostics_end(struct diagnostics *d, bool success, const struct image *im,
    uint64_t random, uint64_t now_ms, struct jsonw *event)
{
	bool initialize = !d->later;

	if (!d->counts)
		return FG_OK;
	d->later = true;
	d->counts = false;
	if (random % MILLION >= diagnostics_rate(im, initialize))
		return FG_OK;
	if (initialize)
		mark_overall(d, success, im, now_ms);
	jsonw_end_array(&d->markers);
	if (d->markers.status != FG_OK)
		return d->markers.status;
	return events_diagnostics(event,
	    initialize ? "initialize" : "config_sync", &d->markers, now_ms);
}
