#include "syncer/parcel.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "common/jsonw.h"
#include "syncer/identity.h"

/* The fastest: events repeat themselves so much that more gains little. */
#define GZIP_LEVEL 1

struct parcel *
parcel_new(struct tail_batch *batch)
{
	struct parcel *parcel = calloc(1, sizeof(*parcel));
	struct parcel_batch *of = calloc(1, sizeof(*of));

	if (parcel == NULL || of == NULL) {
		free(parcel);
		free(of);
		return NULL;
	}
	*of = (struct parcel_batch){.batch = batch, .open = 1};
	parcel->of = of;
	parcel->n = batch->n_events;
	batch->ctx = of;
	return parcel;
}

void
parcel_free(struct parcel *parcel)
{
	if (parcel == NULL)
		return;
	if (--parcel->of->open == 0)
		free(parcel->of);
	free(parcel->body);
	free(parcel);
}

const char *
parcel_events(const struct parcel *parcel, size_t *len)
{
	const struct tail_batch *batch = parcel->of->batch;
	size_t start = parcel->first == 0
	    ? 0
	    : batch->ends[parcel->first - 1] + 1u; /* the comma */

	*len = batch->ends[parcel->first + parcel->n - 1] - start;
	return batch->events + start;
}

static void
put_metadata(struct jsonw *w, const struct parcel_metadata *m)
{
	jsonw_begin_object(w);
	jsonw_key(w, "sdkType");
	jsonw_text(w, IDENTITY_SDK_TYPE);
	jsonw_key(w, "sdkVersion");
	jsonw_text(w, FORKGATE_VERSION);
	jsonw_key(w, "sessionID");
	jsonw_text(w, m->session);
	if (m->service != NULL) {
		jsonw_key(w, "service_name");
		jsonw_text(w, m->service);
	}
	jsonw_key(w, "flushingIntervalMs");
	jsonw_u64(w, m->interval_ms);
	jsonw_key(w, "batchSize");
	jsonw_u64(w, m->batch_size);
	jsonw_key(w, "maxPendingBatches");
	jsonw_u64(w, m->max_pending);
	jsonw_key(w, "flushType");
	jsonw_text(w, m->flush_type);
	jsonw_end_object(w);
}

static enum fg_status
join(struct parcel *parcel, const char *events, size_t len,
    const struct jsonw *metadata)
{
	static const char head[] = "{\"events\":[",
			  mid[] = "],\"statsigMetadata\":";
	size_t n = sizeof(head) - 1 + len + sizeof(mid) - 1 + metadata->len + 1;
	uint8_t *p = malloc(n);

	if (p == NULL)
		return FG_E_NOMEM;
	parcel->body = p;
	parcel->body_len = n;
	p = mempcpy(p, head, sizeof(head) - 1);
	p = mempcpy(p, events, len);
	p = mempcpy(p, mid, sizeof(mid) - 1);
	p = mempcpy(p, metadata->text, metadata->len);
	*p = '}';
	return FG_OK;
}

static enum fg_status
squeeze(struct parcel *parcel)
{
	z_stream z = {0};
	uint8_t *packed, *fitted;
	size_t cap;

	if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return FG_E_NOMEM;
	cap = deflateBound(&z, parcel->body_len);
	packed = malloc(cap);
	if (packed == NULL) {
		deflateEnd(&z);
		return FG_E_NOMEM;
	}
	z.next_in = parcel->body;
	z.avail_in = (uInt)parcel->body_len;
	z.next_out = packed;
	z.avail_out = (uInt)cap;
	deflate(&z, Z_FINISH);
	free(parcel->body);
	fitted = realloc(packed, z.total_out);
	parcel->body = fitted != NULL ? fitted : packed;
	parcel->body_len = z.total_out;
	parcel->gzip = true;
	deflateEnd(&z);
	return FG_OK;
}

enum fg_status
parcel_pack(
    struct parcel *parcel, const struct parcel_metadata *metadata, bool gzip)
{
	const char *events;
	struct jsonw w;
	size_t len;
	enum fg_status status;

	if (parcel->body != NULL)
		return FG_OK;
	events = parcel_events(parcel, &len);
	jsonw_new(&w);
	put_metadata(&w, metadata);
	status = w.status;
	if (status == FG_OK)
		status = join(parcel, events, len, &w);
	jsonw_free(&w);
	return status == FG_OK && gzip ? squeeze(parcel) : status;
}

struct parcel *
parcel_split(struct parcel *parcel)
{
	struct parcel *half = calloc(1, sizeof(*half));

	if (half == NULL)
		return NULL;
	half->of = parcel->of;
	half->of->open++;
	half->n = parcel->n / 2;
	parcel->n -= half->n;
	half->first = parcel->first + parcel->n;
	free(parcel->body);
	parcel->body = NULL;
	return half;
}
