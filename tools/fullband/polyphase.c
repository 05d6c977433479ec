/* polyphase.c: the filter's phases and the streams through it. */
#include "tools/fullband/polyphase.h"

#include <string.h>

/* The pass band ends at 7/8 of the lower rate's highest frequency, and the stop band begins there: nothing is folded
 * back. 76 dB down is below the noise of 12 bits; it makes the delay 2.4 ms at 16 kHz each way. */
#define PASS_BAND 0.875
#define ATTENUATION 76.0

enum { MOST_WEIGHTS = 1 << 20, LEAST_RATE = 4000, MOST_RATE = 768000 };

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        const uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

bool mbt_polyphase_plan(mbt_polyphase *p, uint32_t from, uint32_t to)
{
    *p = (mbt_polyphase){0};
    if (from < LEAST_RATE || from > MOST_RATE || to < LEAST_RATE || to > MOST_RATE)
        return false;
    const uint32_t divisor = common_divisor(from, to);
    p->up = to / divisor;
    p->down = from / divisor;
    const double highest = 0.5 * (from < to ? from : to) / from; /* cycles per input sample */
    p->filter.cutoff = highest * (1 + PASS_BAND) / 2;
    p->filter.beta = mbt_kaiser_beta(ATTENUATION);
    p->filter.half = mbt_kaiser_half(ATTENUATION, highest * (1 - PASS_BAND));
    return true;
}

bool mbt_polyphase_delay(mbt_polyphase *p, double delay)
{
    p->delay = delay;
    p->taps = ((size_t)(delay + p->filter.half) + MBT_DOT_LANES) / MBT_DOT_LANES * MBT_DOT_LANES;
    return p->taps <= MOST_WEIGHTS / p->up;
}

size_t mbt_polyphase_weights(const mbt_polyphase *p)
{
    return p->up * p->taps;
}

/* The samples are moved to the front when the room is used up. With twice the need, that is seldom. */
size_t mbt_polyphase_room(const mbt_polyphase *p, size_t most)
{
    return 2 * (p->taps + most);
}

/* The oldest sample lies taps - 1 samples, and a phase, before the output's place. */
void mbt_polyphase_compute(const mbt_polyphase *p)
{
    for (uint32_t phase = 0; phase < p->up; phase++) {
        const double oldest = (double)(p->taps - 1) + (double)phase / p->up;
        mbt_sinc_weights(&p->filter, p->delay - oldest, p->weights + phase * p->taps, p->taps);
    }
}

void mbt_polyphase_begin(const mbt_polyphase *p, mbt_polyphase_stream *s)
{
    s->held = p->taps - 1;
    s->end = p->taps;
    s->phase = 0;
    memset(s->samples, 0, s->held * sizeof *s->samples);
}

void mbt_polyphase_put(const mbt_polyphase *p, mbt_polyphase_stream *s, const float *in, size_t count)
{
    if (count > s->room - s->held) {
        const size_t start = s->end - p->taps;
        memmove(s->samples, s->samples + start, (s->held - start) * sizeof *s->samples);
        s->held -= start;
        s->end -= start;
    }
    memcpy(s->samples + s->held, in, count * sizeof *in);
    s->held += count;
}

size_t mbt_polyphase_get(const mbt_polyphase *p, mbt_polyphase_stream *s, float *out, size_t most)
{
    size_t given = 0;
    while (given < most && s->end <= s->held) {
        out[given++] = mbt_dot(p->weights + s->phase * p->taps, s->samples + s->end - p->taps, p->taps);
        s->phase += p->down;
        s->end += s->phase / p->up;
        s->phase %= p->up;
    }
    return given;
}
