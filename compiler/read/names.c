/* names.c: names of tensors and what wraps them. */
#include "compiler/read/names.h"

#include <stdio.h>
#include <string.h>

/* What torch puts before every name of a module that it wraps, however deep that module lies: torch.compile, FSDP,
 * checkpointing of activations, Lightning's Fabric. No network's own parts are called so. */
static const char *const inner_wrappers[] = {"_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
                                             "_forward_module"};

/* DataParallel, DistributedDataParallel, AveragedModel. A part of a network may be called so too: only what stands
 * before all names is a wrapper. */
static const char outer_wrapper[] = "module", outer_prefix[] = "module.";

/* What AveragedModel counts, a tensor beside the network's. */
static const char averaged_count[] = "n_averaged";

/* Bytes up to the next dot, or to the end. */
static size_t part_size(const char *name, size_t size)
{
    const char *dot = size != 0 ? memchr(name, '.', size) : NULL;
    return dot != NULL ? (size_t)(dot - name) : size;
}

static bool equals(const char *text, size_t size, const char *word)
{
    return size == strlen(word) && memcmp(text, word, size) == 0;
}

static bool is_inner_wrapper(const char *part, size_t size)
{
    for (size_t i = 0; i < sizeof inner_wrappers / sizeof inner_wrappers[0]; i++)
        if (equals(part, size, inner_wrappers[i]))
            return true;
    return false;
}

/* Bytes of the wrappers at the beginning, with their dots. The last part of a name is never a wrapper. */
static size_t wrappers_size(const char *name, size_t size)
{
    size_t at = 0;
    for (;;) {
        const size_t part = part_size(name + at, size - at);
        if (at + part == size || !(is_inner_wrapper(name + at, part) || equals(name + at, part, outer_wrapper)))
            return at;
        at += part + 1;
    }
}

static size_t after_prefix(const char *name, size_t size, const char *key)
{
    const size_t length = strlen(key);
    return size > length + 1 && name[length] == '.' && memcmp(name, key, length) == 0 ? length + 1 : 0;
}

size_t mbt_name_after_key(const char *name, size_t size, const char *key)
{
    const size_t plain = after_prefix(name, size, key), wrapped = wrappers_size(name, size);
    if (plain != 0)
        return plain;
    const size_t after = after_prefix(name + wrapped, size - wrapped, key);
    return after != 0 ? wrapped + after : 0;
}

const char *mbt_name_first_part(const char *name, size_t size, size_t *first_size)
{
    const size_t at = wrappers_size(name, size);
    *first_size = part_size(name + at, size - at);
    return name + at;
}

/* Whether anything was there. */
static bool remove_inner_wrappers(char *name)
{
    char *to = name;
    const char *from = name;
    for (;;) {
        const size_t part = strcspn(from, ".");
        const bool last = from[part] == '\0';
        if (last || from[part + 1] == '\0' || !is_inner_wrapper(from, part)) {
            memmove(to, from, part + 1);
            to += part + 1;
        }
        if (last)
            return to != from + part + 1;
        from += part + 1;
    }
}

static bool begins_with(const mbt_tensor *tensor, const char *key)
{
    return after_prefix(tensor->name, strlen(tensor->name), key) != 0;
}

/* The counter of AveragedModel is beside the network, not of it: it goes, if all others are within `module`. */
static void remove_averaged_count(mbt_tensors *tensors)
{
    mbt_tensor *count = mbt_tensors_find(tensors, averaged_count);
    for (size_t i = 0; count != NULL && i < tensors->count; i++)
        if (&tensors->list[i] != count && tensors->list[i].object == NULL &&
            !begins_with(&tensors->list[i], outer_wrapper))
            return;
    if (count != NULL && tensors->count > 1)
        mbt_tensors_remove(tensors, count);
}

/* Objects are not asked: they may lie beside the network. */
static bool all_begin_with(const mbt_tensors *tensors, const char *key)
{
    bool any = false;
    for (size_t i = 0; i < tensors->count; i++) {
        const bool begins = begins_with(&tensors->list[i], key);
        if (!begins && tensors->list[i].object == NULL)
            return false;
        any = any || begins;
    }
    return any;
}

bool mbt_names_differ(const mbt_tensors *tensors, mbt_error *error)
{
    for (size_t i = 0; i < tensors->count; i++) {
        const char *name = tensors->list[i].name;
        if (mbt_tensors_find(tensors, name) != &tensors->list[i])
            return mbt_fail(error, "tensor '%.200s' is there twice, with and without the prefix of a wrapper", name);
    }
    return true;
}

void mbt_names_cut(mbt_tensors *tensors, const char *prefix, size_t size)
{
    for (size_t i = 0; i < tensors->count; i++) {
        char *name = tensors->list[i].name;
        const size_t length = strlen(name);
        if (length > size && memcmp(name, prefix, size) == 0)
            memmove(name, name + size, length - size + 1);
    }
}

bool mbt_names_unwrap(mbt_tensors *tensors, mbt_error *error)
{
    bool changed = false;
    for (size_t i = 0; i < tensors->count; i++)
        changed = remove_inner_wrappers(tensors->list[i].name) || changed;
    remove_averaged_count(tensors);
    while (all_begin_with(tensors, outer_wrapper)) {
        mbt_names_cut(tensors, outer_prefix, sizeof outer_prefix - 1);
        changed = true;
    }
    return !changed || mbt_names_differ(tensors, error);
}

/* Whether the list has the name already. */
static bool is_listed(const mbt_names_list *list, const char *name, size_t size)
{
    for (const char *at = list->text; *at != '\0';) {
        const size_t length = strcspn(at, ",");
        if (length == size && memcmp(at, name, size) == 0)
            return true;
        at += length;
        at += strspn(at, ", ");
    }
    return false;
}

void mbt_names_list_add(mbt_names_list *list, const char *name, size_t size)
{
    if (list->full || is_listed(list, name, size))
        return;
    const char *between = list->used != 0 ? ", " : "";
    list->full = size > 40 || list->used + size + sizeof ", , ..." > sizeof list->text;
    list->used += (size_t)snprintf(list->text + list->used, sizeof list->text - list->used, "%s%.*s", between,
                                   list->full ? 3 : (int)size, list->full ? "..." : name);
}
