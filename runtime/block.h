/* block.h: one block of the network: along time, then along frequency. */
#ifndef MBT_RUNTIME_BLOCK_H
#define MBT_RUNTIME_BLOCK_H

#include "runtime/system/arena.h"
#include "runtime/layers/attention.h"
#include "runtime/layers/linear.h"
#include "runtime/layers/mamba.h"
#include "runtime/run.h"

/* Scratch memory of one worker. Attention and the sequence layers take turns in it. */
typedef struct mbt_block_memory {
    mbt_linear_memory linear;
    mbt_attention_memory attention;
    mbt_mamba_memory mamba;
    float *sum; /* [L][C] what the sequence layers add to x */
} mbt_block_memory;

/* Enough for every block of the model and sequences of up to `length` positions. */
void mbt_block_plan(mbt_block_memory *memory, const mbt_model *model, size_t length, mbt_arena *arena);

/* x: [T][F'][C], in place. memories: one for each worker. share: of the progress. */
void mbt_block_run(mbt_run *run, const mbt_block *block, const mbt_block_memory *memories, float *x, double share);

#endif
