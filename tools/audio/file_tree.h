/* file_tree.h: the recordings in a folder and in the folders below it. */
#ifndef MBT_TOOLS_AUDIO_FILE_TREE_H
#define MBT_TOOLS_AUDIO_FILE_TREE_H

#include <stdbool.h>
#include <stddef.h>

/* How many files of sound that is not read are named. */
#define MBT_MOST_FOREIGN 3

typedef struct mbt_file_tree {
    char **paths; /* [count], relative to the folder, in the order of their bytes, folder by folder */
    size_t count;
    size_t others;                   /* files without the extension of a recording */
    size_t foreign_count;            /* those of them that are sound which is not read (mbt_is_foreign_name) */
    char *foreign[MBT_MOST_FOREIGN]; /* the first of those; NULL beyond them */
    size_t unread;                   /* folders and files that could not be read; an error line was printed for each */
    size_t room;                     /* of paths */
    unsigned long long not_device, not_inode; /* the folder that is left out */
} mbt_file_tree;

/* Finds the files in `folder` and below that are recordings by their extensions (mbt_is_recording_name). Links to files
 * count. Names that begin with a dot, links to folders and the folder `except` (NULL: none) are left out. On failure
 * prints one error line and returns false; nothing is held then. */
bool mbt_file_tree_read(mbt_file_tree *tree, const char *folder, const char *except);

void mbt_file_tree_free(mbt_file_tree *tree);

/* Returns "folder/name", or name alone if `folder` is empty; to be freed. NULL when memory runs out. */
char *mbt_join_path(const char *folder, const char *name);

/* Makes the folders above `path` that are missing. On failure prints one error line and returns false. */
bool mbt_make_folders_above(const char *path);

#endif
