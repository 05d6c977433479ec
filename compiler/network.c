/* network.c: builds a network: makes its parts, binds the tensors, folds the layers, and fills the model that points
 * to them. */
#include "compiler/network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/bind.h"

static bool count_parameters(void *cookie, const mbt_slot *slot, mbt_error *error)
{
    mbt_part *part = cookie;
    (void)error;
    if (mbt_slot_is_trained(slot))
        part->parameters += (uint64_t)mbt_slot_count(slot);
    return true;
}

/* Folding multiplies weights, each of which is finite; the product may not be. Only f32 is checked here: packing
 * checks the other types. */
static bool check_finite(const mbt_arrays *arrays, mbt_error *error)
{
    for (size_t i = 0; i < arrays->count; i++) {
        const mbt_array *array = &arrays->list[i];
        const float *data = array->data;
        for (size_t k = 0; array->type == MBT_WEIGHT_F32 && k < array->count; k++)
            if (!isfinite(data[k]))
                return mbt_fail(error, "the weights of %s are too large: their product is not finite", array->name);
    }
    return true;
}

/* An array that several parts share counts for the first of them. */
static bool fold_parts(mbt_network *network, const mbt_storage *storage, mbt_error *error)
{
    const mbt_fold fold = {.storage = storage, .arrays = &network->arrays, .error = error};
    for (size_t i = 0; i < network->parts.count; i++) {
        mbt_part *part = &network->parts.list[i];
        const uint64_t before = network->arrays.bytes;
        if (!mbt_part_walk_tensors(part, count_parameters, part, error) ||
            !part->place.module->type->fold(&fold, &part->place, part->raw, part->layer))
            return false;
        part->bytes = network->arrays.bytes - before;
    }
    return check_finite(&network->arrays, error);
}

/* Fills the steps of one axis of a block, in the family's order. Returns where the steps of the next axis go. */
static mbt_step *fill_axis(const mbt_parts *parts, uint32_t block, unsigned which, mbt_step *steps, mbt_axis *axis)
{
    axis->steps = steps;
    for (uint32_t i = 0; i < parts->in_block; i++) {
        const mbt_part *part = mbt_parts_of_block(parts, block, i);
        if (part->place.module->axes & which)
            steps[axis->count++] = (mbt_step){part->place.module->type->step, part->layer};
    }
    return steps + axis->count;
}

static void fill_model(mbt_network *network)
{
    const mbt_config *config = &network->config;
    mbt_model *model = &network->model;
    mbt_step *steps = network->steps;
    for (uint32_t block = 0; block < config->num_tfmamba; block++) {
        steps = fill_axis(&network->parts, block, MBT_ALONG_TIME, steps, &network->blocks[block].time);
        steps = fill_axis(&network->parts, block, MBT_ALONG_FREQUENCY, steps, &network->blocks[block].frequency);
    }
    *model = (mbt_model){
        .abi = MBT_MODEL_ABI,
        .model_size = sizeof *model,
        .name = network->name,
        .provenance = network->provenance,
        .family = network->parts.family->name,
        .sample_rate = config->sampling_rate,
        .n_fft = config->n_fft,
        .hop = config->hop_size,
        .win = config->win_size,
        .compress_factor = (float)config->compress_factor,
        .channels = config->hid_feature,
        .block_count = config->num_tfmamba,
        .attention_frames = network->parts.family->causal ? config->attention_frames : 0,
        .level_frames = network->parts.family->causal ? config->level_frames : 0,
        .encoder = mbt_parts_encoder(&network->parts)->layer,
        .blocks = network->blocks,
        .mask_decoder = mbt_parts_mask_decoder(&network->parts)->layer,
        .phase_decoder = mbt_parts_phase_decoder(&network->parts)->layer,
    };
    for (size_t i = 0; i < network->parts.count; i++) {
        const mbt_part *part = &network->parts.list[i];
        const mbt_cost cost = mbt_part_cost(part);
        model->parameters += part->parameters;
        model->weight_bytes += part->bytes;
        model->macs_per_second += cost.per_second;
        model->macs_per_pair += cost.per_pair;
    }
}

static bool allocate(mbt_network *network, const mbt_family *family, const char *provenance, mbt_error *error)
{
    const size_t blocks = network->config.num_tfmamba, size = strlen(provenance) + 1;
    if (!mbt_parts_init(&network->parts, family, &network->config, error))
        return false;
    network->blocks = calloc(blocks, sizeof *network->blocks);
    network->steps = calloc(2 * blocks * network->parts.in_block, sizeof *network->steps);
    network->provenance = malloc(size);
    if (network->blocks == NULL || network->steps == NULL || network->provenance == NULL)
        return mbt_fail(error, "out of memory for %zu blocks", blocks);
    memcpy(network->provenance, provenance, size);
    return true;
}

bool mbt_network_build(const mbt_config *config, const mbt_family *family, mbt_tensors *tensors,
                       const mbt_storage *storage, const char *name, const char *provenance, mbt_network *network,
                       mbt_error *error)
{
    memset(network, 0, sizeof *network);
    network->config = *config;
    snprintf(network->name, sizeof network->name, "%s", name);
    if (!allocate(network, family, provenance, error) || !mbt_bind(&network->parts, tensors, error) ||
        !fold_parts(network, storage, error)) {
        mbt_network_free(network);
        return false;
    }
    fill_model(network);
    return true;
}

void mbt_network_free(mbt_network *network)
{
    mbt_arrays_free(&network->arrays);
    mbt_parts_free(&network->parts);
    free(network->blocks);
    free(network->steps);
    free(network->provenance);
    memset(network, 0, sizeof *network);
}
