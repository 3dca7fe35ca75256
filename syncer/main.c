/*
 * forkgate-syncer: brings rules to this host and events away from it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syncer/config.h"
#include "syncer/daemon.h"
#include "syncer/http.h"
#include "syncer/log.h"

struct options {
	const char *config, *state;
	bool once, check;
};

static void
usage(FILE *to)
{
	fputs("usage: forkgate-syncer [--config FILE] [--state DIR] [--once]\n"
	      "       forkgate-syncer --check-config [--config FILE]\n"
	      "\n"
	      "Fetches rules, compiles and publishes them for the readers on "
	      "this host, and\nships their events. Runs in the foreground "
	      "until SIGTERM.\n"
	      "\n"
	      "  --config FILE   read this instead of " CONFIG_FILE "\n"
	      "  --state DIR     use this state directory\n"
	      "  --once          fetch and ship one time, then exit\n"
	      "  --check-config  say whether the configuration is right\n"
	      "  --help, --version\n"
	      "\n"
	      "The SDK key comes from a file, a systemd credential or "
	      "FORKGATE_SYNCER_SDK_KEY,\nnever from the command line. See "
	      "forkgate-syncer(8), forkgate-syncer.conf(5).\n",
	    to);
}

/* Everyone on the host can read a command line: wipe a key and say so. */
static bool
key_in_arguments(int argc, char **argv)
{
	bool found = false;

	for (int i = 1; i < argc; i++) {
		char *key = strstr(argv[i], SECRET_PREFIX);

		if (key == NULL)
			continue;
		explicit_bzero(argv[i], strlen(argv[i]));
		found = true;
	}
	return found;
}

/* 0: go on; 1: done; -1: wrong. */
static int
take_options(int argc, char **argv, struct options *out)
{
	static const struct option options[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"state", required_argument, NULL, 's'},
	    {"once", no_argument, NULL, 'o'},
	    {"check-config", no_argument, NULL, 'k'},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 'c':
			out->config = optarg;
			break;
		case 's':
			out->state = optarg;
			break;
		case 'o':
			out->once = true;
			break;
		case 'k':
			out->check = true;
			break;
		case 'h':
			usage(stdout);
			return 1;
		case 'V':
			printf("forkgate-syncer %s, with %s\n",
			    FORKGATE_VERSION, http_library());
			return 1;
		default:
			usage(stderr);
			return -1;
		}
	}
	if (optind != argc) {
		usage(stderr);
		return -1;
	}
	return 0;
}

static bool
use_state(struct config *config, const char *state)
{
	char *copy;

	if (state == NULL)
		return true;
	/* Relative is fine here: who types it knows where he stands. */
	copy = *state == '/' ? strdup(state) : realpath(".", NULL);
	if (copy != NULL && *state != '/') {
		char *joined = NULL;

		if (asprintf(&joined, "%s/%s", copy, state) < 0)
			joined = NULL;
		free(copy);
		copy = joined;
	}
	if (copy == NULL)
		return false;
	free(config->syncer.state_dir);
	config->syncer.state_dir = copy;
	return true;
}

static enum daemon_exit
run(const struct options *options, struct config *config)
{
	struct config_error err = {.text = "out of memory"};
	enum fg_status status =
	    config_load(options->config, environ, config, &err);
	char text[sizeof(err.text)];

	config_wipe_env(environ);
	if (status == FG_OK && !use_state(config, options->state))
		status = FG_E_NOMEM;
	if (status == FG_OK)
		status = config_secrets(config, &err);
	if (status != FG_OK) {
		fprintf(stderr, "forkgate-syncer: %s\n",
		    log_scrub(text, sizeof(text), err.text));
		return DAEMON_CONFIG;
	}
	if (options->check) {
		printf("%s: %zu project%s, state in %s\n",
		    options->config != NULL ? options->config : CONFIG_FILE,
		    config->n_projects, config->n_projects == 1 ? "" : "s",
		    config->syncer.state_dir);
		return DAEMON_OK;
	}
	log_init((enum log_level)config->syncer.log_level);
	return daemon_run(config, options->once);
}

int
main(int argc, char **argv)
{
	struct options options = {0};
	struct config config = {0};
	enum daemon_exit result;
	int what;

	if (key_in_arguments(argc, argv)) {
		fputs("forkgate-syncer: an SDK key on the command line can be "
		      "read by everyone on this host; replace that key, and "
		      "put the new one into a file for sdk_key_file\n",
		    stderr);
		return DAEMON_CONFIG;
	}
	what = take_options(argc, argv, &options);
	if (what != 0)
		return what > 0 ? DAEMON_OK : DAEMON_CONFIG;
	result = run(&options, &config);
	config_free(&config);
	log_forget();
	return (int)result;
}
