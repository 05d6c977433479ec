/* layer.h: the functions that every kind of layer has that runs along an axis. A new kind needs a file in this
 * folder, a row in layer.c, a declaration at the end of this header, and a struct and an mbt_step_kind in model.h. */
#ifndef MBT_RUNTIME_LAYERS_LAYER_H
#define MBT_RUNTIME_LAYERS_LAYER_H

#include "runtime/layers/rows.h"
#include "runtime/matrix.h"
#include "runtime/system/arena.h"

/* Sequences of equal length that a layer runs on. Sequence i starts at first.data + i * stride. */
typedef struct mbt_batch {
    mbt_rows first;
    size_t count;
    ptrdiff_t stride;
} mbt_batch;

static inline mbt_rows mbt_batch_sequence(const mbt_batch *batch, size_t i)
{
    return (mbt_rows){batch->first.data + (ptrdiff_t)i * batch->stride, batch->first.stride, batch->first.count};
}

/* The sizes of the time axis of a causal network. */
typedef struct mbt_causal_size {
    size_t sequences; /* one for each bin */
    size_t window;    /* attention_frames: the last positions that attention sees, the newest included */
    size_t channels;  /* C */
} mbt_causal_size;

/* How a kind runs along the time of a causal network: all sequences advance by one position at a time. What a kind
 * keeps from position to position, it puts into a state. */
typedef struct mbt_causal_ops {
    /* Takes the state from the arena. Returns NULL if the arena only counts. */
    void *(*plan_state)(const void *layer, const mbt_causal_size *size, mbt_arena *arena);

    /* Begins new sequences. */
    void (*reset)(void *state);

    /* Takes the scratch memory that advance needs. scratch->peak is then its size. */
    void (*plan)(const void *layer, const mbt_causal_size *size, mbt_arena *scratch);

    /* The multiply-adds of a part of `advance`, about; 0 if it has no such part. */
    size_t (*work)(const void *layer, const mbt_causal_size *size, size_t part);

    /* x += layer(x) for the next position of each sequence, part by part in order. x: [sequences][C]. What is in
     * scratch stays there from part to part. */
    void (*advance)(const mbt_kernels *kernels, const void *layer, void *state, float *x, const mbt_causal_size *size,
                    mbt_arena scratch, size_t part);
} mbt_causal_ops;

/* The functions of one mbt_step_kind. `layer` is what mbt_step.layer points to; channels is C. */
typedef struct mbt_layer_ops {
    /* The largest number of sequences that one call of run should get. 1 if each is computed by itself. */
    size_t sequences;

    /* Whether the layer's shapes agree with one another and with C. Reads the structs only, not the arrays. */
    bool (*check)(const void *layer, uint32_t channels);

    /* NULL if the kind cannot run along the time of a causal network. */
    const mbt_causal_ops *causal;

    /* Takes the scratch memory that run needs for that many sequences of this length. scratch->peak is then its
     * size. */
    void (*plan)(const void *layer, size_t sequences, size_t length, size_t channels, mbt_arena *scratch);

    /* x += layer(x) for each sequence of [length][C]. Sequences do not depend on each other, so a caller may split
     * them in any way. scratch: an empty arena with room for what plan takes. plan and run are NULL if the kind runs
     * along the time of a causal network only. */
    void (*run)(const mbt_kernels *kernels, const void *layer, mbt_batch x, size_t channels, mbt_arena scratch);

    /* The same for one sequence, part by part in order, and the multiply-adds of a part, about; 0 if there is no such
     * part. A causal network's frame runs like this. What is in scratch stays there from part to part. NULL if the kind
     * has none. */
    size_t (*work)(const void *layer, size_t length, size_t channels, size_t part);
    void (*run_part)(const mbt_kernels *kernels, const void *layer, mbt_rows x, size_t channels, mbt_arena scratch,
                     size_t part);

    /* Calls the visitor for each matrix, always in the same order. */
    void (*visit_matrices)(const void *layer, mbt_matrix_visitor *visit, void *cookie);
} mbt_layer_ops;

/* The functions of a kind; NULL if the kind is unknown. */
const mbt_layer_ops *mbt_layer_ops_for(uint32_t kind);

extern const mbt_layer_ops mbt_attention_ops;     /* attention.c */
extern const mbt_layer_ops mbt_bimamba_ops;       /* bimamba.c */
extern const mbt_layer_ops mbt_forward_mamba_ops; /* forward_mamba.c */

extern const mbt_causal_ops mbt_attention_causal_ops; /* attention_causal.c */

#endif
