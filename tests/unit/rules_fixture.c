#include "tests/unit/rules_fixture.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/idlist.h"
#include "common/image.h"
#include "common/manifest.h"
#include "syncer/compile.h"
#include "tests/unit/test.h"

char *
fixture_text(const struct fixture_doc *doc)
{
	static const char format[] =
	    "{\"has_updates\":true,\"time\":1700000000000,"
	    "\"feature_gates\":{%s},\"dynamic_configs\":{%s},"
	    "\"layer_configs\":{%s},\"condition_map\":{%s},"
	    "\"experiment_to_layer\":{}%s}";
	const char *parts[] = {
	    doc->gates, doc->configs, doc->layers, doc->conditions, doc->more};
	char *text;

	for (size_t i = 0; i < 5; i++)
		if (parts[i] == NULL)
			parts[i] = "";
	assert_true(asprintf(&text, format, parts[0], parts[1], parts[2],
			parts[3], parts[4]) > 0);
	return text;
}

uint8_t *
fixture_image(const char *json, size_t *len)
{
	struct compile_notes notes = {0};
	struct compile_result r;
	enum fg_status st = compile_document(json, strlen(json), &notes, &r);

	for (size_t i = 0; st != FG_OK && i < notes.n; i++)
		print_message(
		    "%s: %s\n", notes.notes[i].path, notes.notes[i].message);
	assert_int_equal(st, FG_OK);
	assert_non_null(r.image);
	image_seal(r.image, r.image_len, FIXTURE_GENERATION, FIXTURE_RECEIVED,
	    "Network");
	*len = r.image_len;
	compile_notes_free(&notes);
	free(r.checksum);
	return r.image;
}

struct fg *
fixture_open(const char *json, const struct fg_options *options)
{
	return fixture_open_beside(json, options, NULL, 0);
}

struct fg *
fixture_open_beside(const char *json, const struct fg_options *options,
    const struct snapshot_part *more, size_t n)
{
	struct fg_options o = FG_OPTIONS_INIT;
	struct snapshot_info info = {
	    .generation = FIXTURE_GENERATION, .project = "default"};
	struct snapshot_part *parts = calloc(n + 1, sizeof(*parts));
	char path[64];
	struct fg *fg;
	uint8_t *image;

	assert_non_null(parts);
	image = fixture_image(json, &parts[0].len);
	parts[0].kind = MANIFEST_IMAGE;
	parts[0].data = image;
	for (size_t i = 0; i < n; i++)
		parts[1 + i] = more[i];
	snprintf(
	    path, sizeof(path), "/tmp/forkgate-test-%ld.fgs", (long)getpid());
	assert_int_equal(
	    snapshot_write(path, 0600, &info, parts, n + 1), FG_OK);
	free(image);
	free(parts);
	if (options != NULL)
		o = *options;
	o.snapshot = path;
	assert_int_equal(fg_open(&o, &fg), FG_OK);
	unlink(path);
	return fg;
}

static int
by_key(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct snapshot_part
fixture_id_list(const char *name, const char *const *members, size_t n)
{
	struct snapshot_part part = {.kind = MANIFEST_ID_LIST};
	uint64_t entries[16];
	uint8_t *list;

	assert_in_range(n, 0, 16);
	for (size_t i = 0; i < n; i++)
		entries[i] = idlist_entry(
		    idlist_key(members[i], strlen(members[i])), true);
	qsort(entries, n, sizeof(*entries), by_key);
	assert_int_equal(idlist_make(IDLIST_BASE, 0, name, strlen(name),
			     entries, n, &list, &part.len),
	    FG_OK);
	part.tag = idlist_tag(name, strlen(name));
	part.data = list;
	return part;
}

char *
fixture_state_dir(void)
{
	char *dir = strdup("/tmp/forkgate-test-XXXXXX");
	char sub[64];

	assert_non_null(dir);
	assert_non_null(mkdtemp(dir));
	snprintf(sub, sizeof(sub), "%s/queue", dir);
	assert_int_equal(mkdir(sub, 0700), 0);
	return dir;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
fixture_remove_dir(char *dir)
{
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(dir);
}
