#include "reader/rules.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "common/endian.h"
#include "common/snapshot.h"
#include "reader/rules_map.h"
#include "tests/unit/store_test.h"

static struct rules *
open_rules(void)
{
	struct rules *r;

	assert_int_equal(rules_open(state_dir, "default", &r), FG_OK);
	return r;
}

static void
without_an_environment_pins_say_not_ready_until_there_is_one(void **state)
{
	struct rules *r = open_rules();
	struct rules_pin pin;
	struct rules_info info;
	struct store *s;

	(void)state;
	assert_int_equal(rules_pin(r, &pin), FG_E_NOT_READY);
	rules_info(r, &info);
	assert_int_equal(info.generation, 0);
	assert_true(rules_queue_allowance(r) == UINT64_MAX);
	s = open_store();
	/* Looked a moment ago: not again within a second. */
	assert_int_equal(rules_pin(r, &pin), FG_E_NOT_READY);
	usleep(1050000);
	assert_int_equal(rules_pin(r, &pin), FG_E_NOT_READY);
	assert_reader_has(r, commit(s, "default", 5000));
	store_beat(s, 12345);
	assert_int_equal(rules_queue_allowance(r), 12345);
	rules_info(r, &info);
	assert_int_equal(info.generation, 1);
	assert_false(info.stale);
	/* valgrind has little address space to give. */
	assert_int_equal(info.limited, getenv("UNDER_VALGRIND") != NULL);
	rules_close(r);
	store_close(s);
}

static void
a_new_generation_is_seen_at_once_and_an_old_one_lives_on(void **state)
{
	struct store_options opt = {.keep_ms = 1, .keep_generations = 3};
	struct store *s = open_store_with(opt);
	struct rules *r;
	struct rules_pin pin;

	(void)state;
	commit(s, "default", 5000);
	r = open_rules();
	assert_int_equal(rules_pin(r, &pin), FG_OK);
	assert_true(rules_is_current(r, &pin));
	for (int i = 0; i < 2; i++) {
		usleep(1500);
		commit(s, "default", 5000);
		assert_false(rules_is_current(r, &pin));
		assert_true(is_image(pin.image, pin.image_len, 1));
		assert_true(rules_alive(r, &pin));
	}
	usleep(1500);
	commit(s, "default", 5000);
	commit(s, "default", 5000);
	assert_false(rules_alive(r, &pin));
	rules_close(r);
	store_close(s);
}

static void
a_child_goes_on_with_what_its_parent_opened(void **state)
{
	struct store *s = open_store();
	struct rules *r = open_rules();
	struct rules_pin pin;
	uint64_t g;
	int status, go[2];
	pid_t pid;

	(void)state;
	commit(s, "default", 5000);
	usleep(1050000);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		char c;

		/* The parent commits after the fork; and descriptors close. */
		if (read(go[0], &c, 1) != 1)
			_exit(1);
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		if (rules_pin(r, &pin) != FG_OK || pin.generation != 2 ||
		    !is_image(pin.image, pin.image_len, 2))
			_exit(2);
		_exit(rules_alive(r, &pin) ? 0 : 3);
	}
	g = commit(s, "default", 5000);
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_reader_has(r, g);
	close(go[0]);
	close(go[1]);
	rules_close(r);
	store_close(s);
}

/* --- trust -------------------------------------------------------------------------- */

static void
patch(const char *file, off_t at, const void *bytes, size_t n)
{
	int fd = open(env_file(file), O_WRONLY);

	assert_int_equal(pwrite(fd, bytes, n, at), (ssize_t)n);
	close(fd);
}

static void
checksums_are_verified_when_another_boot_wrote_the_values(void **state)
{
	static const uint8_t other_boot[16] = {1, 2, 3};
	struct store *s = open_store();
	struct rules *r;
	struct rules_pin pin;
	uint64_t at;

	(void)state;
	commit(s, "default", 50000);
	r = open_rules();
	assert_int_equal(rules_pin(r, &pin), FG_OK);
	at = le64dec(pin.manifest + MANIFEST_HEAD + 8);
	patch("data.mdb", (off_t)at + 30000, "spoiled", 7);
	/* Under this boot the syncer has verified it: nobody sums it again. */
	rules_close(r);
	r = open_rules();
	assert_int_equal(rules_pin(r, &pin), FG_OK);
	rules_close(r);
	patch("epoch", 64, other_boot, 16);
	r = open_rules();
	assert_int_equal(rules_pin(r, &pin), FG_E_CORRUPT);
	rules_close(r);
	store_close(s);
}

static void
a_newer_format_is_refused_as_such(void **state)
{
	struct store *s = open_store();
	struct rules *r;
	struct rules_pin pin;
	uint8_t version[4];

	(void)state;
	commit(s, "default", 50000);
	le32enc(version, EPOCH_VERSION + 1);
	patch("epoch", 8, version, 4);
	r = open_rules();
	assert_int_equal(rules_pin(r, &pin), FG_E_VERSION);
	rules_close(r);
	store_close(s);
}

static void
places_outside_the_file_are_not_followed(void **state)
{
	struct store *s = open_store();
	struct epoch_slot slot = {2, 0, 0, 0, 0, 0};
	uint8_t *file = aligned_alloc(4096, EPOCH_FILE);
	static const uint64_t far[] = {
	    1ull << 20, 1ull << 40, UINT64_MAX - 7, UINT64_MAX, 12};
	struct rules *r;
	struct rules_pin pin;
	int fd;

	(void)state;
	commit(s, "default", 50000);
	fd = open(env_file("epoch"), O_RDWR);
	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j < 5; j++) {
			r = open_rules();
			assert_reader_has(r, 1);
			assert_int_equal(
			    pread(fd, file, EPOCH_FILE, 0), EPOCH_FILE);
			slot.image_at = far[i];
			slot.image_len = far[j];
			slot.manifest_len = 4096;
			assert_int_equal(epoch_publish(file, 1, &slot), FG_OK);
			assert_int_equal(
			    pwrite(fd, file, EPOCH_FILE, 0), EPOCH_FILE);
			assert_int_equal(rules_pin(r, &pin), FG_E_CORRUPT);
			le64enc(file + 4096 + 136, 1);
			assert_int_equal(
			    pwrite(fd, file, EPOCH_FILE, 0), EPOCH_FILE);
			rules_close(r);
		}
	close(fd);
	free(file);
	store_close(s);
}

/* --- replaced environments ------------------------------------------------------------- */

static void
a_session_ends_where_it_began_though_the_environment_is_replaced(void **state)
{
	struct store *s = open_store();
	struct rules *r;
	struct rules_pin pin, later;

	(void)state;
	commit(s, "default", 50000);
	r = open_rules();
	assert_int_equal(rules_pin(r, &pin), FG_OK);
	assert_int_equal(store_rebuild(s, "the test says so"), FG_OK);
	assert_reader_has(r, commit(s, "default", 5000));
	assert_int_equal(rules_pin(r, &later), FG_OK);
	assert_ptr_not_equal(later.map, pin.map);
	assert_true(is_image(pin.image, pin.image_len, 1));
	assert_true(rules_alive(r, &pin));
	assert_false(rules_is_current(r, &pin));
	/* Long after, its file is given back, and it is told so. */
	rules_env_blank(pin.map->env);
	assert_int_equal(*(const volatile uint8_t *)pin.image, 0);
	assert_false(rules_alive(r, &pin));
	assert_true(rules_alive(r, &later));
	rules_close(r);
	store_close(s);
}

static atomic_bool stop;
static atomic_long pins, wrong, retried, mixed;
static bool ask;

static void *
read_on(void *rules)
{
	struct rules *r = rules;
	struct rules_pin pin;
	bool whole;

	while (!atomic_load(&stop)) {
		if (rules_pin(r, &pin) != FG_OK) {
			atomic_fetch_add(&mixed, 1);
			continue;
		}
		if (pin.generation % 3 == 0)
			usleep(200);
		whole = is_image(pin.image, pin.image_len, pin.generation);
		atomic_fetch_add(&pins, 1);
		if (ask && !rules_alive(r, &pin))
			atomic_fetch_add(&retried, 1);
		else if (!whole)
			atomic_fetch_add(&wrong, 1);
	}
	return NULL;
}

/* Commits while two threads read: as fast as possible, sizes up and down. */
static void
storm(bool question, unsigned fault, int n, int rebuild_every)
{
	struct store_options opt = {.keep_generations = 1, .keep_ms = 1};
	struct store *s = open_store_with(opt);
	struct rules *r;
	pthread_t threads[2];

	ask = question;
	atomic_store(&stop, false);
	atomic_store(&pins, 0);
	atomic_store(&wrong, 0);
	atomic_store(&retried, 0);
	atomic_store(&mixed, 0);
	store_clock_skew_ms = 0;
	commit(s, "default", 5000);
	r = open_rules();
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, read_on, r);
	store_fault = fault;
	srand(7);
	for (int i = 1; i <= n; i++) {
		store_clock_skew_ms += 10;
		commit(s, "default", 4096 + 8 * (size_t)(rand() % 40000));
		if (rebuild_every != 0 && i % rebuild_every == 0)
			store_rebuild(s, "the test says so");
		if (atomic_load(&wrong) > 0)
			break;
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	store_fault = 0;
	rules_close(r);
	store_close(s);
}

static void
no_wrong_byte_passes_the_question_in_a_storm(void **state)
{
	(void)state;
	storm(true, 0, 1500, 0);
	assert_true(atomic_load(&pins) > 50);
	assert_true(atomic_load(&retried) > 0);
	assert_int_equal(atomic_load(&wrong), 0);
	assert_int_equal(atomic_load(&mixed), 0);
}

static void
without_the_question_wrong_bytes_do_show(void **state)
{
	(void)state;
	storm(false, 0, 6000, 0);
	assert_true(atomic_load(&wrong) > 0);
}

static void
without_retiring_before_deleting_wrong_bytes_do_show(void **state)
{
	(void)state;
	storm(true, STORE_FAULT_LATE_RETIRE, 6000, 0);
	assert_true(atomic_load(&wrong) > 0);
}

/* Opens again and again, as rules does it. */
static void *
open_on(void *unused)
{
	struct rules *r;
	struct rules_pin pin;

	(void)unused;
	while (!atomic_load(&stop)) {
		r = open_rules();
		if (rules_pin(r, &pin) == FG_E_CORRUPT)
			atomic_fetch_add(&mixed, 1);
		else
			atomic_fetch_add(&pins, 1);
		rules_close(r);
	}
	return NULL;
}

static bool
read_at(const char *path, off_t at, void *buf, size_t n)
{
	int fd = open(path, O_RDONLY);
	bool whole = fd != -1 && pread(fd, buf, n, at) == (ssize_t)n;

	if (fd != -1)
		close(fd);
	return whole;
}

/* Opens the two files by path, one after the other. */
static void *
open_on_carelessly(void *file)
{
	static uint8_t manifest[4096];
	struct epoch_slot slot;
	struct manifest m;
	char epoch[128], data[128];
	uint8_t id[EPOCH_ID];

	snprintf(epoch, sizeof(epoch), "%s/rules/current/epoch", state_dir);
	snprintf(data, sizeof(data), "%s/rules/current/data.mdb", state_dir);
	while (!atomic_load(&stop) && atomic_load(&mixed) == 0) {
		if (!read_at(epoch, 0, file, EPOCH_FILE) ||
		    epoch_current(file, 1, &slot) != FG_OK)
			continue;
		usleep(100);
		if (!read_at(data, (off_t)slot.manifest_at, manifest, 4096))
			continue;
		epoch_identity(file, id);
		if (manifest_check(manifest, 4096, &m) != FG_OK ||
		    memcmp(m.identity, id, EPOCH_ID) != 0)
			atomic_fetch_add(&mixed, 1);
	}
	return NULL;
}

static void
switching(void *(*opener)(void *), int n)
{
	struct store *s = open_store();
	uint8_t *file = aligned_alloc(4096, EPOCH_FILE);
	pthread_t thread;

	atomic_store(&stop, false);
	atomic_store(&mixed, 0);
	atomic_store(&pins, 0);
	commit(s, "default", 5000);
	pthread_create(&thread, NULL, opener, file);
	for (int i = 0; i < n; i++) {
		store_rebuild(s, "the test says so");
		commit(s, "default", 64);
		if (opener == open_on_carelessly && atomic_load(&mixed) > 0)
			break;
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	store_close(s);
	free(file);
}

static void
no_pair_is_mixed_while_environments_are_switched(void **state)
{
	(void)state;
	switching(open_on, 150);
	assert_true(atomic_load(&pins) > 20);
	assert_int_equal(atomic_load(&mixed), 0);
	storm(true, 0, 100, 20);
	assert_int_equal(atomic_load(&wrong), 0);
	assert_int_equal(atomic_load(&mixed), 0);
}

static void
opened_by_path_one_after_the_other_they_do_mix(void **state)
{
	(void)state;
	switching(open_on_carelessly, 2000);
	assert_true(atomic_load(&mixed) > 0);
}

static void
the_file_grows_under_threads_that_read(void **state)
{
	struct store_options opt = {.keep_ms = 600000};
	struct store *s = open_store_with(opt);
	struct rules *r;
	pthread_t threads[2];

	(void)state;
	ask = true;
	atomic_store(&stop, false);
	atomic_store(&wrong, 0);
	atomic_store(&mixed, 0);
	commit(s, "default", 5000);
	r = open_rules();
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, read_on, r);
	for (int i = 0; i < 40; i++)
		commit(s, "default", 1 << 20);
	atomic_store(&stop, true);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&wrong), 0);
	assert_int_equal(atomic_load(&mixed), 0);
	rules_close(r);
	store_close(s);
}

/* --- short of address space --------------------------------------------------------------- */

static void
with_little_address_space_values_are_mapped_one_by_one(void **state)
{
	struct store_options opt = {.keep_generations = 2, .keep_ms = 1};
	struct store *s = open_store_with(opt);
	struct rlimit old, lim;
	struct rules *r;
	struct rules_info info;
	struct rules_pin pin, first;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_AS, &old), 0);
	lim = old;
	lim.rlim_cur = (rlim_t)1 << 62; /* any limit at all will do */
	if (old.rlim_cur != RLIM_INFINITY || setrlimit(RLIMIT_AS, &lim) == -1)
		skip();
	commit(s, "default", 300000);
	r = open_rules();
	setrlimit(RLIMIT_AS, &old);
	rules_info(r, &info);
	assert_true(info.limited);
	assert_int_equal(rules_pin(r, &first), FG_OK);
	srand(3);
	for (int i = 0; i < 200; i++) {
		uint64_t g;

		store_clock_skew_ms += 10;
		g = commit(s, "default", 8 * (64 + (size_t)(rand() % 60000)));
		assert_reader_has(r, g);
		assert_int_equal(rules_pin(r, &pin), FG_OK);
		assert_true(rules_is_current(r, &pin));
		/* Addresses of long ago are still readable, and say so. */
		assert_true(i < 2 || !rules_alive(r, &first));
		is_image(first.image, first.image_len, 1);
	}
	rules_close(r);
	store_close(s);
}

/* --- files and rights ------------------------------------------------------------------------ */

static void
a_snapshot_is_a_generation_that_never_changes(void **state)
{
	struct snapshot_info info = {.generation = 7, .project = "default"};
	uint64_t image[64];
	struct snapshot_part part = {MANIFEST_IMAGE, 0, image, sizeof(image)};
	struct rules *r;
	struct rules_pin pin;
	const uint8_t *data;
	size_t len;
	char path[128];

	(void)state;
	fill_image(image, sizeof(image), 7);
	snprintf(path, sizeof(path), "%s/a.fgs", state_dir);
	assert_int_equal(snapshot_write(path, 0644, &info, &part, 1), FG_OK);
	assert_int_equal(rules_open_snapshot(path, "other", &r), FG_ABSENT);
	assert_int_equal(rules_open_snapshot(path, NULL, &r), FG_OK);
	assert_reader_has(r, 7);
	assert_int_equal(rules_pin(r, &pin), FG_OK);
	assert_true(rules_is_current(r, &pin));
	assert_int_equal(
	    rules_section(r, &pin, MANIFEST_IMAGE, 0, &data, &len), FG_OK);
	assert_ptr_equal(data, pin.image);
	assert_int_equal(
	    rules_section(r, &pin, MANIFEST_OVERRIDES, 0, &data, &len),
	    FG_ABSENT);
	rules_close(r);
}

static void
reading_needs_no_write_permission_and_leaves_nothing_behind(void **state)
{
	struct store *s = open_store();
	uint64_t g = commit(s, "default", 5000);
	char rules_path[128];
	int status;
	pid_t pid;

	(void)state;
	snprintf(rules_path, sizeof(rules_path), "%s/rules", state_dir);
	store_close(s);
	if (geteuid() != 0)
		skip();
	/* As a stranger who is in the group, where not even root may write. */
	pid = fork();
	if (pid == 0) {
		struct rules *r;
		struct rules_pin pin;

		if (chmod(state_dir, 0755) != 0 || setgid(getegid()) != 0 ||
		    setuid(65534) != 0)
			_exit(1);
		if (open(env_file("lock.mdb"), O_RDONLY) != -1)
			_exit(2);
		if (rules_open(state_dir, "default", &r) != FG_OK ||
		    rules_pin(r, &pin) != FG_OK || pin.generation != g)
			_exit(3);
		rules_close(r);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Pins in a child to which the kernel allows no system call at all. */
static int
pin_locked_in(struct rules *r, bool break_out)
{
	struct rules_pin pin;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		bool good = rules_pin(r, &pin) == FG_OK;
		struct stat tasks;

		/* A sanitizer's thread would outlive the one that leaves. */
		alarm(10);
		if (stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink != 3)
			_exit(77);
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
			_exit(77);
		for (int i = 0; i < 10000; i++)
			good = rules_pin(r, &pin) == FG_OK &&
			    rules_is_current(r, &pin) && rules_alive(r, &pin) &&
			    good;
		if (break_out)
			syscall(SYS_getppid);
		syscall(SYS_exit, good ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
a_pin_makes_no_system_call(void **state)
{
	struct store *s = open_store();
	struct rules *r;
	int status;

	(void)state;
	if (getenv("UNDER_VALGRIND") != NULL) {
		store_close(s);
		skip();
	}
	commit(s, "default", 5000);
	store_beat(s, 0);
	r = open_rules();
	assert_reader_has(r, 1);
	status = pin_locked_in(r, false);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		print_message("(no seccomp here)\n");
	else
		assert_int_equal(status, 0);
	/* A single one would have been its end. */
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		assert_int_equal(WTERMSIG(pin_locked_in(r, true)), SIGKILL);
	rules_close(r);
	store_close(s);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_state, remove_state)
	const struct CMUnitTest tests[] = {
	    CASE(without_an_environment_pins_say_not_ready_until_there_is_one),
	    CASE(a_new_generation_is_seen_at_once_and_an_old_one_lives_on),
	    CASE(a_child_goes_on_with_what_its_parent_opened),
	    CASE(checksums_are_verified_when_another_boot_wrote_the_values),
	    CASE(a_newer_format_is_refused_as_such),
	    CASE(places_outside_the_file_are_not_followed),
	    CASE(
		a_session_ends_where_it_began_though_the_environment_is_replaced),
	    CASE(no_wrong_byte_passes_the_question_in_a_storm),
	    CASE(without_the_question_wrong_bytes_do_show),
	    CASE(without_retiring_before_deleting_wrong_bytes_do_show),
	    CASE(no_pair_is_mixed_while_environments_are_switched),
	    CASE(opened_by_path_one_after_the_other_they_do_mix),
	    CASE(the_file_grows_under_threads_that_read),
	    CASE(with_little_address_space_values_are_mapped_one_by_one),
	    CASE(a_snapshot_is_a_generation_that_never_changes),
	    CASE(reading_needs_no_write_permission_and_leaves_nothing_behind),
	    CASE(a_pin_makes_no_system_call),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
