#include "syncer/project.h"

#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/djb2.h"
#include "common/endian.h"
#include "common/image.h"
#include "syncer/beside.h"
#include "syncer/compile.h"
#include "syncer/diagnostics.h"
#include "syncer/identity.h"
#include "syncer/json.h"
#include "syncer/log.h"
#include "syncer/retry.h"

#define SOURCE     "Network"
#define NOTES_TOLD 3
#define TRIM_BYTES ((size_t)1 << 20) /* documents that leave holes behind */

struct project {
	struct project_parts parts;
	struct project_status status;
	char *checksum; /* of what is held, NULL: none */
	struct beside beside;
	const char *trusted[2];
	struct loop_timer timer;
	struct http_call *call;
	struct diagnostics diagnostics;
	struct identity_headers headers;
	bool repeats; /* poll for ever */
	bool refresh_fails;
	unsigned attempt;
	uint64_t call_time_ms, retry_after_ms;
	char error[300], told[300];
};

static void attempt(struct project *p);

/* ---- what is held ---- */

static char *
image_checksum(const struct image *im)
{
	struct image_str s;

	if (!image_str(im, image_head32(im, IMAGE_H_CHECKSUM), &s))
		return NULL;
	return strndup((const char *)s.bytes, s.len);
}

static void
hold(struct project *p, uint64_t generation, uint64_t lcut_ms, char *checksum)
{
	p->status.generation = generation;
	p->status.lcut_ms = lcut_ms;
	free(p->checksum);
	p->checksum = checksum;
}

/* Those that an older version compiled do not say. */
static bool
names_lists(const uint8_t *image)
{
	return le32dec(image + IMAGE_H_ID_LISTS) != IMAGE_ID_LISTS_NONE;
}

static void
look_up(struct project *p)
{
	struct store_generation held;
	struct image im;
	char when[32];
	time_t t;
	struct tm tm;

	if (store_latest(p->parts.store, p->status.name, &held) != FG_OK) {
		log_info("[project %s] no rules yet", p->status.name);
		return;
	}
	if (image_open(held.image, held.len, &im) != FG_OK) {
		log_warn("[project %s] generation %llu cannot be read by this "
			 "version; fetching the rules anew",
		    p->status.name, (unsigned long long)held.generation);
		p->status.generation = held.generation;
		return;
	}
	hold(p, held.generation, image_head64(&im, IMAGE_H_LCUT),
	    image_checksum(&im));
	idlist_sync_need(p->beside.lists, names_lists(held.image));
	t = (time_t)(p->status.lcut_ms / 1000);
	gmtime_r(&t, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	log_info("[project %s] starting from generation %llu, rules of %s",
	    p->status.name, (unsigned long long)held.generation, when);
}

static void
on_timer(void *arg)
{
	attempt(arg);
}

static void
on_beside(void *arg)
{
	project_refresh(arg);
}

static void
on_lists_settled(void *arg)
{
	struct project *p = arg;

	if (p->parts.settled != NULL)
		p->parts.settled(p->parts.settled_arg);
}

static enum fg_status
open_beside(struct project *p)
{
	const struct beside_parts parts = {
	    .loop = p->parts.loop,
	    .http = p->parts.http,
	    .store = p->parts.store,
	    .countries = p->parts.countries,
	    .config = p->parts.config,
	    .session = p->parts.session,
	    .changed = on_beside,
	    .settled = on_lists_settled,
	    .arg = p,
	};

	return beside_new(&p->beside, &parts);
}

enum fg_status
project_new(const struct project_parts *parts, struct project **out)
{
	struct project *p = calloc(1, sizeof(*p));
	enum fg_status status;

	*out = p;
	if (p == NULL)
		return FG_E_NOMEM;
	p->parts = *parts;
	p->status.name = parts->config->name;
	p->status.error = p->error;
	p->trusted[0] = parts->config->specs_url;
	p->timer = (struct loop_timer){.fn = on_timer, .arg = p};
	status = open_beside(p);
	if (status == FG_OK)
		look_up(p);
	return status;
}

void
project_free(struct project *p)
{
	if (p == NULL)
		return;
	loop_timer_clear(p->parts.loop, &p->timer);
	http_cancel(p->call);
	beside_free(&p->beside);
	diagnostics_free(&p->diagnostics);
	free(p->checksum);
	free(p);
}

void
project_status(const struct project *p, struct project_status *out)
{
	*out = p->status;
	idlist_sync_status(p->beside.lists, &out->lists);
}

/* ---- how a poll ends ---- */

/* Tells the server of the poll, if it wants to know. */
static void
diagnose(struct project *p)
{
	struct store_generation held;
	struct image im;
	struct jsonw event;
	bool is_held =
	    store_latest(p->parts.store, p->status.name, &held) == FG_OK &&
	    image_open(held.image, held.len, &im) == FG_OK;

	jsonw_new(&event);
	if (diagnostics_end(&p->diagnostics, p->status.failures == 0,
		is_held ? &im : NULL, retry_random(), loop_unix_ms(),
		&event) == FG_OK &&
	    event.len > 0)
		p->parts.diagnose(p->parts.diagnose_arg, p->status.name,
		    event.text, event.len);
	jsonw_free(&event);
}

static void
settle(struct project *p)
{
	uint64_t wait =
	    retry_jitter_ms(p->parts.config->interval_ms, retry_random());

	project_refresh(p);
	p->status.polls++;
	if (p->parts.diagnose != NULL)
		diagnose(p);
	if (wait < p->retry_after_ms)
		wait = p->retry_after_ms;
	p->attempt = 0;
	if (p->repeats)
		loop_timer_set(p->parts.loop, &p->timer, wait);
	if (p->parts.settled != NULL)
		p->parts.settled(p->parts.settled_arg);
}

static void
succeed(struct project *p)
{
	if (p->status.failures > 0)
		log_info("[project %s] rules can be fetched again, after %llu "
			 "polls that failed",
		    p->status.name, (unsigned long long)p->status.failures);
	p->status.failures = 0;
	p->status.denied = false;
	p->status.success_ms = loop_unix_ms();
	p->error[0] = p->told[0] = '\0';
}

static void fail(struct project *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Told when it is news; a failure that stays the same is told once. */
static void
fail(struct project *p, const char *format, ...)
{
	char text[sizeof(p->error)], serving[80];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	log_scrub(p->error, sizeof(p->error), text);
	p->status.failures++;
	if (p->status.generation != 0)
		snprintf(serving, sizeof(serving),
		    "generation %llu stays in use",
		    (unsigned long long)p->status.generation);
	else
		snprintf(serving, sizeof(serving), "there are no rules yet");
	if (strcmp(p->told, p->error) == 0)
		log_debug("[project %s] %s", p->status.name, p->error);
	else if (p->status.denied)
		log_error(
		    "[project %s] %s; %s", p->status.name, p->error, serving);
	else
		log_warn(
		    "[project %s] %s; %s", p->status.name, p->error, serving);
	memcpy(p->told, p->error, sizeof(p->told));
}

/* ---- a document ---- */

bool
project_key_fits(const char *text, size_t n, const char *key)
{
	static const char name[] = "hashed_sdk_key_used";
	const size_t len = sizeof(name) - 1;
	char hash[16];
	struct json_walk walk;
	struct json_span value = {0};
	const char *member;
	size_t member_len;
	bool found = false;

	/* Nearly all documents lack it: one look, instead of a walk. */
	if (memmem(text, n, name, len) == NULL)
		return true;
	if (!json_walk_begin(&walk, text, n) || !walk.keyed)
		return true;
	while (!found && json_walk_next(&walk, &member, &member_len)) {
		found = member_len == len && memcmp(member, name, len) == 0;
		value = json_walk_value(&walk);
	}
	if (!found || json_kind_of(*value.text) != JSON_STRING)
		return true;
	snprintf(
	    hash, sizeof(hash), "\"%u\"", (unsigned)djb2(0, key, strlen(key)));
	return value.n == strlen(hash) &&
	    memcmp(value.text, hash, value.n) == 0;
}

static void
tell_notes(const struct project *p, const struct compile_notes *notes)
{
	size_t told = 0;

	for (size_t i = 0; i < notes->n; i++) {
		const struct compile_note *note = &notes->notes[i];
		bool dropped = note->severity == COMPILE_DROPPED;

		if (dropped && told++ < NOTES_TOLD)
			log_warn("[project %s] left out: %s: %s",
			    p->status.name, note->path, note->message);
		else
			log_debug("[project %s] %s: %s", p->status.name,
			    note->path, note->message);
	}
	if (told > NOTES_TOLD)
		log_warn("[project %s] and %zu more were left out",
		    p->status.name, told - NOTES_TOLD);
}

static enum fg_status
commit(struct project *p, const struct compile_result *doc, size_t n)
{
	struct store *store = p->parts.store;
	const char *name = p->status.name;
	uint64_t generation = store_next_generation(store, name),
		 began = loop_clock_ms();
	bool needs_lists = names_lists(doc->image);
	char *checksum = NULL, beside[100];
	enum fg_status status;

	if (doc->checksum != NULL && (checksum = strdup(doc->checksum)) == NULL)
		return FG_E_NOMEM;
	image_seal(
	    doc->image, doc->image_len, generation, loop_unix_ms(), SOURCE);
	status =
	    beside_commit(&p->beside, generation, doc, beside, sizeof(beside));
	if (status != FG_OK) {
		int keep = errno;

		free(checksum);
		fail(p, "new rules cannot be stored: %s",
		    status == FG_E_IO ? strerror(keep) : fg_strerror(status));
		return status;
	}
	hold(p, generation, doc->time, checksum);
	p->status.commits++;
	log_info("[project %s] generation %llu: %u gates, %u configs, %u "
		 "layers, from %zu bytes; stored in %llu ms",
	    name, (unsigned long long)generation, doc->n_gates, doc->n_configs,
	    doc->n_layers, n, (unsigned long long)(loop_clock_ms() - began));
	idlist_sync_need(p->beside.lists, needs_lists);
	return FG_OK;
}

void
project_refresh(struct project *p)
{
	uint64_t generation;
	enum fg_status status;
	char what[100];

	if (p->status.generation == 0 || !beside_is_news(&p->beside))
		return;
	generation = store_next_generation(p->parts.store, p->status.name);
	status =
	    beside_commit(&p->beside, generation, NULL, what, sizeof(what));
	if (status == FG_OK) {
		p->status.generation = generation;
		p->status.commits++;
		log_info("[project %s] generation %llu: the same rules with %s",
		    p->status.name, (unsigned long long)generation, what);
	} else if (!p->refresh_fails) {
		log_error("[project %s] %s cannot be published: %s; trying "
			  "again",
		    p->status.name, what,
		    status == FG_E_IO ? strerror(errno) : fg_strerror(status));
	}
	p->refresh_fails = status != FG_OK;
}

static void
refused(struct project *p, enum fg_status status, const char *text, size_t n,
    const struct compile_notes *notes)
{
	size_t i = 0;

	while (i < notes->n && notes->notes[i].severity != COMPILE_REFUSED)
		i++;
	if (status == FG_E_INVALID && i < notes->n)
		fail(p,
		    "the document is refused: line %zu: %s%s%s (it begins "
		    "with %.*s)",
		    notes->notes[i].line, notes->notes[i].path,
		    notes->notes[i].path[0] != '\0' ? ": " : "",
		    notes->notes[i].message, (int)(n < 20 ? n : 20), text);
	else
		fail(p, "the document is refused: %s", fg_strerror(status));
}

enum fg_status
project_take(struct project *p, const char *text, size_t n)
{
	struct compile_notes notes = {0};
	struct compile_result doc = {0};
	enum fg_status status = compile_document(text, n, &notes, &doc);

	if (status != FG_OK) {
		refused(p, status, text, n, &notes);
	} else if (!project_key_fits(text, n, p->parts.config->secret.key)) {
		status = FG_E_INVALID;
		fail(p,
		    "the document was made for another SDK key; is a proxy "
		    "on the way mixing projects up?");
	} else if (compile_is_newer(&doc, p->status.lcut_ms, p->checksum)) {
		tell_notes(p, &notes);
		status = commit(p, &doc, n);
	} else if (doc.has_updates) {
		log_debug("[project %s] the document is older than what is "
			  "held, or the same",
		    p->status.name);
	}
	compile_result_free(&doc);
	compile_notes_free(&notes);
	if (status == FG_OK)
		succeed(p);
#ifdef __GLIBC__
	if (n >= TRIM_BYTES)
		malloc_trim(0);
#endif
	return status;
}

/* ---- asking ---- */

static void
try_again(struct project *p)
{
	p->attempt++;
	loop_timer_set(
	    p->parts.loop, &p->timer, retry_specs_pause_ms(p->attempt));
}

static void
on_failure(struct project *p, const struct http_response *response)
{
	const struct config_project *config = p->parts.config;
	enum retry_specs what = retry_specs(response->status);
	char why[300];

	if (response->status == 0)
		snprintf(why, sizeof(why), "%s", response->error);
	else
		snprintf(why, sizeof(why), "status %d", response->status);
	log_debug(
	    "[project %s] attempt %u: %s", p->status.name, p->attempt + 1, why);
	if (response->retry_after_ms > 0 || response->final)
		what = RETRY_SPECS_LATER;
	p->retry_after_ms = response->retry_after_ms;
	if (what == RETRY_SPECS_SOON && p->attempt < RETRY_SPECS) {
		try_again(p);
		return;
	}
	p->status.denied = what == RETRY_SPECS_DENIED;
	if (p->status.denied)
		fail(p, "%s refuses the SDK key %s with %s", config->specs_url,
		    config->secret.masked, why);
	else
		fail(p, "%s: %s", config->specs_url, why);
	settle(p);
}

static void
on_response(void *arg, const struct http_response *response)
{
	struct project *p = arg;
	enum fg_status status;

	p->call = NULL;
	diagnostics_answer(&p->diagnostics, p->attempt,
	    p->parts.config->specs_url, response, loop_unix_ms());
	if (response->status < 200 || response->status > 299) {
		on_failure(p, response);
		return;
	}
	p->retry_after_ms = 0;
	diagnostics_use(&p->diagnostics, loop_unix_ms());
	status = project_take(p, response->body, response->body_len);
	diagnostics_used(&p->diagnostics, status == FG_OK, loop_unix_ms());
	settle(p);
}

/* Perhaps the key was replaced meanwhile: then no restart is needed. */
static void
take_new_key(struct project *p)
{
	struct config_error err;

	if (config_secret(p->parts.config, &err) != FG_OK)
		log_debug("%s", err.text);
}

static void
attempt(struct project *p)
{
	const struct config_project *config = p->parts.config;
	struct http_request request = {
	    .trusted = p->trusted,
	    .proxy = config->proxy,
	    .ca_file = config->ca_file,
	    .timeout_ms = config->timeout_ms,
	    .connect_timeout_ms = config->connect_timeout_ms,
	    .max_body = config->max_document,
	    .gzip = true,
	};
	enum fg_status status = FG_E_NOMEM;
	char *url;

	if (p->attempt == 0 && p->status.denied)
		take_new_key(p);
	if (p->attempt == 0) {
		p->call_time_ms = loop_unix_ms();
		if (p->parts.diagnose != NULL)
			diagnostics_begin(&p->diagnostics, p->call_time_ms);
	}
	diagnostics_ask(
	    &p->diagnostics, p->attempt, config->specs_url, loop_unix_ms());
	url = identity_specs_url(
	    config->specs_url, &config->secret, p->status.lcut_ms, p->checksum);
	if (url != NULL) {
		request.url = url;
		identity_put(&request, &p->headers, &config->secret,
		    p->parts.session, config->service_name, p->call_time_ms);
		status = http_start(
		    p->parts.http, &request, on_response, p, &p->call);
		explicit_bzero(url, strlen(url));
		free(url);
	}
	if (status != FG_OK) {
		fail(p, "cannot ask for rules: %s", fg_strerror(status));
		settle(p);
	}
}

static void
poll_rules(struct project *p)
{
	if (p->call != NULL)
		return;
	loop_timer_clear(p->parts.loop, &p->timer);
	p->attempt = 0;
	attempt(p);
}

void
project_poll(struct project *p)
{
	poll_rules(p);
	idlist_sync_poll(p->beside.lists);
}

void
project_start(struct project *p)
{
	p->repeats = true;
	/* Before the network is asked, which may take its time. */
	overrides_file_start(p->beside.overrides);
	poll_rules(p);
	idlist_sync_start(p->beside.lists);
}

void
project_stop(struct project *p)
{
	p->repeats = false;
	loop_timer_clear(p->parts.loop, &p->timer);
	http_cancel(p->call);
	p->call = NULL;
	idlist_sync_stop(p->beside.lists);
}
