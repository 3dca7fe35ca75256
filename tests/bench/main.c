/*
 * The bench: builds a state directory, measures, and writes the report.
 *
 *   bench DIR             measures all and writes DIR/report.md
 *   bench DIR checks ...  only these groups
 *   bench doc NAME        prints the document real, large or huge
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/bench/bench.h"
#include "tests/bench/report.h"

static int
print_doc(const char *name)
{
	const struct gen_doc *make = gen_doc_find(name);
	struct jsonw doc;

	if (make == NULL) {
		fprintf(stderr, "bench: no document is called %s\n", name);
		return 2;
	}
	world_make_doc(&doc, make);
	fwrite(doc.text, 1, doc.len, stdout);
	jsonw_free(&doc);
	return fflush(stdout) == 0 ? 0 : 1;
}

static bool
is_wanted(int argc, char **argv, const char *group)
{
	for (int i = 2; i < argc; i++)
		if (strcmp(argv[i], group) == 0)
			return true;
	return argc <= 2;
}

static int
measure_all(int argc, char **argv)
{
	const char *dir = argv[1];
	char path[300];
	struct world w;

	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		world_die(dir);
	world_open(&w, dir);
	world_publish_made(&w, BENCH_REAL, &gen_doc_real);
	world_publish_made(&w, BENCH_LARGE, &gen_doc_large);
	world_janitor(&w);
	if (is_wanted(argc, argv, "checks"))
		bench_checks(&w, dir);
	world_close(&w);
	snprintf(path, sizeof(path), "%s/report.md", dir);
	if (!report_write(path))
		world_die(path);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "doc") == 0)
		return print_doc(argv[2]);
	if (argc < 2) {
		fprintf(stderr, "usage: bench DIR [GROUP ...]\n");
		return 2;
	}
	return measure_all(argc, argv);
}
