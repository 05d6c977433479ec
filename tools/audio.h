/* audio.h: recordings in and out of sound files (libsndfile), whole, as interleaved float. */
#ifndef MBT_TOOLS_AUDIO_H
#define MBT_TOOLS_AUDIO_H

#include <stdbool.h>
#include <stddef.h>

#include <sndfile.h>

typedef struct mbt_recording {
    const char *path;
    int fd;
    SNDFILE *file;    /* stays open for its tags and channel map */
    SF_INFO info;     /* frames: as libsndfile has it from the header; may be wrong in a damaged file */
    float *samples;   /* [frames][info.channels], in [-1, 1] unless stored as float */
    size_t frames;    /* as many as could be read */
    bool ended_early; /* fewer than the header says */
} mbt_recording;

/* What --format asks for. */
typedef enum mbt_sample_format {
    MBT_FORMAT_AS_INPUT = 0,
    MBT_FORMAT_S16,
    MBT_FORMAT_S24,
    MBT_FORMAT_F32
} mbt_sample_format;

/* Whether the file ends before the samples that its header promises: WAV (RIFF, RIFX, RF64, W64), AIFF and AU. False
 * for others, and for a header that leaves the length open, as programs write it that write to a pipe. */
bool mbt_is_cut_short(int fd);

/* Reads the header. On failure false, told in a line, and nothing is held. */
bool mbt_recording_open(mbt_recording *recording, const char *path);

/* Reads all samples; they are finite. On failure false, told in a line. */
bool mbt_recording_read(mbt_recording *recording);

/* Releases everything. Fine after any of the above, and more than once. */
void mbt_recording_close(mbt_recording *recording);

/* How to write the recording to out_path: the container by out_path's extension if it is a known one, else the input's;
 * samples stored as in the input if the container can, else in the nearest way it can. On failure false, told. */
bool mbt_choose_format(const SF_INFO *in, const char *out_path, mbt_sample_format wanted, SF_INFO *out);

/* Whether all of frames [0, recording->frames) can be stored in that format. On failure false, told in a line. */
bool mbt_check_size(const mbt_recording *recording, const SF_INFO *format, const char *out_path);

/* Begins a sound file in fd, which is empty and open for reading and writing, with the recording's tags and channel
 * map, after a trial: most encoders tell only when samples come that they do not take so many channels or that rate.
 * On failure NULL, told in a line. */
SNDFILE *mbt_writer_open(const mbt_recording *recording, const SF_INFO *format, int fd, const char *out_path);

/* Writes recording->samples, closes writer in any case, and reads back how much arrived. Integers saturate.
 * On failure false, told in a line. */
bool mbt_writer_finish(SNDFILE *writer, const mbt_recording *recording, const SF_INFO *format, int fd,
                       const char *out_path);

#endif
