/*
 * store_test: a state directory to spoil, and images that give themselves
 * away: each word of an image is its generation, mixed with its place.
 */
#ifndef TESTS_UNIT_STORE_TEST_H
#define TESTS_UNIT_STORE_TEST_H

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reader/rules.h"
#include "syncer/store.h"
#include "syncer/store_internal.h"
#include "tests/unit/test.h"

static char state_dir[64];
static char last_log[1024];

static inline void
keep_log(void *arg, enum store_level level, const char *line)
{
	(void)arg;
	(void)level;
	snprintf(last_log, sizeof(last_log), "%s", line);
	if (getenv("STORE_TEST_LOG") != NULL)
		fprintf(stderr, "log: %s\n", line);
}

static inline int
unlink_one(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void
remove_tree(const char *path)
{
	nftw(path, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline int
make_state(void **state)
{
	(void)state;
	store_fault = 0;
	store_step = NULL;
	store_clock_skew_ms = 0;
	last_log[0] = '\0';
	/* In memory where there is such a place: syncing costs nothing there. */
	strcpy(state_dir,
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm/fg-store-XXXXXX"
					  : "/tmp/fg-store-XXXXXX");
	return mkdtemp(state_dir) == NULL ? -1 : 0;
}

static inline int
remove_state(void **state)
{
	(void)state;
	remove_tree(state_dir);
	return 0;
}

static inline uint64_t
word_of(uint64_t generation, size_t i)
{
	return generation * 0x9e3779b97f4a7c15u + i;
}

static inline void
fill_image(uint64_t *image, size_t len, uint64_t generation)
{
	image[0] = generation;
	for (size_t i = 1; i < len / 8; i++)
		image[i] = word_of(generation, i);
}

/* Whether the bytes are a whole image of this generation. */
static inline bool
is_image(const uint8_t *bytes, size_t len, uint64_t generation)
{
	const volatile uint64_t *w = (const volatile void *)bytes;

	if (w[0] != generation)
		return false;
	for (size_t i = 1; i < len / 8; i++)
		if (w[i] != word_of(generation, i))
			return false;
	return true;
}

static inline struct store *
open_store_with(struct store_options opt)
{
	struct store *s = NULL;

	opt.log = keep_log;
	assert_int_equal(store_open(state_dir, &opt, &s), FG_OK);
	return s;
}

static inline struct store *
open_store(void)
{
	struct store_options opt = {.keep_ms = 1};

	return open_store_with(opt);
}

static inline enum fg_status
try_commit(struct store *s, const char *project, size_t len, uint64_t *out)
{
	uint64_t g = store_next_generation(s, project);
	uint64_t *image = malloc(len);
	enum fg_status st;

	fill_image(image, len, g);
	st = store_commit(s, project, g, g * 1000, image, len);
	free(image);
	if (out != NULL)
		*out = g;
	return st;
}

static inline uint64_t
commit(struct store *s, const char *project, size_t len)
{
	uint64_t g;

	assert_int_equal(try_commit(s, project, len, &g), FG_OK);
	return g;
}

/* The path of a file of the current environment. */
static inline const char *
env_file(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/rules/current/%s", state_dir, name);
	return path;
}

static inline void
assert_store_has(struct store *s, const char *project, uint64_t generation)
{
	struct store_generation g;

	assert_int_equal(store_latest(s, project, &g), FG_OK);
	assert_int_equal(g.generation, generation);
	assert_true(is_image(g.image, g.len, generation));
}

static inline void
assert_reader_has(struct rules *r, uint64_t generation)
{
	struct rules_pin pin;

	assert_int_equal(rules_pin(r, &pin), FG_OK);
	assert_int_equal(pin.generation, generation);
	assert_true(is_image(pin.image, pin.image_len, generation));
	assert_true(rules_alive(r, &pin));
}

#endif /* TESTS_UNIT_STORE_TEST_H */
