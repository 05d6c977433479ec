/* block.h: one block of the network: its steps along time, then its steps along frequency. */
#ifndef MBT_RUNTIME_BLOCK_H
#define MBT_RUNTIME_BLOCK_H

#include "runtime/run.h"

/* The workers' scratch memory: [threads] pieces of `bytes` bytes. */
typedef struct mbt_block_memory {
    unsigned char *scratch;
    size_t bytes;  /* a multiple of MBT_ARENA_ALIGN */
    void **states; /* of a causal network: [blocks][MBT_MAX_STEPS], what each step along time keeps */
} mbt_block_memory;

/* Takes enough for every block of the model: sequences of `frames` positions along time and of `bins` along
 * frequency. */
void mbt_block_plan(mbt_block_memory *memory, const mbt_model *model, size_t frames, size_t bins, unsigned threads,
                    mbt_arena *arena);

/* Begins a stream of a causal network. */
void mbt_block_reset(const mbt_model *model, const mbt_block_memory *memory);

/* Runs block `index`. x: [T][F'][C], changed in place. share: its part of the progress, which ends at 1. */
void mbt_block_run(mbt_run *run, uint32_t index, const mbt_block_memory *memory, float *x, double share);

#endif
