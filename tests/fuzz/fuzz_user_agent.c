/*
 * The user agent's parser on arbitrary bytes: nothing is read past the end,
 * answers lie where the header says, and what only separates does not matter.
 */
#include "reader/user_agent.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* The text from s to s + n with space bytes around it, and its answers. */
struct padded {
	char *text;
	struct user_agent told;
};

static bool
parse(struct padded *p, const uint8_t *bytes, size_t n, size_t before,
    size_t after)
{
	size_t len = before + n + after;

	p->text = malloc(len > 0 ? len : 1);
	must(p->text != NULL);
	memset(p->text, ' ', len);
	memcpy(p->text + before, bytes, n);
	return user_agent_parse(p->text, len, &p->told);
}

static bool
is_within(const struct ua_text *t, const char *s, size_t n)
{
	return t->bytes >= s && t->len <= n && t->bytes <= s + (n - t->len);
}

/* A version is the parser's own or "0.0.0" or what a Windows is called. */
static void
check_versions(const struct user_agent *told, size_t n)
{
	const struct ua_text *os = &told->answers[USER_AGENT_OS_VERSION];
	const struct ua_text *b = &told->answers[USER_AGENT_BROWSER_VERSION];

	must(is_within(os, told->os_version, n) || os->len <= 5);
	must(is_within(b, told->browser_version, n) || b->len <= 5);
	must(told->answers[USER_AGENT_OS_NAME].len > 0);
	must(told->answers[USER_AGENT_BROWSER_NAME].len > 0);
}

static void
must_agree(const struct user_agent *a, const struct user_agent *b)
{
	for (int i = 0; i < USER_AGENT_N_ANSWERS; i++)
		must(a->answers[i].len == b->answers[i].len &&
		    memcmp(a->answers[i].bytes, b->answers[i].bytes,
			a->answers[i].len) == 0);
}

static void
check_separators(const struct padded *plain, const uint8_t *bytes, size_t n)
{
	struct padded other;

	if (parse(&other, bytes, n, 1, 1))
		must_agree(&plain->told, &other.told);
	free(other.text);
	must(parse(&other, bytes, n, 0, 0));
	for (size_t i = 0; i < n; i++)
		if (other.text[i] == ';')
			other.text[i] = ' ';
	must(user_agent_parse(other.text, n, &other.told));
	must_agree(&plain->told, &other.told);
	free(other.text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	enum user_agent_answer answer;
	struct padded plain;
	bool told = parse(&plain, bytes, n, 0, 0);

	must(told == (n <= USER_AGENT_MAX));
	if (told) {
		check_versions(&plain.told, n);
		check_separators(&plain, bytes, n);
	}
	must(!user_agent_field(bytes, n, &answer) ||
	    (int)answer < USER_AGENT_N_ANSWERS);
	free(plain.text);
	return 0;
}
