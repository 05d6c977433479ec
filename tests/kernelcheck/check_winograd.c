/* check_winograd.c: the two transforms of Winograd's convolution. */
#include <stdlib.h>

#include "tests/kernelcheck/kernelcheck.h"

/* rows: of the side with bins; points: of the side with tiles. */
typedef struct transform_call {
    mbt_area rows, points;
    ptrdiff_t ld; /* of rows: 0 where one row stands for all */
    size_t bins, channels, point;
} transform_call;

static void call_input(const mbt_kernels *kernels, void *arguments)
{
    const transform_call *c = arguments;
    kernels->winograd_input(c->rows.row0, c->ld, c->bins, c->channels, c->points.row0, c->points.ld, c->point);
}

static void call_output(const mbt_kernels *kernels, void *arguments)
{
    const transform_call *c = arguments;
    kernels->winograd_output(c->points.row0, c->points.ld, c->point, c->bins, c->channels, c->rows.row0, c->ld);
}

typedef void take_areas(mbt_checker *checker, transform_call *c, size_t tiles, ptrdiff_t ldv);

static void take_input(mbt_checker *checker, transform_call *c, size_t tiles, ptrdiff_t ldv)
{
    const bool repeated = mbt_pick(checker, 4) == 0;
    c->ld = repeated ? 0 : mbt_pick_ld(checker, c->channels);
    c->rows = mbt_area_filled(checker, "x", MBT_ROLE_IN, repeated ? 1 : c->bins + 2, c->channels,
                              repeated ? (ptrdiff_t)c->channels : c->ld, 1.0, 1e37, 0);
    c->points = mbt_area_take(checker, "v", MBT_ROLE_OUT, MBT_WINOGRAD_POINTS * tiles, c->channels, ldv);
}

static void take_output(mbt_checker *checker, transform_call *c, size_t tiles, ptrdiff_t ldv)
{
    c->ld = mbt_pick_ld(checker, c->channels);
    c->points = mbt_area_filled(checker, "m", MBT_ROLE_IN, MBT_WINOGRAD_POINTS * tiles, c->channels, ldv, 1.0, 1e37, 0);
    c->rows = mbt_area_take(checker, "out", MBT_ROLE_OUT, c->bins, c->channels, c->ld);
}

/* Each size as the number of channels and as the number of bins. */
static void check_transform(mbt_checker *checker, mbt_call *call, take_areas *take)
{
    static const size_t sizes[] = MBT_SIZES;
    for (size_t i = 0; i < 2 * MBT_SIZE_COUNT; i++) {
        const size_t channels = i % 2 == 0 ? sizes[i / 2] : mbt_pick_size(checker, 64);
        const size_t bins = i % 2 == 1 ? sizes[i / 2] : mbt_pick_size(checker, 33);
        for (int setting = 0; setting < MBT_SETTINGS; setting++) {
            const size_t tiles = (bins + MBT_WINOGRAD_OUTPUTS - 1) / MBT_WINOGRAD_OUTPUTS;
            const ptrdiff_t ldv = labs((long)mbt_pick_ld(checker, channels));
            mbt_case(checker, setting, "bins %zu, channels %zu, ldv %td", bins, channels, ldv);
            transform_call c = {.bins = bins, .channels = channels, .point = tiles * (size_t)ldv};
            take(checker, &c, tiles, ldv);
            mbt_compare(checker, call, &c);
        }
    }
}

void mbt_check_winograd_input(mbt_checker *checker)
{
    check_transform(checker, call_input, take_input);
}

void mbt_check_winograd_output(mbt_checker *checker)
{
    check_transform(checker, call_output, take_output);
}
