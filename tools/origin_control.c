/* What tests ask of the origin itself: its faults and its counters. */
#include "tools/origin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
fault_parse(const char *text, struct fault *f)
{
	static const char *const kinds[] = {"none", "latency", "slow",
	    "truncate", "badgzip", "noupdates", "refuse", "html", "huge",
	    "bomb", "redirect", "invalid", "cut", "false", "empty", "toobig",
	    "norange"};
	const char *colon = strchr(text, ':');
	size_t len = colon != NULL ? (size_t)(colon - text) : strlen(text);
	bool known = len == 3 && strspn(text, "0123456789") >= 3 &&
	    text[0] >= '2' && text[0] <= '5';

	if (len >= sizeof(f->kind))
		return false;
	memcpy(f->kind, text, len);
	f->kind[len] = '\0';
	snprintf(f->arg, sizeof(f->arg), "%s", colon != NULL ? colon + 1 : "");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		known |= strcmp(f->kind, kinds[i]) == 0;
	return known;
}

enum MHD_Result
origin_control_faults(struct MHD_Connection *c)
{
	const char *count = MHD_lookup_connection_value(
		       c, MHD_GET_ARGUMENT_KIND, "count"),
		   *list = MHD_lookup_connection_value(
		       c, MHD_GET_ARGUMENT_KIND, "list");
	struct bytes out = {0};
	enum MHD_Result rc;

	snprintf(origin.faulty_list, sizeof(origin.faulty_list), "%s",
	    list != NULL ? list : "");
	bytes_add(&out, "{", 1);
	for (size_t i = 0; i < CONTROL; i++) {
		struct fault f, *live = &origin.endpoints[i].fault;
		const char *text = MHD_lookup_connection_value(
		    c, MHD_GET_ARGUMENT_KIND, origin_endpoint_names[i]);

		if (text != NULL && !fault_parse(text, &f)) {
			bytes_free(&out);
			return origin_answer_json(
			    c, 400, "{\"error\":\"unknown fault\"}\n");
		}
		if (text != NULL) {
			f.count = count != NULL ? strtol(count, NULL, 10) : -1;
			*live = f;
		}
		bytes_printf(&out, "%s\"%s\":", i > 0 ? "," : "",
		    origin_endpoint_names[i]);
		bytes_quote(&out, live->kind);
	}
	bytes_add(&out, "}\n", 3);
	rc = origin_answer_json(c, 200, out.p);
	bytes_free(&out);
	return rc;
}

static void
stats_write(struct bytes *out)
{
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = {
	    {"specs_full", origin.full},
	    {"specs_no_updates", origin.no_updates},
	    {"specs_bytes", origin.spec_bytes},
	    {"id_list_bytes", origin.list_bytes},
	    {"events_batches", origin.batches},
	    {"events_received", origin.received},
	    {"events_distinct", origin.n_seen},
	    {"events_malformed", origin.malformed},
	    {"events_retries", origin.retries},
	    {"events_wire_bytes", origin.wire_bytes},
	    {"events_bytes", origin.bytes},
	};

	bytes_add(out, "{", 1);
	for (size_t i = 0; i < CONTROL; i++) {
		const struct endpoint_state *e = &origin.endpoints[i];
		const char *name = origin_endpoint_names[i];

		bytes_printf(out, "\"%s_requests\":%llu,\n", name,
		    (unsigned long long)e->requests);
		bytes_printf(out, "\"%s_faults\":%llu,\n", name,
		    (unsigned long long)e->faults);
		bytes_printf(out, "\"%s_headers\":%s,\n", name,
		    e->headers[0] != '\0' ? e->headers : "{}");
		bytes_printf(out, "\"%s_target\":", name);
		bytes_quote(out, e->target);
		bytes_add(out, ",\n", 2);
	}
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		bytes_printf(out, "%s\"%s\":%llu", i > 0 ? ",\n" : "",
		    counts[i].name, (unsigned long long)counts[i].value);
	bytes_add(out, "}\n", 3);
}

/* With ?only=NAME the bare value: easier for a shell than JSON. */
enum MHD_Result
origin_control_stats(struct MHD_Connection *c)
{
	const char *only =
	    MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "only");
	struct bytes out = {0};
	struct scan_text value;
	enum MHD_Result rc;

	stats_write(&out);
	value = (struct scan_text){out.p, out.n - 1};
	if (only != NULL)
		value = scan_member(value, only);
	if (value.p == NULL)
		rc = origin_answer_json(
		    c, 404, "{\"error\":\"no such figure\"}\n");
	else
		rc = origin_answer_bytes(c, 200, "application/json", NULL, NULL,
		    NULL, value.p, value.n);
	bytes_free(&out);
	return rc;
}
