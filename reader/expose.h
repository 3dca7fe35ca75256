/*
 * expose: exposures, from an evaluation to the queue.
 */
#ifndef READER_EXPOSE_H
#define READER_EXPOSE_H

#include "common/expose_key.h"
#include "reader/call.h"

/*
 * Encodes the exposure of a call, and of the experiments that it asked for on
 * the way, unless this process has logged them lately.  Leaves nothing behind
 * but call->events.  There must be a queue.
 */
void expose_prepare(struct call *c);

/*
 * Appends what was prepared and remembers it.  FG_ABSENT: nothing was, because
 * it had not been encoded and is to be; see call.in_full.
 */
enum fg_status expose_commit(struct call *c);

/*
 * True when it was logged within the time to live; also ends that time.  now_ms
 * is expose_now_ms(): if that clock is put back, the time ends, too.
 */
bool expose_is_repeat(struct fg_session *ses, uint64_t key, uint64_t now_ms);

/* Appends one record of this user and remembers its key. */
enum fg_status expose_append(struct fg_session *ses, struct queue_user *user,
    uint64_t key, const uint8_t *record, size_t n);

uint64_t expose_now_ms(void); /* unix time, to the kernel's tick */

#endif /* READER_EXPOSE_H */
