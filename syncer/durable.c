#include "syncer/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct durable {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asked;
	int fd;
	bool wanted, stop, running;
	int error;
};

static void *
sync_when_asked(void *arg)
{
	struct durable *d = arg;
	int error;

	pthread_mutex_lock(&d->lock);
	while (!d->stop) {
		if (!d->wanted) {
			pthread_cond_wait(&d->asked, &d->lock);
			continue;
		}
		d->wanted = false;
		pthread_mutex_unlock(&d->lock);
		error = syncfs(d->fd) == 0 ? 0 : errno;
		pthread_mutex_lock(&d->lock);
		d->error = error;
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

enum fg_status
durable_new(const char *path, struct durable **out)
{
	struct durable *d = calloc(1, sizeof(*d));

	*out = NULL;
	if (d == NULL)
		return FG_E_NOMEM;
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->asked, NULL);
	d->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd >= 0) {
		errno = pthread_create(&d->thread, NULL, sync_when_asked, d);
		d->running = errno == 0;
	}
	if (!d->running) {
		durable_free(d);
		return FG_E_IO;
	}
	*out = d;
	return FG_OK;
}

int
durable_ask(struct durable *d)
{
	int error;

	pthread_mutex_lock(&d->lock);
	d->wanted = true;
	error = d->error;
	pthread_cond_signal(&d->asked);
	pthread_mutex_unlock(&d->lock);
	return error;
}

void
durable_free(struct durable *d)
{
	int keep = errno;

	if (d == NULL)
		return;
	pthread_mutex_lock(&d->lock);
	d->stop = true;
	pthread_cond_signal(&d->asked);
	pthread_mutex_unlock(&d->lock);
	if (d->running)
		pthread_join(d->thread, NULL);
	if (d->fd >= 0)
		close(d->fd);
	pthread_cond_destroy(&d->asked);
	pthread_mutex_destroy(&d->lock);
	free(d);
	errno = keep;
}
