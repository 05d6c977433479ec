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
#include "tools/bench/speech.h"
#include "tools/base/message.h"
#include "tools/base/model_load.h"

enum { OPENINGS = 5, DEFAULT_RUNS = 5, PROFILED_RUNS = 3 };

/* After so much time no new round begins: long recordings run less often. */
static const double enough_ns = 30e9;

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

/* Fails if the runs need more memory than the machine has. That is checked before they start, because Linux grants more
 * memory than there is, and kills the process when it writes to it. *total: bytes of this run and those before it. */
static bool check_memory(const mbt_model *model, mbt_network_run *run, double *total)
{
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = options.window = run->samples;
    options.threads = run->threads;
    options.isa = run->isa;
    const mbt_status status = mbt_memory_needed(model, &options, &run->memory);
    if (status != MBT_OK)
        return mbt_complain_status(status, "network");
    *total += (double)run->memory;
    const double machine = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    return machine <= 0 || *total <= machine ||
           mbt_complain("%g s need %.1f GB of memory, and this machine has %.1f GB", run->seconds, *total / 1e9,
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

static bool time_enhance(mbt_enhancer *enhancer, const float *in, float *out, size_t samples, double *ns)
{
    const double begin = mbt_bench_now();
    const mbt_status status = mbt_enhance(enhancer, in, out, samples);
    *ns = mbt_bench_now() - begin;
    return status == MBT_OK || mbt_complain_status(status, "network");
}

/* One run with no other enhancer open, to measure its resident memory. */
static bool measure_resident(const mbt_model *model, mbt_network_run *run, const float *in, float *out)
{
    mbt_enhancer *enhancer;
    double ns;
    run->resident_exact = mbt_bench_memory_reset();
    if (!open_enhancer(model, run, &enhancer, &ns))
        return false;
    const bool done = time_enhance(enhancer, in, out, run->samples, &ns);
    mbt_close(enhancer);
    run->resident = run->resident_exact ? mbt_bench_memory_since() : 0;
    if (run->resident == 0) {
        run->resident_exact = false;
        run->resident = mbt_bench_memory_peak();
    }
    return done;
}

/* Runs with one set of kernels and one length, one for each number of threads. They are timed in rounds: each round
 * does each run once, so that changes of the clock rate and other processes affect all alike. */
typedef struct run_group {
    mbt_network_run *runs;
    size_t count;
    mbt_enhancer *enhancers[MBT_BENCH_LIST];
    double *times; /* [count][rounds] */
    size_t rounds;
} run_group;

/* The first round warms up. Each round also measures the peak, of which the highest counts. */
static bool time_rounds(run_group *group, const float *in, float *out, const mbt_bench_options *o)
{
    double spent = 0;
    size_t done = 0;
    for (size_t round = 0; round <= group->rounds && (done == 0 || spent < enough_ns); round++) {
        const double peak = mbt_machine_fma(group->runs[0].isa, o->quick);
        for (size_t i = 0; i < group->count; i++) {
            mbt_network_run *run = &group->runs[i];
            double ns;
            run->peak = fmax(run->peak, peak);
            const double begin = mbt_bench_processor();
            if (!time_enhance(group->enhancers[i], in, out, run->samples, &ns))
                return false;
            if (round > 0) {
                run->cpu_ns += mbt_bench_processor() - begin;
                run->wall_ns += ns;
            }
            group->times[i * group->rounds + done] = ns;
            spent += ns;
        }
        done += round > 0;
    }
    for (size_t i = 0; i < group->count; i++) {
        group->runs[i].time = mbt_bench_statistics(group->times + i * group->rounds, done);
        group->runs[i].cpu_ns /= (double)done;
        group->runs[i].wall_ns /= (double)done;
    }
    return true;
}

static bool measure_runs(const mbt_model *model, run_group *group, const float *in, float *out,
                         const mbt_bench_options *o)
{
    bool good = true;
    size_t opened = 0;
    double ns;
    group->times = malloc((group->count * group->rounds + 1) * sizeof *group->times);
    if (group->times == NULL)
        return mbt_complain("out of memory");
    while (good && opened < group->count) {
        good = open_enhancer(model, &group->runs[opened], &group->enhancers[opened], &ns);
        opened += good;
    }
    good = good && time_rounds(group, in, out, o);
    while (opened > 0)
        mbt_close(group->enhancers[--opened]);
    free(group->times);
    return good;
}

/* Measures a group of runs and adds it to the report. */
static bool measure_group(mbt_network_report *report, const mbt_model *model, mbt_isa isa, double seconds,
                          const float *in, float *out, const mbt_bench_options *o)
{
    run_group group = {.runs = &report->runs[report->run_count],
                       .count = o->thread_count,
                       .rounds = o->runs > 0 ? o->runs
                                 : o->quick  ? 1
                                             : DEFAULT_RUNS};
    double total = 0;
    for (size_t i = 0; i < group.count; i++) {
        mbt_network_run *run = &group.runs[i];
        *run = (mbt_network_run){.isa = isa,
                                 .threads = o->threads[i],
                                 .seconds = seconds,
                                 .samples = (size_t)(seconds * model->sample_rate)};
        run->macs = mbt_plain_macs(model, run->samples);
        if (!check_memory(model, run, &total))
            return false;
    }
    for (size_t i = 0; i < group.count; i++)
        if (!measure_opening(model, &group.runs[i]) || !measure_resident(model, &group.runs[i], in, out))
            return false;
    report->run_count += group.count;
    return measure_runs(model, &group, in, out, o);
}

static bool measure_all(mbt_network_report *report, const mbt_model *model, const mbt_bench_options *o, const float *in,
                        float *out)
{
    for (size_t isa = 0; isa < o->isa_count; isa++) {
        const mbt_network_run *first = &report->runs[report->run_count];
        for (size_t i = 0; i < o->second_count; i++)
            if (!measure_group(report, model, o->isas[isa], o->seconds[i], in, out, o))
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

static bool print_results(const mbt_network_report *report, const mbt_bench_options *o)
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
        done = measure_all(&report, loaded->model, o, in, out) && print_results(&report, o);
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
