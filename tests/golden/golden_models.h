/* golden_models.h: finds the models that the cases are run with. */
#ifndef MBT_TESTS_GOLDEN_GOLDEN_MODELS_H
#define MBT_TESTS_GOLDEN_GOLDEN_MODELS_H

#include "mambattention/model.h"

/* The model of that name ("tiny", "small", "after" ...) in that precision ("f32", "f16", "int8"), or NULL. */
const mbt_model *mbt_golden_model(const char *name, const char *precision);

#endif
