/* folded.h: the numbers of folded layers of the fixture's network, read as model.h describes them. */
#ifndef MBT_TESTS_UNIT_COMPILER_FOLDED_H
#define MBT_TESTS_UNIT_COMPILER_FOLDED_H

#include "tests/unit/compiler/compiler_fixture.h"

#include <string.h>

#define C 24u
#define E 72u
#define N 3u
#define BINS 13u /* F */
#define INNER 6u /* F' */
#define TOLERANCE 2e-6

/* Numbers in [-1, 1) that are no pattern of their index. */
static inline void fill(double *values, size_t count)
{
    static uint32_t state = 1;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        values[i] = (double)(state >> 8) / 8388608.0 - 1;
    }
}

/* A weight of a packed matrix, read as model.h describes it: data[panel][tap][k][16]. */
static inline double packed(const mbt_matrix *matrix, uint32_t tap, uint32_t i, uint32_t o)
{
    const float *data = matrix->data;
    return data[(((size_t)(o / 16) * matrix->taps + tap) * matrix->k + i) * 16 + o % 16];
}

/* One output of a packed layer of one tap. */
static inline double apply(const mbt_matrix *matrix, const double *in, uint32_t o)
{
    double sum = matrix->bias[o];
    for (uint32_t i = 0; i < matrix->k; i++)
        sum += in[i] * packed(matrix, 0, i, o);
    return sum;
}

/* ConvTranspose2d (1, 3) with stride 2 in frequency, weight [C][C][1][3], scattered as PyTorch documents it. */
static inline void scatter_up(const float *weight, const double *in, double *out)
{
    memset(out, 0, BINS * C * sizeof *out);
    for (uint32_t j = 0; j < INNER; j++) {
        for (uint32_t i = 0; i < C; i++) {
            for (uint32_t o = 0; o < C; o++)
                for (uint32_t tap = 0; tap < 3; tap++)
                    out[(2 * j + tap) * C + o] += in[j * C + i] * weight[(i * C + o) * 3 + tap];
        }
    }
}

/* Output o of a bin by the even and odd matrices, without bias; what lies beyond the edges is 0. */
static inline double folded_up(const mbt_matrix *even, const mbt_matrix *odd, const double *in, uint32_t bin,
                               uint32_t o)
{
    double sum = 0;
    for (uint32_t i = 0; i < C; i++) {
        if (bin % 2 == 1) {
            sum += in[bin / 2 * C + i] * packed(odd, 0, i, o);
            continue;
        }
        sum += bin > 0 ? in[(bin / 2 - 1) * C + i] * packed(even, 0, i, o) : 0;
        sum += bin / 2 < INNER ? in[bin / 2 * C + i] * packed(even, 1, i, o) : 0;
    }
    return sum;
}

#endif
