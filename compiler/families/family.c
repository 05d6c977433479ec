/* family.c: finds the family of a network. */
#include "compiler/families/family.h"

#include <stdio.h>
#include <string.h>

static const mbt_family *const families[] = {&mbt_family_mambattention, &mbt_family_unshared, &mbt_family_after,
                                             &mbt_family_semamba, &mbt_family_causal};

#define FAMILIES (sizeof families / sizeof families[0])

/* Families whose layers are not implemented. Most of their tensors have the same names as those of the families
 * above. */
static const struct {
    const char *mark, *family;
} unsupported[] = {
    {"TSTransformer.", "MP-SENet"},
    {"TSConformer.", "MP-SENet (2023)"},
    {"TSxLSTM.", "xLSTM-SENet"},
    {"TSLSTM.", "LSTM"},
};

static const mbt_tensor *find_tensor(const mbt_tensors *tensors, const char *mark)
{
    for (size_t i = 0; i < tensors->count; i++)
        if (strncmp(tensors->list[i].name, mark, strlen(mark)) == 0)
            return &tensors->list[i];
    return NULL;
}

static bool is_in(const char *name, const char *part)
{
    const size_t length = strlen(part);
    return strncmp(name, part, length) == 0 && name[length] == '.';
}

bool mbt_family_has_name(const char *name)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        const mbt_family *family = families[i];
        if (is_in(name, family->blocks) || is_in(name, family->encoder->tensors) ||
            is_in(name, family->mask_decoder->tensors) || is_in(name, family->phase_decoder->tensors))
            return true;
    }
    for (size_t i = 0; i < sizeof unsupported / sizeof unsupported[0]; i++)
        if (strncmp(name, unsupported[i].mark, strlen(unsupported[i].mark)) == 0)
            return true;
    return false;
}

#define LIST 200u

/* "mambattention, unshared, ..." */
static void list_names(char list[LIST])
{
    size_t used = 0;
    for (size_t i = 0; i < FAMILIES && used < LIST; i++)
        used += (size_t)snprintf(list + used, LIST - used, "%s%s", i > 0 ? ", " : "", families[i]->name);
}

bool mbt_family_named(const mbt_config *config, const mbt_family **named, mbt_error *error)
{
    char list[LIST];
    *named = NULL;
    if (config->family_line == 0)
        return true;
    for (size_t i = 0; i < FAMILIES; i++)
        if (strcmp(families[i]->name, config->family) == 0)
            *named = families[i];
    list_names(list);
    return *named != NULL || mbt_fail(error, "line %zu: unknown family '%s'; known families: %s", config->family_line,
                                      config->family, list);
}

bool mbt_family_check(const mbt_family *family, const mbt_config *config, mbt_error *error)
{
    return !family->causal || mbt_config_check_causal(config, error);
}

static bool check_supported(const mbt_tensors *tensors, mbt_error *error)
{
    for (size_t i = 0; i < sizeof unsupported / sizeof unsupported[0]; i++) {
        const mbt_tensor *tensor = find_tensor(tensors, unsupported[i].mark);
        if (tensor != NULL) {
            char list[LIST];
            list_names(list);
            return mbt_fail(error,
                            "tensor '%.200s' is of a network of the family %s, which is not supported; supported: %s",
                            tensor->name, unsupported[i].family, list);
        }
    }
    return true;
}

/* The family with the longest mark that begins a tensor's name, and that tensor. NULL if there is none. */
static const mbt_family *find_marked(const mbt_tensors *tensors, const mbt_tensor **marked)
{
    const mbt_family *found = NULL;
    for (size_t i = 0; i < FAMILIES; i++) {
        const mbt_tensor *tensor = find_tensor(tensors, families[i]->mark);
        if (tensor != NULL && (found == NULL || strlen(families[i]->mark) > strlen(found->mark))) {
            found = families[i];
            *marked = tensor;
        }
    }
    return found;
}

const mbt_family *mbt_family_choose(const mbt_family *named, const mbt_tensors *tensors, mbt_error *error)
{
    const mbt_tensor *tensor = NULL;
    const mbt_family *marked = NULL;
    if (tensors != NULL) {
        if (!check_supported(tensors, error))
            return NULL;
        marked = find_marked(tensors, &tensor);
    }
    if (named == NULL)
        return marked != NULL ? marked : &mbt_family_mambattention;
    if (marked != NULL && strcmp(marked->mark, named->mark) != 0) {
        mbt_fail(error,
                 "tensor '%.200s' is of a network of the family %s; the configuration says %s, which has tensors named "
                 "'%s...'",
                 tensor->name, marked->name, named->name, named->mark);
        return NULL;
    }
    return named;
}
