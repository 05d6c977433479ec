/* linear.c: a linear layer. */
#include "runtime/layers/linear.h"

void mbt_linear_plan(mbt_linear_memory *memory, size_t k, mbt_arena *arena)
{
    memory->rows.q = mbt_arena_take(arena, MBT_LINEAR_ROWS, (k + 3) / 4 * 4);
    memory->rows.scale = mbt_arena_floats(arena, MBT_LINEAR_ROWS);
    memory->rows.sum = mbt_arena_take(arena, MBT_LINEAR_ROWS, sizeof(int32_t));
}

static void run_i8(const mbt_kernels *kernels, const mbt_linear_memory *memory, const mbt_matrix *w, const float *in,
                   ptrdiff_t ldi, float *out, ptrdiff_t ldo, size_t rows, bool accumulate)
{
    const ptrdiff_t ldq = ((ptrdiff_t)w->k + 3) / 4 * 4;
    for (size_t first = 0; first < rows; first += MBT_LINEAR_ROWS) {
        const size_t count = rows - first < MBT_LINEAR_ROWS ? rows - first : MBT_LINEAR_ROWS;
        kernels->quantise(in + (ptrdiff_t)first * ldi, ldi, count, w->k, NULL, memory->rows, ldq, 1);
        const mbt_gemm_i8 gemm = {.w = w,
                                  .a = {memory->rows},
                                  .ldq = ldq,
                                  .lds = 1,
                                  .groups = 1,
                                  .out = out + (ptrdiff_t)first * ldo,
                                  .ldo = ldo,
                                  .rows = count,
                                  .accumulate = accumulate};
        kernels->gemm_i8(&gemm);
    }
}

void mbt_linear(const mbt_kernels *kernels, const mbt_linear_memory *memory, const mbt_matrix *w, const float *in,
                ptrdiff_t ldi, float *out, ptrdiff_t ldo, size_t rows, bool accumulate)
{
    if (w->type == MBT_WEIGHT_I8) {
        run_i8(kernels, memory, w, in, ldi, out, ldo, rows, accumulate);
        return;
    }
    const mbt_gemm gemm = {
        .w = w, .a = {in}, .lda = ldi, .out = out, .ldo = ldo, .rows = rows, .accumulate = accumulate};
    mbt_gemm_run(kernels, &gemm);
}
