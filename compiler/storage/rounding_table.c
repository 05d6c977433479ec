/* rounding_table.c: prints how much rounding changed each layer. */
#include "compiler/storage/rounding_table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "compiler/storage/precision.h"

/* The sums that a line of the table shows. */
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

/* Adds up all arrays of the layer that array `first` belongs to. False if an earlier array belongs to it: then its
 * line has been printed. */
static bool sum_layer(const mbt_arrays *arrays, size_t first, sums *layer)
{
    const char *name = arrays->list[first].layer;
    for (size_t i = 0; i < arrays->count; i++) {
        if (strcmp(arrays->list[i].layer, name) == 0) {
            if (i < first)
                return false;
            add_array(layer, &arrays->list[i]);
        }
    }
    return true;
}

/* Adds the bytes of every array, but signal and noise of matrices only: Mamba's a is so much larger than any weight
 * that it would hide theirs. */
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

void mbt_rounding_print(FILE *file, const mbt_arrays *arrays)
{
    sums all = {0}, others = {0};
    fprintf(file, "%-42s %-6s %12s %12s\n", "layer", "stored", "bytes", "SNR, dB");
    for (size_t i = 0; i < arrays->count; i++) {
        const mbt_array *array = &arrays->list[i];
        sums layer = {0};
        if (array->layer[0] == '\0') {
            add_array(&others, array);
        } else {
            add_to_all(&all, array);
            if (sum_layer(arrays, i, &layer))
                print_line(file, array->layer, mbt_precision_name(array->type), &layer);
        }
    }
    print_line(file, "all layers", "", &all);
    fprintf(file, "%-42s %-6s %12" PRIu64 "\n", "all else", "f32", others.bytes);
    fprintf(file, "%-42s %-6s %12" PRIu64 "\n", "total", "", all.bytes + others.bytes);
}
