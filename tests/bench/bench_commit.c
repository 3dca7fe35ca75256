/* Row 15: how soon a commit is seen by workers that begin sessions. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reader/forkgate.h"
#include "tests/bench/bench.h"
#include "tests/bench/measure.h"
#include "tests/bench/report.h"

#define N_WORKERS 50
#define N_COMMITS 15
#define PAUSE_US  500 /* between the sessions of a worker */

/* What workers tell of a generation, the first of them being number 0. */
struct seen {
	_Atomic uint64_t first;    /* a check that began before this saw it */
	_Atomic uint64_t last_old; /* the last session that began without it */
};

static struct seen (*all)[N_COMMITS];

static void
work(const struct world *w, struct seen *mine, uint64_t base, const char *gate)
{
	struct fg_options opt = FG_OPTIONS_INIT;
	struct fg_session *ses;
	struct fg *fg;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_TIMERSLACK, 1000);
	opt.state_dir = w->dir;
	opt.project = BENCH_REAL;
	opt.disable_logging = true;
	if (fg_open(&opt, &fg) != FG_OK)
		_exit(1);
	for (;;) {
		uint64_t begin = measure_ns(), n;
		struct fg_gate got;

		if (fg_session_begin(fg, &ses) != FG_OK)
			_exit(1);
		fg_get_gate(ses, NULL, gate, 0, &got);
		n = got.details.generation - base; /* 0: none of ours yet */
		fg_session_end(ses);
		if (n > 0 && n <= N_COMMITS && mine[n - 1].first == 0)
			mine[n - 1].first = measure_ns();
		if (n < N_COMMITS)
			mine[n].last_old = begin;
		usleep(PAUSE_US);
	}
}

static void
commit_all(struct world *w, double *us, unsigned *n, unsigned *n_stale)
{
	struct jsonw doc;

	world_make_doc(&doc, &gen_doc_real);
	for (unsigned c = 0; c < N_COMMITS; c++) {
		uint64_t at;

		world_publish(w, BENCH_REAL, doc.text, doc.len);
		at = measure_ns();
		world_beat(w);
		usleep(100000);
		for (unsigned i = 0; i < N_WORKERS; i++) {
			uint64_t first = all[i][c].first;

			if (first == 0)
				world_die("a worker does not see a commit");
			us[(*n)++] =
			    first > at ? (double)(first - at) / 1000 : 0;
			*n_stale += all[i][c].last_old > at;
		}
	}
	jsonw_free(&doc);
}

void
bench_commit(struct world *w)
{
	static double us[N_WORKERS * N_COMMITS];
	uint64_t base = store_next_generation(w->store, BENCH_REAL) - 1;
	unsigned n = 0, n_stale = 0;
	pid_t pids[N_WORKERS];
	char gate[64];

	all = mmap(NULL, sizeof(*all) * N_WORKERS, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED)
		world_die("mmap");
	gen_doc_gate_name(&gen_doc_real, 40, gate, sizeof(gate));
	fflush(NULL);
	for (unsigned i = 0; i < N_WORKERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			work(w, all[i], base, gate);
	}
	usleep(200000);
	commit_all(w, us, &n, &n_stale);
	for (unsigned i = 0; i < N_WORKERS; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	munmap(all, sizeof(*all) * N_WORKERS);
	report_add(&(struct report_row){.no = "15",
	    .what = "commit to seen by each of 50 workers",
	    .unit = "us",
	    .ours = measure_median(us, n),
	    .peer = 5e6,
	    .at_most = 1000});
	report_note("Row 15: workers pause %d us between sessions, which is "
		    "most of it; %u of %u sessions that began after a commit "
		    "had returned saw the rules before it.  Peer: half of its "
		    "polling interval.",
	    PAUSE_US, n_stale, n);
}
