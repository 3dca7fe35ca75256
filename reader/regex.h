/*
 * regex: regular expressions, compiled once in a process.
 *
 * A cache belongs to a client, serves all its threads without a lock and
 * keeps what it has compiled, also a pattern that does not compile.  The first
 * use of a pattern in a process allocates; that is the one exception to the
 * rule that evaluation does not.
 */
#ifndef READER_REGEX_H
#define READER_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REGEX_MAX_CACHED 4096    /* patterns; more do not match */
#define REGEX_MAX_LEN    1048576 /* bytes; longer ones do not match */

struct regex_cache;
struct regex_scratch; /* one thread's working memory */

enum regex_answer {
	REGEX_NO_MATCH, /* also: does not compile, ran away, no memory */
	REGEX_MATCH,
	REGEX_MOVED, /* the pattern's memory was no longer its generation's */
};

struct regex_cache *regex_cache_new(void); /* NULL: no memory */
void regex_cache_free(struct regex_cache *cache);

struct regex_scratch *regex_scratch_new(void); /* NULL: no memory */
void regex_scratch_free(struct regex_scratch *s);

/*
 * Looks for the pattern anywhere in the subject.  The pattern may lie in
 * memory that another process is writing: it is copied, and before the copy
 * is compiled and kept, is_alive says whether it was whole.  hash is the
 * pattern's hash64(), which is believed only in looking it up.
 */
enum regex_answer regex_match(struct regex_cache *cache,
    struct regex_scratch *s, const uint8_t *pattern, size_t pattern_len,
    uint64_t hash, const char *subject, size_t len, bool (*is_alive)(void *arg),
    void *arg);

#endif /* READER_REGEX_H */
