/*
 * layer: reading a layer's parameter, for all who do.
 */
#ifndef READER_LAYER_H
#define READER_LAYER_H

#include "reader/params.h"

/*
 * The parameter if it is there and of a type that fits, and then its exposure
 * is logged; else NULL.
 */
const struct param *layer_read(
    struct fg_layer *layer, const char *name, bool (*fits)(enum fg_type));

#endif /* READER_LAYER_H */
