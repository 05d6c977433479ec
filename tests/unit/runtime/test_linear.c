/* test_linear.c: a linear layer with each type of weights, compared with its definition in double precision. */
#include "tests/unit/runtime/runtime_fixture.h"

#include <math.h>
#include <string.h>

#include "runtime/layers/linear.h"

enum { MOST_ROWS = 130, MOST_INPUTS = 64, OUTPUTS = 35, PANELS = 3, LDI = MOST_INPUTS + 3, LDO = OUTPUTS + 2 };

/* A layer before anything is packed, and its inputs and outputs. */
typedef struct layer {
    size_t rows, k;
    bool accumulate, backward; /* rows one before the other in memory */
    int32_t w[MOST_INPUTS][OUTPUTS];
    float scale[PANELS * 16], bias[PANELS * 16]; /* a weight is its integer times the output's scale */
    float in[MOST_ROWS][LDI], before[MOST_ROWS][LDO], out[MOST_ROWS][LDO];
} layer;

static layer l;

static uint32_t noise_state = 4;

static float noise(float size)
{
    return size * fixture_noise(&noise_state);
}

/* Rows of very different sizes; the last is zero. */
static void fill_inputs(void)
{
    static const float sizes[] = {1, 1e-4f, 300, 0.02f};
    for (size_t m = 0; m < l.rows; m++)
        for (size_t i = 0; i < LDI; i++)
            l.in[m][i] = m > 0 && m + 1 == l.rows ? 0 : noise(sizes[m % 4]);
    for (size_t m = 0; m < MOST_ROWS; m++)
        for (size_t o = 0; o < LDO; o++)
            l.before[m][o] = noise(1);
    memcpy(l.out, l.before, sizeof l.out);
}

/* same_scale: 2^-10 for all, for weights that are not in int8. */
static void fill_weights(int32_t largest, bool same_scale)
{
    memset(l.scale, 0, sizeof l.scale);
    memset(l.bias, 0, sizeof l.bias);
    for (size_t o = 0; o < OUTPUTS; o++) {
        l.scale[o] = same_scale ? 0x1p-10f : 0.003f + noise(0.002f);
        l.bias[o] = noise(1);
        for (size_t i = 0; i < l.k; i++)
            l.w[i][o] = (int32_t)lrintf(noise((float)largest));
    }
}

static mbt_matrix matrix(uint32_t type, const void *data)
{
    return (mbt_matrix){.type = type,
                        .taps = 1,
                        .k = (uint32_t)l.k,
                        .n = OUTPUTS,
                        .data = data,
                        .scale = type == MBT_WEIGHT_I8 ? l.scale : NULL,
                        .bias = l.bias};
}

/* Through mbt_linear, with scratch memory for exactly k inputs. backward: the last row stands first. */
static void run(const mbt_matrix *w)
{
    mbt_linear_memory memory;
    mbt_arena counted = {0};
    mbt_linear_plan(&memory, l.k, &counted);
    mbt_arena arena = fixture_arena(&counted);
    mbt_linear_plan(&memory, l.k, &arena);
    const size_t first = l.backward ? l.rows - 1 : 0;
    mbt_linear(mbt_kernels_for(MBT_ISA_SCALAR), &memory, w, l.in[first], l.backward ? -LDI : LDI, l.out[first],
               l.backward ? -LDO : LDO, l.rows, l.accumulate);
    free(arena.base);
}

/* out[m] against w x[m] for these inputs; what is beyond a row stays. */
static void expect(double (*x)[MOST_INPUTS])
{
    for (size_t m = 0; m < MOST_ROWS; m++)
        for (size_t o = 0; o < LDO; o++) {
            if (m >= l.rows || o >= OUTPUTS) {
                ck_assert(l.out[m][o] == l.before[m][o]);
                continue;
            }
            double sum = (double)l.bias[o] + (l.accumulate ? (double)l.before[m][o] : 0), size = 2;
            for (size_t i = 0; i < l.k; i++) {
                const double term = x[m][i] * (double)l.scale[o] * l.w[i][o];
                sum += term;
                size += fabs(term);
            }
            const double error = (double)l.out[m][o] - sum;
            ck_assert_msg(fabs(error) <= ((double)l.k + 4) * 0x1p-24 * size,
                          "%zu rows, k %zu: out[%zu][%zu] is %g, not %g", l.rows, l.k, m, o, (double)l.out[m][o], sum);
        }
}

/* x is the nearest whole multiple of largest / 127. What is about half way between two is moved away from there,
 * since float and double may disagree on it. */
static void round_inputs(double (*x)[MOST_INPUTS])
{
    for (size_t m = 0; m < l.rows; m++) {
        double largest = 0;
        for (size_t i = 0; i < l.k; i++) /* not by fmax, on which gcc 12 for aarch64 breaks down */
            largest = fabs((double)l.in[m][i]) > largest ? fabs((double)l.in[m][i]) : largest;
        for (size_t i = 0; i < l.k; i++) {
            double q = largest > 0 ? 127 * (double)l.in[m][i] / largest : 0;
            if (fabs(q - rint(q)) > 0.499) {
                l.in[m][i] *= 0.5f;
                q *= 0.5;
            }
            x[m][i] = rint(q) * largest / 127;
        }
    }
}

/* Panels of 16 outputs, in these fours of inputs, in these outputs, as model.h has them. */
static void pack_i8(int8_t *data)
{
    const size_t fours = (l.k + 3) / 4;
    for (size_t i = 0; i < 4 * fours; i++)
        for (size_t o = 0; o < PANELS * 16; o++)
            data[((o / 16 * fours + i / 4) * 16 + o % 16) * 4 + i % 4] =
                (int8_t)(i < l.k && o < OUTPUTS ? l.w[i][o] : 0);
}

/* binary16 of an integer below 2048 times 2^-10. */
static uint16_t half(int32_t integer)
{
    int exponent;
    const double fraction = frexp(fabs((double)integer) * 0x1p-10, &exponent);
    const unsigned sign = integer < 0 ? 0x8000u : 0;
    return (uint16_t)(integer == 0 ? 0 : sign | (unsigned)(exponent + 14) << 10 | (unsigned)(2048 * fraction - 1024));
}

static const size_t row_counts[] = {1, 63, 64, 65, 130}, input_counts[] = {1, 7, 16, 37, 64};

/* All pairs; accumulating or not, and forward or backward, in turn. */
static void choose(int test)
{
    l.rows = row_counts[test / COUNT(input_counts)];
    l.k = input_counts[test % COUNT(input_counts)];
    l.accumulate = test % 2 == 1;
    l.backward = test / 2 % 2 == 1;
}

START_TEST(int8)
{
    static int8_t data[PANELS * 16 * MOST_INPUTS];
    static double x[MOST_ROWS][MOST_INPUTS];
    choose(_i);
    fill_weights(127, false);
    fill_inputs();
    round_inputs(x);
    pack_i8(data);
    const mbt_matrix w = matrix(MBT_WEIGHT_I8, data);
    run(&w);
    expect(x);
}
END_TEST

START_TEST(floats)
{
    static float f32[PANELS * 16 * MOST_INPUTS];
    static uint16_t f16[PANELS * 16 * MOST_INPUTS];
    static double x[MOST_ROWS][MOST_INPUTS];
    choose(_i);
    fill_weights(2047, true);
    memset(f32, 0, sizeof f32);
    memset(f16, 0, sizeof f16);
    for (size_t i = 0; i < l.k; i++)
        for (size_t o = 0; o < OUTPUTS; o++) {
            const size_t place = (o / 16 * l.k + i) * 16 + o % 16;
            f32[place] = (float)l.w[i][o] * 0x1p-10f;
            f16[place] = half(l.w[i][o]);
        }
    const mbt_matrix matrices[] = {matrix(MBT_WEIGHT_F32, f32), matrix(MBT_WEIGHT_F16, f16)};
    for (int type = 0; type < COUNT(matrices); type++) {
        fill_inputs();
        for (size_t m = 0; m < l.rows; m++)
            for (size_t i = 0; i < l.k; i++)
                x[m][i] = (double)l.in[m][i];
        run(&matrices[type]);
        expect(x);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("linear");
    tcase_add_loop_test(tests, int8, 0, COUNT(row_counts) * COUNT(input_counts));
    tcase_add_loop_test(tests, floats, 0, COUNT(row_counts) * COUNT(input_counts));
    return unit_main(tests, "linear");
}
