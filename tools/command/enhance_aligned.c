/* enhance_aligned.c: the first samples of the delayed result are left out, and at the end zeros push out the rest. */
#include "tools/command/enhance_aligned.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 }; /* samples, less than a hop at usual rates */

struct mbt_aligned {
    mbt_fullband *fullband;
    float result[BLOCK];
    size_t next, end; /* result[next .. end - 1] can be taken */
    size_t early;     /* how many samples to come lie before the first of the result */
    size_t pending;   /* samples put in and not yet taken out */
    bool ended;
};

mbt_status mbt_aligned_open(const mbt_model *model, const mbt_options *options, double rate, mbt_high_band high_band,
                            mbt_aligned **aligned)
{
    mbt_aligned *a = calloc(1, sizeof *a);
    *aligned = NULL;
    if (a == NULL)
        return MBT_ERROR_MEMORY;
    const mbt_status status = mbt_fullband_open(model, options, rate, high_band, &a->fullband);
    if (status != MBT_OK) {
        free(a);
        return status;
    }
    a->early = mbt_fullband_latency(a->fullband);
    *aligned = a;
    return MBT_OK;
}

size_t mbt_aligned_latency(const mbt_aligned *aligned)
{
    return mbt_fullband_latency(aligned->fullband);
}

/* Makes the next samples of the result of a->result. */
static size_t process(mbt_aligned *a, size_t samples)
{
    const ptrdiff_t replaced = mbt_fullband_process(a->fullband, a->result, a->result, samples);
    const size_t early = a->early < samples ? a->early : samples;
    a->early -= early;
    a->next = early;
    a->end = samples;
    return replaced > 0 ? (size_t)replaced : 0;
}

size_t mbt_aligned_put(mbt_aligned *aligned, const float *in, size_t samples, size_t *replaced)
{
    *replaced = 0;
    if (aligned->next < aligned->end || samples == 0)
        return 0;
    const size_t taken = samples < BLOCK ? samples : BLOCK;
    memcpy(aligned->result, in, taken * sizeof *in);
    *replaced = process(aligned, taken);
    aligned->pending += taken;
    return taken;
}

void mbt_aligned_finish(mbt_aligned *aligned)
{
    aligned->ended = true;
}

size_t mbt_aligned_get(mbt_aligned *aligned, float *out, size_t room)
{
    size_t given = 0;
    for (;;) {
        size_t count = aligned->end - aligned->next;
        count = count < room - given ? count : room - given;
        count = count < aligned->pending ? count : aligned->pending;
        if (count > 0)
            memcpy(out + given, aligned->result + aligned->next, count * sizeof *out);
        aligned->next += count;
        aligned->pending -= count;
        given += count;
        if (given == room || !aligned->ended || aligned->pending == 0)
            return given;
        memset(aligned->result, 0, sizeof aligned->result);
        process(aligned, BLOCK);
    }
}

void mbt_aligned_close(mbt_aligned *aligned)
{
    if (aligned == NULL)
        return;
    mbt_fullband_close(aligned->fullband);
    free(aligned);
}
