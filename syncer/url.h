/*
 * url: what a URL must look like before anything is asked of it.
 */
#ifndef SYNCER_URL_H
#define SYNCER_URL_H

#include <stdbool.h>

/*
 * NULL, or what is wrong with it as "is no ..." and so on: it is not http or
 * https, names no host, holds a login or what no URL has.
 */
const char *url_problem(const char *url);

/* Does it say https? */
bool url_is_secure(const char *url);

/*
 * Is its host this domain or one below it?  url has no problem; domain is in
 * lower case.
 */
bool url_in_domain(const char *url, const char *domain);

#endif /* SYNCER_URL_H */
