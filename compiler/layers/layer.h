/* layer.h: what the compiler knows about a kind of layer: its tensors in a checkpoint, how it is folded and written
 * as C, the names by which rules find its weights, and its cost. A new kind needs a file in this folder, a
 * declaration at the end of this header, and a struct in model.h. If it runs along an axis, it also needs an
 * mbt_step_kind in model.h and its part of runtime/layers. */
#ifndef MBT_COMPILER_LAYERS_LAYER_H
#define MBT_COMPILER_LAYERS_LAYER_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler/storage/arrays.h"
#include "compiler/write/c_text.h"
#include "compiler/read/config.h"
#include "compiler/storage/rules.h"
#include "compiler/slots.h"

/* The axes of a block that a layer runs along. */
enum { MBT_ALONG_TIME = 1, MBT_ALONG_FREQUENCY = 2 };

/* A layer of a family of networks. */
typedef struct mbt_module {
    const struct mbt_layer_type *type;
    const char *tensors; /* the beginning of its tensors' names; in a block, after "BLOCKS.r." */
    const char *name;    /* its name in C; in a block, after "block_r_" */
    const char *label;   /* its name in the table of parts; in a block, after "block r " */
    unsigned axes;       /* of a layer in a block: MBT_ALONG_... */
    uint32_t heads;      /* of attention: fixed in the published code, not in the checkpoint */
    const char *joining; /* of Mamba: the linear layer that follows and joins its directions, as `tensors` */
} mbt_module;

#define MBT_PLACE_NAME 64

/* One module at its place in a network. */
typedef struct mbt_place {
    const mbt_config *config;
    const mbt_module *module;
    bool causal;                 /* the family's */
    char tensors[MBT_SLOT_NAME]; /* the beginning of its tensors' names */
    char joining[MBT_SLOT_NAME]; /* the same for its joining layer */
    char name[MBT_PLACE_NAME];   /* the beginning of its arrays' names in C */
} mbt_place;

/* What folding reads (storage) and what it adds to. */
typedef struct mbt_fold {
    const mbt_storage *storage;
    mbt_arrays *arrays;
    mbt_error *error;
} mbt_fold;

/* Multiply-adds of a layer as published, without folding. */
typedef struct mbt_cost {
    double per_second; /* for each second of audio, without attention along time */
    double per_pair;   /* for each pair of frames: attention along time */
} mbt_cost;

typedef struct mbt_layer_type {
    const char *c_type;    /* of its struct in model.h */
    const char *step_kind; /* the name of its mbt_step_kind; NULL if it is no step of an axis. See MBT_LAYER_STEP */
    uint32_t step;         /* the value of its mbt_step_kind */

    size_t raw_size; /* of its struct of pointers to tensors' data (raw) */
    size_t size;     /* of its struct in model.h */

    /* Walks over its tensors. The pointers to their data are the fields of raw. */
    bool (*walk_tensors)(const mbt_walk *walk, const mbt_place *place, void *raw);

    /* Fills its struct of model.h from the tensors, and adds its arrays. False, with fold->error set, on failure. */
    bool (*fold)(const mbt_fold *fold, const mbt_place *place, const void *raw, void *layer);

    /* Writes the fields of its struct as C. */
    void (*write)(const mbt_c_file *out, const void *layer);

    /* The names of the weights that rules can decide about, without the "NAME_" before them. The last one is NULL. */
    const char *const *layer_names;

    mbt_cost (*cost)(const mbt_place *place);
} mbt_layer_type;

/* Sets both fields of a layer that is a step of an axis. */
#define MBT_LAYER_STEP(kind) .step_kind = #kind, .step = (kind)

/* layers/NAME.c */
extern const mbt_layer_type mbt_layer_encoder, mbt_layer_mask_decoder, mbt_layer_phase_decoder;
extern const mbt_layer_type mbt_layer_attention, mbt_layer_bimamba, mbt_layer_forward_mamba;

#endif
