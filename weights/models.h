/* models.h: the models that are linked into the library. */
#ifndef MBT_WEIGHTS_MODELS_H
#define MBT_WEIGHTS_MODELS_H

#include "mambattention/model.h"

typedef struct mbt_linked_model {
    const char *name; /* as MBT_MODELS calls it: "tiny-f32" */
    const mbt_model *model;
} mbt_linked_model;

/* In the order of MBT_MODELS: at least one, the default first. A NULL name ends them. */
extern const mbt_linked_model mbt_linked_models[];

#endif
