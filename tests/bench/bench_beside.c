/*
 * Rows 10, 11 and 19: what is looked up beside the rules, ID lists and user
 * agents, and the response that starts a browser.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/idlist.h"
#include "common/image.h"
#include "common/manifest.h"
#include "common/snapshot.h"
#include "reader/forkgate.h"
#include "syncer/compile.h"
#include "tests/bench/bench.h"
#include "tests/bench/measure.h"
#include "tests/bench/peer.h"
#include "tests/bench/report.h"

#define N_USERS 2000 /* half of them members */
#define N_LISTS 2
#define SMALL   1000000
#define BIG     10000000
#define N_AGENT 33 /* conditions of the longer gate */

static const char agent[] =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Chrome/124.0.6367.91 Safari/537.36";

static void
check(enum fg_status st, const char *what)
{
	if (st != FG_OK)
		world_die(what);
}

/* ---- Rules and lists. ---- */

enum {
	COND_PLAIN, /* looks at the user as well, and costs little more */
	COND_LISTS, /* of each list one */
	COND_AGENT = COND_LISTS + N_LISTS,
};

static void
put_gate(struct jsonw *w, const char *name, unsigned first, unsigned n)
{
	unsigned conds[N_AGENT];
	struct gen_rule rule = {.id = name,
	    .pass = 100,
	    .conds = conds,
	    .n_conds = n,
	    .value = "true",
	    .unit = "userID"};

	for (unsigned i = 0; i < n; i++)
		conds[i] = first + i;
	gen_doc_spec_begin(w, name, "feature_gate", "false");
	gen_doc_rule(w, &rule);
	gen_doc_spec_end(w);
}

static void
put_doc(struct jsonw *w)
{
	static const char *const empty[] = {"dynamic_configs", "layer_configs"};
	char target[32];

	jsonw_begin_object(w);
	gen_doc_head(w);
	jsonw_key(w, "feature_gates");
	jsonw_begin_object(w);
	put_gate(w, "plain", COND_PLAIN, 1);
	put_gate(w, "list_0", COND_LISTS, 1);
	put_gate(w, "list_1", COND_LISTS + 1, 1);
	put_gate(w, "agent_1", COND_AGENT, 1);
	put_gate(w, "agent_n", COND_AGENT, N_AGENT);
	jsonw_end_object(w);
	for (size_t i = 0; i < 2; i++) {
		jsonw_key(w, empty[i]);
		jsonw_begin_object(w);
		jsonw_end_object(w);
	}
	jsonw_key(w, "condition_map");
	jsonw_begin_object(w);
	gen_doc_cond(
	    w, COND_PLAIN, "user_field", "none", "userID", "[\"nobody\"]");
	for (unsigned i = 0; i < N_LISTS; i++) {
		snprintf(target, sizeof(target), "\"members_%u\"", i);
		gen_doc_cond(w, COND_LISTS + i, "unit_id", "in_segment_list",
		    NULL, target);
	}
	for (unsigned i = 0; i < N_AGENT; i++) {
		snprintf(target, sizeof(target), "[\"no_%u\"]", i);
		gen_doc_cond(w, COND_AGENT + i, "ua_based", "none",
		    "browser_name", target);
	}
	jsonw_end_object(w);
	jsonw_end_object(w);
}

static size_t
user_id(char id[32], unsigned i)
{
	return (size_t)snprintf(id, 32, "user-%010u", i);
}

static int
by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Evenly strewn keys, as hashes are, and those of half of the users. */
static void
make_list(unsigned no, size_t n, struct snapshot_part *part)
{
	const uint64_t step = (UINT64_C(1) << IDLIST_KEY_BITS) / n;
	uint64_t *keys = malloc((n + N_USERS) * sizeof(*keys));
	uint64_t members[N_USERS / 2], random = 88172645463325252;
	size_t n_keys = 0, m = 0;
	char name[32], id[32];
	size_t name_len;
	uint8_t *bytes;

	if (keys == NULL)
		world_die("malloc");
	for (unsigned i = 0; i < N_USERS / 2; i++)
		members[i] =
		    idlist_entry(idlist_key(id, user_id(id, 2 * i)), true);
	qsort(members, N_USERS / 2, sizeof(*members), by_value);
	for (size_t i = 0; i < n; i++) {
		uint64_t key;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		key = idlist_entry(i * step + random % step, true);
		while (m < N_USERS / 2 && members[m] < key)
			keys[n_keys++] = members[m++];
		if (m == N_USERS / 2 || members[m] != key)
			keys[n_keys++] = key;
	}
	while (m < N_USERS / 2)
		keys[n_keys++] = members[m++];
	name_len = (size_t)snprintf(name, sizeof(name), "members_%u", no);
	check(idlist_make(IDLIST_BASE, 0, name, name_len, keys, n_keys, &bytes,
		  &part->len),
	    "idlist_make");
	free(keys);
	part->kind = MANIFEST_ID_LIST;
	part->tag = idlist_tag(name, name_len);
	part->data = bytes;
}

static void
make_snapshot(const char *path, struct snapshot_part parts[1 + N_LISTS])
{
	struct snapshot_info info = {.generation = 1, .project = "default"};
	struct compile_result r;
	struct jsonw doc;

	jsonw_new(&doc);
	put_doc(&doc);
	check(doc.status, "doc");
	check(compile_document(doc.text, doc.len, NULL, &r), "compile");
	image_seal(r.image, r.image_len, 1, 1767981030000, "File");
	parts[0] = (struct snapshot_part){
	    .kind = MANIFEST_IMAGE, .data = r.image, .len = r.image_len};
	make_list(0, SMALL, &parts[1]);
	make_list(1, BIG, &parts[2]);
	check(snapshot_write(path, 0600, &info, parts, 1 + N_LISTS), path);
	for (int i = 1; i <= N_LISTS; i++)
		free((void *)(uintptr_t)parts[i].data);
	compile_result_free(&r);
	jsonw_free(&doc);
}

/* ---- Subjects. ---- */

struct asker {
	struct fg *fg;
	struct fg_session *ses;
	struct fg_user **users;
	const char *gate;
	size_t next;
};

/* Each user in turn, so that each looks at another place of the list. */
static uint64_t
ask_lists(void *arg, size_t n)
{
	struct asker *a = arg;
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (++a->next >= N_USERS)
			a->next = 0;
		sum += fg_check_gate(a->ses, a->users[a->next], a->gate);
	}
	MEASURE_USE(sum);
	return 0;
}

static uint64_t
ask_same(void *arg, size_t n)
{
	struct asker *a = arg;
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += fg_check_gate(a->ses, a->users[0], a->gate);
	MEASURE_USE(sum);
	return 0;
}

static uint64_t
ask_anew(void *arg, size_t n)
{
	struct asker *a = arg;
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++) {
		fg_user_reset(a->users[0]);
		fg_user_set_string(a->users[0], FG_USER_ID, "user");
		fg_user_set_string(a->users[0], FG_USER_AGENT, agent);
		sum += fg_check_gate(a->ses, a->users[0], a->gate);
	}
	MEASURE_USE(sum);
	return 0;
}

static uint64_t
ask_response(void *arg, size_t n)
{
	struct asker *a = arg;
	const char *json;
	size_t len;

	for (size_t i = 0; i < n; i++) {
		fg_session_refresh(a->ses);
		check(
		    fg_client_response(a->ses, a->users[0], NULL, &json, &len),
		    "fg_client_response");
	}
	return 0;
}

static void
begin(struct asker *a, const struct fg_options *opt, struct fg_user **users,
    const char *gate)
{
	*a = (struct asker){.users = users, .gate = gate};
	check(fg_open(opt, &a->fg), "fg_open");
	check(fg_session_begin(a->fg, &a->ses), "fg_session_begin");
}

static struct fg_user *
new_user(const char *id)
{
	struct fg_user *user;

	check(fg_user_new(&user), "fg_user_new");
	check(fg_user_set_string(user, FG_USER_ID, id), "user");
	check(fg_user_set_string(user, FG_USER_AGENT, agent), "user");
	check(fg_user_set_string(user, FG_EMAIL, "a@example.com"), "user");
	return user;
}

/* ---- All of it. ---- */

enum subject {
	USERS_PLAIN,
	USERS_SMALL,
	USERS_BIG,
	ONE_AGENT,
	MANY_AGENTS,
	ANEW_PLAIN,
	ANEW_AGENT,
	RESPONSE_REAL,
	RESPONSE_LARGE,
	N_SUBJECTS,
};

static void
report(const struct measure_subject *s, const struct snapshot_part *lists)
{
	static const char *const names[] = {
	    "... an ID list of 1 million, hash included",
	    "... an ID list of 10 million, hash included"};
	static const char *const sizes[] = {
	    "the list of 1 million, an ID", "the list of 10 million, an ID"};
	const size_t n[] = {SMALL, BIG};

	for (int i = 0; i < N_LISTS; i++) {
		report_add(&(struct report_row){.no = "10",
		    .what = names[i],
		    .unit = "ns",
		    .ours = s[USERS_SMALL + i].median - s[USERS_PLAIN].median,
		    .peer = 1254,
		    .of_peer = 1.0 / 5});
		report_add(&(struct report_row){.no = "10",
		    .what = sizes[i],
		    .unit = "bytes",
		    .ours = (double)lists[i].len / (double)n[i],
		    .at_most = 5});
	}
	report_add(&(struct report_row){.no = "11",
	    .what = "... a user agent, the first for a user",
	    .unit = "ns",
	    .ours = s[ANEW_AGENT].median - s[ANEW_PLAIN].median,
	    .peer = peer_ns("agent", 6166),
	    .of_peer = 1.0 / 4});
	report_add(&(struct report_row){.no = "11",
	    .what = "... each further one",
	    .unit = "ns",
	    .ours =
		(s[MANY_AGENTS].median - s[ONE_AGENT].median) / (N_AGENT - 1),
	    .peer = peer_ns("agent", 6166),
	    .of_peer = 1.0 / 50});
	report_add(&(struct report_row){.no = "19",
	    .what = "client initialize response, real document",
	    .unit = "us",
	    .ours = s[RESPONSE_REAL].median / 1e3,
	    .peer = peer_ns("response_real", 1.3e6) / 1e3,
	    .of_peer = 1.0 / 15});
	report_add(&(struct report_row){.no = "19",
	    .what = "... large document",
	    .unit = "us",
	    .ours = s[RESPONSE_LARGE].median / 1e3,
	    .peer = peer_ns("response_large", 25e6) / 1e3,
	    .of_peer = 1.0 / 15});
}

void
bench_beside_doc(const char *path)
{
	struct jsonw doc;

	jsonw_new(&doc);
	put_doc(&doc);
	check(doc.status, "doc");
	world_write(path, doc.text, doc.len);
	jsonw_free(&doc);
}

void
bench_beside(struct world *w, const char *dir)
{
	static const char *const gates[] = {"plain", "list_0", "list_1",
	    "agent_1", "agent_n", "plain", "agent_1"};
	static struct measure_subject subjects[N_SUBJECTS];
	static struct asker askers[N_SUBJECTS];
	struct fg_options opt = FG_OPTIONS_INIT;
	struct snapshot_part parts[1 + N_LISTS];
	struct fg_user **users = calloc(N_USERS, sizeof(*users));
	char path[300], id[32];

	if (users == NULL)
		world_die("calloc");
	for (unsigned i = 0; i < N_USERS; i++) {
		(void)user_id(id, i);
		users[i] = new_user(id);
	}
	snprintf(path, sizeof(path), "%s/beside.fgs", dir);
	make_snapshot(path, parts);
	opt.snapshot = path;
	for (unsigned i = 0; i < N_SUBJECTS; i++) {
		if (i == RESPONSE_REAL)
			opt = (struct fg_options)FG_OPTIONS_INIT;
		if (i >= RESPONSE_REAL) {
			opt.state_dir = w->dir;
			opt.project =
			    i == RESPONSE_REAL ? BENCH_REAL : BENCH_LARGE;
			opt.disable_logging = true;
		}
		begin(
		    &askers[i], &opt, users, i < RESPONSE_REAL ? gates[i] : "");
		subjects[i] =
		    (struct measure_subject){.run = i <= USERS_BIG ? ask_lists
			    : i <= MANY_AGENTS                     ? ask_same
			    : i <= ANEW_AGENT                      ? ask_anew
					      : ask_response,
			.arg = &askers[i],
			.n = i == RESPONSE_REAL   ? 16
			    : i == RESPONSE_LARGE ? 1
						  : 0};
	}
	measure_in_turns(subjects, N_SUBJECTS, world_beat, w);
	report(subjects, parts + 1);
	for (unsigned i = 0; i < N_SUBJECTS; i++) {
		fg_session_end(askers[i].ses);
		fg_close(askers[i].fg);
	}
	for (unsigned i = 0; i < N_USERS; i++)
		fg_user_free(users[i]);
	free(users);
	(void)remove(path);
}
