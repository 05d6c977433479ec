/* network.c: whole runs of the network on a synthetic recording. */
#define _POSIX_C_SOURCE 200809L

#include "tools/bench/network/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/bench/network/layers.h"
#include "tools/bench/network/network_report.h"
#include "tools/bench/network/network_svg.h"
#include "tools/bench/network/results.h"
#include "tools/bench/memory.h"
#include "tools/bench/signal.h"
#include "tools/base/command.h"
#include "tools/base/model_load.h"

enum { OPENINGS = 5, DEFAULT_RUNS = 5, PROFILED_RUNS = 3 };

/* Half a minute of work in a kind of run is enough: longer recordings run less often. */
static const double patience_ns = 30e9;

static bool open_enhancer(const mbt_model *model, const mbt_network_run *run, mbt_enhancer **enhancer, double *ns)
{
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = options.window = run->samples;
    options.threads = run->threads;
    options.isa = run->isa;
    const double begin = mbt_bench_now();
    const mbt_status status = mbt_open(model, &options, enhancer);
    *ns = mbt_bench_now() - begin;
    return status == MBT_OK || mbt_complain_status(status, "network");
}

/* The system hands out memory that it does not have and kills the process when that comes to light: asked before. */
static bool find_memory(const mbt_model *model, mbt_network_run *run, double *together)
{
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = options.window = run->samples;
    options.threads = run->threads;
    options.isa = run->isa;
    const mbt_status status = mbt_memory_needed(model, &options, &run->memory);
    if (status != MBT_OK)
        return mbt_complain_status(status, "network");
    *together += (double)run->memory;
    const double machine = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    return machine <= 0 || *together <= machine ||
           mbt_complain("%g s need %.1f GB of memory, and this machine has %.1f GB", run->seconds, *together / 1e9,
                        machine / 1e9);
}

static bool measure_opening(const mbt_model *model, mbt_network_run *run)
{
    double times[OPENINGS];
    for (int i = 0; i < OPENINGS; i++) {
        mbt_enhancer *enhancer;
        if (!open_enhancer(model, run, &enhancer, &times[i]))
            return false;
        mbt_close(enhancer);
    }
    run->open_ns = mbt_bench_statistics(times, OPENINGS).median;
    return true;
}

static bool enhance(mbt_enhancer *enhancer, const float *in, float *out, size_t samples, double *ns)
{
    const double begin = mbt_bench_now();
    const mbt_status status = mbt_enhance(enhancer, in, out, samples);
    *ns = mbt_bench_now() - begin;
    return status == MBT_OK || mbt_complain_status(status, "network");
}

/* A run by itself, for its memory. */
static bool measure_resident(const mbt_model *model, mbt_network_run *run, const float *in, float *out)
{
    mbt_enhancer *enhancer;
    double ns;
    run->resident_exact = mbt_bench_memory_reset();
    if (!open_enhancer(model, run, &enhancer, &ns))
        return false;
    const bool done = enhance(enhancer, in, out, run->samples, &ns);
    mbt_close(enhancer);
    run->resident = run->resident_exact ? mbt_bench_memory_since() : 0;
    if (run->resident == 0) {
        run->resident_exact = false;
        run->resident = mbt_bench_memory_peak();
    }
    return done;
}

/* Runs that take turns, so that they meet the same clock and the same neighbours: one set of kernels, one length,
 * several numbers of threads. */
typedef struct turns {
    mbt_network_run *runs;
    size_t count;
    mbt_enhancer *enhancers[MBT_BENCH_LIST];
    double *times; /* [count][rounds] */
    size_t rounds;
} turns;

/* The first round warms up. The peak is measured in each, and the best counts. */
static bool take_turns(turns *t, const float *in, float *out, const mbt_bench_options *o)
{
    double spent = 0;
    size_t done = 0;
    for (size_t round = 0; round <= t->rounds && (done == 0 || spent < patience_ns); round++) {
        const double peak = mbt_machine_fma(t->runs[0].isa, o->quick);
        for (size_t i = 0; i < t->count; i++) {
            mbt_network_run *run = &t->runs[i];
            double ns;
            run->peak = fmax(run->peak, peak);
            const double begin = mbt_bench_processor();
            if (!enhance(t->enhancers[i], in, out, run->samples, &ns))
                return false;
            if (round > 0) {
                run->cpu_ns += mbt_bench_processor() - begin;
                run->wall_ns += ns;
            }
            t->times[i * t->rounds + done] = ns;
            spent += ns;
        }
        done += round > 0;
    }
    for (size_t i = 0; i < t->count; i++) {
        t->runs[i].time = mbt_bench_statistics(t->times + i * t->rounds, done);
        t->runs[i].cpu_ns /= (double)done;
        t->runs[i].wall_ns /= (double)done;
    }
    return true;
}

static bool measure_runs(const mbt_model *model, turns *t, const float *in, float *out, const mbt_bench_options *o)
{
    bool good = true;
    size_t opened = 0;
    double ns;
    t->times = malloc((t->count * t->rounds + 1) * sizeof *t->times);
    if (t->times == NULL)
        return mbt_complain("out of memory");
    while (good && opened < t->count) {
        good = open_enhancer(model, &t->runs[opened], &t->enhancers[opened], &ns);
        opened += good;
    }
    good = good && take_turns(t, in, out, o);
    while (opened > 0)
        mbt_close(t->enhancers[--opened]);
    free(t->times);
    return good;
}

/* All numbers of threads with one set of kernels and one length; adds them to the report. */
static bool measure(mbt_network_report *report, const mbt_model *model, mbt_isa isa, double seconds, const float *in,
                    float *out, const mbt_bench_options *o)
{
    turns t = {.runs = &report->runs[report->run_count],
               .count = o->thread_count,
               .rounds = o->runs > 0 ? o->runs
                         : o->quick  ? 1
                                     : DEFAULT_RUNS};
    double together = 0;
    for (size_t i = 0; i < t.count; i++) {
        mbt_network_run *run = &t.runs[i];
        *run = (mbt_network_run){.isa = isa,
                                 .threads = o->threads[i],
                                 .seconds = seconds,
                                 .samples = (size_t)(seconds * model->sample_rate)};
        run->macs = mbt_plain_macs(model, run->samples);
        if (!find_memory(model, run, &together))
            return false;
    }
    for (size_t i = 0; i < t.count; i++)
        if (!measure_opening(model, &t.runs[i]) || !measure_resident(model, &t.runs[i], in, out))
            return false;
    report->run_count += t.count;
    return measure_runs(model, &t, in, out, o);
}

static bool measure_all(mbt_network_report *report, const mbt_model *model, const mbt_bench_options *o, const float *in,
                        float *out)
{
    for (size_t isa = 0; isa < o->isa_count; isa++) {
        const mbt_network_run *first = &report->runs[report->run_count];
        for (size_t i = 0; i < o->second_count; i++)
            if (!measure(report, model, o->isas[isa], o->seconds[i], in, out, o))
                return false;
        mbt_network_profile *profiled = &report->profiles[report->profile_count];
        profiled->run = first;
        if (!mbt_profile_take(&profiled->profile, model, first->isa, first->threads, in, first->samples,
                              o->quick ? 1 : PROFILED_RUNS))
            return false;
        report->profile_count++;
    }
    return true;
}

static bool report_network(const mbt_network_report *report, const mbt_bench_options *o)
{
    if (o->json)
        return mbt_network_print_json(report);
    mbt_network_print(report);
    return true;
}

/* svg: NULL without. */
static bool run_network(const mbt_loaded_model *loaded, const mbt_bench_options *o, mbt_svg *svg)
{
    mbt_machine machine;
    mbt_machine_describe(&machine);
    double longest = 0;
    for (size_t i = 0; i < o->second_count; i++)
        longest = fmax(longest, o->seconds[i]);
    const size_t samples = (size_t)(longest * loaded->model->sample_rate);
    mbt_network_report report;
    if (!mbt_network_report_open(&report, o->isa_count * o->second_count * o->thread_count, loaded->info.name,
                                 &machine))
        return false;
    float *in = malloc(samples * sizeof *in), *out = malloc(samples * sizeof *out);
    bool done = (in != NULL && out != NULL) || mbt_complain("out of memory");
    if (done) {
        mbt_bench_speech(in, samples, 0, loaded->model->sample_rate);
        done = measure_all(&report, loaded->model, o, in, out) && report_network(&report, o);
    }
    if (done && svg != NULL)
        mbt_network_draw(&report, svg);
    free(in);
    free(out);
    mbt_network_report_close(&report);
    return done;
}

int mbt_bench_network(const mbt_bench_options *options)
{
    mbt_loaded_model loaded;
    mbt_svg file, *svg = options->svg != NULL ? &file : NULL;
    if (!mbt_model_load(options->model != NULL ? options->model : MBT_DEFAULT_MODEL_NAME, &loaded))
        return MBT_EXIT_FAILED;
    const bool done =
        (svg == NULL || mbt_svg_open(svg, options->svg)) && mbt_svg_close(svg, run_network(&loaded, options, svg));
    mbt_model_unload(&loaded);
    return done ? MBT_EXIT_OK : MBT_EXIT_FAILED;
}
