/* writer.h: a recording that is written: to a sound file (sink_file.c), or to a pipe (sink_pipe.c). */
#ifndef MBT_TOOLS_AUDIO_WRITER_H
#define MBT_TOOLS_AUDIO_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sndfile.h>

#include "tools/audio/channels/store_layout.h"
#include "tools/audio/recording.h"

typedef struct mbt_writer mbt_writer;
struct mbt_carry;

/* Where samples go. On failure each prints one error line and returns false. */
typedef struct mbt_sink {
    bool (*write)(mbt_writer *writer, const float *samples, size_t frames);
    bool (*finish)(mbt_writer *writer);
    void (*close)(mbt_writer *writer);
} mbt_sink;

struct mbt_writer {
    const mbt_sink *sink; /* NULL when closed */
    const char *path;     /* "standard output" for that */
    int fd;
    SF_INFO format;
    mbt_sample_format stored; /* of samples in a pipe */
    int bits;                 /* of a sample; 0 if it is stored as float or by a codec that takes floats */
    uint64_t frames;          /* written */
    uint64_t clipped;         /* samples of them that were beyond the range of integers */
    SNDFILE *file;            /* NULL for a pipe */
    int *integers;            /* a block of samples for the file; NULL for a pipe */
    mbt_channel_plan plan;    /* how the file, or the pipe's header, says what channels are for */
    float *ordered;           /* a block of samples in the file's order, if that is another one; else NULL */
    struct mbt_carry *carry;  /* what else the recording holds, and what becomes of it */
};

/* Begins a sound file in fd, which is empty and open for reading and writing, with the loudspeakers of the recording's
 * channels and what else it holds, as far as it can be carried. The recording must stay open. A trial comes first: most
 * encoders refuse a number of channels or a rate only when samples come. On failure prints one error line and returns
 * false. */
bool mbt_writer_open(mbt_writer *writer, const mbt_recording *recording, const SF_INFO *format, int fd,
                     const char *out_path);

/* Keeps standard output for samples. Returns another descriptor of it; what is printed on standard output from now on,
 * as some of libsndfile's readers do, goes to standard error. On failure prints one error line and returns -1. */
int mbt_keep_stdout(void);

/* The name of standard output in error lines. */
extern const char mbt_stdout_name[];

/* Begins on a descriptor, named `path` in error lines: samples alone if raw is set, else a WAV of unknown length. Its
 * samples are stored as wanted, else as in the recording, else in 16 bits. On failure prints one error line and returns
 * false. */
bool mbt_writer_open_stream(mbt_writer *writer, int fd, const char *path, const mbt_recording *recording,
                            mbt_sample_format raw, mbt_sample_format wanted);

/* Writes frames; to a pipe, at once. Integers saturate. On failure prints one error line and returns false. */
bool mbt_writer_write(mbt_writer *writer, const float *samples, size_t frames);

/* Closes the file, and reads back how much arrived. On failure prints one error line and returns false. */
bool mbt_writer_finish(mbt_writer *writer);

/* Prints a warning line if samples were clipped. */
void mbt_writer_warn_if_clipped(const mbt_writer *writer);

/* Prints a warning line if the recording holds more than was carried. */
void mbt_writer_warn_if_left(const mbt_writer *writer);

/* Releases everything but the descriptor. Fine after any of the above, and more than once. */
void mbt_writer_close(mbt_writer *writer);

#endif
