/* checkpoint.c: finds out which format a checkpoint has, and reads the entries of its state dict. */
#include <stdio.h>
#include <string.h>

#include "compiler/read/names.h"
#include "compiler/read/safetensors.h"
#include "compiler/read/state_dict.h"
#include "compiler/read/tensors.h"
#include "compiler/read/torch_zip.h"

#define MAX_DEPTH 64u
#define MAX_NAME 1024u /* of an entry that is no tensor */

/* Whether there is a tensor anywhere inside of value. Each container is visited once, so values that share or contain
 * each other cost no more than others. Nesting that is too deep to follow counts as a tensor. */
static bool contains_tensor(mbt_pickle_value *value, unsigned depth)
{
    if (value->kind == MBT_PICKLE_TENSOR || depth == MAX_DEPTH)
        return true;
    const bool container =
        value->kind == MBT_PICKLE_DICT || value->kind == MBT_PICKLE_LIST || value->kind == MBT_PICKLE_TUPLE;
    if (!container || value->seen)
        return false;
    value->seen = true;
    for (size_t i = 0; i < value->as.list.count; ++i)
        if (contains_tensor(value->as.list.items[i], depth + 1))
            return true;
    return false;
}

/* An object says its name to whoever needs a tensor of that one. Objects without a usable name nobody can need. */
static bool keep_object(const mbt_pickle_value *name, const mbt_pickle_value *object, mbt_tensors *tensors,
                        mbt_error *error)
{
    char text[MAX_NAME], what[MBT_PICKLE_OBJECT_NAME];
    const size_t size = name->as.string.size;
    if (size == 0 || size >= sizeof text || memchr(name->as.string.text, 0, size) != NULL)
        return true;
    memcpy(text, name->as.string.text, size);
    text[size] = '\0';
    mbt_pickle_object_name(object, what);
    return mbt_tensors_find(tensors, text) != NULL || mbt_tensors_add_object(tensors, text, what, error);
}

static bool read_entry(mbt_torch_zip *archive, const mbt_pickle_value *name, mbt_pickle_value *value,
                       mbt_tensors *tensors, mbt_error *error)
{
    const bool is_text = name->kind == MBT_PICKLE_STRING;
    if (value->kind == MBT_PICKLE_TENSOR) {
        return is_text ? mbt_torch_zip_add(archive, name, value, tensors, error)
                       : mbt_fail(error, "a tensor's name in the state dict is of type %s, not text",
                                  mbt_pickle_kind_name(name->kind));
    }
    if (value->kind == MBT_PICKLE_OBJECT)
        return !is_text || keep_object(name, value, tensors, error);
    return !contains_tensor(value, 0) ||
           mbt_fail(error,
                    "entry '%.*s' of the state dict is a %s with tensors inside, or too deep; tensors must "
                    "be entries",
                    is_text && name->as.string.size < 200 ? (int)name->as.string.size : 0,
                    is_text ? name->as.string.text : "", mbt_pickle_kind_name(value->kind));
}

/* The entries under the key, by what follows it. */
static bool read_under_key(mbt_torch_zip *archive, const char *key, const mbt_pickle_value *name,
                           mbt_pickle_value *value, mbt_tensors *tensors, mbt_error *error)
{
    if (name->kind != MBT_PICKLE_STRING)
        return true;
    const size_t after = mbt_name_after_key(name->as.string.text, name->as.string.size, key);
    mbt_pickle_value rest = *name;
    rest.as.string.text += after;
    rest.as.string.size -= after;
    return after == 0 || read_entry(archive, &rest, value, tensors, error);
}

static bool read_torch(const void *bytes, size_t size, const char *key, mbt_tensors *tensors, mbt_error *error)
{
    mbt_torch_zip *archive = mbt_torch_zip_open(bytes, size, error);
    mbt_state_dict state;
    if (archive == NULL)
        return false;
    bool done = mbt_state_dict_find(mbt_torch_zip_root(archive), key, &state, error);
    for (size_t i = 0; done && i < state.dict->as.list.count; i += 2) {
        const mbt_pickle_value *name = state.dict->as.list.items[i];
        mbt_pickle_value *value = state.dict->as.list.items[i + 1];
        done = state.key == NULL ? read_entry(archive, name, value, tensors, error)
                                 : read_under_key(archive, state.key, name, value, tensors, error);
    }
    mbt_torch_zip_close(archive);
    return done;
}

typedef struct stranger {
    const char *begin, *text;
} stranger;

/* What lies in the place of a checkpoint when a download went wrong. */
static const stranger strangers[] = {
    {"version https://git-lfs.github.com/spec/",
     "a pointer of Git LFS, not the file itself; `git lfs pull` fetches that"},
    {"<!DOCTYPE", "a page of HTML, not a checkpoint: what was fetched is not the file itself"},
    {"<!doctype", "a page of HTML, not a checkpoint: what was fetched is not the file itself"},
    {"<html", "a page of HTML, not a checkpoint: what was fetched is not the file itself"},
    {"\x1f\x8b", "a file compressed with gzip; unpack it first"},
};

static bool read_any(const uint8_t *bytes, size_t size, const char *key, mbt_tensors *tensors, mbt_error *error)
{
    if (size == 0)
        return mbt_fail(error, "the file is empty");
    if (size >= 4 && memcmp(bytes, "PK\3\4", 4) == 0)
        return read_torch(bytes, size, key, tensors, error);
    if (mbt_safetensors_sniff(bytes, size))
        return mbt_safetensors_read(bytes, size, key, tensors, error);
    if (size >= 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5) {
        return mbt_fail(error, "a torch.save file from before PyTorch 1.6, or a plain pickle; "
                               "load it with PyTorch and save it again");
    }
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        if (size >= strlen(strangers[i].begin) && memcmp(bytes, strangers[i].begin, strlen(strangers[i].begin)) == 0)
            return mbt_fail(error, "%s", strangers[i].text);
    return mbt_fail(error, "neither a torch.save archive nor a safetensors file");
}

bool mbt_checkpoint_read(const void *bytes, size_t size, const char *path, const char *key, mbt_tensors *tensors,
                         mbt_error *error)
{
    mbt_error reason = {""};
    *tensors = (mbt_tensors){0};
    if (read_any(bytes, size, key, tensors, &reason) && mbt_names_unwrap(tensors, &reason))
        return true;
    mbt_tensors_free(tensors);
    return mbt_fail_file(error, path, "%s", reason.text);
}
