/* status: how rules, syncer and queue are. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/jsonw.h"
#include "reader/forkgate.h"
#include "reader/rules.h"
#include "syncer/json.h"
#include "syncer/shipstate.h"
#include "tools/cmd.h"
#include "tools/list_tally.h"
#include "tools/override_list.h"
#include "tools/state.h"

static const char help[] =
    "usage: forkgate status [--state DIR] [--project P] [--json]\n"
    "\n"
    "Tells whether the syncer is at work, which generations of each project\n"
    "are published, whether events can be sent, and what waits in the queue\n"
    "(which the syncer's user may list).\n"
    "\n"
    "  --state DIR  the state directory\n"
    "  --project P  that project alone\n"
    "  --json       one JSON object; times are Unix ms\n"
    "\n"
    "Exit status: 0 the syncer is alive and has published rules of every\n"
    "project, 1 it was not heard of for 10 s, there are no rules, an overrides\n"
    "file is refused, or the server refuses the SDK key of events, 2 the\n"
    "command line is wrong, 3 the state directory cannot be read.\n";

struct project {
	char name[EPOCH_NAME];
	bool is_damaged;
	uint64_t newest, oldest;
	struct epoch_slot slots[EPOCH_SLOTS]; /* newest first */
	size_t n_slots;
	struct fg_info info;
	struct override_list overrides;
	struct list_tally lists;
};

struct status {
	const char *dir;
	const char *only; /* a project, or NULL */
	bool has_env;
	char env[64], identity[2 * EPOCH_ID + 1];
	bool retired, alive;
	uint64_t beat, beat_age, allowance;
	struct project projects[EPOCH_PROJECTS];
	size_t n_projects;
	char *shipping; /* what the syncer tells, JSON, or NULL */
	size_t shipping_len;
	bool denied;       /* it tells that an SDK key is refused */
	uint64_t dropped;  /* events that workers had no room for */
	uint64_t left_out; /* exposures that another worker had logged */
	int queue_errno;   /* 0: queue is filled in */
	struct state_queue queue;
};

/* ----------------------------------------------------------- gathering */

/* Times and counts lie in the image: ask the library for them. */
static void
ask_info(const char *dir, struct project *p)
{
	struct fg_options o = FG_OPTIONS_INIT;
	struct fg *fg;

	p->info = (struct fg_info){.size = sizeof(p->info)};
	o.state_dir = dir;
	o.project = p->name;
	o.disable_logging = true;
	if (fg_open(&o, &fg) != FG_OK)
		return;
	fg_get_info(fg, &p->info);
	fg_close(fg);
}

static void
ask_beside(const char *dir, struct project *p)
{
	struct rules_pin pin;
	struct rules *rules;

	if (rules_open(dir, p->name, &rules) != FG_OK)
		return;
	if (rules_pin(rules, &pin) == FG_OK) {
		override_list_pinned(rules, &pin, &p->overrides);
		list_tally_pinned(rules, &pin, &p->lists);
	}
	rules_close(rules);
}

static void
look_at_project(
    const struct state *s, unsigned page, const char *dir, struct project *p)
{
	uint64_t g;

	p->newest = epoch_newest(s->epoch, page);
	p->oldest = epoch_oldest(s->epoch, page);
	for (g = p->newest; g > 0 && g >= p->oldest && p->n_slots < EPOCH_SLOTS;
	     g--)
		if (epoch_slot(s->epoch, page, g, &p->slots[p->n_slots]) ==
		    FG_OK)
			p->n_slots++;
	ask_info(dir, p);
	ask_beside(dir, p);
}

static void
look_at_env(const struct state *s, struct status *out)
{
	uint8_t id[EPOCH_ID];

	out->has_env = true;
	memcpy(out->env, s->env, sizeof(out->env));
	epoch_identity(s->epoch, id);
	for (size_t i = 0; i < EPOCH_ID; i++)
		snprintf(out->identity + 2 * i, 3, "%02x", id[i]);
	out->retired = epoch_state(s->epoch) == EPOCH_RETIRED;
	out->beat = epoch_last_beat(s->epoch).unix_ms;
	out->beat_age = state_beat_age(s);
	out->alive = !out->retired && out->beat_age < STATE_STALE_MS;
	out->allowance = epoch_queue_allowance(s->epoch);
	for (unsigned page = 1; page <= epoch_projects(s->epoch); page++) {
		struct project *p = &out->projects[out->n_projects];

		*p = (struct project){0};
		p->is_damaged = epoch_name(s->epoch, page, p->name) != FG_OK;
		if (p->is_damaged)
			snprintf(p->name, sizeof(p->name), "?");
		if (out->only != NULL && strcmp(p->name, out->only) != 0)
			continue;
		if (!p->is_damaged)
			look_at_project(s, page, out->dir, p);
		out->n_projects++;
	}
}

static bool
all_well(const struct status *s)
{
	for (size_t i = 0; i < s->n_projects; i++)
		if (s->projects[i].newest == 0 ||
		    s->projects[i].overrides.refused != NULL)
			return false;
	return s->has_env && s->alive && s->n_projects > 0 && !s->denied;
}

/* One member of an object, as text or number; "" if it is not there. */
static struct json_span
member(const char *text, size_t n, const char *name)
{
	struct json_span none = {.text = ""}, value;
	struct json_walk walk;
	const char *key;
	size_t len;

	if (!json_walk_begin(&walk, text, n) || !walk.keyed)
		return none;
	while (json_walk_next(&walk, &key, &len)) {
		value = json_walk_value(&walk);
		if (len != strlen(name) || memcmp(key, name, len) != 0)
			continue;
		if (json_kind_of(*value.text) == JSON_STRING) {
			value.text++;
			value.n -= 2;
		}
		return value;
	}
	return none;
}

static bool
is_text(struct json_span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.text, text, s.n) == 0;
}

typedef void shipping_fn(struct status *s, struct json_span project);

static void
each_shipping(struct status *s, shipping_fn *fn)
{
	struct json_span list, project;
	struct json_walk walk;
	const char *key;
	size_t len;

	if (s->shipping == NULL)
		return;
	list = member(s->shipping, s->shipping_len, "projects");
	if (list.n == 0 || !json_walk_begin(&walk, list.text, list.n))
		return;
	while (json_walk_next(&walk, &key, &len)) {
		project = json_walk_value(&walk);
		if (s->only == NULL ||
		    is_text(
			member(project.text, project.n, "project"), s->only))
			fn(s, project);
	}
}

static void
note_denied(struct status *s, struct json_span project)
{
	s->denied |=
	    is_text(member(project.text, project.n, "state"), "denied");
}

static uint64_t
told_count(const struct status *s, const char *name)
{
	struct json_span count = {.text = ""};
	uint64_t n;

	if (s->shipping != NULL)
		count = member(s->shipping, s->shipping_len, name);
	return json_u64(count.text, count.n, &n) ? n : 0;
}

/* Of a syncer that is gone it says nothing any more. */
static void
look_at_shipping(struct status *s)
{
	char path[4096];
	size_t end;

	snprintf(path, sizeof(path), "%s/" SHIPSTATE_FILE, s->dir);
	if (!s->alive ||
	    cmd_read_file(path, &s->shipping, &s->shipping_len) != FG_OK)
		return;
	if (json_check(s->shipping, s->shipping_len, &end) != FG_OK) {
		free(s->shipping);
		s->shipping = NULL;
	}
	each_shipping(s, note_denied);
	s->dropped = told_count(s, "dropped");
	s->left_out = told_count(s, "left_out");
}

/* ------------------------------------------------------------ for people */

static const char *
age_text(uint64_t ms)
{
	static char text[2][48];
	static int turn;
	char *t = text[turn ^= 1];
	double s = (double)ms / 1000;

	if (ms == UINT64_MAX)
		snprintf(t, 48, "never");
	else if (s < 120)
		snprintf(t, 48, "%.1f s ago", s);
	else if (s < 2 * 3600)
		snprintf(t, 48, "%.0f min ago", s / 60);
	else if (s < 48 * 3600)
		snprintf(t, 48, "%.1f h ago", s / 3600);
	else
		snprintf(t, 48, "%.1f days ago", s / 86400);
	return t;
}

static const char *
since_text(uint64_t unix_ms)
{
	uint64_t now = cmd_now_ms();

	return age_text(now > unix_ms ? now - unix_ms : 0);
}

static const char *
bytes_text(uint64_t n)
{
	static char text[48];

	if (n < 10 * 1024)
		snprintf(text, sizeof(text), "%" PRIu64 " bytes", n);
	else if (n < 10 * 1024 * 1024)
		snprintf(text, sizeof(text), "%.0f KiB", (double)n / 1024);
	else
		snprintf(
		    text, sizeof(text), "%.0f MiB", (double)n / (1024 * 1024));
	return text;
}

static void
print_project(const struct project *p)
{
	const struct fg_info *i = &p->info;

	if (p->is_damaged || p->newest == 0) {
		printf("project      %s: %s\n", p->name,
		    p->is_damaged ? "its page of the epoch file is damaged"
				  : "no rules yet");
		return;
	}
	printf("project      %s: generation %" PRIu64 "\n", p->name, p->newest);
	if (i->generation != 0)
		printf("  rules      gates %u, configs %u, layers %u; of %s, "
		       "received %s\n",
		    i->n_gates, i->n_configs, i->n_layers, cmd_date(i->lcut),
		    since_text(i->received_at));
	if (p->overrides.refused != NULL)
		printf("  overrides  THE FILE IS REFUSED: %s\n",
		    p->overrides.refused);
	if (p->overrides.bytes != NULL)
		printf("  overrides  %u in force on this host%s\n",
		    p->overrides.n,
		    p->overrides.refused != NULL ? ", from before" : "");
	if (p->lists.n > 0)
		printf("  id lists   %" PRIu64 ", with %" PRIu64
		       " members; the latest change was %s\n",
		    p->lists.n, p->lists.members,
		    since_text(p->lists.changed_ms));
	for (size_t k = 0; k < p->n_slots; k++)
		printf("  kept       %" PRIu64 ", committed %s, %s\n",
		    p->slots[k].generation, since_text(p->slots[k].time_ms),
		    bytes_text(p->slots[k].image_len));
}

static void
print_shipping(struct status *s, struct json_span project)
{
	struct json_span name = member(project.text, project.n, "project");
	struct json_span since = member(project.text, project.n, "since");
	struct json_span answer = member(project.text, project.n, "answer");
	uint64_t since_ms = 0;

	(void)s;
	if (!json_u64(since.text, since.n, &since_ms))
		return;
	printf("events       %.*s: %s (%.*s), since %s; they wait\n",
	    (int)name.n, name.text,
	    is_text(member(project.text, project.n, "state"), "denied")
		? "THE SERVER REFUSES THE SDK KEY"
		: "cannot be sent",
	    (int)answer.n, answer.text, since_text(since_ms));
}

static void
print_people(struct status *s)
{
	printf("state        %s\n", s->dir);
	if (!s->has_env) {
		printf("rules        none: no syncer has published any here\n");
	} else {
		printf("environment  %s, identity %s\n", s->env, s->identity);
		printf("syncer       %s; its last sign was %s\n",
		    s->retired     ? "has replaced this environment"
			: s->alive ? "alive"
				   : "not running, or stuck",
		    s->beat_age == UINT64_MAX ? "never"
					      : age_text(s->beat_age));
		if (s->n_projects == 0)
			printf("project      %s: not known here\n",
			    s->only != NULL ? s->only : "none");
	}
	for (size_t i = 0; i < s->n_projects; i++)
		print_project(&s->projects[i]);
	each_shipping(s, print_shipping);
	if (s->queue_errno == 0)
		printf("queue        %" PRIu64 " segments, %s%s\n",
		    s->queue.n_segments, bytes_text(s->queue.bytes),
		    s->queue.n_flushes > 0 ? "; a flush is asked for" : "");
	else
		printf("queue        %s\n",
		    s->queue_errno == EACCES
			? "only the syncer's user may list it"
			: strerror(s->queue_errno));
	if (s->has_env)
		printf("  room       %s of new segments\n",
		    bytes_text(s->allowance));
	if (s->dropped > 0)
		printf("  dropped    %" PRIu64 " event%s, for want of room or "
		       "being too large\n",
		    s->dropped, s->dropped == 1 ? "" : "s");
	if (s->left_out > 0)
		printf("  left out   %" PRIu64 " exposure%s, sent for another "
		       "worker\n",
		    s->left_out, s->left_out == 1 ? "" : "s");
}

/* ---------------------------------------------------------- for programs */

static void
put_u64(struct jsonw *w, const char *key, uint64_t x)
{
	jsonw_key(w, key);
	jsonw_u64(w, x);
}

static void
put_project(struct jsonw *w, const struct project *p)
{
	uint64_t now = cmd_now_ms();

	jsonw_begin_object(w);
	jsonw_key(w, "project");
	jsonw_text(w, p->name);
	put_u64(w, "generation", p->newest);
	put_u64(w, "lcut", p->info.lcut);
	put_u64(w, "received_at", p->info.received_at);
	put_u64(w, "gates", p->info.n_gates);
	put_u64(w, "configs", p->info.n_configs);
	put_u64(w, "layers", p->info.n_layers);
	put_u64(w, "overrides", p->overrides.n);
	jsonw_key(w, "overrides_refused");
	if (p->overrides.refused != NULL)
		jsonw_text(w, p->overrides.refused);
	else
		jsonw_null(w);
	put_u64(w, "id_lists", p->lists.n);
	put_u64(w, "id_list_members", p->lists.members);
	put_u64(w, "id_lists_changed", p->lists.changed_ms);
	jsonw_key(w, "kept");
	jsonw_begin_array(w);
	for (size_t i = 0; i < p->n_slots; i++) {
		const struct epoch_slot *slot = &p->slots[i];

		jsonw_begin_object(w);
		put_u64(w, "generation", slot->generation);
		put_u64(w, "committed", slot->time_ms);
		put_u64(
		    w, "age_ms", now > slot->time_ms ? now - slot->time_ms : 0);
		put_u64(w, "image_bytes", slot->image_len);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_end_object(w);
}

static void
put_env(struct jsonw *w, const struct status *s)
{
	jsonw_key(w, "environment");
	jsonw_begin_object(w);
	jsonw_key(w, "folder");
	jsonw_text(w, s->env);
	jsonw_key(w, "identity");
	jsonw_text(w, s->identity);
	jsonw_key(w, "retired");
	jsonw_bool(w, s->retired);
	jsonw_end_object(w);
	put_u64(w, "heartbeat", s->beat);
	jsonw_key(w, "heartbeat_age_ms");
	if (s->beat_age == UINT64_MAX)
		jsonw_null(w);
	else
		jsonw_u64(w, s->beat_age);
}

static void
put_queue(struct jsonw *w, const struct status *s)
{
	jsonw_key(w, "queue");
	if (s->queue_errno != 0) {
		jsonw_null(w);
		return;
	}
	jsonw_begin_object(w);
	put_u64(w, "segments", s->queue.n_segments);
	put_u64(w, "bytes", s->queue.bytes);
	put_u64(w, "unborn", s->queue.n_unborn);
	put_u64(w, "flushes", s->queue.n_flushes);
	jsonw_end_object(w);
}

static int
print_json(const struct status *s)
{
	struct jsonw w;
	int rc = CMD_OK;

	jsonw_new(&w);
	jsonw_begin_object(&w);
	jsonw_key(&w, "state_dir");
	jsonw_text(&w, s->dir);
	jsonw_key(&w, "ok");
	jsonw_bool(&w, all_well(s));
	jsonw_key(&w, "syncer_alive");
	jsonw_bool(&w, s->alive);
	if (s->has_env)
		put_env(&w, s);
	jsonw_key(&w, "projects");
	jsonw_begin_array(&w);
	for (size_t i = 0; i < s->n_projects; i++)
		put_project(&w, &s->projects[i]);
	jsonw_end_array(&w);
	jsonw_key(&w, "shipping");
	if (s->shipping != NULL)
		jsonw_raw(&w, s->shipping, s->shipping_len);
	else
		jsonw_null(&w);
	put_queue(&w, s);
	put_u64(&w, "queue_allowance", s->allowance);
	jsonw_end_object(&w);
	if (w.status == FG_OK) {
		fwrite(w.text, 1, w.len, stdout);
		putchar('\n');
	} else {
		rc = cmd_fail(&cmd_status, "memory", w.status);
	}
	jsonw_free(&w);
	return rc;
}

/* --------------------------------------------------------------- start */

static const struct option options[] = {
    {"state", required_argument, NULL, 's'},
    {"project", required_argument, NULL, 'p'},
    {"json", no_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

static int
gather(struct status *s)
{
	struct state state;
	const char *what;
	enum fg_status st = state_open(s->dir, &state, &what);

	if (st == FG_OK) {
		look_at_env(&state, s);
		state_close(&state);
	} else if (st != FG_E_NOT_READY) {
		return cmd_fail_in(&cmd_status, s->dir, what, st);
	}
	look_at_shipping(s);
	st = state_queue(s->dir, &s->queue);
	s->queue_errno = st == FG_OK ? 0 : errno;
	return CMD_OK;
}

static int
run(int argc, char **argv)
{
	static struct status s; /* large */
	bool json = false;
	int opt, rc;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's')
			s.dir = optarg;
		else if (opt == 'p')
			s.only = optarg;
		else if (opt == 'j')
			json = true;
		else
			return CMD_USAGE;
	}
	if (argc > optind)
		return cmd_usage(
		    &cmd_status, "%s: no such option or word", argv[optind]);
	if (s.only != NULL && !cmd_project_ok(&cmd_status, s.only))
		return CMD_USAGE;
	s.dir = cmd_state_dir(s.dir);
	rc = gather(&s);
	if (rc != CMD_OK)
		return rc;
	if (json)
		rc = print_json(&s);
	else
		print_people(&s);
	if (rc == CMD_OK && !all_well(&s))
		rc = CMD_NO;
	free(s.shipping);
	return rc;
}

const struct cmd cmd_status = {
    "status", "how rules, syncer and queue are", help, run};
