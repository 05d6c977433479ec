/* resample.c: changes the rate of a signal with libsamplerate, without moving it in time. */
#include "resample.h"

#include <limits.h>
#include <string.h>

#include <samplerate.h>

/* libsamplerate counts frames in a long, which is 32 bits wide on some systems: long signals go through in pieces. */
#define PIECE_SAMPLES ((size_t)1 << 24)

size_t mbt_resampled_length(size_t samples, uint32_t from, uint32_t to)
{
    if (from == to) {
        return samples;
    }
    if (samples > (UINT64_MAX - from) / to) {
        return SIZE_MAX;
    }
    uint64_t length = ((uint64_t)samples * to + from - 1) / from;
    return length > SIZE_MAX ? SIZE_MAX : (size_t)length;
}

bool mbt_can_resample(uint32_t from, uint32_t to)
{
    return from > 0 && to > 0 && (from == to || src_is_valid_ratio((double)to / from));
}

static long piece(size_t samples)
{
    return (long)(samples < PIECE_SAMPLES ? samples : PIECE_SAMPLES);
}

/* Pulls until out is full. After the input come zeros, so that the end of out does not wait in the filter.
 * Returns NULL, or what went wrong. */
static const char *pull(SRC_STATE *state, const float *in, size_t in_samples, float *out, size_t out_samples,
                        double ratio)
{
    static const float zeros[4096];
    size_t read = 0, written = 0;
    int stalled = 0;
    while (written < out_samples) {
        if (stalled == 64) {
            return "libsamplerate made no progress";
        }
        SRC_DATA data;
        memset(&data, 0, sizeof data);
        bool tail = read == in_samples;
        data.data_in = tail ? zeros : in + read;
        data.input_frames = tail ? (long)(sizeof zeros / sizeof zeros[0]) : piece(in_samples - read);
        data.data_out = out + written;
        data.output_frames = piece(out_samples - written);
        data.src_ratio = ratio;
        int error = src_process(state, &data);
        if (error != 0) {
            return src_strerror(error);
        }
        read += tail ? 0 : (size_t)data.input_frames_used;
        written += (size_t)data.output_frames_gen;
        bool moved = data.output_frames_gen > 0 || (!tail && data.input_frames_used > 0);
        stalled = moved ? 0 : stalled + 1;
    }
    return NULL;
}

bool mbt_resample(const float *in, size_t in_samples, uint32_t from, float *out, size_t out_samples, uint32_t to,
                  const char **reason)
{
    int error = 0;
    SRC_STATE *state = src_new(SRC_SINC_BEST_QUALITY, 1, &error);
    *reason = state == NULL ? src_strerror(error) : pull(state, in, in_samples, out, out_samples, (double)to / from);
    if (state != NULL) {
        src_delete(state);
    }
    return *reason == NULL;
}
