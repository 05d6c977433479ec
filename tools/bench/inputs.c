/* inputs.c: `bench inputs`: whether the time of a window depends on its samples. */
#define _POSIX_C_SOURCE 200809L

#include "tools/bench/inputs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/bench/machine/machine.h"
#include "tools/bench/report.h"
#include "tools/bench/speech.h"
#include "tools/base/message.h"
#include "tools/base/model_load.h"

enum { DEFAULT_RUNS = 7 };

#define DEFAULT_WINDOW 10.0 /* s, as in the library */

/* Makes another input of the speech in `samples`, in place. */
typedef void input_maker(float *samples, size_t count);

static void fill_with_noise(float *samples, size_t count, double level)
{
    for (size_t i = 0; i < count; i++)
        samples[i] = (float)(level * mbt_bench_noise(i));
}

static void keep_speech(float *samples, size_t count)
{
    (void)samples;
    (void)count;
}

static void make_silence(float *samples, size_t count)
{
    memset(samples, 0, count * sizeof *samples);
}

static void make_near_silent(float *samples, size_t count)
{
    fill_with_noise(samples, count, 1e-6);
}

static void make_denormal(float *samples, size_t count)
{
    fill_with_noise(samples, count, 1e-40);
}

static void make_denormal_end(float *samples, size_t count)
{
    fill_with_noise(samples + count / 2, count - count / 2, 1e-40);
}

static void make_impulse(float *samples, size_t count)
{
    make_silence(samples, count);
    samples[count / 8] = 1;
}

static void make_impulse_in_denormals(float *samples, size_t count)
{
    make_denormal(samples, count);
    samples[count / 8] = 1;
}

static void make_decay(float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        samples[i] = (float)(mbt_bench_noise(i) * exp2(-150 * (double)i / (double)count));
}

/* The others are compared with the first. */
static const struct input {
    const char *name;
    input_maker *make;
} inputs[] = {{"speech", keep_speech},
              {"muted", make_silence},
              {"near-silent", make_near_silent},
              {"denormal", make_denormal},
              {"speech, then denormal", make_denormal_end},
              {"impulse, else zeros", make_impulse},
              {"impulse, else denormal", make_impulse_in_denormals},
              {"decay into denormals", make_decay}};

enum { INPUTS = sizeof inputs / sizeof inputs[0] };

/* The times with one set of kernels and one number of threads. */
typedef struct inputs_run {
    mbt_isa isa;
    unsigned threads;
    mbt_bench_stats time[INPUTS]; /* ns */
} inputs_run;

typedef struct inputs_report {
    const mbt_bench_options *options;
    const char *model;
    mbt_machine machine;
    double seconds;
    size_t samples;
    float *in[INPUTS], *out;
    double *times; /* [INPUTS][rounds] */
    size_t rounds;
    inputs_run *runs;
    size_t run_count;
} inputs_report;

/* Each round runs all inputs once, so that changes of the clock rate and other processes affect all alike. The first
 * round warms up and is not counted. */
static bool time_rounds(inputs_report *r, mbt_enhancer *enhancer, inputs_run *run)
{
    for (size_t round = 0; round <= r->rounds; round++) {
        for (size_t i = 0; i < INPUTS; i++) {
            const double begin = mbt_bench_now();
            const mbt_status status = mbt_enhance(enhancer, r->in[i], r->out, r->samples);
            if (status != MBT_OK)
                return mbt_complain_status(status, "inputs");
            if (round > 0)
                r->times[i * r->rounds + round - 1] = mbt_bench_now() - begin;
        }
    }
    for (size_t i = 0; i < INPUTS; i++)
        run->time[i] = mbt_bench_statistics(r->times + i * r->rounds, r->rounds);
    return true;
}

static bool measure_run(inputs_report *r, const mbt_model *model, mbt_isa isa, unsigned threads)
{
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = options.window = r->samples;
    options.threads = threads;
    options.isa = isa;
    mbt_enhancer *enhancer;
    const mbt_status status = mbt_open(model, &options, &enhancer);
    if (status != MBT_OK)
        return mbt_complain_status(status, "inputs");
    inputs_run *run = &r->runs[r->run_count++];
    *run = (inputs_run){.isa = isa, .threads = threads};
    const bool good = time_rounds(r, enhancer, run);
    mbt_close(enhancer);
    return good;
}

/* The time over that of speech, by the shortest run of each: other processes only add time. */
static double ratio_to_speech(const inputs_run *run, size_t input)
{
    return run->time[input].least / run->time[0].least;
}

static void print_table(const inputs_report *r)
{
    mbt_machine_print(&r->machine);
    printf("model %s, a window of %g s\n\n", r->model, r->seconds);
    mbt_table table;
    mbt_table_begin(&table, "isa|threads|input|least ms|median ms|p90|runs|to speech");
    for (size_t k = 0; k < r->run_count; k++) {
        const inputs_run *run = &r->runs[k];
        for (size_t i = 0; i < INPUTS; i++) {
            mbt_table_text(&table, "%s", mbt_isa_name(run->isa));
            mbt_table_number(&table, run->threads, 0);
            mbt_table_text(&table, "%s", inputs[i].name);
            mbt_table_number(&table, run->time[i].least / 1e6, 1);
            mbt_table_number(&table, run->time[i].median / 1e6, 1);
            mbt_table_number(&table, run->time[i].p90 / 1e6, 1);
            mbt_table_number(&table, (double)run->time[i].count, 0);
            mbt_table_number(&table, ratio_to_speech(run, i), 3);
        }
    }
    mbt_table_print(&table);
    printf("\nTo speech: by the least times. Muted windows are passed over.\n");
}

static bool print_json(const inputs_report *r)
{
    cJSON *root = mbt_report_begin("inputs");
    cJSON_AddStringToObject(root, "model", r->model);
    mbt_report_number(root, "seconds", r->seconds);
    mbt_machine_to_json(&r->machine, root);
    cJSON *list = cJSON_AddArrayToObject(root, "runs");
    for (size_t k = 0; k < r->run_count; k++) {
        const inputs_run *run = &r->runs[k];
        for (size_t i = 0; i < INPUTS; i++) {
            cJSON *object = cJSON_CreateObject();
            cJSON_AddItemToArray(list, object);
            cJSON_AddStringToObject(object, "isa", mbt_isa_name(run->isa));
            mbt_report_number(object, "threads", run->threads);
            cJSON_AddStringToObject(object, "input", inputs[i].name);
            mbt_report_stats(object, &run->time[i]);
            mbt_report_number(object, "least_ns", run->time[i].least);
            mbt_report_number(object, "ratio_to_speech", ratio_to_speech(run, i));
        }
    }
    return mbt_report_print(root);
}

static bool prepare(inputs_report *r, double rate)
{
    const mbt_bench_options *o = r->options;
    bool good = true;
    r->out = malloc(r->samples * sizeof *r->out);
    r->times = malloc(INPUTS * r->rounds * sizeof *r->times);
    r->runs = malloc((o->isa_count * o->thread_count + 1) * sizeof *r->runs);
    for (size_t i = 0; i < INPUTS && good; i++) {
        r->in[i] = malloc(r->samples * sizeof *r->in[i]);
        good = r->in[i] != NULL;
        if (good) {
            mbt_bench_speech(r->in[i], r->samples, 0, rate);
            inputs[i].make(r->in[i], r->samples);
        }
    }
    return (good && r->out != NULL && r->times != NULL && r->runs != NULL) || mbt_complain("out of memory");
}

static bool run_inputs(inputs_report *r, const mbt_loaded_model *loaded)
{
    const mbt_bench_options *o = r->options;
    mbt_machine_describe(&r->machine);
    r->model = loaded->info.name;
    r->samples = (size_t)(r->seconds * loaded->info.sample_rate);
    bool good = prepare(r, loaded->info.sample_rate);
    for (size_t isa = 0; isa < o->isa_count; isa++)
        for (size_t i = 0; i < o->thread_count && good; i++)
            good = measure_run(r, loaded->model, o->isas[isa], o->threads[i]);
    if (good && o->json)
        good = print_json(r);
    else if (good)
        print_table(r);
    for (size_t i = 0; i < INPUTS; i++)
        free(r->in[i]);
    free(r->out);
    free(r->times);
    free(r->runs);
    return good;
}

int mbt_bench_inputs(const mbt_bench_options *options)
{
    mbt_loaded_model loaded;
    inputs_report report = {.options = options,
                            .seconds = options->window > 0 ? options->window : DEFAULT_WINDOW,
                            .rounds = options->runs > 0 ? options->runs
                                      : options->quick  ? 1
                                                        : DEFAULT_RUNS};
    if (!mbt_model_load(options->model != NULL ? options->model : MBT_DEFAULT_MODEL_NAME, &loaded))
        return MBT_EXIT_FAILED;
    const bool done = run_inputs(&report, &loaded);
    mbt_model_unload(&loaded);
    return done ? MBT_EXIT_OK : MBT_EXIT_FAILED;
}
