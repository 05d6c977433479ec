/* enhancer.c: the public calls: memory, threads and kernels around one run of the network. */
#include <fenv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "level.h"
#include "model_check.h"
#include "network.h"
#include "spectrum.h"

struct mbt_enhancer {
    mbt_options options; /* as given */
    const mbt_model *model;
    const mbt_kernels *kernels;
    mbt_pool *pool;
    void *allocated; /* what malloc gave, or NULL: the caller's memory */
    mbt_spectrum spectrum;
    mbt_network network;
    float *planes; /* [T][F][2] */
    mbt_stage_hook *hook;
    void *hook_cookie;
};

void mbt_options_init(mbt_options *options)
{
    *options = (mbt_options){.max_samples = 160000};
}

static mbt_status check_options(const mbt_options *options)
{
    bool good = options->max_samples >= 1 && options->threads <= MBT_MAX_THREADS;
    for (size_t i = 0; i < sizeof options->reserved / sizeof *options->reserved; i++)
        good = good && options->reserved[i] == 0;
    return good ? MBT_OK : MBT_ERROR_ARGUMENT;
}

/* The kernels that the options come to on this machine. */
static mbt_status choose_kernels(const mbt_options *options, const mbt_kernels **kernels)
{
    mbt_isa isa = options->isa;
    if (isa == MBT_ISA_AUTO) {
        const mbt_status status = mbt_isa_chosen(&isa);
        if (status != MBT_OK)
            return status;
    }
    *kernels = mbt_kernels_for(isa);
    return *kernels ? MBT_OK : MBT_ERROR_ISA;
}

static size_t frame_count(const mbt_model *model, size_t samples)
{
    return 1 + samples / model->hop;
}

/* Lays out everything in the arena, the enhancer first; with an arena that only counts, returns NULL. */
static mbt_enhancer *plan(mbt_arena *arena, const mbt_model *model, const mbt_options *options)
{
    mbt_enhancer counted, *enhancer = mbt_arena_take(arena, 1, sizeof *enhancer);
    mbt_enhancer *e = enhancer ? enhancer : &counted;
    *e = (mbt_enhancer){.options = *options, .model = model};
    const unsigned threads = mbt_pool_threads(options->threads);
    const size_t frames = frame_count(model, options->max_samples), bins = model->n_fft / 2 + 1;
    e->pool = mbt_pool_plan(arena, threads);
    e->planes = mbt_arena_floats(arena, mbt_times(mbt_times(2, frames), bins));
    mbt_spectrum_plan(&e->spectrum, model, threads, arena);
    mbt_network_plan(&e->network, model, frames, threads, arena);
    arena->used = e->network.scratch;
    mbt_spectrum_plan_inverse(&e->spectrum, frames, arena);
    arena->used = arena->peak;
    return enhancer;
}

mbt_status mbt_memory_needed(const mbt_model *model, const mbt_options *options, size_t *bytes)
{
    mbt_options defaults;
    mbt_options_init(&defaults);
    if (!model || !bytes)
        return MBT_ERROR_ARGUMENT;
    const mbt_options *chosen = options ? options : &defaults;
    mbt_status status = check_options(chosen);
    if (status == MBT_OK)
        status = mbt_model_check(model);
    if (status != MBT_OK)
        return status;
    if (chosen->max_samples >
        (size_t)PTRDIFF_MAX / sizeof(float)) /* no array has so many; frames are counted from here */
        return MBT_ERROR_TOO_LONG;
    mbt_arena arena = {0};
    plan(&arena, model, chosen);
    if (arena.overflow)
        return MBT_ERROR_TOO_LONG;
    *bytes = arena.peak;
    return MBT_OK;
}

/* The block to plan in: the caller's, or from malloc with room to align it. */
static mbt_status take_memory(const mbt_options *options, size_t bytes, void **allocated, void **block)
{
    *allocated = NULL;
    if (options->memory) {
        *block = options->memory;
        const bool good = options->memory_size >= bytes && (uintptr_t)options->memory % MBT_ARENA_ALIGN == 0;
        return good ? MBT_OK : MBT_ERROR_MEMORY;
    }
    *allocated = malloc(bytes + MBT_ARENA_ALIGN);
    if (!*allocated)
        return MBT_ERROR_MEMORY;
    const size_t past = (uintptr_t)*allocated % MBT_ARENA_ALIGN;
    *block = (unsigned char *)*allocated + (past ? MBT_ARENA_ALIGN - past : 0);
    return MBT_OK;
}

static mbt_status open_enhancer(const mbt_model *model, const mbt_options *options, mbt_enhancer **enhancer)
{
    mbt_options chosen;
    mbt_options_init(&chosen);
    if (options)
        chosen = *options;
    if (chosen.threads == 0) /* once and for all: the number of cores online may change */
        chosen.threads = mbt_pool_threads(0);
    size_t bytes = 0;
    const mbt_kernels *kernels = NULL;
    void *allocated = NULL, *block = NULL;
    mbt_status status = mbt_memory_needed(model, &chosen, &bytes);
    if (status == MBT_OK)
        status = choose_kernels(&chosen, &kernels);
    if (status == MBT_OK)
        status = take_memory(&chosen, bytes, &allocated, &block);
    if (status != MBT_OK)
        return status;
    mbt_arena arena = {.base = block};
    mbt_enhancer *opened = plan(&arena, model, &chosen);
    opened->kernels = kernels;
    opened->allocated = allocated;
    status = mbt_pool_start(opened->pool);
    if (status != MBT_OK) {
        free(allocated);
        return status;
    }
    *enhancer = opened;
    return MBT_OK;
}

/* Callers of audio libraries run in modes of their own (flush to zero, most often), which would change the bits. */
mbt_status mbt_open(const mbt_model *model, const mbt_options *options, mbt_enhancer **enhancer)
{
    if (!enhancer)
        return MBT_ERROR_ARGUMENT;
    *enhancer = NULL;
    fenv_t callers;
    fegetenv(&callers);
    fesetenv(FE_DFL_ENV);
    const mbt_status status = open_enhancer(model, options, enhancer);
    fesetenv(&callers);
    return status;
}

void mbt_close(mbt_enhancer *enhancer)
{
    if (!enhancer)
        return;
    mbt_pool_stop(enhancer->pool);
    free(enhancer->allocated);
}

void mbt_enhancer_set_stage_hook(mbt_enhancer *enhancer, mbt_stage_hook *hook, void *cookie)
{
    enhancer->hook = hook;
    enhancer->hook_cookie = cookie;
}

void mbt_enhancer_set_kernels(mbt_enhancer *enhancer, const mbt_kernels *kernels)
{
    enhancer->kernels = kernels;
}

static mbt_status enhance(mbt_enhancer *enhancer, const float *in, float *out, size_t samples)
{
    mbt_level level;
    const mbt_status status = mbt_level_measure(in, samples, &level);
    if (status != MBT_OK)
        return status;
    if (level.gain == 0) { /* silence has no level to normalise, and stays silence */
        if (samples)
            memset(out, 0, samples * sizeof *out);
        return MBT_OK;
    }
    const mbt_model *model = enhancer->model;
    const size_t bins = model->n_fft / 2 + 1;
    mbt_run run = {.model = model,
                   .kernels = enhancer->kernels,
                   .pool = enhancer->pool,
                   .frames = frame_count(model, samples),
                   .bins = bins,
                   .inner_bins = (bins - 3) / 2 + 1,
                   .progress = enhancer->options.progress,
                   .progress_cookie = enhancer->options.progress_cookie,
                   .hook = enhancer->hook,
                   .hook_cookie = enhancer->hook_cookie};
    mbt_spectrum_forward(&run, &enhancer->spectrum, in, samples, level, enhancer->planes);
    mbt_network_run(&run, &enhancer->network, enhancer->planes);
    mbt_spectrum_inverse(&run, &enhancer->spectrum, enhancer->network.magnitude, enhancer->network.pairs, out, samples,
                         level);
    return run.cancelled ? MBT_ERROR_CANCELLED : MBT_OK;
}

mbt_status mbt_enhance(mbt_enhancer *enhancer, const float *in, float *out, size_t samples)
{
    if (!enhancer || (samples && (!in || !out)))
        return MBT_ERROR_ARGUMENT;
    if (samples > enhancer->options.max_samples)
        return MBT_ERROR_TOO_LONG;
    fenv_t callers;
    fegetenv(&callers);
    fesetenv(FE_DFL_ENV);
    const mbt_status status = enhance(enhancer, in, out, samples);
    fesetenv(&callers);
    return status;
}
