/* check_spectral.c: from the spectrum to the network's inputs, and from its outputs back. */
#include "tests/kernelcheck/kernelcheck.h"

typedef struct spectral_call {
    mbt_area re, im, planes, magnitude;
    float compress_factor;
} spectral_call;

static void call_spectrum(const mbt_kernels *kernels, void *arguments)
{
    const spectral_call *c = arguments;
    kernels->spectrum(c->re.row0, c->im.row0, c->re.width, c->compress_factor, c->planes.row0);
}

void mbt_check_spectrum(mbt_checker *checker)
{
    static const size_t sizes[] = MBT_SIZES;
    static const float factors[] = {0.3f, 0.5f, 1.0f};
    for (size_t i = 0; i < 3 * MBT_SIZE_COUNT; i++) {
        const size_t bins = sizes[i / 3];
        for (int setting = 0; setting < MBT_SETTINGS; setting++) {
            spectral_call c = {.compress_factor = factors[i % 3]};
            mbt_case(checker, setting, "bins %zu, compress_factor %g", bins, (double)c.compress_factor);
            c.re = mbt_area_filled(checker, "re", MBT_ROLE_IN, 1, bins, 0, 10.0, 1.2e19, 0);
            c.im = mbt_area_filled(checker, "im", MBT_ROLE_IN, 1, bins, 0, 10.0, 1.2e19, 0);
            c.im.row0[mbt_pick(checker, bins)] = 0.0f;
            c.planes = mbt_area_take(checker, "planes", MBT_ROLE_OUT, 1, 2 * bins, 0);
            mbt_compare(checker, call_spectrum, &c);
        }
    }
}

static void call_mask(const mbt_kernels *kernels, void *arguments)
{
    kernels->mask(arguments);
}

/* with: bit 0 asks for the mask, bit 1 writes the magnitude over x, bit 2 has a floor. */
static void check_mask(mbt_checker *checker, int setting, size_t bins, size_t with)
{
    mbt_case(checker, setting, "bins %zu, %s mask, magnitude %s%s", bins, with & 1 ? "with" : "without",
             with & 2 ? "in place" : "apart", with & 4 ? ", a floor" : "");
    const mbt_area x = mbt_area_filled(checker, "x", with & 2 ? MBT_ROLE_INOUT : MBT_ROLE_IN, 1, bins, 0, 1.0, 1e18, 0);
    const mbt_area compressed = mbt_area_filled(checker, "compressed", MBT_ROLE_IN, bins, 1, 2, 2.0, 1e11, 1);
    const mbt_area slope = mbt_area_filled(checker, "slope", MBT_ROLE_IN, 1, bins, 0, 1.0, 10.0, 0);
    mbt_mask mask = {.x = x.row0,
                     .compressed = compressed.row0,
                     .slope = slope.row0,
                     .magnitude = x.row0,
                     .bins = bins,
                     .scale = 1.5f,
                     .shift = -0.25f,
                     .prelu = 0.2f,
                     .out_scale = -1.25f,
                     .out_bias = 0.3f,
                     .beta = 2.0f,
                     .floor = with & 4 ? 0.75f : 0.0f,
                     .expand = 1.0f / 0.3f};
    if (with & 1)
        mask.mask = mbt_area_take(checker, "mask", MBT_ROLE_OUT, 1, bins, 0).row0;
    if (!(with & 2))
        mask.magnitude = mbt_area_take(checker, "magnitude", MBT_ROLE_OUT, 1, bins, 0).row0;
    mbt_compare(checker, call_mask, &mask);
}

void mbt_check_mask(mbt_checker *checker)
{
    static const size_t sizes[] = MBT_SIZES;
    for (size_t i = 0; i < 8 * MBT_SIZE_COUNT; i++)
        for (int setting = 0; setting < MBT_SETTINGS; setting++)
            check_mask(checker, setting, sizes[i / 8], i % 8);
}

static void call_polar(const mbt_kernels *kernels, void *arguments)
{
    const spectral_call *c = arguments;
    kernels->polar(c->magnitude.row0, c->planes.row0, c->magnitude.width, c->re.row0, c->im.row0);
}

void mbt_check_polar(mbt_checker *checker)
{
    static const size_t sizes[] = MBT_SIZES;
    for (size_t i = 0; i < MBT_SIZE_COUNT; i++) {
        for (int setting = 0; setting < MBT_SETTINGS; setting++) {
            spectral_call c;
            mbt_case(checker, setting, "bins %zu", sizes[i]);
            c.magnitude = mbt_area_filled(checker, "magnitude", MBT_ROLE_IN, 1, sizes[i], 0, 10.0, 3e38, 1);
            c.planes = mbt_area_filled(checker, "pairs", MBT_ROLE_IN, 1, 2 * sizes[i], 0, 1.0, 3e38, 0);
            const size_t zero = mbt_pick(checker, sizes[i]);
            c.planes.row0[2 * zero] = c.planes.row0[2 * zero + 1] = 0.0f;
            c.re = mbt_area_take(checker, "re", MBT_ROLE_OUT, 1, sizes[i], 0);
            c.im = mbt_area_take(checker, "im", MBT_ROLE_OUT, 1, sizes[i], 0);
            mbt_compare(checker, call_polar, &c);
        }
    }
}
