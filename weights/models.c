/* models.c: the list of the models that are linked into the library (MBT_MODELS of the build). */
#include "weights/models.h"

#include <stddef.h>

extern const mbt_model mbt_model_tiny_int8, mbt_model_tiny_f16, mbt_model_tiny_f32;
extern const mbt_model mbt_model_live_int8, mbt_model_live_f16, mbt_model_live_f32;

const mbt_linked_model mbt_linked_models[] = {
#if MBT_LINK_TINY_INT8
    {"tiny-int8", &mbt_model_tiny_int8},
#endif
#if MBT_LINK_TINY_F16
    {"tiny-f16", &mbt_model_tiny_f16},
#endif
#if MBT_LINK_TINY_F32
    {"tiny-f32", &mbt_model_tiny_f32},
#endif
#if MBT_LINK_LIVE_INT8
    {"live-int8", &mbt_model_live_int8},
#endif
#if MBT_LINK_LIVE_F16
    {"live-f16", &mbt_model_live_f16},
#endif
#if MBT_LINK_LIVE_F32
    {"live-f32", &mbt_model_live_f32},
#endif
    {NULL, NULL},
};
