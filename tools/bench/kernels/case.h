/* case.h: a call of a kernel to be timed: its arguments, the memory that they are in, and its name. */
#ifndef MBT_TOOLS_BENCH_KERNELS_CASE_H
#define MBT_TOOLS_BENCH_KERNELS_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/text.h"
#include "simd/kernels.h"

/* The sizes of a network, from which the shapes of its kernels follow. */
typedef struct mbt_shape {
    char label[16]; /* C64 */
    size_t channels, heads;
    size_t frames, long_frames;   /* of 2 s and of 10 s */
    size_t bins, inner_bins;      /* F, F' */
    size_t d_inner, padded_inner; /* E, P(E) */
    size_t d_state, d_conv, dt_rank;
    size_t chunk; /* positions that the Mamba layer computes at once */
    size_t past;  /* frames that a frame of a stream attends to */
} mbt_shape;

/* Calls the kernel with the arguments of a case. */
struct mbt_bench_case;
typedef void mbt_case_call(const mbt_kernels *kernels, const struct mbt_bench_case *c);

typedef struct mbt_bench_case {
    char shape[40];         /* which part of the network it is, after the label of the network */
    double elements, flops; /* of a call: outputs, operations */
    double bytes;           /* read and written: each array once for each */
    size_t footprint;       /* bytes of the arrays */
    bool writes_much;       /* compare with the bandwidth of copying */
    bool integers;          /* compare with the peak of int8 */
    mbt_case_call *call;
    mbt_matrix matrix;
    union {
        mbt_gemm gemm;
        mbt_gemm_i8 gemm_i8;
        mbt_rows_i8 rows_i8;
        const uint16_t *halves;
        mbt_attend attend;
        mbt_attend_past attend_past;
        mbt_scan scan;
        mbt_mask mask;
    } arguments;
    /* For kernels whose arguments are not in a struct; each uses what it needs. */
    float *in[4], *out[2];
    ptrdiff_t ld_in, ld_out;
    size_t rows, columns, extra;
    /* The memory that the arrays are in. */
    unsigned char *memory;
    size_t size, used;
    bool overflow;   /* the memory is too small */
    uint64_t random; /* state of the generator; not 0 */
} mbt_bench_case;

typedef enum mbt_case_role { MBT_CASE_IN, MBT_CASE_OUT, MBT_CASE_INOUT } mbt_case_role;

/* An array of rows x width floats whose rows are ld apart, aligned to 64 bytes, filled with numbers from -scale to
 * scale, or from 0 to scale if positive. Its bytes are counted as read, written, or both. Never NULL: when the memory
 * is too small, `overflow` is set. */
float *mbt_case_rows(mbt_bench_case *c, mbt_case_role role, size_t rows, size_t width, size_t ld, double scale,
                     bool positive);

/* The same, one row from -1 to 1. */
float *mbt_case_row(mbt_bench_case *c, mbt_case_role role, size_t width);

/* Numbers in binary16 that are read, aligned to 64 bytes: from 1/16 to 1, of both signs. */
uint16_t *mbt_case_halves(mbt_bench_case *c, size_t count);

/* rows x width integers from -127 to 127, laid out and counted as in mbt_case_rows. */
int8_t *mbt_case_integers(mbt_bench_case *c, mbt_case_role role, size_t rows, size_t width, size_t ld);

/* Sets the name of the case: the network's label, and which part of the network it is. */
void mbt_case_name(mbt_bench_case *c, const mbt_shape *shape, const char *format, ...) MBT_PRINTF(3, 4);

/* Sets the function that calls the kernel, and the outputs and operations of a call. Returns true, so that makers of
 * cases can return it. */
bool mbt_case_ready(mbt_bench_case *c, mbt_case_call *call, double elements, double flops);

#endif
