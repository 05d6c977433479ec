/* model_load.h: finds the model that --model names. */
#ifndef MBT_TOOLS_BASE_MODEL_LOAD_H
#define MBT_TOOLS_BASE_MODEL_LOAD_H

#include <stdbool.h>

#include "mambattention/mambattention.h"

typedef struct mbt_loaded_model {
    const mbt_model *model;
    mbt_model_info info; /* its texts live as long as the model */
    void *library;       /* from dlopen; NULL for a model linked in */
} mbt_loaded_model;

#define MBT_DEFAULT_MODEL_NAME "tiny"
#define MBT_LIVE_MODEL_NAME "live"

/* The model linked in that MBT_LIVE_MODEL_NAME stands for. NULL if there is none. */
const mbt_model *mbt_model_live(void);

/* name: MBT_DEFAULT_MODEL_NAME for the first of the models linked in, or one of their names (weights/models.h), with or
 * without its precision, or a shared object made of the C that mambac writes.
 * On failure prints one error line and returns false. */
bool mbt_model_load(const char *name, mbt_loaded_model *loaded);

void mbt_model_unload(mbt_loaded_model *loaded);

#endif
