/* layer.h: what the compiler knows of a kind of layer: its tensors in a checkpoint, its folding, its C, the names of
 * its parts in a table, and its cost. A new kind is a file in this folder. */
#ifndef MBT_COMPILER_LAYERS_LAYER_H
#define MBT_COMPILER_LAYERS_LAYER_H

#include <stddef.h>

#include "compiler/storage/arrays.h"
#include "compiler/write/c_text.h"
#include "compiler/read/config.h"
#include "compiler/storage/rules.h"
#include "compiler/slots.h"

/* The axes of a block that a layer works along. */
enum { MBT_ALONG_TIME = 1, MBT_ALONG_FREQUENCY = 2 };

/* A layer of a family of networks. */
typedef struct mbt_module {
    const struct mbt_layer_type *type;
    const char *tensors; /* what its tensors' names begin with; of a layer in a block, after "BLOCKS.r." */
    const char *name;    /* in C; of a layer in a block, after "block_r_" */
    const char *label;   /* in the table of parts; of a layer in a block, after "block r " */
    unsigned axes;       /* of a layer in a block */
    uint32_t heads;      /* of attention: the published code has it, the checkpoint does not */
    const char *joining; /* of a layer with two directions: the linear layer behind it, as `tensors` */
} mbt_module;

#define MBT_PLACE_NAME 64

/* Where one module stands in a network. */
typedef struct mbt_place {
    const mbt_config *config;
    const mbt_module *module;
    char tensors[MBT_SLOT_NAME]; /* the beginning of its tensors' names */
    char joining[MBT_SLOT_NAME]; /* of the joining layer's */
    char name[MBT_PLACE_NAME];   /* in C: the beginning of its arrays' names */
} mbt_place;

/* What folding reads and adds to. */
typedef struct mbt_fold {
    const mbt_storage *storage;
    mbt_arrays *arrays;
    mbt_error *error;
} mbt_fold;

/* Multiply-adds, before anything is folded. */
typedef struct mbt_cost {
    double a_second; /* of audio; attention along time left out */
    double a_pair;   /* of frames: what attention along time adds */
} mbt_cost;

typedef struct mbt_layer_type {
    const char *c_type;    /* of its struct in model.h */
    const char *step_kind; /* its mbt_step_kind by name; NULL where it is no step of an axis. See MBT_LAYER_STEP */
    uint32_t step;         /* the same by value */

    size_t raw_size; /* of its struct of pointers to tensors */
    size_t size;     /* of its struct in model.h */

    /* Walks over its tensors, whose places are in raw. */
    bool (*walk_tensors)(const mbt_walk *walk, const mbt_place *place, void *raw);

    /* Makes the layer of model.h of the tensors, and its arrays. On failure false, with fold->error set. */
    bool (*fold)(const mbt_fold *fold, const mbt_place *place, const void *raw, void *layer);

    /* Writes the fields of its struct. */
    void (*write)(const mbt_c_file *out, const void *layer);

    /* The names of what rules can decide for, after "NAME_"; the last one is NULL. */
    const char *const *layer_names;

    mbt_cost (*cost)(const mbt_place *place);
} mbt_layer_type;

/* Sets both fields of a layer that is a step of an axis. */
#define MBT_LAYER_STEP(kind) .step_kind = #kind, .step = (kind)

/* layers/NAME.c */
extern const mbt_layer_type mbt_layer_encoder, mbt_layer_mask_decoder, mbt_layer_phase_decoder;
extern const mbt_layer_type mbt_layer_attention, mbt_layer_bimamba;

#endif
