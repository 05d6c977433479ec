/* audio.h: recordings in and out of sound files (libsndfile) and pipes, as interleaved float, whole or in blocks. */
#ifndef MBT_TOOLS_AUDIO_AUDIO_H
#define MBT_TOOLS_AUDIO_AUDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sndfile.h>

/* How samples are stored. */
typedef enum mbt_sample_format {
    MBT_FORMAT_AS_INPUT = 0,
    MBT_FORMAT_S16,
    MBT_FORMAT_S24,
    MBT_FORMAT_F32
} mbt_sample_format;

typedef struct mbt_recording {
    const char *path; /* "standard input" for a pipe */
    int fd;
    SNDFILE *file;    /* stays open for its tags and channel map; NULL for a stream */
    SF_INFO info;     /* frames: as the header has it; may be wrong in a damaged file; 0 if it is not known */
    float *samples;   /* [frames][info.channels], in [-1, 1] unless stored as float; NULL if read in blocks */
    size_t frames;    /* as many as could be read */
    bool ended_early; /* fewer than the header says, or a part of one without a header */
    struct {
        bool is_file;
        long long size, seconds, nanoseconds; /* bytes; time of change */
        unsigned long long device, inode;
    } opened; /* what it was like then */
    struct {
        unsigned bytes; /* of a sample */
        bool is_raw, is_float, big_endian;
        bool counted;  /* by the header: */
        uint64_t left; /* bytes of samples to come; else 0 */
    } stream;          /* from standard input, if that is no file */
} mbt_recording;

/* What a sound file holds beside what its header says: as much; less; or samples where its header says that there are
 * none, as a recorder leaves it that could not finish. */
typedef enum mbt_data_extent { MBT_DATA_AS_SAID, MBT_DATA_CUT, MBT_DATA_UNCOUNTED } mbt_data_extent;

/* Of WAV (RIFF, RIFX, RF64, W64), AIFF and AU. MBT_DATA_AS_SAID for others, and for a header that leaves the length
 * open, as programs write it that write to a pipe. */
mbt_data_extent mbt_find_data_extent(int fd);

/* The number in 1 to 8 bytes of a file. */
uint64_t mbt_stored_number(const unsigned char *bytes, size_t count, bool big_endian);

/* Whether a header's length of samples, of four or eight bytes, is one: programs that write to a pipe leave 0, or the
 * largest value or one near it, with or without sign, or less some header. */
bool mbt_is_length(uint64_t length, unsigned length_bytes);

/* Whether four bytes can be the name of a chunk in any of these: ASCII that is seen. */
bool mbt_is_chunk_name(const unsigned char *name);

/* Whether it is MIDI's Sample Dump Standard (SDS). Of what libsndfile 1.2 dislikes in one it prints a line on standard
 * output for each sample, and above 2 GiB or in a pipe it may never end: no recording. */
bool mbt_is_sample_dump(int fd);

/* Reads the header. On failure false, told in a line, and nothing is held. */
bool mbt_recording_open(mbt_recording *recording, const char *path);

/* Standard input: a sound file, through a pipe WAV alone, or with `raw` samples of that format, little-endian, one
 * channel at `rate` Hz. On failure as above. */
bool mbt_recording_open_stdin(mbt_recording *recording, mbt_sample_format raw, uint32_t rate);

/* That a header has a length of 0, and samples follow. Returns false. */
bool mbt_complain_of_no_length(const mbt_recording *recording);

/* The number of frames, if it is known before all is read; else 0. */
size_t mbt_recording_length(const mbt_recording *recording);

/* Reads the next frames, 1 to `most`, into samples: as many as are there, of a pipe. *frames: how many; 0 at the end.
 * They are finite. On failure, also if there should be samples and none can be read, false, told in a line. */
bool mbt_recording_next(mbt_recording *recording, float *samples, size_t most, size_t *frames);

/* Reads all samples into recording->samples. On failure false, told in a line. */
bool mbt_recording_read(mbt_recording *recording);

/* Whether a file is what it was when it was opened, by size and time of change, and no other has taken its name; a pipe
 * always is. On failure false, told in a line. */
bool mbt_recording_is_unchanged(const mbt_recording *recording);

/* Releases everything. Fine after any of the above, and more than once. */
void mbt_recording_close(mbt_recording *recording);

/* Whether the name has an extension of the sound files that are read and written, in small letters or capitals. */
bool mbt_is_recording_name(const char *path);

/* ".wav, .flac or .ogg" and so on: those extensions. */
#define MBT_EXTENSION_LIST 128
void mbt_list_extensions(char list[MBT_EXTENSION_LIST]);

/* How to write the recording to out_path: the container by out_path's extension if it is a known one, else the input's;
 * samples stored as in the input if the container can, else in the nearest way it can. On failure false, told. */
bool mbt_choose_format(const SF_INFO *in, const char *out_path, mbt_sample_format wanted, SF_INFO *out);

/* Whether so many frames can be stored in that format. On failure false, told in a line. */
bool mbt_check_size(uint64_t frames, const SF_INFO *format, const char *out_path);

/* A recording on its way out: a sound file, or a pipe. */
typedef struct mbt_writer {
    SNDFILE *file;
    SF_INFO format;
    const char *path; /* "standard output" for a pipe */
    int fd;
    int bits;        /* of a sample; 0 if it is stored as float or by a codec that takes floats */
    int *integers;   /* a block of samples; NULL for a pipe */
    uint64_t frames; /* written */
} mbt_writer;

/* Begins a sound file in fd, which is empty and open for reading and writing, with the recording's tags and, of a WAV,
 * channel map, after a trial: most encoders tell only when samples come that they do not take so many channels or that
 * rate. On failure false, told in a line. */
bool mbt_writer_open(mbt_writer *writer, const mbt_recording *recording, const SF_INFO *format, int fd,
                     const char *out_path);

/* Keeps standard output for samples: gives another descriptor of it, and from now on what is printed there, as some of
 * libsndfile's readers do, goes to standard error. -1 on failure, told in a line. */
int mbt_keep_stdout(void);

/* Begins on that descriptor: samples alone if raw is set, else a WAV of unknown length. Its samples are stored as
 * wanted, else as in the recording, else in 16 bits. On failure false, told in a line. */
bool mbt_writer_open_stdout(mbt_writer *writer, int fd, const mbt_recording *recording, mbt_sample_format raw,
                            mbt_sample_format wanted);

/* Writes frames; to a pipe, at once. Integers saturate. On failure false, told in a line. */
bool mbt_writer_write(mbt_writer *writer, const float *samples, size_t frames);

/* Closes the file, and reads back how much arrived. On failure false, told in a line. */
bool mbt_writer_finish(mbt_writer *writer);

/* Releases everything. Fine after any of the above, and more than once. */
void mbt_writer_close(mbt_writer *writer);

/* round(2^(bits-1) x), saturated, in the upper bits of 32. It is the inverse of how libsndfile reads, which its own
 * conversion of floats (2^(bits-1) - 1) is not. */
void mbt_to_integers(const float *in, int *out, size_t samples, int bits);

#endif
