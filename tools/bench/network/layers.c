/* layers.c: an index from weights to layers. */
#include "tools/bench/network/layers.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/run.h"

const char *mbt_layer_name(mbt_layer layer)
{
    static const char *const names[] = {
#define X(name, text) text,
        MBT_LAYERS(X)
#undef X
    };
    return (unsigned)layer < MBT_LAYER_COUNT ? names[layer] : "";
}

static bool add(mbt_layer_index *index, const mbt_matrix *w, mbt_layer layer)
{
    if (index->count == index->room) {
        const size_t room = index->room == 0 ? 64 : 2 * index->room;
        mbt_layer_range *grown = realloc(index->range, room * sizeof *grown);
        if (grown == NULL)
            return false;
        index->range = grown;
        index->room = room;
    }
    const unsigned char *begin = w->data;
    index->range[index->count++] = (mbt_layer_range){begin, begin + mbt_matrix_bytes(w), layer};
    return true;
}

static bool add_dense(mbt_layer_index *index, const mbt_dense_block *block)
{
    for (unsigned i = 0; i < MBT_DENSE_UNITS; i++)
        if (!add(index, &block->unit[i].conv, (mbt_layer)(MBT_LAYER_UNIT_0 + i)))
            return false;
    return true;
}

static bool add_sequence(mbt_layer_index *index, const mbt_sequence *sequence)
{
    const mbt_mamba *mamba = sequence->layer;
    return add(index, &mamba->in_proj, MBT_LAYER_IN_PROJ) && add(index, &mamba->x_proj, MBT_LAYER_X_PROJ) &&
           add(index, &mamba->dt_proj, MBT_LAYER_DT_PROJ) && add(index, &mamba->out_proj, MBT_LAYER_OUT_PROJ);
}

static bool add_axis(mbt_layer_index *index, const mbt_axis *axis)
{
    const mbt_attention *attention = axis->attention_place != MBT_ATTENTION_NONE ? axis->attention : NULL;
    return (attention == NULL || (add(index, &attention->in_proj, MBT_LAYER_QKV) &&
                                  add(index, &attention->out_proj, MBT_LAYER_ATTENTION_OUT))) &&
           add(index, &axis->linear, MBT_LAYER_LINEAR) && add_sequence(index, &axis->forward) &&
           add_sequence(index, &axis->backward);
}

static bool add_all(mbt_layer_index *index, const mbt_model *model)
{
    const mbt_encoder *encoder = model->encoder;
    const mbt_mask_decoder *mask = model->mask_decoder;
    const mbt_phase_decoder *phase = model->phase_decoder;
    bool added = add(index, &encoder->dense_conv_1.conv, MBT_LAYER_DENSE_CONV_1) &&
                 add_dense(index, &encoder->dense_block) &&
                 add(index, &encoder->dense_conv_2.conv, MBT_LAYER_DENSE_CONV_2);
    for (uint32_t i = 0; added && i < model->block_count; i++)
        added = add_axis(index, &model->blocks[i].time) && add_axis(index, &model->blocks[i].frequency);
    return added && add_dense(index, &mask->dense_block) && add(index, &mask->even, MBT_LAYER_UP_EVEN) &&
           add(index, &mask->odd, MBT_LAYER_UP_ODD) && add_dense(index, &phase->dense_block) &&
           add(index, &phase->even, MBT_LAYER_UP_EVEN) && add(index, &phase->odd, MBT_LAYER_UP_ODD) &&
           add(index, &phase->out, MBT_LAYER_PHASE_OUT);
}

static int by_address(const void *left, const void *right)
{
    const uintptr_t a = (uintptr_t)((const mbt_layer_range *)left)->begin;
    const uintptr_t b = (uintptr_t)((const mbt_layer_range *)right)->begin;
    return (a > b) - (a < b);
}

bool mbt_layer_index_build(mbt_layer_index *index, const mbt_model *model)
{
    *index = (mbt_layer_index){.range = NULL};
    if (!add_all(index, model)) {
        mbt_layer_index_release(index);
        return false;
    }
    qsort(index->range, index->count, sizeof *index->range, by_address);
    return true;
}

mbt_layer mbt_layer_find(const mbt_layer_index *index, const void *weights)
{
    const uintptr_t wanted = (uintptr_t)weights;
    size_t below = 0, above = index->count; /* the last range that begins at or before lies in [below, above) */
    while (above - below > 1) {
        const size_t middle = below + (above - below) / 2;
        if ((uintptr_t)index->range[middle].begin <= wanted)
            below = middle;
        else
            above = middle;
    }
    if (index->count == 0 || wanted < (uintptr_t)index->range[below].begin ||
        wanted >= (uintptr_t)index->range[below].end)
        return MBT_LAYER_UNKNOWN;
    return index->range[below].layer;
}

void mbt_layer_index_release(mbt_layer_index *index)
{
    free(index->range);
    *index = (mbt_layer_index){.range = NULL};
}

double mbt_plain_macs(const mbt_model *model, size_t samples)
{
    const double frames = 1 + (double)(samples / model->hop);
    const double inner_bins = (model->n_fft / 2 + 1 - 3) / 2 + 1;
    double blocks = 0;
    for (uint32_t i = 0; i < model->block_count; i++)
        blocks += model->blocks[i].time.attention_place != MBT_ATTENTION_NONE;
    /* Scores and sums: for each bin, 2 C for each pair of frames. */
    return model->macs_per_second * (double)samples / model->sample_rate +
           blocks * inner_bins * frames * frames * 2 * model->channels;
}
