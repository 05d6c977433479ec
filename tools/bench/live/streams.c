/* streams.c: live streams that take turns on one core. */
#include "tools/bench/live/streams.h"

#include <stdlib.h>

#include "mambattention/model.h"
#include "tools/base/message.h"
#include "tools/bench/speech.h"
#include "tools/bench/timing.h"

enum { SOUND_HOPS = 800, QUICK_HOPS = 4, CACHE_LINE = 64 };

static bool open_all(mbt_streams *s, size_t count)
{
    mbt_options options;
    mbt_options_init(&options);
    options.threads = 1;
    options.isa = s->how.isa;
    options.spread = s->how.spread;
    while (s->count < count) {
        const mbt_status status = mbt_open(s->how.model, &options, &s->enhancers[s->count]);
        if (status != MBT_OK)
            return mbt_complain_status(status, "live");
        s->count++;
    }
    return true;
}

bool mbt_streams_open(mbt_streams *s, const mbt_streams_how *how, size_t count, bool quick)
{
    const mbt_model *model = how->model;
    const size_t hop = model->hop, warm_up = quick ? QUICK_HOPS : model->attention_frames + 1;
    *s = (mbt_streams){.how = *how, .sound_size = SOUND_HOPS * hop};
    s->enhancers = calloc(count, sizeof(mbt_enhancer *));
    s->sound = malloc((s->sound_size + how->block) * sizeof *s->sound);
    s->out = malloc(how->block * sizeof *s->out);
    if (s->enhancers == NULL || s->sound == NULL || s->out == NULL)
        return mbt_complain("out of memory");
    mbt_bench_speech(s->sound, s->sound_size + how->block, 0, model->sample_rate);
    if (!open_all(s, count))
        return false;
    for (size_t samples = 0; samples < warm_up * hop; samples += how->block)
        mbt_streams_round(s);
    return true;
}

void mbt_streams_close(mbt_streams *s)
{
    for (size_t i = 0; i < s->count; i++)
        mbt_close(s->enhancers[i]);
    free(s->enhancers);
    free(s->sound);
    free(s->out);
}

void mbt_streams_round(mbt_streams *s)
{
    for (size_t i = 0; i < s->count; i++)
        mbt_process(s->enhancers[i], s->sound + s->at, s->out, s->how.block);
    s->at = (s->at + s->how.block) % s->sound_size;
}

/* Writes a byte of each line, so that no other line stays in a cache. */
static void spoil_caches(unsigned char *memory, size_t size)
{
    for (size_t i = 0; i < size; i += CACHE_LINE)
        ((volatile unsigned char *)memory)[i]++;
}

bool mbt_streams_measure(mbt_streams *s, const mbt_streams_plan *plan, unsigned char *cold, size_t cold_size,
                         mbt_time_views *views)
{
    mbt_call_times times;
    const bool good = mbt_times_open(&times, plan->most);
    const double begin = mbt_bench_now();
    while (good && times.count < plan->most && (times.count < plan->fewest || mbt_bench_now() - begin < plan->ns)) {
        if (cold != NULL)
            spoil_caches(cold, cold_size);
        mbt_times_begin(&times);
        mbt_streams_round(s);
        mbt_times_end(&times);
    }
    if (good)
        *views = mbt_times_view(&times);
    mbt_times_close(&times);
    return good;
}
