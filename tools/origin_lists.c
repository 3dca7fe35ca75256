/*
 * ID lists: each file of a folder is one, served whole or from a byte on.  A
 * file .NAME.meta holds the ID and the time (Unix ms) of file NAME; without
 * one they are made of its inode number, and always the same time.
 */
#include "tools/origin.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX  "/lists/"
#define CREATED 1700000000000LL

const char *
origin_list_name(const char *path)
{
	const size_t n = sizeof(PREFIX) - 1;

	return strncmp(path, PREFIX, n) == 0 ? path + n : NULL;
}

static void
read_meta(const char *name, const struct stat *st, char id[128], long long *at)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/.%s.meta", origin.lists_dir, name);
	snprintf(id, 128, "file-%llu", (unsigned long long)st->st_ino);
	*at = CREATED;
	f = fopen(path, "re");
	if (f == NULL)
		return;
	if (fscanf(f, "%127s %lld", id, at) < 2)
		*at = CREATED;
	fclose(f);
}

static void
add_list(struct bytes *out, const char *host, const char *name)
{
	char path[4096], url[4096], id[128];
	long long created;
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", origin.lists_dir, name);
	if (name[0] == '.' || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	read_meta(name, &st, id, &created);
	if (origin.lists_base != NULL)
		snprintf(url, sizeof(url), "%s/%s", origin.lists_base, name);
	else
		snprintf(url, sizeof(url), "http://%s" PREFIX "%s", host, name);
	if (out->n > 1)
		bytes_add(out, ",", 1);
	bytes_quote(out, name);
	bytes_add(out, ":{\"name\":", 9);
	bytes_quote(out, name);
	bytes_add(out, ",\"url\":", 7);
	bytes_quote(out, url);
	bytes_add(out, ",\"fileID\":", 10);
	bytes_quote(out, id);
	bytes_printf(out, ",\"creationTime\":%lld,\"size\":%lld}", created,
	    (long long)st.st_size);
}

enum MHD_Result
origin_answer_lists(struct MHD_Connection *c, const struct request *req)
{
	const char *host =
		       MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host"),
		   *key = MHD_lookup_connection_value(
		       c, MHD_HEADER_KIND, "statsig-api-key");
	struct bytes out = {0};
	struct dirent *e;
	enum MHD_Result rc;
	DIR *dir;

	if (origin_answer_fault(c, &req->fault, &rc))
		return rc;
	if (origin.key != NULL && (key == NULL || strcmp(key, origin.key) != 0))
		return origin_answer_json(c, 401, "Unauthorized");
	bytes_add(&out, "{", 1);
	dir = origin.lists_dir != NULL ? opendir(origin.lists_dir) : NULL;
	while (dir != NULL && (e = readdir(dir)) != NULL)
		add_list(&out, host != NULL ? host : "127.0.0.1", e->d_name);
	if (dir != NULL)
		closedir(dir);
	bytes_add(&out, "}", 1);
	rc = origin_answer_bytes(
	    c, 200, "application/json", NULL, NULL, NULL, out.p, out.n);
	bytes_free(&out);
	return rc;
}

static enum MHD_Result
answer_from(struct MHD_Connection *c, const struct bytes *file, size_t from)
{
	char range[96];

	if (from >= file->n)
		return origin_answer_html(c, 416, NULL);
	snprintf(range, sizeof(range), "bytes %zu-%zu/%zu", from, file->n - 1,
	    file->n);
	origin.list_bytes += file->n - from;
	return origin_answer_bytes(c, 206, "text/plain", NULL, "Content-Range",
	    range, file->p + from, file->n - from);
}

enum MHD_Result
origin_answer_list(
    struct MHD_Connection *c, const struct request *req, const char *path)
{
	const char *name = origin_list_name(path),
		   *range =
		       MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Range");
	struct bytes file = {0};
	enum MHD_Result rc;
	char full[4096];
	struct stat st;

	if (origin_answer_fault(c, &req->fault, &rc))
		return rc;
	snprintf(full, sizeof(full), "%s/%s",
	    origin.lists_dir != NULL ? origin.lists_dir : "", name);
	if (origin.lists_dir == NULL || strchr(name, '/') != NULL ||
	    !origin_read_file(full, &st, &file)) {
		bytes_free(&file);
		return origin_answer_json(c, 404, "{\"error\":\"no list\"}");
	}
	if (strcmp(req->fault.kind, "truncate") == 0) {
		rc = origin_answer_truncated(c, file.p, file.n);
	} else if (range != NULL && strncmp(range, "bytes=", 6) == 0 &&
	    strcmp(req->fault.kind, "norange") != 0) {
		rc = answer_from(c, &file, strtoul(range + 6, NULL, 10));
	} else {
		origin.list_bytes += file.n;
		rc = origin_answer_bytes(
		    c, 200, "text/plain", NULL, NULL, NULL, file.p, file.n);
	}
	bytes_free(&file);
	return rc;
}
