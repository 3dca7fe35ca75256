#include "syncer/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HIDDEN_MIN 4

struct hidden {
	struct hidden *next;
	size_t len;
	char *secret, *shown;
};

static struct {
	enum log_level level;
	bool journal;
	struct hidden *hidden; /* longest first: one may contain another */
} logger = {.level = LOG_AT_INFO};

/* systemd names the stream that it reads: is standard error that one? */
static bool
journal_listens(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	    fstat(STDERR_FILENO, &st) == 0 && st.st_dev == (dev_t)dev &&
	    st.st_ino == (ino_t)ino;
}

void
log_init(enum log_level level)
{
	logger.level = level;
	logger.journal = journal_listens();
}

static void
hidden_free(struct hidden *h)
{
	if (h->secret != NULL)
		explicit_bzero(h->secret, h->len);
	free(h->secret);
	free(h->shown);
	free(h);
}

void
log_hide(const char *secret, const char *shown)
{
	struct hidden *h, **at = &logger.hidden;
	size_t len = strlen(secret);

	if (len < HIDDEN_MIN)
		return;
	for (h = logger.hidden; h != NULL; h = h->next)
		if (strcmp(h->secret, secret) == 0)
			return;
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		abort(); /* rather no syncer than one that tells its key */
	h->len = len;
	h->secret = strdup(secret);
	h->shown = strdup(shown);
	if (h->secret == NULL || h->shown == NULL)
		abort();
	while (*at != NULL && (*at)->len >= len)
		at = &(*at)->next;
	h->next = *at;
	*at = h;
}

void
log_forget(void)
{
	struct hidden *h, *next;

	for (h = logger.hidden; h != NULL; h = next) {
		next = h->next;
		hidden_free(h);
	}
	logger.hidden = NULL;
}

static const struct hidden *
hidden_at(const char *text)
{
	const struct hidden *h;

	for (h = logger.hidden; h != NULL; h = h->next)
		if (strncmp(text, h->secret, h->len) == 0)
			return h;
	return NULL;
}

char *
log_scrub(char *dst, size_t cap, const char *text)
{
	size_t n = 0;

	while (*text != '\0' && n + 1 < cap) {
		const struct hidden *h = hidden_at(text);

		if (h == NULL) {
			bool control =
			    (unsigned char)*text < ' ' || *text == 0x7f;

			dst[n++] = control ? ' ' : *text;
			text++;
			continue;
		}
		for (const char *s = h->shown; *s != '\0' && n + 1 < cap; s++)
			dst[n++] = *s;
		text += h->len;
	}
	dst[n] = '\0';
	return dst;
}

static size_t
line_head(char *dst, size_t cap, enum log_level level)
{
	static const int priorities[] = {3, 4, 6, 7};
	static const char *const names[] = {
	    "error", "warning", "info", "debug"};
	struct timespec now;
	struct tm tm;
	size_t n;

	if (logger.journal)
		return (size_t)snprintf(dst, cap, "<%d>", priorities[level]);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(dst, cap, "%Y-%m-%dT%H:%M:%S", &tm);
	return n +
	    (size_t)snprintf(dst + n, cap - n,
		".%03ldZ %s: ", now.tv_nsec / 1000000, names[level]);
}

static void log_line(enum log_level level, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
log_line(enum log_level level, const char *format, va_list ap)
{
	char text[LOG_LINE_MAX], line[LOG_LINE_MAX + 64];
	size_t n;
	int keep = errno;

	if (level > logger.level)
		return;
	/*
	 * A secret that the end of `text` cuts in two would not be recognised:
	 * a line that long loses its last bytes as well.
	 */
	if (vsnprintf(text, sizeof(text), format, ap) >= (int)sizeof(text))
		text[sizeof(text) - 1 - LOG_LINE_MAX / 4] = '\0';
	n = line_head(line, sizeof(line), level);
	log_scrub(line + n, sizeof(line) - n - 1, text);
	n += strlen(line + n);
	line[n++] = '\n';
	while (write(STDERR_FILENO, line, n) < 0 && errno == EINTR)
		;
	errno = keep;
}

void
log_error(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_line(LOG_AT_ERROR, format, ap);
	va_end(ap);
}

void
log_warn(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_line(LOG_AT_WARN, format, ap);
	va_end(ap);
}

void
log_info(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_line(LOG_AT_INFO, format, ap);
	va_end(ap);
}

void
log_debug(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_line(LOG_AT_DEBUG, format, ap);
	va_end(ap);
}
