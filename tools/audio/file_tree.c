/* file_tree.c: the recordings in a folder and in the folders below it. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700

#include "tools/audio/file_tree.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/audio/format.h"
#include "tools/base/message.h"

char *mbt_join_path(const char *folder, const char *name)
{
    size_t length = strlen(folder), size = length + strlen(name) + 2;
    char *path = malloc(size);
    if (path != NULL) {
        bool slash = length > 0 && folder[length - 1] != '/';
        snprintf(path, size, "%s%s%s", folder, slash ? "/" : "", name);
    }
    return path;
}

bool mbt_make_folders_above(const char *path)
{
    char *folder = mbt_join_path("", path);
    bool good = folder != NULL || mbt_complain("%s: out of memory", path);
    size_t root = good && folder[0] == '/'; /* the root folder exists */
    for (char *slash = good ? strchr(folder + root, '/') : NULL; good && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        struct stat about;
        if (mkdir(folder, 0777) != 0) {
            int error = errno; /* an existing folder will do, even one that is not writable */
            good = (stat(folder, &about) == 0 && S_ISDIR(about.st_mode)) ||
                   mbt_complain("%s: cannot be made a folder: %s", folder, strerror(error));
        }
        *slash = '/';
    }
    free(folder);
    return good;
}

/* Adds a path, which the tree frees from now on. Returns false when memory runs out, as the functions below do. */
static bool add_path(mbt_file_tree *tree, char *path)
{
    if (tree->count == tree->room) {
        size_t room = tree->room == 0 ? 64 : tree->room * 2;
        char **paths = room <= SIZE_MAX / sizeof *paths ? realloc(tree->paths, room * sizeof *paths) : NULL;
        if (paths == NULL) {
            free(path);
            return false;
        }
        tree->paths = paths;
        tree->room = room;
    }
    tree->paths[tree->count++] = path;
    return true;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool read_folder(mbt_file_tree *tree, const char *root, const char *relative);

/* Adds `relative` to the tree, reads it as a folder, or leaves it out. It is freed in the end. */
static bool read_entry(mbt_file_tree *tree, const char *root, char *relative)
{
    char *path = mbt_join_path(root, relative);
    struct stat link, target;
    bool joined = path != NULL, exists = joined && lstat(path, &link) == 0;
    bool found = exists && stat(path, &target) == 0;
    if (joined && !exists && errno != ENOENT) { /* ENOENT: it was removed since */
        mbt_complain("%s: %s", path, strerror(errno));
        tree->unread++;
    }
    free(path);
    if (!joined || !exists) {
        free(relative);
        return joined;
    }
    if (S_ISDIR(link.st_mode)) {
        bool left_out = link.st_dev == tree->not_device && link.st_ino == tree->not_inode;
        bool good = left_out || read_folder(tree, root, relative);
        free(relative);
        return good;
    }
    if (mbt_is_recording_name(relative) && !(found && S_ISDIR(target.st_mode)))
        return add_path(tree, relative); /* a file that cannot be opened is reported when it is read */
    tree->others += found && S_ISREG(target.st_mode);
    if (found && S_ISREG(target.st_mode) && mbt_is_foreign_name(relative)) {
        tree->foreign_count++;
        if (tree->foreign_count <= MBT_MOST_FOREIGN) {
            tree->foreign[tree->foreign_count - 1] = relative;
            return true;
        }
    }
    free(relative);
    return true;
}

/* Closes the folder before it opens those below it, so that deep trees need no more descriptors. */
static bool read_folder(mbt_file_tree *tree, const char *root, const char *relative)
{
    char *path = mbt_join_path(root, relative);
    if (path == NULL)
        return false;
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);
    if (count < 0) {
        mbt_complain("%s: %s", path, strerror(errno));
        tree->unread++;
        free(path);
        return true;
    }
    free(path);
    bool good = true;
    for (int i = 0; i < count; i++) {
        char *below = good ? mbt_join_path(relative, entries[i]->d_name) : NULL;
        good = below != NULL && read_entry(tree, root, below);
        free(entries[i]);
    }
    free(entries);
    return good;
}

bool mbt_file_tree_read(mbt_file_tree *tree, const char *folder, const char *except)
{
    struct stat about;
    *tree = (mbt_file_tree){0};
    if (except != NULL && stat(except, &about) == 0) {
        tree->not_device = about.st_dev;
        tree->not_inode = about.st_ino;
    }
    if (read_folder(tree, folder, ""))
        return true;
    mbt_file_tree_free(tree);
    return mbt_complain("%s: out of memory for the names in it", folder);
}

void mbt_file_tree_free(mbt_file_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        free(tree->paths[i]);
    for (size_t i = 0; i < MBT_MOST_FOREIGN; i++)
        free(tree->foreign[i]);
    free(tree->paths);
    *tree = (mbt_file_tree){0};
}
