/* writer.c: writes recordings block by block, to a file or to a pipe. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/writer.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tools/audio/carried/carry.h"
#include "tools/audio/carried/carry_line.h"
#include "tools/audio/carried/find_contents.h"
#include "tools/audio/sink_file.h"
#include "tools/audio/sink_pipe.h"
#include "tools/base/message.h"

const char mbt_stdout_name[] = "standard output";

static bool copy_contents(const mbt_contents *from, mbt_contents *to)
{
    for (size_t i = 0; i < from->count; i++)
        if (!mbt_contents_add(to, &from->item[i]))
            return false;
    return true;
}

/* Finds what else the recording holds, and decides what becomes of it. format: of a file; 0: of a stream. On failure
 * prints one error line and returns false. */
static bool open_carry(mbt_writer *writer, const mbt_recording *recording, int format)
{
    const bool is_file = recording->file != NULL;
    mbt_contents contents = {.item = NULL};
    if (is_file ? mbt_find_contents(recording->fd, recording->view.begin, recording->view.end, &contents)
                : copy_contents(&recording->pipe.passed, &contents))
        writer->carry = mbt_carry_open(&contents, recording->fd, recording->file, format);
    mbt_contents_free(&contents);
    return writer->carry != NULL || mbt_complain("%s: out of memory", writer->path);
}

bool mbt_writer_open(mbt_writer *writer, const mbt_recording *recording, const SF_INFO *format, int fd,
                     const char *out_path)
{
    *writer = (mbt_writer){.format = *format, .path = out_path, .fd = fd};
    const bool opened = open_carry(writer, recording, format->format) && mbt_sink_open_file(writer, recording);
    if (!opened)
        mbt_writer_close(writer);
    return opened;
}

int mbt_keep_stdout(void)
{
    const int kept = dup(STDOUT_FILENO);
    if (kept < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        mbt_complain("%s: %s", mbt_stdout_name, strerror(errno));
        return -1;
    }
    return kept;
}

static mbt_sample_format nearest(const SF_INFO *info)
{
    switch (info->format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_FLOAT:
    case SF_FORMAT_DOUBLE:
        return MBT_FORMAT_F32;
    case SF_FORMAT_PCM_24:
    case SF_FORMAT_PCM_32:
        return MBT_FORMAT_S24;
    default:
        return MBT_FORMAT_S16;
    }
}

bool mbt_writer_open_stream(mbt_writer *writer, int fd, const char *path, const mbt_recording *recording,
                            mbt_sample_format raw, mbt_sample_format wanted)
{
    *writer = (mbt_writer){.format = recording->info, .path = path, .fd = fd};
    writer->plan = (mbt_channel_plan){.stores = recording->info.channels > 2 && recording->layout.stated,
                                      .mask = recording->layout.mask};
    if (isatty(fd))
        return mbt_complain("%s: a terminal; samples go to a file or a pipe", path);
    mbt_sample_format format = wanted != MBT_FORMAT_AS_INPUT ? wanted : raw;
    if (format == MBT_FORMAT_AS_INPUT)
        format = nearest(&recording->info);
    return open_carry(writer, recording, 0) && mbt_sink_open_pipe(writer, format, raw == MBT_FORMAT_AS_INPUT);
}

bool mbt_writer_write(mbt_writer *writer, const float *samples, size_t frames)
{
    return writer->sink->write(writer, samples, frames);
}

bool mbt_writer_finish(mbt_writer *writer)
{
    return writer->sink->finish(writer);
}

void mbt_writer_warn_if_clipped(const mbt_writer *writer)
{
    if (writer->clipped > 0) {
        mbt_complain("warning: %s: %llu sample%s clipped", writer->path, (unsigned long long)writer->clipped,
                     writer->clipped == 1 ? "" : "s");
    }
}

void mbt_writer_warn_if_left(const mbt_writer *writer)
{
    mbt_carry_warn_if_left(writer->carry, writer->path);
}

void mbt_writer_close(mbt_writer *writer)
{
    mbt_carry_close(writer->carry);
    writer->carry = NULL;
    if (writer->sink != NULL)
        writer->sink->close(writer);
    writer->sink = NULL;
}
