#include "syncer/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/host.h"

#define EVENTS_AT_ONCE 16

struct watch {
	loop_fd_fn *fn; /* NULL: not watched */
	void *arg;
	uint32_t turn; /* tells an event for an fd's former owner */
};

struct loop {
	int epoll_fd, timer_fd;
	struct watch *watches; /* by descriptor */
	size_t n_watches;
	struct loop_timer *timers; /* the earliest first */
	uint64_t armed_ms;         /* what timer_fd is set to; 0: nothing */
	bool stop;
};

uint64_t
loop_clock_ms(void)
{
	return host_clock_ms(CLOCK_BOOTTIME);
}

uint64_t
loop_unix_ms(void)
{
	return host_clock_ms(CLOCK_REALTIME);
}

static void
run_timers(void *arg, int fd, uint32_t events)
{
	struct loop *loop = arg;
	uint64_t now = loop_clock_ms(), expirations;

	(void)events;
	while (read(fd, &expirations, sizeof(expirations)) > 0)
		;
	loop->armed_ms = 0;
	/* A timer that sets itself to now comes with the next round. */
	while (loop->timers != NULL && loop->timers->due_ms <= now) {
		struct loop_timer *timer = loop->timers;

		loop->timers = timer->next;
		timer->armed = false;
		timer->fn(timer->arg);
	}
}

enum fg_status
loop_new(struct loop **out)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	enum fg_status status = FG_E_IO;

	*out = NULL;
	if (loop == NULL)
		return FG_E_NOMEM;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	loop->timer_fd =
	    timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->epoll_fd >= 0 && loop->timer_fd >= 0)
		status =
		    loop_watch(loop, loop->timer_fd, EPOLLIN, run_timers, loop);
	if (status != FG_OK) {
		loop_free(loop);
		return status;
	}
	*out = loop;
	return FG_OK;
}

void
loop_free(struct loop *loop)
{
	int keep = errno;

	if (loop == NULL)
		return;
	if (loop->timer_fd >= 0)
		close(loop->timer_fd);
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	free(loop->watches);
	free(loop);
	errno = keep;
}

static enum fg_status
make_room(struct loop *loop, size_t n)
{
	struct watch *more;

	if (n <= loop->n_watches)
		return FG_OK;
	n += 16;
	more = realloc(loop->watches, n * sizeof(*more));
	if (more == NULL)
		return FG_E_NOMEM;
	for (size_t i = loop->n_watches; i < n; i++)
		more[i] = (struct watch){0};
	loop->watches = more;
	loop->n_watches = n;
	return FG_OK;
}

enum fg_status
loop_watch(
    struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *arg)
{
	struct epoll_event ev = {.events = events};
	struct watch *watch;
	enum fg_status status = make_room(loop, (size_t)fd + 1);
	int op;

	if (status != FG_OK)
		return status;
	watch = &loop->watches[fd];
	op = watch->fn != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	if (watch->fn == NULL)
		watch->turn++;
	ev.data.u64 = (uint64_t)watch->turn << 32 | (uint32_t)fd;
	if (epoll_ctl(loop->epoll_fd, op, fd, &ev) != 0)
		return FG_E_IO;
	watch->fn = fn;
	watch->arg = arg;
	return FG_OK;
}

void
loop_unwatch(struct loop *loop, int fd)
{
	if (fd < 0 || (size_t)fd >= loop->n_watches ||
	    loop->watches[fd].fn == NULL)
		return;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	loop->watches[fd].fn = NULL;
}

void
loop_timer_clear(struct loop *loop, struct loop_timer *timer)
{
	if (!timer->armed)
		return;
	for (struct loop_timer **at = &loop->timers; *at != NULL;
	     at = &(*at)->next) {
		if (*at == timer) {
			*at = timer->next;
			break;
		}
	}
	timer->armed = false;
}

void
loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t delay_ms)
{
	struct loop_timer **at = &loop->timers;

	loop_timer_clear(loop, timer);
	/* Past this millisecond, which is partly over: never early. */
	timer->due_ms = loop_clock_ms() + delay_ms + 1;
	while (*at != NULL && (*at)->due_ms <= timer->due_ms)
		at = &(*at)->next;
	timer->next = *at;
	timer->armed = true;
	*at = timer;
}

/* Sets timer_fd to the earliest timer, if it is not set to that. */
static bool
arm(struct loop *loop)
{
	uint64_t due = loop->timers != NULL ? loop->timers->due_ms : 0;
	struct itimerspec spec = {
	    .it_value = {(time_t)(due / 1000), (long)(due % 1000) * 1000000}};

	if (due == loop->armed_ms)
		return true;
	loop->armed_ms = due;
	return timerfd_settime(
		   loop->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL) == 0;
}

static void
dispatch(struct loop *loop, const struct epoll_event *ev)
{
	size_t fd = ev->data.u64 & UINT32_MAX;
	const struct watch *watch = &loop->watches[fd];

	if (watch->fn != NULL && watch->turn == ev->data.u64 >> 32)
		watch->fn(watch->arg, (int)fd, ev->events);
}

enum fg_status
loop_run(struct loop *loop)
{
	struct epoll_event events[EVENTS_AT_ONCE];

	loop->stop = false;
	while (!loop->stop) {
		int n;

		if (!arm(loop))
			return FG_E_IO;
		n = epoll_wait(loop->epoll_fd, events, EVENTS_AT_ONCE, -1);
		if (n < 0 && errno != EINTR)
			return FG_E_IO;
		for (int i = 0; i < n && !loop->stop; i++)
			dispatch(loop, &events[i]);
	}
	return FG_OK;
}

void
loop_stop(struct loop *loop)
{
	loop->stop = true;
}
