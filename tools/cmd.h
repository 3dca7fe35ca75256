/*
 * cmd: what the subcommands of forkgate share.
 *
 * Each subcommand is one source, cmd_<name>.c, with one function that takes
 * its own argc and argv, argv[0] being "forkgate <name>".  What was asked for
 * goes to standard output, all else to standard error, one line a thing.
 */
#ifndef TOOLS_CMD_H
#define TOOLS_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

/* Exit statuses; "forkgate --help" and forkgate(1) tell the same. */
enum {
	CMD_OK = 0,    /* done, and all is well */
	CMD_NO = 1,    /* done, and the answer is no: see each subcommand */
	CMD_USAGE = 2, /* the command line or its input is wrong */
	CMD_FAIL = 3,  /* it could not be done */
};

struct cmd {
	const char *name;
	const char *summary;
	const char *help;
	int (*run)(int argc, char **argv);
};

extern const struct cmd cmd_compile;
extern const struct cmd cmd_eval;
extern const struct cmd cmd_flush;
extern const struct cmd cmd_inspect;
extern const struct cmd cmd_queue;
extern const struct cmd cmd_status;
extern const struct cmd cmd_verify;
extern const struct cmd cmd_wait;

/* "forkgate NAME: " and one line on standard error. */
void cmd_say(const struct cmd *cmd, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same, pointing to --help; returns CMD_USAGE. */
int cmd_usage(const struct cmd *cmd, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Says what a call on a file or directory came to: with errno for FG_E_IO.
 * Returns CMD_FAIL, for FG_E_INVALID CMD_USAGE.
 */
int cmd_fail(const struct cmd *cmd, const char *path, enum fg_status st);

/* Seconds such as 10 or 0.5, as ms; false for anything else. */
bool cmd_seconds(const char *text, int *ms);

/* The same about a part of a state directory; what may be "". */
int cmd_fail_in(const struct cmd *cmd, const char *dir, const char *what,
    enum fg_status st);

/* The same about the rules in a state directory or snapshot. */
int cmd_fail_rules(const struct cmd *cmd, const char *where, enum fg_status st);

/* Says what a project's name is when this is none. */
bool cmd_project_ok(const struct cmd *cmd, const char *project);

/* A file's bytes, "-" being standard input; free() them. */
enum fg_status cmd_read_file(const char *path, char **bytes, size_t *n);

/* Writes all of it; FG_E_IO when the other end is gone or the disk full. */
enum fg_status cmd_write(int fd, const void *bytes, size_t n);

/* The state directory: the option's, else the environment's, else built in. */
const char *cmd_state_dir(const char *option);

/* "2026-01-31 12:00:00 UTC", until the next call. */
const char *cmd_date(uint64_t unix_ms);

uint64_t cmd_now_ms(void); /* Unix time */

#endif /* TOOLS_CMD_H */
