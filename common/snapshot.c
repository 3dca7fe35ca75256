#include "common/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "common/endian.h"

#define S_VERSION    8
#define S_SUM        12 /* over head and table, itself taken as 0 */
#define S_LEN        16
#define S_GENERATION 24
#define S_LCUT       32
#define S_TIME       40
#define S_SECTIONS   48
#define S_ENTRY      52
#define S_PROJECT    64

/* As PNG does it: the line ends show what a text transfer has done. */
static const uint8_t magic[8] = {'F', 'G', 's', 'n', 'a', 'p', '\r', '\n'};

/* --- reading -------------------------------------------------------------- */

static size_t
table_end(uint32_t n_sections)
{
	return SNAPSHOT_HEAD + (size_t)n_sections * MANIFEST_ENTRY;
}

static uint32_t
table_sum(const uint8_t *bytes, uint32_t n_sections)
{
	uint8_t head[SNAPSHOT_HEAD];

	memcpy(head, bytes, sizeof(head));
	le32enc(head + S_SUM, 0);
	return crc32c(crc32c(0, head, sizeof(head)), bytes + SNAPSHOT_HEAD,
	    table_end(n_sections) - SNAPSHOT_HEAD);
}

static void
read_info(const uint8_t *bytes, struct snapshot_info *out)
{
	out->generation = le64dec(bytes + S_GENERATION);
	out->lcut_ms = le64dec(bytes + S_LCUT);
	out->time_ms = le64dec(bytes + S_TIME);
	out->n_sections = le32dec(bytes + S_SECTIONS);
	memcpy(out->project, bytes + S_PROJECT, MANIFEST_PROJECT);
}

static bool
section_whole(const uint8_t *bytes, size_t n, size_t from,
    const struct manifest_section *s)
{
	return s->place % 8 == 0 && s->place >= from && s->place <= n &&
	    s->len <= n - s->place &&
	    crc32c(0, bytes + s->place, s->len) == s->crc;
}

enum fg_status
snapshot_check(const uint8_t *bytes, size_t n, struct snapshot_info *out)
{
	struct manifest_section s;

	if (n < SNAPSHOT_HEAD || memcmp(bytes, magic, sizeof(magic)) != 0)
		return FG_E_CORRUPT;
	if (le32dec(bytes + S_VERSION) > SNAPSHOT_VERSION)
		return FG_E_VERSION;
	read_info(bytes, out);
	if (le32dec(bytes + S_VERSION) == 0 || le64dec(bytes + S_LEN) != n ||
	    le32dec(bytes + S_ENTRY) != MANIFEST_ENTRY ||
	    out->n_sections > SNAPSHOT_MAX_SECTIONS ||
	    table_end(out->n_sections) > n ||
	    out->project[MANIFEST_PROJECT - 1] != '\0' ||
	    table_sum(bytes, out->n_sections) != le32dec(bytes + S_SUM))
		return FG_E_CORRUPT;
	for (uint32_t i = 0; i < out->n_sections; i++) {
		snapshot_section(bytes, n, i, &s);
		if (!section_whole(bytes, n, table_end(out->n_sections), &s))
			return FG_E_CORRUPT;
	}
	return FG_OK;
}

enum fg_status
snapshot_section(
    const uint8_t *bytes, size_t n, uint32_t i, struct manifest_section *out)
{
	(void)n;
	if (i >= le32dec(bytes + S_SECTIONS))
		return FG_END;
	manifest_entry_get(
	    bytes + SNAPSHOT_HEAD + (size_t)i * MANIFEST_ENTRY, out);
	return FG_OK;
}

enum fg_status
snapshot_find(const uint8_t *bytes, size_t n, uint32_t kind, uint64_t tag,
    struct manifest_section *out)
{
	for (uint32_t i = 0; snapshot_section(bytes, n, i, out) == FG_OK; i++)
		if (out->kind == kind && out->tag == tag)
			return FG_OK;
	return FG_ABSENT;
}

enum fg_status
snapshot_open(const char *path, struct snapshot *out)
{
	struct stat sb;
	void *map = MAP_FAILED;
	enum fg_status st = FG_E_IO;
	int fd, saved;

	memset(out, 0, sizeof(*out));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1 || fstat(fd, &sb) == -1)
		goto done;
	if (!S_ISREG(sb.st_mode) || sb.st_size < SNAPSHOT_HEAD) {
		st = FG_E_CORRUPT;
		goto done;
	}
	map = mmap(NULL, (size_t)sb.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		goto done;
	out->bytes = map;
	out->len = (size_t)sb.st_size;
	st = snapshot_check(out->bytes, out->len, &out->info);
done:
	saved = errno;
	if (fd != -1)
		close(fd);
	if (st != FG_OK)
		snapshot_close(out);
	errno = saved;
	return st;
}

void
snapshot_close(struct snapshot *s)
{
	if (s->bytes != NULL)
		munmap((void *)(uintptr_t)s->bytes, s->len);
	memset(s, 0, sizeof(*s));
}

/* --- writing -------------------------------------------------------------- */

static size_t
align_up(size_t n)
{
	return (n + SNAPSHOT_ALIGN - 1) / SNAPSHOT_ALIGN * SNAPSHOT_ALIGN;
}

/* Head and table; *len is the whole file's length.  NULL: out of memory. */
static uint8_t *
make_head(const struct snapshot_info *info, const struct snapshot_part *parts,
    size_t n_parts, size_t *head_len, size_t *len)
{
	size_t used = table_end((uint32_t)n_parts), at = align_up(used);
	uint8_t *head = calloc(1, at);

	*head_len = at;
	if (head == NULL)
		return NULL;
	for (size_t i = 0; i < n_parts; i++) {
		struct manifest_section s = {
		    .kind = parts[i].kind,
		    .crc = crc32c(0, parts[i].data, parts[i].len),
		    .place = at,
		    .len = parts[i].len,
		    .tag = parts[i].tag,
		};

		manifest_entry_put(
		    head + SNAPSHOT_HEAD + i * MANIFEST_ENTRY, &s);
		at = align_up(at + parts[i].len);
	}
	memcpy(head, magic, sizeof(magic));
	le32enc(head + S_VERSION, SNAPSHOT_VERSION);
	le64enc(head + S_LEN, at);
	le64enc(head + S_GENERATION, info->generation);
	le64enc(head + S_LCUT, info->lcut_ms);
	le64enc(head + S_TIME, info->time_ms);
	le32enc(head + S_SECTIONS, (uint32_t)n_parts);
	le32enc(head + S_ENTRY, MANIFEST_ENTRY);
	memcpy(head + S_PROJECT, info->project, strlen(info->project));
	le32enc(head + S_SUM, table_sum(head, (uint32_t)n_parts));
	*len = at;
	return head;
}

static enum fg_status
write_all(int fd, const void *data, size_t n)
{
	const uint8_t *p = data;
	ssize_t done;

	while (n > 0) {
		done = write(fd, p, n < 1 << 30 ? n : 1 << 30);
		if (done == -1 && errno == EINTR)
			continue;
		if (done == -1)
			return errno == ENOSPC || errno == EDQUOT ? FG_E_SPACE
								  : FG_E_IO;
		p += done;
		n -= (size_t)done;
	}
	return FG_OK;
}

static bool
parts_ok(const struct snapshot_info *info, size_t n_parts)
{
	return n_parts > 0 && n_parts <= SNAPSHOT_MAX_SECTIONS &&
	    strnlen(info->project, MANIFEST_PROJECT) < MANIFEST_PROJECT;
}

enum fg_status
snapshot_put(int fd, const struct snapshot_info *info,
    const struct snapshot_part *parts, size_t n_parts)
{
	static const uint8_t zero[SNAPSHOT_ALIGN];
	size_t head_len, len;
	enum fg_status st;
	uint8_t *head;

	if (!parts_ok(info, n_parts))
		return FG_E_INVALID;
	head = make_head(info, parts, n_parts, &head_len, &len);
	if (head == NULL)
		return FG_E_NOMEM;
	st = write_all(fd, head, head_len);
	for (size_t i = 0; i < n_parts && st == FG_OK; i++) {
		st = write_all(fd, parts[i].data, parts[i].len);
		if (st == FG_OK)
			st = write_all(
			    fd, zero, align_up(parts[i].len) - parts[i].len);
	}
	free(head);
	return st;
}

/* Makes the rename last.  A folder that cannot be opened is no failure. */
static enum fg_status
sync_folder_of(const char *path)
{
	char dir[4096];
	const char *slash = strrchr(path, '/');
	int fd, rc;

	if (slash == NULL)
		strcpy(dir, ".");
	else if (slash == path)
		strcpy(dir, "/");
	else
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return errno == EACCES ? FG_OK : FG_E_IO;
	rc = fsync(fd);
	close(fd);
	return rc == -1 && errno != EINVAL ? FG_E_IO : FG_OK;
}

enum fg_status
snapshot_write(const char *path, unsigned mode,
    const struct snapshot_info *info, const struct snapshot_part *parts,
    size_t n_parts)
{
	char tmp[4096];
	enum fg_status st;
	int fd, saved;

	if (!parts_ok(info, n_parts) || strlen(path) + 8 > sizeof(tmp))
		return FG_E_INVALID;
	snprintf(tmp, sizeof(tmp), "%s.XXXXXX", path);
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd == -1)
		return FG_E_IO;
	st = snapshot_put(fd, info, parts, n_parts);
	if (st == FG_OK &&
	    (fsync(fd) == -1 || fchmod(fd, mode) == -1 ||
		rename(tmp, path) == -1))
		st = FG_E_IO;
	saved = errno;
	close(fd);
	if (st != FG_OK)
		unlink(tmp);
	errno = saved;
	return st == FG_OK ? sync_folder_of(path) : st;
}
