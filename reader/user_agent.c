/* EVALUATION.md 7.3: from tokens to answers. */
#include "reader/user_agent.h"

#include <string.h>

#include "reader/user_agent_tokens.h"

/* The pieces of a version that count, and of those cut to leading digits. */
#define MAX_PIECES  4
#define DIGITS_ONLY 1

static struct ua_text
windows_version(struct ua_text v)
{
	if (UA_IS(v, "5.1") || UA_IS(v, "5.2"))
		return UA_TEXT("XP");
	if (UA_IS(v, "6.0"))
		return UA_TEXT("Vista");
	if (UA_IS(v, "6.1"))
		return UA_TEXT("7");
	if (UA_IS(v, "6.3"))
		return UA_TEXT("8.1");
	if (UA_IS(v, "10.0"))
		return UA_TEXT("10");
	return UA_TEXT("0.0.0");
}

static bool
is_separator(char c)
{
	return c == '_' || c == ',' || c == '.';
}

/* The pieces of a version, joined with dots; no longer than it was. */
static size_t
join_pieces(struct ua_text v, int n_pieces, char *dst)
{
	const char *s = v.bytes, *end = s + v.len;
	size_t n = 0;

	if (end > s && is_separator(end[-1]))
		end--;
	for (int i = 0; i < n_pieces; i++) {
		bool cut = false;

		for (; s < end && !is_separator(*s); s++) {
			if (i == DIGITS_ONLY && (*s < '0' || *s > '9'))
				cut = true;
			if (!cut)
				dst[n++] = *s;
		}
		if (s == end || i == n_pieces - 1)
			break;
		dst[n++] = '.';
		s++;
	}
	return n;
}

static struct ua_text
version_text(const struct ua_token *t, char room[USER_AGENT_MAX])
{
	bool short_one = UA_IS(t->tag, "YaBrowser") || UA_IS(t->tag, "Opera") ||
	    UA_IS(t->tag, "NetFront NX");

	if (t->version.len == 0)
		return UA_TEXT("0.0.0");
	if (UA_IS(t->tag, "Windows"))
		return windows_version(t->version);
	return (struct ua_text){room,
	    join_pieces(
		t->version, short_one ? MAX_PIECES - 1 : MAX_PIECES, room)};
}

static bool
has(const struct ua_token *t)
{
	return t->tag.len > 0;
}

/* Of two tokens that may both be there, the one that came first. */
static struct ua_token
earlier(const struct ua_token *a, const struct ua_token *b)
{
	if (!has(a) || (has(b) && b->at < a->at))
		return *b;
	return *a;
}

static struct ua_token
only_name(struct ua_text name)
{
	return (struct ua_token){name, UA_NONE, 0};
}

static struct ua_token
find_os(const struct ua_tokens *t)
{
	struct ua_token found = t->os;

	if (has(&found))
		return found;
	found = t->system;
	if ((t->hints & UA_IOS) != 0)
		found = earlier(&found, &t->cpu_os);
	if ((t->hints & UA_IOS) != 0 && (t->hints & UA_MAC) != 0)
		found = earlier(&found, &t->safari_os);
	if (has(&found))
		return found;
	if ((t->hints & UA_IOS) != 0)
		return only_name(UA_TEXT("iOS"));
	if ((t->hints & UA_MAC) != 0)
		return only_name(UA_TEXT("Mac OS X"));
	if ((t->hints & UA_WINDOWS) != 0)
		return only_name(UA_TEXT("Windows"));
	if ((t->hints & UA_LINUX) != 0)
		return only_name(UA_TEXT("Linux"));
	return only_name(UA_TEXT("Other"));
}

/* A browser's name when the token of *found decides, which it may change. */
static struct ua_text
product_name(const struct ua_tokens *t, struct ua_token *found)
{
	bool mobile = (t->hints & UA_MOBILE) != 0;
	struct ua_text tag = found->tag;

	if (UA_IS(tag, "Firefox"))
		return mobile ? UA_TEXT("Firefox Mobile") : tag;
	if (UA_IS(tag, "Edge"))
		return mobile ? UA_TEXT("Edge Mobile") : tag;
	if (UA_IS(tag, "Opera"))
		return mobile ? UA_TEXT("Opera Mobile") : tag;
	if (UA_IS(tag, "YaBrowser"))
		return UA_TEXT("Yandex Browser");
	if (UA_IS(tag, "Silk") && (t->hints & UA_PLAYSTATION) == 0)
		return UA_TEXT("Amazon Silk");
	if (UA_IS(tag, "Silk")) {
		found->version = UA_NONE;
		return UA_TEXT("NetFront NX");
	}
	return tag;
}

static struct ua_text
chrome_name(const struct ua_tokens *t, struct ua_token *found)
{
	bool has_version = t->chrome.version.len > 0;

	*found = t->chrome;
	if (has(&t->version))
		return UA_TEXT("Chrome Mobile WebView");
	if ((t->hints & UA_MOBILE) != 0 && has_version &&
	    (t->hints & UA_HUAWEI) == 0)
		return UA_TEXT("Chrome Mobile");
	if (!has_version && has(&t->android))
		*found = t->android;
	return found->tag;
}

/* An application on Apple's network library goes by its own name. */
static struct ua_text
application_name(const struct ua_tokens *t, struct ua_token *found)
{
	*found = t->first;
	if (!UA_IS(found->tag, "NetworkingExtension"))
		return found->tag;
	*found = t->second;
	return UA_TEXT("CFNetwork");
}

/* The name of the browser, and in *found the token of its version. */
static struct ua_text
find_browser(const struct ua_tokens *t, struct ua_token *found)
{
	*found = t->browser;
	if (has(found))
		return found->tag;
	*found = t->product;
	if (has(found))
		return product_name(t, found);
	if (has(&t->chrome))
		return chrome_name(t, found);
	*found = t->android;
	if (has(found))
		return found->tag;
	if ((t->hints & UA_CFNETWORK) != 0 && t->n > 0)
		return application_name(t, found);
	if ((t->hints & UA_SAFARI) != 0) {
		*found = t->version;
		return (t->hints & UA_MOBILE) != 0 && (t->hints & UA_MAC) == 0
		    ? UA_TEXT("Mobile Safari")
		    : UA_TEXT("Safari");
	}
	if ((t->hints & UA_IOS) != 0)
		return UA_TEXT("Mobile Safari UI/WKWebView");
	if ((t->hints & UA_CRAWLER) != 0)
		return UA_TEXT("crawler");
	return UA_TEXT("Other");
}

bool
user_agent_parse(const char *s, size_t n, struct user_agent *out)
{
	struct ua_tokens tokens;
	struct ua_token os, browser;

	if (n > USER_AGENT_MAX)
		return false;
	user_agent_tokens(s, n, &tokens);
	os = find_os(&tokens);
	out->answers[USER_AGENT_OS_NAME] = os.tag;
	out->answers[USER_AGENT_OS_VERSION] =
	    version_text(&os, out->os_version);
	out->answers[USER_AGENT_BROWSER_NAME] = find_browser(&tokens, &browser);
	out->answers[USER_AGENT_BROWSER_VERSION] =
	    version_text(&browser, out->browser_version);
	return true;
}

bool
user_agent_field(const void *field, size_t n, enum user_agent_answer *answer)
{
	static const struct {
		struct ua_text name;
		enum user_agent_answer answer;
	} fields[] = {
	    {{"os_name", 7}, USER_AGENT_OS_NAME},
	    {{"osname", 6}, USER_AGENT_OS_NAME},
	    {{"os_version", 10}, USER_AGENT_OS_VERSION},
	    {{"osversion", 9}, USER_AGENT_OS_VERSION},
	    {{"browser_name", 12}, USER_AGENT_BROWSER_NAME},
	    {{"browsername", 11}, USER_AGENT_BROWSER_NAME},
	    {{"browser_version", 15}, USER_AGENT_BROWSER_VERSION},
	    {{"browserversion", 14}, USER_AGENT_BROWSER_VERSION},
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (n == fields[i].name.len &&
		    memcmp(field, fields[i].name.bytes, n) == 0) {
			*answer = fields[i].answer;
			return true;
		}
	return false;
}
