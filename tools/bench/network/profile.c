/* profile.c: a table of functions that time each call of a kernel, and the sums of their times. */
#include "tools/bench/network/profile.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/bench/network/layers.h"
#include "tools/bench/timing.h"
#include "tools/bench/kernels/work.h"
#include "tools/base/message.h"
#include "runtime/stages.h"

enum {
#define MBT_KERNEL(name, parameters) KERNEL_##name,
#include "simd/kernels.def"
#undef MBT_KERNEL
    KERNELS
};

typedef struct entry {
    uint64_t ticks, calls;
    double flops;
} entry;

/* A thread's entries, [parts][entry_count()]. */
typedef struct slot {
    entry *entries;
} slot;

/* There is one profile at a time, because kernels are called without a context. */
static struct {
    const mbt_kernels *kernels; /* the kernels that compute */
    mbt_layer_index index;
    size_t parts;
    slot *slots; /* [threads] */
    size_t slot_count;
    atomic_uint slots_taken;
    atomic_uint run; /* the number of this run; a thread whose my_run differs has no slot in it yet */
    atomic_size_t part;
    uint64_t part_begin;  /* ticks */
    uint64_t *part_ticks; /* [parts] */
} profiler;

/* The entries that are counted in each part: the layers of the model, products of no known layer, then kernels. */
static size_t first_kernel(void)
{
    return profiler.index.layers + 1;
}

static size_t entry_count(void)
{
    return first_kernel() + KERNELS;
}

#if MBT_THREADS
#define PER_THREAD _Thread_local
#else
#define PER_THREAD
#endif
static PER_THREAD unsigned my_run;
static PER_THREAD entry *my_entries; /* NULL without a slot; the pool never has more threads than there are slots */

static entry *find_entries(void)
{
    const unsigned run = atomic_load_explicit(&profiler.run, memory_order_relaxed);
    if (my_run != run) {
        const unsigned taken = atomic_fetch_add(&profiler.slots_taken, 1);
        my_run = run;
        my_entries = taken < profiler.slot_count ? profiler.slots[taken].entries : NULL;
    }
    return my_entries;
}

/* Called by the thread that called mbt_enhance alone, except in leave_spectrum. */
static void change_part(size_t part)
{
    const uint64_t now = mbt_bench_ticks();
    profiler.part_ticks[atomic_load(&profiler.part)] += now - profiler.part_begin;
    profiler.part_begin = now;
    atomic_store(&profiler.part, part);
}

/* The end of the spectrum has no event: the first call of another kernel, by any thread, marks it. */
static void leave_spectrum(void)
{
    static atomic_flag changing = ATOMIC_FLAG_INIT;
    while (atomic_flag_test_and_set(&changing)) {
    }
    if (atomic_load(&profiler.part) == MBT_PART_SPECTRUM)
        change_part(MBT_PART_ENCODER);
    atomic_flag_clear(&changing);
}

static void record(size_t which, bool of_spectrum, uint64_t begin, double flops)
{
    const uint64_t taken = mbt_bench_ticks() - begin;
    entry *entries = find_entries();
    size_t part = MBT_PART_SPECTRUM;
    if (!of_spectrum) {
        part = atomic_load_explicit(&profiler.part, memory_order_relaxed);
        if (part == MBT_PART_SPECTRUM) {
            leave_spectrum();
            part = MBT_PART_ENCODER;
        }
    }
    if (entries != NULL) {
        entry *e = &entries[part * entry_count() + which];
        e->ticks += taken;
        e->calls++;
        e->flops += flops;
    }
}

static void record_kernel(int kernel, uint64_t begin, double flops)
{
    record(first_kernel() + (size_t)kernel, kernel == KERNEL_spectrum || kernel == KERNEL_polar, begin, flops);
}

/* A new kernel needs a line here, otherwise the table below does not compile: its kind, its name, its parameters, its
 * arguments, and the operations of a call, 0 where a rate would mean little. */
#define PROFILED(kind, name, parameters, arguments, flops) \
    enum { KIND_##name = kind };                           \
    static void profile_##name parameters                  \
    {                                                      \
        const uint64_t begin = mbt_bench_ticks();          \
        profiler.kernels->name arguments;                  \
        record_kernel(KERNEL_##name, begin, flops);        \
    }

/* Matrix products are counted by layer. */
#define PROFILED_PRODUCT(name, type, work)                                                \
    enum { KIND_##name = MBT_KIND_PRODUCT };                                              \
    static void profile_##name(const type *gemm)                                          \
    {                                                                                     \
        const uint64_t begin = mbt_bench_ticks();                                         \
        profiler.kernels->name(gemm);                                                     \
        record(mbt_layer_find(&profiler.index, gemm->w->data), false, begin, work(gemm)); \
    }

PROFILED_PRODUCT(gemm_f32, mbt_gemm, mbt_work_gemm)
PROFILED_PRODUCT(gemm_f16, mbt_gemm, mbt_work_gemm)
PROFILED_PRODUCT(gemm_i8, mbt_gemm_i8, mbt_work_gemm_i8)
/* Rounding belongs to the products of int8, as the transforms belong to Winograd's. */
PROFILED(MBT_KIND_PRODUCT, quantise,
         (const float *x, ptrdiff_t ldx, size_t rows, size_t channels, const float *center, mbt_rows_i8 to,
          ptrdiff_t ldq, ptrdiff_t lds),
         (x, ldx, rows, channels, center, to, ldq, lds), 0)
PROFILED(MBT_KIND_ELEMENTWISE, widen, (const uint16_t *halves, size_t count, float *out), (halves, count, out), 0)
PROFILED(MBT_KIND_PRODUCT, winograd_input,
         (const float *x, ptrdiff_t ld, size_t bins, size_t channels, float *v, ptrdiff_t ldv, size_t point),
         (x, ld, bins, channels, v, ldv, point), mbt_work_winograd_input(bins, channels))
PROFILED(MBT_KIND_PRODUCT, winograd_output,
         (const float *m, ptrdiff_t ldm, size_t point, size_t bins, size_t channels, float *out, ptrdiff_t ldo),
         (m, ldm, point, bins, channels, out, ldo), mbt_work_winograd_output(bins, channels))
PROFILED(MBT_KIND_ELEMENTWISE, channel_stats,
         (const float *x, ptrdiff_t ld, size_t rows, size_t channels, float *mean, float *m2),
         (x, ld, rows, channels, mean, m2), 0)
PROFILED(MBT_KIND_ELEMENTWISE, norm_prelu,
         (float *x, ptrdiff_t ld, size_t rows, size_t channels, const float *scale, const float *shift,
          const float *slope),
         (x, ld, rows, channels, scale, shift, slope), 0)
PROFILED(MBT_KIND_ELEMENTWISE, layer_norm,
         (const float *x, ptrdiff_t ldx, size_t rows, size_t channels, float eps, float *out, ptrdiff_t ldo),
         (x, ldx, rows, channels, eps, out, ldo), 0)
PROFILED(MBT_KIND_ELEMENTWISE, rms_norm,
         (const float *x, ptrdiff_t ldx, size_t rows, size_t channels, float eps, float *out, ptrdiff_t ldo),
         (x, ldx, rows, channels, eps, out, ldo), 0)
PROFILED(MBT_KIND_ELEMENTWISE, add,
         (float *x, ptrdiff_t ldx, const float *y, ptrdiff_t ldy, size_t rows, size_t channels),
         (x, ldx, y, ldy, rows, channels), 0)
PROFILED(MBT_KIND_ATTENTION, attend, (const mbt_attend *attend), (attend), mbt_work_attend(attend))
PROFILED(MBT_KIND_ATTENTION, attend_past, (const mbt_attend_past *attend), (attend), mbt_work_attend_past(attend))
PROFILED(MBT_KIND_ELEMENTWISE, conv1d_silu,
         (const float *x, ptrdiff_t ld, size_t rows, size_t channels, size_t d_conv, const float *weight,
          const float *bias, float *out, ptrdiff_t ldo),
         (x, ld, rows, channels, d_conv, weight, bias, out, ldo), 0)
PROFILED(MBT_KIND_ELEMENTWISE, softplus, (float *x, size_t count), (x, count), 0)
PROFILED(MBT_KIND_SCAN, scan, (const mbt_scan *scan), (scan), mbt_work_scan(scan))
PROFILED(MBT_KIND_ELEMENTWISE, spectrum,
         (const float *re, const float *im, size_t bins, float compress_factor, float *planes),
         (re, im, bins, compress_factor, planes), 0)
PROFILED(MBT_KIND_ELEMENTWISE, mask, (const mbt_mask *mask), (mask), 0)
PROFILED(MBT_KIND_ELEMENTWISE, polar, (const float *magnitude, const float *pairs, size_t bins, float *re, float *im),
         (magnitude, pairs, bins, re, im), 0)

static const mbt_kernels profiling_kernels = {
    .isa = MBT_ISA_AUTO,
#define MBT_KERNEL(name, parameters) .name = profile_##name,
#include "simd/kernels.def"
#undef MBT_KERNEL
};

static const char *entry_name(size_t which)
{
    static const char *const kernels[] = {
#define MBT_KERNEL(name, parameters) #name,
#include "simd/kernels.def"
#undef MBT_KERNEL
    };
    return which < first_kernel() ? mbt_layer_name(&profiler.index, which) : kernels[which - first_kernel()];
}

static mbt_kind entry_kind(size_t which)
{
    static const mbt_kind kinds[] = {
#define MBT_KERNEL(name, parameters) (mbt_kind) KIND_##name,
#include "simd/kernels.def"
#undef MBT_KERNEL
    };
    return which < first_kernel() ? MBT_KIND_PRODUCT : kinds[which - first_kernel()];
}

const char *mbt_kind_name(mbt_kind kind)
{
    static const char *const names[MBT_KINDS] = {"matrix products and convolutions", "scan", "attention",
                                                 "norm, activation, element-wise", "other"};
    return (unsigned)kind < MBT_KINDS ? names[kind] : "";
}

void mbt_part_name(size_t part, size_t parts, char name[32])
{
    if (part < MBT_PART_BLOCKS) {
        snprintf(name, 32, "%s", part == MBT_PART_SPECTRUM ? "spectrum" : "encoder");
    } else if (part + 2 >= parts) {
        snprintf(name, 32, "%s", part + 2 == parts ? "mask decoder" : "phase decoder");
    } else {
        const unsigned axis = (unsigned)(part - MBT_PART_BLOCKS);
        snprintf(name, 32, "block %u %s", axis / 2 + 1, axis % 2 == 0 ? "time" : "frequency");
    }
}

static void on_stage(void *cookie, const char *stage, unsigned index, const float *data, size_t count)
{
    (void)cookie, (void)data, (void)count;
    size_t next = MBT_PART_SPECTRUM;
    if (strcmp(stage, "encoder") == 0)
        next = MBT_PART_BLOCKS;
    else if (strcmp(stage, "time") == 0)
        next = MBT_PART_BLOCKS + 2 * (size_t)index + 1;
    else if (strcmp(stage, "block") == 0)
        next = MBT_PART_BLOCKS + 2 * ((size_t)index + 1);
    else if (strcmp(stage, "mask") == 0)
        next = profiler.parts - 1;
    change_part(next < profiler.parts ? next : MBT_PART_SPECTRUM);
}

static void begin_run(void)
{
    for (size_t i = 0; i < profiler.slot_count; i++)
        memset(profiler.slots[i].entries, 0, profiler.parts * entry_count() * sizeof(entry));
    memset(profiler.part_ticks, 0, profiler.parts * sizeof *profiler.part_ticks);
    atomic_store(&profiler.part, MBT_PART_SPECTRUM);
    atomic_store(&profiler.slots_taken, 0);
    atomic_fetch_add(&profiler.run, 1);
    profiler.part_begin = mbt_bench_ticks();
}

/* Adds up the entries of all threads; scale: ns of a tick. */
static bool collect(mbt_profile *profile, unsigned threads, double ns, double scale)
{
    const size_t parts = profiler.parts;
    *profile = (mbt_profile){.parts = parts, .ns = ns};
    profile->part_ns = calloc(parts, sizeof *profile->part_ns);
    profile->part_other = calloc(parts, sizeof *profile->part_other);
    profile->row = calloc(parts * entry_count(), sizeof *profile->row);
    if (profile->part_ns == NULL || profile->part_other == NULL || profile->row == NULL) {
        mbt_profile_release(profile);
        return false;
    }
    for (size_t part = 0; part < parts; part++) {
        profile->part_ns[part] = (double)profiler.part_ticks[part] * scale;
        profile->part_other[part] = profile->part_ns[part] * threads;
        for (size_t which = 0; which < entry_count(); which++) {
            mbt_profile_row row = {.part = part, .name = entry_name(which), .kind = entry_kind(which)};
            for (size_t i = 0; i < profiler.slot_count; i++) {
                const entry *e = &profiler.slots[i].entries[part * entry_count() + which];
                row.ns += (double)e->ticks * scale;
                row.calls += (double)e->calls;
                row.flops += e->flops;
            }
            profile->part_other[part] -= row.ns;
            if (row.calls > 0)
                profile->row[profile->rows++] = row;
        }
        profile->part_other[part] = fmax(profile->part_other[part], 0);
    }
    return true;
}

static bool profile_run(mbt_profile *profile, mbt_enhancer *enhancer, unsigned threads, const float *in, float *out,
                        size_t samples)
{
    begin_run();
    const uint64_t first = mbt_bench_ticks();
    const double begin = mbt_bench_now();
    const mbt_status status = mbt_enhance(enhancer, in, out, samples);
    const double ns = mbt_bench_now() - begin;
    const uint64_t ticks = mbt_bench_ticks() - first;
    change_part(MBT_PART_SPECTRUM);
    if (status != MBT_OK)
        return mbt_complain_status(status, "profile");
    return collect(profile, threads, ns, ticks > 0 ? ns / (double)ticks : 0) || mbt_complain("out of memory");
}

static int by_length(const void *left, const void *right)
{
    const double a = ((const mbt_profile *)left)->ns, b = ((const mbt_profile *)right)->ns;
    return (a > b) - (a < b);
}

enum { MOST_RUNS = 9 };

/* Runs `runs` times, and keeps the profile of the run of median length. */
static bool profile_runs(mbt_profile *kept, mbt_enhancer *enhancer, unsigned threads, const float *in, size_t samples,
                         unsigned runs)
{
    mbt_profile taken[MOST_RUNS] = {{.parts = 0}};
    float *out = malloc(samples * sizeof *out);
    unsigned done = 0;
    runs = runs > MOST_RUNS ? MOST_RUNS : runs;
    bool good = out != NULL || mbt_complain("out of memory");
    for (unsigned i = 0; good && i <= runs; i++) {
        good = profile_run(&taken[done], enhancer, threads, in, out, samples);
        if (good && i == 0)
            mbt_profile_release(&taken[0]); /* the warm-up */
        else if (good)
            done++;
    }
    free(out);
    if (good) {
        qsort(taken, done, sizeof taken[0], by_length);
        *kept = taken[(done - 1) / 2];
    }
    for (unsigned i = 0; i < done; i++)
        if (!good || i != (done - 1) / 2)
            mbt_profile_release(&taken[i]);
    return good;
}

static bool open_profiler(const mbt_model *model, mbt_isa isa, unsigned threads)
{
    profiler.kernels = mbt_kernels_for(isa);
    profiler.parts = MBT_PART_BLOCKS + 2 * (size_t)model->block_count + 2;
    profiler.slots = calloc(threads, sizeof *profiler.slots);
    profiler.slot_count = profiler.slots != NULL ? threads : 0;
    profiler.part_ticks = calloc(profiler.parts, sizeof *profiler.part_ticks);
    bool good = profiler.kernels != NULL && profiler.slots != NULL && profiler.part_ticks != NULL &&
                mbt_layer_index_build(&profiler.index, model);
    for (size_t i = 0; good && i < profiler.slot_count; i++) {
        profiler.slots[i].entries = calloc(profiler.parts * entry_count(), sizeof(entry));
        good = profiler.slots[i].entries != NULL;
    }
    return good || mbt_complain("out of memory for the profile");
}

static void close_profiler(void)
{
    for (size_t i = 0; i < profiler.slot_count; i++)
        free(profiler.slots[i].entries);
    free(profiler.slots);
    free(profiler.part_ticks);
    mbt_layer_index_release(&profiler.index);
    profiler.slots = NULL;
    profiler.part_ticks = NULL;
    profiler.slot_count = 0;
}

bool mbt_profile_take(mbt_profile *profile, const mbt_model *model, mbt_isa isa, unsigned threads, const float *in,
                      size_t samples, unsigned runs)
{
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = options.window = samples;
    options.threads = threads;
    options.isa = isa;
    mbt_enhancer *enhancer = NULL;
    bool good = open_profiler(model, isa, threads);
    if (good) {
        const mbt_status status = mbt_open(model, &options, &enhancer);
        good = status == MBT_OK || mbt_complain_status(status, "profile");
    }
    if (good) {
        mbt_enhancer_set_kernels(enhancer, &profiling_kernels);
        mbt_enhancer_set_stage_hook(enhancer, on_stage, NULL);
        good = profile_runs(profile, enhancer, threads, in, samples, runs < 1 ? 1 : runs);
    }
    mbt_close(enhancer);
    close_profiler();
    return good;
}

void mbt_profile_release(mbt_profile *profile)
{
    free(profile->part_ns);
    free(profile->part_other);
    free(profile->row);
    *profile = (mbt_profile){.parts = 0};
}
