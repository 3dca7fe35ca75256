/*
 * limit: the least code that does the same work, to compare with.
 *
 * Nothing here is safe: rules are trusted, nobody may change them meanwhile,
 * there is one thread, no reasons, no nested results, no counters.  What a
 * machine needs for the bare work is the measure of what the rest costs.
 */
#ifndef TESTS_BENCH_LIMIT_H
#define TESTS_BENCH_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SHA-256's first eight bytes after a whole block that was absorbed before. */
struct limit_hash {
	uint32_t h[8];
};
void limit_hash_begin(struct limit_hash *st, const uint8_t block[64]);
uint64_t limit_hash_end(
    const struct limit_hash *st, const uint8_t *tail, size_t n);

/* --- evaluating: gates of two rules of two conditions, one percentage ------- */

enum limit_field {
	LIMIT_USER_ID,
	LIMIT_COUNTRY,
	LIMIT_LEVEL,
	LIMIT_EMAIL,
	LIMIT_N_FIELDS,
};

struct limit_user {
	struct {
		const char *text;
		size_t len;
		uint64_t hash;
		double number;
	} fields[LIMIT_N_FIELDS];
};

void limit_user_set(
    struct limit_user *user, enum limit_field field, const char *text);

/* One block of a mapped file that means the same at any address. */
struct limit_rules {
	uint8_t *bytes;
	size_t len, cap;
};

/* Gates "gate_0" and so on; false when the file cannot be made. */
bool limit_rules_new(
    struct limit_rules *rules, const char *path, unsigned n_gates);
void limit_rules_free(struct limit_rules *rules);

/* 1 or 0, or -1 for an unknown name. */
int limit_check(const uint8_t *rules, const char *name, size_t n,
    const struct limit_user *user);

/* --- appending: a frame with a length and a CRC-32C -------------------------- */

#define LIMIT_EVENT 350 /* bytes of an event as the reference would send it */

/* Into one mapping, round and round: no file is begun or ended. */
struct limit_ring {
	uint8_t *bytes;
	size_t cap, at;
};
bool limit_ring_open(struct limit_ring *ring, const char *path);
void limit_ring_append(struct limit_ring *ring, const void *event, size_t n);
void limit_ring_close(struct limit_ring *ring);

/* Into a chain of reserved files of 1 MiB, the full ones left behind. */
struct limit_chain {
	char dir[256];
	uint8_t *bytes;
	int fd;
	size_t at;
	unsigned n, owner;
};
void limit_chain_init(
    struct limit_chain *chain, const char *dir, unsigned owner);
bool limit_chain_append(struct limit_chain *chain, const void *event, size_t n);
void limit_chain_close(struct limit_chain *chain);

/* --- reading JSON ------------------------------------------------------------ */

struct limit_token {
	uint32_t start, len;
};

/*
 * Checks that n bytes are one JSON text (its grammar, not its UTF-8) and lists
 * its values and keys: how many, or 0 if it is none or cap is too small.
 */
size_t limit_json(
    const char *text, size_t n, struct limit_token *tokens, size_t cap);

#endif /* TESTS_BENCH_LIMIT_H */
