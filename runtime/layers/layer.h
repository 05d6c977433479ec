/* layer.h: what every kind of layer that runs along an axis can do. A new kind is a file in this folder, a row in
 * layer.c, and a struct in model.h. */
#ifndef MBT_RUNTIME_LAYERS_LAYER_H
#define MBT_RUNTIME_LAYERS_LAYER_H

#include "runtime/layers/rows.h"
#include "runtime/matrix.h"
#include "runtime/system/arena.h"

/* Sequences of one length that a layer is run over. Sequence i begins at first.data + i * stride. */
typedef struct mbt_batch {
    mbt_rows first;
    size_t count;
    ptrdiff_t stride;
} mbt_batch;

static inline mbt_rows mbt_batch_sequence(const mbt_batch *batch, size_t i)
{
    return (mbt_rows){batch->first.data + (ptrdiff_t)i * batch->stride, batch->first.stride, batch->first.count};
}

/* One row for each mbt_step_kind. `layer` is what mbt_step.layer points to; channels: C. */
typedef struct mbt_layer_ops {
    /* How many sequences run takes at once, at most: 1 where each is worked on by itself. */
    size_t sequences;

    /* Whether the layer's shapes agree with one another and with C. It reads the structs alone. */
    bool (*check)(const void *layer, uint32_t channels);

    /* Takes from the arena the scratch memory that run needs for as many sequences of this length: scratch->peak says
     * how much that is. */
    void (*plan)(const void *layer, size_t sequences, size_t length, size_t channels, mbt_arena *scratch);

    /* x += layer(x) for each sequence of [length][C]. The sequences touch nothing of each other, so a caller may split
     * them as it likes. scratch: begins empty, has room for what plan takes. */
    void (*run)(const mbt_kernels *kernels, const void *layer, mbt_batch x, size_t channels, mbt_arena scratch);

    /* Calls the visitor for each matrix, in a fixed order. */
    void (*visit_matrices)(const void *layer, mbt_matrix_visitor *visit, void *cookie);
} mbt_layer_ops;

/* NULL if there is no such kind. */
const mbt_layer_ops *mbt_layer_ops_for(uint32_t kind);

extern const mbt_layer_ops mbt_attention_ops; /* attention.c */
extern const mbt_layer_ops mbt_bimamba_ops;   /* bimamba.c */

#endif
