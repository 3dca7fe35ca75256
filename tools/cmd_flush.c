/* flush: asks the syncer to ship what is in the queue. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/segment.h"
#include "reader/flush.h"
#include "tools/cmd.h"

static const char help[] =
    "usage: forkgate flush [--state DIR] [--project P] [--wait] [--timeout S]\n"
    "\n"
    "Asks the syncer to ship now all that was logged on this host.  With\n"
    "--wait it ends when the server has accepted that.\n"
    "\n"
    "  --state DIR   the state directory\n"
    "  --project P   that project alone; all of them\n"
    "  --timeout S   with --wait, seconds; 30\n"
    "\n"
    "Exit status: 0 asked, or with --wait accepted, 1 it was not accepted in\n"
    "time (nothing is lost: it stays on disk), 2 the command line is wrong,\n"
    "3 the queue cannot be written to.\n";

static const struct option options[] = {
    {"state", required_argument, NULL, 's'},
    {"project", required_argument, NULL, 'p'},
    {"timeout", required_argument, NULL, 't'},
    {"wait", no_argument, NULL, 'w'},
    {NULL, 0, NULL, 0},
};

/* Leaves the request for the syncer to find and take away. */
static enum fg_status
leave_request(int queue_fd, const char *project)
{
	char name[SEGMENT_FLUSH_NAME];
	uint8_t id[SEGMENT_ID];
	enum fg_status st;
	int fd;

	if (getrandom(id, sizeof(id), 0) != (ssize_t)sizeof(id))
		return FG_E_IO;
	segment_name(name, "flush-", id);
	fd = openat(queue_fd, name,
	    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return FG_E_IO;
	(void)fchmod(fd, 0640);
	st = cmd_write(fd, project, strlen(project));
	close(fd);
	return st;
}

static int
run(int argc, char **argv)
{
	const char *dir = NULL, *project = "";
	int timeout_ms = 30000, opt, fd;
	bool wait = false;
	char path[4096];
	enum fg_status st;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's')
			dir = optarg;
		else if (opt == 'p')
			project = optarg;
		else if (opt == 'w')
			wait = true;
		else if (opt != 't')
			return CMD_USAGE;
		else if (!cmd_seconds(optarg, &timeout_ms))
			return cmd_usage(&cmd_flush,
			    "--timeout %s: seconds, such as 10 or 0.5", optarg);
	}
	if (argc > optind)
		return cmd_usage(
		    &cmd_flush, "%s: no such option or word", argv[optind]);
	if (project[0] != '\0' && !cmd_project_ok(&cmd_flush, project))
		return CMD_USAGE;
	snprintf(path, sizeof(path), "%s/queue", cmd_state_dir(dir));
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return cmd_fail(&cmd_flush, path, FG_E_IO);
	st = wait ? flush_request(fd, project, timeout_ms)
		  : leave_request(fd, project);
	if (st == FG_E_TIMEOUT) {
		cmd_say(&cmd_flush,
		    "not accepted after %g s; it stays on disk (forkgate "
		    "status tells whether the syncer is alive)",
		    timeout_ms / 1000.0);
		close(fd);
		return CMD_NO;
	}
	if (st != FG_OK)
		cmd_fail(&cmd_flush, path, st);
	close(fd);
	return st == FG_OK ? CMD_OK : CMD_FAIL;
}

const struct cmd cmd_flush = {
    "flush", "has the syncer ship what waits in the queue", help, run};
