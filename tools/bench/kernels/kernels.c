/* kernels.c: `bench kernels`: every kernel at the shapes of the network, with every set of kernels. */
#define _POSIX_C_SOURCE 200809L

#include "tools/bench/kernels/kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/bench/kernels/cases.h"
#include "tools/bench/kernels/events.h"
#include "tools/bench/kernels/kernels_report.h"
#include "tools/bench/kernels/results.h"
#include "tools/bench/kernels/roofline.h"
#include "tools/bench/report.h"
#include "tools/base/message.h"
#include "runtime/layers/mamba.h"
#include "runtime/signal/spectrum.h"
#include "tools/base/model_load.h"

static const size_t case_memory = (size_t)64 << 20;

typedef struct kernel_cases {
    const char *name;
    mbt_case_maker *make;
    size_t offset; /* of its pointer in mbt_kernels */
} kernel_cases;

static const kernel_cases kernels_list[] = {
#define MBT_KERNEL(name, parameters) {#name, mbt_cases_##name, offsetof(mbt_kernels, name)},
#include "simd/kernels.def"
#undef MBT_KERNEL
};

enum { KERNELS = sizeof kernels_list / sizeof kernels_list[0], SHORT_SECONDS = 2, LONG_SECONDS = 10 };

/* The published size, and tiny. The chunk is that of a sequence along frequency. */
static const mbt_shape default_shapes[] = {
    {"C64", 64, 8, 321, 1601, 201, 100, 256, 256, 16, 4, 4, 50, 128},
    {"C16", 16, 8, 161, 801, 201, 100, 32, 32, 16, 4, 1, 50, 128},
};

static const void *find_in_axis(const mbt_axis *axis, uint32_t kind)
{
    for (uint32_t i = 0; i < axis->count; i++)
        if (axis->steps[i].kind == kind)
            return axis->steps[i].layer;
    return NULL;
}

/* The first layer of that mbt_step_kind; NULL if the model has none. */
static const void *find_layer(const mbt_model *model, uint32_t kind)
{
    const void *layer = NULL;
    for (uint32_t i = 0; layer == NULL && i < model->block_count; i++) {
        layer = find_in_axis(&model->blocks[i].time, kind);
        if (layer == NULL)
            layer = find_in_axis(&model->blocks[i].frequency, kind);
    }
    return layer;
}

/* A model without attention or without Mamba has the shapes of the published ones for it, with its own channels. */
static mbt_shape shape_of(const mbt_model *model)
{
    const mbt_attention *attention = find_layer(model, MBT_STEP_ATTENTION);
    const mbt_bimamba *bimamba = find_layer(model, MBT_STEP_BIMAMBA);
    mbt_shape s = default_shapes[0];
    s.channels = model->channels;
    s.d_inner = 4 * s.channels;
    s.dt_rank = (s.channels + 15) / 16;
    if (attention != NULL)
        s.heads = attention->heads;
    if (bimamba != NULL) {
        const mbt_mamba *mamba = &bimamba->forward;
        s.d_inner = mamba->d_inner;
        s.d_state = mamba->d_state;
        s.d_conv = mamba->d_conv;
        s.dt_rank = mamba->dt_rank;
    }
    s.padded_inner = MBT_PADDED(s.d_inner);
    s.frames = mbt_spectrum_frames(model, (size_t)SHORT_SECONDS * model->sample_rate);
    s.long_frames = mbt_spectrum_frames(model, (size_t)LONG_SECONDS * model->sample_rate);
    s.bins = model->n_fft / 2 + 1;
    s.inner_bins = (s.bins - 3) / 2 + 1;
    /* mamba.c makes as few chunks of at most MBT_MAMBA_CHUNK as it can, of equal size. */
    s.chunk = s.inner_bins / ((s.inner_bins + MBT_MAMBA_CHUNK - 1) / MBT_MAMBA_CHUNK);
    if (model->attention_frames > 0)
        s.past = model->attention_frames;
    snprintf(s.label, sizeof s.label, "C%u", (unsigned)model->channels);
    return s;
}

/* What mbt_bench_time calls. */
typedef struct timed_case {
    const mbt_kernels *kernels;
    const mbt_bench_case *c;
} timed_case;

static void run_case(void *context, size_t calls)
{
    const timed_case *t = context;
    for (size_t i = 0; i < calls; i++)
        t->c->call(t->kernels, t->c);
}

/* Finds the smallest level that holds the arrays, its bandwidth, and the peak. For products of int8 the peak is at
 * least that of floats, because they could be computed as floats. */
static void find_limits(mbt_kernel_result *result, const mbt_machine *machine, const mbt_bench_case *c)
{
    const mbt_isa_peak *peak = &machine->peak[result->isa];
    result->level = c->footprint <= machine->l1   ? MBT_LEVEL_L1
                    : c->footprint <= machine->l2 ? MBT_LEVEL_L2
                                                  : MBT_LEVEL_MEMORY;
    result->peak = c->integers ? fmax(fmax(peak->int8, peak->dot), peak->fma) : peak->fma;
    result->bandwidth = c->writes_much ? peak->copy[result->level] : peak->read[result->level];
}

static mbt_kernel_result *next_result(mbt_kernel_report *report)
{
    if (report->count == report->room) {
        const size_t room = report->room == 0 ? 64 : 2 * report->room;
        mbt_kernel_result *grown = realloc(report->results, room * sizeof *grown);
        if (grown == NULL) {
            mbt_complain("out of memory");
            return NULL;
        }
        report->results = grown;
        report->room = room;
    }
    return &report->results[report->count++];
}

/* Whether a set before number i in the list has the same kernel: an extension of a set replaces few of its kernels. */
static bool is_shared(const kernel_cases *kernel, const mbt_bench_options *o, size_t i)
{
    typedef void (*function)(void);
    const char *pointer = (const char *)mbt_kernels_for(o->isas[i]) + kernel->offset;
    for (size_t j = 0; j < i; j++)
        if (memcmp((const char *)mbt_kernels_for(o->isas[j]) + kernel->offset, pointer, sizeof(function)) == 0)
            return true;
    return false;
}

static bool measure_case(mbt_kernel_report *report, const kernel_cases *kernel, const mbt_bench_case *c,
                         const mbt_bench_options *o, const mbt_events *events)
{
    const mbt_bench_plan plan = mbt_bench_default_plan(o->quick);
    double scalar = 0;
    for (size_t i = 0; i < o->isa_count; i++) {
        if (is_shared(kernel, o, i))
            continue;
        mbt_kernel_result *result = next_result(report);
        if (result == NULL)
            return false;
        timed_case t = {mbt_kernels_for(o->isas[i]), c};
        size_t calls;
        *result = (mbt_kernel_result){.kernel = kernel->name,
                                      .number = report->cases,
                                      .isa = o->isas[i],
                                      .flops = c->flops,
                                      .bytes = c->bytes,
                                      .elements = c->elements};
        memcpy(result->shape, c->shape, sizeof result->shape);
        result->time = mbt_bench_time(run_case, &t, &plan, &calls);
        mbt_events_start(events);
        run_case(&t, calls);
        if (mbt_events_stop(events, &result->cycles, &result->instructions)) {
            result->cycles /= (double)calls;
            result->instructions /= (double)calls;
        }
        scalar = result->isa == MBT_ISA_SCALAR ? result->time.median : scalar;
        result->scalar_ns = scalar;
        find_limits(result, report->machine, c);
    }
    report->cases++;
    return true;
}

/* Whether the filter's text is in "kernel shape". */
static bool matches_filter(const char *kernel, const char *shape, const char *filter)
{
    char name[128];
    snprintf(name, sizeof name, "%s %s", kernel, shape);
    return filter == NULL || strstr(name, filter) != NULL;
}

/* Measures all cases of a shape; with events NULL it only counts them. */
static bool run_cases(mbt_kernel_report *report, const mbt_shape *shape, void *memory, const mbt_bench_options *o,
                      const mbt_events *events)
{
    for (size_t i = 0; i < KERNELS; i++) {
        for (size_t number = 0;; number++) {
            mbt_bench_case c = {.memory = memory, .size = case_memory, .random = 1};
            if (!kernels_list[i].make(&c, shape, number))
                break;
            if (!matches_filter(kernels_list[i].name, c.shape, o->filter))
                continue;
            if (c.overflow)
                return mbt_complain("%s %s: takes more than %zu MiB", kernels_list[i].name, c.shape, case_memory >> 20);
            if (events == NULL)
                report->cases++;
            else if (!measure_case(report, &kernels_list[i], &c, o, events))
                return false;
        }
    }
    return true;
}

static bool run_all_shapes(mbt_kernel_report *report, const mbt_shape *shapes, size_t count, void *memory,
                           const mbt_bench_options *o, const mbt_events *events)
{
    report->cases = 0;
    for (size_t i = 0; i < count; i++)
        if (!run_cases(report, &shapes[i], memory, o, events))
            return false;
    return true;
}

static bool print_results(const mbt_kernel_report *report, const mbt_bench_options *o, mbt_svg *svg)
{
    if (o->json && !mbt_kernels_print_json(report))
        return false;
    if (!o->json)
        mbt_kernels_print(report);
    if (svg != NULL)
        mbt_kernels_draw(report, svg);
    return true;
}

/* Puts the scalar kernels first, so that others can be compared with them. */
static int by_number(const void *left, const void *right)
{
    return (int)*(const mbt_isa *)left - (int)*(const mbt_isa *)right;
}

/* svg: NULL without. */
static bool run_kernels(const mbt_shape *shapes, size_t count, const mbt_bench_options *given, mbt_svg *svg)
{
    mbt_bench_options o = *given;
    qsort(o.isas, o.isa_count, sizeof o.isas[0], by_number);
    mbt_machine machine;
    mbt_kernel_report report = {.machine = &machine};
    void *memory = NULL;
    if (posix_memalign(&memory, 4096, case_memory) != 0)
        return mbt_complain("out of memory");
    mbt_events events;
    mbt_events_open(&events);
    report.events = mbt_events_are_open(&events);
    memcpy(report.why_no_events, events.why_not, sizeof report.why_no_events);
    bool done = run_all_shapes(&report, shapes, count, memory, &o, NULL);
    if (done && report.cases == 0)
        done = mbt_complain("no kernel or shape has '%s' in its name", o.filter);
    done = done && mbt_machine_measure(&machine, &o) && run_all_shapes(&report, shapes, count, memory, &o, &events) &&
           print_results(&report, &o, svg);
    mbt_events_close(&events);
    free(report.results);
    free(memory);
    return done;
}

static bool run_for_model(const mbt_bench_options *options, mbt_svg *svg)
{
    mbt_loaded_model loaded;
    if (options->model == NULL)
        return run_kernels(default_shapes, sizeof default_shapes / sizeof default_shapes[0], options, svg);
    if (!mbt_model_load(options->model, &loaded))
        return false;
    const mbt_shape shape = shape_of(loaded.model);
    const bool done = run_kernels(&shape, 1, options, svg);
    mbt_model_unload(&loaded);
    return done;
}

int mbt_bench_kernels(const mbt_bench_options *options)
{
    mbt_svg file, *svg = options->svg != NULL ? &file : NULL;
    if (svg != NULL && !mbt_svg_open(svg, options->svg))
        return MBT_EXIT_FAILED;
    return mbt_svg_close(svg, run_for_model(options, svg)) ? MBT_EXIT_OK : MBT_EXIT_FAILED;
}
