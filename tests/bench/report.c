#include "tests/bench/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define MAX_ROWS  96
#define MAX_NOTES 4096

static struct report_row rows[MAX_ROWS];
static size_t n_rows;
static char notes[MAX_NOTES];

void
report_add(const struct report_row *row)
{
	if (n_rows < MAX_ROWS)
		rows[n_rows++] = *row;
}

void
report_note(const char *fmt, ...)
{
	size_t len = strlen(notes);
	va_list ap;

	if (len + 3 >= sizeof(notes))
		return;
	len += (size_t)snprintf(notes + len, sizeof(notes) - len, "\n- ");
	va_start(ap, fmt);
	vsnprintf(notes + len, sizeof(notes) - len, fmt, ap);
	va_end(ap);
}

static void
put_number(FILE *f, double x, const char *unit)
{
	int digits = x < 10 ? 2 : x < 100 ? 1 : 0;

	if (x == 0 || unit == NULL)
		fputs("-", f);
	else
		fprintf(f, "%.*f %s", digits, x, unit);
}

static void
put_ratio(FILE *f, double ours, double other)
{
	if (other == 0)
		fputs("-", f);
	else if (ours >= other)
		fprintf(f, "%.2f x", ours / other);
	else if (ours > 0)
		fprintf(f, "1/%.1f", other / ours);
	else
		fputs("0", f);
}

static void
put_target(FILE *f, const struct report_row *r)
{
	const char *between = "";

	if (r->times_limit != 0) {
		fprintf(f, "<= %g x limit", r->times_limit);
		between = ", ";
	}
	if (r->of_peer != 0) {
		fprintf(f, "%s<= 1/%g peer", between, 1 / r->of_peer);
		between = ", ";
	}
	if (r->at_most != 0) {
		fprintf(f, "%s<= %g %s", between, r->at_most, r->unit);
		between = ", ";
	}
	if (r->at_least != 0) {
		fprintf(f, "%s>= %g %s", between, r->at_least, r->unit);
		between = ", ";
	}
	if (between[0] == '\0')
		fputs("-", f);
}

static const char *
met(const struct report_row *r)
{
	if (r->times_limit == 0 && r->of_peer == 0 && r->at_most == 0 &&
	    r->at_least == 0)
		return "";
	return (r->times_limit == 0 || r->ours <= r->times_limit * r->limit) &&
		(r->of_peer == 0 || r->ours <= r->of_peer * r->peer) &&
		(r->at_most == 0 || r->ours <= r->at_most) &&
		(r->at_least == 0 || r->ours >= r->at_least)
	    ? "yes"
	    : "**no**";
}

static void
put_row(FILE *f, const struct report_row *r)
{
	fprintf(f, "| %s | %s | ", r->no, r->what);
	put_number(f, r->limit, r->unit);
	fputs(" | ", f);
	put_number(f, r->peer, r->unit);
	fprintf(f, " | %.*f %s | ",
	    r->ours < 10        ? 2
		: r->ours < 100 ? 1
				: 0,
	    r->ours, r->unit);
	put_ratio(f, r->ours, r->limit);
	fputs(" | ", f);
	put_ratio(f, r->ours, r->peer);
	fputs(" | ", f);
	put_target(f, r);
	fprintf(f, " | %s |\n", met(r));
}

static void
put_machine(FILE *f)
{
	char line[256] = "", *model = NULL;
	struct utsname u;
	char date[32];
	time_t now = time(NULL);
	struct tm tm;
	FILE *cpu = fopen("/proc/cpuinfo", "re");

	while (cpu != NULL && model == NULL &&
	    fgets(line, sizeof(line), cpu) != NULL)
		if (strncmp(line, "model name", 10) == 0)
			model = strchr(line, ':');
	if (cpu != NULL)
		fclose(cpu);
	line[strcspn(line, "\n")] = '\0';
	uname(&u);
	strftime(date, sizeof(date), "%Y-%m-%d", gmtime_r(&now, &tm));
	fprintf(f, "%s, %ld processors%s, %s %s\n\n", date,
	    sysconf(_SC_NPROCESSORS_ONLN), model != NULL ? model : "",
	    u.sysname, u.release);
}

static void
put_all(FILE *f)
{
	fputs("# forkgate: figures\n\n", f);
	put_machine(f);
	fputs("Medians of interleaved repetitions, all in one run.  *Limit*: "
	      "the least code for the same\nwork, measured beside it. "
	      "*Peer*: Statsig's Rust core; a note below tells where it "
	      "was measured.\n\n",
	    f);
	fputs("| # | what | limit | peer | ours | to limit | to peer | target "
	      "| met |\n|---|---|---|---|---|---|---|---|---|\n",
	    f);
	for (size_t i = 0; i < n_rows; i++)
		put_row(f, &rows[i]);
	for (size_t i = 0; i < n_rows; i++)
		if (rows[i].note != NULL)
			report_note("Row %s, %s: %s", rows[i].no, rows[i].what,
			    rows[i].note);
	fprintf(f, "%s\n", notes);
}

bool
report_write(const char *path)
{
	char text[512];
	FILE *f = fopen(path, "we");
	size_t n;

	if (f == NULL)
		return false;
	put_all(f);
	if (fclose(f) != 0)
		return false;
	f = fopen(path, "re");
	while (f != NULL && (n = fread(text, 1, sizeof(text), f)) > 0)
		fwrite(text, 1, n, stdout);
	if (f != NULL)
		fclose(f);
	return true;
}
