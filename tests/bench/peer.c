#include "tests/bench/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/report.h"

#define MAX_FIGURES 32

static struct figure {
	char name[32];
	double ns;
} figures[MAX_FIGURES];
static size_t n_figures;

double
peer_ns(const char *name, double otherwise)
{
	for (size_t i = 0; i < n_figures; i++)
		if (strcmp(figures[i].name, name) == 0)
			return figures[i].ns;
	return otherwise;
}

static const char *
path_of(const char *dir, const char *name)
{
	static char path[300];

	snprintf(path, sizeof(path), "%s/peer-%s.json", dir, name);
	return path;
}

static void
write_doc(const char *dir, const char *name, const struct gen_doc *make)
{
	struct jsonw doc;

	world_make_doc(&doc, make);
	world_write(path_of(dir, name), doc.text, doc.len);
	jsonw_free(&doc);
}

static const char *const names[] = {
    "checks", "few", "many", "beside", BENCH_REAL, BENCH_LARGE};

static void
write_docs(const char *dir)
{
	bench_checks_doc(path_of(dir, "checks"), BENCH_CHECKS);
	bench_checks_doc(path_of(dir, "few"), BENCH_FEW);
	bench_checks_doc(path_of(dir, "many"), BENCH_MANY);
	bench_beside_doc(path_of(dir, "beside"));
	write_doc(dir, BENCH_REAL, &gen_doc_real);
	write_doc(dir, BENCH_LARGE, &gen_doc_large);
}

static void
read_figures(FILE *f)
{
	struct figure x;

	while (n_figures < MAX_FIGURES &&
	    fscanf(f, "%31s %lf", x.name, &x.ns) == 2)
		figures[n_figures++] = x;
}

void
peer_measure(const char *dir)
{
	char command[400];
	FILE *f;

	write_docs(dir);
	snprintf(command, sizeof(command), "sh tests/bench/peer.sh '%s'", dir);
	fflush(NULL);
	f = popen(command, "r");
	if (f != NULL)
		read_figures(f);
	if (f == NULL || pclose(f) != 0)
		n_figures = 0; /* half of them would be worse than none */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlink(path_of(dir, names[i]));
	if (n_figures == 0)
		report_note("The peer could not be run here: its figures are "
			    "those that the targets were set by.");
	else
		report_note(
		    "The peer's figures of rows 1 to 9, 11, 12, 19 and "
		    "23 were measured in this run, by node; %.0f ns "
		    "that its binding takes for a call were subtracted "
		    "from those of single checks.  The others are those "
		    "that the targets were set by.",
		    peer_ns("binding", 0));
}
