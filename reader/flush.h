/*
 * flush: asks the syncer to ship all that was appended so far, and waits.
 *
 * The request is an empty file, flush-<random id>, in the queue folder.  The
 * syncer unlinks it when everything that was there before it has been accepted;
 * the asker, who keeps it open, sees its last link go.
 */
#ifndef READER_FLUSH_H
#define READER_FLUSH_H

#include "common/forkgate_status.h"

/* FG_E_TIMEOUT: not done in time, and the request is withdrawn. */
enum fg_status flush_request(int dirfd, int timeout_ms);

#endif /* READER_FLUSH_H */
