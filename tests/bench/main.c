/*
 * The bench: builds a state directory, measures, and writes the report.
 *
 *   bench DIR             measures all and writes DIR/report.md
 *   bench DIR checks ...  only these groups
 *   bench doc NAME        prints the document real, large or huge
 *
 * Groups: peer checks beside start commit compile append syncer.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/bench/bench.h"
#include "tests/bench/peer.h"
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
	char dir[PATH_MAX], path[PATH_MAX + 16];
	struct world w;

	if ((mkdir(argv[1], 0755) != 0 && errno != EEXIST) ||
	    realpath(argv[1], dir) == NULL)
		world_die(argv[1]);
	world_open(&w, dir);
	world_publish_made(&w, BENCH_REAL, &gen_doc_real);
	world_publish_made(&w, BENCH_LARGE, &gen_doc_large);
	world_janitor(&w);
	if (is_wanted(argc, argv, "peer"))
		peer_measure(dir);
	if (is_wanted(argc, argv, "checks"))
		bench_checks(&w, dir);
	if (is_wanted(argc, argv, "beside"))
		bench_beside(&w, dir);
	if (is_wanted(argc, argv, "start"))
		bench_start(&w, dir);
	if (is_wanted(argc, argv, "commit"))
		bench_commit(&w);
	if (is_wanted(argc, argv, "compile"))
		bench_compile(dir);
	if (is_wanted(argc, argv, "append"))
		bench_append(&w);
	world_close(&w);
	if (is_wanted(argc, argv, "syncer"))
		bench_syncer(dir);
	snprintf(path, sizeof(path), "%s/report.md", dir);
	if (!report_write(path))
		world_die(path);
	return 0;
}

static const struct {
	const char *name;
	int n_args;
	int (*run)(char **args);
} parts[] = {
    {"cold", 3, bench_part_cold},
    {"limit-cold", 2, bench_part_limit_cold},
    {"memory", 3, bench_part_memory},
    {"compile", 2, bench_part_compile},
};

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "doc") == 0)
		return print_doc(argv[2]);
	if (argc < 2) {
		fprintf(stderr, "usage: bench DIR [GROUP ...]\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(argv[1], parts[i].name) == 0 &&
		    argc >= 2 + parts[i].n_args)
			return parts[i].run(argv + 2);
	return measure_all(argc, argv);
}
