/* hops.c: the frames of a stream. */
#include "runtime/signal/hops.h"

#include <math.h>
#include <string.h>

#include "common/mix.h"

/* Samples below this count as 0, so that the transform meets no denormals; see spectrum.c. The level is at least
 * 1e-6. */
#define FLOOR 0x1p-80f

#define REST_SECONDS 3

void mbt_hops_plan(mbt_hops *hops, const mbt_model *model, const mbt_spectrum *spectrum, mbt_arena *arena)
{
    const size_t win = model->win, hop = model->hop;
    *hops = (mbt_hops){.input = mbt_arena_floats(arena, win),
                       .oldest = mbt_arena_floats(arena, hop),
                       .sum = mbt_arena_floats(arena, win),
                       .envelope = mbt_arena_floats(arena, hop),
                       .rest = (REST_SECONDS * (size_t)model->sample_rate + hop - 1) / hop};
    if (!hops->envelope)
        return;
    for (size_t i = 0; i < hop; i++) {
        float sum = 0;
        for (size_t n = i; n < win; n += hop)
            sum += spectrum->window[n] * spectrum->window[n];
        hops->envelope[i] = sum;
    }
}

void mbt_hops_reset(mbt_hops *hops, const mbt_model *model)
{
    memset(hops->input, 0, model->win * sizeof *hops->input);
    memset(hops->sum, 0, model->win * sizeof *hops->sum);
    hops->power = 0;
    hops->measured = 0;
    hops->quiet = 0;
}

float *mbt_hops_newest(const mbt_hops *hops, const mbt_model *model)
{
    return hops->input + (model->win - model->hop);
}

/* The mean square of the samples under the window, by Parseval's theorem: bins other than the first and the last stand
 * for two. 0.375 win is the sum of the squared window. */
static double power_of(const float *re, const float *im, size_t bins, size_t win)
{
    double sum = 0;
    for (size_t f = 0; f < bins; f++) {
        const double square = (double)re[f] * (double)re[f] + (double)im[f] * (double)im[f];
        sum += f == 0 || f == bins - 1 ? square : 2 * square;
    }
    return sum / (0.375 * (double)win * (double)win);
}

static void follow_level(mbt_hops *hops, double power, uint32_t level_frames)
{
    if (power > 1e-10) {
        if (hops->measured < level_frames)
            hops->measured++;
        hops->power += (power - hops->power) / hops->measured;
    }
    const double level = sqrt(hops->power);
    hops->level = (float)(level > 1e-6 ? level : 1e-6);
}

bool mbt_hops_take(const mbt_run *run, mbt_hops *hops, const mbt_spectrum *spectrum)
{
    const size_t win = run->model->win, hop = run->model->hop;
    float *frame = spectrum->memories[0].frame;
    bool quiet = true;
    for (size_t n = 0; n < win; n++) {
        const float x = fabsf(hops->input[n]) < FLOOR ? 0.0f : hops->input[n];
        quiet = quiet && x == 0;
        frame[n] = x * spectrum->window[n];
    }
    memcpy(hops->oldest, hops->input, hop * sizeof *hops->oldest);
    memmove(hops->input, hops->input + hop, (win - hop) * sizeof *hops->input);
    hops->quiet = !quiet ? 0 : hops->quiet < hops->rest ? hops->quiet + 1 : hops->quiet;
    return hops->quiet < hops->rest;
}

void mbt_hops_forward(const mbt_run *run, mbt_hops *hops, const mbt_spectrum *spectrum, float *planes)
{
    const mbt_spectrum_memory *m = &spectrum->memories[0];
    mbt_fft_forward(&spectrum->fft, m->frame, m->scratch, m->re, m->im);
    follow_level(hops, power_of(m->re, m->im, run->bins, run->model->win), run->model->level_frames);
    for (size_t f = 0; f < run->bins; f++) {
        m->re[f] /= hops->level;
        m->im[f] /= hops->level;
    }
    run->kernels->spectrum(m->re, m->im, run->bins, run->model->compress_factor, planes);
}

void mbt_hops_inverse(const mbt_run *run, mbt_hops *hops, const mbt_spectrum *spectrum, const float *magnitude,
                      const float *pairs)
{
    const mbt_spectrum_memory *m = &spectrum->memories[0];
    const size_t win = run->model->win;
    run->kernels->polar(magnitude, pairs, run->bins, m->re, m->im);
    mbt_fft_inverse(&spectrum->fft, m->re, m->im, m->frame, m->scratch);
    for (size_t n = 0; n < win; n++)
        hops->sum[n] += m->frame[n] / (float)win * spectrum->window[n] * hops->level;
}

void mbt_hops_give(const mbt_run *run, mbt_hops *hops, float *out)
{
    const size_t win = run->model->win, hop = run->model->hop;
    for (size_t i = 0; i < hop; i++) {
        const float wet = hops->sum[i] / hops->envelope[i];
        out[i] = run->dry > 0 ? mbt_mix(wet, hops->oldest[i], run->dry) : wet;
    }
    memmove(hops->sum, hops->sum + hop, (win - hop) * sizeof *hops->sum);
    memset(hops->sum + win - hop, 0, hop * sizeof *hops->sum);
}
