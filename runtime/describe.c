/* describe.c: what a model is. */
#include "model_check.h"

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
                             .macs_per_second = model->macs_per_second};
    return MBT_OK;
}
