/* Row 16: a document becomes a committed generation, in a new process. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/image.h"
#include "syncer/compile.h"
#include "tests/bench/bench.h"
#include "tests/bench/limit.h"
#include "tests/bench/measure.h"
#include "tests/bench/report.h"

#define N_RUNS 7
#define MB     1e6

static char *
read_file(const char *path, size_t *n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text;

	if (fd < 0 || fstat(fd, &st) != 0)
		world_die(path);
	*n = (size_t)st.st_size;
	text = malloc(*n);
	if (text == NULL || read(fd, text, *n) != st.st_size)
		world_die(path);
	close(fd);
	return text;
}

/* Prints the time in ns and the most memory in bytes. */
int
bench_part_compile(char **args)
{
	struct compile_result r;
	struct store *store;
	size_t n;
	char *doc = read_file(args[0], &n);
	uint64_t begin;

	if (store_open(args[1], NULL, &store) != FG_OK)
		return 1;
	begin = measure_ns();
	if (compile_document(doc, n, NULL, &r) != FG_OK)
		return 1;
	image_seal(r.image, r.image_len, store_next_generation(store, "huge"),
	    1767981030000, "Network");
	if (store_commit(store, "huge", store_next_generation(store, "huge"),
		r.time, r.image, r.image_len) != FG_OK)
		return 1;
	printf("%llu %llu\n", (unsigned long long)(measure_ns() - begin),
	    (unsigned long long)measure_status(getpid(), "VmHWM"));
	compile_result_free(&r);
	store_close(store);
	free(doc);
	return 0;
}

static double
limit_ns(const struct jsonw *doc)
{
	size_t cap = doc->len / 4;
	struct limit_token *tokens = malloc(cap * sizeof(*tokens));
	uint64_t begin;
	double ns;

	if (tokens == NULL)
		world_die("malloc");
	memset(tokens, 0, cap * sizeof(*tokens));
	begin = measure_ns();
	if (limit_json(doc->text, doc->len, tokens, cap) == 0)
		world_die("limit_json");
	ns = (double)(measure_ns() - begin);
	free(tokens);
	return ns;
}

void
bench_compile(const char *dir)
{
	double ns[N_RUNS], limit[N_RUNS], peak[N_RUNS], got[2];
	char path[300], state[300];
	const char *args[] = {"compile", path, state, NULL};
	struct jsonw doc;

	world_make_doc(&doc, &gen_doc_huge);
	snprintf(path, sizeof(path), "%s/huge.json", dir);
	world_write(path, doc.text, doc.len);
	for (int i = 0; i < N_RUNS; i++) {
		snprintf(state, sizeof(state), "%s/compile-XXXXXX", dir);
		if (mkdtemp(state) == NULL || world_run(got, 2, args) != 2)
			world_die(state);
		world_remove(state);
		ns[i] = got[0];
		peak[i] = got[1];
		limit[i] = limit_ns(&doc);
	}
	report_add(&(struct report_row){.no = "16",
	    .what = "a document of 10 MB to a committed generation",
	    .unit = "MB/s",
	    .ours = (double)doc.len / MB / (measure_median(ns, N_RUNS) / 1e9),
	    .limit =
		(double)doc.len / MB / (measure_median(limit, N_RUNS) / 1e9),
	    .peer = 5.1 / 0.671,
	    .at_least = 80});
	report_add(&(struct report_row){.no = "16",
	    .what = "its most memory, to the document's size",
	    .unit = "x",
	    .ours = measure_median(peak, N_RUNS) / (double)doc.len,
	    .at_most = 4});
	(void)unlink(path);
	jsonw_free(&doc);
}
