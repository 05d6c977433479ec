/* mamba.h: the selective state space layer in one direction: over one sequence, or over the next position of each of
 * many sequences. */
#ifndef MBT_RUNTIME_LAYERS_MAMBA_H
#define MBT_RUNTIME_LAYERS_MAMBA_H

#include "runtime/system/arena.h"
#include "runtime/layers/linear.h"
#include "runtime/layers/rows.h"

/* Positions in a chunk, which goes through the whole layer at once: its data stays in the second-level cache. */
#define MBT_MAMBA_CHUNK 64u

/* One worker's scratch memory. S = MBT_MAMBA_CHUNK, P = MBT_PADDED(d_inner). */
typedef struct mbt_mamba_memory {
    float *normed;          /* [S][C] */
    float *uz;              /* [d_conv - 1 + S][2 P]: the last positions before the chunk, then the chunk */
    float *u;               /* [S][P]: after the convolution */
    float *dt_b_c;          /* [S][dt_rank + 2 d_state] */
    float *dt;              /* [S][P] */
    float *y;               /* [S][P] */
    float *h;               /* [P / 16][d_state][16] */
    float *conv_weight, *a; /* the layer's constants as floats, if they are stored in f16 */
} mbt_mamba_memory;

/* Whether the layer's shapes agree with one another and with C = channels. */
bool mbt_mamba_is(const mbt_mamba *mamba, uint32_t channels);

/* The largest number of inputs among its linear layers other than in_proj. */
size_t mbt_mamba_inputs(const mbt_mamba *mamba);

/* Calls the visitor for each matrix, always in the same order. */
void mbt_mamba_visit_matrices(const mbt_mamba *mamba, mbt_matrix_visitor *visit, void *cookie);

void mbt_mamba_plan(mbt_mamba_memory *memory, const mbt_mamba *mamba, size_t channels, mbt_arena *arena);

/* The number of chunks of a sequence, or of so many sequences that advance together. */
size_t mbt_mamba_chunks(size_t length);

/* The multiply-adds of a position, about. */
size_t mbt_mamba_work(const mbt_mamba *mamba);

/* One chunk of out += out_proj(Mixer(RMSNorm(x))). The chunks run in order, from the first position to the last. x,
 * out: all of both, [L][C]; they must not overlap. */
void mbt_mamba_run(const mbt_kernels *kernels, const mbt_mamba *mamba, const mbt_mamba_memory *memory,
                   const mbt_linear_memory *linear, mbt_rows x, mbt_rows out, size_t channels, size_t chunk);

/* What many sequences keep from one position to the next. */
typedef struct mbt_mamba_state {
    float *uz;              /* [sequences][d_conv][2 P]: the last positions, the newest last */
    float *h;               /* [sequences][P / 16][d_state][16] */
    size_t uz_size, h_size; /* floats */
} mbt_mamba_state;

void mbt_mamba_plan_state(mbt_mamba_state *state, const mbt_mamba *mamba, size_t sequences, mbt_arena *arena);

/* Begins new sequences. */
void mbt_mamba_reset(const mbt_mamba_state *state);

/* out += out_proj(Mixer(RMSNorm(x))) for the next position of each sequence of a chunk. x, out: those of all sequences,
 * [sequences][C]; they must not overlap. */
void mbt_mamba_advance(const mbt_kernels *kernels, const mbt_mamba *mamba, const mbt_mamba_memory *memory,
                       const mbt_linear_memory *linear, const mbt_mamba_state *state, mbt_rows x, mbt_rows out,
                       size_t channels, size_t chunk);

#endif
