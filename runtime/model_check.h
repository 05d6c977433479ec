/* model_check.h: whether a model can be run. */
#ifndef MBT_RUNTIME_MODEL_CHECK_H
#define MBT_RUNTIME_MODEL_CHECK_H

#include "mambattention/mambattention.h"
#include "mambattention/model.h"

/* MBT_OK if the model was compiled for this library and its shapes agree with one another; MBT_ERROR_MODEL if not.
 * It reads the structs alone: what stands in the arrays is the compiler's word. */
mbt_status mbt_model_check(const mbt_model *model);

#endif
