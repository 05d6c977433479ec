/* checkpoint.c: finds out which format a checkpoint has, and where in it the network's tensors are. */
#include <stdio.h>
#include <string.h>

#include "compiler/read/pickle.h"
#include "compiler/read/safetensors.h"
#include "compiler/read/tensors.h"
#include "compiler/read/torch_zip.h"

#define MAX_DEPTH 64u

/* The keys under which training scripts store a state dict, in order of preference. The top level is tried last. */
static const char *const state_dict_keys[] = {"generator", "state_dict", "model"};

static const char module_prefix[] = "module.";

static bool has_tensor(const mbt_pickle_value *dict)
{
    for (size_t i = 1; i < dict->as.list.count; i += 2)
        if (dict->as.list.items[i]->kind == MBT_PICKLE_TENSOR)
            return true;
    return false;
}

/* Lists the keys of a dict, as many as fit: "a, b, c ..." */
static void list_keys(const mbt_pickle_value *dict, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < dict->as.list.count; i += 2) {
        const mbt_pickle_value *key = dict->as.list.items[i];
        const bool is_text = key->kind == MBT_PICKLE_STRING;
        const char *name = is_text ? key->as.string.text : mbt_pickle_kind_name(key->kind);
        const size_t length = is_text ? key->as.string.size : strlen(name);
        if (length > 40 || used + length + sizeof ", ..." > size) {
            snprintf(text + used, size - used, "%s...", used != 0 ? ", " : "");
            return;
        }
        used += (size_t)snprintf(text + used, size - used, "%s%.*s", used != 0 ? ", " : "", (int)length, name);
    }
}

/* The dict that has the network's tensors, or NULL with error set. */
static mbt_pickle_value *find_state_dict(mbt_pickle_value *root, mbt_error *error)
{
    char keys[200];
    if (root->kind != MBT_PICKLE_DICT) {
        mbt_fail(error, "the file's value is of type %s; a dict of tensors is needed",
                 mbt_pickle_kind_name(root->kind));
        return NULL;
    }
    for (size_t i = 0; i < sizeof state_dict_keys / sizeof state_dict_keys[0]; ++i) {
        mbt_pickle_value *value = mbt_pickle_get(root, state_dict_keys[i]);
        if (value != NULL && value->kind == MBT_PICKLE_DICT && has_tensor(value))
            return value;
    }
    if (has_tensor(root))
        return root;
    list_keys(root, keys, sizeof keys);
    mbt_fail(error, "no tensors at the top level or under generator, state_dict or model; found: %s",
             keys[0] != '\0' ? keys : "an empty dict");
    return NULL;
}

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

static bool read_entry(mbt_torch_zip *archive, const mbt_pickle_value *key, mbt_pickle_value *value,
                       mbt_tensors *tensors, mbt_error *error)
{
    const bool is_text = key->kind == MBT_PICKLE_STRING;
    if (value->kind != MBT_PICKLE_TENSOR) {
        return !contains_tensor(value, 0) ||
               mbt_fail(error,
                        "entry '%.*s' of the state dict is a %s with tensors inside, or too deep; tensors must "
                        "be entries",
                        is_text && key->as.string.size < 200 ? (int)key->as.string.size : 0,
                        is_text ? key->as.string.text : "", mbt_pickle_kind_name(value->kind));
    }
    if (!is_text) {
        return mbt_fail(error, "a tensor's name in the state dict is of type %s, not text",
                        mbt_pickle_kind_name(key->kind));
    }
    return mbt_torch_zip_add(archive, key, value, tensors, error);
}

static bool read_torch(const void *bytes, size_t size, mbt_tensors *tensors, mbt_error *error)
{
    mbt_torch_zip *archive = mbt_torch_zip_open(bytes, size, error);
    if (archive == NULL)
        return false;
    const mbt_pickle_value *dict = find_state_dict(mbt_torch_zip_root(archive), error);
    bool done = dict != NULL;
    for (size_t i = 0; done && i < dict->as.list.count; i += 2)
        done = read_entry(archive, dict->as.list.items[i], dict->as.list.items[i + 1], tensors, error);
    mbt_torch_zip_close(archive);
    return done;
}

/* DataParallel puts this prefix before every name. Removes it if all names have it. */
static void remove_module_prefix(mbt_tensors *tensors)
{
    const size_t length = sizeof module_prefix - 1;
    for (size_t i = 0; i < tensors->count; ++i)
        if (strncmp(tensors->list[i].name, module_prefix, length) != 0)
            return;
    for (size_t i = 0; i < tensors->count; ++i) {
        char *name = tensors->list[i].name;
        memmove(name, name + length, strlen(name + length) + 1);
    }
}

static bool read_any(const uint8_t *bytes, size_t size, mbt_tensors *tensors, mbt_error *error)
{
    if (size == 0)
        return mbt_fail(error, "the file is empty");
    if (size >= 4 && memcmp(bytes, "PK\3\4", 4) == 0)
        return read_torch(bytes, size, tensors, error);
    if (mbt_safetensors_sniff(bytes, size))
        return mbt_safetensors_read(bytes, size, tensors, error);
    if (size >= 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5) {
        return mbt_fail(error, "a torch.save file from before PyTorch 1.6, or a plain pickle; "
                               "load it with PyTorch and save it again");
    }
    return mbt_fail(error, "neither a torch.save archive nor a safetensors file");
}

bool mbt_checkpoint_read(const void *bytes, size_t size, const char *path, mbt_tensors *tensors, mbt_error *error)
{
    mbt_error reason = {""};
    *tensors = (mbt_tensors){0};
    if (!read_any(bytes, size, tensors, &reason)) {
        mbt_tensors_free(tensors);
        return mbt_fail_file(error, path, "%s", reason.text);
    }
    remove_module_prefix(tensors);
    return true;
}
