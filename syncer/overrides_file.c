#include "syncer/overrides_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "syncer/compile_hostwide.h"
#include "syncer/log.h"

#define POLL_MS  500 /* without a word from inotify */
#define QUIET_MS 50  /* unchanged for so long, it has been written */

/* All that may put another file under the name, or under one that leads to it;
   what is written is looked at when it is closed, or at the next poll. */
#define EVENTS                                                        \
	(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |     \
	    IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | \
	    IN_ONLYDIR)

/* A file as it was seen, or (errno) not. */
struct look {
	struct stat sb;
	int error;
};

struct overrides_file {
	struct overrides_file_parts parts;
	struct loop_timer timer;
	char *folder;
	int inotify, watch; /* -1: none */
	struct look last;   /* what was seen last */
	struct look taken;  /* and what was acted upon */
	bool looked, acted, told, put_fails;
	uint64_t id; /* of the value, 0: none */
	size_t len;  /* of that value */
	uint32_t crc;
	char *refused; /* why the file is, or NULL */
};

/* --- the value ------------------------------------------------------------ */

static void
put(struct overrides_file *f, const struct hostwide_text *value)
{
	uint32_t crc = crc32c(0, value->bytes, value->len);
	enum fg_status st;
	uint64_t id;

	if (f->id != 0 && f->len == value->len && f->crc == crc)
		return;
	st = store_put_shared(f->parts.store, value->bytes, value->len, &id);
	if (st != FG_OK && !f->put_fails)
		log_error("[project %s] overrides of %s cannot be stored: %s; "
			  "what was in force stays",
		    f->parts.project, f->parts.path,
		    st == FG_E_IO ? strerror(errno) : fg_strerror(st));
	f->put_fails = st != FG_OK;
	if (st != FG_OK) {
		f->acted = false; /* again at the next look */
		return;
	}
	f->id = id;
	f->len = value->len;
	f->crc = crc;
}

static void
take(struct overrides_file *f, const struct hostwide_text *value)
{
	uint64_t before = f->id;

	put(f, value);
	if (f->acted && (f->id != before || f->refused != NULL || !f->told))
		log_warn("[project %s] %u overrides of %s are in force",
		    f->parts.project, value->n, f->parts.path);
	f->told = f->acted;
	free(f->refused);
	f->refused = NULL;
}

static void
lift(struct overrides_file *f)
{
	if (f->id != 0 || f->refused != NULL)
		log_warn("[project %s] %s was removed: all overrides are "
			 "lifted",
		    f->parts.project, f->parts.path);
	f->id = 0;
	free(f->refused);
	f->refused = NULL;
}

/* What was in force stays, with the reason why nothing else took its place. */
static void
refuse(struct overrides_file *f, const char *why)
{
	struct hostwide_text value;
	const uint8_t *held = NULL;
	size_t len = 0;

	if (f->refused == NULL || strcmp(f->refused, why) != 0)
		log_error("[project %s] overrides are refused: %s; those that "
			  "were in force stay",
		    f->parts.project, why);
	free(f->refused);
	f->refused = strdup(why);
	if (f->id != 0 &&
	    store_get_shared(f->parts.store, f->id, &held, &len) != FG_OK)
		return;
	if (compile_hostwide_note(held, len, why, &value) != FG_OK)
		return;
	put(f, &value);
	free(value.bytes);
}

static void
act(struct overrides_file *f)
{
	struct hostwide_text value;
	struct hostwide_error err;
	enum fg_status st;

	f->acted = true;
	f->taken = f->last;
	st = compile_hostwide_file(f->parts.path, &value, &err);
	if (st == FG_OK)
		take(f, &value);
	else if (st == FG_ABSENT)
		lift(f);
	else if (st == FG_E_NOMEM)
		f->acted = false;
	else
		refuse(f, err.text);
	free(value.bytes);
}

/* --- looking ---------------------------------------------------------------- */

static bool
same_look(const struct look *a, const struct look *b)
{
	if (a->error != 0 || b->error != 0)
		return a->error == b->error;
	return a->sb.st_dev == b->sb.st_dev && a->sb.st_ino == b->sb.st_ino &&
	    a->sb.st_size == b->sb.st_size && a->sb.st_mode == b->sb.st_mode &&
	    a->sb.st_mtim.tv_sec == b->sb.st_mtim.tv_sec &&
	    a->sb.st_mtim.tv_nsec == b->sb.st_mtim.tv_nsec &&
	    a->sb.st_ctim.tv_sec == b->sb.st_ctim.tv_sec &&
	    a->sb.st_ctim.tv_nsec == b->sb.st_ctim.tv_nsec;
}

/* The folder may come later, or be another one by now. */
static void
watch(struct overrides_file *f)
{
	if (f->inotify != -1 && f->watch == -1)
		f->watch = inotify_add_watch(f->inotify, f->folder, EVENTS);
}

static void
on_timer(void *arg)
{
	struct overrides_file *f = arg;
	struct look now = {0};
	uint64_t wait = POLL_MS;
	bool quiet;

	watch(f);
	if (stat(f->parts.path, &now.sb) == -1)
		now.error = errno;
	quiet = f->looked && same_look(&now, &f->last);
	f->looked = true;
	f->last = now;
	if (f->acted && same_look(&now, &f->taken))
		quiet = false;
	else if (!quiet)
		wait = QUIET_MS;
	if (quiet)
		act(f);
	f->parts.changed(f->parts.arg);
	loop_timer_set(f->parts.loop, &f->timer, wait);
}

static void
on_event(void *arg, int fd, uint32_t events)
{
	_Alignas(struct inotify_event) char buf[4096];
	struct overrides_file *f = arg;
	ssize_t n;

	(void)events;
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *e =
			    (const struct inotify_event *)(buf + at);

			/* Moved away it is watched on, and must not be. */
			if ((e->mask & IN_MOVE_SELF) != 0)
				inotify_rm_watch(fd, e->wd);
			if ((e->mask &
				(IN_MOVE_SELF | IN_DELETE_SELF | IN_IGNORED)) !=
				0 &&
			    e->wd == f->watch)
				f->watch = -1;
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	}
	if (!f->timer.armed || f->timer.due_ms > loop_clock_ms() + QUIET_MS)
		loop_timer_set(f->parts.loop, &f->timer, QUIET_MS);
}

/* --- the object --------------------------------------------------------------- */

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return slash == path ? strdup("/")
			     : strndup(path, (size_t)(slash - path));
}

enum fg_status
overrides_file_new(const struct overrides_file_parts *parts,
    const struct manifest_section *held, struct overrides_file **out)
{
	struct overrides_file *f = calloc(1, sizeof(*f));

	*out = f;
	if (f == NULL)
		return FG_E_NOMEM;
	f->parts = *parts;
	f->inotify = f->watch = -1;
	f->timer = (struct loop_timer){.fn = on_timer, .arg = f};
	if (parts->path == NULL) {
		if (held->id != 0)
			log_warn("[project %s] no overrides_file any longer: "
				 "all overrides are lifted",
			    parts->project);
		return FG_OK;
	}
	f->id = held->id;
	f->len = (size_t)held->len;
	f->crc = held->crc;
	f->folder = folder_of(parts->path);
	if (f->folder == NULL) {
		overrides_file_free(f);
		*out = NULL;
		return FG_E_NOMEM;
	}
	if (stat(parts->path, &f->last.sb) == -1)
		f->last.error = errno;
	f->looked = true;
	act(f);
	return FG_OK;
}

void
overrides_file_free(struct overrides_file *f)
{
	if (f == NULL)
		return;
	loop_timer_clear(f->parts.loop, &f->timer);
	if (f->inotify != -1) {
		loop_unwatch(f->parts.loop, f->inotify);
		close(f->inotify);
	}
	free(f->folder);
	free(f->refused);
	free(f);
}

void
overrides_file_start(struct overrides_file *f)
{
	if (f->parts.path == NULL)
		return;
	f->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (f->inotify != -1 &&
	    loop_watch(f->parts.loop, f->inotify, EPOLLIN, on_event, f) !=
		FG_OK) {
		close(f->inotify);
		f->inotify = -1;
	}
	on_timer(f);
}

uint64_t
overrides_file_id(const struct overrides_file *f)
{
	return f->id;
}

void
overrides_file_forget(struct overrides_file *f)
{
	f->id = 0;
	f->acted = false;
}
