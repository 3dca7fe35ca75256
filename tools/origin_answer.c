/* Answers, and answers that are faults. */
#include "tools/origin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum MHD_Result
origin_answer_bytes(struct MHD_Connection *c, unsigned status, const char *type,
    const char *encoding, const char *extra_name, const char *extra_value,
    const void *p, size_t n)
{
	struct MHD_Response *r = bytes_must(MHD_create_response_from_buffer(
	    n, (void *)(uintptr_t)p, MHD_RESPMEM_MUST_COPY));
	enum MHD_Result rc;

	MHD_add_response_header(r, "Content-Type", type);
	if (encoding != NULL)
		MHD_add_response_header(r, "Content-Encoding", encoding);
	if (extra_name != NULL)
		MHD_add_response_header(r, extra_name, extra_value);
	rc = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return rc;
}

enum MHD_Result
origin_answer_json(struct MHD_Connection *c, unsigned status, const char *text)
{
	return origin_answer_bytes(c, status, "application/json", NULL, NULL,
	    NULL, text, strlen(text));
}

enum MHD_Result
origin_answer_html(
    struct MHD_Connection *c, unsigned status, const char *retry_after)
{
	static const char page[] = "<!DOCTYPE html><html><body>"
				   "forkgate-origin was told to say this"
				   "</body></html>\n";

	return origin_answer_bytes(c, status, "text/html", NULL,
	    retry_after != NULL && retry_after[0] != '\0' ? "Retry-After"
							  : NULL,
	    retry_after, page, sizeof(page) - 1);
}

/* Blanks without end, as far as anyone reads them. */
static ssize_t
blanks(void *cls, uint64_t pos, char *buf, size_t max)
{
	(void)cls;
	(void)pos;
	memset(buf, ' ', max);
	return (ssize_t)max;
}

struct half {
	size_t n;
	char bytes[];
};

/* The first half of what was promised, and then the connection breaks. */
static ssize_t
first_half(void *cls, uint64_t pos, char *buf, size_t max)
{
	const struct half *half = cls;
	size_t n = half->n / 2;

	if (pos >= n)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n -= (size_t)pos;
	n = n < max ? n : max;
	memcpy(buf, half->bytes + pos, n);
	return (ssize_t)n;
}

static enum MHD_Result
answer_stream(struct MHD_Connection *c, uint64_t size,
    MHD_ContentReaderCallback reader, void *cls)
{
	struct MHD_Response *r = bytes_must(MHD_create_response_from_callback(
	    size, 65536, reader, cls, cls == NULL ? NULL : free));
	enum MHD_Result rc;

	MHD_add_response_header(r, "Content-Type", "application/json");
	rc = MHD_queue_response(c, 200, r);
	MHD_destroy_response(r);
	return rc;
}

enum MHD_Result
origin_answer_truncated(struct MHD_Connection *c, const void *p, size_t n)
{
	struct half *half = bytes_must(malloc(sizeof(*half) + n));

	half->n = n;
	memcpy(half->bytes, p, n);
	return answer_stream(c, n, first_half, half);
}

/*
 * Answers with one of the faults that know no endpoint, if it is one.  The
 * lock is held.
 */
bool
origin_answer_fault(
    struct MHD_Connection *c, const struct fault *f, enum MHD_Result *rc)
{
	static const char bad_gzip[] =
	    "\x1f\x8b\x08 this is no deflated stream";
	struct bytes bomb = {0};
	size_t number = strtoul(f->arg, NULL, 10);

	if (strspn(f->kind, "0123456789") == strlen(f->kind)) {
		*rc = origin_answer_html(
		    c, (unsigned)strtoul(f->kind, NULL, 10), f->arg);
	} else if (strcmp(f->kind, "html") == 0) {
		*rc = origin_answer_html(c, 200, NULL);
	} else if (strcmp(f->kind, "empty") == 0) {
		*rc = origin_answer_json(c, 200, "");
	} else if (strcmp(f->kind, "redirect") == 0) {
		*rc = origin_answer_bytes(
		    c, 302, "text/plain", NULL, "Location", f->arg, "", 0);
	} else if (strcmp(f->kind, "huge") == 0) {
		*rc = answer_stream(c, number * BYTES_MEGABYTE, blanks, NULL);
	} else if (strcmp(f->kind, "bomb") == 0) {
		bytes_bomb(number, &bomb);
		*rc = origin_answer_bytes(c, 200, "application/json", "gzip",
		    NULL, NULL, bomb.p, bomb.n);
		bytes_free(&bomb);
	} else if (strcmp(f->kind, "badgzip") == 0) {
		*rc = origin_answer_bytes(c, 200, "application/json", "gzip",
		    NULL, NULL, bad_gzip, sizeof(bad_gzip) - 1);
	} else {
		return false;
	}
	return true;
}
