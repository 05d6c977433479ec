/* network.c: building a network, and the store of its arrays. */
#include "compiler/network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/bind.h"
#include "compiler/fold.h"
#include "compiler/precision.h"
#include "compiler/slots.h"

#define ALIGNMENT 64u

static bool grow(mbt_network *network)
{
    if (network->array_count < network->array_capacity)
        return true;
    const size_t capacity = network->array_capacity == 0 ? 256 : 2 * network->array_capacity;
    mbt_array *arrays = realloc(network->arrays, capacity * sizeof *arrays);
    if (arrays == NULL)
        return false;
    network->arrays = arrays;
    network->array_capacity = capacity;
    return true;
}

static mbt_array *add_array(mbt_network *network, uint32_t part, const char *prefix, const char *name,
                            mbt_weight_type type, size_t count, mbt_error *error)
{
    void *data = NULL;
    const size_t size = mbt_precision_size(type);
    if (count <= (SIZE_MAX - ALIGNMENT) / size && grow(network)) {
        const size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        data = aligned_alloc(ALIGNMENT, bytes);
        if (data != NULL)
            memset(data, 0, bytes);
    }
    if (data == NULL) {
        mbt_fail(error, "out of memory for %s_%s, %zu numbers", prefix, name, count);
        return NULL;
    }
    mbt_array *array = &network->arrays[network->array_count++];
    *array = (mbt_array){.type = type, .data = data, .count = count};
    snprintf(array->name, sizeof array->name, "%s_%s", prefix, name);
    network->parts[part].bytes += count * size;
    return array;
}

float *mbt_network_array(mbt_network *network, uint32_t part, const char *prefix, const char *name, size_t count,
                         mbt_error *error)
{
    mbt_array *array = add_array(network, part, prefix, name, MBT_WEIGHT_F32, count, error);
    return array != NULL ? array->data : NULL;
}

const float *mbt_network_zeros(mbt_network *network, uint32_t part, size_t count, mbt_error *error)
{
    char number[24], name[MBT_ARRAY_NAME];
    snprintf(number, sizeof number, "%zu", count);
    snprintf(name, sizeof name, "zeros_%s", number);
    for (size_t i = 0; i < network->array_count; i++)
        if (strcmp(network->arrays[i].name, name) == 0)
            return network->arrays[i].data;
    return mbt_network_array(network, part, "zeros", number, count, error);
}

mbt_array *mbt_network_layer_array(mbt_network *network, uint32_t part, const char *layer, const char *prefix,
                                   const char *name, mbt_weight_type type, size_t count, mbt_error *error)
{
    mbt_array *array = add_array(network, part, prefix, name, type, count, error);
    if (array != NULL)
        snprintf(array->layer, sizeof array->layer, "%s", layer);
    return array;
}

const mbt_array *mbt_network_find(const mbt_network *network, const void *data)
{
    for (size_t i = 0; i < network->array_count; i++)
        if (network->arrays[i].data == data)
            return &network->arrays[i];
    return NULL;
}

static bool count_parameters(void *cookie, const mbt_slot *slot, mbt_error *error)
{
    (void)error;
    mbt_network *network = cookie;
    uint64_t count = 1;
    for (uint32_t i = 0; i < slot->dims; i++)
        count *= slot->shape[i];
    network->parts[slot->part].parameters += count;
    return true;
}

/* Folding multiplies weights that were finite one by one: their product may not be. Packing has seen to other types. */
static bool check_finite(const mbt_network *network, mbt_error *error)
{
    for (size_t i = 0; i < network->array_count; i++) {
        const mbt_array *array = &network->arrays[i];
        const float *data = array->data;
        for (size_t k = 0; array->type == MBT_WEIGHT_F32 && k < array->count; k++)
            if (!isfinite(data[k]))
                return mbt_fail(error, "the weights of %s are too large: their product is not finite", array->name);
    }
    return true;
}

static void fill_model(mbt_network *network)
{
    const mbt_config *config = &network->config;
    mbt_model *model = &network->model;
    *model = (mbt_model){
        .abi = MBT_MODEL_ABI,
        .model_size = sizeof *model,
        .name = network->name,
        .provenance = network->provenance,
        .sample_rate = config->sampling_rate,
        .n_fft = config->n_fft,
        .hop = config->hop_size,
        .win = config->win_size,
        .compress_factor = (float)config->compress_factor,
        .channels = config->hid_feature,
        .block_count = config->num_tfmamba,
        .encoder = &network->encoder,
        .blocks = network->blocks,
        .mask_decoder = &network->mask_decoder,
        .phase_decoder = &network->phase_decoder,
    };
    for (uint32_t i = 0; i < mbt_part_count(config->num_tfmamba); i++) {
        model->parameters += network->parts[i].parameters;
        model->weight_bytes += network->parts[i].bytes;
        model->macs_per_second += network->parts[i].macs;
    }
}

static bool allocate(mbt_network *network, const char *provenance, mbt_error *error)
{
    const uint32_t blocks = network->config.num_tfmamba;
    const size_t size = strlen(provenance) + 1;
    network->blocks = calloc(blocks, sizeof *network->blocks);
    network->layers = calloc(blocks, sizeof *network->layers);
    network->parts = calloc((size_t)mbt_part_count(blocks), sizeof *network->parts);
    network->provenance = malloc(size);
    if (network->blocks == NULL || network->layers == NULL || network->parts == NULL || network->provenance == NULL)
        return mbt_fail(error, "out of memory for %lu blocks", (unsigned long)blocks);
    memcpy(network->provenance, provenance, size);
    return true;
}

static bool build(mbt_tensors *tensors, mbt_network *network, mbt_error *error)
{
    const mbt_config *config = &network->config;
    mbt_raw_network raw;
    if (!mbt_raw_network_init(config, &raw, error))
        return false;
    const bool done = mbt_bind(config, tensors, &raw, error) &&
                      mbt_slots_visit(config, &raw, count_parameters, network, error) &&
                      mbt_fold(&raw, network, error) && check_finite(network, error);
    mbt_raw_network_free(&raw);
    return done;
}

bool mbt_network_build(const mbt_config *config, mbt_tensors *tensors, mbt_storage storage, const char *name,
                       const char *provenance, mbt_network *network, mbt_error *error)
{
    memset(network, 0, sizeof *network);
    network->config = *config;
    network->storage = storage;
    snprintf(network->name, sizeof network->name, "%s", name);
    if (!allocate(network, provenance, error) || !build(tensors, network, error)) {
        mbt_network_free(network);
        return false;
    }
    for (uint32_t part = 0; part < mbt_part_count(config->num_tfmamba); part++)
        network->parts[part].macs = mbt_part_macs(config, part);
    fill_model(network);
    return true;
}

void mbt_network_free(mbt_network *network)
{
    for (size_t i = 0; i < network->array_count; i++)
        free(network->arrays[i].data);
    free(network->arrays);
    free(network->blocks);
    free(network->layers);
    free(network->parts);
    free(network->provenance);
    memset(network, 0, sizeof *network);
}
