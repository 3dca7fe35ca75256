/*
 * fuzz_json: any bytes are checked, and what passes is walked and made a tree.
 * Each way to look at a text must find the same values in it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "syncer/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
must(bool fact)
{
	if (!fact)
		abort();
}

static void
read_nodes(const struct json_tree *t)
{
	struct json_buf buf = {0};
	const char *s;
	size_t len;
	uint64_t u;
	int64_t i;

	for (uint32_t k = 0; k < t->n_nodes; k++) {
		const struct json_node *x = &t->nodes[k];
		const char *raw = t->text + x->start;

		must(
		    x->start <= x->end && x->next > k && x->next <= t->n_nodes);
		if (x->kind == JSON_STRING)
			json_string(raw, x->end - x->start, &buf, &s, &len);
		if (x->kind == JSON_NUMBER) {
			json_u64(raw, x->end - x->start, &u);
			json_i64(raw, x->end - x->start, &i);
		}
	}
	free(buf.bytes);
}

/* The walk and the tree agree on the members of the root. */
static void
compare_walk(const struct json_tree *t, const char *text, size_t n)
{
	struct json_walk w;
	const char *key;
	size_t key_n;
	uint32_t k = 1, n_seen = 0;

	if (!json_walk_begin(&w, text, n))
		return;
	while (json_walk_next(&w, &key, &key_n)) {
		struct json_span v = json_walk_value(&w);
		const struct json_node *x = &t->nodes[k + w.keyed];
		bool quoted = x->kind == JSON_STRING;

		must(k < t->n_nodes);
		must(!w.keyed || t->nodes[k].end - t->nodes[k].start == key_n);
		must(v.n == x->end - x->start + 2 * (size_t)quoted);
		k = t->nodes[k].next;
		n_seen++;
	}
	must(k == t->n_nodes && n_seen == t->nodes[0].n_children);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *text = (const char *)bytes;
	struct json_tree t = {0};
	struct json_span root;
	size_t end;
	enum fg_status st = json_check(text, n, &end);

	must(end <= n);
	if (st != FG_OK)
		return 0;
	root = json_span(text, end);
	must(root.text + root.n == text + end);
	must(json_parse(&t, &root) == FG_OK);
	must(t.n_nodes <= root.n_tokens);
	must(t.nodes[0].next == t.n_nodes);
	read_nodes(&t);
	if (root.depth <= JSON_MAX_DEPTH)
		compare_walk(&t, text, end);
	json_tree_free(&t);
	return 0;
}
