/* fuzz_api.c: the library's calls in any order, with any options, samples and blocks, on networks so small that a run
 * takes less than a millisecond.
 *
 * An input is a row of calls: a byte says which (calls[] below), and each takes its arguments from the bytes that
 * follow. What comes out is held against what the header promises: statuses, counts, the same bits in blocks as in one
 * piece, in any enhancer and, if the input says so, by the scalar kernels in one thread. */
#include "tests/fuzz/fuzz_api.h"

#include <fenv.h>
#include <math.h>

#define MOST_CALLS 20u
#define MOST_RECORDED 120u /* samples of recordings, after which an input ends: they are what takes time */

extern const mbt_model mbt_model_fuzz_f32, mbt_model_fuzz_f16, mbt_model_fuzz_int8;
extern const mbt_model mbt_model_fuzz_causal_f32, mbt_model_fuzz_causal_int8;

/* A causal network at so low a rate that 3 s, after which it rests in silence, pass within a stream. */
static mbt_model tired;

const mbt_model *const fuzz_models[FUZZ_MODELS] = {&mbt_model_fuzz_f32,         &mbt_model_fuzz_f16,
                                                   &mbt_model_fuzz_int8,        &mbt_model_fuzz_causal_f32,
                                                   &mbt_model_fuzz_causal_int8, &tired};

fuzz_session *fuzz_choose_session(fuzz_player *p)
{
    return &p->sessions[fuzz_byte(&p->input) % FUZZ_SESSIONS];
}

size_t fuzz_most_samples(const fuzz_session *s)
{
    if (s->enhancer == NULL || s->window > FUZZ_MOST_SAMPLES || fuzz_is_causal(s))
        return FUZZ_MOST_SAMPLES;
    const size_t most = s->window + (FUZZ_MOST_WINDOWS - 1) * (s->window - s->overlap);
    return most < FUZZ_MOST_SAMPLES ? most : FUZZ_MOST_SAMPLES;
}

static void call_describe(fuzz_player *p)
{
    mbt_model model = *fuzz_models[fuzz_byte(&p->input) % FUZZ_MODELS];
    const uint8_t which = fuzz_byte(&p->input) % 6;
    mbt_model_info info;
    size_t bytes;
    model.abi += which == 1;
    model.model_size += which == 2;
    model.hop *= which == 3 ? 0 : 1;
    model.attention_frames = which != 4 ? model.attention_frames : model.attention_frames == 0 ? 3 : 0;
    model.level_frames = which != 5 ? model.level_frames : model.level_frames == 0 ? 3 : 0;
    const mbt_status expected = which == 0 ? MBT_OK : MBT_ERROR_MODEL;
    FUZZ_CHECK(mbt_model_describe(&model, &info) == expected);
    FUZZ_CHECK(mbt_memory_needed(&model, NULL, &bytes) == expected);
}

static void call_names(fuzz_player *p)
{
    const int number = (int)(fuzz_byte(&p->input)) - 16;
    FUZZ_CHECK(mbt_status_string((mbt_status)number)[0] != '\0');
    const fuzz_input text = fuzz_take(&p->input, fuzz_byte(&p->input) % 16);
    char name[17] = "";
    mbt_isa isa;
    memcpy(name, text.at, text.left);
    if (mbt_isa_from_name(name, &isa) == MBT_OK)
        FUZZ_CHECK(strcmp(mbt_isa_name(isa), name) == 0);
}

static void call_pcm(fuzz_player *p)
{
    float samples[8], back[8];
    int16_t pcm[8], again[8];
    for (int i = 0; i < 8; i++)
        samples[i] = fuzz_float(&p->input);
    mbt_to_s16(samples, pcm, 8);
    mbt_from_s16(pcm, back, 8);
    mbt_to_s16(back, again, 8);
    FUZZ_CHECK(memcmp(pcm, again, sizeof pcm) == 0);
    for (int i = 0; i < 8; i++) {
        FUZZ_CHECK(!isnan(samples[i]) || pcm[i] == 0);
        FUZZ_CHECK(!(fabsf(samples[i]) <= 0.999f) || fabsf(samples[i] - back[i]) <= 0x1p-15f);
    }
}

static void call_rounding(fuzz_player *p)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    p->rounding = modes[fuzz_byte(&p->input) % 4];
    FUZZ_CHECK(fesetround(p->rounding) == 0);
}

/* tests/fuzz/make-seeds knows their numbers. */
static void (*const calls[])(fuzz_player *p) = {
    fuzz_call_open,  fuzz_call_enhance, fuzz_call_push,  fuzz_call_pull,    fuzz_call_push,     fuzz_call_pull,
    fuzz_call_flush, fuzz_call_finish,  fuzz_call_reset, fuzz_call_close,   fuzz_call_patience, call_describe,
    call_names,      call_pcm,          call_rounding,   fuzz_call_process,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tired = mbt_model_fuzz_causal_f32;
    tired.sample_rate = 4;
    fuzz_player p = {.input = {data, size}, .rounding = FE_TONEAREST};
    for (unsigned i = 0; i < MOST_CALLS && p.samples < MOST_RECORDED && p.input.left != 0; i++) {
        calls[fuzz_byte(&p.input) % (sizeof calls / sizeof calls[0])](&p);
        FUZZ_CHECK(fegetround() == p.rounding);
        for (unsigned k = 0; k < FUZZ_SESSIONS; k++)
            fuzz_check_session(&p.sessions[k]);
    }
    for (unsigned i = 0; i < FUZZ_SESSIONS; i++) {
        fuzz_finish_stream(&p, &p.sessions[i]);
        fuzz_close_session(&p.sessions[i]);
    }
    for (unsigned i = 0; i < FUZZ_MODELS; i++)
        mbt_close(p.references[i].enhancer);
    fesetround(FE_TONEAREST);
    return 0;
}
