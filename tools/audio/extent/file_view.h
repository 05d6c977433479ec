/* file_view.h: a part of a file, as libsndfile reads it: without what is around it, and with a few bytes replaced where
 * the header is wrong. */
#ifndef MBT_TOOLS_AUDIO_FILE_VIEW_H
#define MBT_TOOLS_AUDIO_FILE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include <sndfile.h>

typedef struct mbt_file_view {
    int fd;
    uint64_t begin, end; /* bytes of the file */
    bool endless;        /* hides where the end is, so that no length is estimated from it */
    uint64_t patch_at;   /* where bytes of the file are replaced */
    unsigned char patch[8];
    unsigned patch_bytes; /* 0: none are */
    uint64_t at;          /* from `begin`, where it is read next */
} mbt_file_view;

/* Opens what is in view. It must stay where it is, and fd open, until that is closed. NULL: libsndfile cannot read it.
 * */
SNDFILE *mbt_file_view_open(mbt_file_view *view, SF_INFO *info);

#endif
