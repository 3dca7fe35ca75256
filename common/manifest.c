#include "common/manifest.h"

#include <string.h>

#include "common/crc32c.h"
#include "common/endian.h"

#define M_VERSION    8
#define M_SUM        12 /* over head and table, itself taken as 0 */
#define M_LEN        16
#define M_GENERATION 24
#define M_ID         32
#define M_LCUT       48
#define M_TIME       56
#define M_SECTIONS   64
#define M_ENTRY      68
#define M_PROJECT    80

static const uint8_t magic[8] = {'F', 'G', 'm', 'a', 'n', 'i', 'f', '\n'};

size_t
manifest_size(uint32_t n_sections, size_t page_size)
{
	size_t n = MANIFEST_HEAD + (size_t)n_sections * MANIFEST_ENTRY;

	return n < page_size ? page_size : n;
}

void
manifest_entry_put(uint8_t *dst, const struct manifest_section *s)
{
	le32enc(dst, s->kind);
	le32enc(dst + 4, s->crc);
	le64enc(dst + 8, s->place);
	le64enc(dst + 16, s->len);
	le64enc(dst + 24, s->id);
	le64enc(dst + 32, s->tag);
}

void
manifest_entry_get(const uint8_t *src, struct manifest_section *s)
{
	uint64_t first = le64load(src);

	s->kind = (uint32_t)first;
	s->crc = (uint32_t)(first >> 32);
	s->place = le64load(src + 8);
	s->len = le64load(src + 16);
	s->id = le64load(src + 24);
	s->tag = le64load(src + 32);
}

enum fg_status
manifest_put(uint8_t *dst, size_t len, const struct manifest *m,
    const struct manifest_section *sections)
{
	size_t used = manifest_size(m->n_sections, 0);

	if (m->n_sections > MANIFEST_MAX_SECTIONS)
		return FG_E_INVALID;
	if (len < used || len % 8 != 0)
		return FG_E_SPACE;
	memset(dst, 0, len);
	memcpy(dst, magic, sizeof(magic));
	le32enc(dst + M_VERSION, MANIFEST_VERSION);
	le64enc(dst + M_LEN, len);
	le64enc(dst + M_GENERATION, m->generation);
	memcpy(dst + M_ID, m->identity, MANIFEST_ID);
	le64enc(dst + M_LCUT, m->lcut_ms);
	le64enc(dst + M_TIME, m->time_ms);
	le32enc(dst + M_SECTIONS, m->n_sections);
	le32enc(dst + M_ENTRY, MANIFEST_ENTRY);
	memcpy(dst + M_PROJECT, m->project,
	    strnlen(m->project, MANIFEST_PROJECT - 1));
	for (uint32_t i = 0; i < m->n_sections; i++)
		manifest_entry_put(
		    dst + MANIFEST_HEAD + (size_t)i * MANIFEST_ENTRY,
		    &sections[i]);
	le32enc(dst + M_SUM, crc32c(0, dst, used));
	return FG_OK;
}

static void
read_head(const uint8_t *head, struct manifest *out)
{
	out->generation = le64dec(head + M_GENERATION);
	out->lcut_ms = le64dec(head + M_LCUT);
	out->time_ms = le64dec(head + M_TIME);
	out->n_sections = le32dec(head + M_SECTIONS);
	memcpy(out->identity, head + M_ID, MANIFEST_ID);
	memcpy(out->project, head + M_PROJECT, MANIFEST_PROJECT);
}

enum fg_status
manifest_check(const uint8_t *bytes, size_t n, struct manifest *out)
{
	uint8_t head[MANIFEST_HEAD], entry[MANIFEST_ENTRY];
	uint32_t sum, want;
	size_t used;

	if (n < MANIFEST_HEAD)
		return FG_E_CORRUPT;
	words_load(head, bytes, sizeof(head));
	if (memcmp(head, magic, sizeof(magic)) != 0)
		return FG_E_CORRUPT;
	if (le32dec(head + M_VERSION) > MANIFEST_VERSION)
		return FG_E_VERSION;
	read_head(head, out);
	if (le32dec(head + M_VERSION) == 0 || le64dec(head + M_LEN) != n ||
	    le32dec(head + M_ENTRY) != MANIFEST_ENTRY ||
	    out->n_sections > MANIFEST_MAX_SECTIONS ||
	    out->project[MANIFEST_PROJECT - 1] != '\0')
		return FG_E_CORRUPT;
	used = manifest_size(out->n_sections, 0);
	if (used > n)
		return FG_E_CORRUPT;
	want = le32dec(head + M_SUM);
	le32enc(head + M_SUM, 0);
	sum = crc32c(0, head, sizeof(head));
	for (size_t at = MANIFEST_HEAD; at < used; at += MANIFEST_ENTRY) {
		words_load(entry, bytes + at, sizeof(entry));
		sum = crc32c(sum, entry, sizeof(entry));
	}
	return sum == want ? FG_OK : FG_E_CORRUPT;
}

enum fg_status
manifest_section(
    const uint8_t *bytes, size_t n, uint32_t i, struct manifest_section *out)
{
	uint32_t count;

	if (n < MANIFEST_HEAD)
		return FG_E_CORRUPT;
	count = le32load(bytes + M_SECTIONS);
	if (i >= count)
		return FG_END;
	if (i >= MANIFEST_MAX_SECTIONS ||
	    (n - MANIFEST_HEAD) / MANIFEST_ENTRY <= i)
		return FG_E_CORRUPT;
	manifest_entry_get(
	    bytes + MANIFEST_HEAD + (size_t)i * MANIFEST_ENTRY, out);
	return FG_OK;
}

enum fg_status
manifest_find(const uint8_t *bytes, size_t n, uint32_t kind, uint64_t tag,
    struct manifest_section *out)
{
	enum fg_status st;

	for (uint32_t i = 0;; i++) {
		st = manifest_section(bytes, n, i, out);
		if (st == FG_END)
			return FG_ABSENT;
		if (st != FG_OK || (out->kind == kind && out->tag == tag))
			return st;
	}
}
