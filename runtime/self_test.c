/* self_test.c: whether this build computes, on this machine, the bits that it should. */
#include "runtime/self_test.h"

#include <stdbool.h>
#include <string.h>

#include "runtime/system/float_mode.h"
#include "simd/fma.h"

/* The hashes of the models of weights/. tests/api/test_self_test.c prints what they have become. */
static const struct {
    const char *name;
    int sleef;
    uint64_t hash;
} known[] = {
    {"tiny_int8", 1, UINT64_C(0x12427a2c678a7103)}, {"tiny_f16", 1, UINT64_C(0x9334ecc60de7b2a4)},
    {"tiny_f32", 1, UINT64_C(0xdcad21fa78779c45)},  {"tiny_int8", 0, UINT64_C(0x0af077b7d7223fad)},
    {"tiny_f16", 0, UINT64_C(0xc7e235d9f6c9bf5c)},  {"tiny_f32", 0, UINT64_C(0x9fcdfb9711857c3e)},
    {"live_int8", 1, UINT64_C(0x9b9870c29a6ebcf2)}, {"live_int8", 0, UINT64_C(0x238c7fae54b6d99d)},
};

/* Samples of 16 bits times scale, made of whole numbers: harmonics of a pitch as a sawtooth that swells and fades, and
 * noise. scale is a power of two, so that every build has the same samples. */
static void make_signal(float *samples, size_t count, float scale)
{
    uint32_t state = 1;
    for (size_t i = 0; i < count; i++) {
        state = state * UINT32_C(1664525) + UINT32_C(1013904223);
        const int32_t swell = (int32_t)(i % 800 < 400 ? i % 800 : 800 - i % 800);
        const int32_t saw = (int32_t)(i * 7 % 512) - 256;
        const int32_t noise = (int32_t)(state >> 21) - 1024;
        samples[i] = (float)(saw * swell / 4 + noise) * scale;
    }
}

/* FNV-1a, by numbers of 32 bits. */
static uint64_t add_to_hash(uint64_t hash, const float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &samples[i], sizeof bits);
        hash = (hash ^ bits) * UINT64_C(1099511628211);
    }
    return hash;
}

static mbt_status enhance_signal(mbt_enhancer *enhancer, size_t count, float scale, uint64_t *hash)
{
    float samples[MBT_SELF_TEST_SAMPLES];
    make_signal(samples, count, scale);
    const mbt_status status = mbt_enhance(enhancer, samples, samples, count);
    *hash = add_to_hash(*hash, samples, count);
    return status;
}

mbt_status mbt_self_test_hash(const mbt_model *model, const mbt_options *options, uint64_t *hash)
{
    mbt_options chosen;
    mbt_options_init(&chosen);
    chosen.threads = 1;
    if (options) { /* all but what changes the result */
        chosen.threads = options->threads;
        chosen.isa = options->isa;
        chosen.memory = options->memory;
        chosen.memory_size = options->memory_size;
        chosen.allocate = options->allocate;
        chosen.release = options->release;
        chosen.memory_cookie = options->memory_cookie;
    }
    chosen.max_samples = MBT_SELF_TEST_SAMPLES;
    mbt_enhancer *enhancer = NULL;
    mbt_status status = mbt_open(model, &chosen, &enhancer);
    *hash = UINT64_C(14695981039346656037);
    if (status == MBT_OK)
        status = enhance_signal(enhancer, MBT_SELF_TEST_SAMPLES, 0x1p-16f, hash);
    if (status == MBT_OK) /* down to the least number: where denormals are flushed, nothing is left */
        status = enhance_signal(enhancer, MBT_SELF_TEST_SAMPLES / 4, 0x1p-145f, hash);
    mbt_close(enhancer);
    return status;
}

uint64_t mbt_self_test_wanted(const char *model_name)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, model_name) == 0 && known[i].sleef == MBT_SLEEF)
            return known[i].hash;
    return 0;
}

/* a b + c lies by less than a double can tell beside the middle of two floats. Of a network's many sums not one may be
 * of this kind: they are tried by themselves. */
mbt_status mbt_self_test_fma(void)
{
    static const volatile float cases[][4] = {
        {0x1.000002p-12f, 0x1.fffffcp-13f, 0x1.000002p0f, 0x1.000002p0f},
        {0x1.000002p-12f, -0x1.fffffcp-13f, -0x1.000002p0f, -0x1.000002p0f},
        {0x1.000002p-75f, 0x1.fffffcp-76f, 0x1.004p-139f, 0x1.004p-139f},
    };
    mbt_float_mode callers;
    bool good = true;
    mbt_float_mode_enter(&callers);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        good = good && mbt_fmaf(cases[i][0], cases[i][1], cases[i][2]) == cases[i][3];
    mbt_float_mode_leave(&callers);
    return good ? MBT_OK : MBT_ERROR_BITS;
}

mbt_status mbt_self_test(const mbt_options *options)
{
    mbt_model_info info;
    uint64_t hash;
    const mbt_model *model = mbt_model_default();
    mbt_status status = mbt_model_describe(model, &info);
    const uint64_t wanted = status == MBT_OK ? mbt_self_test_wanted(info.name) : 0;
    if (wanted == 0)
        return MBT_ERROR_MODEL;
    status = mbt_self_test_hash(model, options, &hash);
    if (status == MBT_OK && hash != wanted)
        status = MBT_ERROR_BITS;
    return status == MBT_OK ? mbt_self_test_fma() : status;
}
