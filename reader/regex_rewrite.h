/*
 * regex_rewrite: from the reference's dialect of regular expressions to
 * PCRE2's.
 *
 * The two agree in most.  What differs and can be said in the other's words is
 * rewritten: \h is a hexadecimal digit, \v one character, \uXXXX and \u{X} a
 * code point, {,n} a repeat, and classes nest and know &&, -- and ~~.  What
 * the reference refuses and PCRE2 would take (\Q..\E, \R, \X, \N, \C) is
 * refused here.  Everything else is left for PCRE2 to judge.
 */
#ifndef READER_REGEX_REWRITE_H
#define READER_REGEX_REWRITE_H

#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"

/*
 * The n bytes at p in PCRE2's dialect: malloc'd, *len bytes.  FG_E_INVALID
 * when the reference would not compile it, FG_E_NOMEM.
 */
enum fg_status regex_rewrite(
    const uint8_t *p, size_t n, uint8_t **out, size_t *len);

#endif /* READER_REGEX_REWRITE_H */
