/*
 * flush: asks the syncer to ship all that was appended so far, and waits.
 *
 * The request is a file, flush-<random id>, in the queue folder, which holds the
 * name of a project, or nothing for all of them.  The syncer unlinks it when everything that was there before it has been accepted;
 * the asker, who keeps it open, sees its last link go.
 */
#ifndef READER_FLUSH_H
#define READER_FLUSH_H

#include "common/forkgate_status.h"

/* project "": all.  FG_E_TIMEOUT: not done in time, and the request is withdrawn. */
enum fg_status flush_request(int dirfd, const char *project, int timeout_ms);

#endif /* READER_FLUSH_H */
