/* queue: the events that wait in segments, as they would be shipped. */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd.h"
#include "tools/kept.h"
#include "tools/queue_look.h"

static const char help[] =
    "usage: forkgate queue [--state DIR] [--project P] [--segments]\n"
    "       forkgate queue [--state DIR] list | show ID\n"
    "       forkgate queue [--state DIR] replay | drop ID...|all\n"
    "\n"
    "Prints the events that lie in the queue, a line of JSON each, in the\n"
    "form in which they are shipped.  Nothing is changed.  Only the syncer's\n"
    "user may read the queue.\n"
    "\n"
    "A segment is removed when all of it was shipped and its worker is done\n"
    "with it.  So what is printed may have been shipped already, if its\n"
    "worker still runs.\n"
    "\n"
    "  --project P  events of that project; of all\n"
    "  --segments   a line about each segment instead\n"
    "\n"
    "What the server refused for good, and segments that could not be read\n"
    "to their end, are kept in quarantine:\n"
    "\n"
    "  list         a line about each: its ID, when, what, and why\n"
    "  show ID      its events, a line of JSON each\n"
    "  replay ID    puts it back, to be sent; it is kept until the server has\n"
    "               accepted it.  What could be read of a damaged segment was\n"
    "               sent before, so it stays where it is\n"
    "  drop ID      removes it for good\n"
    "\n"
    "The beginning of an ID will do where it is the only one so.\n"
    "\n"
    "Exit status: 0 done, 1 done but something is damaged or of a newer\n"
    "forkgate, or there is no such ID, 2 the command line is wrong, 3 the\n"
    "queue cannot be read or changed.\n";

static const struct option options[] = {
    {"state", required_argument, NULL, 's'},
    {"project", required_argument, NULL, 'p'},
    {"segments", no_argument, NULL, 'n'},
    {NULL, 0, NULL, 0},
};

static int
look_at_all(struct queue_look *q, const char *path)
{
	uint8_t id[SEGMENT_ID];
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (dir == NULL && errno == EACCES) {
		cmd_say(&cmd_queue, "%s: %s; run it as the syncer's user", path,
		    strerror(errno));
		return CMD_FAIL;
	}
	if (dir == NULL)
		return cmd_fail(&cmd_queue, path, FG_E_IO);
	q->dir_fd = dirfd(dir);
	q->buf = calloc(1, SEGMENT_MAX);
	while (q->buf != NULL && (entry = readdir(dir)) != NULL)
		if (segment_name_parse(entry->d_name, "seg-", id))
			queue_look_file(q, entry->d_name);
	closedir(dir);
	if (q->buf == NULL)
		return cmd_fail(&cmd_queue, "memory", FG_E_NOMEM);
	free(q->buf);
	return q->n_bad == 0 ? CMD_OK : CMD_NO;
}

static int
run(int argc, char **argv)
{
	struct queue_look q = {0};
	const char *dir = NULL;
	char path[4096];
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's')
			dir = optarg;
		else if (opt == 'p')
			q.project = optarg;
		else if (opt == 'n')
			q.segments = true;
		else
			return CMD_USAGE;
	}
	if (argc > optind)
		return kept_run(
		    cmd_state_dir(dir), argv[optind], argv + optind + 1);
	if (q.project != NULL && !cmd_project_ok(&cmd_queue, q.project))
		return CMD_USAGE;
	snprintf(path, sizeof(path), "%s/queue", cmd_state_dir(dir));
	return look_at_all(&q, path);
}

const struct cmd cmd_queue = {
    "queue", "the events that wait to be shipped", help, run};
