/* twin.c: a live stream a second time. mbt_process takes the samples in blocks of random sizes, and gives the result
 * later by its latency. */
#include "tools/bench/live/twin.h"

#include <inttypes.h>
#include <string.h>

#include "tools/base/message.h"
#include "tools/bench/speech.h"

enum { MOST_BLOCK = 1000 };

bool mbt_twin_begin(mbt_twin *twin, mbt_enhancer *enhancer, double rate, float *in, float *out, size_t samples,
                    uint64_t total)
{
    const size_t latency = mbt_latency(enhancer);
    samples = samples < total ? samples : (size_t)total;
    mbt_bench_talk(in, samples, 0, rate);
    const mbt_status status = mbt_enhance(enhancer, in, out, samples);
    /* What ends here and goes on there differs in its last samples. */
    const size_t same = samples == total ? samples : samples > latency ? samples - latency : 0;
    *twin = (mbt_twin){.enhancer = enhancer, .rate = rate, .latency = latency, .whole = out, .whole_size = same};
    return status == MBT_OK || mbt_complain_status(status, "stream: the first samples at once");
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static bool compare(float given, float expected, uint64_t position, const char *how)
{
    return bits_of(given) == bits_of(expected) || mbt_complain("stream: sample %" PRIu64 " is %.9g; by %s it is %.9g",
                                                               position, (double)given, how, (double)expected);
}

/* The next `count` samples of the recording go into mbt_process; behind its end, zeros. */
static bool process(mbt_twin *twin, float block[MOST_BLOCK], size_t count, uint64_t end)
{
    const uint64_t left = end > twin->in ? end - twin->in : 0;
    const size_t sound = left < count ? (size_t)left : count;
    mbt_bench_talk(block, sound, twin->in, twin->rate);
    memset(block + sound, 0, (count - sound) * sizeof *block);
    for (size_t i = 0; i < sound; i++)
        twin->silent += block[i] == 0;
    const ptrdiff_t replaced = mbt_process(twin->enhancer, block, block, count);
    if (replaced < 0)
        return mbt_complain_status((mbt_status)replaced, "stream: mbt_process");
    return replaced == 0 || mbt_complain("stream: mbt_process has replaced samples");
}

bool mbt_twin_check(mbt_twin *twin, const float *ring, size_t ring_size, uint64_t pushed, uint64_t given, bool ended)
{
    float block[MOST_BLOCK];
    const uint64_t wanted = given + twin->latency, to = !ended && pushed < wanted ? pushed : wanted;
    while (twin->in < to) {
        const size_t drawn = 1 + (size_t)((mbt_bench_noise(twin->draws++) + 1) / 2 * (MOST_BLOCK - 1));
        const size_t count = to - twin->in < drawn ? (size_t)(to - twin->in) : drawn;
        if (!process(twin, block, count, pushed))
            return false;
        for (size_t i = 0; i < count; i++, twin->in++) {
            const uint64_t at = twin->in - twin->latency;
            if (twin->in < twin->latency)
                continue;
            if (!compare(ring[at % ring_size], block[i], at, "mbt_process") ||
                (at < twin->whole_size && !compare(ring[at % ring_size], twin->whole[at], at, "mbt_enhance")))
                return false;
            twin->checked++;
        }
    }
    return true;
}
