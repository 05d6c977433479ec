/* model_check.c: a model may come from a file that was made for another version, so every shape is checked against
 * the others. */
#include "runtime/model_check.h"

#include <stdbool.h>
#include <stddef.h>

#include "runtime/layers/layer.h"

/* A causal network has no norm after its convolutions. */
static bool norm_is(const float *gain, const float *offset, const float *slope, bool causal)
{
    return slope && (causal ? !gain && !offset : gain && offset);
}

static bool has_norm(const mbt_unit *unit, bool causal)
{
    return norm_is(unit->gain, unit->offset, unit->slope, causal);
}

static bool unit_is(const mbt_unit *unit, uint32_t taps, uint32_t k, uint32_t n, bool causal)
{
    return mbt_matrix_is(&unit->conv, taps, k, n) && has_norm(unit, causal);
}

/* Unit i of a dense block. */
static bool dense_unit_is(const mbt_unit *unit, uint32_t i, uint32_t channels, bool causal)
{
    switch (unit->form) {
    case MBT_FORM_DIRECT:
        return unit_is(unit, 9, (i + 1) * channels, channels, causal);
    case MBT_FORM_WINOGRAD:
        return !causal && unit_is(unit, (i + 1) * MBT_WINOGRAD_POINTS, 3 * channels, channels, causal);
    default:
        return false;
    }
}

/* Whether all units are int8. */
static bool dense_is_i8(const mbt_dense_block *block, uint32_t channels, bool causal)
{
    for (uint32_t i = 0; i < MBT_DENSE_UNITS; i++) {
        const mbt_unit *unit = &block->unit[i];
        if (unit->form != MBT_FORM_DIRECT || !mbt_matrix_is_i8(&unit->conv, 9, (i + 1) * channels, channels) ||
            !has_norm(unit, causal))
            return false;
    }
    return true;
}

static bool dense_is(const mbt_dense_block *block, uint32_t channels, bool causal)
{
    if (block->unit[0].conv.type == MBT_WEIGHT_I8)
        return dense_is_i8(block, channels, causal);
    for (uint32_t i = 0; i < MBT_DENSE_UNITS; i++)
        if (!dense_unit_is(&block->unit[i], i, channels, causal))
            return false;
    return true;
}

/* What an axis asks of the kinds of its layers. */
typedef enum ability { RUN, RUN_PART, ADVANCE } ability;

static bool kind_can(const mbt_layer_ops *ops, ability need)
{
    return need == ADVANCE ? ops->causal != NULL : need == RUN_PART ? ops->run_part != NULL : ops->run != NULL;
}

static bool axis_is(const mbt_axis *axis, uint32_t channels, ability need)
{
    if (!mbt_in_range(axis->count, 1, MBT_MAX_STEPS) || !axis->steps)
        return false;
    for (uint32_t i = 0; i < axis->count; i++) {
        const mbt_layer_ops *ops = mbt_layer_ops_for(axis->steps[i].kind);
        if (!ops || !kind_can(ops, need) || !axis->steps[i].layer || !ops->check(axis->steps[i].layer, channels))
            return false;
    }
    return true;
}

static bool sizes_are_sane(const mbt_model *m)
{
    return m->name && m->provenance && m->family && mbt_in_range(m->sample_rate, 1, 1000000) &&
           mbt_in_range(m->n_fft, 4, MBT_MAX_SIZE) && m->n_fft % 4 == 0 && mbt_in_range(m->win, 2, m->n_fft) &&
           mbt_in_range(m->hop, 1, m->win / 2) && mbt_in_range(m->channels, 8, MBT_MAX_SIZE / 16) &&
           m->channels % 8 == 0 && mbt_in_range(m->block_count, 1, MBT_MAX_SIZE) && m->compress_factor >= 0.125f &&
           m->compress_factor <= 1 && m->encoder && m->blocks && m->mask_decoder && m->phase_decoder;
}

/* The lengths that only a causal network has. */
static bool past_is_sane(const mbt_model *m)
{
    if (m->attention_frames == 0)
        return m->level_frames == 0;
    return m->attention_frames <= MBT_MAX_SIZE && mbt_in_range(m->level_frames, 1, MBT_MAX_SIZE) &&
           m->win == m->n_fft && m->win % m->hop == 0 && m->mask_decoder->gain == 1 && m->mask_decoder->offset == 0;
}

mbt_status mbt_model_check(const mbt_model *m)
{
    if (m->abi != MBT_MODEL_ABI || m->model_size != sizeof *m || !sizes_are_sane(m) || !past_is_sane(m))
        return MBT_ERROR_MODEL;
    const uint32_t c = m->channels;
    const bool causal = m->attention_frames > 0;
    const mbt_encoder *encoder = m->encoder;
    const mbt_mask_decoder *mask = m->mask_decoder;
    const mbt_phase_decoder *phase = m->phase_decoder;
    bool good = encoder->dense_conv_1.form == MBT_FORM_DIRECT && encoder->dense_conv_2.form == MBT_FORM_DIRECT &&
                unit_is(&encoder->dense_conv_1, 1, 2, c, causal) && dense_is(&encoder->dense_block, c, causal) &&
                unit_is(&encoder->dense_conv_2, 3, c, c, causal) && dense_is(&mask->dense_block, c, causal) &&
                mbt_matrix_is(&mask->even, 2, c, 1) && mbt_matrix_is(&mask->odd, 1, c, 1) && mask->slope &&
                dense_is(&phase->dense_block, c, causal) && mbt_matrix_is(&phase->even, 2, c, c) &&
                mbt_matrix_is(&phase->odd, 1, c, c) && norm_is(phase->gain, phase->offset, phase->slope, causal) &&
                mbt_matrix_is(&phase->out, 1, c, 2);
    for (uint32_t i = 0; good && i < m->block_count; i++)
        good = axis_is(&m->blocks[i].time, c, causal ? ADVANCE : RUN) &&
               axis_is(&m->blocks[i].frequency, c, causal ? RUN_PART : RUN);
    return good ? MBT_OK : MBT_ERROR_MODEL;
}
