/* result_file.c: mambattention's result files. */
#define _POSIX_C_SOURCE 200809L

#include "tools/base/result_file.h"

#include <errno.h>
#include <sys/stat.h>

#include "tools/base/message.h"

static const char program[] = "mambattention";

static bool silent_on_signal;

void mbt_result_be_silent_on_signal(void)
{
    silent_on_signal = true;
    mbt_output_set_signal_line(NULL);
}

static bool is_dangling_link(const char *path)
{
    struct stat about;
    return stat(path, &about) != 0 && errno == ENOENT && lstat(path, &about) == 0 && S_ISLNK(about.st_mode);
}

bool mbt_result_create(mbt_output_file *file, const char *path)
{
    *file = (mbt_output_file){.fd = -1};
    if (is_dangling_link(path))
        return mbt_complain("%s: a link to a file that does not exist; remove it, or give its target", path);
    if (!silent_on_signal)
        mbt_output_set_signal_line("mambattention: ended by a signal; the result is not written");
    return mbt_output_create(file, path, program) || mbt_complain("%s: %s", path, file->reason);
}

bool mbt_result_commit(mbt_output_file *file, const char *path)
{
    return mbt_output_commit(file) || mbt_complain("%s: %s", path, file->reason);
}

void mbt_result_remove_left(const char *path, long process)
{
    mbt_output_remove_left(path, program, process);
}
