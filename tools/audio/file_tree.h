/* file_tree.h: the recordings in a folder and in the folders below it. */
#ifndef MBT_TOOLS_AUDIO_FILE_TREE_H
#define MBT_TOOLS_AUDIO_FILE_TREE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mbt_file_tree {
    char **paths; /* [count], relative to the folder, in the order of their bytes, folder by folder */
    size_t count;
    size_t others;                            /* files that are no recordings by their names, and were passed over */
    size_t unread;                            /* folders and files that cannot be looked at, each told in a line */
    size_t room;                              /* of paths */
    unsigned long long not_device, not_inode; /* the folder that is left out */
} mbt_file_tree;

/* Finds the files in `folder` that are recordings by their extensions (mbt_is_recording_name), links to files among
 * them. Passed over are names that begin with a dot, links to folders, and the folder `except`, unless that is
 * NULL or not there.
 * On failure false, told in a line, and nothing is held. */
bool mbt_file_tree_read(mbt_file_tree *tree, const char *folder, const char *except);

void mbt_file_tree_free(mbt_file_tree *tree);

/* "folder/name", to be freed, or name alone if `folder` is empty. NULL without memory. */
char *mbt_join_path(const char *folder, const char *name);

/* Makes the folders above `path` that are missing. On failure false, told in a line. */
bool mbt_make_folders_above(const char *path);

#endif
