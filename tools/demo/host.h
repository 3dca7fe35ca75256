/*
 * host: the processes and the folder of the demonstration, and their end.
 *
 * Everything lies in one temporary folder.  Children die with this process,
 * however it ends; host_stop ends them in order and removes the folder.
 */
#ifndef TOOLS_DEMO_HOST_H
#define TOOLS_DEMO_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define HOST_KEY "secret-demo" /* of the demonstration's own origin */

struct host {
	const char *programs; /* the folder of forkgate-origin and -syncer */
	char dir[64];
	char state[80], rules[80], events[80], conf[80], key[80];
	pid_t origin, syncer; /* 0: not running */
	unsigned port;
};

/* The folder and its files' names.  False: said. */
bool host_make(struct host *h, const char *programs);

/* Writes a file of the folder aside and renames it: nobody sees half of it. */
bool host_write(const char *path, const void *bytes, size_t n);

/* The origin with the rules at h->rules; then the syncer that asks it. */
bool host_start_origin(struct host *h);
bool host_start_syncer(struct host *h);

/* Whether both still run; if not, says so with the end of the log. */
bool host_alive(struct host *h);

/* The end of "origin.log" or "syncer.log", on standard error. */
void host_show_log(const struct host *h, const char *log);

/* Ends what runs and removes the folder. */
void host_stop(struct host *h);

/* Ctrl-C, or kill: asked for by what waits. */
extern volatile int host_interrupted;
void host_catch_signals(void);

/* A child process of ours: it dies with its parent. */
pid_t host_fork(void);

double host_now_ms(void); /* of a clock that all processes share */
void host_nap(unsigned microseconds);

#endif /* TOOLS_DEMO_HOST_H */
