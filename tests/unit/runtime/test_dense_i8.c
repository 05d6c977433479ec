/* test_dense_i8.c: the dense block in int8, compared with one in double precision on the same weights. */
#include "tests/unit/runtime/runtime_fixture.h"

#include <math.h>
#include <string.h>

#include "runtime/convolution/dense.h"

extern const mbt_model mbt_model_tiny_int8;

enum { MOST_FRAMES = 14, BINS = 11, C = 16 };

/* Rounding activations to 8 bits leaves 38 to 46 dB on average with tiny's weights, inside and at the border. With
 * zeros for padding, where the integers stand for values less a center, it is 10 dB at most. */
#define MIN_SNR 37.0
#define INPUTS 8

/* What came before a unit, in double, and a unit's output. */
static double activations[MOST_FRAMES][BINS][MBT_DENSE_UNITS * C], outputs[MOST_FRAMES][BINS][C];

/* Weight (tap, i, o), as model.h has it. */
static double weight(const mbt_matrix *w, size_t tap, size_t i, size_t o)
{
    const int8_t *data = w->data;
    const size_t fours = (w->k + 3) / 4;
    return (double)w->scale[o] * data[(((o / 16 * w->taps + tap) * fours + i / 4) * 16 + o % 16) * 4 + i % 4];
}

/* One output of a 3 x 3 convolution, dilated along time, zeros outside of the recording. */
static double convolve(const mbt_matrix *w, size_t frames, size_t dilation, size_t t, size_t f, size_t o)
{
    double sum = 0;
    for (size_t tap = 0; tap < 9; tap++) {
        const size_t from = t + tap / 3 * dilation - dilation, bin = f + tap % 3 - 1; /* huge if they are below 0 */
        for (size_t i = 0; from < frames && bin < BINS && i < w->k; i++)
            sum += activations[from][bin][i] * weight(w, tap, i, o);
    }
    return sum;
}

/* InstanceNorm2d (its default eps, 1e-5) and PReLU of channel o of outputs. */
static void normalise(const mbt_unit *unit, size_t frames, size_t o)
{
    const double count = (double)(frames * BINS);
    double mean = 0, variance = 0;
    for (size_t p = 0; p < frames * BINS; p++)
        mean += outputs[p / BINS][p % BINS][o] / count;
    for (size_t p = 0; p < frames * BINS; p++) {
        const double d = outputs[p / BINS][p % BINS][o] - mean;
        variance += d * d / count;
    }
    for (size_t p = 0; p < frames * BINS; p++) {
        double *x = &outputs[p / BINS][p % BINS][o];
        const double z = (double)unit->offset[o] + (double)unit->gain[o] * (*x - mean) / sqrt(variance + 1e-5);
        *x = z > 0 ? z : (double)unit->slope[o] * z;
    }
}

/* The four units; the input stands in the first C of activations, the result comes to stand in outputs. */
static void run_in_double(const mbt_dense_block *block, size_t frames)
{
    for (size_t u = 0; u < MBT_DENSE_UNITS; u++) {
        const mbt_unit *unit = &block->unit[u];
        for (size_t o = 0; o < C; o++) {
            for (size_t p = 0; p < frames * BINS; p++)
                outputs[p / BINS][p % BINS][o] = convolve(&unit->conv, frames, (size_t)1 << u, p / BINS, p % BINS, o);
            normalise(unit, frames, o);
        }
        for (size_t p = 0; u + 1 < MBT_DENSE_UNITS && p < frames * BINS; p++)
            memcpy(&activations[p / BINS][p % BINS][(u + 1) * C], outputs[p / BINS][p % BINS], sizeof outputs[0][0]);
    }
}

/* The unit before the block, whose means are far from zero, as those of the encoder's first are. */
static float gain[C], offset[C], slope[C];
static const mbt_unit before = {.gain = gain, .offset = offset, .slope = slope};

/* Activations of that unit. */
static void make_input(float *x, size_t frames, uint32_t *state)
{
    for (size_t c = 0; c < C; c++) {
        gain[c] = 0.3f;
        offset[c] = c % 2 ? 1.5f : -1.0f;
        slope[c] = 0.25f;
    }
    for (size_t i = 0; i < frames * BINS * C; i++) {
        float normal = 0; /* 12 numbers whose variance is 1/12 */
        for (int k = 0; k < 12; k++)
            normal += 0.5f * fixture_noise(state);
        const float z = offset[i % C] + gain[i % C] * normal;
        x[i] = z > 0 ? z : slope[i % C] * z;
        activations[i / C / BINS][i / C % BINS][i % C] = (double)x[i];
    }
}

typedef struct plan {
    mbt_pool *pool;
    mbt_dense dense;
    mbt_instance_norm norm;
    float *in, *out;
} plan;

static void make_plan(plan *p, const mbt_dense_block *block, size_t frames, mbt_arena *arena)
{
    memset(p, 0, sizeof *p);
    p->pool = mbt_pool_plan(arena, 1);
    mbt_dense_plan(&p->dense, block, frames, 0, BINS, C, 1, arena);
    mbt_instance_norm_plan(&p->norm, frames, C, arena);
    p->in = mbt_arena_floats(arena, frames * BINS * C);
    p->out = mbt_arena_floats(arena, frames * BINS * C);
}

/* Added, in dB: [0] of the inside, [1] of the outermost frames and bins. */
static void add_snr(const float *out, size_t frames, double snr[2])
{
    double signal[2] = {0}, noise[2] = {0};
    for (size_t i = 0; i < frames * BINS * C; i++) {
        const size_t t = i / C / BINS, f = i / C % BINS;
        const bool border = t == 0 || t + 1 == frames || f == 0 || f + 1 == BINS;
        const double wanted = outputs[t][f][i % C], error = (double)out[i] - wanted;
        signal[border] += wanted * wanted;
        noise[border] += error * error;
    }
    for (int i = 0; i < 2; i++)
        snr[i] += 10 * log10(signal[i] / noise[i]);
}

/* With 14 frames, dilation 8 reaches outside on one side or on both; with 5, always on both. */
static const size_t frame_counts[] = {14, 5};

static void run_in_int8(const mbt_dense_block *block, const plan *p, size_t frames)
{
    mbt_run run = {.model = &mbt_model_tiny_int8,
                   .kernels = mbt_kernels_for(MBT_ISA_SCALAR),
                   .pool = p->pool,
                   .frames = frames,
                   .bins = BINS,
                   .inner_bins = BINS};
    mbt_dense_input_i8(&run, &p->dense, p->in, BINS * C, C, &before);
    mbt_dense_run_i8(&run, block, &p->dense, (mbt_view){p->out, BINS * C, C, 0}, &p->norm, 1);
}

START_TEST(agrees_with_double)
{
    const mbt_model *model = &mbt_model_tiny_int8;
    const mbt_dense_block *const blocks[] = {&model->encoder->dense_block, &model->mask_decoder->dense_block,
                                             &model->phase_decoder->dense_block};
    const mbt_dense_block *block = blocks[_i % 3];
    const size_t frames = frame_counts[_i / 3];
    ck_assert_uint_eq(model->channels, C);
    ck_assert(mbt_dense_is_i8(block));
    plan p;
    mbt_arena counted = {0};
    make_plan(&p, block, frames, &counted);
    mbt_arena arena = fixture_arena(&counted);
    make_plan(&p, block, frames, &arena);
    ck_assert_int_eq(mbt_pool_start(p.pool), MBT_OK);
    uint32_t state = 5;
    double snr[2] = {0};
    for (int i = 0; i < INPUTS; i++) {
        make_input(p.in, frames, &state);
        run_in_int8(block, &p, frames);
        run_in_double(block, frames);
        add_snr(p.out, frames, snr);
    }
    mbt_pool_stop(p.pool);
    free(arena.base);
    ck_assert_msg(snr[0] >= INPUTS * MIN_SNR && snr[1] >= INPUTS * MIN_SNR, "%.1f dB inside, %.1f dB at the border",
                  snr[0] / INPUTS, snr[1] / INPUTS);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("dense_i8");
    tcase_add_loop_test(tests, agrees_with_double, 0, 3 * COUNT(frame_counts));
    return unit_main(tests, "dense_i8");
}
