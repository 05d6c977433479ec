/* model_check.c: a model may come from a file made for another version, so every shape is held against the others. */
#include "runtime/model_check.h"

#include <stdbool.h>
#include <stddef.h>

/* Far above any network of the family, and low enough that no product of them overflows. */
#define MAX_SIZE 65536u

static bool in_range(uint32_t value, uint32_t lowest, uint32_t highest)
{
    return value >= lowest && value <= highest;
}

/* Each matrix has a type of its own. */
static bool matrix_is(const mbt_matrix *w, uint32_t taps, uint32_t k, uint32_t n)
{
    return (w->type == MBT_WEIGHT_F32 || w->type == MBT_WEIGHT_F16) && w->taps == taps && w->k == k && w->n == n &&
           w->data && w->bias;
}

/* The sum of taps * k products of two numbers up to 127 stays far inside 32 bits. */
static bool matrix_is_i8(const mbt_matrix *w, uint32_t taps, uint32_t k, uint32_t n)
{
    return w->type == MBT_WEIGHT_I8 && w->taps == taps && w->k == k && w->n == n && k <= MAX_SIZE / taps && w->data &&
           w->scale && w->bias;
}

/* A linear layer, whose inputs are rounded if need be. */
static bool linear_is(const mbt_matrix *w, uint32_t k, uint32_t n)
{
    return matrix_is(w, 1, k, n) || matrix_is_i8(w, 1, k, n);
}

static bool has_norm(const mbt_unit *unit)
{
    return unit->gain && unit->offset && unit->slope;
}

static bool unit_is(const mbt_unit *unit, uint32_t taps, uint32_t k, uint32_t n)
{
    return matrix_is(&unit->conv, taps, k, n) && has_norm(unit);
}

/* Unit i of a dense block. */
static bool dense_unit_is(const mbt_unit *unit, uint32_t i, uint32_t channels)
{
    switch (unit->form) {
    case MBT_FORM_DIRECT:
        return unit_is(unit, 9, (i + 1) * channels, channels);
    case MBT_FORM_WINOGRAD:
        return unit_is(unit, (i + 1) * MBT_WINOGRAD_POINTS, 3 * channels, channels);
    default:
        return false;
    }
}

/* In int8, all units are. */
static bool dense_is_i8(const mbt_dense_block *block, uint32_t channels)
{
    for (uint32_t i = 0; i < MBT_DENSE_UNITS; i++) {
        const mbt_unit *unit = &block->unit[i];
        if (unit->form != MBT_FORM_DIRECT || !matrix_is_i8(&unit->conv, 9, (i + 1) * channels, channels) ||
            !has_norm(unit))
            return false;
    }
    return true;
}

static bool dense_is(const mbt_dense_block *block, uint32_t channels)
{
    if (block->unit[0].conv.type == MBT_WEIGHT_I8)
        return dense_is_i8(block, channels);
    for (uint32_t i = 0; i < MBT_DENSE_UNITS; i++)
        if (!dense_unit_is(&block->unit[i], i, channels))
            return false;
    return true;
}

static bool attention_is(const mbt_attention *attention, uint32_t channels)
{
    return attention && in_range(attention->heads, 1, channels) && channels % attention->heads == 0 &&
           linear_is(&attention->in_proj, channels, 3 * channels) &&
           linear_is(&attention->out_proj, channels, channels);
}

static bool mamba_is(const mbt_sequence *sequence, uint32_t channels)
{
    const mbt_mamba *m = sequence->layer;
    return sequence->kind == MBT_SEQUENCE_MAMBA && m && in_range(m->d_inner, 1, MAX_SIZE) &&
           in_range(m->d_state, 1, MAX_SIZE) && in_range(m->d_conv, 1, MAX_SIZE) && in_range(m->dt_rank, 1, MAX_SIZE) &&
           (m->constants == MBT_WEIGHT_F32 || m->constants == MBT_WEIGHT_F16) && m->conv_weight && m->conv_bias &&
           m->a && m->d && linear_is(&m->in_proj, channels, 2 * MBT_PADDED(m->d_inner)) &&
           linear_is(&m->x_proj, m->d_inner, m->dt_rank + 2 * m->d_state) &&
           linear_is(&m->dt_proj, m->dt_rank, m->d_inner) && linear_is(&m->out_proj, m->d_inner, channels);
}

static bool same_sizes(const mbt_mamba *a, const mbt_mamba *b)
{
    return a->d_inner == b->d_inner && a->d_state == b->d_state && a->d_conv == b->d_conv && a->dt_rank == b->dt_rank;
}

/* All sequence layers take turns in the same scratch memory, so their sizes are those of `first`. */
static bool axis_is(const mbt_axis *axis, const mbt_mamba *first, uint32_t channels)
{
    const bool attends = axis->attention_place != MBT_ATTENTION_NONE;
    return axis->attention_place <= MBT_ATTENTION_AFTER && (!attends || attention_is(axis->attention, channels)) &&
           mamba_is(&axis->forward, channels) && same_sizes(axis->forward.layer, first) &&
           mamba_is(&axis->backward, channels) && same_sizes(axis->backward.layer, first) &&
           linear_is(&axis->linear, channels, channels);
}

static bool sizes_are_sane(const mbt_model *m)
{
    return m->name && m->provenance && in_range(m->sample_rate, 1, 1000000) && in_range(m->n_fft, 4, MAX_SIZE) &&
           m->n_fft % 4 == 0 && in_range(m->win, 2, m->n_fft) && in_range(m->hop, 1, m->win / 2) &&
           in_range(m->channels, 8, MAX_SIZE / 16) && m->channels % 8 == 0 && in_range(m->block_count, 1, MAX_SIZE) &&
           m->compress_factor >= 0.125f && m->compress_factor <= 1 && m->encoder && m->blocks && m->mask_decoder &&
           m->phase_decoder;
}

mbt_status mbt_model_check(const mbt_model *m)
{
    if (m->abi != MBT_MODEL_ABI || m->model_size != sizeof *m || !sizes_are_sane(m))
        return MBT_ERROR_MODEL;
    const uint32_t c = m->channels;
    const mbt_encoder *encoder = m->encoder;
    const mbt_mask_decoder *mask = m->mask_decoder;
    const mbt_phase_decoder *phase = m->phase_decoder;
    bool good = encoder->dense_conv_1.form == MBT_FORM_DIRECT && encoder->dense_conv_2.form == MBT_FORM_DIRECT &&
                unit_is(&encoder->dense_conv_1, 1, 2, c) && dense_is(&encoder->dense_block, c) &&
                unit_is(&encoder->dense_conv_2, 3, c, c) && dense_is(&mask->dense_block, c) &&
                matrix_is(&mask->even, 2, c, 1) && matrix_is(&mask->odd, 1, c, 1) && mask->slope &&
                dense_is(&phase->dense_block, c) && matrix_is(&phase->even, 2, c, c) &&
                matrix_is(&phase->odd, 1, c, c) && phase->gain && phase->offset && phase->slope &&
                matrix_is(&phase->out, 1, c, 2);
    const mbt_mamba *first = m->blocks[0].time.forward.layer;
    for (uint32_t i = 0; good && first && i < m->block_count; i++)
        good = axis_is(&m->blocks[i].time, first, c) && axis_is(&m->blocks[i].frequency, first, c);
    good = good && first;
    return good ? MBT_OK : MBT_ERROR_MODEL;
}
