/* polyphase.c: the filter's weights and the streams through it.
 * The weights come of additions, multiplications and divisions alone, in an order that the source gives, and so do the
 * sums: the same bits on all machines, which sin() and a library's Bessel function do not promise. */
#include "tools/fullband/polyphase.h"

#include <string.h>

/* The pass band ends at 7/8 of the lower rate's highest frequency, the stop band begins there: nothing is folded back.
 * Kaiser's formulas give the window for 76 dB in the stop band. */
#define PASS_BAND 0.875
#define ATTENUATION 76.0
#define BETA (0.1102 * (ATTENUATION - 8.7))
#define PI 3.14159265358979323846

enum { LANES = 8, MOST_WEIGHTS = 1 << 20, LEAST_RATE = 4000, MOST_RATE = 768000 };

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
    p->cutoff = highest * (1 + PASS_BAND) / 2;
    p->half = (ATTENUATION - 8) / (2.285 * 2 * PI * highest * (1 - PASS_BAND)) / 2;
    return true;
}

bool mbt_polyphase_delay(mbt_polyphase *p, double delay)
{
    p->delay = delay;
    p->taps = ((size_t)(delay + p->half) + LANES) / LANES * LANES;
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

/* sin(pi x) for |x| up to some thousands. */
static double sine_of_pi(double x)
{
    /* Taylor's series of sin(pi y) / y in y^2. */
    static const double terms[] = {3.1415926535897931,      -5.1677127800499702,     2.5501640398773455,
                                   -0.59926452932079211,    0.082145886611128233,    -0.0073704309457143504,
                                   0.00046630280576761255,  -2.1915353447830217e-05, 7.9520540014755153e-07,
                                   -2.2948428997269874e-08, 5.3926646626081279e-10,  -1.0518471716932066e-11};
    const double shift = 6755399441055744.0; /* 1.5 * 2^52: what is added to it becomes a whole number */
    const double turns = (0.5 * x + shift) - shift, y = x - 2 * turns; /* in [-1, 1] */
    double sum = 0;
    for (int i = (int)(sizeof terms / sizeof terms[0]) - 1; i >= 0; i--)
        sum = sum * (y * y) + terms[i];
    return sum * y;
}

/* Kaiser's window at `place` of its half length: I0(beta sqrt(1 - place^2)), up to a factor. */
static double kaiser(double place)
{
    enum { TERMS = 24 };
    const double x = (BETA / 2) * (BETA / 2) * (1 - place * place);
    if (x < 0)
        return 0;
    double sum = 0;
    for (int k = TERMS; k > 0; k--)
        sum = (1 + sum) * x / ((double)k * k);
    return 1 + sum;
}

void mbt_polyphase_compute(const mbt_polyphase *p)
{
    for (uint32_t phase = 0; phase < p->up; phase++) {
        float *weights = p->weights + phase * p->taps;
        double sum = 0;
        for (int pass = 0; pass < 2; pass++) /* the second divides by the sum, so that the weights add up to 1 */
            for (size_t i = 0; i < p->taps; i++) {
                const double age = (double)(p->taps - 1 - i) + (double)phase / p->up, t = age - p->delay;
                const double x = 2 * p->cutoff * t, sinc = x == 0 ? 1 : sine_of_pi(x) / (PI * x);
                const double weight = sinc * kaiser(t / p->half);
                if (pass == 0)
                    sum += weight;
                else
                    weights[i] = (float)(weight / sum);
            }
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

/* Eight sums beside each other, which fill vectors of any width in the same order. */
static float dot(const float *a, const float *b, size_t count)
{
    float sums[LANES] = {0};
    for (size_t i = 0; i < count; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            sums[k] += a[i + k] * b[i + k];
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

size_t mbt_polyphase_get(const mbt_polyphase *p, mbt_polyphase_stream *s, float *out, size_t most)
{
    size_t given = 0;
    while (given < most && s->end <= s->held) {
        out[given++] = dot(p->weights + s->phase * p->taps, s->samples + s->end - p->taps, p->taps);
        s->phase += p->down;
        s->end += s->phase / p->up;
        s->phase %= p->up;
    }
    return given;
}
