/*
 * EVALUATION.md 7.1 and 7.2: from pieces to tokens.
 * The rows of its tables stand here in their order, which decides.
 */
#include <string.h>

#include "reader/user_agent_tokens.h"

/* The current piece and the next three, stripped; those beyond are empty. */
#define WINDOW 4

struct walk {
	struct ua_tokens *out;
	const char *next, *end; /* what is not in the window yet */
	struct ua_text window[WINDOW];
	unsigned n_window; /* pieces of it that are there at all */
	unsigned advance;  /* pieces that the row has used up */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_margin(char c)
{
	switch (c) {
	case '(':
	case ')':
	case ';':
	case ',':
	case '+':
	case '_':
	case '"':
		return true;
	default:
		return false;
	}
}

static struct ua_text
strip(const char *s, const char *end)
{
	while (s < end && is_margin(*s))
		s++;
	while (end > s && is_margin(end[-1]))
		end--;
	return (struct ua_text){s, (size_t)(end - s)};
}

/* Moves the window on by one piece; next is NULL when there is none left. */
static void
window_shift(struct walk *w)
{
	const char *s = w->next;

	w->window[0] = w->window[1];
	w->window[1] = w->window[2];
	w->window[2] = w->window[3];
	w->window[3] = UA_NONE;
	if (s == NULL) {
		w->n_window--;
		return;
	}
	while (s < w->end && *s != ' ' && *s != ';')
		s++;
	w->window[3] = strip(w->next, s);
	w->next = s < w->end ? s + 1 : NULL;
}

static void
window_fill(struct walk *w)
{
	w->n_window = WINDOW;
	for (int i = 0; i < WINDOW; i++)
		w->window[i] = UA_NONE;
	for (int i = 0; i < WINDOW; i++)
		window_shift(w);
}

static void
hint(struct walk *w, unsigned hints)
{
	w->out->hints |= hints;
}

/* A piece that may be a version; it is used up if it is one. */
static struct ua_text
number(struct walk *w, struct ua_text piece)
{
	if (piece.len == 0 || !is_digit(piece.bytes[0]))
		return UA_NONE;
	w->advance++;
	return piece;
}

/* What follows a device's name in its piece, up to the same name again. */
static struct ua_text
model(struct ua_text piece, const char *name, size_t len)
{
	const char *s = piece.bytes + len, *end = piece.bytes + piece.len;
	const char *again = memmem(s, (size_t)(end - s), name, len);

	return strip(s, again != NULL ? again : end);
}

/* Rows 1 to 11. */
static bool
apple(struct walk *w, struct ua_text c, struct ua_text n1, struct ua_text n2,
    struct ua_text n3)
{
	if (UA_BEGINS(c, "AppleTV")) {
		ua_tag(w->out, UA_TEXT("ATV OS X"), UA_NONE);
		w->advance++;
	} else if (UA_IS(c, "like") && UA_IS(n1, "Mac") && UA_IS(n2, "OS")) {
		w->advance += 3;
	} else if (UA_IS(c, "Mac") && UA_IS(n1, "OS")) {
		hint(w, UA_MAC);
		ua_os(w->out, UA_TEXT("Mac OS X"),
		    number(w, UA_IS(n2, "X") ? n3 : n2));
		w->advance += 2;
	} else if (UA_IS(c, "iOS") || UA_IS(c, "iPadOS")) {
		hint(w, UA_IOS);
		ua_os(w->out, UA_TEXT("iOS"), number(w, n1));
		w->advance++;
	} else if (UA_IS(c, "iPhone") && UA_IS(n1, "OS")) {
		ua_os(w->out, UA_TEXT("iOS"), number(w, n2));
		w->advance++;
	} else if (UA_BEGINS(c, "iPad")) {
		hint(w, UA_IOS);
		ua_tag(w->out, UA_TEXT("iPad"), model(c, "iPad", 4));
	} else if (UA_BEGINS(c, "iPhone")) {
		hint(w, UA_IOS);
		ua_tag(w->out, UA_TEXT("iPhone"), model(c, "iPhone", 6));
	} else if (UA_BEGINS(c, "Apple-iPhone7C2")) {
		hint(w, UA_IOS);
		ua_tag(w->out, UA_TEXT("iPhone"), UA_NONE);
	} else if (UA_IS(c, "CPU") && UA_IS(n1, "OS")) {
		ua_tag(w->out, UA_TEXT("CPU OS"), number(w, n2));
		w->advance++;
	} else {
		return false;
	}
	return true;
}

static void
chrome_os(struct walk *w, struct ua_text n1, struct ua_text n2)
{
	struct ua_text version = number(w, n1);

	if (version.len == 0) {
		w->advance++;
		version = number(w, n2);
	}
	ua_os(w->out, UA_TEXT("Chrome OS"), version);
}

static void
windows(struct walk *w, struct ua_text n1, struct ua_text n2)
{
	struct ua_text version;

	hint(w, UA_WINDOWS);
	if (UA_IS(n1, "NT")) {
		version = number(w, n2);
		if (version.len > 0)
			w->advance++;
	} else if (UA_BEGINS(n1, "XP")) {
		version = UA_TEXT("XP");
		w->advance++;
	} else {
		version = number(w, n1);
	}
	ua_os(w->out, UA_TEXT("Windows"), version);
}

/* Rows 12 to 17. */
static bool
system_name(
    struct walk *w, struct ua_text c, struct ua_text n1, struct ua_text n2)
{
	if (UA_IS(c, "CrOS")) {
		chrome_os(w, n1, n2);
	} else if (UA_IS(c, "CrKey")) {
		ua_os(w->out, UA_TEXT("Chromecast"), UA_NONE);
	} else if (UA_IS(c, "PlayStation")) {
		hint(w, UA_PLAYSTATION);
		ua_tag(w->out, c, UA_NONE);
	} else if (UA_IS(c, "Android")) {
		ua_os(w->out, c, number(w, n1));
	} else if (UA_IS(c, "Windows") && UA_IS(n1, "Phone")) {
		ua_os(w->out, UA_TEXT("Windows Phone"), number(w, n2));
		w->advance++;
	} else if (UA_BEGINS(c, "Windows")) {
		windows(w, n1, n2);
	} else {
		return false;
	}
	return true;
}

/* Rows 18 to 25. */
static bool
plain_word(struct walk *w, struct ua_text c, struct ua_text n1)
{
	if (UA_IS(c, "MSIE")) {
		ua_browser(w->out, UA_TEXT("IE"), number(w, n1));
	} else if (UA_IS(c, "Yahoo!") && UA_IS(n1, "Slurp")) {
		ua_tag(w->out, UA_TEXT("Yahoo! Slurp"), UA_NONE);
		w->advance++;
	} else if (UA_IS(c, "Red") && UA_IS(n1, "Hat")) {
		ua_os(w->out, UA_TEXT("Red Hat"), UA_NONE);
		w->advance++;
	} else if (UA_IS(c, "Ubuntu")) {
		ua_os(w->out, c, number(w, n1));
	} else if (UA_IS(c, "Mobile")) {
		hint(w, UA_MOBILE);
		ua_tag(w->out, c, UA_NONE);
	} else if (UA_IS(c, "Linux") || UA_IS(c, "linux")) {
		hint(w, UA_LINUX);
		ua_tag(w->out, UA_TEXT("Linux"), UA_NONE);
	} else if (UA_IS(c, "Nintendo") && UA_IS(n1, "3DS")) {
		ua_tag(w->out, UA_TEXT("NetFront NX"), UA_NONE);
		w->advance++;
	} else {
		return UA_IS(c, "like") || c.len <= 2;
	}
	return true;
}

/* Row 26. */
static bool
robot(struct walk *w, struct ua_text c, struct ua_text n1, struct ua_text n2)
{
	struct ua_text name;

	if (UA_IS(c, "Better") && UA_IS(n1, "Uptime") && UA_IS(n2, "Bot"))
		name = UA_TEXT("Better Uptime Bot");
	else if (UA_IS(c, "Radius") && UA_IS(n1, "Compilance") &&
	    UA_IS(n2, "Bot"))
		name = UA_TEXT("Radius Compilance Bot");
	else if (UA_IS(c, "AdsBot-Google-Mobile"))
		name = UA_TEXT("AdsBot-Google");
	else if (UA_IS(c, "Uptime") && UA_IS(n1, "Monitoring") &&
	    UA_IS(n2, "Bot"))
		name = UA_TEXT("Uptime Monitoring Bot");
	else
		return false;
	ua_bot(w->out, name, UA_NONE);
	return true;
}

/* Whether a text has this word somewhere, its first letter in either case. */
static bool
has_word(struct ua_text t, char lower, char upper, const char *rest, size_t n)
{
	for (size_t i = 0; i + n < t.len; i++)
		if ((t.bytes[i] == lower || t.bytes[i] == upper) &&
		    memcmp(t.bytes + i + 1, rest, n) == 0)
			return true;
	return false;
}

/* A Mac that turns out to be a phone. */
static void
mac_is_ios(struct walk *w)
{
	struct ua_token *os = &w->out->os;

	if (UA_IS(os->tag, "Mac OS X"))
		*os = (struct ua_token){UA_TEXT("iOS"), UA_NONE, 0};
}

/* Section 7.2, products that are browsers by another name or as they are. */
static bool
browser(struct walk *w, struct ua_text t, struct ua_text v)
{
	struct ua_text name = t;

	if (UA_IS(t, "Kindle")) {
		ua_settle_os(w->out, t, v);
	} else if (UA_IS(t, "FxiOS")) {
		name = UA_TEXT("Firefox iOS");
	} else if (UA_IS(t, "EdgiOS")) {
		mac_is_ios(w);
		name = UA_TEXT("Edge Mobile");
	} else if (UA_IS(t, "CriOS")) {
		hint(w, UA_IOS);
		mac_is_ios(w);
		name = UA_TEXT("Chrome Mobile iOS");
	} else if (UA_IS(t, "GSA")) {
		name = UA_TEXT("Google");
	} else if (UA_IS(t, "SamsungBrowser")) {
		name = UA_TEXT("Samsung Internet");
	} else if (UA_IS(t, "NX")) {
		name = UA_TEXT("NetFront NX");
	} else if (UA_IS(t, "IEMobile")) {
		name = UA_TEXT("IE Mobile");
	} else if (!UA_IS(t, "YisouSpider") && !UA_IS(t, "ChatGPT-User") &&
	    !UA_IS(t, "OAI-SearchBot") && !UA_IS(t, "Electron")) {
		return false;
	}
	ua_browser(w->out, name, v);
	return true;
}

/* The rest of section 7.2. */
static void
product(struct walk *w, struct ua_text t, struct ua_text v)
{
	if (UA_IS(t, "Edg")) {
		ua_tag(w->out, UA_TEXT("Edge"), v);
	} else if (UA_IS(t, "OPR")) {
		ua_tag(w->out, UA_TEXT("Opera"), v);
	} else if (UA_IS(t, "HuaweiBrowser")) {
		hint(w, UA_HUAWEI);
		ua_tag(w->out, t, v);
	} else if (has_word(t, 'b', 'B', "ot", 2) ||
	    has_word(t, 'c', 'C', "rawler", 6)) {
		ua_bot(w->out, t, v);
	} else if (UA_IS(t, "Mobile")) {
		hint(w, UA_MOBILE);
		ua_tag(w->out, t, v);
	} else if (UA_IS(t, "Safari")) {
		hint(w, UA_SAFARI);
		ua_tag(w->out, t, v);
	} else if (UA_IS(t, "CFNetwork")) {
		hint(w, UA_CFNETWORK | UA_IOS);
	} else if (has_word(v, 'c', 'c', "rawler", 6)) {
		hint(w, UA_CRAWLER);
	} else if (UA_IS(t, "OculusBrowser")) {
		w->out->os =
		    (struct ua_token){UA_TEXT("Android"), UA_NONE, w->out->n};
	} else {
		ua_tag(w->out, t, v);
	}
}

/* Row 27: a name and a version. */
static void
name_and_version(struct walk *w, struct ua_text c)
{
	const char *s = c.bytes, *end = c.bytes + c.len;
	struct ua_text t, v = UA_NONE;

	while (s < end && *s != '/' && *s != ';' && *s != ':')
		s++;
	t = strip(c.bytes, s);
	if (s < end)
		v = strip(s + 1, end);
	if (t.len == 0)
		t = c;
	if (!browser(w, t, v))
		product(w, t, v);
}

static void
apply_rows(struct walk *w)
{
	const struct ua_text *p = w->window;
	struct ua_text c = p[0];

	if (c.len > 0 && !apple(w, c, p[1], p[2], p[3]) &&
	    !system_name(w, c, p[1], p[2]) && !plain_word(w, c, p[1]) &&
	    !robot(w, c, p[1], p[2]))
		name_and_version(w, c);
}

void
user_agent_tokens(const char *s, size_t n, struct ua_tokens *out)
{
	struct walk w = {.out = out, .next = s, .end = s + n};

	*out = (struct ua_tokens){0};
	window_fill(&w);
	while (w.n_window > 0) {
		w.advance = 1;
		apply_rows(&w);
		while (w.advance-- > 0 && w.n_window > 0)
			window_shift(&w);
	}
}
