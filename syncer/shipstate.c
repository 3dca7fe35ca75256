#include "syncer/shipstate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/jsonw.h"
#include "syncer/log.h"
#include "syncer/loop.h"

#define ROUND_MS 1000 /* a beginning that is reckoned anew at each call */

struct shipstate {
	char *path, *aside;
	struct jsonw last;
	uint64_t since_ms[CONFIG_PROJECTS];
	bool fails;
};

enum fg_status
shipstate_new(const char *state_dir, struct shipstate **out)
{
	struct shipstate *s = calloc(1, sizeof(*s));

	*out = s;
	if (s == NULL)
		return FG_E_NOMEM;
	jsonw_new(&s->last);
	if (asprintf(&s->path, "%s/" SHIPSTATE_FILE, state_dir) < 0)
		s->path = NULL;
	if (asprintf(&s->aside, "%s/" SHIPSTATE_FILE ".new", state_dir) < 0)
		s->aside = NULL;
	return s->path != NULL && s->aside != NULL ? FG_OK : FG_E_NOMEM;
}

void
shipstate_free(struct shipstate *s)
{
	if (s == NULL)
		return;
	jsonw_free(&s->last);
	free(s->path);
	free(s->aside);
	free(s);
}

static void
put_text(struct jsonw *w, const char *key, const char *text)
{
	jsonw_key(w, key);
	jsonw_text(w, text);
}

static void
put_project(
    struct shipstate *s, struct jsonw *w, size_t i, const struct ship_state *p)
{
	uint64_t since = loop_unix_ms() - p->failing_ms;

	if (!p->failing)
		s->since_ms[i] = 0;
	else if (s->since_ms[i] == 0)
		s->since_ms[i] = since / ROUND_MS * ROUND_MS;
	jsonw_begin_object(w);
	put_text(w, "project", p->project);
	put_text(w, "state",
	    p->denied        ? "denied"
		: p->failing ? "failing"
			     : "ok");
	if (p->failing) {
		jsonw_key(w, "since");
		jsonw_u64(w, s->since_ms[i]);
		put_text(w, "answer", p->answer);
	}
	jsonw_end_object(w);
}

/* Not synced: after a power cut there is another one soon. */
static bool
write_file(const struct shipstate *s, const struct jsonw *w)
{
	int fd = open(s->aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	bool good;

	if (fd < 0)
		return false;
	good = write(fd, w->text, w->len) == (ssize_t)w->len;
	if (close(fd) != 0 || !good)
		return false;
	return rename(s->aside, s->path) == 0;
}

void
shipstate_tell(struct shipstate *s, const struct ship *ship)
{
	struct ship_stats stats;
	struct ship_state p;
	struct jsonw w;
	bool good;

	ship_stats(ship, &stats);
	jsonw_new(&w);
	jsonw_begin_object(&w);
	jsonw_key(&w, "projects");
	jsonw_begin_array(&w);
	for (size_t i = 0; ship_state(ship, i, &p); i++)
		put_project(s, &w, i, &p);
	jsonw_end_array(&w);
	jsonw_key(&w, "dropped");
	jsonw_u64(&w, stats.tail.counters[SEGMENT_DROPPED]);
	jsonw_key(&w, "left_out");
	jsonw_u64(&w, stats.tail.left_out);
	jsonw_end_object(&w);
	if (w.status != FG_OK ||
	    (w.len == s->last.len &&
		memcmp(w.text, s->last.text, w.len) == 0)) {
		jsonw_free(&w);
		return;
	}
	good = write_file(s, &w);
	if (!good && !s->fails)
		log_warn("%s: cannot be written: %s; forkgate status does not "
			 "know how shipping goes",
		    s->path, strerror(errno));
	s->fails = !good;
	jsonw_free(&s->last);
	s->last = w;
	if (!good)
		jsonw_clear(&s->last); /* it is tried again */
}
