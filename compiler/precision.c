/* precision.c: names, sizes and the table of rounding errors. */
#include "precision.h"

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

static void print_line(FILE *file, const char *name, const char *type, uint64_t bytes, double power, double error)
{
    fprintf(file, "%-42s %-6s %12" PRIu64, name, type, bytes);
    if (error > 0) {
        fprintf(file, " %12.1f\n", 10 * log10(power / error));
    } else {
        fprintf(file, " %12s\n", "exact");
    }
}

void mbt_precision_print(FILE *file, const mbt_network *network)
{
    uint64_t weights = 0, others = 0;
    double power = 0, error = 0;
    fprintf(file, "%-42s %-6s %12s %12s\n", "matrix", "stored", "bytes", "SNR, dB");
    for (size_t i = 0; i < network->array_count; i++) {
        const mbt_array *array = &network->arrays[i];
        const uint64_t bytes = (uint64_t)array->count * mbt_precision_size(array->type);
        if (!array->is_matrix) {
            others += bytes;
            continue;
        }
        /* Without "_weights". */
        char name[MBT_ARRAY_NAME];
        snprintf(name, sizeof name, "%.*s", (int)(strrchr(array->name, '_') - array->name), array->name);
        print_line(file, name, mbt_precision_name(array->type), bytes, array->power, array->error);
        weights += bytes;
        power += array->power;
        error += array->error;
    }
    print_line(file, "all matrices", "", weights, power, error);
    fprintf(file, "%-42s %-6s %12" PRIu64 "\n", "all else", "f32", others);
    fprintf(file, "%-42s %-6s %12" PRIu64 "\n", "total", "", weights + others);
}
