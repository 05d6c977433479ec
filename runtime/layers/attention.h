/* attention.h: multi-head attention over one sequence. */
#ifndef MBT_RUNTIME_LAYERS_ATTENTION_H
#define MBT_RUNTIME_LAYERS_ATTENTION_H

#include "runtime/system/arena.h"
#include "simd/kernels.h"
#include "runtime/layers/linear.h"
#include "runtime/layers/rows.h"

/* Scratch memory of one worker. */
typedef struct mbt_attention_memory {
    float *normed;  /* [L][C]; after the projection: the heads' outputs */
    float *qkv;     /* [L][3 C] */
    float *scratch; /* 32 (L + C / heads): linear in L, for nothing is L x L */
} mbt_attention_memory;

void mbt_attention_plan(mbt_attention_memory *memory, const mbt_attention *attention, size_t length, size_t channels,
                        mbt_arena *arena);

/* x += out_proj(attention(LayerNorm(x))), x: [L][C] by stride. */
void mbt_attention_run(const mbt_kernels *kernels, const mbt_attention *attention, const mbt_attention_memory *memory,
                       const mbt_linear_memory *linear, mbt_rows x, size_t channels);

#endif
