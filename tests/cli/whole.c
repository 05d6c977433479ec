/* whole.c: what the library makes of a whole recording, to compare the command with.
 *
 *     mbt_whole MODEL.so <IN >OUT     IN, OUT: 32-bit floats without a header, at the model's rate */
#include <dlfcn.h>
#include <stdio.h>

#include "mambattention/mambattention.h"

enum { MOST = 1 << 20 };

static float samples[MOST];

int main(int argc, char **argv)
{
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    const mbt_model *const *model = library != NULL ? dlsym(library, "mbt_model_plugin") : NULL;
    mbt_enhancer *enhancer = NULL;
    if (model == NULL || mbt_open(*model, NULL, &enhancer) != MBT_OK)
        return 1;
    const size_t count = fread(samples, sizeof *samples, MOST, stdin);
    const int done = mbt_enhance(enhancer, samples, samples, count) == MBT_OK &&
                     fwrite(samples, sizeof *samples, count, stdout) == count && fflush(stdout) == 0;
    mbt_close(enhancer);
    dlclose(library);
    return done ? 0 : 1;
}
