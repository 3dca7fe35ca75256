#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader/queue_private.h"

#define PAGE_MAX 65536 /* the largest pages that a system has */

/* In a page that fork empties: a child has it open without writing there. */
static pthread_mutex_t *registry;
static uint8_t registry_room[2 * PAGE_MAX];

static struct queue *queues;
static pthread_once_t handlers_once = PTHREAD_ONCE_INIT;
static enum fg_status handlers_status;

void
queue_drop_inherited(struct queue *q)
{
	struct stat st;
	int saved = errno;

	/* In an idle child this page stays its parent's. */
	if (q->open_fd < 0)
		return;
	if (fstat(q->open_fd, &st) == 0 && st.st_dev == q->open_dev &&
	    st.st_ino == q->open_ino)
		(void)close(q->open_fd);
	q->open_fd = -1;
	errno = saved;
}

/* With all locks held, no descriptor is open that open_fd does not tell. */
static void
before_fork(void)
{
	pthread_mutex_lock(registry);
	for (struct queue *q = queues; q != NULL; q = q->next)
		pthread_mutex_lock(&q->live->mutex);
}

static void
after_fork_parent(void)
{
	for (struct queue *q = queues; q != NULL; q = q->next)
		pthread_mutex_unlock(&q->live->mutex);
	pthread_mutex_unlock(registry);
}

static void
after_fork_child(void)
{
	for (struct queue *q = queues; q != NULL; q = q->next)
		queue_drop_inherited(q);
}

/* What fork empties; the table behind is touched only where it is used. */
struct emptied {
	struct live live;
	_Alignas(4096) struct tally tally;
};

static bool
zero_is_an_open_mutex(void)
{
	static const pthread_mutex_t open = PTHREAD_MUTEX_INITIALIZER;
	static const pthread_mutex_t zero;

	return memcmp(&open, &zero, sizeof(open)) == 0;
}

static enum fg_status
empty_in_children(void *page, size_t n)
{
	if (!zero_is_an_open_mutex() || madvise(page, n, MADV_WIPEONFORK) != 0)
		return FG_E_UNSUPPORTED;
	return FG_OK;
}

enum fg_status
queue_make_live(struct queue *q)
{
	struct emptied *e = mmap(NULL, sizeof(*e), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	enum fg_status st;

	if (e == MAP_FAILED)
		return FG_E_NOMEM;
	st = empty_in_children(e, sizeof(*e));
	if (st != FG_OK) {
		(void)munmap(e, sizeof(*e));
		return st;
	}
	q->live = &e->live;
	q->tally = &e->tally;
	return FG_OK;
}

static void
install_handlers(void)
{
	uint8_t *page = registry_room + PAGE_MAX;

	page -= (uintptr_t)page % PAGE_MAX;
	registry = (pthread_mutex_t *)(void *)page;
	handlers_status = empty_in_children(page, PAGE_MAX);
	if (handlers_status == FG_OK &&
	    pthread_atfork(before_fork, after_fork_parent, after_fork_child) !=
		0)
		handlers_status = FG_E_NOMEM;
}

void
queue_drop_live(struct queue *q)
{
	(void)munmap(q->live, sizeof(struct emptied));
	q->live = NULL;
	q->tally = NULL;
}

enum fg_status
queue_register(struct queue *q)
{
	(void)pthread_once(&handlers_once, install_handlers);
	if (handlers_status != FG_OK)
		return handlers_status;
	pthread_mutex_lock(registry);
	q->next = queues;
	queues = q;
	pthread_mutex_unlock(registry);
	return FG_OK;
}

void
queue_unregister(struct queue *q)
{
	if (registry == NULL)
		return;
	pthread_mutex_lock(registry);
	for (struct queue **p = &queues; *p != NULL; p = &(*p)->next)
		if (*p == q) {
			*p = q->next;
			break;
		}
	pthread_mutex_unlock(registry);
}
