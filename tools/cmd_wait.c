/* wait: until there are rules. */
#include <getopt.h>
#include <stddef.h>

#include "reader/forkgate.h"
#include "tools/cmd.h"
#include "tools/state.h"

static const char help[] =
    "usage: forkgate wait [--state DIR] [--project P] [--timeout SECONDS]\n"
    "\n"
    "Waits until the project has rules, for start-up scripts and probes.  A\n"
    "state directory that is not there yet is waited for, too.\n"
    "\n"
    "  --timeout SECONDS  30; 0 only looks\n"
    "\n"
    "Exit status: 0 there are rules, 1 there were none in time, 2 the command\n"
    "line is wrong, 3 the state directory or its rules cannot be read.\n";

static const struct option options[] = {
    {"state", required_argument, NULL, 's'},
    {"project", required_argument, NULL, 'p'},
    {"timeout", required_argument, NULL, 't'},
    {NULL, 0, NULL, 0},
};

static int
run(int argc, char **argv)
{
	struct fg_options o = FG_OPTIONS_INIT;
	int timeout_ms = 30000, opt;
	enum fg_status st;
	struct fg *fg;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's')
			o.state_dir = optarg;
		else if (opt == 'p')
			o.project = optarg;
		else if (opt != 't')
			return CMD_USAGE;
		else if (!cmd_seconds(optarg, &timeout_ms))
			return cmd_usage(&cmd_wait,
			    "--timeout %s: seconds, such as 10 or 0.5", optarg);
	}
	if (argc > optind)
		return cmd_usage(
		    &cmd_wait, "%s: no such option or word", argv[optind]);
	if (o.project != NULL && !cmd_project_ok(&cmd_wait, o.project))
		return CMD_USAGE;
	o.state_dir = cmd_state_dir(o.state_dir);
	o.disable_logging = true;
	st = fg_open(&o, &fg);
	if (st == FG_OK) {
		st = fg_wait_ready(fg, timeout_ms);
		fg_close(fg);
	}
	if (st == FG_OK)
		return CMD_OK;
	return st == FG_E_TIMEOUT || st == FG_E_IO
	    ? state_say_not_ready(&cmd_wait, o.state_dir, o.project)
	    : cmd_fail_rules(&cmd_wait, o.state_dir, st);
}

const struct cmd cmd_wait = {"wait", "until there are rules", help, run};
