/*
 * forkgate_status: how a call went.
 *
 * Zero means done.  A positive value is an answer that is not a failure, a
 * negative value is a failure.  The numbers are part of the library's ABI: new
 * ones are added at the ends and old ones keep their meaning.
 */
#ifndef FORKGATE_STATUS_H
#define FORKGATE_STATUS_H

#define FG_API __attribute__((visibility("default")))

enum fg_status {
	FG_ABSENT = 2,          /* there is no such thing; nothing is wrong */
	FG_END = 1,             /* a walk has reached its end */
	FG_OK = 0,              /* done */
	FG_E_NOMEM = -1,        /* out of memory */
	FG_E_IO = -2,           /* a system call failed; errno says how */
	FG_E_CORRUPT = -3,      /* stored bytes do not hold together */
	FG_E_VERSION = -4,      /* written by a newer forkgate than this one */
	FG_E_SPACE = -5,        /* does not fit where it was to go */
	FG_E_INVALID = -6,      /* an argument or an input is not valid */
	FG_E_TIMEOUT = -7,      /* the time given was over first */
	FG_E_NOT_READY = -8,    /* there are no rules yet */
	FG_E_BUSY = -9,         /* another process holds what this one needs */
	FG_E_UNSUPPORTED = -10, /* not possible on this system or file system */
};

#ifdef __cplusplus
extern "C" {
#endif

/* A short phrase in lower case, for logs; never NULL, never freed. */
FG_API const char *fg_strerror(enum fg_status st);

#ifdef __cplusplus
}
#endif

#endif /* FORKGATE_STATUS_H */
