#include "tools/image_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/snapshot.h"
#include "reader/rules.h"
#include "tools/state.h"

#define TRIES 5 /* a generation may go while it is copied */

static enum fg_status
copy_bytes(const void *bytes, size_t len, struct image_source *out)
{
	free(out->bytes);
	out->bytes = malloc(len > 0 ? len : 1);
	out->len = len;
	if (out->bytes == NULL)
		return FG_E_NOMEM;
	memcpy(out->bytes, bytes, len);
	return FG_OK;
}

static enum fg_status
copy_snapshot(const char *path, struct image_source *out)
{
	struct manifest_section section;
	struct snapshot s;
	enum fg_status st = snapshot_open(path, &s);

	if (st != FG_OK)
		return st;
	out->generation = s.info.generation;
	st = snapshot_find(s.bytes, s.len, MANIFEST_IMAGE, 0, &section);
	if (st == FG_OK)
		st = copy_bytes(s.bytes + section.place, section.len, out);
	if (st == FG_OK &&
	    snapshot_section(s.bytes, s.len, 1, &section) == FG_OK &&
	    section.kind == MANIFEST_OVERRIDES)
		st = override_list_take(
		    s.bytes + section.place, section.len, &out->overrides);
	snapshot_close(&s);
	return st == FG_ABSENT ? FG_E_CORRUPT : st;
}

static enum fg_status
copy_pinned(struct rules *rules, struct image_source *out)
{
	struct rules_pin pin;
	enum fg_status st = FG_E_BUSY;

	for (int i = 0; i < TRIES; i++) {
		st = rules_pin(rules, &pin);
		if (st == FG_OK)
			st = copy_bytes(pin.image, pin.image_len, out);
		out->generation = pin.generation;
		if (st == FG_OK)
			st = override_list_pinned(rules, &pin, &out->overrides);
		if (st != FG_E_BUSY)
			return st;
	}
	return FG_E_BUSY;
}

static int
get_state(const struct cmd *cmd, const struct eval_source *source,
    struct image_source *out)
{
	const char *dir = cmd_state_dir(source->state_dir);
	const char *project =
	    source->project != NULL ? source->project : "default";
	struct rules *rules;
	enum fg_status st = rules_open(dir, project, &rules);

	if (st == FG_OK) {
		st = copy_pinned(rules, out);
		rules_close(rules);
	}
	if (st == FG_E_NOT_READY || st == FG_E_IO)
		return state_say_not_ready(cmd, dir, project);
	return st == FG_OK ? CMD_OK : cmd_fail_rules(cmd, dir, st);
}

static int
get_snapshot(const struct cmd *cmd, const char *path, struct image_source *out)
{
	enum fg_status st = copy_snapshot(path, out);

	if (st == FG_E_CORRUPT) {
		cmd_say(cmd, "%s: no whole snapshot", path);
		return CMD_FAIL;
	}
	return st == FG_OK ? CMD_OK : cmd_fail_rules(cmd, path, st);
}

static int
get_rules(const struct cmd *cmd, const char *path, struct image_source *out)
{
	struct eval_image image;
	int rc = eval_source_compile(cmd, path, &image);

	if (rc == CMD_OK) {
		out->bytes = image.bytes;
		out->len = image.len;
	}
	return rc;
}

int
image_source_get(const struct cmd *cmd, const struct eval_source *source,
    struct image_source *out)
{
	enum fg_status st;
	int rc;

	*out = (struct image_source){0};
	if (source->rules != NULL)
		rc = get_rules(cmd, source->rules, out);
	else if (source->snapshot != NULL)
		rc = get_snapshot(cmd, source->snapshot, out);
	else
		rc = get_state(cmd, source, out);
	if (rc == CMD_OK) {
		st = image_open(out->bytes, out->len, &out->image);
		if (st == FG_OK)
			st = image_check(&out->image);
		if (st != FG_OK)
			rc = cmd_fail_rules(cmd, "image", st);
	}
	if (rc != CMD_OK) {
		image_source_free(out);
	}
	return rc;
}

void
image_source_free(struct image_source *s)
{
	override_list_free(&s->overrides);
	free(s->bytes);
	*s = (struct image_source){0};
}

void
image_names_free(char **names)
{
	for (size_t i = 0; names != NULL && names[i] != NULL; i++)
		free(names[i]);
	free(names);
}

char **
image_store_names(const struct image *im, const char *store)
{
	uint32_t at = image_find(im, IMAGE_H_STORES, store, strlen(store),
	    hash64(store, strlen(store)));
	const uint8_t *record = image_at(im, at, IMAGE_STORE);
	uint32_t n = record != NULL ? le32load(record + 8) : 0, k = 0;
	char **names;

	if (n > im->size / IMAGE_STORE_PARAM)
		n = 0;
	names = calloc((size_t)n + 1, sizeof(*names));
	for (uint32_t i = 0; names != NULL && i < n; i++) {
		const uint8_t *param =
		    image_nth(im, le32load(record + 12), i, IMAGE_STORE_PARAM);
		struct image_str s;

		if (param == NULL || !image_str(im, le32load(param), &s))
			continue;
		names[k] = strndup((const char *)s.bytes, s.len);
		if (names[k++] == NULL) {
			image_names_free(names);
			return NULL;
		}
	}
	return names;
}
