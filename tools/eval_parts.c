#include "tools/eval_parts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/idlist.h"
#include "reader/rules.h"
#include "syncer/compile_hostwide.h"
#include "syncer/country.h"
#include "syncer/idlist.h"
#include "tools/state.h"

#define TRIES 5

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
eval_overrides(
    const struct cmd *cmd, const char *path, struct hostwide_text *out)
{
	struct hostwide_error err;
	enum fg_status st = compile_hostwide_file(path, out, &err);

	if (st == FG_OK)
		return CMD_OK;
	cmd_say(cmd, "%s", err.text);
	return st == FG_E_INVALID || st == FG_E_SPACE ? CMD_USAGE : CMD_FAIL;
}

/* Directly behind the image: that is where readers look for them. */
static int
add_overrides(const struct cmd *cmd, struct eval_parts *parts, const char *path)
{
	struct hostwide_text value;
	int rc = eval_overrides(cmd, path, &value);

	if (rc != CMD_OK)
		return rc;
	return add(cmd, parts, MANIFEST_OVERRIDES, 0, value.bytes, value.len);
}

int
eval_parts_load(const struct cmd *cmd, struct eval_image *image,
    const struct eval_source *source, struct eval_parts *out)
{
	int rc;

	*out = (struct eval_parts){0};
	rc = add(cmd, out, MANIFEST_IMAGE, 0, image->bytes, image->len);
	image->bytes = NULL;
	if (rc == CMD_OK && source->overrides != NULL)
		rc = add_overrides(cmd, out, source->overrides);
	if (rc == CMD_OK && source->country != NULL)
		rc = add_countries(cmd, out, source->country);
	if (rc == CMD_OK && source->idlists != NULL)
		rc = add_lists(cmd, out, source->idlists);
	if (rc != CMD_OK)
		eval_parts_free(out);
	return rc;
}

/*
 * One section of the source.  Other overrides than asked for are left out, and
 * so is what only a syncer can use.
 */
static int
copy_section(const struct cmd *cmd, const struct eval_source *source,
    struct eval_parts *parts, const struct manifest_section *s,
    const uint8_t *bytes)
{
	uint8_t *copy;
	int rc;

	if (s->kind == MANIFEST_OVERRIDES || s->kind == MANIFEST_ID_PLACES)
		return CMD_OK;
	copy = malloc(s->len > 0 ? s->len : 1);
	if (copy == NULL)
		return cmd_fail(cmd, "a snapshot", FG_E_NOMEM);
	memcpy(copy, bytes, s->len);
	rc = add(cmd, parts, s->kind, s->tag, copy, s->len);
	if (rc == CMD_OK && s->kind == MANIFEST_IMAGE)
		rc = add_overrides(cmd, parts, source->overrides);
	return rc;
}

static int
copy_snapshot(const struct cmd *cmd, const struct eval_source *source,
    struct snapshot_info *info, struct eval_parts *out)
{
	struct snapshot snap;
	struct manifest_section s;
	enum fg_status st = snapshot_open(source->snapshot, &snap);
	int rc = CMD_OK;

	if (st != FG_OK)
		return cmd_fail_rules(cmd, source->snapshot, st);
	*info = snap.info;
	for (uint32_t i = 0; rc == CMD_OK &&
	     snapshot_section(snap.bytes, snap.len, i, &s) == FG_OK;
	     i++)
		rc = copy_section(cmd, source, out, &s, snap.bytes + s.place);
	snapshot_close(&snap);
	return rc;
}

static int
copy_pinned(const struct cmd *cmd, const struct eval_source *source,
    struct rules *rules, const struct rules_pin *pin,
    struct snapshot_info *info, struct eval_parts *out)
{
	struct manifest_section s;
	struct manifest head;
	const uint8_t *bytes;
	size_t len;
	int rc = CMD_OK;

	if (manifest_check(pin->manifest, pin->manifest_len, &head) != FG_OK)
		return CMD_FAIL;
	*info = (struct snapshot_info){.generation = head.generation,
	    .lcut_ms = head.lcut_ms,
	    .time_ms = head.time_ms};
	memcpy(info->project, head.project, sizeof(info->project));
	for (uint32_t i = 0; rc == CMD_OK && i < head.n_sections; i++) {
		if (manifest_section(pin->manifest, pin->manifest_len, i, &s) !=
			FG_OK ||
		    rules_section(rules, pin, s.kind, s.tag, &bytes, &len) !=
			FG_OK)
			return CMD_FAIL;
		s.len = len;
		rc = copy_section(cmd, source, out, &s, bytes);
	}
	return rc;
}

/* A generation may go while it is copied. */
static int
copy_state(const struct cmd *cmd, const struct eval_source *source,
    struct snapshot_info *info, struct eval_parts *out)
{
	const char *dir = cmd_state_dir(source->state_dir);
	const char *project =
	    source->project != NULL ? source->project : "default";
	struct rules_pin pin;
	struct rules *rules;
	enum fg_status st = rules_open(dir, project, &rules);
	bool whole = false;
	int rc = CMD_OK;

	if (st != FG_OK)
		return cmd_fail_rules(cmd, dir, st);
	for (int i = 0; i < TRIES && st == FG_OK && !whole; i++) {
		eval_parts_free(out);
		st = rules_pin(rules, &pin);
		if (st == FG_OK)
			rc = copy_pinned(cmd, source, rules, &pin, info, out);
		whole = st == FG_OK && rules_alive(rules, &pin);
	}
	rules_close(rules);
	if (st == FG_E_NOT_READY || st == FG_E_IO)
		return state_say_not_ready(cmd, dir, project);
	if (st != FG_OK || !whole)
		return cmd_fail_rules(cmd, dir, st != FG_OK ? st : FG_E_BUSY);
	return rc;
}

int
eval_parts_copy(const struct cmd *cmd, const struct eval_source *source,
    struct snapshot_info *info, struct eval_parts *out)
{
	int rc;

	*out = (struct eval_parts){0};
	rc = source->snapshot != NULL ? copy_snapshot(cmd, source, info, out)
				      : copy_state(cmd, source, info, out);
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
