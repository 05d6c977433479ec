/* provenance.h: the text that says what a generated file was made from. */
#ifndef MBT_COMPILER_PROVENANCE_H
#define MBT_COMPILER_PROVENANCE_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/error.h"

typedef struct mbt_source {
    const char *path;
    const void *bytes;
    size_t size;
} mbt_source;

/* "mambac MAJOR.MINOR.PATCH" of these sources. */
extern const char mbt_mambac_version[];

/* What a file is made of, and how. */
typedef struct mbt_recipe {
    const mbt_source *checkpoint; /* NULL: random weights of that seed */
    uint64_t seed;
    const mbt_source *config, *rules;           /* rules: NULL where there are none */
    const char *precision, *convolution, *name; /* as asked for; convolution may be NULL */
} mbt_recipe;

/* Lines ending in '\n': the program with its version, the command in one fixed form with base names in place of paths,
 * and the sha256 of what was read. Characters of file names other than letters, digits and . _ + - are written as '_',
 * so that the text can stand in a comment and in a string. malloc'd; NULL, with error set, if memory ran out. */
char *mbt_provenance(const mbt_recipe *recipe, mbt_error *error);

#endif
