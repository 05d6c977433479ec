/* status.c: the version and the messages of the library. */
#include "mambattention/mambattention.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

const char *mbt_version(void)
{
    return TEXT(MBT_VERSION_MAJOR) "." TEXT(MBT_VERSION_MINOR) "." TEXT(MBT_VERSION_PATCH);
}

const char *mbt_status_string(mbt_status status)
{
    switch (status) {
    case MBT_OK:
        return "success";
    case MBT_ERROR_ARGUMENT:
        return "invalid argument: a null pointer, or an option out of its range";
    case MBT_ERROR_MODEL:
        return "the model was compiled for another version of the library, or is damaged";
    case MBT_ERROR_MEMORY:
        return "out of memory, or the block of memory given is too small or not aligned to 64 bytes";
    case MBT_ERROR_TOO_LONG:
        return "the recording is longer than max_samples, or than memory can hold";
    case MBT_ERROR_SAMPLE:
        return "the recording has a sample that is NaN, or more than a million times full scale";
    case MBT_ERROR_ISA:
        return "no such kernels (isa, MBT_ISA) in this build or for this processor; builds with SLEEF need fused "
               "multiply-add";
    case MBT_ERROR_THREADS:
        return "the system refused to start a thread, or the process forked and its threads are the parent's";
    case MBT_ERROR_CANCELLED:
        return "cancelled";
    case MBT_ERROR_STREAM:
        return "a stream is under way or was flushed (mbt_reset ends it), or the call came from the progress callback";
    case MBT_ERROR_BITS:
        return "this build computes other bits than it should: look at its compiler's flags";
    }
    return "unknown status";
}
