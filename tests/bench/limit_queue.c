#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "common/endian.h"
#include "tests/bench/limit.h"

#define SEGMENT (1U << 20)
#define HEAD    64 /* the tail's own cache line */
#define FRAME   8

static size_t
frame_size(size_t n)
{
	return (FRAME + n + 7) & ~(size_t)7;
}

static void
put_frame(uint8_t *bytes, size_t at, const void *event, size_t n)
{
	le32enc(bytes + at, (uint32_t)n);
	le32enc(bytes + at + 4, crc32c(0, event, n));
	memcpy(bytes + at + FRAME, event, n);
	__atomic_store_n(
	    (uint64_t *)(void *)bytes, at + frame_size(n), __ATOMIC_RELEASE);
}

static uint8_t *
map_file(const char *path, size_t n, int *fd)
{
	void *map;

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0 || flock(*fd, LOCK_EX) != 0 ||
	    posix_fallocate(*fd, 0, (off_t)n) != 0)
		return NULL;
	map = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	return map != MAP_FAILED ? map : NULL;
}

bool
limit_ring_open(struct limit_ring *ring, const char *path)
{
	int fd;

	*ring = (struct limit_ring){.cap = SEGMENT, .at = HEAD};
	ring->bytes = map_file(path, SEGMENT, &fd);
	if (fd >= 0)
		close(fd);
	if (ring->bytes != NULL)
		memset(ring->bytes, 0, ring->cap);
	return ring->bytes != NULL;
}

void
limit_ring_append(struct limit_ring *ring, const void *event, size_t n)
{
	if (frame_size(n) > ring->cap - ring->at)
		ring->at = HEAD;
	put_frame(ring->bytes, ring->at, event, n);
	ring->at += frame_size(n);
}

void
limit_ring_close(struct limit_ring *ring)
{
	if (ring->bytes != NULL)
		munmap(ring->bytes, ring->cap);
	ring->bytes = NULL;
}

void
limit_chain_init(struct limit_chain *chain, const char *dir, unsigned owner)
{
	*chain = (struct limit_chain){.fd = -1, .owner = owner};
	snprintf(chain->dir, sizeof(chain->dir), "%s", dir);
}

void
limit_chain_close(struct limit_chain *chain)
{
	if (chain->bytes != NULL)
		munmap(chain->bytes, SEGMENT);
	if (chain->fd >= 0)
		close(chain->fd);
	chain->bytes = NULL;
	chain->fd = -1;
}

bool
limit_chain_append(struct limit_chain *chain, const void *event, size_t n)
{
	char path[320];

	if (chain->bytes == NULL || frame_size(n) > SEGMENT - chain->at) {
		limit_chain_close(chain);
		snprintf(path, sizeof(path), "%s/limit-%u-%u", chain->dir,
		    chain->owner, chain->n++);
		chain->bytes = map_file(path, SEGMENT, &chain->fd);
		if (chain->bytes == NULL)
			return false;
		chain->at = HEAD;
	}
	put_frame(chain->bytes, chain->at, event, n);
	chain->at += frame_size(n);
	return true;
}
