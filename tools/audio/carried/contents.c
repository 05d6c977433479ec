/* contents.c: the list of what a sound file holds besides its samples. */
#include "tools/audio/carried/contents.h"

#include <stdlib.h>

enum { FIRST_ROOM = 16, MOST_CONTENTS = 1000 };

bool mbt_contents_add(mbt_contents *contents, const mbt_content *content)
{
    if (contents->count == MOST_CONTENTS) {
        contents->more = true;
        return true;
    }
    if (contents->count == contents->room) {
        const size_t room = contents->room > 0 ? 2 * contents->room : FIRST_ROOM;
        mbt_content *item = realloc(contents->item, room * sizeof *item);
        if (item == NULL)
            return false;
        contents->item = item;
        contents->room = room;
    }
    contents->item[contents->count++] = *content;
    return true;
}

void mbt_contents_free(mbt_contents *contents)
{
    free(contents->item);
    *contents = (mbt_contents){.item = NULL};
}
