/* Functions for expressions: gates and values; cookies and query parameters. */
#include "mod_forkgate.h"

#include "apr_lib.h"
#include "apr_strings.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Takes %XX for the byte it means; what means none, or a NUL, stays. */
static char *
unescape(char *text, bool plus_is_blank)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		int high = -1, low = -1;

		if (*from == '%' && (high = hex(from[1])) >= 0)
			low = hex(from[2]);
		if (low >= 0 && high + low > 0) {
			*to++ = (char)(high * 16 + low);
			from += 2;
		} else {
			*to++ = plus_is_blank && *from == '+' ? ' ' : *from;
		}
	}
	*to = '\0';
	return text;
}

/* A cookie as the languages of the web give it: decoded, but for plus signs. */
static const char *
cookie(ap_expr_eval_ctx_t *ctx, const void *data, const char *name)
{
	const char *at = apr_table_get(ctx->r->headers_in, "Cookie");
	size_t n = strlen(name);

	(void)data;
	while (at != NULL && *at != '\0') {
		size_t len;

		at += strspn(at, " \t;");
		len = strcspn(at, ";");
		if (len > n && at[n] == '=' && strncmp(at, name, n) == 0) {
			while (len > 0 && apr_isspace(at[len - 1]))
				len--;
			return unescape(
			    apr_pstrmemdup(ctx->p, at + n + 1, len - n - 1),
			    false);
		}
		at += len;
	}
	return NULL;
}

static const char *
query(ap_expr_eval_ctx_t *ctx, const void *data, const char *name)
{
	const char *at = ctx->r->args;

	(void)data;
	while (at != NULL && *at != '\0') {
		size_t len = strcspn(at, "&");
		char *pair = apr_pstrmemdup(ctx->p, at, len);
		char *value = strchr(pair, '=');

		if (value != NULL)
			*value++ = '\0';
		if (strcmp(unescape(pair, true), name) == 0)
			return value != NULL ? unescape(value, true) : NULL;
		at += at[len] == '&' ? len + 1 : len;
	}
	return NULL;
}

/* data is a struct lookup; without a name, the argument was no constant. */
static const char *
value_of(ap_expr_eval_ctx_t *ctx, const void *data, const char *arg)
{
	const struct lookup *known = data;
	struct lookup what = *known;
	const char *wrong;

	if (known->name == NULL) {
		wrong = lookup_parse(ctx->p, known->kind, arg, &what);
		if (wrong != NULL) {
			trouble(
			    TROUBLE_EXPRESSION, ctx->r, "forkgate: %s", wrong);
			return NULL;
		}
	}
	return lookup_text(ctx->r, &what);
}

/* Apache hands functions on as data, which POSIX allows and C does not. */
static int
give(ap_expr_lookup_parms *parms, ap_expr_string_func_t *function,
    const struct lookup *what)
{
	*parms->func = __extension__(const void *) function;
	*parms->data = what;
	return OK;
}

int
expr_lookup(ap_expr_lookup_parms *parms)
{
	static const char prefix[] = "forkgate_";
	const char *name = parms->name + sizeof(prefix) - 1;
	struct lookup *what;
	enum lookup_kind kind;

	if (parms->type != AP_EXPR_FUNC_STRING ||
	    strncasecmp(parms->name, prefix, sizeof(prefix) - 1) != 0)
		return DECLINED;
	if (strcasecmp(name, "cookie") == 0)
		return give(parms, cookie, NULL);
	if (strcasecmp(name, "query") == 0)
		return give(parms, query, NULL);
	if (!lookup_kind_of(name, &kind))
		return DECLINED;
	what = apr_pcalloc(parms->pool, sizeof(*what));
	what->kind = kind;
	if (parms->arg != NULL) {
		*parms->err = lookup_parse(parms->pool, kind,
		    apr_pstrdup(parms->pool, parms->arg), what);
		if (*parms->err != NULL)
			return !OK;
	}
	return give(parms, value_of, what);
}
