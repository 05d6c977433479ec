/* files.c: which recordings of which folders belong together. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/audio/file_tree.h"
#include "tools/base/message.h"
#include "tools/compare/compare.h"

/* The recordings below a folder, sorted by compare_names. */
typedef struct folder {
    const char *path;
    mbt_file_tree tree;
} folder;

static bool out_of_memory(const char *path)
{
    return mbt_complain("%s: out of memory", path);
}

/* Where the extension begins, with its dot; the end of the path if it has none. */
static const char *extension(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path, *dot = strrchr(base, '.');
    return dot != NULL && dot != base ? dot : base + strlen(base);
}

/* By the path without extension, then by all of it. */
static int compare_stems(const char *x, const char *y)
{
    const size_t x_length = (size_t)(extension(x) - x), y_length = (size_t)(extension(y) - y);
    const int order = memcmp(x, y, x_length < y_length ? x_length : y_length);
    return order != 0 ? order : (x_length > y_length) - (x_length < y_length);
}

static int compare_names(const void *x, const void *y)
{
    const char *a = *(char *const *)x, *b = *(char *const *)y;
    const int order = compare_stems(a, b);
    return order != 0 ? order : strcmp(a, b);
}

/* On failure prints one error line and returns false. */
static bool folder_read(folder *f, const char *path)
{
    *f = (folder){.path = path};
    if (!mbt_file_tree_read(&f->tree, path, NULL))
        return false;
    if (f->tree.count == 0)
        return f->tree.unread == 0 && mbt_complain("%s: there are no recordings in this folder", path);
    qsort(f->tree.paths, f->tree.count, sizeof *f->tree.paths, compare_names);
    return true;
}

/* Finds the names with the same stem. Returns how many there are; *first: the index of the first. */
static size_t find_stem(const folder *f, const char *name, size_t *first)
{
    size_t low = 0, high = f->tree.count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_stems(f->tree.paths[middle], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    while (low < f->tree.count && compare_stems(f->tree.paths[low], name) == 0)
        low++;
    return low - *first;
}

/* The name in the folder `in` that belongs to `name` of the folder `from`, or NULL. */
static const char *find_partner(const folder *from, const char *name, const folder *in)
{
    size_t first, own_first;
    const size_t count = find_stem(in, name, &first);
    for (size_t i = 0; i < count; i++)
        if (strcmp(in->tree.paths[first + i], name) == 0)
            return in->tree.paths[first + i];
    return count == 1 && find_stem(from, name, &own_first) == 1 ? in->tree.paths[first] : NULL;
}

static void complain_of_missing(mbt_compare_list *list, const folder *from, const char *name, const folder *in)
{
    const size_t length = strlen(from->path);
    const char *slash = length > 0 && from->path[length - 1] == '/' ? "" : "/";
    mbt_complain("%s%s%s: has no partner in %s", from->path, slash, name, in->path);
    list->left_out++;
}

/* Adds an item; the list has room for it. Returns false when memory runs out. */
static bool add_item(mbt_compare_list *list, const char *name, char *a, char *b, char *clean, bool with_clean)
{
    mbt_compare_item *item = &list->items[list->count++];
    *item = (mbt_compare_item){.name = mbt_join_path("", name), .a = a, .b = b, .clean = clean};
    return item->name != NULL && a != NULL && b != NULL && (clean != NULL || !with_clean);
}

/* Pairs the recordings. clean: NULL if there is none. Returns false when memory runs out. */
static bool pair_recordings(mbt_compare_list *list, const folder *a, const folder *b, const folder *clean)
{
    list->items = calloc(a->tree.count + 1, sizeof *list->items);
    bool fine = list->items != NULL;
    for (size_t i = 0; fine && i < a->tree.count; i++) {
        const char *name = a->tree.paths[i], *in_b = find_partner(a, name, b);
        const char *in_clean = clean != NULL ? find_partner(a, name, clean) : NULL;
        if (in_b == NULL) {
            complain_of_missing(list, a, name, b);
        } else if (clean != NULL && in_clean == NULL) {
            complain_of_missing(list, a, name, clean);
        } else {
            fine = add_item(list, name, mbt_join_path(a->path, name), mbt_join_path(b->path, in_b),
                            clean != NULL ? mbt_join_path(clean->path, in_clean) : NULL, clean != NULL);
        }
    }
    for (size_t i = 0; fine && i < b->tree.count; i++)
        if (find_partner(b, b->tree.paths[i], a) == NULL)
            complain_of_missing(list, b, b->tree.paths[i], a);
    return fine;
}

static bool find_in_folders(const char *a, const char *b, const char *clean, mbt_compare_list *list)
{
    folder in_a = {.path = NULL}, in_b = in_a, in_clean = in_a;
    bool found = folder_read(&in_a, a) && folder_read(&in_b, b) && (clean == NULL || folder_read(&in_clean, clean));
    if (found) {
        list->left_out = in_a.tree.unread + in_b.tree.unread + in_clean.tree.unread;
        found = pair_recordings(list, &in_a, &in_b, clean != NULL ? &in_clean : NULL) || out_of_memory(a);
    }
    mbt_file_tree_free(&in_a.tree);
    mbt_file_tree_free(&in_b.tree);
    mbt_file_tree_free(&in_clean.tree);
    return found;
}

static bool find_files(const char *a, const char *b, const char *clean, mbt_compare_list *list)
{
    list->items = calloc(1, sizeof *list->items);
    return (list->items != NULL && add_item(list, b, mbt_join_path("", a), mbt_join_path("", b),
                                            clean != NULL ? mbt_join_path("", clean) : NULL, clean != NULL)) ||
           out_of_memory(a);
}

static bool find_kind(const char *path, bool *is_folder)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return mbt_complain("%s: %s", path, strerror(errno));
    *is_folder = S_ISDIR(about.st_mode);
    return true;
}

static bool same_kind(const char *x, bool x_is_folder, const char *y, bool y_is_folder)
{
    return x_is_folder == y_is_folder ||
           mbt_complain("%s is a folder, and %s is not", x_is_folder ? x : y, x_is_folder ? y : x);
}

bool mbt_compare_find(const char *a, const char *b, const char *clean, mbt_compare_list *list)
{
    bool a_is_folder, b_is_folder, clean_is_folder;
    *list = (mbt_compare_list){.items = NULL};
    if (!find_kind(a, &a_is_folder) || !find_kind(b, &b_is_folder) || !same_kind(a, a_is_folder, b, b_is_folder))
        return false;
    if (clean != NULL && (!find_kind(clean, &clean_is_folder) || !same_kind(a, a_is_folder, clean, clean_is_folder)))
        return false;
    const bool found = a_is_folder ? find_in_folders(a, b, clean, list) : find_files(a, b, clean, list);
    if (!found)
        mbt_compare_free(list);
    return found;
}

void mbt_compare_free(mbt_compare_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].a);
        free(list->items[i].b);
        free(list->items[i].clean);
    }
    free(list->items);
    *list = (mbt_compare_list){.items = NULL};
}
