/* names.h: the names of tensors, part by part ("module.encoder.weight" has three), without what training put before or
 * into them. */
#ifndef MBT_COMPILER_READ_NAMES_H
#define MBT_COMPILER_READ_NAMES_H

#include "compiler/read/tensors.h"

/* Where name, of size bytes, goes on after `key.`: the number of bytes before that. 0 if it does not begin so. Wrappers
 * before the key are looked through, unless the key begins with them. */
size_t mbt_name_after_key(const char *name, size_t size, const char *key);

/* The first part of a name, without the dot, wrappers before it not counted: where it begins, and its size. */
const char *mbt_name_first_part(const char *name, size_t size, size_t *part_size);

/* Takes the wrappers out of the names: those that torch's own wrappers put anywhere, and `module.` before all. */
bool mbt_names_unwrap(mbt_tensors *tensors, mbt_error *error);

/* Takes prefix, of size bytes, off every name that begins with it and has more. */
void mbt_names_cut(mbt_tensors *tensors, const char *prefix, size_t size);

/* False, with error set, if two names are the same, now that they are shorter. */
bool mbt_names_differ(const mbt_tensors *tensors, mbt_error *error);

#define MBT_NAMES_TEXT 200

/* A list of names for messages, each once: "a, b, c", and "..." where there are more than fit. */
typedef struct mbt_names_list {
    char text[MBT_NAMES_TEXT];
    size_t used;
    bool full;
} mbt_names_list;

void mbt_names_list_add(mbt_names_list *list, const char *name, size_t size);

#endif
