/* find_contents.c: what a sound file holds besides its samples, by the kind of file. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/carried/find_contents.h"

#include <stddef.h>
#include <unistd.h>

#include "tools/audio/carried/chunk_form.h"
#include "tools/audio/carried/find_chunks.h"
#include "tools/audio/carried/find_tags.h"
#include "tools/audio/extent/byte_reader.h"

bool mbt_find_contents(int fd, uint64_t begin, uint64_t end, mbt_contents *contents)
{
    unsigned char head[MBT_FILE_HEAD];
    if (begin > end || end - begin < sizeof head || pread(fd, head, sizeof head, (off_t)begin) != sizeof head)
        return true;
    const mbt_chunk_layout *layout = mbt_layout_of_head(head);
    if (layout != NULL)
        return mbt_find_chunks(fd, begin, end, layout, contents);
    mbt_byte_reader reader;
    mbt_byte_reader_begin(&reader, fd, end);
    const uint64_t tag = mbt_tag_length(&reader, begin);
    const unsigned char *after = tag > 0 ? mbt_bytes_at(&reader, begin + tag, 4) : head;
    if (after != NULL && after[0] == 'f' && after[1] == 'L')
        return mbt_find_flac_tags(&reader, begin, contents);
    if (head[0] == 'O')
        return mbt_find_ogg_tags(&reader, begin, contents);
    return (tag == 0 && (head[0] != 0xff || head[1] < 0xe0)) || mbt_find_mpeg_tags(&reader, begin, contents);
}
