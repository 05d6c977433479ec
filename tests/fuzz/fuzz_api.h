/* fuzz_api.h: what the fuzzer of the library's calls keeps between them: two sessions, each an enhancer and what is
 * known of it. */
#ifndef MBT_TESTS_FUZZ_FUZZ_API_H
#define MBT_TESTS_FUZZ_FUZZ_API_H

#include <stdbool.h>

#include "tests/fuzz/fuzz.h"
#include "mambattention/mambattention.h"
#include "mambattention/model.h"

#define FUZZ_SESSIONS 2u
#define FUZZ_MODELS 6u
#define FUZZ_CAUSAL 3u        /* the first model that is causal; all after it are */
#define FUZZ_MOST_SAMPLES 40u /* of a recording, and of a stream */
#define FUZZ_MOST_WINDOWS 4u  /* likewise */

/* A block of the caller's within guards, and how often the library asked for it and gave it back. */
typedef struct fuzz_memory {
    unsigned char *base;
    size_t past; /* the block begins so many bytes after a multiple of 64 */
    size_t size;
    bool empty; /* there is none to be had */
    unsigned allocations, releases;
} fuzz_memory;

/* What the progress callback is told and asks for. */
typedef struct fuzz_watcher {
    unsigned calls_left; /* until it asks to stop */
    bool stopped;
    bool meddles; /* each time it calls what it may not */
    double done;
} fuzz_watcher;

/* What went into a stream and what came out. */
typedef struct fuzz_stream {
    float in[FUZZ_MOST_SAMPLES], out[FUZZ_MOST_SAMPLES];
    size_t pushed, pulled;
    size_t frames; /* that a causal network has run */
    bool begun, flushed;
    bool delayed; /* mbt_process gives it, which pulls what it pushes */
} fuzz_stream;

typedef struct fuzz_session {
    mbt_enhancer *enhancer; /* NULL: closed */
    const mbt_model *model;
    bool refused; /* some options are out of their ranges */
    size_t max_samples;
    size_t window, overlap; /* samples at once: the window that the options come to, or max_samples if that is less; of
                               a causal network the latency */
    float limit, dry;
    fuzz_memory memory;
    bool hooked; /* memory came from an allocator of the caller's */
    fuzz_watcher watcher;
    fuzz_stream stream;
} fuzz_session;

/* An enhancer with the fastest kernels and one thread that takes a whole stream in a window, to compare with. Opened
 * when it is needed. */
typedef struct fuzz_reference {
    mbt_enhancer *enhancer;
    float limit, dry;
} fuzz_reference;

typedef struct fuzz_player {
    fuzz_input input;
    fuzz_session sessions[FUZZ_SESSIONS];
    fuzz_reference references[FUZZ_MODELS];
    size_t samples; /* of all recordings */
    int rounding;   /* the caller's mode, which every call must leave as it is */
} fuzz_player;

extern const mbt_model *const fuzz_models[FUZZ_MODELS];

static inline bool fuzz_is_causal(const fuzz_session *s)
{
    return s->model->attention_frames > 0;
}

/* Which session the input names. */
fuzz_session *fuzz_choose_session(fuzz_player *p);

/* The length of the session's longest recording or stream, for the sake of speed. */
size_t fuzz_most_samples(const fuzz_session *s);

/* fuzz_api_open.c: opening and closing. */

void fuzz_call_open(fuzz_player *p);
void fuzz_call_close(fuzz_player *p);

/* The session may be closed already, or in the middle of a stream. */
void fuzz_close_session(fuzz_session *s);

/* Memory was asked for once and is still held; latency and pending are what the header says. */
void fuzz_check_session(const fuzz_session *s);

/* fuzz_api_run.c: recordings. */

void fuzz_call_enhance(fuzz_player *p);

/* After how many calls the session's progress callback stops. */
void fuzz_call_patience(fuzz_player *p);

/* Before a call that tells its progress, which does not fall: mbt_pull never does two windows. */
void fuzz_watch(fuzz_watcher *w);

/* After a call that did a window at most: if progress was told, it went to the end. */
void fuzz_check_progress(const fuzz_watcher *w);

/* Any bits. */
float fuzz_float(fuzz_input *in);

/* Noise, one value, an impulse, raw floats, or noise with one odd value; at any scale. malloc'd. */
float *fuzz_take_signal(fuzz_input *in, size_t count);

bool fuzz_all_finite(const float *samples, size_t count);

/* None is NaN or beyond MBT_LARGEST_SAMPLE. */
bool fuzz_all_taken(const float *samples, size_t count);

/* Room for so many samples of output, within guards. For fuzz_free_output. */
float *fuzz_make_output(size_t count);

/* All but the first `written` of the samples, and the guards, are as they were made. */
void fuzz_check_output(const float *out, size_t count, size_t written);

void fuzz_free_output(float *out);

/* The reference with the session's model, limit and share of the input. */
mbt_enhancer *fuzz_reference_of(fuzz_player *p, const fuzz_session *s);

/* Holds a result against its windows, each enhanced as a recording by an enhancer that knows of no windows. The bits
 * are the same but where one window is faded into the next. A causal network's result is held against that of the
 * whole, and against the input if it is nothing else. in, out: [count], count at most FUZZ_MOST_SAMPLES. */
void fuzz_check_windows(fuzz_player *p, const fuzz_session *s, const float *in, const float *out, size_t count);

/* fuzz_api_stream.c: streams. */

void fuzz_call_push(fuzz_player *p);
void fuzz_call_pull(fuzz_player *p);
void fuzz_call_flush(fuzz_player *p);
void fuzz_call_reset(fuzz_player *p);
void fuzz_call_finish(fuzz_player *p);

/* What the session's stream has given has the bits of mbt_enhance for all that was pushed. Ends the stream. */
void fuzz_check_stream(fuzz_player *p, fuzz_session *s);

/* Flushes the session's stream, if there is one, pulls the rest, and checks it as above. */
void fuzz_finish_stream(fuzz_player *p, fuzz_session *s);

/* The end of a stream. */
void fuzz_forget_stream(fuzz_session *s);

/* fuzz_api_live.c: what a causal network makes of streams. */

void fuzz_call_process(fuzz_player *p);

/* How many samples mbt_push has room for: those that are missing for a hop. */
size_t fuzz_live_room(const fuzz_session *s);

/* How many samples of the result can be had. */
size_t fuzz_live_available(const fuzz_session *s);

/* After mbt_pull with so much room: how many frames it has run. */
void fuzz_live_pulled(fuzz_session *s, size_t room, size_t given);

/* What mbt_process has given is the result of the whole, delayed. Ends the stream. */
void fuzz_live_check(fuzz_player *p, fuzz_session *s);

#endif
