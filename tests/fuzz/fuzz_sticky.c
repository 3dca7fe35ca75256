/*
 * A sticky record of arbitrary bytes.  Its length and sum are set right first,
 * or next to nothing would get past them.  What decodes is encoded again, and
 * reads the same.
 */
#include <stdlib.h>
#include <string.h>

#include "common/crc32c.h"
#include "common/endian.h"
#include "reader/sticky_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* Everything that a caller may look at. */
static void
read_all(const struct fg_sticky_content *r)
{
	size_t sum = strlen(r->rule_id);

	for (size_t i = 0; i < r->n_secondary; i++)
		sum += strlen(r->secondary[i].gate) +
		    strlen(r->secondary[i].rule_id);
	for (size_t i = 0; i < r->n_undelegated; i++)
		sum += strlen(r->undelegated[i].gate);
	for (size_t i = 0; i < r->n_explicit_params; i++)
		sum += strlen(r->explicit_params[i]);
	for (size_t i = 0; i < fg_params_count(r->params); i++) {
		const char *name = fg_params_name(r->params, i);
		enum fg_type type;
		size_t len;
		const char *json = fg_params_json(r->params, name, &len, &type);

		if (json != NULL && len > 0)
			sum += (size_t)json[len - 1];
		sum += strlen(fg_params_string(r->params, name, ""));
		fg_params_double(r->params, name, 0);
	}
	must(sum < SIZE_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	struct fg_sticky_content r, again;
	const uint8_t *encoded;
	struct arena a;
	size_t len;

	must(copy != NULL && arena_init(&a, 4096));
	memcpy(copy, bytes, n);
	if (n >= 32) {
		le32enc(copy + 8, (uint32_t)n);
		le32enc(
		    copy + 12, crc32c(crc32c(0, copy, 12), copy + 16, n - 16));
	}
	if (sticky_record_get(copy, n, &a, &r) == FG_OK) {
		read_all(&r);
		must(sticky_record_put(&r, &a, &encoded, &len) == FG_OK);
		must(sticky_record_get(encoded, len, &a, &again) == FG_OK);
		read_all(&again);
		must(again.n_secondary == r.n_secondary);
		must(again.params->n == r.params->n);
	}
	arena_free(&a);
	free(copy);
	return 0;
}
