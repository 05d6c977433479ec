/* live.c: gathers samples to hops, runs the network on each, and hands the result on. */
#include "runtime/live.h"

#include <string.h>

void mbt_live_plan(mbt_live *live, const mbt_model *model, const mbt_spectrum *spectrum, const mbt_network *network,
                   float *planes, mbt_arena *arena)
{
    *live = (mbt_live){.spectrum = spectrum, .network = network, .planes = planes};
    mbt_hops_plan(&live->hops, model, spectrum, arena);
    live->result = mbt_arena_floats(arena, model->hop);
}

void mbt_live_reset(mbt_live *live, mbt_run *run)
{
    const mbt_model *model = run->model;
    mbt_hops_reset(&live->hops, model);
    mbt_network_reset(run, live->network);
    live->clock = 0;
    live->held = live->next = live->end = live->pending = 0;
    live->early = model->win - model->hop;
    live->ended = live->delayed = false;
}

size_t mbt_live_room(const mbt_live *live, const mbt_model *model)
{
    return model->hop - live->held;
}

size_t mbt_live_put(mbt_live *live, const mbt_model *model, const float *in, size_t samples)
{
    const size_t room = mbt_live_room(live, model), taken = samples < room ? samples : room;
    if (taken)
        memcpy(mbt_hops_newest(&live->hops, model) + live->held, in, taken * sizeof *in);
    live->held += taken;
    live->pending += taken;
    return taken;
}

void mbt_live_finish(mbt_live *live)
{
    live->ended = true;
}

/* Runs the next frame. What is missing of its hop counts as zeros. */
static void run_frame(mbt_live *live, mbt_run *run)
{
    const size_t hop = run->model->hop;
    memset(mbt_hops_newest(&live->hops, run->model) + live->held, 0, (hop - live->held) * sizeof(float));
    live->held = 0;
    run->clock = live->clock;
    if (mbt_hops_forward(run, &live->hops, live->spectrum, live->planes)) {
        mbt_network_run(run, live->network, live->planes);
        mbt_hops_inverse(run, &live->hops, live->spectrum, live->network->magnitude, live->network->pairs,
                         live->result);
        live->clock++;
    } else {
        mbt_hops_inverse(run, &live->hops, live->spectrum, NULL, NULL, live->result);
    }
    const size_t early = live->early < hop ? live->early : hop;
    live->early -= early;
    if (live->delayed)
        memset(live->result, 0, early * sizeof *live->result);
    live->next = live->delayed ? 0 : early;
    live->end = hop;
}

size_t mbt_live_get(mbt_live *live, mbt_run *run, float *out, size_t room)
{
    size_t given = 0;
    for (;;) {
        size_t count = live->end - live->next;
        count = count < live->pending ? count : live->pending;
        count = count < room - given ? count : room - given;
        if (count)
            memcpy(out + given, live->result + live->next, count * sizeof *out);
        live->next += count;
        live->pending -= count;
        given += count;
        const bool more = live->held == run->model->hop || (live->ended && live->pending > 0);
        if (given == room || !more)
            return given;
        run_frame(live, run);
    }
}

/* A hop of zeros comes first, then win - hop samples that lie before the stream's first. So as many samples are ready
 * as are missing for the next hop, at all times. */
void mbt_live_process(mbt_live *live, mbt_run *run, const float *in, float *out, size_t samples)
{
    const size_t hop = run->model->hop;
    if (!live->delayed) {
        live->delayed = true;
        memset(live->result, 0, hop * sizeof *live->result);
        live->next = 0;
        live->end = hop;
    }
    for (size_t done = 0, count; done < samples; done += count) {
        count = mbt_live_put(live, run->model, in + done, samples - done);
        memcpy(out + done, live->result + live->next, count * sizeof *out);
        live->next += count;
        if (live->held == hop)
            run_frame(live, run);
    }
    live->pending = 0; /* counts nothing here */
}
