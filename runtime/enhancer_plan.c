/* enhancer_plan.c: checks the options, and plans the memory that they need. */
#include "runtime/enhancer.h"

#include <stdint.h>

#include "runtime/model_check.h"

#define DEFAULT_WINDOW 10.0 /* s: as in the paper */
#define DEFAULT_OVERLAP 0.5 /* s: half of it is already enough that seams cannot be told from the rest */

#define MAX_DECIBELS 200.0f

/* No array can have more. */
#define MAX_SAMPLES ((size_t)PTRDIFF_MAX / sizeof(float))

void mbt_options_init(mbt_options *options)
{
    *options = (mbt_options){0};
}

/* Rounds up to whole hops. samples must be at most MAX_SAMPLES. */
static size_t round_up(size_t samples, size_t hop)
{
    return (samples + hop - 1) / hop * hop;
}

static size_t window_of(const mbt_options *options, const mbt_model *model)
{
    const size_t standard = (size_t)(DEFAULT_WINDOW * model->sample_rate);
    return round_up(options->window ? options->window : standard, model->hop);
}

/* The default overlap is limited to half of the window. */
static size_t overlap_of(const mbt_options *options, const mbt_model *model)
{
    if (options->overlap == MBT_OVERLAP_NONE)
        return 0;
    if (options->overlap)
        return round_up(options->overlap, model->hop);
    const size_t standard = round_up((size_t)(DEFAULT_OVERLAP * model->sample_rate), model->hop);
    const size_t half = window_of(options, model) / 2 / model->hop * model->hop;
    return standard < half ? standard : half;
}

static float mask_floor_of(const mbt_options *options, const mbt_model *model)
{
    const double decibels = (double)options->limit * (double)model->compress_factor;
    return options->limit > 0 ? (float)mbt_level_down(decibels) : 0.0f;
}

mbt_status mbt_options_check(const mbt_options *options, const mbt_model *model)
{
    const bool one_source = !options->allocate || !options->memory;
    bool good = options->threads <= MBT_MAX_THREADS && one_source && !options->allocate == !options->release;
    good = good && options->spread <= 1 && options->limit >= 0 && options->limit <= MAX_DECIBELS && options->dry >= 0 &&
           options->dry <= 1;
    for (size_t i = 0; i < sizeof options->reserved / sizeof *options->reserved; i++)
        good = good && options->reserved[i] == 0;
    if (!good)
        return MBT_ERROR_ARGUMENT;
    if (options->window > MAX_SAMPLES)
        return MBT_ERROR_TOO_LONG;
    const bool given = options->overlap && options->overlap != MBT_OVERLAP_NONE;
    if (given && (options->overlap > MAX_SAMPLES || overlap_of(options, model) > window_of(options, model) / 2))
        return MBT_ERROR_ARGUMENT;
    return MBT_OK;
}

void mbt_options_windows(const mbt_options *options, const mbt_model *model, size_t *window, size_t *overlap)
{
    *window = window_of(options, model);
    *overlap = overlap_of(options, model);
}

/* A network that looks at whole recordings. */
static void plan_windows(mbt_enhancer *e, unsigned threads, mbt_arena *arena)
{
    const mbt_model *model = e->model;
    const size_t window = window_of(&e->options, model), longest = e->options.max_samples;
    const size_t samples = longest > 0 && longest < window ? longest : window;
    const size_t frames = mbt_spectrum_frames(model, samples), bins = model->n_fft / 2 + 1;
    e->planes = mbt_arena_floats(arena, mbt_times(mbt_times(2, frames), bins)); /* also a window's result */
    mbt_windows_plan(&e->windows, window, overlap_of(&e->options, model), longest, e->planes, arena);
    mbt_spectrum_plan(&e->spectrum, model, threads, arena);
    mbt_network_plan(&e->network, model, frames, threads, arena);
    arena->used = e->network.scratch;
    mbt_spectrum_plan_inverse(&e->spectrum, frames, arena);
    arena->used = arena->peak;
}

static void plan_live(mbt_enhancer *e, mbt_arena *arena)
{
    e->planes = mbt_arena_floats(arena, 2 * ((size_t)e->model->n_fft / 2 + 1));
    mbt_spectrum_plan(&e->spectrum, e->model, 1, arena);
    mbt_network_plan(&e->network, e->model, 1, 1, arena);
    mbt_live_plan(&e->live, e->model, &e->spectrum, &e->network, e->planes, arena);
}

mbt_enhancer *mbt_enhancer_plan(mbt_arena *arena, const mbt_model *model, const mbt_options *options)
{
    mbt_enhancer counted, *enhancer = mbt_arena_take(arena, 1, sizeof *enhancer);
    mbt_enhancer *e = enhancer ? enhancer : &counted;
    *e = (mbt_enhancer){.options = *options,
                        .model = model,
                        .mask_floor = mask_floor_of(options, model),
                        .causal = mbt_model_is_causal(model)};
    const unsigned threads = e->causal ? 1 : mbt_pool_threads(options->threads);
    e->pool = mbt_pool_plan(arena, threads);
    if (e->causal)
        plan_live(e, arena);
    else
        plan_windows(e, threads, arena);
    return enhancer;
}

mbt_status mbt_memory_needed(const mbt_model *model, const mbt_options *options, size_t *bytes)
{
    mbt_options defaults;
    mbt_options_init(&defaults);
    if (!model || !bytes)
        return MBT_ERROR_ARGUMENT;
    const mbt_options *chosen = options ? options : &defaults;
    mbt_status status = mbt_model_check(model);
    if (status == MBT_OK)
        status = mbt_options_check(chosen, model);
    if (status != MBT_OK)
        return status;
    mbt_arena arena = {0};
    mbt_enhancer_plan(&arena, model, chosen);
    if (arena.overflow)
        return MBT_ERROR_TOO_LONG;
    *bytes = arena.peak;
    return MBT_OK;
}
