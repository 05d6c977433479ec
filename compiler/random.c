/* random.c: random weights, drawn in double from a generator that computes with integers. */
#include "compiler/random.h"

#include <math.h>

#include "common/random.h"
#include "compiler/numeric.h"
#include "compiler/parts.h"

/* A gigabyte of floats, a hundred times the published size. More is probably a mistake in the configuration. */
#define MAX_NUMBERS 268435456.0

typedef struct random_state {
    uint64_t state;
    mbt_tensors *tensors;
} random_state;

/* Uniform in [low, high). */
static double uniform(random_state *random, double low, double high)
{
    return low + (high - low) * mbt_random_fraction(mbt_random_next(&random->state));
}

/* Mean 0, variance 1: the sum of twelve uniform numbers. It needs no function of the C library. */
static double gauss(random_state *random)
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += uniform(random, -0.5, 0.5);
    return sum;
}

static double draw(random_state *random, const mbt_slot *slot, uint64_t index)
{
    switch (slot->role) {
    case MBT_ROLE_WEIGHT: {
        const double bound = 1 / sqrt((double)slot->fan_in);
        return uniform(random, -bound, bound);
    }
    case MBT_ROLE_BIAS:
        return 0.1 * gauss(random);
    case MBT_ROLE_GAIN:
        return 1 + 0.1 * gauss(random);
    case MBT_ROLE_PRELU:
        return 0.25 + 0.1 * gauss(random);
    case MBT_ROLE_A_LOG: /* as Mamba is initialised: a[e][n] = -(n + 1) */
        return mbt_log((double)(index % slot->shape[1] + 1)) + 0.1 * gauss(random);
    case MBT_ROLE_DT_BIAS:
        return uniform(random, -6, -2);
    case MBT_ROLE_MEAN:
        return 0.3 * gauss(random);
    case MBT_ROLE_VARIANCE:
        return uniform(random, 0.3, 1.5);
    case MBT_ROLE_COUNT:
        return 1;
    }
    return 0;
}

static bool fill_slot(void *cookie, const mbt_slot *slot, mbt_error *error)
{
    random_state *random = cookie;
    mbt_tensor *tensor = mbt_tensors_add(random->tensors, slot->name, slot->shape, slot->dims, error);
    if (tensor == NULL)
        return false;
    for (uint64_t i = 0; i < tensor->count; i++)
        tensor->data[i] = (float)draw(random, slot, i);
    return true;
}

static bool add_count(void *cookie, const mbt_slot *slot, mbt_error *error)
{
    double *total = cookie;
    *total += mbt_slot_count(slot);
    return *total <= MAX_NUMBERS || mbt_fail(error, "the network would have more than %.0f parameters", MAX_NUMBERS);
}

bool mbt_random_weights(const mbt_config *config, const mbt_family *family, uint64_t seed, mbt_tensors *tensors,
                        mbt_error *error)
{
    random_state random = {.state = seed, .tensors = tensors};
    mbt_parts parts;
    if (!mbt_parts_init(&parts, family, config, error))
        return false;
    double total = 0;
    const bool done = mbt_parts_walk_tensors(&parts, add_count, &total, error) &&
                      mbt_parts_walk_tensors(&parts, fill_slot, &random, error);
    mbt_parts_free(&parts);
    if (!done)
        mbt_tensors_free(tensors);
    return done;
}
