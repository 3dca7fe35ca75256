/*
 * doc_checks: documents whose gates do one known thing each.
 */
#ifndef TESTS_BENCH_DOC_CHECKS_H
#define TESTS_BENCH_DOC_CHECKS_H

#include "common/jsonw.h"

#define DOC_N_LAYERS 64
#define DOC_SLOPE    33 /* conditions of the longer gate of a pair */

enum doc_slope {
	DOC_SET_3,
	DOC_SET_100,
	DOC_VERSION,
	DOC_NUMBER,
	DOC_REGEX,
	DOC_ENVIRONMENT,
	DOC_NESTED,
	DOC_BUCKET,
	DOC_N_SLOPES,
};

/*
 * n_gates gates "gate_0" and so on, of two rules of two conditions and one
 * percentage.  With extras also: gates "slope_K_1" and "slope_K_33" for each
 * K of doc_slope, of so many conditions that all hold; "experiment_0"; layers
 * "layer_0" and so on with a parameter "color".
 */
void doc_checks(struct jsonw *w, unsigned n_gates, bool extras);

#endif /* TESTS_BENCH_DOC_CHECKS_H */
