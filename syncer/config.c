#include "syncer/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ini.h>

#include "common/epoch.h"
#include "common/segment.h"
#include "syncer/config_keys.h"
#include "syncer/log.h"

_Static_assert(CONFIG_PROJECTS == EPOCH_PROJECTS, "a page for each project");

#define ENV_PREFIX "FORKGATE_SYNCER_"
#define FILE_MAX   ((size_t)1 << 20)

#define DEFAULT_SPECS  "https://api.statsigcdn.com/v2/download_config_specs"
#define DEFAULT_EVENTS "https://prodregistryv2.org/v1/log_event"

struct parse {
	struct config *config;
	struct config_error *err;
	const char *file, *next;
	size_t left;
	int line;
	bool failed;
	uint64_t seen[2 + CONFIG_PROJECTS]; /* a bit for each key given */
};

static void fail(struct parse *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Only the first thing that is wrong is told. */
static void
fail(struct parse *p, const char *format, ...)
{
	va_list ap;
	int n = 0;

	if (p->failed)
		return;
	p->failed = true;
	if (p->file != NULL)
		n = snprintf(p->err->text, sizeof(p->err->text),
		    "%s:%d: ", p->file, p->line);
	if (n < 0 || (size_t)n >= sizeof(p->err->text))
		n = 0;
	va_start(ap, format);
	vsnprintf(
	    p->err->text + n, sizeof(p->err->text) - (size_t)n, format, ap);
	va_end(ap);
}

static void
set_defaults(enum config_section section, void *fields)
{
	for (size_t i = 0; i < config_n_keys; i++) {
		const struct config_key *key = &config_keys[i];

		if (key->section == section && key->value != NULL)
			config_key_set(key, fields, key->value);
	}
}

static struct config_project *
project_find(struct config *config, const char *name, size_t len)
{
	for (size_t i = 0; i < config->n_projects; i++) {
		struct config_project *project = &config->projects[i];

		if (strlen(project->name) == len &&
		    memcmp(project->name, name, len) == 0)
			return project;
	}
	return NULL;
}

static struct config_project *
project_add(struct parse *p, const char *name, size_t len)
{
	struct config *config = p->config;
	struct config_project *project;
	char *copy = strndup(name, len);

	if (copy == NULL || !segment_project_ok(copy)) {
		fail(p,
		    "\"%.*s\" cannot name a project; use 1 to 63 of the "
		    "characters A-Z a-z 0-9 _ . -",
		    (int)(len < 80 ? len : 80), name);
	} else if (config->n_projects == CONFIG_PROJECTS) {
		fail(p,
		    "more than %d projects; run a second syncer with its "
		    "own state directory",
		    CONFIG_PROJECTS);
	} else {
		project = &config->projects[config->n_projects++];
		project->name = copy;
		set_defaults(CONFIG_PROJECT, project);
		return project;
	}
	free(copy);
	return NULL;
}

/* Sets one key of one section; `where` and `name` are for errors. */
static void
set_key(struct parse *p, const struct config_key *key, void *fields,
    size_t nth_section, const char *where, const char *value)
{
	uint64_t bit = (uint64_t)1 << (key - config_keys);
	const char *wrong;

	if (p->file != NULL && (p->seen[nth_section] & bit) != 0) {
		fail(p, "%s is given twice; remove one", where);
		return;
	}
	p->seen[nth_section] |= bit;
	if (p->file != NULL && key->type == CONFIG_KEY) {
		fail(p,
		    "%s does not belong in this file; write the key into a "
		    "file of its own, readable by the syncer alone, and "
		    "name that with sdk_key_file",
		    where);
		return;
	}
	wrong = config_key_set(key, fields, value);
	if (wrong == NULL)
		return;
	if (key->type == CONFIG_KEY)
		fail(p, "%s %s", where, wrong);
	else
		fail(p, "%s: \"%.100s\" %s", where, value, wrong);
}

/* ---- the file ---- */

/* The section that a line such as [project shop] begins. */
static void
begin_section(struct parse *p, const char *line)
{
	static const char project[] = "project ";
	const char *name = line + 1;
	size_t len = strcspn(name, "]");

	if (name[len] != ']')
		return; /* inih says so */
	if ((len == 6 && memcmp(name, "syncer", 6) == 0) ||
	    (len == 6 && memcmp(name, "events", 6) == 0))
		return;
	if (len < sizeof(project) - 1 ||
	    memcmp(name, project, sizeof(project) - 1) != 0) {
		fail(p,
		    "[%.*s] is no section; there are [syncer], [events] and "
		    "[project NAME]",
		    (int)(len < 80 ? len : 80), name);
		return;
	}
	name += sizeof(project) - 1;
	len -= sizeof(project) - 1;
	if (project_find(p->config, name, len) != NULL)
		fail(p, "[project %.*s] begins twice; join the two", (int)len,
		    name);
	else
		project_add(p, name, len);
}

/*
 * Gives inih a line.  Without the blanks before it, for it would take an
 * indented line for more of the value above.
 */
static char *
next_line(char *dst, int cap, void *arg)
{
	struct parse *p = arg;
	const char *end = p->left > 0 ? memchr(p->next, '\n', p->left) : NULL;
	size_t len = end != NULL ? (size_t)(end - p->next) : p->left;
	const char *line = p->next;

	if (p->left == 0 || p->failed)
		return NULL;
	p->line++;
	p->next += len + (end != NULL);
	p->left -= len + (end != NULL);
	if (memchr(line, '\0', len) != NULL)
		fail(p, "holds a NUL byte; this is no text file");
	for (; len > 0 && (*line == ' ' || *line == '\t'); len--)
		line++;
	if (len + 3 > (size_t)cap) {
		if (*line != '#' && *line != ';')
			fail(p, "the line is longer than %d bytes; shorten it",
			    cap - 3);
		len = 0;
	}
	memcpy(dst, line, len);
	memcpy(dst + len, "\n", 2);
	if (*dst == '[')
		begin_section(p, dst);
	return dst;
}

static int
on_value(void *arg, const char *section, const char *name, const char *value)
{
	struct parse *p = arg;
	const struct config_key *key;
	struct config_project *project;
	enum config_section kind;
	char where[160];
	void *fields;
	size_t nth;

	if (p->failed)
		return 0;
	if (strcmp(section, "syncer") == 0) {
		kind = CONFIG_SYNCER;
		fields = &p->config->syncer;
		nth = 0;
	} else if (strcmp(section, "events") == 0) {
		kind = CONFIG_EVENTS;
		fields = &p->config->events;
		nth = 1;
	} else if (strncmp(section, "project ", 8) == 0 &&
	    (project = project_find(
		 p->config, section + 8, strlen(section + 8))) != NULL) {
		kind = CONFIG_PROJECT;
		fields = project;
		nth = 2 + (size_t)(project - p->config->projects);
	} else {
		fail(p,
		    "%.80s stands before the first section; put it under "
		    "[syncer], [events] or [project NAME]",
		    name);
		return 0;
	}
	key = config_key_find(kind, name, strlen(name));
	snprintf(where, sizeof(where), "[%.80s] %.60s", section, name);
	if (key == NULL)
		fail(p,
		    "%s is not known; forkgate-syncer.conf(5) lists the "
		    "keys of this section",
		    where);
	else
		set_key(p, key, fields, nth, where, value);
	return !p->failed;
}

/* ---- the environment ---- */

static char
env_char(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
}

/* Does `variable` begin with the name as the environment spells it, and _? */
static bool
env_names(const char *variable, const char *name)
{
	for (; *name != '\0'; name++, variable++)
		if (*variable != env_char(*name))
			return false;
	return *variable == '_';
}

/* The key that the n characters at `variable` spell in upper case. */
static const struct config_key *
env_key(enum config_section section, const char *variable, size_t n)
{
	char name[40];

	if (n >= sizeof(name))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (variable[i] >= 'a' && variable[i] <= 'z')
			return NULL;
		name[i] = variable[i] >= 'A' && variable[i] <= 'Z'
		    ? (char)(variable[i] - 'A' + 'a')
		    : variable[i];
	}
	return config_key_find(section, name, n);
}

/* Of two projects that fit, the one with the longer name is meant. */
static struct config_project *
env_project(struct config *config, const char *variable)
{
	struct config_project *found = NULL;

	for (size_t i = 0; i < config->n_projects; i++) {
		struct config_project *project = &config->projects[i];

		if (env_names(variable, project->name) &&
		    (found == NULL ||
			strlen(project->name) > strlen(found->name)))
			found = project;
	}
	return found;
}

static void
take_variable(struct parse *p, const char *variable)
{
	const char *name = variable + sizeof(ENV_PREFIX) - 1,
		   *equals = strchr(variable, '=');
	struct config_project *project = NULL;
	const struct config_key *key;
	char where[120];
	size_t n = (size_t)(equals - name);

	snprintf(where, sizeof(where), "environment variable %.*s",
	    (int)(equals - variable < 80 ? equals - variable : 80), variable);
	key = env_key(CONFIG_SYNCER, name, n);
	if (key != NULL) {
		set_key(p, key, &p->config->syncer, 0, where, equals + 1);
		return;
	}
	if (strncmp(name, "EVENTS_", 7) == 0 &&
	    (key = env_key(CONFIG_EVENTS, name + 7, n - 7)) != NULL) {
		set_key(p, key, &p->config->events, 1, where, equals + 1);
		return;
	}
	if (strncmp(name, "PROJECT_", 8) == 0 &&
	    (project = env_project(p->config, name + 8)) != NULL) {
		size_t skip = 8 + strlen(project->name) + 1;

		key = env_key(CONFIG_PROJECT, name + skip, n - skip);
	} else {
		key = env_key(CONFIG_PROJECT, name, n);
		project = &p->config->projects[0];
		if (key != NULL && p->config->n_projects > 1) {
			fail(p,
			    "%s: which of the projects is meant? write " //
			    ENV_PREFIX "PROJECT_NAME_%.*s",
			    where, (int)n, name);
			return;
		}
	}
	if (key == NULL)
		fail(p,
		    "%s is not known; forkgate-syncer.conf(5) tells how "
		    "they are spelled",
		    where);
	else
		set_key(p, key, project,
		    2 + (size_t)(project - p->config->projects), where,
		    equals + 1);
}

/* ---- what follows from it all ---- */

static bool
default_text(struct parse *p, char **text, const char *a, const char *b)
{
	if (*text != NULL)
		return true;
	if (asprintf(text, "%s%s", a, b) < 0) {
		*text = NULL;
		fail(p, "out of memory");
	}
	return *text != NULL;
}

static void
strip_slashes(char *url)
{
	size_t n;

	if (url == NULL)
		return;
	for (n = strlen(url); n > 0 && url[n - 1] == '/'; n--)
		url[n - 1] = '\0';
}

static void
finish_urls(struct parse *p, struct config_project *project)
{
	char *base = project->base_url;
	size_t n;

	strip_slashes(base);
	strip_slashes(project->specs_url);
	n = base != NULL ? strlen(base) : 0;
	if (n > 3 &&
	    (strcmp(base + n - 3, "/v1") == 0 ||
		strcmp(base + n - 3, "/v2") == 0)) {
		fail(p,
		    "[project %s] base_url: \"%.100s\" ends in a version; "
		    "leave %s away, each endpoint has its own",
		    project->name, base, base + n - 3);
		return;
	}
	if (base != NULL) {
		if (!default_text(p, &project->specs_url, base,
			"/v2/download_config_specs") ||
		    !default_text(
			p, &project->log_event_url, base, "/v1/log_event") ||
		    !default_text(
			p, &project->id_lists_url, base, "/v1/get_id_lists"))
			return;
	}
	if (!default_text(p, &project->specs_url, DEFAULT_SPECS, ""))
		return;
	default_text(p, &project->log_event_url, DEFAULT_EVENTS, "");
}

/* A login in the proxy's URL is a secret like the key. */
static void
finish_proxy(struct parse *p, struct config_project *project)
{
	const char *host, *at;
	char *login;

	if (project->proxy == NULL || strcmp(project->proxy, "none") == 0)
		return;
	host = strstr(project->proxy, "://");
	if (host == NULL) {
		fail(p,
		    "[project %s] proxy is no URL; write http://HOST:PORT, "
		    "socks5h://HOST:PORT or none",
		    project->name);
		return;
	}
	host += 3;
	at = strrchr(host, '@');
	if (at == NULL)
		return;
	login = strndup(host, (size_t)(at - host));
	if (login == NULL)
		fail(p, "out of memory");
	else
		log_hide(login, "*****");
	free(login);
}

static void
finish_project(struct parse *p, struct config_project *project)
{
	int sources = (project->sdk_key_file != NULL) +
	    (project->sdk_key_credential != NULL) +
	    (project->sdk_key_env != NULL);

	if (sources > 1)
		fail(p,
		    "[project %s] has its SDK key from more than one "
		    "place; keep one of sdk_key_file, sdk_key_credential "
		    "and the environment variable",
		    project->name);
	if (project->sdk_key_credential != NULL &&
	    strchr(project->sdk_key_credential, '/') != NULL)
		fail(p,
		    "[project %s] sdk_key_credential is a name as in "
		    "LoadCredential=, without a slash",
		    project->name);
	finish_urls(p, project);
	finish_proxy(p, project);
}

enum fg_status
config_parse(const char *text, size_t n, const char *file, char *const *env,
    struct config *out, struct config_error *err)
{
	struct parse p = {
	    .config = out, .err = err, .file = file, .next = text, .left = n};
	int bad_line;

	*out = (struct config){0};
	err->text[0] = '\0';
	out->projects = calloc(CONFIG_PROJECTS, sizeof(*out->projects));
	if (out->projects == NULL)
		return FG_E_NOMEM;
	set_defaults(CONFIG_SYNCER, &out->syncer);
	set_defaults(CONFIG_EVENTS, &out->events);
	bad_line = ini_parse_stream(next_line, &p, on_value, &p);
	if (bad_line > 0 && !p.failed) {
		p.line = bad_line;
		fail(&p, "is neither [section], key = value nor a comment");
	}
	p.file = NULL;
	if (!p.failed && out->n_projects == 0)
		project_add(&p, "default", 7);
	for (; !p.failed && *env != NULL; env++)
		if (strncmp(*env, ENV_PREFIX, sizeof(ENV_PREFIX) - 1) == 0 &&
		    strchr(*env, '=') != NULL)
			take_variable(&p, *env);
	for (size_t i = 0; !p.failed && i < out->n_projects; i++)
		finish_project(&p, &out->projects[i]);
	if (!p.failed && out->events.backoff_max_ms < out->events.backoff_ms)
		fail(&p, "[events] backoff_max is less than backoff");
	return p.failed ? FG_E_INVALID : FG_OK;
}

enum fg_status
config_load(const char *path, char *const *env, struct config *out,
    struct config_error *err)
{
	const char *file = path != NULL ? path : CONFIG_FILE;
	char *text = malloc(FILE_MAX);
	enum fg_status status;
	size_t n = 0;
	ssize_t got = 0;
	int fd;

	*out = (struct config){0};
	if (text == NULL)
		return FG_E_NOMEM;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && n < FILE_MAX &&
	    (got = read(fd, text + n, FILE_MAX - n)) > 0)
		n += (size_t)got;
	if ((fd < 0 && (path != NULL || errno != ENOENT)) || got < 0) {
		snprintf(err->text, sizeof(err->text),
		    "%s: %s; name an existing file with --config", file,
		    strerror(errno));
		status = FG_E_IO;
	} else if (n == FILE_MAX) {
		snprintf(err->text, sizeof(err->text),
		    "%s: is no configuration, it is longer than 1 MiB", file);
		status = FG_E_INVALID;
	} else {
		status = config_parse(text, n, file, env, out, err);
	}
	if (fd >= 0)
		close(fd);
	explicit_bzero(text, n);
	free(text);
	return status;
}

void
config_free(struct config *config)
{
	for (size_t i = 0; i < config->n_projects; i++) {
		struct config_project *project = &config->projects[i];

		for (size_t k = 0; k < config_n_keys; k++) {
			const struct config_key *key = &config_keys[k];

			if (key->section == CONFIG_PROJECT &&
			    (key->type == CONFIG_TEXT ||
				key->type == CONFIG_PATH ||
				key->type == CONFIG_URL))
				free(*(char **)(void *)((char *)project +
				    key->offset));
		}
		if (project->sdk_key_env != NULL)
			explicit_bzero(
			    project->sdk_key_env, strlen(project->sdk_key_env));
		free(project->sdk_key_env);
		free(project->name);
		secret_wipe(&project->secret);
	}
	free(config->projects);
	free(config->syncer.state_dir);
	free(config->syncer.country_table);
	free(config->syncer.reader_group);
	*config = (struct config){0};
}
