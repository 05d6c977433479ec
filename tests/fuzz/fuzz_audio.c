/* fuzz_audio.c: sound files and streams as `mambattention enhance` reads them, and how it stores the result. */
#define _GNU_SOURCE
#include "tools/audio/recording.h"
#include "tools/audio/writer.h"

#include <math.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/audio/carried/carry.h"
#include "tools/audio/carried/carry_line.h"
#include "tools/audio/carried/find_contents.h"

#define MBT_MESSAGE_SOURCE
#include "tests/fuzz/fuzz.h"
#include "tools/base/message.h"

#define MOST_FRAMES 4096u /* written: encoders are slow */
#define MOST_PIPED 60000u /* bytes: a pipe holds 64 KiB */

/* In place of message.c's, which prints. */
bool mbt_complain(const char *format, ...)
{
    char line[4096];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    FUZZ_CHECK(length > 0 && (size_t)length < sizeof line);
    return false;
}

/* libsndfile 1.2 does not give back what LAME has, where LAME refuses a rate or a number of channels, nor what
 * libvorbis has of an Ogg file that ends in its head. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libmp3lame\nleak:vorbis_info_init\n";
}

/* A file without a name, in memory. */
static int make_file(const uint8_t *data, size_t size)
{
    const int fd = memfd_create("fuzz", 0);
    FUZZ_CHECK(fd >= 0 && (size == 0 || write(fd, data, size) == (ssize_t)size));
    return fd;
}

static void write_back(const mbt_recording *recording, const SF_INFO *format, const char *path)
{
    const int fd = make_file(NULL, 0);
    mbt_writer writer;
    if (mbt_writer_open(&writer, recording, format, fd, path)) {
        if (mbt_writer_write(&writer, recording->samples, recording->frames))
            (void)mbt_writer_finish(&writer);
        mbt_writer_warn_if_left(&writer);
        mbt_writer_close(&writer);
    }
    close(fd);
}

/* Every name and format is judged, one of them written. */
static void choose_formats(const mbt_recording *recording, unsigned written)
{
    static const char *const paths[] = {"a",    "a.wav", "a.flac", "a.ogg", "a.aiff",
                                        "a.au", "a.w64", "a.rf64", "a.mp3", "a.caf"};
    const unsigned count = sizeof paths / sizeof paths[0];
    for (unsigned i = 0; i < count * (MBT_FORMAT_F32 + 1); i++) {
        const char *path = paths[i % count];
        SF_INFO format;
        if (mbt_choose_format(&recording->info, path, (mbt_sample_format)(i / count), &format) &&
            mbt_check_size(recording->frames, &format, path) && i == written && recording->frames <= MOST_FRAMES)
            write_back(recording, &format, path);
    }
}

/* What else is in the file is found, and its fate in each container decided. */
static void carry_to_each(const mbt_recording *recording)
{
    static const int formats[] = {0,
                                  SF_FORMAT_WAV,
                                  SF_FORMAT_WAV | SF_ENDIAN_BIG,
                                  SF_FORMAT_RF64,
                                  SF_FORMAT_AIFF,
                                  SF_FORMAT_CAF,
                                  SF_FORMAT_W64,
                                  SF_FORMAT_FLAC};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        mbt_contents contents = {.item = NULL};
        FUZZ_CHECK(mbt_find_contents(recording->fd, recording->view.begin, recording->view.end, &contents));
        mbt_carry *carry = mbt_carry_open(&contents, recording->fd, recording->file, formats[i]);
        FUZZ_CHECK(carry != NULL && mbt_carry_bytes(carry, true) <= mbt_carry_bytes(carry, false));
        mbt_carry_warn_if_left(carry, "a");
        mbt_carry_close(carry);
    }
}

static bool read_all(mbt_recording *recording)
{
    if (!mbt_recording_read(recording))
        return false;
    for (size_t i = 0; i < recording->frames * (size_t)recording->info.channels; i++)
        FUZZ_CHECK(fabsf(recording->samples[i]) <= MBT_LARGEST_SAMPLE);
    return true;
}

static void read_file(const uint8_t *data, size_t size)
{
    char path[32];
    mbt_recording recording;
    const int fd = make_file(data, size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (mbt_recording_open(&recording, path)) {
        carry_to_each(&recording);
        if (read_all(&recording))
            choose_formats(&recording, data[size - 1]);
        mbt_recording_close(&recording);
    }
    close(fd);
}

/* From standard input, which is a pipe. */
static void read_pipe(const uint8_t *data, size_t size, mbt_sample_format raw)
{
    int ends[2];
    mbt_recording recording;
    FUZZ_CHECK(pipe(ends) == 0 && (size == 0 || write(ends[1], data, size) == (ssize_t)size));
    FUZZ_CHECK(close(ends[1]) == 0 && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    FUZZ_CHECK(ends[0] == STDIN_FILENO || close(ends[0]) == 0);
    const mbt_raw_layout layout = {raw, 1 + (uint32_t)size % 3, 16000};
    const bool exact = raw != MBT_FORMAT_AS_INPUT && raw != MBT_FORMAT_F32 && raw != MBT_FORMAT_F64;
    if (mbt_recording_open_stdin(&recording, &layout)) {
        const bool done = read_all(&recording);
        /* Only the header of a sound file is refused, and no integer is NaN. */
        FUZZ_CHECK(!exact || (done ? recording.frames == size / mbt_format_bytes(raw) / layout.channels : size >= 12));
        mbt_recording_close(&recording);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_file(data, size);
    if (size <= MOST_PIPED) {
        read_pipe(data, size, MBT_FORMAT_AS_INPUT);
        read_pipe(data, size, (mbt_sample_format)(MBT_FORMAT_S16 + size % (MBT_FORMAT_ULAW - MBT_FORMAT_S16 + 1)));
    }
    return 0;
}
