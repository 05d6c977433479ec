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

/* Multiply-adds that take as long as a transform, about. */
#define TRANSFORM_WORK 300000u

/* Runs the pieces of a frame's work that are this run's. */
static void run_pieces(mbt_live *live, mbt_run *run)
{
    if (mbt_run_does(run, TRANSFORM_WORK))
        mbt_hops_forward(run, &live->hops, live->spectrum, live->planes);
    mbt_network_run(run, live->network, live->planes);
    if (mbt_run_does(run, TRANSFORM_WORK))
        mbt_hops_inverse(run, &live->hops, live->spectrum, live->network->magnitude, live->network->pairs);
}

void mbt_live_open(mbt_live *live, mbt_run *run, bool spread)
{
    live->spread = spread;
    run->from = SIZE_MAX; /* nothing is done, but all is passed by and counted */
    run_pieces(live, run);
    live->work = run->at;
    mbt_live_reset(live, run);
}

void mbt_live_reset(mbt_live *live, mbt_run *run)
{
    const mbt_model *model = run->model;
    mbt_hops_reset(&live->hops, model);
    mbt_network_reset(run, live->network);
    live->clock = 0;
    live->held = live->next = live->end = live->pending = 0;
    live->early = model->win - model->hop;
    live->ended = live->delayed = live->begun = live->resting = false;
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

/* Takes the frame that ends with the samples held. What is missing of its hop counts as zeros. When the network comes
 * to rest it forgets the silence, as a new one that knows the level: in the 1.5 s of speech that follow, that gains 2
 * dB of SI-SDR over the state that the silence left (docs/live.md). */
static void begin_frame(mbt_live *live, mbt_run *run)
{
    const size_t hop = run->model->hop;
    memset(mbt_hops_newest(&live->hops, run->model) + live->held, 0, (hop - live->held) * sizeof(float));
    live->held = 0;
    const bool rested = live->resting;
    live->resting = !mbt_hops_take(run, &live->hops, live->spectrum);
    if (live->resting && !rested) {
        mbt_network_reset(run, live->network);
        live->clock = 0;
    }
    live->begun = true;
    live->at = 0;
}

/* Does the work on that frame up to piece `to`. */
static void do_work(mbt_live *live, mbt_run *run, size_t to)
{
    if (live->resting || to <= live->at)
        return;
    run->clock = live->clock;
    run->at = 0;
    run->from = live->at;
    run->to = to;
    run_pieces(live, run);
    live->at = run->at;
}

/* Does what is left of that work. The result takes the place of what was taken. */
static void finish_frame(mbt_live *live, mbt_run *run)
{
    const size_t hop = run->model->hop, early = live->early < hop ? live->early : hop;
    do_work(live, run, SIZE_MAX);
    mbt_hops_give(run, &live->hops, live->result);
    live->clock += !live->resting;
    live->begun = false;
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
        begin_frame(live, run);
        finish_frame(live, run);
    }
}

/* The hop that came in is full. */
static void turn(mbt_live *live, mbt_run *run)
{
    if (!live->spread) {
        begin_frame(live, run);
        finish_frame(live, run);
        return;
    }
    if (live->begun) {
        finish_frame(live, run);
    } else { /* the first hop of a stream: no frame has been done while it came in */
        memset(live->result, 0, run->model->hop * sizeof *live->result);
        live->next = 0;
    }
    begin_frame(live, run);
}

/* A hop of zeros comes first, or two if the work is spread, then win - hop samples that lie before the stream's first.
 * So as many samples are ready as are missing for the next hop, at all times. */
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
            turn(live, run);
        else if (live->begun)
            do_work(live, run, live->work / hop * live->held);
    }
    live->pending = 0; /* counts nothing here */
}
