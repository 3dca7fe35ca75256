/*
 * sticky_check: looks through an LMDB file without LMDB, which trusts its file
 * and would take the process along with it.
 */
#ifndef READER_STICKY_CHECK_H
#define READER_STICKY_CHECK_H

#include <stdbool.h>

#include "common/forkgate_status.h"

/*
 * Whether LMDB can walk all of it without a step outside.  FG_E_CORRUPT when
 * not, FG_E_NOMEM, FG_E_IO.  An empty file is fine: LMDB fills it.  Nobody may
 * write to it meanwhile.
 */
enum fg_status sticky_check(int fd);

/*
 * Without looking further: whether the file is as long as its head says, so
 * that nothing of it was cut off.  False also when it cannot be told.  Others
 * may write to it.
 */
bool sticky_check_is_long(int fd);

#endif /* READER_STICKY_CHECK_H */
