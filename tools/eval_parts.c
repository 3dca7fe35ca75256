#include "tools/eval_parts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/idlist.h"
#include "syncer/country.h"
#include "syncer/idlist.h"

/* Takes data over, also when it fails. */
static int
add(const struct cmd *cmd, struct eval_parts *parts, uint32_t kind,
    uint64_t tag, uint8_t *data, size_t len)
{
	struct snapshot_part *more =
	    realloc(parts->at, (parts->n + 1) * sizeof(*more));

	if (more == NULL) {
		free(data);
		return cmd_fail(cmd, "a snapshot", FG_E_NOMEM);
	}
	parts->at = more;
	more[parts->n++] = (struct snapshot_part){kind, tag, data, len};
	return CMD_OK;
}

static int
add_countries(const struct cmd *cmd, struct eval_parts *parts, const char *path)
{
	struct country_error err;
	uint8_t *table;
	size_t len;
	enum fg_status st = country_load(path, &table, &len, &err);

	if (st == FG_OK)
		return add(cmd, parts, MANIFEST_COUNTRIES, 0, table, len);
	cmd_say(cmd, "%s: %s", path, err.text);
	return st == FG_E_INVALID ? CMD_USAGE : CMD_FAIL;
}

static bool
has_tag(const struct eval_parts *parts, uint64_t tag)
{
	for (size_t i = 0; i < parts->n; i++)
		if (parts->at[i].kind == MANIFEST_ID_LIST &&
		    parts->at[i].tag == tag)
			return true;
	return false;
}

static int
add_list(const struct cmd *cmd, struct eval_parts *parts, const char *name,
    const char *path)
{
	struct idlist_values list;
	size_t n, name_len = strlen(name);
	uint64_t tag = idlist_tag(name, name_len);
	enum fg_status st;
	char *lines;

	if (has_tag(parts, tag)) {
		cmd_say(
		    cmd, "%s: its name has the hash of another list's", path);
		return CMD_USAGE;
	}
	st = cmd_read_file(path, &lines, &n);
	if (st == FG_OK) {
		st = idlist_build(name, name_len, lines, n, &list);
		free(lines);
	}
	if (st != FG_OK)
		return cmd_fail(cmd, path, st);
	return add(cmd, parts, MANIFEST_ID_LIST, tag, list.base, list.base_len);
}

/* Hidden files and folders are no lists. */
static int
add_lists(const struct cmd *cmd, struct eval_parts *parts, const char *dir)
{
	struct dirent **names;
	struct stat sb;
	char path[4096];
	int n = scandir(dir, &names, NULL, alphasort), rc = CMD_OK;

	if (n == -1)
		return cmd_fail(cmd, dir, FG_E_IO);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (rc == CMD_OK && name[0] != '.' &&
		    (size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) <
			sizeof(path) &&
		    stat(path, &sb) == 0 && S_ISREG(sb.st_mode))
			rc = add_list(cmd, parts, name, path);
		free(names[i]);
	}
	free(names);
	return rc;
}

int
eval_parts_load(const struct cmd *cmd, struct eval_image *image,
    const char *country, const char *idlists, struct eval_parts *out)
{
	int rc;

	*out = (struct eval_parts){0};
	rc = add(cmd, out, MANIFEST_IMAGE, 0, image->bytes, image->len);
	image->bytes = NULL;
	if (rc == CMD_OK && country != NULL)
		rc = add_countries(cmd, out, country);
	if (rc == CMD_OK && idlists != NULL)
		rc = add_lists(cmd, out, idlists);
	if (rc != CMD_OK)
		eval_parts_free(out);
	return rc;
}

void
eval_parts_free(struct eval_parts *parts)
{
	for (size_t i = 0; i < parts->n; i++)
		free((void *)(uintptr_t)parts->at[i].data);
	free(parts->at);
	*parts = (struct eval_parts){0};
}
