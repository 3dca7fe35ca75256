/* verify: whether all that is published is what was written. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "common/image.h"
#include "common/manifest.h"
#include "common/snapshot.h"
#include "tools/cmd.h"
#include "tools/state.h"

#define CHUNK (1 << 20)

static const char help[] =
    "usage: forkgate verify [--state DIR] [--project P]\n"
    "       forkgate verify --snapshot FILE.fgs\n"
    "\n"
    "Reads every generation that is published, or a snapshot, from the disk\n"
    "and compares it with its checksums.  A line for each.\n"
    "\n"
    "Exit status: 0 all is whole, 1 something is damaged, or there is nothing,\n"
    "2 the command line is wrong, 3 the files cannot be read.\n";

struct verify {
	const struct state *state;
	int data_fd; /* data.mdb */
	uint8_t *buf;
	uint64_t n_good, n_bad;
};

static bool
read_at(int fd, void *to, size_t n, uint64_t place)
{
	uint8_t *p = to;

	while (n > 0) {
		ssize_t got = pread(fd, p, n, (off_t)place);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
		place += (uint64_t)got;
	}
	return true;
}

/* What is wrong with a section, or NULL. */
static const char *
check_section(struct verify *v, const struct manifest_section *s)
{
	uint64_t at = 0;
	uint32_t sum = 0;

	while (at < s->len) {
		size_t n = s->len - at < CHUNK ? (size_t)(s->len - at) : CHUNK;

		if (s->place > INT64_MAX - at ||
		    !read_at(v->data_fd, v->buf, n, s->place + at))
			return "lies beyond the end of data.mdb";
		sum = crc32c(sum, v->buf, n);
		at += n;
	}
	return sum == s->crc ? NULL : "has another checksum";
}

static const char *
check_sections(struct verify *v, const uint8_t *manifest, size_t n,
    const struct manifest *head, uint64_t *bytes)
{
	struct manifest_section s;
	const char *why = NULL;

	for (uint32_t i = 0; i < head->n_sections && why == NULL; i++) {
		if (manifest_section(manifest, n, i, &s) != FG_OK)
			return "manifest is cut off";
		why = check_section(v, &s);
		*bytes += s.len;
	}
	return why;
}

/* A generation may go while it is read: then it was no damage. */
static void
check_generation(struct verify *v, unsigned page, const char *project,
    const struct epoch_slot *slot)
{
	uint8_t id[EPOCH_ID];
	uint8_t *manifest = NULL;
	struct manifest head;
	const char *why = "manifest cannot be read";
	uint64_t bytes = 0;

	epoch_identity(v->state->epoch, id);
	if (slot->manifest_len <= 64U << 20)
		manifest = malloc(slot->manifest_len + 8);
	if (manifest != NULL &&
	    read_at(
		v->data_fd, manifest, slot->manifest_len, slot->manifest_at)) {
		if (manifest_check(manifest, slot->manifest_len, &head) !=
		    FG_OK)
			why = "manifest is damaged";
		else if (head.generation != slot->generation ||
		    strcmp(head.project, project) != 0 ||
		    memcmp(head.identity, id, sizeof(id)) != 0)
			why = "manifest is another one's";
		else
			why = check_sections(
			    v, manifest, slot->manifest_len, &head, &bytes);
	}
	free(manifest);
	if (why != NULL &&
	    !epoch_alive(v->state->epoch, page, slot->generation))
		return;
	printf("%s %" PRIu64 ": %s", project, slot->generation,
	    why != NULL ? why : "whole");
	if (why == NULL)
		printf(", %" PRIu64 " bytes, sections: %" PRIu32, bytes,
		    head.n_sections);
	putchar('\n');
	*(why != NULL ? &v->n_bad : &v->n_good) += 1;
}

static void
check_project(struct verify *v, unsigned page, const char *only)
{
	const uint8_t *epoch = v->state->epoch;
	char name[EPOCH_NAME];
	struct epoch_slot slot;
	uint64_t newest, g;

	if (epoch_name(epoch, page, name) != FG_OK) {
		printf("page %u of the epoch file: damaged\n", page);
		v->n_bad++;
		return;
	}
	if (only != NULL && strcmp(only, name) != 0)
		return;
	newest = epoch_newest(epoch, page);
	for (g = epoch_oldest(epoch, page); g > 0 && g <= newest; g++) {
		if (newest - g >= EPOCH_SLOTS)
			g = newest - EPOCH_SLOTS + 1;
		if (epoch_slot(epoch, page, g, &slot) == FG_OK)
			check_generation(v, page, name, &slot);
	}
}

static int
verify_state(const char *dir, const char *project)
{
	struct verify v = {.buf = malloc(CHUNK)};
	struct state state;
	const char *what;
	enum fg_status st = state_open(dir, &state, &what);

	if (v.buf == NULL)
		return cmd_fail(&cmd_verify, "memory", FG_E_NOMEM);
	if (st == FG_OK) {
		what = "rules/current/data.mdb";
		v.state = &state;
		v.data_fd =
		    openat(state.env_fd, "data.mdb", O_RDONLY | O_CLOEXEC);
		st = v.data_fd >= 0 ? FG_OK : FG_E_IO;
	}
	if (st == FG_E_NOT_READY) {
		free(v.buf);
		return state_say_not_ready(&cmd_verify, dir, project);
	}
	if (st != FG_OK) {
		free(v.buf);
		return cmd_fail_in(&cmd_verify, dir, what, st);
	}
	for (unsigned p = 1; p <= epoch_projects(state.epoch); p++)
		check_project(&v, p, project);
	close(v.data_fd);
	state_close(&state);
	free(v.buf);
	if (v.n_bad > 0)
		cmd_say(&cmd_verify,
		    "%s: %" PRIu64 " damaged; restarting forkgate-syncer makes "
		    "them anew",
		    dir, v.n_bad);
	else if (v.n_good == 0)
		cmd_say(&cmd_verify, "%s: there is nothing to verify", dir);
	return v.n_bad == 0 && v.n_good > 0 ? CMD_OK : CMD_NO;
}

static int
verify_snapshot(const char *path)
{
	struct manifest_section section;
	struct snapshot s;
	struct image im;
	enum fg_status st = snapshot_open(path, &s);

	if (st == FG_OK) {
		st = snapshot_find(s.bytes, s.len, MANIFEST_IMAGE, 0, &section);
		if (st == FG_OK)
			st = image_open(
			    s.bytes + section.place, section.len, &im);
		if (st == FG_OK)
			st = image_check(&im);
	}
	if (st == FG_E_CORRUPT || st == FG_ABSENT)
		printf("%s: damaged, or no snapshot\n", path);
	else if (st != FG_OK)
		return cmd_fail_rules(&cmd_verify, path, st);
	else
		printf("%s: project %s, generation %" PRIu64
		       ": whole, %zu bytes, sections: %" PRIu32 "\n",
		    path, s.info.project, s.info.generation, s.len,
		    s.info.n_sections);
	snapshot_close(&s);
	return st == FG_OK ? CMD_OK : CMD_NO;
}

static const struct option options[] = {
    {"state", required_argument, NULL, 's'},
    {"project", required_argument, NULL, 'p'},
    {"snapshot", required_argument, NULL, 'f'},
    {NULL, 0, NULL, 0},
};

static int
run(int argc, char **argv)
{
	const char *dir = NULL, *project = NULL, *snapshot = NULL;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's')
			dir = optarg;
		else if (opt == 'p')
			project = optarg;
		else if (opt == 'f')
			snapshot = optarg;
		else
			return CMD_USAGE;
	}
	if (argc > optind)
		return cmd_usage(
		    &cmd_verify, "%s: no such option or word", argv[optind]);
	if (snapshot != NULL && (dir != NULL || project != NULL))
		return cmd_usage(
		    &cmd_verify, "--snapshot stands alone: it is one file");
	if (project != NULL && !cmd_project_ok(&cmd_verify, project))
		return CMD_USAGE;
	return snapshot != NULL ? verify_snapshot(snapshot)
				: verify_state(cmd_state_dir(dir), project);
}

const struct cmd cmd_verify = {
    "verify", "whether what is published is whole", help, run};
