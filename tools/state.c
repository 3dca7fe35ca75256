#include "tools/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/host.h"
#include "common/segment.h"

static int
open_dir(int at, const char *name)
{
	return openat(at, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static enum fg_status
map_epoch(int env_fd, const uint8_t **out)
{
	int fd = openat(env_fd, "epoch", O_RDONLY | O_CLOEXEC), saved;
	enum fg_status st = FG_E_IO;
	struct stat sb;
	void *map;

	*out = NULL;
	if (fd < 0)
		return FG_E_IO;
	if (fstat(fd, &sb) == 0) {
		st = FG_E_CORRUPT;
		if ((uint64_t)sb.st_size >= EPOCH_FILE) {
			map = mmap(
			    NULL, EPOCH_FILE, PROT_READ, MAP_SHARED, fd, 0);
			st = map != MAP_FAILED ? FG_OK : FG_E_IO;
			*out = map != MAP_FAILED ? map : NULL;
		}
	}
	saved = errno;
	close(fd);
	errno = saved;
	return st == FG_OK ? epoch_check(*out, EPOCH_FILE) : st;
}

/* rules/current is a link to the environment, opened once: it may move on. */
static enum fg_status
open_env(int rules_fd, struct state *s, const char **what)
{
	ssize_t n = readlinkat(rules_fd, "current", s->env, sizeof(s->env) - 1);

	*what = "rules/current";
	if (n < 0)
		return errno == ENOENT ? FG_E_NOT_READY : FG_E_IO;
	s->env[n] = '\0';
	s->env_fd = open_dir(rules_fd, s->env);
	if (s->env_fd < 0)
		return FG_E_IO;
	*what = "rules/current/epoch";
	return map_epoch(s->env_fd, &s->epoch);
}

enum fg_status
state_open(const char *state_dir, struct state *out, const char **what)
{
	int dir = open_dir(AT_FDCWD, state_dir), rules = -1, saved;
	enum fg_status st = FG_E_IO;

	*out = (struct state){.env_fd = -1};
	*what = "";
	if (dir >= 0) {
		*what = "rules";
		rules = open_dir(dir, "rules");
		if (rules >= 0)
			st = open_env(rules, out, what);
		else if (errno == ENOENT)
			st = FG_E_NOT_READY;
	}
	saved = errno;
	if (rules >= 0)
		close(rules);
	if (dir >= 0)
		close(dir);
	if (st != FG_OK)
		state_close(out);
	errno = saved;
	return st;
}

void
state_close(struct state *s)
{
	if (s->epoch != NULL)
		munmap((void *)(uintptr_t)s->epoch, EPOCH_FILE);
	if (s->env_fd >= 0)
		close(s->env_fd);
	*s = (struct state){.env_fd = -1};
}

int
state_say_not_ready(
    const struct cmd *cmd, const char *state_dir, const char *project)
{
	struct state s;
	const char *what;
	enum fg_status st = state_open(state_dir, &s, &what);

	if (project == NULL)
		project = "default";
	if (st == FG_OK && epoch_find(s.epoch, project) == 0)
		cmd_say(cmd,
		    "%s: no project %s here; see forkgate status, and the "
		    "syncer's configuration",
		    state_dir, project);
	else if (st == FG_OK || st == FG_E_NOT_READY)
		cmd_say(cmd,
		    "%s: no rules of project %s yet; is forkgate-syncer "
		    "running?",
		    state_dir, project);
	else
		return cmd_fail_in(cmd, state_dir, what, st);
	state_close(&s);
	return CMD_NO;
}

static bool
same_boot(const struct state *s)
{
	uint8_t theirs[EPOCH_ID], ours[EPOCH_ID];

	epoch_boot_id(s->epoch, theirs);
	host_boot_id(ours);
	return memcmp(theirs, ours, EPOCH_ID) == 0;
}

/* Within one boot by a clock that nobody sets; else by the other one. */
uint64_t
state_beat_age(const struct state *s)
{
	struct epoch_beat beat = epoch_last_beat(s->epoch);
	bool same = same_boot(s);
	uint64_t then = same ? beat.boot_ms : beat.unix_ms;
	uint64_t now = host_clock_ms(same ? CLOCK_BOOTTIME : CLOCK_REALTIME);

	if (beat.unix_ms == 0)
		return UINT64_MAX;
	return now > then ? now - then : 0;
}

static void
count_entry(int dir_fd, const char *name, struct state_queue *q)
{
	uint8_t id[SEGMENT_ID];
	struct stat sb;
	uint64_t ms;

	if (segment_name_parse(name, ".new-", id))
		q->n_unborn++;
	if (segment_name_parse(name, "flush-", id))
		q->n_flushes++;
	if (!segment_name_parse(name, "seg-", id) ||
	    fstatat(dir_fd, name, &sb, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	q->n_segments++;
	q->bytes += (uint64_t)sb.st_size;
	ms = (uint64_t)sb.st_mtim.tv_sec * 1000 +
	    (uint64_t)sb.st_mtim.tv_nsec / 1000000;
	if (q->oldest_ms == 0 || ms < q->oldest_ms)
		q->oldest_ms = ms;
}

enum fg_status
state_queue(const char *state_dir, struct state_queue *out)
{
	char path[4096];
	struct dirent *entry;
	DIR *dir;

	*out = (struct state_queue){0};
	snprintf(path, sizeof(path), "%s/queue", state_dir);
	dir = opendir(path);
	if (dir == NULL)
		return FG_E_IO;
	while ((entry = readdir(dir)) != NULL)
		count_entry(dirfd(dir), entry->d_name, out);
	closedir(dir);
	return FG_OK;
}
