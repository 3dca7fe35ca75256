/*
 * config: what the administrator wants, from an INI file and the environment.
 *
 *   [syncer]           the process and its state directory
 *   [events]           how events are shipped
 *   [project NAME]     where rules come from and events go to
 *
 * Each key is also a variable of the environment, which wins over the file:
 *
 *   FORKGATE_SYNCER_KEY               [syncer] key
 *   FORKGATE_SYNCER_EVENTS_KEY        [events] key
 *   FORKGATE_SYNCER_PROJECT_NAME_KEY  [project name] key; what is neither a
 *                                     letter nor a digit in the name is _
 *   FORKGATE_SYNCER_KEY               [project ...] key, if there is only one
 *
 * Without a [project] section there is one project, "default", so that a
 * container needs no file at all.  The SDK key's value itself is read from
 * FORKGATE_SYNCER_SDK_KEY (or ..._PROJECT_NAME_SDK_KEY) and is refused in the
 * file, which more people read than ought to know it.
 *
 * The manual page forkgate-syncer.conf(5) tells each key; config_keys.c holds
 * the table of them.
 */
#ifndef SYNCER_CONFIG_H
#define SYNCER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/secret.h"

#define CONFIG_FILE     "/etc/forkgate/syncer.conf"
#define CONFIG_PROJECTS 15 /* at most; as many as an epoch file has pages */

struct config_syncer {
	char *state_dir;
	char *reader_group;  /* NULL: the syncer's own */
	char *country_table; /* a file; NULL: none */
	uint64_t log_level;  /* enum log_level */
	uint64_t keep_generations;
	uint64_t keep_age_ms;
	uint64_t keep_bytes;
	uint64_t store_bytes;
	uint64_t queue_bytes;
	uint64_t queue_age_ms;
	uint64_t quarantine_bytes;
	uint64_t quarantine_files;
	uint64_t sync_interval_ms;
	uint64_t shutdown_timeout_ms;
};

/* Whose repeats of an exposure are left out. */
enum config_dedupe {
	CONFIG_DEDUPE_PROCESS, /* each worker its own */
	CONFIG_DEDUPE_HOST,    /* and the syncer those of all workers */
};

struct config_events {
	uint64_t send; /* bool */
	uint64_t batch;
	uint64_t batch_bytes;
	uint64_t max_delay_ms;
	uint64_t concurrency;
	uint64_t timeout_ms;
	uint64_t backoff_ms;
	uint64_t backoff_max_ms;
	uint64_t refusals; /* doubtful answers until a batch is quarantined */
	uint64_t compress; /* bool */
	uint64_t diagnostics; /* bool */
	uint64_t dedupe;      /* enum config_dedupe */
	uint64_t dedupe_window_ms;
	uint64_t dedupe_keys;
};

/* Whether ID lists are fetched. */
enum config_id_lists {
	CONFIG_ID_LISTS_NO,
	CONFIG_ID_LISTS_YES,
	CONFIG_ID_LISTS_AUTO, /* while a condition of the rules names one */
};

struct config_project {
	char *name;
	char *sdk_key_file;
	char *sdk_key_credential;
	char *base_url;
	char *specs_url;     /* a prefix: /KEY.json follows */
	char *log_event_url; /* complete */
	char *id_lists_url;  /* complete; NULL: below the CDN, with the key */
	char *service_name;
	char *proxy; /* NULL: as the environment says; "none" */
	char *ca_file;
	char *overrides_file; /* NULL: none */
	uint64_t interval_ms;
	uint64_t timeout_ms;
	uint64_t connect_timeout_ms;
	uint64_t max_document;
	uint64_t id_lists; /* enum config_id_lists */
	uint64_t id_lists_interval_ms;
	uint64_t id_lists_timeout_ms; /* of one file */
	uint64_t max_id_list;

	struct secret secret; /* filled by config_secrets */
	char *sdk_key_env;    /* the variable's value; wiped when taken */
};

struct config {
	struct config_syncer syncer;
	struct config_events events;
	struct config_project *projects;
	size_t n_projects;
};

/* One line: where, what is wrong, and what to do. */
struct config_error {
	char text[512];
};

/*
 * Reads n bytes of INI text, called `file` in errors, and then the variables
 * in env, a list like environ.  FG_E_INVALID with *err filled in; *out needs
 * config_free in any case.
 */
enum fg_status config_parse(const char *text, size_t n, const char *file,
    char *const *env, struct config *out, struct config_error *err);

/*
 * The same with a file; path NULL means CONFIG_FILE, which may be missing.
 * FG_E_IO: it cannot be read.
 */
enum fg_status config_load(const char *path, char *const *env,
    struct config *out, struct config_error *err);

/*
 * Reads the SDK key of each project from where it is.  May be called again,
 * when a key was replaced on disk: a failure then leaves the old one.
 */
enum fg_status config_secrets(struct config *config, struct config_error *err);

/* The same for one project. */
enum fg_status config_secret(
    struct config_project *project, struct config_error *err);

/* Overwrites the SDK keys that stand in env, where anyone of our user sees. */
void config_wipe_env(char **env);

void config_free(struct config *config);

#endif /* SYNCER_CONFIG_H */
