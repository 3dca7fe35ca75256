/*
 * A gate check allocates nothing and makes no system call, whatever its rules
 * look at, its exposure included.
 *
 * The allocator and mmap are wrapped in this program, so all that is linked
 * into it asks here.  The checks that are watched run in a child, once without
 * and once with a kernel that allows no system call.  What a check may do once
 * is done before: compile a regular expression, begin a segment of events.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/country.h"
#include "common/image.h"
#include "common/manifest.h"
#include "reader/forkgate.h"
#include "syncer/store.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

/* ------------------------------------------------------------ the watch */

#if defined(__has_feature)
#define FEATURE(x) __has_feature(x)
#else
#define FEATURE(x) 0
#endif

/* A sanitizer has an allocator of its own, which must not be wrapped. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    FEATURE(address_sanitizer) || FEATURE(thread_sanitizer) ||       \
    FEATURE(memory_sanitizer)
#define WRAPPED 0
static unsigned n_watched;
static bool watching;
#else
#define WRAPPED 1

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);

static unsigned n_watched; /* calls while watching */
static bool watching;

void *
malloc(size_t n)
{
	n_watched += watching;
	return __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	n_watched += watching;
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	n_watched += watching;
	return __libc_realloc(p, n);
}

void *
aligned_alloc(size_t align, size_t n)
{
	n_watched += watching;
	return __libc_memalign(align, n);
}

void *
mmap(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	n_watched += watching;
	return (void *)syscall(SYS_mmap, at, n, prot, flags, fd, off);
}
#endif

/* ------------------------------------------------------------- the rules */

#define FIELD "\"type\":\"user_field\",\"field\":\"v\","
#define LIST  "\"targetValue\":[\"Abc\",\"5\",\"stra\\u00dfe\"]"

/* The members of each condition; each is also a gate of its own. */
static const char *const conditions[] = {
    FIELD "\"operator\":\"gt\",\"targetValue\":5",
    FIELD "\"operator\":\"gte\",\"targetValue\":\"5\"",
    FIELD "\"operator\":\"lt\",\"targetValue\":5",
    FIELD "\"operator\":\"lte\",\"targetValue\":1e300",
    FIELD "\"operator\":\"version_gt\",\"targetValue\":\"1.2.3\"",
    FIELD "\"operator\":\"version_gte\",\"targetValue\":\"1.2.3\"",
    FIELD "\"operator\":\"version_lt\",\"targetValue\":\"1.2.3\"",
    FIELD "\"operator\":\"version_lte\",\"targetValue\":\"1.2.3\"",
    FIELD "\"operator\":\"version_eq\",\"targetValue\":\"5\"",
    FIELD "\"operator\":\"version_neq\",\"targetValue\":\"5\"",
    FIELD "\"operator\":\"any\"," LIST,
    FIELD "\"operator\":\"any\",\"targetValue\":{\"abc\":true,\"5\":true}",
    FIELD "\"operator\":\"none\"," LIST,
    FIELD "\"operator\":\"any_case_sensitive\"," LIST,
    FIELD "\"operator\":\"none_case_sensitive\"," LIST,
    FIELD "\"operator\":\"str_starts_with_any\"," LIST,
    FIELD "\"operator\":\"str_ends_with_any\"," LIST,
    FIELD "\"operator\":\"str_contains_any\"," LIST,
    FIELD "\"operator\":\"str_contains_none\"," LIST,
    FIELD "\"operator\":\"str_matches\",\"targetValue\":\"^a.*c$\"",
    FIELD "\"operator\":\"str_matches\",\"targetValue\":\"(a|aa)+$|!\"",
    FIELD "\"operator\":\"str_matches\",\"targetValue\":\"(.)\\\\1(?=x)\"",
    FIELD "\"operator\":\"before\",\"targetValue\":\"2023-01-01T00:00:00Z\"",
    FIELD "\"operator\":\"after\",\"targetValue\":1700000000000",
    FIELD "\"operator\":\"on\",\"targetValue\":\"2023-01-01 00:00:00\"",
    FIELD "\"operator\":\"eq\",\"targetValue\":null",
    FIELD "\"operator\":\"eq\",\"targetValue\":true",
    FIELD "\"operator\":\"eq\",\"targetValue\":5",
    FIELD "\"operator\":\"neq\",\"targetValue\":\"Abc\"",
    FIELD "\"operator\":\"eq\",\"targetValue\":[\"a\",\"5\"]",
    FIELD "\"operator\":\"neq\",\"targetValue\":{\"k\":\"1.5\"}",
    FIELD "\"operator\":\"array_contains_any\"," LIST,
    FIELD "\"operator\":\"array_contains_none\"," LIST,
    FIELD "\"operator\":\"array_contains_all\"," LIST,
    FIELD "\"operator\":\"not_array_contains_all\"," LIST,
    FIELD "\"operator\":\"in_segment_list\",\"targetValue\":\"vips\"",
    FIELD "\"operator\":\"not_in_segment_list\",\"targetValue\":\"nobody\"",
    FIELD "\"operator\":\"resembles\",\"targetValue\":1",
    "\"type\":\"unit_id\",\"operator\":\"in_segment_list\","
    "\"targetValue\":\"vips\"",
    "\"type\":\"environment_field\",\"field\":\"tier\",\"operator\":\"any\","
    "\"targetValue\":[\"staging\"]",
    "\"type\":\"current_time\",\"operator\":\"after\",\"targetValue\":5",
    "\"type\":\"user_bucket\",\"operator\":\"lt\",\"targetValue\":500,"
    "\"additionalValues\":{\"salt\":\"s\"}",
    "\"type\":\"user_bucket\",\"operator\":\"any\",\"targetValue\":[1,5,9]",
    "\"type\":\"ua_based\",\"field\":\"os_name\",\"operator\":\"any\","
    "\"targetValue\":[\"iOS\"]",
    "\"type\":\"ua_based\",\"field\":\"browser_version\",\"operator\":"
    "\"version_gt\",\"targetValue\":\"3\"",
    "\"type\":\"ip_based\",\"field\":\"country\",\"operator\":\"any\","
    "\"targetValue\":[\"DE\"]",
    "\"type\":\"target_app\",\"operator\":\"any\",\"targetValue\":[\"a\"]",
    "\"type\":\"experiment_group\",\"field\":\"exp\",\"operator\":\"any\","
    "\"targetValue\":[\"Test\"]",
    "\"type\":\"pass_gate\",\"targetValue\":\"g0\"",
    "\"type\":\"fail_gate\",\"targetValue\":\"g10\"",
    "\"type\":\"pass_gate\",\"targetValue\":\"g48\"",
    "\"type\":\"pass_gate\",\"targetValue\":\"no such gate\"",
    "\"type\":\"public\"",
};

#define N_CONDITIONS (sizeof(conditions) / sizeof(conditions[0]))
#define N_GATES      (N_CONDITIONS + 2) /* and those of all, and mapped */

#define SPEC(entity, more)                                               \
	"{\"type\":\"t\",\"salt\":\"s\",\"enabled\":true,\"idType\":"    \
	"\"userID\",\"defaultValue\":false,\"entity\":\"" entity "\","   \
	"\"rules\":[{\"name\":\"r\",\"id\":\"r\",\"passPercentage\":50," \
	"\"returnValue\":true,\"idType\":\"userID\"" more ",\"conditions\":["

static char gate_names[N_GATES][16];

/*
 * Each condition in a gate, all of them in one, a gate that is redirected, and
 * one whose pattern nothing else has.
 */
static char *
rules(void)
{
	char *gates, *all, *conds, *text;
	size_t n_gates, n_all, n_conds;
	FILE *g = open_memstream(&gates, &n_gates);
	FILE *a = open_memstream(&all, &n_all);
	FILE *c = open_memstream(&conds, &n_conds);
	struct fixture_doc doc = {.configs = "\"exp\":" SPEC("experiment",
				      ",\"groupName\":\"Test\"") "]}]}",
	    .more = ",\"app_id\":\"a\",\"overrides\":{\"mapped\":["
		    "{\"new_config_name\":\"g2\",\"rules\":[{\"rule_name\":"
		    "\"m\"}]}]},\"override_rules\":{\"m\":{\"name\":\"m\","
		    "\"id\":\"m\",\"passPercentage\":100,\"returnValue\":true,"
		    "\"idType\":\"userID\",\"conditions\":[\"c10\"]}}"};

	for (size_t i = 0; i < N_CONDITIONS; i++) {
		snprintf(gate_names[i], sizeof(gate_names[i]), "g%zu", i);
		fprintf(c, "%s\"c%zu\":{\"idType\":\"userID\",%s}",
		    i > 0 ? "," : "", i, conditions[i]);
		fprintf(g, "\"g%zu\":" SPEC("feature_gate", "") "\"c%zu\"]}]},",
		    i, i);
		fprintf(a, "%s\"c%zu\"", i > 0 ? "," : "", i);
	}
	fclose(a);
	fprintf(g, "\"all\":" SPEC("feature_gate", "") "%s]}]},", all);
	fprintf(g, "\"mapped\":" SPEC("feature_gate", "") "]}]},");
	fprintf(g, "\"new\":" SPEC("feature_gate", "") "\"new\"]}]}");
	fprintf(c,
	    ",\"new\":{\"idType\":\"userID\",\"type\":\"unit_id\","
	    "\"operator\":\"str_matches\",\"targetValue\":\"^n+ew\"}");
	fclose(g);
	fclose(c);
	strcpy(gate_names[N_CONDITIONS], "all");
	strcpy(gate_names[N_CONDITIONS + 1], "mapped");
	doc.gates = gates;
	doc.conditions = conds;
	text = fixture_text(&doc);
	free(gates);
	free(all);
	free(conds);
	return text;
}

/* ------------------------------------------------------------- the world */

static char *dir;
static struct store *store;
static struct fg *fg;
static struct fg_session *ses;
static struct fg_user *users[10];
static size_t n_users;

static void
publish(void)
{
	static const struct country_range ranges[] = {
	    {0, COUNTRY_NONE}, {0x08080800, 0}, {0x08080900, COUNTRY_NONE}};
	static const char *const members[] = {"ann", "Abc"};
	struct snapshot_part list = fixture_id_list("vips", members, 2);
	struct store_part parts[2] = {{.kind = MANIFEST_COUNTRIES},
	    {.kind = MANIFEST_ID_LIST, .tag = list.tag}};
	char *text = rules();
	uint8_t *image, *table;
	size_t len, table_len;
	uint64_t generation;

	assert_int_equal(
	    country_make("DE", 1, ranges, 3, &table, &table_len), FG_OK);
	assert_int_equal(
	    store_put_shared(store, table, table_len, &parts[0].id), FG_OK);
	assert_int_equal(
	    store_put_shared(store, list.data, list.len, &parts[1].id), FG_OK);
	image = fixture_image(text, &len);
	generation = store_next_generation(store, "default");
	image_seal(image, len, generation, FIXTURE_RECEIVED, "Network");
	assert_int_equal(store_commit_parts(store, "default", generation, 1,
			     image, len, parts, 2),
	    FG_OK);
	free(image);
	free(table);
	free((void *)(uintptr_t)list.data);
	free(text);
}

/* A user whose custom field v is this value, or who has none. */
static void
add_user(const struct fg_value *v)
{
	static const char *const ids[] = {"ann", "bao", "cem", "dov", "eva",
	    "fay", "gus", "hal", "ida", "jo"};
	struct fg_user *u;

	assert_int_equal(fg_user_new(&u), FG_OK);
	fg_user_set_string(u, FG_USER_ID, ids[n_users]);
	fg_user_set_string(u, FG_IP, "8.8.8.8");
	fg_user_set_string(u, FG_USER_AGENT,
	    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) "
	    "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 "
	    "Mobile/15E148 Safari/604.1");
	if (v != NULL)
		assert_int_equal(fg_user_put(u, FG_CUSTOM, "v", 1, v), FG_OK);
	users[n_users++] = u;
}

static struct fg_value
text_value(const char *s)
{
	struct fg_value v = {.type = FG_STRING};

	v.u.string.bytes = s;
	v.u.string.len = strlen(s);
	return v;
}

static void
make_users(void)
{
	struct fg_value items[2] = {text_value("Abc"), text_value("5")};
	struct fg_member member = {.key = "k", .key_len = 1};
	struct fg_value v = {.type = FG_NULL};

	add_user(NULL);
	add_user(&v);
	v = text_value("Abc");
	add_user(&v);
	v = text_value("2023-01-01T00:00:00Z");
	add_user(&v);
	v = text_value("5.0");
	add_user(&v);
	v = (struct fg_value){.type = FG_INT, .u.integer = 5};
	add_user(&v);
	v = (struct fg_value){.type = FG_DOUBLE, .u.number = 1.5};
	add_user(&v);
	member.value = v;
	v = (struct fg_value){.type = FG_BOOL, .u.boolean = true};
	add_user(&v);
	v = (struct fg_value){.type = FG_ARRAY};
	v.u.array.items = items;
	v.u.array.n = 2;
	add_user(&v);
	v = (struct fg_value){.type = FG_OBJECT};
	v.u.object.members = &member;
	v.u.object.n = 1;
	add_user(&v);
}

static int
set_up(void **state)
{
	struct store_options keep = {.keep_generations = 1};
	struct fg_options o = FG_OPTIONS_INIT;

	(void)state;
	dir = fixture_state_dir();
	assert_int_equal(store_open(dir, &keep, &store), FG_OK);
	store_beat(store, UINT64_MAX);
	publish();
	o.state_dir = dir;
	assert_int_equal(fg_open(&o, &fg), FG_OK);
	assert_int_equal(fg_wait_ready(fg, 0), FG_OK);
	assert_int_equal(fg_session_begin(fg, &ses), FG_OK);
	make_users();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	while (n_users > 0)
		fg_user_free(users[--n_users]);
	fg_session_end(ses);
	fg_close(fg);
	store_close(store);
	fixture_remove_dir(dir);
	return 0;
}

/* --------------------------------------------------------------- watching */

enum left {
	NOTHING = 0,
	ALLOCATED = 1,
	NOT_LOGGED = 2,
	NO_SECCOMP = 77
};

/*
 * What may be done once: each regular expression, and so many events that the
 * segment of this process has its full size and room.
 */
static bool
warm_up(void)
{
	static const char text[1000] = "warm";
	struct fg_value v = {.type = FG_STRING};
	struct fg_gate gate;

	v.u.string.bytes = text;
	v.u.string.len = sizeof(text);
	for (size_t u = 0; u < n_users; u++) {
		for (size_t i = 0; i < N_GATES; i++)
			fg_get_gate(ses, users[u], gate_names[i],
			    FG_NO_EXPOSURE, &gate);
		fg_session_refresh(ses);
	}
	for (int i = 0; i < 300; i++)
		if (fg_log_event(ses, users[0], "warm", &v, NULL, 0) != FG_OK)
			return false;
	return true;
}

/* Every gate for every user: first logged, then repeated. */
static void
check_everything(void)
{
	for (int times = 0; times < 2; times++)
		for (size_t u = 0; u < n_users; u++)
			for (size_t i = 0; i < N_GATES; i++)
				fg_check_gate(ses, users[u], gate_names[i]);
}

static void
allocate(void)
{
	void *volatile p = malloc(1);

	free(p);
}

static void
call_the_kernel(void)
{
	syscall(SYS_getppid);
}

/* Some virtual machines have no clock without a system call. */
static void
read_the_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
}

static void
check_a_new_pattern(void)
{
	fg_check_gate(ses, users[0], "new");
}

static uint64_t
n_exposures(void)
{
	struct fg_info info = {.size = sizeof(info)};

	fg_get_info(fg, &info);
	return info.n_dropped == 0 ? info.n_exposures : 0;
}

/*
 * From here on any system call but exit ends the process.  Not by strict mode,
 * which takes away the clock that needs none.
 */
static bool
lock_the_kernel(void)
{
	struct sock_filter filter[] = {
	    BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL),
	};
	struct sock_fprog program = {4, filter};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* In a child: its status after body, with the kernel locked or not. */
static int
watched(void (*body)(void), bool locked)
{
	struct stat tasks;
	uint64_t before;
	int status, left;
	pid_t pid = fork();

	if (pid != 0) {
		assert_int_equal(waitpid(pid, &status, 0), pid);
		return status;
	}
	alarm(60);
	if (!warm_up())
		_exit(NOT_LOGGED);
	before = n_exposures();
	/* A sanitizer's thread would outlive the one that leaves. */
	if (locked &&
	    (stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink != 3 ||
		!lock_the_kernel()))
		_exit(NO_SECCOMP);
	watching = true;
	body();
	watching = false;
	left = n_watched > 0 ? ALLOCATED : NOTHING;
	if (!locked && body == check_everything && left == NOTHING &&
	    n_exposures() < before + n_users * (N_GATES - 10))
		left = NOT_LOGGED;
	syscall(SYS_exit, left);
	return -1;
}

static void
a_check_allocates_nothing(void **state)
{
	(void)state;
	if (!WRAPPED)
		skip();
	assert_int_equal(
	    WEXITSTATUS(watched(check_everything, false)), NOTHING);
}

static void
an_allocation_would_be_noticed(void **state)
{
	(void)state;
	if (!WRAPPED)
		skip();
	assert_int_equal(WEXITSTATUS(watched(allocate, false)), ALLOCATED);
}

/* The one exception: the first use of a pattern in a process. */
static void
a_new_pattern_is_compiled_once(void **state)
{
	(void)state;
	if (!WRAPPED)
		skip();
	assert_int_equal(
	    WEXITSTATUS(watched(check_a_new_pattern, false)), ALLOCATED);
}

static void
a_check_makes_no_system_call(void **state)
{
	int status;

	(void)state;
	if (getenv("UNDER_VALGRIND") != NULL)
		skip();
	status = watched(read_the_clock, true);
	if (WIFSIGNALED(status) || WEXITSTATUS(status) == NO_SECCOMP)
		skip();
	assert_int_equal(watched(check_everything, true), 0);
	/* A single one would have been its end. */
	status = watched(call_the_kernel, true);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_check_allocates_nothing),
	    cmocka_unit_test(an_allocation_would_be_noticed),
	    cmocka_unit_test(a_new_pattern_is_compiled_once),
	    cmocka_unit_test(a_check_makes_no_system_call),
	};

	return cmocka_run_group_tests_name(
	    "no_alloc", tests, set_up, tear_down);
}
