#include "common/jsonw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/endian.h"
#include "common/number.h"
#include "common/utf8.h"

void
jsonw_init(struct jsonw *w, char *text, size_t cap)
{
	*w = (struct jsonw){.text = text, .cap = cap};
}

void
jsonw_new(struct jsonw *w)
{
	*w = (struct jsonw){.grows = true};
}

void
jsonw_free(struct jsonw *w)
{
	if (w->grows)
		free(w->text);
	*w = (struct jsonw){.grows = w->grows};
}

void
jsonw_clear(struct jsonw *w)
{
	w->len = 0;
	w->comma = false;
	w->status = FG_OK;
}

static bool
make_room(struct jsonw *w, size_t n)
{
	size_t cap = w->cap < 256 ? 256 : w->cap;
	char *text;

	if (w->status != FG_OK)
		return false;
	if (n <= w->cap - w->len)
		return true;
	if (!w->grows) {
		w->status = FG_E_SPACE;
		return false;
	}
	while (cap - w->len < n && cap <= SIZE_MAX / 4)
		cap *= 2;
	text = cap - w->len < n ? NULL : realloc(w->text, cap);
	if (text == NULL) {
		w->status = FG_E_NOMEM;
		return false;
	}
	w->text = text;
	w->cap = cap;
	return true;
}

static void
put(struct jsonw *w, const void *data, size_t n)
{
	if (n == 0 || !make_room(w, n))
		return;
	memcpy(w->text + w->len, data, n);
	w->len += n;
}

static void
put_char(struct jsonw *w, char c)
{
	if (w->status == FG_OK && w->len < w->cap)
		w->text[w->len++] = c;
	else
		put(w, &c, 1);
}

static void
before_value(struct jsonw *w)
{
	if (w->comma)
		put_char(w, ',');
	w->comma = true;
}

static void
begin(struct jsonw *w, char bracket)
{
	before_value(w);
	put_char(w, bracket);
	w->comma = false;
}

static void
end(struct jsonw *w, char bracket)
{
	put_char(w, bracket);
	w->comma = true;
}

void
jsonw_begin_object(struct jsonw *w)
{
	begin(w, '{');
}

void
jsonw_end_object(struct jsonw *w)
{
	end(w, '}');
}

void
jsonw_begin_array(struct jsonw *w)
{
	begin(w, '[');
}

void
jsonw_end_array(struct jsonw *w)
{
	end(w, ']');
}

static void
put_escape(struct jsonw *w, uint8_t c)
{
	static const char letters[] = "btn\0fr";
	static const char digits[] = "0123456789abcdef";
	char esc[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};

	if (c >= 0x20 || (c >= 8 && c <= 13 && c != 11)) {
		esc[1] = c >= 0x20 ? (char)c : letters[c - 8];
		put(w, esc, 2);
	} else {
		put(w, esc, sizeof(esc));
	}
}

static bool
is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* A high bit where a byte of x is zero; where none is, there is none. */
static uint64_t
zeros(uint64_t x)
{
	return (x - EACH(1)) & ~x & EACH(0x80);
}

/* How many plain bytes there are at p, eight at a time where all are. */
static size_t
plain_run(const uint8_t *p, size_t n)
{
	size_t run = 0;

	for (; n - run >= 8; run += 8) {
		uint64_t x = le64dec(p + run);
		uint64_t control = (x - EACH(0x20)) & ~x & EACH(0x80);

		if (((x & EACH(0x80)) | control | zeros(x ^ EACH('"')) |
			zeros(x ^ EACH('\\'))) != 0)
			break;
	}
	while (run < n && is_plain(p[run]))
		run++;
	return run;
}

static void
put_text(struct jsonw *w, const uint8_t *p, size_t n)
{
	uint32_t cp;
	size_t run, len;

	put_char(w, '"');
	while (n > 0) {
		run = plain_run(p, n);
		put(w, p, run);
		p += run;
		n -= run;
		if (n == 0)
			break;
		len = utf8_next((const char *)p, n, &cp);
		if (cp < 0x80)
			put_escape(w, p[0]);
		else if (cp == UTF8_REPLACEMENT)
			put(w, "\xef\xbf\xbd", 3);
		else
			put(w, p, len);
		p += len;
		n -= len;
	}
	put_char(w, '"');
}

void
jsonw_key_n(struct jsonw *w, const void *name, size_t n)
{
	before_value(w);
	put_text(w, name, n);
	put_char(w, ':');
	w->comma = false;
}

void
jsonw_key(struct jsonw *w, const char *name)
{
	jsonw_key_n(w, name, strlen(name));
}

void
jsonw_text_n(struct jsonw *w, const void *text, size_t n)
{
	before_value(w);
	put_text(w, text, n);
}

void
jsonw_text(struct jsonw *w, const char *text)
{
	jsonw_text_n(w, text, strlen(text));
}

static void
put_digits(struct jsonw *w, uint64_t x, bool negative)
{
	char digits[21];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + x % 10);
		x /= 10;
	} while (x > 0);
	if (negative)
		digits[--at] = '-';
	put(w, digits + at, sizeof(digits) - at);
}

static uint64_t
magnitude(int64_t x)
{
	return x < 0 ? -(uint64_t)x : (uint64_t)x;
}

void
jsonw_u64(struct jsonw *w, uint64_t x)
{
	before_value(w);
	put_digits(w, x, false);
}

void
jsonw_i64(struct jsonw *w, int64_t x)
{
	before_value(w);
	put_digits(w, magnitude(x), x < 0);
}

void
jsonw_u64_text(struct jsonw *w, uint64_t x)
{
	before_value(w);
	put_char(w, '"');
	put_digits(w, x, false);
	put_char(w, '"');
}

void
jsonw_i64_text(struct jsonw *w, int64_t x)
{
	before_value(w);
	put_char(w, '"');
	put_digits(w, magnitude(x), x < 0);
	put_char(w, '"');
}

void
jsonw_f64(struct jsonw *w, double x)
{
	char text[32];

	before_value(w);
	if (isfinite(x))
		put(w, text, number_json(x, text, sizeof(text)));
	else
		put(w, "null", 4);
}

void
jsonw_bool(struct jsonw *w, bool x)
{
	before_value(w);
	put(w, x ? "true" : "false", x ? 4 : 5);
}

void
jsonw_bool_text(struct jsonw *w, bool x)
{
	jsonw_text(w, x ? "true" : "false");
}

void
jsonw_null(struct jsonw *w)
{
	before_value(w);
	put(w, "null", 4);
}

void
jsonw_raw(struct jsonw *w, const void *json, size_t n)
{
	before_value(w);
	put(w, json, n);
}
