/* work.h: how many operations the kernels do, on floats or on integers.
 *
 * A multiply-add counts as two operations; a comparison, a division and a square root as one. An exp counts as 11, the
 * instructions of 2^x in simd/vec_math.h, so that rates can be compared with the peak; a log, pow or atan2 as 20. */
#ifndef MBT_TOOLS_BENCH_KERNELS_WORK_H
#define MBT_TOOLS_BENCH_KERNELS_WORK_H

#include "simd/kernels.h"

#define MBT_WORK_EXP 11.0
#define MBT_WORK_LOG 20.0 /* and pow, atan2 */
#define MBT_WORK_SILU (MBT_WORK_EXP + 3)

static inline double mbt_work_gemm(const mbt_gemm *gemm)
{
    double taps = 0;
    for (uint32_t tap = 0; tap < gemm->w->taps; tap++)
        taps += gemm->a[tap] != NULL;
    return 2 * taps * (double)gemm->rows * gemm->w->k * gemm->w->n;
}

static inline double mbt_work_gemm_i8(const mbt_gemm_i8 *gemm)
{
    return 2.0 * gemm->w->taps * (double)gemm->rows * gemm->w->k * gemm->w->n;
}

/* For each query and key: dims multiply-adds for the score, its difference to the largest, exp, the sum, and dims
 * multiply-adds. */
static inline double mbt_work_attend(const mbt_attend *a)
{
    return (double)a->queries * (double)a->keys * (4 * (double)a->dims + 3 + MBT_WORK_EXP);
}

/* The same, of one query of each lane. */
static inline double mbt_work_attend_past(const mbt_attend_past *a)
{
    return (double)a->groups * MBT_LANES * (double)a->count * (4 * (double)a->dims + 3 + MBT_WORK_EXP);
}

/* For each state: dt a, exp, dt u B, and two multiply-adds; for each channel: dt u, d u, y silu(z). */
static inline double mbt_work_scan(const mbt_scan *s)
{
    return (double)s->steps * (double)s->channels * ((double)s->d_state * (6 + MBT_WORK_EXP) + 3 + MBT_WORK_SILU);
}

/* For each tile of four bins and channel: 12 multiply-adds. */
static inline double mbt_work_winograd_input(size_t bins, size_t channels)
{
    return 24.0 * (double)((bins + 3) / 4) * (double)channels;
}

/* For each tile of four bins and channel: 6 sums or differences, 2 products, 4 multiply-adds. */
static inline double mbt_work_winograd_output(size_t bins, size_t channels)
{
    return 16.0 * (double)((bins + 3) / 4) * (double)channels;
}

#endif
