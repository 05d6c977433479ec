/* predict_arm.c: the program that tools/dev/predict-arm compiles for aarch64 and runs under qemu-user.
 *
 *     predict_arm count SECONDS                 prints the calls of kernels in a run of the network, as lines of
 *                                               "KERNEL A B C D ROWS CALLS"; the kernels compute nothing. Of a causal
 *                                               network, the calls when it has run for a while, and "hop SECONDS"
 *     predict_arm call KERNEL A B C D ROWS      makes one call, between mbt_trace_begin and mbt_trace_end
 *
 * A to D are the sizes that note_call gets, which depend on the kernel; ROWS is the length of what it loops over. The
 * kernels are those that the library chooses on the processor that qemu emulates, or those that MBT_ISA names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simd/kernels.h"
#include "runtime/model_check.h"
#include "runtime/stages.h"

extern const mbt_model MODEL;

enum { MOST_CALLS = 1000, ROOM = 1 << 17, STATE = 64, FIELDS = 5 };

typedef struct call_count {
    const char *kernel;
    size_t shape[FIELDS], calls;
} call_count;

static call_count counts[MOST_CALLS];
static size_t count_used;

static void note_call(const char *kernel, size_t a, size_t b, size_t c, size_t d, size_t rows)
{
    const size_t shape[FIELDS] = {a, b, c, d, rows};
    size_t i = 0;
    while (i < count_used &&
           (strcmp(counts[i].kernel, kernel) != 0 || memcmp(counts[i].shape, shape, sizeof shape) != 0))
        i++;
    if (i == MOST_CALLS) {
        fprintf(stderr, "predict_arm: more than %d different calls\n", MOST_CALLS);
        exit(1);
    }
    if (i == count_used) {
        count_used++;
        counts[i].kernel = kernel;
        memcpy(counts[i].shape, shape, sizeof shape);
    }
    counts[i].calls++;
}

static void note_gemm(const char *kernel, const mbt_gemm *g)
{
    size_t taps = 0;
    for (uint32_t tap = 0; tap < g->w->taps; tap++)
        taps += g->a[tap] != NULL;
    note_call(kernel, g->w->k, g->w->n, taps, g->accumulate != 0, g->rows);
}

static void note_gemm_f32(const mbt_gemm *g)
{
    note_gemm("gemm_f32", g);
}

static void note_gemm_f16(const mbt_gemm *g)
{
    note_gemm("gemm_f16", g);
}

static void note_gemm_i8(const mbt_gemm_i8 *g)
{
    note_call("gemm_i8", g->w->k, g->w->n, g->w->taps, 2 * g->groups + (g->accumulate != 0), g->rows);
}

static void note_attend(const mbt_attend *attend)
{
    note_call("attend", attend->dims, attend->queries, 0, 0, attend->keys);
}

static void note_attend_past(const mbt_attend_past *attend)
{
    note_call("attend_past", attend->dims, attend->groups, attend->half != 0, 0, attend->count);
}

static void note_scan(const mbt_scan *scan)
{
    note_call("scan", scan->channels, scan->d_state, 0, 0, scan->steps);
}

static void note_mask(const mbt_mask *mask)
{
    note_call("mask", 0, 0, 0, 0, mask->bins);
}

/* A kernel whose arguments are not in a struct. `others` uses the arguments that are not noted, so that compilers do
 * not warn. */
#define NOTED(name, parameters, a, b, rows, others) \
    static void note_##name parameters              \
    {                                               \
        (void)(others);                             \
        note_call(#name, a, b, 0, 0, rows);         \
    }
#define FLOATS const float *

NOTED(quantise,
      (FLOATS x, ptrdiff_t ldx, size_t rows, size_t channels, FLOATS center, mbt_rows_i8 to, ptrdiff_t ldq,
       ptrdiff_t lds),
      channels, center != NULL, rows, ((void)x, (void)ldx, (void)to, (void)ldq, lds))
NOTED(widen, (const uint16_t *halves, size_t count, float *out), 0, 0, count, ((void)halves, out))
NOTED(winograd_input, (FLOATS x, ptrdiff_t ld, size_t bins, size_t channels, float *v, ptrdiff_t ldv, size_t point),
      channels, 0, bins, ((void)x, (void)ld, (void)v, (void)ldv, point))
NOTED(winograd_output, (FLOATS m, ptrdiff_t ldm, size_t point, size_t bins, size_t channels, float *out, ptrdiff_t ldo),
      channels, 0, bins, ((void)m, (void)ldm, (void)point, (void)out, ldo))
NOTED(channel_stats, (FLOATS x, ptrdiff_t ld, size_t rows, size_t channels, float *mean, float *m2), channels, 0, rows,
      ((void)x, (void)ld, (void)mean, m2))
NOTED(norm_prelu, (float *x, ptrdiff_t ld, size_t rows, size_t channels, FLOATS scale, FLOATS shift, FLOATS slope),
      channels, 0, rows, ((void)x, (void)ld, (void)scale, (void)shift, slope))
NOTED(layer_norm, (FLOATS x, ptrdiff_t ldx, size_t rows, size_t channels, float eps, float *out, ptrdiff_t ldo),
      channels, 0, rows, ((void)x, (void)ldx, (void)eps, (void)out, ldo))
NOTED(rms_norm, (FLOATS x, ptrdiff_t ldx, size_t rows, size_t channels, float eps, float *out, ptrdiff_t ldo), channels,
      0, rows, ((void)x, (void)ldx, (void)eps, (void)out, ldo))
NOTED(add, (float *x, ptrdiff_t ldx, FLOATS y, ptrdiff_t ldy, size_t rows, size_t channels), channels, 0, rows,
      ((void)x, (void)ldx, (void)y, ldy))
NOTED(conv1d_silu,
      (FLOATS x, ptrdiff_t ld, size_t rows, size_t channels, size_t d_conv, FLOATS weight, FLOATS bias, float *out,
       ptrdiff_t ldo),
      channels, d_conv, rows, ((void)x, (void)ld, (void)weight, (void)bias, (void)out, ldo))
NOTED(softplus, (float *x, size_t count), 0, 0, count, x)
NOTED(spectrum, (FLOATS re, FLOATS im, size_t bins, float compress_factor, float *planes), 0, 0, bins,
      ((void)re, (void)im, (void)compress_factor, planes))
NOTED(polar, (FLOATS magnitude, FLOATS pairs, size_t bins, float *re, float *im), 0, 0, bins,
      ((void)magnitude, (void)pairs, (void)re, im))

static const mbt_kernels counting_kernels = {
    .isa = MBT_ISA_NEON,
#define MBT_KERNEL(name, parameters) .name = note_##name,
#include "simd/kernels.def"
#undef MBT_KERNEL
};

/* Runs the network with the kernels that count. A causal network has run before, so that it sees as many frames as it
 * ever does. */
static mbt_status run_counting(mbt_enhancer *enhancer, const float *sound, float *result, size_t samples)
{
    mbt_enhancer_set_kernels(enhancer, &counting_kernels);
    if (!mbt_model_is_causal(&MODEL))
        return mbt_enhance(enhancer, sound, result, samples);
    ptrdiff_t replaced = 0;
    for (size_t done = 0; done <= MODEL.attention_frames * (size_t)MODEL.hop && replaced == 0; done += samples)
        replaced = mbt_process(enhancer, sound, result, samples);
    count_used = 0;
    if (replaced == 0)
        replaced = mbt_process(enhancer, sound, result, samples);
    printf("hop %g\n", (double)MODEL.hop / (double)MODEL.sample_rate);
    return replaced < 0 ? (mbt_status)replaced : MBT_OK;
}

static int count_calls(double seconds)
{
    const size_t samples = (size_t)(seconds * (double)MODEL.sample_rate);
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = options.window = samples;
    options.threads = 1;
    float *sound = malloc((2 * samples + 1) * sizeof *sound);
    mbt_enhancer *enhancer = NULL;
    mbt_status status = sound != NULL ? mbt_open(&MODEL, &options, &enhancer) : MBT_ERROR_MEMORY;
    if (status == MBT_OK) {
        for (size_t i = 0; i < samples; i++)
            sound[i] = (float)(i % 100) / 100.0f - 0.5f;
        status = run_counting(enhancer, sound, sound + samples, samples);
    }
    mbt_close(enhancer);
    free(sound);
    if (status != MBT_OK) {
        fprintf(stderr, "predict_arm: %s\n", mbt_status_string(status));
        return 1;
    }
    for (size_t i = 0; i < count_used; i++) {
        const size_t *s = counts[i].shape;
        printf("%s %zu %zu %zu %zu %zu %zu\n", counts[i].kernel, s[0], s[1], s[2], s[3], s[4], counts[i].calls);
    }
    return 0;
}

static float in[ROOM], weights[ROOM], out[ROOM], more[ROOM], state[ROOM] MBT_ALIGN;

void mbt_trace_begin(void);
void mbt_trace_end(void);

__attribute__((noinline)) void mbt_trace_begin(void)
{
    __asm__ volatile("");
}

__attribute__((noinline)) void mbt_trace_end(void)
{
    __asm__ volatile("");
}

#define CALL(...)          \
    do {                   \
        mbt_trace_begin(); \
        __VA_ARGS__;       \
        mbt_trace_end();   \
        return 0;          \
    } while (0)

static int call_gemm(void (*kernel)(const mbt_gemm *), const size_t *s, size_t rows)
{
    const mbt_matrix matrix = {
        .taps = (uint32_t)s[2], .k = (uint32_t)s[0], .n = (uint32_t)s[1], .data = weights, .bias = more};
    mbt_gemm gemm = {.w = &matrix,
                     .lda = (ptrdiff_t)s[0],
                     .out = out,
                     .ldo = (ptrdiff_t)s[1],
                     .rows = rows,
                     .accumulate = (int)s[3]};
    for (size_t tap = 0; tap < s[2]; tap++)
        gemm.a[tap] = in;
    CALL(kernel(&gemm));
}

static int call_gemm_i8(const mbt_kernels *kernels, const size_t *s, size_t rows)
{
    const mbt_matrix matrix = {.type = MBT_WEIGHT_I8,
                               .taps = (uint32_t)s[2],
                               .k = (uint32_t)s[0],
                               .n = (uint32_t)s[1],
                               .data = weights,
                               .scale = more,
                               .bias = more};
    mbt_gemm_i8 gemm = {.w = &matrix,
                        .ldq = (ptrdiff_t)(s[0] + 3) / 4 * 4,
                        .lds = (ptrdiff_t)s[3] / 2,
                        .groups = s[3] / 2,
                        .out = out,
                        .ldo = (ptrdiff_t)s[1],
                        .rows = rows,
                        .accumulate = (int)(s[3] % 2)};
    for (size_t tap = 0; tap < s[2]; tap++)
        gemm.a[tap] = (mbt_rows_i8){.q = (int8_t *)in, .scale = more, .sum = (int32_t *)state};
    CALL(kernels->gemm_i8(&gemm));
}

static int call_attend(const mbt_kernels *kernels, const size_t *s, size_t keys)
{
    const ptrdiff_t ld = 24 * (ptrdiff_t)s[0];
    const mbt_attend attend = {.q = in,
                               .k = in + s[0],
                               .v = in + 2 * s[0],
                               .ld = ld,
                               .queries = s[1],
                               .keys = keys,
                               .dims = s[0],
                               .out = out,
                               .ldo = ld,
                               .scratch = state};
    CALL(kernels->attend(&attend));
}

static int call_attend_past(const mbt_kernels *kernels, const size_t *s, size_t count)
{
    const mbt_attend_past attend = {.q = out,
                                    .k = in,
                                    .v = in,
                                    .keys = weights,
                                    .values = more,
                                    .half = s[2] != 0,
                                    .groups = s[1],
                                    .dims = s[0],
                                    .window = count,
                                    .newest = 0,
                                    .count = count,
                                    .scores = state};
    CALL(kernels->attend_past(&attend));
}

static int call_scan(const mbt_kernels *kernels, const size_t *s, size_t steps)
{
    const ptrdiff_t ld = (ptrdiff_t)s[0];
    const mbt_scan scan = {.dt = in,
                           .u = in,
                           .z = in,
                           .b = in,
                           .c = in,
                           .a = weights,
                           .d = more,
                           .h = state,
                           .y = out,
                           .ld = ld,
                           .ldz = 2 * ld,
                           .ldbc = STATE,
                           .steps = steps,
                           .channels = s[0],
                           .d_state = s[1]};
    CALL(kernels->scan(&scan));
}

static int call_mask(const mbt_kernels *kernels, size_t bins)
{
    const mbt_mask mask = {.x = in,
                           .compressed = in,
                           .slope = more,
                           .mask = out,
                           .magnitude = out,
                           .bins = bins,
                           .scale = 1,
                           .prelu = 0.25f,
                           .out_scale = 1,
                           .beta = 2,
                           .expand = 1 / 0.3f};
    CALL(kernels->mask(&mask));
}

static int call_rows(const mbt_kernels *k, const char *name, const size_t *s, size_t rows)
{
    const size_t channels = s[0];
    const ptrdiff_t ld = (ptrdiff_t)channels;
    if (strcmp(name, "quantise") == 0) {
        const mbt_rows_i8 to = {.q = (int8_t *)out, .scale = state, .sum = (int32_t *)state + ROOM / 2};
        CALL(k->quantise(in, ld, rows, channels, s[1] != 0 ? more : NULL, to, (ld + 3) / 4 * 4, 1));
    } else if (strcmp(name, "widen") == 0) {
        CALL(k->widen((const uint16_t *)in, rows, out));
    } else if (strcmp(name, "winograd_input") == 0) {
        CALL(k->winograd_input(in, ld, rows, channels, out, ld, channels));
    } else if (strcmp(name, "winograd_output") == 0) {
        CALL(k->winograd_output(in, ld, channels, rows, channels, out, ld));
    } else if (strcmp(name, "channel_stats") == 0) {
        CALL(k->channel_stats(in, ld, rows, channels, out, more));
    } else if (strcmp(name, "norm_prelu") == 0) {
        CALL(k->norm_prelu(in, ld, rows, channels, more, more, more));
    } else if (strcmp(name, "layer_norm") == 0) {
        CALL(k->layer_norm(in, ld, rows, channels, 1e-5f, out, ld));
    } else if (strcmp(name, "rms_norm") == 0) {
        CALL(k->rms_norm(in, ld, rows, channels, 1e-5f, out, ld));
    } else if (strcmp(name, "add") == 0) {
        CALL(k->add(out, ld, in, ld, rows, channels));
    } else if (strcmp(name, "conv1d_silu") == 0) {
        CALL(k->conv1d_silu(in, ld, rows, channels, s[1], weights, more, out, ld));
    } else if (strcmp(name, "softplus") == 0) {
        CALL(k->softplus(in, rows));
    } else if (strcmp(name, "spectrum") == 0) {
        CALL(k->spectrum(in, more, rows, 0.3f, out));
    } else if (strcmp(name, "polar") == 0) {
        CALL(k->polar(in, more, rows, out, state));
    }
    fprintf(stderr, "predict_arm: no kernel '%s'\n", name);
    return 1;
}

/* Copies what is filled already, doubling it, because qemu logs every block that it executes. */
static void fill(float *data, float value)
{
    data[0] = value;
    for (size_t filled = 1; filled < ROOM; filled *= 2)
        memcpy(data + filled, data, filled * sizeof *data);
}

static int call_kernel(const char *name, const size_t *s, size_t rows)
{
    mbt_isa isa = MBT_ISA_AUTO;
    const mbt_kernels *kernels = mbt_isa_chosen(&isa) == MBT_OK ? mbt_kernels_for(isa) : NULL;
    if (kernels == NULL || isa == MBT_ISA_SCALAR) {
        fprintf(stderr, "predict_arm: no NEON kernels in this build\n");
        return 1;
    }
    fill(in, 0.3f);
    fill(weights, -0.1f);
    fill(more, 0.2f);
    if (strcmp(name, "gemm_f32") == 0)
        return call_gemm(kernels->gemm_f32, s, rows);
    else if (strcmp(name, "gemm_f16") == 0)
        return call_gemm(kernels->gemm_f16, s, rows); /* any bits but those of infinity and NaN are weights */
    else if (strcmp(name, "gemm_i8") == 0)
        return call_gemm_i8(kernels, s, rows); /* any bytes are weights and inputs */
    else if (strcmp(name, "attend") == 0)
        return call_attend(kernels, s, rows);
    else if (strcmp(name, "attend_past") == 0)
        return call_attend_past(kernels, s, rows); /* any bits but those of infinity and NaN are keys and values */
    else if (strcmp(name, "scan") == 0)
        return call_scan(kernels, s, rows);
    else if (strcmp(name, "mask") == 0)
        return call_mask(kernels, rows);
    return call_rows(kernels, name, s, rows);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "count") == 0)
        return count_calls(atof(argv[2]));
    if (argc == 3 + FIELDS && strcmp(argv[1], "call") == 0) {
        size_t shape[FIELDS];
        for (int i = 0; i < FIELDS; i++)
            shape[i] = strtoul(argv[3 + i], NULL, 10);
        return call_kernel(argv[2], shape, shape[FIELDS - 1]);
    }
    fprintf(stderr, "usage: predict_arm count SECONDS | predict_arm call KERNEL A B C D ROWS\n");
    return 2;
}
