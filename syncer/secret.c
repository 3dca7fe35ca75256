#include "syncer/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "syncer/log.h"

#define SHOWN 5 /* characters after the prefix, as the reference masks */

static bool
unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || strchr("-._~", c) != NULL;
}

static void
percent_encode(char *dst, const char *src)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *src != '\0'; src++) {
		if (unreserved(*src)) {
			*dst++ = *src;
			continue;
		}
		*dst++ = '%';
		*dst++ = hex[(unsigned char)*src >> 4];
		*dst++ = hex[(unsigned char)*src & 15];
	}
	*dst = '\0';
}

/* Of a key so short that five characters would be half of it, none is shown. */
static void
mask(struct secret *s)
{
	const char *rest = s->key + sizeof(SECRET_PREFIX) - 1;
	int shown = strlen(rest) >= SHOWN * 2 ? SHOWN : 0;

	snprintf(s->masked, sizeof(s->masked), "%s%.*s*****", SECRET_PREFIX,
	    shown, rest);
}

enum fg_status
secret_set(struct secret *s, const char *text, size_t n, const char **why)
{
	const size_t prefix = sizeof(SECRET_PREFIX) - 1;

	while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
		n--;
	for (; n > 0 && strchr(" \t\r\n", *text) != NULL; n--)
		text++;
	*why = NULL;
	if (n == 0)
		*why = "there is nothing in it";
	else if (n < prefix || memcmp(text, SECRET_PREFIX, prefix) != 0)
		*why = "a server key begins with secret-";
	else if (n == prefix)
		*why = "nothing follows secret-";
	else if (n > SECRET_MAX)
		*why = "it is longer than 256 characters";
	for (size_t i = 0; i < n && *why == NULL; i++)
		if (text[i] <= ' ' || text[i] > '~')
			*why = "it holds a character that no key has";
	if (*why != NULL)
		return FG_E_INVALID;
	memcpy(s->key, text, n);
	s->key[n] = '\0';
	percent_encode(s->encoded, s->key);
	mask(s);
	log_hide(s->key, s->masked);
	if (strcmp(s->key, s->encoded) != 0)
		log_hide(s->encoded, s->masked);
	return FG_OK;
}

enum fg_status
secret_read(struct secret *s, const char *path, const char **why)
{
	char text[SECRET_MAX * 2];
	enum fg_status status;
	size_t n = 0;
	ssize_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && n < sizeof(text) &&
	    (got = read(fd, text + n, sizeof(text) - n)) > 0)
		n += (size_t)got;
	if (fd < 0 || got < 0) {
		int keep = errno;

		if (fd >= 0)
			close(fd);
		*why = strerror(keep);
		errno = keep;
		return FG_E_IO;
	}
	close(fd);
	status = secret_set(s, text, n, why);
	explicit_bzero(text, sizeof(text));
	return status;
}

void
secret_wipe(struct secret *s)
{
	explicit_bzero(s, sizeof(*s));
}
