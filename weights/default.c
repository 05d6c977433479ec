/* default.c: the first of the models that are linked into the library. Apart from the list of all: a program that is
 * linked statically takes along only what it names. */
#include "mambattention/mambattention.h"
#include "mambattention/model.h"

extern const mbt_model MBT_DEFAULT_MODEL;

const mbt_model *mbt_model_default(void)
{
    return &MBT_DEFAULT_MODEL;
}
