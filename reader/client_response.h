/*
 * client_response: the parts of the answer of fg_client_response().
 *
 * All names of the rules are evaluated with one struct eval, in the order of
 * their hashed names, and written at once.  What is read in place counts only
 * when the generation turns out to have been alive all the while; until then
 * it is text in a buffer.
 *
 * Functions return false when the response has failed: with r->e.fault set, or
 * r->w.status.
 */
#ifndef READER_CLIENT_RESPONSE_H
#define READER_CLIENT_RESPONSE_H

#include "common/hash.h"
#include "common/jsonw.h"
#include "reader/call.h"
#include "reader/params.h"

enum response_filter_kind {
	RESPONSE_GATES,
	RESPONSE_CONFIGS,
	RESPONSE_EXPERIMENTS,
	RESPONSE_LAYERS,
	RESPONSE_STORES,
	RESPONSE_N_FILTERS,
};

struct response_filter {
	const struct fg_name_filter *names;
	uint64_t *hashes; /* of the names, in their order */
};

/* What is referred to by a short key from several places. */
struct response_pooled {
	struct eval_pair pair; /* of exposures */
	const char *text;      /* of values: JSON */
	size_t len;
	uint64_t hash; /* in the format v2 it is the key itself */
};

struct response_pool {
	struct response_pooled *at;
	uint32_t n, cap;
	uint32_t *slots; /* number + 1, 0 for an empty slot */
	uint32_t n_slots;
};

struct response {
	struct fg_session *ses;
	struct fg_user *user;
	const struct fg_client_response_options *opt;
	struct arena *arena;
	struct jsonw w;
	struct eval_input in;
	struct dyn app;
	bool by_app; /* keep only what is marked for the app */
	bool unknown_key;
	struct response_filter filters[RESPONSE_N_FILTERS];
	struct response_pool exposures, values;
	struct response_pool once; /* of one list, used again */
	struct eval e;             /* last: its tier is large */
};

/* A name as the client sees it. */
struct response_key {
	const char *text;
	size_t len;
	char buf[HASH_BASE64_LEN];
};

void response_hash(const struct response *r, const void *name, size_t n,
    struct response_key *out);

/* The string S as a member's value: hashed, or as it is. */
void response_put_hashed(struct response *r, const char *member, uint32_t at);
void response_put_text(struct response *r, const char *member, uint32_t at);

/* The value V, whole, as JSON text in place; null when it is none. */
void response_put_value(struct response *r, uint32_t at);
bool response_value_text(
    struct response *r, uint32_t at, const char **text, size_t *len);

/* ------------------------------------------------ client_response_list.c */

/* A record that is to be in the response. */
struct response_entry {
	const char *key; /* in the arena */
	size_t key_len;
	uint32_t rec;
	struct image_str name;
	bool is_cmab;
};

struct response_list {
	struct response_entry *at;
	size_t n;
};

/* Copies the filters' hashes; finds out which app it is for. */
bool response_filters(struct response *r);
bool response_app(struct response *r);

/*
 * What the index, IMAGE_H_ and so on, has for the client, sorted by key; CMABs
 * come along with configs.  Each key once.
 */
bool response_list(
    struct response *r, uint32_t index, struct response_list *out);

/* ---------------------------------------------- client_response_entity.c */

/* The maps feature_gates, dynamic_configs, layer_configs. */
bool response_put_entities(struct response *r);

/* ------------------------------------------------ client_response_pool.c */

/*
 * A list of secondary exposures, each once: objects in the format v1, else
 * keys of r->exposures.
 */
bool response_put_exposures(struct response *r, struct eval_range range);

/* The number of a value among r->values. */
bool response_pool_value(
    struct response *r, const char *text, size_t len, uint32_t *number);

/* The members "exposures" and "values". */
bool response_put_pools(struct response *r);

/* ------------------------------------------------ client_response_rest.c */

bool response_put_stores(struct response *r);
bool response_put_replay(struct response *r);
void response_put_user(struct response *r); /* and evaluated_keys, pa_hash */
void response_put_sdk_info(struct response *r);

#endif /* READER_CLIENT_RESPONSE_H */
