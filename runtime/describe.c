/* describe.c: the facts about a model that mbt_model_describe returns. */
#include "runtime/model_check.h"
#include "runtime/model_walk.h"

#define TYPES (MBT_WEIGHT_I8 + 1u)

/* Adds a matrix's weights to the count of their type. cookie: uint64_t[TYPES]. */
static void count(void *cookie, const char *name, const mbt_matrix *w)
{
    uint64_t *counts = cookie;
    (void)name;
    counts[w->type] += (uint64_t)w->taps * w->k * w->n;
}

/* The type that most weights have. The model must have been checked. */
static const char *find_precision(const mbt_model *model)
{
    static const char *const names[TYPES] = {"f32", "f16", "int8"};
    uint64_t counts[TYPES] = {0};
    mbt_model_visit_matrices(model, count, counts);
    uint32_t most = 0;
    for (uint32_t type = 1; type < TYPES; type++)
        if (counts[type] > counts[most])
            most = type;
    return names[most];
}

mbt_status mbt_model_describe(const mbt_model *model, mbt_model_info *info)
{
    if (!model || !info)
        return MBT_ERROR_ARGUMENT;
    const mbt_status status = mbt_model_check(model);
    if (status != MBT_OK)
        return status;
    *info = (mbt_model_info){.name = model->name,
                             .provenance = model->provenance,
                             .sample_rate = model->sample_rate,
                             .n_fft = model->n_fft,
                             .hop = model->hop,
                             .channels = model->channels,
                             .blocks = model->block_count,
                             .parameters = model->parameters,
                             .weight_bytes = model->weight_bytes,
                             .macs_per_second = model->macs_per_second,
                             .precision = find_precision(model),
                             .family = model->family,
                             .causal = mbt_model_is_causal(model),
                             .latency = mbt_model_is_causal(model) ? model->win : 0};
    return MBT_OK;
}
