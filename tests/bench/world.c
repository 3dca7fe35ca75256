#include "tests/bench/world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/image.h"
#include "common/snapshot.h"
#include "syncer/compile.h"

#define MAX_ARGS 16

void
world_die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void
say(void *arg, enum store_level level, const char *line)
{
	(void)arg;
	if (level != STORE_INFO)
		fprintf(stderr, "bench: store: %s\n", line);
}

void
world_open(struct world *w, const char *under)
{
	struct store_options opt = {.log = say};
	char path[300];

	memset(w, 0, sizeof(*w));
	snprintf(w->dir, sizeof(w->dir), "%s/state-XXXXXX", under);
	if (mkdtemp(w->dir) == NULL)
		world_die(w->dir);
	snprintf(path, sizeof(path), "%s/queue", w->dir);
	if (mkdir(path, 0700) != 0)
		world_die(path);
	if (store_open(w->dir, &opt, &w->store) != FG_OK)
		world_die("store_open");
	world_beat(w);
}

void
world_write(const char *path, const char *bytes, size_t n)
{
	FILE *f = fopen(path, "we");

	if (f == NULL || fwrite(bytes, 1, n, f) != n || fclose(f) != 0 ||
	    chmod(path, 0600) != 0)
		world_die(path);
}

static int
remove_entry(const char *path, const struct stat *st, int what, struct FTW *ftw)
{
	(void)st;
	(void)what;
	(void)ftw;
	(void)remove(path);
	return 0;
}

void
world_remove(const char *dir)
{
	(void)nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void
world_close(struct world *w)
{
	if (w->janitor != 0) {
		kill(w->janitor, SIGKILL);
		waitpid(w->janitor, NULL, 0);
	}
	store_close(w->store);
	world_remove(w->dir);
}

void
world_beat(void *arg)
{
	struct world *w = arg;

	if (store_beat(w->store, UINT64_MAX) != FG_OK)
		world_die("store_beat");
}

static void
compile(const char *doc, size_t n, struct compile_result *out)
{
	struct compile_notes notes = {0};

	if (compile_document(doc, n, &notes, out) != FG_OK || notes.n > 0) {
		if (notes.n > 0)
			fprintf(stderr, "bench: %s: %s\n", notes.notes[0].path,
			    notes.notes[0].message);
		world_die("compile_document");
	}
	compile_notes_free(&notes);
}

void
world_publish(struct world *w, const char *project, const char *doc, size_t n)
{
	struct compile_result r;
	uint64_t generation = store_next_generation(w->store, project);

	compile(doc, n, &r);
	image_seal(r.image, r.image_len, generation, 1767981030000, "Network");
	if (store_commit(w->store, project, generation, r.time, r.image,
		r.image_len) != FG_OK)
		world_die("store_commit");
	compile_result_free(&r);
}

void
world_make_doc(struct jsonw *doc, const struct gen_doc *make)
{
	jsonw_new(doc);
	gen_doc_put(doc, make);
	if (doc->status != FG_OK)
		world_die("gen_doc");
}

void
world_publish_made(
    struct world *w, const char *project, const struct gen_doc *make)
{
	struct jsonw doc;

	world_make_doc(&doc, make);
	world_publish(w, project, doc.text, doc.len);
	jsonw_free(&doc);
}

void
world_snapshot(const char *path, const char *doc, size_t n)
{
	struct snapshot_info info = {.generation = 1, .project = "default"};
	struct snapshot_part part = {.kind = MANIFEST_IMAGE};
	struct compile_result r;

	compile(doc, n, &r);
	image_seal(r.image, r.image_len, 1, 1767981030000, "File");
	part.data = r.image;
	part.len = r.image_len;
	if (snapshot_write(path, 0600, &info, &part, 1) != FG_OK)
		world_die(path);
	compile_result_free(&r);
}

/* ---- The janitor. ---- */

/* A segment without an owner is finished, as is a limit's file. */
static void
sweep(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)unlinkat(dirfd, name, 0);
	(void)close(fd);
}

static void
sweep_for_ever(const char *path)
{
	for (;;) {
		DIR *dir = opendir(path);
		struct dirent *e;

		if (dir == NULL)
			_exit(0);
		while ((e = readdir(dir)) != NULL)
			if (strncmp(e->d_name, "seg-", 4) == 0 ||
			    strncmp(e->d_name, "limit-", 6) == 0)
				sweep(dirfd(dir), e->d_name);
		closedir(dir);
		usleep(20000);
	}
}

void
world_janitor(struct world *w)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/queue", w->dir);
	fflush(NULL);
	w->janitor = fork();
	if (w->janitor < 0)
		world_die("fork");
	if (w->janitor > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sweep_for_ever(path);
}

/* ---- This program again. ---- */

static pid_t
start(int out, const char *const *args)
{
	char *argv[MAX_ARGS + 2] = {(char[]){"bench"}};
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	for (size_t i = 0; i < MAX_ARGS && args[i] != NULL; i++)
		argv[i + 1] = strdup(args[i]);
	dup2(out, STDOUT_FILENO);
	execv("/proc/self/exe", argv);
	_exit(127);
}

size_t
world_run(double *out, size_t n, const char *const *args)
{
	int pipes[2], status;
	size_t got = 0;
	pid_t pid;
	FILE *f;

	fflush(NULL);
	if (pipe2(pipes, O_CLOEXEC) != 0)
		world_die("pipe");
	pid = start(pipes[1], args);
	close(pipes[1]);
	f = fdopen(pipes[0], "r");
	if (pid < 0 || f == NULL)
		world_die("fork");
	while (got < n && fscanf(f, "%lf", &out[got]) == 1)
		got++;
	fclose(f);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		world_die(args[0]);
	return got;
}
