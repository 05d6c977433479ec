/* fuzz_api_stream.c: streams: what may be pushed, what must come out, and that it is what mbt_enhance gives. */
#include "tests/fuzz/fuzz_api.h"

/* Pointers that the input leaves out. */
#define NO_SAMPLES 255
#define NO_COUNT 254

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many samples mbt_push has room for: a window and what was made of the windows that mbt_pull has begun to give. */
static size_t room_of(const fuzz_session *s)
{
    if (fuzz_is_causal(s))
        return fuzz_live_room(s);
    const size_t step = s->window - s->overlap;
    return s->window + (s->stream.pulled + step - 1) / step * step - s->stream.pushed;
}

static mbt_status expected_of_push(const fuzz_session *s, const float *in, size_t count)
{
    if (s->stream.flushed || s->stream.delayed)
        return MBT_ERROR_STREAM;
    if (s->max_samples != 0 && count > s->max_samples - s->stream.pushed)
        return MBT_ERROR_TOO_LONG;
    return fuzz_all_taken(in, smaller(count, room_of(s))) ? MBT_OK : MBT_ERROR_SAMPLE;
}

void fuzz_call_push(fuzz_player *p)
{
    fuzz_session *s = fuzz_choose_session(p);
    fuzz_stream *t = &s->stream;
    const size_t most = fuzz_most_samples(s);
    const uint8_t flags = fuzz_byte(&p->input);
    const size_t count = smaller(fuzz_byte(&p->input) % (most + 1), most - t->pushed);
    float *in = fuzz_take_signal(&p->input, count);
    size_t taken = SIZE_MAX;
    const mbt_status status =
        mbt_push(s->enhancer, flags == NO_SAMPLES ? NULL : in, count, flags == NO_COUNT ? NULL : &taken);
    if (s->enhancer == NULL || (flags == NO_SAMPLES && count != 0) || flags == NO_COUNT)
        FUZZ_CHECK(status == MBT_ERROR_ARGUMENT);
    else
        FUZZ_CHECK(status == expected_of_push(s, in, count));
    if (status == MBT_OK) {
        FUZZ_CHECK(taken == smaller(count, room_of(s)));
        memcpy(t->in + t->pushed, in, taken * sizeof *in);
        t->pushed += taken;
        t->begun = t->begun || taken > 0;
    } else {
        FUZZ_CHECK(flags == NO_COUNT || taken == 0);
    }
    free(in);
}

/* How many samples of the result can be had: all after mbt_flush, else a step of each window that is full. */
static size_t available_of(const fuzz_session *s)
{
    if (fuzz_is_causal(s))
        return fuzz_live_available(s);
    const size_t step = s->window - s->overlap, pushed = s->stream.pushed;
    return s->stream.flushed ? pushed : pushed < s->window ? 0 : (pushed - s->window) / step * step + step;
}

static void pull(fuzz_session *s, size_t room)
{
    fuzz_stream *t = &s->stream;
    float *out = fuzz_make_output(room);
    const size_t expected = smaller(room, available_of(s) - t->pulled);
    size_t given = SIZE_MAX;
    fuzz_watch(&s->watcher);
    const mbt_status status = mbt_pull(s->enhancer, out, room, &given);
    FUZZ_CHECK(status == (s->watcher.stopped ? MBT_ERROR_CANCELLED : MBT_OK));
    if (status == MBT_OK) {
        FUZZ_CHECK(given == expected);
        fuzz_check_progress(&s->watcher);
    } else { /* whole windows have been given */
        FUZZ_CHECK(given < expected && (t->pulled + given) % (s->window - s->overlap) == 0);
    }
    if (fuzz_is_causal(s))
        fuzz_live_pulled(s, room, given);
    fuzz_check_output(out, room, given);
    FUZZ_CHECK(fuzz_all_finite(out, given));
    memcpy(t->out + t->pulled, out, given * sizeof *out);
    t->pulled += given;
    fuzz_free_output(out);
}

void fuzz_call_pull(fuzz_player *p)
{
    fuzz_session *s = fuzz_choose_session(p);
    const uint8_t flags = fuzz_byte(&p->input);
    const size_t room = fuzz_byte(&p->input) % (FUZZ_MOST_SAMPLES + 2);
    const bool good = s->enhancer != NULL && flags != NO_COUNT && (flags != NO_SAMPLES || room == 0);
    if (good && !s->stream.delayed) {
        pull(s, room);
        return;
    }
    float *out = fuzz_make_output(room);
    size_t given = SIZE_MAX;
    FUZZ_CHECK(mbt_pull(s->enhancer, flags == NO_SAMPLES ? NULL : out, room, flags == NO_COUNT ? NULL : &given) ==
               (good ? MBT_ERROR_STREAM : MBT_ERROR_ARGUMENT));
    FUZZ_CHECK(flags == NO_COUNT || given == 0);
    fuzz_check_output(out, room, 0);
    fuzz_free_output(out);
}

static void flush(fuzz_session *s)
{
    if (s->stream.delayed) {
        FUZZ_CHECK(mbt_flush(s->enhancer) == MBT_ERROR_STREAM);
        return;
    }
    FUZZ_CHECK(mbt_flush(s->enhancer) == (s->enhancer != NULL ? MBT_OK : MBT_ERROR_ARGUMENT));
    s->stream.begun = s->stream.flushed = s->enhancer != NULL;
}

void fuzz_call_flush(fuzz_player *p)
{
    flush(fuzz_choose_session(p));
}

void fuzz_forget_stream(fuzz_session *s)
{
    s->stream.pushed = s->stream.pulled = s->stream.frames = 0;
    s->stream.begun = s->stream.flushed = s->stream.delayed = false;
}

void fuzz_call_reset(fuzz_player *p)
{
    fuzz_session *s = fuzz_choose_session(p);
    mbt_reset(s->enhancer);
    fuzz_forget_stream(s);
}

void fuzz_call_finish(fuzz_player *p)
{
    fuzz_finish_stream(p, fuzz_choose_session(p));
}

void fuzz_finish_stream(fuzz_player *p, fuzz_session *s)
{
    if (s->stream.delayed) {
        fuzz_live_check(p, s);
    } else if (s->stream.begun) {
        flush(s);
        s->watcher.calls_left = UINT32_MAX;
        pull(s, FUZZ_MOST_SAMPLES);
        fuzz_check_stream(p, s);
    }
}

void fuzz_check_stream(fuzz_player *p, fuzz_session *s)
{
    fuzz_stream *t = &s->stream;
    if (!t->begun)
        return;
    if (t->delayed) {
        fuzz_live_check(p, s);
        return;
    }
    mbt_reset(s->enhancer);
    if (t->pulled > 0) {
        float *whole = fuzz_make_output(t->pushed);
        s->watcher.calls_left = UINT32_MAX;
        fuzz_watch(&s->watcher);
        FUZZ_CHECK(mbt_enhance(s->enhancer, t->in, whole, t->pushed) == MBT_OK);
        FUZZ_CHECK(memcmp(t->out, whole, t->pulled * sizeof *whole) == 0);
        fuzz_check_windows(p, s, t->in, whole, t->pushed);
        fuzz_free_output(whole);
    }
    fuzz_forget_stream(s);
}
