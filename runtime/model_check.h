/* model_check.h: checks whether a model can be run. */
#ifndef MBT_RUNTIME_MODEL_CHECK_H
#define MBT_RUNTIME_MODEL_CHECK_H

#include <stdbool.h>

#include "mambattention/mambattention.h"
#include "mambattention/model.h"

/* Returns MBT_OK if the model was compiled for this library and its shapes agree with one another, MBT_ERROR_MODEL if
 * not. Reads the structs only; the contents of the arrays are trusted. */
mbt_status mbt_model_check(const mbt_model *model);

/* Whether the network knows only the past. Then a run is one frame, and what it has to know of those before is kept. */
static inline bool mbt_model_is_causal(const mbt_model *model)
{
    return model->attention_frames > 0;
}

#endif
