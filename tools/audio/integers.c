/* integers.c: samples as integers. */
#include "tools/audio/integers.h"

#include <math.h>
#include <stdint.h>

void mbt_to_integers(const float *in, int *out, size_t samples, int bits)
{
    double scale = ldexp(1.0, bits - 1);
    for (size_t i = 0; i < samples; i++) {
        double x = rint(in[i] * scale);
        x = x < -scale ? -scale : x;
        x = x > scale - 1.0 ? scale - 1.0 : x;
        out[i] = (int)((int64_t)x * ((int64_t)1 << (32 - bits)));
    }
}
