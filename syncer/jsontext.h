/*
 * jsontext: may a worker's text go into a request as it is?
 *
 * Stricter than what is asked of a server's text: exactly one value and nothing
 * around it, so that no text can end the place it was put into, and nothing at
 * which a common parser might stumble, because that would cost the events of
 * others in the same request.
 */
#ifndef SYNCER_JSONTEXT_H
#define SYNCER_JSONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#define JSONTEXT_DEPTH 100 /* objects and arrays within each other */

bool jsontext_object_ok(const char *text, size_t n);
bool jsontext_number_ok(const char *text, size_t n);

#endif /* SYNCER_JSONTEXT_H */
