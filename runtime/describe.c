/* describe.c: what a model is. */
#include "runtime/model_check.h"

#define TYPES (MBT_WEIGHT_I8 + 1u)

/* Counts a matrix's weights under their type. */
static void count(const mbt_matrix *w, uint64_t counts[TYPES])
{
    counts[w->type] += (uint64_t)w->taps * w->k * w->n;
}

static void count_dense(const mbt_dense_block *block, uint64_t counts[TYPES])
{
    for (uint32_t i = 0; i < MBT_DENSE_UNITS; i++)
        count(&block->unit[i].conv, counts);
}

static void count_sequence(const mbt_sequence *sequence, uint64_t counts[TYPES])
{
    const mbt_mamba *m = sequence->layer;
    count(&m->in_proj, counts);
    count(&m->x_proj, counts);
    count(&m->dt_proj, counts);
    count(&m->out_proj, counts);
}

static void count_axis(const mbt_axis *axis, uint64_t counts[TYPES])
{
    if (axis->attention_place != MBT_ATTENTION_NONE) {
        count(&axis->attention->in_proj, counts);
        count(&axis->attention->out_proj, counts);
    }
    count_sequence(&axis->forward, counts);
    count_sequence(&axis->backward, counts);
    count(&axis->linear, counts);
}

/* The type of most weights. model: has been checked. */
static const char *find_precision(const mbt_model *model)
{
    static const char *const names[TYPES] = {"f32", "f16", "int8"};
    uint64_t counts[TYPES] = {0};
    count(&model->encoder->dense_conv_1.conv, counts);
    count_dense(&model->encoder->dense_block, counts);
    count(&model->encoder->dense_conv_2.conv, counts);
    for (uint32_t i = 0; i < model->block_count; i++) {
        count_axis(&model->blocks[i].time, counts);
        count_axis(&model->blocks[i].frequency, counts);
    }
    count_dense(&model->mask_decoder->dense_block, counts);
    count_dense(&model->phase_decoder->dense_block, counts);
    count(&model->phase_decoder->even, counts);
    count(&model->phase_decoder->odd, counts);
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
                             .precision = find_precision(model)};
    return MBT_OK;
}
