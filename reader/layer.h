/*
 * layer: reading a layer's parameter, for all who do.
 */
#ifndef READER_LAYER_H
#define READER_LAYER_H

#include "common/record.h"
#include "reader/arena.h"
#include "reader/params.h"

/*
 * The parameter if it is there and of a type that fits, and then its exposure
 * is logged; else NULL.
 */
const struct param *layer_read(
    struct fg_layer *layer, const char *name, bool (*fits)(enum fg_type));

/* Secondary exposures that are texts already, for an event. */
bool layer_put_list(struct arena *a, const struct fg_exposure *at, size_t n,
    struct record_exposure *x);

#endif /* READER_LAYER_H */
