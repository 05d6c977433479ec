/* resample.c: changes the rate of a signal with libsamplerate, without moving it in time. */
#include "tools/audio/resample.h"

#include <stdlib.h>
#include <string.h>

#include <samplerate.h>

/* libsamplerate counts frames in a long, which is 32 bits wide on some systems: long signals go through in pieces. */
#define PIECE_SAMPLES ((size_t)1 << 24)

static uint64_t resampled_length(uint64_t samples, uint32_t from, uint32_t to)
{
    if (from == to)
        return samples;
    return samples > (UINT64_MAX - from) / to ? UINT64_MAX : (samples * to + from - 1) / from;
}

size_t mbt_resampled_length(size_t samples, uint32_t from, uint32_t to)
{
    uint64_t length = resampled_length(samples, from, to);
    return length > SIZE_MAX ? SIZE_MAX : (size_t)length;
}

bool mbt_can_resample(uint32_t from, uint32_t to)
{
    return from > 0 && to > 0 && (from == to || src_is_valid_ratio((double)to / from));
}

static long piece(uint64_t samples)
{
    return (long)(samples < PIECE_SAMPLES ? samples : PIECE_SAMPLES);
}

struct mbt_resampler {
    SRC_STATE *state; /* NULL if the rates are the same */
    uint32_t from, to;
    uint64_t taken, given; /* samples */
};

/* Half the length of SRC_SINC_BEST_QUALITY's filter is 143 samples of the lower rate (340239 / 2381, high_qual_coeffs.h
 * of libsamplerate). */
size_t mbt_resampler_latency(uint32_t from, uint32_t to)
{
    enum { HALF = 144 };
    return from == to ? 0 : from < to ? HALF : mbt_resampled_length(HALF, to, from);
}

mbt_resampler *mbt_resampler_open(uint32_t from, uint32_t to, const char **reason)
{
    mbt_resampler *r = calloc(1, sizeof *r);
    int error = 0;
    *reason = "out of memory";
    if (r == NULL)
        return NULL;
    r->from = from;
    r->to = to;
    if (from != to) {
        r->state = src_new(SRC_SINC_BEST_QUALITY, 1, &error);
        if (r->state == NULL) {
            *reason = src_strerror(error);
            free(r);
            return NULL;
        }
    }
    return r;
}

void mbt_resampler_close(mbt_resampler *resampler)
{
    if (resampler != NULL && resampler->state != NULL)
        src_delete(resampler->state);
    free(resampler);
}

/* Output samples that the input so far spans and that have not been given yet. */
static uint64_t samples_left(const mbt_resampler *r)
{
    uint64_t all = resampled_length(r->taken, r->from, r->to);
    return all > r->given ? all - r->given : 0;
}

static void copy_samples(mbt_resampler *r, const float *in, size_t in_samples, size_t *used, float *out, size_t room,
                         size_t *made)
{
    *used = *made = in_samples < room ? in_samples : room;
    if (*made > 0)
        memcpy(out, in, *made * sizeof *out);
    r->taken += *used;
    r->given += *made;
}

/* Calls libsamplerate once. After the end of the input it gets zeros, which push the last samples out of its filter. No
 * more is taken out than the input spans. */
static bool process_once(mbt_resampler *r, const float *in, size_t in_samples, size_t *used, float *out, size_t room,
                         size_t *made, const char **reason)
{
    static const float zeros[4096];
    bool ended = in_samples == 0;
    SRC_DATA data;
    memset(&data, 0, sizeof data);
    data.data_in = ended ? zeros : in;
    data.input_frames = ended ? (long)(sizeof zeros / sizeof zeros[0]) : piece(in_samples);
    data.data_out = out;
    data.output_frames = piece(ended && samples_left(r) < room ? samples_left(r) : room);
    data.src_ratio = (double)r->to / r->from;
    int error = src_process(r->state, &data);
    if (error != 0) {
        *reason = src_strerror(error);
        return false;
    }
    *used = ended ? 0 : (size_t)data.input_frames_used;
    *made = (size_t)data.output_frames_gen;
    r->taken += *used;
    r->given += *made;
    return true;
}

bool mbt_resampler_run(mbt_resampler *resampler, const float *in, size_t in_samples, size_t *used, float *out,
                       size_t room, size_t *made, const char **reason)
{
    *used = *made = 0;
    if (resampler->state == NULL) {
        copy_samples(resampler, in, in_samples, used, out, room, made);
        return true;
    }
    bool ended = in_samples == 0;
    int stalled = 0;
    while (stalled < 64) {
        if (*made == room || (ended ? samples_left(resampler) == 0 : *used == in_samples))
            return true;
        size_t taken, given;
        if (!process_once(resampler, ended ? NULL : in + *used, in_samples - *used, &taken, out + *made, room - *made,
                          &given, reason))
            return false;
        *used += taken;
        *made += given;
        stalled = taken > 0 || given > 0 ? 0 : stalled + 1;
    }
    *reason = "libsamplerate made no progress";
    return false;
}

bool mbt_resample(const float *in, size_t in_samples, uint32_t from, float *out, size_t out_samples, uint32_t to,
                  const char **reason)
{
    mbt_resampler *resampler = mbt_resampler_open(from, to, reason);
    bool good = resampler != NULL;
    size_t read = 0, written = 0;
    while (good && written < out_samples) {
        size_t used, made;
        good = mbt_resampler_run(resampler, in + read, in_samples - read, &used, out + written, out_samples - written,
                                 &made, reason);
        if (good && read == in_samples && made == 0) { /* more was asked for than the input spans */
            memset(out + written, 0, (out_samples - written) * sizeof *out);
            break;
        }
        read += used;
        written += made;
    }
    mbt_resampler_close(resampler);
    return good;
}
