/*
 * store_param: a parameter of a parameter store, as a value or a reference.
 */
#ifndef READER_STORE_PARAM_H
#define READER_STORE_PARAM_H

#include "reader/params.h"

struct store_param {
	enum image_param kind; /* 0: there is none of that name */
	const char *key;       /* not ended by a NUL */
	size_t key_len;
	const char *entity, *inner; /* of a reference */
	struct param value, fail_value;
};

/*
 * Parameters from an object of the caller's, copied.  A member that is an
 * object with all the fields of a parameter of the rules (ref_type, param_type
 * and value, or gate_name, pass_value and fail_value, or config_name,
 * experiment_name or layer_name with param_name) is that parameter; any other
 * is the value itself.  Fails as dyn_set does.
 */
enum fg_status store_params_from_members(const struct fg_member *members,
    size_t n, struct arena *a, const struct store_param **out);

/*
 * The parameter of that name in the record of a store at `store`, copied;
 * *out is of kind 0 when there is none.  False when there is no such record.
 */
bool store_param_copy(const struct image *im, uint32_t store, const char *name,
    struct arena *a, struct store_param *out);

#endif /* READER_STORE_PARAM_H */
