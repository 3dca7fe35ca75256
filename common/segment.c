#include "common/segment.h"

#include <string.h>

#include "common/crc32c.h"

/*
 * The fixed part of the page.  The checksum lies before what it sums, so that
 * a later version may let the part grow.
 */
#define MAGIC       "FGSEGMNT"
#define AT_VERSION  8
#define AT_SUM      12
#define AT_ID       16
#define AT_BOOT_ID  32
#define AT_TICKS    48
#define AT_CREATED  56
#define AT_CAPACITY 64
#define AT_PID      72
#define AT_BIRTH    76
#define AT_PROJECT  80
#define FIXED_END   144

static uint32_t
fixed_sum(const uint8_t *page)
{
	return crc32c(0, page + AT_ID, FIXED_END - AT_ID);
}

void
segment_put(uint8_t page[SEGMENT_HEADER], const struct segment_info *info)
{
	memset(page, 0, SEGMENT_HEADER);
	memcpy(page, MAGIC, 8);
	le32enc(page + AT_VERSION, SEGMENT_VERSION);
	memcpy(page + AT_ID, info->id, SEGMENT_ID);
	memcpy(page + AT_BOOT_ID, info->boot_id, 16);
	le64enc(page + AT_TICKS, info->start_ticks);
	le64enc(page + AT_CREATED, info->created_ms);
	le64enc(page + AT_CAPACITY, info->capacity);
	le32enc(page + AT_PID, info->pid);
	le32enc(page + AT_BIRTH, info->birth);
	memcpy(page + AT_PROJECT, info->project, SEGMENT_PROJECT);
	le32enc(page + AT_SUM, fixed_sum(page));
	le64enc(page + SEGMENT_TAIL, SEGMENT_HEADER);
}

static bool
info_ok(const struct segment_info *info)
{
	return segment_project_ok(info->project) &&
	    info->capacity >= SEGMENT_HEADER && info->capacity <= SEGMENT_MAX &&
	    info->capacity % 8 == 0;
}

enum fg_status
segment_parse(const uint8_t *page, size_t n, struct segment_info *out)
{
	memset(out, 0, sizeof(*out));
	if (n < SEGMENT_HEADER || memcmp(page, MAGIC, 8) != 0)
		return FG_E_CORRUPT;
	if (le32dec(page + AT_VERSION) > SEGMENT_VERSION)
		return FG_E_VERSION;
	if (le32dec(page + AT_VERSION) == 0 ||
	    le32dec(page + AT_SUM) != fixed_sum(page))
		return FG_E_CORRUPT;

	memcpy(out->id, page + AT_ID, SEGMENT_ID);
	memcpy(out->boot_id, page + AT_BOOT_ID, 16);
	out->start_ticks = le64dec(page + AT_TICKS);
	out->created_ms = le64dec(page + AT_CREATED);
	out->capacity = le64dec(page + AT_CAPACITY);
	out->pid = le32dec(page + AT_PID);
	out->birth = le32dec(page + AT_BIRTH);
	memcpy(out->project, page + AT_PROJECT, SEGMENT_PROJECT);
	if (!info_ok(out)) {
		memset(out, 0, sizeof(*out));
		return FG_E_CORRUPT;
	}
	return FG_OK;
}

bool
segment_project_ok(const char *name)
{
	size_t n = strnlen(name, SEGMENT_PROJECT + 1);

	return n > 0 && n <= SEGMENT_PROJECT &&
	    strspn(name,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_.-") == n;
}

void
segment_name(char *dst, const char *prefix, const uint8_t id[SEGMENT_ID])
{
	static const char digits[] = "0123456789abcdef";

	dst = stpcpy(dst, prefix);
	for (size_t i = 0; i < SEGMENT_ID; i++) {
		*dst++ = digits[id[i] >> 4];
		*dst++ = digits[id[i] & 15];
	}
	*dst = '\0';
}

/* Lower case only: one id has one name. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
segment_name_parse(const char *name, const char *prefix, uint8_t id[SEGMENT_ID])
{
	size_t skip = strlen(prefix);

	if (strncmp(name, prefix, skip) != 0 ||
	    strnlen(name + skip, 2 * SEGMENT_ID + 1) != 2 * SEGMENT_ID)
		return false;
	for (size_t i = 0; i < SEGMENT_ID; i++) {
		int high = digit(name[skip + 2 * i]);
		int low = digit(name[skip + 2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		id[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
