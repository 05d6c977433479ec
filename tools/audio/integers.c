/* integers.c: samples as integers. */
#include "tools/audio/integers.h"

#include <math.h>
#include <stdint.h>

size_t mbt_to_integers(const float *in, int *out, size_t samples, int bits)
{
    double scale = ldexp(1.0, bits - 1);
    size_t clipped = 0;
    for (size_t i = 0; i < samples; i++) {
        double rounded = rint(in[i] * scale);
        double x = rounded < -scale ? -scale : rounded > scale - 1.0 ? scale - 1.0 : rounded;
        clipped += x != rounded;
        out[i] = (int)((int64_t)x * ((int64_t)1 << (32 - bits)));
    }
    return clipped;
}
