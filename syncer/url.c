#include "syncer/url.h"

#include <string.h>
#include <strings.h>

#define HOST_END "/?#"

const char *
url_problem(const char *url)
{
	const char *host;
	size_t len;

	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return "is no URL; write https://HOST[:PORT][/PATH]";
	for (const char *p = url; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return "holds a character that no URL has";
	host = strstr(url, "//") + 2;
	len = strcspn(host, HOST_END);
	if (len == 0)
		return "names no host; write https://HOST[:PORT][/PATH]";
	if (memchr(host, '@', len) != NULL)
		return "holds a login; the SDK key is all that is sent";
	return NULL;
}

bool
url_is_secure(const char *url)
{
	return strncmp(url, "https://", 8) == 0;
}

bool
url_in_domain(const char *url, const char *domain)
{
	const char *host = strstr(url, "//") + 2;
	size_t n = strcspn(host, ":" HOST_END), len = strlen(domain);

	if (n < len || strncasecmp(host + n - len, domain, len) != 0)
		return false;
	return n == len || host[n - len - 1] == '.';
}
