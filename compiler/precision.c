/* precision.c: names, sizes and the table of rounding errors. */
#include "compiler/precision.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define TYPES 3u

static const struct {
    const char *name;
    size_t size;
} types[TYPES] = {
    [MBT_WEIGHT_F32] = {"f32", sizeof(float)},
    [MBT_WEIGHT_F16] = {"f16", sizeof(uint16_t)},
    [MBT_WEIGHT_I8] = {"int8", sizeof(int8_t)},
};

const char *mbt_precision_name(mbt_weight_type type)
{
    return types[type].name;
}

bool mbt_precision_parse(const char *text, mbt_weight_type *type)
{
    for (unsigned i = 0; i < TYPES; i++) {
        if (strcmp(text, types[i].name) == 0) {
            *type = (mbt_weight_type)i;
            return true;
        }
    }
    return false;
}

size_t mbt_precision_size(mbt_weight_type type)
{
    return types[type].size;
}

/* What a line of the table sums up. */
typedef struct sums {
    uint64_t bytes;
    double power, error;
} sums;

static void add_array(sums *to, const mbt_array *array)
{
    to->bytes += (uint64_t)array->count * mbt_precision_size(array->type);
    to->power += array->power;
    to->error += array->error;
}

static void print_line(FILE *file, const char *name, const char *type, const sums *line)
{
    fprintf(file, "%-42s %-6s %12" PRIu64, name, type, line->bytes);
    if (line->error > 0)
        fprintf(file, " %12.1f\n", 10 * log10(line->power / line->error));
    else
        fprintf(file, " %12s\n", "exact");
}

/* All arrays of the layer of the first one. False if an earlier array is of that layer: it has had its line. */
static bool sum_layer(const mbt_network *network, size_t first, sums *layer)
{
    const char *name = network->arrays[first].layer;
    for (size_t i = 0; i < network->array_count; i++) {
        if (strcmp(network->arrays[i].layer, name) == 0) {
            if (i < first)
                return false;
            add_array(layer, &network->arrays[i]);
        }
    }
    return true;
}

/* Bytes of all; signal and noise of matrices alone: Mamba's a is so much larger than any weight that it would drown
 * them. */
static void add_to_all(sums *all, const mbt_array *array)
{
    sums one = {0};
    add_array(&one, array);
    all->bytes += one.bytes;
    const size_t length = strlen(array->name), end = strlen("_weights");
    if (length > end && strcmp(array->name + length - end, "_weights") == 0) {
        all->power += one.power;
        all->error += one.error;
    }
}

void mbt_precision_print(FILE *file, const mbt_network *network)
{
    sums all = {0}, others = {0};
    fprintf(file, "%-42s %-6s %12s %12s\n", "layer", "stored", "bytes", "SNR, dB");
    for (size_t i = 0; i < network->array_count; i++) {
        const mbt_array *array = &network->arrays[i];
        sums layer = {0};
        if (array->layer[0] == '\0') {
            add_array(&others, array);
        } else {
            add_to_all(&all, array);
            if (sum_layer(network, i, &layer))
                print_line(file, array->layer, mbt_precision_name(array->type), &layer);
        }
    }
    print_line(file, "all layers", "", &all);
    fprintf(file, "%-42s %-6s %12" PRIu64 "\n", "all else", "f32", others.bytes);
    fprintf(file, "%-42s %-6s %12" PRIu64 "\n", "total", "", all.bytes + others.bytes);
}
