/* test_spectrum.c: analysis, compared with its definition in double precision, and synthesis of what it gave. */
#include "tests/unit/runtime/runtime_fixture.h"

#include <math.h>
#include <string.h>

#include "runtime/signal/spectrum.h"
#include "runtime/signal/window.h"

#define PI 3.14159265358979323846
#define PI_FLOAT 0x1.921fb6p+1f

typedef struct bench {
    mbt_model model; /* only what spectrum.c reads */
    mbt_spectrum spectrum;
    mbt_run run;
    mbt_arena arena;
    float *in, *out, *planes, *magnitude, *pairs;
    size_t count;
} bench;

static void plan(bench *b, unsigned threads, mbt_arena *arena)
{
    const size_t frames = b->run.frames, bins = b->run.bins;
    b->run.pool = mbt_pool_plan(arena, threads);
    mbt_spectrum_plan(&b->spectrum, &b->model, threads, arena);
    mbt_spectrum_plan_inverse(&b->spectrum, frames, arena);
    b->in = mbt_arena_floats(arena, b->count);
    b->out = mbt_arena_floats(arena, b->count);
    b->planes = mbt_arena_floats(arena, 2 * frames * bins);
    b->magnitude = mbt_arena_floats(arena, frames * bins);
    b->pairs = mbt_arena_floats(arena, 2 * frames * bins);
}

/* A bench for `count` samples, which are noise of the given level. */
static bench open_bench(uint32_t n_fft, uint32_t hop, uint32_t win, float compress_factor, size_t count, float level)
{
    mbt_isa isa;
    ck_assert_int_eq(mbt_isa_chosen(&isa), MBT_OK);
    bench b = {.model = {.n_fft = n_fft, .hop = hop, .win = win, .compress_factor = compress_factor}, .count = count};
    b.run = (mbt_run){.kernels = mbt_kernels_for(isa), .frames = 1 + (count + hop - 1) / hop, .bins = n_fft / 2 + 1};
    const unsigned threads = mbt_pool_threads(2);
    mbt_arena counted = {0};
    plan(&b, threads, &counted);
    b.arena = fixture_arena(&counted);
    plan(&b, threads, &b.arena);
    ck_assert_uint_eq(b.arena.peak, counted.peak);
    ck_assert_int_eq(mbt_pool_start(b.run.pool), MBT_OK);
    uint32_t state = (uint32_t)count;
    for (size_t i = 0; i < count; i++)
        b.in[i] = level * fixture_noise(&state);
    return b;
}

static void forward(bench *b, mbt_level level)
{
    b->run.model = &b->model; /* the bench has moved since it was opened */
    mbt_spectrum_forward(&b->run, &b->spectrum, b->in, b->count, level, b->planes);
}

/* The network that changes nothing: decompressed magnitude, and a pair of any length at the phase's angle. */
static void identity(bench *b)
{
    for (size_t i = 0; i < b->run.frames * b->run.bins; i++) {
        const double phase = (double)b->planes[2 * i + 1], length = i % 3 ? 0.01 : 5;
        b->magnitude[i] = (float)pow((double)b->planes[2 * i], 1 / (double)b->model.compress_factor);
        b->pairs[2 * i] = (float)(length * cos(phase));
        b->pairs[2 * i + 1] = (float)(length * sin(phase));
    }
}

static void close_bench(bench *b)
{
    mbt_pool_stop(b->run.pool);
    free(b->arena.base);
}

/* Periodic Hann of win samples, centred in n_fft. */
static double hann(const mbt_model *model, size_t n)
{
    const size_t before = (model->n_fft - model->win) / 2;
    const bool inside = n >= before && n < before + model->win;
    return inside ? 0.5 - 0.5 * cos(2 * PI * (double)(n - before) / (double)model->win) : 0;
}

/* Sum of squared windows over sample i. */
static double envelope(const bench *b, size_t i)
{
    double sum = 0;
    const size_t position = i + b->model.n_fft / 2;
    for (size_t t = 0; t < b->run.frames && t * b->model.hop <= position; t++) {
        const size_t n = position - t * b->model.hop;
        sum += n < b->model.n_fft ? pow(hann(&b->model, n), 2) : 0;
    }
    return sum;
}

static const struct shape {
    uint32_t n_fft, hop, win;
    float compress_factor;
} shapes[] = {{400, 100, 400, 0.3f}, {400, 200, 400, 0.3f}, {400, 131, 400, 0.3f}, {400, 77, 320, 0.5f},
              {512, 100, 399, 0.3f}, {400, 97, 200, 1.0f},  {44, 11, 23, 0.3f},    {4, 1, 2, 0.3f}};

static const size_t counts[] = {1, 2, 3, 50, 99, 100, 101, 199, 200, 201, 399, 400, 401, 1000, 16001};

/* The overlap-added result is sum w e / sum w^2 away from the input, where e, a frame's error, is some float roundings
 * of the frame: by Cauchy and Schwarz no more than |e| / sqrt(sum w^2), however far out on the windows a sample
 * lies. Compression by the power c makes a rounding of the magnitude 1 / c times as large. */
static void expect_roundtrip(const struct shape *s, size_t count, float peak, mbt_level level)
{
    bench b = open_bench(s->n_fft, s->hop, s->win, s->compress_factor, count, peak);
    forward(&b, level);
    identity(&b);
    mbt_spectrum_inverse(&b.run, &b.spectrum, b.magnitude, b.pairs, b.in, b.out, count, level);
    const double frame_error = 1e-6 * (double)peak;
    for (size_t i = 0; i < count; i++) {
        const double over = envelope(&b, i), error = fabs((double)b.out[i] - (double)b.in[i]) * fmin(1, sqrt(over));
        ck_assert_msg(over > 0.25, "hop %u, win %u, %zu samples: %g over sample %zu", s->hop, s->win, count, over, i);
        ck_assert_msg(error <= frame_error, "hop %u, win %u, %zu samples: sample %zu is %g, not %g", s->hop, s->win,
                      count, i, (double)b.out[i], (double)b.in[i]);
    }
    close_bench(&b);
}

START_TEST(what_goes_in_comes_out)
{
    for (int k = 0; k < COUNT(counts); k++)
        expect_roundtrip(&shapes[_i], counts[k], 0.5f, (mbt_level){1.7f, 1});
}
END_TEST

START_TEST(at_any_level)
{
    expect_roundtrip(&shapes[0], 1000, 1e-5f, (mbt_level){1e5f, 1});
    expect_roundtrip(&shapes[0], 1000, 1e5f, (mbt_level){1e-5f, 1});
    expect_roundtrip(&shapes[0], 1000, 1e-30f, (mbt_level){0.7f, 0x1p100});
    expect_roundtrip(&shapes[0], 1000, 1e37f, (mbt_level){3.0f, 0x1p-124});
    expect_roundtrip(&shapes[0], 1000, 0x1p-126f, (mbt_level){2.0f, 0x1p126});
}
END_TEST

/* numpy.pad(numpy.arange(count), 4, mode="reflect") for 1 to 6 samples. */
static const size_t padded[6][14] = {{0, 0, 0, 0, 0, 0, 0, 0, 0},
                                     {0, 1, 0, 1, 0, 1, 0, 1, 0, 1},
                                     {0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2},
                                     {2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1},
                                     {4, 3, 2, 1, 0, 1, 2, 3, 4, 3, 2, 1, 0},
                                     {4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 4, 3, 2, 1}};

/* The factor of sample i of a continuation of so many samples. */
static double fade_out(size_t i, size_t samples)
{
    return 1 - (double)(i + 1) / (double)(samples + 1);
}

/* Bin f of frame t of the padded recording, by definition. */
static void define(const bench *b, const float *recording, size_t t, size_t f, double *re, double *im)
{
    const size_t n_fft = b->model.n_fft;
    *re = *im = 0;
    for (size_t n = 0; n < n_fft; n++) {
        const double x = (double)recording[t * b->model.hop + n] * hann(&b->model, n);
        const double angle = 2 * PI * (double)(n * f % n_fft) / (double)n_fft;
        *re += x * cos(angle);
        *im -= x * sin(angle);
    }
}

/* Planes are the recording times the level: the magnitude to the power compress_factor, and the phase, which is judged
 * by its effect on the bin: magnitude times error. Numbers here are up to 40, and roundings some 2^-23 of that. */
static void expect_planes(const bench *b, const float *recording, mbt_level level)
{
    const double factor = (double)level.gain * level.scale;
    for (size_t t = 0; t < b->run.frames; t++)
        for (size_t f = 0; f < b->run.bins; f++) {
            double re, im;
            define(b, recording, t, f, &re, &im);
            const float *plane = b->planes + 2 * (t * b->run.bins + f);
            const double magnitude = pow((double)plane[0], 1 / (double)b->model.compress_factor) / factor;
            const double error = hypot(magnitude * cos((double)plane[1]) - re, magnitude * sin((double)plane[1]) - im);
            ck_assert_msg(error < 2e-5, "frame %zu, bin %zu: %g at %g, not %g %+g i", t, f, magnitude, (double)plane[1],
                          re, im);
            ck_assert(fabsf(plane[1]) <= PI_FLOAT);
        }
}

START_TEST(short_recordings_are_continued_and_reflected)
{
    static const float samples[6] = {3, -1, 4, 1, -5, 9};
    for (size_t count = 1; count <= 6; count++)
        for (uint32_t hop = 1; hop <= 3; hop++) {
            const size_t whole = (count + hop - 1) / hop * hop;
            float continued[6] = {0}, recording[14];
            for (size_t i = 0; i < whole; i++)
                continued[i] = samples[padded[count - 1][4 + i]];
            for (size_t i = count; i < whole; i++)
                continued[i] *= (float)fade_out(i - count, whole - count);
            for (size_t i = 0; i < whole + 8; i++)
                recording[i] = continued[padded[whole - 1][i]];
            bench b = open_bench(8, hop, _i ? 6 : 8, 0.3f, count, 1);
            memcpy(b.in, samples, count * sizeof(float));
            forward(&b, (mbt_level){1, 2});
            expect_planes(&b, recording, (mbt_level){1, 2});
            close_bench(&b);
        }
}
END_TEST

/* Recordings longer than the padding, continued and reflected by hand. */
START_TEST(planes_are_the_definition)
{
    const size_t count = 531, whole = (count + shapes[_i].hop - 1) / shapes[_i].hop * shapes[_i].hop;
    const mbt_level level = {0.3f, 1};
    const struct shape *s = &shapes[_i];
    bench b = open_bench(s->n_fft, s->hop, s->win, s->compress_factor, count, 0.5f);
    float *recording = calloc(whole + s->n_fft, sizeof *recording);
    ck_assert_ptr_nonnull(recording);
    const size_t half = s->n_fft / 2;
    memcpy(recording + half, b.in, count * sizeof(float));
    for (size_t i = 0; i < whole - count; i++)
        recording[half + count + i] = b.in[count - 2 - i] * (float)fade_out(i, whole - count);
    for (size_t i = 0; i < half; i++) {
        recording[half - 1 - i] = b.in[i + 1];
        recording[half + whole + i] = recording[half + whole - 2 - i];
    }
    forward(&b, level);
    expect_planes(&b, recording, level);
    free(recording);
    close_bench(&b);
}
END_TEST

/* 0 or +pi, never -pi or -0: the network takes the phase for what it is. */
START_TEST(real_bins_have_phase_zero_or_pi)
{
    bool zero = false, pi = false;
    bench b = open_bench(400, 100, 400, 0.3f, 4000, 0.5f);
    forward(&b, (mbt_level){1, 1});
    for (size_t t = 0; t < b.run.frames; t++) {
        const float ends[] = {b.planes[2 * t * b.run.bins + 1], b.planes[2 * (t + 1) * b.run.bins - 1]};
        for (int i = 0; i < 2; i++) {
            ck_assert((ends[i] == 0 && !signbit(ends[i])) || ends[i] == PI_FLOAT);
            zero = zero || ends[i] == 0;
            pi = pi || ends[i] == PI_FLOAT;
        }
    }
    ck_assert(zero && pi);
    close_bench(&b);
}
END_TEST

/* The angle is rounded to float: wrong by 2^-24 of at most 2 pi, half of that in the window; the cosine and the result
 * are rounded too: 1.9e-7 + 0.6e-7 + 0.6e-7. */
START_TEST(window_is_the_formula)
{
    static const uint32_t wins[] = {1, 2, 3, 15, 16, 17, 100, 320, 399, 400, 512, 1000, 65536};
    static float window[65537];
    for (int k = 0; k < COUNT(wins); k++) {
        window[wins[k]] = 77;
        mbt_window_hann(window, wins[k]);
        for (size_t i = 0; i < wins[k]; i++)
            ck_assert_double_eq_tol((double)window[i], 0.5 - 0.5 * cos(2 * PI * (double)i / wins[k]), 3.2e-7);
        ck_assert(window[0] == 0 && window[wins[k]] == 77);
    }
}
END_TEST

/* FNV-1a of torch.hann_window(count), little-endian, by PyTorch 1.13 on AVX2 and on AVX-512. */
static const struct {
    size_t count;
    uint64_t hash;
} torch_windows[] = {{2, UINT64_C(0xaa7ae932298bb4c8)},    {3, UINT64_C(0x25f1238d62a007e4)},
                     {100, UINT64_C(0x39f69913190b4c07)},  {256, UINT64_C(0x7d8b74c52819b6c3)},
                     {320, UINT64_C(0x0159bdfd4cfbfdef)},  {399, UINT64_C(0xe5825ad5dcecd83b)},
                     {400, UINT64_C(0x7a525a00fb166264)},  {512, UINT64_C(0x53af259aaf0ec422)},
                     {1000, UINT64_C(0x0c73cbd8bda34d9d)}, {1024, UINT64_C(0x563d63994cb6813f)}};

START_TEST(window_has_the_bits_of_the_reference)
{
    float window[1024];
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    mbt_window_hann(window, torch_windows[_i].count);
    for (size_t i = 0; i < 4 * torch_windows[_i].count; i++) {
        uint32_t bits;
        memcpy(&bits, &window[i / 4], sizeof bits);
        hash = (hash ^ (bits >> i % 4 * 8 & 0xff)) * UINT64_C(0x100000001b3);
    }
    ck_assert_uint_eq(hash, torch_windows[_i].hash);
}
END_TEST

START_TEST(a_short_window_is_centred)
{
    bench b = open_bench(512, 100, 399, 0.3f, 1, 1);
    for (size_t n = 0; n < 512; n++)
        ck_assert_double_eq_tol((double)b.spectrum.window[n], hann(&b.model, n), 3.2e-7);
    for (size_t n = 0; n < 56; n++)
        ck_assert(b.spectrum.window[n] == 0 && b.spectrum.window[511 - n] == 0);
    close_bench(&b);
}
END_TEST

/* What exceeds the range of float is cut off at its end. */
START_TEST(too_loud_a_result_is_clipped)
{
    bench b = open_bench(8, 2, 8, 1, 16, 0);
    b.run.model = &b.model;
    for (size_t i = 0; i < b.run.frames * b.run.bins; i++) {
        b.magnitude[i] = 100;
        b.pairs[2 * i] = i % b.run.bins % 2 ? -1.0f : 1.0f; /* an impulse in the middle of each frame */
        b.pairs[2 * i + 1] = 0;
    }
    mbt_spectrum_inverse(&b.run, &b.spectrum, b.magnitude, b.pairs, b.in, b.out, b.count, (mbt_level){1, 0x1p-127});
    float largest = 0;
    for (size_t i = 0; i < b.count; i++) {
        ck_assert(isfinite(b.out[i]));
        largest = fmaxf(largest, fabsf(b.out[i]));
    }
    ck_assert(largest == 0x1.fffffep+127f);
    close_bench(&b);
}
END_TEST

/* The planes of an impulse among samples that are `rest` times the level. */
static void forward_impulse(bench *b, mbt_level level, double rest, float *planes)
{
    const double factor = (double)level.gain * level.scale;
    for (size_t i = 0; i < b->count; i++)
        b->in[i] = (float)((i == 5 ? 1 : i % 3 ? rest : -rest) / factor);
    forward(b, level);
    memcpy(planes, b->planes, 2 * b->run.frames * b->run.bins * sizeof *planes);
}

static const mbt_level floor_levels[] = {{1, 1}, {0.25f, 1}, {1, 0x1p60}, {2, 0x1p-100}};

/* Factors are powers of two, so that the samples come to the floor exactly. */
START_TEST(what_lies_below_the_floor_is_silence)
{
    bench b = open_bench(8, 2, 8, 0.3f, 40, 0);
    const size_t bytes = 2 * b.run.frames * b.run.bins * sizeof(float);
    float *silent = malloc(bytes), *other = malloc(bytes);
    ck_assert(silent != NULL && other != NULL);
    forward_impulse(&b, floor_levels[_i], 0, silent);
    forward_impulse(&b, floor_levels[_i], 0x1.fffffep-61, other);
    ck_assert_mem_eq(other, silent, bytes);
    forward_impulse(&b, floor_levels[_i], 0x1p-60, other);
    ck_assert_mem_ne(other, silent, bytes);
    free(silent);
    free(other);
    close_bench(&b);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("spectrum");
    tcase_add_loop_test(tests, what_goes_in_comes_out, 0, COUNT(shapes));
    tcase_add_test(tests, at_any_level);
    tcase_add_loop_test(tests, short_recordings_are_continued_and_reflected, 0, 2);
    tcase_add_loop_test(tests, planes_are_the_definition, 0, COUNT(shapes));
    tcase_add_test(tests, real_bins_have_phase_zero_or_pi);
    tcase_add_test(tests, window_is_the_formula);
    tcase_add_loop_test(tests, window_has_the_bits_of_the_reference, 0, COUNT(torch_windows));
    tcase_add_test(tests, a_short_window_is_centred);
    tcase_add_test(tests, too_loud_a_result_is_clipped);
    tcase_add_loop_test(tests, what_lies_below_the_floor_is_silence, 0, COUNT(floor_levels));
    return unit_main(tests, "spectrum");
}
