/* default.c: the model that is linked into the library. */
#include "mambattention/mambattention.h"
#include "mambattention/model.h"

extern const mbt_model mbt_model_tiny;

const mbt_model *mbt_model_default(void)
{
    return &mbt_model_tiny;
}
