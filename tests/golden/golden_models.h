/* golden_models.h: the models of the cases. */
#ifndef MBT_TESTS_GOLDEN_GOLDEN_MODELS_H
#define MBT_TESTS_GOLDEN_GOLDEN_MODELS_H

#include "mambattention/model.h"

/* The model of that name ("tiny", "small") in that precision ("f32", "f16"), or NULL. */
const mbt_model *mbt_golden_model(const char *name, const char *precision);

#endif
