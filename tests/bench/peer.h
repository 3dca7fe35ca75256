/*
 * peer: what the reference implementation takes, measured in the same run.
 *
 * It runs under node, by peer.mjs, on the same documents with the same users;
 * what its binding alone costs is subtracted, where a call of the same kind
 * that does nothing tells it.  Without node or npm, the figures that were
 * measured when the targets were set stand in.
 */
#ifndef TESTS_BENCH_PEER_H
#define TESTS_BENCH_PEER_H

#include "tests/bench/world.h"

/* Measures it.  The files it needs are written into dir. */
void peer_measure(const char *dir);

/* What was measured by this name, else the other figure. */
double peer_ns(const char *name, double otherwise);

#endif /* TESTS_BENCH_PEER_H */
