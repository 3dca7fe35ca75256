/*
 * sticky: sticky assignment, where an experiment or a layer stays as it was
 * first decided for a user (EVALUATION.md 9.2).
 *
 * Deciding reads and notes down; the storage is told only once the generation
 * turned out to have been alive all the while.
 */
#ifndef READER_STICKY_H
#define READER_STICKY_H

#include "reader/call.h"
#include "reader/sticky_record.h"

/*
 * After an evaluation, of a client that has a storage: what takes its place
 * (call->record, or NULL) and what the storage is to be told (call->ops).
 */
void sticky_decide(struct call *c);

/* Tells the storage.  A failure is counted, and that is all. */
void sticky_commit(struct call *c);

/*
 * Encodes the exposure of a sticky experiment, unless it was logged lately, as
 * expose_prepare() does; a layer's parameters log their own.
 */
void sticky_expose(struct call *c);

/* The details of an answer that is call->record. */
void sticky_details(const struct call *c, struct fg_details *out);

#endif /* READER_STICKY_H */
