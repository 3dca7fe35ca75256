#include "syncer/config_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syncer/log.h"
#include "syncer/quantity.h"
#include "syncer/url.h"

#define S(field) offsetof(struct config_syncer, field)
#define E(field) offsetof(struct config_events, field)
#define P(field) offsetof(struct config_project, field)

#define SECOND ((uint64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define YEAR   (366 * 24 * HOUR)
#define KIB    ((uint64_t)1 << 10)
#define MIB    ((uint64_t)1 << 20)
#define GIB    ((uint64_t)1 << 30)

/* clang-format off */
const struct config_key config_keys[] = {
    {CONFIG_SYNCER, "state_dir", CONFIG_PATH, S(state_dir), "/var/lib/forkgate", 0, 0},
    {CONFIG_SYNCER, "reader_group", CONFIG_TEXT, S(reader_group), NULL, 0, 0},
    {CONFIG_SYNCER, "country_table", CONFIG_PATH, S(country_table), NULL, 0, 0},
    {CONFIG_SYNCER, "log_level", CONFIG_LEVEL, S(log_level), "info", 0, 0},
    {CONFIG_SYNCER, "keep_generations", CONFIG_COUNT, S(keep_generations), "5", 2, 50},
    {CONFIG_SYNCER, "keep_age", CONFIG_MS, S(keep_age_ms), "10m", 10 * SECOND, 7 * 24 * HOUR},
    {CONFIG_SYNCER, "keep_bytes", CONFIG_BYTES, S(keep_bytes), "256M", MIB, 64 * GIB},
    {CONFIG_SYNCER, "store_bytes", CONFIG_BYTES, S(store_bytes), "16G", 16 * MIB, 1024 * GIB},
    {CONFIG_SYNCER, "queue_bytes", CONFIG_BYTES, S(queue_bytes), "1G", MIB, 1024 * GIB},
    {CONFIG_SYNCER, "queue_age", CONFIG_MS, S(queue_age_ms), "7d", MINUTE, YEAR},
    {CONFIG_SYNCER, "quarantine_bytes", CONFIG_BYTES, S(quarantine_bytes), "64M", MIB, 64 * GIB},
    {CONFIG_SYNCER, "quarantine_files", CONFIG_COUNT, S(quarantine_files), "1000", 1, 100000},
    {CONFIG_SYNCER, "sync_interval", CONFIG_MS, S(sync_interval_ms), "1s", 0, HOUR},
    {CONFIG_SYNCER, "shutdown_timeout", CONFIG_MS, S(shutdown_timeout_ms), "10s", 0, 10 * MINUTE},

    {CONFIG_EVENTS, "send", CONFIG_BOOL, E(send), "yes", 0, 0},
    {CONFIG_EVENTS, "batch", CONFIG_COUNT, E(batch), "500", 1, 1000},
    {CONFIG_EVENTS, "batch_bytes", CONFIG_BYTES, E(batch_bytes), "1M", 128 * KIB, 16 * MIB},
    {CONFIG_EVENTS, "max_delay", CONFIG_MS, E(max_delay_ms), "10s", 0, 10 * MINUTE},
    {CONFIG_EVENTS, "concurrency", CONFIG_COUNT, E(concurrency), "4", 1, 64},
    {CONFIG_EVENTS, "timeout", CONFIG_MS, E(timeout_ms), "10s", 100, 5 * MINUTE},
    {CONFIG_EVENTS, "backoff", CONFIG_MS, E(backoff_ms), "1s", 10, MINUTE},
    {CONFIG_EVENTS, "backoff_max", CONFIG_MS, E(backoff_max_ms), "1m", 10, HOUR},
    {CONFIG_EVENTS, "refusals", CONFIG_COUNT, E(refusals), "10", 1, 1000},
    {CONFIG_EVENTS, "compress", CONFIG_BOOL, E(compress), "yes", 0, 0},
    {CONFIG_EVENTS, "diagnostics", CONFIG_BOOL, E(diagnostics), "no", 0, 0},
    {CONFIG_EVENTS, "dedupe", CONFIG_DEDUPE, E(dedupe), "process", 0, 0},
    {CONFIG_EVENTS, "dedupe_window", CONFIG_MS, E(dedupe_window_ms), "60s", SECOND, 24 * HOUR},
    {CONFIG_EVENTS, "dedupe_keys", CONFIG_COUNT, E(dedupe_keys), "1000000", 1000, 64 * MIB},

    {CONFIG_PROJECT, "sdk_key", CONFIG_KEY, P(sdk_key_env), NULL, 0, 0},
    {CONFIG_PROJECT, "sdk_key_file", CONFIG_PATH, P(sdk_key_file), NULL, 0, 0},
    {CONFIG_PROJECT, "sdk_key_credential", CONFIG_TEXT, P(sdk_key_credential), NULL, 0, 0},
    {CONFIG_PROJECT, "base_url", CONFIG_URL, P(base_url), NULL, 0, 0},
    {CONFIG_PROJECT, "specs_url", CONFIG_URL, P(specs_url), NULL, 0, 0},
    {CONFIG_PROJECT, "log_event_url", CONFIG_URL, P(log_event_url), NULL, 0, 0},
    {CONFIG_PROJECT, "id_lists_url", CONFIG_URL, P(id_lists_url), NULL, 0, 0},
    {CONFIG_PROJECT, "id_lists", CONFIG_ID_LISTS, P(id_lists), "auto", 0, 0},
    {CONFIG_PROJECT, "id_lists_interval", CONFIG_MS, P(id_lists_interval_ms), "60s", SECOND, 24 * HOUR},
    {CONFIG_PROJECT, "id_lists_timeout", CONFIG_MS, P(id_lists_timeout_ms), "5m", SECOND, HOUR},
    {CONFIG_PROJECT, "max_id_list", CONFIG_BYTES, P(max_id_list), "128M", 64 * KIB, 4 * GIB},
    {CONFIG_PROJECT, "service_name", CONFIG_TEXT, P(service_name), NULL, 0, 0},
    {CONFIG_PROJECT, "interval", CONFIG_MS, P(interval_ms), "10s", SECOND, 24 * HOUR},
    {CONFIG_PROJECT, "timeout", CONFIG_MS, P(timeout_ms), "10s", 100, 5 * MINUTE},
    {CONFIG_PROJECT, "connect_timeout", CONFIG_MS, P(connect_timeout_ms), "5s", 100, 5 * MINUTE},
    {CONFIG_PROJECT, "max_document", CONFIG_BYTES, P(max_document), "128M", 64 * KIB, GIB},
    {CONFIG_PROJECT, "proxy", CONFIG_TEXT, P(proxy), NULL, 0, 0},
    {CONFIG_PROJECT, "ca_file", CONFIG_PATH, P(ca_file), NULL, 0, 0},
    {CONFIG_PROJECT, "overrides_file", CONFIG_PATH, P(overrides_file), NULL, 0, 0},
};
/* clang-format on */

const size_t config_n_keys = sizeof(config_keys) / sizeof(config_keys[0]);

const struct config_key *
config_key_find(enum config_section section, const char *name, size_t len)
{
	for (size_t i = 0; i < config_n_keys; i++) {
		const struct config_key *key = &config_keys[i];

		if (key->section == section && strlen(key->name) == len &&
		    memcmp(key->name, name, len) == 0)
			return key;
	}
	return NULL;
}

static bool
parse_word(enum config_type type, const char *text, uint64_t *out)
{
	static const struct {
		enum config_type type;
		const char *word;
		uint64_t value;
	} words[] = {
	    {CONFIG_LEVEL, "error", LOG_AT_ERROR},
	    {CONFIG_LEVEL, "warning", LOG_AT_WARN},
	    {CONFIG_LEVEL, "info", LOG_AT_INFO},
	    {CONFIG_LEVEL, "debug", LOG_AT_DEBUG},
	    {CONFIG_DEDUPE, "process", CONFIG_DEDUPE_PROCESS},
	    {CONFIG_DEDUPE, "host", CONFIG_DEDUPE_HOST},
	    {CONFIG_ID_LISTS, "no", CONFIG_ID_LISTS_NO},
	    {CONFIG_ID_LISTS, "yes", CONFIG_ID_LISTS_YES},
	    {CONFIG_ID_LISTS, "auto", CONFIG_ID_LISTS_AUTO},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].type == type && strcmp(text, words[i].word) == 0) {
			*out = words[i].value;
			return true;
		}
	}
	return false;
}

static bool
parse_number(enum config_type type, const char *value, uint64_t *out)
{
	bool yes = false;

	switch (type) {
	case CONFIG_COUNT:
		return quantity_count(value, out);
	case CONFIG_BYTES:
		return quantity_bytes(value, out);
	case CONFIG_MS:
		return quantity_ms(value, out);
	case CONFIG_LEVEL:
	case CONFIG_DEDUPE:
	case CONFIG_ID_LISTS:
		return parse_word(type, value, out);
	case CONFIG_BOOL:
		if (!quantity_bool(value, &yes))
			return false;
		*out = yes;
		return true;
	case CONFIG_TEXT:
	case CONFIG_PATH:
	case CONFIG_URL:
	case CONFIG_KEY:
		break;
	}
	return false;
}

static const char *
number_remedy(enum config_type type)
{
	switch (type) {
	case CONFIG_BYTES:
		return "is no size; write a number of bytes such as 65536, "
		       "64K, 16M or 2G";
	case CONFIG_MS:
		return "is no time; write a number with its unit such as "
		       "250ms, 10s, 5m, 24h or 7d";
	case CONFIG_LEVEL:
		return "is no level; write error, warning, info or debug";
	case CONFIG_BOOL:
		return "is neither; write yes or no";
	case CONFIG_DEDUPE:
		return "is neither; write process or host";
	case CONFIG_ID_LISTS:
		return "is neither; write auto, yes or no";
	case CONFIG_COUNT:
	case CONFIG_TEXT:
	case CONFIG_PATH:
	case CONFIG_URL:
	case CONFIG_KEY:
		break;
	}
	return "is no whole number";
}

static const char *
out_of_range(const struct config_key *key, uint64_t x)
{
	static char text[128];
	uint64_t limit = x < key->min ? key->min : key->max;
	const char *than = x < key->min ? "less" : "more";
	char time[32];

	if (key->type == CONFIG_MS)
		snprintf(text, sizeof(text), "is %s than %s allows, %s", than,
		    key->name, quantity_put_ms(time, sizeof(time), limit));
	else
		snprintf(text, sizeof(text), "is %s than %s allows, %llu", than,
		    key->name, (unsigned long long)limit);
	return text;
}

static const char *
set_number(const struct config_key *key, void *field, const char *value)
{
	uint64_t x;

	if (!parse_number(key->type, value, &x))
		return number_remedy(key->type);
	if (key->max != 0 && (x < key->min || x > key->max))
		return out_of_range(key, x);
	*(uint64_t *)field = x;
	return NULL;
}

static const char *
set_text(const struct config_key *key, void *field, const char *value)
{
	const char *problem = NULL;
	char **text = field;

	if (*value == '\0')
		return "is empty; give a value or remove the key";
	for (const char *p = value; *p != 0; p++)
		if ((unsigned char)*p < 32 || *p == 127)
			return "holds a control character";
	if (key->type == CONFIG_PATH && *value != '/')
		return "is a relative path; begin it with /";
	if (key->type == CONFIG_URL) {
		problem = url_problem(value);
		if (problem == NULL && strpbrk(value, "?#") != NULL)
			problem = "has a query or a fragment; leave it away";
	}
	if (problem != NULL)
		return problem;
	free(*text);
	*text = strdup(value);
	return *text != NULL ? NULL : "does not fit in memory";
}

const char *
config_key_set(const struct config_key *key, void *section, const char *value)
{
	void *field = (char *)section + key->offset;

	switch (key->type) {
	case CONFIG_TEXT:
	case CONFIG_PATH:
	case CONFIG_URL:
	case CONFIG_KEY:
		return set_text(key, field, value);
	case CONFIG_COUNT:
	case CONFIG_BYTES:
	case CONFIG_MS:
	case CONFIG_BOOL:
	case CONFIG_LEVEL:
	case CONFIG_DEDUPE:
	case CONFIG_ID_LISTS:
		break;
	}
	return set_number(key, field, value);
}
