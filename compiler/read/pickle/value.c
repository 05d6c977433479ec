/* value.c: the memory of a pickle's values, and access to them. */
#include "compiler/read/pickle/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 65536u

struct mbt_pickle_block {
    struct mbt_pickle_block *next;
    size_t used, size;
    max_align_t data[]; /* size bytes */
};

void *mbt_pickle_allocate(mbt_pickle *pickle, size_t size, mbt_error *error)
{
    struct mbt_pickle_block *block = pickle->blocks;
    if (size <= pickle->memory_left)
        size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (size > pickle->memory_left) {
        mbt_fail(error, "it needs more memory than a pickle of its size may use");
        return NULL;
    }
    if (block == NULL || block->size - block->used < size) {
        const size_t block_size = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block = calloc(1, sizeof *block + block_size);
        if (block == NULL) {
            mbt_fail(error, "out of memory");
            return NULL;
        }
        block->size = block_size;
        block->next = pickle->blocks;
        pickle->blocks = block;
    }
    void *memory = (char *)block->data + block->used;
    block->used += size;
    pickle->memory_left -= size;
    return memory;
}

mbt_pickle_value *mbt_pickle_new(mbt_pickle *pickle, mbt_pickle_kind kind, mbt_error *error)
{
    mbt_pickle_value *value = mbt_pickle_allocate(pickle, sizeof *value, error);
    if (value != NULL)
        value->kind = kind;
    return value;
}

mbt_pickle_value *mbt_pickle_new_object(mbt_pickle *pickle, const mbt_pickle_object *made_with, mbt_error *error)
{
    mbt_pickle_object *object = mbt_pickle_allocate(pickle, sizeof *object, error);
    mbt_pickle_value *value = object != NULL ? mbt_pickle_new(pickle, MBT_PICKLE_OBJECT, error) : NULL;
    if (value != NULL) {
        *object = *made_with;
        value->as.object = object;
    }
    return value;
}

void mbt_pickle_free(mbt_pickle *pickle)
{
    while (pickle->blocks != NULL) {
        struct mbt_pickle_block *next = pickle->blocks->next;
        free(pickle->blocks);
        pickle->blocks = next;
    }
    *pickle = (mbt_pickle){0};
}

bool mbt_pickle_is_text(const mbt_pickle_value *value, const char *text)
{
    return value->kind == MBT_PICKLE_STRING && value->as.string.size == strlen(text) &&
           memcmp(value->as.string.text, text, value->as.string.size) == 0;
}

mbt_pickle_value *mbt_pickle_get(const mbt_pickle_value *dict, const char *key)
{
    for (size_t i = dict->as.list.count; i >= 2; i -= 2)
        if (mbt_pickle_is_text(dict->as.list.items[i - 2], key))
            return dict->as.list.items[i - 1];
    return NULL;
}

const char *mbt_pickle_kind_name(mbt_pickle_kind kind)
{
    static const char *const names[] = {"None", "bool", "int",    "large int", "float",  "text",  "tuple",
                                        "list", "dict", "global", "storage",   "tensor", "object"};
    return names[kind];
}

void mbt_pickle_object_name(const mbt_pickle_value *object, char name[MBT_PICKLE_OBJECT_NAME])
{
    const mbt_pickle_object *made_with = object->as.object;
    const size_t most = (MBT_PICKLE_OBJECT_NAME - 2) / 2;
    snprintf(name, MBT_PICKLE_OBJECT_NAME, "%.*s.%.*s",
             (int)(made_with->module_size < most ? made_with->module_size : most), made_with->module,
             (int)(made_with->name_size < most ? made_with->name_size : most), made_with->name);
}
