/*
 * record: what a frame of an event segment holds.
 *
 * The reader encodes records, without allocation, into memory of the caller;
 * the syncer decodes them and trusts no byte.  Texts are bytes with a length,
 * not necessarily UTF-8 and without NUL.  FORMATS.md shows the bytes.
 *
 * A user is written once into a segment; events name it by the offset of its
 * frame.  Encoders leave that place empty: queue_append fills it in.
 */
#ifndef COMMON_RECORD_H
#define COMMON_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/endian.h"
#include "common/forkgate_status.h"

#define RECORD_MAX 65536 /* bytes of one record; FRAME_MAX */

enum record_kind {
	RECORD_GAP = 0, /* fills a page, where frames may not cross one */
	RECORD_USER = 1,
	RECORD_EXPOSURE = 2,
	RECORD_CUSTOM = 3,
	RECORD_COUNTS = 4,
	RECORD_TALLY = 5, /* names a word of the page that counts */
	RECORD_AGAIN = 6, /* an exposure as one before it */
};

enum record_subject {
	RECORD_GATE = 1,
	RECORD_CONFIG = 2,
	RECORD_EXPERIMENT = 3,
	RECORD_LAYER = 4, /* one parameter of a layer */
};

enum record_sampling {
	RECORD_UNSAMPLED = 0,
	RECORD_SAMPLING_ON = 1,
	RECORD_SAMPLING_SHADOW = 2,
};

enum record_value {
	RECORD_NO_VALUE = 0,
	RECORD_TEXT_VALUE = 1,
	RECORD_NUMBER_VALUE = 2, /* as the text of a JSON number */
};

struct record_text {
	const void *data;
	size_t len;
};

/*
 * The secondary exposures of one evaluation, encoded as they happen.  The n
 * entries so far are the len bytes at data.
 */
struct record_list {
	uint8_t *data;
	size_t cap;
	size_t len;
	uint32_t n;
	bool overflow; /* an entry did not fit; none is added after it */
};

void record_list_begin(struct record_list *list, void *data, size_t cap);

/* Copies the texts.  FG_E_SPACE if the entry does not fit. */
enum fg_status record_list_add(struct record_list *list,
    struct record_text gate, bool value, struct record_text rule_id);

/* An exposure, as encoders take it and decoders give it. */
struct record_exposure {
	enum record_subject subject;
	uint32_t user;    /* offset of the user's frame; 0: no user */
	uint64_t time_ms; /* Unix time */
	struct record_text name;
	struct record_text rule_id;
	struct record_text reason;
	bool value; /* gate value, or rule passed */
	bool manual;
	bool asked; /* by a condition or a store, not by the program */
	bool has_lcut;
	bool has_received_at;
	bool has_version;
	uint64_t lcut;
	uint64_t received_at;
	int64_t version;
	bool explicit_parameter; /* RECORD_LAYER only, with the next 2 */
	struct record_text parameter;
	struct record_text allocated; /* experiment; may be empty */
	bool has_override;
	struct record_text override_name; /* where a mapping redirected to */
	bool has_secondary;               /* false: the member is null */
	uint32_t n_secondary;
	struct record_text secondary; /* entries of a record_list */
	enum record_sampling sampling;
	bool has_rate;
	uint64_t rate;
	bool shadow_logged;
};

struct record_custom {
	uint32_t user;
	uint64_t time_ms;
	struct record_text name;
	enum record_value value_kind;
	struct record_text value;
	bool has_metadata;
	struct record_text metadata; /* text of a JSON object */
};

/* How often things were asked for without an exposure, by name. */
struct record_counts {
	uint64_t time_ms;
	uint32_t n;
	struct record_text entries; /* of a record_count_list */
};

/* What one of the segment's tallies counts: checks of this name. */
struct record_tally {
	uint32_t which; /* below SEGMENT_N_TALLIES */
	struct record_text name;
};

/* An exposure that says what an earlier one says, of another user or time. */
struct record_again {
	uint32_t user;
	uint64_t time_ms;
	uint32_t at; /* offset of the earlier one's frame */
};
#define RECORD_AGAIN_LEN 24
#define RECORD_AGAIN_MIN 32 /* shorter ones are not worth it */

struct record_count_list {
	uint8_t *data;
	size_t cap;
	size_t len;
	uint32_t n;
};

/*
 * Encoders: write the record to the cap bytes at dst and its length to *n.
 * FG_E_SPACE if it does not fit or is longer than RECORD_MAX, FG_E_INVALID if
 * a text is longer than its length field holds; *n is then as it was.
 */
enum fg_status record_put_user(
    uint8_t *dst, size_t cap, struct record_text json, size_t *n);
enum fg_status record_put_exposure(
    uint8_t *dst, size_t cap, const struct record_exposure *x, size_t *n);
enum fg_status record_put_custom(
    uint8_t *dst, size_t cap, const struct record_custom *x, size_t *n);
enum fg_status record_put_counts(
    uint8_t *dst, size_t cap, const struct record_counts *x, size_t *n);
enum fg_status record_put_tally(
    uint8_t *dst, size_t cap, const struct record_tally *x, size_t *n);

/* For an exposure that says what the one in the frame at that offset says. */
static inline void
record_put_again(uint8_t dst[RECORD_AGAIN_LEN], uint64_t time_ms, uint32_t at)
{
	le64enc(dst, RECORD_AGAIN);
	le64enc(dst + 8, time_ms);
	le64enc(dst + 16, at);
}

/* When an encoded exposure was. */
static inline uint64_t
record_time(const uint8_t *exposure)
{
	return le64dec(exposure + 8);
}

/* Whether two of n bytes say the same. */
bool record_is_again(const uint8_t *a, const uint8_t *b, size_t n);

/* What such have in common, hashed, never 0; n is at least RECORD_AGAIN_MIN. */
uint64_t record_again_hash(const uint8_t *exposure, size_t n);

void record_count_list_begin(
    struct record_count_list *list, void *data, size_t cap);
enum fg_status record_count_list_add(
    struct record_count_list *list, struct record_text name, uint64_t count);

/* What user records cost beyond their text. */
#define RECORD_USER_HEAD 8

/* Where an event's record names its user, and how it is filled in. */
#define RECORD_USER_AT 4

static inline void
record_set_user(uint8_t *record, uint32_t user)
{
	le32enc(record + RECORD_USER_AT, user);
}

/*
 * Decoders: texts point into the record.  FG_E_CORRUPT if anything in it does
 * not hold together; lists were then not looked at beyond their bounds.
 */
struct record {
	enum record_kind kind;
	union {
		struct record_text user; /* JSON, unproved */
		struct record_exposure exposure;
		struct record_custom custom;
		struct record_counts counts;
		struct record_tally tally;
		struct record_again again;
	} u;
};

/* FG_ABSENT: a gap, or of a kind this forkgate does not know; skip it. */
enum fg_status record_get(const uint8_t *data, size_t n, struct record *out);

/* Walk a list; at starts from 0.  FG_END after the last entry. */
enum fg_status record_list_next(struct record_text list, size_t *at,
    struct record_text *gate, bool *value, struct record_text *rule_id);
enum fg_status record_count_list_next(struct record_text list, size_t *at,
    struct record_text *name, uint64_t *count);

#endif /* COMMON_RECORD_H */
