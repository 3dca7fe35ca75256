#include "syncer/idlist_places.h"

#include <stdlib.h>
#include <string.h>

#include "common/endian.h"
#include "common/idlist.h"

#define P_HEAD    24
#define P_VERSION 8
#define P_N       12
#define P_LEN     16

#define E_HEAD     32
#define E_POSITION 0
#define E_CREATED  8
#define E_CHANGED  16
#define E_NAME     24
#define E_ID       28

#define VERSION 1
#define NO_ID   0xffffffffU

static const uint8_t magic[8] = {'F', 'G', 'i', 'd', 'p', 'o', 's', '\n'};

static size_t
round_up(size_t n)
{
	return (n + 7) / 8 * 8;
}

static size_t
size_of(const struct idlist_place *p)
{
	return round_up(E_HEAD + p->name.n + p->file.id.n);
}

static void
put(uint8_t *dst, const struct idlist_place *p)
{
	const struct idlist_text *id = &p->file.id;

	le64enc(dst + E_POSITION, p->position);
	le64enc(dst + E_CREATED, (uint64_t)p->file.created_ms);
	le64enc(dst + E_CHANGED, p->changed_ms);
	le32enc(dst + E_NAME, (uint32_t)p->name.n);
	le32enc(dst + E_ID, id->bytes != NULL ? (uint32_t)id->n : NO_ID);
	memcpy(dst + E_HEAD, p->name.bytes, p->name.n);
	if (id->bytes != NULL)
		memcpy(dst + E_HEAD + p->name.n, id->bytes, id->n);
}

enum fg_status
idlist_places_make(const struct idlist_place *const *places, size_t n,
    uint8_t **out, size_t *len)
{
	uint8_t *at;

	*len = P_HEAD;
	for (size_t i = 0; i < n; i++)
		*len += size_of(places[i]);
	*out = at = calloc(1, *len);
	if (at == NULL)
		return FG_E_NOMEM;
	memcpy(at, magic, sizeof(magic));
	le32enc(at + P_VERSION, VERSION);
	le32enc(at + P_N, (uint32_t)n);
	le64enc(at + P_LEN, *len);
	at += P_HEAD;
	for (size_t i = 0; i < n; i++) {
		put(at, places[i]);
		at += size_of(places[i]);
	}
	return FG_OK;
}

static enum fg_status
begin(const uint8_t *bytes, size_t len)
{
	if (len < P_HEAD || memcmp(bytes, magic, sizeof(magic)) != 0)
		return FG_E_CORRUPT;
	if (le32dec(bytes + P_VERSION) > VERSION)
		return FG_E_VERSION;
	return le64dec(bytes + P_LEN) == len ? FG_OK : FG_E_CORRUPT;
}

enum fg_status
idlist_places_next(
    const uint8_t *bytes, size_t len, size_t *at, struct idlist_place *out)
{
	const uint8_t *e = bytes + *at;
	enum fg_status st = *at == 0 ? begin(bytes, len) : FG_OK;
	uint32_t id, name;

	if (st != FG_OK)
		return st;
	if (*at == 0) {
		*at = P_HEAD;
		e += P_HEAD;
	}
	if (*at == len)
		return FG_END;
	if (len - *at < E_HEAD)
		return FG_E_CORRUPT;
	id = le32dec(e + E_ID);
	name = le32dec(e + E_NAME);
	if (name > IDLIST_MAX_NAME || (id > IDLIST_MAX_TEXT && id != NO_ID) ||
	    round_up(E_HEAD + name + (id != NO_ID ? id : 0)) > len - *at)
		return FG_E_CORRUPT;
	*out = (struct idlist_place){
	    .name = {(char *)(uintptr_t)(e + E_HEAD), name},
	    .file = {.created_ms = (int64_t)le64dec(e + E_CREATED)},
	    .position = le64dec(e + E_POSITION),
	    .changed_ms = le64dec(e + E_CHANGED),
	};
	if (id != NO_ID)
		out->file.id = (struct idlist_text){out->name.bytes + name, id};
	*at += size_of(out);
	return FG_OK;
}
