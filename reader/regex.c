#include "reader/regex.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "common/hash64.h"
#include "common/same.h"
#include "reader/regex_rewrite.h"

#define N_BUCKETS     64
#define MATCH_LIMIT   1000000
#define DFA_INTS      8192 /* 32 KB of stack for the matcher without backing */
#define SCRATCH       (22 * 1024) /* the frames begin with 20 KB */
#define COMPILE_STACK 20480       /* what compiling takes, mostly */
#define TOUCH         4096
#define JIT_AFTER     100 /* matches: fewer are not worth its time and memory */

struct regex {
	struct regex *next;
	uint64_t hash;
	size_t len;
	pcre2_code *code; /* NULL: does not compile, never matches */
	bool prefer_dfa;  /* nested repeats, and nothing only backing can do */
	_Atomic unsigned n_matches; /* until it is fast */
	_Atomic(pcre2_code *) fast; /* a copy in machine code, or NULL */
	uint8_t pattern[];
};

struct regex_cache {
	_Atomic(struct regex *) buckets[N_BUCKETS];
	_Atomic unsigned n;
	pcre2_compile_context *compile;
};

/*
 * What a match needs lies behind it, at once and in the order of its use: the
 * frames of the matcher, of which few are touched, are the last.
 */
struct regex_scratch {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_general_context *general;
	size_t used;
	_Alignas(max_align_t) uint8_t room[SCRATCH];
};

/*
 * Before the first fork, PCRE2 is used once: what it calls is looked up then,
 * and each child finds it in its parent's page instead of writing its own.
 */
static void
use_once(void)
{
	static atomic_flag done = ATOMIC_FLAG_INIT;
	static const uint8_t text[] = "(?i)a[^b]+|c$";
	struct regex_scratch *s;
	pcre2_code *code;
	PCRE2_SIZE where;
	int error;

	if (atomic_flag_test_and_set(&done))
		return;
	code = pcre2_compile(text, sizeof(text) - 1, PCRE2_UTF | PCRE2_UCP,
	    &error, &where, NULL);
	s = regex_scratch_new();
	if (s != NULL && code != NULL)
		(void)pcre2_match(
		    code, text, sizeof(text) - 1, 0, 0, s->data, s->context);
	/* In this order, which leaves the heap as it was. */
	regex_scratch_free(s);
	pcre2_code_free(code);
}

struct regex_cache *
regex_cache_new(void)
{
	static atomic_flag prepared = ATOMIC_FLAG_INIT;
	struct regex_cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	if (!atomic_flag_test_and_set(&prepared))
		(void)pthread_atfork(use_once, NULL, NULL);
	cache->compile = pcre2_compile_context_create(NULL);
	if (cache->compile == NULL ||
	    pcre2_set_newline(cache->compile, PCRE2_NEWLINE_LF) != 0) {
		regex_cache_free(cache);
		return NULL;
	}
	return cache;
}

void
regex_cache_free(struct regex_cache *cache)
{
	if (cache == NULL)
		return;
	for (int i = 0; i < N_BUCKETS; i++) {
		struct regex *re = atomic_load(&cache->buckets[i]);

		while (re != NULL) {
			struct regex *next = re->next;

			pcre2_code_free(re->code);
			pcre2_code_free(atomic_load(&re->fast));
			free(re);
			re = next;
		}
	}
	pcre2_compile_context_free(cache->compile);
	free(cache);
}

static void *
scratch_get(size_t n, void *scratch)
{
	struct regex_scratch *s = scratch;
	uint8_t *p = s->room + s->used;

	if (n > sizeof(s->room) - s->used)
		return malloc(n);
	n += -n % _Alignof(max_align_t);
	s->used = n < sizeof(s->room) - s->used ? s->used + n : sizeof(s->room);
	return p;
}

static void
scratch_put(void *p, void *scratch)
{
	struct regex_scratch *s = scratch;

	if ((uint8_t *)p < s->room || (uint8_t *)p >= s->room + sizeof(s->room))
		free(p);
}

struct regex_scratch *
regex_scratch_new(void)
{
	struct regex_scratch *s = malloc(sizeof(*s));

	if (s == NULL)
		return NULL;
	memset(s, 0, offsetof(struct regex_scratch, room));
	s->general = pcre2_general_context_create(scratch_get, scratch_put, s);
	s->data = pcre2_match_data_create(1, s->general);
	s->context = pcre2_match_context_create(s->general);
	if (s->general == NULL || s->data == NULL || s->context == NULL ||
	    pcre2_set_match_limit(s->context, MATCH_LIMIT) != 0) {
		regex_scratch_free(s);
		return NULL;
	}
	return s;
}

void
regex_scratch_free(struct regex_scratch *s)
{
	if (s == NULL)
		return;
	pcre2_match_data_free(s->data);
	pcre2_match_context_free(s->context);
	pcre2_general_context_free(s->general);
	free(s);
}

static struct regex *
cache_find(struct regex_cache *cache, uint64_t hash, const uint8_t *p, size_t n)
{
	struct regex *re = atomic_load_explicit(
	    &cache->buckets[hash % N_BUCKETS], memory_order_acquire);

	while (re != NULL &&
	    (re->hash != hash || re->len != n ||
		!same_bytes(re->pattern, p, n)))
		re = re->next;
	return re;
}

/* A repeat within a repeated group, as in (a|aa)+ or (a*)*. */
static bool
has_nested_repeat(const uint8_t *p, size_t n)
{
	bool group_closed = false;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\\') {
			i++;
			group_closed = false;
		} else if (group_closed &&
		    (p[i] == '*' || p[i] == '+' || p[i] == '{')) {
			return true;
		} else {
			group_closed = p[i] == ')';
		}
	}
	return false;
}

/* Look-around, back-references and the like need the backtracking matcher. */
static bool
needs_backtracking(const pcre2_code *code, const uint8_t *p, size_t n)
{
	uint32_t back = 0;

	pcre2_pattern_info(code, PCRE2_INFO_BACKREFMAX, &back);
	if (back > 0)
		return true;
	for (size_t i = 0; i + 2 < n; i++)
		if (p[i] == '(' && p[i + 1] == '?' &&
		    (p[i + 2] == '=' || p[i + 2] == '!' || p[i + 2] == '<' ||
			p[i + 2] == '>'))
			return true;
	return false;
}

/*
 * Compiling takes more of the stack than all else does in a worker.  Its pages
 * are given back: what lies here now was compile()'s a moment ago, and each page
 * is touched before, so that a stack that ends sooner ends this process.
 */
__attribute__((noinline)) static void
give_stack_back(void)
{
	uint8_t room[COMPILE_STACK];
	volatile uint8_t *touch = room;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uint8_t *begin = room + (-(uintptr_t)room & (page - 1));
	uint8_t *end = room + sizeof(room);

	for (size_t at = sizeof(room); at >= TOUCH; at -= TOUCH)
		touch[at - TOUCH] = 0;
	end -= (uintptr_t)end & (page - 1);
	if (begin < end)
		(void)madvise(begin, (size_t)(end - begin), MADV_DONTNEED);
}

static void
compile(struct regex_cache *cache, struct regex *re)
{
	PCRE2_SIZE where;
	uint8_t *text;
	size_t len;
	int error;

	if (regex_rewrite(re->pattern, re->len, &text, &len) != FG_OK)
		return;
	re->code = pcre2_compile(text, len,
	    PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY |
		PCRE2_NEVER_BACKSLASH_C,
	    &error, &where, cache->compile);
	if (re->code != NULL)
		re->prefer_dfa = has_nested_repeat(text, len) &&
		    !needs_backtracking(re->code, text, len);
	free(text);
}

/* Compiles the pattern and puts it in front; two threads may do it twice. */
static struct regex *
cache_add(struct regex_cache *cache, uint64_t hash, const uint8_t *p, size_t n)
{
	_Atomic(struct regex *) *bucket = &cache->buckets[hash % N_BUCKETS];
	struct regex *re;

	if (atomic_fetch_add(&cache->n, 1) >= REGEX_MAX_CACHED)
		return NULL;
	re = calloc(1, sizeof(*re) + n);
	if (re == NULL)
		return NULL;
	memcpy(re->pattern, p, n);
	re->len = n;
	re->hash = hash;
	compile(cache, re);
	give_stack_back();
	re->next = atomic_load_explicit(bucket, memory_order_relaxed);
	/* Release: whoever finds it, finds it whole (cache_find acquires). */
	while (!atomic_compare_exchange_weak_explicit(
	    bucket, &re->next, re, memory_order_release, memory_order_relaxed))
		;
	return re;
}

/* Not in search(): its stack is for those who need it. */
__attribute__((noinline)) static int
search_dfa(const struct regex *re, struct regex_scratch *s, const uint8_t *text,
    size_t len, uint32_t options)
{
	int work[DFA_INTS];

	return pcre2_dfa_match(re->code, text, len, 0,
	    options | PCRE2_DFA_SHORTEST, s->data, s->context, work, DFA_INTS);
}

/*
 * Machine code for a pattern that is matched often.  A copy of it, because
 * other threads may be matching with the first one.
 */
__attribute__((noinline)) static void
make_fast(struct regex *re)
{
	pcre2_code *fast = pcre2_code_copy(re->code);

	if (fast == NULL)
		return;
	if (pcre2_jit_compile(fast, PCRE2_JIT_COMPLETE) != 0) {
		pcre2_code_free(fast);
		return;
	}
	/* Release: whoever finds it, finds it whole (search acquires). */
	atomic_store_explicit(&re->fast, fast, memory_order_release);
}

static const pcre2_code *
code_of(struct regex *re)
{
	const pcre2_code *fast =
	    atomic_load_explicit(&re->fast, memory_order_acquire);

	if (fast != NULL)
		return fast;
	/* One thread alone counts up to it. */
	if (atomic_fetch_add_explicit(
		&re->n_matches, 1, memory_order_relaxed) == JIT_AFTER)
		make_fast(re);
	return re->code;
}

static bool
is_ascii(const uint8_t *text, size_t n)
{
	uint64_t bits = 0, word;

	for (; n >= 8; n -= 8, text += 8) {
		memcpy(&word, text, 8);
		bits |= word;
	}
	for (size_t i = 0; i < n; i++)
		bits |= text[i];
	return (bits & 0x8080808080808080) == 0;
}

static enum regex_answer
search(
    struct regex *re, struct regex_scratch *s, const char *subject, size_t len)
{
	const uint8_t *text = (const uint8_t *)subject;
	uint32_t options = is_ascii(text, len) ? PCRE2_NO_UTF_CHECK : 0;
	int rc = 0;

	if (!re->prefer_dfa)
		rc = pcre2_match(
		    code_of(re), text, len, 0, options, s->data, s->context);
	if (re->prefer_dfa || rc == PCRE2_ERROR_MATCHLIMIT ||
	    rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = search_dfa(re, s, text, len, options);
	return rc >= 0 ? REGEX_MATCH : REGEX_NO_MATCH;
}

enum regex_answer
regex_match(struct regex_cache *cache, struct regex_scratch *s,
    const uint8_t *pattern, size_t pattern_len, uint64_t hash,
    const char *subject, size_t len, bool (*is_alive)(void *arg), void *arg)
{
	struct regex *re;
	uint8_t *copy;

	if (pattern_len > REGEX_MAX_LEN)
		return REGEX_NO_MATCH;
	re = cache_find(cache, hash, pattern, pattern_len);
	if (re == NULL) {
		copy = malloc(pattern_len + 1);
		if (copy == NULL)
			return REGEX_NO_MATCH;
		memcpy(copy, pattern, pattern_len);
		if (!is_alive(arg)) {
			free(copy);
			return REGEX_MOVED;
		}
		hash = hash64(copy, pattern_len);
		re = cache_find(cache, hash, copy, pattern_len);
		if (re == NULL)
			re = cache_add(cache, hash, copy, pattern_len);
		free(copy);
	}
	if (re == NULL || re->code == NULL)
		return REGEX_NO_MATCH;
	return search(re, s, subject, len);
}
