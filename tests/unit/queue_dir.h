/*
 * queue_dir: a state folder for the tests of the queue, positions in memory,
 * and a server that takes everything.
 */
#ifndef TESTS_UNIT_QUEUE_DIR_H
#define TESTS_UNIT_QUEUE_DIR_H

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/record.h"
#include "common/segment.h"
#include "reader/queue.h"
#include "syncer/tail.h"
#include "tests/unit/test.h"

#define TEXT(lit) ((struct record_text){lit, sizeof(lit) - 1})

static char base[64], queue_path[96], quarantine_path[96];
static int queue_fd = -1;

/* Positions as the store keeps them. */
static struct tail_change positions[65536];
static size_t n_positions, n_saves;
static bool save_fails;

static inline void
make_dirs(const char *where)
{
	snprintf(base, sizeof(base), "%s/fgqueue-XXXXXX", where);
	assert_non_null(mkdtemp(base));
	snprintf(queue_path, sizeof(queue_path), "%s/queue", base);
	snprintf(
	    quarantine_path, sizeof(quarantine_path), "%s/quarantine", base);
	assert_int_equal(mkdir(queue_path, 0700), 0);
	assert_int_equal(mkdir(quarantine_path, 0700), 0);
	queue_fd = open(queue_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(queue_fd >= 0);
	n_positions = n_saves = 0;
	save_fails = false;
}

static inline void
remove_tree(const char *path)
{
	DIR *dir = opendir(path);
	char name[512];
	struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%.200s/%.255s", path, e->d_name);
		if (unlink(name) != 0)
			remove_tree(name);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

static inline int
setup_dirs(void **state)
{
	(void)state;
	make_dirs("/tmp");
	return 0;
}

static inline int
teardown_dirs(void **state)
{
	(void)state;
	close(queue_fd);
	remove_tree(base);
	return 0;
}

/* How many names there are that begin with prefix; the last into name. */
static inline size_t
find_files(const char *path, const char *prefix, char *name)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	size_t n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL)
		if (strncmp(e->d_name, prefix, strlen(prefix)) == 0) {
			n++;
			if (name != NULL)
				snprintf(name, 300, "%.100s/%.100s", path,
				    e->d_name);
		}
	closedir(dir);
	return n;
}

static inline size_t
count_files(const char *path, const char *prefix)
{
	return find_files(path, prefix, NULL);
}

static inline enum fg_status
memory_get(void *arg, const uint8_t id[SEGMENT_ID], uint64_t *pos)
{
	(void)arg;
	for (size_t i = 0; i < n_positions; i++)
		if (memcmp(positions[i].id, id, SEGMENT_ID) == 0) {
			*pos = positions[i].pos;
			return FG_OK;
		}
	return FG_ABSENT;
}

static inline enum fg_status
memory_save(void *arg, const struct tail_change *changes, size_t n)
{
	(void)arg;
	if (save_fails)
		return FG_E_IO;
	n_saves++;
	for (size_t i = 0; i < n; i++) {
		size_t at = 0;

		while (at < n_positions &&
		    memcmp(positions[at].id, changes[i].id, SEGMENT_ID) != 0)
			at++;
		if (changes[i].pos == TAIL_FORGET) {
			if (at < n_positions)
				positions[at] = positions[--n_positions];
			continue;
		}
		if (at == n_positions)
			n_positions++;
		assert_true(n_positions <= 65536);
		positions[at] = changes[i];
	}
	return FG_OK;
}

static inline struct tail *
open_tail_with(struct tail_options opt)
{
	static const char *const projects[] = {"default", "other"};
	struct tail *t;

	opt.positions = (struct tail_positions){memory_get, memory_save, NULL};
	if (opt.projects == NULL) {
		opt.projects = projects;
		opt.n_projects = 2;
	}
	assert_int_equal(
	    tail_open(queue_path, quarantine_path, &opt, &t), FG_OK);
	return t;
}

static inline struct tail *
open_tail(void)
{
	return open_tail_with((struct tail_options){0});
}

/* What the server got: each event's name, by order, in one text. */
static char *got;
static size_t got_len, got_events, got_batches;

static inline void
got_clear(void)
{
	free(got);
	got = NULL;
	got_len = got_events = got_batches = 0;
}

static inline void
got_add(const struct tail_batch *b)
{
	got = realloc(got, got_len + b->events_len + 2);
	assert_non_null(got);
	memcpy(got + got_len, b->events, b->events_len);
	got_len += b->events_len;
	got[got_len++] = '\n';
	got[got_len] = '\0';
	got_events += b->n_events;
	got_batches++;
}

/* Ships until a whole pass finds nothing. */
static inline void
ship_at(struct tail *t, uint64_t now_ms)
{
	struct tail_batch *b;
	enum fg_status st;

	while ((st = tail_next(t, now_ms, &b)) != FG_ABSENT) {
		assert_true(st == FG_OK || st == FG_E_BUSY);
		if (st != FG_OK)
			continue;
		got_add(b);
		assert_int_equal(tail_accept(t, b), FG_OK);
	}
}

static inline void
ship(struct tail *t)
{
	ship_at(t, 1000);
}

static inline size_t
count_in_got(const char *text)
{
	size_t n = 0;

	for (const char *p = got; p != NULL && (p = strstr(p, text)) != NULL;
	     p++)
		n++;
	return n;
}

/* A custom event of that name; returns the record's length. */
static inline size_t
make_event(uint8_t *buf, size_t cap, const char *name)
{
	struct record_custom x = {
	    .time_ms = 1000, .name = {name, strlen(name)}};
	size_t n;

	assert_int_equal(record_put_custom(buf, cap, &x, &n), FG_OK);
	return n;
}

static inline enum fg_status
append_event(struct queue *q, struct queue_user *user, const char *name)
{
	uint8_t buf[512];

	return queue_append(q, user, buf, make_event(buf, sizeof(buf), name));
}

static inline struct queue_user
make_user(const char *json)
{
	return (struct queue_user){.json = json, .json_len = strlen(json)};
}

static inline struct queue *
open_queue(const struct queue_options *opt)
{
	struct queue *q;

	assert_int_equal(queue_new(queue_fd, "default", opt, &q), FG_OK);
	return q;
}

#endif /* TESTS_UNIT_QUEUE_DIR_H */
