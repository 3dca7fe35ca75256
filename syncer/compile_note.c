#include <stdio.h>
#include <stdlib.h>

#include "syncer/compile_int.h"

/* Names are foreign and may be long: this much of one is in a path. */
#define NAME_IN_PATH 80

static void
path_add(char *path, size_t cap, size_t *len, const char *name, size_t n)
{
	bool cut = n > NAME_IN_PATH;

	if (cut)
		n = NAME_IN_PATH;
	for (size_t i = 0; i < n && *len + 1 < cap; i++)
		path[(*len)++] =
		    (char)((uint8_t)name[i] < ' ' || name[i] == 0x7f ? '?'
								     : name[i]);
	for (int i = 0; cut && i < 3 && *len + 1 < cap; i++)
		path[(*len)++] = '.';
	path[*len] = '\0';
}

static void
path_where(const struct compile_where *w, char *path, size_t cap, size_t *len)
{
	char index[24];

	if (w == NULL)
		return;
	path_where(w->up, path, cap, len);
	if (w->name == NULL) {
		int n = snprintf(index, sizeof(index), "[%zu]", w->index);

		path_add(path, cap, len, index, (size_t)n);
		return;
	}
	if (*len > 0)
		path_add(path, cap, len, ".", 1);
	path_add(path, cap, len, w->name, w->n);
}

static void
note_add(struct compile *c, enum compile_severity severity, size_t at,
    const char *path, const char *message)
{
	struct compile_notes *notes = c->notes;
	struct json_place place;
	struct compile_note *x;

	if (notes == NULL)
		return;
	if (notes->n >= COMPILE_MAX_NOTES && severity != COMPILE_REFUSED) {
		notes->n_more++;
		return;
	}
	if (!compile_room(
		c, &notes->notes, &notes->cap, notes->n + 1, sizeof(*x)))
		return;
	place = json_place(c->doc, c->n, at);
	x = &notes->notes[notes->n];
	x->severity = severity;
	x->line = place.line;
	x->column = place.column;
	x->path = strdup(path);
	x->message = strdup(message);
	if (x->path == NULL || x->message == NULL) {
		free(x->path);
		free(x->message);
		c->status = FG_E_NOMEM;
		return;
	}
	notes->n++;
}

void
compile_notes_free(struct compile_notes *notes)
{
	for (size_t i = 0; i < notes->n; i++) {
		free(notes->notes[i].path);
		free(notes->notes[i].message);
	}
	free(notes->notes);
	*notes = (struct compile_notes){0};
}

void
compile_note(struct compile *c, enum compile_severity severity, size_t at,
    const char *message)
{
	char path[sizeof(c->error.path)] = "";
	size_t len = 0;

	path_where(c->where, path, sizeof(path), &len);
	note_add(c, severity, at, path, message);
}

bool
compile_fail(struct compile *c, size_t at, const char *field, size_t n,
    const char *message)
{
	size_t len = 0;

	if (c->failed)
		return false;
	c->failed = true;
	c->error.at = at;
	c->error.path[0] = '\0';
	path_where(c->where, c->error.path, sizeof(c->error.path), &len);
	if (field != NULL) {
		if (len > 0)
			path_add(
			    c->error.path, sizeof(c->error.path), &len, ".", 1);
		path_add(c->error.path, sizeof(c->error.path), &len, field, n);
	}
	snprintf(c->error.message, sizeof(c->error.message), "%s", message);
	return false;
}

void
compile_report(struct compile *c, enum compile_severity severity)
{
	note_add(c, severity, c->error.at, c->error.path, c->error.message);
	c->failed = false;
}
