/*
 * gen_doc: ruleset documents to measure with, the same for the same make.
 *
 * They have the make-up of real projects: mostly gates of one or two rules,
 * targeting by e-mail, country, plan and version, percentages, segments and
 * holdouts as nested gates, configs with values of a few hundred bytes,
 * experiments of two to four groups, and layers that delegate to them.
 */
#ifndef TESTS_BENCH_GEN_DOC_H
#define TESTS_BENCH_GEN_DOC_H

#include <stddef.h>
#include <stdint.h>

#include "common/jsonw.h"

struct gen_doc {
	const char *name;
	unsigned n_gates, n_configs, n_layers; /* layers at most the configs */
	unsigned value_bytes;                  /* of a config's value, about */
	uint64_t seed;
};

extern const struct gen_doc gen_doc_real;  /* 0.43 MB, as one real project */
extern const struct gen_doc gen_doc_large; /* 5.1 MB */
extern const struct gen_doc gen_doc_huge;  /* 10 MB */

/* By its name, or NULL. */
const struct gen_doc *gen_doc_find(const char *name);

/* Appends the document to w, whose status tells whether that went well. */
void gen_doc_put(struct jsonw *w, const struct gen_doc *make);

/* The name of the i-th gate, in the order of the document. */
void gen_doc_gate_name(
    const struct gen_doc *make, unsigned i, char *name, size_t cap);

/*
 * Pieces of documents, for those that put together their own.  A condition is
 * named by the number that its member of condition_map has.
 */
struct gen_rule {
	const char *id;
	double pass; /* percent */
	const unsigned *conds;
	unsigned n_conds;
	const char *delegate;     /* NULL: none */
	const char *group;        /* NULL: none */
	const char *value;        /* JSON */
	const char *unit;         /* idType */
	bool is_experiment_group; /* a group of an experiment */
};

void gen_doc_rule(struct jsonw *w, const struct gen_rule *rule);

/* A spec up to and with "rules":[ ; gen_doc_spec_end closes it. */
void gen_doc_spec_begin(struct jsonw *w, const char *name, const char *entity,
    const char *default_value);
void gen_doc_spec_end(struct jsonw *w);

/* A member of condition_map; target is JSON, op and field may be NULL. */
void gen_doc_cond(struct jsonw *w, unsigned no, const char *type,
    const char *op, const char *field, const char *target);
void gen_doc_cond_salted(struct jsonw *w, unsigned no, const char *op,
    const char *target, const char *salt);

/* What a document begins with; all members that follow are the caller's. */
void gen_doc_head(struct jsonw *w);

#endif /* TESTS_BENCH_GEN_DOC_H */
