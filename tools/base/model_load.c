/* model_load.c: finds the model that --model names: one that is linked in, or a shared object. */
#define _POSIX_C_SOURCE 200809L

#include "tools/base/model_load.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#if defined(__linux__)
#include <link.h>
#endif

#include "tools/base/message.h"
#include "weights/models.h"

/* dlopen maps a file that was cut short without an error, and the first access to what is missing kills the process. So
 * the sections and segments that the ELF headers list are checked against the size of the file; dlopen checks the
 * rest. */
static bool is_complete(FILE *file, unsigned long long size)
{
#if defined(__linux__)
    ElfW(Ehdr) header;
    if (fread(&header, sizeof header, 1, file) != 1 || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return true;
    unsigned long long sections = (unsigned long long)header.e_shnum * header.e_shentsize;
    if (header.e_shoff > size || sections > size - header.e_shoff || header.e_phoff > size)
        return false;
    for (unsigned i = 0; i < header.e_phnum && header.e_phentsize == sizeof(ElfW(Phdr)); i++) {
        ElfW(Phdr) segment;
        long at = (long)(header.e_phoff + (unsigned long long)i * sizeof segment);
        if (fseek(file, at, SEEK_SET) != 0 || fread(&segment, sizeof segment, 1, file) != 1)
            return false;
        if (segment.p_type == PT_LOAD && (segment.p_offset > size || segment.p_filesz > size - segment.p_offset))
            return false;
    }
#else
    (void)file;
    (void)size;
#endif
    return true;
}

/* The model linked in that has this name, or NULL. */
static const mbt_model *find_linked(const char *name)
{
    return strcmp(name, MBT_DEFAULT_MODEL_NAME) == 0 ? mbt_model_default() : mbt_model_by_name(name);
}

const mbt_model *mbt_model_live(void)
{
    return mbt_model_by_name(MBT_LIVE_MODEL_NAME);
}

static bool no_such_model(const char *name)
{
    char names[128] = "";
    if (mbt_model_live() != NULL)
        snprintf(names, sizeof names, ", %s", MBT_LIVE_MODEL_NAME);
    for (const mbt_linked_model *linked = mbt_linked_models; linked->name != NULL; linked++) {
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, ", %s", linked->name);
    }
    return mbt_complain("no model '%s': not built in (%s%s), and no file in this folder", name, MBT_DEFAULT_MODEL_NAME,
                        names);
}

static bool check_file(const char *name)
{
    struct stat about;
    if (stat(name, &about) != 0) {
        if (errno == ENOENT && strchr(name, '/') == NULL)
            return no_such_model(name);
        return mbt_complain("model '%s': %s", name, strerror(errno));
    }
    if (!S_ISREG(about.st_mode))
        return mbt_complain("model '%s': not a file", name);
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return mbt_complain("model '%s': %s", name, strerror(errno));
    bool complete = is_complete(file, (unsigned long long)about.st_size);
    fclose(file);
    return complete || mbt_complain("model '%s': the file is cut short", name);
}

/* dlopen searches the system's folders for a name without a slash: "./" makes it a file of the current folder. */
static void *open_library(const char *name)
{
    if (strchr(name, '/') != NULL)
        return dlopen(name, RTLD_NOW | RTLD_LOCAL);
    size_t size = strlen(name) + 3;
    char *path = malloc(size);
    if (path == NULL)
        return NULL;
    snprintf(path, size, "./%s", name);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    free(path);
    return library;
}

static bool load_file(const char *name, mbt_loaded_model *loaded)
{
    if (!check_file(name))
        return false;
    loaded->library = open_library(name);
    if (loaded->library == NULL) {
        const char *reason = dlerror();
        return mbt_complain("model '%s': %s", name, reason != NULL ? reason : "out of memory");
    }
    const mbt_model *const *plugin = dlsym(loaded->library, "mbt_model_plugin");
    if (plugin == NULL || *plugin == NULL)
        return mbt_complain("model '%s': no mbt_model_plugin in it; is it made of C that mambac wrote?", name);
    loaded->model = *plugin;
    return true;
}

bool mbt_model_load(const char *name, mbt_loaded_model *loaded)
{
    memset(loaded, 0, sizeof *loaded);
    loaded->model = find_linked(name);
    if (loaded->model == NULL && !load_file(name, loaded)) {
        mbt_model_unload(loaded);
        return false;
    }
    const mbt_status status = mbt_model_describe(loaded->model, &loaded->info);
    if (status != MBT_OK) {
        mbt_model_unload(loaded);
        return mbt_complain("model '%s': %s", name, mbt_reason(status));
    }
    return true;
}

void mbt_model_unload(mbt_loaded_model *loaded)
{
    if (loaded->library != NULL)
        dlclose(loaded->library);
    memset(loaded, 0, sizeof *loaded);
}
