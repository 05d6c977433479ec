/* fuzz_api_live.c: streams through a causal network. */
#include "tests/fuzz/fuzz_api.h"

#include <math.h>

#define LOUDEST 8.0f /* what mbt_process limits samples to */
#define NO_INPUT 255 /* pointers that the input leaves out */
#define NO_OUTPUT 254
#define IN_PLACE 1u

/* How many samples of the result so many frames complete: the first ones complete what lies before the stream. */
static size_t completed_by(const fuzz_session *s, size_t frames)
{
    const size_t hop = s->model->hop, early = s->model->win - hop;
    return frames * hop < early ? 0 : frames * hop - early;
}

size_t fuzz_live_room(const fuzz_session *s)
{
    const size_t hop = s->model->hop;
    return hop - (s->stream.pushed - s->stream.frames * hop);
}

size_t fuzz_live_available(const fuzz_session *s)
{
    const size_t pushed = s->stream.pushed;
    return s->stream.flushed ? pushed : completed_by(s, pushed / s->model->hop);
}

/* With room left it has run every frame that it can. Else it has stopped at the one that filled the room. */
void fuzz_live_pulled(fuzz_session *s, size_t room, size_t given)
{
    fuzz_stream *t = &s->stream;
    if (given < room)
        t->frames = t->pushed / s->model->hop;
    while (given == room && room > 0 && completed_by(s, t->frames) < t->pulled + given)
        t->frames++;
}

/* What mbt_process takes a sample for. */
static float taken_as(float x)
{
    return isnan(x) || isinf(x) ? 0 : x > LOUDEST ? LOUDEST : x < -LOUDEST ? -LOUDEST : x;
}

/* The arguments are good, and so is the session. */
static void process(fuzz_session *s, float *in, size_t count, bool in_place)
{
    fuzz_stream *t = &s->stream;
    float *out = fuzz_make_output(count);
    ptrdiff_t replaced = 0;
    for (size_t i = 0; i < count; i++) {
        t->in[t->pushed + i] = taken_as(in[i]);
        replaced += t->in[t->pushed + i] != in[i];
        out[i] = in_place ? in[i] : out[i];
    }
    FUZZ_CHECK(mbt_process(s->enhancer, in_place ? out : in, out, count) == replaced);
    fuzz_check_output(out, count, count);
    FUZZ_CHECK(fuzz_all_finite(out, count));
    memcpy(t->out + t->pushed, out, count * sizeof *out);
    t->pushed = t->pulled = t->pushed + count;
    t->begun = t->delayed = t->delayed || count > 0;
    fuzz_free_output(out);
}

void fuzz_call_process(fuzz_player *p)
{
    fuzz_session *s = fuzz_choose_session(p);
    const uint8_t flags = fuzz_byte(&p->input);
    const size_t left = FUZZ_MOST_SAMPLES - s->stream.pushed, asked = fuzz_byte(&p->input) % (FUZZ_MOST_SAMPLES + 1);
    const size_t count = asked < left ? asked : left;
    float *in = fuzz_take_signal(&p->input, count);
    const bool whole = count == 0 || (flags != NO_INPUT && flags != NO_OUTPUT);
    if (s->enhancer != NULL && whole && fuzz_is_causal(s) && (s->stream.delayed || !s->stream.begun)) {
        process(s, in, count, flags & IN_PLACE);
    } else {
        float *out = fuzz_make_output(count);
        const ptrdiff_t refused =
            mbt_process(s->enhancer, flags == NO_INPUT ? NULL : in, flags == NO_OUTPUT ? NULL : out, count);
        FUZZ_CHECK(refused == (s->enhancer == NULL || !whole ? MBT_ERROR_ARGUMENT : MBT_ERROR_STREAM));
        fuzz_check_output(out, count, 0);
        fuzz_free_output(out);
    }
    free(in);
}

void fuzz_live_check(fuzz_player *p, fuzz_session *s)
{
    const fuzz_stream *t = &s->stream;
    float whole[FUZZ_MOST_SAMPLES];
    mbt_reset(s->enhancer);
    FUZZ_CHECK(mbt_enhance(fuzz_reference_of(p, s), t->in, whole, t->pushed) == MBT_OK);
    for (size_t i = 0; i < t->pushed; i++) {
        const float expected = i < s->window ? 0 : whole[i - s->window];
        FUZZ_CHECK(memcmp(t->out + i, &expected, sizeof expected) == 0);
    }
    fuzz_forget_stream(s);
}
