/*
 * The part of config that finds the SDK keys.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syncer/config.h"
#include "syncer/log.h"

static enum fg_status
from_file(const char *project, const char *path, struct secret *secret,
    struct config_error *err)
{
	const char *why;
	enum fg_status status = secret_read(secret, path, &why);
	struct stat st;

	if (status != FG_OK) {
		snprintf(err->text, sizeof(err->text),
		    "[project %s] SDK key file %s: %s; it must hold the "
		    "server key and be readable by this user",
		    project, path, why);
		return status;
	}
	if (stat(path, &st) == 0 && (st.st_mode & S_IROTH) != 0)
		log_warn("[project %s] SDK key file %s is readable by everyone"
			 " on this host; chmod 0600 it",
		    project, path);
	return FG_OK;
}

static enum fg_status
from_credential(const char *project, const char *name, bool optional,
    struct secret *secret, struct config_error *err)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	char path[PATH_MAX];

	if (dir == NULL) {
		snprintf(err->text, sizeof(err->text),
		    "[project %s] sdk_key_credential: systemd passed no "
		    "credentials; add LoadCredential=%s:/PATH to the unit",
		    project, name);
		return optional ? FG_ABSENT : FG_E_INVALID;
	}
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		path[0] = '\0';
	if (optional && access(path, F_OK) != 0)
		return FG_ABSENT;
	return from_file(project, path, secret, err);
}

/* Where nothing was said, systemd may have passed one under a known name. */
static enum fg_status
from_default_credential(
    const char *project, struct secret *secret, struct config_error *err)
{
	char name[80];
	enum fg_status status;

	snprintf(name, sizeof(name), "sdk_key.%s", project);
	status = from_credential(project, name, true, secret, err);
	if (status == FG_ABSENT && strcmp(project, "default") == 0)
		status = from_credential(project, "sdk_key", true, secret, err);
	if (status == FG_ABSENT) {
		snprintf(err->text, sizeof(err->text),
		    "[project %s] has no SDK key; name a file that holds it "
		    "with sdk_key_file, or see forkgate-syncer.conf(5)",
		    project);
		status = FG_E_INVALID;
	}
	return status;
}

static enum fg_status
from_environment(const struct config_project *project, struct secret *secret,
    struct config_error *err)
{
	const char *why;
	enum fg_status status = secret_set(
	    secret, project->sdk_key_env, strlen(project->sdk_key_env), &why);

	if (status != FG_OK)
		snprintf(err->text, sizeof(err->text),
		    "[project %s] the SDK key of the environment is refused: "
		    "%s",
		    project->name, why);
	return status;
}

enum fg_status
config_secret(struct config_project *project, struct config_error *err)
{
	struct secret next;
	enum fg_status status;

	if (project->sdk_key_env != NULL)
		status = from_environment(project, &next, err);
	else if (project->sdk_key_file != NULL)
		status =
		    from_file(project->name, project->sdk_key_file, &next, err);
	else if (project->sdk_key_credential != NULL)
		status = from_credential(project->name,
		    project->sdk_key_credential, false, &next, err);
	else
		status = from_default_credential(project->name, &next, err);
	if (status == FG_OK)
		project->secret = next;
	secret_wipe(&next);
	return status;
}

enum fg_status
config_secrets(struct config *config, struct config_error *err)
{
	enum fg_status status = FG_OK;

	for (size_t i = 0; i < config->n_projects && status == FG_OK; i++)
		status = config_secret(&config->projects[i], err);
	return status;
}

void
config_wipe_env(char **env)
{
	for (; *env != NULL; env++) {
		char *equals = strchr(*env, '=');

		if (equals != NULL &&
		    strncmp(*env, "FORKGATE_SYNCER_", 16) == 0 &&
		    equals - *env >= 7 && memcmp(equals - 7, "SDK_KEY", 7) == 0)
			explicit_bzero(equals + 1, strlen(equals + 1));
	}
}
