/* check_norm.c: normalisations, activation, sum. */
#include <float.h>

#include "tests/kernelcheck/kernelcheck.h"

typedef struct norm_call {
    mbt_area x, out, y, scale, shift, slope, mean, m2;
    float eps;
} norm_call;

static void call_channel_stats(const mbt_kernels *kernels, void *arguments)
{
    const norm_call *c = arguments;
    kernels->channel_stats(c->x.row0, c->x.ld, c->x.rows, c->x.width, c->mean.row0, c->m2.row0);
}

static void call_norm_prelu(const mbt_kernels *kernels, void *arguments)
{
    const norm_call *c = arguments;
    kernels->norm_prelu(c->x.row0, c->x.ld, c->x.rows, c->x.width, c->scale.row0, c->shift.row0, c->slope.row0);
}

static void call_layer_norm(const mbt_kernels *kernels, void *arguments)
{
    const norm_call *c = arguments;
    kernels->layer_norm(c->x.row0, c->x.ld, c->x.rows, c->x.width, c->eps, c->out.row0, c->out.ld);
}

static void call_rms_norm(const mbt_kernels *kernels, void *arguments)
{
    const norm_call *c = arguments;
    kernels->rms_norm(c->x.row0, c->x.ld, c->x.rows, c->x.width, c->eps, c->out.row0, c->out.ld);
}

static void call_add(const mbt_kernels *kernels, void *arguments)
{
    const norm_call *c = arguments;
    kernels->add(c->x.row0, c->x.ld, c->y.row0, c->y.ld, c->x.rows, c->x.width);
}

typedef void take_rest(mbt_checker *checker, norm_call *c);

/* Goes through the sizes: each as the number of channels and as the number of rows. take: the areas beside x. */
static void check_rows(mbt_checker *checker, mbt_call *call, mbt_role role, double largest, take_rest *take)
{
    static const size_t sizes[] = MBT_SIZES;
    for (size_t i = 0; i < 2 * MBT_SIZE_COUNT; i++) {
        const size_t channels = i % 2 == 0 ? sizes[i / 2] : mbt_pick_size(checker, 201);
        const size_t rows = i % 2 == 1 ? sizes[i / 2] : mbt_pick_size(checker, 33);
        for (int setting = 0; setting < MBT_SETTINGS; setting++) {
            const ptrdiff_t ld = mbt_pick_ld(checker, channels);
            mbt_case(checker, setting, "rows %zu, channels %zu, ld %td", rows, channels, ld);
            norm_call c = {.eps = 1e-5f};
            c.x = mbt_area_filled(checker, "x", role, rows, channels, ld, 1.0, largest, 0);
            take(checker, &c);
            mbt_compare(checker, call, &c);
        }
    }
}

static void take_stats(mbt_checker *checker, norm_call *c)
{
    c->mean = mbt_area_take(checker, "mean", MBT_ROLE_OUT, 1, c->x.width, 0);
    c->m2 = mbt_area_take(checker, "m2", MBT_ROLE_OUT, 1, c->x.width, 0);
}

static void take_prelu(mbt_checker *checker, norm_call *c)
{
    c->scale = mbt_area_filled(checker, "scale", MBT_ROLE_IN, 1, c->x.width, 0, 1.0, 1e18, 0);
    c->shift = mbt_area_filled(checker, "shift", MBT_ROLE_IN, 1, c->x.width, 0, 1.0, FLT_MAX / 4, 0);
    c->slope = mbt_area_filled(checker, "slope", MBT_ROLE_IN, 1, c->x.width, 0, 0.2, 2.0, 0);
}

static void take_out(mbt_checker *checker, norm_call *c)
{
    c->out = mbt_area_take(checker, "out", MBT_ROLE_OUT, c->x.rows, c->x.width, mbt_pick_ld(checker, c->x.width));
}

static void take_addend(mbt_checker *checker, norm_call *c)
{
    const ptrdiff_t ld = mbt_pick_ld(checker, c->x.width);
    c->y = mbt_area_filled(checker, "y", MBT_ROLE_IN, c->x.rows, c->x.width, ld, 1.0, FLT_MAX / 2, 0);
}

void mbt_check_channel_stats(mbt_checker *checker)
{
    check_rows(checker, call_channel_stats, MBT_ROLE_IN, 1e17, take_stats);
}

void mbt_check_norm_prelu(mbt_checker *checker)
{
    check_rows(checker, call_norm_prelu, MBT_ROLE_INOUT, 1e19, take_prelu);
}

void mbt_check_layer_norm(mbt_checker *checker)
{
    check_rows(checker, call_layer_norm, MBT_ROLE_IN, 1e17, take_out);
}

void mbt_check_rms_norm(mbt_checker *checker)
{
    check_rows(checker, call_rms_norm, MBT_ROLE_IN, 1e17, take_out);
}

void mbt_check_add(mbt_checker *checker)
{
    check_rows(checker, call_add, MBT_ROLE_INOUT, FLT_MAX / 2, take_addend);
}
