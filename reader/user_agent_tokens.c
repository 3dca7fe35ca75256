/* Which tokens of a user agent are kept, and as what: section 7.3 asks them. */
#include <string.h>

#include "reader/user_agent_tokens.h"

static void
keep_first(struct ua_token *slot, struct ua_text tag, struct ua_text version,
    uint32_t at)
{
	if (slot->tag.len == 0)
		*slot = (struct ua_token){tag, version, at};
}

/* Whether a token tells the system as it stands, and which. */
static bool
system_of(struct ua_text tag, struct ua_text *version, struct ua_text *name)
{
	*name = tag;
	if (UA_IS(tag, "iOS") || UA_IS(tag, "Android") ||
	    UA_IS(tag, "Kindle") || UA_IS(tag, "Ubuntu"))
		return true;
	*version = UA_NONE;
	if (UA_BEGINS(tag, "Android")) {
		*name = UA_TEXT("Android");
		return true;
	}
	return UA_IS(tag, "ATV OS X") || UA_IS(tag, "Chromecast") ||
	    UA_IS(tag, "Red Hat");
}

static bool
is_product(struct ua_text tag)
{
	return UA_IS(tag, "Firefox") || UA_IS(tag, "Yahoo! Slurp") ||
	    UA_IS(tag, "Silk") || UA_IS(tag, "NetFront NX") ||
	    UA_IS(tag, "YaBrowser") || UA_IS(tag, "Edge") ||
	    UA_IS(tag, "Opera") || UA_IS(tag, "axios") ||
	    UA_IS(tag, "HeadlessChrome");
}

void
ua_tag(struct ua_tokens *t, struct ua_text tag, struct ua_text version)
{
	uint32_t at = t->n++;
	struct ua_text name, system_version = version;

	if (at < 2)
		*(at == 0 ? &t->first : &t->second) =
		    (struct ua_token){tag, version, at};
	if (system_of(tag, &system_version, &name))
		keep_first(&t->system, name, system_version, at);
	if (UA_IS(tag, "CPU OS"))
		keep_first(&t->cpu_os, UA_TEXT("iOS"), version, at);
	if (UA_IS(tag, "Version")) {
		keep_first(&t->safari_os, UA_TEXT("iOS"), version, at);
		t->version = (struct ua_token){tag, version, at};
	}
	if (UA_IS(tag, "Android"))
		t->android = (struct ua_token){tag, version, at};
	if (UA_IS(tag, "Chrome"))
		t->chrome = (struct ua_token){tag, version, at};
	if (is_product(tag))
		keep_first(&t->product, tag, version, at);
}

void
ua_settle_os(struct ua_tokens *t, struct ua_text name, struct ua_text version)
{
	if (version.len > 0)
		keep_first(&t->os, name, version, t->n);
}

void
ua_os(struct ua_tokens *t, struct ua_text tag, struct ua_text version)
{
	ua_settle_os(t, tag, version);
	ua_tag(t, tag, version);
}

void
ua_browser(struct ua_tokens *t, struct ua_text tag, struct ua_text version)
{
	if (version.len > 0)
		t->browser = (struct ua_token){tag, version, t->n};
	ua_tag(t, tag, version);
}

void
ua_bot(struct ua_tokens *t, struct ua_text tag, struct ua_text version)
{
	if (!t->has_bot)
		t->browser = (struct ua_token){tag, version, t->n};
	t->has_bot = true;
}
