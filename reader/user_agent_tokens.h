/*
 * user_agent_tokens: what is found on the way through a user agent text.
 *
 * Only between user_agent's sources.  A text is read once from left to
 * right, and of its tokens those are kept that an answer can come from, so
 * that no list of them is needed.
 */
#ifndef READER_USER_AGENT_TOKENS_H
#define READER_USER_AGENT_TOKENS_H

#include "reader/user_agent.h"

/* A constant as a text. */
#define UA_TEXT(s) ((struct ua_text){(s), sizeof(s) - 1})
#define UA_NONE    ((struct ua_text){"", 0})

/* Whether a text is a constant, or begins with it. */
#define UA_IS(t, s) ((t).len == sizeof(s) - 1 && !memcmp((t).bytes, s, (t).len))
#define UA_BEGINS(t, s) \
	((t).len >= sizeof(s) - 1 && !memcmp((t).bytes, s, sizeof(s) - 1))

enum ua_hint {
	UA_MOBILE = 1 << 0,
	UA_IOS = 1 << 1,
	UA_MAC = 1 << 2,
	UA_WINDOWS = 1 << 3,
	UA_LINUX = 1 << 4,
	UA_PLAYSTATION = 1 << 5,
	UA_HUAWEI = 1 << 6,
	UA_SAFARI = 1 << 7,
	UA_CFNETWORK = 1 << 8,
	UA_CRAWLER = 1 << 9,
};

/* A tag of length 0: there is no such token.  A version of length 0: none. */
struct ua_token {
	struct ua_text tag, version;
	uint32_t at; /* its place among the tokens */
};

struct ua_tokens {
	unsigned hints;
	bool has_bot;
	uint32_t n;
	struct ua_token os, browser; /* candidates, settled at once */
	struct ua_token first, second;

	/*
	 * The first tokens that can tell the system when there is no
	 * candidate, their tags already the system's name: one that always
	 * can, and two that need hints, which may still be ahead.
	 */
	struct ua_token system, cpu_os, safari_os;

	/* For the browser: the first that names one, and the last of these. */
	struct ua_token product;
	struct ua_token android, version, chrome;
};

/* Walks through a text by the tables of sections 7.1 and 7.2. */
void user_agent_tokens(const char *text, size_t n, struct ua_tokens *out);

/* Adds a token. */
void ua_tag(struct ua_tokens *t, struct ua_text tag, struct ua_text version);

/* The same, of a system: the first one with a version is settled. */
void ua_os(struct ua_tokens *t, struct ua_text tag, struct ua_text version);

/* The same, of a browser: the last one with a version is settled. */
void ua_browser(
    struct ua_tokens *t, struct ua_text tag, struct ua_text version);

/* Settles the system as above, without a token. */
void ua_settle_os(
    struct ua_tokens *t, struct ua_text name, struct ua_text version);

/*
 * Settles a robot as the browser, even without a version; no token.  Only the
 * first robot of a text counts.
 */
void ua_bot(struct ua_tokens *t, struct ua_text tag, struct ua_text version);

#endif /* READER_USER_AGENT_TOKENS_H */
