/* slots.h: a slot is the place for one tensor of a checkpoint: its name, its shape, and its role in the network. */
#ifndef MBT_COMPILER_SLOTS_H
#define MBT_COMPILER_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/error.h"
#include "compiler/read/config.h"

#define MBT_SLOT_DIMS 4
#define MBT_SLOT_NAME 128

/* The role of a tensor. It decides how random weights fill it. */
typedef enum mbt_role {
    MBT_ROLE_WEIGHT,   /* of a linear layer or convolution */
    MBT_ROLE_BIAS,     /* added; neutral at 0 */
    MBT_ROLE_GAIN,     /* multiplied; neutral at 1 */
    MBT_ROLE_PRELU,    /* the slope below zero */
    MBT_ROLE_A_LOG,    /* log of the decay of each state */
    MBT_ROLE_DT_BIAS,  /* inverse softplus of the time step */
    MBT_ROLE_MEAN,     /* of a norm: what it saw in training. It is no parameter */
    MBT_ROLE_VARIANCE, /* the same; never negative */
    MBT_ROLE_COUNT     /* from how many batches; any type of number, and without effect */
} mbt_role;

typedef struct mbt_slot {
    char name[MBT_SLOT_NAME];
    uint64_t shape[MBT_SLOT_DIMS];
    uint32_t dims; /* at most MBT_SLOT_DIMS; 0 for a scalar */
    mbt_role role;
    uint64_t fan_in;    /* MBT_ROLE_WEIGHT: number of products summed in an output */
    const float **data; /* where the pointer to the tensor's numbers is stored */
} mbt_slot;

/* Called for each slot. To stop the walk, it sets error and returns false. */
typedef bool mbt_slot_visitor(void *cookie, const mbt_slot *slot, mbt_error *error);

/* A walk over the slots of a network. */
typedef struct mbt_walk {
    const mbt_config *config;
    mbt_slot_visitor *visitor;
    void *cookie;
    mbt_error *error;
} mbt_walk;

/* A shape. Dimensions that are not given are 0 and do not exist: no dimension of a network is 0. */
#define MBT_SHAPE(...) ((const uint64_t[MBT_SLOT_DIMS]){__VA_ARGS__})

#define MBT_SCALAR MBT_SHAPE(0)

#if defined(__GNUC__)
#define MBT_SLOT_FORMAT __attribute__((format(printf, 6, 7)))
#else
#define MBT_SLOT_FORMAT
#endif

/* Calls the visitor for one tensor. Its name is printed from the format. */
bool mbt_walk_tensor(const mbt_walk *walk, const float **data, mbt_role role, uint64_t fan_in, const uint64_t *shape,
                     const char *name, ...) MBT_SLOT_FORMAT;

/* The same for a tensor of one dimension, named "PREFIX.NAME". */
bool mbt_walk_vector(const mbt_walk *walk, const float **data, mbt_role role, uint64_t count, const char *prefix,
                     const char *name);

/* Whether training found the numbers: they count as parameters. */
bool mbt_slot_is_trained(const mbt_slot *slot);

/* How many numbers a tensor has. A double cannot overflow here. */
double mbt_slot_count(const mbt_slot *slot);

#endif
