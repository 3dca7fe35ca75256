/* Rows 1 to 9, 12, 23 and 24: what one check costs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash64.h"
#include "reader/forkgate.h"
#include "tests/bench/bench.h"
#include "tests/bench/doc_checks.h"
#include "tests/bench/limit.h"
#include "tests/bench/measure.h"
#include "tests/bench/peer.h"
#include "tests/bench/report.h"

#define N_GATES   3000
#define N_MANY    30000
#define N_FEW     10
#define N_HOT     200 /* gates that are asked for */
#define N_NAME    32
#define N_BATCH   200 /* checks of one user in a batch */
#define N_RESULTS 64  /* results of one request */

/* Somebody who asks: a client with a session and a user. */
struct asker {
	struct fg *fg;
	struct fg_session *ses;
	struct fg_user *user;
	char (*names)[N_NAME];
	unsigned n_names;
	unsigned per_user; /* checks before another user comes; 0: never */
	uint64_t n_users;
	unsigned name, asked; /* of n_names, of per_user */
};

static char hot[N_HOT][N_NAME];      /* of N_GATES, in no order */
static char hot_many[N_HOT][N_NAME]; /* of N_MANY */
static char few[N_FEW][N_NAME];
static char unknown[N_HOT][N_NAME];
static char slopes[DOC_N_SLOPES][2][N_NAME];
static struct limit_rules limit_rules;
static struct limit_user limit_user;
static struct limit_ring ring;
static uint8_t event[LIMIT_EVENT];

static void
name_gates(char (*names)[N_NAME], unsigned n, unsigned of)
{
	for (unsigned i = 0; i < n; i++)
		snprintf(names[i], N_NAME, "gate_%u",
		    (unsigned)(hash64(&i, sizeof(i)) % of));
}

/* ---- Users. ---- */

static void
check(enum fg_status st, const char *what)
{
	if (st != FG_OK)
		world_die(what);
}

static void
be_user(struct asker *a)
{
	char id[32];

	snprintf(
	    id, sizeof(id), "user-%010llu", (unsigned long long)a->n_users++);
	fg_user_reset(a->user);
	check(fg_user_set_string(a->user, FG_USER_ID, id), "user");
	check(fg_user_set_string(a->user, FG_COUNTRY, "us"), "user");
	check(fg_user_set_string(a->user, FG_EMAIL, "a@example.com"), "user");
	check(fg_user_set_string(a->user, FG_APP_VERSION, "2.3.4"), "user");
	check(fg_user_put_number(a->user, FG_CUSTOM, "level", 42), "user");
	check(fg_user_put_string(a->user, FG_CUSTOM, "plan", "free"), "user");
}

static void
be_limit_user(void)
{
	limit_user_set(&limit_user, LIMIT_USER_ID, "user-0000000001");
	limit_user_set(&limit_user, LIMIT_COUNTRY, "us");
	limit_user_set(&limit_user, LIMIT_LEVEL, "42");
	limit_user_set(&limit_user, LIMIT_EMAIL, "a@example.com");
}

static void
begin(struct asker *a, const struct world *w, const char *project, bool logs)
{
	struct fg_options opt = FG_OPTIONS_INIT;

	opt.state_dir = w->dir;
	opt.project = project;
	opt.disable_logging = !logs;
	opt.environment = "production";
	check(fg_open(&opt, &a->fg), "fg_open");
	check(fg_wait_ready(a->fg, 0), "fg_wait_ready");
	check(fg_session_begin(a->fg, &a->ses), "fg_session_begin");
	check(fg_user_new(&a->user), "fg_user_new");
	be_user(a);
}

static void
begin_snapshot(struct asker *a, const char *path)
{
	struct fg_options opt = FG_OPTIONS_INIT;

	opt.snapshot = path;
	check(fg_open(&opt, &a->fg), "fg_open");
	check(fg_session_begin(a->fg, &a->ses), "fg_session_begin");
	check(fg_user_new(&a->user), "fg_user_new");
	be_user(a);
}

static void
end(struct asker *a)
{
	struct fg_info info = {.size = sizeof(info)};

	fg_get_info(a->fg, &info);
	if (info.n_dropped > 0)
		report_note("%llu events found no room and were dropped",
		    (unsigned long long)info.n_dropped);
	fg_user_free(a->user);
	fg_session_end(a->ses);
	fg_close(a->fg);
}

/* The time that it takes to become another user does not count. */
static uint64_t
next_user(struct asker *a)
{
	uint64_t before = measure_ns();

	be_user(a);
	return measure_ns() - before;
}

/* ---- Subjects. ---- */

static const char *
next_name(struct asker *a)
{
	if (++a->name >= a->n_names)
		a->name = 0;
	return a->names[a->name];
}

/* Whether it is another user's turn. */
static bool
is_next(struct asker *a, unsigned every)
{
	if (every == 0 || ++a->asked < every)
		return false;
	a->asked = 0;
	return true;
}

static uint64_t
ask_gates(void *arg, size_t n)
{
	struct asker *a = arg;
	uint64_t apart = 0;
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_next(a, a->per_user))
			apart += next_user(a);
		sum += fg_check_gate(a->ses, a->user, next_name(a));
	}
	MEASURE_USE(sum);
	return apart;
}

/* A batch makes its users too. */
static uint64_t
ask_batch(void *arg, size_t n)
{
	struct asker *a = arg;
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_next(a, N_BATCH))
			be_user(a);
		sum += fg_check_gate(a->ses, a->user, next_name(a));
	}
	MEASURE_USE(sum);
	return 0;
}

static uint64_t
ask_experiment(void *arg, size_t n)
{
	struct asker *a = arg;
	struct fg_config config;
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_next(a, N_RESULTS))
			fg_session_refresh(a->ses);
		fg_get_experiment(a->ses, a->user, "experiment_0", 0, &config);
		sum += fg_params_int(config.params, "size", 0);
	}
	MEASURE_USE(sum);
	return 0;
}

static uint64_t
ask_layers(void *arg, size_t n)
{
	struct asker *a = arg;
	struct fg_layer layer;
	uint64_t apart = 0, sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_next(a, DOC_N_LAYERS)) {
			apart += next_user(a);
			fg_session_refresh(a->ses);
		}
		fg_get_layer(a->ses, a->user, next_name(a), 0, &layer);
		sum += strlen(fg_layer_string(&layer, "color", ""));
	}
	MEASURE_USE(sum);
	return apart;
}

static uint64_t
limit_gates(void *arg, size_t n)
{
	char(*names)[N_NAME] = arg;
	int sum = 0;

	for (size_t i = 0; i < n; i++) {
		const char *name = names[i % N_HOT];

		sum += limit_check(
		    limit_rules.bytes, name, strlen(name), &limit_user);
	}
	MEASURE_USE(sum);
	return 0;
}

static uint64_t
limit_exposures(void *arg, size_t n)
{
	char(*names)[N_NAME] = arg;

	for (size_t i = 0; i < n; i++) {
		const char *name = names[i % N_HOT];
		int value = limit_check(
		    limit_rules.bytes, name, strlen(name), &limit_user);

		memcpy(event, &value, sizeof(value));
		limit_ring_append(&ring, event, sizeof(event));
	}
	return 0;
}

static uint64_t
limit_hashes(void *arg, size_t n)
{
	struct limit_hash st;
	uint8_t tail[25] = "0123456789user-0000000001";
	uint64_t sum = 0;

	limit_hash_begin(&st, arg);
	for (size_t i = 0; i < n; i++) {
		tail[0] = (uint8_t)i;
		sum += limit_hash_end(&st, tail, sizeof(tail));
	}
	MEASURE_USE(sum);
	return 0;
}

/* ---- All of it. ---- */

enum subject {
	CHECK,
	LIMIT_CHECK,
	EXPOSED,
	EXPOSED_10,
	LIMIT_EXPOSED,
	REPEATED,
	EXPERIMENT,
	LAYER,
	UNKNOWN,
	UNKNOWN_LOGGED,
	LIMIT_UNKNOWN,
	LIMIT_HASH,
	MANY,
	FEW,
	BATCH,
	REAL,
	SLOPES, /* two each */
	N_SUBJECTS = SLOPES + 2 * DOC_N_SLOPES,
};

static struct asker askers[N_SUBJECTS];
static struct measure_subject subjects[N_SUBJECTS];

static void
ask(struct world *w, enum subject s, const char *project, bool logs,
    char (*names)[N_NAME], unsigned n_names)
{
	begin(&askers[s], w, project, logs);
	askers[s].names = names;
	askers[s].n_names = n_names;
	subjects[s] =
	    (struct measure_subject){.run = ask_gates, .arg = &askers[s]};
}

static void
set_up(struct world *w, const char *snapshot)
{
	static char layers[DOC_N_LAYERS][N_NAME];
	static char real[82][N_NAME];

	for (unsigned i = 0; i < DOC_N_LAYERS; i++)
		snprintf(layers[i], N_NAME, "layer_%u", i);
	for (unsigned i = 0; i < gen_doc_real.n_gates; i++)
		gen_doc_gate_name(&gen_doc_real, i, real[i], N_NAME);
	ask(w, CHECK, "checks", false, hot, N_HOT);
	ask(w, EXPOSED, "checks", true, hot, N_HOT);
	askers[EXPOSED].per_user = N_HOT;
	ask(w, EXPOSED_10, "checks", true, hot, N_HOT);
	askers[EXPOSED_10].per_user = 10;
	ask(w, REPEATED, "checks", true, hot, N_HOT);
	ask(w, EXPERIMENT, "checks", true, hot, N_HOT);
	subjects[EXPERIMENT].run = ask_experiment;
	ask(w, LAYER, "checks", true, layers, DOC_N_LAYERS);
	subjects[LAYER].run = ask_layers;
	ask(w, UNKNOWN, "checks", false, unknown, N_HOT);
	ask(w, UNKNOWN_LOGGED, "checks", true, unknown, N_HOT);
	ask(w, MANY, "many", false, hot_many, N_HOT);
	ask(w, FEW, "few", false, few, N_FEW);
	ask(w, REAL, BENCH_REAL, false, real, gen_doc_real.n_gates);
	begin_snapshot(&askers[BATCH], snapshot);
	askers[BATCH].names = hot;
	askers[BATCH].n_names = N_HOT;
	subjects[BATCH] =
	    (struct measure_subject){.run = ask_batch, .arg = &askers[BATCH]};
	for (unsigned i = 0; i < DOC_N_SLOPES; i++)
		for (unsigned k = 0; k < 2; k++)
			ask(w, (enum subject)(SLOPES + 2 * i + k), "checks",
			    false, &slopes[i][k], 1);
	subjects[LIMIT_CHECK] =
	    (struct measure_subject){.run = limit_gates, .arg = hot};
	subjects[LIMIT_UNKNOWN] =
	    (struct measure_subject){.run = limit_gates, .arg = unknown};
	subjects[LIMIT_EXPOSED] =
	    (struct measure_subject){.run = limit_exposures, .arg = hot};
	subjects[LIMIT_HASH] =
	    (struct measure_subject){.run = limit_hashes, .arg = event};
}

static void
publish(struct world *w, const char *project, unsigned n, const char *snapshot)
{
	struct jsonw doc;

	jsonw_new(&doc);
	doc_checks(&doc, n, n == N_GATES);
	if (doc.status != FG_OK)
		world_die("doc_checks");
	world_publish(w, project, doc.text, doc.len);
	if (snapshot != NULL)
		world_snapshot(snapshot, doc.text, doc.len);
	jsonw_free(&doc);
}

void
bench_checks_doc(const char *path, enum bench_doc which)
{
	static const unsigned n[] = {[BENCH_CHECKS] = N_GATES,
	    [BENCH_FEW] = N_FEW,
	    [BENCH_MANY] = N_MANY};
	struct jsonw doc;

	jsonw_new(&doc);
	doc_checks(&doc, n[which], which == BENCH_CHECKS);
	if (doc.status != FG_OK)
		world_die("doc_checks");
	world_write(path, doc.text, doc.len);
	jsonw_free(&doc);
}

static double
ns(enum subject s)
{
	return subjects[s].median;
}

static void
report_conditions(void)
{
	static const struct {
		const char *no, *what, *name;
		double peer, of_peer;
	} of[DOC_N_SLOPES] = {
	    [DOC_SET_3] = {"6", "one more condition: a set of 3 texts", "set_3",
		117, 1.0 / 5},
	    [DOC_SET_100] = {"6", "... a set of 100 texts", "set_100", 176,
		1.0 / 5},
	    [DOC_VERSION] = {"7", "... a version", "version", 174, 1.0 / 3},
	    [DOC_NUMBER] = {"7", "... a number", "number", 59, 1.0 / 3},
	    [DOC_REGEX] = {"7", "... a regular expression", "regex", 266,
		1.0 / 3},
	    [DOC_ENVIRONMENT] = {"7", "... the environment", "environment", 250,
		1.0 / 3},
	    [DOC_NESTED] = {"8", "... a nested gate with one public rule",
		"nested", 948, 1.0 / 15},
	    [DOC_BUCKET] = {"9", "... a user bucket (one hash)", "bucket", 1014,
		1.0 / 8},
	};

	for (unsigned i = 0; i < DOC_N_SLOPES; i++) {
		double one = subjects[SLOPES + 2 * i].median;
		double all = subjects[SLOPES + 2 * i + 1].median;

		report_add(&(struct report_row){.no = of[i].no,
		    .what = of[i].what,
		    .unit = "ns",
		    .ours = (all - one) / (DOC_SLOPE - 1),
		    .limit = i == DOC_BUCKET ? ns(LIMIT_HASH) : 0,
		    .peer = peer_ns(of[i].name, of[i].peer),
		    .of_peer = of[i].of_peer});
	}
}

static void
report_checks(void)
{
	report_add(&(struct report_row){.no = "1",
	    .what = "gate check, 2 rules x 2 conditions, one hash",
	    .unit = "ns",
	    .ours = ns(CHECK),
	    .limit = ns(LIMIT_CHECK),
	    .peer = peer_ns("gate", 1200),
	    .times_limit = 1.3,
	    .of_peer = 1.0 / 10});
	report_add(&(struct report_row){.no = "",
	    .what = "every gate of the real document, mean",
	    .unit = "ns",
	    .ours = ns(REAL)});
	report_add(&(struct report_row){.no = "2",
	    .what = "same, new exposure appended, rotation included",
	    .unit = "ns",
	    .ours = ns(EXPOSED),
	    .limit = ns(LIMIT_EXPOSED),
	    .peer = peer_ns("exposed", 7000),
	    .times_limit = 1.5,
	    .of_peer = 1.0 / 20});
	report_add(&(struct report_row){.no = "",
	    .what = "same, another user after 10 exposures",
	    .unit = "ns",
	    .ours = ns(EXPOSED_10)});
	report_add(&(struct report_row){.no = "3",
	    .what = "same, exposure deduplicated",
	    .unit = "ns",
	    .ours = ns(REPEATED),
	    .peer = peer_ns("repeated", 1500),
	    .of_peer = 1.0 / 8});
	report_add(&(struct report_row){.no = "4",
	    .what = "experiment, one typed parameter read",
	    .unit = "ns",
	    .ours = ns(EXPERIMENT),
	    .peer = peer_ns("experiment", 11000),
	    .of_peer = 1.0 / 20});
	report_add(&(struct report_row){.no = "5",
	    .what = "layer, one parameter read, new exposure included",
	    .unit = "ns",
	    .ours = ns(LAYER),
	    .peer = peer_ns("layer", 18000),
	    .of_peer = 1.0 / 20});
	report_conditions();
	report_add(&(struct report_row){.no = "12",
	    .what = "unknown name",
	    .unit = "ns",
	    .ours = ns(UNKNOWN),
	    .limit = ns(LIMIT_UNKNOWN),
	    .peer = peer_ns("unknown", 1100),
	    .of_peer = 1.0 / 20});
	report_add(&(struct report_row){.no = "",
	    .what = "unknown name, its exposure deduplicated",
	    .unit = "ns",
	    .ours = ns(UNKNOWN_LOGGED)});
}

/* Where files are begun, the disk may have a say. */
static void
note_wall(void)
{
	report_note("Rows 1 to 12, 23 and 24 are the thread's own time, in the "
		    "kernel too.  With all that it waited for: row 1 %.0f ns, "
		    "row 2 %.0f ns (limit %.0f ns), row 5 %.0f ns.",
	    subjects[CHECK].median_wall, subjects[EXPOSED].median_wall,
	    subjects[LIMIT_EXPOSED].median_wall, subjects[LAYER].median_wall);
}

static void
report_scale(void)
{
	report_add(&(struct report_row){.no = "23",
	    .what = "check at 30,000 gates, limit: at 10 gates",
	    .unit = "ns",
	    .ours = ns(MANY),
	    .limit = ns(FEW),
	    .peer = peer_ns("many", 0),
	    .times_limit = 3});
	report_add(&(struct report_row){.no = "24",
	    .what = "batch from a snapshot, checks a second",
	    .unit = "M/s",
	    .ours = 1000 / ns(BATCH),
	    .limit = 1000 / ns(LIMIT_CHECK),
	    .peer = 0.42,
	    .at_least = 3});
}

void
bench_checks(struct world *w, const char *dir)
{
	char path[300];

	name_gates(hot, N_HOT, N_GATES);
	name_gates(hot_many, N_HOT, N_MANY);
	for (unsigned i = 0; i < N_HOT; i++)
		snprintf(unknown[i], N_NAME, "gone_%u", i);
	for (unsigned i = 0; i < N_FEW; i++)
		snprintf(few[i], N_NAME, "gate_%u", i);
	for (unsigned i = 0; i < DOC_N_SLOPES; i++) {
		snprintf(slopes[i][0], N_NAME, "slope_%u_1", i);
		snprintf(slopes[i][1], N_NAME, "slope_%u_%d", i, DOC_SLOPE);
	}
	be_limit_user();
	snprintf(path, sizeof(path), "%s/limit.rules", dir);
	if (!limit_rules_new(&limit_rules, path, N_GATES))
		world_die(path);
	snprintf(path, sizeof(path), "%s/limit.ring", dir);
	if (!limit_ring_open(&ring, path))
		world_die(path);
	snprintf(path, sizeof(path), "%s/checks.fgs", dir);
	publish(w, "checks", N_GATES, path);
	publish(w, "many", N_MANY, NULL);
	publish(w, "few", N_FEW, NULL);
	set_up(w, path);
	measure_in_turns(subjects, N_SUBJECTS, world_beat, w);
	report_checks();
	report_scale();
	note_wall();
	for (unsigned i = 0; i < N_SUBJECTS; i++)
		if (askers[i].fg != NULL)
			end(&askers[i]);
	limit_ring_close(&ring);
	limit_rules_free(&limit_rules);
}
