/* models.c: the list of the models that are linked into the library. CMake writes a line for each of its MBT_MODELS. */
#include "weights/models.h"

#include <stddef.h>

#define MBT_LINKED_MODEL(name, symbol) extern const mbt_model symbol;
#include "weights/linked_models.def"
#undef MBT_LINKED_MODEL

const mbt_linked_model mbt_linked_models[] = {
#define MBT_LINKED_MODEL(name, symbol) {name, &symbol},
#include "weights/linked_models.def"
    {NULL, NULL},
};
