/* recording.h: a recording that is read, as interleaved floats, whole or in blocks. It is a sound file that libsndfile
 * reads (source_file.c), or samples that come through a pipe (source_pipe.c). */
#ifndef MBT_TOOLS_AUDIO_RECORDING_H
#define MBT_TOOLS_AUDIO_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sndfile.h>

#include "tools/audio/carried/contents.h"
#include "tools/audio/channels/layout.h"
#include "tools/audio/extent/file_view.h"
#include "tools/audio/format.h"

typedef struct mbt_recording mbt_recording;
struct mbt_source_parts;

/* Where samples come from. On failure each prints one error line and returns false. */
typedef struct mbt_source {
    /* Reads the next frames, at most `most`: as many as are there. *frames: how many; 0 at the end. */
    bool (*next)(mbt_recording *recording, float *samples, size_t most, size_t *frames);
    /* At the end: sets ended_early. Fails if there should be samples and none could be read. */
    bool (*end)(mbt_recording *recording);
    void (*close)(mbt_recording *recording);
} mbt_source;

struct mbt_recording {
    const char *path;         /* "standard input" for that */
    const mbt_source *source; /* NULL when closed */
    SNDFILE *file;            /* open for its tags and channel map; NULL for a pipe */
    mbt_file_view view;       /* what `file` reads ... */
    mbt_file_view corrected;  /* ... instead, where the header has a wrong length */
    SF_INFO info;             /* frames: as the header has it; may be wrong in a damaged file; 0 if it is not known */
    mbt_layout layout;        /* which loudspeakers the channels are for */
    float *samples;           /* [frames][info.channels], in [-1, 1] unless stored as float; NULL if read in blocks */
    size_t frames;            /* as many as could be read */
    struct mbt_source_parts *parts; /* of source_parts.c; NULL if there are none */
    uint64_t unread;                /* bytes of the file, apart from tags, that no samples were read from */
    size_t others;                  /* parts left out that have another rate or other channels */
    size_t limit;                   /* frames to read at most; 0: all */
    int fd;
    bool no_length;   /* the header says that there are no samples, and the rest of the file was read */
    bool ended_early; /* fewer than the header says, or a part of one without a header */
    struct {
        bool is_file;
        long long size, seconds, nanoseconds; /* bytes; time of change */
        unsigned long long device, inode;
    } opened; /* the file when it was opened */
    struct {
        unsigned bytes; /* of a sample */
        bool is_raw, is_float, big_endian;
        mbt_sample_format law;   /* MBT_FORMAT_ALAW or MBT_FORMAT_ULAW if it is that; raw samples alone */
        bool counted;            /* the header says how many samples there are */
        uint64_t left;           /* bytes of samples to come, if counted; else 0 */
        unsigned char begin[12]; /* the first bytes, which are looked at before they are samples */
        size_t begin_held, begin_used;
        bool begun;
        mbt_contents passed; /* chunks ahead of the samples */
    } pipe;                  /* of source_pipe.c */
};

/* Opens a file and reads its header. On failure prints one error line and returns false; nothing is held then. */
bool mbt_recording_open(mbt_recording *recording, const char *path);

/* Opens standard input: a sound file, through a pipe WAV alone, or samples without a header as `raw` describes them. On
 * failure as above. */
bool mbt_recording_open_stdin(mbt_recording *recording, const mbt_raw_layout *raw);

/* The same for another descriptor, which it closes, also on failure. */
bool mbt_recording_open_stream(mbt_recording *recording, int fd, const char *path, const mbt_raw_layout *raw);

/* The number of frames, if it is known before all is read; else 0. */
size_t mbt_recording_length(const mbt_recording *recording);

/* Reads the next frames, 1 to `most`, into samples; of a pipe, as many as are there. *frames: how many; 0 at the end.
 * Channels are in the order of WAVE, whatever the file has. None is NaN or beyond MBT_LARGEST_SAMPLE. On failure, also
 * if there should be samples and none can be read, prints one error line and returns false. */
bool mbt_recording_next(mbt_recording *recording, float *samples, size_t most, size_t *frames);

/* Reads all samples into recording->samples. On failure prints one error line and returns false. */
bool mbt_recording_read(mbt_recording *recording);

/* Prints a warning line if less could be read than there should be, if the header has no length, or if bytes of the
 * file or recordings in it were left out. */
void mbt_recording_warn_if_cut(const mbt_recording *recording);

/* Whether a file is what it was when it was opened, by size and time of change, and no other has taken its name; a pipe
 * always is. If not, prints one error line and returns false. */
bool mbt_recording_is_unchanged(const mbt_recording *recording);

/* Releases everything. Fine after any of the above, and more than once. */
void mbt_recording_close(mbt_recording *recording);

#endif
