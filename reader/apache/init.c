/* The handler forkgate-init: what a client SDK starts with. */
#include "mod_forkgate.h"

#include "apr_sha1.h"
#include "apr_strings.h"
#include "http_core.h"
#include "http_protocol.h"
#include "http_request.h"

#define MAX_BYTES     (16 * 1024 * 1024)
#define CACHE_CONTROL "private, no-cache"

static void
options_of(const struct init_conf *conf, struct fg_client_response_options *opt)
{
	if (conf->hash >= 0)
		opt->hash = (enum fg_hash)conf->hash;
	if (conf->format >= 0)
		opt->format = (enum fg_response_format)conf->format;
	opt->client_sdk_key = conf->client_key;
	opt->target_app_id = conf->target_app;
	opt->refuse_unknown_key = conf->refuse_unknown_key > 0;
}

/*
 * Weak: the same rules and user give the same text in every process, but for
 * the id that sdkInfo, near the end, tells of the process.
 */
static void
set_tag(request_rec *r, const char *json, size_t len)
{
	static const char mark[] = "\"sessionId\":\"";
	unsigned char digest[APR_SHA1_DIGESTSIZE];
	size_t cut = len, n = sizeof(mark) - 1, rest;
	char text[2 * 16 + 1];
	apr_sha1_ctx_t sha;

	while (cut >= n && memcmp(json + cut - n, mark, n) != 0)
		cut--;
	if (cut < n)
		cut = len;
	rest = strcspn(json + cut, "\"");
	apr_sha1_init(&sha);
	apr_sha1_update_binary(
	    &sha, (const unsigned char *)json, (unsigned int)cut);
	apr_sha1_update_binary(&sha, (const unsigned char *)json + cut + rest,
	    (unsigned int)(len - cut - rest));
	apr_sha1_final(digest, &sha);
	ap_bin2hex(digest, 16, text);
	apr_table_setn(r->headers_out, "ETag",
	    apr_pstrcat(r->pool, "W/\"", text, "\"", NULL));
}

/* Without an answer a client goes on with what it has, or its defaults. */
static int
refuse(request_rec *r, enum fg_status st)
{
	if (st == FG_ABSENT) {
		trouble(TROUBLE_INIT, r,
		    "forkgate: the rules know no app for client-key of "
		    "ForkgateInit");
		return HTTP_FORBIDDEN;
	}
	trouble(TROUBLE_INIT, r, "forkgate: no initialize response: %s",
	    fg_strerror(st));
	return HTTP_SERVICE_UNAVAILABLE;
}

int
init_handler(request_rec *r)
{
	struct fg_client_response_options opt = FG_CLIENT_RESPONSE_OPTIONS_INIT;
	const struct dir_conf *dir;
	const struct init_conf *conf;
	struct fg_session *ses;
	struct fg_user *user;
	const char *json = NULL;
	enum fg_status st;
	size_t len = 0;
	int rc;

	if (r->handler == NULL || strcmp(r->handler, "forkgate-init") != 0)
		return DECLINED;
	ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, -1);
	if (r->method_number == M_OPTIONS)
		return DECLINED;
	if (r->method_number != M_GET)
		return HTTP_METHOD_NOT_ALLOWED;
	rc = ap_discard_request_body(r);
	if (rc != OK)
		return rc;
	if (!request_begin(r, &ses, &user))
		return HTTP_SERVICE_UNAVAILABLE;

	dir = ap_get_module_config(r->per_dir_config, &forkgate_module);
	conf = &dir->init;
	options_of(conf, &opt);
	st = fg_client_response(ses, user, &opt, &json, &len);
	if (json == NULL)
		return refuse(r, st);
	if (len >
	    (size_t)(conf->max_bytes >= 0 ? conf->max_bytes : MAX_BYTES)) {
		trouble(TROUBLE_INIT_LENGTH, r,
		    "forkgate: an initialize response of %lu bytes is over "
		    "max-bytes of ForkgateInit",
		    (unsigned long)len);
		return HTTP_SERVICE_UNAVAILABLE;
	}
	ap_set_content_type(r, "application/json");
	ap_set_content_length(r, (apr_off_t)len);
	apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
	if (st != FG_OK) {
		trouble(TROUBLE_NO_RULES, r,
		    "forkgate: an initialize response without rules: %s",
		    fg_strerror(st));
		apr_table_setn(r->headers_out, "Cache-Control", "no-store");
	} else {
		apr_table_setn(r->headers_out, "Cache-Control",
		    conf->cache_control != NULL ? conf->cache_control
						: CACHE_CONTROL);
		set_tag(r, json, len);
		rc = ap_meets_conditions(r);
		if (rc != OK)
			return rc;
	}
	ap_rwrite(json, (int)len, r);
	return OK;
}
