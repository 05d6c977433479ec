/* models.c: the models of the cases, by name and precision. */
#include "tests/golden/golden_models.h"

#include <stddef.h>
#include <string.h>

extern const mbt_model mbt_model_tiny_f32, mbt_model_tiny_f16, mbt_model_tiny_int8;
extern const mbt_model mbt_model_small_f32, mbt_model_small_f16, mbt_model_small_int8;
extern const mbt_model mbt_model_after_f32, mbt_model_unshared_f32, mbt_model_semamba_f32;
extern const mbt_model mbt_model_live_f32, mbt_model_live_f16, mbt_model_live_int8, mbt_model_causal_f32;

static const struct {
    const char *name, *precision;
    const mbt_model *model;
} models[] = {
    {"tiny", "f32", &mbt_model_tiny_f32},       {"tiny", "f16", &mbt_model_tiny_f16},
    {"tiny", "int8", &mbt_model_tiny_int8},     {"small", "f32", &mbt_model_small_f32},
    {"small", "f16", &mbt_model_small_f16},     {"small", "int8", &mbt_model_small_int8},
    {"after", "f32", &mbt_model_after_f32},     {"unshared", "f32", &mbt_model_unshared_f32},
    {"semamba", "f32", &mbt_model_semamba_f32}, {"causal", "f32", &mbt_model_causal_f32},
    {"live", "f32", &mbt_model_live_f32},       {"live", "f16", &mbt_model_live_f16},
    {"live", "int8", &mbt_model_live_int8},
};

const mbt_model *mbt_golden_model(const char *name, const char *precision)
{
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        if (strcmp(models[i].name, name) == 0 && strcmp(models[i].precision, precision) == 0)
            return models[i].model;
    return NULL;
}
