/* names.c: where in the names of a checkpoint's tensors the network's own names begin. */
#include "compiler/families/family.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/read/names.h"

/* Finds where the network's own name begins in a tensor's: after *before bytes. False if it has none. */
static bool find_own_name(const char *name, size_t *before)
{
    const char *at = name;
    while (!mbt_family_has_name(at)) {
        at = strchr(at, '.');
        if (at == NULL)
            return false;
        at++;
    }
    *before = (size_t)(at - name);
    return true;
}

/* Bytes of the dotted beginning that all tensors' names share. */
static size_t shared_size(const mbt_tensors *tensors)
{
    const char *first = NULL;
    size_t size = 0;
    for (size_t i = 0; i < tensors->count; i++) {
        const char *name = tensors->list[i].name;
        if (tensors->list[i].object != NULL)
            continue;
        if (first == NULL) {
            first = name;
            size = strlen(name);
        }
        size_t same = 0;
        while (same < size && name[same] == first[same])
            same++;
        size = same;
    }
    while (size > 0 && first[size - 1] != '.')
        size--;
    return size;
}

static bool fail_of_several(const mbt_tensors *tensors, mbt_error *error)
{
    const size_t shared = shared_size(tensors);
    mbt_names_list list = {.used = 0};
    for (size_t i = 0; i < tensors->count; i++) {
        const char *name = tensors->list[i].name;
        if (tensors->list[i].object == NULL)
            mbt_names_list_add(&list, name, shared + strcspn(name + shared, "."));
    }
    return mbt_fail(error, "the tensors are of several networks: %s; --key NAME takes those of one", list.text);
}

/* Whether all tensors' names begin so. */
static bool all_begin_with(const mbt_tensors *tensors, const char *prefix, size_t size)
{
    for (size_t i = 0; i < tensors->count; i++)
        if (tensors->list[i].object == NULL && strncmp(tensors->list[i].name, prefix, size) != 0)
            return false;
    return true;
}

bool mbt_family_trim_names(mbt_tensors *tensors, mbt_error *error)
{
    const char *prefix = "";
    size_t size = 0;
    for (size_t i = 0; i < tensors->count; i++) {
        const char *name = tensors->list[i].name;
        size_t before;
        if (tensors->list[i].object != NULL || !find_own_name(name, &before))
            continue;
        if (before == 0)
            return true;
        if (size == 0) {
            prefix = name;
            size = before;
        }
    }
    if (size == 0)
        return true;
    if (!all_begin_with(tensors, prefix, size))
        return fail_of_several(tensors, error);
    char *copy = malloc(size); /* the name that it stands in is cut itself */
    if (copy == NULL)
        return mbt_fail(error, "out of memory");
    memcpy(copy, prefix, size);
    mbt_names_cut(tensors, copy, size);
    free(copy);
    return mbt_names_differ(tensors, error);
}
