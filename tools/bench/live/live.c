/* live.c: `bench live`. */
#include "tools/bench/live/live.h"

#include <stdlib.h>
#include <string.h>

#include "mambattention/model.h"
#include "tools/base/message.h"
#include "tools/base/model_load.h"
#include "tools/bench/live/live_report.h"
#include "tools/bench/live/streams.h"
#include "tools/bench/speech.h"

enum {
    PROFILED_RUNS = 3,
    PROFILED_HOPS = 1600, /* so many that the first ones, which see few frames, matter little */
    QUICK_HOPS = 8,
    MOST_TRIES = 8,    /* numbers of streams tried */
    QUICK_STREAMS = 2, /* of them in a quick search */
    MOST_STREAMS = 1000,
};

static const size_t least_cold = 64u << 20, most_cold = 512u << 20;

/* Rounds of one stream with warm caches and with cold ones, and of many streams. */
static const mbt_streams_plan warm_plan = {10000, 200, 6e9}, cold_plan = {1500, 100, 20e9},
                              many_plan = {1000, 50, 20e9}, quick_plan = {10, 10, 0};

typedef struct bench {
    const mbt_bench_options *options;
    const mbt_model *model;
    mbt_live_report *report;
    unsigned char *cold; /* [report->cold_size] */
} bench;

/* Measures one way to run and adds it to the report. */
static bool measure(bench *b, mbt_live_case way, mbt_streams_plan plan)
{
    const mbt_streams_how how = {b->model, way.isa, way.block, way.spread};
    mbt_streams streams;
    const bool done = mbt_streams_open(&streams, &how, way.streams, b->options->quick) &&
                      mbt_streams_measure(&streams, b->options->quick ? &quick_plan : &plan, way.cold ? b->cold : NULL,
                                          b->report->cold_size, &way.round);
    mbt_streams_close(&streams);
    if (done)
        b->report->cases[b->report->case_count++] = way;
    return done;
}

/* The processor time that one round in a thousand exceeds. It counts where other processes disturb nearly every round,
 * as one round of many streams takes as long as a hop lasts. */
static double round_ns(const bench *b)
{
    return b->report->cases[b->report->case_count - 1].round.processor.p999;
}

/* Finds the largest number of streams whose round fits the time of a hop. Each try takes the number that would just fit
 * if each stream took as long as in the try before, but stays between those that fit and those that do not. */
static bool find_streams(bench *b, mbt_live_isa *found)
{
    const mbt_live_report *report = b->report;
    const double hop_ns = mbt_live_lasts(report, report->hop);
    const size_t most = b->options->quick ? QUICK_STREAMS : MOST_STREAMS;
    size_t fits = 0, too_many = most + 1, count = 1;
    double ns = round_ns(b);
    for (int i = 0; i < MOST_TRIES && too_many - fits > 1; i++) {
        const double wanted = hop_ns / ns * (double)count;
        const size_t largest = too_many - 1;
        count = wanted < (double)fits + 1 ? fits + 1 : wanted < (double)largest ? (size_t)wanted : largest;
        if (!measure(b, (mbt_live_case){.isa = found->isa, .streams = count, .block = report->hop}, many_plan))
            return false;
        ns = round_ns(b);
        if (ns <= hop_ns)
            fits = count;
        else
            too_many = count;
    }
    found->streams_that_fit = fits;
    return true;
}

static bool take_profile(const bench *b, mbt_live_isa *isa)
{
    isa->profiled_hops = b->options->quick ? QUICK_HOPS : PROFILED_HOPS;
    const size_t samples = isa->profiled_hops * b->model->hop;
    float *sound = malloc(samples * sizeof *sound);
    if (sound == NULL)
        return mbt_complain("out of memory");
    mbt_bench_speech(sound, samples, 0, b->model->sample_rate);
    const bool done =
        mbt_profile_take(&isa->profile, b->model, isa->isa, 1, sound, samples, b->options->quick ? 1 : PROFILED_RUNS);
    free(sound);
    return done;
}

static bool measure_isa(bench *b, mbt_isa isa)
{
    const mbt_bench_options *o = b->options;
    mbt_live_isa *found = &b->report->isas[b->report->isa_count++];
    *found = (mbt_live_isa){.isa = isa};
    const mbt_live_case plain = {.isa = isa, .streams = 1, .block = b->report->hop};
    mbt_live_case way = plain;
    way.cold = true;
    bool good = measure(b, way, cold_plan);
    way = plain;
    if (o->block > 0) {
        way.block = o->block;
        good = good && measure(b, way, warm_plan);
        way.spread = true;
        good = good && measure(b, way, warm_plan);
    }
    good = good && measure(b, plain, warm_plan);
    way = plain;
    way.streams = o->streams;
    good = good && (o->streams > 0 ? measure(b, way, many_plan) : find_streams(b, found));
    return good && take_profile(b, found);
}

static bool describe(const mbt_loaded_model *loaded, const mbt_machine *machine, mbt_live_report *report)
{
    mbt_options options;
    mbt_options_init(&options);
    options.threads = 1;
    const size_t cold = 2 * machine->l3;
    *report = (mbt_live_report){.model = loaded->info.name,
                                .machine = machine,
                                .rate = loaded->info.sample_rate,
                                .hop = loaded->info.hop,
                                .cold_size = cold < least_cold  ? least_cold
                                             : cold > most_cold ? most_cold
                                                                : cold};
    const mbt_status status = mbt_memory_needed(loaded->model, &options, &report->memory);
    return status == MBT_OK || mbt_complain_status(status, "live");
}

static bool run_live(const mbt_loaded_model *loaded, const mbt_bench_options *options, mbt_live_report *report)
{
    mbt_machine machine;
    mbt_machine_describe(&machine);
    if (!describe(loaded, &machine, report))
        return false;
    bench b = {options, loaded->model, report, malloc(report->cold_size)};
    bool good = b.cold != NULL || mbt_complain("out of memory");
    if (good)
        memset(b.cold, 1, report->cold_size);
    for (size_t i = 0; good && i < options->isa_count; i++)
        good = measure_isa(&b, options->isas[i]);
    free(b.cold);
    if (good && options->json)
        good = mbt_live_print_json(report);
    else if (good)
        mbt_live_print(report);
    for (size_t i = 0; i < report->isa_count; i++)
        mbt_profile_release(&report->isas[i].profile);
    return good;
}

int mbt_bench_live(const mbt_bench_options *options)
{
    const char *name = options->model != NULL ? options->model : MBT_LIVE_MODEL_NAME;
    mbt_loaded_model loaded;
    if (!mbt_model_load(name, &loaded))
        return MBT_EXIT_FAILED;
    mbt_live_report *report = malloc(sizeof *report);
    bool done = loaded.info.causal || mbt_complain("live takes a causal model, and %s is none", name);
    done = done && (report != NULL || mbt_complain("out of memory")) && run_live(&loaded, options, report);
    free(report);
    mbt_model_unload(&loaded);
    return done ? MBT_EXIT_OK : MBT_EXIT_FAILED;
}
