#include "tools/eval_source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/image.h"
#include "common/snapshot.h"
#include "reader/forkgate.h"
#include "syncer/compile.h"
#include "tools/eval_parts.h"
#include "tools/state.h"

/* What a Statsig SDK calls rules that it was handed. */
#define SOURCE "Bootstrap"

int
eval_source_check(const struct cmd *cmd, const struct eval_source *s)
{
	int n =
	    (s->state_dir != NULL) + (s->rules != NULL) + (s->snapshot != NULL);

	if (n > 1)
		return cmd_usage(
		    cmd, "--state, --rules and --snapshot: choose one");
	if (s->project != NULL && !cmd_project_ok(cmd, s->project))
		return CMD_USAGE;
	if (s->rules != NULL && s->project != NULL)
		return cmd_usage(cmd, "--project: a document has no projects");
	if (s->rules == NULL && (s->country != NULL || s->idlists != NULL))
		return cmd_usage(cmd,
		    "--country and --idlists go with --rules; elsewhere they "
		    "are where the rules are");
	if (s->log && (s->rules != NULL || s->snapshot != NULL))
		return cmd_usage(cmd,
		    "--log: only a state directory has a queue; use --state");
	if (s->log && s->overrides != NULL)
		return cmd_usage(cmd,
		    "--log: what is only tried with --overrides is not logged");
	return CMD_OK;
}

static void
say_notes(
    const struct cmd *cmd, const char *path, const struct compile_notes *notes)
{
	static const char *const what[] = {
	    [COMPILE_REFUSED] = "refused",
	    [COMPILE_DROPPED] = "dropped",
	    [COMPILE_UNSUPPORTED] = "unsupported",
	};

	for (size_t i = 0; i < notes->n; i++) {
		const struct compile_note *note = &notes->notes[i];

		cmd_say(cmd, "%s:%zu:%zu: %s: %s%s%s", path, note->line,
		    note->column, what[note->severity], note->path,
		    note->path[0] != '\0' ? ": " : "", note->message);
	}
	if (notes->n_more > 0)
		cmd_say(cmd, "%s: and %zu more notes", path, notes->n_more);
}

static int
compile_text(const struct cmd *cmd, const char *path, const char *text,
    size_t n, struct eval_image *out)
{
	struct compile_notes notes = {0};
	struct compile_result result = {0};
	enum fg_status st = compile_document(text, n, &notes, &result);
	int rc = CMD_OK;

	say_notes(cmd, path, &notes);
	if (st != FG_OK && notes.n == 0)
		rc = cmd_fail(cmd, path, st);
	else if (st != FG_OK)
		rc = st == FG_E_INVALID ? CMD_USAGE : CMD_FAIL;
	else if (!result.has_updates) {
		cmd_say(cmd,
		    "%s: has_updates is false: there are no rules in "
		    "this document",
		    path);
		rc = CMD_USAGE;
	}
	if (rc == CMD_OK) {
		image_seal(
		    result.image, result.image_len, 1, cmd_now_ms(), SOURCE);
		*out = (struct eval_image){
		    .bytes = result.image,
		    .len = result.image_len,
		    .lcut_ms = result.time,
		    .n_gates = result.n_gates,
		    .n_configs = result.n_configs,
		    .n_layers = result.n_layers,
		    .n_dropped = result.n_dropped,
		};
		result.image = NULL;
	}
	compile_notes_free(&notes);
	compile_result_free(&result);
	return rc;
}

int
eval_source_compile(
    const struct cmd *cmd, const char *path, struct eval_image *out)
{
	char *text;
	size_t n;
	enum fg_status st = cmd_read_file(path, &text, &n);
	int rc;

	if (st != FG_OK)
		return cmd_fail(cmd, path, st);
	rc = compile_text(cmd, path, text, n, out);
	free(text);
	return rc;
}

static struct snapshot_info
snapshot_info_of(const struct eval_image *image, const char *project)
{
	struct snapshot_info info = {
	    .generation = 1,
	    .lcut_ms = image->lcut_ms,
	    .time_ms = cmd_now_ms(),
	};

	snprintf(info.project, sizeof(info.project), "%s",
	    project != NULL ? project : "default");
	return info;
}

enum fg_status
eval_source_write(const struct eval_image *image,
    const struct eval_parts *parts, const char *project, const char *path)
{
	struct snapshot_info info = snapshot_info_of(image, project);

	return snapshot_write(path, 0644, &info, parts->at, parts->n);
}

/* Nothing stays behind, however this process ends: the file has no name. */
static enum fg_status
to_memory(
    const struct snapshot_info *info, const struct eval_parts *parts, int *fd)
{
	*fd = memfd_create("forkgate-rules", MFD_CLOEXEC);
	if (*fd < 0)
		return FG_E_IO;
	return snapshot_put(*fd, info, parts->at, parts->n);
}

static int
compile_rules(const struct cmd *cmd, const struct eval_source *source,
    struct snapshot_info *info, struct eval_parts *parts)
{
	struct eval_image image;
	int rc = eval_source_compile(cmd, source->rules, &image);

	if (rc != CMD_OK)
		return rc;
	*info = snapshot_info_of(&image, source->project);
	return eval_parts_load(cmd, &image, source, parts);
}

/*
 * Compiles the document, or puts other overrides beside the rules; from here
 * on it is a snapshot like others.
 */
static int
take_rules(const struct cmd *cmd, struct eval_source *source)
{
	struct eval_parts parts;
	struct snapshot_info info;
	int fd = -1, rc;
	enum fg_status st;

	rc = source->rules != NULL
	    ? compile_rules(cmd, source, &info, &parts)
	    : eval_parts_copy(cmd, source, &info, &parts);
	if (rc != CMD_OK)
		return rc;
	st = to_memory(&info, &parts, &fd);
	eval_parts_free(&parts);
	if (st != FG_OK)
		return cmd_fail(cmd, "a snapshot in memory", st);
	snprintf(
	    source->memory, sizeof(source->memory), "/proc/self/fd/%d", fd);
	source->snapshot = source->memory;
	source->rules = NULL;
	return CMD_OK;
}

int
eval_source_open(
    const struct cmd *cmd, struct eval_source *source, struct fg **out)
{
	struct fg_options o = FG_OPTIONS_INIT;
	const char *where;
	enum fg_status st;
	int rc;

	*out = NULL;
	o.project = source->project;
	o.environment = source->environment;
	o.disable_logging = !source->log;
	rc = source->rules != NULL || source->overrides != NULL
	    ? take_rules(cmd, source)
	    : CMD_OK;
	if (rc != CMD_OK)
		return rc;
	o.snapshot = source->snapshot;
	o.state_dir = cmd_state_dir(source->state_dir);
	where = o.snapshot != NULL ? o.snapshot : o.state_dir;
	st = fg_open(&o, out);
	if (st == FG_ABSENT) {
		cmd_say(cmd, "%s: holds another project's rules than %s", where,
		    o.project);
		return CMD_USAGE;
	}
	if (st == FG_E_CORRUPT && o.snapshot != NULL) {
		cmd_say(cmd,
		    "%s: no whole snapshot; make it anew with forkgate compile",
		    where);
		return CMD_FAIL;
	}
	if (st != FG_OK)
		return cmd_fail_rules(cmd, where, st);
	st = fg_wait_ready(*out, 0);
	if (st == FG_OK)
		return CMD_OK;
	rc = st == FG_E_TIMEOUT || st == FG_E_IO
	    ? state_say_not_ready(cmd, where, source->project)
	    : cmd_fail_rules(cmd, where, st);
	fg_close(*out);
	*out = NULL;
	return rc;
}
