/* check_sequence.c: attention, and the kernels between the matrix products of the Mamba layer. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "tests/kernelcheck/kernelcheck.h"

static void call_attend(const mbt_kernels *kernels, void *arguments)
{
    kernels->attend(arguments);
}

static void check_attend(mbt_checker *checker, size_t queries, size_t keys, size_t dims)
{
    for (int setting = 0; setting < MBT_SETTINGS; setting++) {
        const ptrdiff_t ld = mbt_pick_ld(checker, dims), ldo = mbt_pick_ld(checker, dims);
        mbt_case(checker, setting, "queries %zu, keys %zu, dims %zu, ld %td, ldo %td", queries, keys, dims, ld, ldo);
        const mbt_area q = mbt_area_filled(checker, "q", MBT_ROLE_IN, queries, dims, ld, 1.0, 1e17, 0);
        const mbt_area k = mbt_area_filled(checker, "k", MBT_ROLE_IN, keys, dims, ld, 1.0, 1e17, 0);
        const mbt_area v = mbt_area_filled(checker, "v", MBT_ROLE_IN, keys, dims, ld, 1.0, FLT_MAX / 256, 0);
        const mbt_area out = mbt_area_take(checker, "out", MBT_ROLE_OUT, queries, dims, ldo);
        const size_t lanes = queries < MBT_ATTEND_QUERIES ? MBT_PADDED(queries) : MBT_ATTEND_QUERIES;
        const mbt_area scratch =
            mbt_area_take(checker, "scratch", MBT_ROLE_SCRATCH, keys + dims, lanes, (ptrdiff_t)lanes);
        mbt_attend attend = {.q = q.row0,
                             .k = k.row0,
                             .v = v.row0,
                             .ld = ld,
                             .queries = queries,
                             .keys = keys,
                             .dims = dims,
                             .out = out.row0,
                             .ldo = ldo,
                             .scratch = scratch.row0};
        mbt_compare(checker, call_attend, &attend);
    }
}

void mbt_check_attend(mbt_checker *checker)
{
    static const size_t sizes[] = MBT_SIZES;
    for (size_t i = 0; i < MBT_SIZE_COUNT; i++) {
        check_attend(checker, 1 + mbt_pick(checker, 16), sizes[i], mbt_pick_size(checker, 9));
        check_attend(checker, 16, mbt_pick_size(checker, 33), sizes[i] < 33 ? sizes[i] : 8);
        check_attend(checker, i + 1, mbt_pick_size(checker, 64), mbt_pick_size(checker, 8));
        check_attend(checker, sizes[i], 1 + mbt_pick(checker, 40), 1 + i);
        check_attend(checker, 17 + mbt_pick(checker, 60), sizes[i], 1 + mbt_pick(checker, 17));
    }
}

static void call_attend_past(const mbt_kernels *kernels, void *arguments)
{
    kernels->attend_past(arguments);
}

/* A number for a ring: of binary16 those near zero, which are subnormal for the most part, or those near the
 * largest. */
static void fill_place(mbt_checker *checker, void *ring, size_t at, bool half, double largest)
{
    if (!half) {
        ((float *)ring)[at] = mbt_number(checker, 1.0, largest, 0);
        return;
    }
    const uint16_t sign = mbt_pick(checker, 2) ? 0x8000 : 0, some = (uint16_t)mbt_pick(checker, 0x800);
    const uint16_t from = checker->regime == MBT_REGIME_SMALL   ? 0
                          : checker->regime == MBT_REGIME_LARGE ? 0x7400
                                                                : 0x3800;
    ((uint16_t *)ring)[at] = (uint16_t)(sign | (from + some));
}

/* A ring with numbers in the frames that are there. The others, and the place of the newest, are left NaN. */
static mbt_area take_ring(mbt_checker *checker, const char *name, const mbt_attend_past *a, double largest)
{
    const size_t numbers = a->dims * MBT_LANES, floats = a->half ? numbers / 2 : numbers;
    const mbt_area ring =
        mbt_area_take(checker, name, MBT_ROLE_INOUT_BITS, a->groups * a->window, floats, (ptrdiff_t)floats);
    for (size_t group = 0; group < a->groups; group++)
        for (size_t age = 1; age < a->count; age++) {
            const size_t frame = group * a->window + (a->newest + a->window - age) % a->window;
            for (size_t i = 0; i < numbers; i++)
                fill_place(checker, ring.row0, frame * numbers + i, a->half, largest);
        }
    return ring;
}

/* The newest frame, with some numbers at the limits of binary16: the largest, what is rounded to it, what lies beyond;
 * ties of subnormal numbers, and what is rounded to zero. */
static mbt_area take_newest(mbt_checker *checker, const char *name, const mbt_attend_past *a, double largest)
{
    static const float limits[] = {65504.0f,     -65519.996f,   65520.0f,  -65536.0f,       1e30f,       -INFINITY,
                                   NAN,          0x1p-25f,      -0x1p-25f, 0x1.000002p-25f, 0x1.8p-24f,  -0x1.4p-23f,
                                   0x1.ffcp-15f, -0x1.ffep-15f, 0x1p-14f,  0x1.002p+0f,     -0x1.006p+0f};
    const size_t width = a->dims * MBT_LANES;
    const mbt_area frame =
        mbt_area_filled(checker, name, MBT_ROLE_IN, a->groups, width, (ptrdiff_t)width, 1.0, largest, 0);
    for (size_t i = 0; a->half && i < a->groups * width; i++)
        if (mbt_pick(checker, 4) == 0)
            frame.row0[i] = limits[mbt_pick(checker, sizeof limits / sizeof limits[0])];
    return frame;
}

/* Whether a ring changed in the place of the newest frame alone. */
static void expect_one_frame(const mbt_area *ring, const float *before, const mbt_attend_past *a)
{
    const size_t bytes = ring->width * sizeof *before;
    for (size_t i = 0; i < ring->rows; i++)
        if (i % a->window != a->newest && memcmp(ring->row0 + i * ring->width, before + i * ring->width, bytes) != 0)
            mbt_check_failed("frame %zu of group %zu of a ring has changed", i % a->window, i / a->window);
}

static void check_attend_past(mbt_checker *checker, int setting, mbt_attend_past a)
{
    static float before[2][(size_t)1 << 18];
    mbt_case(checker, setting, "groups %zu, dims %zu, window %zu, newest %zu, count %zu, %s", a.groups, a.dims,
             a.window, a.newest, a.count, a.half ? "binary16" : "float");
    const size_t width = a.dims * MBT_LANES;
    const mbt_area q = mbt_area_filled(checker, "q", MBT_ROLE_INOUT, a.groups, width, (ptrdiff_t)width, 1.0, 1e17, 0);
    const mbt_area k = take_newest(checker, "k", &a, 1e17), v = take_newest(checker, "v", &a, FLT_MAX / 256);
    const mbt_area keys = take_ring(checker, "keys", &a, 1e17),
                   values = take_ring(checker, "values", &a, FLT_MAX / 256);
    a.q = q.row0;
    a.k = k.row0;
    a.v = v.row0;
    a.keys = keys.row0;
    a.values = values.row0;
    a.scores = mbt_area_take(checker, "scores", MBT_ROLE_SCRATCH, a.count, MBT_LANES, MBT_LANES).row0;
    memcpy(before[0], keys.row0, keys.rows * keys.width * sizeof(float));
    memcpy(before[1], values.row0, values.rows * values.width * sizeof(float));
    mbt_compare(checker, call_attend_past, &a);
    expect_one_frame(&keys, before[0], &a);
    expect_one_frame(&values, before[1], &a);
}

/* The newest frame at any place, so that the frames before it wrap; the ring full, or filled in part. */
void mbt_check_attend_past(mbt_checker *checker)
{
    static const size_t windows[] = {1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 33, 128},
                        dims[] = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17};
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++)
        for (size_t j = 0; j < sizeof dims / sizeof dims[0]; j++)
            for (int setting = 0; setting < 2 * MBT_SETTINGS; setting++) {
                const size_t window = windows[i];
                const mbt_attend_past a = {.half = setting % 2,
                                           .groups = 1 + mbt_pick(checker, 3),
                                           .dims = dims[j],
                                           .window = window,
                                           .newest = mbt_pick(checker, window),
                                           .count = mbt_pick(checker, 2) ? window : 1 + mbt_pick(checker, window)};
                check_attend_past(checker, setting / 2, a);
            }
}

typedef struct conv_call {
    mbt_area x, weight, bias, out;
} conv_call;

static void call_conv1d_silu(const mbt_kernels *kernels, void *arguments)
{
    const conv_call *c = arguments;
    kernels->conv1d_silu(c->x.row0, c->x.ld, c->out.rows, c->out.width, c->weight.rows, c->weight.row0, c->bias.row0,
                         c->out.row0, c->out.ld);
}

void mbt_check_conv1d_silu(mbt_checker *checker)
{
    static const size_t sizes[] = MBT_SIZES;
    for (size_t i = 0; i < MBT_SIZE_COUNT * (size_t)MBT_SETTINGS; i++) {
        const size_t rows = sizes[i / (size_t)MBT_SETTINGS], channels = 16 * (1 + mbt_pick(checker, 5));
        const size_t d_conv = 1 + mbt_pick(checker, 5);
        const ptrdiff_t ld = mbt_pick_ld(checker, channels), ldo = mbt_pick_ld(checker, channels);
        mbt_case(checker, (int)(i % (size_t)MBT_SETTINGS), "rows %zu, channels %zu, d_conv %zu, ld %td, ldo %td", rows,
                 channels, d_conv, ld, ldo);
        conv_call c;
        c.x = mbt_area_filled(checker, "x", MBT_ROLE_IN, rows + d_conv - 1, channels, ld, 1.0, 5e18, 0);
        c.weight = mbt_area_filled(checker, "weight", MBT_ROLE_IN, d_conv, channels, (ptrdiff_t)channels, 1.0, 5e18, 0);
        c.bias = mbt_area_filled(checker, "bias", MBT_ROLE_IN, 1, channels, 0, 1.0, FLT_MAX / 4, 0);
        c.out = mbt_area_take(checker, "out", MBT_ROLE_OUT, rows, channels, ldo);
        mbt_compare(checker, call_conv1d_silu, &c);
    }
}

static void call_softplus(const mbt_kernels *kernels, void *arguments)
{
    const mbt_area *x = arguments;
    kernels->softplus(x->row0, x->width);
}

void mbt_check_softplus(mbt_checker *checker)
{
    static const size_t sizes[] = MBT_SIZES;
    static const double typical[] = {1.0, 30.0};
    for (size_t i = 0; i < MBT_SIZE_COUNT; i++) {
        for (int setting = 0; setting < 2 * MBT_SETTINGS; setting++) {
            mbt_case(checker, setting / 2, "count %zu", sizes[i]);
            mbt_area x =
                mbt_area_filled(checker, "x", MBT_ROLE_INOUT, 1, sizes[i], 0, typical[setting % 2], FLT_MAX, 0);
            mbt_compare(checker, call_softplus, &x);
        }
    }
    static const float special[] = {-INFINITY, NAN, FLT_MAX, -FLT_MAX, 0x1p-149f, -0.0f, 88.5f, -86.7f};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        mbt_case(checker, (int)i % 2, "softplus of %g", (double)special[i]);
        mbt_area x = mbt_area_filled(checker, "x", MBT_ROLE_INOUT, 1, 150, 0, 1.0, FLT_MAX, 0);
        x.row0[i] = x.row0[64 + i] = x.row0[149 - i] = special[i];
        mbt_compare(checker, call_softplus, &x);
    }
}

static void call_scan(const mbt_kernels *kernels, void *arguments)
{
    kernels->scan(arguments);
}

static void check_scan(mbt_checker *checker, int setting, size_t steps, size_t channels, size_t d_state)
{
    const ptrdiff_t ld = mbt_pick_ld(checker, channels), ldz = mbt_pick_ld(checker, channels);
    const ptrdiff_t ldbc = mbt_pick_ld(checker, d_state);
    const size_t groups = channels / MBT_LANES;
    mbt_case(checker, setting, "steps %zu, channels %zu, d_state %zu, ld %td, ldz %td, ldbc %td", steps, channels,
             d_state, ld, ldz, ldbc);
    /* In the large regime the state stays below 1e28 * steps and the result below 1e38. */
    const mbt_area dt = mbt_area_filled(checker, "dt", MBT_ROLE_IN, steps, channels, ld, 0.05, 1e4, 1);
    const mbt_area u = mbt_area_filled(checker, "u", MBT_ROLE_IN, steps, channels, ld, 1.0, 1e12, 0);
    const mbt_area z = mbt_area_filled(checker, "z", MBT_ROLE_IN, steps, channels, ldz, 1.0, 10.0, 0);
    const mbt_area b = mbt_area_filled(checker, "b", MBT_ROLE_IN, steps, d_state, ldbc, 1.0, 1e11, 0);
    const mbt_area c = mbt_area_filled(checker, "c", MBT_ROLE_IN, steps, d_state, ldbc, 1.0, 1e6, 0);
    const mbt_area a =
        mbt_area_filled(checker, "a", MBT_ROLE_IN, groups * d_state, MBT_LANES, MBT_LANES, 5.0, 1e30, -1);
    const mbt_area d = mbt_area_filled(checker, "d", MBT_ROLE_IN, 1, channels, 0, 1.0, 1e20, 0);
    const mbt_area h =
        mbt_area_filled(checker, "h", MBT_ROLE_INOUT, groups * d_state, MBT_LANES, MBT_LANES, 1.0, 1e27, 0);
    const mbt_area y = mbt_area_take(checker, "y", MBT_ROLE_OUT, steps, channels, ld);
    mbt_scan scan = {.dt = dt.row0,
                     .u = u.row0,
                     .z = z.row0,
                     .b = b.row0,
                     .c = c.row0,
                     .a = a.row0,
                     .d = d.row0,
                     .h = h.row0,
                     .y = y.row0,
                     .ld = ld,
                     .ldz = ldz,
                     .ldbc = ldbc,
                     .steps = steps,
                     .channels = channels,
                     .d_state = d_state};
    mbt_compare(checker, call_scan, &scan);
}

void mbt_check_scan(mbt_checker *checker)
{
    static const size_t sizes[] = MBT_SIZES, states[] = {1, 3, 8, 16, 17, 32, 2, 15, 16, 33};
    for (size_t i = 0; i < MBT_SIZE_COUNT; i++)
        for (int setting = 0; setting < MBT_SETTINGS; setting++)
            check_scan(checker, setting, sizes[i], 16 * (1 + mbt_pick(checker, sizes[i] < 64 ? 4 : 1)), states[i % 10]);
}
