/* c_text.c: writes numbers, arrays and fields as C. */
#include "compiler/write/c_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/storage/precision.h"

#define LINE_WIDTH 118u
#define INDENT 4u

/* Changes "0.5" to ".5", "-0.5" to "-.5", "1e-07" to "1e-7": fewer bytes in the repository for the same number. */
static size_t shorten(char *text)
{
    char *digits = text + (text[0] == '-');
    if (digits[0] == '0' && digits[1] == '.')
        memmove(digits, digits + 1, strlen(digits));
    char *exponent = strchr(text, 'e');
    if (exponent != NULL) {
        char *from = exponent + 2; /* after the sign, which printf always writes */
        while (from[0] == '0' && from[1] != '\0')
            from++;
        char *to = exponent + (exponent[1] == '-' ? 2 : 1);
        memmove(to, from, strlen(from) + 1);
    }
    return strlen(text);
}

/* Nine digits are enough to tell all floats apart; often fewer are. An integer constant is exact, but C has no
 * integer -0. */
size_t mbt_c_float(float value, char text[MBT_FLOAT_TEXT])
{
    if (value == 0)
        return (size_t)snprintf(text, MBT_FLOAT_TEXT, "%s", signbit(value) ? "-0.f" : "0");
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, MBT_FLOAT_TEXT, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    size_t length = shorten(text);
    if (strpbrk(text, ".e") != NULL) {
        text[length++] = 'f';
        text[length] = '\0';
    }
    return length;
}

/* How many numbers must be written. C fills the rest of an array with zeros; +0 of every type has no bit set. */
static size_t count_without_zeros(const mbt_array *array)
{
    const size_t size = mbt_precision_size(array->type);
    const unsigned char *bytes = array->data;
    size_t used = array->count * size;
    while (used > 1 && bytes[used - 1] == 0)
        used--;
    return (used + size - 1) / size;
}

/* The arrays' types in C. */
static const char *const c_type[] = {
    [MBT_WEIGHT_F32] = "float", [MBT_WEIGHT_F16] = "uint16_t", [MBT_WEIGHT_I8] = "int8_t"};

/* Prints one number of an array. A binary16 is printed as the integer of its bits. */
static size_t emit_element(const mbt_array *array, size_t at, char text[MBT_FLOAT_TEXT])
{
    if (array->type == MBT_WEIGHT_F16)
        return (size_t)snprintf(text, MBT_FLOAT_TEXT, "%u", (unsigned)((const uint16_t *)array->data)[at]);
    if (array->type == MBT_WEIGHT_I8)
        return (size_t)snprintf(text, MBT_FLOAT_TEXT, "%d", ((const int8_t *)array->data)[at]);
    return mbt_c_float(((const float *)array->data)[at], text);
}

void mbt_c_array(const mbt_c_file *out, const mbt_array *array)
{
    FILE *file = out->stream;
    const size_t count = count_without_zeros(array);
    size_t column = LINE_WIDTH;
    fprintf(file, "\nstatic const MBT_ALIGN %s %s[%zu] = {", c_type[array->type], array->name, array->count);
    for (size_t i = 0; i < count; i++) {
        char text[MBT_FLOAT_TEXT];
        const size_t length = emit_element(array, i, text);
        if (column + length + 1 > LINE_WIDTH) {
            fputs("\n    ", file);
            column = INDENT;
        }
        fputs(text, file);
        fputc(',', file);
        column += length + 1;
    }
    fputs("\n};\n", file);
}

/* The name of the array that a field points to; "0" for a null pointer. */
static const char *name_of(const mbt_c_file *out, const void *data)
{
    const mbt_array *array = mbt_arrays_find(out->arrays, data);
    return array != NULL ? array->name : "0";
}

/* The types' names in model.h. */
static const char *const type_name[] = {
    [MBT_WEIGHT_F32] = "MBT_WEIGHT_F32", [MBT_WEIGHT_F16] = "MBT_WEIGHT_F16", [MBT_WEIGHT_I8] = "MBT_WEIGHT_I8"};

const char *mbt_c_weight_type(uint32_t type)
{
    return type_name[type];
}

void mbt_c_matrix(const mbt_c_file *out, const char *indent, const char *field, const mbt_matrix *matrix)
{
    fprintf(out->stream, "%s.%s = {%s, %" PRIu32 ", %" PRIu32 ", %" PRIu32 ",\n%s    ", indent, field,
            type_name[matrix->type], matrix->taps, matrix->k, matrix->n, indent);
    fprintf(out->stream, "%s, %s, %s},\n", name_of(out, matrix->data), name_of(out, matrix->scale),
            name_of(out, matrix->bias));
}

void mbt_c_pointer(const mbt_c_file *out, const char *indent, const char *field, const void *data)
{
    fprintf(out->stream, "%s.%s = %s,\n", indent, field, name_of(out, data));
}

void mbt_c_number(const mbt_c_file *out, const char *indent, const char *field, float value)
{
    char text[MBT_FLOAT_TEXT];
    mbt_c_float(value, text);
    fprintf(out->stream, "%s.%s = %s,\n", indent, field, text);
}
