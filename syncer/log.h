/*
 * log: lines on standard error, and no secrets in them.
 *
 * Only the syncer logs, and it logs where it decides what comes next.  Under
 * systemd a line begins with its priority for the journal, which knows the
 * time already; elsewhere it begins with time and level.  Each line is one
 * write; what would break it in two is replaced.
 *
 * A secret that was handed to log_hide() leaves in no line, in whatever text
 * it arrives: an error of libcurl, a URL, a server's answer.
 *
 * One thread.
 */
#ifndef SYNCER_LOG_H
#define SYNCER_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level {
	LOG_AT_ERROR, /* something does not work and a person should look */
	LOG_AT_WARN,  /* something is odd, or lost; all goes on */
	LOG_AT_INFO,  /* what changed */
	LOG_AT_DEBUG, /* every request */
};

#define LOG_LINE_MAX 1024 /* longer lines are cut */

/* Lines above `level` are left out.  Finds out whether the journal listens. */
void log_init(enum log_level level);

/*
 * From now on `secret` is replaced by `shown`.  Both are copied.  A secret
 * shorter than four bytes would tear other words apart and is not accepted.
 */
void log_hide(const char *secret, const char *shown);

/* Forgets what is hidden, and wipes it. */
void log_forget(void);

/*
 * Copies text to dst, which has room for cap bytes, with what is hidden
 * replaced and control characters turned into blanks; cut where it is too
 * long.  Returns dst.  For texts that go elsewhere than to the log.
 */
char *log_scrub(char *dst, size_t cap, const char *text);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* SYNCER_LOG_H */
