/* check_sequence.c: attention, and the kernels between the matrix products of the Mamba layer. */
#include <float.h>
#include <math.h>

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
