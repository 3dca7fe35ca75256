/*
 * loop: one thread that waits for descriptors and times.
 *
 * epoll for descriptors, one timerfd for the earliest of the timers.  That
 * clock goes on while the machine sleeps, so what became due meanwhile happens
 * at once when it wakes.  Callbacks may add, change and remove anything, the
 * running one included.
 */
#ifndef SYNCER_LOOP_H
#define SYNCER_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "common/forkgate_status.h"

struct loop;

typedef void loop_fd_fn(void *arg, int fd, uint32_t events);
typedef void loop_timer_fn(void *arg);

/* Lies in its owner, all zero but fn and arg until it is first set. */
struct loop_timer {
	loop_timer_fn *fn;
	void *arg;
	uint64_t due_ms;
	struct loop_timer *next;
	bool armed;
};

enum fg_status loop_new(struct loop **out);
void loop_free(struct loop *loop);

/* Calls fn for these EPOLL events of fd from now on; again to change them. */
enum fg_status loop_watch(
    struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *arg);

/* To be called before fd is closed; an fd that is not watched is fine. */
void loop_unwatch(struct loop *loop, int fd);

/* Calls the timer once, in so many ms or a little later; replaces its time. */
void loop_timer_set(
    struct loop *loop, struct loop_timer *timer, uint64_t delay_ms);
void loop_timer_clear(struct loop *loop, struct loop_timer *timer);

/* Runs until loop_stop.  FG_E_IO if waiting itself fails. */
enum fg_status loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Milliseconds that only rise, suspended time included. */
uint64_t loop_clock_ms(void);

/* Unix time in milliseconds. */
uint64_t loop_unix_ms(void);

#endif /* SYNCER_LOOP_H */
