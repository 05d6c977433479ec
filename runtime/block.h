/* block.h: one block of the network: along time, then along frequency. */
#ifndef MBT_RUNTIME_BLOCK_H
#define MBT_RUNTIME_BLOCK_H

#include "runtime/run.h"

/* Scratch memory of the workers: [threads] pieces of as many bytes. */
typedef struct mbt_block_memory {
    unsigned char *scratch;
    size_t bytes; /* a multiple of MBT_ARENA_ALIGN */
} mbt_block_memory;

/* Enough for every block of the model: sequences of `frames` positions along time, of `bins` along frequency. */
void mbt_block_plan(mbt_block_memory *memory, const mbt_model *model, size_t frames, size_t bins, unsigned threads,
                    mbt_arena *arena);

/* x: [T][F'][C], in place. share: of the progress. */
void mbt_block_run(mbt_run *run, const mbt_block *block, const mbt_block_memory *memory, float *x, double share);

#endif
