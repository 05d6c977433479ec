/* options.h: the command line of mambac. */
#ifndef MBT_COMPILER_OPTIONS_H
#define MBT_COMPILER_OPTIONS_H

#include <stdint.h>

#include "compiler/error.h"
#include "mambattention/model.h"

typedef struct mbt_arguments {
    const char *checkpoint;                           /* NULL: random weights */
    const char *config, *convolution, *name, *output; /* convolution: NULL, "direct" or "winograd" */
    const char *key;                                  /* of the checkpoint's network; NULL: where it is usually */
    const char *rules;                                /* NULL unless --precision is mixed */
    mbt_weight_type type;                             /* --precision, unless it is mixed */
    uint64_t seed;
    bool random_weights, quiet, help, version;
} mbt_arguments;

/* Fills in arguments from argv[1 .. argc - 1], in any order. With help or version nothing else is required. */
bool mbt_arguments_parse(int argc, char *const *argv, mbt_arguments *arguments, mbt_error *error);

extern const char mbt_usage[];

#endif
