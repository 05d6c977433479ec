/* by_name.c: finds a model that is linked into the library. Apart from the default one: only a program that calls this
 * takes along all of them. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "mambattention/mambattention.h"
#include "weights/models.h"

/* Whether short_name is what name begins with, up to its "-". */
static bool is_short_for(const char *short_name, const char *name)
{
    const size_t size = strlen(short_name);
    return strncmp(short_name, name, size) == 0 && name[size] == '-' && strchr(short_name, '-') == NULL;
}

const mbt_model *mbt_model_by_name(const char *name)
{
    if (name == NULL)
        return NULL;
    for (const mbt_linked_model *linked = mbt_linked_models; linked->name != NULL; linked++)
        if (strcmp(name, linked->name) == 0)
            return linked->model;
    for (const mbt_linked_model *linked = mbt_linked_models; linked->name != NULL; linked++)
        if (is_short_for(name, linked->name))
            return linked->model;
    return NULL;
}
