/* enhance_channels.c: recordings of any length and rate. Each channel goes from the input's rate to that of the tracks,
 * through the model, and back to the input's rate. All channels advance together, so that every stage takes as many
 * samples of one channel as of the others, and gives as many.
 * With --mix the input waits until its place in the result is reached. It is mixed in here and not by the library, so
 * that it keeps what lies above the model's frequencies. It also waits where these are kept. */
#include "tools/command/enhance_channels.h"

#include <math.h>
#include <stdlib.h>

#include "common/mix.h"
#include "tools/audio/fifo.h"
#include "tools/audio/resample.h"
#include "tools/base/message.h"
#include "tools/command/enhance_tracks.h"
#include "tools/command/enhance_upper.h"

enum { BLOCK = 4096 };

typedef struct channel_state {
    mbt_resampler *to_model, *back;
    mbt_upper *upper;                                /* NULL: what lies above the model's frequencies is left out */
    float in[BLOCK], resampled[BLOCK], clean[BLOCK]; /* at the input's rate; at the model's; enhanced */
} channel_state;

struct mbt_channels {
    mbt_channels_format format;
    mbt_tracks *tracks;
    uint32_t track_rate;          /* of the tracks, Hz */
    uint64_t taken, given;        /* frames */
    channel_state *channel;       /* [format.channels] */
    float block[BLOCK], *emitted; /* of a channel; [BLOCK][format.channels] */
    float dry;                    /* share of the input in the result */
    bool keep_upper;              /* what lies above the model's frequencies */
    bool keep_input;              /* it is needed: for that, or for the dry share */
    mbt_fifo input;               /* if it is kept, frames that were taken and not yet given */
};

/* Wipes the bar away first, so that the message has a line of its own. Returns false. */
static bool out_of_memory(const mbt_channels_format *format)
{
    mbt_progress_bar_end(format->bar);
    return mbt_complain("%s: out of memory for %zu channel%s", format->path, format->channels,
                        mbt_plural(format->channels));
}

static bool open_channel(mbt_channels *c, channel_state *channel, float limit)
{
    const char *reason = "out of memory";
    channel->to_model = mbt_resampler_open(c->format.rate, c->track_rate, &reason);
    channel->back = channel->to_model != NULL ? mbt_resampler_open(c->track_rate, c->format.rate, &reason) : NULL;
    bool good = channel->back != NULL;
    if (good && c->keep_upper) {
        channel->upper = mbt_upper_open(c->track_rate, c->format.rate, limit, &reason);
        good = channel->upper != NULL;
    }
    return good || mbt_complain("%s: cannot change the rate: %s", c->format.path, reason);
}

/* What is kept of the input waits until its place in the result is reached: about as long as the result is behind,
 * twice in a fifo. For what lies above the model's frequencies it waits at the model's rate too. */
static bool open_tracks(const mbt_enhance_request *r, const mbt_loaded_model *loaded, mbt_channels *c)
{
    const mbt_channels_format *format = &c->format;
    const bool upper = r->high_band == MBT_HIGH_BAND_KEEP && format->rate > loaded->info.sample_rate;
    const double kept = (c->dry > 0 || upper ? format->rate : 0) + (upper ? loaded->info.sample_rate : 0);
    const mbt_tracks_format tracks = {
        .path = format->path,
        .rate = format->rate,
        .count = format->channels,
        .frames = format->frames,
        .waiting = 2 * kept * (double)format->channels * sizeof(float),
        .bar = format->bar,
    };
    c->tracks = mbt_tracks_open(r, loaded, &tracks);
    c->track_rate = c->tracks != NULL ? mbt_tracks_rate(c->tracks) : 0;
    c->keep_upper = upper && format->rate > c->track_rate;
    c->keep_input = c->dry > 0 || c->keep_upper;
    return c->tracks != NULL;
}

mbt_channels *mbt_channels_open(const mbt_enhance_request *request, const mbt_loaded_model *loaded,
                                const mbt_channels_format *format)
{
    mbt_channels *c = calloc(1, sizeof *c);
    if (c != NULL) {
        c->format = *format;
        c->dry = (float)(1 - request->mix);
        c->channel = calloc(format->channels, sizeof *c->channel);
        c->emitted = malloc(format->channels * BLOCK * sizeof *c->emitted);
    }
    if (c == NULL || c->channel == NULL || c->emitted == NULL) {
        out_of_memory(format);
        mbt_channels_close(c);
        return NULL;
    }
    bool good = open_tracks(request, loaded, c);
    for (size_t i = 0; good && i < format->channels; i++)
        good = open_channel(c, &c->channel[i], (float)request->limit);
    if (!good) {
        mbt_channels_close(c);
        return NULL;
    }
    return c;
}

void mbt_channels_close(mbt_channels *channels)
{
    mbt_channels *c = channels;
    if (c == NULL)
        return;
    for (size_t i = 0; c->channel != NULL && i < c->format.channels; i++) {
        mbt_resampler_close(c->channel[i].to_model);
        mbt_resampler_close(c->channel[i].back);
        mbt_upper_close(c->channel[i].upper);
    }
    mbt_tracks_close(c->tracks);
    free(c->channel);
    free(c->emitted);
    mbt_fifo_free(&c->input);
    free(c);
}

size_t mbt_channels_latency(const mbt_channels *channels)
{
    const uint32_t rate = channels->format.rate, track_rate = channels->track_rate;
    const size_t at_tracks = mbt_tracks_latency(channels->tracks) + mbt_resampler_latency(track_rate, rate);
    return mbt_resampler_latency(rate, track_rate) + mbt_resampled_length(at_tracks, track_rate, rate);
}

/* Wipes the bar away first, as above. Returns false. */
static bool complain_of_channel(const mbt_channels *c, size_t index, const char *what, const char *why)
{
    mbt_progress_bar_end(c->format.bar);
    return mbt_complain("%s: channel %zu: %s%s", c->format.path, index + 1, what, why);
}

/* Copies c->block to channel `index` of c->emitted. */
static bool interleave(mbt_channels *c, size_t index, size_t frames)
{
    for (size_t i = 0; i < frames; i++) {
        if (!isfinite(c->block[i]))
            return complain_of_channel(c, index, "the result is beyond the range of float", "");
        c->emitted[i * c->format.channels + index] = c->block[i];
    }
    return true;
}

/* Mixes the input into c->emitted. */
static void mix_in(mbt_channels *c, const float *input, size_t frames)
{
    const size_t count = frames * c->format.channels;
    for (size_t i = 0; i < count; i++)
        c->emitted[i] = mbt_mix(c->emitted[i], input[i], c->dry);
}

/* Puts the next samples of the result at the input's rate, for the enhanced ones from `done` to count - 1, in c->block.
 * *input: the first channel's of the frames that they are for; the first channel takes these out of the fifo. */
static bool next_block(mbt_channels *c, size_t k, size_t done, size_t count, const float **input, size_t *used,
                       size_t *made)
{
    const channel_state *channel = &c->channel[k];
    const float *clean = channel->clean + done;
    const char *reason;
    if (!mbt_resampler_run(channel->back, clean, count - done, used, c->block, BLOCK, made, &reason))
        return complain_of_channel(c, k, "cannot change the rate back: ", reason);
    *made = *made < c->taken - c->given ? *made : (size_t)(c->taken - c->given);
    if (k == 0 && c->keep_input)
        *input = mbt_fifo_take(&c->input, *made * c->format.channels);
    if (channel->upper == NULL)
        return true;
    const float *own = *made > 0 ? *input + k : NULL;
    return mbt_upper_add(channel->upper, count - done, own, c->format.channels, c->block, *made, &reason) ||
           complain_of_channel(c, k, "cannot change the rate back: ", reason);
}

/* Emits `count` enhanced samples of every channel, at the input's rate. With count 0, at the end, emits what the
 * resamplers hold back, until as many frames have come out as went in. */
static bool emit(mbt_channels *c, size_t count)
{
    size_t done = 0, used = 0, made = 0;
    const float *input = NULL;
    do {
        for (size_t k = 0; k < c->format.channels; k++)
            if (!next_block(c, k, done, count, &input, &used, &made) || !interleave(c, k, made))
                return false;
        if (c->dry > 0 && input != NULL)
            mix_in(c, input, made);
        if (made > 0 && !c->format.emit(c->format.cookie, c->emitted, made))
            return false;
        done += used;
        c->given += made;
    } while (count > 0 ? done < count : made > 0 && c->given < c->taken);
    return true;
}

/* Lets what lies above the model's frequencies follow the next `count` enhanced samples. */
static bool follow(mbt_channels *c, size_t k, size_t count)
{
    channel_state *channel = &c->channel[k];
    return channel->upper == NULL || mbt_upper_follow(channel->upper, channel->clean, count) ||
           out_of_memory(&c->format);
}

/* Emits all that is enhanced. */
static bool emit_ready(mbt_channels *c)
{
    size_t count = 0;
    do {
        for (size_t k = 0; k < c->format.channels; k++)
            if (!mbt_tracks_get(c->tracks, k, c->channel[k].clean, BLOCK, &count) || !follow(c, k, count))
                return false;
        if (count > 0 && !emit(c, count))
            return false;
    } while (count == BLOCK);
    return true;
}

/* Enhances channel->resampled[0 .. count - 1]. */
static bool enhance(mbt_channels *c, size_t count)
{
    size_t done = 0, taken = 0;
    for (size_t k = 0; k < c->format.channels; k++)
        if (c->channel[k].upper != NULL && !mbt_upper_put(c->channel[k].upper, c->channel[k].resampled, count))
            return out_of_memory(&c->format);
    while (done < count) {
        for (size_t k = 0; k < c->format.channels; k++)
            if (!mbt_tracks_put(c->tracks, k, c->channel[k].resampled + done, count - done, &taken))
                return false;
        done += taken;
        if (!emit_ready(c))
            return false;
    }
    return true;
}

/* Whether the library takes them: at another rate a recording may be louder. */
static bool are_sound(const float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(fabsf(samples[i]) <= MBT_LARGEST_SAMPLE))
            return false;
    return true;
}

/* Enhances channel->in[0 .. count - 1], at the model's rate. With count 0, at the end, enhances what the resamplers
 * hold back. */
static bool to_model_rate(mbt_channels *c, size_t count)
{
    size_t done = 0, used = 0, made = 0;
    const char *reason;
    do {
        for (size_t k = 0; k < c->format.channels; k++) {
            channel_state *channel = &c->channel[k];
            if (!mbt_resampler_run(channel->to_model, channel->in + done, count - done, &used, channel->resampled,
                                   BLOCK, &made, &reason))
                return complain_of_channel(c, k, "cannot change the rate: ", reason);
            if (!are_sound(channel->resampled, made))
                return complain_of_channel(c, k, "cannot change the rate: the samples are too large", "");
        }
        if (!enhance(c, made))
            return false;
        done += used;
    } while (count > 0 ? done < count : made == BLOCK);
    return true;
}

bool mbt_channels_put(mbt_channels *channels, const float *samples, size_t frames)
{
    const size_t width = channels->format.channels, known = channels->format.frames;
    if (known > 0 && frames > known - channels->taken)
        return mbt_complain("%s: longer than its header says", channels->format.path);
    for (size_t done = 0, count; done < frames; done += count) {
        count = frames - done < BLOCK ? frames - done : BLOCK;
        for (size_t k = 0; k < width; k++)
            for (size_t i = 0; i < count; i++)
                channels->channel[k].in[i] = samples[(done + i) * width + k];
        channels->taken += count;
        if (channels->keep_input && !mbt_fifo_put(&channels->input, samples + done * width, count * width))
            return out_of_memory(&channels->format);
        if (!to_model_rate(channels, count))
            return false;
    }
    return true;
}

bool mbt_channels_finish(mbt_channels *channels)
{
    if (channels->taken > 0 && !to_model_rate(channels, 0))
        return false;
    return mbt_tracks_finish(channels->tracks) && emit_ready(channels) && emit(channels, 0);
}
