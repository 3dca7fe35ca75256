/*
 * The block: a table of slots, then for each gate its record, its two rules,
 * their conditions and what these compare with, in one run.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/hash64.h"
#include "tests/bench/limit.h"

#define N_RULES  2
#define N_CONDS  2
#define PER_GATE 1024 /* bytes, more than a gate takes */

enum op {
	OP_ANY,
	OP_NONE,
	OP_GREATER,
};

struct cond {
	uint32_t op, field;
	uint32_t set, n; /* hashes of the texts */
	double number;
};

struct rule {
	uint32_t conds, rest, rest_len;
	uint32_t pass; /* of 10,000 */
	struct limit_hash hash;
};

struct gate {
	uint32_t name, name_len, rules;
};

struct slot {
	uint32_t hash, gate;
};

struct head {
	uint32_t n_slots;
	uint32_t slots;
};

void
limit_user_set(
    struct limit_user *user, enum limit_field field, const char *text)
{
	user->fields[field].text = text;
	user->fields[field].len = strlen(text);
	user->fields[field].hash = hash64(text, strlen(text));
	user->fields[field].number = strtod(text, NULL);
}

/* ---- Building. ---- */

static uint32_t
take(struct limit_rules *rules, size_t n)
{
	size_t at = (rules->len + 7) & ~(size_t)7;

	rules->len = at + n;
	return (uint32_t)at;
}

static uint32_t
put_set(struct limit_rules *rules, const char *const *texts, unsigned n)
{
	uint32_t at = take(rules, n * sizeof(uint64_t));

	for (unsigned i = 0; i < n; i++) {
		uint64_t hash = hash64(texts[i], strlen(texts[i]));

		memcpy(
		    rules->bytes + at + i * sizeof(hash), &hash, sizeof(hash));
	}
	return at;
}

static void
put_rule(
    struct limit_rules *rules, struct rule *rule, unsigned gate, unsigned no)
{
	static const char *const countries[] = {"us", "ca", "gb", "de", "fr"};
	static const char *const mails[] = {"x@x.org", "y@x.org", "z@x.org"};
	uint8_t prefix[80];
	struct cond conds[N_CONDS] = {
	    {.op = OP_ANY, .field = LIMIT_COUNTRY, .n = 5},
	    {.op = OP_GREATER, .field = LIMIT_LEVEL, .number = 100},
	};

	snprintf((char *)prefix, sizeof(prefix),
	    "%08x-aaaa-4aaa-8aaa-%012x.%08x-bbbb-4bbb-8bbb-%012x.", gate, no,
	    gate * 2 + no, gate);
	rule->conds = take(rules, sizeof(conds));
	conds[0].set = put_set(rules, countries, 5);
	if (no == 1) {
		conds[1] =
		    (struct cond){.op = OP_NONE, .field = LIMIT_EMAIL, .n = 3};
		conds[1].set = put_set(rules, mails, 3);
	}
	memcpy(rules->bytes + rule->conds, conds, sizeof(conds));
	limit_hash_begin(&rule->hash, prefix);
	rule->rest_len = 74 - 64;
	rule->rest = take(rules, rule->rest_len);
	memcpy(rules->bytes + rule->rest, prefix + 64, rule->rest_len);
	rule->pass = 5000;
}

static void
put_gate(struct limit_rules *rules, const struct head *head, unsigned no)
{
	struct slot *slots = (void *)(rules->bytes + head->slots);
	struct rule made[N_RULES];
	struct gate gate;
	char name[32];
	uint32_t at;
	uint64_t hash;

	gate.name_len = (uint32_t)snprintf(name, sizeof(name), "gate_%u", no);
	at = take(rules, sizeof(gate));
	gate.rules = take(rules, sizeof(made));
	gate.name = take(rules, gate.name_len);
	memcpy(rules->bytes + gate.name, name, gate.name_len);
	for (unsigned i = 0; i < N_RULES; i++)
		put_rule(rules, &made[i], no, i);
	memcpy(rules->bytes + gate.rules, made, sizeof(made));
	memcpy(rules->bytes + at, &gate, sizeof(gate));
	hash = hash64(name, gate.name_len);
	for (uint64_t k = hash;; k++) {
		struct slot *slot = &slots[k & (head->n_slots - 1)];

		if (slot->gate != 0)
			continue;
		*slot = (struct slot){(uint32_t)(hash >> 32), at};
		return;
	}
}

bool
limit_rules_new(struct limit_rules *rules, const char *path, unsigned n_gates)
{
	struct head head = {.n_slots = 16};
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	void *map;

	while (head.n_slots < n_gates * 2)
		head.n_slots *= 2;
	rules->cap = sizeof(head) + 8 + head.n_slots * sizeof(struct slot) +
	    (size_t)n_gates * PER_GATE;
	if (fd < 0 || ftruncate(fd, (off_t)rules->cap) != 0)
		return false;
	map = mmap(NULL, rules->cap, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return false;
	rules->bytes = map;
	rules->len = sizeof(head);
	head.slots = take(rules, head.n_slots * sizeof(struct slot));
	memcpy(rules->bytes, &head, sizeof(head));
	for (unsigned i = 0; i < n_gates; i++)
		put_gate(rules, &head, i);
	return true;
}

void
limit_rules_free(struct limit_rules *rules)
{
	munmap(rules->bytes, rules->cap);
	rules->bytes = NULL;
}

/* ---- Evaluating. ---- */

static bool
holds(const uint8_t *bytes, const struct cond *cond,
    const struct limit_user *user)
{
	const uint64_t *set = (const void *)(bytes + cond->set);
	uint64_t hash = user->fields[cond->field].hash;
	bool found = false;

	if (cond->op == OP_GREATER)
		return user->fields[cond->field].number > cond->number;
	for (uint32_t i = 0; i < cond->n && !found; i++)
		found = set[i] == hash;
	return found == (cond->op == OP_ANY);
}

static bool
passes(const uint8_t *bytes, const struct rule *rule,
    const struct limit_user *user)
{
	size_t len = user->fields[LIMIT_USER_ID].len;
	uint8_t tail[55];

	if (len > sizeof(tail) - rule->rest_len)
		return false;
	memcpy(tail, bytes + rule->rest, rule->rest_len);
	memcpy(tail + rule->rest_len, user->fields[LIMIT_USER_ID].text, len);
	return limit_hash_end(&rule->hash, tail, rule->rest_len + len) % 10000 <
	    rule->pass;
}

static int
evaluate(const uint8_t *bytes, const struct gate *gate,
    const struct limit_user *user)
{
	const struct rule *rules = (const void *)(bytes + gate->rules);

	for (unsigned i = 0; i < N_RULES; i++) {
		const struct cond *conds =
		    (const void *)(bytes + rules[i].conds);

		if (holds(bytes, &conds[0], user) &&
		    holds(bytes, &conds[1], user))
			return passes(bytes, &rules[i], user);
	}
	return 0;
}

__attribute__((noinline)) int
limit_check(const uint8_t *bytes, const char *name, size_t n,
    const struct limit_user *user)
{
	const struct head *head = (const void *)bytes;
	const struct slot *slots = (const void *)(bytes + head->slots);
	uint64_t hash = hash64(name, n);

	for (uint64_t k = hash;; k++) {
		const struct slot *slot = &slots[k & (head->n_slots - 1)];
		const struct gate *gate = (const void *)(bytes + slot->gate);

		if (slot->gate == 0)
			return -1;
		if (slot->hash == (uint32_t)(hash >> 32) &&
		    gate->name_len == n &&
		    memcmp(bytes + gate->name, name, n) == 0)
			return evaluate(bytes, gate, user);
	}
}
