/* kernels.h: the table of kernels, which do nearly all of the computing, and the contract of each.
 *
 * A kernel is written once over the vector vocabulary (vec.h) and compiled for each architecture. Only the innermost
 * loops of the matrix products are written for each architecture by hand. The scalar table is the specification: all
 * others give the same bits. For this, every kernel fixes the order of its operations:
 *   - Products: an output starts as its bias, and the sum of each tap is added to it in order. The sum of a tap starts
 *     at 0 and takes its inputs in order, one fma each. (One chain over all taps, of 2304 inputs, would cost 9 dB of
 *     accuracy.)
 *   - Sums over a row run in 16 lanes: element i goes to lane i mod 16, in order. Then the lanes are added as the tree
 *     l + (l+8), l + (l+4), l + (l+2), l + (l+1).
 *   - Sums over positions run for each channel in the order of the positions.
 *   - exp, log1p, pow and atan2 are one fixed sequence of IEEE operations each.
 *
 * Conventions: ld* is the distance between rows in floats. It may be negative, where rows are walked backwards.
 * Pointers need the alignment of float only. Kernels write exactly the elements named and read no others. They keep no
 * state and allocate nothing. P(n) = MBT_PADDED(n). */
#ifndef MBT_SIMD_KERNELS_H
#define MBT_SIMD_KERNELS_H

#include <stddef.h>

#include "mambattention/mambattention.h"
#include "mambattention/model.h"
#include "runtime/port.h"

/* Matrix product and convolution on float weights, for m < rows, o < w->n:
 *     out[m][o] = bias[o] (+ out[m][o] if accumulate) + sum_tap sum_i a[tap][m * lda + i] * w[tap][i][o]
 * A tap whose a is NULL lies in the zero padding and is left out. out overlaps no a. */
typedef struct mbt_gemm {
    const mbt_matrix *w;
    const float *a[MBT_MAX_TAPS]; /* [w->taps] row 0 of each tap's input */
    ptrdiff_t lda;
    float *out;
    ptrdiff_t ldo;
    size_t rows;
    int accumulate;
} mbt_gemm;

/* Rows of int8 and the numbers that they stand for. A row is cut into `groups` groups of k / groups inputs each. Input
 * i of group j is scale[row * lds + j] * q[row * ldq + i], less a center that the product need not know
 * (runtime/convolution/dense.h says when there is one). sum holds the sum of the integers of each group, within
 * 127 * 65536: some processors multiply only an unsigned by a signed number, and correct the result by this sum. */
typedef struct mbt_rows_i8 {
    int8_t *q;
    float *scale;
    int32_t *sum;
} mbt_rows_i8;

/* Matrix product and convolution on int8 weights, in integers:
 *     s = 0;  for each tap, for each group:
 *         s = fma((float)(sum_i q[tap][m][i] w[tap][i][o]), scale[tap][m][group], s)
 *     out[m][o] = fma(s, w->scale[o], bias[o] (+ out[m][o] if accumulate))
 * The inner sum is exact in 32 bits. Row m of a tap is row m of a[tap]. All rows have `groups` groups. If there are
 * several, their size is a multiple of 4. A single group may have any size; q is then zero up to a multiple of 4.
 * ldq: a multiple of 4. lds: distance between rows of scale and sum. out overlaps none of the inputs. */
typedef struct mbt_gemm_i8 {
    const mbt_matrix *w;
    mbt_rows_i8 a[MBT_MAX_TAPS]; /* [w->taps] row 0 of each tap's input */
    ptrdiff_t ldq, lds;
    size_t groups;
    float *out;
    ptrdiff_t ldo;
    size_t rows;
    int accumulate;
} mbt_gemm_i8;

#define MBT_ATTEND_QUERIES 32u /* the most queries that a kernel handles at once */

/* One head of attention: some queries over all keys of a sequence.
 *     out[i] = sum_j 2^(q_i.k_j - m_i) v_j / sum_j 2^(q_i.k_j - m_i),    m_i = max_j q_i.k_j
 * Each query is a lane. Products run over the dimensions in order, sums over the keys in order. */
typedef struct mbt_attend {
    const float *q;     /* query 0, this head's dimensions */
    const float *k, *v; /* key and value 0, this head's dimensions */
    ptrdiff_t ld;       /* of q, k and v */
    size_t queries;     /* >= 1 */
    size_t keys;        /* >= 1 */
    size_t dims;        /* C / heads, >= 1 */
    float *out;         /* query 0, this head's dimensions */
    ptrdiff_t ldo;
    float *scratch; /* MBT_PADDED(min(queries, MBT_ATTEND_QUERIES)) * (keys + dims) floats, aligned to 64 bytes */
} mbt_attend;

/* Attention of the newest frame of a stream to itself and the frames before it. Each lane is one head of one bin; there
 * are groups of 16 lanes. The newest k and v are first put into the rings. Then, with j = 0 the oldest of the `count`
 * frames, in each lane:
 *     q = sum_j e_j v_j / sum_j e_j,   e_j = 2^(q.k_j - max over j of q.k_j)
 * Products run over the dimensions in order. Each sum over the frames has four parts, with frames 0, 4, 8 ... in part
 * 0, and so on, in order; they are added as (0 + 1) + (2 + 3).
 * Where the rings are binary16, k and v are rounded to nearest even. Numbers beyond 65504 become 65504 of their sign,
 * and NaN -65504. */
typedef struct mbt_attend_past {
    float *q;            /* [groups][dims][16], in: queries, out: the result */
    const float *k, *v;  /* [groups][dims][16]: the newest */
    void *keys, *values; /* rings [groups][window][dims][16] */
    int half;            /* whether the rings are binary16; else they are float */
    size_t groups, dims; /* >= 1 */
    size_t window;       /* frames of a ring */
    size_t newest;       /* where in the ring the newest frame goes */
    size_t count;        /* frames that are there, with the newest: 1 to window */
    float *scores;       /* [count][16]: scratch */
} mbt_attend_past;

/* Selective scan over `steps` positions. Channels are lanes, in groups of 16. The state h goes from call to call:
 *     h[n] = 2^(dt a[n]) h[n] + (dt u) B[n];   y = (sum_n h[n] C[n] + d u) silu(z)
 * The power is a product of two factors p and s (v_exp2_parts in vec_math.h): h[n] = fma(p, s h[n], (dt u) B[n]).
 * The sum starts at d u and takes n in order, one fma each. dt >= 0 and a <= 0. */
typedef struct mbt_scan {
    const float *dt, *u; /* [steps] rows of P(E), row distance ld */
    const float *z;      /* [steps] rows of P(E), row distance ldz */
    const float *b, *c;  /* [steps] rows of d_state, row distance ldbc */
    const float *a, *d;  /* mbt_mamba's */
    float *h;            /* [P(E) / 16][d_state][16], read and written */
    float *y;            /* [steps] rows of P(E), row distance ld */
    ptrdiff_t ld, ldz, ldbc;
    size_t steps, channels; /* channels = P(E), a multiple of 16 */
    size_t d_state;
} mbt_scan;

/* The last steps of the mask decoder for one frame, through to the magnitude:
 *     x = prelu(scale x + shift);  mask = beta / (1 + exp(-slope[f] (out_scale x + out_bias)));
 *     mask = floor > mask ? floor : mask;  magnitude[f] = (mask compressed[f])^(1 / compress_factor)
 * A floor of 0 leaves the bits of the mask. */
typedef struct mbt_mask {
    const float *x; /* [bins] output of the decoder's convolution */
    const float
        *compressed;    /* [bins] |X|^compress_factor of the noisy spectrum, 2 floats apart as spectrum writes it */
    const float *slope; /* [bins] */
    float *mask;        /* [bins] or NULL */
    float *magnitude;   /* [bins], may be x */
    size_t bins;
    float scale, shift, prelu, out_scale, out_bias, beta, floor, expand; /* expand = 1 / compress_factor */
} mbt_mask;

typedef struct mbt_kernels {
    mbt_isa isa;
#define MBT_KERNEL(name, parameters) void(*name) parameters;
#include "simd/kernels.def"
#undef MBT_KERNEL
} mbt_kernels;

/* The table of an instruction set, or NULL if it is not in this build or does not run on this machine. */
const mbt_kernels *mbt_kernels_for(mbt_isa isa);

/* The tables that may be in a build; get them by mbt_kernels_for. */
extern const mbt_kernels mbt_kernels_scalar;
extern const mbt_kernels mbt_kernels_avx2;
extern const mbt_kernels mbt_kernels_avxvnni;
extern const mbt_kernels mbt_kernels_avx512;
extern const mbt_kernels mbt_kernels_avx512vnni;
extern const mbt_kernels mbt_kernels_neon;
extern const mbt_kernels mbt_kernels_dotprod;

#endif
