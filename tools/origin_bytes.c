#include "tools/origin_bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ZLIB_CONST
#include <zlib.h>

#include "common/endian.h"

void *
bytes_must(void *p)
{
	if (p == NULL) {
		fputs("forkgate-origin: out of memory\n", stderr);
		_exit(1);
	}
	return p;
}

void
bytes_add(struct bytes *b, const void *p, size_t n)
{
	if (b->cap - b->n < n) {
		b->cap = (b->n + n) * 2;
		b->p = bytes_must(realloc(b->p, b->cap));
	}
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
}

void
bytes_printf(struct bytes *b, const char *format, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(&text, format, ap);
	va_end(ap);
	if (n < 0)
		bytes_must(NULL);
	bytes_add(b, text, (size_t)n);
	free(text);
}

void
bytes_quote(struct bytes *b, const char *s)
{
	bytes_add(b, "\"", 1);
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ')
			bytes_printf(b, "\\u%04x", (unsigned)*s);
		else
			bytes_printf(
			    b, "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
	}
	bytes_add(b, "\"", 1);
}

void
bytes_free(struct bytes *b)
{
	free(b->p);
	*b = (struct bytes){0};
}

void
bytes_gzip(const void *data, size_t n, struct bytes *out)
{
	z_stream z = {0};
	size_t cap;

	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		bytes_must(NULL);
	cap = deflateBound(&z, n);
	out->p = bytes_must(realloc(out->p, cap));
	out->cap = cap;
	z.next_in = data;
	z.avail_in = (uInt)n;
	z.next_out = (Bytef *)out->p;
	z.avail_out = (uInt)cap;
	deflate(&z, Z_FINISH);
	out->n = z.total_out;
	deflateEnd(&z);
}

/* False if the bytes are not one whole gzip stream within BYTES_MAX. */
bool
bytes_gunzip(const struct bytes *in, struct bytes *out)
{
	z_stream z = {0};
	Bytef block[65536];
	int rc = Z_OK;

	if (inflateInit2(&z, 15 + 16) != Z_OK)
		bytes_must(NULL);
	z.next_in = (const Bytef *)in->p;
	z.avail_in = (uInt)in->n;
	while (rc == Z_OK && out->n < BYTES_MAX) {
		z.next_out = block;
		z.avail_out = sizeof(block);
		rc = inflate(&z, Z_NO_FLUSH);
		bytes_add(out, block, sizeof(block) - z.avail_out);
	}
	inflateEnd(&z);
	return rc == Z_STREAM_END && z.avail_in == 0;
}

/* A whole gzip stream of so many megabytes of blanks: small on the wire. */
void
bytes_bomb(size_t megabytes, struct bytes *out)
{
	static const uint8_t header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
	static const uint8_t last[5] = {1, 0, 0, 0xff, 0xff};
	Bytef *plain = bytes_must(malloc(BYTES_MEGABYTE)),
	      *block = bytes_must(malloc(BYTES_MEGABYTE));
	uint8_t trailer[8];
	z_stream z = {0};
	uLong one, sum = 0;

	memset(plain, ' ', BYTES_MEGABYTE);
	one = crc32(0, plain, (uInt)BYTES_MEGABYTE);
	if (deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		bytes_must(NULL);
	z.next_in = plain;
	z.avail_in = (uInt)BYTES_MEGABYTE;
	z.next_out = block;
	z.avail_out = (uInt)BYTES_MEGABYTE;
	deflate(&z, Z_FULL_FLUSH);
	bytes_add(out, header, sizeof(header));
	for (size_t i = 0; i < megabytes; i++) {
		bytes_add(out, block, z.total_out);
		sum = crc32_combine(sum, one, (z_off_t)BYTES_MEGABYTE);
	}
	bytes_add(out, last, sizeof(last));
	le32enc(trailer, (uint32_t)sum);
	le32enc(trailer + 4, (uint32_t)(megabytes * BYTES_MEGABYTE));
	bytes_add(out, trailer, sizeof(trailer));
	deflateEnd(&z);
	free(plain);
	free(block);
}
