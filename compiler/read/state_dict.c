/* state_dict.c: the dict with the network's tensors. */
#include "compiler/read/state_dict.h"

#include <stdio.h>
#include <string.h>

#include "compiler/read/names.h"

/* How deep dicts in dicts are looked for, and the longest key. */
#define MAX_NESTS 3u
#define MAX_KEY 200u

/* Where training scripts put a state dict, in order of preference. The top level comes last. */
static const char *const nests[] = {"generator", "state_dict", "model"};

static bool is_dict(const mbt_pickle_value *value)
{
    return value != NULL && value->kind == MBT_PICKLE_DICT;
}

static bool has_tensor(const mbt_pickle_value *dict)
{
    for (size_t i = 1; i < dict->as.list.count; i += 2)
        if (dict->as.list.items[i]->kind == MBT_PICKLE_TENSOR)
            return true;
    return false;
}

/* The dict with tensors in one of the places, or NULL. */
static mbt_pickle_value *find_in_nests(mbt_pickle_value *dict, unsigned depth)
{
    for (size_t i = 0; i < sizeof nests / sizeof nests[0]; ++i) {
        mbt_pickle_value *value = mbt_pickle_get(dict, nests[i]);
        mbt_pickle_value *found = is_dict(value) && depth < MAX_NESTS ? find_in_nests(value, depth + 1) : NULL;
        if (found != NULL)
            return found;
    }
    return has_tensor(dict) ? dict : NULL;
}

static bool has_name_under(const mbt_pickle_value *dict, const char *key)
{
    for (size_t i = 0; i < dict->as.list.count; i += 2) {
        const mbt_pickle_value *name = dict->as.list.items[i];
        if (name->kind == MBT_PICKLE_STRING && dict->as.list.items[i + 1]->kind == MBT_PICKLE_TENSOR &&
            mbt_name_after_key(name->as.string.text, name->as.string.size, key) != 0)
            return true;
    }
    return false;
}

/* Follows key into the dict: as one name, as the beginning of names, or as a dict's name, a dot and the rest. */
static bool follow(mbt_pickle_value *dict, const char *key, mbt_state_dict *found)
{
    mbt_pickle_value *value = mbt_pickle_get(dict, key);
    if (is_dict(value)) {
        *found = (mbt_state_dict){.dict = find_in_nests(value, 0)};
        if (found->dict != NULL)
            return true;
    }
    for (const char *dot = strchr(key, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        char first[MAX_KEY];
        snprintf(first, sizeof first, "%.*s", (int)(dot - key), key);
        value = mbt_pickle_get(dict, first);
        if (is_dict(value) && follow(value, dot + 1, found))
            return true;
    }
    mbt_pickle_value *tensors = find_in_nests(dict, 0);
    *found = (mbt_state_dict){.dict = tensors, .key = key};
    return tensors != NULL && has_name_under(tensors, key);
}

/* "a, b, c ...": the keys of a dict, as far as they fit. */
static void list_keys(const mbt_pickle_value *dict, mbt_names_list *list)
{
    for (size_t i = 0; i < dict->as.list.count; i += 2) {
        const mbt_pickle_value *key = dict->as.list.items[i];
        const bool is_text = key->kind == MBT_PICKLE_STRING;
        const char *name = is_text ? key->as.string.text : mbt_pickle_kind_name(key->kind);
        mbt_names_list_add(list, name, is_text ? key->as.string.size : strlen(name));
    }
}

/* What --key may be: the dicts with tensors below dict, each looked at once. before: the key of dict with a dot. */
static void list_dicts(mbt_pickle_value *dict, const char *before, unsigned depth, mbt_names_list *list)
{
    dict->seen = true;
    for (size_t i = 0; i < dict->as.list.count; i += 2) {
        const mbt_pickle_value *key = dict->as.list.items[i];
        mbt_pickle_value *value = dict->as.list.items[i + 1];
        char name[MAX_KEY];
        if (key->kind != MBT_PICKLE_STRING || !is_dict(value) || value->seen ||
            strlen(before) + key->as.string.size + 2 > sizeof name)
            continue;
        const int size = snprintf(name, sizeof name, "%s%.*s", before, (int)key->as.string.size, key->as.string.text);
        if (has_tensor(value))
            mbt_names_list_add(list, name, (size_t)size);
        snprintf(name + size, sizeof name - (size_t)size, ".");
        if (depth < MAX_NESTS)
            list_dicts(value, name, depth + 1, list);
    }
}

/* What the names in the dict begin with. */
static void list_first_parts(const mbt_pickle_value *dict, mbt_names_list *list)
{
    for (size_t i = 0; i < dict->as.list.count; i += 2) {
        const mbt_pickle_value *key = dict->as.list.items[i];
        if (key->kind == MBT_PICKLE_STRING && dict->as.list.items[i + 1]->kind == MBT_PICKLE_TENSOR) {
            size_t size = 0;
            const char *first = mbt_name_first_part(key->as.string.text, key->as.string.size, &size);
            mbt_names_list_add(list, first, size);
        }
    }
}

static bool fail_without_key(mbt_pickle_value *root, const char *key, mbt_error *error)
{
    mbt_names_list dicts = {.used = 0}, names = {.used = 0};
    const mbt_pickle_value *tensors = find_in_nests(root, 0);
    list_dicts(root, "", 1, &dicts);
    if (tensors != NULL)
        list_first_parts(tensors, &names);
    return mbt_fail(error, "no tensors under '%.80s'; %s%s%s%s%s", key, dicts.used != 0 ? "dicts with tensors: " : "",
                    dicts.text, dicts.used != 0 && names.used != 0 ? "; " : "",
                    names.used != 0 ? "names begin with: " : "",
                    dicts.used == 0 && names.used == 0 ? "there are none anywhere" : names.text);
}

static bool fail_without_dict(mbt_pickle_value *root, mbt_error *error)
{
    mbt_names_list keys = {.used = 0}, dicts = {.used = 0};
    list_keys(root, &keys);
    list_dicts(root, "", 1, &dicts);
    return mbt_fail(error, "no tensors at the top level or under generator, state_dict or model; found: %s%s%s",
                    keys.used != 0 ? keys.text : "an empty dict",
                    dicts.used != 0 ? "; --key NAME takes those under one of: " : "", dicts.text);
}

bool mbt_state_dict_find(mbt_pickle_value *root, const char *key, mbt_state_dict *found, mbt_error *error)
{
    if (root->kind == MBT_PICKLE_OBJECT) {
        char name[MBT_PICKLE_OBJECT_NAME];
        mbt_pickle_object_name(root, name);
        return mbt_fail(
            error,
            "the file's value: global '%s' is not allowed; a checkpoint for this program holds plain data and "
            "tensors only (save model.state_dict(), not the model)",
            name);
    }
    if (root->kind != MBT_PICKLE_DICT) {
        return mbt_fail(error, "the file's value is of type %s; a dict of tensors is needed",
                        mbt_pickle_kind_name(root->kind));
    }
    if (key != NULL)
        return (strlen(key) < MAX_KEY && follow(root, key, found)) || fail_without_key(root, key, error);
    *found = (mbt_state_dict){.dict = find_in_nests(root, 0)};
    return found->dict != NULL || fail_without_dict(root, error);
}
