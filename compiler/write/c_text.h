/* c_text.h: the pieces of C that all layers are written with. */
#ifndef MBT_COMPILER_WRITE_C_TEXT_H
#define MBT_COMPILER_WRITE_C_TEXT_H

#include <stdio.h>

#include "compiler/storage/arrays.h"

#define MBT_FLOAT_TEXT 32

/* The file that the C is written to. */
typedef struct mbt_c_file {
    FILE *stream;
    const mbt_arrays *arrays; /* the arrays that fields can point to */
} mbt_c_file;

/* Writes a short C constant that every compiler reads as exactly this float. value: finite. Returns its length. */
size_t mbt_c_float(float value, char text[MBT_FLOAT_TEXT]);

/* Writes "static const MBT_ALIGN float NAME[COUNT] = {...};", with the array's type. */
void mbt_c_array(const mbt_c_file *out, const mbt_array *array);

/* Write a field of a struct, ".FIELD = ...,", on lines that begin with indent. */
void mbt_c_matrix(const mbt_c_file *out, const char *indent, const char *field, const mbt_matrix *matrix);
void mbt_c_pointer(const mbt_c_file *out, const char *indent, const char *field, const void *data);
void mbt_c_number(const mbt_c_file *out, const char *indent, const char *field, float value);

/* The name of an mbt_weight_type in model.h. */
const char *mbt_c_weight_type(uint32_t type);

#endif
