#include "syncer/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syncer/identity.h"
#include "syncer/log.h"
#include "syncer/parcel.h"
#include "syncer/retry.h"

#define DRAIN_ATTEMPTS 3   /* of each parcel when we are to end */
#define DRAIN_PAUSE_MS 500 /* the longest pause between them */
#define ANSWER_MAX     65536
#define EXCERPT        120 /* of an answer, in the log */

/* A request under way. */
struct sending {
	struct sending *next;
	struct route *route;
	struct parcel *parcel;
	struct http_call *call;
	struct identity_headers headers;
	char count[48], retry[48];
};

struct route {
	struct route_parts parts;
	const char *trusted[2];
	struct parcel *waiting, **waiting_end; /* in the order to be sent */
	size_t n_waiting, n_sending;
	struct parcel *given_up; /* when draining */
	size_t n_given_up;
	struct sending *sending;
	struct loop_timer resume;
	unsigned failures; /* in a row */
	uint64_t failing_since_ms, not_before_ms;
	char answer[EXCERPT + 300]; /* the latest that was a failure */
	bool draining, denied;
	struct ship_stats stats;
};

static void send_more(struct route *route);

static void
on_resume(void *arg)
{
	send_more(arg);
}

enum fg_status
route_new(const struct route_parts *parts, struct route **out)
{
	struct route *route = calloc(1, sizeof(*route));

	*out = route;
	if (route == NULL)
		return FG_E_NOMEM;
	route->parts = *parts;
	route->trusted[0] = parts->project->log_event_url;
	route->waiting_end = &route->waiting;
	route->resume = (struct loop_timer){.fn = on_resume, .arg = route};
	return FG_OK;
}

static void
parcels_free(struct parcel *parcel)
{
	struct parcel *next;

	for (; parcel != NULL; parcel = next) {
		next = parcel->next;
		parcel_free(parcel);
	}
}

void
route_free(struct route *route)
{
	struct sending *s, *next;

	if (route == NULL)
		return;
	loop_timer_clear(route->parts.loop, &route->resume);
	for (s = route->sending; s != NULL; s = next) {
		next = s->next;
		http_cancel(s->call);
		parcel_free(s->parcel);
		free(s);
	}
	parcels_free(route->waiting);
	parcels_free(route->given_up);
	free(route);
}

static void
wait_last(struct route *route, struct parcel *parcel)
{
	parcel->next = NULL;
	*route->waiting_end = parcel;
	route->waiting_end = &parcel->next;
	route->n_waiting++;
}

/* What failed is the oldest: it goes first again. */
static void
wait_first(struct route *route, struct parcel *parcel)
{
	parcel->next = route->waiting;
	if (route->waiting == NULL)
		route->waiting_end = &parcel->next;
	route->waiting = parcel;
	route->n_waiting++;
}

static struct parcel *
take_first(struct route *route)
{
	struct parcel *parcel = route->waiting;

	route->waiting = parcel->next;
	if (route->waiting == NULL)
		route->waiting_end = &route->waiting;
	route->n_waiting--;
	return parcel;
}

/* ---- what becomes of a parcel ---- */

static void
log_saving(const struct route *route, enum fg_status status)
{
	if (status != FG_OK)
		log_error("[project %s] events were accepted, but how far they "
			  "were read cannot be saved: %s; it is tried again, "
			  "and they may be sent twice",
		    route->parts.project->name, fg_strerror(status));
}

/* The last parcel of a batch takes the batch with it. */
static void
parcel_done(struct route *route, struct parcel *parcel)
{
	struct parcel_batch *of = parcel->of;
	struct tail_batch *batch = of->open == 1 ? of->batch : NULL;

	parcel_free(parcel);
	if (batch == NULL)
		return;
	log_saving(route, tail_accept(route->parts.tail, batch));
	route->parts.progress(route->parts.progress_arg);
}

static void
accepted(struct route *route, struct parcel *parcel)
{
	route->stats.accepted += parcel->n;
	if (route->failures > 0)
		log_info("[project %s] events are accepted again, after %llu s",
		    route->parts.project->name,
		    (unsigned long long)(loop_clock_ms() -
			route->failing_since_ms) /
			1000);
	route->failures = 0;
	route->denied = false;
	parcel_done(route, parcel);
}

static void
quarantine(struct route *route, struct parcel *parcel, const char *reason,
    const char *answer)
{
	size_t n = parcel->n;
	struct parcel_batch *of = parcel->of;
	enum fg_status status;

	log_error("[project %s] the server refuses %zu events for good (%s): "
		  "%s; they are kept in quarantine",
	    route->parts.project->name, n, reason, answer);
	route->stats.quarantined += n;
	if (of->open == 1 && n == of->batch->n_events) {
		struct tail_batch *batch = of->batch;

		parcel_free(parcel);
		log_saving(
		    route, tail_refuse(route->parts.tail, batch, reason));
		route->parts.progress(route->parts.progress_arg);
		return;
	}
	status = tail_quarantine(
	    route->parts.tail, of->batch, parcel->first, n, reason);
	if (status != FG_OK)
		log_error("[project %s] %zu events are lost: the quarantine "
			  "cannot be written: %s",
		    route->parts.project->name, n, fg_strerror(status));
	parcel_done(route, parcel);
}

static void
split(struct route *route, struct parcel *parcel)
{
	struct parcel *half = parcel_split(parcel);

	if (half != NULL)
		wait_first(route, half);
	wait_first(route, parcel);
	log_debug("[project %s] events: too large for the server; in halves",
	    route->parts.project->name);
}

static void
again(struct route *route, struct parcel *parcel, uint64_t at_least_ms)
{
	const struct config_events *events = route->parts.events;
	uint64_t longest = events->backoff_max_ms, pause, now = loop_clock_ms();

	parcel->attempts++;
	if (route->failures == 0)
		route->failing_since_ms = now;
	/* What was in flight together fails together: that is one failure. */
	if (!route->resume.armed)
		route->failures++;
	if (route->draining && parcel->attempts >= DRAIN_ATTEMPTS) {
		parcel->next = route->given_up;
		route->given_up = parcel;
		route->n_given_up++;
		route->parts.progress(route->parts.progress_arg);
		return;
	}
	wait_first(route, parcel);
	if (route->draining && longest > DRAIN_PAUSE_MS)
		longest = DRAIN_PAUSE_MS;
	pause = retry_pause_ms(
	    route->failures, events->backoff_ms, longest, retry_random());
	/* What one answer asks for, another one does not take back. */
	if (now + at_least_ms > route->not_before_ms)
		route->not_before_ms = now + at_least_ms;
	if (now + pause < route->not_before_ms && !route->draining)
		pause = route->not_before_ms - now;
	loop_timer_set(route->parts.loop, &route->resume, pause);
}

/* Tells it once for each series of failures, and each time to who debugs. */
static void
log_failure(struct route *route, const struct parcel *parcel, bool denied,
    const char *answer)
{
	const struct config_project *project = route->parts.project;

	if (denied && !route->denied)
		log_error("[project %s] %s refuses the SDK key %s: %s; events "
			  "are kept and sent when it is accepted",
		    project->name, project->log_event_url,
		    project->secret.masked, answer);
	else if (!denied && (route->failures == 0 || route->denied))
		log_warn("[project %s] events: %s: %s; they are kept and sent "
			 "again",
		    project->name, project->log_event_url, answer);
	else
		log_debug("[project %s] events: attempt %u: %s", project->name,
		    parcel->attempts + 1, answer);
	route->denied = denied;
	(void)stpncpy(route->answer, answer, sizeof(route->answer) - 1);
}

/* One line about an answer: its status and how its body begins. */
static void
describe(const struct http_response *response, char *dst, size_t cap)
{
	size_t n = response->body_len < EXCERPT ? response->body_len : EXCERPT;
	int len;

	if (response->status == 0) {
		snprintf(dst, cap, "%s", response->error);
		return;
	}
	len = snprintf(dst, cap, "status %d%s%.*s", response->status,
	    n > 0 ? ", " : "", (int)n, response->body);
	while (len > 0 && (size_t)len < cap &&
	    strchr("\r\n ", dst[len - 1]) != NULL)
		dst[--len] = '\0';
}

static void
judge(struct route *route, struct parcel *parcel,
    const struct http_response *response)
{
	enum retry_events verdict =
	    retry_events(response->status, response->body, response->body_len);
	char answer[EXCERPT + 300], reason[32];
	uint64_t pause = response->retry_after_ms;

	describe(response, answer, sizeof(answer));
	if (verdict == RETRY_EVENTS_DOUBTFUL &&
	    ++parcel->doubts < route->parts.events->refusals)
		verdict = RETRY_EVENTS_AGAIN;
	if (verdict != RETRY_EVENTS_ACCEPTED)
		route->stats.failures++;
	switch (verdict) {
	case RETRY_EVENTS_ACCEPTED:
		accepted(route, parcel);
		break;
	case RETRY_EVENTS_DENIED:
		log_failure(route, parcel, true, answer);
		if (pause < route->parts.events->backoff_max_ms)
			pause = route->parts.events->backoff_max_ms;
		again(route, parcel, pause);
		break;
	case RETRY_EVENTS_AGAIN:
		log_failure(route, parcel, false, answer);
		again(route, parcel, pause);
		break;
	case RETRY_EVENTS_SPLIT:
		if (parcel->n > 1)
			split(route, parcel);
		else
			quarantine(route, parcel, "too_large", answer);
		break;
	case RETRY_EVENTS_DOUBTFUL:
		quarantine(route, parcel, "not_accepted", answer);
		break;
	case RETRY_EVENTS_REFUSED:
		snprintf(reason, sizeof(reason), "status_%d", response->status);
		quarantine(route, parcel, reason, answer);
		break;
	}
}

/* ---- sending ---- */

static void
on_done(void *arg, const struct http_response *response)
{
	struct sending *s = arg, **at;
	struct route *route = s->route;
	struct parcel *parcel = s->parcel;

	for (at = &route->sending; *at != s; at = &(*at)->next)
		;
	*at = s->next;
	route->n_sending--;
	free(s);
	judge(route, parcel, response);
	send_more(route);
}

static enum fg_status
pack(struct route *route, struct parcel *parcel)
{
	const struct config_events *events = route->parts.events;
	struct parcel_metadata metadata = {
	    .session = route->parts.session,
	    .service = route->parts.project->service_name,
	    .flush_type = "scheduled:max_time",
	    .interval_ms = events->max_delay_ms,
	    .batch_size = events->batch,
	    .max_pending = events->concurrency,
	};

	if (route->draining)
		metadata.flush_type = "shutdown";
	else if (parcel->n == events->batch)
		metadata.flush_type = "scheduled:full_batch";
	return parcel_pack(parcel, &metadata, events->compress);
}

static enum fg_status
start_call(struct sending *s)
{
	struct route *route = s->route;
	const struct config_project *project = route->parts.project;
	const struct config_events *events = route->parts.events;
	struct http_request request = {
	    .url = project->log_event_url,
	    .body = s->parcel->body,
	    .body_len = s->parcel->body_len,
	    .trusted = route->trusted,
	    .proxy = project->proxy,
	    .ca_file = project->ca_file,
	    .timeout_ms = events->timeout_ms,
	    .connect_timeout_ms = project->connect_timeout_ms,
	    .max_body = ANSWER_MAX,
	};
	size_t n = identity_put(&request, &s->headers, &project->secret,
	    route->parts.session, project->service_name, loop_unix_ms());

	snprintf(s->count, sizeof(s->count), "statsig-event-count: %zu",
	    s->parcel->n);
	snprintf(s->retry, sizeof(s->retry), "statsig-retry-count: %u",
	    s->parcel->attempts);
	request.headers[n++] = "content-type: application/json";
	request.headers[n++] = s->count;
	request.headers[n++] = s->retry;
	if (s->parcel->gzip)
		request.headers[n++] = "content-encoding: gzip";
	request.headers[n] = NULL;
	return http_start(route->parts.http, &request, on_done, s, &s->call);
}

static enum fg_status
start_parcel(struct route *route, struct parcel *parcel)
{
	struct sending *s = calloc(1, sizeof(*s));
	enum fg_status status = s != NULL ? pack(route, parcel) : FG_E_NOMEM;

	if (status == FG_OK) {
		s->route = route;
		s->parcel = parcel;
		status = start_call(s);
	}
	if (status != FG_OK) {
		free(s);
		return status;
	}
	s->next = route->sending;
	route->sending = s;
	route->n_sending++;
	route->stats.requests++;
	return FG_OK;
}

static void
send_more(struct route *route)
{
	size_t at_once =
	    route->failures > 0 ? 1 : route->parts.events->concurrency;

	while (route->waiting != NULL && route->n_sending < at_once &&
	    !route->resume.armed) {
		struct parcel *parcel = take_first(route);

		if (start_parcel(route, parcel) == FG_OK)
			continue;
		log_failure(route, parcel, false, "out of memory");
		again(route, parcel, 0);
	}
}

enum fg_status
route_send(struct route *route, struct tail_batch *batch)
{
	struct parcel *parcel = parcel_new(batch);

	if (parcel == NULL)
		return FG_E_NOMEM;
	wait_last(route, parcel);
	send_more(route);
	return FG_OK;
}

void
route_drain(struct route *route)
{
	route->draining = true;
	for (struct parcel *p = route->waiting; p != NULL; p = p->next)
		p->attempts = 0;
	loop_timer_clear(route->parts.loop, &route->resume);
	send_more(route);
}

bool
route_is_still(const struct route *route)
{
	return route->n_waiting == 0 && route->n_sending == 0;
}

bool
route_gave_up(const struct route *route)
{
	return route->n_given_up > 0;
}

bool
route_is_full(const struct route *route)
{
	return route->n_waiting + route->n_sending + route->n_given_up >=
	    route->parts.events->concurrency;
}

void
route_state(const struct route *route, struct ship_state *out)
{
	*out = (struct ship_state){
	    .project = route->parts.project->name,
	    .denied = route->denied,
	    .failing = route->failures > 0,
	    .answer = route->answer,
	};
	if (out->failing)
		out->failing_ms = loop_clock_ms() - route->failing_since_ms;
}

void
route_add_stats(const struct route *route, struct ship_stats *out)
{
	out->requests += route->stats.requests;
	out->accepted += route->stats.accepted;
	out->quarantined += route->stats.quarantined;
	out->failures += route->stats.failures;
	out->waiting += route->n_waiting;
	out->failing |= route->failures > 0;
	out->denied |= route->denied;
}
