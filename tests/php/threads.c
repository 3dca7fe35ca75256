/*
 * threads: one script as many requests at once, each in a thread of its own, as
 * a server does it that has a thread-safe PHP in it.
 *
 *   threads php.ini script.php THREADS REQUESTS
 *
 * A thread makes that many requests one after the other, and in the middle of
 * them gives up all that PHP keeps for it and begins anew.  The script sees its
 * thread's number in $_SERVER['argv'][1].
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sapi/embed/php_embed.h>

struct thread {
	pthread_t id;
	int number;
	bool failed;
};

static const char *script;
static int requests;

static bool
run_request(int number)
{
	char no[16], *argv[] = {(char *)script, no, NULL};
	zend_file_handle file;
	bool done = false;

	snprintf(no, sizeof(no), "%d", number);
	SG(options) |= SAPI_OPTION_NO_CHDIR;
	SG(request_info).argc = 2;
	SG(request_info).argv = argv;
	if (php_request_startup() == FAILURE)
		return false;
	SG(headers_sent) = 1;
	SG(request_info).no_headers = 1;
	zend_first_try
	{
		zend_stream_init_filename(&file, script);
		done = php_execute_script(&file);
		zend_destroy_file_handle(&file);
	}
	zend_end_try();
	php_request_shutdown(NULL);
	return done && EG(exit_status) == 0;
}

static void *
run_thread(void *arg)
{
	struct thread *t = arg;

	ts_resource(0);
	for (int i = 0; i < requests && !t->failed; i++) {
		if (i == requests / 2) {
			ts_free_thread();
			ts_resource(0);
		}
		t->failed = !run_request(t->number);
	}
	ts_free_thread();
	return NULL;
}

int
main(int argc, char **argv)
{
	int n = argc == 5 ? atoi(argv[3]) : 0, failed = 0;
	struct thread *threads;

	if (n <= 0) {
		fprintf(stderr,
		    "usage: threads php.ini script.php "
		    "THREADS REQUESTS\n");
		return 2;
	}
	script = argv[2];
	requests = atoi(argv[4]);
	threads = calloc((size_t)n, sizeof(*threads));
	php_embed_module.php_ini_path_override = argv[1];
	if (threads == NULL || php_embed_init(0, NULL) == FAILURE)
		return 1;
	php_request_shutdown(NULL);
	for (int i = 0; i < n; i++) {
		threads[i].number = i;
		pthread_create(&threads[i].id, NULL, run_thread, &threads[i]);
	}
	for (int i = 0; i < n; i++) {
		pthread_join(threads[i].id, NULL);
		failed += threads[i].failed;
	}
	printf("%d threads of %d failed\n", failed, n);
	/* What is behind php_embed_shutdown wants a request. */
	php_request_startup();
	php_embed_shutdown();
	free(threads);
	return failed != 0;
}
