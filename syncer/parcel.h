/*
 * parcel: a batch of events on its way to the server.
 *
 * A parcel is one request's body, made once, so that each attempt sends the
 * same bytes.  One batch is one parcel, or several where the server found it
 * too large; the batch is done with when all its parcels are.
 */
#ifndef SYNCER_PARCEL_H
#define SYNCER_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/tail.h"

/* What a batch's parcels have in common; in tail_batch.ctx. */
struct parcel_batch {
	struct tail_batch *batch;
	size_t open; /* parcels not yet done with */
};

struct parcel {
	struct parcel *next;
	struct parcel_batch *of;
	size_t first, n; /* which events of the batch */
	uint8_t *body;   /* what is sent; NULL until parcel_pack */
	size_t body_len;
	bool gzip;
	unsigned attempts; /* sent before */
	unsigned doubts;   /* of these, answered without believable success */
};

/* What statsigMetadata says. */
struct parcel_metadata {
	const char *session;
	const char *service; /* NULL: left out */
	const char *flush_type;
	uint64_t interval_ms;
	uint64_t batch_size;
	uint64_t max_pending;
};

/* The whole of a batch as one parcel; NULL without memory. */
struct parcel *parcel_new(struct tail_batch *batch);

/* Frees the parcel, and the common part with its last one. */
void parcel_free(struct parcel *parcel);

/* Makes the body, once.  FG_E_NOMEM. */
enum fg_status parcel_pack(
    struct parcel *parcel, const struct parcel_metadata *metadata, bool gzip);

/*
 * Cuts the parcel in two and gives the second half; NULL without memory.  It
 * must hold two events or more.  Both are to be packed again.
 */
struct parcel *parcel_split(struct parcel *parcel);

/* The parcel's events as JSON, with commas between them. */
const char *parcel_events(const struct parcel *parcel, size_t *len);

#endif /* SYNCER_PARCEL_H */
