/*
 * forkgate: the command line.  A table of subcommands; each is one source.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "reader/forkgate.h"
#include "tools/cmd.h"

static const struct cmd *const commands[] = {
    &cmd_eval,
    &cmd_compile,
    &cmd_status,
    &cmd_wait,
    &cmd_flush,
    &cmd_queue,
    &cmd_inspect,
    &cmd_verify,
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
help(FILE *to)
{
	fputs("usage: forkgate COMMAND [options]\n\n", to);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(
		    to, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\nforkgate COMMAND --help tells the options of each.\n"
	      "Without --state the state directory is FORKGATE_STATE_DIR of "
	      "the\nenvironment, else /var/lib/forkgate.\n"
	      "\n"
	      "Exit status: 0 all is well, 1 the answer is no (each command "
	      "tells what that is),\n2 the command line or its input is wrong, "
	      "3 it could not be done.\n",
	    to);
}

static const struct cmd *
find(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static bool
wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

/* What was printed must have arrived: a full disk is no success. */
static int
finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "forkgate: standard output: %s\n", strerror(errno));
	return CMD_FAIL;
}

static int
run(const struct cmd *cmd, int argc, char **argv)
{
	char name[64];

	if (wants_help(argc, argv)) {
		fputs(cmd->help, stdout);
		return CMD_OK;
	}
	/* What getopt says of a bad option begins with this. */
	snprintf(name, sizeof(name), "forkgate %s", cmd->name);
	argv[0] = name;
	return cmd->run(argc, argv);
}

int
main(int argc, char **argv)
{
	const struct cmd *cmd;

	if (argc < 2) {
		help(stderr);
		return CMD_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("forkgate %s\n", fg_version());
		return finish(CMD_OK);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		help(stdout);
		return finish(CMD_OK);
	}
	cmd = find(argv[1]);
	if (cmd == NULL) {
		fprintf(stderr,
		    "forkgate: %s is no command (see forkgate --help)\n",
		    argv[1]);
		return CMD_USAGE;
	}
	return finish(run(cmd, argc - 1, argv + 1));
}
