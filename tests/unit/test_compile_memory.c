/*
 * Each allocation that the compiler makes fails once.  The allocator is taken
 * over here, which a sanitizer's own does not let happen.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "syncer/compile.h"
#include "tests/unit/test.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_ALLOCATOR 0
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_ALLOCATOR 0
#endif
#ifndef OWN_ALLOCATOR
#define OWN_ALLOCATOR 1
#endif

static size_t n_until_failure; /* 0: none fails */
static size_t n_allocations;

#if OWN_ALLOCATOR
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static bool
fails(void)
{
	n_allocations++;
	if (n_until_failure == 0 || --n_until_failure != 0)
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}
#endif

static const char *const corpus[] = {"specs", "stores", "cmabs", "mappings",
    "plumbing", "dropped", "deep-value", "deep-unknown", "half-pairs",
    "no-updates"};

static char *
read_case(const char *name, size_t *n)
{
	char path[128];
	char *text = malloc(65536);
	FILE *f;

	snprintf(path, sizeof(path), "tests/fuzz/corpus/compile/%s", name);
	f = fopen(path, "rb");
	assert_non_null(text);
	assert_non_null(f);
	*n = fread(text, 1, 65536, f);
	fclose(f);
	assert_in_range(*n, 1, 65535);
	return text;
}

/* Compiles with the k-th allocation failing; false once there is no k-th. */
static bool
fails_whole(const char *text, size_t n, size_t k)
{
	struct compile_notes notes = {0};
	struct compile_result out;
	enum fg_status st;
	bool failed;

	n_until_failure = k;
	st = compile_document(text, n, &notes, &out);
	failed = n_until_failure == 0;
	n_until_failure = 0;
	if (failed && st == FG_E_NOMEM) {
		assert_null(out.image);
		assert_null(out.checksum);
	} else if (failed) {
		/* Only giving back what was not needed may fail unseen. */
		assert_int_equal(st, FG_OK);
		assert_non_null(out.image);
	}
	compile_result_free(&out);
	compile_notes_free(&notes);
	return failed;
}

static void
any_allocation_that_fails_leaves_nothing_behind(void **state)
{
	(void)state;
	if (!OWN_ALLOCATOR)
		skip();
	for (size_t i = 0; i < sizeof(corpus) / sizeof(*corpus); i++) {
		size_t n, k = 1;
		char *text = read_case(corpus[i], &n);

		while (fails_whole(text, n, k))
			k++;
		free(text);
	}
	assert_true(n_allocations > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_allocation_that_fails_leaves_nothing_behind),
	};

	return cmocka_run_group_tests_name("compile_memory", tests, NULL, NULL);
}
